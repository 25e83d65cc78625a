"""One plain look at a folder of this machine; links are never followed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import structlog

from flexibatch.adapters.folders import UPLOADING, kind_of_mode
from flexibatch.domain.groups import DirectoryEntry, EntryKind
from flexibatch.errors import Unavailable

log = structlog.get_logger()


def scan_folder(folder: Path) -> Iterator[DirectoryEntry]:
    """List a folder once; one that is not there is empty.

    A file whose name is no text is not regular, nor is one whose upload was begun and not ended.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                yield DirectoryEntry(entry.name, status.st_ctime_ns, _kind(entry.name, status.st_mode))
    except FileNotFoundError:
        log.warning("inbox.missing", folder=str(folder))
    except OSError as exc:
        raise Unavailable(
            f"The folder {folder} cannot be listed ({exc.strerror}): let this user read it. Its sets wait."
        ) from exc


def _kind(name: str, mode: int) -> EntryKind:
    if not stat.S_ISREG(mode):
        return kind_of_mode(mode)
    if not _is_text(name):
        return EntryKind.UNREADABLE_NAME
    return EntryKind.UPLOADING if mode & UPLOADING else EntryKind.FILE


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
