"""The commands that look up sets: what was received, what waits, what was decided."""

from datetime import date
from typing import TYPE_CHECKING

import click

from flexibatch.cli.fields import rows_of
from flexibatch.cli.filters import SENDER, SINCE
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.moments import instant_of
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_records
from flexibatch.cli.output import json_option, show_json
from flexibatch.cli.sections import show_rows
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.vocabulary import SetState, Why

if TYPE_CHECKING:
    from flexibatch.services import sets
    from flexibatch.services import waiting as waits
else:
    sets, waits = LateModule("flexibatch.services.sets"), LateModule("flexibatch.services.waiting")

SET_COLUMNS = ("arrived_at", "ticket", "name", "sender", "environment", "state", "run")
COUNTS = ("forms", "lines", "accepted", "unchanged", "refused", "anomalies")
WAITING_COLUMNS = ("sender", "environment", "sets", "ticket", "name", "since", "why", "until", "reason")
WHY = {
    Why.HELD: "the sender is on hold",
    Why.ROOM: "the disk has too little room: nothing is taken in",
    Why.BURDENED: "so much of this sender is claimed and has no verdict that no more is claimed (max_claimed_bytes)",
    Why.ARRIVING: "it is not complete",
    Why.CLAIMING: "its claim was cut short: the next sweep completes it",
    Why.BACK_OFF: "trouble: it is tried again when its back-off is over",
    Why.SWEEP: "the next sweep",
    Why.PUBLISHING: "its answers are not all out: the next sweep puts them out",
    Why.QUARANTINE: "it is in quarantine: release or discard it",
}


# ------------------------------------------------------------------------------------------------------- sets


@click.command("list", epilog=REFUSED_OR_TROUBLE)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([one.value for one in SetState]),
    help="Only those; may be given again.",
)
@SENDER
@SINCE
@click.option("--name", help="Only those of this name (their GO's).")
@click.option(
    "--waiting", is_flag=True, help="What waits instead, claimed or in an inbox: since when and what for."
)
@click.option("--limit", type=click.IntRange(min=1), help="Only the latest. [default: all]")
@json_option
@click.pass_obj
def list_(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    *,
    states: tuple[str, ...],
    sender: str | None,
    since: date | None,
    name: str | None,
    waiting: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the sets that were received, oldest first, with the counts of their last run."""
    number = sender_number(sender) if sender is not None else None
    if waiting and (states or since or name or limit):
        raise click.UsageError("--waiting goes with --sender and --json only.")
    if waiting:
        _list_waiting(invocation, number, as_json)
        return
    home = open_records(invocation)
    found = sets.list_sets(
        home,
        states=[SetState(state) for state in states],
        sender=number,
        since=instant_of(since, home.settings.timezone),
        name=name,
        limit=limit,
    )
    show_rows("Sets", (*SET_COLUMNS, *COUNTS), rows_of(found), zone=home.settings.timezone, as_json=as_json)


def _list_waiting(invocation: Invocation, sender: str | None, as_json: bool) -> None:
    from flexibatch.cli.components import open_components  # noqa: PLC0415 - what was received is listed without any part

    components = open_components(invocation)
    rows = rows_of(waits.waiting(components, invocation.clock.now(), sender))
    if as_json:
        show_json(rows)
        return
    told = [row | {"why": WHY[Why(str(row["why"]))]} for row in rows]
    columns = (*WAITING_COLUMNS, "unpublished", "quarantined")
    show_rows("Waiting", columns, told, zone=components.home.settings.timezone, as_json=False)
