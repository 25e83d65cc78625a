"""The workers of an employer in a range of days: their flexi periods, and how many declarations are in force.

Read as they come, a thousand workers at once: what is held does not grow with the employer.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, false, func, or_, select

from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.identities import find_employer
from flexibatch.adapters.store.register import PERIODS
from flexibatch.adapters.store.tables import declaration, period, version
from flexibatch.domain.dimona import Period, Span
from flexibatch.domain.identifiers import employer_kind, is_company, normal_company
from flexibatch.domain.vocabulary import Environment, Operation, WorkerType
from flexibatch.errors import Refusal
from flexibatch.ports import EmployerMatch


class WorkerPeriods(NamedTuple):
    """The flexi periods of a worker, by current number, and how many declarations are in force."""

    person: str
    periods: Sequence[Period]
    declared: int


def known_employer(connection: Connection, number: str) -> EmployerMatch:
    """Return the employer of an NSSO or enterprise number; raise `Refusal` for what is neither, or nobody's.

    Nine digits may be either: then the NSSO number is meant, unless only the enterprise is known.
    """
    kind = employer_kind(number)
    if kind == "unknown":
        raise Refusal(
            f"{number!r} is no employer's number: an NSSO number has up to 9 digits, an enterprise number 10; look "
            "at its check digits."
        )
    if kind == "nsso":
        found = find_employer(connection, number, None)
        if found.employer_id is not None:
            return found
    if is_company(normal_company(number)):
        found = find_employer(connection, None, number)
        if found.employer_id is not None:
            return found
    raise Refusal(f"No employer has the number {number}: one is known from a Dimona import or a mandate on.")


def workers_with_periods(
    connection: Connection, employer_id: int, environment: Environment, asked: Span
) -> Iterator[WorkerPeriods]:
    """Yield the workers with a valid flexi period that overlaps a range of days, by current number."""
    with connection.execute(_periods(employer_id, asked)) as rows:
        persons = groupby(rows, key=lambda row: str(row.person))
        found = ((person, [Period._make(row[1:]) for row in several]) for person, several in persons)
        while some := dict(islice(found, BATCH)):
            counts = connection.execute(_in_force(employer_id, environment, asked, list(some)))
            declared = {person: int(count) for person, count in counts}
            for person, periods in some.items():
                yield WorkerPeriods(person, periods, declared.get(person, 0))


def _periods(employer_id: int, asked: Span) -> Select[Any]:
    first, last = asked
    return (
        PERIODS.where(
            period.c.employer_id == employer_id,
            period.c.worker_type == WorkerType.FLEXI.value,
            period.c.cancelled == false(),
            period.c.start_date <= last,
            or_(period.c.end_date.is_(None), period.c.end_date >= first),
        )
        .order_by(period.c.person)
        .execution_options(yield_per=BATCH)
    )


def _in_force(employer_id: int, environment: Environment, asked: Span, persons: Sequence[str]) -> Select[Any]:
    """Count the declarations in force of workers whose calculation period overlaps a range of days."""
    first, last = asked
    other = version.alias("other")
    newest = select(func.max(other.c.number)).where(other.c.declaration == declaration.c.ticket)
    current = and_(
        version.c.declaration == declaration.c.ticket,
        version.c.number == newest.correlate(declaration).scalar_subquery(),
    )
    return (
        select(declaration.c.person, func.count())
        .select_from(declaration)
        .join(version, current)
        .where(
            declaration.c.person.in_(persons),
            declaration.c.environment == environment.value,
            declaration.c.employer_id == employer_id,
            version.c.operation != Operation.CANCELLATION,
            version.c.start_date <= last,
            version.c.end_date >= first,
        )
        .group_by(declaration.c.person)
    )
