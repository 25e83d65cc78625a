"""The command that gives out what the channel holds on one person."""

import os
import sys
from hashlib import sha256
from pathlib import Path

import click

from flexibatch.adapters.store.audit import note
from flexibatch.adapters.store.persons import held_on
from flexibatch.adapters.store.rows import Shown
from flexibatch.assembly import Outside
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_text, say
from flexibatch.errors import Refusal, Unavailable

FOR_ITS_OWNER = 0o600
COUNTED = ("declarations", "unchanged", "anomalies", "periods", "replacements", "sets")


@click.group()
def person() -> None:
    """Answer for what the channel holds on a person."""


@person.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("inss")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file that only this user reads. [default: standard output]",
)
@click.pass_obj
def export(invocation: Invocation, inss: str, *, output: Path | None) -> None:
    """Write all that the channel holds on the person INSS, as JSON, for the data protection officer.

    Any number that the person has, or had, finds declarations with all versions, anomalies, Dimona periods,
    replaced numbers, and the sets that name the person. INSS as - is read from standard input, so that no list
    of processes shows it. Each export has a ticket; the audit tells who made it, not of whom.
    """
    home, acting = open_home(invocation), by(invocation)
    number = sys.stdin.readline().strip() if inss == "-" else inss
    if output is not None and output.exists():
        raise _taken(output)
    with home.database.writing() as connection:
        found = held_on(connection, number)
        ticket = Outside.at(invocation.clock).tickets.new()
        text = json_text({"export": ticket, "made_at": acting.at, "made_by": acting.operator, **found}) + "\n"
        digest = sha256(text.encode()).hexdigest()
        note(connection, acting, "person export", ticket, sha256=digest, **_counts(found))
    if output is None:
        click.echo(text.encode(), nl=False)  # the audit keeps the digest of these bytes
    else:
        _write(output, text)
    held = ", ".join(f"{name} {count}" for name, count in _counts(found).items() if count) or "nothing"
    say(f"Export {ticket}. What the channel holds on this person: {held}.")


def _counts(found: Shown) -> dict[str, int]:
    return {name: len(found[name]) for name in COUNTED}


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_ITS_OWNER)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise _taken(path) from exc
    except OSError as exc:
        raise Unavailable(f"{path} cannot be written ({exc.strerror}): name another --output.") from exc


def _taken(path: Path) -> Refusal:
    return Refusal(f"{path} is there already: name a new file, so that nothing is overwritten.")
