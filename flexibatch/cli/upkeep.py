"""The commands of upkeep: a home, its database, its schemas, and what may be wrong with it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flexibatch.cli.components import open_components_unchecked
from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, environ, open_unchecked, today
from flexibatch.cli.output import json_option, say, show_json, show_object, show_table
from flexibatch.cli.remedies import words_of
from flexibatch.cli.tables import Column, Table

if TYPE_CHECKING:
    from flexibatch import settings
    from flexibatch.services import database, schemas
    from flexibatch.services.doctor import checks as doctors
    from flexibatch.services.doctor import faults
    from flexibatch.services.doctor.checks import Check
    from flexibatch.wiring import home as homes
else:
    homes = LateModule("flexibatch.wiring.home")
    settings = LateModule("flexibatch.settings")
    database = LateModule("flexibatch.services.database")
    schemas = LateModule("flexibatch.services.schemas")
    doctors = LateModule("flexibatch.services.doctor.checks")
    faults = LateModule("flexibatch.services.doctor.faults")


@click.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@json_option
@click.pass_obj
def init(invocation: Invocation, folder: Path | None, *, as_json: bool) -> None:
    """Make a home in DIR, or in the folder that --home names.

    It gets a settings file with every setting in it, the spool, and a database. It may be repeated: it makes
    what is missing, brings the database to this program's tables, and overwrites nothing.
    """
    home = homes.make_home(folder or invocation.home, environ(), by(invocation))
    home.close()
    if as_json:
        show_json({"home": home.path, "settings": home.path / settings.FILE, "spool": home.settings.spool})
        return
    say(f"The home {home.path} is ready: its settings are in {home.path / settings.FILE}.")


# ---------------------------------------------------------------------------------------------------- schemas


SCHEMAS = Table(
    "Schemas",
    (
        Column("schema", rank=1),
        Column("from", rank=2),
        Column("until", rank=3),
        Column("file", rank=5, least=12),
        Column("ours", rank=4),
        Column("sha256", wide=True),
    ),
)


@click.group()
def schema() -> None:
    """Show the FLXWAGE schemas."""


@schema.command("list", epilog=REFUSED_OR_TROUBLE)
@list_options(SCHEMAS)
@click.pass_obj
def list_(invocation: Invocation, *, view: View) -> None:
    """List the versions of the FLXWAGE message that are open today, each with its days of reception and its file.

    `from` and `until` are both included. `ours` tells that the file is the project's own, not the institution's
    official one.
    """
    components = open_components_unchecked(invocation)
    view.show(rows_of(schemas.open_schemas(components, today(invocation, components.home))))


# --------------------------------------------------------------------------------------------------- database


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade", epilog=REFUSED_OR_TROUBLE)
@json_option
@click.pass_obj
def upgrade_(invocation: Invocation, *, as_json: bool) -> None:
    """Bring the database to the tables of this program, all in one transaction.

    Make a backup first. A database that is there already stays as it is.
    """
    home = open_unchecked(invocation)
    reached = database.upgrade(home, by(invocation))
    if as_json:
        show_json({"revision": reached})
    else:
        say(f"The database is at revision {reached}.")


@db.command(
    epilog="\b\nExit status: 0 they fit; 1 they do not; 2 there is no home; 3 trouble with the database."
)
@json_option
@click.pass_obj
def check(invocation: Invocation, *, as_json: bool) -> int:
    """Tell whether database and program belong together: the revision, and every table."""
    state = database.compare(open_unchecked(invocation))
    show_object("Database", fields_of(state), as_json)
    return 0 if state.ready else 1


# ----------------------------------------------------------------------------------------------------- doctor


@click.command(
    epilog="\b\nExit status: 0 nothing failed; 1 something did; 2 there is no home, or wrong settings."
)
@json_option
@click.pass_obj
def doctor(invocation: Invocation, *, as_json: bool) -> int:
    """Look at database, folders, clock, disk, certificates and register, and at the work itself; say what to do.

    What is told as a warning can wait, what has failed cannot. Warned of are strays, sets past their grace
    (`incomplete_after`) or in quarantine, certificates that end within 30 days, and a register that was not fed for
    7 days.
    """
    checks = doctors.examine(open_components_unchecked(invocation), invocation.clock.now())
    rows = [_looked_at(one) for one in checks]
    if as_json:
        show_json(rows)
    else:
        show_table("Doctor", ("looked_at", "state", "told", "what_to_do"), rows, as_json=False)
    return 1 if any(one.fault.health is faults.Health.FAILED for one in checks) else 0


def _looked_at(check: "Check") -> dict[str, object]:
    fault = check.fault
    advice = words_of(fault.remedy, fault.about) if fault.remedy is not None else fault.what_to_do
    return {
        "check": check.name,
        "looked_at": check.looked_at,
        "state": fault.health.value,
        "told": fault.told or None,
        "what_to_do": advice or None,
    }
