"""Who changed what: every act of an operator leaves a row in the transaction it is done in.

The database refuses to change or delete what is told (migration 0003); `purge_told` is the one way out.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.tables import audit, audit_purge, session_event
from flexibatch.errors import Refusal

OPERATOR_LIMIT = 64
SUBJECT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class By:
    """Hold who acts, and when."""

    operator: str
    at: datetime


def note(connection: Connection, by: By, action: str, subject: str, **details: str | int | None) -> None:
    """Write an act down: `action` is its command (`sender add`), `subject` what it was done to."""
    row = {
        "at": stored(by.at),
        "operator": by.operator[:OPERATOR_LIMIT],
        "action": action,
        "subject": subject[:SUBJECT_LIMIT],
        "details": details,
    }
    connection.execute(insert(audit).values(**row))


def old_told(connection: Connection, before: datetime) -> dict[str, int]:
    """Count what was told before an instant: of operators (`audit`), of bureaus (`session_event`)."""
    return {
        table.name: connection.scalar(
            select(func.count()).select_from(table).where(table.c.at < stored(before))
        )
        or 0
        for table in (audit, session_event)
    }


def purge_told(connection: Connection, by: By, before: datetime) -> dict[str, int]:
    """Have what was told before an instant deleted, and say so for ever; give the counts.

    Raise `Refusal` where the database's own clock says that it is not a year old.
    """
    counts = old_told(connection, before)
    for kind, rows in counts.items():
        row = {
            "at": stored(by.at),
            "operator": by.operator,
            "kind": kind,
            "before": stored(before),
            "rows": rows,
        }
        try:
            if rows:
                connection.execute(insert(audit_purge).values(**row))
        except IntegrityError as exc:
            raise Refusal(
                "The audit of the last year is not deleted, and by the database's clock it would be. "
                "Nothing was deleted of it; compare the clocks of the two machines."
            ) from exc
    if any(counts.values()):
        note(connection, by, "purge", "audit", before=before.isoformat(), **counts)
    return counts
