"""Databases of earlier versions are brought up with what is in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Inspector, inspect, select, text

from flexibatch.adapters.store import revisions, schema, tables, upgrade
from flexibatch.adapters.store.data_loss import nothing_lost
from flexibatch.adapters.store.engine import Database
from flexibatch.errors import Refusal
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.migrating import SCRIPTS, brought_to, copied_rows
from tests.doubles.records import Records, go_name
from tests.doubles.server import Server

ROWS = (
    """
INSERT INTO audit (at, operator, action, subject, details)
VALUES ('2016-10-05 09:00:00', 'anna', 'sender add', '000640', '{}')
""",
    """
INSERT INTO session_event (at, session, address, act, details)
VALUES ('2016-10-05 09:00:00', '1', 'localhost', 'login', '{}')
""",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Yield a database without a table, once for every engine."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield opened
        opened.close()
        return
    server: Server = request.getfixturevalue("postgresql")
    name = server.create()
    opened = Database(server.url(name))
    yield opened
    opened.close()
    server.drop(name)


def test_revisions_are_told_as_alembic_tells_them(empty: Database) -> None:
    """The program reads them without Alembic, and may not see others."""
    told = reversed(list(ScriptDirectory(str(SCRIPTS)).walk_revisions()))
    assert revisions.known_revisions() == tuple(one.revision for one in told)
    with empty.reading() as connection:
        assert revisions.current_revision(connection) is None
    for revision in revisions.known_revisions():
        brought_to(empty, revision)
        with empty.reading() as connection:
            known_to_alembic = MigrationContext.configure(connection).get_current_revision()
            assert revision == known_to_alembic == revisions.current_revision(connection)


def test_a_database_with_an_audit_is_brought_up(empty: Database) -> None:
    """What was told before stays, and is guarded from then on."""
    brought_to(empty, "0002")
    with empty.writing() as connection:
        for row in ROWS:
            connection.execute(text(row))
    upgrade.upgrade(empty)
    assert upgrade.state(empty).ready, upgrade.state(empty).differences
    with empty.reading() as connection:
        for table in ("audit", "session_event"):
            assert 1 == connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a test's own word


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation in which sets were accepted, modified, refused and rejected."""
    installation = Installation.made(tmp_path_factory.mktemp("lived") / "home")
    for number, sample in enumerate(("accepted-two-workers", "partly-no-dimona", "rejected-cut-off"), 1):
        for path in sorted((SAMPLES / sample).glob("[FG][IO].FLEX.*")):
            installation.put(path.name.replace(".00001.", f".0000{number}."), path.read_bytes())
        installation.sweep()
    return installation


REVISIONS = sorted(path.name[:4] for path in (SCRIPTS / "versions").glob("0*.py"))


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_a_channel_has_done_is_brought_up(revision: str, empty: Database, lived: Installation) -> None:
    """From each revision on, every row of every table is there after the upgrade, and the schema is the program's."""
    brought_to(empty, revision)
    held = copied_rows(lived.home.database, empty)
    assert {"file_set", "version", "anomaly", "answer", "audit"} <= {
        name for name, (_, rows) in held.items() if rows
    }
    upgrade.upgrade(empty)
    assert upgrade.state(empty).ready, upgrade.state(empty).differences
    with empty.reading() as connection:
        for name, (columns, rows) in held.items():
            now = connection.execute(select(*(tables.metadata.tables[name].c[one] for one in columns)))
            assert sorted(rows, key=repr) == sorted(map(tuple, now), key=repr), name


def test_migrations_make_what_the_models_say(
    empty: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Checks, keys and indexes too, which `db check` cannot compare all."""
    upgrade.upgrade(empty)
    if empty.engine.dialect.name == "sqlite":
        other = Database(f"sqlite:///{tmp_path / 'models.sqlite'}")
    else:
        server: Server = request.getfixturevalue("postgresql")
        other = Database(server.url(server.create()))
    with other.writing() as connection:
        schema.metadata.create_all(connection)
        wanted = _described(inspect(connection))
    other.close()
    with empty.reading() as connection:
        assert wanted == _described(inspect(connection))


def _described(found: Inspector) -> dict[str, object]:
    return {
        name: (
            sorted((one["name"] or "", one["sqltext"]) for one in found.get_check_constraints(name)),
            sorted((one["name"] or "", one["column_names"]) for one in found.get_unique_constraints(name)),
            sorted((one["name"] or "", one["constrained_columns"]) for one in found.get_foreign_keys(name)),
            sorted(
                (one["name"] or "", one["column_names"], one["unique"]) for one in found.get_indexes(name)
            ),
            found.get_pk_constraint(name)["constrained_columns"],
            sorted((one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(name)),
        )
        for name in found.get_table_names()
        if name != "alembic_version"
    }


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        ("ALTER TABLE stream RENAME TO brook", "stream"),
        ("ALTER TABLE sender DROP COLUMN name", r"sender\.name"),
        ("DELETE FROM stream", r"stream \(1 rows\)"),
    ],
)
def test_an_upgrade_that_loses_something_is_undone(loss: str, told: str, database: Database) -> None:
    """A table, a column or rows that would be gone stop it, and all is as it was."""
    Records(database).claim(go_name(1))
    refused = pytest.raises(Refusal, match=f"lose what is kept in {told},")
    with refused, database.writing() as connection, nothing_lost(connection):
        connection.execute(text(loss))
    assert upgrade.state(database).ready
    with database.reading() as connection:
        assert 1 == connection.scalar(text("SELECT count(*) FROM stream"))


def test_an_upgrade_may_take_away_what_holds_nothing(database: Database) -> None:
    """An empty table goes without a word, and what comes is no loss."""
    with database.writing() as connection, nothing_lost(connection):
        connection.execute(text("DROP TABLE acknowledgement"))
        connection.execute(text("CREATE TABLE more (n integer)"))
    with database.reading() as connection:
        there = set(inspect(connection).get_table_names())
    assert {"more"} == there & {"more", "acknowledgement"}
