"""Read certificates: those that a bureau registers, and files of roots; PEM or DER."""

from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from flexibatch.domain.signatures import Certificate
from flexibatch.errors import Refusal

RSA_BITS = 2048
EC_BITS = 256
DIGESTS = frozenset({"sha256", "sha384", "sha512"})
"""What signatures may hash with, whatever the settings say."""
_UNREADABLE = (ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)
"""What `cryptography` raises on a certificate, some of it only when a part of it is read."""


def read_certificate(content: bytes, name: str, *, now: datetime) -> Certificate:
    """Read one certificate that files will be signed with; `name` is how the sentence of a `Refusal` calls it."""
    if b"PRIVATE KEY" in content:
        raise Refusal(
            f"{name} holds a private key: give the certificate alone, and let its owner make a new key."
        )
    read = read_certificates(content, name)
    if len(read) != 1:
        raise Refusal(f"{name} holds {len(read)} certificates where one is wanted: give the signer's own.")
    try:
        fault = _unfit(read[0]) or _past(read[0], now)
        shown = told(read[0])
    except _UNREADABLE as exc:
        raise Refusal(
            f"{name} cannot be registered: a part of it cannot be read ({exc}); ask its owner for another one."
        ) from exc
    if fault:
        raise Refusal(f"{name} cannot be registered: {fault}.")
    return shown


def content_of(path: Path, table: str) -> bytes:
    """Read a file that a table of the settings names; raise `Refusal` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as exc:
        raise Refusal(
            f"{path} of [{table}] cannot be read ({exc.strerror}): put it there, or correct the settings."
        ) from exc


def read_certificates(content: bytes, name: str) -> list[x509.Certificate]:
    """Read all certificates of a file, at least one; what tools and editors write before PEM is passed over."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            content = content.decode("utf-16").encode("ascii", "replace")
        if b"-----BEGIN " in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except _UNREADABLE as exc:
        raise Refusal(
            f"{name} is no certificate (X.509, PEM or DER): ask its owner for the file again."
        ) from exc


def told(one: x509.Certificate) -> Certificate:
    """Return a certificate as operators see it and signatures are judged by it."""
    return Certificate(
        one.subject.rfc4514_string(),
        one.issuer.rfc4514_string(),
        f"{one.serial_number:X}",
        one.fingerprint(hashes.SHA256()).hex(),
        one.not_valid_before_utc,
        one.not_valid_after_utc,
        one.public_bytes(Encoding.DER),
    )


def _unfit(one: x509.Certificate) -> str | None:
    """Say why signatures with a certificate would be refused; the same is asked of every signature."""
    try:
        key = one.public_key()
    except _UNREADABLE:
        return f"its key is of a kind that is not known here; make one of RSA ({RSA_BITS} bits) or on the curve P-256"
    rsa = isinstance(key, RSAPublicKey) and key.key_size >= RSA_BITS
    curve = isinstance(key, EllipticCurvePublicKey) and key.key_size >= EC_BITS
    if not (rsa or curve):
        return f"its key is not RSA of {RSA_BITS} bits or more, nor on an elliptic curve of {EC_BITS} or more"
    bound = bound_to(asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)).public_key) - DIGESTS
    if bound:
        return f"its key may sign with {', '.join(sorted(bound))} only; make one for SHA-256 (RSASSA-PSS)"
    try:
        usage = one.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    signs = usage.digital_signature or usage.content_commitment
    return None if signs else "it is not meant for signing (key usage)"


def bound_to(key: Any) -> frozenset[str]:  # noqa: ANN401 - asn1crypto has no types
    """Name the digests that an RSASSA-PSS key is bound to, of content and of mask; none where it is free.

    Source: docs/spec/channel.md, "Signatures"; RFC 4055, section 3.1.
    """
    told = key["algorithm"]["parameters"] if key.algorithm == "rsassa_pss" else None
    if told is None or told.native is None:
        return frozenset()
    mask = told["mask_gen_algorithm"]
    within = mask["parameters"]["algorithm"].native if mask["algorithm"].native == "mgf1" else "another mask"
    return frozenset({told["hash_algorithm"]["algorithm"].native, within})


def _past(one: x509.Certificate, now: datetime) -> str | None:
    return f"it ended on {one.not_valid_after_utc:%Y-%m-%d}" if one.not_valid_after_utc < now else None
