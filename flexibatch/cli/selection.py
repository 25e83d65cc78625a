"""The commands that say whom an employer can declare, and that prepare the declarations of who was forgotten."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import islice
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flexibatch.cli.components import open_components
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.numbers import EMPLOYER_NUMBER
from flexibatch.cli.opened import DAY, REFUSED_OR_TROUBLE, open_home
from flexibatch.cli.output import json_option, json_text, say, show_table
from flexibatch.cli.private_files import private_file, require_new
from flexibatch.domain.vocabulary import Environment

if TYPE_CHECKING:
    from flexibatch.domain.selection import SelectedWorker
    from flexibatch.services import selection as service
else:
    service = LateModule("flexibatch.services.selection")

F = TypeVar("F", bound=Callable[..., Any])

COLUMNS = ("inss", "periods", "first_day", "last_day", "days", "late", "conditions", "declared")
WORKERS_SHOWN = 1000

_RANGE = (
    click.option(
        "--employer",
        type=EMPLOYER_NUMBER,
        required=True,
        help="The employer: its NSSO or enterprise number.",
    ),
    click.option("--from", "first", type=DAY, required=True, help="The first day of the range."),
    click.option("--until", "last", type=DAY, required=True, help="Its last day; a year later at most."),
    click.option(
        "--environment",
        type=click.Choice([one.value for one in Environment]),
        default=Environment.REAL.value,
        show_default=True,
        help="Whose declarations count: real, test or simulation.",
    ),
)
WORKERS_EXAMPLES = """\
\b
Examples:
  flexibatch dimona workers --employer 0400100056 --from 2026-09-01 --until 2026-09-30
  flexibatch dimona workers --employer 100100022 --from 2026-09-01 --until 2026-09-30 --undeclared --csv forgotten.csv

"""
SKELETON_EXAMPLE = """\
\b
Example:
  flexibatch dimona skeleton --employer 0400100056 --from 2026-09-01 --until 2026-09-30 \\
    --category 017 --worker-code 050 --output september.xml

"""


def _of_range(command: F) -> F:
    for option in reversed(_RANGE):
        command = option(command)
    return command


@click.command(epilog=WORKERS_EXAMPLES + REFUSED_OR_TROUBLE)
@_of_range
@click.option(
    "--undeclared", is_flag=True, help="Only those without a declaration in force: who was forgotten."
)
@click.option(
    "--csv",
    "sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write them for a spreadsheet, to a new file that only this user reads.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=WORKERS_SHOWN,
    show_default=True,
    help="Only the first in the table; 0 is all. JSON and CSV hold all.",
)
@json_option
@click.pass_obj
def workers(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    *,
    employer: str,
    first: date,
    last: date,
    environment: str,
    undeclared: bool,
    sheet: Path | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the workers whom an employer can declare: those with a valid flexi period in a range of days.

    A row a worker, by INSS: how many periods overlap the range, the first and the last day and the number of days that
    they cover of it, whether all of them were declared late, what is told of the flexi conditions, and how many
    declarations are in force whose calculation period overlaps the range.
    """
    if sheet is not None and as_json:
        raise click.UsageError("Give either --csv or --json.")
    home = open_home(invocation)
    wanted = service.WantedWorkers(employer, first, last, Environment(environment), undeclared)
    with service.selected_workers(home, wanted) as selection:
        if sheet is not None:
            with private_file(sheet, "--csv") as file:
                count = service.write_csv(selection.workers, file)
            say(f"Workers written to {sheet}: {count}.")
        elif as_json:
            _stream_json(selection.workers)
        else:
            _show(selection.workers, limit)


def _stream_json(found: "Iterable[SelectedWorker]") -> None:
    """Show a list of objects as `show_json` does, each as it comes: an employer may have very many workers."""
    before = "[\n"
    for one in found:
        click.echo(before + indent(json_text(one._asdict()), "  "), nl=False)
        before = ",\n"
    click.echo("[]" if before == "[\n" else "\n]")


def _show(found: "Iterable[SelectedWorker]", limit: int) -> None:
    rows = [one._asdict() for one in (islice(found, limit + 1) if limit else found)]
    shown = rows[:limit] if limit else rows
    show_table("Workers", COLUMNS, shown, as_json=False)
    if len(rows) > len(shown):
        say(f"The first {limit} are shown, there are more: give --limit 0, --json or --csv.")


@click.command(epilog=SKELETON_EXAMPLE + REFUSED_OR_TROUBLE)
@_of_range
@click.option("--category", required=True, help="The employer category of all of them, three digits.")
@click.option("--worker-code", required=True, help="Their worker code: 050 labourer, 450 employee.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="A new file that only this user reads.",
)
@json_option
@click.pass_obj
def skeleton(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    *,
    employer: str,
    first: date,
    last: date,
    environment: str,
    category: str,
    worker_code: str,
    output: Path,
    as_json: bool,
) -> None:
    """Write a FLXWAGE document for those who were forgotten, in which only the amounts are missing.

    It holds one original, with a new UUID, per worker whom `dimona workers --undeclared` lists. The calculation period
    is the range, the day of calculation today. Fill in each Amount in eurocents, and the schema takes it.
    """
    require_new(output)
    components = open_components(invocation)
    wanted = service.WantedWorkers(employer, first, last, Environment(environment), undeclared=True)
    made = service.skeleton(components, wanted, category, worker_code)
    with private_file(output, "--output") as file:
        file.writelines(piece.encode() for piece in made.pieces)
    if as_json:
        told = {"output": output, "schema": made.schema, "lines": made.lines, "more": made.more}
        click.echo(json_text(told))
        return
    say(f"{output} was written, {made.schema} with {made.lines} lines: fill in the amounts, in eurocents.")
    if made.more:
        say(
            "More workers are not declared than one document may hold: send this one, and when it is answered make "
            "the next."
        )
