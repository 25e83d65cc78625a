"""SSH as it stands on the wire before anything is encrypted (RFC 4253): for clients that do what no program does."""

from collections.abc import Callable


def key_exchange_init(marker: str = "", host_key: str = "ssh-ed25519") -> bytes:
    """Offer one algorithm of each kind, and a marker beside the key exchange."""
    lists = [
        ",".join(filter(None, ("curve25519-sha256", marker))),
        host_key,
        *("aes128-ctr", "aes128-ctr"),
        *("hmac-sha2-256", "hmac-sha2-256"),
        *("none", "none"),
        *("", ""),
    ]
    names = b"".join(len(one).to_bytes(4) + one.encode() for one in lists)
    return b"\x14" + bytes(16) + names + bytes(5)


def key_exchange_begin() -> bytes:
    """Return a client's half of a key exchange on curve25519."""
    return b"\x1e" + (32).to_bytes(4) + b"\x09" + bytes(31)


def framed(payload: bytes) -> bytes:
    """Return a message as a packet."""
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return (len(payload) + padding + 1).to_bytes(4) + bytes([padding]) + payload + bytes(padding)


def packet(read: Callable[[int], bytes]) -> bytes:
    """Read a packet; give its message."""
    length = int.from_bytes(read(4))
    padding = read(1)[0]
    payload = read(length - padding - 1)
    read(padding)
    return payload
