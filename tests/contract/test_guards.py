"""The audit stays as it was written, on both engines, whoever asks the database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from flexibatch.adapters.store import tables, triggers
from flexibatch.adapters.store.engine import Database, stored
from flexibatch.adapters.store.upgrade import state
from tests.doubles.records import put

OLD, YOUNG = (stored(datetime(year, 10, 5, 9, tzinfo=UTC)) for year in (2016, 2026))
TOLD = ("audit", "session_event")


def told(connection: Connection, at: datetime) -> None:
    """Write a row of each kind."""
    put(connection, tables.audit, at=at, operator="anna", action="sender add", subject="000640", details={})
    put(connection, tables.session_event, at=at, session="1", address="::1", act="login", details={})


def count(database: Database, table: str) -> int:
    with database.reading() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - a test's own word


def refused(database: Database, statement: str) -> str:
    """Return what the database says to a statement that it must refuse."""
    with pytest.raises(DBAPIError) as caught, database.writing() as connection:
        connection.execute(text(statement))
    return str(caught.value.orig)


@pytest.fixture
def written(database: Database) -> Database:
    """Return a database with an old and a young row of each kind, and a purge of long before."""
    with database.writing() as connection:
        told(connection, OLD)
        told(connection, YOUNG)
        row = {"at": OLD, "operator": "anna", "before": OLD - timedelta(days=400), "rows": 0}
        put(connection, tables.audit_purge, **row, kind="audit")
    return database


@pytest.mark.parametrize("table", triggers.KEPT)
def test_nothing_that_was_told_is_changed_or_deleted(written: Database, table: str) -> None:
    """An update, a delete, and a row under the number of another are refused, and what is there stays."""
    before = count(written, table)
    for statement in (f"UPDATE {table} SET at = at", f"DELETE FROM {table}"):  # noqa: S608 - a test's own word
        assert f"what is in {table} stays" in refused(written, statement)
    assert before == count(written, table)


@pytest.mark.parametrize("table", triggers.KEPT)
def test_no_row_is_put_in_place_of_another(written: Database, table: str) -> None:
    """Neither SQLite's REPLACE, which deletes where no trigger looks, nor PostgreSQL's TRUNCATE is a way around."""
    sqlite = written.engine.dialect.name == "sqlite"
    statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" if sqlite else f"TRUNCATE {table}"  # noqa: S608
    assert f"what is in {table} stays" in refused(written, statement)


@pytest.mark.parametrize("table", TOLD)
def test_a_purge_that_is_written_down_is_the_one_way_out(written: Database, table: str) -> None:
    """A row of `audit_purge` deletes what is older than its moment, of its kind only, and stays."""
    row = {"at": YOUNG, "operator": "anna", "before": OLD + timedelta(days=1), "rows": 1}
    with written.writing() as connection:
        put(connection, tables.audit_purge, **row, kind=table)
    other = next(one for one in TOLD if one != table)
    assert (1, 2, 2) == (count(written, table), count(written, other), count(written, "audit_purge"))
    assert "stays" in refused(written, f"DELETE FROM {table}")  # noqa: S608 - a test's own word


def test_what_is_younger_than_a_year_is_not_purged(written: Database) -> None:
    """The database's own clock decides, whatever the program asks."""
    moment = stored(datetime.now(UTC) - timedelta(days=360))
    row = {"at": YOUNG, "operator": "anna", "before": moment, "rows": 2}
    with pytest.raises(IntegrityError, match="younger than a year"), written.writing() as connection:
        put(connection, tables.audit_purge, **row, kind="audit")
    assert 2 == count(written, "audit")


def test_a_guard_that_is_gone_is_a_difference(database: Database) -> None:
    """`db check` and `doctor` tell which trigger is missing."""
    on = "" if database.engine.dialect.name == "sqlite" else " ON audit"
    with database.writing() as connection:
        assert [] == triggers.missing(connection)
        connection.execute(text(f"DROP TRIGGER audit_delete{on}"))
    assert ("the trigger audit_delete is missing",) == state(database).differences
