"""The server: listens, lets bureaus in by their keys, ends sessions that have no right to go on."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import structlog
from asyncssh.encryption import get_encryption_algs
from asyncssh.kex import get_kex_algs
from asyncssh.mac import get_mac_algs

from flexibatch.adapters.folders import SENDERS
from flexibatch.adapters.reserve import NO_RESERVE, Reserve
from flexibatch.adapters.sftp.algorithms import (
    CIPHERS,
    HOST_RSA_SIGNATURES,
    KEY_EXCHANGES,
    MACS,
    SIGNATURES,
    WEAK_SIGNATURE,
    offered,
)
from flexibatch.adapters.sftp.connection import BureauConnection, rest
from flexibatch.adapters.sftp.event_limiter import EventLimiter
from flexibatch.adapters.sftp.login_queue import PRESSED_SECONDS, LoginQueue
from flexibatch.adapters.sftp.refusal_limiter import RefusalLimiter
from flexibatch.adapters.sftp.sender_state import SenderState
from flexibatch.domain.sessions import Account, ConnectionLimits, InboxQuota, SessionEvent
from flexibatch.errors import Unavailable

log = structlog.get_logger()

FRESH = 1.0
APART = 0.2
LOOK_EVERY = 1.0
CROWD_EVERY = 10.0
REKEY_BYTES = 1 << 30
KEEPALIVE_SECONDS = 30

Roster = Callable[[], Mapping[str, Account]]
"""Gives all who may log in, by user name; may block, may raise `Unavailable`."""


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """What the server is made of: where folders are, who may come in, and how much of everything."""

    spool: Path
    host_keys: Sequence[Path]
    roster: Roster
    tell: Callable[[SessionEvent], None]
    quota: InboxQuota
    limits: ConnectionLimits
    reserve: Reserve = NO_RESERVE


def spoken() -> dict[str, Any]:
    """Return what is spoken, by name, and nothing that is asked beside: see docs/decisions/0005."""
    return {
        "server_version": "flexibatch",
        "kex_algs": offered(KEY_EXCHANGES, get_kex_algs()),
        "encryption_algs": offered(CIPHERS, get_encryption_algs()),
        "mac_algs": offered(MACS, get_mac_algs()),
        "compression_algs": ["none"],
        "password_auth": False,
        "kbdint_auth": False,
        "host_based_auth": False,
        "gss_host": None,
        "allow_pty": False,
        "line_editor": False,
        "agent_forwarding": False,
        "x11_forwarding": False,
        "rekey_bytes": REKEY_BYTES,
        "keepalive_interval": KEEPALIVE_SECONDS,
        "config": None,
    }


def signatures(*, weak: bool) -> list[str]:
    """Return the signatures of bureaus that are told to all: old clients look for theirs before they try a key."""
    return [*SIGNATURES, *((WEAK_SIGNATURE,) if weak else ())]


def host_keys(files: Sequence[Path]) -> list[asyncssh.SSHKeyPair]:
    """Load the server's own keys, each for signatures of its own.

    An RSA key is there once for each of its signatures: asyncssh keeps in the pair what the last client asked for, and
    another that is just coming in would get that.
    """
    return [pair for file in files for pair in _pairs(str(file))]


def _pairs(file: str) -> Iterator[asyncssh.SSHKeyPair]:
    [pair] = asyncssh.load_keypairs([file])
    if pair.get_algorithm() != WEAK_SIGNATURE:
        yield pair
        return
    for name in HOST_RSA_SIGNATURES:
        [pair] = asyncssh.load_keypairs([file])
        pair.set_sig_algorithm(name.encode())
        pair.host_key_algorithms = (name.encode(),)
        yield pair


class Server:
    """Serve bureaus until it is closed."""

    def __init__(self, front: ServerConfig) -> None:
        """Keep what it is made of; nothing listens yet."""
        self._front = front
        self.limits = front.limits
        self.login_queue = LoginQueue(front.limits)
        self.connections: set[BureauConnection] = set()
        self._rooms: dict[str, SenderState] = {}
        self._accounts: Mapping[str, Account] = {}
        self._read_at = -FRESH
        self._told_crowded_at = -CROWD_EVERY
        self._flood, self._bundles = RefusalLimiter(), EventLimiter(front.limits.told_per_minute)
        self._weak_told = False
        self._reading = asyncio.Lock()
        self._stop = asyncio.Event()
        self._listener: asyncssh.SSHAcceptor | None = None
        self.looking = asyncio.create_task(self._look())

    async def listen(self, host: str, port: int) -> tuple[str, int]:
        """Begin to listen; give where."""
        try:
            self._listener = await asyncssh.listen(
                host,
                port,
                server_factory=lambda: BureauConnection(self),
                server_host_keys=host_keys(self._front.host_keys),
                signature_algs=signatures(weak=False),
                login_timeout=self.limits.login_grace.total_seconds(),
                **spoken(),
            )
        except OSError as exc:
            raise Unavailable(
                f"Nothing can listen on {host}:{port} ({exc.strerror or exc}): give another --listen, or see "
                "what listens there."
            ) from exc
        await self._refresh(time.monotonic() - FRESH)
        self._tell_signatures()
        return host, self._listener.get_port()

    async def close(self, drain: float) -> None:
        """Take nobody in any more, give transfers in hand so many seconds, then end all sessions."""
        if self._listener is not None:
            self._listener.close()
        until = time.monotonic() + drain
        while time.monotonic() < until and any(one.busy for one in self.connections):
            await rest(0.05, self._stop)
        self._stop.set()
        for one in list(self.connections):
            one.leave(asyncssh.DISC_BY_APPLICATION, "The server goes down: come back in a while.")
        if self._listener is not None:
            await self._listener.wait_closed()
        await self.looking
        self._tell_all(self._bundles.due(math.inf))

    # ------------------------------------------------------------------------------------ what a connection asks for

    async def account(self, user: str, since: float | None = None) -> Account | None:
        """Return who logs in under a name, by a list read since a moment of `time.monotonic`, or within a second."""
        await self._refresh(time.monotonic() - FRESH if since is None else since)
        return self._accounts.get(user)

    def bureau(self, number: str) -> SenderState:
        """Return what the sessions of a bureau share."""
        if number not in self._rooms:
            root, front = self._front.spool / SENDERS / number, self._front
            self._rooms[number] = SenderState(root, front.quota, front.reserve)
        return self._rooms[number]

    def waiting(self) -> list[BureauConnection]:
        """Return those who have not logged in."""
        return [one for one in self.connections if one.number is None]

    def crowded(self, waiting: int) -> None:
        """Report the operator, but not of each connection: a flood must not fill logs and tables."""
        if time.monotonic() >= self._told_crowded_at + CROWD_EVERY:
            self._told_crowded_at = time.monotonic()
            log.warning("sftp.crowded", waiting=waiting)

    def may_tell(self, address: str) -> bool:
        """Return whether one more who was kept out, from an address, may be told of."""
        return self._flood.may_tell(address, time.monotonic())

    def tell(self, event: SessionEvent) -> None:
        """Write down what was done: one by one, or counted where a bureau does too much of it."""
        self._tell_all(self._bundles.take(event, time.monotonic()))

    def _tell_all(self, events: Iterable[SessionEvent]) -> None:
        for event in events:
            self._front.tell(event)

    def _tell_flood(self) -> None:
        untold = self._flood.untold(time.monotonic())
        if untold:
            log.warning("sftp.turned_away", reason="too many to be told one by one", count=untold)

    async def _refresh(self, since: float) -> None:
        """Read the list, unless it was read since; a flood of log-ins has it read five times a second at most."""
        async with self._reading:
            if self._read_at >= since:
                return
            await rest(self._read_at + APART - time.monotonic(), self._stop)
            began = time.monotonic()
            try:
                self._accounts = await asyncio.to_thread(self._front.roster)
            except Unavailable as exc:
                log.warning("sftp.roster_delayed", reason=str(exc))
            self._read_at = began
            self._tell_signatures()

    def _tell_signatures(self) -> None:
        """Name SHA-1 to those who come in from now on, if a bureau needs it; it is taken from that bureau alone."""
        weak = any(one.allow_ssh_rsa for one in self._accounts.values())
        if self._listener is not None and weak != self._weak_told:
            self._listener.update(signature_algs=signatures(weak=weak))
            self._weak_told = weak

    # ------------------------------------------------------------------------------------------- who may stay

    async def _look(self) -> None:
        while not self._stop.is_set():
            await rest(LOOK_EVERY, self._stop)
            self._tell_flood()
            self._tell_all(self._bundles.due(time.monotonic()))
            await self._refresh(time.monotonic() - FRESH)
            rights = {one.number: one.fingerprints for one in self._accounts.values()}
            pressed = self.login_queue.pressed([one.address for one in self.waiting()])
            for one in list(self.connections):
                one.cut_if_unread()
                if one.address in pressed:
                    one.leave_if_slow(PRESSED_SECONDS)
                if one.number is None:
                    continue
                if one.fingerprint not in rights.get(one.number, frozenset()):
                    one.leave(asyncssh.DISC_BY_APPLICATION, "This key is no longer registered.")
                elif time.monotonic() - one.moved_at > self.limits.idle.total_seconds():
                    one.leave(asyncssh.DISC_BY_APPLICATION, "Nothing was asked for too long.")
