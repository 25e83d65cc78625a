"""The commands that move sets: sweep, watch, republish."""

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

from flexibatch.cli.completing import TICKET
from flexibatch.cli.components import open_components
from flexibatch.cli.confirming import note_option
from flexibatch.cli.done import show_done
from flexibatch.cli.fields import fields_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.opened import by
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.progress import settling, verbose_option
from flexibatch.cli.tables import REFUSED_OF_LINES, Column, Table, refused_of_lines, show_list

if TYPE_CHECKING:
    from flexibatch.domain.case import Verdict
    from flexibatch.services import republish as service
    from flexibatch.services import sweep as sweeping
    from flexibatch.sweep_result import SweepResult
    from flexibatch.wiring import outside
else:
    outside = LateModule("flexibatch.wiring.outside")
    service, sweeping = LateModule("flexibatch.services.republish"), LateModule("flexibatch.services.sweep")

DONE, SOME_REFUSED = 0, 1
TOLD_AT_MOST = 200
SWEPT = (
    "\b\nExit status: 0 done; 1 a set or a line was refused, a set has to wait, or an inbox\n"
    "could not be looked into; 2 it cannot be done as asked;\n3 trouble with database or disk."
)
SETTLED = Table(
    "Settled",
    (
        Column("ticket", rank=1),
        Column("sender", rank=4),
        Column("environment", "env", 5),
        Column("name", rank=6),
        Column("verdict", wide=True),
        Column("outcome", rank=2),
        Column("codes", rank=7, least=9),
        Column("lines", wide=True),
        Column("accepted", wide=True),
        Column("unchanged", wide=True),
        Column("refused", rank=3, short=refused_of_lines),
    ),
    REFUSED_OF_LINES,
)


def settled_row(verdict: "Verdict") -> dict[str, object]:
    """Return a verdict as the table of a sweep shows it."""
    case, counts = verdict.case, verdict.counts
    return {
        "ticket": case.ticket,
        "run": case.run,
        "sender": case.sender.number,
        "environment": case.environment.value,
        "name": case.name,
        "verdict": verdict.state,
        "outcome": verdict.outcome,
        "codes": [fault.code for fault in verdict.faults],
        "lines": counts.lines,
        "accepted": counts.accepted,
        "unchanged": counts.unchanged,
        "refused": counts.refused,
    }


def show_settled(result: "SweepResult", rows: list[dict[str, object]], as_json: bool, **counts: int) -> int:
    """Show what a sweep did, with other counts as JSON; tell the exit status."""
    if as_json:
        show_json({**result.counts(), **counts, "sets": rows})
    else:
        show_list(SETTLED, rows[:TOLD_AT_MOST])
        if len(rows) > TOLD_AT_MOST:
            say(f"Not shown: {len(rows) - TOLD_AT_MOST}; `flexibatch list` shows all.")
        _say_what_waits(result)
    return DONE if result.clean else SOME_REFUSED


def _say_what_waits(result: "SweepResult") -> None:
    if result.waiting or result.unpublished:
        say(
            f"Sets that have to wait: {result.waiting}; answers that are not out yet: {result.unpublished}. "
            "`flexibatch list --waiting` tells why; the next sweep tries again."
        )
    if result.unreached:
        say(
            f"Inboxes that could not be looked into: {result.unreached}. `flexibatch doctor` tells what to do."
        )
    if result.without_room:
        say("Nothing was taken in, the disk has too little room: `flexibatch doctor` tells what to do.")
    if result.quarantined:
        say(f"Sets that went to quarantine: {result.quarantined}. See `flexibatch quarantine list`.")


@click.command(epilog=SWEPT)
@verbose_option
@json_option
@click.pass_obj
def sweep(invocation: Invocation, *, verbose: bool, as_json: bool) -> int:
    """Take what has arrived, settle it, publish the answers, and end.

    What an earlier sweep left unfinished is finished first. A sweep does not wait: neither for a young GO nor
    for the back-off of a set that met trouble.
    """
    components = open_components(invocation, outside.Mode.SWEEP)
    rows: list[dict[str, object]] = []
    with settling(
        components.home, lambda verdict: rows.append(settled_row(verdict)), verbose=verbose
    ) as each:
        result = sweeping.sweep(components, each)
    return show_settled(result, rows, as_json)


@click.command(
    epilog="\b\nExit status: 0 ended by SIGTERM or SIGINT; 2 it cannot be done as asked; 3 trouble."
)
@click.option("--tied", is_flag=True, hidden=True, help="End when standard input closes: `serve` went away.")
@json_option
@click.pass_obj
def watch(invocation: Invocation, *, tied: bool, as_json: bool) -> int:
    """Sweep for ever; end cleanly, after the set in hand, on SIGTERM or SIGINT.

    Movement in an inbox wakes it at once; a plain look every `poll_interval` decides.
    """
    components = open_components(invocation, outside.Mode.WATCH)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: stop.set())
    if tied:
        threading.Thread(target=_wait_for_the_end_of_input, args=(stop,), daemon=True).start()
    spool = components.home.settings.spool
    told = f"Watching {spool}; SIGTERM ends it."
    sweeping.watch(components, stop, lambda: show_done(as_json, {"watching": spool}, told))
    return DONE


def _wait_for_the_end_of_input(stop: threading.Event) -> None:
    """Stop when nobody holds the other end of standard input any more."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    stop.set()


@click.command(
    epilog="\b\nExit status: 0 done; 2 it cannot be done as asked; 3 trouble with database or disk."
)
@click.argument("ticket", metavar="TICKET|NAME", type=TICKET)
@note_option
@json_option
@click.pass_obj
def republish(invocation: Invocation, ticket: str, *, note: str | None, as_json: bool) -> int:
    """Put the answers of a set down again: all its runs, the same names, the same bytes."""
    done = service.republish(open_components(invocation), by(invocation, note), ticket)
    show_done(as_json, fields_of(done), f"The answers of set {done.ticket} are out again.")
    return DONE
