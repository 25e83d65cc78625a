"""Read CSV as people's programs save it, row by row: the one reader for registers, mandates and tables.

UTF-8 with or without a byte order mark, or UTF-16 with one; comma, semicolon or tab; LF, CR LF or CR at line ends.
"""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO

from flexibatch.errors import Refusal

HEADER_LIMIT = 10_000
"""Characters that the first line may have."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_REPLACED = "\ufffd"
ADVICE = "save it as CSV in UTF-8"

Rows = Iterator[tuple[int, list[str]]]
"""Rows, each with the line where it ends."""


def encoding_of(file: BinaryIO) -> str:
    """Return how a file is written, by the mark at its start."""
    start = file.read(2)
    file.seek(0)
    return "utf-16" if start in _UTF16 else "utf-8-sig"


def csv_rows(file: BinaryIO) -> Rows:
    """Yield header and rows, each with the line where it ends; empty lines are passed over.

    Raise `Refusal` with the line where the file is no text or no CSV.
    """
    text = TextIOWrapper(file, encoding=encoding_of(file), newline="")
    try:
        first = text.readline(HEADER_LIMIT)
        _require_header(first)
        rows = csv.reader(chain([first], text), delimiter=_delimiter(first), strict=True)
        for row in rows:
            if row:
                yield rows.line_num, row
    except csv.Error as exc:
        reason = str(exc).replace("\t", "tab")
        raise Refusal(f"line {rows.line_num}: this is no CSV ({reason})") from exc
    except UnicodeError as exc:
        raise Refusal(f"line {_undecodable(file)}: the text is not {_told(file)}; {ADVICE}") from exc
    finally:
        if not text.closed:  # a reader that was left half way is cleared away after its file
            text.detach()


def header_of(rows: Rows) -> list[str]:
    """Take the header from its rows; names are written small and without spaces around them."""
    _line, header = next(rows, (1, []))
    return [name.strip().lower() for name in header]


def _require_header(first: str) -> None:
    if len(first) == HEADER_LIMIT:
        raise Refusal(f"line 1: this is no header, it has {HEADER_LIMIT} characters or more; {ADVICE}")
    if "\0" in first:
        raise Refusal(f"line 1: the text is not UTF-8, nor UTF-16 with a byte order mark; {ADVICE}")


def _delimiter(first: str) -> str:
    """Return what stands between values; tabs are what Excel writes beside UTF-16."""
    return next((sign for sign in ";\t" if sign in first), ",")


def _told(file: BinaryIO) -> str:
    file.seek(0)
    return "UTF-16" if encoding_of(file) == "utf-16" else "UTF-8"


def _undecodable(file: BinaryIO) -> int:
    """Find the first line that cannot be read: the decoder reads ahead of the lines."""
    file.seek(0)
    text = TextIOWrapper(file, encoding=encoding_of(file), errors="replace", newline="")
    try:
        return next((number for number, line in enumerate(text, 1) if _REPLACED in line), 1)
    finally:
        text.detach()
