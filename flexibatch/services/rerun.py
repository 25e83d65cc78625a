"""Judge archived sets again, by the register, rules and mandates as they stand now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flexibatch.adapters.store import bureaus, rerunnable, set_actions, sets
from flexibatch.domain.case import Verdict
from flexibatch.domain.operators import By
from flexibatch.domain.vocabulary import Environment
from flexibatch.sweep_result import SweepResult
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


def wanted(  # noqa: PLR0913 - one argument a condition
    home: Home,
    *,
    refused: bool = False,
    code: str | None = None,
    employer: str | None = None,
    inss: str | None = None,
    sender: str | None = None,
    environment: Environment | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Chosen:
    """Return the sets for which all conditions hold and that can be run again; raise `Refusal` for an unknown sender.

    `refused` keeps those that were refused, whole or in part; sets of senders on hold are left out, and those that
    were discarded, withdrawn, or refused for their name.
    """
    with home.database.reading() as connection:
        if sender is not None:
            bureaus.show_sender(connection, sender)
        among = sets.WantedSets(sender=sender, since=since, until=until, environment=environment)
        conditions = rerunnable.WantedReruns(among, refused, code, employer, inss)
        tickets = rerunnable.tickets_for_rerun(connection, conditions)
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
            set_actions.begin_rerun(connection, by, ticket)
    return channel.settle(each)
