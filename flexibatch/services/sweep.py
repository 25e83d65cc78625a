"""Sweep once, or watch: take what has arrived, settle it, publish the answers."""

import threading
from collections.abc import Callable

from flexibatch import watcher
from flexibatch.adapters.spool.local.wake import Wake
from flexibatch.domain.case import Verdict
from flexibatch.sweep_result import SweepResult
from flexibatch.wiring.components import Components


def sweep(components: Components, each: Callable[[Verdict], None]) -> SweepResult:
    """Settle what has arrived, telling `each` verdict as it falls; return what was done, in numbers."""
    return components.channel.sweep(each)


def watch(components: Components, stop: threading.Event, begun: Callable[[], None]) -> None:
    """Sweep until `stop` is set, and end after the set in hand; `begun` is called before the first look."""
    settings, channel = components.home.settings, components.channel
    wake = Wake(settings.spool, settings.poll_interval, settings.claim_delay)
    begun()
    watcher.watch(channel, stop, wake.wait)
