"""Look up which declarations are in force, with the content of their last version."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Table, and_, bindparam, func, select

from flexibatch.adapters.store.bulk import BATCH, Among
from flexibatch.adapters.store.contents import OF_ELEMENT, OF_FEATURE, OF_VERSION
from flexibatch.adapters.store.tables import declaration, feature, financial_element, version
from flexibatch.domain.flxwage.model import Calculation, FinancialElement, Quality
from flexibatch.domain.identifiers import normal_reference
from flexibatch.domain.operations import CurrentDeclaration
from flexibatch.domain.vocabulary import Environment, Operation

_DECLARED = Among(
    select(declaration.c.ticket, declaration.c.person, declaration.c.reference).where(
        declaration.c.environment == bindparam("environment"),
        declaration.c.employer_id == bindparam("employer_id"),
    ),
    declaration.c.person,
)


def current_declarations(
    connection: Connection, environment: Environment, employer_id: int, keys: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], CurrentDeclaration]:
    """Return the standing declarations by (person, reference): three queries for a Form, whatever its lines.

    References are given as they are compared. Declarations of the first releases have theirs as it was sent, so that of
    two that differ in case only the one in small letters is meant.
    """
    found: dict[tuple[str, str], str] = {}
    asked = {person for person, _ in keys}
    world = environment.value
    for ticket, person, reference in _DECLARED.rows(
        connection, asked, environment=world, employer_id=employer_id
    ):
        key = (person, normal_reference(reference))
        if key in keys and (key not in found or key[1] == reference):
            found[key] = ticket
    tickets = {ticket: key for key, ticket in found.items()}
    result: dict[tuple[str, str], CurrentDeclaration] = {}
    for some in _batches(sorted(tickets)):
        result.update((tickets[one.ticket], one) for one in _standing(connection, some))
    return result


def contents(connection: Connection, tickets: Collection[str]) -> dict[tuple[int, int], list[Quality]]:
    """Return the qualities of the last versions of declarations, by (form id, line)."""
    elements: dict[tuple[int, int, int], list[FinancialElement]] = defaultdict(list)
    for form_id, line, place, _nth, *values in connection.execute(
        _of_last(financial_element, OF_ELEMENT, tickets)
    ):
        elements[form_id, line, place].append(FinancialElement._make(values))
    qualities: dict[tuple[int, int], list[Quality]] = defaultdict(list)
    for form_id, line, place, *values in connection.execute(_of_last(feature, OF_FEATURE, tickets)):
        made = tuple(elements[form_id, line, place])
        qualities[form_id, line].append(Quality._make((*values, made)))
    return qualities


def _batches(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def _last(tickets: Collection[str]) -> Select[Any]:
    newest = (
        select(
            version.c.declaration,
            func.max(version.c.number).label("number"),
            func.max(version.c.arrival).label("newest_arrival"),
        )
        .where(version.c.declaration.in_(tickets))
        .group_by(version.c.declaration)
        .subquery()
    )
    same = and_(version.c.declaration == newest.c.declaration, version.c.number == newest.c.number)
    return select(version, newest.c.newest_arrival).join(newest, same)


def _of_last(table: Table, columns: Sequence[Column[Any]], tickets: Collection[str]) -> Select[Any]:
    """Select key and columns of the rows of last versions, in the order of the key."""
    last = _last(tickets).subquery()
    same = and_(table.c.form_id == last.c.form_id, table.c.line == last.c.line)
    return select(*table.primary_key, *columns).join(last, same).order_by(*table.primary_key)


def _standing(connection: Connection, tickets: Collection[str]) -> Iterable[CurrentDeclaration]:
    qualities = contents(connection, tickets)
    return [_standing_of(row, qualities) for row in connection.execute(_last(tickets))]


def _standing_of(row: Row[Any], qualities: Mapping[tuple[int, int], list[Quality]]) -> CurrentDeclaration:
    cancelled = row.operation == Operation.CANCELLATION
    content = None
    if not cancelled:
        made = tuple(qualities.get((row.form_id, row.line), ()))
        content = Calculation._make((*(getattr(row, one.name) for one in OF_VERSION), made))
    return CurrentDeclaration(
        ticket=row.declaration,
        version=row.number,
        cancelled=cancelled,
        own=row.own_reference,
        content=content,
        last_arrival=row.arrival,
        newest_arrival=row.newest_arrival,
    )
