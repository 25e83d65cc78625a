"""What operators decide about sets: release, discard, run again, purge; each only from a fitting state."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.claims import next_turn
from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.tables import file_set, run, sender
from flexibatch.domain.vocabulary import SetState, Subject
from flexibatch.errors import Refusal, Remedy

_FRESH = {"state": SetState.CLAIMED.value, "attempts": 0, "troubles": 0, "not_before": None, "reason": None}
_WHY_NOT = {
    SetState.CLAIMING: "waits to be claimed; the next sweep goes on with it",
    SetState.CLAIMED: "waits for its verdict already",
    SetState.QUARANTINE: "is in quarantine",
    SetState.WITHDRAWN: "was withdrawn by its bureau, so there is nothing to judge",
    SetState.RECORDED: "was recorded and archived, which asks for no verdict",
}
_REMEDIES = {SetState.CLAIMED: Remedy.LIST_WAITING, SetState.QUARANTINE: Remedy.RELEASE_SET}


# ------------------------------------------------------------------------------------------------- quarantine


def discard(connection: Connection, by: By, ticket: str) -> None:
    """Let the next sweep answer a set in quarantine as one that cannot be processed, and archive it.

    Raise `Refusal` unless it is in quarantine, and for a set that an earlier run received: its bureau would be told
    that nothing of it counts.
    """
    if _set(connection, ticket).passed:
        raise Refusal(
            f"Set {ticket} cannot be discarded: an earlier run received it, and what was accepted then stands.",
            remedy=Remedy.RELEASE_MENDED,
            about=ticket,
        )
    _leave_quarantine(connection, ticket, discarded=True)
    note(connection, by, "quarantine discard", ticket)


def release(connection: Connection, by: By, ticket: str) -> None:
    """Let a set in quarantine be judged again, behind all sets that wait now.

    Raise `Refusal` unless it is in quarantine.
    """
    _leave_quarantine(connection, ticket, discarded=False)
    note(connection, by, "quarantine release", ticket)


def require_quarantined(connection: Connection, ticket: str) -> None:
    """Raise `Refusal` unless a set is in quarantine."""
    row = _set(connection, ticket)
    if row.state != SetState.QUARANTINE:
        raise Refusal(f"Set {ticket} is not in quarantine, it is {row.state}.", remedy=Remedy.LIST_QUARANTINE)


def _leave_quarantine(connection: Connection, ticket: str, *, discarded: bool) -> None:
    require_quarantined(connection, ticket)
    turn = connection.scalar(select(next_turn()))
    _change(connection, ticket, SetState.QUARANTINE, **_FRESH, discarded=discarded, released=True, turn=turn)


# ---------------------------------------------------------------------------------------------------- re-runs


def begin_rerun(connection: Connection, by: By, ticket: str) -> int:
    """Put a settled or refused set behind all that wait, to be judged again; give the number of the new run.

    Raise `Refusal` for a set that waits, was withdrawn or recorded, was purged, is of a sender on hold, or has
    answers that are not out yet. A discarded set is judged this time.
    """
    row = _set(connection, ticket)
    if row.state in _WHY_NOT:
        state = SetState(row.state)
        told = f"Set {ticket} cannot be run again: it {_WHY_NOT[state]}."
        raise Refusal(told, remedy=_REMEDIES.get(state), about=ticket)
    if row.subject != Subject.DECLARATION:
        raise Refusal(f"Set {ticket} cannot be run again: it is no declaration.")
    if row.purged_at is not None:
        raise Refusal(
            f"Set {ticket} cannot be run again: its files were purged on {row.purged_at:%Y-%m-%d} (UTC). Its "
            "verdicts and versions are kept; ask the bureau to send it under a new sequence number."
        )
    if connection.scalar(select(sender.c.held).where(sender.c.number == row.sender)):
        raise Refusal(
            f"Set {ticket} cannot be run again now: its sender {row.sender} is on hold, so nothing of it is judged.",
            remedy=Remedy.RELEASE_SENDER,
            about=row.sender,
        )
    if connection.scalar(_unpublished(ticket)):
        raise Refusal(
            f"Set {ticket} cannot be run again yet: answers of its last run are not out.",
            remedy=Remedy.SWEEP,
        )
    turn = connection.scalar(select(next_turn()))
    _change(connection, ticket, SetState(row.state), **_FRESH, discarded=False, turn=turn, run=row.run + 1)
    note(connection, by, "rerun", ticket, run=row.run + 1)
    return int(row.run) + 1


def _unpublished(ticket: str) -> Select[Any]:
    return select(run.c.number).where(run.c.set_ticket == ticket, run.c.published_at.is_(None)).limit(1)


def _set(connection: Connection, ticket: str) -> Row[Any]:
    row = connection.execute(select(file_set).where(file_set.c.ticket == ticket)).first()
    if row is None:
        raise Refusal(f"No set has the ticket {ticket!r}.", remedy=Remedy.LIST_SETS)
    return row


def _change(connection: Connection, ticket: str, was: SetState, **values: object) -> None:
    """Change a set that is still in the state it was found in."""
    mine = (file_set.c.ticket == ticket, file_set.c.state == was.value)
    if connection.execute(update(file_set).where(*mine).values(**values)).rowcount != 1:
        raise Refusal(
            f"Set {ticket} is no longer {was.value}: another process has just changed it. Look again."
        )


# ------------------------------------------------------------------------------------------------------ purge


def purgeable(connection: Connection, before: datetime) -> list[str]:
    """Return the sets whose last answer was put out (so archived) before an instant, in order of arrival."""
    query = _done(before).where(file_set.c.purged_at.is_(None)).order_by(file_set.c.arrival)
    return list(connection.scalars(query))


def done_among(connection: Connection, tickets: Collection[str], before: datetime) -> frozenset[str]:
    """Return which of some sets had their last answer put out before an instant, purged or not."""
    return _among(connection, tickets, _done(before))


def _done(before: datetime) -> Select[Any]:
    last = (
        select(run.c.set_ticket)
        .group_by(run.c.set_ticket)
        .having(func.count() == func.count(run.c.published_at), func.max(run.c.published_at) < stored(before))
    )
    done = (SetState.SETTLED, SetState.REFUSED, SetState.WITHDRAWN, SetState.RECORDED)
    return select(file_set.c.ticket).where(file_set.c.state.in_(done), file_set.c.ticket.in_(last))


def purge(connection: Connection, by: By, before: datetime) -> list[str]:
    """Mark what is purgeable as purged, give its tickets: the archived bytes may go once this is committed.

    Names, versions and verdicts stay. From here on a re-run is refused, so no one asks for the bytes again.
    """
    tickets = purgeable(connection, before)
    for start in range(0, len(tickets), BATCH):
        some = file_set.c.ticket.in_(tickets[start : start + BATCH])
        connection.execute(update(file_set).where(some).values(purged_at=stored(by.at)))
    if tickets:
        note(connection, by, "purge", "archive", before=before.isoformat(), sets=len(tickets))
    return tickets


def purged_among(connection: Connection, tickets: Collection[str]) -> frozenset[str]:
    """Return which of some sets are marked as purged: their bytes may go, also after a purge was cut short."""
    return _among(connection, tickets, select(file_set.c.ticket).where(file_set.c.purged_at.is_not(None)))


def _among(connection: Connection, tickets: Collection[str], query: Select[Any]) -> frozenset[str]:
    """Return those of some tickets that a query of sets finds, batch by batch."""
    asked = sorted(tickets)
    found: set[str] = set()
    for start in range(0, len(asked), BATCH):
        some = file_set.c.ticket.in_(asked[start : start + BATCH])
        found.update(connection.scalars(query.where(some)))
    return frozenset(found)
