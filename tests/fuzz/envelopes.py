"""Signatures: genuine or one of the faults, and never genuine on another part."""

from datetime import UTC, datetime
from functools import cache
from io import BytesIO

from asn1crypto import x509

from flexibatch.adapters.signatures.certificates import read_certificates, told
from flexibatch.adapters.signatures.trust import TrustStore
from flexibatch.adapters.signatures.verify import SignatureVerifier
from flexibatch.domain.signatures import Certificate, SignatureFault, Signed
from samples import signing
from tests.fuzz.der import changed
from tests.fuzz.invariants import require, require_storable

PIECES = rb"[\x30\x31\x04\x06\x02\xa0-\xa3][\x00-\x7f]|[A-Za-z0-9+/=]{4}|[^\x00]|\x00"
CHANGE = changed
PART = b"<FLXWAGE>\n</FLXWAGE>\n"
OTHER = b"<FLXWAGE>\r\n</FLXWAGE >"
ARRIVED = datetime(2026, 10, 5, 9, tzinfo=UTC)


def check(data: bytes) -> None:
    """Judge a signature of a part, with and without roots."""
    mine = _registered()
    for trust in _trusts():
        verifier = SignatureVerifier(trust)
        found = verifier.verify(data, BytesIO(PART), [mine], arrived=ARRIVED)
        require(holds=isinstance(found, Signed | SignatureFault), otherwise="neither signed nor at fault")
        if isinstance(found, Signed):
            require_storable(found)
            require(holds=found.fingerprint == mine.fingerprint, otherwise="somebody else has signed")
            other = verifier.verify(data, BytesIO(OTHER), [mine], arrived=ARRIVED)
            require(holds=isinstance(other, SignatureFault), otherwise="another part counts as signed")
            require(
                holds=isinstance(verifier.verify(data, BytesIO(PART), [], arrived=ARRIVED), SignatureFault),
                otherwise="signed by nobody who is registered",
            )


@cache
def _registered() -> Certificate:
    return told(read_certificates(signing.CERTIFICATE.read_bytes(), "the samples' signer")[0])


@cache
def _trusts() -> tuple[TrustStore, ...]:
    root = x509.Certificate.load(_registered().content)
    return TrustStore(), TrustStore(roots=(root,), allow_sha1=True)
