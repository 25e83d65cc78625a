"""Claims: the ticket is committed before the rename, and given back when there was nothing to claim."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    ScalarSelect,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.cases import case_of, cases, faults_as_stored, sender_of
from flexibatch.adapters.store.engine import Database, instant, stored
from flexibatch.adapters.store.tables import file_set, received_file, sender, stream
from flexibatch.domain.case import Case, Claim, ReceivedFile, Sender, Ticketed
from flexibatch.domain.findings import Finding
from flexibatch.domain.vocabulary import Environment, SetState, Subject
from flexibatch.ports import Stream, Tickets


def next_turn() -> ScalarSelect[int]:
    """Return the place behind all sets that wait: a set's turn comes when those before it are settled."""
    return select(func.coalesce(func.max(file_set.c.turn), 0) + 1).scalar_subquery()


_BEGUN = insert(file_set).values(turn=next_turn())
_FIRST_RUN = {
    "state": SetState.CLAIMING.value,
    "passed": False,
    "discarded": False,
    "released": False,
    "run": 1,
    "attempts": 0,
    "troubles": 0,
}
_CLAIMED = (
    update(file_set)
    .where(file_set.c.ticket == bindparam("claimed"), file_set.c.state == SetState.CLAIMING)
    .values(state=SetState.CLAIMED.value)
)
_IN_TREATMENT = cases().where(file_set.c.ticket == bindparam("ticket"), file_set.c.state == SetState.CLAIMED)
_STREAM = select(stream).where(
    stream.c.sender == bindparam("sender"), stream.c.environment == bindparam("environment")
)


class Claims:
    """Keep the sets of the channel from the moment they are claimed until they are settled."""

    def __init__(self, database: Database, tickets: Tickets) -> None:
        """Keep the database and the source of tickets."""
        self._database, self._tickets = database, tickets

    def senders(self) -> tuple[Sender, ...]:
        """Return all senders, the removed ones too (what lies in their inboxes is still answered)."""
        with self._database.reading() as connection:
            rows = connection.execute(select(sender).order_by(sender.c.number)).all()
        return tuple(sender_of(row.number, row.name, row) for row in rows)

    def received(self, number: str, environment: Environment, keys: Collection[str]) -> Mapping[str, str]:
        """Return which names were received before, with the ticket that received them first."""
        with self._database.reading() as connection:
            return _received(connection, number, environment, sorted(keys))

    def begin(self, claims: Sequence[Claim], now: datetime) -> tuple[Ticketed, ...]:
        """Commit tickets and arrival numbers, in the order given.

        A claim that another process has begun is left to it.
        """
        with self._database.writing() as connection:
            begun = [self._begin(connection, claim, now) for claim in claims]
        return tuple(one for one in begun if one is not None)

    def _begin(self, connection: Connection, claim: Claim, now: datetime) -> Ticketed | None:
        ticket = self._tickets.new()
        earlier = _received(connection, claim.sender, claim.environment, [claim.set_key]).get(claim.set_key)
        _ensure_stream(connection, claim)
        begun = {
            "ticket": ticket,
            "reserves": earlier is None and not claim.withdrawn and not claim.silent,
            "earlier_ticket": earlier,
            "claimed_at": stored(now),
        }
        try:
            with connection.begin_nested():
                connection.execute(_BEGUN, {**_claim_row(claim), **begun, **_FIRST_RUN})
        except IntegrityError:
            return None
        return Ticketed(ticket, claim)

    def burdened(self, most: int) -> frozenset[str]:
        """Return the senders of which so many bytes, or more, wait for their verdict."""
        query = (
            select(file_set.c.sender)
            .join(received_file, received_file.c.set_ticket == file_set.c.ticket)
            .where(file_set.c.state == SetState.CLAIMED)
            .group_by(file_set.c.sender)
            .having(func.sum(received_file.c.size) >= literal(most, BigInteger))
        )
        with self._database.reading() as connection:
            return frozenset(connection.scalars(query))

    def unfinished(self) -> tuple[Ticketed, ...]:
        """Return the claims that were cut short, in order of arrival."""
        query = select(file_set).where(file_set.c.state == SetState.CLAIMING).order_by(file_set.c.arrival)
        with self._database.reading() as connection:
            return tuple(Ticketed(row.ticket, _claim_of(row)) for row in connection.execute(query))

    def complete(self, kept: Sequence[tuple[str, Sequence[ReceivedFile]]]) -> None:
        """Commit that sets were claimed, with what was kept of them."""
        with self._database.writing() as connection:
            for ticket, files in kept:
                if connection.execute(_CLAIMED, {"claimed": ticket}).rowcount == 1 and files:
                    connection.execute(insert(received_file), [_file_row(ticket, file) for file in files])

    def void(self, tickets: Sequence[str]) -> None:
        """Give back tickets whose set had vanished before it could be claimed: nothing was received."""
        with self._database.writing() as connection:
            connection.execute(
                delete(file_set).where(file_set.c.ticket.in_(tickets), file_set.c.state == SetState.CLAIMING)
            )

    def in_treatment(self, ticket: str) -> Case | None:
        """Return a claimed set, as its page for people tells it; None where it was settled meanwhile."""
        with self._database.reading() as connection:
            row = connection.execute(_IN_TREATMENT, {"ticket": ticket}).first()
            return None if row is None else case_of(connection, row)

    def streams(self) -> tuple[Stream, ...]:
        """Return the streams in which a set waits to be settled, the longest waiting first."""
        query = (
            select(file_set.c.sender, file_set.c.environment)
            .where(file_set.c.state == SetState.CLAIMED)
            .group_by(file_set.c.sender, file_set.c.environment)
            .order_by(func.min(file_set.c.turn))
        )
        with self._database.reading() as connection:
            return tuple(
                Stream(row.sender, Environment(row.environment)) for row in connection.execute(query)
            )


def _received(
    connection: Connection, number: str, environment: Environment, keys: Sequence[str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(keys), BATCH):
        query = select(file_set.c.set_key, file_set.c.ticket).where(
            file_set.c.sender == number,
            file_set.c.environment == environment.value,
            file_set.c.set_key.in_(keys[start : start + BATCH]),
            file_set.c.reserves,
        )
        found.update((row.set_key, row.ticket) for row in connection.execute(query))
    return found


def _ensure_stream(connection: Connection, claim: Claim) -> None:
    key = {"sender": claim.sender, "environment": claim.environment.value}
    if connection.execute(_STREAM, key).first() is None:
        # another process may be first, whose row serves as well
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(insert(stream).values(**key))


def _claim_row(claim: Claim) -> dict[str, Any]:
    return {
        "sender": claim.sender,
        "environment": claim.environment.value,
        "subject": claim.subject.value,
        "name": claim.name,
        "set_key": claim.set_key,
        "leader": claim.leader,
        "names": list(claim.names),
        "arrived_at": stored(claim.arrived_at),
        "received_on": claim.received_on,
        "claim_faults": faults_as_stored(claim.faults),
        "withdrawn": claim.withdrawn,
        "silent": claim.silent,
    }


def _claim_of(row: Row[Any]) -> Claim:
    return Claim(
        row.sender,
        Environment(row.environment),
        Subject(row.subject),
        row.name,
        row.set_key,
        row.leader,
        tuple(row.names),
        instant(row.arrived_at),
        row.received_on,
        tuple(Finding(**fault) for fault in row.claim_faults),
        row.withdrawn,
        row.silent,
    )


def _file_row(ticket: str, file: ReceivedFile) -> dict[str, str | int | None]:
    return {
        "set_ticket": ticket,
        "name": file.name,
        "kind": file.kind.value,
        "part": file.part,
        "size": file.size,
        "sha256": file.sha256,
    }
