"""Give the results of use cases as the command line shows them: names to plain values."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass


def fields_of(record: object) -> dict[str, object]:
    """Return the fields of a record, those of its parts too; an underscore that keeps a name from Python is left out.

    >>> from dataclasses import make_dataclass
    >>> fields_of(make_dataclass("Mandate", ["sender", "from_"])("000640", None))
    {'sender': '000640', 'from': None}
    """
    if not is_dataclass(record):
        raise TypeError(f"{record!r} is no record")
    return {one.name.removesuffix("_"): _plain(getattr(record, one.name)) for one in fields(record)}


def rows_of(records: Iterable[object]) -> list[dict[str, object]]:
    """Return the fields of records, in their order."""
    return [fields_of(record) for record in records]


def _plain(value: object) -> object:
    if is_dataclass(value):
        return fields_of(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
