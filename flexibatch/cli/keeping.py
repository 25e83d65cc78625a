"""The commands about sets in quarantine."""

from collections.abc import Callable, Sequence

import click

from flexibatch.adapters.store import queries, upkeep
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.sections import show_rows

QUARANTINE_COLUMNS = ("arrived_at", "ticket", "name", "sender", "environment", "run", "reason")


@click.group()
def quarantine() -> None:
    """Decide about sets that met a bug again and again. They hold up nobody, and wait here.

    Their files are in the spool, under quarantine/TICKET; those of a re-run stay in the archive.
    """


@quarantine.command("list", epilog=REFUSED_OR_TROUBLE)
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, as_json: bool) -> None:
    """List the sets in quarantine with what went wrong."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        rows = queries.quarantined(connection)
    zone = home.settings.timezone
    show_rows("Quarantine", QUARANTINE_COLUMNS, rows, zone=zone, as_json=as_json)


@quarantine.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("words", metavar="TICKET|NAME...", nargs=-1, required=True)
@json_option
@click.pass_obj
def release(invocation: Invocation, words: tuple[str, ...], *, as_json: bool) -> None:
    """Have sets judged again, once the program is mended: the next sweep does it.

    They take their turn behind what waits. With several, all are released or none.
    """
    tickets = _decided(invocation, words, upkeep.release)
    _tell(tickets, "released", "the next sweep judges it.", as_json=as_json)


@quarantine.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("words", metavar="TICKET|NAME...", nargs=-1, required=True)
@json_option
@click.pass_obj
def discard(invocation: Invocation, words: tuple[str, ...], *, as_json: bool) -> None:
    """Give sets up: the next sweep answers them with a refusal (ACRF-163) and archives them.

    The bureau then sends the same again under a new sequence number. A set that an earlier run received is not given
    up: what that accepted stands. With several, all are discarded or none.
    """
    tickets = _decided(invocation, words, upkeep.discard)
    _tell(tickets, "discarded", "the next sweep refuses it with ACRF-163.", as_json=as_json)


def _decided(invocation: Invocation, words: Sequence[str], decide: Callable[..., None]) -> list[str]:
    """Decide the same about all sets that the words name, or about none; give their tickets."""
    with open_home(invocation).database.writing() as connection:
        tickets = [queries.find_ticket(connection, word) for word in words]
        for ticket in tickets:
            decide(connection, by(invocation), ticket)
    return tickets


def _tell(tickets: list[str], decided: str, then: str, *, as_json: bool) -> None:
    if as_json:
        show_json({decided: tickets})
        return
    for ticket in tickets:
        say(f"Set {ticket} is {decided}: {then}")
