"""Numbers as people write them: with blanks, dots, dashes or slashes between the digits, `BE` before an enterprise's.

Read where a person types them, never in a message or in what a program sends. What is no number stays as it is, so
that whoever judges it tells what was typed. Source: docs/spec/register.md, "Numbers".
"""

from flexibatch.domain.identifiers import normal_company

_BETWEEN = str.maketrans("", "", " \t.-/\u2010\u2011\u2013\u00a0\u2009\u202f")
"""Blanks, dots, hyphens, dashes and slashes, those that word processors put in their place too."""
_COUNTRY = "BE"
LONGEST = 40
"""Characters that a number has with all that stands between its digits; what is longer is none."""


def plain_number(text: str) -> str:
    """Return a worker's, an NSSO or a period's number without what stands between its digits.

    >>> plain_number("50.02.18-501.23"), plain_number(" 1001000 22 "), plain_number("100.100/0-22")
    ('50021850123', '100100022', '100100022')
    >>> plain_number("50.02.18-501.2x"), plain_number("-"), plain_number("")
    ('50.02.18-501.2x', '-', '')
    """
    if text.isdigit() or len(text) > LONGEST:
        return text
    digits = text.translate(_BETWEEN)
    return digits if digits.isascii() and digits.isdigit() else text


def plain_company(text: str) -> str:
    """Return an enterprise number without what stands before it and between its digits.

    >>> [plain_company(text) for text in ("0400.100.749", "BE 0400.100.749", "be0400100749", "400.100.749")]
    ['0400100749', '0400100749', '0400100749', '400100749']
    >>> plain_company("NL 0400.100.749"), plain_company("BE")
    ('NL 0400.100.749', 'BE')
    """
    digits = plain_number(_without_country(text))
    return digits if digits.isdigit() else text


def plain_employer(text: str) -> str:
    """Return a number of an employer, whichever of the two it is; with `BE` before it, it is an enterprise's.

    >>> plain_employer("1001000-22"), plain_employer("BE 400.100.749"), plain_employer("BE 400.100.74x")
    ('100100022', '0400100749', 'BE 400.100.74x')
    """
    digits = plain_company(text)
    named = text.strip()[: len(_COUNTRY)].upper() == _COUNTRY and digits.isdigit()
    return normal_company(digits) if named else digits


def _without_country(text: str) -> str:
    bare = text.strip()
    return bare[len(_COUNTRY) :] if bare[: len(_COUNTRY)].upper() == _COUNTRY else text
