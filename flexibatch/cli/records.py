"""The commands that look up sets: what was received, what waits, what was decided."""

from collections.abc import Iterator
from datetime import date, timedelta

import click

from flexibatch.adapters.clock import RandomTickets
from flexibatch.adapters.spool.pending import Pending, pending
from flexibatch.adapters.store import bureaus, queries
from flexibatch.adapters.store.claims import Claims
from flexibatch.adapters.store.queries import WantedSets, Why
from flexibatch.adapters.store.rows import Shown
from flexibatch.bootstrap import Home, reserve_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.moments import MOMENT, instant_of
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_home
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.sections import Sections, show_rows
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.findings import Finding
from flexibatch.domain.vocabulary import SetState

SET_COLUMNS = ("arrived_at", "ticket", "name", "sender", "environment", "state", "run")
COUNTS = ("forms", "lines", "accepted", "unchanged", "refused", "anomalies")
WAITING_COLUMNS = ("sender", "environment", "sets", "ticket", "name", "since", "why", "until", "reason")
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

WHY = {
    Why.HELD: "the sender is on hold",
    Why.ROOM: "the disk has too little room: nothing is taken in",
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
@click.option("--sender", help="Only those of this sender.")
@click.option("--since", type=MOMENT, help="Only those that arrived from this day or moment on.")
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
    home = open_home(invocation)
    if number is not None:
        with home.database.reading() as connection:
            bureaus.show_sender(connection, number)
    if waiting:
        _list_waiting(invocation, home, number, as_json)
        return
    wanted = WantedSets(
        [SetState(state) for state in states], number, instant_of(since, home.settings.timezone), name
    )
    with home.database.reading() as connection:
        rows = queries.list_sets(connection, wanted, limit=limit)
    show_rows("Sets", (*SET_COLUMNS, *COUNTS), rows, zone=home.settings.timezone, as_json=as_json)


def _list_waiting(invocation: Invocation, home: Home, sender: str | None, as_json: bool) -> None:
    with home.database.reading() as connection:
        rows = queries.waiting(connection, invocation.clock.now())
    mine = [row for row in (*rows, *_in_inboxes(home)) if sender in {None, row["sender"]}]
    mine.sort(key=lambda row: (row["sender"], row["environment"]))
    if as_json:
        show_json(mine)
        return
    told = [row | {"why": WHY[row["why"]]} for row in mine]
    show_rows(
        "Waiting",
        (*WAITING_COLUMNS, "unpublished", "quarantined"),
        told,
        zone=home.settings.timezone,
        as_json=as_json,
    )


def _patience(home: Home, one: Pending) -> timedelta:
    """Give how long a set waits for what it lacks before it is refused."""
    without_go = any(finding.rule == "go-missing" for finding in one.lacking)
    return home.settings.incomplete_after if without_go else home.settings.go_grace


def _lacks(finding: Finding) -> str:
    """Say what a set lacks.

    >>> _lacks(Finding("data-count", tag="FI", details={"announced": "2", "found": "1"}))
    'FI files announced: 2, there: 1'
    """
    if finding.rule == "go-missing":
        return "its GO is missing"
    details = finding.details
    if "announced" in details:
        return f"{finding.tag} files announced: {details['announced']}, there: {details['found']}"
    return f"its {finding.tag} files are not those that its GO announces"


def _in_inboxes(home: Home) -> Iterator[Shown]:
    """Give what waits unclaimed, as the streams are given: no ticket tells of it, nothing was tried."""
    senders = Claims(home.database, RandomTickets()).senders()
    lacking = reserve_of(home).lacking()
    for one in pending(home.settings.spool, senders):
        arriving = bool(one.lacking) and not one.sender.held
        taken = Why.ROOM if lacking else Why.SWEEP
        why = Why.HELD if one.sender.held else Why.ARRIVING if arriving else taken
        yield {
            "sender": one.sender.number,
            "sender_name": one.sender.name,
            "environment": one.environment.value,
            "ticket": None,
            "name": one.name,
            "state": "arriving",
            "since": one.since,
            "until": one.since + _patience(home, one) if arriving else None,
            "attempts": 0,
            "why": why,
            "reason": "; ".join(map(_lacks, one.lacking)) or (lacking if why is Why.ROOM else None),
            "sets": one.sets,
            "unpublished": 0,
            "quarantined": 0,
        }


@click.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("word", metavar="TICKET|NAME")
@json_option
@click.pass_obj
def show(invocation: Invocation, word: str, *, as_json: bool) -> None:
    """Show a set: its files, runs, answers, and the anomalies of its last run.

    TICKET is the set's or one of its Forms', NAME that of its GO, a part, or an answer. A name that several
    sets have is refused, and lists their tickets.
    """
    home = open_home(invocation)
    with home.database.reading() as connection:
        found = queries.show_set(connection, word)
    if as_json:
        show_json(found)
        return
    told = Sections(home.settings.timezone)
    told.fields(f"Set {found['ticket']}", found)
    told.rows("Files", ("name", "kind", "part", "size", "sha256"), found["files"])
    told.rows("Runs", ("number", "verdict", "decided_at", "published_at", *COUNTS), found["runs"])
    told.rows("Judged with", ("number", "sha256", "schema", "catalogue", "register_at"), found["runs"])
    answers = [
        {**answer, "run": run["number"], "published_at": run["published_at"]}
        for run in found["runs"]
        for answer in run["answers"]
    ]
    told.rows("Answers", ("run", "name", "published_at", "size", "sha256"), answers)
    told.rows(
        "Acknowledged by the bureau", ("answer_name", "recorded_at", "set_ticket"), found["acknowledged"]
    )
    for part, title, columns in (
        ("forms", "Forms of the last run", FORM_COLUMNS),
        ("anomalies", "Anomalies of the last run", ANOMALY_COLUMNS),
    ):
        told.rows(title, columns, found[part][:ROWS_SHOWN])
        if len(found[part]) > ROWS_SHOWN:
            say(f"{ROWS_SHOWN} of {len(found[part])} {part} are shown; --json shows all.")
