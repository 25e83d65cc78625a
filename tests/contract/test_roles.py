"""What each role of deploy/postgresql/roles.sql may not do."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from tests.doubles.server import Server

ROLES = Path(__file__).parents[2] / "deploy" / "postgresql" / "roles.sql"
WRITES = [
    "INSERT INTO employer (company_id) VALUES ('1')",
    "UPDATE employer SET company_id = NULL",
    "DELETE FROM employer",
]
TOLD_ONCE = (
    "declaration",
    "version",
    "feature",
    "financial_element",
    "audit",
    "session_event",
    "audit_purge",
)
DDL = [
    "CREATE TABLE mine (n integer)",
    "DROP TABLE audit",
    "ALTER TABLE audit ADD COLUMN n integer",
    "TRUNCATE unchanged_line",
    "CREATE INDEX ON audit (at)",
    "UPDATE alembic_version SET version_num = '9999'",
]


@pytest.fixture(scope="module")
def connection(postgresql: Server, fresh_postgresql: str) -> Iterator[psycopg.Connection]:
    name = postgresql.create(fresh_postgresql)
    opened = psycopg.connect(host=str(postgresql.folder), dbname=name, user="flexibatch", autocommit=True)
    opened.execute(ROLES.read_bytes())
    opened.execute(ROLES.read_bytes())
    yield opened
    opened.close()
    postgresql.drop(name)


def tried(connection: psycopg.Connection, role: str, statement: str) -> bool:
    """Return whether a role may do this; it is undone."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(f"flexibatch_{role}")))
        try:
            with connection.transaction():
                connection.execute(statement.encode())
        except errors.InsufficientPrivilege:
            return False
    return True


@pytest.mark.parametrize("statement", DDL)
def test_only_the_owner_changes_tables(connection: psycopg.Connection, statement: str) -> None:
    """The channel and the reader make, change, empty and remove no table, and claim no other revision."""
    expected = {"owner": True, "channel": False, "reader": False}
    assert expected == {role: tried(connection, role, statement) for role in expected}


@pytest.mark.parametrize("table", TOLD_ONCE)
def test_the_channel_deletes_nothing_that_was_told(connection: psycopg.Connection, table: str) -> None:
    """Declarations with all they hold, and the audit, are neither deleted nor, but for links, changed."""
    column = {
        "declaration": "reference",
        "audit": "operator",
        "session_event": "act",
        "audit_purge": "operator",
    }.get(table, "line")
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):  # noqa: S608
        assert not tried(connection, "channel", statement), statement
    assert tried(connection, "channel", f"SELECT * FROM {table}")  # noqa: S608


@pytest.mark.parametrize("table", ["sender", "mandate"])
def test_the_channel_ends_and_deletes_nothing_of_a_bureau(connection: psycopg.Connection, table: str) -> None:
    """Senders are removed and mandates ended by a day; their rows stay."""
    column = {"sender": "held", "mandate": "until_date"}[table]
    statements = (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}")  # noqa: S608
    assert [False, True] == [tried(connection, "channel", statement) for statement in statements]


def test_the_channel_moves_declarations_with_a_link(connection: psycopg.Connection) -> None:
    """An employer or worker link moves a declaration; that right is the channel's."""
    assert tried(connection, "channel", "UPDATE declaration SET employer_id = 1, person = 'x'")


@pytest.mark.parametrize("statement", WRITES)
def test_the_reader_only_reads(connection: psycopg.Connection, statement: str) -> None:
    """The reader sees every table and writes none; the channel writes."""
    assert [True, False] == [tried(connection, role, statement) for role in ("channel", "reader")]
    assert tried(connection, "reader", "SELECT * FROM audit")


def test_the_channel_purges_the_audit_by_its_door_only(connection: psycopg.Connection) -> None:
    """It may delete no row itself; writing down a purge has the owner delete what is old enough."""
    row = "'anna', 'sender add', '000640', '{}'"
    with connection.transaction(force_rollback=True):
        for year in (2016, 2026):
            connection.execute(
                f"INSERT INTO audit (at, operator, action, subject, details) VALUES ('{year}-10-05', {row})".encode()  # noqa: S608
            )
        connection.execute("SET LOCAL ROLE flexibatch_channel")
        connection.execute(
            "INSERT INTO audit_purge (at, operator, kind, before, rows) "
            "VALUES ('2026-10-05', 'anna', 'audit', '2016-10-06', 1)"
        )
        left = connection.execute("SELECT extract(year FROM at)::integer FROM audit").fetchall()
    assert [(2026,)] == left


def test_the_function_behind_the_door_is_the_owner_s(connection: psycopg.Connection) -> None:
    """It runs with its owner's rights, so its owner is no superuser."""
    owners = connection.execute(
        "SELECT rolname, rolsuper FROM pg_proc JOIN pg_roles ON pg_roles.oid = proowner WHERE prosecdef"
    ).fetchall()
    assert [("flexibatch_owner", False)] == owners
