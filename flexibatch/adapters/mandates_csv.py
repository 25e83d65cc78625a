"""Read mandates from CSV, columns by name in any order."""

from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO

from flexibatch.adapters.csv_files import csv_rows, header_of
from flexibatch.domain.bureaus import Mandate, mandate
from flexibatch.domain.findings import seen
from flexibatch.domain.register_fields import day, end_day
from flexibatch.domain.written_numbers import plain_company, plain_number
from flexibatch.errors import Refusal

COLUMNS = ("sender", "nsso_number", "enterprise_number", "from", "until")


def read_mandates(content: bytes, today: date) -> Iterator[tuple[int, Mandate | Refusal]]:
    """Yield each mandate, or what is wrong with it, with its line; an empty `from` is today.

    Raise `Refusal` where the file as a whole cannot be read.
    """
    try:
        rows = csv_rows(BytesIO(content))
        header = header_of(rows)
        _require_columns(header)
        for line, row in rows:
            yield line, _read(header, row, today)
    except Refusal as exc:
        raise Refusal(f"{str(exc).removesuffix('.')}.") from exc


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
        plain_number(values.get("nsso_number", "")),
        plain_company(values.get("enterprise_number", "")),
        start=day("from", start) if start else today,
        until=end_day("until", values.get("until", "")),
    )
