"""Wake the watcher when something moves in an inbox. Events carry no truth: a plain look decides."""

import threading
import time
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

from watchfiles import watch

from flexibatch.adapters.folders import SENDERS
from flexibatch.domain.vocabulary import Environment

QUICK = timedelta(milliseconds=100)
"""How long after the claim delay a look is worth while."""
REST, LONGEST_REST = 0.2, 1.0
"""How long it rests between two looks, at least: an inbox may be written to without end; and at most."""
PATIENCE = 0.1
"""How much of the time until the next set may be claimed it rests at once: a long delay is not looked through."""
HEARD_WITHIN_MS = 50


class Wake:
    """Wait for movement in the inboxes of a spool, at most `pause`.

    When something moved it is looked at again and again until the claim delay is over: whatever else came meanwhile
    is found in its own time.
    """

    def __init__(self, spool: Path, pause: timedelta, claim_delay: timedelta) -> None:
        """Keep where to listen."""
        self._spool = spool
        self._pause, self._soon = pause.total_seconds(), (claim_delay + QUICK).total_seconds()
        self._looking_until: float | None = None
        self._looked_at = time.monotonic()
        self._folders: tuple[Path, ...] = ()
        self._events: Generator[object, None, None] | None = None

    def wait(self, stop: threading.Event) -> None:
        """Wait until a look is worth while, or `stop` is set."""
        if self._looking_until is None:
            self._wait_for_movement(stop)
        else:
            self._wait_a_little(stop)
        self._looked_at = time.monotonic()

    def _wait_for_movement(self, stop: threading.Event) -> None:
        """Wait until something moved, or the pause is over."""
        end = time.monotonic() + self._pause
        folders = self._inboxes()
        if folders != self._folders or self._events is None:
            self._folders, self._events = folders, self._listen(folders, stop) if folders else None
        while self._events is not None and time.monotonic() < end and not stop.is_set():
            if self._moved():
                return
        stop.wait(max(0.0, end - time.monotonic()))

    def _wait_a_little(self, stop: threading.Event) -> None:
        """Rest, as long as the last look took where that is no longer than it rests; look on where something moved."""
        now, until = time.monotonic(), self._looking_until or 0.0
        took = min(now - self._looked_at, LONGEST_REST)
        stop.wait(max(REST, took, (until - now) * PATIENCE))
        if not self._moved() and time.monotonic() >= until:
            self._looking_until = None

    def _moved(self) -> bool:
        """Return whether something moved; one that cannot listen any more begins anew after the pause."""
        try:
            moved = self._events is not None and bool(next(self._events, None))
        except (OSError, RuntimeError):
            self._events, moved = None, False
        if moved:
            self._looking_until = time.monotonic() + self._soon
        return moved

    def _inboxes(self) -> tuple[Path, ...]:
        senders = self._spool / SENDERS
        return tuple(
            sorted(
                folder for one in Environment for folder in senders.glob(f"*/{one.inbox}") if folder.is_dir()
            )
        )

    def _listen(self, folders: tuple[Path, ...], stop: threading.Event) -> Generator[object, None, None]:
        return watch(
            *folders,
            watch_filter=None,
            debounce=50,
            step=20,
            stop_event=stop,
            rust_timeout=HEARD_WITHIN_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=False,
        )
