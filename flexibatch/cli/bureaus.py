"""The commands about bureaus: who they are, whether they must sign, whether their sets are taken."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flexibatch.cli.completing import SENDER_NUMBER
from flexibatch.cli.confirming import ask, consent_options, counted, note_option
from flexibatch.cli.credentials import KEY_FILE, certificate, key
from flexibatch.cli.done import show_done
from flexibatch.cli.fields import fields_of, rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options, times
from flexibatch.cli.moments import local
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.openssh import export_openssh
from flexibatch.cli.output import cell, json_option, say, show_object
from flexibatch.cli.tables import Column, Table
from flexibatch.domain.bureaus import AS_SET, NewSender, sender_number
from flexibatch.domain.vocabulary import Acceptance, Language, SignatureDemand
from flexibatch.errors import Refusal

if TYPE_CHECKING:
    from flexibatch.services import credentials
    from flexibatch.services import senders as service
else:
    service, credentials = (
        LateModule("flexibatch.services.senders"),
        LateModule("flexibatch.services.credentials"),
    )

LANGUAGES = click.Choice([one.value for one in Language])
ACCEPTANCES = tuple(one.value for one in Acceptance)
DEMANDS = click.Choice([one.value for one in SignatureDemand])
SENDERS = Table(
    "Senders",
    (
        Column("number", rank=1),
        Column("name", rank=2, least=12),
        Column("language", "lang", 4),
        Column("signature", rank=5),
        Column("acceptance", rank=6),
        Column("user_name", "user", 7, least=8),
        Column("state", rank=3),
        Column("added_at", "added", 8),
    ),
)
NO_AGREEMENT = "as the setting has it"


@click.group()
def sender() -> None:
    """Register payroll bureaus, each under its sender number of six digits.

    A sender's folders stand in the spool, under senders/NUMBER.
    """


sender.add_command(export_openssh)
sender.add_command(key)
sender.add_command(certificate)


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.option("--name", required=True, help="The bureau's name, as people read it.")
@click.option(
    "--language",
    required=True,
    type=LANGUAGES,
    help="The language of its answers and pages.",
)
@click.option(
    "--key", "keys", multiple=True, type=KEY_FILE, help="A file with an SSH public key; may be given again."
)
@click.option(
    "--certificate",
    "certificates",
    multiple=True,
    type=KEY_FILE,
    help="A file with the certificate it signs with (PEM or DER); may be given again.",
)
@click.option(
    "--signature",
    type=DEMANDS,
    default=SignatureDemand.REQUIRED.value,
    show_default=True,
    help="Whether it must sign its files (in S it never must; a signature that is there must be good).",
)
@click.option("--user", help="Its name at the SFTP server, if it is not the number.")
@click.option(
    "--acceptance",
    type=click.Choice(ACCEPTANCES),
    help="What an anomaly of a line refuses: that line, or its Form whole. [default: the setting]",
)
@click.option("--allow-ssh-rsa", is_flag=True, help="Take ssh-rsa signatures (SHA-1) from its old program.")
@json_option
@click.pass_obj
def add(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    number: str,
    *,
    name: str,
    language: str,
    keys: tuple[Path, ...],
    certificates: tuple[Path, ...],
    signature: str,
    user: str | None,
    acceptance: str | None,
    allow_ssh_rsa: bool,
    as_json: bool,
) -> None:
    """Register a bureau under NUMBER and make its folders.

    A removed bureau is brought back with what is told now; its mandates are those it had.
    """
    demand = SignatureDemand(signature)
    agreed = Acceptance(acceptance) if acceptance else None
    new = NewSender(sender_number(number), name, Language(language), demand, user, allow_ssh_rsa, agreed)
    read = [credentials.key_in(path) for path in keys]
    signing = [credentials.certificate_in(path, by(invocation).at) for path in certificates]
    done = service.add_sender(open_home(invocation), by(invocation), new, read, signing)
    if demand is SignatureDemand.REQUIRED and not signing:
        say(
            f"Sender {number} must sign its files and has no certificate yet: register one with `flexibatch sender "
            f"certificate add {number} FILE`."
        )
    if done.back and done.mandates:
        before = f"its mandates of before stand ({done.mandates})"
        say(f"Sender {number} had been removed; {before}: see `mandate list`.")
    told = f"Sender {number} {'is back' if done.back else 'is registered'}; its folders are in {done.folder}."
    show_done(as_json, {"sender": number, **fields_of(done)}, told)


@sender.command("set", epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@click.option("--name", help="The bureau's name, as people read it.")
@click.option(
    "--language", type=LANGUAGES, help="The language of its answers and pages, from its next set on."
)
@click.option("--signature", type=DEMANDS, help="Whether it must sign its files, from its next set on.")
@click.option(
    "--acceptance",
    type=click.Choice([*ACCEPTANCES, AS_SET]),
    help="What an anomaly of a line refuses, in sets and re-runs judged from now on; `default`: as the setting has it.",
)
@click.option("--user", "user_name", help="Its name at the SFTP server, from its next log-in on.")
@click.option(
    "--allow-ssh-rsa/--no-ssh-rsa",
    default=None,
    help="Take ssh-rsa signatures (SHA-1) from its old program, or no longer; from its next log-in on.",
)
@json_option
@click.pass_obj
def set_(invocation: Invocation, /, number: str, *, as_json: bool, **wanted: str | bool | None) -> None:
    """Change what the bureau NUMBER was registered with."""
    if all(value is None for value in wanted.values()):
        raise Refusal("Nothing is to be changed: give at least one of the options.")
    home = open_home(invocation)
    news = service.set_sender(home, by(invocation), sender_number(number), wanted)
    told = [f"{column.replace('_', ' ')} is {_named(value)} now." for column, value in news.items()]
    sentences = [f"Sender {number}: {one}" for one in told] or [f"Sender {number} was registered so already."]
    show_done(as_json, {"sender": number, "changed": dict(news)}, *sentences)
    if news.get("allow_ssh_rsa"):
        say("`doctor` warns of log-in signatures with SHA-1 as long as they are taken.")


def _named(value: object) -> str:
    return NO_AGREEMENT if value is None else cell(value)


@sender.command("list", epilog=REFUSED_OR_TROUBLE)
@list_options(SENDERS)
@click.pass_obj
def list_(invocation: Invocation, *, view: View) -> None:
    """List all bureaus by number: active, on hold, and removed ones."""
    home = open_home(invocation)
    view.show(rows_of(service.list_senders(home)), times(invocation, home))


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@json_option
@click.pass_obj
def show(invocation: Invocation, number: str, *, as_json: bool) -> None:
    """Show the bureau NUMBER with its keys and how many mandates it has."""
    home = open_home(invocation)
    told = fields_of(service.show_sender(home, sender_number(number)))
    show_object(f"Sender {number}", told if as_json else local(told, home.settings.timezone), as_json)


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@note_option
@json_option
@click.pass_obj
def hold(invocation: Invocation, number: str, *, note: str | None, as_json: bool) -> None:
    """Leave what the bureau NUMBER drops untouched, until `sender release`.

    Sets that were claimed before wait too; nothing is lost and nothing is answered.
    """
    home = open_home(invocation)
    news = service.hold_sender(home, by(invocation, note), sender_number(number))
    told = f"Sender {number} is on hold." if news else f"Sender {number} was on hold already."
    show_done(as_json, {"sender": number, "news": news}, told)


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@note_option
@json_option
@click.pass_obj
def release(invocation: Invocation, number: str, *, note: str | None, as_json: bool) -> None:
    """Take what the bureau NUMBER drops again, after `sender hold`."""
    home = open_home(invocation)
    news = service.release_sender(home, by(invocation, note), sender_number(number))
    told = f"Sender {number} is released." if news else f"Sender {number} was not on hold."
    show_done(as_json, {"sender": number, "news": news}, told)


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@consent_options
@json_option
@click.pass_obj
def remove(invocation: Invocation, number: str, *, yes: bool, note: str | None, as_json: bool) -> None:
    """Remove the bureau NUMBER, with its keys, certificates and user name.

    Its folders, sets, declarations and mandates stay; what it still drops is refused. `sender add` brings the
    bureau back.
    """
    home = open_home(invocation)
    if not yes:
        ask(_removal(service.show_sender(home, sender_number(number))))
    service.remove_sender(home, by(invocation, note), sender_number(number))
    told = f"Sender {number} is removed; its folders, sets and declarations stay."
    show_done(as_json, {"sender": number, "removed": True}, told)


def _removal(held: "service.SenderDetails") -> str:
    """Say what goes with a sender, and what stays."""
    proofs = f"{counted(len(held.keys), 'key')}, {counted(len(held.certificates), 'certificate')} and its user name"
    return (
        f"Sender {held.number} ({cell(held.name)}) loses {proofs}, and what it still drops is refused. "
        f"Its sets, declarations and {counted(held.mandates, 'mandate')} stay."
    )
