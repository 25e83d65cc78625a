"""Sessions of bureaus at the front door: who may log in, what is allowed, and what was done.

Source: docs/spec/channel.md, "Folders"; docs/operations.md, "The front door".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Account:
    """How one bureau logs in: its keys by fingerprint, and whether SHA-1 signatures are taken from it."""

    number: str
    fingerprints: frozenset[str]
    allow_ssh_rsa: bool = False


class HostKeyKind(StrEnum):
    """Name a kind of key by which the server is known, in the order in which they are offered."""

    ED25519 = "ed25519"
    ECDSA = "ecdsa"
    RSA = "rsa"


class Act(StrEnum):
    """Name what is written down of a session."""

    LOGIN = "login"
    LOGIN_REFUSED = "login refused"
    LOGOUT = "logout"
    PUT = "put"
    PUT_BROKEN = "put broken off"
    GET = "get"
    RENAME = "rename"
    DELETE = "delete"
    REFUSED = "refused"


FileId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """One act of a session: of which sender (None before log-in), from which address, and what.

    `file` is whose fate it tells, None where nothing can be traced by it: such acts may be counted together.
    """

    act: Act
    session: str
    sender: str | None
    address: str
    details: Mapping[str, str | int | None] = field(default_factory=dict)
    file: FileId | None = None


@dataclass(frozen=True, slots=True)
class InboxQuota:
    """How much one inbox takes: bytes of a part, files and bytes that wait.

    Besides: bytes of one request, files open at once, and bytes that were sent and not answered.
    """

    part_size: int
    max_files: int
    max_bytes: int
    request_size: int
    max_handles: int
    max_buffered: int = 8 << 20


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many may be there at once, how long a log-in may take and a session be idle."""

    max_sessions: int
    max_sessions_per_sender: int
    max_logins: int
    login_attempts: int
    login_grace: timedelta
    idle: timedelta
    max_logins_per_address: int
    max_logins_per_network: int
    max_channels_per_sender: int = 30
    told_per_minute: int = 60
