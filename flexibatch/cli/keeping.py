"""The commands about sets in quarantine."""

from typing import TYPE_CHECKING

import click

from flexibatch.cli.completing import TICKET
from flexibatch.cli.confirming import ask, consent_options, counted
from flexibatch.cli.fields import rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options, times
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.tables import Column, Table

if TYPE_CHECKING:
    from flexibatch.services import quarantine as service
else:
    service = LateModule("flexibatch.services.quarantine")

QUARANTINE = Table(
    "Quarantine",
    (
        Column("arrived_at", "arrived", 3),
        Column("ticket", rank=1),
        Column("name", rank=6),
        Column("sender", rank=4),
        Column("sender_name", "bureau", 7, least=10),
        Column("environment", "env", 5),
        Column("run", wide=True),
        Column("reason", rank=2, least=20, prose=True),
    ),
)


@click.group()
def quarantine() -> None:
    """Decide about sets that met a bug, or took too much, again and again. They hold up nobody, and wait here.

    Their files are in the spool, under quarantine/TICKET; those of a re-run stay in the archive.
    """


@quarantine.command("list", epilog=REFUSED_OR_TROUBLE)
@list_options(QUARANTINE)
@click.pass_obj
def list_(invocation: Invocation, *, view: View) -> None:
    """List the sets in quarantine with what went wrong, the newest last."""
    home = open_home(invocation)
    view.show(rows_of(service.quarantined(home)), times(invocation, home))


@quarantine.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("words", metavar="TICKET|NAME...", type=TICKET, nargs=-1, required=True)
@consent_options
@json_option
@click.pass_obj
def release(
    invocation: Invocation, words: tuple[str, ...], *, yes: bool, note: str | None, as_json: bool
) -> None:
    """Have sets judged again, once the program is mended: the next sweep does it.

    They take their turn behind what waits. With several, all are released or none.
    """
    home = open_home(invocation)
    waiting = service.named(home, words)
    if not yes and len(waiting) > 1:
        ask(f"{counted(len(waiting), 'set')} would be judged again, and their bureaus get new answers.")
    tickets = service.release(home, by(invocation, note), waiting)
    _tell(tickets, "released", "the next sweep judges it.", as_json=as_json)


@quarantine.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("words", metavar="TICKET|NAME...", type=TICKET, nargs=-1, required=True)
@consent_options
@json_option
@click.pass_obj
def discard(
    invocation: Invocation, words: tuple[str, ...], *, yes: bool, note: str | None, as_json: bool
) -> None:
    """Give sets up: the next sweep answers them with a refusal (ACRF-163) and archives them.

    The bureau then sends the same again under a new sequence number. A set that an earlier run received is not given
    up: what that accepted stands. With several, all are discarded or none.
    """
    home = open_home(invocation)
    waiting = service.named(home, words)
    if not yes:
        then = "answered with ACRF-163, which tells the bureau to send the same again"
        ask(f"{counted(len(waiting), 'set')} would be given up unread and {then}; that cannot be taken back.")
    tickets = service.discard(home, by(invocation, note), waiting)
    _tell(tickets, "discarded", "the next sweep refuses it with ACRF-163.", as_json=as_json)


def _tell(tickets: list[str], decided: str, then: str, *, as_json: bool) -> None:
    if as_json:
        show_json({decided: tickets})
        return
    for ticket in tickets:
        say(f"Set {ticket} is {decided}: {then}")
