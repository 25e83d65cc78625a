"""Bureaus that ask and do not fetch: the server keeps little for them, and others are served."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import asyncssh
import pytest

from tests.doubles.running_server import ServedInstallations, running_sites

MIB = 1 << 20
LARGE = 35 * MIB
MOST = 150
"""How many MiB the server may grow by; what was asked for is 30 times as much."""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedInstallations]:
    """Yield a server that takes requests as long as it may."""
    with running_sites(tmp_path_factory.mktemp("street"), {"FLEXIBATCH_SFTP__REQUEST_SIZE": "4194304"}) as it:
        yield it


def _packet(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content


def _string(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content


BEGIN = _packet(b"\x01\0\0\0\x03") + _packet(b"\x03\0\0\0\0" + _string(b"/OUT/big") + b"\0\0\0\1" + bytes(4))
READ = b"\x05\0\0\0\1" + _string(bytes(4)) + bytes(8) + (4 * MIB).to_bytes(4)


def _nothing(_connection: asyncssh.SSHClientConnection) -> None:
    """Fetch nothing of the channel."""


def _stop_reading(connection: asyncssh.SSHClientConnection) -> None:
    """Fetch nothing from the network."""
    connection._transport.pause_reading()  # type: ignore[union-attr]


def _begin_new_keys(connection: asyncssh.SSHClientConnection) -> None:
    """Begin to agree on new keys, never go on with it, and ask on."""
    connection._send_kexinit()
    _stop_reading(connection)
    connection._kex_complete = True


@pytest.mark.parametrize("window", [MIB, (1 << 31) - 1])
@pytest.mark.parametrize("rude", [_nothing, _stop_reading, _begin_new_keys])
def test_answers_that_are_not_fetched_are_not_made(
    rude: Callable[[asyncssh.SSHClientConnection], None], window: int, sites: ServedInstallations
) -> None:
    """A thousand reads of 4 MiB, of which nothing is fetched: the next is not looked at before."""
    with (sites.installation.inbox(folder="OUT") / "big").open("wb") as big:
        big.truncate(LARGE)
    with sites.attacked():
        before = _resident(sites.front.pid)
        asyncio.run(_ask_and_leave(sites, rude, window, before))


async def _ask_and_leave(
    sites: ServedInstallations,
    rude: Callable[[asyncssh.SSHClientConnection], None],
    window: int,
    before: int,
) -> None:
    connection = await asyncssh.connect(
        "127.0.0.1",
        sites.front.port,
        username="000640",
        client_keys=[str(sites.key_file)],
        known_hosts=None,
        config=None,
        agent_path=None,
    )
    process = await connection.create_process(subsystem="sftp", encoding=None, window=window)
    process.stdin.write(BEGIN)
    await process.stdout.readexactly(50)
    rude(connection)
    process.stdin.write(_packet(READ) * 1000)
    end = time.monotonic() + 3
    grown = 0
    while time.monotonic() < end:
        await asyncio.sleep(0.1)
        grown = max(grown, _resident(sites.front.pid) - before)
        assert grown < MOST
    connection.abort()
    with suppress(asyncssh.Error, OSError):
        await connection.wait_closed()


def _resident(pid: int) -> int:
    """Return how much memory a process uses, in MiB."""
    told = Path(f"/proc/{pid}/status").read_text("ascii")
    return next(int(line.split()[1]) // 1024 for line in told.splitlines() if line.startswith("VmRSS"))
