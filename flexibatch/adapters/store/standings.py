"""Look up which declarations are in force, with the content of their last version."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, select

from flexibatch.adapters.store.bulk import BATCH, Among
from flexibatch.adapters.store.tables import declaration, feature, financial_element, version
from flexibatch.domain.identifiers import normal_reference
from flexibatch.domain.model import Calculation, FinancialElement, Quality
from flexibatch.domain.operations import Standing
from flexibatch.domain.vocabulary import Environment, Operation

_DECLARED = Among(
    select(declaration.c.ticket, declaration.c.person, declaration.c.reference).where(
        declaration.c.environment == bindparam("environment"),
        declaration.c.employer_id == bindparam("employer_id"),
    ),
    declaration.c.person,
)


def standings(
    connection: Connection, environment: Environment, employer_id: int, keys: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], Standing]:
    """Give the standing declarations by (person, reference): three queries for a Form, whatever its lines.

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
    result: dict[tuple[str, str], Standing] = {}
    for some in _batches(sorted(tickets)):
        result.update((tickets[one.ticket], one) for one in _standing(connection, some))
    return result


def contents(connection: Connection, tickets: Collection[str]) -> dict[tuple[int, int], list[Quality]]:
    """Give the qualities of the last versions of declarations, by (form id, line)."""
    elements: dict[tuple[int, int, int], list[FinancialElement]] = defaultdict(list)
    for row in connection.execute(
        _of_last(financial_element, tickets).order_by(*financial_element.primary_key)
    ):
        elements[row.form_id, row.line, row.quality].append(
            FinancialElement(row.code, row.eurocents, row.frequency)
        )
    qualities: dict[tuple[int, int], list[Quality]] = defaultdict(list)
    for row in connection.execute(_of_last(feature, tickets).order_by(*feature.primary_key)):
        made = tuple(elements[row.form_id, row.line, row.quality])
        quality = Quality(row.start_date, row.end_date, row.employer_class, row.worker_code, made)
        qualities[row.form_id, row.line].append(quality)
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


def _of_last(table: Any, tickets: Collection[str]) -> Select[Any]:  # noqa: ANN401 - a table with a line's key
    last = _last(tickets).subquery()
    return select(table).join(last, and_(table.c.form_id == last.c.form_id, table.c.line == last.c.line))


def _standing(connection: Connection, tickets: Collection[str]) -> Iterable[Standing]:
    qualities = contents(connection, tickets)
    return [_standing_of(row, qualities) for row in connection.execute(_last(tickets))]


def _standing_of(row: Row[Any], qualities: Mapping[tuple[int, int], list[Quality]]) -> Standing:
    cancelled = row.operation == Operation.CANCELLATION
    content = None
    if not cancelled:
        made = tuple(qualities.get((row.form_id, row.line), ()))
        content = Calculation(row.start_date, row.end_date, row.calculated_on, made)
    return Standing(
        ticket=row.declaration,
        version=row.number,
        cancelled=cancelled,
        own=row.own_reference,
        content=content,
        last_arrival=row.arrival,
        newest_arrival=row.newest_arrival,
    )
