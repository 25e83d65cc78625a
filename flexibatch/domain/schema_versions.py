"""The versions of the message: one a quarter, each open for some quarters. Source: docs/spec/message.md, "Versions"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

_NAME = re.compile(r"FLXWAGE_([0-9]{4})([1-4])")
_QUARTERS = 4
_MONTHS = 3


class Quarter(NamedTuple):
    """Name a quarter; quarters compare as they follow one another."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Return the quarter of a day.

        >>> Quarter.of(date(2026, 9, 30)), Quarter.of(date(2026, 10, 1))
        (Quarter(year=2026, number=3), Quarter(year=2026, number=4))
        """
        return cls(day.year, (day.month - 1) // _MONTHS + 1)

    @property
    def first_day(self) -> date:
        """Return the day it begins on."""
        return date(self.year, _MONTHS * (self.number - 1) + 1, 1)

    @property
    def day_before(self) -> date:
        """Return the day before it begins; what a bureau names may begin after the last day there is.

        >>> Quarter(2026, 4).day_before, Quarter(10000, 1).day_before, Quarter(12000, 1).day_before
        (datetime.date(2026, 9, 30), datetime.date(9999, 12, 31), datetime.date(9999, 12, 31))
        """
        return self.first_day - timedelta(days=1) if self.year <= date.max.year else date.max

    def later(self, count: int) -> "Quarter":
        """Return the quarter so many quarters on.

        >>> Quarter(2026, 3).later(6)
        Quarter(year=2028, number=1)
        """
        years, number = divmod(self.number - 1 + count, _QUARTERS)
        return Quarter(self.year + years, number + 1)


FIRST = Quarter(2025, 1)
"""There is no version of an earlier quarter."""


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """One version: the days of reception it is taken on, ends included, and the file it is judged by."""

    quarter: Quarter
    opens: date
    until: date
    file: str

    @property
    def name(self) -> str:
        """Return the name by which messages and answers speak of it."""
        return name_of(self.quarter)

    def open_on(self, day: date) -> bool:
        """Return whether the version is taken on a day."""
        return self.opens <= day <= self.until


@dataclass(frozen=True, slots=True)
class SchemaVersions:
    """Give the versions there are: `files` by the quarter each is in force from, `closings` that differ."""

    files: Mapping[Quarter, str]
    closings: Mapping[Quarter, date]
    open_quarters: int

    def of(self, quarter: Quarter) -> SchemaVersion:
        """Return the version of a quarter; before the first file is in force, by that file."""
        begun = [first for first in self.files if first <= quarter] or [min(self.files)]
        until = self.closings.get(quarter) or quarter.later(self.open_quarters).day_before
        return SchemaVersion(quarter, quarter.first_day, until, self.files[max(begun)])

    def knows(self, quarter: Quarter) -> bool:
        """Return whether there is such a version, open or not."""
        return quarter >= max(FIRST, min(self.files))

    def open_on(self, day: date) -> Iterator[SchemaVersion]:
        """Yield the versions that are taken on a day, oldest first."""
        quarter, newest = max(FIRST, min(self.files)), Quarter.of(day)
        while quarter <= newest:
            version = self.of(quarter)
            if version.open_on(day):
                yield version
            quarter = quarter.later(1)


def name_of(quarter: Quarter) -> str:
    """Name the version of a quarter.

    >>> name_of(Quarter(2026, 3))
    'FLXWAGE_20263'
    """
    return f"FLXWAGE_{quarter.year}{quarter.number}"


def quarter_named(name: str) -> Quarter | None:
    """Return the quarter that a version's name tells, None where it tells none.

    >>> quarter_named("FLXWAGE_20263"), quarter_named("FLXWAGE_20265")
    (Quarter(year=2026, number=3), None)
    """
    found = _NAME.fullmatch(name)
    return Quarter(int(found[1]), int(found[2])) if found else None
