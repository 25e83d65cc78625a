"""What senders prove themselves with: SSH keys to log in, certificates to sign."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flexibatch.adapters.signatures.certificates import read_certificate, read_certificates, told
from flexibatch.adapters.ssh_keys import read_public_key
from flexibatch.adapters.store import bureaus, certificates
from flexibatch.domain.bureaus import SshKey
from flexibatch.domain.operators import By
from flexibatch.domain.signatures import Certificate
from flexibatch.errors import Refusal
from flexibatch.services.rows import records
from flexibatch.wiring.home import Home

_FINGERPRINT = 64

# ------------------------------------------------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A sender's public key, and since when it has it."""

    fingerprint: str
    public_key: str
    added_at: datetime


def key_in(path: Path) -> SshKey:
    """Return the public key in a file; raise `Refusal` for what is none that is taken."""
    return read_public_key(_content(path, "a public key"), str(path))


def key_fingerprint(text: str) -> str:
    """Return the fingerprint that a text is, or that of the key in the file it names."""
    return text if text.startswith("SHA256:") else key_in(Path(text)).fingerprint


def add_key(home: Home, by: By, number: str, key: SshKey) -> bool:
    """Register a sender's public key; return whether that is news."""
    with home.database.writing() as connection:
        return bureaus.add_key(connection, by, number, key)


def remove_key(home: Home, by: By, number: str, fingerprint: str) -> None:
    """Take a sender's public key away; raise `Refusal` where it does not have it."""
    with home.database.writing() as connection:
        bureaus.remove_key(connection, by, number, fingerprint)


def list_keys(home: Home, number: str) -> tuple[KeyRow, ...]:
    """Return a sender's keys, the oldest first; raise `Refusal` for an unknown sender."""
    with home.database.reading() as connection:
        bureaus.show_sender(connection, number)
        return records(KeyRow, bureaus.list_keys(connection, number))


# ----------------------------------------------------------------------------------------------- certificates


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate that a sender signs with, and who registered it."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    added_at: datetime
    added_by: str


def certificate_in(path: Path, now: datetime) -> Certificate:
    """Return the certificate in a file; raise `Refusal` for one that no signature could be judged by."""
    return read_certificate(_content(path, "a certificate"), str(path), now=now)


def certificate_fingerprint(text: str) -> str:
    """Return the fingerprint that a text is, or that of the certificate in the file it names.

    The certificate may be one that could not be registered any more.
    """
    if len(text) == _FINGERPRINT and all(one in "0123456789abcdefABCDEF" for one in text):
        return text.lower()
    path = Path(text)
    return told(read_certificates(_content(path, "a certificate"), str(path))[0]).fingerprint


def add_certificate(home: Home, by: By, number: str, one: Certificate) -> bool:
    """Register a sender's certificate; return whether that is news."""
    with home.database.writing() as connection:
        return certificates.add_certificate(connection, by, number, one)


def remove_certificate(home: Home, by: By, number: str, fingerprint: str) -> None:
    """Take a sender's certificate away; raise `Refusal` where it does not have it."""
    with home.database.writing() as connection:
        certificates.remove_certificate(connection, by, number, fingerprint)


def list_certificates(home: Home, number: str) -> tuple[CertificateRow, ...]:
    """Return a sender's certificates, those that end first at the head; raise `Refusal` for an unknown sender."""
    with home.database.reading() as connection:
        bureaus.show_sender(connection, number)
        return records(CertificateRow, certificates.list_certificates(connection, number))


def _content(path: Path, wanted: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise Refusal(f"{path} cannot be read ({exc.strerror}): name a file with {wanted}.") from exc
