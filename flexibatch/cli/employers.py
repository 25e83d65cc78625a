"""The commands about employers: which numbers are known, and which are third payers'."""

from typing import TYPE_CHECKING

import click

from flexibatch.cli.done import show_done
from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options
from flexibatch.cli.mandates import COMPANY, NSSO
from flexibatch.cli.numbers import NUMBER
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option, show_object
from flexibatch.cli.tables import Column, Table
from flexibatch.domain.register_fields import employer as read_employer
from flexibatch.errors import Refusal

if TYPE_CHECKING:
    from flexibatch.services import employers as service
else:
    service = LateModule("flexibatch.services.employers")

EMPLOYERS = Table(
    "Employers",
    (
        Column("company", "enterprise", 1),
        Column("nsso", "NSSO", 2, least=10, prose=True),
        Column("third_payer", rank=3, least=11, prose=True),
    ),
)


@click.group()
def employer() -> None:
    """Look up employers by their numbers, and mark third payers.

    An employer is known from a Dimona import or a mandate on; a declaration never makes one.
    """


@employer.command("set", epilog=REFUSED_OR_TROUBLE)
@click.option("--nsso", required=True, type=NUMBER, help="The employer's NSSO number.")
@click.option(
    "--third-payer/--no-third-payer",
    "third_payer",
    default=None,
    help="It is a third payer's, such as a fund that pays bonuses to workers of others; or no longer.",
)
@json_option
@click.pass_obj
def set_(invocation: Invocation, *, nsso: str, third_payer: bool | None, as_json: bool) -> None:
    """Say whether an NSSO number is a third payer's.

    A third payer is named by this number alone, and its workers need a flexi-job Dimona with any employer. It counts
    for sets that are judged from now on. A number that is not known yet is registered.
    """
    if third_payer is None:
        # click takes a flag that is not given for one whose default was given
        raise click.UsageError("Nothing is to be set: give --third-payer or --no-third-payer.")
    number = _read(nsso, "")[0]
    home = open_home(invocation)
    news = service.mark_third_payer(home, by(invocation), number or "", third_payer=third_payer)
    told = "a third payer's" if third_payer else "no third payer's"
    sentence = f"NSSO number {number} is {told} now." if news else f"NSSO number {number} was {told} already."
    show_done(as_json, {"nsso_number": number, "third_payer": third_payer, "news": news}, sentence)


@employer.command("list", epilog=REFUSED_OR_TROUBLE)
@click.option("--third-payers", is_flag=True, help="Only those with a number of a third payer.")
@list_options(EMPLOYERS)
@click.pass_obj
def list_(invocation: Invocation, *, third_payers: bool, view: View) -> None:
    """List employers with their numbers, the newest last; `third_payer` names the numbers that are third payers'."""
    home = open_home(invocation)
    found = service.list_employers(home, third_payers=third_payers, limit=view.limit)
    view.show(rows_of(found.rows), more=found.more)


@employer.command(epilog=REFUSED_OR_TROUBLE)
@NSSO
@COMPANY
@json_option
@click.pass_obj
def show(invocation: Invocation, *, nsso: str, company: str, as_json: bool) -> None:
    """Show the employer of one of its numbers: all its numbers, and how much is known of it."""
    numbers = _read(nsso, company)
    show_object("Employer", fields_of(service.show_employer(open_home(invocation), *numbers)), as_json)


def _read(nsso: str, company: str) -> tuple[str | None, str | None]:
    """Read an employer's numbers; what is wrong is told by the options' names."""
    try:
        return read_employer(nsso, company)
    except Refusal as exc:
        told = str(exc).replace("nsso_number", "--nsso").replace("enterprise_number", "--company")
        raise Refusal(told) from exc
