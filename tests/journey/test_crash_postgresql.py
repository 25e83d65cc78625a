"""However a process dies, the next sweep on PostgreSQL ends the same: one answer, one set of rows, one archived set."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.doubles.installation import SAMPLES, Installation, copied_on
from tests.doubles.mortal import Killed, Life, mortal
from tests.doubles.server import Server

SAMPLE = SAMPLES / "accepted-rerun"
CHUNKS = 8
"""The deaths are told apart in so many tests, so that they can be spread; all but the first are for the long run."""

VERDICTS = {"line": {(1,), (2,)}, "form": {(0,), (2,)}}
"""How many of the sample's two lines may stand: by the register before the death, or after it."""


@pytest.fixture(scope="session")
def served_town(
    tmp_path_factory: pytest.TempPathFactory, postgresql: Server, fresh_postgresql: str
) -> Installation:
    """Return an installation on PostgreSQL that nothing happened in yet."""
    url = postgresql.url(postgresql.create(fresh_postgresql))
    installation = Installation.made(tmp_path_factory.mktemp("served") / "home", {"database": url})
    installation.close()
    return installation


def _with_set(server: Server, quiet: Installation, path: Path, acceptance: str) -> Installation:
    installation = copied_on(server, quiet, path)
    installation.agree(acceptance)
    for file in sorted(SAMPLE.glob("[FG][IO].FLEX.*")):
        installation.drop(file)
    return installation


def _settled_once(installation: Installation) -> None:
    sender = installation.spool / "senders" / "000640"
    assert [] == list((sender / "IN").iterdir())
    assert [] == list((installation.spool / "claimed").iterdir())
    assert 1 == len(list(installation.spool.glob("archive/*/*/*/*")))
    assert [(1,)] == installation.rows("SELECT count(*) FROM file_set")
    assert [(2,)] == installation.rows("SELECT count(*) FROM answer")
    assert 2 == sum(name.startswith("FO.") for name in installation.published())
    assert 2 == sum(name.startswith("GO.") for name in installation.published())


def _removed(server: Server, installation: Installation) -> None:
    installation.close()
    server.drop(str(make_url(installation.home.settings.database).database))


def _chunks() -> list[object]:
    """Return the parts of the test by kind of acceptance; all but the first by line are for the long run."""
    parts = [(acceptance, chunk) for acceptance in VERDICTS for chunk in range(CHUNKS)]
    return [parts[0], *(pytest.param(*part, marks=pytest.mark.long) for part in parts[1:])]


@pytest.mark.parametrize(("acceptance", "chunk"), _chunks())
def test_a_set_survives_every_death(
    acceptance: str, chunk: int, postgresql: Server, served_town: Installation, tmp_path: Path
) -> None:
    """A sweep dies at every call in turn; the next one, by a register that changed its mind, ends well.

    Judged by Form, its lines stand all or none.
    """
    counted, life = _with_set(postgresql, served_town, tmp_path / "counted", acceptance), Life()
    mortal(counted.channel(), life).sweep()
    _removed(postgresql, counted)
    verdicts = set()
    for at in range(1 + chunk, life.count + 1, CHUNKS):
        installation = _with_set(postgresql, served_town, tmp_path / str(at), acceptance)
        with pytest.raises(Killed):
            mortal(installation.channel(), Life(at)).sweep()
        installation.import_register(SAMPLE / "later.csv")
        installation.sweep()
        installation.sweep()
        _settled_once(installation)
        verdicts.update(installation.rows("SELECT count(*) FROM version"))
        _removed(postgresql, installation)
    assert VERDICTS[acceptance] == verdicts
