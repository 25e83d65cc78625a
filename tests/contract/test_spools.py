"""What a bureau's folders do, wherever they stand: here, behind the front door, on another party's SFTP server."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from typing import Protocol

import paramiko
import pytest

from flexibatch.adapters.folders import SENDER_FOLDERS
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.answers import temporary_name
from flexibatch.adapters.spool.interface import Spool
from flexibatch.adapters.spool.local.spool import LocalSpool
from flexibatch.adapters.spool.private_folders import PrivateFolders
from flexibatch.adapters.spool.remote.connection import Connection
from flexibatch.adapters.spool.remote.folders import RemoteFolders
from flexibatch.adapters.spool.remote.sightings import Sightings
from flexibatch.adapters.spool.remote.spool import RemoteSpool
from flexibatch.adapters.spool.routing import RoutedSpool
from flexibatch.domain.case import AnswerFile, Verdict
from flexibatch.domain.vocabulary import Environment, FileKind, Subject
from flexibatch.errors import Unavailable
from tests.doubles.clock import FixedClock
from tests.doubles.running_server import registered_key, running_front
from tests.doubles.spool import (
    CASE,
    FI,
    FI2,
    GO,
    KEPT,
    LIMIT,
    NAMES,
    NOON,
    SET,
    TICKET,
    keep_whole,
    made_spool,
    sha,
    tree,
)
from tests.doubles.sshd import Elsewhere, running_elsewhere

ACRF, NOTI = "FO.ACRF.999999.20261005.00001.R", "FO.NOTI.999999.20261005.00001.R"
PUBLISHED = {ACRF: b"<ACRF/>", f"GO{ACRF[2:]}": b"", NOTI: b"<NOTI/>", f"GO{NOTI[2:]}": b""}
ANSWERS = (
    AnswerFile(Subject.NOTIFICATION, NOTI, sha(b"<NOTI/>"), 7),
    AnswerFile(Subject.ACKNOWLEDGEMENT, ACRF, sha(b"<ACRF/>"), 7),
)
VERDICT = Verdict(CASE, "received", NOON, answers=ANSWERS)


class Hand(Protocol):
    """Do what a bureau does with its files; `folder` is one of its own."""

    def put(self, path: Path, content: bytes) -> None:
        """Put a file."""
        ...

    def remove(self, path: Path) -> None:
        """Take a file away."""
        ...

    def files(self, folder: Path) -> dict[str, bytes]:
        """Fetch all files of a folder."""
        ...


class OnDisk:
    """Act where the folders lie on a disk."""

    def put(self, path: Path, content: bytes) -> None:
        """Write a file."""
        path.write_bytes(content)

    def remove(self, path: Path) -> None:
        """Delete a file."""
        path.unlink()

    def files(self, folder: Path) -> dict[str, bytes]:
        """Read all files of a folder."""
        return tree(folder)


@dataclass(frozen=True, slots=True)
class ThroughTheDoor:
    """Act as a client of `flexibatch serve`."""

    client: paramiko.SFTPClient

    def put(self, path: Path, content: bytes) -> None:
        """Upload a file; what is there is replaced."""
        with self.client.open(_asked(path), "wb") as file:
            file.write(content)

    def remove(self, path: Path) -> None:
        """Delete a file."""
        self.client.remove(_asked(path))

    def files(self, folder: Path) -> dict[str, bytes]:
        """Fetch all files of a folder."""
        return {name: self._fetched(folder / name) for name in self.client.listdir(f"/{folder.name}")}

    def _fetched(self, path: Path) -> bytes:
        with self.client.open(_asked(path), "rb") as file:
            return file.read()


def _asked(path: Path) -> str:
    return f"/{path.parent.name}/{path.name}"


@dataclass(frozen=True, slots=True)
class Stand:
    """A spool, where the bureau's own folders stand, and what acts on them."""

    spool: Path
    bureau: Path
    hand: Hand
    acting: Spool
    private_folders: PrivateFolders

    @property
    def inbox(self) -> Path:
        """Return the folder in which the bureau drops."""
        return self.bureau / "IN"

    @property
    def out(self) -> Path:
        """Return the folder in which the bureau is answered."""
        return self.bureau / "OUT"

    @property
    def claimed(self) -> Path:
        """Return the set's private folder."""
        return self.spool / "claimed" / TICKET

    def listed(self) -> dict[str, bool]:
        """Return what a look into the inbox shows: which of it are files."""
        self.acting.begin_listing("000640", Environment.REAL)
        return {one.name: one.regular for one in self.acting.list_inbox("000640", Environment.REAL)}

    def put(self, name: str, content: bytes) -> None:
        """Put a file into the inbox, as the bureau does."""
        self.hand.put(self.inbox / name, content)

    def remove(self, name: str) -> None:
        """Take a file out of the inbox again."""
        self.hand.remove(self.inbox / name)

    def files(self, folder: Path) -> dict[str, bytes]:
        """Return what the bureau finds in a folder."""
        return self.hand.files(folder)

    def fill(self) -> None:
        """Put a complete set of two parts into the inbox."""
        for name, content in ((FI, b"one"), (FI2, b"two"), (GO, b"")):
            self.put(name, content)

    def write_answers(self) -> None:
        """Write the answers of the set into its private folder."""
        written = self.claimed / "out/run-1"
        written.mkdir(parents=True)
        (written / ACRF).write_bytes(b"<ACRF/>")
        (written / NOTI).write_bytes(b"<NOTI/>")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    with running_elsewhere(tmp_path_factory.mktemp("elsewhere")) as server:
        yield server


def _here(spool: Path, hand: Hand) -> Stand:
    """Return a spool of this machine, reached by the bureau as `hand` does."""
    private_folders = PrivateFolders(spool, LIMIT)
    acting = RoutedSpool(LocalSpool(spool, private_folders.folder), {})
    return Stand(spool, spool / "senders/000640", hand, acting, private_folders)


def remote_spool(path: Path, server: Elsewhere, clock: FixedClock) -> tuple[RemoteSpool, Path, Path]:
    """Make a bureau's folders on a server; give what acts on them, this machine's spool, and where they stand."""
    spool, bureau = made_spool(path / "spool"), server.root / path.name
    for name in SENDER_FOLDERS:
        (bureau / name).mkdir(parents=True)
    folders = {name: f"{path.name}/{name}" for name in SENDER_FOLDERS}
    places = RemoteFolders(folders, f"{path.name}/CLAIMED", spool, LIMIT)
    claimed = spool / "claimed" / TICKET
    connection = Connection(server.peer(), clock)
    acting = RemoteSpool(
        connection, places, Sightings(path / "seen.json"), clock, lambda _case: SetFolder(claimed)
    )
    return acting, spool, bureau


@dataclass(frozen=True, slots=True)
class Behind:
    """A spool behind a running front door whose watcher leaves the bureau's sets alone."""

    spool: Path
    client: paramiko.SFTPClient

    def cleared(self) -> Path:
        """Take away what the test before left."""
        for name in ("senders/000640", "claimed", "archive", "quarantine"):
            rmtree(self.spool / name)
        return made_spool(self.spool)


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    path = tmp_path_factory.mktemp("behind")
    with running_front(path) as front:
        front.installation.hold("000640")
        yield Behind(front.installation.spool, front.sftp(registered_key(front.installation, path)))


@pytest.fixture(params=["here", "behind the front door", "elsewhere"])
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    if request.param == "here":
        yield _here(made_spool(tmp_path / "spool"), OnDisk())
        return
    if request.param == "behind the front door":
        behind: Behind = request.getfixturevalue("behind")
        yield _here(behind.cleared(), ThroughTheDoor(behind.client))
        return
    elsewhere: Elsewhere = request.getfixturevalue("elsewhere")
    acting, spool, bureau = remote_spool(tmp_path, elsewhere, FixedClock())
    with closing(acting):
        private_folders = PrivateFolders(spool, LIMIT)
        routed = RoutedSpool(LocalSpool(spool, private_folders.folder), {"000640": acting})
        yield Stand(spool, bureau, OnDisk(), routed, private_folders)


# -------------------------------------------------------------------------------------------------------- looking


def test_only_regular_files_are_files(stand: Stand) -> None:
    """Links, folders and pipes are told as what they are not."""
    stand.fill()
    (stand.inbox / "link").symlink_to(stand.inbox / FI)
    (stand.inbox / "folder").mkdir()
    os.mkfifo(stand.inbox / "pipe")
    others = dict.fromkeys(("link", "folder", "pipe"), False)
    assert dict.fromkeys(NAMES, True) | others == stand.listed()


def test_what_was_taken_is_not_listed_any_more(stand: Stand) -> None:
    """A look shows what is left, and nothing is in hand after it."""
    assert {} == stand.listed()
    stand.fill()
    assert stand.acting.take(SET)
    stand.put("stray", b"")
    assert ({"stray": True}, False) == (stand.listed(), stand.acting.finish())


# --------------------------------------------------------------------------------------------------------- claims


def test_a_set_is_moved_and_copied(stand: Stand) -> None:
    """The inbox is empty, the copies are private, and what was kept is told with size and digest."""
    stand.fill()
    assert stand.acting.take(SET)
    assert {} == stand.files(stand.inbox)
    kept = keep_whole(stand.private_folders)
    assert [
        (GO, FileKind.GO, None, 0, sha(b"")),
        (FI, FileKind.DATA, 1, 3, sha(b"one")),
        (FI2, FileKind.DATA, 2, 3, sha(b"two")),
    ] == [(one.name, one.kind, one.part, one.size, one.sha256) for one in kept]
    assert KEPT == tree(stand.claimed)
    assert ["in"] == [path.name for path in stand.claimed.iterdir()]


def test_a_set_that_vanished_is_no_claim(stand: Stand) -> None:
    """The bureau took its GO away: nothing is moved, nothing is left behind."""
    stand.fill()
    stand.remove(GO)
    assert not stand.acting.take(SET)
    assert (False, {FI, FI2}) == (stand.claimed.exists(), set(stand.files(stand.inbox)))


def test_a_part_that_vanished_is_not_kept(stand: Stand) -> None:
    """The set is claimed all the same; its envelope misses the part."""
    stand.fill()
    stand.remove(FI2)
    assert stand.acting.take(SET)
    assert [GO, FI] == [one.name for one in keep_whole(stand.private_folders)]


def test_a_test_set_is_taken_from_its_own_inbox(stand: Stand) -> None:
    """What lies under the same names in another inbox stays there."""
    stand.fill()
    for name in NAMES:
        stand.hand.put(stand.bureau / "INTEST" / name, b"test")
    assert stand.acting.take(replace(SET, claim=replace(SET.claim, environment=Environment.TEST)))
    assert {f"in/{name}": b"test" for name in NAMES} == (
        keep_whole(stand.private_folders),
        tree(stand.claimed),
    )[1]
    assert (set(NAMES), {}) == (set(stand.files(stand.inbox)), stand.files(stand.bureau / "INTEST"))


def test_who_takes_a_set_second_finds_what_was_kept(stand: Stand) -> None:
    """Two processes may complete the same claim."""
    stand.fill()
    assert stand.acting.take(SET)
    first = keep_whole(stand.private_folders)
    assert stand.acting.take(SET)
    assert (first, KEPT) == (keep_whole(stand.private_folders), tree(stand.claimed))


def test_a_set_that_is_settled_is_in_its_private_folder_only(stand: Stand) -> None:
    """Nothing of it stays with the bureau; to forget it again changes nothing."""
    stand.fill()
    assert stand.acting.take(SET)
    case = replace(CASE, files=tuple(keep_whole(stand.private_folders)))
    for _again in range(2):
        stand.acting.forget(case)
        assert ({}, KEPT) == (tree(stand.bureau), tree(stand.claimed))


@pytest.mark.parametrize("kept", [False, True])
def test_a_claim_is_completed_once(stand: Stand, kept: bool) -> None:
    """A claim that is taken again stays what it was; what was uploaded since under its names stays in the inbox."""
    stand.fill()
    assert stand.acting.take(SET)
    if kept:
        keep_whole(stand.private_folders)
    stand.put(FI, b"new")
    stand.put(GO, b"")
    assert stand.acting.take(SET)
    keep_whole(stand.private_folders)
    assert KEPT == tree(stand.claimed)
    assert {FI: b"new", GO: b""} == stand.files(stand.inbox)


def test_a_part_beyond_the_limit_is_told_as_such(stand: Stand) -> None:
    """It is not brought over whole; its size tells that it is too large."""
    stand.fill()
    stand.put(FI, b"x" * (LIMIT * 3))
    assert stand.acting.take(SET)
    told = {one.name: one.size for one in keep_whole(stand.private_folders)}
    assert (True, 3) == (told[FI] > LIMIT, told[FI2])
    assert LIMIT + 1 == (stand.claimed / "in" / FI).stat().st_size


# -------------------------------------------------------------------------------------------------------- answers


def test_answers_are_published_with_their_gos(stand: Stand) -> None:
    """ACRF first, each one's empty GO after it; publishing again puts down the same."""
    stand.write_answers()
    for _again in range(2):
        stand.acting.publish(VERDICT)
        assert PUBLISHED == stand.files(stand.out)
    changed = [(stand.out / name).stat().st_ctime_ns for name in PUBLISHED]
    assert sorted(changed) == changed


def test_a_signature_lies_beside_its_answer(stand: Stand) -> None:
    """It is put down after the answer that it signs, and before the GO."""
    stand.write_answers()
    name = f"FS{ACRF[2:]}"
    (stand.claimed / "out/run-1" / name).write_bytes(b"signed")
    signed = replace(ANSWERS[1], signature=sha(b"signed"))
    stand.acting.publish(replace(VERDICT, answers=(signed,)))
    put_down = {ACRF: b"<ACRF/>", name: b"signed", f"GO{ACRF[2:]}": b""}
    assert put_down == stand.files(stand.out)
    changed = [(stand.out / one).stat().st_ctime_ns for one in put_down]
    assert sorted(changed) == changed


def test_a_compressed_answer_has_a_go_like_any_other(stand: Stand) -> None:
    """CO in place of FO, the same GO."""
    stand.write_answers()
    name = f"CO{NOTI[2:]}"
    (stand.claimed / "out/run-1" / NOTI).rename(stand.claimed / "out/run-1" / name)
    stand.acting.publish(replace(VERDICT, answers=(replace(ANSWERS[0], name=name),)))
    assert {name: b"<NOTI/>", f"GO{NOTI[2:]}": b""} == stand.files(stand.out)


def test_what_an_interrupted_publishing_left_is_replaced(stand: Stand) -> None:
    """Half an answer under its temporary name does not stay."""
    stand.write_answers()
    (stand.out / temporary_name(ACRF, TICKET)).write_bytes(b"<AC")
    stand.acting.publish(VERDICT)
    assert PUBLISHED == stand.files(stand.out)


def test_only_the_folders_of_the_bureau_s_own_spool_are_touched(stand: Stand) -> None:
    """One whose folders stand elsewhere may have had some here."""
    here = stand.spool / "senders/000640"
    stand.write_answers()
    stand.acting.publish(VERDICT)
    stand.acting.put_page(CASE, "html", [b""])
    put_down = {*(f"OUT/{name}" for name in PUBLISHED), f"REPORT/{GO}.{TICKET}.html"}
    assert put_down == set(tree(stand.bureau))
    assert here == stand.bureau or {} == tree(here)


def test_what_was_fetched_is_put_down_again(stand: Stand) -> None:
    """Until it is marked as published, all of it is there after publishing."""
    stand.write_answers()
    stand.acting.publish(VERDICT)
    for name in list(PUBLISHED)[:3]:
        stand.hand.remove(stand.out / name)
    stand.acting.publish(VERDICT)
    assert PUBLISHED == stand.files(stand.out)


def test_another_file_in_an_answer_s_place_is_replaced(stand: Stand) -> None:
    """What lies under the names of an answer does not keep it away."""
    stand.write_answers()
    for name in PUBLISHED:
        (stand.out / name).write_bytes(b"planted")
    stand.acting.publish(VERDICT)
    assert PUBLISHED == stand.files(stand.out)


def test_answers_lie_beside_where_the_set_came_in(stand: Stand) -> None:
    """A test set is answered in OUTTEST."""
    stand.write_answers()
    stand.acting.publish(replace(VERDICT, case=replace(CASE, environment=Environment.TEST)))
    assert PUBLISHED == stand.files(stand.bureau / "OUTTEST")


def test_an_answer_that_is_not_what_was_settled_is_not_published(stand: Stand) -> None:
    """A changed byte is a bug or worse: nothing of that answer appears."""
    stand.write_answers()
    (stand.claimed / "out/run-1" / ACRF).write_bytes(b"<ACRF>")
    with pytest.raises(ValueError, match="not what was settled"):
        stand.acting.publish(VERDICT)
    assert [] == list(stand.out.iterdir())


def test_pages_are_put_into_report(stand: Stand) -> None:
    """Under the GO's name and the ticket; a newer page replaces an older one."""
    for content in (b"in treatment", b"received"):
        stand.acting.put_page(CASE, "html", [content])
    assert {f"{GO}.{TICKET}.html": b"received"} == stand.files(stand.bureau / "REPORT")


def test_a_page_that_is_large_is_put_whole(stand: Stand) -> None:
    """A page of thousands of lines comes in pieces, and is nowhere held whole."""
    piece = b"line\n" * 1000
    stand.acting.put_page(CASE, "csv", (piece for _ in range(500)))
    [page] = stand.files(stand.bureau / "REPORT").values()
    assert piece * 500 == page


@pytest.mark.parametrize("letter", ["x", "é"])
def test_pages_on_long_names_fit_a_folder(letter: str, stand: Stand) -> None:
    """A name of 255 bytes has a page too."""
    name = "GO." + letter * (252 // len(letter.encode()))
    stand.acting.put_page(replace(CASE, name=name), "json", [b"{}"])
    [page] = stand.files(stand.bureau / "REPORT")
    assert page.endswith(f"{letter}.{TICKET}.json")


def test_trouble_in_an_outbox_is_told(stand: Stand) -> None:
    """A folder that is none is trouble: publishing is tried again."""
    stand.write_answers()
    stand.out.rmdir()
    stand.out.write_bytes(b"")
    with pytest.raises(Unavailable):
        stand.acting.publish(VERDICT)
