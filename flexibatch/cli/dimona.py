"""The commands about the Dimona register: feed it, and look into it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.moments import local
from flexibatch.cli.numbers import NUMBER
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_home
from flexibatch.cli.output import json_option, say, show_json, show_object
from flexibatch.cli.sections import Sections
from flexibatch.cli.selection import skeleton, workers

if TYPE_CHECKING:
    from flexibatch.services import register as service
    from flexibatch.services.register import ImportedFile
else:
    service = LateModule("flexibatch.services.register")

PERIOD_COLUMNS = (
    "period_id",
    "company",
    "nsso",
    "inss",
    "worker_type",
    "start_date",
    "start_hour",
    "end_date",
    "end_hour",
    "joint_committee",
    "cancelled",
    "locked",
    "late",
    "flexi_conditions",
    "updated_at",
)
UNITS = {"csv": "Periods", "json": "Periods", "xml": "Declarations", "replacements": "Replaced numbers"}


@click.group()
def dimona() -> None:
    """Feed the Dimona register, and look into it.

    The register says who is declared as whose worker; a wage declaration is checked against it as it stands.
    """


@dimona.command("import", epilog=REFUSED_OR_TROUBLE)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what each file by itself would change; change nothing.")
@json_option
@click.pass_obj
def import_(invocation: Invocation, paths: tuple[Path, ...], *, dry_run: bool, as_json: bool) -> None:
    """Take register files in, each of them whole or, when a line is wrong, not at all.

    \b
    The content tells the format:
      CSV of periods           a header that names the columns, comma, semicolon or tab;
                               period_id, inss, worker_type, start_date and one of
                               nsso_number and enterprise_number are required
      CSV of replaced numbers  old_inss, new_inss, date
      XML                      Dimona declarations: in, out, update, cancel
      JSON                     periods of the Dimona REST service, version 2

    A period that is there already is replaced by the row with the later updated_at. The same file again
    changes nothing. Every line that is wrong is told, up to 100. After a file that is refused no other one is
    read; those before it stand. In CSV numbers may be written as on paper.
    """  # noqa: D301 - click reads \b as: leave the lines as they are
    home = open_home(invocation)
    done: list[dict[str, object]] = []
    try:
        for path in paths:
            acting = invocation.acting
            result = service.import_register(home, invocation.clock, acting, path, _bar, dry_run=dry_run)
            done.append(fields_of(result))
            say(_told(result))
    finally:
        # What was imported before a file that fails stands; where nothing was, there is no result.
        if as_json and done:
            show_json(done)


def _told(done: "ImportedFile") -> str:
    unit = UNITS[done.format]
    if done.already:
        return f"{done.file} was imported before; nothing has changed. {unit} read then: {done.rows}."
    counts = {"new": done.new, "changed": done.changed, "the same": done.same, "older": done.older}
    became = ", ".join(f"{number} {word}" for word, number in counts.items() if number) or "none"
    did = "would be imported; nothing was changed" if done.dry_run else "was imported"
    return f"{done.file} {did}. {unit} read: {done.rows}; of these {became}."


@contextmanager
def _bar(name: str, lines: int) -> Iterator[Callable[[int], None]]:
    """Draw how far a file is read, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _line: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal waits for it
    from rich.progress import Progress  # noqa: PLC0415 - the same

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=lines)
        yield lambda line: progress.update(task, completed=line)


@dimona.command("show", epilog=REFUSED_OR_TROUBLE)
@click.argument("number", metavar="INSS|PERIOD", type=NUMBER)
@json_option
@click.pass_obj
def show(invocation: Invocation, number: str, *, as_json: bool) -> None:
    """Show the periods of a worker, by any number that the worker has or had, or one period by its id."""
    home = open_home(invocation)
    worker = service.show_register(home, number)
    if as_json:
        show_json(fields_of(worker))
        return
    told = Sections(home.settings.timezone)
    told.fields("Worker", {"person": worker.person, "former": worker.former})
    told.rows("Dimona periods", PERIOD_COLUMNS, rows_of(worker.periods))


@dimona.command("stats", epilog=REFUSED_OR_TROUBLE)
@json_option
@click.pass_obj
def stats(invocation: Invocation, *, as_json: bool) -> None:
    """Count what the register holds: periods, by worker type too, workers, employers, imports."""
    home = open_home(invocation)
    counts = service.count_register(home)
    types = {f"periods_{kind}": number for kind, number in counts.by_type.items()}
    plain = {
        name: value for name, value in fields_of(counts).items() if name not in {"by_type", "last_import"}
    }
    counted = {**plain, **types, "last_import": counts.last_import}
    show_object("Dimona register", counted if as_json else local(counted, home.settings.timezone), as_json)


dimona.add_command(workers)
dimona.add_command(skeleton)
