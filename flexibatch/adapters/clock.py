"""The real time and the real chance: the only places that read either."""

import os
from datetime import UTC, datetime
from uuid import uuid4

ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TICKET_LENGTH = 13
_AT_ONCE = 4096
"""Random bytes fetched at once: enough for some 300 tickets."""

_EVEN = 256 - 256 % len(ALPHABET)
_LETTERS = bytes(ALPHABET[byte % len(ALPHABET)] for byte in range(256))
_UNEVEN = bytes(range(_EVEN, 256))
"""The bytes that are passed over, so that every character is as likely as any other."""


class SystemClock:
    """Tell the time of this machine."""

    def now(self) -> datetime:
        """Return this instant in UTC."""
        return datetime.now(UTC)


class RandomTickets:
    """Give out tickets that nobody can guess and that do not come twice."""

    def __init__(self) -> None:
        """Start with no randomness in store."""
        self._store, self._at = "", 0

    def new(self) -> str:
        """Return a new ticket: 13 characters 0-9A-Z."""
        end = self._at + TICKET_LENGTH
        if end > len(self._store):
            self._store = os.urandom(_AT_ONCE).translate(_LETTERS, _UNEVEN).decode("ascii")
            self._at, end = 0, TICKET_LENGTH
        ticket, self._at = self._store[self._at : end], end
        return ticket


class RandomReferences:
    """Give out UUIDs of chance (version 4)."""

    def new(self) -> str:
        """Return a new UUID, in small letters."""
        return str(uuid4())
