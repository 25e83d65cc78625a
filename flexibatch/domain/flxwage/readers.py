"""Readers: how the values of the message are read, literally, whatever a lenient schema lets pass.

A reader takes the text of an element and returns its value, or None where the text is not written as it must be. Which
element has which is said in the table of fields (`flexibatch.domain.flxwage.fields`).
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

Reader = Callable[[str], object | None]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}")
_AMOUNT_LIMIT = 11
_MONTHS = re.compile(r"0|[1-9][0-9]?")
_REFERENCE = re.compile(r"(?! )[^\x00-\x1f\x7f-\x9f]{1,64}(?<! )")


@lru_cache(maxsize=4096)
def day(text: str) -> date | None:
    """Read a date: `YYYY-MM-DD`, without zone.

    >>> day("2026-10-05"), day("2026-02-30"), day(" 2026-10-05"), day("20261005")
    (datetime.date(2026, 10, 5), None, None, None)
    """
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def amount(text: str) -> int | None:
    """Read an amount in eurocents: up to 11 digits, more than zero, no sign, space or leading zero.

    >>> amount("100000"), amount("0"), amount("007"), amount("+1")
    (100000, None, None, None)
    """
    if len(text) > _AMOUNT_LIMIT or not text.isdigit() or not text.isascii() or text[0] == "0":
        return None
    return int(text)


@lru_cache(maxsize=256)
def months(text: str) -> int | None:
    """Read a bonus frequency: 0 to 99 months.

    >>> months("0"), months("12"), months("06"), months("100")
    (0, 12, None, None)
    """
    return int(text) if _MONTHS.fullmatch(text) else None


def reference(text: str) -> str | None:
    r"""Read a reference: 1 to 64 characters, no space at either end, no control character.

    >>> reference("2026-09/17"), reference(" x"), reference("a\tb"), reference("x" * 65)
    ('2026-09/17', None, None, None)
    """
    return text if _REFERENCE.fullmatch(text) else None


def digits(least: int, most: int) -> Callable[[str], str | None]:
    """Make a reader of text that consists of so many digits.

    >>> digits(3, 3)("017"), digits(3, 3)("17"), digits(9, 10)("0477472701")
    ('017', None, '0477472701')
    """

    def read(text: str) -> str | None:
        return text if least <= len(text) <= most and text.isascii() and text.isdigit() else None

    return read


def one_of(*values: str) -> Callable[[str], str | None]:
    """Make a reader of text that is one of a few.

    >>> one_of("0", "1", "3")("3"), one_of("0", "1", "3")("03")
    ('3', None)
    """
    return {value: value for value in values}.get


def hour(text: str) -> str | None:
    """Read a time of day: `HH:MM:SS.mmm`, kept as it was written.

    >>> hour("09:15:00.000"), hour("24:00:00.000"), hour("09:15:00")
    ('09:15:00.000', None, None)
    """
    return text if _HOUR.fullmatch(text) else None


inss = digits(11, 11)
three_digits = digits(3, 3)
