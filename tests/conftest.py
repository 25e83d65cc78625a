"""What every test may ask for."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.upgrade import upgrade
from tests.doubles.server import Server


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file with all the tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("fresh") / "fresh.sqlite"
    made = Database(f"sqlite:///{path}")
    upgrade(made)
    made.close()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Yield a PostgreSQL server, one a worker of pytest-xdist, started when the first test asks for it."""
    server = Server.made()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def fresh_postgresql(postgresql: Server) -> str:
    """Return the name of a database with all the tables and no rows, to be copied."""
    name = postgresql.create()
    made = Database(postgresql.url(name))
    upgrade(made)
    made.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a database with all the tables and no rows, once for every engine the channel runs on."""
    if request.param == "sqlite":
        path = tmp_path / "flexibatch.sqlite"
        shutil.copyfile(request.getfixturevalue("fresh_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgresql")
    name = server.create(request.getfixturevalue("fresh_postgresql"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(engine_url: str) -> Iterator[Database]:
    """Yield a database with all the tables and no rows."""
    opened = Database(engine_url)
    yield opened
    opened.close()
