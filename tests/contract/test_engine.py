"""What the channel asks of a PostgreSQL session, and what it makes of a server that goes away."""

from contextlib import ExitStack

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DataError

from flexibatch.adapters.store import tables
from flexibatch.adapters.store.bulk import insert_rows
from flexibatch.adapters.store.cases import anomaly_row
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.set_queue import stored_case
from flexibatch.adapters.store.upgrade import state
from flexibatch.domain.case import LocatedAnomaly, ReceivedFile
from flexibatch.domain.findings import Anomaly, Finding
from flexibatch.domain.vocabulary import AnomalyClass, FileKind
from flexibatch.errors import Unavailable
from tests.doubles.records import DIGEST, Records, go_name
from tests.doubles.server import Server


@pytest.fixture
def own_server() -> Server:
    return Server.made()


def test_the_schema_is_that_of_the_tables(database: Database) -> None:
    """`db check` finds no difference on any engine."""
    found = state(database)
    assert found.ready, found.differences


def test_a_file_may_be_larger_than_two_gibibytes(database: Database) -> None:
    """Sizes need more than 32 bits."""
    records = Records(database)
    large = ReceivedFile("FI.FLEX.000640.20261005.00001.R.1.1", FileKind.DATA, 1, 2**33, DIGEST)
    records.claims.complete([(records.begin(go_name(1)), [large])])
    with database.reading() as connection:
        assert 2**33 == connection.scalar(select(tables.received_file.c.size))


def test_a_long_location_is_kept_as_far_as_the_table_goes(database: Database) -> None:
    """A document that nests names without end cannot bring the settlement down."""
    records = Records(database)
    ticket = records.claim(go_name(1))
    told = Anomaly(Finding("rule", location="/a" * 400), "00000-001", AnomalyClass.BLOCKING, "what", "remedy")
    with database.writing() as connection:
        row = anomaly_row(stored_case(connection, ticket), LocatedAnomaly(told))
        connection.execute(insert(tables.anomaly).values(**row))
        assert "/a" * 150 == connection.scalar(select(tables.anomaly.c.location))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lock_timeout", "1min"),
        ("idle_in_transaction_session_timeout", "10min"),
        ("timezone", "UTC"),
        ("transaction_isolation", "read committed"),
        ("search_path", "public"),
    ],
)
def test_a_session_is_set_by_the_channel(
    postgresql: Server, fresh_postgresql: str, name: str, expected: str
) -> None:
    """A session does not depend on the server's defaults."""
    name_of_copy = postgresql.create(fresh_postgresql)
    opened = Database(postgresql.url(name_of_copy))
    with opened.reading() as connection:
        assert expected == connection.scalar(text(f"SHOW {name}"))
    opened.close()
    postgresql.drop(name_of_copy)


def test_a_server_that_stops_is_trouble_until_it_is_back(own_server: Server) -> None:
    """A lost connection is told as trouble, before and inside a transaction; afterwards all is well."""
    opened = Database(own_server.url("postgres"))
    try:
        with pytest.raises(Unavailable), opened.writing() as connection:  # noqa: PT012 - it is lost in between
            connection.execute(text("CREATE TABLE lost (n integer)"))
            own_server.stop()
            connection.execute(text("SELECT 1"))
        with pytest.raises(Unavailable), opened.reading():
            pass
        own_server.start()
        with opened.reading() as connection:
            assert connection.scalar(text("SELECT to_regclass('lost')")) is None
    finally:
        opened.close()
        own_server.remove()


def test_a_process_has_so_many_connections_and_waits_for_no_more(
    postgresql: Server, fresh_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten at once, so that an operator can reckon; the eleventh is trouble, not a bug."""
    name = postgresql.create(fresh_postgresql)
    opened = Database(postgresql.url(name))
    monkeypatch.setattr(opened.engine.pool, "_timeout", 0.1)
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(opened.reading())
        with pytest.raises(Unavailable, match="in use"):
            stack.enter_context(opened.reading())
    opened.close()
    postgresql.drop(name)


def test_what_is_too_long_for_its_column_is_not_cut(postgresql: Server, fresh_postgresql: str) -> None:
    """Rows that are written in bulk are checked as those written one by one are."""
    name = postgresql.create(fresh_postgresql)
    opened = Database(postgresql.url(name))
    with pytest.raises(DataError), opened.writing() as connection:
        insert_rows(connection, tables.declaration, [("T" * 14, "R", 1, "50021850123", "reference")])
    opened.close()
    postgresql.drop(name)


def test_a_database_that_takes_no_changes_is_trouble(postgresql: Server, fresh_postgresql: str) -> None:
    """A standby, or a server set to read only, costs no set an attempt."""
    name = postgresql.create(fresh_postgresql)
    postgresql.administer(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    opened = Database(postgresql.url(name))
    with pytest.raises(Unavailable, match="standby"), opened.writing() as connection:
        connection.execute(text("CREATE TABLE mine (n integer)"))
    opened.close()
    postgresql.drop(name)


def test_what_the_login_may_not_do_is_trouble(postgresql: Server, fresh_postgresql: str) -> None:
    """A role that an upgrade forgot costs no set an attempt, and the sentence says what to run."""
    name = postgresql.create(fresh_postgresql)
    postgresql.administer("CREATE ROLE stranger LOGIN")
    opened = Database(postgresql.url(name, "stranger"))
    with pytest.raises(Unavailable, match=r"roles\.sql"), opened.writing() as connection:
        connection.execute(select(tables.file_set))
    opened.close()
    postgresql.drop(name)
    postgresql.administer("DROP ROLE stranger")
