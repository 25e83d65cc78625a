"""Databases of earlier versions are brought up with what is in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from flexibatch.adapters.store import upgrade
from flexibatch.adapters.store.engine import Database
from tests.twins.server import Server

SCRIPTS = Path(upgrade.__file__).with_name("migrations")
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
    """Give a database without a table, once for every engine."""
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


def test_a_database_with_an_audit_is_brought_up(empty: Database) -> None:
    """What was told before stays, and is guarded from then on."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with empty.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for row in ROWS:
            connection.execute(text(row))
    upgrade.upgrade(empty)
    assert upgrade.state(empty).ready, upgrade.state(empty).differences
    with empty.reading() as connection:
        for table in ("audit", "session_event"):
            assert 1 == connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a test's own word
