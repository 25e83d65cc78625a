"""The command `purge`: what has been kept for as long as its setting says is deleted, kind by kind."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from flexibatch.cli.confirming import ask, consent_options
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import times
from flexibatch.cli.moments import LENGTH
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option, say, show_json
from flexibatch.cli.tables import Column, Table, show_list
from flexibatch.domain.vocabulary import RetentionKind

if TYPE_CHECKING:
    from flexibatch.services import purge as service
    from flexibatch.services.purge import Purged
else:
    service = LateModule("flexibatch.services.purge")

PURGED = tuple(
    Column(key, rank=rank)
    for rank, key in enumerate(("kind", "before", "counted", "of", "files", "bytes"), 1)
)


EXAMPLES = """\b
Examples:
  flexibatch purge --dry-run
  flexibatch purge --yes --note "weekly"
  flexibatch purge --kind reports --older-than 2y --yes
  flexibatch purge --older-than 30d --below-retention --yes
"""


@click.command(epilog=f"{EXAMPLES}\n{REFUSED_OR_TROUBLE}")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([one.value for one in RetentionKind]),
    help="Only this; may be given again. [default: all five, with --older-than the archive]",
)
@click.option(
    "--older-than",
    type=LENGTH,
    help="Another age than the setting's: 30d, 12h, 2y, P30D. Not for audit and door.",
)
@click.option("--below-retention", is_flag=True, help="Let --older-than be less than the setting.")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@consent_options
@json_option
@click.pass_obj
def purge(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    *,
    kinds: tuple[str, ...],
    older_than: timedelta | None,
    below_retention: bool,
    dry_run: bool,
    yes: bool,
    note: str | None,
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
    run or published again. A purge that was cut short is finished by the next one. What would go is counted
    and asked about first; a dry run only looks.
    """  # noqa: D301 - click reads \b as: leave the lines as they are
    wanted = service.chosen([RetentionKind(kind) for kind in kinds], older_than)
    home = open_home(invocation)
    acting = by(invocation, note)
    if not dry_run:
        if not below_retention:
            service.require_retention(home, wanted, older_than)
        if not yes:
            ask(_consequence(service.purge(home, acting, wanted, older_than, dry_run=True)))
    purged = service.purge(home, acting, wanted, older_than, dry_run=dry_run, below_retention=below_retention)
    rows = [_row(one) for one in purged]
    if as_json:
        show_json({"dry_run": dry_run, "purged": rows})
        return
    show_list(Table("Would be purged" if dry_run else "Purged", PURGED), rows, times(invocation, home))
    if dry_run:
        say("This is what would go; nothing was deleted.")


def _consequence(going: "Sequence[Purged]") -> str:
    """Say how much of each kind would go, and that it is gone then."""
    told = "; ".join(
        f"{one.kind}: {one.counted} {one.unit}, {one.files} files, {one.size} bytes" for one in going
    )
    return f"This would be deleted for ever: {told}. Sets whose archive is gone cannot be run or published again."


def _row(purged: "Purged") -> dict[str, object]:
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
