"""What no upgrade may do: lose rows, or a column of a table that holds some."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, inspect, select, table

from flexibatch.errors import Refusal

RENAMED = {"version": frozenset({"payslip_reference"})}
"""Columns that go on under another name, by table."""


@dataclass(frozen=True, slots=True)
class _Held:
    rows: int
    columns: frozenset[str]


@contextmanager
def nothing_lost(connection: Connection) -> Iterator[None]:
    """Raise `Refusal`, and so undo the transaction, where rows or columns with rows are gone afterwards."""
    before = _held(connection)
    yield
    after = _held(connection)
    lost = [told for name, held in before.items() if (told := _lost(name, held, after.get(name)))]
    if lost:
        raise Refusal(
            f"This upgrade would lose what is kept in {', '.join(lost)}, so it was undone, and nothing is changed. Go "
            "on with the version installed before, and report this to who gave you the new one."
        )


def _lost(name: str, before: _Held, after: _Held | None) -> str:
    """Return what of a table is gone; what it got since is no loss."""
    if not before.rows:
        return ""
    if after is None:
        return name
    columns = sorted(before.columns - after.columns - RENAMED.get(name, frozenset()))
    if columns:
        return ", ".join(f"{name}.{column}" for column in columns)
    return f"{name} ({before.rows - after.rows} rows)" if after.rows < before.rows else ""


def _held(connection: Connection) -> Mapping[str, _Held]:
    found = inspect(connection)
    return {
        name: _Held(
            connection.scalar(select(func.count()).select_from(table(name))) or 0,
            frozenset(column["name"] for column in found.get_columns(name)),
        )
        for name in found.get_table_names()
    }
