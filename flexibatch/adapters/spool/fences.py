"""What one process does alone among all that share a spool: claim, and put out the answers of a stream.

The database tells whose turn it is to settle; these locks keep the steps in the folders apart. They are the operating
system's: whoever dies gives them back.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flexibatch.adapters.disk import lock, sheltered
from flexibatch.adapters.folders import LOCKS, PRIVATE_MODE
from flexibatch.ports import Stream

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Fences:
    """Keep the processes of one spool out of each other's way."""

    def __init__(self, spool: Path) -> None:
        """Keep where the locks are."""
        self._folder = spool / LOCKS

    @contextmanager
    def claiming(self, *, wait: bool) -> Iterator[bool]:
        """Claim alone; tell whether it is this process's turn, which it always is for one that waits."""
        with self._opened("claims") as descriptor:
            yield _locked(descriptor) if wait else lock(descriptor, alone=True)

    @contextmanager
    def publishing(self, stream: Stream) -> Iterator[None]:
        """Put out answers and pages of a stream alone; wait for whoever is at it."""
        with self._opened(f"{stream.sender}-{stream.environment}") as descriptor:
            _locked(descriptor)
            yield

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        with sheltered(f"The lock {self._folder / name} cannot be opened"):
            self._folder.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
            descriptor = os.open(self._folder / name, _FLAGS, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _locked(descriptor: int) -> bool:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return True
