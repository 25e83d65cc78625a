"""What a reference of a bureau's own must not hold: what nobody sees, and so cannot find or type again."""

from unicodedata import category, normalize

from flexibatch.domain.findings import Finding, point

_UNSEEN = frozenset({"Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)
"""Letters and marks that are drawn as nothing."""


def text_findings(text: str, location: str) -> tuple[Finding, ...]:
    """Return a character that nobody sees, or one that is not composed."""
    unseen, composed = unseen_sign(text), composed_sign(text)
    sign = unseen or composed
    if sign is None:
        return ()
    rule = "reference-unseen" if unseen else "reference-composed"
    details = {"character": point(sign)}
    return (Finding(rule, tag="ReferenceNbr", value=text, location=location, details=details),)


def unseen_sign(text: str) -> str | None:
    r"""Return the first character of a text that nobody sees, None where there is none.

    >>> unseen_sign("2026-09/é 1"), unseen_sign("2026\u200b09") == "\u200b"
    (None, True)
    """
    return next((sign for sign in text if category(sign) in _UNSEEN or sign in _BLANKS), None)


def composed_sign(text: str) -> str | None:
    r"""Return the first character that NFC, Unicode's composed form, writes otherwise; None where all is well.

    >>> composed_sign("ÉE"), composed_sign("AE\u0301E") == "É"
    (None, True)
    """
    composed = normalize("NFC", text)
    return next((right for right, sent in zip(composed, text, strict=False) if right != sent), None)
