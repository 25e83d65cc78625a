"""Signatures on parts: what openssl and cryptography make is verified, everything changed or unfit is refused."""

import subprocess
from base64 import b64encode, encodebytes
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from flexibatch.adapters.signatures.trust import Trust
from flexibatch.adapters.signatures.verify import SignatureVerifier
from flexibatch.domain.signatures import Certificate, SignatureFault, Signed

ARRIVED = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
PART = b"<FLXWAGE>\n<Form/>\r\n</FLXWAGE>\n"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Holder = tuple[Key, x509.Certificate]


@cache
def holder(kind: str = "rsa", *, signs: bool = True) -> Holder:
    sizes = {"rsa": 2048, "small": 1024}
    key: Key = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(65537, sizes[kind])
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Bureau {kind}")])
    usage = x509.KeyUsage(signs, False, not signs, False, False, False, False, False, False)  # noqa: FBT003
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).add_extension(usage, critical=True)
    made = made.not_valid_before(ARRIVED - YEAR).not_valid_after(ARRIVED + YEAR)
    return key, made.sign(key, hashes.SHA256())


def registered(one: x509.Certificate) -> Certificate:
    return Certificate(
        one.subject.rfc4514_string(),
        one.issuer.rfc4514_string(),
        str(one.serial_number),
        one.fingerprint(hashes.SHA256()).hex(),
        one.not_valid_before_utc,
        one.not_valid_after_utc,
        one.public_bytes(serialization.Encoding.DER),
    )


def signature(by: Holder, *extra: pkcs7.PKCS7Options, part: bytes = PART) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(part).add_signer(by[1], by[0], hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary, *extra])


DETACHED = pkcs7.PKCS7Options.DetachedSignature


def verified(
    content: bytes, by: Holder, *, part: bytes = PART, arrived: datetime = ARRIVED
) -> Signed | SignatureFault:
    return SignatureVerifier(Trust()).verify(content, BytesIO(part), [registered(by[1])], arrived=arrived)


def signer(by: Holder) -> Signed:
    return Signed(by[1].subject.rfc4514_string(), by[1].fingerprint(hashes.SHA256()).hex())


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize(
    "options",
    [(DETACHED,), (), (DETACHED, pkcs7.PKCS7Options.NoCerts), (DETACHED, pkcs7.PKCS7Options.NoAttributes)],
)
def test_signatures_of_a_registered_holder_are_verified(
    kind: str, options: tuple[pkcs7.PKCS7Options, ...]
) -> None:
    """RSA and EC, detached or with the part itself attached, with no certificate or no attributes."""
    by = holder(kind)
    assert signer(by) == verified(signature(by, *options), by)


def test_each_way_to_write_a_signature_is_read() -> None:
    """One line, 76 columns with CR, LF or CR LF, PEM armour, raw DER."""
    by = holder()
    der = signature(by, DETACHED)
    columns = encodebytes(der)
    armoured = b"-----BEGIN PKCS7-----\n" + columns + b"-----END PKCS7-----\n"
    ways = [
        der,
        b64encode(der),
        columns,
        columns.replace(b"\n", b"\r"),
        columns.replace(b"\n", b"\r\n"),
        armoured,
    ]
    ways.append(armoured.replace(b"\n", b"\r"))
    assert [signer(by)] * len(ways) == [verified(way, by) for way in ways]


@pytest.mark.parametrize(("binary", "expected"), [(True, None), (False, SignatureFault.SIGNED_AS_TEXT)])
@pytest.mark.parametrize("program", ["cms", "smime"])
def test_openssl_signs_binary_and_as_text(
    tmp_path: Path, program: str, *, binary: bool, expected: SignatureFault | None
) -> None:
    """What openssl signs is verified; without -binary the bureau is told its usual mistake."""
    key, certificate = by = holder()
    (tmp_path / "part").write_bytes(PART)
    (tmp_path / "cert").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key").write_bytes(key.private_bytes(*form))
    command = [
        "openssl",
        program,
        "-sign",
        "-in",
        "part",
        "-signer",
        "cert",
        "-inkey",
        "key",
        "-outform",
        "DER",
    ]
    command += ["-md", "sha256", *(["-binary"] if binary else [])]
    made = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    assert (expected or signer(by)) == verified(made, by)


def test_unfit_signatures_are_told_apart() -> None:
    """Each fault has its own name."""
    by, other = holder(), holder("ec")
    der = signature(by, DETACHED)
    small, cipher = holder("small"), holder("rsa", signs=False)
    weak = pkcs7.PKCS7SignatureBuilder().set_data(PART).add_signer(small[1], small[0], hashes.SHA256())
    two = pkcs7.PKCS7SignatureBuilder().set_data(PART).add_signer(by[1], by[0], hashes.SHA256())
    two = two.add_signer(other[1], other[0], hashes.SHA256())
    options = [pkcs7.PKCS7Options.Binary, DETACHED]
    found = [
        verified(der, other),
        verified(der, by, arrived=ARRIVED + 2 * YEAR),
        verified(der, by, arrived=ARRIVED - 2 * YEAR),
        verified(der, by, part=PART + b" "),
        verified(signature(by), by, part=PART + b" "),
        verified(b"no signature", by),
        verified(der + b"\0", by),
        verified(b"0" * 1_000_000, by),
        verified(b"\x30\x80" * 50_000, by),
        verified(weak.sign(serialization.Encoding.DER, options), small),
        verified(two.sign(serialization.Encoding.DER, options), by),
        verified(signature(cipher, DETACHED), cipher),
    ]
    fault = SignatureFault
    assert [
        *(fault.UNKNOWN_CERTIFICATE, fault.EXPIRED, fault.NOT_YET_VALID, fault.CONTENT_CHANGED),
        *(fault.OTHER_CONTENT, fault.NOT_CMS, fault.NOT_CMS, fault.TOO_BIG, fault.NOT_CMS),
        *(fault.WEAK_KEY, fault.SEVERAL_SIGNERS, fault.KEY_USAGE),
    ] == found


@settings(max_examples=60, deadline=None)
@given(data=st.data(), change=st.integers(1, 255), extra=st.sampled_from([(), (pkcs7.PKCS7Options.NoCerts,)]))
def test_a_change_of_one_byte_is_refused(
    data: st.DataObject, change: int, extra: tuple[pkcs7.PKCS7Options, ...]
) -> None:
    """Any byte of the part or of the signature counts, with the signer's certificate in it and without."""
    by = holder()
    der = signature(by, DETACHED, *extra)
    at = data.draw(st.integers(0, len(PART) + len(der) - 1))
    whole = bytearray(PART + der)
    whole[at] ^= change
    found = verified(bytes(whole[len(PART) :]), by, part=bytes(whole[: len(PART)]))
    assert isinstance(found, SignatureFault), (at - len(PART), change)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_no_byte_of_a_signature_is_free(kind: str) -> None:
    """The lowest, second and sixth bit of every byte, turned one at a time: versions, tags, certificate, all."""
    by = holder(kind)
    der = signature(by, DETACHED)
    changed = [(at, bit) for at in range(len(der)) for bit in (1, 2, 32)]
    written = {(at, bit): der[:at] + bytes([der[at] ^ bit]) + der[at + 1 :] for at, bit in changed}
    assert [] == [at for at, content in written.items() if isinstance(verified(content, by), Signed)]
