"""What claims and uploads promise one another: no half a file is claimed, and what is being claimed stands still."""

import asyncio
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import asyncssh
import pytest
from asyncssh import FXF_CREAT, FXF_TRUNC, FXF_WRITE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flexibatch.adapters.folders import UPLOADING
from flexibatch.adapters.locks import lock
from flexibatch.adapters.sftp import renames
from flexibatch.adapters.sftp.blocks import PIECES, WINDOW
from flexibatch.adapters.sftp.files import FILE_MODE
from flexibatch.adapters.sftp.folder_view import FolderView
from flexibatch.adapters.sftp.handles import Download, Upload
from flexibatch.adapters.sftp.paths import VirtualPath
from flexibatch.adapters.sftp.sender_state import SenderState
from flexibatch.adapters.spool.local.spool import LocalSpool
from flexibatch.adapters.spool.private_folders import PrivateFolders
from flexibatch.domain.sessions import InboxQuota
from tests.doubles.meanwhile import before_rename
from tests.doubles.spool import (
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

PART, OTHER = VirtualPath("IN", FI2.encode()), VirtualPath("IN", b"other")
WRITING = FXF_WRITE | FXF_CREAT | FXF_TRUNC
NOBODY = 65_534
REPLACING = os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class Scene:
    """An inbox with a complete set, who claims it, where that goes, and what the door writes through."""

    inbox: Path
    local: LocalSpool
    private_folders: PrivateFolders
    claimed: Path
    room: SenderState


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    spool = made_spool(tmp_path)
    room = SenderState(spool / "senders/000640", InboxQuota(LIMIT, 100, 100_000, 1000, 100))
    private_folders = PrivateFolders(spool, LIMIT)
    local = LocalSpool(spool, private_folders.folder)
    return Scene(filled_inbox(spool), local, private_folders, spool / "claimed" / TICKET, room)


def _replaced(room: SenderState) -> None:
    """Send half of the part anew."""
    Upload(room, PART, REPLACING).write(0, b"tw")


def _written_on(room: SenderState) -> None:
    """Send half of what the part is to have more."""
    Upload(room, PART, 0).write(3, b"more")


def _renamed_over(room: SenderState) -> None:
    """Send half of a part under another name, and give it the part's."""
    Upload(room, OTHER, REPLACING).write(0, b"tw")
    renames.rename(room, OTHER, PART, replace=True)


def _removed(room: SenderState) -> None:
    renames.remove(room, PART)


def _removed_and_renamed(room: SenderState) -> None:
    """Take the part away, and give its name to half a file."""
    _removed(room)
    _renamed_over(room)


def _renamed_away(room: SenderState) -> None:
    renames.rename(room, PART, OTHER, replace=False)


def _cut(room: SenderState) -> None:
    """Cut the part, as `truncate` does."""
    upload = Upload(room, PART, 0)
    upload.truncate(1)
    upload.close(orderly=True)


ACTS = (_replaced, _written_on, _renamed_over, _removed, _removed_and_renamed, _renamed_away, _cut)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("act", ACTS)
def test_what_is_being_claimed_stands_still(
    act: Callable[[SenderState], None], number: int, scene: Scene
) -> None:
    """Between the look at a set and its last rename a bureau is told to wait; the set is claimed as it was."""
    told = []

    def do() -> None:
        try:
            act(scene.room)
        except asyncssh.SFTPError as exc:
            told.append(exc.reason)

    with before_rename(number, do) as done:
        assert scene.local.take(SET)
    assert [True] == done
    keep_whole(scene.private_folders)
    assert KEPT == tree(scene.claimed)
    assert 1 == len(told)
    assert "being taken by the channel" in told[0]
    assert {} == {name: content for name, content in tree(scene.inbox).items() if name != "other"}


@pytest.mark.parametrize("act", [_replaced, _written_on, _renamed_over])
def test_a_claim_cut_short_leaves_what_is_sent_anew(act: Callable[[SenderState], None], scene: Scene) -> None:
    """After a crash between the renames a bureau may be sending a part again: half of it is not taken along."""
    (scene.claimed / "arrived").mkdir(parents=True)
    (scene.inbox / GO).rename(scene.claimed / "arrived" / GO)
    act(scene.room)
    assert scene.local.take(SET)
    assert [GO, FI] == [one.name for one in keep_whole(scene.private_folders)]
    assert (scene.inbox / FI2).stat().st_mode & UPLOADING


def test_an_open_upload_is_not_claimed_whatever_its_mode(scene: Scene) -> None:
    """An operator who takes the mark away while the bureau still writes changes nothing."""
    upload = Upload(scene.room, PART, REPLACING)
    upload.write(0, b"tw")
    (scene.inbox / FI2).chmod(0o660)
    assert not scene.local.take(SET)
    upload.write(2, b"o")
    upload.close(orderly=True)
    assert scene.local.take(SET)
    keep_whole(scene.private_folders)
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
    assert scene.local.take(SET)
    keep_whole(scene.private_folders)
    assert KEPT == tree(scene.claimed)


def test_who_comes_back_writes_and_its_dead_session_holds_up_nothing(scene: Scene) -> None:
    """A handle that is kept open while another session ends the upload neither keeps the claim away nor changes it."""
    dead = Upload(scene.room, PART, REPLACING)
    dead.write(0, b"XX")
    again = Upload(scene.room, PART, REPLACING)
    again.write(0, b"two")
    again.close(orderly=True)
    assert scene.local.take(SET)
    with pytest.raises(asyncssh.SFTPFailure, match="another session"):
        dead.write(2, b"X")
    with pytest.raises(asyncssh.SFTPFailure, match="another session"):
        dead.truncate(0)
    keep_whole(scene.private_folders)
    with suppress(asyncssh.SFTPFailure):
        dead.write(0, b"X")
    dead.close(orderly=True)
    assert (KEPT, {}) == (tree(scene.claimed), tree(scene.inbox))


# ----------------------------------------------------------------------------------------- blocks in any order


@given(order=st.permutations(range(6)), again=st.lists(st.integers(0, 5), max_size=4))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_blocks_come_in_any_order(order: list[int], again: list[int], scene: Scene) -> None:
    """Some twice: the file is what was sent, its digest that of the whole."""
    content = os.urandom(60)
    upload = Upload(scene.room, OTHER, REPLACING)
    for number in (*order, *again):
        upload.write(number * 10, content[number * 10 : number * 10 + 10])
    assert (0, 60, sha256(content).hexdigest()) == (upload.gaps, upload.size, upload.sha256())
    upload.close(orderly=True)
    assert content == (scene.inbox / "other").read_bytes()
    assert FILE_MODE == stat.S_IMODE((scene.inbox / "other").stat().st_mode)


def test_a_block_sent_twice_fills_no_gap(scene: Scene) -> None:
    """Bytes are counted once, however often they come: what has a gap is not taken."""
    upload = Upload(scene.room, PART, REPLACING)
    upload.write(0, b"two")
    for _ in range(3):
        upload.write(10, b"three")
    assert 7 == upload.gaps
    upload.close(orderly=True)
    assert (b"", UPLOADING) == (
        (scene.inbox / FI2).read_bytes(),
        (scene.inbox / FI2).stat().st_mode & UPLOADING,
    )
    assert not scene.local.take(SET)


def test_a_block_beyond_the_window_is_refused(scene: Scene) -> None:
    """So are more pieces apart than are remembered; what came before still counts, and what is missing may come."""
    room = replace(scene.room, quota=InboxQuota(1 << 30, 100, 1 << 30, 1 << 20, 100))
    upload = Upload(room, OTHER, REPLACING)
    with pytest.raises(asyncssh.SFTPFailure, match="has 0 bytes here, so nothing can be put at 16777216"):
        upload.write(WINDOW, b"x")
    for number in range(PIECES):
        upload.write(2 * number + 1, b"x")
    with pytest.raises(asyncssh.SFTPFailure, match="nothing can be put"):
        upload.write(2 * PIECES + 1, b"x")
    upload.write(0, b"y" * 2 * PIECES)
    upload.write(2 * PIECES + 1, b"x")
    assert 1 == upload.gaps
    upload.close(orderly=False)
    assert b"" == (scene.inbox / "other").read_bytes()


def test_a_server_that_dies_leaves_no_gap_to_go_on_from(scene: Scene) -> None:
    """The mark of a gap outlives the process: who resumes begins anew, and the file is whole then."""
    dead = Upload(scene.room, OTHER, REPLACING)
    dead.write(5, b"later")
    room = SenderState(scene.room.root, scene.room.quota)
    os.close(dead.descriptor)
    again = Upload(room, OTHER, os.O_CREAT)
    assert 0 == again.size
    again.write(0, b"begun")
    again.close(orderly=False)
    resumed = Upload(room, OTHER, 0)
    assert 5 == resumed.size
    resumed.write(5, b"ended")
    resumed.close(orderly=True)
    assert b"begunended" == (scene.inbox / "other").read_bytes()


@pytest.mark.parametrize("flags", [os.O_CREAT, os.O_CREAT | os.O_APPEND])
def test_nobody_goes_on_from_what_was_taken(flags: int, scene: Scene) -> None:
    """Who resumes a file that was claimed meanwhile is told so, within the window too, and nothing is made of it."""
    upload = Upload(scene.room, OTHER, flags)
    with pytest.raises(asyncssh.SFTPFailure, match="nothing can be put at 5: what was there was taken"):
        upload.write(5, b"rest")
    upload.write(0, b"whole")
    upload.write(5, b"rest")
    upload.close(orderly=True)
    assert b"wholerest" == (scene.inbox / "other").read_bytes()


def test_a_file_with_gaps_is_cut_where_all_has_come(scene: Scene) -> None:
    """Cut within a gap it would hold bytes that nobody sent."""
    upload = Upload(scene.room, OTHER, REPLACING)
    upload.write(0, b"begun")
    upload.write(10, b"later")
    with pytest.raises(asyncssh.SFTPFailure, match="5 bytes of /IN/other are still to come"):
        upload.truncate(7)
    upload.truncate(3)
    upload.close(orderly=True)
    assert b"beg" == (scene.inbox / "other").read_bytes()


# -------------------------------------------------------------------------------------------- every way out


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Work as a user that owns nothing."""
    assert 0 == os.geteuid(), "This test becomes another user: run it as root, in a container if need be."
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def _descriptors(scene: Scene) -> list[str]:
    """Return what is open, whatever its number is."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found.append(str(entry.readlink()))
    return sorted(one for one in found if one.startswith(str(scene.inbox)))


def test_a_file_of_another_user_is_given_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be opened, but not marked: it is refused in words, nothing stays open, and the set is claimed."""
    monkeypatch.chdir(scene.room.root)
    for path, mode in ((scene.room.root, 0o755), (scene.inbox, 0o777), (scene.inbox / FI2, 0o666)):
        path.chmod(mode)
    room = SenderState(Path(), scene.room.quota)
    for flags in (0, REPLACING):
        with _as_nobody(), pytest.raises(asyncssh.SFTPPermissionDenied, match="belongs to another user"):
            Upload(room, PART, flags)
    assert ([], {}) == (_descriptors(scene), room.writing)
    assert scene.local.take(SET)
    keep_whole(scene.private_folders)
    assert KEPT == tree(scene.claimed)


def test_who_writes_keeps_a_file_that_another_session_cannot_take_over(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock goes back to the first: what it writes is not claimed before it is closed."""
    first = Upload(scene.room, PART, REPLACING)
    before = _descriptors(scene)
    monkeypatch.chdir(scene.room.root)
    for path, mode in ((scene.room.root, 0o755), (scene.inbox, 0o777), (scene.inbox / FI2, 0o666)):
        path.chmod(mode)
    room = replace(scene.room, root=Path())
    with _as_nobody(), pytest.raises(asyncssh.SFTPPermissionDenied):
        Upload(room, PART, 0)
    assert before == _descriptors(scene)
    assert not scene.local.take(SET)
    first.write(0, b"two")
    first.close(orderly=True)
    assert scene.local.take(SET)


def test_a_broken_session_gives_all_its_files_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one of them can no longer be marked: nothing is raised, so that the others are closed too."""
    monkeypatch.chdir(scene.room.root)
    for path in (scene.room.root, scene.inbox):
        path.chmod(0o777)
    view = FolderView(
        cast("Any", None), replace(scene.room, root=Path()), "000640", lambda *_, **__: None, []
    )
    with _as_nobody():
        handles = [view.open(f"/IN/{name}".encode(), WRITING, asyncssh.SFTPAttrs()) for name in "ab"]
        (cast("Any", handles[0])).write(0, b"half")
    for name in "ab":
        os.chown(scene.inbox / name, 0, 0)
    with _as_nobody():
        for handle in handles:
            asyncio.run(view.close(handle))
    assert ([], False) == (_descriptors(scene), view.busy)


@pytest.mark.parametrize("handle", [Download, partial(Upload, flags=0), partial(Upload, flags=os.O_CREAT)])
@pytest.mark.parametrize("made", [Path.mkdir, os.mkfifo, partial(Path.symlink_to, target="x"), None])
def test_what_is_no_file_is_given_back(
    handle: Callable[[SenderState, VirtualPath], object], made: Callable[[Path], None] | None, scene: Scene
) -> None:
    """Folders, pipes, links and a name that cannot be: no descriptor stays open."""
    place = VirtualPath("IN", b"odd" if made else b"x" * 256)
    if made:
        made(scene.inbox / "odd")
    with pytest.raises((asyncssh.SFTPError, OSError)):
        handle(scene.room, place)
    assert ([], {}) == (_descriptors(scene), scene.room.writing)


def test_what_is_just_being_taken_is_given_back(scene: Scene) -> None:
    """Who came too late holds nothing."""
    with (scene.inbox / FI2).open("rb") as taking:
        assert lock(taking.fileno(), alone=False)
        with pytest.raises(asyncssh.SFTPFailure, match="being taken"):
            Upload(scene.room, PART, REPLACING)
        assert 1 == len(_descriptors(scene))
    assert {} == scene.room.writing


def test_who_opens_a_file_twice_holds_it_once(scene: Scene) -> None:
    """A file that must be new, and a full inbox: what is refused leaves nothing open."""
    with pytest.raises(FileExistsError):
        Upload(scene.room, PART, os.O_CREAT | os.O_EXCL)
    full = replace(scene.room, quota=InboxQuota(LIMIT, 1, 100_000, 1000, 100))
    with pytest.raises(asyncssh.SFTPFailure, match="files wait"):
        Upload(full, OTHER, REPLACING)
    assert ([], {}) == (_descriptors(scene), full.writing)
