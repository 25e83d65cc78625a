"""Signatures on parts: what openssl and cryptography make is verified, everything changed or unfit is refused."""

import asyncio
import subprocess
from base64 import b64encode, encodebytes
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from time import process_time

import pytest
from asn1crypto import algos, cms, keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from flexibatch.adapters.signatures.certificates import read_certificate
from flexibatch.adapters.signatures.envelope import open_envelope
from flexibatch.adapters.signatures.trust import TrustStore, read_trust
from flexibatch.adapters.signatures.verify import SignatureVerifier
from flexibatch.domain.signatures import SignatureFault, Signed
from flexibatch.errors import Refusal
from tests.doubles.signing import ARRIVED, DETACHED, YEAR, Holder, authority, holder, issued, written

REGISTERED = TrustStore()
PART = b"<FLXWAGE>\n<Form/>\r\n</FLXWAGE>\n"


def verified(
    content: bytes,
    by: Holder,
    *,
    part: bytes = PART,
    arrived: datetime = ARRIVED,
    trust: TrustStore = REGISTERED,
) -> Signed | SignatureFault:
    return SignatureVerifier(trust).verify(content, BytesIO(part), [by.registered], arrived=arrived)


def signer(by: Holder) -> Signed:
    return Signed(by.registered.subject, by.registered.fingerprint)


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
    assert signer(by) == verified(by.signature(PART, *options), by)


LABELS = ("PKCS7", "CMS", "PKCS #7 SIGNED DATA", "SIGNED MESSAGE")
HEADERS = "Content-Type: signature\nContent-Domain: RFC822,\n folded\n\n"


@cache
def written_down(by: Holder) -> dict[str, bytes]:
    """Write one signature in each way that programs, editors and shells write it."""
    der = by.signature(PART, DETACHED)
    columns = encodebytes(der).decode()
    texts = {"one line": b64encode(der).decode(), "columns": columns}
    for label in LABELS:
        texts[label] = f"-----BEGIN {label}-----\n{columns}-----END {label}-----\n"
    texts["headers"] = texts["CMS"].replace("\n", f"\n{HEADERS}", 1)
    texts["blank lines"] = f"\n\n{texts['CMS']}\n \n"
    texts["cut off"] = texts["CMS"].rpartition("-----END")[0]
    ends = {"LF": "\n", "CR LF": "\r\n", "CR": "\r"}
    marks = {"": "ascii", "UTF-8 with a mark": "utf-8-sig", "UTF-16 with a mark": "utf-16"}
    ways = {
        f"{name}, {end}, {mark}": text.replace("\n", ends[end]).encode(marks[mark])
        for name, text in texts.items()
        for end in ends
        for mark in marks
    }
    return {"DER": der, **ways}


@pytest.mark.parametrize("way", written_down(holder()))
def test_each_way_to_write_a_signature_is_read(way: str) -> None:
    """One line or columns, with any line end, bare or in the armour of any program, with a mark of UTF-8 or UTF-16."""
    assert signer(holder()) == verified(written_down(holder())[way], holder())


@pytest.mark.parametrize(
    "unit",
    [
        *(b"-----BEGIN CMS-----\n", b"\n-----END CMS-----", b"-----BEGIN ", b"A:\n", b"A: a\n ", b"A:"),
        *(b"\n", b"\r", b" ", b"-", b"\xef\xbb\xbf", b"\xff\xfe"),
    ],
)
@pytest.mark.parametrize(
    "start", [b"", b"-----BEGIN CMS-----\n", b"-----BEGIN CMS-----\nA: a\n", b"\xff\xfe"]
)
def test_armour_made_to_be_slow_is_refused_at_once(start: bytes, unit: bytes) -> None:
    """Four megabytes of what the armour is recognised by take no longer than four megabytes take."""
    content = start + unit * (4_000_000 // len(unit))
    before = process_time()
    assert SignatureFault.NOT_CMS == open_envelope(content)
    assert process_time() - before < 2


@pytest.mark.parametrize(("binary", "expected"), [(True, None), (False, SignatureFault.SIGNED_AS_TEXT)])
@pytest.mark.parametrize("program", ["cms", "smime"])
def test_openssl_signs_binary_and_as_text(
    tmp_path: Path, program: str, *, binary: bool, expected: SignatureFault | None
) -> None:
    """What openssl signs is verified; without -binary the bureau is told its usual mistake."""
    by = holder()
    (tmp_path / "part").write_bytes(PART)
    (tmp_path / "cert").write_bytes(by.pem)
    (tmp_path / "key").write_bytes(by.key_pem)
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


PSS = ("rsa-pss", "rsa_keygen_bits:2048")
BOUND = (*PSS, "rsa_pss_keygen_md:sha256", "rsa_pss_keygen_mgf1_md:sha256")
ELLIPTIC = {
    name: ("ec", f"ec_paramgen_curve:{name}") for name in ("prime256v1", "secp521r1", "brainpoolP256r1")
}
FIT = {"RSASSA-PSS": PSS, "bound": BOUND, "bound in salt": (*BOUND, "rsa_pss_keygen_saltlen:32"), **ELLIPTIC}
UNFIT = {
    "bound to SHA-1": (*PSS, "rsa_pss_keygen_md:sha1"),
    "bound to a mask of SHA-1": (*PSS, "rsa_pss_keygen_md:sha256"),
    "short": ("rsa-pss", "rsa_keygen_bits:1024"),
    "Edwards": ("ed25519",),
    **{
        name: ("ec", f"ec_paramgen_curve:{name}") for name in ("prime192v1", "prime239v1", "sect283k1", "SM2")
    },
}


def made_by_openssl(folder: Path, key: tuple[str, ...]) -> bytes:
    """Make a key as options tell, with a certificate that is good for a month; give the certificate."""
    kind, *options = key
    told = [word for option in options for word in ("-pkeyopt", option)]
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", kind, *told]
    command += ["-subj", "/CN=Bureau", "-days", "30"]
    subprocess.run([*command, "-keyout", "key", "-out", "cert"], cwd=folder, check=True, capture_output=True)
    return (folder / "cert").read_bytes()


@pytest.mark.parametrize("kind", FIT)
def test_a_certificate_that_is_registered_is_good_for_signing(tmp_path: Path, kind: str) -> None:
    """Whatever its key: RSASSA-PSS, free or bound to a digest and a salt, and elliptic curves."""
    now = datetime.now(UTC) + timedelta(minutes=1)
    registered = read_certificate(made_by_openssl(tmp_path, FIT[kind]), "cert", now=now)
    (tmp_path / "part").write_bytes(PART)
    command = ["openssl", "cms", "-sign", "-binary", "-in", "part", "-signer", "cert", "-inkey", "key"]
    command += ["-outform", "DER", "-md", "sha256"]
    command += ["-keyopt", "rsa_padding_mode:pss"] if FIT[kind][0] == "rsa-pss" else []
    made = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    found = SignatureVerifier(REGISTERED).verify(made, BytesIO(PART), [registered], arrived=now)
    assert Signed(registered.subject, registered.fingerprint) == found


def test_a_certificate_is_read_as_tools_and_editors_save_it() -> None:
    """DER, and PEM with any line end, behind the mark of an encoding or what openssl writes before it."""
    by = holder()
    text = by.pem.decode()
    ways = {
        "DER": by.registered.content,
        "CR LF": text.replace("\n", "\r\n").encode(),
        "CR": text.replace("\n", "\r").encode(),
        "UTF-8 with a mark": text.encode("utf-8-sig"),
        "UTF-16 with a mark": text.encode("utf-16"),
        "attributes": f"Bag Attributes\n    friendlyName: Clé\nsubject=CN = Bureau\n{text}".encode(),
    }
    expected = dict.fromkeys(ways, by.registered)
    assert expected == {name: read_certificate(way, name, now=ARRIVED) for name, way in ways.items()}


def test_a_salt_that_is_not_the_key_s_own_is_refused(tmp_path: Path) -> None:
    """A key that is bound to a salt of 20 bytes signed with one of 32."""
    now = datetime.now(UTC) + timedelta(minutes=1)
    key = (*BOUND, "rsa_pss_keygen_saltlen:20")
    registered = read_certificate(made_by_openssl(tmp_path, key), "cert", now=now)
    (tmp_path / "part").write_bytes(PART)
    command = ["openssl", "cms", "-sign", "-binary", "-in", "part", "-signer", "cert", "-inkey", "key"]
    command += ["-outform", "DER", "-md", "sha256", "-keyopt", "rsa_padding_mode:pss"]
    found = {}
    for salt in ("20", "32"):
        told = [*command, "-keyopt", f"rsa_pss_saltlen:{salt}"]
        made = subprocess.run(told, cwd=tmp_path, check=True, capture_output=True).stdout
        found[salt] = SignatureVerifier(REGISTERED).verify(made, BytesIO(PART), [registered], arrived=now)
    good = Signed(registered.subject, registered.fingerprint)
    assert {"20": good, "32": SignatureFault.NOT_GENUINE} == found


@pytest.mark.parametrize("kind", UNFIT)
def test_a_certificate_whose_signatures_would_be_refused_is_not_registered(tmp_path: Path, kind: str) -> None:
    """The sentence says that it is the key, before the bureau signs anything."""
    content = made_by_openssl(tmp_path, UNFIT[kind])
    with pytest.raises(Refusal, match="cert cannot be registered: its key"):
        read_certificate(content, "cert", now=datetime.now(UTC))


@pytest.mark.parametrize("detached", [True, False])
@pytest.mark.parametrize("cades", [True, False])
@pytest.mark.parametrize(("kind", "pss"), [("rsa", False), ("rsa", True), ("ec", False)])
def test_what_pyhanko_signs_is_verified(kind: str, *, pss: bool, cades: bool, detached: bool) -> None:
    """Plain CMS and CAdES, with RSA of both paddings and with an elliptic curve, detached or attached."""
    by = holder(kind)
    form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signing = SimpleSigner(
        x509.Certificate.load(by.registered.content),
        keys.PrivateKeyInfo.load(by.key.private_bytes(*form)),
        SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        prefer_pss=pss,
    )
    content = PART if detached else cms.ContentInfo({"content_type": "data", "content": PART})
    made = asyncio.run(
        signing.async_sign_general_data(content, "sha256", detached=detached, use_cades=cades)
    ).dump()
    assert (signer(by), SignatureFault.CONTENT_CHANGED if detached else SignatureFault.OTHER_CONTENT) == (
        verified(made, by),
        verified(made, by, part=PART + b" "),
    )


def test_unfit_signatures_are_told_apart() -> None:
    """Each fault has its own name."""
    by, other = holder(), holder("ec")
    der = by.signature(PART, DETACHED)
    small, cipher = holder("small"), holder("rsa", signs=False)
    weak = (
        pkcs7.PKCS7SignatureBuilder().set_data(PART).add_signer(small.certificate, small.key, hashes.SHA256())
    )
    two = pkcs7.PKCS7SignatureBuilder().set_data(PART).add_signer(by.certificate, by.key, hashes.SHA256())
    two = two.add_signer(other.certificate, other.key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.Binary, DETACHED]
    found = [
        verified(der, other),
        verified(der, by, arrived=ARRIVED + 2 * YEAR),
        verified(der, by, arrived=ARRIVED - 3 * YEAR),
        verified(der, by, part=PART + b" "),
        verified(by.signature(PART), by, part=PART + b" "),
        verified(b"no signature", by),
        verified(der + b"\0", by),
        verified(b"0" * 1_000_000, by),
        verified(b"\x30\x80" * 50_000, by),
        verified(weak.sign(serialization.Encoding.DER, options), small),
        verified(two.sign(serialization.Encoding.DER, options), by),
        verified(cipher.signature(PART, DETACHED), cipher),
    ]
    fault = SignatureFault
    assert [
        *(fault.UNKNOWN_CERTIFICATE, fault.EXPIRED, fault.NOT_YET_VALID, fault.CONTENT_CHANGED),
        *(fault.OTHER_CONTENT, fault.NOT_CMS, fault.NOT_CMS, fault.TOO_BIG, fault.NOT_CMS),
        *(fault.WEAK_KEY, fault.SEVERAL_SIGNERS, fault.KEY_USAGE),
    ] == found


def _pss(mask: str, digest: str = "sha256", salt: int = 32) -> algos.SignedDigestAlgorithm:
    generator = {"algorithm": "mgf1", "parameters": {"algorithm": mask}}
    told = {"hash_algorithm": {"algorithm": digest}, "mask_gen_algorithm": generator, "salt_length": salt}
    return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(told)})


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        *(
            ("rsa", algos.SignedDigestAlgorithm({"algorithm": one}))
            for one in ("sha256_ecdsa", "ed25519", "sha256_dsa")
        ),
        ("ec", algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"})),
        ("ec", _pss("sha256")),
        *(("rsa", _pss(mask)) for mask in ("sha256", "shake256", "sha1", "md2", "sha3_256")),
        *(("rsa", _pss("sha256", salt=salt)) for salt in (-1, 10**9, 2**70)),
    ],
)
def test_another_way_to_sign_than_was_used_is_refused(kind: str, method: algos.SignedDigestAlgorithm) -> None:
    """Whatever is told in place of the method that made a signature, it is a refusal and no bug."""
    by = holder(kind)
    made = cms.ContentInfo.load(by.signature(PART, DETACHED))
    made["content"]["signer_infos"][0]["signature_algorithm"] = method
    assert isinstance(verified(made.dump(force=True), by), SignatureFault)


def test_what_trips_the_library_up_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trouble with the disk stays trouble."""
    by = holder()
    der = by.signature(PART, DETACHED)

    def tripping(error: BaseException) -> Callable[..., object]:
        async def trip(*_told: object, **_named: object) -> None:
            raise error

        return trip

    place = "flexibatch.adapters.signatures.verify.async_validate_detached_cms"
    monkeypatch.setattr(place, tripping(AssertionError()))
    assert SignatureFault.NOT_GENUINE == verified(der, by)
    monkeypatch.setattr(place, tripping(OSError("the disk")))
    with pytest.raises(OSError, match="disk"):
        verified(der, by)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), change=st.integers(1, 255), extra=st.sampled_from([(), (pkcs7.PKCS7Options.NoCerts,)]))
def test_a_change_of_one_byte_is_refused(
    data: st.DataObject, change: int, extra: tuple[pkcs7.PKCS7Options, ...]
) -> None:
    """Any byte of the part or of the signature counts, with the signer's certificate in it and without."""
    by = holder()
    der = by.signature(PART, DETACHED, *extra)
    at = data.draw(st.integers(0, len(PART) + len(der) - 1))
    whole = bytearray(PART + der)
    whole[at] ^= change
    found = verified(bytes(whole[len(PART) :]), by, part=bytes(whole[: len(PART)]))
    assert isinstance(found, SignatureFault), (at - len(PART), change)


@pytest.mark.parametrize(
    ("kind", "extra"),
    [("ec", ()), pytest.param("rsa", (pkcs7.PKCS7Options.NoCerts,), marks=pytest.mark.long)],
)
def test_no_byte_of_a_signature_is_free(kind: str, extra: tuple[pkcs7.PKCS7Options, ...]) -> None:
    """Single bits of every byte, and what makes one tag of another: versions, tags, certificate, all."""
    by = holder(kind)
    der = by.signature(PART, DETACHED, *extra)
    changed = [(at, bit) for at in range(len(der)) for bit in (1, 2, 32, 0x90)]
    written = {(at, bit): der[:at] + bytes([der[at] ^ bit]) + der[at + 1 :] for at, bit in changed}
    assert [] == [at for at, content in written.items() if isinstance(verified(content, by), Signed)]


# ------------------------------------------------------------------------------------- roots and revocation


def test_with_roots_a_registered_certificate_must_lead_to_one(tmp_path: Path) -> None:
    """Directly, or by what the signature carries; being registered is not enough any more."""
    root = authority()
    between = issued("Between", by=root, authority=True)
    direct, far, lone = issued("Direct", by=root), issued("Far", by=between), holder("ec")
    trust = read_trust([written(tmp_path / "root.pem", root.pem)], [], allow_sha1=False)
    assert [signer(direct), signer(far), SignatureFault.UNTRUSTED, SignatureFault.UNTRUSTED] == [
        verified(direct.signature(PART, DETACHED), direct, trust=trust),
        verified(far.signature(PART, DETACHED, chain=[between]), far, trust=trust),
        verified(far.signature(PART, DETACHED), far, trust=trust),
        verified(lone.signature(PART, DETACHED), lone, trust=trust),
    ]


@pytest.mark.parametrize("rooted", [True, False])
def test_a_revoked_certificate_is_refused_from_its_revocation_on(tmp_path: Path, *, rooted: bool) -> None:
    """By a list of its issuer, with roots and without; what it signed before stands."""
    root = authority()
    one, other = issued("Revoked", by=root), issued("Not revoked", by=root)
    crl = written(tmp_path / "crl.pem", root.revoking(one.certificate.serial_number))
    roots = [written(tmp_path / "root.pem", root.pem)] if rooted else []
    trust = read_trust(roots, [crl], allow_sha1=False)
    before = ARRIVED - YEAR / 365
    assert [SignatureFault.REVOKED, signer(one), signer(other)] == [
        verified(one.signature(PART, DETACHED), one, trust=trust),
        verified(one.signature(PART, DETACHED), one, arrived=before, trust=trust),
        verified(other.signature(PART, DETACHED), other, trust=trust),
    ]


def test_a_revoked_authority_takes_its_certificates_with_it(tmp_path: Path) -> None:
    """Every certificate on the way to the root is looked up."""
    root = authority()
    between = issued("Between", by=root, authority=True)
    one = issued("Below", by=between)
    trust = read_trust(
        [written(tmp_path / "root.pem", root.pem)],
        [written(tmp_path / "crl.pem", root.revoking(between.certificate.serial_number))],
        allow_sha1=False,
    )
    assert SignatureFault.REVOKED == verified(
        one.signature(PART, DETACHED, chain=[between]), one, trust=trust
    )


def test_sha1_is_taken_only_where_it_is_allowed(tmp_path: Path) -> None:
    """Made by openssl, since `cryptography` makes none."""
    by = holder()
    written(tmp_path / "part", PART)
    written(tmp_path / "cert", by.pem)
    written(tmp_path / "key", by.key_pem)
    command = "openssl cms -sign -binary -in part -signer cert -inkey key -outform DER -md sha1"
    made = subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True).stdout
    assert [SignatureFault.WEAK_ALGORITHM, signer(by)] == [
        verified(made, by),
        verified(made, by, trust=TrustStore(allow_sha1=True)),
    ]


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"]
)
def test_files_of_trust_that_cannot_be_read_are_named(tmp_path: Path, content: bytes) -> None:
    """One sentence with the file's name, for roots and lists, and for what is not there."""
    path = written(tmp_path / "some.pem", content)
    for roots, lists in (
        ([path], []),
        ([], [path]),
        ([tmp_path / "none.pem"], []),
        ([], [tmp_path / "none.pem"]),
    ):
        with pytest.raises(Refusal, match=r"(some|none)\.pem"):
            read_trust(roots, lists, allow_sha1=False)


@pytest.mark.parametrize("length", range(1, 9))
def test_bytes_that_confuse_the_reader_are_no_signature(length: int) -> None:
    """An object identifier that ends early, so that what follows is read as something without a value."""
    by = holder()
    whole = by.signature(PART, DETACHED, pkcs7.PKCS7Options.NoCerts)
    sha256 = bytes.fromhex("0609608648016503040201")
    at = whole.rindex(sha256) + 1
    changed = whole[:at] + bytes([length]) + whole[at + 1 :]
    assert SignatureFault.NOT_CMS == verified(changed, by)


@pytest.mark.parametrize("field", ["digest_algorithms", "certificates", "signer_infos"])
def test_a_huge_envelope_is_refused_before_it_is_read(field: str) -> None:
    """Many small elements are no signature, however large the part: only attached content may be long."""
    by = holder("ec")
    made = cms.ContentInfo.load(by.signature(PART, DETACHED))
    signed = made["content"]
    signed[field] = [signed[field][0]] * (200_000 // len(signed[field][0].dump()))
    assert SignatureFault.TOO_BIG == verified(made.dump(force=True), by, part=PART * 10_000)
