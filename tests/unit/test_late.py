"""Late declarations: five calendar days after the last calculation of the month, over the lines of a Form."""

from dataclasses import replace
from datetime import date

import pytest

from flexibatch.domain.flxwage.model import Line
from flexibatch.domain.flxwage.rules.late import late_findings
from flexibatch.domain.flxwage.specimen import FORM, LINE, calculation
from flexibatch.domain.vocabulary import Operation


def line(number: int, calculated_on: date | None) -> Line:
    return LINE._replace(number=number, relation=number, calculation=calculation(calculated_on=calculated_on))


def told(days: list[date | None], received_on: date) -> dict[int, tuple[str, str]]:
    lines = [line(number, day) for number, day in enumerate(days, 1)]
    found = late_findings(FORM, lines, received_on)
    return {number: (one.details["due"], one.details["days"]) for number, one in found.items()}


@pytest.mark.parametrize(
    ("days", "received_on", "expected"),
    [
        ([date(2026, 9, 30)], date(2026, 10, 5), {}),
        ([date(2026, 9, 30)], date(2026, 10, 6), {1: ("2026-10-05", "1")}),
        ([date(2026, 9, 1), date(2026, 9, 30)], date(2026, 10, 5), {}),
        (
            [date(2026, 9, 1), date(2026, 9, 29)],
            date(2026, 10, 5),
            {1: ("2026-10-04", "1"), 2: ("2026-10-04", "1")},
        ),
        ([date(2026, 9, 20), date(2026, 10, 1)], date(2026, 10, 5), {1: ("2026-09-25", "10")}),
        ([date(2025, 9, 20), date(2026, 9, 30)], date(2026, 10, 5), {1: ("2025-09-25", "375")}),
        ([date(2026, 12, 31)], date(2027, 1, 6), {1: ("2027-01-05", "1")}),
        ([None, date(2026, 9, 29)], date(2026, 10, 5), {2: ("2026-10-04", "1")}),
        ([], date(2026, 10, 5), {}),
    ],
)
def test_the_last_calculation_of_each_month_counts(
    days: list[date | None], received_on: date, expected: dict[int, tuple[str, str]]
) -> None:
    """Calculations of a month may be sent together, five calendar days after its last one."""
    assert expected == told(days, received_on)


def test_a_line_without_a_calculation_says_nothing() -> None:
    """What a line does not hold is not late."""
    assert {} == late_findings(FORM, [LINE._replace(calculation=None)], date(2026, 12, 1))


@pytest.mark.parametrize("operation", [Operation.MODIFICATION, Operation.CANCELLATION, None])
def test_only_originals_are_late(operation: Operation | None) -> None:
    """A modification or a cancellation may come at any time."""
    assert {} == late_findings(replace(FORM, operation=operation), [LINE], date(2027, 1, 1))


def test_the_remark_stands_at_the_date_of_its_line() -> None:
    """Two lines of a Form have a remark each, in their own place."""
    found = late_findings(FORM, [line(1, date(2026, 9, 1)), line(2, date(2026, 9, 2))], date(2026, 9, 30))
    place = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]"
    assert [
        ("late", "CalculationDate", "2026-09-01", f"{place}/Relation[1]/Calculation/CalculationDate"),
        ("late", "CalculationDate", "2026-09-02", f"{place}/Relation[2]/Calculation/CalculationDate"),
    ] == [(one.rule, one.tag, one.value, one.location) for one in found.values()]
