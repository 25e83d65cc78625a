"""The components over a home: each is made when it is asked for, once, and closed with the others."""

import os
import subprocess
import sys

import pytest

from flexibatch.adapters.clock import SystemClock
from flexibatch.errors import FlexibatchError
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home
from flexibatch.wiring.outside import Mode, Outside
from tests.doubles.installation import SAMPLES, Installation, moved_to_today

ASKED_BY_NOBODY = {"flexibatch.wiring.components", "lxml", "xmlschema", "pyhanko", "paramiko"}


def _made(components: Components) -> set[str]:
    """Return the components that were made so far."""
    return vars(components).keys() - {"home", "outside", "mode", "_opened"}


def _broken(installation: Installation) -> dict[str, str]:
    """Return settings by which answers are signed with what is neither certificate nor key."""
    for name in ("own.pem", "own.key"):
        (installation.home.path / name).write_text("nothing", encoding="utf-8")
    return {"FLEXIBATCH_ANSWERS__CERTIFICATE": "own.pem", "FLEXIBATCH_ANSWERS__KEY": "own.key"}


def test_a_list_makes_nothing(installation: Installation) -> None:
    """It needs the database: neither schema nor key, so that it is told what was received where both are broken."""
    environ = _broken(installation) | {"FLEXIBATCH_SCHEMAS": "nowhere"}
    code = "import sys, flexibatch.cli as c; assert 0 == c.run(sys.argv[1:]); print('|', *sys.modules)"
    words = [sys.executable, "-c", code, "--home", str(installation.home.path), "list", "--json"]
    out = subprocess.run(
        words, check=True, capture_output=True, text=True, env=dict(os.environ) | environ
    ).stdout
    told, _, modules = out.rpartition("|")
    assert "[]" == told.strip()
    assert set() == ASKED_BY_NOBODY & set(modules.split())


def test_what_is_asked_for_brings_what_it_needs_and_no_more(installation: Installation) -> None:
    """Who republishes reads neither schemas nor tables, who lists schemas has no spool."""
    components = installation.components()
    assert set() == _made(components)
    assert components.schemas.files
    assert {"schemas"} == _made(components)
    other = installation.components()
    assert other.outbox is not None
    assert {"outbox", "spool", "elsewhere", "private_folders", "pages"} == _made(other)


def test_each_is_made_once(installation: Installation) -> None:
    """Journey and channel share the queue of sets, spool and tables; the catalogue is the one that was checked."""
    components = installation.components(Mode.SWEEP)
    channel, checked = components.channel, installation.home.catalogue
    assert channel is components.channel
    assert channel.world is components.world
    assert [components.queue] * 2 == [channel.retries, channel.world.queue]
    assert channel.world.catalogue is checked


def test_the_key_is_read_by_who_signs(installation: Installation) -> None:
    """Who judges on trial goes on without it; who settles sets is told at once."""
    signing = Installation(Home.open(installation.home.path, _broken(installation)), installation.clock)
    components = signing.components(Mode.SWEEP)
    assert components.world.answers is not None
    assert "seal" not in _made(components)
    with pytest.raises(FlexibatchError, match=r"own\.pem"):
        _ = components.channel
    signing.close()


def test_all_is_closed_with_them(home: Home) -> None:
    """The processes that judged have ended, and the connections to the database are given back."""
    installation = Installation(home, SystemClock())
    installation.register_samples_of_today()
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        name, content = moved_to_today(path)
        (installation.inbox() / name).write_bytes(content)
    components = Components(home, Outside.at(installation.clock), Mode.SWEEP)
    assert 1 == components.channel.sweep().settled
    (worker,) = components.workers._idle
    pool = home.database.engine.pool
    components.close()
    assert 0 == worker.process.returncode
    assert pool is not home.database.engine.pool
