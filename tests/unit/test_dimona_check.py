"""The Dimona check: the cases that every implementation is tried on, and an oracle that counts days."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.dimona import Period, check, check_anywhere, spans
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Calculation
from flexibatch.domain.flxwage.specimen import FORM, LINE, QUALITY, calculation, quality

ID, OTHER_ID, THIRD_ID = "600027876089", "656309296521", "600000000055"
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
DAY = timedelta(days=1)
PLACE = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/INSS"


def flexi(start: date, end: date | None, *, period_id: str = ID, **more: Any) -> Period:  # noqa: ANN401 - any field of a period
    return Period(period_id, "FLX", start, end, **more)


def other(kind: str, start: date, end: date | None) -> Period:
    return Period(OTHER_ID, kind, start, end)


def told(periods: list[Period], content: Calculation | None = None) -> list[tuple[str, dict[str, str]]]:
    line = LINE if content is None else LINE._replace(calculation=content)
    return [(one.rule, dict(one.details)) for one in check(FORM, line, periods)]


def uncovered(rule: str, start: date = FIRST, end: date = LAST, **details: str) -> tuple[str, dict[str, str]]:
    return rule, {"start": str(start), "end": str(end), **details}


DAILY = [
    flexi(FIRST + DAY * n, FIRST + DAY * n, period_id=f"{6_100_000_000 + n}00", late=n < 19)
    for n in range(20)
]

COVERED = {
    "exact": [flexi(FIRST, LAST)],
    "overlap on the first day only": [flexi(date(2026, 8, 1), FIRST)],
    "overlap on the last day only": [flexi(LAST, date(2026, 10, 31))],
    "open end": [flexi(date(2026, 7, 1), None)],
    "9999-12-31": [flexi(date(2026, 7, 1), date(9999, 12, 31))],
    "cancelled and valid": [flexi(FIRST, LAST, cancelled=True), flexi(FIRST, LAST, period_id=OTHER_ID)],
    "OTH and FLX": [other("OTH", FIRST, LAST), flexi(FIRST, LAST)],
    "20 daily periods": DAILY,
    "overnight from the 31st to the 1st": [flexi(date(2026, 8, 31), FIRST)],
    "late and timely": [flexi(FIRST, LAST, late=True), flexi(LAST, LAST, period_id=OTHER_ID)],
    "conditions accepted": [flexi(FIRST, LAST, flexi_conditions=1)],
    "conditions pending": [flexi(FIRST, LAST, flexi_conditions=4)],
    "refused outside, accepted inside": [
        flexi(date(2026, 7, 1), date(2026, 8, 31), flexi_conditions=0),
        flexi(FIRST, LAST, period_id=OTHER_ID, flexi_conditions=1),
    ],
}


@pytest.mark.parametrize("case", COVERED)
def test_one_day_of_one_valid_flexi_period_covers(case: str) -> None:
    """A worker is covered where one period that is FLX and not cancelled has a day in common."""
    assert [] == told(COVERED[case])


def near(period_id: str, start: date, end: str) -> tuple[str, dict[str, str]]:
    return uncovered("dimona-outside", period=period_id, period_start=str(start), period_end=end)


BEFORE = flexi(date(2026, 8, 1), date(2026, 8, 31))
AFTER = flexi(date(2026, 10, 1), None, period_id=OTHER_ID)
UNCOVERED: dict[str, tuple[list[Period], tuple[str, dict[str, str]]]] = {
    "none": ([], uncovered("dimona-none")),
    "the day before": ([BEFORE], near(ID, date(2026, 8, 1), "2026-08-31")),
    "the day after, open": ([AFTER], near(OTHER_ID, date(2026, 10, 1), "…")),
    "before and after, one day each": ([AFTER, BEFORE], near(ID, date(2026, 8, 1), "2026-08-31")),
    "the nearest of two": (
        [flexi(date(2026, 7, 1), date(2026, 8, 30)), AFTER],
        near(OTHER_ID, date(2026, 10, 1), "…"),
    ),
    "outside, and other types inside": (
        [BEFORE, other("STU", FIRST, LAST)],
        near(ID, date(2026, 8, 1), "2026-08-31"),
    ),
    "outside, and a cancelled one inside": (
        [flexi(FIRST, LAST, period_id=OTHER_ID, cancelled=True), BEFORE],
        near(ID, date(2026, 8, 1), "2026-08-31"),
    ),
    "cancelled only": ([flexi(FIRST, LAST, cancelled=True)], uncovered("dimona-cancelled", period=ID)),
    "cancelled only, the nearest": (
        [BEFORE._replace(cancelled=True), flexi(LAST, LAST, period_id=THIRD_ID, cancelled=True)],
        uncovered("dimona-cancelled", period=THIRD_ID),
    ),
    "OTH only": ([other("OTH", FIRST, None)], uncovered("dimona-type", types="OTH 2026-09-01–…")),
    "OTH and a cancelled FLX": (
        [flexi(FIRST, LAST, cancelled=True), other("OTH", FIRST, LAST)],
        uncovered("dimona-type", types="OTH 2026-09-01–2026-09-30"),
    ),
    "several other types, each once": (
        [
            other("STU", LAST, LAST),
            other("OTH", FIRST, LAST),
            other("OTH", FIRST, LAST),
            other("EXT", LAST, LAST),
            other("IVT", LAST, None),
        ],
        uncovered(
            "dimona-type",
            types="OTH 2026-09-01–2026-09-30, EXT 2026-09-30–2026-09-30, STU 2026-09-30–2026-09-30",
        ),
    ),
    "OTH outside the period": ([other("OTH", date(2026, 1, 1), date(2026, 8, 31))], uncovered("dimona-none")),
    "OTH cancelled": ([other("OTH", FIRST, LAST)._replace(cancelled=True)], uncovered("dimona-none")),
}


@pytest.mark.parametrize("case", UNCOVERED)
def test_what_is_not_covered_is_told_with_its_reason(case: str) -> None:
    """The first reason that holds is told: flexi periods outside, other types, cancelled ones, nothing."""
    periods, expected = UNCOVERED[case]
    assert [expected] == told(periods)


REMARKS = {
    "late only": ([flexi(FIRST, LAST, late=True)], [("dimona-late", {"period": ID})]),
    "two late ones": (
        [flexi(FIRST, FIRST, late=True), flexi(LAST, LAST, period_id=OTHER_ID, late=True)],
        [("dimona-late", {"period": ID})],
    ),
    "late inside, timely outside": (
        [flexi(FIRST, LAST, late=True), AFTER],
        [("dimona-late", {"period": ID})],
    ),
    "conditions refused": ([flexi(FIRST, LAST, flexi_conditions=0)], [("dimona-conditions", {"period": ID})]),
    "one accepted, one refused": (
        [flexi(FIRST, FIRST, flexi_conditions=1), flexi(LAST, LAST, period_id=OTHER_ID, flexi_conditions=0)],
        [("dimona-conditions", {"period": OTHER_ID})],
    ),
    "late and refused": (
        [flexi(FIRST, LAST, late=True, flexi_conditions=0)],
        [("dimona-late", {"period": ID}), ("dimona-conditions", {"period": ID})],
    ),
}


@pytest.mark.parametrize("case", REMARKS)
def test_a_covered_line_may_call_for_a_remark(case: str) -> None:
    """Only late periods, or conditions that were refused, are told with the period's id."""
    periods, expected = REMARKS[case]
    assert expected == told(periods)


TWO_QUARTERS = calculation(quality(end=date(2026, 10, 31)), end=date(2026, 10, 31))


def test_a_calculation_over_two_quarters_needs_one_period_only() -> None:
    """Full coverage is never asked for: a period in either quarter will do."""
    assert ([], []) == (told([flexi(FIRST, LAST)], TWO_QUARTERS), told([AFTER], TWO_QUARTERS))


WEEK = quality(start=date(2026, 9, 6), end=date(2026, 9, 9))


def test_each_quality_with_its_own_dates_must_be_covered() -> None:
    """A validity period that differs is a span of its own, told once however many qualities share it."""
    found = told([flexi(FIRST, FIRST)], calculation(QUALITY, WEEK, WEEK))
    week = uncovered("dimona-outside", WEEK.start or FIRST, WEEK.end or LAST)
    assert [
        (week[0], week[1] | {"period": ID, "period_start": "2026-09-01", "period_end": "2026-09-01"})
    ] == found


def test_every_span_that_is_not_covered_is_told() -> None:
    """Calculation period and validity period are told apart."""
    expected = [uncovered("dimona-none"), uncovered("dimona-none", date(2026, 9, 6), date(2026, 9, 9))]
    assert expected == told([], calculation(QUALITY, WEEK))


def test_a_remark_is_told_once_for_two_spans() -> None:
    """One late period that covers calculation and quality is one remark."""
    assert [("dimona-late", {"period": ID})] == told(
        [flexi(FIRST, LAST, late=True)], calculation(QUALITY, WEEK)
    )


def test_what_is_told_stands_at_the_worker_s_number() -> None:
    """Tag, value and place are those of the INSS, as it was sent."""
    expected = Finding(
        "dimona-none",
        tag="INSS",
        value=LINE.inss,
        location=PLACE,
        details={"start": "2026-09-01", "end": "2026-09-30"},
    )
    assert (expected,) == check(FORM, LINE, [])
    (remark,) = check(FORM, LINE, [flexi(FIRST, LAST, late=True)])
    assert ("INSS", LINE.inss, PLACE) == (remark.tag, remark.value, remark.location)


def test_a_line_without_a_calculation_needs_no_dimona() -> None:
    """A cancellation is not checked."""
    assert () == check(FORM, LINE._replace(calculation=None), [])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (calculation(start=None), ((FIRST, LAST),)),
        (calculation(end=None), ((FIRST, LAST),)),
        (calculation(quality(start=None)), ((FIRST, LAST),)),
        (calculation(quality(end=None)), ((FIRST, LAST),)),
        (calculation(quality(start=None, end=None), start=None, end=None), ()),
        (calculation(quality(end=FIRST)), ((FIRST, LAST), (FIRST, FIRST))),
    ],
)
def test_spans_are_made_of_readable_dates(content: Calculation, expected: object) -> None:
    """What could not be read makes no span."""
    assert expected == spans(content)


DAYS = st.integers(0, 12).map(lambda n: FIRST + DAY * n)


@st.composite
def periods_of(draw: st.DrawFn) -> Period:
    start, length = draw(DAYS), draw(st.none() | st.integers(0, 4))
    end = None if length is None else start + DAY * length
    kind = draw(st.sampled_from(["FLX", "FLX", "OTH"]))
    return Period(ID, kind, start, end, cancelled=draw(st.booleans()), late=draw(st.booleans()))


@given(DAYS, st.integers(0, 5), st.lists(periods_of(), max_size=5))
def test_coverage_is_a_day_in_common(start: date, length: int, periods: list[Period]) -> None:
    """What the check says is what counting the days one by one says."""
    days = {start + DAY * n for n in range(length + 1)}
    content = calculation(quality(start=start, end=max(days)), start=start, end=max(days))
    covering = [
        one
        for one in periods
        if one.worker_type == "FLX"
        and not one.cancelled
        and any(one.start <= day and (one.end is None or day <= one.end) for day in days)
    ]
    expected = (
        {True: "dimona-late", False: "covered"}[all(one.late for one in covering)] if covering else "-152"
    )
    found = [rule for rule, _ in told(periods, content)]
    said = found[0] if found else "covered"
    assert expected == (
        "-152" if said in {"dimona-none", "dimona-outside", "dimona-type", "dimona-cancelled"} else said
    )


@given(DAYS, DAYS, periods_of())
def test_a_distance_counts_the_days_between(one: date, another: date, period: Period) -> None:
    """The distance is 0 exactly where period and span overlap, else as far as the nearest days are apart."""
    start, end = sorted((one, another))
    apart = [abs((day - edge).days) for day in (start, end) for edge in (period.start, period.last)]
    expected = 0 if period.overlaps(start, end) else min(apart)
    assert expected == period.distance(start, end)


def test_a_line_without_a_calculation_has_nothing_to_be_covered() -> None:
    """That it has none is told elsewhere."""
    bare = LINE._replace(calculation=None)
    assert [(), ()] == [checked(FORM, bare, []) for checked in (check, check_anywhere)]
