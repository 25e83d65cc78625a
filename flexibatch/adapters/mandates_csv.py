"""Read mandates from CSV: comma or semicolon, UTF-8, columns by name in any order."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from io import StringIO

from flexibatch.domain.bureaus import Mandate, mandate
from flexibatch.domain.findings import seen
from flexibatch.domain.register_fields import day, end_day
from flexibatch.errors import Refusal

COLUMNS = ("sender", "nsso_number", "enterprise_number", "from", "until")


def read_mandates(content: bytes, today: date) -> Iterator[tuple[int, Mandate | Refusal]]:
    """Give each mandate, or what is wrong with it, with its line; an empty `from` is today.

    Raise `Refusal` where the file as a whole cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise Refusal(f"line {line}: the text is not UTF-8; save the file as UTF-8.") from exc
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        _require_columns(header)
        for row in rows:
            if row:
                yield rows.line_num, _read(header, row, today)
    except csv.Error as exc:
        raise Refusal(f"line {rows.line_num}: this is no CSV ({exc}); correct it.") from exc


def _require_columns(header: list[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise Refusal(
            f'line 1: column "{seen(unknown[0][:30])}" is unknown: the columns are {", ".join(COLUMNS)}.'
        )
    if len(set(header)) < len(header):
        raise Refusal("line 1: a column stands in the header twice; take one out.")
    if "sender" not in header or not {"nsso_number", "enterprise_number"} & set(header):
        raise Refusal("line 1: a column sender and one of nsso_number and enterprise_number are needed.")


def _read(header: list[str], row: list[str], today: date) -> Mandate | Refusal:
    if len(row) != len(header):
        return Refusal(f"values: {len(row)}, where the header names {len(header)}")
    try:
        return _mandate(dict(zip(header, row, strict=True)), today)
    except Refusal as exc:
        return exc


def _mandate(values: Mapping[str, str], today: date) -> Mandate:
    start = values.get("from", "")
    return mandate(
        values["sender"],
        values.get("nsso_number", ""),
        values.get("enterprise_number", ""),
        start=day("from", start) if start else today,
        until=end_day("until", values.get("until", "")),
    )
