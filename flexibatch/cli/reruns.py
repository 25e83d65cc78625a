"""The command `rerun`: archived sets are judged again, or what that would change is shown."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import click

from flexibatch.adapters.store import bureaus, sets, upkeep
from flexibatch.adapters.store.rows import Shown
from flexibatch.assembly import Outside, channel_of, world_of
from flexibatch.bootstrap import Home
from flexibatch.cli.channel import DONE, SWEPT, settled_row, show_settled
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.moments import MOMENT, instant_of
from flexibatch.cli.opened import by, open_home
from flexibatch.cli.output import json_option, say, show_table
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.case import FormVerdict, LineVerdict
from flexibatch.domain.vocabulary import Outcome
from flexibatch.errors import Refusal
from flexibatch.services.check import rerun_trial
from flexibatch.trials import Trial

CHANGES = ("ticket", "form", "line", "reference", "own_reference", "before", "after", "codes")
Place = tuple[str, int | None, int | None, str | None, str | None]
"""Ticket, Form, line and both references; a file refused whole has a ticket only."""


@click.command(epilog=f"{SWEPT}\nA dry run ends with 0 whatever it shows.")
@click.argument("words", metavar="TICKET|NAME", nargs=-1)
@click.option("--refused", is_flag=True, help="All sets that were refused, whole or in part.")
@click.option("--sender", help="Only sets of this sender.")
@click.option("--since", type=MOMENT, help="Only sets that arrived from this day or moment on.")
@click.option("--dry-run", is_flag=True, help="Show, line by line, what would change; change nothing.")
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
    wanted = sets.WantedSets(sender=sender, since=instant_of(since, home.settings.timezone))
    with home.database.reading() as connection:
        if sender is not None:
            bureaus.show_sender(connection, sender_number(sender))
        named = [sets.find_ticket(connection, word) for word in words]
        chosen = [] if words else sets.tickets_for_rerun(connection, wanted, refused=refused)
        senders = bureaus.list_senders(connection)
    if not words:
        _tell_held(senders, sender)
    tickets = list(dict.fromkeys(named + chosen))
    if dry_run:
        return _show_changes(home, invocation, tickets, as_json)
    channel = channel_of(home, Outside.at(invocation.clock))
    with home.database.writing() as connection:
        for ticket in tickets:
            upkeep.begin_rerun(connection, by(invocation), ticket)
    rows: list[dict[str, object]] = []
    result = channel.settle(lambda verdict: rows.append(settled_row(verdict)))
    return show_settled(result, rows, as_json)


def _tell_held(senders: Sequence[Shown], sender: str | None) -> None:
    """Say whose sets are left out because they are on hold."""
    held = [row["number"] for row in senders if row["state"] == "held"]
    left_out = [number for number in held if sender in {None, number}]
    if left_out:
        say(
            f"On hold, so that their sets are not chosen: {', '.join(left_out)} (`flexibatch sender release`)."
        )


# ------------------------------------------------------------------------------------------------ what would change


@dataclass(frozen=True, slots=True)
class _Before:
    """Hold the anomalies that the last run of a set told; not `complete` where there were more than are told."""

    told: Sequence[Shown]
    complete: bool

    @property
    def whole(self) -> list[str]:
        """Give the codes that stood against the whole file."""
        return self._codes(None, None)

    def of_line(self, form: int, line: int) -> list[str]:
        """Give the codes that stood against a line, or else against its Form, or else against the whole file."""
        return self._codes(form, line) or self._codes(form, None) or self.whole

    def same(self, was: Sequence[str], codes: Sequence[str]) -> bool:
        """Tell whether a line that is refused was refused for the same: what was not told is not known to differ."""
        return set(was) == set(codes) if self.complete else set(was) <= set(codes)

    def _codes(self, form: int | None, line: int | None) -> list[str]:
        place = (form, line)
        return list(
            dict.fromkeys(one["code"] for one in self.told if (one["form_number"], one["line"]) == place)
        )


def _show_changes(home: Home, invocation: Invocation, tickets: Sequence[str], as_json: bool) -> int:
    world = replace(world_of(home, Outside.at(invocation.clock)), max_anomalies=sys.maxsize)
    rows = []
    for ticket in tickets:
        before = _told_before(home, ticket)
        rows += _changes(ticket, rerun_trial(home, world, by(invocation), ticket), before)
    show_table("What would change", CHANGES, rows, as_json)
    return DONE


def _told_before(home: Home, ticket: str) -> _Before:
    with home.database.reading() as connection:
        found = sets.show_set(connection, ticket)
    return _Before(found["anomalies"], found["runs"][-1]["anomalies"] <= len(found["anomalies"]))


def _changes(ticket: str, trial: Trial, before: _Before) -> list[dict[str, object]]:
    """Give a row for every line that would stand otherwise than it does, and for a file refused whole."""
    verdict = trial.settlement.verdict
    if verdict.faults:
        codes = list(dict.fromkeys(fault.code for fault in verdict.faults))
        changed = not before.same(before.whole, codes)
        return [_change((ticket, None, None, None, None), before.whole, "refused", codes)] if changed else []
    rows = []
    for judged in trial.forms:
        for one in judged.lines:
            was, codes = before.of_line(judged.form.number, one.line.number), _codes(judged, one)
            same = one.kept or (one.outcome is Outcome.REFUSED and before.same(was, codes))
            if not same:
                line = one.line
                place = (ticket, judged.form.number, line.number, line.reference, line.own)
                rows.append(_change(place, was, one.outcome.value, codes))
    return rows


def _codes(judged: FormVerdict, one: LineVerdict) -> list[str]:
    """Give the codes of a line, or of the Form with which it is refused."""
    of_form = [told.anomaly.code for told in judged.told if told.line is None] if judged.refused else []
    return list(one.codes) or list(dict.fromkeys(of_form))


def _change(place: Place, before: list[str], after: str, codes: list[str]) -> dict[str, object]:
    return dict(zip(CHANGES, (*place, f"refused {' '.join(before)}".strip(), after, codes), strict=True))
