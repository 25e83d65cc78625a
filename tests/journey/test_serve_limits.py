"""What the front door takes at most: each limit is a setting, and what is refused is told in a sentence."""

import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest
from paramiko.sftp import CMD_CLOSE

from flexibatch.adapters.spool.local.listing import scan_folder
from tests.doubles.running_server import FOLDERS, ServedInstallations, running_sites
from tests.doubles.waiting import until


@contextmanager
def _street(path: Path, **limits: int | str) -> Iterator[ServedInstallations]:
    """Run a server with limits of its own (`max_files`, or `part_size`, which is none of the door alone)."""
    names = {name: name if name == "part_size" else f"sftp__{name}" for name in limits}
    environ = {f"FLEXIBATCH_{names[name].upper()}": str(value) for name, value in limits.items()}
    with running_sites(path, environ) as sites:
        yield sites


@contextmanager
def _few_files(count: int) -> Iterator[None]:
    """Let programs that are started within open so few files unless they ask for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_limits_are_told_while_a_file_is_written(tmp_path: Path) -> None:
    """Too large a part, too many files, too many bytes, too many open files: a sentence each."""
    limits = {"part_size": 100_000, "max_files": 3, "max_bytes": 250_000, "max_handles": 2}
    with _street(tmp_path, **limits) as sites, sites.attacked(), sites.front.peer(sites.key) as client:
        with pytest.raises(OSError, match="at most 100000 bytes"), client.open("/IN/a", "wb") as file:
            file.write(b"x" * 100_001)
        for name in "ab":
            with client.open(f"/IN/{name}", "wb") as file:
                file.write(b"x" * 100_000)
        with pytest.raises(OSError, match="as many bytes"), client.open("/IN/c", "wb") as file:
            file.write(b"x" * 100_000)
        with pytest.raises(OSError, match="3 files wait"):
            client.open("/IN/d", "wb")
        beside = paramiko.SFTPClient.from_transport(client.get_channel().get_transport())  # type: ignore[union-attr]
        assert beside is not None
        handles = [client.open("/IN/a", "rb"), beside.open("/IN/b", "rb")]
        for session in (client, beside):
            with pytest.raises(OSError, match="2 files are open"):
                session.open("/IN/a", "rb")
        for handle in handles:
            handle.close()


def test_a_file_holds_what_was_sent_and_nothing_else(tmp_path: Path) -> None:
    """It is not lengthened, by name or by handle; what has gaps when it is closed is what it was before."""
    with _street(tmp_path, part_size=100_000) as sites, sites.attacked():
        with sites.front.peer(sites.key) as client:
            with client.open("/IN/a", "wb") as file:
                file.write(b"begun")
            with pytest.raises(OSError, match="cannot be lengthened"):
                client.truncate("/IN/a", 100_000)
            with client.open("/IN/a", "r+b") as file, pytest.raises(OSError, match="cannot be lengthened"):
                file.truncate(6)
            torn = client.open("/IN/a", "r+b")
            for offset in (5, 90_000):
                torn.seek(offset)
                torn.write(b"on")
            with pytest.raises(OSError, match="89993 bytes of /IN/a were never sent"):
                client._request(CMD_CLOSE, torn.handle)  # type: ignore[attr-defined]
            with client.open("/IN/b", "wb") as file:
                for offset, content in ((0, b"one "), (8, b"three"), (4, b"two ")):
                    file.seek(offset)
                    file.write(content)
        assert {"IN/a": b"begun", "IN/b": b"one two three"} == sites.files()


def test_a_client_is_told_the_limits_that_are_set(tmp_path: Path) -> None:
    """OpenSSH asks how much a request may hold, and keeps to it; who does not is refused with a sentence."""
    part = tmp_path / "part"
    part.write_bytes(b"x" * 300_000)
    with _street(tmp_path, request_size=40_000, max_handles=7) as sites, sites.attacked():
        told = sites.front.program([sites.key_file], f"put {part} IN/x", f"get IN/x {tmp_path}/back")
        assert 0 == told.returncode, told.stderr
        assert part.read_bytes() == (tmp_path / "back").read_bytes()
        with sites.front.peer(sites.key) as client:
            _kind, answer = client._request(paramiko.sftp.CMD_EXTENDED, "limits@openssh.com")  # type: ignore[attr-defined]
            assert [41_024, 40_000, 40_000, 7] == [answer.get_int64() for _ in range(4)]
            handle = client.open("/IN/y", "wb")
            with pytest.raises(OSError, match="at most 40000 bytes"):
                client._request(paramiko.sftp.CMD_WRITE, handle.handle, paramiko.sftp.int64(0), b"x" * 40_001)  # type: ignore[attr-defined]


def test_one_bureau_has_so_many_sessions(tmp_path: Path) -> None:
    """One more is told so and ended; another bureau comes in."""
    with (
        _street(tmp_path, max_sessions_per_sender=2) as sites,
        sites.attacked(),
        sites.front.peer(sites.key) as first,
        sites.front.peer(sites.key) as second,
    ):
        told = sites.front.program([sites.key_file], "ls")
        assert (255, True) == (told.returncode, "2 sessions are open, as many as there may be" in told.stderr)
        assert [FOLDERS, FOLDERS] == [sorted(one.listdir(".")) for one in (first, second)]


def test_all_bureaus_together_have_so_many_sessions(tmp_path: Path) -> None:
    """The one too many is ended with a sentence; a place that becomes free is given again."""
    with _street(tmp_path, max_sessions=1) as sites:
        first = sites.front.client(sites.key)
        assert FOLDERS == sorted(first.open_sftp().listdir("."))
        told = sites.front.program([tmp_path / "other"], "ls", user="000641")
        assert (255, True) == (told.returncode, "end one, or try again later" in told.stderr)
        first.close()
        until(lambda: any('"logout"' in line for line in sites.front.said))
        assert FOLDERS == sorted(sites.front.sftp(sites.neighbour, "000641").listdir("."))


def test_one_connection_has_so_many_channels(sites: ServedInstallations) -> None:
    """Also channels on which nothing is asked for: the eleventh is refused, one that was closed makes room."""
    with sites.attacked():
        client = sites.front.client(sites.key)
        transport = client.get_transport()
        assert transport is not None
        channels = [transport.open_session() for _ in range(10)]
        with pytest.raises(paramiko.ChannelException):
            transport.open_session()
        channels[0].close()
        until(lambda: _opens(transport))
        client.close()


def _opens(transport: paramiko.Transport) -> bool:
    try:
        transport.open_session()
    except paramiko.ChannelException:
        return False
    return True


def test_a_session_without_requests_is_ended(tmp_path: Path) -> None:
    """After `sftp.idle`; its files are given back."""
    with _street(tmp_path, idle=1) as sites:
        client = sites.front.sftp(sites.key)
        handle = client.open("/IN/x", "wb")
        channel = client.get_channel()
        until(lambda: channel is None or channel.closed)
        assert not handle.closed
        until(lambda: any("put broken off" in line for line in sites.front.said))


def test_transfers_in_hand_get_so_long_when_it_is_told_to_end(tmp_path: Path) -> None:
    """After `sftp.drain` an upload that goes on is cut, and stays half a file; the end is in order."""
    with _street(tmp_path, drain=1) as sites:
        handle = sites.front.sftp(sites.key).open("/IN/x", "wb")
        handle.write(b"half")
        assert 0 == sites.front.end(), "".join(sites.front.said)
        assert [False] == [entry.regular for entry in scan_folder(sites.installation.inbox())]
        assert not handle.closed


def test_many_connections_at_once_keep_nobody_out_for_ever(tmp_path: Path) -> None:
    """200 peers that never log in, and some that drop off: ended by the grace; nothing of them is left."""
    with _street(tmp_path, login_grace=2, max_logins=50) as sites, sites.attacked():
        peers = [socket.create_connection(("127.0.0.1", sites.front.port)) for _ in range(200)]
        for peer in peers[:20]:
            peer.sendall(b"SSH-2.0-rude\r\n" + b"\xff" * 100)
        for peer in peers[20:40]:
            peer.close()
        until(lambda: sites.front.program([sites.key_file], "ls").returncode == 0)
        for peer in peers:
            peer.close()


def test_strangers_who_say_nothing_keep_nobody_out(tmp_path: Path) -> None:
    """400 silent peers of four networks leave for a bureau elsewhere, which comes in at once."""
    with _street(tmp_path) as sites, sites.attacked():
        peers = []
        for number in range(400):
            source = f"127.0.{1 + number % 4}.{1 + number // 4}"
            peers.append(
                socket.create_connection(("127.0.0.1", sites.front.port), source_address=(source, 0))
            )
        assert 0 == sites.front.program([sites.key_file], "ls").returncode
        for peer in peers:
            peer.close()


def test_one_bureau_cannot_use_up_what_the_process_may_open(tmp_path: Path) -> None:
    """Started where a process may open few files, as under systemd, it takes what its own limits need."""
    with _few_files(300), _street(tmp_path) as sites, sites.attacked():
        clients = [sites.front.client(sites.key) for _ in range(5)]
        sessions = [client.open_sftp() for client in clients]
        opened = [
            session.open(f"/IN/{number}.{file}", "wb")
            for number, session in enumerate(sessions)
            for file in range(100)
        ]
        assert 500 == len(opened)
        for client in clients:
            client.close()
