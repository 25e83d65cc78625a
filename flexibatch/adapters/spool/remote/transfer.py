"""Files over a connection: many requests on their way at once, resumed where they were cut, their size verified."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from flexibatch.adapters.locks import lock
from flexibatch.adapters.spool.remote.connection import TROUBLE, Reading, Sftp

WINDOW = 8 << 20
"""How much is asked for at once; what is asked for and not yet read lies in memory."""
ASKING_AHEAD = "_prefetch_thread"
"""What paramiko runs in a thread of its own while a file is read."""
_BLOCK = 1 << 15


def fetch(sftp: Sftp, source: str, target: Path, limit: int) -> None:
    """Bring a file to `target`, at most `limit` bytes of it; one that was cut short is gone on with.

    Raise `OSError` where what came is not what the server has.
    """
    told = sftp.stat(source)
    there, wanted = told.st_size or 0, min(told.st_size or 0, limit)
    # The name tells what was begun: were it another file by now, it would be another name.
    partial = target.with_name(f".{target.name[:120]}.{there}.{told.st_mtime}")
    with _alone(partial) as writing, sftp.open(source, "rb") as reading:
        _keep_cuts_quiet(reading)
        at = writing.seek(0, os.SEEK_END)
        while at < wanted:
            reading.seek(at)
            until = min(wanted, at + WINDOW)
            reading.prefetch(until)
            while at < until:
                block = reading.read(min(_BLOCK, until - at))
                if not block:
                    raise OSError(f"{source} ended after {at} of {wanted} bytes")
                writing.write(block)
                at += len(block)
            writing.flush()
        os.fsync(writing.fileno())
        after = sftp.stat(source)
        if (after.st_size, after.st_mtime) != (told.st_size, told.st_mtime) or at != wanted:
            raise OSError(f"{source} changed while it was fetched")
        partial.rename(target)


def _keep_cuts_quiet(reading: Reading) -> None:
    """Let a cut be told once, by who reads: paramiko asks ahead in a thread whose own exception nobody could catch."""
    ask_ahead = getattr(reading, ASKING_AHEAD)

    def asking(*arguments: Any) -> None:  # noqa: ANN401 - passed on as they are
        with suppress(*TROUBLE):
            ask_ahead(*arguments)

    setattr(reading, ASKING_AHEAD, asking)


@contextmanager
def _alone(partial: Path) -> Iterator[IO[bytes]]:
    """Open what was fetched so far; another process that is at it keeps it."""
    handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as writing:
        if not lock(writing.fileno(), alone=True):
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK))
        yield writing


def push(sftp: Sftp, source: IO[bytes], temporary: str, final: str) -> None:
    """Put bytes under a temporary name, verify their size, and rename; what has that name is replaced."""
    size = source.seek(0)
    with sftp.open(temporary, "wb") as writing:
        writing.set_pipelined(True)
        while block := source.read(_BLOCK):
            writing.write(block)
            size += len(block)
    if sftp.stat(temporary).st_size != size:
        raise OSError(f"{temporary} did not arrive whole")
    try:
        sftp.posix_rename(temporary, final)
    except OSError:
        # A server without that extension renames onto nothing only.
        with suppress(FileNotFoundError):
            sftp.remove(final)
        sftp.rename(temporary, final)


def moved(sftp: Sftp, source: str, target: str) -> bool:
    """Rename a file, or find that it was; tell whether it is there now. Nothing is ever replaced."""
    try:
        sftp.rename(source, target)
    except FileNotFoundError:
        return there(sftp, target)
    except OSError:
        if there(sftp, target):
            return True
        raise
    return True


def there(sftp: Sftp, path: str) -> bool:
    """Return whether something has this name."""
    try:
        sftp.lstat(path)
    except FileNotFoundError:
        return False
    return True
