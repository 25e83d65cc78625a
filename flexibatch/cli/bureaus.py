"""The commands about bureaus: senders and their keys."""

from pathlib import Path

import click

from flexibatch.adapters import folders
from flexibatch.adapters.ssh_keys import read_public_key
from flexibatch.adapters.store import bureaus
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.openssh import export_openssh
from flexibatch.cli.output import json_option, say, show_object, show_table
from flexibatch.domain.bureaus import NewSender, SshKey, sender_number
from flexibatch.domain.vocabulary import Language, SignatureDemand
from flexibatch.errors import Refusal

NO_SIGNATURES = "Signatures are not verified by this version yet"
KEY_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

COLUMNS = ("number", "name", "language", "signature", "user_name", "state", "added_at")


@click.group()
def sender() -> None:
    """Register payroll bureaus, each under its sender number of six digits.

    A sender's folders stand in the spool, under senders/NUMBER.
    """


sender.add_command(export_openssh)


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.option("--name", required=True, help="The bureau's name, as people read it.")
@click.option(
    "--language",
    required=True,
    type=click.Choice([one.value for one in Language]),
    help="The language of its answers and pages.",
)
@click.option(
    "--key", "keys", multiple=True, type=KEY_FILE, help="A file with an SSH public key; may be given again."
)
@click.option("--certificate", "certificates", multiple=True, help="Not yet: comes with signatures.")
@click.option(
    "--signature",
    type=click.Choice([one.value for one in SignatureDemand]),
    help="Whether it must sign its files. [default: optional, until signatures are verified]",
)
@click.option("--user", help="Its name at the SFTP server, if it is not the number.")
@click.option("--allow-ssh-rsa", is_flag=True, help="Take ssh-rsa signatures (SHA-1) from its old program.")
@click.pass_obj
def add(  # noqa: PLR0913 - one argument an option
    invocation: Invocation,
    number: str,
    *,
    name: str,
    language: str,
    keys: tuple[Path, ...],
    certificates: tuple[str, ...],
    signature: str | None,
    user: str | None,
    allow_ssh_rsa: bool,
) -> None:
    """Register a bureau under NUMBER and make its folders.

    A removed bureau is brought back with what is told now; its mandates are those it had.
    """
    _refuse_signatures(certificates, signature)
    new = NewSender(
        sender_number(number), name, Language(language), SignatureDemand.OPTIONAL, user, allow_ssh_rsa
    )
    read = [_read_key(path) for path in keys]
    home = open_home(invocation)
    with home.database.writing() as connection:
        back = bureaus.add_sender(connection, by(invocation), new)
        for key in read:
            bureaus.add_key(connection, by(invocation), number, key)
        folder = folders.make_sender_folders(home.settings.spool, number)
        held = bureaus.show_sender(connection, number)["mandates"]
    if signature is None:
        say(f"{NO_SIGNATURES}: sender {number} is registered as one that need not sign.")
    if back and held:
        say(f"Sender {number} had been removed; its {held} mandates of before stand: see `mandate list`.")
    say(f"Sender {number} {'is back' if back else 'is registered'}; its folders are in {folder}.")


def _refuse_signatures(certificates: tuple[str, ...], signature: str | None) -> None:
    if certificates:
        raise Refusal(f"{NO_SIGNATURES}: leave --certificate out.")
    if signature == SignatureDemand.REQUIRED:
        raise Refusal(
            f"{NO_SIGNATURES}, so none can be required: give --signature optional, or leave it out."
        )


@sender.command("set", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.option(
    "--allow-ssh-rsa/--no-ssh-rsa",
    required=True,
    help="Take ssh-rsa signatures (SHA-1) from its old program, or no longer.",
)
@click.pass_obj
def set_(invocation: Invocation, number: str, *, allow_ssh_rsa: bool) -> None:
    """Change how the bureau NUMBER may log in; it holds from its next log-in on."""
    with open_home(invocation).database.writing() as connection:
        bureaus.allow_ssh_rsa(connection, by(invocation), sender_number(number), allowed=allow_ssh_rsa)
    taken = "are taken: `doctor` warns of it as long" if allow_ssh_rsa else "are not taken"
    say(f"Signatures with SHA-1 from sender {number} {taken}.")


@sender.command("list", epilog=REFUSED_OR_TROUBLE)
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, as_json: bool) -> None:
    """List all bureaus: active, on hold, and removed ones."""
    with open_home(invocation).database.reading() as connection:
        rows = bureaus.list_senders(connection)
    show_table("Senders", COLUMNS, rows, as_json)


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@json_option
@click.pass_obj
def show(invocation: Invocation, number: str, *, as_json: bool) -> None:
    """Show the bureau NUMBER with its keys and how many mandates it has."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        found = bureaus.show_sender(connection, sender_number(number))
    folder = home.settings.spool / folders.SENDERS / number
    show_object(f"Sender {number}", {**found, "folder": folder}, as_json)


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.pass_obj
def hold(invocation: Invocation, number: str) -> None:
    """Leave what the bureau NUMBER drops untouched, until `sender release`.

    Sets that were claimed before wait too; nothing is lost and nothing is answered.
    """
    with open_home(invocation).database.writing() as connection:
        news = bureaus.hold_sender(connection, by(invocation), sender_number(number))
    say(f"Sender {number} is on hold." if news else f"Sender {number} was on hold already.")


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.pass_obj
def release(invocation: Invocation, number: str) -> None:
    """Take what the bureau NUMBER drops again, after `sender hold`."""
    with open_home(invocation).database.writing() as connection:
        news = bureaus.release_sender(connection, by(invocation), sender_number(number))
    say(f"Sender {number} is released." if news else f"Sender {number} was not on hold.")


@sender.command(epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.pass_obj
def remove(invocation: Invocation, number: str) -> None:
    """Remove the bureau NUMBER, with its keys and user name.

    Its folders, sets, declarations and mandates stay; what it still drops is refused. `sender add` brings the
    bureau back.
    """
    with open_home(invocation).database.writing() as connection:
        bureaus.remove_sender(connection, by(invocation), sender_number(number))
    say(f"Sender {number} is removed; its folders, sets and declarations stay.")


# ------------------------------------------------------------------------------------------------------- keys


@sender.group()
def key() -> None:
    """Manage the SSH public keys a bureau logs in with: Ed25519, ECDSA, or RSA of 2048 bits or more."""


@key.command("add", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.argument("file", type=KEY_FILE)
@click.pass_obj
def add_key(invocation: Invocation, number: str, file: Path) -> None:
    """Give the bureau NUMBER the public key in FILE (one OpenSSH line, such as id_ed25519.pub)."""
    read = _read_key(file)
    with open_home(invocation).database.writing() as connection:
        news = bureaus.add_key(connection, by(invocation), sender_number(number), read)
    say(f"Sender {number} {'has' if news else 'had'} the key {read.fingerprint}{'' if news else ' already'}.")


@key.command("remove", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.argument("file")
@click.pass_obj
def remove_key(invocation: Invocation, number: str, file: str) -> None:
    """Take the public key in FILE away from the bureau NUMBER.

    FILE may also be the key's fingerprint (SHA256:…) as `sender key list` shows it.
    """
    fingerprint = file if file.startswith("SHA256:") else _read_key(Path(file)).fingerprint
    with open_home(invocation).database.writing() as connection:
        bureaus.remove_key(connection, by(invocation), sender_number(number), fingerprint)
    say(f"Sender {number} no longer has the key {fingerprint}.")


@key.command("list", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@json_option
@click.pass_obj
def list_keys(invocation: Invocation, number: str, *, as_json: bool) -> None:
    """List the public keys of the bureau NUMBER."""
    with open_home(invocation).database.reading() as connection:
        bureaus.show_sender(connection, sender_number(number))
        rows = bureaus.list_keys(connection, number)
    show_table(f"Keys of sender {number}", ("fingerprint", "public_key", "added_at"), rows, as_json)


@sender.command(context_settings={"ignore_unknown_options": True}, epilog="\b\nExit status: 2, for now.")
@click.argument("words", nargs=-1)
def certificate(words: tuple[str, ...]) -> None:
    """Not yet: certificates come with signatures."""
    del words
    raise Refusal(f"{NO_SIGNATURES}, so certificates cannot be registered; `sender key` is for SSH keys.")


def _read_key(path: Path) -> SshKey:
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise Refusal(f"{path} cannot be read ({exc.strerror}): name a file with a public key.") from exc
    return read_public_key(content, str(path))
