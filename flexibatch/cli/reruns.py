"""The command `rerun`: archived sets are judged again, or what that would change is shown."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from flexibatch.cli.channel import COLUMNS, DONE, SOME_REFUSED, SWEPT, settled_row, show_settled
from flexibatch.cli.completing import TICKET
from flexibatch.cli.components import open_components
from flexibatch.cli.confirming import ask, consent_options, counted, require_terminal
from flexibatch.cli.fields import fields_of
from flexibatch.cli.filters import EMPLOYER, ENVIRONMENT, INSS, SENDER, SINCE, UNTIL
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.moments import end_of, instant_of
from flexibatch.cli.opened import by
from flexibatch.cli.output import json_option, say, show_json, show_table
from flexibatch.cli.sections import Sections
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.vocabulary import Environment
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

CHANGES = ("ticket", "form", "line", "reference", "own_reference", "before", "after", "codes")
EXAMPLES = """\b
Examples:
  flexibatch rerun --refused --dry-run
  flexibatch rerun --code 00024-152 --since 2026-10-01 --yes --note "late Dimona"
  flexibatch rerun --sender 000640 --environment R --all --dry-run
"""


@click.command(epilog=f"{EXAMPLES}\n{SWEPT}\nA dry run ends with 0 whatever it shows.")
@click.argument("words", metavar="[TICKET|NAME]...", type=TICKET, nargs=-1)
@click.option("--refused", is_flag=True, help="Only those that were refused, whole or in part.")
@click.option("--code", help="Only those whose last run told this code, such as 00024-152.")
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
    as_json: bool,
    **filters: str | date | bool | None,
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
        f"{counted(len(chosen.tickets), 'set')} would be judged again, and their bureaus get new answers."
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
        _show(home, foresight, as_json=as_json)
        return DONE
    if asks and tickets:
        ask(consequence)
    rows: list[dict[str, object]] = []
    result = service.rerun(components, acting, tickets, lambda verdict: rows.append(settled_row(verdict)))
    # Streams run side by side; what was chosen is shown in the order in which it was chosen.
    place = {ticket: number for number, ticket in enumerate(tickets)}
    rows.sort(key=lambda row: place.get(str(row["ticket"]), len(place)))
    status = show_settled(result, rows, as_json, left=foresight.left)
    return SOME_REFUSED if foresight.failed else status


def _wanted(home: "Home", filters: dict[str, str | date | bool | None]) -> "service.Chosen":
    zone, told = home.settings.timezone, {name: _text(value) for name, value in filters.items()}
    since, until = filters["since"], filters["until"]
    return service.wanted(
        home,
        refused=bool(filters["refused"]),
        code=told["code"],
        employer=told["employer"],
        inss=told["inss"],
        sender=sender_number(told["sender"]) if told["sender"] is not None else None,
        environment=Environment(told["environment"]) if told["environment"] is not None else None,
        since=instant_of(since, zone) if isinstance(since, date) else None,
        until=end_of(until, zone) if isinstance(until, date) else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


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


def _show(home: "Home", foresight: "Foresight", *, as_json: bool) -> None:
    """Show the sets that a run would settle, as it would show them, and what would change in them."""
    rows = [settled_row(one.verdict) for one in foresight.sets]
    changes = [_change(change) for one in foresight.sets for change in one.changes]
    if as_json:
        show_json({"left": foresight.left, "sets": rows, "changes": changes})
        return
    Sections(home.settings.timezone).rows("Would be settled", COLUMNS, rows)
    show_table("What would change", CHANGES, changes, as_json)


def _change(change: "Change") -> dict[str, object]:
    return {**fields_of(change), "before": f"refused {' '.join(change.before)}".strip()}
