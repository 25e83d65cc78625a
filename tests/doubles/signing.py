"""Keys, certificates and signatures as bureaus and certification authorities make them, by `cryptography`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from flexibatch.adapters.signatures.certificates import told
from flexibatch.domain.signatures import Certificate

ARRIVED = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
DETACHED = pkcs7.PKCS7Options.DetachedSignature
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Holder:
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def registered(self) -> Certificate:
        """Return the certificate as the channel keeps it."""
        return told(self.certificate)

    @property
    def pem(self) -> bytes:
        """Return the certificate as a file holds it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """Return the private key as a file holds it."""
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self.key.private_bytes(*form)

    def signature(self, part: bytes, *extra: pkcs7.PKCS7Options, chain: Sequence["Holder"] = ()) -> bytes:
        """Sign a part, DER; `chain` is carried beside the signer's certificate."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(part)
        builder = builder.add_signer(self.certificate, self.key, hashes.SHA256())
        for one in chain:
            builder = builder.add_certificate(one.certificate)
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary, *extra])

    def revoking(self, *serials: int, at: datetime = ARRIVED, due: datetime = ARRIVED + YEAR) -> bytes:
        """Return this authority's revocation list, PEM."""
        made = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        made = made.last_update(min(at, due - timedelta(days=1))).next_update(due)
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
            made = made.add_revoked_certificate(entry)
        return made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@cache
def holder(kind: str = "rsa", *, signs: bool = True) -> Holder:
    """Make a holder of a self-signed certificate: `rsa`, `ec`, or one whose key is too `small`."""
    return issued(f"Bureau {kind}", kind, signs=signs)


@cache
def authority(name: str = "Root") -> Holder:
    """Make a root."""
    return issued(name, "ec", authority=True)


def issued(  # noqa: PLR0913 - what certificates differ in
    name: str,
    kind: str = "ec",
    *,
    by: Holder | None = None,
    signs: bool = True,
    authority: bool = False,
    stamps: bool = False,
    until: datetime = ARRIVED + YEAR,
) -> Holder:
    """Make a key and a certificate, signed by itself or `by` an authority."""
    sizes = {"rsa": 2048, "small": 1024}
    key: Key = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, sizes[kind])
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(signs, False, not signs, False, False, authority, authority, False, False)  # noqa: FBT003
    made = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    made = made.issuer_name(by.certificate.subject if by else subject)
    made = made.serial_number(x509.random_serial_number()).add_extension(usage, critical=True)
    made = made.add_extension(x509.BasicConstraints(authority, None), critical=True)
    if stamps:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    until = until.replace(microsecond=0)
    made = made.not_valid_before(until - 3 * YEAR).not_valid_after(until)
    return Holder(key, made.sign(by.key if by else key, hashes.SHA256()))


def written(path: Path, content: bytes) -> Path:
    """Write a file and give its path."""
    path.write_bytes(content)
    return path
