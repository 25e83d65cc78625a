"""The files of one set where they lie: what was received, the answers, the lines of a run, the page."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flexibatch.adapters.folders import ARCHIVE, SENDERS
from flexibatch.adapters.line_file import read_lines
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.answers import page_of
from flexibatch.domain.names import signature_of_answer
from flexibatch.domain.outcomes import LineOutcome
from flexibatch.domain.vocabulary import REPORT_FOLDER, Outcome
from flexibatch.errors import Refusal, Remedy
from flexibatch.services.sets import RunRow, SetDetails
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class SetFile:
    """A file of a set: where it lies, and what was recorded of it; an answer tells its `run`."""

    ticket: str
    name: str
    run: int | None
    path: Path


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that two runs decided differently; None where a run did not read it."""

    form: int
    line: int
    inss: str | None
    reference: str | None
    own: str | None
    before: Outcome | None
    codes_before: tuple[str, ...]
    after: Outcome | None
    codes_after: tuple[str, ...]


def file_of(home: Home, details: SetDetails, name: str, run: int | None = None) -> SetFile:
    """Return a received file or an answer of a set by its name, of the last run that has it unless `run` is told.

    Only names that the set's records hold are looked for, so that no word leads elsewhere. Raise `Refusal` for others,
    and for a file that is no longer kept.
    """
    folder = _folder(home, details)
    kept = {one.name: (None, folder.received / one.name) for one in details.files} if run is None else {}
    answers = {
        written: (one.number, folder.answers(one.number) / written)
        for one in details.runs
        if run in {None, one.number}
        for answer in one.answers
        for written in _written(answer.name, answer.signature)
    }
    known: dict[str, tuple[int | None, Path]] = {**answers, **kept}
    if name not in known:
        listed = ", ".join(known) or "none"
        raise Refusal(f"Set {details.ticket} has no file {name[:100]!r}; those that it has: {listed}.")
    found = SetFile(details.ticket, name, *known[name])
    if not found.path.exists():
        raise Refusal(f"The file {name} of set {details.ticket} is no longer kept{_since(details)}.")
    return found


def _written(name: str, signature: str | None) -> tuple[str, ...]:
    return (name,) if signature is None else (name, signature_of_answer(name))


def opened(file: SetFile) -> BinaryIO:
    """Open a file of a set, which is a plain one: what is a link or a device is not followed."""
    handle = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refusal(f"{file.path} is no plain file: it is not read.")
    return os.fdopen(handle, "rb")


def run_of(details: SetDetails, number: int | None) -> RunRow:
    """Return a run of a set, the last one unless a number is told; raise `Refusal` for one that there is not."""
    found = [one for one in details.runs if number in {None, one.number}]
    if found:
        return found[-1]
    if number is None:
        raise Refusal(f"Set {details.ticket} was not judged yet", remedy=Remedy.LIST_WAITING)
    numbers = ", ".join(str(one.number) for one in details.runs) or "none"
    raise Refusal(f"Set {details.ticket} has no run {number}; those that it has: {numbers}.")


def lines_of(home: Home, details: SetDetails, number: int | None = None) -> Iterator[LineOutcome]:
    """Return the lines of a run in the order of the document, each with its outcome; none of a set refused whole.

    Raise `Refusal` where they are no longer kept.
    """
    run = run_of(details, number)
    path = _folder(home, details).lines(run.number)
    if not run.lines:
        return iter(())
    if not path.exists():
        raise Refusal(
            f"The lines of run {run.number} of set {details.ticket} are not kept{_since(details)}: what it refused "
            "stands in its anomalies."
        )
    return read_lines(path)


def changes_between(home: Home, details: SetDetails, first: int, second: int) -> Iterator[LineChange]:
    """Yield the lines whose outcome or codes differ between two runs, in the order of the document.

    A line that made a version in one run is unchanged in the next: that the same version stands is no difference.
    """
    before = {one.place: one for one in lines_of(home, details, first)}
    for after in lines_of(home, details, second):
        was = before.pop(after.place, None)
        if was is None or not _is_same(was, after):
            yield _change(was, after)
    for was in before.values():
        yield _change(was, None)


def _is_same(was: LineOutcome, now: LineOutcome) -> bool:
    stands = was.version is not None and (was.ticket, was.version) == (now.ticket, now.version)
    return was.codes == now.codes and (stands or was.outcome == now.outcome)


def _change(was: LineOutcome | None, now: LineOutcome | None) -> LineChange:
    told = now or was
    if told is None:
        raise TypeError("a change is of a line")
    return LineChange(
        told.form,
        told.line,
        told.inss,
        told.reference,
        told.own,
        was.outcome if was else None,
        was.codes if was else (),
        now.outcome if now else None,
        now.codes if now else (),
    )


def page_path(home: Home, details: SetDetails) -> Path:
    """Return where the page of a set lies; raise `Refusal` where it lies on a server elsewhere, or is gone."""
    remote = next((one for one in home.settings.remote if one.sender == details.sender), None)
    name = page_of(details.name, details.ticket, "html")
    if remote is not None:
        raise Refusal(f"The page lies on {remote.host}, in the folder {REPORT_FOLDER} there: {name}.")
    path = home.settings.spool / SENDERS / details.sender / REPORT_FOLDER / name
    if not path.is_file():
        raise Refusal(
            f"There is no page {path}: it is written when answers are published, and goes by its retention or with its "
            f"bureau. `flexibatch show {details.ticket} --lines` tells the lines."
        )
    return path


def _folder(home: Home, details: SetDetails) -> SetFolder:
    """Return the private folder of a set, wherever it is now."""
    spool = home.settings.spool
    for folder in (SetFolder.claimed(spool, details.ticket), SetFolder.quarantined(spool, details.ticket)):
        if folder.path.is_dir():
            return folder
    if details.silent and details.earlier_ticket:
        for earlier in spool.glob(f"{ARCHIVE}/*/*/*/{details.earlier_ticket}"):
            return SetFolder(SetFolder(earlier).late / details.ticket)
    return SetFolder.archived(spool, details.received_on, details.ticket)


def _since(details: SetDetails) -> str:
    return f", it was purged on {details.purged_at:%Y-%m-%d}" if details.purged_at else ""
