"""Find and delete what was kept for long enough: archived bytes, pages in REPORT, fetched answers in the out folders.

The folders tell what is left to delete, so that a purge that was cut short is finished by the next one.
"""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flexibatch.adapters.set_folder import SetFolder
from flexibatch.domain.vocabulary import REPORT_FOLDER, Environment, FileKind
from flexibatch.errors import Unavailable

_DAY = "[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]"
_PAGE = re.compile(r"[^\udc80-\udcff]*\.(?P<ticket>[0-9A-Z]{13})\.(html|json|csv)")
"""A set's name may hold anything but what is no text, its ticket may not."""
_ANSWER = re.compile(r"(FO|CO|FS|GO)\.[\w.-]+", re.ASCII)

PurgedAmong = Callable[[Collection[str]], Collection[str]]
"""Tells which of some tickets were purged: their bytes may go."""
Done = Callable[[Collection[str]], Collection[str]]
"""Tells which of some tickets' pages may go."""
Fetched = Callable[[str, Mapping[str, int]], Collection[str]]
"""Tells which of a sender's answers, by the path and the size that it sees, were fetched whole."""


# ----------------------------------------------------------------------------------------- archive


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
    """Return the folders of purged sets that still hold bytes, asking once a day of the archive."""
    for day in sorted(archive.glob(_DAY)):
        held = {folder.path.name: folder for folder in _set_folders(day)}
        for ticket in sorted(purged_among(held)) if held else ():
            if any(kept.is_dir() for kept in held[ticket].retained):
                yield held[ticket]


def _set_folders(day: Path) -> Iterator[SetFolder]:
    """Return the folders of a day's sets, and beside each those of what came late to it."""
    for folder in map(SetFolder, _folders(day)):
        yield from map(SetFolder, _folders(folder.late)) if folder.late.is_dir() else ()
        yield folder


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


# ----------------------------------------------------------------------------------------- senders' folders


@dataclass(frozen=True, slots=True)
class Expired:
    """A file that may go, and its size in bytes."""

    path: Path
    size: int


def old_pages(senders: Path, done_among: Done) -> list[Expired]:
    """Return the pages of sets that are done with; other files in REPORT are the bureau's own and stay."""
    with _told(senders):
        return [file for root in _folders(senders) for file in _pages(root / REPORT_FOLDER, done_among)]


def fetched_answers(senders: Path, fetched: Fetched, before: datetime) -> list[Expired]:
    """Return the answers that were put out before an instant and fetched, with the GO of each.

    An answer that nobody is known to have fetched stays, however old it is.
    """
    with _told(senders):
        outboxes = [(root, environment.outbox) for root in _folders(senders) for environment in Environment]
        return [file for root, name in outboxes for file in _answers(root, name, fetched, before)]


def delete(files: Iterable[Expired]) -> None:
    """Delete files; one that is gone already is fine. Raise `Unavailable` where the disk refuses."""
    for file in files:
        with _told(file.path), suppress(FileNotFoundError):
            file.path.unlink()


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Turn what the disk refuses into trouble."""
    try:
        yield
    except OSError as exc:
        raise Unavailable(
            f"{exc.filename or place} cannot be looked at or deleted ({exc.strerror}). Look at the rights of its "
            "folder and purge again: it goes on where it stopped."
        ) from exc


def _pages(folder: Path, done_among: Done) -> Iterator[Expired]:
    there = _files(folder, _PAGE)
    tickets = {name: found["ticket"] for name in there if (found := _PAGE.fullmatch(name))}
    done = done_among(set(tickets.values())) if tickets else ()
    for name, ticket in sorted(tickets.items()):
        if ticket in done:
            yield Expired(folder / name, there[name].st_size)


def _answers(root: Path, outbox: str, fetched: Fetched, before: datetime) -> Iterator[Expired]:
    there = _files(root / outbox, _ANSWER)
    old = {name: status for name, status in there.items() if status.st_mtime < before.timestamp()}
    sizes = dict.fromkeys((_seen(outbox, name) for name in old), 0)
    answers = {name: status for name, status in old.items() if name.startswith(FileKind.ANSWER)}
    sizes |= {_seen(outbox, name): status.st_size for name, status in answers.items()}
    gone = fetched(root.name, sizes) if sizes else ()
    for name, status in sorted(old.items()):
        if _seen(outbox, name) in gone:
            yield Expired(root / outbox / name, status.st_size)


def _seen(outbox: str, name: str) -> str:
    """Return the path under which a bureau fetches the answer that a file belongs to.

    >>> _seen("OUT", "GO.ACRF.999999.20261005.00001.R")
    '/OUT/FO.ACRF.999999.20261005.00001.R'
    """
    return f"/{outbox}/{FileKind.ANSWER}{name[2:]}"


def _folders(parent: Path) -> list[Path]:
    """Return the folders in a folder; links are not followed."""
    with os.scandir(parent) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))


def _files(folder: Path, named: re.Pattern[str]) -> dict[str, os.stat_result]:
    """Return the plain files of a folder, which may not be there, whose names are of a kind.

    What its bureau deletes meanwhile is passed over.
    """
    found: dict[str, os.stat_result] = {}
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if named.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):
                    found[entry.name] = entry.stat(follow_symlinks=False)
    return found
