"""Read a register from CSV: periods, or replaced numbers; the header tells which.

Columns stand by name in any order. Numbers may be written as on paper; other values are taken as they stand, no spaces
are cut off.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from zoneinfo import ZoneInfo

from flexibatch.adapters.csv_files import csv_rows, header_of
from flexibatch.domain.findings import seen
from flexibatch.domain.register import Entry, RegisterRow, Replacement
from flexibatch.domain.register_fields import (
    COLUMNS,
    day,
    entry_or_fault,
    on_line,
    optional,
    register_row,
    worker,
)
from flexibatch.domain.written_numbers import plain_company, plain_number
from flexibatch.errors import Refusal

REPLACEMENT_COLUMNS = ("old_inss", "new_inss", "date")
REQUIRED = ("period_id", "inss", "worker_type", "start_date")
EMPLOYERS = ("nsso_number", "enterprise_number")


def read_csv(file: BinaryIO, zone: ZoneInfo) -> tuple[str, Iterator[Entry | Refusal]]:
    """Return the format, `csv` or `replacements`, and read the rows, or what is wrong there, as they are asked for."""
    rows = csv_rows(file)
    header = header_of(rows)
    if "old_inss" in header:
        places = _places(header, REPLACEMENT_COLUMNS, ("old_inss", "new_inss"))
        return "replacements", (entry_or_fault(_replacement, *row, len(header), places) for row in rows)
    places = _places(header, COLUMNS, REQUIRED)
    if not set(EMPLOYERS) & set(header):
        raise Refusal(f"line 1: give at least one of the columns {' and '.join(EMPLOYERS)}")
    return "csv", (entry_or_fault(_period, *row, len(header), places, zone) for row in rows)


def _places(header: list[str], known: Sequence[str], required: Sequence[str]) -> list[int]:
    """Return the place of every known column in a row; -1 for an absent one."""
    unknown = [name for name in header if name not in known]
    if unknown:
        named = seen(unknown[0][:30])
        raise Refusal(f'line 1: column "{named}" is unknown: the columns are {", ".join(known)}')
    if len(set(header)) < len(header):
        raise Refusal("line 1: a column stands in the header twice")
    missing = [name for name in required if name not in header]
    if missing:
        raise Refusal(f"line 1: column {missing[0]} is missing; {', '.join(required)} are required")
    return [header.index(name) if name in header else -1 for name in known]


def _period(line: int, row: list[str], width: int, places: list[int], zone: ZoneInfo) -> RegisterRow:
    with on_line(line):
        number, nsso, company, inss, *rest = _values(row, width, places)
        numbers = (plain_number(number), plain_number(nsso), plain_company(company), plain_number(inss))
        return register_row(line, [*numbers, *rest], zone)


def _replacement(line: int, row: list[str], width: int, places: list[int]) -> Replacement:
    with on_line(line):
        old, new, on = _values(row, width, places)
        pair = worker("old_inss", plain_number(old)), worker("new_inss", plain_number(new))
        return Replacement(line, *pair, optional(day, "date", on))


def _values(row: list[str], width: int, places: list[int]) -> list[str]:
    """Return the values in the order of the known columns; empty texts for columns that are absent."""
    if len(row) != width:
        raise Refusal(f"values: {len(row)}, where the header names {width}")
    return [row[place] if place >= 0 else "" for place in places]
