"""However a process dies, the next sweep ends the same: one answer, one set of rows, one archived set, nothing left."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update

from flexibatch.adapters.store import set_actions, tables
from flexibatch.adapters.store.audit import By
from flexibatch.wiring.home import Home
from tests.doubles.installation import SAMPLES, Installation, copied
from tests.doubles.mortal import Killed, Life, mortal
from tests.doubles.signing import YEAR, issued, written

SAMPLE = SAMPLES / "accepted-rerun"
SIGNED = SAMPLES / "accepted-signed"
TWO_PARTS = "FLEX.000640.20261005.00001.R.2"
CHUNKS, RERUN_CHUNKS = 8, 24
"""The deaths are told apart in so many tests, so that they can be spread over processes."""

VERDICTS = {"line": {(1, 1), (2, 0)}, "form": {(0, 2), (2, 0)}}
"""What a death may leave of the sample's two lines: accepted and refused ones, by the register before or after it."""


def _chunks(count: int) -> list[object]:
    """Return the parts of a test; all but the first are for the long run."""
    return [0, *(pytest.param(chunk, marks=pytest.mark.long) for chunk in range(1, count))]


@pytest.fixture(scope="session")
def quiet_town(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation that nothing happened in yet."""
    return Installation.made(tmp_path_factory.mktemp("quiet") / "home")


def _with_set(quiet: Installation, path: Path, sample: Path, acceptance: str = "default") -> Installation:
    installation = copied(quiet, path)
    installation.agree(acceptance)
    for file in sorted(sample.glob("[FG][IO].FLEX.*")):
        installation.drop(file)
    return installation


def _calls(installation: Installation) -> int:
    """Count the calls of a life that nothing ends."""
    life = Life()
    mortal(installation.channel(), life).sweep()
    return life.count


def _nothing_left(installation: Installation, answers: int, number: str = "000640") -> None:
    """Assert that the set is archived once, and that nothing lies about."""
    sender = installation.spool / "senders" / number
    assert [] == list((sender / "IN").iterdir())
    assert [] == list((installation.spool / "claimed").iterdir())
    assert [] == [path for folder in ("OUT", "REPORT") for path in (sender / folder).glob(".*")]
    assert 1 == len(list(installation.spool.glob("archive/*/*/*/*")))
    assert [(1,)] == installation.rows("SELECT count(*) FROM file_set")
    assert [(answers,)] == installation.rows("SELECT count(*) FROM answer")
    assert answers == sum(name.startswith("FO.") for name in installation.published(number))
    assert answers == sum(name.startswith("GO.") for name in installation.published(number))
    assert 3 == len(list((sender / "REPORT").glob("GO.*")))


def _told_is_kept(installation: Installation, run: int) -> None:
    """Assert that the last NOTI tells what stands in the database, line by line."""
    names = [name for name in installation.published() if name.startswith("FO.NOTI")]
    text = installation.published()[max(names)].decode()
    told = set(re.findall(r'outcome="accepted" ticket="(\w+)"', text))
    kept = {str(row[0]) for row in installation.rows(f"SELECT declaration FROM version WHERE run = {run}")}  # noqa: S608
    assert kept == told
    page = next((installation.spool / "senders" / "000640" / "REPORT").glob("*.json"))
    shown = json.loads(page.read_text("utf-8"))
    counts = installation.rows(f"SELECT accepted, refused FROM run WHERE number = {run}")  # noqa: S608
    assert counts == [(shown["counts"]["accepted"], shown["counts"]["refused"])]
    assert "received" == shown["state"]


@pytest.mark.parametrize("chunk", _chunks(CHUNKS))
@pytest.mark.parametrize("acceptance", VERDICTS)
def test_a_set_survives_every_death(
    acceptance: str, chunk: int, quiet_town: Installation, tmp_path: Path
) -> None:
    """A sweep dies at every call in turn; the next one, by a register that changed its mind, ends well.

    By either register what becomes of the Form is settled once; judged by Form, it stands whole or not at all.
    """
    calls = _calls(_with_set(quiet_town, tmp_path / "counted", SAMPLE, acceptance))
    verdicts = set()
    for at in range(1 + chunk, calls + 1, CHUNKS):
        installation = _with_set(quiet_town, tmp_path / str(at), SAMPLE, acceptance)
        with pytest.raises(Killed):
            mortal(installation.channel(), Life(at)).sweep()
        installation.import_register(SAMPLE / "later.csv")
        installation.sweep()
        installation.sweep()
        _nothing_left(installation, answers=2)
        _told_is_kept(installation, run=1)
        verdicts.update(installation.rows("SELECT accepted, refused FROM run"))
    assert VERDICTS[acceptance] == verdicts


@pytest.mark.parametrize("chunk", _chunks(CHUNKS))
def test_a_rejected_set_survives_every_death(chunk: int, quiet_town: Installation, tmp_path: Path) -> None:
    """A file refused in the middle of its document is answered once, whatever happens."""
    sample = SAMPLES / "rejected-cut-off"
    calls = _calls(_with_set(quiet_town, tmp_path / "counted", sample))
    for at in range(1 + chunk, calls + 1, CHUNKS):
        installation = _with_set(quiet_town, tmp_path / str(at), sample)
        with pytest.raises(Killed):
            mortal(installation.channel(), Life(at)).sweep()
        installation.sweep()
        _nothing_left(installation, answers=1)
        assert [(0,)] == installation.rows("SELECT count(*) FROM form")


@pytest.mark.parametrize("chunk", _chunks(RERUN_CHUNKS))
@pytest.mark.parametrize("acceptance", VERDICTS)
def test_a_rerun_survives_every_death(
    acceptance: str, chunk: int, quiet_town: Installation, tmp_path: Path
) -> None:
    """A re-run that dies at any call is ended by the next sweep, and loses or doubles nothing.

    Judged by line it takes the line that was refused, judged by Form the whole Form.
    """

    def rerunning(path: Path) -> Installation:
        installation = _with_set(quiet_town, path, SAMPLE, acceptance)
        installation.sweep()
        installation.import_register(SAMPLE / "later.csv")
        with installation.home.database.writing() as connection:
            ticket = str(installation.rows("SELECT ticket FROM file_set")[0][0])
            set_actions.begin_rerun(connection, By("test", installation.clock.now()), ticket)
        return installation

    taken = {"line": (1, 1, 0), "form": (2, 0, 0)}[acceptance]
    for at in range(1 + chunk, _calls(rerunning(tmp_path / "counted")) + 1, RERUN_CHUNKS):
        installation = rerunning(tmp_path / str(at))
        with pytest.raises(Killed):
            mortal(installation.channel(), Life(at)).sweep()
        installation.sweep()
        _nothing_left(installation, answers=3)
        _told_is_kept(installation, run=2)
        assert [(2,)] == installation.rows("SELECT count(*) FROM version")
        assert [taken] == installation.rows("SELECT accepted, unchanged, refused FROM run WHERE number = 2")


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(4))
def test_a_set_of_two_parts_survives_every_death(
    chunk: int, quiet_town: Installation, tmp_path: Path
) -> None:
    """Cut inside a number, everybody cancelled in the register meanwhile: what was committed first is told."""
    document = next(SAMPLE.glob("FI.FLEX.*")).read_bytes()
    cut = document.index(b"<INSS>") + 9

    def dropped(path: Path) -> Installation:
        installation = copied(quiet_town, path)
        installation.put(f"FI.{TWO_PARTS}.1", document[:cut])
        installation.put(f"FI.{TWO_PARTS}.2", document[cut:])
        installation.put(f"GO.{TWO_PARTS}")
        return installation

    verdicts = set()
    for at in range(1 + chunk, _calls(dropped(tmp_path / "counted")) + 1, 4):
        installation = dropped(tmp_path / str(at))
        with pytest.raises(Killed):
            mortal(installation.channel(), Life(at)).sweep()
        _cancel_all_periods(installation)
        installation.sweep()
        _nothing_left(installation, answers=2)
        _told_is_kept(installation, run=1)
        assert 3 == len(installation.rows("SELECT name FROM received_file"))
        verdicts.update(installation.rows("SELECT accepted, refused FROM run"))
    assert {(0, 2), (1, 1)} == verdicts


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(4))
def test_a_signed_set_survives_every_death(chunk: int, quiet_town: Installation, tmp_path: Path) -> None:
    """Its signature and those on its answers: each answer has one, of the bytes that were put out, once."""
    institution = issued("Institution", until=quiet_town.clock.now() + YEAR)

    def dropped(path: Path) -> Installation:
        installation = copied(quiet_town, path)
        written(path / "own.pem", institution.pem)
        written(path / "own.key", institution.key_pem)
        told = {"FLEXIBATCH_ANSWERS__CERTIFICATE": "own.pem", "FLEXIBATCH_ANSWERS__KEY": "own.key"}
        installation = Installation(Home.open(installation.home.path, told), installation.clock)
        for file in sorted(SIGNED.glob("[FG][IOS].FLEX.*")):
            installation.drop(file, "000644")
        return installation

    for at in range(1 + chunk, _calls(dropped(tmp_path / "counted")) + 1, 4):
        installation = dropped(tmp_path / str(at))
        with pytest.raises(Killed):
            mortal(installation.channel(), Life(at)).sweep()
        installation.sweep()
        _nothing_left(installation, answers=2, number="000644")
        published = installation.published("000644")
        digests = {sha256(content).hexdigest() for name, content in published.items() if name[:2] == "FS"}
        assert {(digest,) for digest in digests} == set(installation.rows("SELECT signature FROM answer"))
        assert 2 == len(digests)


def _cancel_all_periods(installation: Installation) -> None:
    """Let the register change its mind about everybody."""
    with installation.home.database.writing() as connection:
        connection.execute(update(tables.period).values(cancelled=True))
