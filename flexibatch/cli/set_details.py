"""The command `show`: one set, what matters first; line by line, by run, or what differs between two runs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from flexibatch.cli import inboxes
from flexibatch.cli.completing import TICKET
from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_records
from flexibatch.cli.output import json_option, say, show_json, show_table
from flexibatch.cli.sections import OPERATIONS, Sections, euros
from flexibatch.cli.set_summary import summary_of, what_to_do
from flexibatch.domain.findings import legible
from flexibatch.errors import NotFound

if TYPE_CHECKING:
    from flexibatch.domain.outcomes import LineOutcome
    from flexibatch.services import set_files, sets
    from flexibatch.services.sets import RunRow, SetDetails
    from flexibatch.wiring.home import Home
else:
    sets, set_files = LateModule("flexibatch.services.sets"), LateModule("flexibatch.services.set_files")

COUNTS = ("forms", "lines", "accepted", "unchanged", "refused", "anomalies")
CODES = ("code", "class", "count", "what", "remedy")
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
ANOMALY_COLUMNS = (
    "code",
    "class",
    "form_number",
    "line",
    "inss",
    "reference",
    "own_reference",
    "tag",
    "value",
    "line_nbr",
    "what",
    "note",
)
LINE_COLUMNS = (
    "form",
    "line",
    "nsso",
    "company",
    "inss",
    "operation",
    "reference",
    "own",
    "start",
    "end",
    "amount",
    "outcome",
    "ticket",
    "version",
    "codes",
)
CHANGE_COLUMNS = (
    "form",
    "line",
    "inss",
    "reference",
    "own",
    "before",
    "codes_before",
    "after",
    "codes_after",
)
ROWS_SHOWN = 50
EXAMPLES = """\b
Examples:
  flexibatch show 0000000000000
  flexibatch show GO.FLEX.000640.20261005.00001.R.1 --lines
  flexibatch show 0000000000000 --run 1
  flexibatch show 0000000000000 --diff 1:2
"""


class RunPair(click.ParamType[tuple[int, int]]):
    """Read two runs, as 1:2."""

    name = "n:m"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read them, or say what they look like."""
        first, _, second = str(value).partition(":")
        if not (first.isascii() and first.isdigit() and second.isascii() and second.isdigit()):
            self.fail(f"'{value}' names no two runs: give them as 1:2.", param, ctx)
        return int(first[:9]), int(second[:9])


@click.command(epilog=f"{EXAMPLES}\n{REFUSED_OR_TROUBLE}")
@click.argument("word", metavar="TICKET|NAME", type=TICKET)
@click.option(
    "--run",
    "number",
    type=click.IntRange(min=1),
    help="Forms, anomalies and lines of this run. [default: the last]",
)
@click.option("--lines", is_flag=True, help="Every line with its outcome instead.")
@click.option("--diff", "pair", type=RunPair(), help="Instead, the lines that two runs decided differently.")
@click.option("--report", is_flag=True, help="Instead, where the page for people lies.")
@json_option
@click.pass_obj
def show(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    word: str,
    *,
    number: int | None,
    lines: bool,
    pair: tuple[int, int] | None,
    report: bool,
    as_json: bool,
) -> int:
    """Show a set: its verdict, codes and what to do, then files, runs, answers and anomalies.

    TICKET is the set's or one of its Forms', NAME that of its GO, a part, or an answer. A name that several
    sets have is refused, and lists their tickets. What still lies in an inbox is shown by its name: a set that
    waits, or a file that is no part of one. Fields that hold nothing are left out; --json has them all.
    """
    if lines + report + bool(pair) > 1 or (number and (report or pair)):
        raise click.UsageError("Give one of --lines, --diff and --report; --run goes with --lines or alone.")
    home = open_records(invocation)
    try:
        details = sets.show_set(home, word, number)
    except NotFound:
        status = inboxes.show_unclaimed(invocation, word, as_json=as_json)
        if status is None:
            raise
        return status
    if lines:
        found = set_files.lines_of(home, details, number)
        told = (_line(one, as_json=as_json) for one in found)
        _show_rows(f"Lines of set {details.ticket}", LINE_COLUMNS, told, as_json=as_json)
    elif pair:
        changes = set_files.changes_between(home, details, *pair)
        title = f"Between run {pair[0]} and run {pair[1]} of set {details.ticket}"
        _show_rows(title, CHANGE_COLUMNS, map(fields_of, changes), as_json=as_json)
    elif report:
        path = set_files.page_path(home, details)
        if as_json:
            show_json({"report": path})
        else:
            click.echo(legible(str(path)))
    elif as_json:
        show_json(fields_of(details))
    else:
        _show(home, details, set_files.run_of(details, number) if details.runs or number else None)
    return 0


def _line(one: "LineOutcome", *, as_json: bool) -> dict[str, object]:
    """Return a line, for people with its amount in euros and its operation in a word."""
    row = {**one._asdict(), "codes": list(one.codes)}
    if as_json:
        return row
    operation = OPERATIONS[one.operation] if one.operation is not None else None
    return {**row, "amount": euros(one.amount), "operation": operation}


def _show_rows(
    title: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, as_json: bool
) -> None:
    told = list(rows)
    if as_json:
        show_json(told)
        return
    show_table(title, columns, told, as_json=False)


def _show(home: "Home", details: "SetDetails", run: "RunRow | None") -> None:
    """Show what was decided and why, then what is known of the set, part by part."""
    told = Sections(home.settings.timezone)
    told.fields(f"Set {details.ticket}", summary_of(details, run))
    told.rows("Codes", CODES, _codes(details))
    for sentence in what_to_do(details, run):
        click.echo(sentence)
    fields = {name: value for name, value in fields_of(details).items() if value not in (None, 0, "", [])}
    click.echo()
    told.fields("Fields", fields)
    told.rows("Files", ("name", "kind", "part", "size", "sha256"), rows_of(details.files))
    runs = rows_of(details.runs)
    told.rows("Runs", ("number", "verdict", "decided_at", "published_at", *COUNTS), runs)
    told.rows("Judged with", ("number", "sha256", "schema", "catalogue", "register_at"), runs)
    answers = [
        {**fields_of(answer), "run": one.number, "published_at": one.published_at}
        for one in details.runs
        for answer in one.answers
    ]
    told.rows("Answers", ("run", "name", "published_at", "size", "sha256"), answers)
    acknowledged = rows_of(details.acknowledged)
    told.rows("Acknowledged by the bureau", ("answer_name", "recorded_at", "set_ticket"), acknowledged)
    of_run = "the last run" if run is None or run.number == len(details.runs) else f"run {run.number}"
    _show_some(told, "forms", of_run, FORM_COLUMNS, details.forms)
    _show_some(told, "anomalies", of_run, ANOMALY_COLUMNS, details.anomalies)


def _codes(details: "SetDetails") -> list[dict[str, object]]:
    """Return the codes of the run, those that are told most often first."""
    counted: dict[tuple[str, str], dict[str, object]] = {}
    for one in details.anomalies:
        row = counted.setdefault((one.code, one.class_), {**fields_of(one), "count": 0})
        row["count"] = int(str(row["count"])) + 1
    return sorted(counted.values(), key=lambda row: -int(str(row["count"])))


def _show_some(
    told: Sections, part: str, of_run: str, columns: Sequence[str], records: Sequence[object]
) -> None:
    told.rows(f"{part.capitalize()} of {of_run}", columns, rows_of(records[:ROWS_SHOWN]))
    if len(records) > ROWS_SHOWN:
        say(f"{ROWS_SHOWN} of {len(records)} {part} are shown; --json shows all.")
