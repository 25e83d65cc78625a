"""A reserve that no disk has: nothing more is taken in, what was taken is answered, and all goes on without it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.adapters.reserve import Reserve
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.program import Caller
from tests.doubles.running_server import running_sites
from tests.doubles.sample_player import Broken
from tests.doubles.spool import tree

SAMPLE = SAMPLES / "accepted-two-workers"
ENDLESS = 1 << 60


@pytest.fixture
def narrow(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return an installation with a set in an inbox and no room to take it in."""
    for path in sorted(SAMPLE.glob("[FG][IO].FLEX.*")):
        installation.drop(path)
    monkeypatch.setenv("FLEXIBATCH_RESERVE_BYTES", str(ENDLESS))
    settings = installation.home.settings.model_copy(update={"reserve_bytes": ENDLESS})
    return Installation(replace(installation.home, settings=settings), installation.clock)


def test_below_the_reserve_nothing_is_claimed(
    narrow: Installation, installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """It waits where it is, `list --waiting` and `doctor` tell why; with room the next sweep takes it."""
    call = Caller(narrow.home.path, capsys)
    result = narrow.sweep()
    assert (0, True, False, 2) == (
        result.claimed,
        result.without_room,
        result.clean,
        len(tree(narrow.inbox())),
    )
    ((why, reason),) = ((one["why"], one["reason"]) for one in call("list", "--waiting", "--json").json)
    assert ("room", True) == (why, f"free in {narrow.spool}" in reason)
    doctor = call("doctor", "--json").json
    assert {"failed"} == {one["state"] for one in doctor if one["check"] == "space"}
    result = installation.sweep()
    assert (1, False, []) == (result.settled, result.without_room, list(installation.inbox().iterdir()))


def test_what_was_taken_in_is_answered_from_the_reserve(
    narrow: Installation, installation: Installation
) -> None:
    """Claimed before the disk filled up: judged, answered and archived meanwhile."""
    channel = installation.channel()
    broken = replace(channel, world=replace(channel.world, documents=Broken()))
    assert 1 == broken.sweep().claimed
    result = narrow.sweep()
    assert (1, True, 4) == (result.settled, result.without_room, len(narrow.published()))


def test_a_put_is_answered_in_a_sentence(tmp_path: Path) -> None:
    """The door takes no byte more; what lies there can be read and deleted."""
    with (
        running_sites(tmp_path, {"FLEXIBATCH_RESERVE_BYTES": str(ENDLESS)}) as sites,
        sites.front.peer(sites.key) as client,
    ):
        inbox = sites.installation.inbox()
        (inbox / "before").write_bytes(b"x")
        for name, mode in (("/IN/new", "wb"), ("/IN/before", "ab")):
            with pytest.raises(OSError, match="no room now"), client.open(name, mode) as file:
                file.write(b"y")
        assert b"x" == client.open("/IN/before").read()
        client.remove("/IN/before")
        assert [] == client.listdir("/IN")


def test_what_a_full_disk_kept_from_coming_is_waited_for_anew(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GO that found no room is no GO that was forgotten: its bureau has as long as ever once there is room."""
    part = next(SAMPLE.glob("FI.FLEX.*"))
    installation.drop(part)
    channel, day = installation.channel(), timedelta(hours=25)
    assert isinstance(installation.clock, FixedClock)
    installation.clock.advance(day)
    with monkeypatch.context() as full:
        full.setattr(Reserve, "lacking", lambda _self: "There is no room.")
        assert channel.sweep().without_room
    assert (0, [part.name]) == (channel.sweep().claimed, list(tree(installation.inbox())))
    installation.clock.advance(day)
    assert (1, 1) == (channel.sweep().refused, len(installation.rows("SELECT ticket FROM file_set")))


def test_a_disk_that_fills_up_between_the_look_and_the_claim_takes_nothing(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room is asked for once more before a set is moved: it stays where it is, and comes with the next sweep."""
    for path in sorted(SAMPLE.glob("[FG][IO].FLEX.*")):
        installation.drop(path)
    channel, lying = installation.channel(), list(tree(installation.inbox()))

    def lacking(_self: Reserve) -> str:
        """Fill the disk as soon as a set has its ticket."""
        return "There is no room." if installation.rows("SELECT ticket FROM file_set") else ""

    with monkeypatch.context() as full:
        full.setattr(Reserve, "lacking", lacking)
        assert 0 == channel.sweep().settled
    assert lying == list(tree(installation.inbox()))
    assert [] == installation.rows("SELECT ticket FROM file_set WHERE state <> 'claiming'")
    assert 1 == channel.sweep().settled
