"""What was claimed and is not done with: since when it waits, and for what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.rows import PlainRow, shown
from flexibatch.adapters.store.tables import file_set, run, sender
from flexibatch.domain.vocabulary import SetState, Why

Key = tuple[str, str]
WAITING = (SetState.CLAIMING, SetState.CLAIMED)
"""How a set stands that waits for its verdict: those behind it in its stream wait too."""


_UNPUBLISHED = file_set.c.ticket.in_(select(run.c.set_ticket).where(run.c.published_at.is_(None)))
_COLUMNS = (
    *(file_set.c.sender, sender.c.name.label("sender_name"), file_set.c.environment, file_set.c.ticket),
    *(file_set.c.name, file_set.c.state, file_set.c.claimed_at.label("since")),
    *(file_set.c.not_before.label("until"), file_set.c.attempts, file_set.c.reason),
)


def waiting(connection: Connection, now: datetime, number: str | None = None) -> list[PlainRow]:
    """Return every set that is not done with, of all senders or of one, each stream in the order of its turns.

    A set waits `since` it was claimed, `why` is one of `Why`; `until` ends its back-off, or that of the set which is
    next in its stream, whose ticket is `behind`; `reason` tells the last trouble.
    """
    query = (
        select(*_COLUMNS, sender.c.held)
        .join_from(file_set, sender, sender.c.number == file_set.c.sender)
        .where(or_(file_set.c.state.in_((*WAITING, SetState.QUARANTINE)), _UNPUBLISHED))
        .order_by(file_set.c.sender, file_set.c.environment, file_set.c.turn)
    )
    if number is not None:
        query = query.where(file_set.c.sender == number)
    rows: Sequence[Row[*tuple[Any, ...]]] = connection.execute(query).all()
    heads: dict[Key, Row[*tuple[Any, ...]]] = {}
    for row in rows:
        if row.state in WAITING:
            heads.setdefault((row.sender, row.environment), row)
    return [_told(row, heads.get((row.sender, row.environment)), stored(now)) for row in rows]


def _told(row: Row[*tuple[Any, ...]], head: Row[*tuple[Any, ...]] | None, now: datetime) -> PlainRow:
    fields = shown(row)
    held_up = row.state in WAITING and head is not None and head.ticket != row.ticket
    why = _why(row, now, held_up=held_up)
    if why is Why.BEHIND and head is not None:
        fields["until"] = shown(head)["until"]
    del fields["held"]
    return fields | {"why": why, "behind": head.ticket if held_up and head is not None else None}


def _why(row: Row[*tuple[Any, ...]], now: datetime, *, held_up: bool) -> Why:
    if row.state == SetState.QUARANTINE:
        return Why.QUARANTINE
    if row.state not in WAITING:
        return Why.PUBLISHING
    if row.held:
        return Why.HELD
    if row.state == SetState.CLAIMING:
        return Why.CLAIMING
    if held_up:
        return Why.BEHIND
    return Why.BACK_OFF if row.until is not None and row.until > now else Why.SWEEP
