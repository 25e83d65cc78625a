"""Read a register from CSV: periods, or replaced numbers; the header tells which.

Columns stand by name in any order. Values are taken as they stand: no spaces are cut off, no digits added but the
enterprise number's first 0.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from zoneinfo import ZoneInfo

from flexibatch.adapters.csv_files import Rows, csv_rows, header_of
from flexibatch.domain.findings import seen
from flexibatch.domain.register import Entry, RegisterRow, Replacement
from flexibatch.domain.register_fields import COLUMNS, day, on_line, optional, register_row, worker
from flexibatch.errors import Refusal

REPLACEMENT_COLUMNS = ("old_inss", "new_inss", "date")
REQUIRED = ("period_id", "inss", "worker_type", "start_date")
EMPLOYERS = ("nsso_number", "enterprise_number")


def read_csv(file: BinaryIO, zone: ZoneInfo) -> tuple[str, Iterator[Entry]]:
    """Tell the format, `csv` or `replacements`, and read the rows as they are asked for."""
    rows = csv_rows(file)
    header = header_of(rows)
    if "old_inss" in header:
        places = _places(header, REPLACEMENT_COLUMNS, ("old_inss", "new_inss"))
        return "replacements", _replacements(_whole(rows, len(header)), places)
    places = _places(header, COLUMNS, REQUIRED)
    if not set(EMPLOYERS) & set(header):
        raise Refusal(f"line 1: give at least one of the columns {' and '.join(EMPLOYERS)}")
    return "csv", _periods(_whole(rows, len(header)), places, zone)


def _places(header: list[str], known: Sequence[str], required: Sequence[str]) -> list[int]:
    """Return the place of every known column in a row; -1, the empty text at its end, for an absent one."""
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


def _whole(rows: Rows, width: int) -> Rows:
    """Yield rows that have a value for every column, each with an empty text behind its last one."""
    for line, row in rows:
        if len(row) != width:
            raise Refusal(f"line {line}: values: {len(row)}, where the header names {width}")
        row.append("")
        yield line, row


def _periods(rows: Rows, places: list[int], zone: ZoneInfo) -> Iterator[RegisterRow]:
    for line, row in rows:
        with on_line(line):
            period = register_row(line, [row[place] for place in places], zone)
        yield period


def _replacements(rows: Rows, places: list[int]) -> Iterator[Replacement]:
    for line, row in rows:
        old, new, on = (row[place] for place in places)
        with on_line(line):
            pair = Replacement(
                line, worker("old_inss", old), worker("new_inss", new), optional(day, "date", on)
            )
        yield pair
