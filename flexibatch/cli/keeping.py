"""The commands about what is kept: sets in quarantine, and the bytes of old ones."""

from collections.abc import Collection
from datetime import datetime, timedelta

import click

from flexibatch.adapters.folders import ARCHIVE
from flexibatch.adapters.purging import delete_bytes
from flexibatch.adapters.store import queries, upkeep
from flexibatch.bootstrap import Home
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.moments import LENGTH
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option, say, show_json, show_table
from flexibatch.cli.sections import show_rows

QUARANTINE_COLUMNS = ("arrived_at", "ticket", "name", "sender", "environment", "run", "reason")


@click.group()
def quarantine() -> None:
    """Decide about sets that met a bug again and again. They hold up nobody, and wait here.

    Their files are in the spool, under quarantine/TICKET.
    """


@quarantine.command("list", epilog=REFUSED_OR_TROUBLE)
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, as_json: bool) -> None:
    """List the sets in quarantine with what went wrong."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        rows = queries.quarantined(connection)
    zone = home.settings.timezone
    show_rows("Quarantine", QUARANTINE_COLUMNS, rows, zone=zone, as_json=as_json)


@quarantine.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("words", metavar="TICKET|NAME...", nargs=-1, required=True)
@json_option
@click.pass_obj
def release(invocation: Invocation, words: tuple[str, ...], *, as_json: bool) -> None:
    """Have sets judged again, once the program is mended: the next sweep does it.

    They take their turn behind what waits. With several, all are released or none.
    """
    home = open_home(invocation)
    with home.database.writing() as connection:
        tickets = [queries.find_ticket(connection, word) for word in words]
        for ticket in tickets:
            upkeep.release(connection, by(invocation), ticket)
    if as_json:
        show_json({"released": tickets})
        return
    for ticket in tickets:
        say(f"Set {ticket} is released: the next sweep judges it.")


@quarantine.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("words", metavar="TICKET|NAME...", nargs=-1, required=True)
@json_option
@click.pass_obj
def discard(invocation: Invocation, words: tuple[str, ...], *, as_json: bool) -> None:
    """Give sets up: the next sweep answers them with a refusal (ACRF-163) and archives them.

    The bureau then sends the same again under a new sequence number. With several, all are discarded or none.
    """
    home = open_home(invocation)
    with home.database.writing() as connection:
        tickets = [queries.find_ticket(connection, word) for word in words]
        for ticket in tickets:
            upkeep.discard(connection, by(invocation), ticket)
    if as_json:
        show_json({"discarded": tickets})
        return
    for ticket in tickets:
        say(f"Set {ticket} is discarded: the next sweep refuses it with ACRF-163.")


@click.command(epilog=REFUSED_OR_TROUBLE)
@click.option(
    "--older-than",
    required=True,
    type=LENGTH,
    help="How long ago the last answer was put out: P400D, PT36H, or seconds.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@json_option
@click.pass_obj
def purge(invocation: Invocation, *, older_than: timedelta, dry_run: bool, as_json: bool) -> None:
    """Delete the archived files of old sets: what was received and the answers as they were written.

    Names, digests, verdicts, anomalies and declarations with all their versions stay. A purged set cannot be
    run or published again. What lies in the bureaus' own folders is theirs and stays. A purge that was cut
    short is finished by the next one.
    """
    home = open_home(invocation)
    before = invocation.clock.now() - older_than
    tickets = _tickets(invocation, home, before, dry_run=dry_run)
    deleted = delete_bytes(
        home.settings.spool / ARCHIVE,
        lambda asked: _purged_among(home, asked) | (set(tickets).intersection(asked)),
        dry_run=dry_run,
    )
    if as_json:
        told = {"before": before, "dry_run": dry_run, "tickets": tickets}
        show_json(told | {"sets": deleted.sets, "files": deleted.files, "bytes": deleted.size})
        return
    show_table("Purged sets", ("ticket",), [{"ticket": ticket} for ticket in tickets], as_json=False)
    would = "would be" if dry_run else "were"
    counted = f"{deleted.files} files ({deleted.size} bytes) of {deleted.sets} sets"
    say(f"{counted} {would} deleted from the archive.")


def _tickets(invocation: Invocation, home: Home, before: datetime, *, dry_run: bool) -> list[str]:
    """Mark the sets that are old enough, or only look for them."""
    if dry_run:
        with home.database.reading() as connection:
            return upkeep.purgeable(connection, before)
    with home.database.writing() as connection:
        return upkeep.purge(connection, by(invocation), before)


def _purged_among(home: Home, asked: Collection[str]) -> frozenset[str]:
    with home.database.reading() as connection:
        return upkeep.purged_among(connection, asked)
