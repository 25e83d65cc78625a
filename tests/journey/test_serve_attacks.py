"""The front door under attack: after each, others are served, nothing of others was seen, nothing is left behind."""

import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import paramiko
import pytest
from paramiko.sftp import CMD_OPEN, CMD_WRITE, SFTP_FLAG_CREATE, SFTP_FLAG_WRITE, int64

from flexibatch.adapters.spool.local.listing import scan_folder
from tests.doubles.running_server import FOLDERS, RunningServer, ServedInstallations

NOWHERE = (
    "../../../flexibatch.toml",
    "/IN/../../../../flexibatch.toml",
    "IN/../x",
    "/etc/passwd",
    "/000641/IN",
    "../000641/IN/FI.neighbour",
    "IN/x/../x",
    "/IN/a/b",
    "/" + "x" * 4096,
    "/IN/" + "x" * 4092,
    "/IN/" + "x" * 256,
    "/IN/\0",
)


def _refused(requests: list[Callable[[], object]]) -> None:
    """Expect that each request is refused, whatever the sentence."""
    for request in requests:
        with pytest.raises(OSError):  # noqa: PT011
            request()


# --------------------------------------------------------------------------------------------------- places


@pytest.mark.parametrize("path", NOWHERE)
def test_nothing_exists_but_the_seven_folders(path: str, sites: ServedInstallations) -> None:
    """No request leads out of the seven folders, whatever path it is given."""
    outside = sites.installation.home.path / "flexibatch.toml"
    before = outside.read_bytes()
    (sites.installation.inbox() / "x").write_bytes(b"x")
    with sites.attacked(), sites.front.peer(sites.key) as client:
        _refused(
            [
                partial(client.stat, path),
                partial(client.lstat, path),
                partial(client.listdir, path),
                partial(client.open, path, "r"),
                partial(client.open, path, "w"),
                partial(client.open, path, "a"),
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
                partial(client.chown, path, 0, 0),
                partial(client.utime, path, (1, 1)),
                partial(client.truncate, path, 0),
                partial(_asked, client, "statvfs@openssh.com", path),
                partial(_asked, client, "lsetstat@openssh.com", path),
            ]
        )
    assert (before, {"IN/x": b"x"}) == (outside.read_bytes(), sites.files())


def _asked(client: paramiko.SFTPClient, extension: str, *words: str) -> None:
    """Ask for an extension; `lsetstat` asks for a mode of 0777."""
    attributes = paramiko.SFTPAttributes()
    attributes.st_mode = 0o777
    told = (*words, attributes) if extension.startswith("lsetstat") else words
    client._request(paramiko.sftp.CMD_EXTENDED, extension, *told)  # type: ignore[attr-defined]


def test_folders_stay_as_they_are(sites: ServedInstallations) -> None:
    """No folder is made or removed, no link made, nothing renamed across folders, nothing written in OUT."""
    (sites.installation.inbox() / "x").write_bytes(b"x")
    (sites.installation.inbox(folder="OUT") / "a").write_bytes(b"a")
    with sites.attacked(), sites.front.peer(sites.key) as client:
        _refused(
            [
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
            ]
        )
        client.chmod("/IN/x", 0o777)
        client.chown("/IN/x", 0, 0)
    assert {"IN/x": b"x", "OUT/a": b"a"} == sites.files()
    assert not (sites.installation.inbox() / "x").stat().st_mode & 0o111


@pytest.mark.parametrize("name", ["\u202etxt", "a\nb", "a\x1b[2J", "a\x7f", "\u200b", "x" * 256])
def test_names_that_people_cannot_read_are_not_made(name: str, sites: ServedInstallations) -> None:
    """Signs that turn a line around, that a terminal obeys, that nobody sees; a name longer than a disk takes."""
    (sites.installation.inbox() / "x").write_bytes(b"x")
    with sites.attacked(), sites.front.peer(sites.key) as client:
        _refused(
            [
                partial(client.open, f"/IN/{name}", "w"),
                partial(client.rename, "/IN/x", f"/IN/{name}"),
                partial(client.posix_rename, "/IN/x", f"/IN/{name}"),
            ]
        )
    assert {"IN/x": b"x"} == sites.files()


def test_links_that_lie_there_are_not_followed(sites: ServedInstallations) -> None:
    """Whoever planted them: they are not listed, read, written, renamed or removed."""
    secret = sites.installation.home.path / "secret"
    secret.write_bytes(b"secret")
    (sites.installation.inbox() / "link").symlink_to(secret)
    (sites.installation.inbox(folder="OUT") / "link").symlink_to(secret)
    with sites.attacked(), sites.front.peer(sites.key) as client:
        _refused(
            [
                partial(client.stat, "/IN/link"),
                partial(client.open, "/IN/link", "r"),
                partial(client.open, "/IN/link", "w"),
                partial(client.open, "/OUT/link", "r"),
                partial(client.rename, "/IN/link", "/IN/y"),
                partial(client.remove, "/OUT/link"),
                partial(client.truncate, "/IN/link", 0),
            ]
        )
        assert ([], []) == (client.listdir("IN"), client.listdir("OUT"))
    assert b"secret" == secret.read_bytes()


@pytest.mark.parametrize("path", ["/IN/x", "x", "/OUT/x", "IN", "."])
def test_no_hard_link_no_copy_no_range(path: str, sites: ServedInstallations) -> None:
    """The extensions that could make a second name or a hole are not spoken."""
    (sites.installation.inbox() / "x").write_bytes(b"x")
    extensions = ("hardlink@openssh.com", "copy-data", "ranges@asyncssh.com", "check-file")
    with sites.attacked(), sites.front.peer(sites.key) as client:
        for extension in (*extensions, "users-groups-by-id@openssh.com"):
            with pytest.raises(OSError, match="nsupported"):
                _asked(client, extension, path, "/IN/y")
    assert {"IN/x": b"x"} == sites.files()


def test_ten_thousand_files_are_listed(sites: ServedInstallations) -> None:
    """In parts, while another session goes on."""
    outbox = sites.installation.inbox(folder="OUT")
    for number in range(10_000):
        (outbox / f"answer.{number}").touch()
    with sites.attacked(), sites.front.peer(sites.key) as client:
        assert 10_000 == len(client.listdir("OUT"))


# ------------------------------------------------------------------------------------------ uploads and claims


def test_an_upload_into_a_claimed_name_changes_nothing(sites: ServedInstallations, tmp_path: Path) -> None:
    """A handle that is kept open over the claim is refused with a sentence; the claimed bytes stay."""
    claimed = tmp_path / "claimed"
    with sites.attacked(), sites.front.peer(sites.key) as client:
        handle = client.open("/IN/x", "wb")
        handle.write(b"first")
        (sites.installation.inbox() / "x").rename(claimed)
        with pytest.raises(OSError, match="taken by the channel"):
            handle.write(b"second")
        handle.close()
        with pytest.raises(OSError, match="nothing can be put at 5"):
            _write_at(client, "/IN/x", 5)
    assert b"first" == claimed.read_bytes()


def _write_at(client: paramiko.SFTPClient, path: str, offset: int) -> None:
    """Go on as OpenSSH's reput does: opened to be written, made where it is not there, not cut."""
    flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE
    _kind, answer = client._request(CMD_OPEN, path, flags, paramiko.SFTPAttributes())  # type: ignore[attr-defined]
    client._request(CMD_WRITE, answer.get_binary(), int64(offset), b"rest")  # type: ignore[attr-defined]


def test_half_a_file_is_not_there_for_the_channel(sites: ServedInstallations) -> None:
    """A connection that breaks in an upload leaves a file that can be resumed, and is not claimed before."""
    inbox = sites.installation.inbox()
    with sites.attacked(), sites.front.peer(sites.key) as client:
        handle = client.open("/IN/x", "wb")
        handle.write(b"first")
        assert [False] == [entry.regular for entry in scan_folder(inbox)]
    with sites.attacked(), sites.front.peer(sites.key) as again:
        assert 5 == again.stat("/IN/x").st_size
        assert [False] == [entry.regular for entry in scan_folder(inbox)]
        with again.open("/IN/x", "ab") as file:
            file.write(b" and second")
    assert [True] == [entry.regular for entry in scan_folder(inbox)]
    assert {"IN/x": b"first and second"} == sites.files()


@pytest.mark.parametrize("phase", range(5))
def test_a_connection_that_breaks_leaves_nothing_open(phase: int, sites: ServedInstallations) -> None:
    """After the log-in, the opening, some bytes, the renaming, in a second upload: handles are closed."""
    with sites.attacked(), sites.front.peer(sites.key) as client:
        if phase > 0:
            handle = client.open("/IN/x.tmp", "wb")
        if phase > 1:
            handle.write(b"x" * 200_000)
        if phase > 2:
            client.rename("/IN/x.tmp", "/IN/x")
        if phase > 3:
            handle.close()
            second = client.open("/IN/y", "wb")
            second.write(b"y")
    whole = [entry.name for entry in scan_folder(sites.installation.inbox()) if entry.regular]
    assert (["x"] if phase > 3 else []) == whole


def test_another_session_cannot_use_a_handle(sites: ServedInstallations) -> None:
    """Handles are numbers of one session: those of another sender's files open nothing."""
    with sites.attacked(), sites.front.peer(sites.key) as client:
        mine = client.open("/IN/x", "wb")
        with sites.front.peer(sites.neighbour, "000641") as theirs:
            stolen = paramiko.SFTPFile(theirs, mine.handle, "r+b")  # type: ignore[arg-type]
            for request in (stolen.stat, partial(stolen.read, 1), partial(stolen.write, b"x")):
                with pytest.raises(OSError, match="handle"):
                    request()


# ------------------------------------------------------------------------------------------------- rude peers


@pytest.mark.parametrize("seed", range(3))
def test_rubbish_after_the_log_in_ends_that_session_alone(seed: int, sites: ServedInstallations) -> None:
    """SFTP packets of random bytes, known types with wrong contents: others are served, nothing is left."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    with sites.attacked():
        for _ in range(30):
            _send_rubbish(sites.front, sites.key, dice)
    assert {} == sites.files()


def _send_rubbish(front: RunningServer, key: paramiko.PKey, dice: random.Random) -> None:
    """Begin a session, sometimes as it should be begun, and send packets that make no sense."""
    client = front.client(key)
    channel = client.get_transport().open_session()  # type: ignore[union-attr]
    channel.settimeout(20)
    channel.invoke_subsystem("sftp")
    with suppress(OSError):  # the session may be ended before all was sent
        if dice.random() < 0.9:
            channel.sendall(b"\0\0\0\x05\x01\0\0\0\x03")
        for _packet in range(20):
            content = bytes([dice.randrange(1, 22)]) + dice.randbytes(dice.randrange(60))
            channel.sendall(len(content).to_bytes(4) + content)
        if dice.random() < 0.5:
            channel.sendall(b"\xff\xff\xff\xff")
    client.close()


def test_nothing_but_sftp_is_spoken(sites: ServedInstallations) -> None:
    """No shell, no command, no forwarding, no other subsystem."""
    with sites.attacked():
        client = sites.front.client(sites.key)
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
        client.close()
