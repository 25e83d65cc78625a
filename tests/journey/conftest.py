"""What the tests of whole journeys may ask for: a home, and the program called on it."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import paramiko
import pytest

from flexibatch.adapters.clock import SystemClock
from flexibatch.settings import FILE
from flexibatch.wiring.home import Home, make_home
from tests.doubles.answers import written_below
from tests.doubles.host_keys import put_host_keys
from tests.doubles.installation import Installation, Installations
from tests.doubles.program import Caller
from tests.doubles.running_server import RunningServer, ServedInstallations, registered_key, running_sites
from tests.doubles.server import Server

ON_POSTGRESQL = {
    "test_acceptance": 3,
    "test_acceptance_reruns": 2,
    "test_cli_audit": 2,
    "test_cli_bureaus": 4,
    "test_cli_certificates": 2,
    "test_cli_channel": 6,
    "test_cli_consent": 4,
    "test_cli_database": 12,
    "test_cli_doctor": 3,
    "test_cli_employers": 3,
    "test_cli_inboxes": 4,
    "test_cli_lists": 6,
    "test_cli_numbers": 3,
    "test_cli_persons": 2,
    "test_cli_programs": 4,
    "test_cli_records": 6,
    "test_cli_reruns": 3,
    "test_cli_show": 6,
    "test_cli_selection": 3,
    "test_cli_status": 3,
    "test_cli_terminal": 1,
    "test_deaths_count": 3,
    "test_dimona_import": 10,
    "test_employer_numbers": 3,
    "test_hostile": 1,
    "test_long_values": 5,
    "test_mandates": 2,
    "test_openssh": 1,
    "test_people_page": 0,
    "test_purge": 4,
    "test_references": 4,
    "test_remote": 3,
    "test_remote_slow": 2,
    "test_reserve": 1,
    "test_samples": 12,
    "test_serve": 2,
    "test_serve_logins": 1,
    "test_surplus": 2,
    "test_sweep": 6,
    "test_third_payers": 3,
    "test_trouble": 8,
    "test_two_numbers": 4,
}
"""So many tests of a file run there each time, the others with `make soak`: what differs between the engines stands in
the contracts of the store, which run there whole."""


def _is_on_postgresql(one: pytest.Item) -> bool:
    """Return whether an item is a test's turn on that engine."""
    call = getattr(one, "callspec", None)
    return call is not None and "postgresql" in (call.params.get("engine_url"), call.params.get("calm"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the long run what these files try on PostgreSQL beside SQLite."""
    for module, most in ON_POSTGRESQL.items():
        there = sorted(
            (one for one in items if one.path.stem == module and _is_on_postgresql(one)),
            key=lambda one: sha256(one.nodeid.encode()).digest(),
        )
        for one in there[most:]:
            one.add_marker(pytest.mark.long)


@pytest.fixture(autouse=True)
def _no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have lists written as into a pipe, however wide the terminal is that tests run on."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def _answers_fit_their_schemas(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold every answer that a test let the channel write to the schemas, whatever else the test looks at."""
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        assert {} == {path: wrong for path, wrong in written_below(folder) if wrong}


@pytest.fixture
def home(tmp_path: Path, engine_url: str, fresh_sqlite: Path) -> Iterator[Home]:
    """Yield a home as `init` makes it, on every engine."""
    path = tmp_path / "home"
    path.mkdir()
    if engine_url.startswith("sqlite"):
        shutil.copyfile(fresh_sqlite, path / "flexibatch.db")
        (path / "flexibatch.db").chmod(0o600)
    else:
        (path / FILE).write_text(f'database = "{engine_url}"\n', encoding="utf-8")
    put_host_keys(path)
    made = make_home(path, {})
    yield made
    made.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def calm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installations:
    """Return how to make installations with the samples' cast, on every engine."""
    path = tmp_path_factory.mktemp("calm") / "home"
    if request.param == "sqlite":
        return Installations(Installation.made(path), None)
    server: Server = request.getfixturevalue("postgresql")
    url = server.url(server.create(request.getfixturevalue("fresh_postgresql")))
    made = Installation.made(path, {"database": url})
    made.close()
    return Installations(made, server)


@pytest.fixture
def installation(calm: Installations, tmp_path: Path) -> Iterator[Installation]:
    """Yield an installation that nothing happened in yet."""
    with calm.copy(tmp_path / "home") as made:
        yield made


@pytest.fixture
def call(home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Return the program, called on a fresh home with nothing in the environment."""
    for name in ("FLEXIBATCH_HOME", "FLEXIBATCH_OPERATOR"):
        monkeypatch.delenv(name, raising=False)
    return Caller(home.path, capsys)


@pytest.fixture
def served(home: Home) -> Installation:
    """Return the samples' cast, in a home whose files arrive today."""
    made = Installation(home, SystemClock())
    made.register_samples_of_today()
    return made


@pytest.fixture
def key(served: Installation, tmp_path: Path) -> paramiko.PKey:
    """Return a key with which bureau 000640 logs in."""
    return registered_key(served, tmp_path)


@pytest.fixture(scope="module")
def shared_street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedInstallations]:
    """Yield a server for the tests of one file that need no database of their own."""
    with running_sites(tmp_path_factory.mktemp("street")) as sites:
        yield sites


@pytest.fixture
def sites(shared_street: ServedInstallations) -> Iterator[ServedInstallations]:
    """Yield that server, the first bureau's folders empty again afterwards."""
    yield shared_street
    shared_street.clear()


@pytest.fixture
def front(served: Installation, key: paramiko.PKey) -> Iterator[RunningServer]:
    """Yield a server that runs."""
    del key
    with RunningServer(served) as running:
        yield running
