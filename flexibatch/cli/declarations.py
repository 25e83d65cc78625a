"""The commands that look up declarations and workers."""

import click

from flexibatch.adapters.store import queries
from flexibatch.adapters.store.queries import WantedDeclarations
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_home
from flexibatch.cli.output import json_option, say, show_json, show_table
from flexibatch.cli.sections import Sections, for_people
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.flxwage.fields import CALCULATION, FEATURES, FINANCIAL_ELEMENT, kept_in
from flexibatch.domain.vocabulary import Environment

DECLARATION_COLUMNS = (
    "ticket",
    "environment",
    "company",
    "nsso",
    "person",
    "reference",
    "own_reference",
    "version",
    "in_force",
)
CONTENT = (*(field.name for field in kept_in(CALCULATION)), "amount")
QUALITY = ("number", "quality", *(field.name for field in kept_in(FEATURES)))
# Amounts are shown in euros.
ELEMENT = tuple(
    "amount" if field.attribute == "amount" else field.name for field in kept_in(FINANCIAL_ELEMENT)
)
VERSION_COLUMNS = (
    "number",
    "operation",
    "reference",
    "own_reference",
    "arrived_at",
    "sender",
    "set_ticket",
    "form_ticket",
    "form_reference",
    "line",
    "run",
)
PERIOD_COLUMNS = (
    "period_id",
    "company",
    "nsso",
    "inss",
    "worker_type",
    "start_date",
    "end_date",
    "cancelled",
    "late",
    "flexi_conditions",
)
DECLARATIONS_SHOWN = 1000


@click.group()
def declarations() -> None:
    """Look up what was declared: what is in force, and every version of it."""


@declarations.command("list", epilog=REFUSED_OR_TROUBLE)
@click.option("--sender", help="Only those of which this sender made a version.")
@click.option("--employer", help="Only those of this employer: its NSSO or enterprise number.")
@click.option(
    "--reference", help="Only those sent with this reference: the UUID, the declarant's own, or the Form's."
)
@click.option(
    "--environment",
    type=click.Choice([one.value for one in Environment]),
    help="Only those of this environment.",
)
@click.option("--inss", help="Only those of this worker: any of their numbers.")
@click.option("--all", "cancelled", is_flag=True, help="The cancelled ones too.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=DECLARATIONS_SHOWN,
    show_default=True,
    help="Only the latest; 0 is all.",
)
@json_option
@click.pass_obj
def list_declarations(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    *,
    sender: str | None,
    employer: str | None,
    reference: str | None,
    environment: str | None,
    inss: str | None,
    cancelled: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List the declarations in force, in the order in which their last versions arrived."""
    number = sender_number(sender) if sender is not None else None
    world = Environment(environment) if environment is not None else None
    wanted = WantedDeclarations(number, employer, reference, world, inss, cancelled)
    home = open_home(invocation)
    with home.database.reading() as connection:
        rows = queries.list_declarations(connection, wanted, limit=limit + 1 if limit else None)
    shown = rows[-limit:] if limit else rows
    columns = (*DECLARATION_COLUMNS, *CONTENT, "sender", "set_ticket")
    if as_json:
        show_json(shown)
    else:
        show_table("Declarations", columns, for_people(shown), as_json=False)
    if len(rows) > len(shown):
        say(f"The latest {limit} are shown, there are more: narrow it down, or give --limit 0.")


@declarations.command("show", epilog=REFUSED_OR_TROUBLE)
@click.argument("ticket")
@json_option
@click.pass_obj
def show_declaration(invocation: Invocation, ticket: str, *, as_json: bool) -> None:
    """Show the declaration TICKET with all its versions, what each said and who sent it."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        found = queries.show_declaration(connection, ticket)
    if as_json:
        show_json(found)
        return
    told = Sections(home.settings.timezone)
    told.fields(f"Declaration {found['ticket']}", for_people([found])[0])
    told.rows("Versions", (*VERSION_COLUMNS, "inss", *CONTENT), for_people(found["versions"]))
    elements = [
        {**quality, **element, "number": version["number"]}
        for version in found["versions"]
        for quality in version["qualities"]
        for element in quality["elements"]
    ]
    told.rows("What they said", (*QUALITY, *ELEMENT), for_people(elements))


@click.group()
def worker() -> None:
    """Look up a worker: what was declared, beside what the Dimona register has."""


@worker.command("show", epilog=REFUSED_OR_TROUBLE)
@click.argument("inss")
@json_option
@click.pass_obj
def show_worker(invocation: Invocation, inss: str, *, as_json: bool) -> None:
    """Show the declarations of the worker INSS, with versions, beside the worker's Dimona periods.

    Any number that the worker has, or had, finds them.
    """
    home = open_home(invocation)
    with home.database.reading() as connection:
        found = queries.worker(connection, inss)
    if as_json:
        show_json(found)
        return
    told = Sections(home.settings.timezone)
    told.fields("Worker", found)
    told.rows("Declarations", (*DECLARATION_COLUMNS, *CONTENT, "sender"), for_people(found["declarations"]))
    versions = [
        {**version, "declaration": one["ticket"]}
        for one in found["declarations"]
        for version in one["versions"]
    ]
    told.rows("Versions", ("declaration", *VERSION_COLUMNS, *CONTENT), for_people(versions))
    told.rows("Dimona periods", PERIOD_COLUMNS, found["periods"])
