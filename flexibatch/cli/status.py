"""The command that shows the day on one screen."""

import shutil
import sys
import threading
from typing import TYPE_CHECKING

import click

from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.moments import local
from flexibatch.cli.opened import REFUSED_OR_TROUBLE
from flexibatch.cli.output import json_option, say, show_json, show_object, show_table

if TYPE_CHECKING:
    from flexibatch.cli import components as opening
    from flexibatch.services import status as service
    from flexibatch.services.status import BureauStatus, Status
    from flexibatch.wiring.components import Components
else:
    opening, service = LateModule("flexibatch.cli.components"), LateModule("flexibatch.services.status")

DONE, TROUBLE = 0, 3
COUNTS = ("received", "partly", "refused", "waiting", "quarantine", "strays")
COUNTS_WIDTH = 70
"""Characters that all columns but the bureau's name take on a terminal."""
PAUSE = 5.0
"""Seconds between two looks of --watch: as `watch` pauses by default."""
GIB = 1024**3
EXAMPLES = """\b
Examples:
  flexibatch status
  flexibatch status --json
"""


@click.command(epilog=f"{EXAMPLES}\n{REFUSED_OR_TROUBLE}")
@click.option(
    "--watch",
    "watching",
    is_flag=True,
    help="Show it again every 5 seconds until Ctrl-C; on a terminal only.",
)
@json_option
@click.pass_obj
def status(invocation: Invocation, *, watching: bool, as_json: bool) -> int:
    """Show the day on one screen: by bureau what came and what waits, then how the channel stands.

    `received` counts the sets of the day, `partly` those of which lines were refused, `refused` those refused whole;
    `waiting`, `quarantine` and `strays` are as they are now. The last sweep is when a process last took the lock on
    claims (`locks/claims` in the spool), as every sweep does, whether or not it found anything.
    """
    if watching and (as_json or not sys.stdout.isatty()):
        raise click.UsageError("--watch draws on a terminal, and goes without --json.")
    components = opening.open_components(invocation)
    found = service.status(components, invocation.clock.now())
    if as_json:
        show_json(fields_of(found))
    elif watching:
        _watch(invocation, components, found)
    else:
        _show(components, found)
    return TROUBLE if found.unreached else DONE


def _watch(invocation: Invocation, components: "Components", found: "Status") -> None:
    """Draw again and again; Ctrl-C ends it, as was asked."""
    try:
        while True:
            click.clear()
            _show(components, found)
            threading.Event().wait(PAUSE)
            found = service.status(components, invocation.clock.now())
    except KeyboardInterrupt:
        return


def _show(components: "Components", found: "Status") -> None:
    zone = components.home.settings.timezone
    busy = [one for one in found.bureaus if _has_anything(one)]
    rows = [_short(row) for row in rows_of(busy)]
    show_table(f"Bureaus on {found.day}", ("sender", "name", *COUNTS), rows, as_json=False)
    if len(busy) < len(found.bureaus):
        say(f"Bureaus without anything: {len(found.bureaus) - len(busy)}.")
    moments = {
        "now": found.at,
        "last sweep": found.last_sweep,
        "oldest wait": found.oldest_wait,
        "register of": found.register_at,
    }
    rooms = {f"free in {one.folder}": f"{one.free_bytes / GIB:.1f} GiB" for one in found.disks}
    show_object("Channel", {**local(moments, zone), **rooms}, as_json=False)
    for one in found.unreached:
        say(f"Not looked into: {one}")


def _has_anything(one: "BureauStatus") -> bool:
    return any(getattr(one, name) for name in COUNTS)


def _short(row: dict[str, object]) -> dict[str, object]:
    """Return a row with as much of the bureau's name as a terminal has room for; whole in a pipe."""
    name = str(row["sender_name"])
    room = max(2, shutil.get_terminal_size().columns - COUNTS_WIDTH) if sys.stdout.isatty() else len(name)
    return row | {"name": name if len(name) <= room else f"{name[: room - 1]}…"}
