"""One plain look at a folder of this machine; links are never followed."""

import os
from collections.abc import Iterator
from pathlib import Path

import structlog

from flexibatch.adapters.folders import UPLOADING
from flexibatch.domain.groups import DirectoryEntry
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
                    stat = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                whole = not stat.st_mode & UPLOADING
                regular = whole and entry.is_file(follow_symlinks=False) and _is_text(entry.name)
                yield DirectoryEntry(entry.name, stat.st_ctime_ns, regular)
    except FileNotFoundError:
        log.warning("inbox.missing", folder=str(folder))
    except OSError as exc:
        raise Unavailable(
            f"The folder {folder} cannot be listed ({exc.strerror}): let this user read it. Its sets wait."
        ) from exc


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
