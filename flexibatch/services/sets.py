"""Sets: what was received, and what was decided about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flexibatch.adapters.store import rerunnable, set_outcomes, sets
from flexibatch.adapters.store.bureaus import show_sender
from flexibatch.domain.set_outcomes import set_outcome
from flexibatch.domain.vocabulary import Environment, SetOutcome, SetState
from flexibatch.services.rows import record, records
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class SetHead:
    """What is told of a set wherever one is shown."""

    ticket: str
    name: str
    sender: str
    sender_name: str
    environment: str
    subject: str
    arrived_at: datetime
    received_on: date
    state: str
    run: int


@dataclass(frozen=True, slots=True)
class SetRow(SetHead):
    """A set with the counts of its last run, None where it was never judged.

    `outcome` is None as long as it is not decided; `codes` are those of what that run refused.
    """

    decided_at: datetime | None
    published_at: datetime | None
    forms: int | None
    lines: int | None
    accepted: int | None
    unchanged: int | None
    refused: int | None
    anomalies: int | None
    reason: str | None
    purged_at: datetime | None
    outcome: SetOutcome | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it was kept."""

    name: str
    kind: str
    part: int | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer of a run; `signature` is the SHA-256 of the signature on it."""

    subject: str
    name: str
    sha256: str
    size: int
    signature: str | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run: its verdict, what it was judged with, its counts and answers."""

    number: int
    verdict: str
    decided_at: datetime
    published_at: datetime | None
    sha256: str | None
    schema: str | None
    catalogue: str | None
    register_at: datetime | None
    forms: int
    lines: int
    accepted: int
    unchanged: int
    refused: int
    anomalies: int
    answers: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True)
class FormRow:
    """What became of a Form in the last run."""

    number: int
    ticket: str
    operation: str | None
    reference_type: str | None
    reference: str | None
    acceptance: str | None
    result: str
    lines: int
    accepted: int
    unchanged: int
    refused: int


@dataclass(frozen=True, slots=True)
class AnomalyRow:
    """An anomaly of the last run; `note` is for the operator only."""

    form_number: int | None
    line: int | None
    rule: str
    code: str
    class_: str
    tag: str | None
    value: str | None
    line_nbr: int | None
    column_nbr: int | None
    location: str | None
    employer: str | None
    inss: str | None
    reference: str | None
    own_reference: str | None
    what: str
    remedy: str
    note: str | None


@dataclass(frozen=True, slots=True)
class AcknowledgementRow:
    """An acknowledgement of an answer, and the set that brought it."""

    answer_name: str
    set_ticket: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SetDetails(SetHead):
    """All that is known of one set; `acknowledges` is the answer that the set itself acknowledges."""

    claimed_at: datetime
    names: tuple[str, ...]
    withdrawn: bool
    silent: bool
    discarded: bool
    earlier_ticket: str | None
    purged_at: datetime | None
    attempts: int
    troubles: int
    not_before: datetime | None
    reason: str | None
    files: tuple[FileRow, ...]
    runs: tuple[RunRow, ...]
    forms: tuple[FormRow, ...]
    anomalies: tuple[AnomalyRow, ...]
    acknowledged: tuple[AcknowledgementRow, ...]
    acknowledges: str | None


def list_sets(  # noqa: PLR0913 - one argument a condition
    home: Home,
    *,
    states: Sequence[SetState | SetOutcome] = (),
    sender: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    name: str | None = None,
    environment: Environment | None = None,
    code: str | None = None,
    employer: str | None = None,
    inss: str | None = None,
    limit: int | None = None,
) -> tuple[SetRow, ...]:
    """Return the sets for which all conditions hold, in order of arrival; `limit` keeps the latest.

    Raise `Refusal` for an unknown sender, and for what is no number of an employer or a worker.
    """
    with home.database.reading() as connection:
        if sender is not None:
            show_sender(connection, sender)
        wanted = sets.WantedSets(states, sender, since, name, until, environment)
        further = rerunnable.WantedReruns(code=code, employer=employer, inss=inss).conditions(connection)
        found = sets.list_sets(connection, wanted, further, limit=limit)
        return set_rows(set_outcomes.with_codes(connection, found))


def set_rows(found: Iterable[Mapping[str, Any]]) -> tuple[SetRow, ...]:
    """Return rows of sets, each with what became of it."""
    return tuple(record(SetRow, row, outcome=_outcome(row)) for row in found)


def _outcome(row: Mapping[str, Any]) -> SetOutcome | None:
    standing = (row["accepted"] or 0) + (row["unchanged"] or 0)
    return set_outcome(row["state"], standing=standing, refused=row["refused"] or 0)


def show_set(home: Home, word: str, run: int | None = None) -> SetDetails:
    """Return all that is known of the set that a ticket or a file's name speaks of; raise `Refusal` for no such set.

    Forms and anomalies are those of the last run, or of `run`.
    """
    with home.database.reading() as connection:
        found = sets.show_set(connection, word, run)
    runs = (record(RunRow, row, answers=records(AnswerRow, row["answers"])) for row in found["runs"])
    return record(
        SetDetails,
        found,
        names=tuple(found["names"]),
        files=records(FileRow, found["files"]),
        runs=tuple(runs),
        forms=records(FormRow, found["forms"]),
        anomalies=records(AnomalyRow, found["anomalies"]),
        acknowledged=records(AcknowledgementRow, found["acknowledged"]),
    )
