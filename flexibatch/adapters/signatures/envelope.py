"""Open a signature file: from base64, PEM or DER to the one signature that is in it.

Source: channel.md, signatures; RFC 5652, section 5.
"""

import binascii
import re
from base64 import b64decode
from typing import Any

from asn1crypto import cms

from flexibatch.domain.signatures import ENVELOPE_LIMIT, SignatureFault

_ARMOUR = re.compile(rb"^-----(?:BEGIN|END) (?:PKCS7|CMS)-----[ \t]*$", re.MULTILINE)
_SPACE = re.compile(rb"[ \t\r\n]+")
_SEQUENCE = 0x30

CONFUSED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises on bytes made to confuse it, whenever a deeper level is read."""


def open_envelope(content: bytes) -> Any | SignatureFault:  # noqa: ANN401 - asn1crypto has no types
    """Give the `SignedData` of a signature file, or why there is none to judge."""
    binary = _binary(content)
    if binary is None:
        return SignatureFault.NOT_CMS
    try:
        outer = cms.ContentInfo.load(binary, strict=True)
        if outer["content_type"].native != "signed_data":
            return SignatureFault.NOT_CMS
        signed = outer["content"]
        attached = signed["encap_content_info"]["content"].contents or b""
        # Reading builds a value for every element: only so many bytes are read of what any bureau may send.
        if len(binary) - len(attached) > ENVELOPE_LIMIT:
            return SignatureFault.TOO_BIG
        return _fault(signed) or signed
    except CONFUSED:
        return SignatureFault.NOT_CMS


def _binary(content: bytes) -> bytes | None:
    if content[:1] and content[0] == _SEQUENCE and not content[:64].isascii():
        return content
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return b64decode(_SPACE.sub(b"", _ARMOUR.sub(b"", lines)), validate=True)
    except binascii.Error:
        return content if content[:1] == b"0" else None


def _fault(signed: Any) -> SignatureFault | None:  # noqa: ANN401 - asn1crypto has no types
    # Everything outside the signed attributes is asked here, so that a change of it cannot go unseen.
    if len(signed["signer_infos"]) != 1:
        return SignatureFault.SEVERAL_SIGNERS if len(signed["signer_infos"]) else SignatureFault.NOT_CMS
    signer = signed["signer_infos"][0]
    digest = signer["digest_algorithm"].native
    if len(signed["digest_algorithms"]) != 1 or signed["digest_algorithms"][0].native != digest:
        return SignatureFault.NOT_CMS
    if digest["parameters"] is not None:
        return SignatureFault.NOT_CMS
    version = "v1" if signer["sid"].name == "issuer_and_serial_number" else "v3"
    if (signed["version"].native, signer["version"].native) != (version, version) or signed["crls"].native:
        return SignatureFault.NOT_CMS
    return None if signed["encap_content_info"]["content_type"].native == "data" else SignatureFault.NOT_CMS
