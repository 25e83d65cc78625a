"""The command that gives out what the channel holds on one person."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flexibatch.cli.components import open_components
from flexibatch.cli.fields import fields_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.numbers import NUMBER
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by
from flexibatch.cli.output import json_option, json_text, say
from flexibatch.cli.private_files import private_file, require_new
from flexibatch.domain.written_numbers import plain_number

if TYPE_CHECKING:
    from flexibatch.services import persons as service
    from flexibatch.services.persons import PersonExport
else:
    service = LateModule("flexibatch.services.persons")


@click.group()
def person() -> None:
    """Answer for what the channel holds on a person."""


@person.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("inss", type=NUMBER)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file that only this user reads. [default: standard output]",
)
@json_option
@click.pass_obj
def export(invocation: Invocation, inss: str, *, output: Path | None, as_json: bool) -> None:
    """Write all that the channel holds on the person INSS, as JSON, for the data protection officer.

    Any number that the person has, or had, finds declarations with all versions, anomalies, Dimona periods,
    replaced numbers, and the sets that name the person. INSS as - is read from standard input, so that no list
    of processes shows it. Each export has a ticket; the audit tells who made it, not of whom.
    """
    del as_json  # what is given out is JSON already; errors are told as JSON too
    components, acting = open_components(invocation), by(invocation)
    number = plain_number(sys.stdin.readline().strip()) if inss == "-" else inss
    if output is not None:
        require_new(output)
    made, text = service.export_person(components, acting, number, _text)
    if output is None:
        click.echo(text.encode(), nl=False)  # the audit keeps the digest of these bytes
    else:
        with private_file(output, "--output") as file:
            file.write(text.encode())
    counts = made.held.counts.items()
    held = ", ".join(f"{name} {count}" for name, count in counts if count) or "nothing"
    say(f"Export {made.ticket}. What the channel holds on this person: {held}.")


def _text(made: "PersonExport") -> str:
    head = {"export": made.ticket, "made_at": made.by.at, "made_by": made.by.operator}
    return json_text({**head, **fields_of(made.held)}) + "\n"
