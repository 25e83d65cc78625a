"""Read and write many rows with one statement, past the cost that SQLAlchemy has for every value.

SQLAlchemy compiles the statements and converts the values; a journey of a large file spends a fifth less time so.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, bindparam
from sqlalchemy.engine import Dialect

BATCH = 1000
"""Values in one statement, at most."""

_STEP = 50
"""Statements are made for a multiple of so many values, so that few are made."""


def given_columns(table: Table) -> list[Column[Any]]:
    """Return the columns that a row is written with: all but a number that the database gives out."""
    return [column for column in table.columns if column is not table.autoincrement_column]


@lru_cache(maxsize=64)
def _prepared(table: Table, dialect: Dialect) -> tuple[str, tuple[tuple[int, Callable[[Any], Any]], ...]]:
    given = given_columns(table)
    compiled = table.insert().compile(dialect=dialect, column_keys=[column.name for column in given])
    names = compiled.positiontup if compiled.positiontup is not None else list(compiled.params)
    if list(names) != [column.name for column in given]:
        raise TypeError(f"the statement for {table.name} does not take its columns in order")
    processors = (column.type.dialect_impl(dialect).bind_processor(dialect) for column in given)
    if dialect.name == "postgresql":
        # a column at once, as an array: much less time than a statement for each row takes; without the length of
        # its type, or what is too long would be cut in silence
        types = (column.type.compile(dialect).partition("(")[0] for column in given)
        arrays = (f"%s::{one}[]" for one in types)
        columns = ", ".join(map(dialect.identifier_preparer.format_column, given))
        statement = f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({', '.join(arrays)})"  # noqa: S608
    else:
        statement = str(compiled)
    return statement, tuple((place, made) for place, made in enumerate(processors) if made is not None)


Rows = Sequence[Sequence[Any]]
"""Rows of one table, each with the values of `given_columns` in their order."""


def prepared_rows(dialect: Dialect, table: Table, rows: Rows) -> Rows:
    """Convert the values of rows to what the driver takes."""
    return _processed(rows, _prepared(table, dialect)[1])


def insert_prepared(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows whose values `prepared_rows` has converted."""
    if not rows:
        return
    statement, _processors = _prepared(table, connection.dialect)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(map(list, zip(*rows, strict=True))))
    else:
        connection.exec_driver_sql(statement, list(rows))


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows."""
    insert_prepared(connection, table, prepared_rows(connection.dialect, table, rows))


@dataclass(frozen=True, slots=True, eq=False)
class Among:
    """A query of plain columns whose `column` is to have one of many values.

    Its other parameters are `bindparam`s by name. Make it once, at module level: statements are kept with it.
    """

    query: Select[Any]
    column: Column[Any]

    def rows(
        self, connection: Connection, values: Collection[Any], **others: object
    ) -> Iterator[Sequence[Any]]:
        """Yield the rows for values, batch by batch, in the order of the values' batches."""
        asked = sorted(set(values))
        for start in range(0, len(asked), BATCH):
            some = asked[start : start + BATCH]
            statement = _compiled(self, connection.dialect, -(-len(some) // _STEP) * _STEP)
            yield from statement.rows(connection, some, others)


@dataclass(frozen=True, slots=True)
class _Statement:
    text: str
    positions: tuple[str, ...] | None
    names: tuple[str, ...]
    size: int
    processors: tuple[tuple[int, Callable[[Any], Any]], ...]

    def rows(
        self, connection: Connection, values: Sequence[Any], others: Mapping[str, object]
    ) -> Sequence[Sequence[Any]]:
        """Run it: the last value stands as often as it takes to fill the statement."""
        filled = (*values, *[values[-1]] * (self.size - len(values)))
        given: Any = {**others, **dict(zip(self.names, filled, strict=True))}
        if self.positions is not None:
            given = tuple(map(given.__getitem__, self.positions))
        rows: Sequence[Sequence[Any]] = connection.exec_driver_sql(self.text, given).all()
        return _processed(rows, self.processors)


@lru_cache(maxsize=256)
def _compiled(among: Among, dialect: Dialect, size: int) -> _Statement:
    names = tuple(f"among_{nth}" for nth in range(size))
    chosen = among.column.in_([bindparam(name) for name in names])
    compiled = among.query.where(chosen).compile(dialect=dialect)
    positions = tuple(compiled.positiontup) if compiled.positional and compiled.positiontup else None
    processors = (
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in among.query.selected_columns
    )
    kept = tuple((place, made) for place, made in enumerate(processors) if made is not None)
    return _Statement(str(compiled), positions, names, size, kept)


def _processed(
    rows: Sequence[Sequence[Any]], processors: Sequence[tuple[int, Callable[[Any], Any]]]
) -> Sequence[Sequence[Any]]:
    """Convert the values of whole columns, each different value once."""
    if not rows or not processors:
        return rows
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, process in processors:
        known = {value: process(value) for value in set(columns[place])}
        columns[place] = [known[value] for value in columns[place]]
    return list(zip(*columns, strict=True))
