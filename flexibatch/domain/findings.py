"""Findings: what was found wrong with a file, a Form or a line, as values.

A finding names a rule of the catalogue; code, class and label follow from it (`flexibatch.domain.catalogue`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import category

from flexibatch.domain.flxwage.fields import REPEATED
from flexibatch.domain.vocabulary import AnomalyClass

VALUE_LIMIT = 100
# Lone surrogates and the two that are no characters may stand in a file's name, but in no XML.
_OTHER_SPACE = re.compile(r"[\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def step(name: str, position: int) -> str:
    """Write one step of a location: `Form[2]`, `INSS`, and `INSS[2]` for one too many.

    >>> step("Form", 1), step("INSS", 1), step("INSS", 2)
    ('Form[1]', 'INSS', 'INSS[2]')
    """
    return f"{name}[{position}]" if position > 1 or name in REPEATED else name


def shown(value: str) -> str:
    r"""Give a value back to a program: at most 100 characters, control characters replaced by a question mark.

    >>> shown("a\tb"), shown("1\u00a0000") == "1\u00a0000"
    ('a?b', True)
    """
    return _CONTROL.sub("?", value[:VALUE_LIMIT])


def seen(value: str) -> str:
    r"""Give a value back to people, as `shown` does; what looks like a space and is none is named too.

    >>> seen("1 000"), seen("1\u00a0000")
    ('1 000', '1[U+00A0]000')
    """
    return named(shown(value))[:VALUE_LIMIT]


def legible(text: str, keep: str = "") -> str:
    r"""Write a text so that no terminal obeys it: what is no sign and no space is a question mark.

    >>> legible("a\x1b\u202eb"), legible("1\u202f000\n", keep="\n") == "1\u202f000\n"
    ('a??b', True)
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign in keep or category(sign) == "Zs" else "?" for sign in text
    )


def named(text: str) -> str:
    """Name what looks like a space, or like nothing, and is none: nobody would see it."""
    return _OTHER_SPACE.sub(lambda found: f"[{point(found[0])}]", text)


def point(sign: str) -> str:
    """Name a character by its code point.

    >>> point("é")
    'U+00E9'
    """
    return f"U+{ord(sign):04X}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Tell one fault or remark.

    `rule` is the key in the catalogue; `zone` replaces the zone of a rule that serves many elements (schema
    faults). `location` is an XPath with positions in the joined document; `line` and `column` count from 1 and
    are None until (or unless) they are known. `details` fill the label's placeholders. `quality` is the quality
    (1..n) the finding is about, for the answer's path.
    """

    rule: str
    zone: str | None = None
    tag: str | None = None
    value: str | None = None
    location: str | None = None
    line: int | None = None
    column: int | None = None
    quality: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Tell a finding as the catalogue, the settings and the sender's language put it.

    `what` says what is wrong, `remedy` what to do; together they are the label (<= 500 characters).
    """

    finding: Finding
    code: str
    anomaly_class: AnomalyClass
    what: str
    remedy: str

    @property
    def label(self) -> str:
        """Join what is wrong and what to do, within the 500 characters an answer has."""
        return f"{self.what} {self.remedy}"[:500]

    @property
    def blocking(self) -> bool:
        """Return whether this refuses the unit it was found in."""
        return self.anomaly_class is AnomalyClass.BLOCKING
