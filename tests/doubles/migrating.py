"""Databases as earlier versions of the program made them, with rows in them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, insert, select

from flexibatch.adapters.store import tables, upgrade
from flexibatch.adapters.store.engine import Database

SCRIPTS = Path(upgrade.__file__).with_name("migrations")
Held = dict[str, tuple[list[str], list[tuple[object, ...]]]]
"""The columns and rows of tables, by name."""


def brought_to(database: Database, revision: str) -> None:
    """Bring a database up to a revision."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def copied_rows(source: Database, older: Database) -> Held:
    """Copy all rows into an older database, as far as that has tables and columns for them; give what was copied."""
    held: Held = {}
    with source.reading() as reading, older.writing() as target:
        there = MetaData()
        there.reflect(target)
        for table in tables.metadata.sorted_tables:
            if table.name in there.tables:
                held[table.name] = _copied(reading, target, table, there.tables[table.name])
    return held


def _copied(
    source: Connection, target: Connection, table: Table, old: Table
) -> tuple[list[str], list[tuple[object, ...]]]:
    """Copy the rows of a table into an older one, as far as that has columns for them."""
    columns = [column.name for column in table.columns if column.name in old.columns]
    rows = [tuple(row) for row in source.execute(select(*(table.c[name] for name in columns)))]
    if rows:
        target.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
    return columns, rows
