"""What every test may ask for."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.upgrade import upgrade


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with all the tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("fresh") / "fresh.sqlite"
    made = Database(f"sqlite:///{path}")
    upgrade(made)
    made.close()
    return path


@pytest.fixture(params=["sqlite"])
def database(fresh_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database with all the tables and no rows; every kind the channel runs on is a parameter."""
    assert request.param == "sqlite"
    path = tmp_path / "flexibatch.sqlite"
    shutil.copyfile(fresh_sqlite, path)
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()
