"""Verify the signature of a part against the certificates that its sender registered.

The signer's certificate is always the registered one: what the signature carries is not believed, but may lead from
it to a root where roots are set. Nothing is fetched. Source: docs/spec/channel.md, "Signatures".
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

import structlog
from asn1crypto import cms, x509
from pyhanko.sign.general import CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from flexibatch.adapters.signatures.certificates import DIGESTS, EC_BITS, RSA_BITS
from flexibatch.adapters.signatures.envelope import CONFUSED, open_envelope
from flexibatch.adapters.signatures.trust import TrustStore, revoked
from flexibatch.domain.signatures import ENVELOPE_LIMIT, Certificate, SignatureFault, Signed

log = structlog.get_logger()

CHAIN_LIMIT = 10
"""Certificates of a signature that are looked at on the way to a root."""

_WEAK = frozenset({"md2", "md5", "sha1"})
_USES = frozenset({"digital_signature", "non_repudiation"})
_SIGNED_BY = {"rsassa_pkcs1v15": {"rsa"}, "rsassa_pss": {"rsa", "rsassa_pss"}, "ecdsa": {"ec"}}
"""The kinds of key that each way of signing needs."""
_CHUNK = 1 << 16


class SignatureVerifier:
    """Verify signatures; without roots, certificates count as trusted because a sender registered them."""

    def __init__(self, trust: TrustStore) -> None:
        """Keep pyHanko's own tracebacks out of the channel's log: each fault comes back as a value."""
        self._trust = trust
        for name in ("pyhanko", "pyhanko_certvalidator"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    def verify(
        self, signature: bytes, part: BinaryIO, registered: Sequence[Certificate], *, arrived: datetime
    ) -> Signed | SignatureFault:
        """Return who signed the part's bytes; `part` is a file that can seek, `arrived` knows its zone."""
        if len(signature) > ENVELOPE_LIMIT + 2 * part.seek(0, 2):
            return SignatureFault.TOO_BIG
        signed = open_envelope(signature)
        if isinstance(signed, SignatureFault):
            return signed
        try:
            return _judge(signed, part, registered, arrived, self._trust)
        except CONFUSED:
            return SignatureFault.NOT_CMS


def _judge(
    signed: Any,  # noqa: ANN401 - asn1crypto has no types
    part: BinaryIO,
    registered: Sequence[Certificate],
    arrived: datetime,
    trust: TrustStore,
) -> Signed | SignatureFault:
    signer = signed["signer_infos"][0]
    mine = (one for one in registered if _is_signer(signer["sid"], one) and _carries(signed, one))
    holder = next(mine, None)
    if holder is None:
        return SignatureFault.UNKNOWN_CERTIFICATE
    certificate = x509.Certificate.load(holder.content, strict=True)
    fault = (
        _certificate_fault(holder, certificate, arrived)
        or _algorithm_fault(signer, certificate, trust)
        or _content_fault(signed, part)
        or _vendor_fault(signed, part, certificate, arrived, trust)
    )
    return fault or Signed(holder.subject, holder.fingerprint)


def _is_signer(sid: Any, one: Certificate) -> bool:  # noqa: ANN401 - asn1crypto has no types
    certificate = x509.Certificate.load(one.content, strict=True)
    if sid.name == "subject_key_identifier":
        return bool(certificate.key_identifier == sid.chosen.native)
    named = sid.chosen
    return bool(
        named["serial_number"].native == certificate.serial_number
        and named["issuer"].dump() == certificate.issuer.dump()
    )


def _carries(signed: Any, holder: Certificate) -> bool:  # noqa: ANN401 - asn1crypto has no types
    # None is carried, or the registered one is among them to the byte: a namesake or a changed one is another.
    carried = signed["certificates"]
    if not isinstance(carried, cms.CertificateSet):
        return True
    return any(one.name == "certificate" and one.chosen.dump() == holder.content for one in carried)


def _certificate_fault(
    holder: Certificate,
    certificate: Any,  # noqa: ANN401 - asn1crypto has no types
    arrived: datetime,
) -> SignatureFault | None:
    if arrived < holder.valid_from:
        return SignatureFault.NOT_YET_VALID
    if arrived > holder.valid_until:
        return SignatureFault.EXPIRED
    usage = certificate.key_usage_value
    # A certificate without the extension may do anything (RFC 5280, 4.2.1.3); pyHanko would refuse it.
    if usage is not None and not _USES & usage.native:
        return SignatureFault.KEY_USAGE
    key = certificate.public_key
    least = {"rsa": RSA_BITS, "rsassa_pss": RSA_BITS, "ec": EC_BITS}.get(key.algorithm)
    return SignatureFault.WEAK_KEY if least is None or key.bit_size < least else None


def _algorithm_fault(
    signer: Any,  # noqa: ANN401 - asn1crypto has no types
    certificate: Any,  # noqa: ANN401 - asn1crypto has no types
    trust: TrustStore,
) -> SignatureFault | None:
    method = signer["signature_algorithm"]
    if certificate.public_key.algorithm not in _SIGNED_BY.get(method.signature_algo, ()):
        return SignatureFault.NOT_GENUINE
    used = {signer["digest_algorithm"]["algorithm"].native}
    if method["algorithm"].native != "rsassa_pkcs1v15":
        used.add(method.hash_algo)
    if method.signature_algo == "rsassa_pss":
        mask = method["parameters"]["mask_gen_algorithm"]
        used |= {mask["parameters"]["algorithm"].native} if mask["algorithm"].native == "mgf1" else {"other"}
    return (
        None if used <= DIGESTS | ({"sha1"} if trust.allow_sha1 else set()) else SignatureFault.WEAK_ALGORITHM
    )


def _content_fault(signed: Any, part: BinaryIO) -> SignatureFault | None:  # noqa: ANN401 - asn1crypto has no types
    attached = signed["encap_content_info"]["content"]
    if attached.native is not None and not _same(attached.native, part):
        return SignatureFault.OTHER_CONTENT
    signer = signed["signer_infos"][0]
    wanted = _message_digest(signer)
    name = signer["digest_algorithm"]["algorithm"].native
    if wanted is None or wanted == _digest(part, name, as_text=False):
        return None
    as_text = wanted == _digest(part, name, as_text=True)
    return SignatureFault.SIGNED_AS_TEXT if as_text else SignatureFault.CONTENT_CHANGED


def _same(content: bytes, part: BinaryIO) -> bool:
    """Compare a piece at a time: neither is held once more."""
    part.seek(0)
    told = memoryview(content)
    while chunk := part.read(_CHUNK):
        if told[: len(chunk)] != chunk:
            return False
        told = told[len(chunk) :]
    return not told


def _message_digest(signer: Any) -> bytes | None:  # noqa: ANN401 - asn1crypto has no types
    attributes = signer["signed_attrs"]
    found = [one for one in attributes if one["type"].native == "message_digest"] if attributes.native else []
    return bytes(found[0]["values"][0].native) if found else None


def _digest(part: BinaryIO, name: str, *, as_text: bool) -> bytes:
    """Hash the part; as text its line ends become CR LF, as `openssl smime -sign` without `-binary` makes them."""
    digest = hashlib.new(name)
    part.seek(0)
    if not as_text:
        while chunk := part.read(_CHUNK):
            digest.update(chunk)
        return digest.digest()
    while line := part.readline(_CHUNK):
        digest.update(line[:-1].removesuffix(b"\r") + b"\r\n" if line.endswith(b"\n") else line)
    return digest.digest()


def _vendor_fault(
    signed: Any,  # noqa: ANN401 - asn1crypto has no types
    part: BinaryIO,
    certificate: Any,  # noqa: ANN401 - asn1crypto has no types
    arrived: datetime,
    trust: TrustStore,
) -> SignatureFault | None:
    """Have pyHanko judge what is left: the signature itself, the way to a root, revocation."""
    bare, context = _bare(signed, certificate), _context(signed, certificate, arrived, trust)
    part.seek(0)
    try:
        status = asyncio.run(
            async_validate_detached_cms(
                part,
                bare,
                signer_validation_context=context,
                key_usage_settings=KeyUsageConstraints(key_usage=set()),
            )
        )
    except (SignatureValidationError, CMSStructuralError):
        return SignatureFault.NOT_GENUINE
    except (*CONFUSED, OSError, MemoryError):
        raise
    except Exception as exc:  # noqa: BLE001 - what trips the library up is a bureau's bytes, and no bug of the channel
        log.warning("signature.unreadable", kind=type(exc).__name__)
        return SignatureFault.NOT_GENUINE
    if not (status.intact and status.valid):
        return SignatureFault.NOT_GENUINE
    # `valid` says nothing of trust or of weak algorithms: the bottom line does.
    if not status.bottom_line or status.validation_path is None:
        return SignatureFault.UNTRUSTED
    return SignatureFault.REVOKED if revoked(list(status.validation_path), trust.lists, arrived) else None


def _bare(signed: Any, certificate: Any) -> Any:  # noqa: ANN401 - asn1crypto has no types
    """Return the signature with the registered certificate alone and without content, which the part is."""
    return cms.SignedData(
        {
            "version": signed["version"].native,
            "digest_algorithms": signed["digest_algorithms"],
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", certificate)],
            "signer_infos": signed["signer_infos"],
        }
    )


def _context(signed: Any, certificate: Any, arrived: datetime, trust: TrustStore) -> ValidationContext:  # noqa: ANN401 - asn1crypto has no types
    """Return what pyHanko trusts, at the moment the set arrived; it fetches nothing."""
    return ValidationContext(
        # Without roots the registered certificate is one: being registered is the trust.
        trust_roots=trust.roots or [certificate],
        other_certs=_chain(signed) if trust.roots else [],
        moment=arrived,
        allow_fetching=False,
        weak_hash_algos=_WEAK - ({"sha1"} if trust.allow_sha1 else set()),
    )


def _chain(signed: Any) -> list[Any]:  # noqa: ANN401 - asn1crypto has no types
    """Return what is carried between the signer's certificate and a root, as far as it is looked at."""
    carried = signed["certificates"]
    found = list(carried)[:CHAIN_LIMIT] if isinstance(carried, cms.CertificateSet) else []
    return [one.chosen for one in found if one.name == "certificate"]
