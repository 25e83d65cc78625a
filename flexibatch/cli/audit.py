"""The command that shows who did what: operators, and bureaus at the front door."""

from datetime import date
from typing import TYPE_CHECKING

import click

from flexibatch.cli.completing import SENDER_NUMBER
from flexibatch.cli.fields import rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.moments import MOMENT, instant_of
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_home
from flexibatch.cli.output import json_option
from flexibatch.cli.sections import show_rows
from flexibatch.domain.bureaus import sender_number

if TYPE_CHECKING:
    from flexibatch.services import audit as service
else:
    service = LateModule("flexibatch.services.audit")

COLUMNS = ("at", "by", "who", "action", "subject", "address", "told")


@click.group()
def audit() -> None:
    """Look up who did what."""


@audit.command("list", epilog=REFUSED_OR_TROUBLE)
@click.option("--sender", type=SENDER_NUMBER, help="Only what this sender did, or what was done to it.")
@click.option("--since", type=MOMENT, help="Only from this day or moment on.")
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="Only the latest.")
@json_option
@click.pass_obj
def list_(
    invocation: Invocation, *, sender: str | None, since: date | None, limit: int, as_json: bool
) -> None:
    """List what operators changed and what bureaus did over SFTP, oldest first.

    Of a file that was put its size and SHA-256 are told; of a log-in the key's fingerprint.
    """
    home = open_home(invocation)
    number = sender_number(sender) if sender is not None else None
    zone = home.settings.timezone
    begin = instant_of(since, zone) if since is not None else None
    rows = rows_of(service.list_audit(home, sender=number, since=begin, most=limit))
    told = [{**row, "told": _told(row["details"])} for row in rows]
    show_rows("Audit", COLUMNS, rows if as_json else told, zone=zone, as_json=as_json)


def _told(details: object) -> str | None:
    if not isinstance(details, dict):
        return None
    return " ".join(f"{name}={value}" for name, value in details.items() if value is not None) or None
