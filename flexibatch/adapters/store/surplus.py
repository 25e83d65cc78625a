"""What is kept of a bureau's refused sets: the newest, up to so many bytes; the records of all."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Connection, case, func, literal, select, update

from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.tables import file_set, received_file, run
from flexibatch.domain.vocabulary import SetState


@dataclass(frozen=True, slots=True)
class RefusedQuota:
    """How many bytes are kept of one bureau's refused sets, and how many of one file at most."""

    size: int
    of_file: int


@dataclass(frozen=True, slots=True)
class Surplus:
    """A set whose bytes are over, and the day under which it is archived."""

    ticket: str
    received_on: date


def surplus(connection: Connection, number: str, most: RefusedQuota) -> list[Surplus]:
    """Return a bureau's refused sets behind the newest that fill what may be kept.

    Never one that any run received, nor one that is not answered: it is not archived yet.
    """
    of_file, size = literal(most.of_file, BigInteger), literal(most.size, BigInteger)
    kept = case((received_file.c.size > of_file, of_file), else_=received_file.c.size)
    blocked = select(run.c.set_ticket).where(
        run.c.set_ticket == file_set.c.ticket, (run.c.verdict != "refused") | run.c.published_at.is_(None)
    )
    sizes = (
        select(file_set.c.ticket, file_set.c.received_on, file_set.c.arrival, func.sum(kept).label("size"))
        .join(received_file, received_file.c.set_ticket == file_set.c.ticket)
        .where(file_set.c.sender == number, file_set.c.state == SetState.REFUSED)
        .where(file_set.c.purged_at.is_(None), ~blocked.exists())
        .group_by(file_set.c.ticket, file_set.c.received_on, file_set.c.arrival)
        .subquery()
    )
    filled = func.sum(sizes.c.size).over(order_by=sizes.c.arrival.desc()).label("filled")
    ranked = select(sizes.c.ticket, sizes.c.received_on, sizes.c.arrival, filled).subquery()
    over = select(ranked).where(ranked.c.filled > size).order_by(ranked.c.arrival)
    return [Surplus(row.ticket, row.received_on) for row in connection.execute(over)]


def give_up(connection: Connection, by: By, number: str, most: RefusedQuota) -> list[Surplus]:
    """Mark what is over as purged: its bytes may go once this is committed; names, digests and verdicts stay."""
    over = surplus(connection, number, most)
    for start in range(0, len(over), BATCH):
        some = file_set.c.ticket.in_([one.ticket for one in over[start : start + BATCH]])
        connection.execute(update(file_set).where(some).values(purged_at=stored(by.at)))
    if over:
        note(connection, by, "purge", "refused", sender=number, sets=len(over), kept=most.size)
    return over
