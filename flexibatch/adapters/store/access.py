"""The front door's book: who may log in, and what was done there."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Connection, cast, func, insert, literal, null, select, union_all

from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.engine import Database, instant, stored
from flexibatch.adapters.store.rows import PlainRow
from flexibatch.adapters.store.tables import (
    acknowledgement,
    audit,
    file_set,
    sender,
    sender_key,
    session_event,
)
from flexibatch.domain.sessions import Account, Act, SessionEvent
from flexibatch.domain.vocabulary import Environment

ADDRESS_LIMIT = 64


def accounts(database: Database) -> dict[str, Account]:
    """Return who may log in, by user name: all senders that are not removed, those without a key too."""
    with database.reading() as connection:
        keys: dict[str, set[str]] = {}
        for number, fingerprint in connection.execute(select(sender_key.c.sender, sender_key.c.fingerprint)):
            keys.setdefault(number, set()).add(fingerprint)
        columns = (
            func.coalesce(sender.c.user_name, sender.c.number),
            sender.c.number,
            sender.c.allow_ssh_rsa,
        )
        rows = connection.execute(select(*columns).where(sender.c.removed_at.is_(None))).all()
    return {user: Account(number, frozenset(keys.get(number, ())), bool(weak)) for user, number, weak in rows}


def write_events(database: Database, events: Sequence[tuple[datetime, SessionEvent]]) -> None:
    """Write down what was done, in one transaction."""
    rows = [
        {
            "at": stored(at),
            "session": event.session,
            "sender": event.sender,
            "address": event.address[:ADDRESS_LIMIT],
            "act": event.act.value,
            "details": dict(event.details),
        }
        for at, event in events
    ]
    with database.writing() as connection:
        connection.execute(insert(session_event), rows)


def list_audit(
    connection: Connection,
    *,
    number: str | None = None,
    since: datetime | None = None,
    most: int | None = 1000,
) -> list[PlainRow]:
    """Return what operators and bureaus did, the newest `most`, the oldest of them first."""
    done = select(
        audit.c.at,
        literal("operator").label("by"),
        audit.c.operator.label("who"),
        audit.c.action,
        audit.c.subject,
        audit.c.details,
        null().label("address"),
        null().label("session"),
    )
    told = select(
        session_event.c.at,
        literal("bureau").label("by"),
        func.coalesce(session_event.c.sender, "-").label("who"),
        session_event.c.act.label("action"),
        func.coalesce(session_event.c.sender, "-").label("subject"),
        session_event.c.details,
        session_event.c.address,
        session_event.c.session,
    )
    both = union_all(done, told).subquery()
    query = select(both).order_by(both.c.at.desc()).limit(most)
    if number is not None:
        query = query.where(both.c.subject == number)
    if since is not None:
        query = query.where(both.c.at >= stored(since))
    rows = connection.execute(query).mappings().all()
    return [{**row, "at": instant(row["at"])} for row in reversed(rows)]


def fetched(connection: Connection, number: str, sizes: Mapping[str, int], before: datetime) -> set[str]:
    """Return which of a sender's answers were fetched whole, or acknowledged, before an instant.

    `sizes` are the answers by the path that the sender sees, with their bytes.
    """
    return {
        path
        for start in range(0, len(sizes), BATCH)
        for path in _fetched(connection, number, sorted(sizes)[start : start + BATCH], sizes, before)
    } | _acknowledged(connection, number, before).intersection(sizes)


def _fetched(
    connection: Connection, number: str, paths: Sequence[str], sizes: Mapping[str, int], before: datetime
) -> list[str]:
    path = session_event.c.details["path"].as_string()
    query = select(path, cast(session_event.c.details["bytes"].as_string(), BigInteger)).where(
        session_event.c.sender == number,
        session_event.c.act == Act.GET.value,
        session_event.c.at < stored(before),
        path.in_(paths),
    )
    return [path for path, taken in connection.execute(query) if taken >= sizes[path]]


def _acknowledged(connection: Connection, number: str, before: datetime) -> set[str]:
    query = (
        select(file_set.c.environment, acknowledgement.c.answer_name)
        .join(file_set, file_set.c.ticket == acknowledgement.c.set_ticket)
        .where(file_set.c.sender == number, acknowledgement.c.recorded_at < stored(before))
    )
    return {f"/{Environment(world).outbox}/{name}" for world, name in connection.execute(query)}
