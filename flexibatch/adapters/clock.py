"""The real time and the real chance: the only places that read either."""

import secrets
from datetime import UTC, datetime

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TICKET_LENGTH = 13
_SPACE = len(ALPHABET) ** TICKET_LENGTH
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_TAKEN, _AT_ONCE = 16, 256
"""Bytes for one ticket (so many that their remainder is as good as even), and tickets fetched at once."""


class SystemClock:
    """Tell the time of this machine."""

    def now(self) -> datetime:
        """Give this instant in UTC."""
        return datetime.now(UTC)


class RandomTickets:
    """Give out tickets that nobody can guess and that do not come twice."""

    def __init__(self) -> None:
        """Start with no randomness in store."""
        self._store = b""

    def new(self) -> str:
        """Give a new ticket: 13 characters 0-9A-Z."""
        if not self._store:
            self._store = secrets.token_bytes(_TAKEN * _AT_ONCE)
        taken, self._store = self._store[:_TAKEN], self._store[_TAKEN:]
        return ticket_text(int.from_bytes(taken) % _SPACE)


def ticket_text(number: int) -> str:
    """Write a number as 13 characters 0-9A-Z.

    >>> ticket_text(36)
    '0000000000010'
    """
    rest, last = divmod(number, len(ALPHABET))
    pairs = []
    for _ in range(TICKET_LENGTH // 2):
        rest, pair = divmod(rest, len(_PAIRS))
        pairs.append(_PAIRS[pair])
    return "".join(reversed(pairs)) + ALPHABET[last]
