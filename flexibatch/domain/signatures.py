"""What can be said of a signature on a part: who signed it, or why it is refused.

Source: docs/spec/channel.md, "Signatures"; every refusal has the code ACRF-125, and a rule and words of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ENVELOPE_LIMIT = 128 * 1024
"""Bytes that a signature file may have beyond twice its part, which it may carry."""


class SignatureFault(StrEnum):
    """Name why a signature is refused; `rule` is its key in the catalogue."""

    TOO_BIG = "too-big"
    NOT_CMS = "not-cms"
    SEVERAL_SIGNERS = "several-signers"
    OTHER_CONTENT = "other-content"
    UNKNOWN_CERTIFICATE = "unknown-certificate"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNTRUSTED = "untrusted"
    KEY_USAGE = "key-usage"
    WEAK_KEY = "weak-key"
    WEAK_ALGORITHM = "weak-algorithm"
    SIGNED_AS_TEXT = "signed-as-text"
    CONTENT_CHANGED = "content-changed"
    NOT_GENUINE = "not-genuine"

    @property
    def rule(self) -> str:
        """Return the rule of the catalogue that tells the fault."""
        return f"signature-{self.value}"


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed: the `subject` of the certificate and its SHA-256 `fingerprint` in lower-case hex."""

    subject: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as an operator sees it, and its DER; both ends of the validity are included, in UTC."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    content: bytes
