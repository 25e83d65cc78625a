"""What adapters that write to disk share: bytes and names that outlive a power cut, and trouble in one sentence."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flexibatch.errors import Unavailable


def settle_file(file: IO[bytes]) -> None:
    """Bring what was written to a file onto the disk."""
    file.flush()
    os.fsync(file.fileno())


def settle_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock(descriptor: int, *, alone: bool) -> bool:
    """Lock an open file, alone or together with others who want it to stand still; tell whether that could be done.

    The lock ends when the file is closed. It binds those who ask for it: the channel's claims and the front door.
    """
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Give a lock back while the file stays open."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def sheltered(what: str) -> Iterator[None]:
    """Turn what the disk refuses into trouble, cause kept; `what` says what cannot be done."""
    try:
        yield
    except OSError as exc:
        raise Unavailable(
            f"{what} ({exc.strerror or exc}): look at free space and permissions there; it is tried again."
        ) from exc
