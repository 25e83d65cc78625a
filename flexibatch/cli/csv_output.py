"""Rows as CSV (RFC 4180) that a spreadsheet reads as text: no value of a bureau is a formula in it."""

import csv
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from flexibatch.cli.output import cell

_FORMULA = re.compile(r"(^|[,;\t])([ \u00a0]*)([=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
"""What a cell must not begin with, nor what stands behind a sign that may part cells too."""


def neutral(text: str) -> str:
    """Return a text with an apostrophe before what a spreadsheet would calculate.

    >>> neutral("=1+1"), neutral("a;@b"), neutral("FLEX-1"), neutral(" =1")
    ("'=1+1", "a;'@b", 'FLEX-1', "' =1")
    """
    return _FORMULA.sub(r"\1'\2\3", text)


def write_csv(keys: Sequence[str], rows: Sequence[Mapping[str, object]], zone: tzinfo | None) -> None:
    """Write rows on stdout under a line with the names of their columns; instants with their offset from UTC."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(keys)
    writer.writerows([_value(row[key], zone) for key in keys] for row in rows)


def _value(value: object, zone: tzinfo | None) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, int):
        return cell(value)
    return "" if value in (None, "", [], ()) else neutral(cell(value))
