"""The command `rerun`: archived sets are judged again, or what that would change is shown."""

from collections.abc import Sequence
from datetime import date

import click

from flexibatch.cli.channel import DONE, SWEPT, settled_row, show_settled
from flexibatch.cli.confirming import ask, consent_options, counted
from flexibatch.cli.fields import fields_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.moments import MOMENT, instant_of
from flexibatch.cli.opened import by, open_home
from flexibatch.cli.output import json_option, say, show_table
from flexibatch.domain.bureaus import sender_number
from flexibatch.errors import Refusal
from flexibatch.services import rerun as service
from flexibatch.services.difference import Change, difference

CHANGES = ("ticket", "form", "line", "reference", "own_reference", "before", "after", "codes")


@click.command(epilog=f"{SWEPT}\nA dry run ends with 0 whatever it shows.")
@click.argument("words", metavar="TICKET|NAME", nargs=-1)
@click.option("--refused", is_flag=True, help="All sets that were refused, whole or in part.")
@click.option("--sender", help="Only sets of this sender.")
@click.option("--since", type=MOMENT, help="Only sets that arrived from this day or moment on.")
@click.option("--dry-run", is_flag=True, help="Show, line by line, what would change; change nothing.")
@consent_options
@json_option
@click.pass_obj
def rerun(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    words: tuple[str, ...],
    *,
    refused: bool,
    sender: str | None,
    since: date | None,
    dry_run: bool,
    yes: bool,
    note: str | None,
    as_json: bool,
) -> int:
    """Judge archived sets again, by the register, rules and mandates as they stand now.

    Lines that an earlier run accepted stay as they are. New answers are published before the command ends.
    Name sets by ticket or by the name of their GO, or choose them with --refused, --sender, --since; sets of
    senders on hold are not chosen.
    """
    home = open_home(invocation)
    if bool(words) == bool(refused or sender or since):
        raise Refusal(
            "Say which sets are to be judged again: either name tickets, or give --refused, --sender or --since."
        )
    if words:
        chosen = service.named(home, words)
    else:
        number = sender_number(sender) if sender is not None else None
        begin = instant_of(since, home.settings.timezone)
        chosen = service.wanted(home, refused=refused, sender=number, since=begin)
        _tell_held(chosen.held)
    if dry_run:
        changes = difference(home, invocation.clock, by(invocation, note), chosen.tickets)
        show_table("What would change", CHANGES, map(_change, changes), as_json)
        return DONE
    if not yes and (not words or len(chosen.tickets) > 1):
        ask(
            f"{counted(len(chosen.tickets), 'set')} would be judged again, and their bureaus get new answers."
        )
    rows: list[dict[str, object]] = []
    result = service.rerun(
        home,
        invocation.clock,
        by(invocation, note),
        chosen.tickets,
        lambda verdict: rows.append(settled_row(verdict)),
    )
    return show_settled(result, rows, as_json)


def _tell_held(held: Sequence[str]) -> None:
    """Say whose sets are left out because they are on hold."""
    if held:
        say(f"On hold, so that their sets are not chosen: {', '.join(held)} (`flexibatch sender release`).")


def _change(change: Change) -> dict[str, object]:
    return {**fields_of(change), "before": f"refused {' '.join(change.before)}".strip()}
