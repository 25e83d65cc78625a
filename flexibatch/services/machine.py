"""What a use case takes from this machine unless it is given another."""

from flexibatch.adapters.clock import SystemClock
from flexibatch.ports import Clock


def machine_clock() -> Clock:
    """Return the clock of this machine."""
    return SystemClock()
