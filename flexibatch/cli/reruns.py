"""The command `rerun`: archived sets are judged again, or what that would change is shown."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from flexibatch.cli.channel import DONE, SETTLED, SOME_REFUSED, SWEPT, settled_row, show_settled
from flexibatch.cli.completing import TICKET
from flexibatch.cli.components import open_components
from flexibatch.cli.confirming import ask, consent_options, counted, require_terminal
from flexibatch.cli.fields import fields_of
from flexibatch.cli.filters import CODE, EMPLOYER, ENVIRONMENT, INSS, SENDER, SINCE, UNTIL, chosen_by
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.moments import When
from flexibatch.cli.opened import by
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.progress import settling, verbose_option
from flexibatch.cli.tables import Column, Table, screen_width, show_list
from flexibatch.errors import Refusal

if TYPE_CHECKING:
    from flexibatch.services import difference as differing
    from flexibatch.services import rerun as service
    from flexibatch.services.difference import Change, Foresight
    from flexibatch.wiring import outside
    from flexibatch.wiring.home import Home
else:
    outside = LateModule("flexibatch.wiring.outside")
    service, differing = LateModule("flexibatch.services.rerun"), LateModule("flexibatch.services.difference")

CHANGES = Table(
    "What would change",
    (
        Column("ticket", rank=1),
        Column("form", rank=2),
        Column("line", rank=3),
        Column("reference", rank=7),
        Column("own_reference", "own ref.", 8, least=8),
        Column("before", rank=5, least=9),
        Column("after", rank=4),
        Column("codes", rank=6, least=9),
    ),
)
WOULD_BE_SETTLED = replace(SETTLED, title="Would be settled")
EXAMPLES = """\b
Examples:
  flexibatch rerun --refused --dry-run
  flexibatch rerun --code 00024-152 --since 2026-10-01 --yes --note "late Dimona"
  flexibatch rerun --sender 000640 --environment R --all --dry-run
"""


@click.command(epilog=f"{EXAMPLES}\n{SWEPT}\nA dry run ends with 0 whatever it shows.")
@click.argument("words", metavar="[TICKET|NAME]...", type=TICKET, nargs=-1)
@click.option("--refused", is_flag=True, help="Only those that were refused, whole or in part.")
@CODE
@EMPLOYER
@INSS
@SENDER
@ENVIRONMENT
@SINCE
@UNTIL
@click.option(
    "--all", "every", is_flag=True, help="Those too that would not change: they get answers as well."
)
@click.option("--dry-run", is_flag=True, help="Show, line by line, what would change; change nothing.")
@consent_options
@verbose_option
@json_option
@click.pass_obj
def rerun(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    /,
    words: tuple[str, ...],
    *,
    every: bool,
    dry_run: bool,
    yes: bool,
    note: str | None,
    verbose: bool,
    as_json: bool,
    **filters: "str | When | bool | None",
) -> int:
    """Judge archived sets again, by the register, rules and mandates as they stand now.

    Lines that an earlier run accepted stay as they are. New answers are published before the command ends.
    Name sets by ticket or by the name of their GO, or choose them by filters, all of which must hold. What filters
    choose is answered only where something changes, or with --all. Filters never choose sets that were discarded,
    withdrawn, or refused since their name was received before, nor those of senders on hold.
    """
    components = open_components(invocation, outside.Mode.SWEEP)
    home = components.home
    if bool(words) == any(filters.values()) or (words and every):
        raise Refusal(
            "Say which sets are to be judged again: either name tickets, or give filters such as --refused or --sender."
        )
    chosen = service.named(home, words) if words else _wanted(home, filters)
    _tell_held(chosen.held)
    asks = not (yes or dry_run) and (not words or len(chosen.tickets) > 1)
    consequence = (
        f"{counted(len(chosen.tickets), 'set')} would be judged again; {_answered(words, every=every)}"
    )
    if asks:
        require_terminal(consequence)
    acting, tickets, foresight = by(invocation, note), chosen.tickets, differing.Foresight()
    if dry_run or not (words or every):
        foresight = differing.foresee(
            components, acting, tickets, every=every or bool(words), strict=bool(words)
        )
        tickets = foresight.tickets
        _tell_left(foresight)
        consequence = f"{_told(foresight)} would be judged again, and their bureaus get new answers."
    if dry_run:
        _show(foresight, as_json=as_json)
        return DONE
    if asks and tickets:
        ask(consequence)
    rows: list[dict[str, object]] = []
    with settling(home, lambda verdict: rows.append(settled_row(verdict)), verbose=verbose) as each:
        result = service.rerun(components, acting, tickets, each)
    # Streams run side by side; what was chosen is shown in the order in which it was chosen.
    place = {ticket: number for number, ticket in enumerate(tickets)}
    rows.sort(key=lambda row: place.get(str(row["ticket"]), len(place)))
    status = show_settled(result, rows, as_json, left=foresight.left)
    return SOME_REFUSED if foresight.failed else status


def _answered(words: Sequence[str], *, every: bool) -> str:
    """Say whose bureaus get new answers."""
    if words or every:
        return "their bureaus get new answers."
    return "bureaus get new answers only where something changes: `--dry-run` shows where."


def _wanted(home: "Home", filters: "dict[str, str | When | bool | None]") -> "service.Chosen":
    return service.wanted(
        home, refused=bool(filters["refused"]), **chosen_by(filters, home.settings.timezone)
    )


def _tell_held(held: Sequence[str]) -> None:
    """Say whose sets are left out because they are on hold."""
    if held:
        say(f"On hold, so that their sets are not chosen: {', '.join(held)} (`flexibatch sender release`).")


def _tell_left(foresight: "Foresight") -> None:
    """Say how many sets are left as they are, and which could not be judged."""
    if foresight.left:
        say(f"Sets that would not change, and are left as they are: {foresight.left}.")
    for ticket, reason in foresight.failed.items():
        say(f"Set {ticket} is left, since it could not be judged: {reason}")


def _told(foresight: "Foresight") -> str:
    changes = sum(len(one.changes) for one in foresight.sets)
    return f"{counted(len(foresight.sets), 'set')} with {counted(changes, 'change')}"


def _show(foresight: "Foresight", *, as_json: bool) -> None:
    """Show the sets that a run would settle, as it would show them, and what would change in them."""
    rows = [settled_row(one.verdict) for one in foresight.sets]
    changes = [_change(change) for one in foresight.sets for change in one.changes]
    if as_json:
        show_json({"left": foresight.left, "sets": rows, "changes": changes})
        return
    if rows:
        if screen_width() is None:
            click.echo("\nWould be settled")
        show_list(WOULD_BE_SETTLED, rows)
    show_list(CHANGES, changes)


def _change(change: "Change") -> dict[str, object]:
    return {**fields_of(change), "before": f"refused {' '.join(change.before)}".strip()}
