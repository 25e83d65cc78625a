"""Whom an employer can declare: workers with a valid flexi period in a range of days.

Source: docs/people.md, "Selection"; docs/spec/register.md, "The check".
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from flexibatch.domain.dimona import Period, Span
from flexibatch.domain.vocabulary import WorkerType
from flexibatch.errors import Refusal

LONGEST_RANGE = 366
"""Days that a range may have: a leap year."""

_FLEXI = WorkerType.FLEXI.value


class Conditions(StrEnum):
    """Name what the register says on the flexi conditions of a worker."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    PENDING = "pending"


_CONDITIONS = {
    0: Conditions.REFUSED,
    1: Conditions.ACCEPTED,
    2: Conditions.PENDING,
    3: Conditions.PENDING,
    4: Conditions.PENDING,
}
_WEIGHTIEST_FIRST = (Conditions.REFUSED, Conditions.PENDING, Conditions.ACCEPTED)
"""Of several periods the one with most to be looked at is told."""


class SelectedWorker(NamedTuple):
    """A worker with what is known for the range of days.

    `periods` are the valid flexi periods that overlap the range, `days` the distinct days of it that they cover, from
    `first_day` to `last_day`; `late` that all of them were declared late; `declared` the declarations in force.
    """

    inss: str
    periods: int
    first_day: date
    last_day: date
    days: int
    late: bool
    conditions: Conditions | None
    declared: int


def selection_range(first: date, last: date) -> Span:
    """Return a range of days, ends included; raise `Refusal` where it is none, or longer than a year.

    >>> selection_range(date(2024, 1, 1), date(2024, 12, 31))[1].day
    31
    """
    if last < first:
        raise Refusal(f"The range ends on {last}, before it begins on {first}: exchange the two days.")
    days = (last - first).days + 1
    if days > LONGEST_RANGE:
        raise Refusal(
            f"The range from {first} until {last} has {days} days, more than a year: ask year by year, or less."
        )
    return first, last


def selected_worker(
    inss: str, periods: Iterable[Period], asked: Span, declared: int = 0
) -> SelectedWorker | None:
    """Return a worker by all periods with the employer, None where no valid flexi period overlaps the range.

    >>> september = date(2026, 9, 1), date(2026, 9, 30)
    >>> august = Period("600027876089", "FLX", date(2026, 8, 30), date(2026, 9, 2), late=True)
    >>> found = selected_worker("85073003328", [august, august._replace(start=date(2026, 9, 30), end=None)], september)
    >>> found.periods, found.first_day.day, found.last_day.day, found.days, found.late
    (2, 1, 30, 3, True)
    """
    valid = [
        one for one in periods if one.worker_type == _FLEXI and not one.cancelled and one.overlaps(*asked)
    ]
    if not valid:
        return None
    first, last = asked
    cut = sorted((max(one.start, first), min(one.last, last)) for one in valid)
    return SelectedWorker(
        inss,
        len(valid),
        cut[0][0],
        max(end for _start, end in cut),
        _distinct_days(cut),
        all(one.late for one in valid),
        _conditions(valid),
        declared,
    )


def _distinct_days(spans: Iterable[Span]) -> int:
    """Count the days that spans cover, each once; they come in the order in which they start."""
    counted, reached = 0, 0
    for start, end in spans:
        begin, stop = max(start.toordinal(), reached + 1), end.toordinal()
        counted += max(stop - begin + 1, 0)
        reached = max(reached, stop)
    return counted


def _conditions(periods: Iterable[Period]) -> Conditions | None:
    told = {_CONDITIONS[one.flexi_conditions] for one in periods if one.flexi_conditions is not None}
    return next((one for one in _WEIGHTIEST_FIRST if one in told), None)
