"""The samples stay what they are on every day to come."""

import csv
import doctest
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from types import ModuleType

import pytest
from lxml import etree

from samples import references, today
from samples.today import RECEPTION, moved
from tests.doubles.installation import SAMPLES

DAYS = [date(2026, 11, 1) + timedelta(days) for days in range(2 * 366)]
LEAP = [date(2028, 1, 1) + timedelta(days) for days in range(91)]
DOCUMENTS = sorted(SAMPLES.glob("*/FI.FLEX.*"))
TABLES = sorted([*SAMPLES.glob("*/*.csv"), *SAMPLES.glob("*.csv")])
PERIOD = ("CalculationPeriodStartingDate", "CalculationPeriodEndingDate")
VALIDITY = ("ValidityPeriodStartingDate", "ValidityPeriodEndingDate")


def _whole() -> Iterator[bytes]:
    """Yield the documents of the samples, their parts joined."""
    for folder in sorted({path.parent for path in DOCUMENTS}):
        for first in sorted(folder.glob("FI.FLEX.*.1")):
            parts = sorted(folder.glob(f"{first.name.rpartition('.')[0]}.*"))
            yield b"".join(part.read_bytes() for part in parts)


def _read(document: bytes) -> etree._Element:
    """Read a document; one that is none is empty."""
    try:
        return etree.fromstring(document, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return etree.Element("empty")


def _dates(of: etree._Element, *tags: str) -> list[date]:
    texts = [str(of.findtext(f"{{*}}{tag}")) for tag in tags]
    try:
        return [date.fromisoformat(text) for text in texts]
    except ValueError:
        return []


def _calculations() -> Iterator[tuple[date, ...]]:
    """Yield period, calculation date and one validity period of each line that has them in order of reading."""
    for document in _whole():
        for one in _read(document).iter("{*}Calculation"):
            for quality in one.iter("{*}Features"):
                found = (*_dates(one, *PERIOD, "CalculationDate"), *_dates(quality, *VALIDITY))
                if len(found) == len((*PERIOD, *VALIDITY)) + 1:
                    yield found


def _register() -> Iterator[tuple[date, ...]]:
    """Yield the Dimona periods."""
    for table in TABLES:
        for row in csv.DictReader(table.read_text("utf-8").splitlines(), delimiter=";"):
            if row.get("start_date") and row.get("end_date"):
                yield date.fromisoformat(row["start_date"]), date.fromisoformat(row["end_date"])


def _moved_rows(rows: list[tuple[date, ...]], day: date) -> list[tuple[date, ...]]:
    """Move rows of dates by way of the bytes of a file."""
    content = "\n".join(" ".join(map(str, row)) for row in rows).encode()
    lines = moved(content, day).decode().splitlines()
    return [tuple(date.fromisoformat(word) for word in line.split()) for line in lines]


def _nature(row: Iterable[date], day: date) -> tuple[bool, ...]:
    """Return what rules ask of a line's dates."""
    start, end, calculated, valid_from, valid_until = row
    return (
        start <= end,
        start.year == end.year,
        start <= calculated,
        calculated <= day,
        valid_from <= valid_until,
        start <= valid_from,
        valid_until <= end,
        calculated + timedelta(5) < day,
    )


CALCULATIONS = sorted(set(_calculations()))
REGISTER = sorted(set(_register()))


@pytest.mark.parametrize("days", [DAYS, LEAP], ids=["two-years", "leap-day"])
def test_periods_keep_what_rules_ask_of_them(days: list[date]) -> None:
    """Order, year, and the place of one date beside another are on every day those of the samples' own day."""
    was = [(row, _nature(row, RECEPTION)) for row in CALCULATIONS]
    assert len(was) > len(VALIDITY)
    for day in days:
        rows = _moved_rows(CALCULATIONS, day)
        assert was == [(row, _nature(now, day)) for row, now in zip(CALCULATIONS, rows, strict=True)], day


@pytest.mark.parametrize("days", [DAYS, LEAP], ids=["two-years", "leap-day"])
def test_the_register_keeps_its_order(days: list[date]) -> None:
    """No Dimona period ends before it starts, and those of one day stay of one day."""
    was = [(row, start == end) for row in REGISTER for start, end in pairwise(row)]
    for day in days:
        rows = _moved_rows(REGISTER, day)
        assert [] == [row for row in rows if row[0] > row[1]], day
        assert was == [(row, now[0] == now[1]) for row, now in zip(REGISTER, rows, strict=True)], day


@pytest.mark.parametrize("day", [DAYS[0], date(2027, 1, 1), date(2028, 2, 29), DAYS[-1]], ids=str)
def test_bytes_keep_their_length(day: date) -> None:
    """Files keep their length when they are moved, so that cuts into parts stay where they are."""
    contents = [path.read_bytes() for path in (*DOCUMENTS, *TABLES)]
    assert [len(content) for content in contents] == [len(moved(content, day)) for content in contents]


@pytest.mark.parametrize("module", [today, references], ids=lambda module: str(module.__name__))
def test_examples_run(module: ModuleType) -> None:
    """What the samples' modules show as an example is so."""
    told = doctest.testmod(module)
    assert (True, 0) == (told.attempted > 0, told.failed)
