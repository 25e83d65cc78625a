"""Open a signature file: from base64, PEM or DER to the one signature that is in it.

Source: docs/spec/channel.md, "Signatures"; RFC 5652, section 5.
"""

import binascii
import re
from base64 import b64decode
from typing import Any

from asn1crypto import cms

from flexibatch.domain.signatures import ENVELOPE_LIMIT, SignatureFault

_LABEL = rb"(?:PKCS7|CMS|PKCS #7 SIGNED DATA|SIGNED MESSAGE)"
_BEGIN = re.compile(rb"-----BEGIN " + _LABEL + rb"-----[ \t]*(?:\n|\Z)")
_END = re.compile(rb"\n-----END " + _LABEL + rb"-----\Z")
_HEADERS = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*+:[^\n]*+\n(?:[ \t][^\n]*+\n)*)+[ \t]*+\n")
"""What old programs put between the first line and the base64 (RFC 1421), with the empty line behind it."""
_HEADERS_LIMIT = 4096
"""Bytes in which they end: the pattern goes back over every line of what has no end."""
_BLANK = b" \t\r\n"
_ARMOURED = re.compile(rb"[ \t\r\n]*-")
_TAIL = 100
"""Bytes at the end in which the last line of an armour is looked for."""
_UTF8, _UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_SEQUENCE = 0x30

CONFUSED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises on bytes made to confuse it, whenever a deeper level is read."""


def open_envelope(content: bytes) -> Any | SignatureFault:  # noqa: ANN401 - asn1crypto has no types
    """Return the `SignedData` of a signature file, or why there is none to judge."""
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
    try:
        return b64decode(_without_armour(_text(content)).translate(None, _BLANK), validate=True)
    except (binascii.Error, UnicodeError):
        return content if content[:1] == b"0" else None


def _text(content: bytes) -> bytes:
    """Return what an editor or a shell saved as bare lines: no mark of an encoding in front, LF at line ends."""
    if content.startswith(_UTF16):
        content = content.decode("utf-16").encode("ascii")
    text = content.removeprefix(_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # To strip is to copy, which only an armour needs: of bare base64 what is blank goes anyway.
    return text.strip(_BLANK) if _ARMOURED.match(text) else text


def _without_armour(text: bytes) -> bytes:
    begin = _BEGIN.match(text)
    if begin is None:
        return text
    headers = _HEADERS.match(text, begin.end(), begin.end() + _HEADERS_LIMIT)
    end = _END.search(text, max(begin.end() - 1, len(text) - _TAIL))
    return text[headers.end() if headers else begin.end() : end.start() if end else len(text)]


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
