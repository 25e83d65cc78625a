"""The command `purge`: what has been kept for as long as its setting says is deleted, kind by kind."""

from datetime import timedelta

import click

from flexibatch.cli.invocation import Invocation
from flexibatch.cli.moments import LENGTH
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.sections import show_rows
from flexibatch.services import purge as service
from flexibatch.services.purge import Kind, Purged

COLUMNS = ("kind", "before", "counted", "of", "files", "bytes")


@click.command(epilog=REFUSED_OR_TROUBLE)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([one.value for one in Kind]),
    help="Only this; may be given again. [default: all five, with --older-than the archive]",
)
@click.option(
    "--older-than",
    type=LENGTH,
    help="Another age than the setting's: P2Y, P400D, PT36H. Not for audit and door.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@json_option
@click.pass_obj
def purge(
    invocation: Invocation,
    *,
    kinds: tuple[str, ...],
    older_than: timedelta | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Delete what has been kept for as long as the settings `retention` say.

    \b
    archive  what was received, and the answers as they were written: from the last answer on
    reports  the pages of a set in the senders' REPORT folders: from the last answer on
    answers  answers in the out folders: from when they were fetched on; others stay
    audit    what operators did; nothing of the last year can go
    door     what bureaus did at the front door; nothing of the last year can go

    Names, digests, verdicts, anomalies and declarations with all their versions stay. A purged set cannot be
    run or published again. A purge that was cut short is finished by the next one.
    """  # noqa: D301 - click reads \b as: leave the lines as they are
    wanted = service.chosen([Kind(kind) for kind in kinds], older_than)
    home = open_home(invocation)
    rows = [_row(one) for one in service.purge(home, by(invocation), wanted, older_than, dry_run=dry_run)]
    if as_json:
        show_json({"dry_run": dry_run, "purged": rows})
        return
    show_rows(
        "Would be purged" if dry_run else "Purged", COLUMNS, rows, zone=home.settings.timezone, as_json=False
    )
    if dry_run:
        say("This is what would go; nothing was deleted.")


def _row(purged: Purged) -> dict[str, object]:
    """Return a row, with the tickets or names of what is named."""
    return {
        "kind": purged.kind,
        "before": purged.before,
        "counted": purged.counted,
        "of": purged.unit,
        **({"tickets": purged.tickets} if purged.tickets is not None else {}),
        "files": purged.files,
        "bytes": purged.size,
        **({"names": purged.names} if purged.names is not None else {}),
    }
