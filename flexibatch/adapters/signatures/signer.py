"""Sign the institution's answers: CAdES in base64 on one line, with a time stamp where a service is set.

Source: docs/spec/channel.md, "Signatures"; ETSI EN 319 122-1 for the levels B-B and B-T.
"""

import asyncio
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from asn1crypto import cms, keys, x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from flexibatch.adapters.signatures.certificates import content_of, read_certificates, told
from flexibatch.adapters.signatures.envelope import CONFUSED
from flexibatch.domain.signatures import Certificate
from flexibatch.errors import Refusal, Unavailable

DIGEST = "sha256"
_SIGNS = frozenset({"rsa", "ec", "ed25519", "ed448"})
"""The kinds of key that pyHanko signs with."""
TIMEOUT = 5
"""Seconds that a time stamp may take."""


class _Stamper(HTTPTimeStamper):
    """Ask a service for time stamps; what it answers is as untrusted as anything that comes from outside."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except CONFUSED as exc:
            raise TimestampRequestError("what it sends back is no time stamp") from exc


class AnswerSigner:
    """Sign answers; `certificate` tells with what."""

    def __init__(self, certificate: Certificate, signer: SimpleSigner, stamper: TimeStamper | None) -> None:
        """Keep the signer, and who stamps the time."""
        self.certificate, self._signer, self._stamper = certificate, signer, stamper

    def __call__(self, content: BinaryIO, moment: datetime) -> bytes:
        """Return the signature file of an answer signed at a moment; raise `Unavailable` without a time stamp."""
        try:
            made = asyncio.run(
                self._signer.async_sign_general_data(
                    content,
                    DIGEST,
                    use_cades=True,
                    timestamper=self._stamper,
                    signed_attr_settings=PdfCMSSignedAttributes(signing_time=moment),
                )
            )
        except TimestampRequestError as exc:
            raise Unavailable(
                f"The time stamp service does not answer as it should ({exc}): see to it, or take `timestamp_url` "
                "out of [answers]. The set waits and is tried again."
            ) from exc
        return b64encode(made.dump())


def read_signer(certificate: Path, key: Path, timestamp_url: str | None) -> AnswerSigner:
    """Read what answers are signed with; raise `Refusal` where it cannot be used.

    The certificate file holds the signer's own first, and may hold those between it and its root.
    """
    chain = read_certificates(content_of(certificate, "answers"), f"{certificate} of [answers]")
    try:
        private = load_pem_private_key(content_of(key, "answers"), None)
    except (ValueError, TypeError) as exc:
        raise Refusal(f"{key} of [answers] is no private key without pass phrase (PEM): {exc}.") from exc
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != chain[0].public_key().public_bytes(*form):
        raise Refusal(
            f"{key} of [answers] is not the key of the first certificate in {certificate}: correct the settings."
        )
    signing, *others = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain]
    if signing.public_key.algorithm not in _SIGNS:
        raise Refusal(
            f"{key} of [answers] is a key of a kind that answers cannot be signed with "
            f"({signing.public_key.algorithm}): take one of RSA or on an elliptic curve."
        )
    whole = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    between = SimpleCertificateStore.from_certs(others)  # type: ignore[no-untyped-call]
    signer = SimpleSigner(signing, keys.PrivateKeyInfo.load(whole), between)
    stamper = _Stamper(timestamp_url, timeout=TIMEOUT) if timestamp_url else None
    return AnswerSigner(told(chain[0]), signer, stamper)
