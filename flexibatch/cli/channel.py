"""The commands that move sets: sweep, watch, rerun, republish."""

import signal
import threading
from collections.abc import Sequence
from datetime import datetime

import click

from flexibatch.adapters.store import sets, upkeep
from flexibatch.adapters.store.ledger import StoredLedger
from flexibatch.adapters.wake import Wake
from flexibatch.assembly import Outside, channel_of, world_of
from flexibatch.bootstrap import Home
from flexibatch.checking import rerun_trial
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.opened import DAY, by, open_home
from flexibatch.cli.output import json_option, say, show_json, show_table
from flexibatch.domain.case import Verdict
from flexibatch.domain.vocabulary import Outcome
from flexibatch.errors import Refusal
from flexibatch.trials import Trial
from flexibatch.watcher import SweepResult
from flexibatch.watcher import watch as watch_channel

DONE, SOME_REFUSED = 0, 1
TOLD_AT_MOST = 200
SWEPT = (
    "\b\nExit status: 0 done; 1 a set or a line was refused, or a set has to wait; "
    "2 it cannot be done as asked;\n3 trouble with database or disk."
)
COLUMNS = ("ticket", "sender", "environment", "name", "verdict", "lines", "accepted", "unchanged", "refused")
CHANGES = ("ticket", "form", "line", "reference", "before", "after", "codes")


def _outside(invocation: Invocation) -> Outside:
    real = Outside.real()
    return Outside(invocation.clock, real.tickets, real.scan)


def _row(verdict: Verdict) -> dict[str, object]:
    case, counts = verdict.case, verdict.counts
    return {
        "ticket": case.ticket,
        "run": case.run,
        "sender": case.sender.number,
        "environment": case.environment.value,
        "name": case.name,
        "verdict": verdict.state,
        "codes": [fault.code for fault in verdict.faults],
        "lines": counts.lines,
        "accepted": counts.accepted,
        "unchanged": counts.unchanged,
        "refused": counts.refused,
    }


def _show(result: SweepResult, rows: list[dict[str, object]], as_json: bool) -> int:
    """Show what a sweep did; tell the exit status."""
    if as_json:
        show_json({**result.counts(), "sets": rows})
    else:
        show_table("Settled", COLUMNS, rows[:TOLD_AT_MOST], as_json=False)
        if len(rows) > TOLD_AT_MOST:
            say(f"{len(rows) - TOLD_AT_MOST} more; `flexibatch list` shows all.")
        _say_what_waits(result)
    return DONE if result.clean else SOME_REFUSED


def _say_what_waits(result: SweepResult) -> None:
    if result.waiting or result.unpublished:
        say(
            f"{result.waiting} set(s) have to wait and {result.unpublished} answer(s) are not out yet: "
            "`flexibatch list --waiting` tells why; the next sweep tries again."
        )
    if result.quarantined:
        say(f"{result.quarantined} set(s) went to quarantine: see `flexibatch quarantine list`.")


@click.command(epilog=SWEPT)
@json_option
@click.pass_obj
def sweep(invocation: Invocation, *, as_json: bool) -> int:
    """Take what has arrived, settle it, publish the answers, and end.

    What an earlier sweep left unfinished is finished first. A sweep does not wait: neither for a young GO nor
    for the back-off of a set that met trouble.
    """
    home = open_home(invocation)
    rows: list[dict[str, object]] = []
    result = channel_of(home, _outside(invocation)).sweep(lambda verdict: rows.append(_row(verdict)))
    return _show(result, rows, as_json)


@click.command(
    epilog="\b\nExit status: 0 ended by SIGTERM or SIGINT; 2 it cannot be done as asked; 3 trouble."
)
@click.pass_obj
def watch(invocation: Invocation) -> int:
    """Sweep for ever; end cleanly, after the set in hand, on SIGTERM or SIGINT.

    Movement in an inbox wakes it at once; a plain look every `poll_interval` decides.
    """
    home = open_home(invocation)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: stop.set())
    channel = channel_of(home, _outside(invocation), patient=True)
    settings = home.settings
    wake = Wake(settings.spool, settings.poll_interval, settings.claim_delay)
    say(f"Watching {settings.spool}; SIGTERM ends it.")
    watch_channel(channel, stop, wake.wait)
    return DONE


# ------------------------------------------------------------------------------------------------------ re-runs


@click.command(epilog=SWEPT)
@click.argument("words", metavar="TICKET|NAME", nargs=-1)
@click.option("--refused", is_flag=True, help="All sets that were refused, whole or in part.")
@click.option("--sender", help="Only sets of this sender.")
@click.option("--since", type=DAY, help="Only sets that arrived on this day or later.")
@click.option("--dry-run", is_flag=True, help="Show, line by line, what would change; change nothing.")
@json_option
@click.pass_obj
def rerun(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    words: tuple[str, ...],
    *,
    refused: bool,
    sender: str | None,
    since: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Judge archived sets again, by the register, rules and mandates as they stand now.

    Lines that an earlier run accepted stay as they are. New answers are published before the command ends.
    Name sets by ticket or by the name of their GO, or choose them with --refused, --sender, --since.
    """
    home = open_home(invocation)
    if not words and not (refused or sender or since):
        raise Refusal(
            "Say which sets are to be judged again: name tickets, or give --refused, --sender or --since."
        )
    wanted = sets.WantedSets(sender=sender, since=_first_moment(home, since))
    with home.database.reading() as connection:
        named = [sets.find_ticket(connection, word) for word in words]
        chosen = [] if words else sets.tickets_for_rerun(connection, wanted, refused=refused)
    tickets = list(dict.fromkeys(named + chosen))
    if dry_run:
        return _show_changes(home, invocation, tickets, as_json)
    with home.database.writing() as connection:
        for ticket in tickets:
            upkeep.begin_rerun(connection, by(invocation), ticket)
    rows: list[dict[str, object]] = []
    result = channel_of(home, _outside(invocation)).settle(lambda verdict: rows.append(_row(verdict)))
    return _show(result, rows, as_json)


def _first_moment(home: Home, day: datetime | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=home.settings.timezone)


def _show_changes(home: Home, invocation: Invocation, tickets: Sequence[str], as_json: bool) -> int:
    world = world_of(home, _outside(invocation))
    rows = []
    for ticket in tickets:
        before = _codes_before(home, ticket)
        rows += _changes(ticket, rerun_trial(home, world, by(invocation), ticket), before)
    show_table("What would change", CHANGES, rows, as_json)
    return DONE


def _codes_before(home: Home, ticket: str) -> dict[tuple[int | None, int | None], list[str]]:
    with home.database.reading() as connection:
        told = sets.show_set(connection, ticket)["anomalies"]
    codes: dict[tuple[int | None, int | None], list[str]] = {}
    for one in told:
        codes.setdefault((one["form_number"], one["line"]), []).append(one["code"])
    return codes


def _changes(
    ticket: str, trial: Trial, before: dict[tuple[int | None, int | None], list[str]]
) -> list[dict[str, object]]:
    """Give a row for every line that would stand otherwise than it does, and for a file refused whole."""
    whole = before.get((None, None), [])
    verdict = trial.settlement.verdict
    if verdict.faults:
        codes = [fault.code for fault in verdict.faults]
        changed = codes != whole
        return [_change(ticket, None, None, None, whole, "refused", codes)] if changed else []
    rows = []
    for judged in trial.forms:
        for one in judged.lines:
            was = before.get((judged.form.number, one.line.number), whole)
            same = one.kept or (one.outcome is Outcome.REFUSED and list(one.codes) == was)
            if not same:
                told = (judged.form.number, one.line.number, one.line.reference)
                rows.append(_change(ticket, *told, was, one.outcome.value, list(one.codes)))
    return rows


def _change(  # noqa: PLR0913, PLR0917 - a row has many columns
    ticket: str,
    form: int | None,
    line: int | None,
    reference: str | None,
    before: list[str],
    after: str,
    codes: list[str],
) -> dict[str, object]:
    return {
        "ticket": ticket,
        "form": form,
        "line": line,
        "reference": reference,
        "before": f"refused {' '.join(before)}".strip(),
        "after": after,
        "codes": codes,
    }


@click.command(
    epilog="\b\nExit status: 0 done; 2 it cannot be done as asked; 3 trouble with database or disk."
)
@click.argument("ticket")
@click.pass_obj
def republish(invocation: Invocation, ticket: str) -> int:
    """Put the answers of a set down again: all its runs, the same names, the same bytes."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        shown = sets.show_set(connection, ticket)
    if shown["purged_at"] is not None:
        raise Refusal(
            f"The answers of set {ticket} were purged; `flexibatch show {ticket}` tells its verdict."
        )
    if not shown["runs"]:
        raise Refusal(f"Set {ticket} has no verdict yet, so there is nothing to publish again.")
    world = world_of(home, _outside(invocation))
    ledger = StoredLedger(home.database, invocation.clock)
    for run in shown["runs"]:
        world.outbox.publish(ledger.settled(shown["ticket"], run["number"]).verdict)
    say(f"The answers of set {shown['ticket']} are out again.")
    return DONE
