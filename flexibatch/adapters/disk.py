"""What adapters that write to disk share: bytes and names that outlive a power cut, and trouble in one sentence."""

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


@contextmanager
def sheltered(what: str) -> Iterator[None]:
    """Turn what the disk refuses into trouble, cause kept; `what` says what cannot be done."""
    try:
        yield
    except OSError as exc:
        raise Unavailable(
            f"{what} ({exc.strerror or exc}): look at free space and permissions there; it is tried again."
        ) from exc
