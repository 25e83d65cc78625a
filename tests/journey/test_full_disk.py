"""A disk that fills up: nothing more is taken in, what was taken is answered, and all goes on when there is room."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flexibatch.errors import Unavailable
from flexibatch.sweep_result import SweepResult
from flexibatch.wiring.home import make_home
from tests.doubles.clock import FixedClock
from tests.doubles.host_keys import put_host_keys
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.program import Caller
from tests.doubles.running_server import running_sites
from tests.doubles.sample_player import Broken
from tests.doubles.small_disk import MIB, SmallDisk, small_disk
from tests.doubles.spool import tree

pytestmark = pytest.mark.long
"""They mount a disk of their own, as root; `test_reserve` tells the same of a reserve that no disk has."""

SIZE, RESERVE = 64 * MIB, 32 * MIB
SAMPLE = SAMPLES / "accepted-two-workers"


@dataclass(slots=True)
class Narrow:
    """An installation of which the spool, or the database, lies on a small disk."""

    installation: Installation
    disk: SmallDisk

    def drop(self) -> None:
        """Let a bureau put a set down."""
        for path in sorted(SAMPLE.glob("[FG][IO].FLEX.*")):
            self.installation.drop(path)

    @property
    def waits(self) -> int:
        """Count what lies in the inbox."""
        return len(tree(self.installation.inbox()))


@pytest.fixture(params=["spool", "database"])
def narrow(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Narrow]:
    with small_disk(tmp_path / "disk", SIZE) as disk:
        places = {"spool": f"{disk.path}/spool", "database": f"sqlite:///{disk.path}/flexibatch.db"}
        monkeypatch.setenv(f"FLEXIBATCH_{request.param.upper()}", places[request.param])
        monkeypatch.setenv("FLEXIBATCH_RESERVE_BYTES", str(RESERVE))
        put_host_keys(tmp_path / "home")
        home = make_home(tmp_path / "home", os.environ)
        installation = Installation(home, FixedClock())
        installation.register_samples()
        yield Narrow(installation, disk)
        home.close()


def _why(call: Caller) -> list[tuple[str, str]]:
    return [(one["why"], one["reason"]) for one in call("list", "--waiting", "--json").json]


def test_below_the_reserve_nothing_is_claimed(narrow: Narrow, capsys: pytest.CaptureFixture[str]) -> None:
    """It waits where it is, `list --waiting` and `doctor` tell why; with room the next sweep takes it."""
    call = Caller(narrow.installation.home.path, capsys)
    narrow.drop()
    narrow.disk.fill(40 * MIB)
    result = narrow.installation.sweep()
    assert (0, True, False, 2) == (result.claimed, result.without_room, result.clean, narrow.waits)
    ((why, reason),) = _why(call)
    assert ("room", True) == (why, f"free in {narrow.disk.path}" in reason)
    space = [one for one in call("doctor", "--json").json if one["check"] == "space"]
    assert "failed" in {one["state"] for one in space if str(narrow.disk.path) in one["told"]}
    narrow.disk.free()
    result = narrow.installation.sweep()
    assert (1, False, 0) == (result.settled, result.without_room, narrow.waits)


def test_what_was_taken_in_is_answered_from_the_reserve(narrow: Narrow) -> None:
    """Claimed before the disk filled up: judged, answered and archived meanwhile."""
    narrow.drop()
    channel = narrow.installation.channel()
    broken = replace(channel, world=replace(channel.world, documents=Broken()))
    assert 1 == broken.sweep().claimed
    narrow.disk.fill(40 * MIB)
    result = narrow.installation.sweep()
    assert (1, True) == (result.settled, result.without_room)
    assert 4 == len(narrow.installation.published())


def test_a_disk_that_is_full_in_spite_of_it_loses_nothing(narrow: Narrow) -> None:
    """No byte is left when a set is claimed: that is trouble, and it is settled once there is room."""
    narrow.drop()
    settings = narrow.installation.home.settings.model_copy(update={"reserve_bytes": 0})
    installation = Installation(
        replace(narrow.installation.home, settings=settings), narrow.installation.clock
    )
    narrow.disk.fill(2 * SIZE)
    assert 0 == _swept(installation).settled
    narrow.disk.free()
    assert (1, 4) == (_swept(installation).settled, len(installation.published()))


def _swept(installation: Installation) -> SweepResult:
    try:
        return installation.sweep()
    except Unavailable:
        return SweepResult()


def test_a_put_is_answered_in_a_sentence(tmp_path: Path) -> None:
    """The door takes no byte more; what lies there can be read and deleted, and puts go on when there is room."""
    with (
        small_disk(tmp_path / "disk", SIZE) as disk,
        running_sites(disk.path, {"FLEXIBATCH_RESERVE_BYTES": str(RESERVE)}) as sites,
        sites.front.peer(sites.key) as client,
    ):
        with client.open("/IN/before", "wb") as file:
            file.write(b"x")
        disk.fill(40 * MIB)
        with pytest.raises(OSError, match="no room now"):
            client.open("/IN/new", "wb")
        with pytest.raises(OSError, match="no room now"), client.open("/IN/before", "ab") as file:
            file.write(b"y")
        client.remove("/IN/before")
        disk.free()
        with client.open("/IN/new", "wb") as file:
            file.write(b"x")
        assert ["new"] == client.listdir("/IN")
