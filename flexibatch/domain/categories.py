"""Employer categories: which exist, and in which quarters.

Source: docs/spec/message.md, "Rules on the qualities"; the NSSO's dated table of categories.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Self

from flexibatch.domain.findings import seen
from flexibatch.errors import Refusal

UNKNOWN = "category-unknown"
CLOSED = "category-closed"

_CODE = re.compile(r"[0-9]{3}")
_QUARTER = re.compile(r"([0-9]{4})/([1-4])")


def quarter_of(day: date) -> str:
    """Write the quarter of a day as the table does.

    >>> quarter_of(date(2026, 9, 30)), quarter_of(date(2026, 10, 1))
    ('2026/3', '2026/4')
    """
    return f"{day.year}/{(day.month + 2) // 3}"


class Categories:
    """Tell whether an employer category exists, and on a given day."""

    def __init__(self, spans: Mapping[str, tuple[tuple[int, int], ...]]) -> None:
        """Keep, by code, the first and the last quarter of each span; quarters count from the year 0."""
        self._spans = spans

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[int, Mapping[Any, Any]]]) -> Self:
        """Read the table: `code`, `sector`, `first_quarter` (`1945/1`), `last_quarter` (or empty), each with its line.

        A code may have several rows. Raises `Refusal` with the line and the reason where a row is not right,
        and when there is none.

        >>> row = {"code": "018", "sector": "Private", "first_quarter": "1975/3", "last_quarter": "1988/1"}
        >>> Categories.from_rows([(2, row)]).verdict("018", date(1988, 4, 1))
        'category-closed'
        """
        spans: dict[str, tuple[tuple[int, int], ...]] = {}
        for number, row in rows:
            try:
                code, span = _row(row)
            except ValueError as fault:
                raise Refusal(f"line {number} of the table of employer categories: {fault}") from fault
            spans[code] = (*spans.get(code, ()), span)
        if not spans:
            raise Refusal(
                "the table of employer categories holds no category: give a file with a header and rows"
            )
        return cls(spans)

    def verdict(self, code: str, on: date | None) -> str | None:
        """Return the rule that a category breaks on a day, None where it breaks none.

        Without a day only `category-unknown` can be told.

        >>> row = {"code": "017", "sector": "Private", "first_quarter": "1979/2", "last_quarter": ""}
        >>> categories, day = Categories.from_rows([(2, row)]), date(2026, 9, 1)
        >>> categories.verdict("017", day), categories.verdict("018", day), categories.verdict("017", None)
        (None, 'category-unknown', None)
        """
        spans = self._spans.get(code)
        if spans is None:
            return UNKNOWN
        if on is None:
            return None
        quarter = on.year * 4 + (on.month - 1) // 3
        for first, last in spans:
            if first <= quarter <= last:
                return None
        return CLOSED


def _row(row: Mapping[Any, Any]) -> tuple[str, tuple[int, int]]:
    """Read one row; what `csv` gives for a row too short is None, for one too long it stands under None."""
    if None in row:
        raise ValueError("there are more values than columns: correct the row")
    code, first, last = (_text(row, column) for column in ("code", "first_quarter", "last_quarter"))
    if not _CODE.fullmatch(code):
        raise ValueError(f'the code "{seen(code)}" must be three digits')
    span = _quarter("first_quarter", first), _quarter("last_quarter", last or "9999/4")
    if span[1] < span[0]:
        raise ValueError(f"last_quarter {last} must not lie before first_quarter {first}")
    return code, span


def _text(row: Mapping[Any, Any], column: str) -> str:
    value = row.get(column)
    if value is None:
        raise ValueError(f"the column {column} is missing: correct the row, or the header")
    return str(value)


def _quarter(column: str, text: str) -> int:
    found = _QUARTER.fullmatch(text)
    if found is None:
        raise ValueError(f'{column} "{seen(text)}" must be a year and a quarter, like 2026/3')
    return int(found[1]) * 4 + int(found[2]) - 1
