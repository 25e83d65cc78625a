"""What the tests of whole journeys may ask for: a home, and the program called on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexibatch.bootstrap import Home, make_home
from tests.twins.program import Caller


@pytest.fixture
def home(tmp_path: Path, fresh_sqlite: Path) -> Iterator[Home]:
    """Give a home as `init` makes it."""
    path = tmp_path / "home"
    path.mkdir()
    shutil.copyfile(fresh_sqlite, path / "flexibatch.db")
    (path / "flexibatch.db").chmod(0o600)
    made = make_home(path, {})
    yield made
    made.close()


@pytest.fixture
def call(home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Give the program, called on a fresh home with nothing in the environment."""
    for name in ("FLEXIBATCH_HOME", "FLEXIBATCH_OPERATOR"):
        monkeypatch.delenv(name, raising=False)
    return Caller(home.path, capsys)
