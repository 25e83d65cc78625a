"""Make records of rows that the store gives."""

from collections.abc import Iterable, Mapping
from keyword import iskeyword
from typing import Any, TypeVar

R = TypeVar("R")


def record(kind: type[R], row: Mapping[str, Any], **parts: object) -> R:
    """Return a row as a record of a kind, `parts` in the place of what the row has; `class` becomes `class_`.

    >>> from dataclasses import make_dataclass
    >>> record(make_dataclass("Mandate", ["sender", "from_"]), {"sender": "000640", "from": None})
    Mandate(sender='000640', from_=None)
    """
    named = {f"{name}_" if iskeyword(name) else name: value for name, value in row.items()}
    return kind(**{**named, **parts})


def records(kind: type[R], rows: Iterable[Mapping[str, Any]]) -> tuple[R, ...]:
    """Return rows as records of a kind, in their order."""
    return tuple(record(kind, row) for row in rows)
