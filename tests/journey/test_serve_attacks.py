"""The front door under attack: after each, others are served, nothing of others was seen, nothing is left behind."""

import asyncio
import random
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import asyncssh
import paramiko
import pytest

from flexibatch.adapters.spool.inbox import scan_folder
from flexibatch.adapters.ssh_keys import read_public_key
from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.audit import By
from tests.twins.front import FOLDERS, Front, registered_key
from tests.twins.sshd import make_key
from tests.twins.town import Town
from tests.twins.waiting import until

# ------------------------------------------------------------------------------------------------- attacks


def test_nothing_exists_but_the_seven_folders(front: Front, key: paramiko.PKey, served: Town) -> None:
    """No request leads out of the seven folders, whatever path it is given."""
    outside = served.home.path / "flexibatch.toml"
    before = outside.read_bytes()
    (served.inbox() / "x").write_bytes(b"x")
    client = front.sftp(key)
    nowhere = (
        "../../../flexibatch.toml",
        "/IN/../../../../flexibatch.toml",
        "IN/../x",
        "/etc/passwd",
        "/000641/IN",
        "../000641/IN/x",
        "IN/x/../x",
        "/IN/a/b",
        "/" + "x" * 4096,
        "/IN/" + "x" * 4095,
        "/IN/\0",
    )
    for path in nowhere:
        asked: list[Callable[[], object]] = [
            partial(client.stat, path),
            partial(client.lstat, path),
            partial(client.listdir, path),
            partial(client.open, path, "r"),
            partial(client.open, path, "w"),
            partial(client.remove, path),
            partial(client.rename, path, "/IN/y"),
            partial(client.rename, "/IN/x", path),
            partial(client.posix_rename, "/IN/x", path),
            partial(client.mkdir, path),
            partial(client.rmdir, path),
            partial(client.readlink, path),
            partial(client.symlink, path, "/IN/l"),
            partial(client.symlink, "/IN/x", path),
            partial(client.chmod, path, 0o777),
            partial(client.utime, path, (1, 1)),
            partial(client.truncate, path, 0),
        ]
        for request in asked:
            with pytest.raises(OSError):  # noqa: PT011 - whatever the sentence
                request()
    assert before == outside.read_bytes()
    assert ["x"] == [path.name for path in served.inbox().iterdir()]
    assert FOLDERS == sorted(path.name for path in served.inbox().parent.iterdir())


def test_folders_stay_as_they_are(front: Front, key: paramiko.PKey, served: Town) -> None:
    """No folder is made or removed, no link made, nothing renamed across folders, nothing written in OUT."""
    (served.inbox() / "x").write_bytes(b"x")
    (served.inbox(folder="OUT") / "a").write_bytes(b"a")
    client = front.sftp(key)
    refused: list[Callable[[], object]] = [
        partial(client.mkdir, "/IN/sub"),
        partial(client.mkdir, "/NEW"),
        partial(client.rmdir, "/IN"),
        partial(client.remove, "/IN"),
        partial(client.symlink, "x", "/IN/link"),
        partial(client.rename, "/IN/x", "/INTEST/x"),
        partial(client.rename, "/IN/x", "/OUT/x"),
        partial(client.rename, "/OUT/a", "/OUT/b"),
        partial(client.posix_rename, "/OUT/a", "/IN/a"),
        partial(client.open, "/OUT/new", "w"),
        partial(client.open, "/OUT/a", "a"),
        partial(client.open, "/OUT/a", "r+"),
        partial(client.open, "/REPORT/new", "w"),
        partial(client.truncate, "/OUT/a", 0),
        partial(client.chmod, "/OUT/a", 0o777),
        partial(client.open, "/IN/\u202etxt", "w"),
        partial(client.open, "/IN/a\nb", "w"),
        partial(client.rename, "/IN/x", "/IN/\u202e"),
    ]
    for request in refused:
        with pytest.raises(OSError):  # noqa: PT011 - whatever the sentence
            request()
    client.chmod("/IN/x", 0o777)
    client.chown("/IN/x", 0, 0)
    found = {
        str(path.relative_to(served.inbox().parent)): path.read_bytes()
        for path in served.inbox().parent.rglob("*")
        if path.is_file()
    }
    assert {"IN/x": b"x", "OUT/a": b"a"} == found
    assert not (served.inbox() / "x").stat().st_mode & 0o111


def test_links_that_lie_there_are_not_followed(front: Front, key: paramiko.PKey, served: Town) -> None:
    """Whoever planted them: they are not listed, read, written, renamed or removed."""
    secret = served.home.path / "secret"
    secret.write_bytes(b"secret")
    (served.inbox() / "link").symlink_to(secret)
    (served.inbox(folder="OUT") / "link").symlink_to(secret)
    client = front.sftp(key)
    refused: list[Callable[[], object]] = [
        partial(client.stat, "/IN/link"),
        partial(client.open, "/IN/link", "r"),
        partial(client.open, "/IN/link", "w"),
        partial(client.open, "/OUT/link", "r"),
        partial(client.rename, "/IN/link", "/IN/y"),
        partial(client.remove, "/OUT/link"),
        partial(client.truncate, "/IN/link", 0),
    ]
    for request in refused:
        with pytest.raises(OSError):  # noqa: PT011 - whatever the sentence
            request()
    assert ([], []) == (client.listdir("IN"), client.listdir("OUT"))
    assert b"secret" == secret.read_bytes()


def test_an_upload_into_a_claimed_name_changes_nothing(
    front: Front, key: paramiko.PKey, served: Town, tmp_path: Path
) -> None:
    """A handle that is kept open over the claim is refused with a sentence; the claimed bytes stay."""
    client = front.sftp(key)
    handle = client.open("/IN/FI.x", "wb")
    handle.write(b"first")
    claimed = tmp_path / "claimed"
    (served.inbox() / "FI.x").rename(claimed)
    with pytest.raises(OSError, match="taken by the channel"):
        handle.write(b"second")
    handle.close()
    assert b"first" == claimed.read_bytes()
    with pytest.raises(OSError, match="nothing can be put at 5"):
        _write_at(client, "/IN/FI.x", 5)


def _write_at(client: paramiko.SFTPClient, path: str, offset: int) -> None:
    with client.open(path, "wb") as file:
        file.seek(offset)
        file.write(b"rest")


def test_half_a_file_is_not_there_for_the_channel(front: Front, key: paramiko.PKey, served: Town) -> None:
    """A connection that breaks in an upload leaves a file that can be resumed, and is not claimed before."""
    client = front.sftp(key)
    handle = client.open("/IN/FI.x", "wb")
    handle.write(b"first")
    assert [False] == [entry.regular for entry in scan_folder(served.inbox())]
    front.cut()
    again = front.sftp(key)
    assert 5 == again.stat("/IN/FI.x").st_size
    assert [False] == [entry.regular for entry in scan_folder(served.inbox())]
    with again.open("/IN/FI.x", "ab") as file:
        file.write(b" and second")
    assert [True] == [entry.regular for entry in scan_folder(served.inbox())]
    assert b"first and second" == (served.inbox() / "FI.x").read_bytes()


def test_limits_are_told_while_a_file_is_written(served: Town, key: paramiko.PKey) -> None:
    """Too large a part, too many files, too many bytes, too many open files: a sentence each."""
    limits = {
        "PART_SIZE": "100000",
        "SFTP__MAX_FILES": "3",
        "SFTP__MAX_BYTES": "250000",
        "SFTP__MAX_HANDLES": "2",
    }
    with Front(served, {f"FLEXIBATCH_{name}": value for name, value in limits.items()}) as front:
        client = front.sftp(key)
        with pytest.raises(OSError, match="at most 100000 bytes"), client.open("/IN/a", "wb") as file:
            file.write(b"x" * 100_001)
        for name in "ab":
            with client.open(f"/IN/{name}", "wb") as file:
                file.write(b"x" * 100_000)
        with pytest.raises(OSError, match="as many bytes"), client.open("/IN/c", "wb") as file:
            file.write(b"x" * 100_000)
        with pytest.raises(OSError, match="3 files wait"):
            client.open("/IN/d", "wb")
        handles = [client.open("/IN/a", "rb"), client.open("/IN/b", "rb")]
        with pytest.raises(OSError, match="2 files are open"):
            client.open("/IN/a", "rb")
        assert all(handles)


# -------------------------------------------------------------------------------------------------- log-ins


def test_who_has_no_key_is_refused_alike(front: Front, key: paramiko.PKey, tmp_path: Path) -> None:
    """Unknown user, wrong key, key of another sender, password: the same answer."""
    del key
    stranger = paramiko.ECDSAKey.generate()
    other = registered_key(front.town, tmp_path, "000641", "other")
    told = set()
    for user, tried in (("000640", stranger), ("nobody", stranger), ("000640", other)):
        with pytest.raises(paramiko.AuthenticationException) as refused:
            front.client(tried, user)
        told.add(str(refused.value))
    assert {"Authentication failed."} == told
    transport = paramiko.Transport(("127.0.0.1", front.port))
    transport.start_client(timeout=60)
    with pytest.raises(paramiko.BadAuthenticationType) as types:
        transport.auth_password("000640", "secret")
    transport.close()
    assert ["publickey"] == types.value.allowed_types


def test_sha1_signatures_only_where_an_operator_allowed_them(
    front: Front, served: Town, tmp_path: Path
) -> None:
    """An RSA key logs in with rsa-sha2; with ssh-rsa not, until `sender set --allow-ssh-rsa`."""
    path = tmp_path / "rsa"
    command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM", "-f", str(path)]
    subprocess.run(command, check=True)
    with served.home.database.writing() as connection:
        public = read_public_key((tmp_path / "rsa.pub").read_bytes(), "key")
        bureaus.add_key(connection, By("test", served.clock.now()), "000640", public)
    assert FOLDERS == sorted(front.sftp(paramiko.RSAKey(filename=str(path))).listdir("."))
    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(_log_in_with_sha1(front, path))
    with served.home.database.writing() as connection:
        bureaus.allow_ssh_rsa(connection, By("test", served.clock.now()), "000640", allowed=True)
    until(lambda: _is_let_in(front, path))


def _is_let_in(front: Front, path: Path) -> bool:
    try:
        asyncio.run(_log_in_with_sha1(front, path))
    except asyncssh.PermissionDenied:
        return False
    return True


async def _log_in_with_sha1(front: Front, path: Path) -> None:
    """Log in as a program of old does: it signs with ssh-rsa, whatever the server says it takes."""
    keypair = asyncssh.load_keypairs([str(path)])[0]
    keypair.sig_algorithms = (b"ssh-rsa",)
    keypair.set_sig_algorithm(b"ssh-rsa")
    async with asyncssh.connect(
        "127.0.0.1",
        front.port,
        username="000640",
        client_keys=[keypair],
        known_hosts=None,
        config=None,
        agent_path=None,
        signature_algs=["ssh-rsa", "ssh-ed25519"],
    ):
        pass


def test_nothing_but_sftp_is_spoken(front: Front, key: paramiko.PKey) -> None:
    """No shell, no command, no forwarding, no other subsystem, no old algorithm."""
    client = front.client(key)
    transport = client.get_transport()
    assert transport is not None
    with pytest.raises(paramiko.SSHException):
        client.exec_command("id")
    with pytest.raises(paramiko.SSHException):
        transport.open_session().invoke_shell()
    with pytest.raises(paramiko.SSHException):
        transport.open_session().invoke_subsystem("netconf")
    with pytest.raises(paramiko.ChannelException):
        transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1))
    with pytest.raises(paramiko.SSHException):
        transport.request_port_forward("127.0.0.1", 0)
    assert FOLDERS == sorted(client.open_sftp().listdir("."))


def test_a_removed_key_ends_its_sessions(front: Front, key: paramiko.PKey, served: Town) -> None:
    """Within seconds, and the sender's other sessions go on."""
    path = served.home.path / "other"
    path.mkdir()
    other = registered_key(served, path, name="other")
    client, going_on = front.sftp(key), front.sftp(other)
    with served.home.database.writing() as connection:
        told = bureaus.list_keys(connection, "000640")
        bureaus.remove_key(connection, By("test", served.clock.now()), "000640", f"{key.fingerprint}")
    assert 2 == len(told)
    channel = client.get_channel()
    until(lambda: channel is None or channel.closed)
    assert FOLDERS == sorted(going_on.listdir("."))


# --------------------------------------------------------------------------------------- crowds and rude peers


def test_many_connections_at_once_keep_nobody_out_for_ever(
    served: Town, key: paramiko.PKey, tmp_path: Path
) -> None:
    """200 peers that never log in, and some that drop off: ended by the grace; nothing of them is left."""
    del tmp_path
    with Front(served, {"FLEXIBATCH_SFTP__LOGIN_GRACE": "2", "FLEXIBATCH_SFTP__MAX_LOGINS": "50"}) as front:
        assert FOLDERS == sorted(front.sftp(key).listdir("."))
        before = _open_files(front)
        peers = [socket.create_connection(("127.0.0.1", front.port)) for _ in range(200)]
        for peer in peers[:20]:
            peer.sendall(b"SSH-2.0-rude\r\n" + b"\xff" * 100)
        for peer in peers[20:40]:
            peer.close()
        until(lambda: _open_files(front) <= before)
        assert FOLDERS == sorted(front.sftp(key).listdir("."))
        for peer in peers:
            peer.close()


def _open_files(front: Front) -> int:
    return len(list(Path(f"/proc/{front.pid}/fd").iterdir()))


def test_one_bureau_has_so_many_sessions(served: Town, key: paramiko.PKey, tmp_path: Path) -> None:
    """One more is told so and ended; another bureau comes in."""
    other = registered_key(served, tmp_path, "000641", "other")
    with Front(served, {"FLEXIBATCH_SFTP__MAX_SESSIONS_PER_SENDER": "2"}) as front:
        kept = [front.sftp(key), front.sftp(key)]
        with pytest.raises((paramiko.SSHException, EOFError)):
            front.sftp(key)
        assert FOLDERS == sorted(front.sftp(other, "000641").listdir("."))
        assert [FOLDERS, FOLDERS] == [sorted(one.listdir(".")) for one in kept]


@pytest.mark.parametrize("seed", range(3))
def test_rubbish_after_the_log_in_ends_that_session_alone(
    seed: int, front: Front, key: paramiko.PKey, served: Town
) -> None:
    """SFTP packets of random bytes, known types with wrong contents: others are served, nothing is left."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    calm = front.sftp(key)
    calm.listdir(".")
    before = _open_files(front)
    for _ in range(30):
        client = front.client(key)
        channel = client.get_transport().open_session()  # type: ignore[union-attr]
        channel.settimeout(20)
        channel.invoke_subsystem("sftp")
        with suppress(OSError):  # the session may be ended before all was sent
            channel.sendall(b"\0\0\0\x05\x01\0\0\0\x03")
            for _packet in range(20):
                content = bytes([dice.randrange(1, 22)]) + dice.randbytes(dice.randrange(60))
                channel.sendall(len(content).to_bytes(4) + content)
            if dice.random() < 0.5:
                channel.sendall(b"\xff\xff\xff\xff")
        client.close()
    until(lambda: _open_files(front) <= before)
    assert FOLDERS == sorted(calm.listdir("."))
    assert [] == list(served.inbox().iterdir())
    assert not [line for line in front.said if "Traceback" in line]


def test_ten_thousand_files_are_listed(front: Front, key: paramiko.PKey, served: Town) -> None:
    """In parts, while another session goes on."""
    outbox = served.inbox(folder="OUT")
    for number in range(10_000):
        (outbox / f"answer.{number}").touch()
    assert 10_000 == len(front.sftp(key).listdir("OUT"))


def test_all_bureaus_together_have_so_many_sessions(served: Town, key: paramiko.PKey, tmp_path: Path) -> None:
    """The one too many is ended with a sentence; a place that becomes free is given again."""
    other = registered_key(served, tmp_path, "000641", "other")
    with Front(served, {"FLEXIBATCH_SFTP__MAX_SESSIONS": "1"}) as front:
        first = front.client(key)
        assert FOLDERS == sorted(first.open_sftp().listdir("."))
        with pytest.raises((paramiko.SSHException, EOFError, OSError)):
            front.sftp(other, "000641")
        until(lambda: any("too many sessions" in line for line in front.said))
        first.close()
        until(lambda: any('"logout"' in line for line in front.said))
        assert FOLDERS == sorted(front.sftp(other, "000641").listdir("."))


def test_a_session_without_requests_is_ended(served: Town, key: paramiko.PKey) -> None:
    """After `sftp.idle`; its files are given back."""
    with Front(served, {"FLEXIBATCH_SFTP__IDLE": "1"}) as front:
        client = front.sftp(key)
        handle = client.open("/IN/x", "wb")
        channel = client.get_channel()
        until(lambda: channel is None or channel.closed)
        assert not handle.closed
        until(lambda: any("put broken off" in line for line in front.said))


def test_a_removed_sender_s_sessions_end(front: Front, key: paramiko.PKey, served: Town) -> None:
    """Within seconds."""
    client = front.sftp(key)
    with served.home.database.writing() as connection:
        bureaus.remove_sender(connection, By("test", served.clock.now()), "000640")
    channel = client.get_channel()
    until(lambda: channel is None or channel.closed)
    with pytest.raises(paramiko.AuthenticationException):
        front.client(key)


def test_a_connection_may_try_so_many_keys(front: Front, key: paramiko.PKey, tmp_path: Path) -> None:
    """The sixth wrong one ends it, the good seventh is not heard; it is written down.

    OpenSSH tries them: paramiko asks for the service again with each key, which asyncssh takes for an attack, and its
    newer transport may miss an answer that comes at once.
    """
    del key
    wrong = [make_key(tmp_path / f"wrong.{number}") for number in range(6)]
    told = front.program([*wrong, tmp_path / "key"], "ls")
    assert 255 == told.returncode
    assert "Too many keys were tried." in told.stderr
    until(lambda: any("no registered key" in line and '"keys": 6' in line for line in front.said))
    assert 0 == front.program([*wrong[:5], tmp_path / "key"], "ls").returncode


@pytest.mark.parametrize("phase", range(4))
def test_a_connection_that_breaks_leaves_nothing_open(
    phase: int, front: Front, key: paramiko.PKey, served: Town
) -> None:
    """After the log-in, after the opening, in the middle, after the rename: others are served, handles are closed."""
    calm = front.sftp(key)
    calm.listdir(".")
    before = _open_files(front)
    with front.peer(key) as client:
        if phase > 0:
            handle = client.open("/IN/x.tmp", "wb")
        if phase > 1:
            handle.write(b"x" * 200_000)
        if phase > 2:
            client.rename("/IN/x.tmp", "/IN/x")
    until(lambda: _open_files(front) <= before)
    assert FOLDERS == sorted(calm.listdir("."))
    assert [] == [entry.name for entry in scan_folder(served.inbox()) if entry.regular]


def test_another_session_cannot_use_a_handle(front: Front, key: paramiko.PKey, tmp_path: Path) -> None:
    """Handles are numbers of one session: those of another sender's files open nothing."""
    other = registered_key(front.town, tmp_path, "000641", "other")
    mine = front.sftp(key).open("/IN/x", "wb")
    theirs = front.sftp(other, "000641")
    stolen = paramiko.SFTPFile(theirs, mine.handle, "r+b")  # type: ignore[arg-type]
    with pytest.raises(OSError, match="handle"):
        stolen.stat()
    with pytest.raises(OSError, match="handle"):
        stolen.read(1)


@pytest.mark.parametrize("path", ["/IN/x", "x", "/OUT/x", "IN", "."])
def test_no_hard_link_no_copy_no_range(path: str, front: Front, key: paramiko.PKey, served: Town) -> None:
    """The extensions that could make a second name or a hole are not spoken."""
    (served.inbox() / "x").write_bytes(b"x")
    client = front.sftp(key)
    for extension in (
        "hardlink@openssh.com",
        "copy-data",
        "ranges@asyncssh.com",
        "check-file",
        "users-groups-by-id@openssh.com",
    ):
        with pytest.raises(OSError, match="nsupported"):
            client._request(paramiko.sftp.CMD_EXTENDED, extension, path, "/IN/y")  # type: ignore[attr-defined]
    assert ["x"] == [one.name for one in served.inbox().iterdir()]
