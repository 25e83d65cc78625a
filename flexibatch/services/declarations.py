"""Declarations and workers: what is in force, with every version of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flexibatch.adapters.store import declarations
from flexibatch.adapters.store.register import KnownPeriod
from flexibatch.domain.vocabulary import Environment
from flexibatch.services.rows import record, records
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class DeclarationRow:
    """A declaration with what its last version says, and who sent that."""

    ticket: str
    environment: str
    person: str
    reference: str
    version: int
    operation: str
    in_force: bool
    own_reference: str | None
    start_date: date | None
    end_date: date | None
    calculated_on: date | None
    eurocents: int | None
    sender: str
    set_ticket: str
    arrived_at: datetime
    company: str | None
    nsso: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ElementRow:
    """A financial element of a quality."""

    element: int
    code: str
    eurocents: int
    frequency: int | None


@dataclass(frozen=True, slots=True)
class QualityRow:
    """A quality of a version."""

    quality: int
    start_date: date
    end_date: date
    employer_class: str
    worker_code: str
    elements: tuple[ElementRow, ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a declaration: who sent it, and what it says."""

    number: int
    operation: str
    set_ticket: str
    form_ticket: str
    form_number: int
    form_reference: str | None
    line: int
    run: int
    sender: str
    name: str
    arrived_at: datetime
    inss: str
    reference: str | None
    own_reference: str | None
    start_date: date | None
    end_date: date | None
    calculated_on: date | None
    eurocents: int | None
    qualities: tuple[QualityRow, ...]


@dataclass(frozen=True, slots=True)
class Declaration(DeclarationRow):
    """A declaration with all its versions, first to last."""

    versions: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker's declarations beside the periods of the register; `former` are the replaced numbers."""

    person: str
    former: tuple[str, ...]
    declarations: tuple[Declaration, ...]
    periods: tuple[KnownPeriod, ...]


@dataclass(frozen=True, slots=True)
class Declarations:
    """The latest declarations of those that were asked for; `more` tells that there are others."""

    rows: tuple[DeclarationRow, ...]
    more: bool


def list_declarations(  # noqa: PLR0913 - one argument a condition
    home: Home,
    *,
    sender: str | None = None,
    employer: str | None = None,
    reference: str | None = None,
    environment: Environment | None = None,
    inss: str | None = None,
    cancelled: bool = False,
    limit: int = 0,
) -> Declarations:
    """Return the declarations for which all conditions hold, the last version that arrived last; 0 sets no limit.

    Raise `Refusal` for what is no number of an employer or a worker.
    """
    wanted = declarations.WantedDeclarations(sender, employer, reference, environment, inss, cancelled)
    with home.database.reading() as connection:
        found = declarations.list_declarations(connection, wanted, limit=limit + 1 if limit else None)
    shown = [_with_numbers(row) for row in (found[-limit:] if limit else found)]
    return Declarations(records(DeclarationRow, shown), more=len(found) > len(shown))


def show_declaration(home: Home, ticket: str) -> Declaration:
    """Return the declaration with a ticket; raise `Refusal` where there is none."""
    with home.database.reading() as connection:
        return declaration_of(declarations.show_declaration(connection, ticket))


def show_worker(home: Home, inss: str) -> Worker:
    """Return the worker of any number, current or former; raise `Refusal` for one that nothing knows."""
    with home.database.reading() as connection:
        found = declarations.worker(connection, inss)
    return Worker(
        found["person"],
        tuple(found["former"]),
        tuple(declaration_of(row) for row in found["declarations"]),
        records(KnownPeriod, found["periods"]),
    )


def declaration_of(row: Mapping[str, Any]) -> Declaration:
    """Return a row with its versions as a declaration."""
    return record(Declaration, _with_numbers(row), versions=tuple(map(_version, row["versions"])))


def _with_numbers(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "nsso": tuple(row["nsso"])}


def _version(row: Mapping[str, Any]) -> VersionRow:
    return record(VersionRow, row, qualities=tuple(map(_quality, row["qualities"])))


def _quality(row: Mapping[str, Any]) -> QualityRow:
    return record(QualityRow, row, elements=records(ElementRow, row["elements"]))
