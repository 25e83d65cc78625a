"""The real time and the real chance: the only places that read either."""

import secrets
from datetime import UTC, datetime

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TICKET_LENGTH = 13
_SPACE = len(ALPHABET) ** TICKET_LENGTH


class SystemClock:
    """Tell the time of this machine."""

    def now(self) -> datetime:
        """Give this instant in UTC."""
        return datetime.now(UTC)


class RandomTickets:
    """Give out tickets that nobody can guess and that do not come twice."""

    def new(self) -> str:
        """Give a new ticket: 13 characters 0-9A-Z."""
        return ticket_text(secrets.randbelow(_SPACE))


def ticket_text(number: int) -> str:
    """Write a number as 13 characters 0-9A-Z.

    >>> ticket_text(36)
    '0000000000010'
    """
    characters = []
    for _ in range(TICKET_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[digit])
    return "".join(reversed(characters))
