"""The command that shows who did what: operators, and bureaus at the front door."""

from typing import TYPE_CHECKING

import click

from flexibatch.cli.completing import SENDER_NUMBER
from flexibatch.cli.fields import rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options, times
from flexibatch.cli.moments import MOMENT, When, instant_of
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_home
from flexibatch.cli.tables import Column, Table
from flexibatch.domain.bureaus import sender_number

if TYPE_CHECKING:
    from flexibatch.services import audit as service
else:
    service = LateModule("flexibatch.services.audit")

AUDIT = Table(
    "Audit",
    (
        Column("at", rank=1),
        Column("by", rank=7),
        Column("who", rank=2, least=6),
        Column("action", rank=3),
        Column("subject", rank=4, least=10),
        Column("address", rank=6),
        Column("told", rank=5, least=24, prose=True),
    ),
)


@click.group()
def audit() -> None:
    """Look up who did what."""


@audit.command("list", epilog=REFUSED_OR_TROUBLE)
@click.option("--sender", type=SENDER_NUMBER, help="Only what this sender did, or what was done to it.")
@click.option("--since", type=MOMENT, help="Only from this day or moment on.")
@list_options(AUDIT)
@click.pass_obj
def list_(invocation: Invocation, *, sender: str | None, since: When | None, view: View) -> None:
    """List what operators changed and what bureaus did over SFTP, the newest last.

    Of a file that was put its size and SHA-256 are told; of a log-in the key's fingerprint.
    """
    home = open_home(invocation)
    number = sender_number(sender) if sender is not None else None
    zone = home.settings.timezone
    begin = instant_of(since, zone) if since is not None else None
    rows = rows_of(service.list_audit(home, sender=number, since=begin, most=view.most))
    told = [{**row, "told": _told(row["details"])} for row in rows]
    view.show(rows if view.as_json else told, times(invocation, home))


def _told(details: object) -> str | None:
    if not isinstance(details, dict):
        return None
    return " ".join(f"{name}={value}" for name, value in details.items() if value is not None) or None
