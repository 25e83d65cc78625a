"""Whom an employer can declare: the cases of the register, and an oracle that counts days one by one."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.categories import Categories
from flexibatch.domain.dimona import Period, Span
from flexibatch.domain.employers import Numbers
from flexibatch.domain.flxwage.skeleton import debtor_of, require_calculable, require_quality
from flexibatch.domain.selection import Conditions, SelectedWorker, selected_worker, selection_range
from flexibatch.errors import Refusal

WORKER = "85073003328"
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
SEPTEMBER: Span = (FIRST, LAST)
DAY = timedelta(days=1)


def flexi(start: date, end: date | None, **more: Any) -> Period:  # noqa: ANN401 - any field of a period
    return Period("600027876089", "FLX", start, end, **more)


def selected(*periods: Period, asked: Span = SEPTEMBER) -> SelectedWorker:
    found = selected_worker(WORKER, periods, asked)
    assert found is not None
    return found


COVERED = {
    "exact": ([flexi(FIRST, LAST)], FIRST, LAST, 30),
    "the first day only": ([flexi(date(2026, 8, 1), FIRST)], FIRST, FIRST, 1),
    "the last day only": ([flexi(LAST, date(2026, 12, 31))], LAST, LAST, 1),
    "open": ([flexi(date(2026, 9, 16), None)], date(2026, 9, 16), LAST, 15),
    "9999-12-31": ([flexi(date(2026, 7, 1), date.max)], FIRST, LAST, 30),
    "a day twice": ([flexi(FIRST, FIRST), flexi(FIRST, FIRST)], FIRST, FIRST, 1),
    "overnight": ([flexi(FIRST, FIRST + DAY), flexi(FIRST + DAY, FIRST + DAY)], FIRST, FIRST + DAY, 2),
    "one within another": ([flexi(FIRST + DAY, FIRST + DAY), flexi(FIRST, LAST)], FIRST, LAST, 30),
    "apart": ([flexi(LAST, LAST), flexi(FIRST, FIRST)], FIRST, LAST, 2),
}


@pytest.mark.parametrize("case", COVERED)
def test_days_are_cut_to_the_range_and_counted_once(case: str) -> None:
    """Whatever the order of the periods; their number is told beside."""
    periods, first, last, days = COVERED[case]
    found = selected(*periods)
    assert (len(periods), first, last, days) == (found.periods, found.first_day, found.last_day, found.days)


NOBODY = {
    "no period": [],
    "the day before": [flexi(date(2026, 8, 1), FIRST - DAY)],
    "the day after": [flexi(LAST + DAY, None)],
    "cancelled": [flexi(FIRST, LAST, cancelled=True)],
    "another type": [flexi(FIRST, LAST)._replace(worker_type="STU")],
}


@pytest.mark.parametrize("case", NOBODY)
def test_who_has_no_valid_flexi_period_is_nobody_to_declare(case: str) -> None:
    """Nor does such a period count beside a valid one."""
    assert selected_worker(WORKER, NOBODY[case], SEPTEMBER) is None
    assert selected(flexi(FIRST, FIRST)) == selected(flexi(FIRST, FIRST), *NOBODY[case])


def test_late_means_that_all_are() -> None:
    """A late period outside the range says nothing."""
    late, timely = flexi(FIRST, FIRST, late=True), flexi(LAST, LAST)
    outside = flexi(date(2026, 8, 1), date(2026, 8, 2))
    assert [True, False, True] == [
        selected(late).late,
        selected(late, timely).late,
        selected(late, outside).late,
    ]


CONDITIONS = {
    (None,): None,
    (1,): Conditions.ACCEPTED,
    (0,): Conditions.REFUSED,
    (2,): Conditions.PENDING,
    (3,): Conditions.PENDING,
    (4,): Conditions.PENDING,
    (1, None): Conditions.ACCEPTED,
    (1, 3): Conditions.PENDING,
    (1, 4, 0): Conditions.REFUSED,
}


@pytest.mark.parametrize("told", CONDITIONS)
def test_of_conditions_the_one_to_look_at_is_told(told: tuple[int | None, ...]) -> None:
    """Refused before pending before accepted, in whatever order they come."""
    periods = [flexi(FIRST, FIRST, flexi_conditions=one) for one in told]
    assert CONDITIONS[told] == selected(*periods).conditions == selected(*periods[::-1]).conditions


_DAYS = st.dates(date(2026, 6, 1), date(2026, 12, 31))
_PERIODS = st.lists(
    st.builds(
        lambda start, length, *flags: flexi(
            start,
            None if length is None else start + timedelta(days=length),
            cancelled=flags[0],
            late=flags[1],
        )._replace(worker_type=flags[2]),
        _DAYS,
        st.none() | st.integers(0, 100),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["FLX", "FLX", "STU"]),
    ),
    max_size=8,
)


@given(_PERIODS, _DAYS, st.integers(0, 100))
def test_an_oracle_that_counts_day_by_day_agrees(periods: list[Period], first: date, length: int) -> None:
    """Of every day of the range it is asked whether a valid flexi period covers it."""
    days = [first + DAY * n for n in range(length + 1)]
    valid = [one for one in periods if one.worker_type == "FLX" and not one.cancelled]
    covered = [day for day in days if any(one.start <= day <= (one.end or date.max) for one in valid)]
    found = selected_worker(WORKER, periods, (days[0], days[-1]), declared=3)
    if not covered:
        assert found is None
        return
    assert found is not None
    assert (covered[0], covered[-1], len(covered)) == (found.first_day, found.last_day, found.days)
    overlapping = [one for one in valid if one.overlaps(days[0], days[-1])]
    assert (len(overlapping), all(one.late for one in overlapping), 3) == (
        found.periods,
        found.late,
        found.declared,
    )


def test_a_range_of_a_leap_year_is_one_and_the_last_day_there_is_ends_one() -> None:
    """Both ends belong to it; one day is a range."""
    assert (date(2023, 3, 1), date(2024, 2, 29)) == selection_range(date(2023, 3, 1), date(2024, 2, 29))
    last = selected(flexi(date.max - DAY, None), asked=selection_range(date.max, date.max))
    assert (date.max, 1) == (last.first_day, last.days)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (LAST, FIRST, "before it begins"),
        (date(2026, 1, 1), date(2027, 1, 2), "367 days, more than a year"),
        (date.min, date.max, "more than a year"),
    ],
)
def test_what_is_no_range_is_told(first: date, last: date, told: str) -> None:
    """In a sentence that names its days."""
    with pytest.raises(Refusal, match=told):
        selection_range(first, last)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2024, 12, 1), date(2024, 12, 31), "what ended before 2025-01-01"),
        (date(2025, 12, 1), date(2026, 1, 31), "one skeleton until 2025-12-31 and one from 2026-01-01"),
        (date(2026, 10, 6), date(2026, 10, 31), "after today"),
    ],
)
def test_a_period_of_which_no_calculation_can_be_accepted_is_told(first: date, last: date, told: str) -> None:
    """It is too old, lies over New Year, or is still to come; one that began is none of these."""
    today = date(2026, 10, 5)
    require_calculable((today, date(2026, 12, 31)), today)
    with pytest.raises(Refusal, match=told):
        require_calculable((first, last), today)


CATEGORIES = Categories.from_rows(
    [(2, {"code": "017", "sector": "Private", "first_quarter": "1979/2", "last_quarter": "2026/3"})]
)


@pytest.mark.parametrize(
    ("category", "code", "told"),
    [
        ("018", "050", "no employer category '018'"),
        ("<b>", "050", "no employer category '<b>'"),
        ("017", "051", "no worker code '051'"),
        ("017", "050", "not open in quarter 2026/4"),
    ],
)
def test_a_quality_that_no_line_may_have_is_told(category: str, code: str, told: str) -> None:
    """A category must be open in every quarter of the period."""
    require_quality("017", "450", SEPTEMBER, CATEGORIES)
    with pytest.raises(Refusal, match=told):
        require_quality(category, code, (FIRST, date(2026, 10, 1)), CATEGORIES)


def test_an_employer_is_named_as_a_message_may() -> None:
    """A provisional number stands in registers only."""
    assert Numbers("100100022", None) == debtor_of(Numbers("100100022", None))
    with pytest.raises(Refusal, match="provisional number 5000000120 only"):
        debtor_of(Numbers("5000000120", None))
