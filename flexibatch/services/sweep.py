"""Sweep once, or watch: take what has arrived, settle it, publish the answers."""

import threading
from collections.abc import Callable

from flexibatch import watcher
from flexibatch.adapters.spool.local.wake import Wake
from flexibatch.domain.case import Verdict
from flexibatch.ports import Clock
from flexibatch.swept import SweepResult
from flexibatch.wiring.components import Outside, channel_of
from flexibatch.wiring.home import Home


def sweep(home: Home, clock: Clock, each: Callable[[Verdict], None]) -> SweepResult:
    """Settle what has arrived, telling `each` verdict as it falls; return what was done, in numbers."""
    return channel_of(home, Outside.at(clock)).sweep(each)


def watch(home: Home, clock: Clock, stop: threading.Event, begun: Callable[[], None]) -> None:
    """Sweep until `stop` is set, and end after the set in hand; `begun` is called before the first look."""
    settings = home.settings
    channel = channel_of(home, Outside.at(clock), patient=True)
    wake = Wake(settings.spool, settings.poll_interval, settings.claim_delay)
    begun()
    watcher.watch(channel, stop, wake.wait)
