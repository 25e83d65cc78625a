"""Judge files that lie anywhere, as the channel would, and keep nothing."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.store.unit_of_work import StoredUnitOfWork
from flexibatch.domain.case import Case, ReceivedFile, Sender
from flexibatch.domain.groups import DirectoryEntry, groups_of
from flexibatch.domain.names import key_of, kind_of, parse_name
from flexibatch.domain.outcomes import LineOutcome, line_outcomes
from flexibatch.domain.sets import Found, Inbox, Patience, sort_out
from flexibatch.domain.vocabulary import (
    Environment,
    FileKind,
    Language,
    SignatureDemand,
    Subject,
)
from flexibatch.dry_run import DryRunUnitOfWork, Trial, try_case
from flexibatch.errors import Refusal, Remedy
from flexibatch.pipeline import report_of
from flexibatch.ports import Stream, UnitOfWork
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home

EXAMPLE = "FI.FLEX.000640.20261005.00001.R.1.1"
"""A name as bureaus give their files."""

CHECKED = "CHECK00000000"
"""The ticket of a set that is checked and never received."""

NOT_JUDGED = (
    "signatures, mandates, earlier declarations, the workers' Dimona, and whether the name was used before"
)
"""What cannot be judged without a home."""

LATER_THAN_ALL = 2**31 - 1

AT_ONCE = Patience(incomplete_after=0, go_grace=0, settle_for=0, stray_after=0, claim_delay=0)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to, and the answer that would carry it: NOTI, or ACRF where the file is refused."""

    trial: Trial
    answer: str

    @property
    def refused(self) -> bool:
        """Return whether anything would be refused: the file, a Form or a line."""
        verdict = self.trial.settlement.verdict
        lines = verdict.counts.refused > 0 or any(form.refused for form in self.trial.forms)
        return verdict.state == "refused" or lines


def sets_of(paths: Sequence[Path]) -> list[list[Path]]:
    """Group files into sets as an inbox does; raise `Refusal` for one file name from two folders.

    What begins like no file of the channel is a set of its own.
    """
    named: dict[str, Path] = {}
    for path in paths:
        other = named.setdefault(path.name, path)
        if other.absolute() != path.absolute():
            raise Refusal(
                f"{other} and {path} have the same name, which one inbox cannot hold: check them one by one."
            )
    groups, others = groups_of(DirectoryEntry(name, 0) for name in named)
    return [
        *([named[name] for _, name, _ in group.in_order] for group in groups.values()),
        *([named[one.name]] for one in others),
    ]


def check_set(components: Components, paths: Sequence[Path], sender: Sender) -> Checked:
    """Judge one set of files for a sender; without a register where the home is blind."""
    with TemporaryDirectory() as made:
        folder = SetFolder(Path(made))
        folder.received.mkdir()
        for path in paths:
            (folder.received / path.name).symlink_to(path.absolute())
        case = _case(components, paths, sender)
        blind = components.home.blind
        if not blind:
            received = components.claims.received(sender.number, case.environment, [key_of(case.name)])
            case = replace(case, earlier_ticket=received.get(key_of(case.name)))
        world = components.world_in(folder)
        unit = _blind(case) if blind else _seeing(components.home, case)
        trial = try_case(world, unit, world.answers)
        return Checked(_unanswered(trial), _answer(folder, trial))


def _unanswered(trial: Trial) -> Trial:
    """Take away the names of answers that are never put out."""
    settlement = trial.settlement
    return replace(trial, settlement=replace(settlement, verdict=replace(settlement.verdict, answers=())))


def _case(components: Components, paths: Sequence[Path], sender: Sender) -> Case:
    now, limits = components.outside.clock.now(), components.limits
    named = [parsed for parsed in map(parse_name, (path.name for path in paths)) if parsed]
    letter = named[0].environment if named else Environment.REAL.value
    known = letter in {environment.value for environment in Environment}
    environment = Environment(letter) if known else Environment.REAL
    place = limits.place(sender.number, environment, limits.day_of(now))
    inbox = Inbox(place, AT_ONCE, sender.must_sign(environment))
    found = _found(paths, inbox)
    return Case(
        ticket=CHECKED,
        name=found.name if found else paths[0].name,
        subject=Subject.ACKNOWLEDGEMENT
        if found and found.subject == Subject.ACKNOWLEDGEMENT
        else Subject.DECLARATION,
        sender=sender,
        environment=environment,
        arrival=LATER_THAN_ALL,
        arrived_at=now,
        received_on=limits.day_of(now),
        run=1,
        files=tuple(_file(path, place) for place, path in enumerate(paths, 1)),
        withdrawn=found is not None and found.withdrawn,
        claim_faults=found.faults if found else (),
    )


def _found(paths: Sequence[Path], inbox: Inbox) -> Found | None:
    """Find the set as a sweep would once its GO is there: a clerk checks files before the GO is made."""
    entries = [DirectoryEntry(path.name, 0) for path in paths]
    groups, others = groups_of(entries)
    for group in groups.values():
        if not group.gos and group.files:
            first = group.files[0][0]
            entries.append(DirectoryEntry(f"{FileKind.GO}.{first.key}.{first.parts}", 0))
    groups, others = groups_of(entries)
    return next(iter(sort_out(groups, others, {}, inbox, 0).found), None)


def _file(path: Path, place: int) -> ReceivedFile:
    parsed = parse_name(path.name)
    part = int(parsed.part) if parsed and parsed.part and parsed.part.isdecimal() else place
    kind = kind_of(path.name) or FileKind.DATA
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return ReceivedFile(path.name, kind, part, file.tell(), digest)
    except OSError as exc:
        raise Refusal(
            f"{path} cannot be read ({exc.strerror}): name a file that this user may read."
        ) from exc


def _answer(folder: SetFolder, trial: Trial) -> str:
    """Return the last answer; what is recorded only has none."""
    answers = trial.settlement.verdict.answers
    return (folder.answers(run=1) / answers[-1].name).read_text("utf-8") if answers else ""


def _blind(case: Case) -> nullcontext[tuple[UnitOfWork, Case]]:
    return nullcontext((DryRunUnitOfWork(), case))


@contextmanager
def _seeing(home: Home, case: Case) -> Iterator[tuple[UnitOfWork, Case]]:
    with home.database.looking() as connection:
        yield StoredUnitOfWork(connection, Stream(case.sender.number, case.environment), None), case


def sender_of(components: Components, paths: Sequence[Path], number: str | None) -> Sender:
    """Return whose files these are: a registered sender, where there is a register."""
    return (
        guessed_sender(paths, number)
        if components.home.blind
        else registered_sender(components, paths, number)
    )


def guessed_sender(paths: Sequence[Path], number: str | None) -> Sender:
    """Take the sender as it was told, or as the names have it; a clerk without a home reads English."""
    parsed = next((one for one in map(parse_name, (path.name for path in paths)) if one), None)
    told = number or (parsed.sender if parsed else None)
    if told is None:
        raise Refusal(
            f"{paths[0].name} follows no file name of the channel, such as {EXAMPLE}, so it does not tell its sender",
            remedy=Remedy.MEND_NAME,
        )
    return Sender(told, told, Language.EN, SignatureDemand.OPTIONAL)


def registered_sender(components: Components, paths: Sequence[Path], number: str | None) -> Sender:
    """Return the sender as it was told, or as the names have it; raise `Refusal` where it is not registered."""
    wanted = guessed_sender(paths, number).number
    known = {one.number: one for one in components.claims.senders()}
    if wanted not in known:
        raise Refusal(f"Sender {wanted} is unknown", remedy=Remedy.TELL_SENDER)
    return known[wanted]


def report_json(components: Components, checked: Checked) -> bytes:
    """Return what a check came to as the JSON that stands beside a page in REPORT."""
    trial = checked.trial

    def lines() -> Iterator[LineOutcome]:
        return (line for form in trial.forms for line in line_outcomes(form))

    return components.pages.json(report_of(trial.settlement), lines)
