"""The Dimona register as the channel reads it: in bulk for the check, one by one for the operator."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from flexibatch.adapters.store.bulk import BATCH, Among
from flexibatch.adapters.store.engine import instant
from flexibatch.adapters.store.identities import current_persons
from flexibatch.adapters.store.tables import (
    employer,
    employer_number,
    period,
    register_import,
    replacement,
)
from flexibatch.domain.dimona import Period
from flexibatch.domain.identifiers import is_inss, is_period_id
from flexibatch.errors import Refusal

PERIODS = select(
    period.c.person,
    period.c.period_id,
    period.c.worker_type,
    period.c.start_date,
    period.c.end_date,
    period.c.cancelled,
    period.c.late,
    period.c.flexi_conditions,
)
"""Periods with their worker's current number first, as `Period` takes the rest."""
_ANYWHERE = Among(PERIODS, period.c.person)
_WITH_EMPLOYER = Among(PERIODS.where(period.c.employer_id == bindparam("employer_id")), period.c.person)
_KNOWN = Among(select(period.c.person).distinct(), period.c.person)

_LAST_IMPORT = select(func.max(register_import.c.imported_at))


def periods_of(
    connection: Connection, employer_id: int | None, persons: Collection[str]
) -> dict[str, list[Period]]:
    """Return all periods of workers with an employer, None for any, by current number, oldest first."""
    result: dict[str, list[Period]] = defaultdict(list)
    rows = (
        _ANYWHERE.rows(connection, persons)
        if employer_id is None
        else _WITH_EMPLOYER.rows(connection, persons, employer_id=employer_id)
    )
    for person, *values in rows:
        result[person].append(Period._make(values))
    # Most workers have one period: to sort the few that have more is cheaper than to have all sorted.
    return {person: sorted(found, key=_age) if len(found) > 1 else found for person, found in result.items()}


def _age(one: Period) -> tuple[date, str]:
    return one.start, one.period_id


def register_state(connection: Connection) -> datetime | None:
    """Return the moment of the last import in UTC, None before the first."""
    last = connection.scalar(_LAST_IMPORT)
    return instant(last) if last is not None else None


def known_persons(connection: Connection, persons: Collection[str]) -> set[str]:
    """Return those of the persons that the register knows with any employer: for operators, never for a bureau."""
    return {row[0] for row in _KNOWN.rows(connection, persons)}


@dataclass(frozen=True, slots=True)
class KnownPeriod:
    """A period as the register has it, with all the numbers of its employer; moments are UTC."""

    period_id: str
    inss: str
    person: str
    company: str | None
    nsso: tuple[str, ...]
    worker_type: str
    start_date: date
    start_hour: str | None
    end_date: date | None
    end_hour: str | None
    joint_committee: str | None
    cancelled: bool
    locked: bool
    late: bool
    flexi_conditions: int | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the register knows of one person: the current number, the former ones, periods."""

    person: str
    former: tuple[str, ...]
    periods: tuple[KnownPeriod, ...]


def show(connection: Connection, number: str) -> KnownPerson:
    """Return the periods of a worker, by either number, or one period by its id.

    Raise `Refusal` for what is neither, and for what the register does not know.
    """
    if is_period_id(number):
        periods = _known(connection, _all().where(period.c.period_id == number))
        if not periods:
            raise Refusal(f"The register holds no period {number}.")
        return KnownPerson(periods[0].person, _former(connection, periods[0].person), periods)
    if not is_inss(number):
        raise Refusal(
            "That is neither a worker's number (11 digits) nor a period's (12): check digits and length."
        )
    person = current_persons(connection, [number]).get(number, number)
    shown = KnownPerson(
        person, _former(connection, person), _known(connection, _all().where(period.c.person == person))
    )
    if not shown.periods and not shown.former:
        raise Refusal("The register does not know that worker.")
    return shown


def _all() -> Select[Any]:
    order = (period.c.start_date, period.c.period_id)
    return select(period, employer.c.company_id).join(employer).order_by(*order)


def _former(connection: Connection, person: str) -> tuple[str, ...]:
    known = select(replacement.c.old_inss).where(replacement.c.current_inss == person)
    return tuple(connection.scalars(known.order_by(replacement.c.old_inss)))


def _known(connection: Connection, query: Select[Any]) -> tuple[KnownPeriod, ...]:
    rows = connection.execute(query).all()
    numbers: dict[int, list[str]] = defaultdict(list)
    employers = sorted({row.employer_id for row in rows})
    for start in range(0, len(employers), BATCH):
        found = (
            select(employer_number.c.employer_id, employer_number.c.nsso_number)
            .where(employer_number.c.employer_id.in_(employers[start : start + BATCH]))
            .order_by(employer_number.c.nsso_number)
        )
        for employer_id, nsso in connection.execute(found):
            numbers[employer_id].append(nsso)
    return tuple(_known_period(row, tuple(numbers[row.employer_id])) for row in rows)


def _known_period(row: Row[Any], nsso: tuple[str, ...]) -> KnownPeriod:
    return KnownPeriod(
        row.period_id,
        row.inss,
        row.person,
        row.company_id,
        nsso,
        row.worker_type,
        row.start_date,
        row.start_hour,
        row.end_date,
        row.end_hour,
        row.joint_committee,
        row.cancelled,
        row.locked,
        row.late,
        row.flexi_conditions,
        instant(row.updated_at) if row.updated_at else None,
    )


def stats(connection: Connection) -> dict[str, int | datetime | None]:
    """Count what the register holds, flat: `periods`, and `periods_FLX` and so on by worker type."""
    counted = select(
        func.count(),
        func.count().filter(period.c.cancelled),
        func.count().filter(period.c.locked),
        func.count().filter(period.c.late),
        func.count().filter(period.c.end_date.is_(None)),
        func.count(period.c.person.distinct()),
    )
    names = ("periods", "cancelled", "locked", "late", "open", "workers")
    result: dict[str, int | datetime | None] = dict(
        zip(names, connection.execute(counted).one(), strict=True)
    )
    for name, table in (("employers", employer), ("replacements", replacement), ("imports", register_import)):
        result[name] = connection.scalar(select(func.count()).select_from(table))
    types = select(period.c.worker_type, func.count()).group_by(period.c.worker_type)
    result |= {
        f"periods_{kind}": number for kind, number in connection.execute(types.order_by(period.c.worker_type))
    }
    return result | {"last_import": register_state(connection)}
