"""Attacks on the front door: by strangers, and by sessions of a bureau."""

import asyncio
import os
import statistics
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncssh
import paramiko
from paramiko import sftp as kinds

from tests.hostile.attacker import ATTACKER, HONEST, PATIENCE, Attacker, Session, opened
from tests.hostile.documents import LARGE
from tests.hostile.running import Attack

BEGIN = b"\0\0\0\x05\x01\0\0\0\x03"
BIG = b"\x03\0\0\0\0\0\0\0\x08/OUT/big\0\0\0\1\0\0\0\0"
READ = b"\x05\0\0\0\1\0\0\0\4\0\0\0\0" + bytes(8) + (4 << 20).to_bytes(4)
FOLDER = b"\x0b\0\0\0\0\0\0\0\4/OUT"
LISTING = b"\x0c\0\0\0\1\0\0\0\4\0\0\0\0"


def _at_once(count: int, work: Callable[[int], None]) -> None:
    """Do something by so many threads; what one of them meets is its own affair."""

    def quiet(number: int) -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):
            work(number)

    threads = [threading.Thread(target=quiet, args=(one,)) for one in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _burst(attacker: Attacker, session: Session, count: int) -> None:
    began = time.monotonic()
    session.take([session.ask(kinds.CMD_STAT, "/IN") for _ in range(count)])
    attacker.notes["STATs a second"] = f"{count / (time.monotonic() - began):.0f} (of one channel)"


def _one_burst(attacker: Attacker) -> None:
    _burst(attacker, attacker.session(), attacker.size(3_000, 20_000))


def _ten_bursts(attacker: Attacker) -> None:
    transport = attacker.transport()
    sessions = [Session(opened(transport)) for _ in range(10)]
    _at_once(10, lambda one: _burst(attacker, sessions[one], attacker.size(300, 5_000)))


def _source(number: int) -> str:
    return f"127.0.{1 + number % 4}.{1 + number // 4 % 200}"


def _silent(attacker: Attacker) -> None:
    """Hold a hundred connections of four networks, and make more."""
    peers = [attacker.connected(_source(one)) for one in range(attacker.size(50, 100))]
    for count in attacker.until(1, 8):
        peers.append(attacker.connected(_source(count)))
        time.sleep(0.02)
    attacker.notes["connections"] = f"{len(peers)}"
    for peer in peers:
        peer.close()


def _half_banners(attacker: Attacker) -> None:
    """Be strangers that begin an SSH packet, and drip it."""
    peers = [attacker.connected(_source(one)) for one in range(attacker.size(40, 100))]
    for peer in peers:
        with suppress(OSError):
            peer.sendall(b"SSH-2.0-rude\r\n\0\0\x88\xb8\x04")
    for _ in attacker.until(1, 8):
        for peer in peers:
            with suppress(OSError):
                peer.sendall(b"\x14")
        time.sleep(0.05)


def _asynchronous(
    attacker: Attacker,
    work: Callable[[asyncssh.SSHClientConnection], Awaitable[None]],
    count: int,
    **options: int,
) -> None:
    """Do something by so many connections of asyncssh."""

    async def one() -> None:
        connection = await asyncssh.connect(
            "127.0.0.1",
            attacker.target.port,
            username=ATTACKER,
            client_keys=[str(attacker.target.key(ATTACKER))],
            known_hosts=None,
            config=None,
            agent_path=None,
            **options,
        )
        try:
            await work(connection)
        finally:
            connection.abort()

    async def everything() -> None:
        told = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
        wrong = [str(exc) for exc in told if isinstance(exc, Exception)]
        if wrong:
            attacker.notes["ended by"] = f"{len(wrong)}: {wrong[0]}"[:100]

    asyncio.run(everything())


def _packet(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content


def _half_packets(attacker: Attacker) -> None:
    """Announce requests of 4 MiB and send a little of each, on ten channels of several connections."""

    async def work(connection: asyncssh.SSHClientConnection) -> None:
        channels = [await connection.create_process(subsystem="sftp", encoding=None) for _ in range(10)]
        for channel in channels:
            channel.stdin.write(
                BEGIN + (4 << 20).to_bytes(4) + b"\x06" + bytes(attacker.size(1_000, 2_000_000))
            )
        for _ in attacker.until(1, 8):
            for channel in channels:
                channel.stdin.write(b"\0")
            await asyncio.sleep(0.05)

    _asynchronous(attacker, work, attacker.size(2, 9))


def _rekeys(attacker: Attacker) -> None:
    """Agree on new keys after every few hundred bytes."""
    counts: list[int] = []

    async def work(connection: asyncssh.SSHClientConnection) -> None:
        async with connection.start_sftp_client() as sftp:
            for count in attacker.until(1, 8):
                await sftp.stat("/IN")
                counts.append(count)

    _asynchronous(attacker, work, attacker.size(2, 5), rekey_bytes=300)
    attacker.notes["STATs between"] = f"{len(counts)}"


def _slow_readers(attacker: Attacker) -> None:
    """Ask for a large file and a long listing, thousands of times, and fetch nothing."""
    out = attacker.target.folder(ATTACKER, "OUT")
    with (out / "big").open("wb") as big:
        big.truncate(LARGE)
    for one in range(attacker.size(500, 10_000)):
        (out / f"answer.{one}").touch()

    async def work(connection: asyncssh.SSHClientConnection) -> None:
        for begin, ask in ((BIG, READ), (FOLDER, LISTING)):
            channel = await connection.create_process(subsystem="sftp", encoding=None, window=(1 << 31) - 1)
            channel.stdin.write(BEGIN + _packet(begin))
            await channel.stdout.readexactly(20)
            channel.stdin.write(_packet(ask) * attacker.size(200, 2_000))
        connection._transport.pause_reading()  # type: ignore[union-attr]
        await asyncio.sleep(attacker.size(1, 8))

    _asynchronous(attacker, work, attacker.size(2, 9))


def _ignored(attacker: Attacker) -> None:
    """Send floods of SSH_MSG_IGNORE: in a session, and by strangers before the log-in."""

    def work(number: int) -> None:
        if number % 2:
            transport = attacker.transport()
        else:
            transport = paramiko.Transport(attacker.connected(_source(number)))
            transport.start_client(timeout=PATIENCE)
        for _ in attacker.until(1, 8):
            transport.send_ignore(10_000)
        transport.close()

    _at_once(attacker.size(2, 6), work)


def _refused(attacker: Attacker, user: str, source: str) -> tuple[float, str]:
    """Try to log in with a key that nobody has; give the seconds, and what was said."""
    transport = paramiko.Transport(attacker.connected(source))
    try:
        transport.start_client(timeout=PATIENCE)
        began = time.perf_counter()
        try:
            transport.auth_publickey(user, paramiko.ECDSAKey.generate())
        except paramiko.SSHException as exc:
            return time.perf_counter() - began, f"{type(exc).__name__}: {exc}"
        return 0.0, "let in"
    finally:
        transport.close()


def _logins(attacker: Attacker) -> None:
    """Try to log in with keys that nobody has, from many addresses."""
    counts = []

    def work(number: int) -> None:
        for count in attacker.until(1, 8):
            told = _refused(
                attacker, (HONEST, ATTACKER, "root")[count % 3], _source(number * 50 + count % 50)
            )
            counts.append(told[1])
            attacker.faults += ["a key that nobody has was let in"] if told[1] == "let in" else []

    _at_once(attacker.size(4, 8), work)
    attacker.notes["log-ins"] = f"{len(counts)}"


def _enumerated(attacker: Attacker) -> None:
    """Compare what is answered, and how fast, for a user that exists and for one that does not."""
    times: dict[str, list[float]] = {HONEST: [], "000999": [], "root": []}
    said: dict[str, set[str]] = {user: set() for user in times}
    for count in attacker.until(1, 8):
        for number, user in enumerate(times):
            seconds, told = _refused(attacker, user, _source(count * 3 + number))
            times[user].append(seconds)
            said[user].add(told)
    for user, taken in times.items():
        attacker.notes[f"user {user}"] = f"{statistics.median(taken) * 1000:.2f} ms of {len(taken)}"
    if len({frozenset(one) for one in said.values()}) > 1:
        attacker.faults.append(f"users are told apart: {said}")


def _handles(attacker: Attacker) -> None:
    """Open as many files as five sessions may, and ask for more."""
    sessions = [attacker.session() for _ in range(attacker.size(2, 5))]
    opened_files: list[paramiko.SFTPFile] = []  # paramiko closes what nobody holds
    said = ""
    for number, session in enumerate(sessions):
        opened_files += [session.client.open(f"/IN/h{number}.{one}", "wb") for one in range(100)]
        try:
            session.client.open(f"/IN/h{number}.more", "wb")
            attacker.faults.append("more than a hundred files were opened in a session")
        except OSError as exc:
            said = str(exc)
    attacker.notes["opened"] = f"{len(opened_files)}, then: {said[:70]}"
    for _ in attacker.until(0.5, 4):
        sessions[0].client.stat("/IN")


def _uploads(attacker: Attacker) -> None:
    """Upload large parts by nine sessions at once."""
    part = os.urandom(attacker.size(1 << 20, 16 << 20))
    moved = []

    def work(number: int) -> None:
        session = attacker.session()
        for _ in attacker.until(1, 8):
            session.put([(f"x{number}", part)])
            moved.append(len(part))

    _at_once(attacker.size(3, 9), work)
    attacker.notes["MiB up"] = f"{sum(moved) >> 20}"


ATTACKS = (
    Attack("a burst of STATs", "20,000 at once on one channel", _one_burst, short=True),
    Attack("bursts on ten channels", "5,000 at once on each", _ten_bursts),
    Attack("silent connections", "a hundred of four networks, and on", _silent, short=True),
    Attack("half an SSH packet", "a hundred strangers that drip", _half_banners),
    Attack("half-sent requests", "4 MiB announced, on ninety channels", _half_packets),
    Attack("rekeys", "new keys after every 300 bytes, five sessions", _rekeys),
    Attack(
        "slow readers",
        "a large file and a long listing, asked for and not fetched",
        _slow_readers,
        short=True,
    ),
    Attack("SSH_MSG_IGNORE", "floods, before and after the log-in", _ignored),
    Attack("refused log-ins", "from many addresses", _logins),
    Attack("names tried", "is a user told from none", _enumerated),
    Attack("handles", "500 opened files", _handles),
    Attack("uploads", "16 MiB again and again, nine sessions", _uploads),
)
