"""Files that a command writes for its caller alone, because they name persons: new ones, and whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from flexibatch.errors import Refusal, Unavailable

FOR_ITS_OWNER = 0o600


def require_new(path: Path) -> None:
    """Raise `Refusal` where there is a file already, whatever it is."""
    if os.path.lexists(path):
        raise _taken(path)


@contextmanager
def private_file(path: Path, option: str) -> Iterator[BinaryIO]:
    """Open a new file that only this user reads; it is taken away again when the block ends by an exception.

    `option` is what named the path. Raise `Refusal` where there is one already.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_ITS_OWNER)
    except FileExistsError as exc:
        raise _taken(path) from exc
    except OSError as exc:
        raise _unwritten(path, option, exc) from exc
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException as exc:
        with suppress(OSError):
            path.unlink()
        if isinstance(exc, OSError):
            raise _unwritten(path, option, exc) from exc
        raise


def _taken(path: Path) -> Refusal:
    return Refusal(f"{path} is there already: name a new file, so that nothing is overwritten.")


def _unwritten(path: Path, option: str, exc: OSError) -> Unavailable:
    return Unavailable(f"{path} cannot be written ({exc.strerror}): name another {option}.")
