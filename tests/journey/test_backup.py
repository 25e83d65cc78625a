"""A home is backed up in mid-life as the runbook says, restored elsewhere, and goes on as if nothing had happened."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url

from flexibatch.adapters.store.upgrade import state
from flexibatch.services.doctor.checks import examine
from flexibatch.settings import FILE
from flexibatch.wiring.home import Home
from tests.doubles.clock import CountedTickets, FixedClock
from tests.doubles.installation import SAMPLES, Installation, copied, copied_on
from tests.doubles.mortal import Killed, Life, mortal
from tests.doubles.server import BIN, OWNER, Server

RUNBOOK = SAMPLES.parent / "docs" / "operations.md"
DEATHS = 9
"""So many moments, spread over the life of a sweep, at which it dies and the home is backed up."""
TOLD = {
    "sets": "SELECT name, state, run FROM file_set ORDER BY name",
    "files": "SELECT name, size, sha256 FROM received_file ORDER BY name",
    "runs": "SELECT number, verdict, lines, accepted, refused, anomalies FROM run ORDER BY 1, 2, 3, 4, 5, 6",
    "answers": "SELECT name FROM answer ORDER BY name",
    "declarations": "SELECT environment, person, reference FROM declaration ORDER BY 1, 2, 3",
    "versions": "SELECT count(*) FROM version",
    "elements": "SELECT count(*), sum(eurocents) FROM financial_element",
    "unpublished": "SELECT count(*) FROM run WHERE published_at IS NULL",
}


def script(what: str) -> str:
    """Return the lines that the runbook tells an operator to type."""
    found = re.search(rf"<!-- {what} -->\n```sh\n(.*?)```", RUNBOOK.read_text("utf-8"), re.DOTALL)
    assert found is not None, what
    return found[1]


@dataclass(slots=True)
class Copying:
    """Back homes up and restore them, on one engine."""

    folder: Path
    server: Server | None = None

    @property
    def engine(self) -> str:
        """Name the engine as the runbook does."""
        return "sqlite" if self.server is None else "postgresql"

    def run(self, what: str, home: Path, database: str) -> None:
        """Do what the runbook says under a heading."""
        path = os.pathsep.join((str(Path(sys.executable).parent), str(BIN), os.environ["PATH"]))
        environ = {
            "PATH": path,
            "FLEXIBATCH_HOME": str(home),
            "BACKUP": str(self.folder),
            "DATABASE": database,
        }
        command = ["sh", "-eu", "-c", script(f"{what}: {self.engine}")]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert (0, "") == (done.returncode, done.stderr)

    def url(self, name: str | None) -> str:
        """Name a database as libpq does."""
        return f"postgresql:///{name}?host={self.server.folder}&user={OWNER}" if self.server else ""

    def restored(self, installation: Installation, path: Path) -> Installation:
        """Back an installation up and give what was restored of it, with its clock and its bureaus' times."""
        self.run(
            "backup", installation.home.path, self.url(make_url(installation.home.settings.database).database)
        )
        path.mkdir()
        name = self.server.create() if self.server else None
        self.run("restore", path, self.url(name))
        if self.server:
            (path / FILE).write_text(f'database = "{self.server.url(str(name))}"\n', encoding="utf-8")
        again = Installation(Home.open(path, {}), FixedClock(installation.clock.now()))
        again.outside = type(again.outside)(again.clock, CountedTickets(5000), again.outside.scan)
        again.dropped_ns = installation.dropped_ns
        return again


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation in which a set was settled, three wait in the inboxes, a part of a fifth arrived."""
    installation = Installation.made(tmp_path_factory.mktemp("lived") / "home")
    return _lived(installation)


def _lived(installation: Installation) -> Installation:
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        installation.drop(path)
    installation.sweep()
    for number, sample in (
        ("00002", "accepted-daily-dimonas"),
        ("00003", "accepted-many-forms"),
        ("00004", "refused-no-mandate"),
    ):
        for path in sorted((SAMPLES / sample).glob("[FG][IO].FLEX.*")):
            installation.put(path.name.replace(".00001.", f".{number}."), path.read_bytes())
    installation.put("FI.FLEX.000640.20261005.00005.R.1.1", b"<FLXWAGE")
    return installation


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Copying, Installation]:
    """Return how to copy, and an installation that has lived, for every engine."""
    backup = tmp_path / "backup"
    backup.mkdir()
    if request.param == "sqlite":
        return Copying(backup), request.getfixturevalue("lived")
    server: Server = request.getfixturevalue("postgresql")
    url = server.url(server.create(request.getfixturevalue("fresh_postgresql")))
    installation = _lived(Installation.made(tmp_path / "lived", {"database": url}))
    installation.close()
    return Copying(backup, server), installation


def _copy(copying: Copying, lived: Installation, path: Path) -> Installation:
    made = copied_on(copying.server, lived, path) if copying.server else copied(lived, path)
    made.dropped_ns = dict(lived.dropped_ns)
    made.outside = type(made.outside)(made.clock, CountedTickets(1000), made.outside.scan)
    return made


def _told(installation: Installation) -> dict[str, object]:
    """Return all that must be the same wherever the installation goes on."""
    senders = installation.spool / "senders"
    files = [path.relative_to(senders) for path in senders.rglob("*") if path.is_file()]
    names = sorted(re.sub(r"\.[0-9A-Z]{13}\.", ".", str(path)) for path in files)
    archived = sorted(
        (path.parent.name, path.name, path.read_bytes())
        for path in installation.spool.glob("archive/*/*/*/*/in/*")
    )
    left = [path.name for name in ("claimed", "quarantine") for path in (installation.spool / name).iterdir()]
    rows = {name: installation.rows(query) for name, query in TOLD.items()}
    return {**rows, "senders": names, "archive": archived, "left": left}


@pytest.mark.long
def test_a_backup_in_mid_life_loses_and_doubles_nothing(
    place: tuple[Copying, Installation], tmp_path: Path
) -> None:
    """Wherever a sweep died before the backup, the restored home ends as the one that was left alone."""
    copying, lived = place
    counting, life = _copy(copying, lived, tmp_path / "counted"), Life()
    mortal(counting.channel(), life).sweep()
    counting.close()
    for at in range(1, life.count, max(1, life.count // DEATHS)):
        installation = _copy(copying, lived, tmp_path / f"town-{at}")
        with pytest.raises(Killed):
            mortal(installation.channel(), Life(at)).sweep()
        again = copying.restored(installation, tmp_path / f"restored-{at}")
        assert state(again.home.database).ready
        for one in (installation, again):
            one.sweep()
            one.sweep()
        assert _told(installation) == _told(again)
        assert 4 == len(_told(again)["sets"])  # type: ignore[arg-type]
        for one in (installation, again):
            one.close()
        for path in copying.folder.iterdir():
            path.unlink()


def test_what_came_after_the_backup_is_put_back(place: tuple[Copying, Installation], tmp_path: Path) -> None:
    """Only the database was lost: what doctor names goes back into the inbox, and is settled and answered anew."""
    copying, lived = place
    installation = _copy(copying, lived, tmp_path / "town")
    again = copying.restored(installation, tmp_path / "restored")
    installation.sweep()
    shutil.rmtree(again.spool)
    shutil.copytree(installation.spool, again.spool)
    (told,) = (one for one in examine(again.components(), again.clock.now()) if one.name == "strangers")
    lost = [path for path in again.spool.glob("archive/*/*/*/*") if path.name in told.fault.told]
    assert 3 == len(lost)
    for file in sorted(file for folder in lost for file in (folder / "in").iterdir()):
        shutil.copy(file, again.inbox())
    for folder in lost:
        shutil.rmtree(folder)
    again.sweep()
    before, after = _told(installation), _told(again)
    assert {name: before[name] for name in TOLD} == {name: after[name] for name in TOLD}
    assert before["archive"] == after["archive"]
    assert {"ok"} == {
        one.fault.health for one in examine(again.components(), again.clock.now()) if one.name == "strangers"
    }
    for one in (installation, again):
        one.close()
