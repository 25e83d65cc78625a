"""Files on the disk by their descriptors: opened, written whole, read for their digest."""

import hashlib
import os
import stat
from contextlib import ExitStack

from flexibatch.adapters.folders import UPLOADING
from flexibatch.adapters.sftp.paths import nothing
from flexibatch.domain.sessions import FileId

FILE_MODE = 0o660
GAPPED = stat.S_IXUSR
"""A second mark: bytes before the end have not come yet. It outlives a server that dies."""
BLOCK = 1 << 20
_FARTHEST = 1 << 62
"""No file reaches there; a client may ask for what lies at an offset that no system call takes."""


def open_regular(folder: int, name: bytes, flags: int) -> int:
    """Open a regular file and nothing else; it is neither cut nor only lengthened by the opening."""
    safe = (flags & ~(os.O_APPEND | os.O_TRUNC)) | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(name, safe, FILE_MODE | UPLOADING, dir_fd=folder)
    with ExitStack() as held:
        held.callback(os.close, descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            held.pop_all()
            return descriptor
    raise nothing()


def identity_of(descriptor: int) -> FileId:
    """Return what stays the same when a file is renamed."""
    return identity_in(os.fstat(descriptor))


def identity_in(status: os.stat_result) -> FileId:
    """Return what stays the same when a file is renamed, by its status."""
    return status.st_dev, status.st_ino


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Read at an offset; nothing where no file can reach."""
    return os.pread(descriptor, size, offset) if offset < _FARTHEST else b""


def put_all(descriptor: int, offset: int, content: bytes) -> None:
    """Write all of it: a disk that becomes full takes less than it is given, and says so the next time."""
    rest = memoryview(content)
    while rest:
        done = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[done:], offset + done


def sha256_of(descriptor: int) -> str:
    """Read a file and give its digest."""
    digest, offset = hashlib.sha256(), 0
    while block := os.pread(descriptor, BLOCK, offset):
        digest.update(block)
        offset += len(block)
    return digest.hexdigest()
