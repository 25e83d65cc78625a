"""Sizes, times and rights as bureaus are shown them: true sizes and times, nothing of this machine's users."""

import os
import stat

from asyncssh import SFTPAttrs

from flexibatch.adapters.sftp.files import FILE_MODE

FOLDER_MODE = stat.S_IFDIR | 0o770


def of_file(status: os.stat_result) -> SFTPAttrs:
    """Show a file."""
    return _shown(status, stat.S_IFREG | FILE_MODE)


def of_folder(status: os.stat_result) -> SFTPAttrs:
    """Show a folder."""
    return _shown(status, FOLDER_MODE)


def _shown(status: os.stat_result, mode: int) -> SFTPAttrs:
    return SFTPAttrs(
        size=status.st_size,
        uid=0,
        gid=0,
        permissions=mode,
        atime=int(status.st_atime),
        mtime=int(status.st_mtime),
        nlink=1,
    )


def times(attrs: SFTPAttrs) -> tuple[int, int] | None:
    """Return access and modification time where a client sets both."""
    if attrs.atime is None or attrs.mtime is None:
        return None
    return attrs.atime, attrs.mtime
