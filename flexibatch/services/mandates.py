"""Mandates: who may declare for whom, and when."""

from dataclasses import dataclass
from datetime import date

from flexibatch.adapters.mandates_csv import read_mandates
from flexibatch.adapters.store import mandates
from flexibatch.adapters.store.bureaus import show_sender
from flexibatch.domain.bureaus import Mandate
from flexibatch.domain.operators import By
from flexibatch.services.rows import records
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class MandateRow:
    """A mandate with the numbers it was given with; `state` is `to come`, `in force` or `ended`."""

    sender: str
    nsso_number: str | None
    enterprise_number: str | None
    from_: date
    until: date | None
    state: str


@dataclass(frozen=True, slots=True)
class ImportedMandates:
    """Count the mandates of a file that were registered, and those that were there already."""

    added: int
    known: int


def add_mandate(home: Home, by: By, new: Mandate) -> bool:
    """Register a mandate; return whether that is news."""
    with home.database.writing() as connection:
        return mandates.add_mandate(connection, by, new)


def end_mandate(home: Home, by: By, ended: Mandate) -> list[date]:
    """End all mandates of a sender for an employer that run beyond a day; return the first days of later ones.

    Raise `Refusal` where none runs beyond it.
    """
    with home.database.writing() as connection:
        return mandates.end_mandate(connection, by, ended)


def count_ending(home: Home, ended: Mandate) -> int:
    """Return how many mandates `end_mandate` would end; raise `Refusal` where none runs beyond the day."""
    with home.database.reading() as connection:
        return len(mandates.ending(connection, ended)[0])


def list_mandates(
    home: Home, today: date, sender: str | None = None, *, in_force: bool = False
) -> tuple[MandateRow, ...]:
    """Return mandates by sender, employer and first day; raise `Refusal` for an unknown sender."""
    with home.database.reading() as connection:
        if sender is not None:
            show_sender(connection, sender)
        return records(MandateRow, mandates.list_mandates(connection, today, sender, in_force=in_force))


def import_mandates(home: Home, by: By, content: bytes, today: date) -> ImportedMandates:
    """Register all mandates of a CSV file, or none; raise `Refusal` with the line for the first that is wrong."""
    rows = read_mandates(content, today)
    with home.database.writing() as connection:
        return ImportedMandates(*mandates.import_mandates(connection, by, rows))
