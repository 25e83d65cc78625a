"""Judge archived sets again, by the register, rules and mandates as they stand now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flexibatch.adapters.store import bureaus, sets, upkeep
from flexibatch.domain.case import Verdict
from flexibatch.domain.operators import By
from flexibatch.swept import SweepResult
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tickets of the sets that were chosen, and the senders on hold whose sets are left out."""

    tickets: tuple[str, ...]
    held: tuple[str, ...] = ()


def named(home: Home, words: Sequence[str]) -> Chosen:
    """Return the sets that tickets or names speak of, each once; raise `Refusal` for an unknown one."""
    with home.database.reading() as connection:
        return Chosen(tuple(dict.fromkeys(sets.find_ticket(connection, word) for word in words)))


def wanted(home: Home, *, refused: bool, sender: str | None, since: datetime | None) -> Chosen:
    """Return the sets for which all conditions hold and that can be run again; raise `Refusal` for an unknown sender.

    `refused` keeps those that were refused, whole or in part; sets of senders on hold are left out.
    """
    with home.database.reading() as connection:
        if sender is not None:
            bureaus.show_sender(connection, sender)
        conditions = sets.WantedSets(sender=sender, since=since)
        tickets = sets.tickets_for_rerun(connection, conditions, refused=refused)
        senders = bureaus.list_senders(connection)
    held = [row["number"] for row in senders if row["state"] == "held"]
    return Chosen(tuple(tickets), tuple(number for number in held if sender in {None, number}))


def rerun(
    components: Components, by: By, tickets: Sequence[str], each: Callable[[Verdict], None]
) -> SweepResult:
    """Judge sets again and publish the new answers, telling `each` verdict as it falls; return what was done.

    Raise `Refusal` where one of them cannot be run again: then none is.
    """
    channel = components.channel
    with components.home.database.writing() as connection:
        for ticket in tickets:
            upkeep.begin_rerun(connection, by, ticket)
    return channel.settle(each)
