"""What waits, per stream: since when, and for what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.rows import KnownPerson, shown
from flexibatch.adapters.store.tables import file_set, run, sender
from flexibatch.domain.vocabulary import SetState, Why

Key = tuple[str, str]
WAITING = (SetState.CLAIMING, SetState.CLAIMED)
"""How a set stands that waits for its verdict: those behind it in its stream wait too."""


def waiting(connection: Connection, now: datetime) -> list[KnownPerson]:
    """Return every stream in which something is not done with, by sender and environment.

    `ticket` and `name` are those of the set that is next, waiting `since` it was claimed, `why` one of `Why`;
    `until` ends its back-off and `reason` tells the last trouble. `sets` counts those without a verdict,
    `unpublished` those whose answers are not all out, `quarantined` those in quarantine, which hold up none.
    """
    counts = {
        "sets": _count(connection, _counted().where(file_set.c.state.in_(WAITING))),
        "unpublished": _count(connection, _counted().where(_UNPUBLISHED)),
        "quarantined": _count(connection, _counted().where(file_set.c.state == SetState.QUARANTINE)),
    }
    streams = sorted({key for counted in counts.values() for key in counted})
    return [
        _stream(connection, key, now) | {name: counted.get(key, 0) for name, counted in counts.items()}
        for key in streams
    ]


_UNPUBLISHED = file_set.c.ticket.in_(select(run.c.set_ticket).where(run.c.published_at.is_(None)))


def _counted() -> Select[Any]:
    stream = (file_set.c.sender, file_set.c.environment)
    return select(*stream, func.count().label("number")).group_by(*stream)


def _count(connection: Connection, query: Select[Any]) -> Mapping[Key, int]:
    return {(row.sender, row.environment): row.number for row in connection.execute(query)}


def _stream(connection: Connection, key: Key, now: datetime) -> KnownPerson:
    row = _first(connection, key)
    kept = ("sender", "sender_name", "environment", "ticket", "name", "state", "since", "until", "attempts")
    told = shown(row)
    return {name: told[name] for name in kept} | {"why": _why(row, stored(now)), "reason": row.reason}


def _first(connection: Connection, key: Key) -> Row[Any]:
    """Return what is next in a stream: a set to judge, else one to publish, else one in quarantine."""
    columns = (sender.c.name.label("sender_name"), sender.c.held)
    moments = (file_set.c.claimed_at.label("since"), file_set.c.not_before.label("until"))
    mine = (
        select(file_set, *columns, *moments)
        .select_from(file_set)
        .join(sender, sender.c.number == file_set.c.sender)
        .where(file_set.c.sender == key[0], file_set.c.environment == key[1])
        .order_by(file_set.c.turn)
        .limit(1)
    )
    judged = connection.execute(mine.where(file_set.c.state.in_(WAITING))).first()
    settled = judged or connection.execute(mine.where(_UNPUBLISHED)).first()
    return settled or connection.execute(mine.where(file_set.c.state == SetState.QUARANTINE)).one()


def _why(row: Row[Any], now: datetime) -> Why:
    if row.state == SetState.QUARANTINE:
        return Why.QUARANTINE
    if row.state not in WAITING:
        return Why.PUBLISHING
    if row.held:
        return Why.HELD
    if row.state == SetState.CLAIMING:
        return Why.CLAIMING
    return Why.BACK_OFF if row.until is not None and row.until > now else Why.SWEEP
