"""Employers: which numbers are known, and which are third payers'."""

from dataclasses import dataclass
from typing import TypeVar

from flexibatch.adapters.store import employers
from flexibatch.adapters.store.rows import PlainRow
from flexibatch.domain.operators import By
from flexibatch.services.rows import record
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class EmployerRow:
    """An employer's numbers; `third_payer` are those of its NSSO numbers that are third payers'."""

    company: str | None
    nsso: tuple[str, ...]
    third_payer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmployerDetails(EmployerRow):
    """An employer's numbers, and how much is known of it."""

    periods: int
    mandates: int
    declarations: int


@dataclass(frozen=True, slots=True)
class Employers:
    """The first employers of those that were asked for; `more` tells that there are others."""

    rows: tuple[EmployerRow, ...]
    more: bool


E = TypeVar("E", bound=EmployerRow)


def mark_third_payer(home: Home, by: By, nsso: str, *, third_payer: bool) -> bool:
    """Say whether an NSSO number is a third payer's; return whether that is news.

    Raise `Refusal` where the mark is taken from a number that is not known.
    """
    with home.database.writing() as connection:
        return employers.mark_third_payer(connection, by, nsso, third_payer=third_payer)


def list_employers(home: Home, *, third_payers: bool = False, limit: int = 0) -> Employers:
    """Return employers as they were first heard of, the latest `limit` of them; 0 sets no limit."""
    most = limit + 1 if limit else None
    with home.database.reading() as connection:
        found = employers.list_employers(connection, third_payers=third_payers, limit=most)
    shown = found[-limit:] if limit else found
    return Employers(tuple(_record(EmployerRow, row) for row in shown), more=len(found) > len(shown))


def show_employer(home: Home, nsso: str | None, company: str | None) -> EmployerDetails:
    """Return the employer of one or two numbers; raise `Refusal` where none has them, or two have."""
    with home.database.reading() as connection:
        return _record(EmployerDetails, employers.show_employer(connection, nsso, company))


def _record(kind: type[E], row: PlainRow) -> E:
    return record(kind, row, nsso=tuple(row["nsso"]), third_payer=tuple(row["third_payer"]))
