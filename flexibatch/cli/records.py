"""The commands that look up sets: what was received, what waits, what was decided."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from flexibatch.cli import inboxes
from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.filters import SENDER, SINCE
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.moments import instant_of
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_records
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.sections import Sections, show_rows
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.vocabulary import SetState
from flexibatch.errors import NotFound

if TYPE_CHECKING:
    from flexibatch.services import sets
else:
    sets = LateModule("flexibatch.services.sets")

SET_COLUMNS = ("arrived_at", "ticket", "name", "sender", "environment", "state", "run")
COUNTS = ("forms", "lines", "accepted", "unchanged", "refused", "anomalies")
ANOMALY_COLUMNS = (
    "code",
    "class",
    "form_number",
    "line",
    "own_reference",
    "tag",
    "value",
    "line_nbr",
    "what",
    "note",
)
ROWS_SHOWN = 50
LISTED = f"""{REFUSED_OR_TROUBLE}

\b
Examples:
  flexibatch list --state quarantine --state refused
  flexibatch list --waiting
  flexibatch list --strays --sender 000640
"""
FORM_COLUMNS = (
    "number",
    "ticket",
    "operation",
    "reference",
    "result",
    "lines",
    "accepted",
    "unchanged",
    "refused",
)


# ------------------------------------------------------------------------------------------------------- sets


@click.command("list", epilog=LISTED)
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
    "--waiting",
    is_flag=True,
    help="Every set that waits instead, claimed or in an inbox: what for, until when.",
)
@click.option(
    "--strays", is_flag=True, help="Every file in an inbox instead that is no part of a set, and why."
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
    strays: bool,
    limit: int | None,
    as_json: bool,
) -> int:
    """List the sets that were received, oldest first, with the counts of their last run."""
    number = sender_number(sender) if sender is not None else None
    if (waiting or strays) and (states or since or name or limit or (waiting and strays)):
        told = "--waiting" if waiting else "--strays"
        raise click.UsageError(f"{told} goes with --sender and --json only.")
    if waiting or strays:
        shown = inboxes.list_waiting if waiting else inboxes.list_strays
        return shown(invocation, number, as_json=as_json)
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
    return 0


@click.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("word", metavar="TICKET|NAME")
@json_option
@click.pass_obj
def show(invocation: Invocation, word: str, *, as_json: bool) -> int:
    """Show a set: its files, runs, answers, and the anomalies of its last run.

    TICKET is the set's or one of its Forms', NAME that of its GO, a part, or an answer. A name that several
    sets have is refused, and lists their tickets. What still lies in an inbox is shown by its name: a set that
    waits, or a file that is no part of one.
    """
    home = open_records(invocation)
    try:
        details = sets.show_set(home, word)
    except NotFound:
        status = inboxes.show_unclaimed(invocation, word, as_json=as_json)
        if status is None:
            raise
        return status
    found = fields_of(details)
    if as_json:
        show_json(found)
        return 0
    told = Sections(home.settings.timezone)
    told.fields(f"Set {details.ticket}", found)
    told.rows("Files", ("name", "kind", "part", "size", "sha256"), rows_of(details.files))
    runs = rows_of(details.runs)
    told.rows("Runs", ("number", "verdict", "decided_at", "published_at", *COUNTS), runs)
    told.rows("Judged with", ("number", "sha256", "schema", "catalogue", "register_at"), runs)
    answers = [
        {**fields_of(answer), "run": run.number, "published_at": run.published_at}
        for run in details.runs
        for answer in run.answers
    ]
    told.rows("Answers", ("run", "name", "published_at", "size", "sha256"), answers)
    acknowledged = rows_of(details.acknowledged)
    told.rows("Acknowledged by the bureau", ("answer_name", "recorded_at", "set_ticket"), acknowledged)
    _show_some(told, "forms", FORM_COLUMNS, details.forms)
    _show_some(told, "anomalies", ANOMALY_COLUMNS, details.anomalies)
    return 0


def _show_some(told: Sections, part: str, columns: Sequence[str], records: Sequence[object]) -> None:
    told.rows(f"{part.capitalize()} of the last run", columns, rows_of(records[:ROWS_SHOWN]))
    if len(records) > ROWS_SHOWN:
        say(f"{ROWS_SHOWN} of {len(records)} {part} are shown; --json shows all.")
