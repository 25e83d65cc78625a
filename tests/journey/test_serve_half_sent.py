"""Bureaus that begin requests and do not end them: what the server keeps of one bureau is bounded, however it comes."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from tests.doubles.running_server import ServedInstallations, running_sites
from tests.doubles.waiting import until

MIB = 1 << 20
CHANNELS = 10
MOST = 25
"""How many MiB the server may grow by: the 8 of one bureau, and what thirty channels cost besides."""
BEGIN = bytes.fromhex("00000005 01 00000003")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedInstallations]:
    """Yield a server that takes requests as long as it may."""
    with running_sites(tmp_path_factory.mktemp("street"), {"FLEXIBATCH_SFTP__REQUEST_SIZE": "4194304"}) as it:
        yield it


def _write(size: int) -> bytes:
    """Return a request of a size that writes under a handle that nobody has."""
    head = b"\x06" + (7).to_bytes(4) + (4).to_bytes(4) + b"none" + bytes(8)
    data = size - len(head) - 4
    return size.to_bytes(4) + head + data.to_bytes(4) + bytes(data)


def _resident(pid: int) -> int:
    """Return how much memory a process uses, in MiB."""
    told = Path(f"/proc/{pid}/status").read_text("ascii")
    return next(int(line.split()[1]) // 1024 for line in told.splitlines() if line.startswith("VmRSS"))


@asynccontextmanager
async def _connect(sites: ServedInstallations) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Log in."""
    async with asyncssh.connect(
        "127.0.0.1",
        sites.front.port,
        username="000640",
        client_keys=[str(sites.key_file)],
        known_hosts=None,
        config=None,
        agent_path=None,
    ) as connection:
        yield connection


@asynccontextmanager
async def _channels(
    sites: ServedInstallations, sessions: int
) -> AsyncIterator[list[asyncssh.SSHClientProcess[bytes]]]:
    """Open ten channels in each of some sessions."""
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(_connect(sites)) for _ in range(sessions)]
        yield [
            await one.create_process(subsystem="sftp", encoding=None)
            for one in connections
            for _ in range(CHANNELS)
        ]


def test_requests_that_are_not_ended_take_bounded_memory(sites: ServedInstallations) -> None:
    """Thirty requests of 4 MiB, of each of which the last byte is never sent."""

    async def grown() -> int:
        before, most = _resident(sites.front.pid), 0
        async with _channels(sites, 3) as channels:
            for one in channels:
                one.stdin.write(BEGIN + _write(4 * MIB)[:-1])
            end = time.monotonic() + 5
            while time.monotonic() < end:
                await asyncio.sleep(0.1)
                most = max(most, _resident(sites.front.pid) - before)
        return most

    with sites.attacked():
        assert asyncio.run(grown()) < MOST


def test_what_waits_for_room_is_answered_in_turn(sites: ServedInstallations) -> None:
    """Twenty requests of 4 MiB at once, more than there is room for: each is read to its end and answered."""

    async def answers() -> list[bytes]:
        async with _channels(sites, 2) as channels:
            for one in channels:
                one.stdin.write(BEGIN + _write(4 * MIB))
            told = []
            for one in channels:
                for _ in range(2):
                    answer = await one.stdout.readexactly(int.from_bytes(await one.stdout.readexactly(4)))
                told.append(answer[:5])
            return told

    with sites.attacked():
        assert [b"\x65" + (7).to_bytes(4)] * 2 * CHANNELS == asyncio.run(asyncio.wait_for(answers(), 60))


def test_a_request_that_nobody_may_send_is_not_awaited(sites: ServedInstallations) -> None:
    """Its announcement ends the channel, and is told."""

    async def answered() -> bytes:
        async with _connect(sites) as connection:
            one = await connection.create_process(subsystem="sftp", encoding=None)
            one.stdin.write(BEGIN + (5 * MIB).to_bytes(4))
            return bytes(await one.stdout.read())

    with sites.attacked():
        assert b"\x02" == asyncio.run(asyncio.wait_for(answered(), 20))[4:5]
        until(lambda: any("A request of 5242880 bytes was announced" in line for line in sites.front.said))


def test_what_is_said_of_an_environment_is_not_kept(sites: ServedInstallations) -> None:
    """Variables of 60 MiB in all, sent before anything is asked for."""

    async def grown() -> int:
        before = _resident(sites.front.pid)
        told = {f"{number}": "x" * 30_000 for number in range(2000)}
        async with _connect(sites) as connection:
            process = await connection.create_process(subsystem="sftp", encoding=None, env=told)
            process.stdin.write(BEGIN)
            await process.stdout.readexactly(4)
            return _resident(sites.front.pid) - before

    with sites.attacked():
        assert asyncio.run(grown()) < MOST


def test_a_bureau_has_so_many_channels(tmp_path: Path) -> None:
    """Ten in a session, and a bound on all sessions together: each has one request in hand. Who goes makes room."""

    async def opened(sites: ServedInstallations) -> list[int]:
        async with _connect(sites) as first, _connect(sites) as second:
            counts = [await _opened(first), await _opened(second)]
            assert [10, 2] == counts
            first.close()
            while counts[-1] < CHANNELS:
                counts[-1] += await _opened(second)
            return counts

    with running_sites(tmp_path, {"FLEXIBATCH_SFTP__MAX_CHANNELS_PER_SENDER": "12"}) as few:
        assert [10, 10] == asyncio.run(asyncio.wait_for(opened(few), 20))
        until(lambda: any("too many channels" in line for line in few.front.said))


async def _opened(connection: asyncssh.SSHClientConnection) -> int:
    """Open channels until one is refused; give how many were opened."""
    for count in range(20):
        try:
            await connection.create_process(subsystem="sftp", encoding=None)
        except asyncssh.ChannelOpenError:
            return count
    return 20
