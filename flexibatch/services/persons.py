"""Give out all that the channel holds on one person, for whoever has to answer for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from flexibatch.adapters.store.audit import note
from flexibatch.adapters.store.persons import held_on
from flexibatch.adapters.store.register import KnownPeriod
from flexibatch.adapters.store.rows import PlainRow
from flexibatch.domain.operators import By
from flexibatch.services.declarations import Declaration, declaration_of
from flexibatch.services.rows import record, records
from flexibatch.services.sets import AnomalyRow, FileRow
from flexibatch.wiring.components import Components

COUNTED = ("declarations", "unchanged", "refused", "anomalies", "periods", "replacements", "sets")


@dataclass(frozen=True, slots=True)
class ReplacedNumber:
    """A number that was replaced by another."""

    old_inss: str
    new_inss: str
    current_inss: str
    replaced_on: date | None


@dataclass(frozen=True, slots=True)
class UnchangedLine:
    """A line that said what was in force already."""

    set_ticket: str
    form_ticket: str
    line: int
    run: int
    declaration: str
    version: int


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of the person that was refused, as far as it could be read."""

    set_ticket: str
    form_ticket: str
    line: int
    run: int
    inss: str | None
    reference: str | None
    own_reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnomaly(AnomalyRow):
    """An anomaly that was told against a line of the person, in any run of a set."""

    set_ticket: str
    run: int


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """An answer of a set that names the person."""

    run: int
    subject: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PersonSet:
    """A set whose records name the person, with the digests of its files and answers."""

    ticket: str
    name: str
    sender: str
    environment: str
    arrived_at: datetime
    received_on: date
    state: str
    run: int
    purged_at: datetime | None
    files: tuple[FileRow, ...]
    answers: tuple[PersonAnswer, ...]


@dataclass(frozen=True, slots=True)
class PersonRecords:
    """All that the channel holds on one person; `former` are the replaced numbers."""

    person: str
    former: tuple[str, ...]
    declarations: tuple[Declaration, ...]
    periods: tuple[KnownPeriod, ...]
    replacements: tuple[ReplacedNumber, ...]
    unchanged: tuple[UnchangedLine, ...]
    refused: tuple[RefusedLine, ...]
    anomalies: tuple[PersonAnomaly, ...]
    sets: tuple[PersonSet, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind of record."""
        return {name: len(getattr(self, name)) for name in COUNTED}


@dataclass(frozen=True, slots=True)
class PersonExport:
    """What is given out on one person, under a ticket of its own."""

    ticket: str
    by: By
    held: PersonRecords


def export_person(
    components: Components, by: By, inss: str, text_of: Callable[[PersonExport], str]
) -> tuple[PersonExport, str]:
    """Return what the channel holds on the person of any number, and the text of it.

    `text_of` writes what is given out: the audit keeps the digest of these bytes, and not of whom they are. Raise
    `Refusal` for what is no number.
    """
    with components.home.database.writing() as connection:
        held = _records(held_on(connection, inss))
        export = PersonExport(components.outside.tickets.new(), by, held)
        text = text_of(export)
        digest = sha256(text.encode()).hexdigest()
        note(connection, by, "person export", export.ticket, sha256=digest, **held.counts)
    return export, text


def _records(found: PlainRow) -> PersonRecords:
    return PersonRecords(
        found["person"],
        tuple(found["former"]),
        tuple(declaration_of(row) for row in found["declarations"]),
        records(KnownPeriod, found["periods"]),
        records(ReplacedNumber, found["replacements"]),
        records(UnchangedLine, found["unchanged"]),
        records(RefusedLine, found["refused"]),
        records(PersonAnomaly, found["anomalies"]),
        tuple(_set(row) for row in found["sets"]),
    )


def _set(row: PlainRow) -> PersonSet:
    files, answers = records(FileRow, row["files"]), records(PersonAnswer, row["answers"])
    return record(PersonSet, row, files=files, answers=answers)
