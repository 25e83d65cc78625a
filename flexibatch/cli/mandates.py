"""The commands about mandates: who may declare for whom."""

from datetime import date
from typing import TYPE_CHECKING, BinaryIO

import click

from flexibatch.cli.completing import SENDER_NUMBER
from flexibatch.cli.confirming import ask, consent_options, counted
from flexibatch.cli.done import show_done
from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options
from flexibatch.cli.numbers import COMPANY_NUMBER, NUMBER
from flexibatch.cli.opened import DAY, REFUSED_OR_TROUBLE, by, open_home, today
from flexibatch.cli.output import json_option
from flexibatch.cli.tables import Column, Table
from flexibatch.domain.bureaus import Mandate, sender_number
from flexibatch.domain.bureaus import mandate as read_mandate
from flexibatch.errors import Refusal

if TYPE_CHECKING:
    from flexibatch.services import mandates as service
else:
    service = LateModule("flexibatch.services.mandates")

MANDATES = Table(
    "Mandates",
    (
        Column("sender", rank=1),
        Column("nsso_number", "NSSO", 3),
        Column("enterprise_number", "enterprise", 2),
        Column("from", rank=5),
        Column("until", rank=4),
        Column("state", rank=6),
    ),
)

NSSO = click.option(
    "--nsso", default="", type=NUMBER, help="The employer's NSSO number, or its provisional one."
)
COMPANY = click.option(
    "--company", default="", type=COMPANY_NUMBER, help="The employer's enterprise number, 9 or 10 digits."
)


@click.group()
def mandate() -> None:
    """Say which bureau may declare for which employer, and when.

    The day that counts is the day a file is received. Mandates are ended, never deleted; they may overlap.
    """


@mandate.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("sender", type=SENDER_NUMBER)
@NSSO
@COMPANY
@click.option("--from", "start", type=DAY, help="The first day. [default: today]")
@click.option("--until", type=DAY, help="The last day. [default: none, it runs on]")
@json_option
@click.pass_obj
def add(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    sender: str,
    *,
    nsso: str,
    company: str,
    start: date | None,
    until: date | None,
    as_json: bool,
) -> None:
    """Let SENDER declare for an employer, named by one of its numbers or both.

    Both numbers together also tell that they are one employer. A mandate that is there already is kept once.
    """
    home = open_home(invocation)
    first = start or today(invocation, home)
    new = _read(sender, nsso, company, first, until)
    news = service.add_mandate(home, by(invocation), new)
    told = f"Sender {sender} had this mandate for {new.employer} already."
    if news:
        end = f"until {until}" if until else "with no end"
        told = f"Sender {sender} may declare for {new.employer} from {first}, {end}."
    show_done(as_json, {**_numbers(new), "from": first, "until": until, "news": news}, told)


def _numbers(one: Mandate) -> dict[str, object]:
    return {"sender": one.sender, "nsso_number": one.nsso, "enterprise_number": one.company}


def _read(sender: str, nsso: str, company: str, start: date, until: date | None) -> Mandate:
    """Read a mandate; what is wrong is told by the options' names, not those of the columns of a CSV."""
    try:
        return read_mandate(sender, nsso, company, start=start, until=until)
    except Refusal as exc:
        told = str(exc).replace("nsso_number", "--nsso").replace("enterprise_number", "--company")
        raise Refusal(told) from exc


@mandate.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("sender", type=SENDER_NUMBER)
@NSSO
@COMPANY
@click.option("--until", type=DAY, help="The last day on which the sender may declare. [default: today]")
@consent_options
@json_option
@click.pass_obj
def end(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    sender: str,
    *,
    nsso: str,
    company: str,
    until: date | None,
    yes: bool,
    note: str | None,
    as_json: bool,
) -> None:
    """End what SENDER may declare for an employer, whichever of its numbers the mandates were given with.

    All mandates for it that would run beyond the day end on it; one that begins later stays, and is told.
    """
    home = open_home(invocation)
    last = until or today(invocation, home)
    ended = _read(sender, nsso, company, last, last)
    if not yes:
        mandates = counted(service.count_ending(home, ended), "mandate")
        then = f"what sender {sender} sends for it after that day is refused"
        ask(f"{mandates} of sender {sender} for {ended.employer} would end on {last}, and {then}.")
    later = service.end_mandate(home, by(invocation, note), ended)
    told = [f"Sender {sender} may declare for {ended.employer} until {last}, that day included."]
    if later:
        told.append(f"A later mandate begins on {later[0]}; end it with --until on that day or after it.")
    show_done(as_json, {**_numbers(ended), "until": last, "later": later}, *told)


@mandate.command("list", epilog=REFUSED_OR_TROUBLE)
@click.option("--sender", type=SENDER_NUMBER, help="Only those of this sender.")
@click.option("--in-force", is_flag=True, help="Only those that count today.")
@list_options(MANDATES)
@click.pass_obj
def list_(invocation: Invocation, *, sender: str | None, in_force: bool, view: View) -> None:
    """List mandates by sender, employer and first day, with the numbers they were given with."""
    home = open_home(invocation)
    number = sender_number(sender) if sender is not None else None
    rows = service.list_mandates(home, today(invocation, home), number, in_force=in_force)
    view.show(rows_of(rows))


@mandate.command("import", epilog=REFUSED_OR_TROUBLE)
@click.argument("file", type=click.File("rb"))
@json_option
@click.pass_obj
def import_(invocation: Invocation, file: BinaryIO, *, as_json: bool) -> None:
    """Register all mandates of a CSV FILE (- is the standard input), or none when a line is wrong.

    Commas, semicolons or tabs; UTF-8, or UTF-16 with a byte order mark; a header that names the columns in any
    order: sender, nsso_number, enterprise_number, from, until. One of the two numbers is enough; an empty from
    is today, an empty until none. Lines that are there already are passed over, so a file may be imported again.
    """
    home = open_home(invocation)
    done = service.import_mandates(home, by(invocation), file.read(), today(invocation, home))
    show_done(as_json, fields_of(done), f"Mandates registered: {done.added}; there already: {done.known}.")
