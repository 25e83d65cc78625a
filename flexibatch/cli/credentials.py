"""The commands about what bureaus prove themselves with: SSH keys to log in, certificates to sign."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flexibatch.cli.completing import SENDER_NUMBER
from flexibatch.cli.confirming import ask, consent_options, counted
from flexibatch.cli.done import show_done
from flexibatch.cli.fields import rows_of
from flexibatch.cli.invocation import Invocation
from flexibatch.cli.late import LateModule
from flexibatch.cli.listing import View, list_options, times
from flexibatch.cli.opened import REFUSED_OR_TROUBLE, by, open_home
from flexibatch.cli.output import json_option
from flexibatch.cli.tables import Column, Table
from flexibatch.domain.bureaus import sender_number

if TYPE_CHECKING:
    from flexibatch.services import credentials as service
else:
    service = LateModule("flexibatch.services.credentials")

KEYS = Table(
    "Keys",
    (
        Column("fingerprint", rank=1),
        Column("public_key", wide=True),
        Column("added_at", "added", 2),
    ),
)
CERTIFICATES = Table(
    "Certificates",
    (
        Column("subject", rank=1, least=20),
        Column("issuer", rank=3, least=12),
        Column("serial", wide=True),
        Column("fingerprint", wide=True),
        Column("valid_from", "from", 4),
        Column("valid_until", "until", 2),
        Column("added_at", "added", 5),
        Column("added_by", "by", 6),
    ),
)
KEY_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

# ------------------------------------------------------------------------------------------------------- keys


@click.group()
def key() -> None:
    """Manage the SSH public keys a bureau logs in with: Ed25519, ECDSA, or RSA of 2048 bits or more."""


@key.command("add", epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@click.argument("file", type=KEY_FILE)
@json_option
@click.pass_obj
def add_key(invocation: Invocation, number: str, file: Path, *, as_json: bool) -> None:
    """Give the bureau NUMBER the public key in FILE (one OpenSSH line, such as id_ed25519.pub)."""
    read = service.key_in(file)
    home = open_home(invocation)
    news = service.add_key(home, by(invocation), sender_number(number), read)
    told = (
        f"Sender {number} {'has' if news else 'had'} the key {read.fingerprint}{'' if news else ' already'}."
    )
    show_done(as_json, {"sender": number, "fingerprint": read.fingerprint, "news": news}, told)


@key.command("remove", epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@click.argument("file")
@consent_options
@json_option
@click.pass_obj
def remove_key(  # noqa: PLR0913 - one argument an option
    invocation: Invocation, number: str, file: str, *, yes: bool, note: str | None, as_json: bool
) -> None:
    """Take the public key in FILE away from the bureau NUMBER.

    FILE may also be the key's fingerprint (SHA256:…) as `sender key list` shows it.
    """
    fingerprint = service.key_fingerprint(file)
    home = open_home(invocation)
    if not yes:
        left = [
            one for one in service.list_keys(home, sender_number(number)) if one.fingerprint != fingerprint
        ]
        then = f"{counted(len(left), 'key')} left" if left else "no key left, and cannot log in"
        ask(f"Without the key {fingerprint} sender {number} has {then}.")
    service.remove_key(home, by(invocation, note), sender_number(number), fingerprint)
    told = f"Sender {number} no longer has the key {fingerprint}."
    show_done(as_json, {"sender": number, "fingerprint": fingerprint, "removed": True}, told)


@key.command("list", epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@list_options(KEYS)
@click.pass_obj
def list_keys(invocation: Invocation, number: str, *, view: View) -> None:
    """List the public keys of the bureau NUMBER."""
    home = open_home(invocation)
    view.show(rows_of(service.list_keys(home, sender_number(number))), times(invocation, home))


# ----------------------------------------------------------------------------------------------- certificates


@click.group()
def certificate() -> None:
    """Manage the certificates a bureau signs its files with: RSA of 2048 bits or more, or an elliptic curve."""


@certificate.command("add", epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@click.argument("file", type=KEY_FILE)
@json_option
@click.pass_obj
def add_certificate(invocation: Invocation, number: str, file: Path, *, as_json: bool) -> None:
    """Register the certificate in FILE (X.509, PEM or DER) for the bureau NUMBER."""
    read = service.certificate_in(file, by(invocation).at)
    home = open_home(invocation)
    news = service.add_certificate(home, by(invocation), sender_number(number), read)
    told = (
        f"Sender {number} {'has' if news else 'had'} the certificate {read.fingerprint}"
        f"{'' if news else ' already'}: {read.subject}, until {read.valid_until:%Y-%m-%d}."
    )
    named = {"fingerprint": read.fingerprint, "subject": read.subject, "valid_until": read.valid_until}
    show_done(as_json, {"sender": number, **named, "news": news}, told)


@certificate.command("remove", epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@click.argument("file")
@consent_options
@json_option
@click.pass_obj
def remove_certificate(  # noqa: PLR0913 - one argument an option
    invocation: Invocation, number: str, file: str, *, yes: bool, note: str | None, as_json: bool
) -> None:
    """Take the certificate in FILE away from the bureau NUMBER; what it signed and was received stays received.

    FILE may also be the certificate's fingerprint as `sender certificate list` shows it.
    """
    fingerprint = service.certificate_fingerprint(file)
    home = open_home(invocation)
    if not yes:
        known = service.list_certificates(home, sender_number(number))
        left = counted(sum(one.fingerprint != fingerprint for one in known), "certificate")
        then = "what it signs with another one is refused"
        ask(f"Without the certificate {fingerprint} sender {number} has {left} left; {then}.")
    service.remove_certificate(home, by(invocation, note), sender_number(number), fingerprint)
    told = f"Sender {number} no longer has the certificate {fingerprint}."
    show_done(as_json, {"sender": number, "fingerprint": fingerprint, "removed": True}, told)


@certificate.command("list", epilog=REFUSED_OR_TROUBLE)
@click.argument("number", type=SENDER_NUMBER)
@list_options(CERTIFICATES)
@click.pass_obj
def list_certificates(invocation: Invocation, number: str, *, view: View) -> None:
    """List the certificates of the bureau NUMBER, those that end first at the head."""
    home = open_home(invocation)
    view.show(rows_of(service.list_certificates(home, sender_number(number))), times(invocation, home))
