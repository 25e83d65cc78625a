"""The commands about the Dimona register: feed it, and look into it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from flexibatch.adapters.dimona.files import register_file
from flexibatch.adapters.store import register
from flexibatch.adapters.store.importing import ImportResult, import_file
from flexibatch.bootstrap import Home
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.moments import local
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_home
from flexibatch.cli.output import json_option, say, show_json, show_object
from flexibatch.cli.sections import Sections
from flexibatch.errors import Refusal

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
@json_option
@click.pass_obj
def import_(invocation: Invocation, paths: tuple[Path, ...], *, as_json: bool) -> None:
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
    changes nothing. After a file that is refused no other one is read; those before it stand.
    """  # noqa: D301 - click reads \b as: leave the lines as they are
    home = open_home(invocation)
    done: list[dict[str, object]] = []
    try:
        for path in paths:
            result = _import_one(invocation, home, path)
            done.append({"file": str(path), **asdict(result)})
            say(_told(path, result))
    finally:
        if as_json:
            show_json(done)


def _import_one(invocation: Invocation, home: Home, path: Path) -> ImportResult:
    try:
        with register_file(path, home.settings.timezone) as file, _bar(path.name, file.lines) as progress:
            now = invocation.clock.now()
            return import_file(home.database, file, now=now, progress=progress, operator=invocation.acting)
    except Refusal as exc:
        reason = str(exc).removesuffix(".")
        raise Refusal(f"{path}: {reason}. Nothing of this file was taken in.") from exc


def _told(path: Path, result: ImportResult) -> str:
    unit = UNITS[result.format]
    if result.already:
        return f"{path} was imported before; nothing has changed. {unit} taken in then: {result.rows}."
    older = f" Older than what the register holds: {result.kept}." if result.kept else ""
    return f"{path} was imported. {unit} taken in: {result.rows}.{older}"


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
@click.argument("number", metavar="INSS|PERIOD")
@json_option
@click.pass_obj
def show(invocation: Invocation, number: str, *, as_json: bool) -> None:
    """Show the periods of a worker, by any number that the worker has or had, or one period by its id."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        found = asdict(register.show(connection, number))
    if as_json:
        show_json(found)
        return
    told = Sections(home.settings.timezone)
    told.fields("Worker", {name: found[name] for name in ("person", "former")})
    told.rows("Dimona periods", PERIOD_COLUMNS, found["periods"])


@dimona.command("stats", epilog=REFUSED_OR_TROUBLE)
@json_option
@click.pass_obj
def stats(invocation: Invocation, *, as_json: bool) -> None:
    """Count what the register holds: periods, by worker type too, workers, employers, imports."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        counted = register.stats(connection)
    show_object("Dimona register", counted if as_json else local(counted, home.settings.timezone), as_json)
