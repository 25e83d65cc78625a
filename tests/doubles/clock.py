"""Time and chance that a test decides."""

from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH = 13
STEP = 1_234_567_890_123_456_789


class FixedClock:
    """Tell the time a test set; it moves only when told to."""

    def __init__(self, now: datetime = datetime(2026, 10, 5, 7, 16, 2, 417_000, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by

    def set(self, now: datetime) -> None:
        self._now = now


class TestersClock:
    """Tell the time of this machine, to a program that judges sets in the test's own process."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class CountedTickets:
    """Give out the same tickets in the same order, none twice, none that looks counted."""

    def __init__(self, start: int = 0) -> None:
        self._given = start

    def new(self) -> str:
        self._given += 1
        rest, ticket = self._given * STEP % len(ALPHABET) ** LENGTH, ""
        for _ in range(LENGTH):
            rest, place = divmod(rest, len(ALPHABET))
            ticket = ALPHABET[place] + ticket
        return ticket


class CountedReferences:
    """Give out the same UUIDs in the same order."""

    def __init__(self) -> None:
        self._given = 0

    def new(self) -> str:
        self._given += 1
        return f"019a1f04-5c11-7d3e-9b52-{self._given:012x}"
