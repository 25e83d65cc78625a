"""The fields of a register file: each in its domain, none that could be a worker's number ever shown."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from flexibatch.domain.register import RegisterRow, Span
from flexibatch.domain.register_fields import COLUMNS, register_row
from flexibatch.errors import Refusal
from tests.doubles.numbers import company_number, nsso_number, period_number, worker_number

BRUSSELS = ZoneInfo("Europe/Brussels")
LEAST = {
    "period_id": period_number(1),
    "enterprise_number": company_number(1),
    "inss": worker_number(1),
    "worker_type": "FLX",
    "start_date": "2026-09-01",
}


def row_of(**told: str) -> RegisterRow:
    values = LEAST | told
    return register_row(7, [values.get(column, "") for column in COLUMNS], BRUSSELS)


def test_the_least_a_row_can_tell() -> None:
    """What is not told is unknown, open or no."""
    expected = RegisterRow(
        7, period_number(1), None, company_number(1), worker_number(1), "FLX", Span(date(2026, 9, 1))
    )
    assert expected == row_of()


def test_all_that_a_row_can_tell() -> None:
    """Every column has its place; a moment with an offset is that instant."""
    told = {
        "nsso_number": nsso_number(1).zfill(9),
        "enterprise_number": company_number(1).lstrip("0"),
        "start_hour": "2200",
        "end_date": "2026-09-02",
        "end_hour": "0600",
        "joint_committee": "XXX",
        "cancelled": "1",
        "locked": "1",
        "late": "1",
        "flexi_conditions": "0",
        "updated_at": "2026-09-01 12:00:00.5+02:00",
    }
    expected = RegisterRow(
        7,
        period_number(1),
        nsso_number(1),
        company_number(1),
        worker_number(1),
        "FLX",
        Span(date(2026, 9, 1), "2200", date(2026, 9, 2), "0600"),
        "XXX",
        cancelled=True,
        locked=True,
        late=True,
        flexi_conditions=0,
        updated_at=datetime(2026, 9, 1, 10, 0, 0, 500_000, UTC),
    )
    assert expected == row_of(**told)


@pytest.mark.parametrize("told", ["2026-09-01T12:00", "2026-09-01T10:00:00Z"])
def test_a_moment_without_offset_is_local(told: str) -> None:
    """Without an offset the moment is that of the channel's own clock."""
    assert datetime(2026, 9, 1, 10, tzinfo=UTC) == row_of(updated_at=told).updated_at


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, Span(date(2026, 9, 1))),
        ({"end_date": "9999-12-31"}, Span(date(2026, 9, 1))),
        ({"end_date": "9999-12-31", "end_hour": "2359"}, Span(date(2026, 9, 1))),
        ({"end_date": "2026-09-01"}, Span(date(2026, 9, 1), None, date(2026, 9, 1))),
        (
            {"end_date": "2026-09-01", "start_hour": "0000", "end_hour": "2359"},
            Span(date(2026, 9, 1), "0000", date(2026, 9, 1), "2359"),
        ),
        ({"end_date": "2027-03-31"}, Span(date(2026, 9, 1), None, date(2027, 3, 31))),
    ],
    ids=["none", "last-day", "last-day-with-hour", "one-day", "hours", "over-quarters"],
)
def test_what_an_end_can_be(told: dict[str, str], expected: Span) -> None:
    """A row is taken as the register has it: open, one day, even a flexi period over two quarters."""
    assert expected == row_of(**told).span


def test_an_employer_may_be_named_by_a_provisional_number() -> None:
    """Both bounds of the provisional NSSO numbers are numbers of employers."""
    for number in ("5000000120", "5999999989"):
        assert number == row_of(nsso_number=number, enterprise_number="").nsso


@pytest.mark.parametrize("kind", ["FLX", "OTH", "PMP", "A17", "TEA"])
def test_worker_types_that_are_closed_stay_readable(kind: str) -> None:
    """Periods of a closed type are still in the register."""
    assert kind == row_of(worker_type=kind).worker_type


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"period_id": ""}, "period_id is missing"),
        ({"period_id": "610000000100"}, 'period_id "610000000100" must be 12 digits'),
        ({"nsso_number": "123"}, 'nsso_number "123" must be'),
        ({"enterprise_number": "0123456788"}, 'enterprise_number "0123456788" must be'),
        ({"enterprise_number": ""}, "both missing"),
        ({"enterprise_number": "", "nsso_number": "0"}, "both missing"),
        ({"inss": ""}, "inss is missing"),
        ({"worker_type": "flx"}, 'worker_type "flx" must be'),
        ({"worker_type": "A" * 50 + "\t"}, f'"{"A" * 30}" must be'),
        ({"start_date": ""}, "start_date is missing"),
        ({"start_date": "2026-02-29"}, 'start_date "2026-02-29" must be'),
        ({"start_date": "20260901"}, "a date YYYY-MM-DD"),
        ({"start_date": "2026-W36-2"}, "a date YYYY-MM-DD"),
        ({"start_date": "9999-12-31"}, "an open end only"),
        ({"start_hour": "2400"}, "an hour HHMM"),
        ({"start_hour": "08:00"}, "an hour HHMM"),
        ({"start_hour": "800"}, "an hour HHMM"),
        ({"end_date": "2026-08-31"}, "must not lie before start_date 2026-09-01"),
        ({"end_date": "2026-09-01", "start_hour": "0900", "end_hour": "0800"}, "end_hour 0800 must not lie"),
        ({"end_hour": "0800"}, "end_hour must be empty"),
        ({"joint_committee": "100"}, "joint_committee"),
        ({"cancelled": "yes"}, 'cancelled "yes" must be 1 or 0'),
        ({"locked": "2"}, "locked"),
        ({"late": "true"}, "late"),
        ({"flexi_conditions": "5"}, "0 to 4"),
        ({"updated_at": "2026-09-01"}, "a date and time"),
        ({"updated_at": "2026-09-31T00:00:00"}, "a date and time"),
        ({"updated_at": "0001-01-01T00:00:00+02:00"}, "a date and time"),
    ],
)
def test_what_is_outside_its_domain_is_refused(told: dict[str, str], reason: str) -> None:
    """The sentence names the field and what it must be."""
    with pytest.raises(Refusal) as refused:
        row_of(**told)
    assert reason in str(refused.value)


@pytest.mark.parametrize("field", [column for column in COLUMNS if column != "updated_at"])
@pytest.mark.parametrize("dots", [False, True])
def test_what_could_be_a_workers_number_is_never_shown(field: str, *, dots: bool) -> None:
    """Also in a column that it slipped into by mistake, also with dots in it."""
    number = f"{worker_number(1)[:10]}{(int(worker_number(1)[10]) + 1) % 10}"
    value = f"{number[:2]}.{number[2:4]}.{number[4:]}" if dots else number
    with pytest.raises(Refusal) as refused:
        row_of(**{field: value})
    assert value not in str(refused.value)
    assert number[4:] not in str(refused.value)
