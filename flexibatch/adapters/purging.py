"""Delete the archived bytes of sets that the database has marked as purged.

The folders tell what is left to delete, so that a purge that was cut short is finished by the next one.
"""

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from flexibatch.adapters.set_folder import SetFolder
from flexibatch.errors import Unavailable

_DAY = "[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]"

PurgedAmong = Callable[[Collection[str]], Collection[str]]


@dataclass(frozen=True, slots=True)
class Purged:
    """Count what was, or would be, deleted: sets, files, bytes."""

    sets: int = 0
    files: int = 0
    size: int = 0


def delete_bytes(archive: Path, purged_among: PurgedAmong, *, dry_run: bool = False) -> Purged:
    """Delete `in/` and `out/` of purged sets, `<archive>/yyyy/mm/dd/<ticket>/`; tell what was, or would be.

    `purged_among` tells which of some tickets may go. A folder that is empty then goes too; links are not
    followed. Raise `Unavailable` where the disk refuses: the next purge goes on from there.
    """
    sets = files = size = 0
    try:
        for folder in _purged_folders(archive, purged_among):
            sizes = [path.lstat().st_size for path in _files_of(folder)]
            sets, files, size = sets + 1, files + len(sizes), size + sum(sizes)
            if not dry_run:
                delete_set(folder)
    except OSError as exc:
        raise Unavailable(
            f"Archived files cannot be deleted ({exc.strerror}: {exc.filename}). Look at the permissions of "
            f"{archive} and purge again: it goes on where it stopped."
        ) from exc
    return Purged(sets, files, size)


def _purged_folders(archive: Path, purged_among: PurgedAmong) -> Iterator[SetFolder]:
    """Give the folders of purged sets that still hold bytes, asking once a day of the archive."""
    for day in sorted(archive.glob(_DAY)):
        held = {folder.path.name: folder for folder in _set_folders(day)}
        for ticket in sorted(purged_among(held)) if held else ():
            if any(kept.is_dir() for kept in held[ticket].retained):
                yield held[ticket]


def _set_folders(day: Path) -> Iterator[SetFolder]:
    """Give the folders of a day's sets, and beside each those of what came late to it."""
    for folder in map(SetFolder, _folders(day)):
        yield from map(SetFolder, _folders(folder.late)) if folder.late.is_dir() else ()
        yield folder


def _folders(parent: Path) -> list[Path]:
    with os.scandir(parent) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))


def _files_of(folder: SetFolder) -> Iterator[Path]:
    for kept in folder.retained:
        for where, _folders, names in os.walk(kept):
            yield from (Path(where) / name for name in names)


def delete_set(folder: SetFolder) -> None:
    """Delete the bytes of one set, and its folder where nothing else lies in it."""
    for kept in folder.retained:
        if kept.is_dir():
            shutil.rmtree(kept)
    above = (folder.path.parent, folder.path.parent.parent) if folder.is_late else ()
    for emptied in (folder.path, *above):
        if any(emptied.iterdir()):
            break
        emptied.rmdir()
