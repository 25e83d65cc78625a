"""What only a server elsewhere can do to the channel: be another one, break off, be slow, show strange names."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import paramiko
import pytest

from flexibatch.adapters.spool.remote.connection import Connection
from flexibatch.adapters.spool.remote.sightings import Listed, Sightings
from flexibatch.adapters.spool.remote.spool import listed
from flexibatch.adapters.spool.remote.transfer import WINDOW, fetch, push
from flexibatch.domain.case import ReceivedFile
from flexibatch.domain.groups import DirectoryEntry
from flexibatch.domain.vocabulary import Environment, FileKind
from flexibatch.errors import Unavailable
from tests.contract.test_spools import remote_spool
from tests.doubles.clock import FixedClock
from tests.doubles.spool import CASE, GO, NAMES, SET, sha, tree
from tests.doubles.sshd import Elsewhere, make_key, running_elsewhere

KEY = "FLEX.000640.20261005.00001.R"
PART, PART2, LAST = f"FI.{KEY}.2.1", f"FI.{KEY}.2.2", f"GO.{KEY}.2"
SECOND = 10**9
CASE_WITH_FILES = replace(
    CASE, files=tuple(ReceivedFile(name, FileKind.DATA, None, 0, sha(b"")) for name in NAMES)
)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    with running_elsewhere(tmp_path_factory.mktemp("elsewhere")) as server:
        yield server


# ----------------------------------------------------------------------------------------------------- connection


def test_only_the_pinned_host_key_is_accepted(tmp_path: Path) -> None:
    """A server that shows another key gets no log-in; nothing is learnt from it."""
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text("ascii")
    with running_elsewhere(tmp_path / "server") as server:
        clock = FixedClock()
        connection = Connection(server.peer(" ".join(other.split()[:2])), clock)
        for _again in range(2):
            with pytest.raises(Unavailable, match="another host key"):
                connection.run(lambda sftp: sftp.listdir("."))
            clock.advance(timedelta(minutes=1))
    log = (server.sshd.folder / "log").read_text("utf-8")
    assert (2, 0) == (log.count("Connection from"), log.count("Accepted"))


def test_a_key_of_another_kind_than_pinned_is_not_accepted(elsewhere: Elsewhere) -> None:
    """Pinned RSA, and a server that has Ed25519 only: there is nothing to agree upon."""
    pinned = paramiko.RSAKey.generate(2048)
    connection = Connection(elsewhere.peer(f"{pinned.get_name()} {pinned.get_base64()}"), FixedClock())
    with pytest.raises(Unavailable, match="cannot be used"):
        connection.run(lambda sftp: sftp.listdir("."))


def test_after_trouble_a_server_is_left_alone_longer_and_longer(elsewhere: Elsewhere) -> None:
    """Ten seconds, then twenty; after success it begins anew. Meanwhile nothing is tried."""
    clock = FixedClock()
    connection = Connection(elsewhere.peer(), clock)
    with closing(connection):
        for wait in (10, 20, 40):
            with pytest.raises(Unavailable, match=f"after {wait} s"):
                connection.run(lambda sftp: sftp.listdir("nowhere"))
            with pytest.raises(Unavailable, match=f"after {wait} s"):
                connection.run(lambda sftp: sftp.listdir("."))
            clock.advance(timedelta(seconds=wait))
        connection.run(lambda sftp: sftp.listdir("."))
        with pytest.raises(Unavailable, match="after 10 s"):
            connection.run(lambda sftp: sftp.listdir("nowhere"))


def test_a_session_that_was_cut_is_opened_again_at_once(tmp_path: Path) -> None:
    """The server was started again between two looks: the second look does not fail."""
    with running_elsewhere(tmp_path / "server") as server:
        port = server.sshd.port
        acting, _spool, bureau = remote_spool(tmp_path, server, FixedClock())
        (bureau / "IN" / GO).write_bytes(b"")
        assert [GO] == [one.name for one in acting.list_inbox("000640", Environment.REAL)]
        server.end_sessions()
    with running_elsewhere(tmp_path / "server", port), closing(acting):
        assert [GO] == [one.name for one in acting.list_inbox("000640", Environment.REAL)]


def test_while_a_server_is_away_nothing_is_seen_and_nothing_is_lost(tmp_path: Path) -> None:
    """The trouble is told once; when the back-off is over, what lies there is seen with the time it had."""
    clock = FixedClock()
    with running_elsewhere(tmp_path / "server") as server:
        port = server.sshd.port
        acting, _spool, bureau = remote_spool(tmp_path, server, clock)
        (bureau / "IN" / GO).write_bytes(b"")
        before = list(acting.list_inbox("000640", Environment.REAL))
        server.end_sessions()
    with pytest.raises(Unavailable, match="cannot be used"):
        list(acting.list_inbox("000640", Environment.REAL))
    assert [] == list(acting.list_inbox("000640", Environment.REAL))
    with running_elsewhere(tmp_path / "server", port), closing(acting):
        clock.advance(timedelta(seconds=10))
        assert before == list(acting.list_inbox("000640", Environment.REAL))


# -------------------------------------------------------------------------------------------------------- transfer


def test_a_file_that_was_cut_short_is_gone_on_with(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """What was fetched before is not fetched again: bytes that differ there show it."""
    content = bytes(range(256)) * (WINDOW // 128)
    (elsewhere.root / "big").write_bytes(content)
    told = (elsewhere.root / "big").stat()
    begun = tmp_path / f".big.{len(content)}.{int(told.st_mtime)}"
    begun.write_bytes(b"!" * 1000)
    connection = Connection(elsewhere.peer(), FixedClock())
    with closing(connection):
        connection.run(lambda sftp: fetch(sftp, "big", tmp_path / "big", len(content)))
        assert b"!" * 1000 + content[1000:] == (tmp_path / "big").read_bytes()
        (tmp_path / "big").unlink()
        connection.run(lambda sftp: fetch(sftp, "big", tmp_path / "big", len(content)))
    assert content == (tmp_path / "big").read_bytes()
    assert not begun.exists()


def test_a_cut_in_the_middle_of_a_file_is_gone_on_with(tmp_path: Path) -> None:
    """The session is killed while a file comes in: another is opened, and the rest of it is fetched."""
    content = bytes(range(256)) * (6 * WINDOW // 256)
    target = tmp_path / "big"
    with running_elsewhere(tmp_path / "server") as server:
        (server.root / "big").write_bytes(content)
        modified = int((server.root / "big").stat().st_mtime)
        begun = tmp_path / f".big.{len(content)}.{modified}"
        cutting = threading.Thread(target=_cut_when, args=(begun, WINDOW, server))
        cutting.start()
        with closing(Connection(server.peer(), FixedClock())) as connection:
            connection.run(lambda sftp: sftp.listdir("."))
            connection.run(lambda sftp: fetch(sftp, "big", target, len(content)))
        cutting.join()
    assert content == target.read_bytes()
    assert 2 == (server.sshd.folder / "log").read_text("utf-8").count("Accepted publickey")


def _cut_when(begun: Path, size: int, server: Elsewhere) -> None:
    """Cut the sessions as soon as so much of a file is here."""
    while not begun.exists() or begun.stat().st_size < size:
        pass
    server.end_sessions()


def test_what_is_pushed_arrives_whole(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """Many writes are on their way at once; under the final name stands all of it, or what stood there before."""
    content = bytes(range(256)) * (WINDOW // 100)
    (tmp_path / "answer").write_bytes(content)
    connection = Connection(elsewhere.peer(), FixedClock())
    with closing(connection), (tmp_path / "answer").open("rb") as answer:
        connection.run(lambda sftp: push(sftp, answer, ".answer", "answer"))
    assert content == (elsewhere.root / "answer").read_bytes()
    assert not (elsewhere.root / ".answer").exists()


def test_what_was_claimed_lies_in_the_work_folder(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """Under its ticket, until the channel says that it may go."""
    acting, _spool, bureau = remote_spool(tmp_path, elsewhere, FixedClock())
    for name in NAMES:
        (bureau / "IN" / name).write_bytes(b"")
    with closing(acting):
        assert acting.take(SET)
    assert {f"{CASE.ticket}.{name}" for name in NAMES} == set(tree(bureau / "CLAIMED"))


def _go_renamed(bureau: Path, _arrived: Path) -> None:
    (bureau / "CLAIMED").mkdir()
    (bureau / "IN" / GO).rename(bureau / "CLAIMED" / f"{CASE.ticket}.{GO}")


def _all_renamed(bureau: Path, arrived: Path) -> None:
    _go_renamed(bureau, arrived)
    for name in NAMES[1:]:
        (bureau / "IN" / name).rename(bureau / "CLAIMED" / f"{CASE.ticket}.{name}")


def _go_fetched(bureau: Path, arrived: Path) -> None:
    _all_renamed(bureau, arrived)
    arrived.mkdir(parents=True)
    (arrived / GO).write_bytes(b"")


def _half_fetched(bureau: Path, arrived: Path) -> None:
    _go_fetched(bureau, arrived)
    modified = int((bureau / "CLAIMED" / f"{CASE.ticket}.{NAMES[1]}").stat().st_mtime)
    (arrived / f".{NAMES[1]}.3.{modified}").write_bytes(b"o")
    (arrived / f".{NAMES[2]}.99.1").write_bytes(b"of a file that was another")


@pytest.mark.parametrize("cut", [_go_renamed, _all_renamed, _go_fetched, _half_fetched])
def test_a_claim_that_was_cut_short_is_completed(
    cut: Callable[[Path, Path], None], elsewhere: Elsewhere, tmp_path: Path
) -> None:
    """Wherever it died: the next take has all of it, once, and nothing half is left behind."""
    acting, spool, bureau = remote_spool(tmp_path, elsewhere, FixedClock())
    for name, content in zip(NAMES, (b"", b"one", b"two"), strict=True):
        (bureau / "IN" / name).write_bytes(content)
    arrived = spool / "claimed" / CASE.ticket / "arrived"
    cut(bureau, arrived)
    with closing(acting):
        assert acting.take(SET)
    assert dict(zip(NAMES, (b"", b"one", b"two"), strict=True)) == tree(arrived)
    assert {} == tree(bureau / "IN")


def test_what_is_here_needs_no_server(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """All was fetched, then the process died and the server went away: the claim is completed without it."""
    clock = FixedClock()
    acting, _spool, bureau = remote_spool(tmp_path, elsewhere, clock)
    for name in NAMES:
        (bureau / "IN" / name).write_bytes(b"")
    with closing(acting):
        assert acting.take(SET)
        bureau.rename(bureau.with_name("gone"))
        with pytest.raises(Unavailable):
            list(acting.list_inbox("000640", Environment.REAL))
        assert acting.take(SET)


# -------------------------------------------------------------------------------------------------------- sightings


def _seen(folder: Path, *listings: tuple[int, list[Listed]]) -> list[DirectoryEntry]:
    """Return what the last of some listings comes to, each seen by a process of its own after so many seconds."""
    entries: list[DirectoryEntry] = []
    for second, listing in listings:
        entries = Sightings(folder / "seen.json").entries("IN", listing, second * SECOND)
    return entries


def _at(entries: list[DirectoryEntry]) -> dict[str, float]:
    return {one.name: one.changed_ns / SECOND for one in entries}


def test_arrival_is_when_a_listing_first_showed_the_set_complete(tmp_path: Path) -> None:
    """The last part to appear decides, also for a GO that was there before it; modification times do not."""
    parts = [Listed(PART, 1, 999), Listed(PART2, 1, 1)]
    go = Listed(LAST, 0, 5)
    told = _at(_seen(tmp_path / "a", (1, parts[:1]), (3, [*parts, go]), (9, [*parts, go])))
    assert {PART: 1, PART2: 3, LAST: 3} == told
    late = _at(_seen(tmp_path / "b", (1, [parts[0], go]), (4, [*parts, go]), (9, [*parts, go])))
    assert (1, 4) == (late[PART], late[LAST])
    assert 4 < late[PART2] < 4.001


def test_what_changes_must_stand_still_from_then_on(tmp_path: Path) -> None:
    """A part that grows, or is written again, after its GO counts from when that was last seen."""
    go = Listed(LAST, 0, 5)
    listings = [
        (second, [Listed(PART, size, time), go])
        for second, size, time in ((1, 1, 1), (2, 2, 1), (3, 2, 7), (8, 2, 7))
    ]
    assert {PART: 3, LAST: 1} == _at(_seen(tmp_path, *listings))


def test_what_was_away_is_seen_anew(tmp_path: Path) -> None:
    """A name that comes back is another file; what is no part of a set is seen too."""
    one = [Listed("notes.txt", 1, 1)]
    assert {"notes.txt": 4} == _at(_seen(tmp_path, (1, one), (2, []), (4, one), (5, one)))


def test_a_memory_that_is_damaged_is_as_none(tmp_path: Path) -> None:
    """Everything is seen anew."""
    (tmp_path / "seen.json").write_text('{"IN": {"x": [1]}}', "utf-8")
    assert {PART: 7} == _at(_seen(tmp_path, (7, [Listed(PART, 1, 1)])))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "GO.x/../y", "", ".", "..", "GO.\0", "G" * 256, b"GO.\xff"]
)
def test_names_that_are_no_file_names_are_never_files(name: str) -> None:
    """A server may show what it likes: nothing is claimed, fetched or written under such a name."""
    found = paramiko.SFTPAttributes()
    found.filename, found.st_mode, found.st_size = name, 0o100644, 3
    assert not listed(found).regular
