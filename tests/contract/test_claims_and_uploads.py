"""What claims and uploads promise one another: no half a file is claimed, and what is being claimed stands still."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from flexibatch.adapters.folders import UPLOADING
from flexibatch.adapters.sftp import moving
from flexibatch.adapters.sftp.handles import Upload
from flexibatch.adapters.sftp.places import Place
from flexibatch.adapters.sftp.rooms import Room
from flexibatch.adapters.spool.keeping import Keeping
from flexibatch.domain.sessions import Allowance
from tests.twins.meanwhile import before_rename
from tests.twins.spool import (
    FI,
    FI2,
    GO,
    KEPT,
    LIMIT,
    SET,
    TICKET,
    filled_inbox,
    keep_whole,
    made_spool,
    tree,
)

PART, OTHER = Place("IN", FI2.encode()), Place("IN", b"other")
REPLACING = os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class Scene:
    """Hold an inbox with a complete set, who claims it, where that goes, and what the door writes through."""

    inbox: Path
    keeping: Keeping
    claimed: Path
    room: Room


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    spool = made_spool(tmp_path)
    room = Room(spool / "senders/000640", Allowance(LIMIT, 100, 100_000, 1000, 100))
    return Scene(filled_inbox(spool), Keeping(spool, LIMIT), spool / "claimed" / TICKET, room)


def _replaced(room: Room) -> None:
    """Send half of the part anew."""
    Upload(room, PART, REPLACING).write(0, b"tw")


def _written_on(room: Room) -> None:
    """Send half of what the part is to have more."""
    Upload(room, PART, 0).write(3, b"more")


def _renamed_over(room: Room) -> None:
    """Send half of a part under another name, and give it the part's."""
    Upload(room, OTHER, REPLACING).write(0, b"tw")
    moving.rename(room, OTHER, PART, replace=True)


def _removed(room: Room) -> None:
    moving.remove(room, PART)


def _removed_and_renamed(room: Room) -> None:
    """Take the part away, and give its name to half a file."""
    _removed(room)
    _renamed_over(room)


def _renamed_away(room: Room) -> None:
    moving.rename(room, PART, OTHER, replace=False)


def _cut(room: Room) -> None:
    """Cut the part, as `truncate` does."""
    upload = Upload(room, PART, 0)
    upload.truncate(1)
    upload.close(orderly=True)


ACTS = (_replaced, _written_on, _renamed_over, _removed, _removed_and_renamed, _renamed_away, _cut)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("act", ACTS)
def test_what_is_being_claimed_stands_still(act: Callable[[Room], None], number: int, scene: Scene) -> None:
    """Between the look at a set and its last rename a bureau is told to wait; the set is claimed as it was."""
    told = []

    def do() -> None:
        try:
            act(scene.room)
        except asyncssh.SFTPError as exc:
            told.append(exc.reason)

    with before_rename(number, do) as done:
        assert scene.keeping.take(SET)
    assert [True] == done
    keep_whole(scene.keeping)
    assert KEPT == tree(scene.claimed)
    assert 1 == len(told)
    assert "being taken by the channel" in told[0]
    assert {} == {name: content for name, content in tree(scene.inbox).items() if name != "other"}


@pytest.mark.parametrize("act", [_replaced, _written_on, _renamed_over])
def test_a_claim_cut_short_leaves_what_is_sent_anew(act: Callable[[Room], None], scene: Scene) -> None:
    """After a crash between the renames a bureau may be sending a part again: half of it is not taken along."""
    (scene.claimed / "arrived").mkdir(parents=True)
    (scene.inbox / GO).rename(scene.claimed / "arrived" / GO)
    act(scene.room)
    assert scene.keeping.take(SET)
    assert [GO, FI] == [one.name for one in keep_whole(scene.keeping)]
    assert (scene.inbox / FI2).stat().st_mode & UPLOADING


def test_an_open_upload_is_not_claimed_whatever_its_mode(scene: Scene) -> None:
    """An operator who takes the mark away while the bureau still writes changes nothing."""
    upload = Upload(scene.room, PART, REPLACING)
    upload.write(0, b"tw")
    (scene.inbox / FI2).chmod(0o660)
    assert not scene.keeping.take(SET)
    upload.write(2, b"o")
    upload.close(orderly=True)
    assert scene.keeping.take(SET)
    keep_whole(scene.keeping)
    assert KEPT == tree(scene.claimed)


def test_who_comes_back_goes_on_from_no_gap(scene: Scene) -> None:
    """What a session wrote with gaps is cut when another takes the file over: no part holds bytes that nobody sent."""
    dead = Upload(scene.room, PART, 0)
    dead.write(3, b"more")
    dead.write(60, b"far away")
    again = Upload(scene.room, PART, 0)
    assert 3 == again.size
    again.close(orderly=True)
    dead.close(orderly=False)
    assert scene.keeping.take(SET)
    keep_whole(scene.keeping)
    assert KEPT == tree(scene.claimed)


def test_who_comes_back_writes_and_its_dead_session_holds_up_nothing(scene: Scene) -> None:
    """A handle that is kept open while another session ends the upload neither keeps the claim away nor changes it."""
    dead = Upload(scene.room, PART, REPLACING)
    dead.write(0, b"XX")
    again = Upload(scene.room, PART, REPLACING)
    again.write(0, b"two")
    again.close(orderly=True)
    assert scene.keeping.take(SET)
    with pytest.raises(asyncssh.SFTPFailure, match="another session"):
        dead.write(2, b"X")
    with pytest.raises(asyncssh.SFTPFailure, match="another session"):
        dead.truncate(0)
    keep_whole(scene.keeping)
    with suppress(asyncssh.SFTPFailure):
        dead.write(0, b"X")
    dead.close(orderly=True)
    assert (KEPT, {}) == (tree(scene.claimed), tree(scene.inbox))
