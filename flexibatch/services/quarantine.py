"""Decide about sets in quarantine: they met a bug, or took too much, again and again, hold up nobody, and wait."""

from collections.abc import Callable, Sequence

from flexibatch.adapters.store import set_actions, set_outcomes, sets
from flexibatch.domain.operators import By
from flexibatch.services.sets import SetRow, set_rows
from flexibatch.wiring.home import Home


def quarantined(home: Home) -> tuple[SetRow, ...]:
    """Return the sets in quarantine, in order of arrival; `reason` tells what went wrong."""
    with home.database.reading() as connection:
        return set_rows(set_outcomes.with_codes(connection, sets.quarantined(connection)))


def named(home: Home, words: Sequence[str]) -> list[str]:
    """Return the tickets of the sets that words name, each once; raise `Refusal` for one that is not in quarantine."""
    with home.database.reading() as connection:
        tickets = list(dict.fromkeys(sets.find_ticket(connection, word) for word in words))
        for ticket in tickets:
            set_actions.require_quarantined(connection, ticket)
    return tickets


def release(home: Home, by: By, words: Sequence[str]) -> list[str]:
    """Have all sets that the words name judged again by the next sweep, or none; return their tickets.

    Raise `Refusal` for one that is not in quarantine.
    """
    return _decided(home, by, words, set_actions.release)


def discard(home: Home, by: By, words: Sequence[str]) -> list[str]:
    """Have all sets that the words name refused by the next sweep, or none; return their tickets.

    Raise `Refusal` for one that is not in quarantine, and for one that an earlier run received.
    """
    return _decided(home, by, words, set_actions.discard)


def _decided(home: Home, by: By, words: Sequence[str], decide: Callable[..., None]) -> list[str]:
    with home.database.writing() as connection:
        tickets = [sets.find_ticket(connection, word) for word in words]
        for ticket in tickets:
            decide(connection, by, ticket)
    return tickets
