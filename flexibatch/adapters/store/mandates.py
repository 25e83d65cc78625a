"""Mandates: who may declare for whom, and when. They are ended, never deleted; they may overlap.

A sender may declare on a day that any of its mandates for the employer covers, so an overlap does no harm; a
mandate that is entered twice is kept once.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, case, insert, literal, or_, select, update

from flexibatch.adapters.store import identities
from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.bureaus import require_sender
from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.rows import PlainRow, all_shown
from flexibatch.adapters.store.tables import mandate
from flexibatch.domain.bureaus import Mandate
from flexibatch.errors import Refusal

FAULTS_TOLD = 20


def add_mandate(connection: Connection, by: By, new: Mandate) -> bool:
    """Register a mandate, and that two numbers are one employer; tell whether it is news.

    Raise `Refusal` for an unknown sender, and for numbers that cannot belong to one employer.
    """
    require_sender(connection, new.sender)
    employer_id = identities.link_employer(connection, new.nsso, new.company)
    same = (mandate.c.from_date == new.start, mandate.c.until_date.is_not_distinct_from(new.until))
    if _of(connection, new.sender, employer_id, *same):
        return False
    row = {
        "sender": new.sender,
        "employer_id": employer_id,
        "nsso_number": new.nsso,
        "company_id": new.company,
        "from_date": new.start,
        "until_date": new.until,
        "added_at": stored(by.at),
    }
    connection.execute(insert(mandate).values(**row))
    until = new.until.isoformat() if new.until else None
    details = {"employer": new.employer, "from": new.start.isoformat(), "until": until}
    note(connection, by, "mandate add", new.sender, **details)
    return True


def import_mandates(
    connection: Connection, by: By, rows: Iterable[tuple[int, Mandate | Refusal]]
) -> tuple[int, int]:
    """Register all mandates of a file, or none; count those that are news and those that were there.

    `rows` pairs each with its line. Raise one `Refusal` that names every faulty line.
    """
    faults: list[str] = []
    known = added = 0
    for line, row in rows:
        try:
            if isinstance(row, Refusal):
                raise row
            news = add_mandate(connection, by, row)
        except Refusal as exc:
            faults.append(f"line {line}: {exc}")
            continue
        added, known = added + news, known + (not news)
    if faults:
        raise Refusal(_told(faults))
    if added:
        note(connection, by, "mandate import", f"{added} mandates", known=known)
    return added, known


def _told(faults: Sequence[str]) -> str:
    more = [f"and {len(faults) - FAULTS_TOLD} more"] if len(faults) > FAULTS_TOLD else []
    listed = "\n".join([*faults[:FAULTS_TOLD], *more])
    return f"Nothing was imported; correct these lines and import the file again:\n{listed}"


def end_mandate(connection: Connection, by: By, ended: Mandate) -> list[date]:
    """End all mandates of a sender for an employer that run beyond `ended.until`, their last day.

    Give the first days of later mandates, which stay. Raise `Refusal` where none runs beyond that day.
    """
    last = ended.until or ended.start
    running, later = ending(connection, ended)
    connection.execute(update(mandate).where(mandate.c.id.in_(running)).values(until_date=last))
    employer, until = ended.employer, last.isoformat()
    note(connection, by, "mandate end", ended.sender, employer=employer, until=until, mandates=len(running))
    return later


def ending(connection: Connection, ended: Mandate) -> tuple[list[int], list[date]]:
    """Return the ids of the mandates that `end_mandate` would end, and the first days of later ones.

    Raise `Refusal` where none runs beyond the day.
    """
    require_sender(connection, ended.sender)
    last = ended.until or ended.start
    employer_match = identities.find_employer(connection, ended.nsso, ended.company)
    beyond = or_(mandate.c.until_date.is_(None), mandate.c.until_date > last)
    found = (
        []
        if employer_match.employer_id is None
        else _of(connection, ended.sender, employer_match.employer_id, beyond)
    )
    running = [row["id"] for row in found if row["from_date"] <= last]
    later = sorted(row["from_date"] for row in found if row["from_date"] > last)
    if not running:
        raise Refusal(_nothing_to_end(ended, last, later))
    return running, later


def _nothing_to_end(ended: Mandate, last: date, later: Sequence[date]) -> str:
    told = f"Sender {ended.sender} has no mandate for {ended.employer} that runs beyond {last}"
    if later:
        return f"{told}, only one that begins on {later[0]}: end it on that day or later, with --until."
    return f"{told}: `flexibatch mandate list --sender {ended.sender}` shows what it has."


def list_mandates(
    connection: Connection, today: date, sender: str | None = None, *, in_force: bool = False
) -> list[PlainRow]:
    """Return mandates by sender, employer and first day; `state` is `to come`, `in force` or `ended`."""
    ended = mandate.c.until_date < today
    state = case((ended, literal("ended")), (mandate.c.from_date > today, "to come"), else_="in force")
    query: Select[Any] = select(
        mandate.c.sender,
        mandate.c.nsso_number,
        mandate.c.company_id.label("enterprise_number"),
        mandate.c.from_date.label("from"),
        mandate.c.until_date.label("until"),
        state.label("state"),
    ).order_by(mandate.c.sender, mandate.c.employer_id, mandate.c.from_date, mandate.c.id)
    if sender is not None:
        query = query.where(mandate.c.sender == sender)
    if in_force:
        open_today = or_(mandate.c.until_date.is_(None), mandate.c.until_date >= today)
        query = query.where(mandate.c.from_date <= today, open_today)
    return all_shown(connection.execute(query))


def _of(connection: Connection, sender: str, employer_id: int, *where: Any) -> Sequence[RowMapping]:  # noqa: ANN401
    mine = (mandate.c.sender == sender, mandate.c.employer_id == employer_id)
    return connection.execute(select(mandate.c.id, mandate.c.from_date).where(*mine, *where)).mappings().all()
