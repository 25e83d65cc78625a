"""Locks on files: on uploads that must stand still, and on what one process does alone among all that share a spool.

That is to claim, to judge a set, to put out the answers of a stream. The database tells whose turn it is to settle;
these locks keep the steps in the folders apart. They are the operating system's: whoever dies gives them back.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flexibatch.adapters.disk import sheltered
from flexibatch.adapters.folders import LOCKS, PRIVATE_MODE
from flexibatch.ports import Stream

_SAFE = os.O_NOFOLLOW | os.O_CLOEXEC
_CLAIMS = "claims"
_HELD = b"judged"
"""What a mark holds once it is locked: one that was only opened says nothing yet."""
_MODE = 0o666
"""Whoever made it, root for one, the others can take it: the folder is closed, and on NFS to lock is to write."""


def lock(descriptor: int, *, alone: bool) -> bool:
    """Lock an open file, alone or together with others who want it to stand still; tell whether that could be done.

    The lock ends when the file is closed. It binds those who ask for it: the channel's claims and the front door.
    """
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(descriptor: int) -> bool:
    """Lock an open file alone, once nobody else holds it; return True."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return True


def unlock(descriptor: int) -> None:
    """Release a lock while the file stays open."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


class Locks:
    """Keep the processes of one spool out of each other's way."""

    def __init__(self, spool: Path) -> None:
        """Keep where the locks are."""
        self._folder = spool / LOCKS

    @contextmanager
    def claiming(self, *, wait: bool) -> Iterator[bool]:
        """Claim alone; tell whether it is this process's turn, which it always is for one that waits."""
        with self._opened(_CLAIMS) as descriptor:
            mine = wait_for_lock(descriptor) if wait else lock(descriptor, alone=True)
            if mine:
                os.utime(descriptor)
            yield mine

    def last_claiming(self) -> datetime | None:
        """Return when a process last began to claim, by this machine's clock, as every sweep does; None before."""
        with sheltered(f"The lock {self._folder / _CLAIMS} cannot be looked at"):
            try:
                status = (self._folder / _CLAIMS).stat()
            except FileNotFoundError:
                return None
        return datetime.fromtimestamp(status.st_mtime, UTC)

    @contextmanager
    def settling(self, stream: Stream) -> Iterator[bool]:
        """Settle a stream's sets alone; tell whether it is this process's turn."""
        with self._opened(f"turn-{stream.sender}-{stream.environment}") as descriptor:
            yield lock(descriptor, alone=True)

    @contextmanager
    def publishing(self, stream: Stream) -> Iterator[None]:
        """Put out answers and pages of a stream alone; wait for whoever is at it."""
        with self._opened(f"{stream.sender}-{stream.environment}") as descriptor:
            wait_for_lock(descriptor)
            yield

    @contextmanager
    def elsewhere(self, name: str) -> Iterator[bool]:
        """Write on another party's server alone; tell whether it is this process's turn."""
        with self._opened(name) as descriptor:
            yield lock(descriptor, alone=True)

    @contextmanager
    def judging(self, ticket: str) -> Iterator[None]:
        """Hold a mark on a set for as long as it is judged; it outlives a process that dies meanwhile."""
        name = _mark(ticket)
        with self._marked(name):
            try:
                yield
            except (Exception, KeyboardInterrupt, SystemExit):
                self._remove(name)
                raise
            self._remove(name)

    def died(self, ticket: str) -> bool:
        """Tell, once, whether a process died while it judged a set: it left its mark, which nobody holds."""
        name = _mark(ticket)
        with sheltered(f"The mark {self._folder / name} cannot be looked at"):
            try:
                mark = os.fdopen(os.open(self._folder / name, os.O_RDWR | _SAFE))
            except FileNotFoundError:
                return False
        with mark:
            if not self._is_left(mark.fileno(), name):
                return False
            self._remove(name)
            return True

    def _is_left(self, descriptor: int, name: str) -> bool:
        return (
            lock(descriptor, alone=True)
            and self._stands(descriptor, name)
            and os.fstat(descriptor).st_size > 0
        )

    @contextmanager
    def _marked(self, name: str) -> Iterator[None]:
        """Hold a mark that is the one of its name: whoever held it before may have removed it meanwhile."""
        while True:
            with self._opened(name) as descriptor:
                wait_for_lock(descriptor)
                if self._stands(descriptor, name):
                    os.write(descriptor, _HELD)
                    yield
                    return

    def _stands(self, descriptor: int, name: str) -> bool:
        """Return whether an open mark is still the file of its name."""
        try:
            return os.path.samestat(os.fstat(descriptor), (self._folder / name).stat())
        except FileNotFoundError:
            return False

    def _remove(self, name: str) -> None:
        """Remove a mark that this process holds."""
        with sheltered(f"The mark {self._folder / name} cannot be removed"):
            (self._folder / name).unlink(missing_ok=True)

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        with sheltered(f"The lock {self._folder / name} cannot be opened"):
            self._folder.mkdir(mode=PRIVATE_MODE, exist_ok=True)
            descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | _SAFE, _MODE)
        try:
            _open_to_others(descriptor)
            yield descriptor
        finally:
            os.close(descriptor)


def _mark(ticket: str) -> str:
    return f"judging-{ticket}"


def _open_to_others(descriptor: int) -> None:
    """Return to the mode what this user's umask took from it."""
    made = os.fstat(descriptor)
    if made.st_uid == os.geteuid() and stat.S_IMODE(made.st_mode) != _MODE:
        os.fchmod(descriptor, _MODE)
