"""What signatures are judged by beside registration: roots, revocation lists, and whether SHA-1 is taken.

Files of the settings' table `[trust]`; nothing is ever fetched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl, pem, x509
from cryptography.hazmat.primitives.serialization import Encoding

from flexibatch.adapters.signatures.certificates import content_of, read_certificates
from flexibatch.errors import Refusal


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Roots (none: being registered is the trust), revocation lists, and whether SHA-1 is taken."""

    roots: tuple[Any, ...] = ()
    lists: tuple["RevocationList", ...] = ()
    allow_sha1: bool = False


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A revocation list: of which `issuer` (DER of its name), until when a new one is due, what it revokes."""

    name: str
    issuer: bytes
    due: datetime | None
    revoked: dict[int, datetime]


def read_trust(roots: Sequence[Path], crls: Sequence[Path], *, allow_sha1: bool) -> TrustStore:
    """Read the files of `[trust]`; raise `Refusal` for one that cannot be used."""
    read = [one for path in roots for one in read_certificates(content_of(path, "trust"), str(path))]
    return TrustStore(
        tuple(x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in read),
        tuple(_list(path) for path in crls),
        allow_sha1,
    )


def revoked(certificates: Sequence[Any], lists: Sequence[RevocationList], moment: datetime) -> bool:
    """Return whether one of the certificates was revoked at a moment, by a list of its issuer."""
    return any(
        _since(one, known) <= moment
        for one in certificates
        for known in lists
        if known.issuer == one.issuer.dump() and one.serial_number in known.revoked
    )


def _since(certificate: Any, known: RevocationList) -> datetime:  # noqa: ANN401 - asn1crypto has no types
    return known.revoked[certificate.serial_number]


def _list(path: Path) -> RevocationList:
    content = content_of(path, "trust")
    try:
        if pem.detect(content):
            _, _, content = pem.unarmor(content)
        read = crl.CertificateList.load(content, strict=True)["tbs_cert_list"]
        return RevocationList(
            str(path), read["issuer"].dump(), read["next_update"].native, dict(_entries(read))
        )
    except (ValueError, TypeError, KeyError) as exc:
        raise Refusal(
            f"{path} of [trust] is no revocation list (CRL, PEM or DER): correct the settings."
        ) from exc


def _entries(read: Any) -> Iterator[tuple[int, datetime]]:  # noqa: ANN401 - asn1crypto has no types
    """Yield serial number and the moment from which a certificate was not to be believed any more."""
    for entry in read["revoked_certificates"]:
        since = entry.invalidity_date_value.native if entry.invalidity_date_value else None
        at = entry["revocation_date"].native
        yield entry["user_certificate"].native, min(at, since) if since else at
