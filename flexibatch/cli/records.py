"""The commands that look up sets: what was received, what waits, what was decided."""

from typing import TYPE_CHECKING

import click

from flexibatch.cli import inboxes
from flexibatch.cli.fields import rows_of
from flexibatch.cli.filters import CODE, EMPLOYER, ENVIRONMENT, INSS, SENDER, SINCE, UNTIL, chosen_by, text_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options, times
from flexibatch.cli.moments import When
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_records
from flexibatch.cli.tables import REFUSED_OF_LINES, Column, Table, refused_of_lines
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.vocabulary import SetOutcome, SetState

if TYPE_CHECKING:
    from flexibatch.services import sets
else:
    sets = LateModule("flexibatch.services.sets")

SETS = Table(
    "Sets",
    (
        Column("arrived_at", "arrived", 2),
        Column("ticket", rank=1),
        Column("name", rank=8),
        Column("sender", rank=3),
        Column("sender_name", "bureau", 6, least=10),
        Column("environment", "env", 7),
        Column("outcome", rank=4, short=lambda row: row["outcome"] or row["state"]),
        Column("state", wide=True),
        Column("codes", rank=9, least=9),
        Column("run", wide=True),
        Column("forms", wide=True),
        Column("lines", wide=True),
        Column("accepted", wide=True),
        Column("unchanged", wide=True),
        Column("refused", rank=5, short=refused_of_lines),
        Column("anomalies", wide=True),
    ),
    REFUSED_OF_LINES,
)
COUNTS = ("forms", "lines", "accepted", "unchanged", "refused", "anomalies")
WORDS = tuple(dict.fromkeys([*(one.value for one in SetOutcome), *(one.value for one in SetState)]))
"""What became of a set, and where one stands."""
LISTED = f"""{REFUSED_OR_TROUBLE}

\b
Examples:
  flexibatch list --state quarantine --state refused
  flexibatch list --waiting
  flexibatch list --strays --sender 000640
"""


# ------------------------------------------------------------------------------------------------------- sets


@click.command("list", epilog=LISTED)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(WORDS),
    help="Only those of which this became, or that stand so; may be given again.",
)
@CODE
@EMPLOYER
@INSS
@SENDER
@ENVIRONMENT
@SINCE
@UNTIL
@click.option(
    "--name",
    help="Only those whose name (their GO's) or ticket begins so; with * and ? in it, a pattern of the whole.",
)
@click.option(
    "--waiting",
    is_flag=True,
    help="Every set that waits instead, claimed or in an inbox: what for, until when.",
)
@click.option(
    "--strays", is_flag=True, help="Every file in an inbox instead that is no part of a set, and why."
)
@list_options(SETS)
@click.pass_obj
def list_(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    /,
    *,
    states: tuple[str, ...],
    waiting: bool,
    strays: bool,
    view: View,
    name: str | None,
    **filters: "str | When | None",
) -> int:
    """List the sets that were received, the newest last: what became of each, by which codes, how many lines."""
    if waiting or strays:
        others = [value for option, value in filters.items() if option != "sender"]
        if states or name or any(others) or view != View(SETS, as_json=view.as_json) or (waiting and strays):
            told = "--waiting" if waiting else "--strays"
            raise click.UsageError(f"{told} goes with --sender and --json only.")
        sender = text_of(filters["sender"])
        shown = inboxes.list_waiting if waiting else inboxes.list_strays
        return shown(invocation, sender_number(sender) if sender is not None else None, as_json=view.as_json)
    home = open_records(invocation)
    found = sets.list_sets(
        home,
        states=[SetOutcome(word) if word in set(SetOutcome) else SetState(word) for word in states],
        name=name,
        **chosen_by(filters, home.settings.timezone),
        limit=view.most,
    )
    view.show(rows_of(found), times(invocation, home))
    return 0
