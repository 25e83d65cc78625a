"""Another party's SFTP server that never ends what it begins: listings, files, answers to a rename."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import asyncssh

from flexibatch.adapters.spool.remote.connection import Peer
from tests.doubles.sshd import make_key


@dataclass(slots=True)
class Dripping:
    """A running server; what is named in `stuck` (list, read, rename) is begun and never ended.

    An `endless` listing gives a name every so many seconds (`pace`).
    """

    root: Path
    key: Path
    host_key: str
    port: int = 0
    stuck: set[str] = field(default_factory=set)
    endless: bool = False
    pace: float = 0.0
    held: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    opened: list[Any] = field(default_factory=list)

    def release(self) -> None:
        """Go on with all that was begun."""
        self.stuck = set()
        self.loop.call_soon_threadsafe(self.held.set)

    def peer(self) -> Peer:
        """Return what the channel must know of it."""
        return Peer("127.0.0.1", self.port, "anna", self.key, self.host_key)


class _Login(asyncssh.SSHServer):
    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        del username
        return True


def _sessions(server: Dripping) -> type[asyncssh.SFTPServer]:
    class Sessions(asyncssh.SFTPServer):
        def __init__(self, channel: "asyncssh.SSHServerChannel[bytes]") -> None:
            super().__init__(channel, chroot=bytes(server.root))

        async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
            for number in count() if server.endless else ():
                await asyncio.sleep(server.pace)
                yield asyncssh.SFTPName(b"n%d" % number, b"", asyncssh.SFTPAttrs(size=0, mtime=0, atime=0))
            await _stick(server, "list")
            async for one in super().scandir(path):
                yield one

        async def read(self, file_obj: object, offset: int, size: int) -> bytes:
            server.opened.append(file_obj)
            await _stick(server, "read")
            read: bytes = super().read(file_obj, offset, size)  # type: ignore[assignment]
            return read

        async def rename(self, oldpath: bytes, newpath: bytes) -> None:
            await _stick(server, "rename")
            super().rename(oldpath, newpath)

    return Sessions


async def _stick(server: Dripping, what: str) -> None:
    if what in server.stuck:
        await server.held.wait()


@contextmanager
def running_dripping(folder: Path) -> Iterator[Dripping]:
    """Run a server on loopback in a thread of its own until the block is left."""
    root = folder / "root"
    root.mkdir(parents=True)
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    told = " ".join(host_key.export_public_key().decode().split()[:2])
    server = Dripping(root, make_key(folder / "key"), told)
    ready, loop = threading.Event(), server.loop
    ended = asyncio.Event()

    connections: list[asyncssh.SSHServerConnection] = []

    async def serve() -> None:
        listening = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Login(connections),
            server_host_keys=[host_key],
            authorized_client_keys=f"{server.key}.pub",
            sftp_factory=_sessions(server),
        )
        server.port = listening.get_port()
        ready.set()
        await ended.wait()
        listening.close()
        for connection in connections:
            connection.abort()
        await asyncio.gather(*(connection.wait_closed() for connection in connections))
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    running = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    running.start()
    assert ready.wait(30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ended.set)
        running.join(30)
        loop.close()
        for file in server.opened:
            file.close()
