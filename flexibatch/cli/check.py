"""The command `check`: judge files as the channel would, and keep nothing."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flexibatch.cli.components import open_components_anywhere
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.output import say, show_json
from flexibatch.domain.names import parse_name
from flexibatch.domain.vocabulary import Effect
from flexibatch.errors import Refusal

if TYPE_CHECKING:
    from flexibatch.domain.case import LocatedAnomaly
    from flexibatch.services import check as service
    from flexibatch.services.check import Checked
    from flexibatch.wiring.components import Components
else:
    service = LateModule("flexibatch.services.check")

DONE, SOME_REFUSED = 0, 1
OTHERWISE = {
    "refused": "would be refused whole",
    "withdrawn": "would be withdrawn: nothing in it would be processed",
    "recorded": "would be recorded, and not answered",
}


@click.command(
    epilog="\b\nExit status: 0 nothing would be refused; 1 something would; 2 it cannot be done as asked; 3 trouble."
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--sender", help="The sender number; default: the one in the file names.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "xml"]),
    default="text",
    help="How the verdict is shown.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def check(
    invocation: Invocation, files: tuple[Path, ...], *, sender: str | None, form: str, as_json: bool
) -> int:
    """Judge FILEs as the channel would: nothing is stored, nothing is published.

    Parts of one set are judged together. In a folder that is no home, what needs the register is not judged, and
    that is said.
    """
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise Refusal(f"There is no file {missing[0]}: name files that are there.")
    components = open_components_anywhere(invocation)
    if components.home.blind:
        say(
            f"There is no home in {invocation.home.absolute()}, so these are not judged: {service.NOT_JUDGED}."
        )
    results = [
        service.check_set(components, paths, service.sender_of(components, paths, sender))
        for paths in service.sets_of(files)
    ]
    _show(components, results, "json" if as_json else form)
    return SOME_REFUSED if any(one.refused for one in results) else DONE


def _show(components: "Components", results: "list[Checked]", form: str) -> None:
    if form == "xml":
        for one in results:
            click.echo(one.answer.encode(), nl=False)  # the document says that it is UTF-8
    elif form == "json":
        show_json([json.loads(service.report_json(components, one)) for one in results])
    else:
        for one in results:
            _tell(one)


def _tell(checked: "Checked") -> None:
    settlement = checked.trial.settlement
    verdict, counts = settlement.verdict, settlement.verdict.counts
    if verdict.state == "received":
        click.echo(
            f"{verdict.case.name}: would be received. Lines: {counts.lines}; accepted: {counts.accepted}, "
            f"unchanged: {counts.unchanged}, refused: {counts.refused}."
        )
    else:
        click.echo(f"{verdict.case.name}: {OTHERWISE[verdict.state]}.")
    if parse_name(verdict.case.name) is None:
        click.echo(f"  The channel takes it under no such name; one that it takes is {service.EXAMPLE}.")
    for one in settlement.told:
        click.echo(f"  {_sentence(one)}")
    if settlement.more:
        click.echo(f"  and {settlement.more} more.")


def _sentence(one: "LocatedAnomaly") -> str:
    finding, told = one.anomaly.finding, one.anomaly
    place = f"line {finding.line}, " if finding.line else ""
    about = f"reference {one.called}, " if one.called else ""
    where = f" [{finding.location}]" if finding.location else ""
    form = f" (refuses its Form whole, lines: {one.refused})" if one.effect is Effect.FORM else ""
    return f"{place}{about}{told.code} ({told.anomaly_class}): {told.label}{where}{form}"
