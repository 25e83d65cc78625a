"""Read the fields of a register file, each in its domain; a `Refusal` names the field and what it must be.

A value that could be a worker's number is never shown. Source: docs/spec/register.md, "Periods", "Imports".
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from flexibatch.domain.findings import seen
from flexibatch.domain.identifiers import (
    is_company,
    is_inss,
    is_nsso,
    is_period_id,
    is_provisional_nsso,
    normal_company,
    normal_nsso,
)
from flexibatch.domain.register import RegisterRow, Span
from flexibatch.errors import Refusal, WrongLine

CURRENT_TYPES = frozenset(
    {"FLX", "OTH", "STU", "EXT", "IVT", "BCW", "DWD", "RTA", "TRI", "STG", "ALT", "O17", "S17", "T17", "PMP"}
)
CLOSED_TYPES = frozenset({"A17", "QUA", "STX", "TEA"})
JOINT_COMMITTEES = frozenset({"124", "140", "144", "145", "149", "302", "320", "322", "XXX"})
OPEN_END = date(9999, 12, 31)
_SHOWN = 30
_HOUR = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9]")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORKER_DIGITS = 11

T = TypeVar("T")
P = ParamSpec("P")


def fault(field: str, value: str, wanted: str) -> Refusal:
    """Make the sentence about one field.

    >>> str(fault("worker_type", "ABC", "FLX or another worker type"))
    'worker_type "ABC" must be FLX or another worker type'
    >>> str(fault("inss", "85073003327", "11 digits with the right check digits"))
    'inss must be 11 digits with the right check digits'
    """
    if not value:
        return Refusal(f"{field} is missing: it must be {wanted}")
    if _may_be_a_workers(field.lower(), value):
        return Refusal(f"{field} must be {wanted}")
    return Refusal(f'{field} "{seen(value[:_SHOWN])}" must be {wanted}')


def _may_be_a_workers(field: str, value: str) -> bool:
    """Return whether a value has the digits of a worker's number; those of a period are one more."""
    digits = sum(character.isdigit() for character in value)
    period = "period" in field and digits == len(value) == _WORKER_DIGITS + 1
    return "inss" in field or (digits >= _WORKER_DIGITS and not period)


@contextmanager
def on_line(line: int) -> Iterator[None]:
    """Tell the line in every `Refusal` that is raised about it."""
    try:
        yield
    except Refusal as exc:
        raise WrongLine(line, str(exc)) from exc


def entry_or_fault(read: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T | Refusal:
    """Return what is read of a file, or what is wrong there: the lines behind it are read too."""
    try:
        return read(*arguments, **options)
    except Refusal as exc:
        return exc


def optional(read: Callable[[str, str], T], field: str, value: str) -> T | None:
    """Read a field that may be empty."""
    return read(field, value) if value else None


def period_id(field: str, value: str) -> str:
    """Read the number of a period."""
    if is_period_id(value):
        return value
    raise fault(field, value, "12 digits of which the last two are the first ten modulo 97")


def worker(field: str, value: str) -> str:
    """Read a worker's number; the fault never shows it."""
    if is_inss(value):
        return value
    raise fault(field, value, "11 digits with the right check digits")


@lru_cache(maxsize=4096)
def employer(nsso: str, company: str) -> tuple[str | None, str | None]:
    """Read an employer's numbers, either possibly unknown (empty, and for the NSSO number also 0)."""
    known = nsso.strip("0") != ""
    if known and not (is_nsso(nsso) or is_provisional_nsso(nsso)):
        raise fault("nsso_number", nsso, "an NSSO number with the right check digits, or 0")
    if company and not is_company(normal_company(company)):
        raise fault("enterprise_number", company, "9 or 10 digits with the right check digits")
    if not known and not company:
        raise Refusal("nsso_number and enterprise_number are both missing: give at least one")
    return normal_nsso(nsso) if known else None, normal_company(company) if company else None


def worker_type(field: str, value: str) -> str:
    """Read a worker type, the closed ones too."""
    if value in CURRENT_TYPES or value in CLOSED_TYPES:
        return value
    raise fault(field, value, "FLX or another worker type of Dimona")


def joint_committee(field: str, value: str) -> str:
    """Read a joint committee."""
    if value in JOINT_COMMITTEES:
        return value
    raise fault(field, value, f"empty, {', '.join(sorted(JOINT_COMMITTEES))}")


def hour(field: str, value: str) -> str:
    """Read an hour, 0000 to 2359."""
    if _HOUR.fullmatch(value):
        return value
    raise fault(field, value, "an hour HHMM from 0000 to 2359")


@lru_cache(maxsize=4096)
def day(field: str, value: str) -> date:
    """Read a date."""
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise fault(field, value, "a date YYYY-MM-DD")


def end_day(field: str, value: str) -> date | None:
    """Read an end: none and the last day of the calendar are open."""
    if not value:
        return None
    end = day(field, value)
    return None if end == OPEN_END else end


def flag(field: str, value: str) -> bool:
    """Read a yes or no: 1 or 0, empty is no."""
    if value in {"", "0", "1"}:
        return value == "1"
    raise fault(field, value, "1 or 0")


def conditions(field: str, value: str) -> int:
    """Read the result on the flexi conditions: 0 refused, 1 accepted, 2 to 4 pending."""
    if value in {"0", "1", "2", "3", "4"}:
        return int(value)
    raise fault(field, value, "empty or 0 to 4")


def moment(field: str, value: str, zone: ZoneInfo) -> datetime:
    """Read a date and time, local where no offset is told, as UTC.

    >>> moment("updated_at", "2026-07-01T08:00:00", ZoneInfo("Europe/Brussels"))
    datetime.datetime(2026, 7, 1, 6, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        if _MOMENT.fullmatch(value):
            read = datetime.fromisoformat(value)
            return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise fault(field, value, "a date and time YYYY-MM-DDTHH:MM:SS")


def span(start: str, start_hour: str, end: str, end_hour: str) -> Span:
    """Read when a period begins and ends; the hour of an end on 9999-12-31 says nothing and is left out."""
    if end_hour and not end:
        raise Refusal("end_hour must be empty where end_date is")
    begins, ends = day("start_date", start), end_day("end_date", end)
    from_hour, to_hour = optional(hour, "start_hour", start_hour), optional(hour, "end_hour", end_hour)
    return require_order(Span(begins, from_hour, ends, to_hour if ends else None))


def require_order(asked: Span) -> Span:
    """Return a period back, or refuse it: it never ends before it begins; hours count where both are told."""
    start, end = asked.start, asked.end
    if start == OPEN_END:
        raise Refusal("start_date must be a real day: 9999-12-31 stands for an open end only")
    if end is not None and end < start:
        raise Refusal(f"end_date {end} must not lie before start_date {start}")
    if end == start and asked.start_hour and asked.end_hour and asked.end_hour < asked.start_hour:
        raise Refusal(
            f"end_hour {asked.end_hour} must not lie before start_hour {asked.start_hour} of one day"
        )
    return asked


COLUMNS = (
    "period_id",
    "nsso_number",
    "enterprise_number",
    "inss",
    "worker_type",
    "start_date",
    "start_hour",
    "end_date",
    "end_hour",
    "joint_committee",
    "cancelled",
    "locked",
    "late",
    "flexi_conditions",
    "updated_at",
)


def register_row(line: int, values: list[str], zone: ZoneInfo) -> RegisterRow:
    """Read one period; `values` are texts in the order of `COLUMNS`, empty where nothing is told."""
    number, nsso, company, inss, kind, start, start_hour, end, end_hour, *rest = values
    committee, cancelled, locked, late, flexi, updated = rest
    return RegisterRow(
        line,
        period_id("period_id", number),
        *employer(nsso, company),
        worker("inss", inss),
        worker_type("worker_type", kind),
        span(start, start_hour, end, end_hour),
        optional(joint_committee, "joint_committee", committee),
        flag("cancelled", cancelled),
        flag("locked", locked),
        flag("late", late),
        optional(conditions, "flexi_conditions", flexi),
        moment("updated_at", updated, zone) if updated else None,
    )
