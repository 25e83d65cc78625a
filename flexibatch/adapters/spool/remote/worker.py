"""One server's own thread: what is asked of it is done there, and nobody waits long for one that is slow.

A job that is not done soon goes on by itself; who asks for the same again later is given what came of it. One is in
hand at a time and none is queued, so that what is done there keeps its order.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from flexibatch.errors import Unavailable

T = TypeVar("T")

SOON = 2.0
"""So many seconds a job may keep the others waiting."""
MOST, SHARE = 10.0, 0.5
"""So many seconds all jobs together may, and what part of the time that passes is given back."""
KEPT = 16
"""Results that nobody has asked for again."""


@dataclass(frozen=True, slots=True)
class _Job:
    key: str
    future: "Future[Any]"
    began: float


class Worker:
    """Do one thing at a time for one server."""

    def __init__(self, name: str, *, hurried: bool) -> None:
        """Keep what the server is called in sentences; who is not `hurried` waits for the end of each job.

        A thread is begun with each job.
        """
        self._name, self._hurried, self._late = name, hurried, False
        self._job: _Job | None = None
        self._done: dict[str, Future[Any]] = {}
        self._left, self._since = MOST, time.monotonic()

    def begin(self, key: str, action: Callable[[], object]) -> None:
        """Begin a job, unless another is in hand or this one was done."""
        self._put_by()
        if self._job is None and key not in self._done:
            self._job = _Job(key, Future(), time.monotonic())
            running = threading.Thread(target=_run, args=(self._job.future, action), daemon=True)
            running.name = f"remote {self._name}"
            running.start()

    def do(self, key: str, action: Callable[[], T]) -> T:
        """Return what comes of a job, begun now or earlier; raise `Unavailable` where that is not known soon."""
        self.begin(key, action)
        if self._job is not None and self._job.key != key:
            self._wait()
            self.begin(key, action)
        if self._job is not None and self._job.key == key:
            self._wait()
            self._put_by()
        if key not in self._done:
            self._late = True
            raise Unavailable(
                f"The server {self._name} is slow: what was begun there goes on, others go first."
            )
        told: T = self._done.pop(key).result()
        return told

    def finish(self, seconds: float) -> bool:
        """Wait for the job in hand, at most so long; tell whether anybody had asked for more than was done."""
        late, self._late = self._late, False
        if self._job is not None:
            wait([self._job.future], timeout=seconds)
        return late

    def _wait(self) -> None:
        """Wait for the job in hand as long as others may be kept waiting."""
        if self._job is None:
            return
        if not self._hurried:
            wait([self._job.future])
            return
        began = time.monotonic()
        self._left = min(MOST, self._left + (began - self._since) * SHARE)
        wait([self._job.future], timeout=max(0.0, min(self._left, self._job.began + SOON - began)))
        self._since = time.monotonic()
        self._left -= self._since - began

    def _put_by(self) -> None:
        """Keep the result of a job that is done, for who asks again."""
        if self._job is None or not self._job.future.done():
            return
        self._done[self._job.key] = self._job.future
        self._job = None
        while len(self._done) > KEPT:
            del self._done[next(iter(self._done))]


def _run(future: "Future[Any]", action: Callable[[], object]) -> None:
    try:
        future.set_result(action())
    except BaseException as exc:  # noqa: BLE001 - raised to who asks for the result
        future.set_exception(exc)
