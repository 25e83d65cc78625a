"""Who was kept out, and why: what a client told and asked before it was let in, for the help desk.

All of it is a stranger's: each text is cut and made safe, each list is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import asyncssh
from asyncssh.constants import MSG_USERAUTH_REQUEST
from asyncssh.packet import PacketDecodeError, SSHPacket

from flexibatch.adapters.sftp.paths import shown

MOST = 8
"""How many different names of one kind are kept of what a client asks for."""
_KEPT_BYTES = 64
_KINDS = ("key exchange", "host key", "cipher", "cipher", "MAC", "MAC", "compression", "compression")
"""What each list of an offer (RFC 4253) is of; there is one for each direction."""
_MAC_INSIDE = b"-gcm@openssh.com"
_COOKIE = 17
_TIMEOUT = "Login timeout expired"


@dataclass(slots=True)
class LoginAttempt:
    """What one client asked for: as whom, by which methods, with signatures of which kinds."""

    user: str = ""
    methods: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)

    def watch(self, connection: asyncssh.SSHServerConnection) -> None:
        """Look at each request to log in before it is answered: asyncssh does not tell of those it does not take."""
        handlers: Any = dict(connection._packet_handlers)  # noqa: SLF001 - held to it by the tests of the door
        answer = handlers[MSG_USERAUTH_REQUEST]

        def look(told: Any, kind: int, number: int, packet: SSHPacket) -> Any:  # noqa: ANN401 - as asyncssh's own
            self.hear(packet.get_full_payload())
            return answer(told, kind, number, packet)

        handlers[MSG_USERAUTH_REQUEST] = look
        connection._packet_handlers = handlers  # noqa: SLF001 - the same

    def hear(self, payload: bytes) -> None:
        """Take a request (RFC 4252); a broken one ends the connection elsewhere."""
        packet = SSHPacket(payload)
        try:
            packet.get_byte()
            self.user = shown(packet.get_string())
            packet.get_string()
            method = packet.get_string()
            _keep(self.methods, method)
            if method == b"publickey":
                signed = packet.get_boolean()
                _keep(self.offered, packet.get_string())
                packet.get_string()
                if signed:
                    _keep(self.signed, SSHPacket(packet.get_string()).get_string())
        except PacketDecodeError:
            return

    @property
    def told(self) -> dict[str, str]:
        """Return it for an event, without what there is nothing of."""
        lists = {"methods": self.methods, "offered": self.offered, "signed": self.signed}
        told = {name: ", ".join(names) for name, names in lists.items() if names}
        return ({"user": self.user} if self.user else {}) | told


def _keep(names: list[str], name: bytes) -> None:
    text = shown(name[:_KEPT_BYTES])
    if text not in names and len(names) < MOST:
        names.append(text)


def refusal(
    connection: asyncssh.SSHServerConnection, attempt: LoginAttempt, exc: Exception | None
) -> dict[str, str]:
    """Return why a client that nobody let in was kept out; nothing where it only looked whether the port is open."""
    version = str(connection.get_extra_info("client_version") or "")
    if not version:
        return _no_client(connection, exc)
    told = {"client": shown(version.encode()), **attempt.told}
    offer, ours = _lists(connection._client_kexinit), _lists(connection._server_kexinit)  # noqa: SLF001 - as below
    for kind, theirs in lacking(offer, ours):
        return {"reason": f"no common {kind}", **told, "offered": shown(b",".join(theirs))}
    return {"reason": _of_login(attempt), **told, **_ended(exc)}


def _no_client(connection: asyncssh.SSHServerConnection, exc: Exception | None) -> dict[str, str]:
    sent = connection._inpbuf  # noqa: SLF001 - asyncssh keeps it, and does not tell
    if sent or not isinstance(exc, asyncssh.ConnectionLost | OSError | None):
        return {"reason": "no SSH was spoken", **_ended(exc)}
    return {"reason": "nothing was sent", **_ended(exc)} if str(exc) == _TIMEOUT else {}


def _of_login(attempt: LoginAttempt) -> str:
    if attempt.signed:
        return "signature not taken"
    if attempt.offered:
        return "no signature"
    return "no key offered" if attempt.methods else "left before the log-in"


def _ended(exc: Exception | None) -> dict[str, str]:
    return {"ended": shown(str(exc).encode(errors="replace"))} if exc is not None and str(exc) else {}


def lacking(theirs: list[list[bytes]], ours: list[list[bytes]]) -> Iterator[tuple[str, list[bytes]]]:
    """Yield what two offers have nothing of in common, with the client's list; a cipher may bring its own MAC.

    >>> mac = [[b"k"], [b"h"], [b"c"], [b"c"], [b"m"], [b"m"]]
    >>> list(lacking(mac, [[b"k"], [b"h"], [b"c"], [b"c"], [b"n"], [b"m"]]))
    [('MAC', [b'm'])]
    """
    for kind, mine, own in zip(_KINDS, theirs, ours, strict=False):
        if kind == "MAC" and _ciphers_alone(theirs, ours):
            continue
        if not set(mine) & set(own):
            yield kind, mine


def _ciphers_alone(theirs: list[list[bytes]], ours: list[list[bytes]]) -> bool:
    chosen = [next((name for name in theirs[at] if name in ours[at]), b"") for at in (2, 3)]
    return all(name.endswith(_MAC_INSIDE) for name in chosen)


def _lists(offer: bytes) -> list[list[bytes]]:
    """Read the lists of an offer; none of one that is not there or is broken."""
    packet = SSHPacket(offer)
    try:
        packet.get_bytes(_COOKIE)
        return [list(packet.get_namelist()) for _kind in _KINDS]
    except PacketDecodeError:
        return []
