"""What a use case takes from this machine unless it is given another."""

from typing import TYPE_CHECKING

from flexibatch.adapters.clock import SystemClock

if TYPE_CHECKING:
    from flexibatch.ports import Clock


def machine_clock() -> "Clock":
    """Return the clock of this machine."""
    return SystemClock()
