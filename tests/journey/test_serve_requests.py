"""The requests that clients in use send, one by one: what hangs behind them, what they ask by, in which order."""

import asyncio
import struct
from collections.abc import Iterator
from hashlib import sha256

import asyncssh
import paramiko
import pytest
from paramiko import sftp as kinds
from paramiko.sftp import SFTP_FLAG_CREATE, SFTP_FLAG_READ, SFTP_FLAG_TRUNC, SFTP_FLAG_WRITE, int64

from flexibatch.adapters.spool.local.listing import scan_folder
from tests.doubles.running_server import FOLDERS, ServedInstallations
from tests.doubles.waiting import until

BEHIND = b"\xff" * 32_768
"""What rclone leaves behind a block: the rest of its buffer."""
NOT_THERE = "There is no such file or folder"


class _Client:
    """Send requests as they are, with something behind each, and give the answers."""

    def __init__(self, client: paramiko.SFTPClient, behind: bytes = b"") -> None:
        self.client, self.behind = client, behind

    def ask(self, kind: int, *words: object) -> paramiko.Message:
        """Send one request; what is refused is raised."""
        more = (self.behind,) if self.behind else ()
        return self.client._request(kind, *words, *more)[1]  # type: ignore[attr-defined,no-any-return]

    def opened(self, path: str, flags: int) -> bytes:
        """Open a file and give its handle."""
        handle: bytes = self.ask(kinds.CMD_OPEN, path, flags, paramiko.SFTPAttributes()).get_binary()
        return handle

    def extended(self, name: str, *words: object) -> paramiko.Message:
        """Ask for an extension."""
        return self.ask(kinds.CMD_EXTENDED, name, *words)


@pytest.fixture
def client(sites: ServedInstallations) -> Iterator[_Client]:
    """Yield a client whose requests have nothing behind them."""
    with sites.attacked(), sites.front.peer(sites.key) as peer:
        yield _Client(peer)


def _times() -> paramiko.SFTPAttributes:
    told = paramiko.SFTPAttributes()
    told._flags = told.FLAG_AMTIME  # type: ignore[attr-defined]
    told.st_atime = told.st_mtime = 1_700_000_000
    return told


# -------------------------------------------------------------------------------------- what hangs behind


def test_bytes_behind_a_request_change_nothing(client: _Client, sites: ServedInstallations) -> None:
    """OpenSSH lets them be, behind every kind of request; so a client that leaves some is served here too."""
    client.behind = BEHIND
    content = b"x" * 40_000
    handle = client.opened("/IN/x.filepart", SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC)
    client.ask(kinds.CMD_WRITE, handle, int64(0), content)
    client.extended("fsync@openssh.com", handle)
    client.ask(kinds.CMD_FSTAT, handle)
    client.ask(kinds.CMD_FSETSTAT, handle, _times())
    client.extended("fstatvfs@openssh.com", handle)
    client.ask(kinds.CMD_CLOSE, handle)
    client.ask(kinds.CMD_SETSTAT, "/IN/x.filepart", _times())
    client.extended("lsetstat@openssh.com", "/IN/x.filepart", _times())
    client.ask(kinds.CMD_RENAME, "/IN/x.filepart", "/IN/y")
    client.extended("posix-rename@openssh.com", "/IN/y", "/IN/x")
    handle = client.opened("/IN/x", SFTP_FLAG_READ)
    assert content == client.ask(kinds.CMD_READ, handle, int64(0), len(content)).get_binary()
    client.ask(kinds.CMD_CLOSE, handle)
    for kind in (kinds.CMD_STAT, kinds.CMD_LSTAT, kinds.CMD_REALPATH):
        client.ask(kind, "/IN/x")
    for name, words in (("statvfs@openssh.com", ("/",)), ("limits@openssh.com", ())):
        client.extended(name, *words)
    folder = client.ask(kinds.CMD_OPENDIR, "/IN").get_binary()
    assert 3 == client.ask(kinds.CMD_READDIR, folder).get_int()
    client.ask(kinds.CMD_CLOSE, folder)
    assert {"IN/x": content} == sites.files()
    client.ask(kinds.CMD_REMOVE, "/IN/x")
    assert {} == sites.files()


def test_what_is_refused_is_refused_in_its_own_way(client: _Client) -> None:
    """With bytes behind it a request hears the same sentence as without, not that it is broken."""
    client.behind = BEHIND
    for kind, words, refused in (
        (kinds.CMD_MKDIR, ("/IN/sub", paramiko.SFTPAttributes()), PermissionError),
        (kinds.CMD_RMDIR, ("/IN",), PermissionError),
        (kinds.CMD_SYMLINK, ("/IN/a", "/IN/b"), PermissionError),
        (kinds.CMD_READLINK, ("/IN/a",), FileNotFoundError),
    ):
        with pytest.raises(refused):
            client.ask(kind, *words)


@pytest.mark.parametrize(("version", "spoken"), [(3, 3), (6, 3)])
@pytest.mark.parametrize("behind", [b"", b"\0\0\0\5ab", BEHIND])
def test_bytes_behind_the_greeting_change_nothing(
    version: int, spoken: int, behind: bytes, sites: ServedInstallations
) -> None:
    """Whatever a client says it can besides, and however badly, it is answered with what is spoken here."""
    with sites.attacked():
        connection = sites.front.client(sites.key)
        channel = connection.get_transport().open_session()  # type: ignore[union-attr]
        channel.invoke_subsystem("sftp")
        content = struct.pack(">BI", 1, version) + behind
        channel.sendall(struct.pack(">I", len(content)) + content)
        answer = channel.makefile("rb").read(9)
        assert (2, spoken) == struct.unpack(">BI", answer[4:9])
        connection.close()


def test_a_request_too_long_ends_the_session(sites: ServedInstallations) -> None:
    """What is let be is held in memory first: more than 4 MiB is not."""
    with sites.attacked():
        with sites.front.peer(sites.key) as peer, pytest.raises((OSError, EOFError)):
            _Client(peer, b"\xff" * (5 << 20)).ask(kinds.CMD_STAT, "/IN")
        with sites.front.peer(sites.key) as peer:
            assert FOLDERS == sorted(peer.listdir("."))


@pytest.mark.parametrize("offset", [1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
@pytest.mark.parametrize("flags", [SFTP_FLAG_READ, SFTP_FLAG_READ | SFTP_FLAG_WRITE])
def test_nothing_lies_beyond_what_a_file_can_hold(
    offset: int, flags: int, client: _Client, sites: ServedInstallations
) -> None:
    """An offset that no system call takes is behind the end, and no bug."""
    (sites.installation.inbox() / "x").write_bytes(b"content")
    handle = client.opened("/IN/x", flags)
    with pytest.raises(EOFError):
        client.ask(kinds.CMD_READ, handle, int64(offset), 9)


# ------------------------------------------------------------------------------------------------ folders


@pytest.mark.parametrize("path", ["IN", "/IN", "/IN/", "IN//", "./IN/.", "/OUT/", "/", ".", "", "//"])
def test_a_folder_is_opened_however_it_is_written(path: str, client: _Client) -> None:
    """With and without slashes; to make it says that it is there, which clients go on from."""
    folder = client.ask(kinds.CMD_OPENDIR, path).get_binary()
    client.ask(kinds.CMD_READDIR, folder)
    client.ask(kinds.CMD_CLOSE, folder)
    with pytest.raises(OSError, match="is there already") as told:
        client.ask(kinds.CMD_MKDIR, path, paramiko.SFTPAttributes())
    assert told.value.errno is None, "paramiko gives a number for PERMISSION_DENIED and NO_SUCH_FILE"


@pytest.mark.parametrize(
    "path", ["/IN/file", "/IN/file/", "IN/none", "/NEW", "/NEW/", "/IN/a/b", "/../etc", "in"]
)
def test_what_is_no_folder_is_not_opened(path: str, client: _Client, sites: ServedInstallations) -> None:
    """The opening itself says so, by which clients ask whether a folder is there; none can be made."""
    (sites.installation.inbox() / "file").touch()
    with pytest.raises(FileNotFoundError, match=NOT_THERE):
        client.ask(kinds.CMD_OPENDIR, path)
    with pytest.raises(PermissionError):
        client.ask(kinds.CMD_MKDIR, path, paramiko.SFTPAttributes())


def test_a_folder_keeps_its_times_and_rights(client: _Client, sites: ServedInstallations) -> None:
    """Clients set them after they put its files: that is no failure, and changes nothing; its size cannot be set."""
    folder = sites.installation.inbox()
    before = folder.stat()
    client.ask(kinds.CMD_SETSTAT, "/IN", _times())
    client.client.chmod("/IN/", 0o777)
    assert (before.st_mode, before.st_mtime) == (folder.stat().st_mode, folder.stat().st_mtime)
    with pytest.raises(OSError, match="is a folder"):
        client.client.truncate("/IN", 0)


def test_to_make_a_folder_that_is_there_is_not_written_down(
    client: _Client, sites: ServedInstallations
) -> None:
    """Clients do so before each file: the audit is kept for what was refused."""
    before = len([line for line in sites.front.said if '"refused"' in line])
    for _ in range(5):
        with pytest.raises(OSError, match="is there already"):
            client.ask(kinds.CMD_MKDIR, "/IN", paramiko.SFTPAttributes())
    assert before == len([line for line in sites.front.said if '"refused"' in line])


# ------------------------------------------------------------------------------------------- sequences


def test_winscp_s_sequence(sites: ServedInstallations) -> None:
    """A temporary name, a line that breaks, resumed from the middle, times set after, a name that is there replaced."""
    content = bytes(range(256)) * 1000
    (sites.installation.inbox() / "x").write_bytes(b"of the first try")
    with sites.attacked():
        with sites.front.peer(sites.key) as peer:
            first = _Client(peer)
            first.ask(kinds.CMD_REALPATH, ".")
            with pytest.raises(FileNotFoundError):
                first.ask(kinds.CMD_LSTAT, "/IN/x.filepart")
            handle = first.opened("/IN/x.filepart", SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC)
            first.ask(kinds.CMD_WRITE, handle, int64(0), content[:30_000])
            first.ask(kinds.CMD_WRITE, handle, int64(30_000), content[30_000:60_000])
        with sites.front.peer(sites.key) as peer:
            client = _Client(peer)
            client.ask(kinds.CMD_LSTAT, "/IN/x.filepart")
            handle = client.opened("/IN/x.filepart", SFTP_FLAG_WRITE)
            client.ask(kinds.CMD_FSTAT, handle)
            for at in range(60_000, len(content), 30_000):
                client.ask(kinds.CMD_WRITE, handle, int64(at), content[at : at + 30_000])
            client.ask(kinds.CMD_CLOSE, handle)
            client.ask(kinds.CMD_SETSTAT, "/IN/x.filepart", _times())
            with pytest.raises(OSError, match="is there already"):
                client.ask(kinds.CMD_RENAME, "/IN/x.filepart", "/IN/x")
            client.ask(kinds.CMD_REMOVE, "/IN/x")
            client.ask(kinds.CMD_RENAME, "/IN/x.filepart", "/IN/x")
            client.ask(kinds.CMD_SETSTAT, "/IN/x", _times())
    assert {"IN/x": content} == sites.files()
    assert 1_700_000_000 == (sites.installation.inbox() / "x").stat().st_mtime
    assert [True] == [entry.regular for entry in scan_folder(sites.installation.inbox())]


def test_blocks_are_written_side_by_side(client: _Client, sites: ServedInstallations) -> None:
    """The second comes first, one comes twice: the file is whole when it is closed, and its digest is written down."""
    blocks = [bytes([number]) * 30_000 for number in range(20)]
    handle = client.opened("/IN/x", SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC)
    for number in (1, 0, 3, 2, 3, *reversed(range(4, 20))):
        client.ask(kinds.CMD_WRITE, handle, int64(number * 30_000), blocks[number])
    client.ask(kinds.CMD_CLOSE, handle)
    content = b"".join(blocks)
    assert {"IN/x": content} == sites.files()
    until(lambda: any(sha256(content).hexdigest() in line for line in sites.front.said))


async def _put_by_asyncssh(sites: ServedInstallations, content: bytes) -> None:
    """Put with many blocks on their way at once, after making the folder as `mkdir -p` does."""
    options = {"username": "000640", "client_keys": [str(sites.key_file)], "known_hosts": None}
    async with (
        asyncssh.connect("127.0.0.1", sites.front.port, **options) as connection,
        connection.start_sftp_client() as sftp,
    ):
        for path in ("IN", "/IN", "/IN/"):
            await sftp.makedirs(path, exist_ok=True)
            assert await sftp.isdir(path)
        assert not await sftp.exists("/IN/none")
        local = sites.key_file.parent / "part"
        local.write_bytes(content)
        await sftp.put(str(local), "/IN/x", block_size=4096, max_requests=128, preserve=True)
        async with sftp.open("/IN/y", "wb", block_size=4096, max_requests=64) as file:
            await file.write(content)
        await sftp.get("/IN/y", str(local.with_name("back")))
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await sftp.makedirs("/IN/sub")


def test_asyncssh_makes_its_folders_and_puts_many_blocks_at_once(sites: ServedInstallations) -> None:
    """As programs do that use it; what cannot be made is told."""
    content = bytes(range(256)) * 8000
    with sites.attacked():
        asyncio.run(_put_by_asyncssh(sites, content))
    assert content == (sites.key_file.parent / "back").read_bytes()
    assert {"IN/x": content, "IN/y": content} == sites.files()
