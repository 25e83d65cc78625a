"""The commands about what bureaus prove themselves with: SSH keys to log in, certificates to sign."""

from pathlib import Path

import click

from flexibatch.adapters.signatures.certificates import read_certificate, read_certificates, told
from flexibatch.adapters.ssh_keys import read_public_key
from flexibatch.adapters.store import bureaus, certificates
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option, say
from flexibatch.cli.sections import show_rows
from flexibatch.domain.bureaus import SshKey, sender_number
from flexibatch.domain.signatures import Certificate
from flexibatch.errors import Refusal

KEY_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FINGERPRINT = 64

# ------------------------------------------------------------------------------------------------------- keys


@click.group()
def key() -> None:
    """Manage the SSH public keys a bureau logs in with: Ed25519, ECDSA, or RSA of 2048 bits or more."""


@key.command("add", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.argument("file", type=KEY_FILE)
@click.pass_obj
def add_key(invocation: Invocation, number: str, file: Path) -> None:
    """Give the bureau NUMBER the public key in FILE (one OpenSSH line, such as id_ed25519.pub)."""
    read = key_in(file)
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
    fingerprint = file if file.startswith("SHA256:") else key_in(Path(file)).fingerprint
    with open_home(invocation).database.writing() as connection:
        bureaus.remove_key(connection, by(invocation), sender_number(number), fingerprint)
    say(f"Sender {number} no longer has the key {fingerprint}.")


@key.command("list", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@json_option
@click.pass_obj
def list_keys(invocation: Invocation, number: str, *, as_json: bool) -> None:
    """List the public keys of the bureau NUMBER."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        bureaus.show_sender(connection, sender_number(number))
        rows = bureaus.list_keys(connection, number)
    columns = ("fingerprint", "public_key", "added_at")
    show_rows(f"Keys of sender {number}", columns, rows, zone=home.settings.timezone, as_json=as_json)


def key_in(path: Path) -> SshKey:
    """Read the public key in a file; raise `Refusal` for what is none that is taken."""
    return read_public_key(_content(path, "a public key"), str(path))


# ----------------------------------------------------------------------------------------------- certificates


@click.group()
def certificate() -> None:
    """Manage the certificates a bureau signs its files with: RSA of 2048 bits or more, or an elliptic curve."""


@certificate.command("add", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.argument("file", type=KEY_FILE)
@click.pass_obj
def add_certificate(invocation: Invocation, number: str, file: Path) -> None:
    """Register the certificate in FILE (X.509, PEM or DER) for the bureau NUMBER."""
    read = certificate_in(invocation, file)
    with open_home(invocation).database.writing() as connection:
        news = certificates.add_certificate(connection, by(invocation), sender_number(number), read)
    say(
        f"Sender {number} {'has' if news else 'had'} the certificate {read.fingerprint}"
        f"{'' if news else ' already'}: {read.subject}, until {read.valid_until:%Y-%m-%d}."
    )


@certificate.command("remove", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@click.argument("file")
@click.pass_obj
def remove_certificate(invocation: Invocation, number: str, file: str) -> None:
    """Take the certificate in FILE away from the bureau NUMBER; what it signed and was received stays received.

    FILE may also be the certificate's fingerprint as `sender certificate list` shows it.
    """
    fingerprint = file.lower() if _is_fingerprint(file) else _fingerprint_in(Path(file))
    with open_home(invocation).database.writing() as connection:
        certificates.remove_certificate(connection, by(invocation), sender_number(number), fingerprint)
    say(f"Sender {number} no longer has the certificate {fingerprint}.")


@certificate.command("list", epilog=REFUSED_OR_TROUBLE)
@click.argument("number")
@json_option
@click.pass_obj
def list_certificates(invocation: Invocation, number: str, *, as_json: bool) -> None:
    """List the certificates of the bureau NUMBER, those that end first at the head."""
    home = open_home(invocation)
    with home.database.reading() as connection:
        bureaus.show_sender(connection, sender_number(number))
        rows = certificates.list_certificates(connection, number)
    columns = (
        "subject",
        "issuer",
        "serial",
        "fingerprint",
        "valid_from",
        "valid_until",
        "added_at",
        "added_by",
    )
    show_rows(f"Certificates of sender {number}", columns, rows, zone=home.settings.timezone, as_json=as_json)


def certificate_in(invocation: Invocation, path: Path) -> Certificate:
    """Read the certificate in a file; raise `Refusal` for one that no signature could be judged by."""
    return read_certificate(_content(path, "a certificate"), str(path), now=by(invocation).at)


def _fingerprint_in(path: Path) -> str:
    """Name the certificate in a file, one that could not be registered any more too."""
    return told(read_certificates(_content(path, "a certificate"), str(path))[0]).fingerprint


def _is_fingerprint(text: str) -> bool:
    return len(text) == _FINGERPRINT and all(one in "0123456789abcdefABCDEF" for one in text)


def _content(path: Path, wanted: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise Refusal(f"{path} cannot be read ({exc.strerror}): name a file with {wanted}.") from exc
