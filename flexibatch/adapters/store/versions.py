"""The versions of declarations as operators see them: who sent each, and what it says."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, and_, cast, func, select

from flexibatch.adapters.store.contents import OF_VERSION
from flexibatch.adapters.store.rows import PlainRow, all_shown
from flexibatch.adapters.store.tables import feature, file_set, financial_element, form, form_run, version

CONTENT = (version.c.own_reference, *OF_VERSION)
TOTAL = (
    # PostgreSQL sums whole numbers to a decimal
    select(cast(func.sum(financial_element.c.eurocents), BigInteger))
    .where(financial_element.c.form_id == version.c.form_id, financial_element.c.line == version.c.line)
    .scalar_subquery()
    .label("eurocents")
)


def versions_of(connection: Connection, tickets: Collection[str]) -> dict[str, list[PlainRow]]:
    """Return the versions of declarations with their qualities, by ticket."""
    origin = (form.c.set_ticket, form.c.ticket.label("form_ticket"), form.c.number.label("form_number"))
    key = form_run.c.reference.label("form_reference")
    made = (key, version.c.line, version.c.run, file_set.c.sender, file_set.c.name, file_set.c.arrived_at)
    query = (
        select(version.c.declaration, version.c.form_id, version.c.number, version.c.operation)
        .add_columns(*origin, *made, version.c.inss, version.c.reference, *CONTENT, TOTAL)
        .select_from(version)
        .join(form, form.c.id == version.c.form_id)
        .join(form_run, and_(form_run.c.form_id == form.c.id, form_run.c.run == version.c.run))
        .join(file_set, file_set.c.ticket == form.c.set_ticket)
        .where(version.c.declaration.in_(tickets))
        .order_by(version.c.declaration, version.c.number)
    )
    qualities = _qualities(connection, tickets)
    result: dict[str, list[PlainRow]] = defaultdict(list)
    for row in all_shown(connection.execute(query)):
        place = (row.pop("form_id"), row["line"])
        result[row.pop("declaration")].append(row | {"qualities": qualities.get(place, [])})
    return result


def _qualities(connection: Connection, tickets: Collection[str]) -> dict[tuple[int, int], list[PlainRow]]:
    elements: dict[tuple[int, int, int], list[PlainRow]] = defaultdict(list)
    for row in all_shown(connection.execute(_parts(financial_element, tickets))):
        elements[row.pop("form_id"), row.pop("line"), row.pop("quality")].append(row)
    qualities: dict[tuple[int, int], list[PlainRow]] = defaultdict(list)
    for row in all_shown(connection.execute(_parts(feature, tickets))):
        place = (row.pop("form_id"), row.pop("line"))
        qualities[place].append(row | {"elements": elements[*place, row["quality"]]})
    return qualities


def _parts(table: Any, tickets: Collection[str]) -> Select[Any]:  # noqa: ANN401 - a table with a line's key
    same = and_(table.c.form_id == version.c.form_id, table.c.line == version.c.line)
    return (
        select(table)
        .join(version, same)
        .where(version.c.declaration.in_(tickets))
        .order_by(*table.primary_key)
    )
