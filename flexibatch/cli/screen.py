"""How wide texts stand on a terminal, and how they are cut, folded and padded to a width."""

from textwrap import wrap
from unicodedata import category, combining, east_asian_width

CUT = "…"


def width_of(text: str) -> int:
    """Return how many places a text takes: two for a wide sign, none for a mark over another.

    >>> width_of("Bureau"), width_of("局"), width_of("e\u0301")
    (6, 2, 1)
    """
    return len(text) if text.isascii() else sum(map(_places, text))


def cut(text: str, width: int) -> str:
    """Return a text in at most `width` places, with a sign where it was cut.

    >>> cut("Bureau Peeters", 9), cut("Bureau", 6)
    ('Bureau P…', 'Bureau')
    """
    if width_of(text) <= width:
        return text
    kept, taken = "", 0
    for sign in text:
        taken += _places(sign)
        if taken > width - 1:
            break
        kept += sign
    return kept + CUT


def folded(text: str, width: int, *, whole_words: bool = True) -> list[str]:
    """Return a text as lines, broken between words; within a word that is longer only where that is asked for.

    >>> folded("the next sweep", 8), folded("SHA256:abc", 6), folded("SHA256:abc", 6, whole_words=False)
    (['the next', 'sweep'], ['SHA256:abc'], ['SHA256', ':abc'])
    """
    signs = max(width * len(text) // max(width_of(text), 1), 1)
    return wrap(text, signs, break_long_words=not whole_words, break_on_hyphens=False) or [""]


def padded(text: str, width: int) -> str:
    """Return a text with spaces behind it, so that it takes `width` places.

    >>> padded("局", 3)
    '局 '
    """
    return text + " " * (width - width_of(text))


def _places(sign: str) -> int:
    if combining(sign) or category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(sign) in "WF" else 1
