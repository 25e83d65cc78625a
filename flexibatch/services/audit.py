"""Look up who did what: operators, and bureaus at the front door."""

from dataclasses import dataclass
from datetime import datetime

from flexibatch.adapters.store.access import list_audit as stored_audit
from flexibatch.services.rows import records
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act: `by` an operator or a bureau, `who` that was, `subject` what it was done to."""

    at: datetime
    by: str
    who: str
    action: str
    subject: str
    details: dict[str, str | int | bool | None] | None
    address: str | None
    session: str | None


def list_audit(
    home: Home, *, sender: str | None = None, since: datetime | None = None, most: int | None = None
) -> tuple[AuditRow, ...]:
    """Return what was done, by or to a sender where one is named: the newest `most`, the oldest of them first.

    None sets no limit.
    """
    with home.database.reading() as connection:
        return records(AuditRow, stored_audit(connection, number=sender, since=since, most=most))
