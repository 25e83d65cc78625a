"""Give rows as operators' commands show them: plain values under the names of their columns."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from flexibatch.adapters.store.engine import instant

PlainRow = dict[str, Any]
"""One thing as it is shown: names to plain values, instants in UTC with their zone."""


def shown(row: Row[*tuple[Any, ...]]) -> PlainRow:
    """Return one row, its instants with their zone."""
    named = row._mapping.items()  # noqa: SLF001 - SQLAlchemy's public name
    return {name: instant(value) if isinstance(value, datetime) else value for name, value in named}


def all_shown(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[PlainRow]:
    """Return rows in their order."""
    return [shown(row) for row in rows]
