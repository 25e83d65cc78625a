"""Find and delete what lies too long in the bureaus' folders: pages in REPORT, fetched answers in the out folders.

The folders tell what is left to delete, so that a purge that was cut short is finished by the next one.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flexibatch.domain.vocabulary import REPORT_FOLDER, Environment, FileKind
from flexibatch.errors import Unavailable

PAGES = (".html", ".json")

Done = Callable[[Collection[str]], Collection[str]]
"""Tells which of some tickets' pages may go."""
Fetched = Callable[[str, Mapping[str, int]], Collection[str]]
"""Tells which of a sender's answers, by the path and the size that it sees, were fetched whole."""


@dataclass(frozen=True, slots=True)
class Outgrown:
    """Hold a file that may go, and its size in bytes."""

    path: Path
    size: int


def old_pages(senders: Path, done_among: Done) -> list[Outgrown]:
    """Give the pages of sets that are done with; other files in REPORT are the bureau's own and stay."""
    return [file for root in _folders(senders) for file in _pages(root / REPORT_FOLDER, done_among)]


def fetched_answers(senders: Path, fetched: Fetched, before: datetime) -> list[Outgrown]:
    """Give the answers that were put out before an instant and fetched, with the GO of each.

    An answer that nobody is known to have fetched stays, however old it is.
    """
    outboxes = [(root, environment.outbox) for root in _folders(senders) for environment in Environment]
    return [file for root, name in outboxes for file in _answers(root, name, fetched, before)]


def delete(files: Iterable[Outgrown]) -> None:
    """Delete files; one that is gone already is fine. Raise `Unavailable` where the disk refuses."""
    try:
        for file in files:
            with suppress(FileNotFoundError):
                file.path.unlink()
    except OSError as exc:
        raise Unavailable(
            f"{exc.filename} cannot be deleted ({exc.strerror}). Look at the rights of its folder and purge again: "
            "it goes on where it stopped."
        ) from exc


def _pages(folder: Path, done_among: Done) -> Iterator[Outgrown]:
    pages = [(_ticket(entry.name), entry) for entry in _files(folder) if entry.name.endswith(PAGES)]
    done = done_among({ticket for ticket, _entry in pages}) if pages else ()
    for ticket, entry in pages:
        if ticket in done:
            yield Outgrown(folder / entry.name, entry.stat(follow_symlinks=False).st_size)


def _ticket(name: str) -> str:
    """Give the ticket in a page's name.

    >>> _ticket("GO.FLEX.000640.20261005.00001.R.1.09DO1SJ396NF9.html")
    '09DO1SJ396NF9'
    """
    return name.rsplit(".", 2)[-2]


def _answers(root: Path, outbox: str, fetched: Fetched, before: datetime) -> Iterator[Outgrown]:
    there = {entry.name: entry.stat(follow_symlinks=False) for entry in _files(root / outbox)}
    old = {name: status for name, status in there.items() if status.st_mtime < before.timestamp()}
    sizes = dict.fromkeys((_seen(outbox, name) for name in old), 0)
    answers = {name: status for name, status in old.items() if name.startswith(FileKind.ANSWER)}
    sizes |= {_seen(outbox, name): status.st_size for name, status in answers.items()}
    gone = fetched(root.name, sizes) if sizes else ()
    for name, status in sorted(old.items()):
        if _seen(outbox, name) in gone:
            yield Outgrown(root / outbox / name, status.st_size)


def _seen(outbox: str, name: str) -> str:
    """Give the path under which a bureau fetches the answer that a file belongs to.

    >>> _seen("OUT", "GO.ACRF.999999.20261005.00001.R")
    '/OUT/FO.ACRF.999999.20261005.00001.R'
    """
    return f"/{outbox}/{FileKind.ANSWER}{name[2:]}"


def _folders(senders: Path) -> list[Path]:
    """Give the senders' folders; links are not followed."""
    with os.scandir(senders) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))


def _files(folder: Path) -> "list[os.DirEntry[str]]":
    """Give the plain files of a folder that may not be there."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                (one for one in entries if one.is_file(follow_symlinks=False)), key=lambda one: one.name
            )
    except FileNotFoundError:
        return []
