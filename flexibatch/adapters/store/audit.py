"""Who changed what: every act of an operator leaves a row in the transaction it is done in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.tables import audit

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
