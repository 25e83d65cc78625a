"""The commands that look up declarations and workers."""

from typing import TYPE_CHECKING

import click

from flexibatch.cli.completing import SENDER_NUMBER
from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.filters import EMPLOYER, ENVIRONMENT, INSS
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options, times
from flexibatch.cli.numbers import NUMBER
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, open_home
from flexibatch.cli.output import json_option, show_json
from flexibatch.cli.sections import Sections, for_people
from flexibatch.cli.tables import Column, Table
from flexibatch.domain.bureaus import sender_number
from flexibatch.domain.flxwage.fields import CALCULATION, FEATURES, FINANCIAL_ELEMENT, kept_in
from flexibatch.domain.vocabulary import Environment

if TYPE_CHECKING:
    from flexibatch.services import declarations as service
else:
    service = LateModule("flexibatch.services.declarations")

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
CONTENT_HEADS = {"start_date": "from", "end_date": "until", "calculated_on": "calculated"}
CONTENT_RANKS = {"amount": 4, "start_date": 5, "end_date": 6}
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
DECLARATIONS = Table(
    "Declarations",
    (
        Column("ticket", rank=1),
        Column("environment", "env", 7),
        Column("company", "enterprise", 3),
        Column("nsso", "NSSO", 10, least=10, prose=True),
        Column("person", "INSS", 2),
        Column("reference", rank=12),
        Column("own_reference", "own ref.", 11, least=8),
        Column("version", "v.", 9),
        Column("in_force", rank=4),
        *(Column(name, CONTENT_HEADS.get(name, ""), CONTENT_RANKS.get(name, 14)) for name in CONTENT),
        Column("sender", rank=8),
        Column("set_ticket", "set", 15),
        Column("arrived_at", wide=True),
    ),
)


@click.group()
def declarations() -> None:
    """Look up what was declared: what is in force, and every version of it."""


@declarations.command("list", epilog=REFUSED_OR_TROUBLE)
@click.option("--sender", type=SENDER_NUMBER, help="Only those of which this sender made a version.")
@EMPLOYER
@click.option(
    "--reference", help="Only those sent with this reference: the UUID, the declarant's own, or the Form's."
)
@ENVIRONMENT
@INSS
@click.option("--all", "cancelled", is_flag=True, help="The cancelled ones too.")
@list_options(DECLARATIONS)
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
    view: View,
) -> None:
    """List the declarations in force, in the order in which their last versions arrived: the newest last."""
    number = sender_number(sender) if sender is not None else None
    world = Environment(environment) if environment is not None else None
    home = open_home(invocation)
    found = service.list_declarations(
        home,
        sender=number,
        employer=employer,
        reference=reference,
        environment=world,
        inss=inss,
        cancelled=cancelled,
        limit=view.limit,
    )
    shown = rows_of(found.rows)
    told = shown if view.as_json else for_people(shown)
    view.show(told, times(invocation, home), more=found.more)


@declarations.command("show", epilog=REFUSED_OR_TROUBLE)
@click.argument("ticket")
@json_option
@click.pass_obj
def show_declaration(invocation: Invocation, ticket: str, *, as_json: bool) -> None:
    """Show the declaration TICKET with all its versions, what each said and who sent it."""
    home = open_home(invocation)
    details = service.show_declaration(home, ticket)
    found = fields_of(details)
    if as_json:
        show_json(found)
        return
    told = Sections(home.settings.timezone)
    told.fields(f"Declaration {details.ticket}", for_people([found])[0])
    versions = for_people(rows_of(details.versions))
    told.rows("Versions", (*VERSION_COLUMNS, "inss", *CONTENT), versions)
    elements = [
        {**fields_of(quality), **fields_of(element), "number": version.number}
        for version in details.versions
        for quality in version.qualities
        for element in quality.elements
    ]
    told.rows("What they said", (*QUALITY, *ELEMENT), for_people(elements))


@click.group()
def worker() -> None:
    """Look up a worker: what was declared, beside what the Dimona register has."""


@worker.command("show", epilog=REFUSED_OR_TROUBLE)
@click.argument("inss", type=NUMBER)
@json_option
@click.pass_obj
def show_worker(invocation: Invocation, inss: str, *, as_json: bool) -> None:
    """Show the declarations of the worker INSS, with versions, beside the worker's Dimona periods.

    Any number that the worker has, or had, finds them.
    """
    home = open_home(invocation)
    details = service.show_worker(home, inss)
    found = fields_of(details)
    if as_json:
        show_json(found)
        return
    told = Sections(home.settings.timezone)
    told.fields("Worker", found)
    declared = for_people(rows_of(details.declarations))
    told.rows("Declarations", (*DECLARATION_COLUMNS, *CONTENT, "sender"), declared)
    versions = [
        {**fields_of(version), "declaration": one.ticket}
        for one in details.declarations
        for version in one.versions
    ]
    told.rows("Versions", ("declaration", *VERSION_COLUMNS, *CONTENT), for_people(versions))
    told.rows("Dimona periods", PERIOD_COLUMNS, rows_of(details.periods))
