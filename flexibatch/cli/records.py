"""The commands that look up sets: what was received, what waits, what was decided."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from flexibatch.cli import inboxes
from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.filters import CODE, EMPLOYER, ENVIRONMENT, INSS, SENDER, SINCE, UNTIL, chosen_by, text_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options, times
from flexibatch.cli.moments import When
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_records
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.sections import Sections
from flexibatch.cli.tables import REFUSED_OF_LINES, Column, Table, refused_of_lines
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.vocabulary import SetOutcome, SetState
from flexibatch.errors import NotFound

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
