"""Who changed what: every act of an operator leaves a row in the transaction it is done in.

The database refuses to change or delete what is told (migration 0003); `purge_told` is the one way out.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.exc import IntegrityError

from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.tables import audit, audit_purge, session_event
from flexibatch.domain.operators import By
from flexibatch.errors import Refusal

__all__ = ["By", "note", "old_told", "purge_told"]

OPERATOR_LIMIT = 64
SUBJECT_LIMIT = 100

Told = Literal["audit", "door"]
"""What operators did, or what bureaus did at the front door."""
_TABLES: dict[Told, Table] = {"audit": audit, "door": session_event}


def note(connection: Connection, by: By, action: str, subject: str, **details: str | int | None) -> None:
    """Write an act down: `action` is its command (`sender add`), `subject` what it was done to.

    What was said of why it is done stands among the details, as `note`.
    """
    row = {
        "at": stored(by.at),
        "operator": by.operator[:OPERATOR_LIMIT],
        "action": action,
        "subject": subject[:SUBJECT_LIMIT],
        "details": details if by.note is None else {**details, "note": by.note},
    }
    connection.execute(insert(audit).values(**row))


def old_told(connection: Connection, told: Told, before: datetime) -> int:
    """Count what was told before an instant."""
    table = _TABLES[told]
    query = select(func.count()).select_from(table).where(table.c.at < stored(before))
    return connection.scalar(query) or 0


def purge_told(connection: Connection, by: By, told: Told, before: datetime) -> int:
    """Have what was told before an instant deleted, and say so for ever; give the count.

    Raise `Refusal` where the database's own clock says that it is not a year old.
    """
    rows = old_told(connection, told, before)
    if not rows:
        return 0
    row = {
        "at": stored(by.at),
        "operator": by.operator,
        "kind": _TABLES[told].name,
        "before": stored(before),
        "rows": rows,
    }
    try:
        connection.execute(insert(audit_purge).values(**row))
    except IntegrityError as exc:
        raise Refusal(
            "The audit of the last year is not deleted, and by the database's clock it would be. "
            "Nothing was deleted of it; compare the clocks of the two machines."
        ) from exc
    note(connection, by, "purge", told, before=before.isoformat(), rows=rows)
    return rows
