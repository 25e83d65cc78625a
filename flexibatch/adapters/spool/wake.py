"""Wake the watcher when something moves in an inbox. Events carry no truth: a plain look decides."""

import threading
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

from watchfiles import watch

from flexibatch.adapters.folders import SENDERS
from flexibatch.domain.vocabulary import Environment

QUICK = timedelta(milliseconds=100)
"""How long after the claim delay a look is worth while."""


class Wake:
    """Wait for movement in the inboxes of a spool, at most `pause`; look again soon after something moved."""

    def __init__(self, spool: Path, pause: timedelta, claim_delay: timedelta) -> None:
        """Keep where to listen."""
        self._spool, self._pause, self._soon = spool, pause, claim_delay + QUICK
        self._moved = False
        self._folders: tuple[Path, ...] = ()
        self._events: Generator[object, None, None] | None = None

    def wait(self, stop: threading.Event) -> None:
        """Wait until something moved, the pause is over, or `stop` is set."""
        if self._moved:
            self._moved = False
            stop.wait(min(self._soon, self._pause).total_seconds())
            return
        folders = self._inboxes()
        if not folders:
            stop.wait(self._pause.total_seconds())
            return
        if folders != self._folders or self._events is None:
            self._folders, self._events = folders, self._listen(folders, stop)
        try:
            self._moved = bool(next(self._events, None))
        except (OSError, RuntimeError):
            self._events = None
            stop.wait(self._pause.total_seconds())

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
            rust_timeout=max(1, int(self._pause.total_seconds() * 1000)),
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=False,
        )
