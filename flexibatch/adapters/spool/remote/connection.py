"""The one door to paramiko: a connection to one server, known by its pinned host key, that is left alone after trouble.

Whatever goes wrong (no answer, a cut, a wrong key, a request that is refused) leaves as `Unavailable`; the caller's
work is repeatable, and is done again when the back-off is over. What is not done in its time is cut: a server that
drips answers as little as one that is silent.
"""

import struct
import threading
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import paramiko

from flexibatch.adapters.spool.remote.bounded import BoundedClient
from flexibatch.errors import Unavailable
from flexibatch.ports import Clock

T = TypeVar("T")
Sftp = BoundedClient
Reading = paramiko.SFTPFile
Attributes = paramiko.SFTPAttributes

ANSWER_WITHIN = 60
WITHIN = timedelta(minutes=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=15)
STANDARD_PORT = 22
TROUBLE = (EOFError, OSError, paramiko.SSHException, paramiko.SFTPError, UnicodeError, struct.error)
"""What paramiko raises; the refusals of a server among them, and what is no SFTP."""
NEVER = {
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "kex": [
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
    ],
    "keys": ["ssh-rsa", "ssh-dss"],
    "macs": ["hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"],
    "pubkeys": ["ssh-rsa", "ssh-dss"],
}
"""Algorithms that some versions of paramiko still offer."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a server is, who logs in there by which private key, and its host key as `kind base64`."""

    host: str
    port: int
    user: str
    key: Path
    host_key: str

    @property
    def known_as(self) -> str:
        """Return the name by which known hosts are kept."""
        return self.host if self.port == STANDARD_PORT else f"[{self.host}]:{self.port}"


class Connection:
    """Keep a session open as long as it holds; open another when it does not."""

    def __init__(self, peer: Peer, clock: Clock) -> None:
        """Keep the server and the time; nothing is opened before it is needed."""
        self._peer, self._clock = peer, clock
        self._client: paramiko.SSHClient | None = None
        self._sftp: Sftp | None = None
        self._late = False
        self._failures, self._not_before, self._reason = 0, clock.now(), ""

    @property
    def resting(self) -> bool:
        """Return whether the server is left alone for now."""
        return self._clock.now() < self._not_before

    @property
    def name(self) -> str:
        """Return what the server is called."""
        return self._peer.known_as

    def run(self, action: Callable[[Sftp], T], within: timedelta = WITHIN) -> T:
        """Do something with the session; once more, at once, where one that was open turns out to be cut.

        All of it is done `within` so long, or it is trouble.
        """
        if self.resting:
            raise Unavailable(self._reason)
        self._late = False
        watch = threading.Timer(within.total_seconds(), self._cut)
        watch.daemon, watch.name = True, f"remote {self.name}"
        watch.start()
        try:
            done = self._twice(action)
        except TROUBLE as exc:
            raise self._rest(_Late(within) if self._late else exc) from exc
        finally:
            watch.cancel()
        self._failures = 0
        return done

    def _twice(self, action: Callable[[Sftp], T]) -> T:
        kept = self._sftp is not None
        try:
            return action(self._session())
        except TROUBLE:
            if not kept or self._late:
                raise
            self.close()
            return action(self._session())

    def _cut(self) -> None:
        """End what takes too long, from beside it."""
        self._late = True
        client = self._client
        if client is not None:
            client.close()

    def close(self) -> None:
        """End the session."""
        client, self._client, self._sftp = self._client, None, None
        if client is not None:
            client.close()

    def _session(self) -> Sftp:
        if self._sftp is None:
            self._client = paramiko.SSHClient()
            _connect(self._client, self._peer)
            self._sftp = _opened(self._client)
        return self._sftp

    def _rest(self, exc: Exception) -> Unavailable:
        self.close()
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._failures, 10))
        self._failures += 1
        self._not_before = self._clock.now() + wait
        self._reason = (
            f"The server {self._peer.known_as} cannot be used ({_told(exc)}): see to it, or to its entry in "
            f"[[remote]]. It is tried again after {wait.total_seconds():.0f} s."
        )
        return Unavailable(self._reason)


class _Late(Exception):
    """Tell that something was not done in its time."""

    def __init__(self, within: timedelta) -> None:
        super().__init__(f"what was asked was not done within {within.total_seconds():.0f} s")


def _opened(client: paramiko.SSHClient) -> Sftp:
    transport = client.get_transport()
    if transport is None:
        raise EOFError
    channel = transport.open_session(timeout=ANSWER_WITHIN)
    channel.settimeout(ANSWER_WITHIN)
    channel.invoke_subsystem("sftp")
    return Sftp(channel)


def _connect(client: paramiko.SSHClient, peer: Peer) -> None:
    """Log in by key at a server that shows its pinned host key; nothing else is tried, nothing is learnt."""
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    kind, encoded = peer.host_key.split()[:2]
    pinned = paramiko.PKey.from_type_string(kind, b64decode(encoded))
    client.get_host_keys().add(peer.known_as, kind, pinned)
    client.connect(
        peer.host,
        peer.port,
        peer.user,
        pkey=paramiko.PKey.from_path(peer.key),
        timeout=ANSWER_WITHIN,
        banner_timeout=ANSWER_WITHIN,
        auth_timeout=ANSWER_WITHIN,
        channel_timeout=ANSWER_WITHIN,
        look_for_keys=False,
        allow_agent=False,
        disabled_algorithms=NEVER,
    )


def _told(exc: Exception) -> str:
    """Return what happened in a few words."""
    if isinstance(exc, paramiko.BadHostKeyException):
        return "it shows another host key than the one that is pinned"
    if isinstance(exc, paramiko.AuthenticationException):
        return "it does not take the key"
    if isinstance(exc, TimeoutError):
        return "it does not answer"
    return str(getattr(exc, "strerror", None) or exc or "the connection was cut")[:200]
