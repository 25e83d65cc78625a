"""The one door to paramiko: a connection to one server, known by its pinned host key, that is left alone after trouble.

Whatever goes wrong (no answer, a cut, a wrong key, a request that is refused) leaves as `Unavailable`; the caller's
work is repeatable, and is done again when the back-off is over.
"""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import paramiko

from flexibatch.errors import Unavailable
from flexibatch.ports import Clock

T = TypeVar("T")
Sftp = paramiko.SFTPClient
Reading = paramiko.SFTPFile
Attributes = paramiko.SFTPAttributes

ANSWER_WITHIN = 60
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=15)
STANDARD_PORT = 22
TROUBLE = (EOFError, OSError, paramiko.SSHException, paramiko.SFTPError)
"""What paramiko raises; the refusals of a server among them."""
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
    """Hold where a server is, who logs in there by which private key, and its host key as `kind base64`."""

    host: str
    port: int
    user: str
    key: Path
    host_key: str

    @property
    def known_as(self) -> str:
        """Give the name by which known hosts are kept."""
        return self.host if self.port == STANDARD_PORT else f"[{self.host}]:{self.port}"


class Connection:
    """Keep a session open as long as it holds; open another when it does not."""

    def __init__(self, peer: Peer, clock: Clock) -> None:
        """Keep the server and the time; nothing is opened before it is needed."""
        self._peer, self._clock = peer, clock
        self._client: paramiko.SSHClient | None = None
        self._sftp: Sftp | None = None
        self._failures, self._not_before, self._reason = 0, clock.now(), ""

    @property
    def resting(self) -> bool:
        """Tell whether the server is left alone for now."""
        return self._clock.now() < self._not_before

    def run(self, action: Callable[[Sftp], T]) -> T:
        """Do something with the session; once more, at once, where one that was open turns out to be cut."""
        if self.resting:
            raise Unavailable(self._reason)
        kept = self._sftp is not None
        try:
            try:
                done = action(self._session())
            except TROUBLE:
                if not kept:
                    raise
                self.close()
                done = action(self._session())
        except TROUBLE as exc:
            raise self._rest(exc) from exc
        self._failures = 0
        return done

    def close(self) -> None:
        """End the session."""
        client, self._client, self._sftp = self._client, None, None
        if client is not None:
            client.close()

    def _session(self) -> Sftp:
        if self._sftp is None:
            self._client = _connected(self._peer)
            self._sftp = self._client.open_sftp()
            channel = self._sftp.get_channel()
            if channel is not None:
                channel.settimeout(ANSWER_WITHIN)
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


def _connected(peer: Peer) -> paramiko.SSHClient:
    """Log in by key at a server that shows its pinned host key; nothing else is tried, nothing is learnt."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    kind, encoded = peer.host_key.split()[:2]
    pinned = paramiko.PKey.from_type_string(kind, b64decode(encoded))
    client.get_host_keys().add(peer.known_as, kind, pinned)
    try:
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
    except BaseException:
        client.close()
        raise
    return client


def _told(exc: Exception) -> str:
    """Give what happened in a few words."""
    if isinstance(exc, paramiko.BadHostKeyException):
        return "it shows another host key than the one that is pinned"
    if isinstance(exc, paramiko.AuthenticationException):
        return "it does not take the key"
    if isinstance(exc, TimeoutError):
        return "it does not answer"
    return str(getattr(exc, "strerror", None) or exc or "the connection was cut")[:200]
