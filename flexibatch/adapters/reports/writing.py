"""How values are written on the pages for people: seen whole, in the language of who reads them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from flexibatch.domain.identifiers import employer_kind

Texts = Mapping[str, Any]
"""What the pages say in one language."""

AT_ONCE = 1 << 16
"""Characters of a page that are written at once."""

HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
"""Characters that cannot be seen, that turn the text around, or that no encoding has."""


def visible(text: object) -> str:
    r"""Write a value so that every character of it is seen: hidden ones are named.

    >>> visible("a\u202eb")
    'a[U+202E]b'
    """
    return HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", str(text))


def instant(moment: datetime) -> str:
    """Write an instant in UTC, as ISO 8601 with a Z.

    >>> instant(datetime(2026, 10, 5, 7, 16, 2, tzinfo=UTC))
    '2026-10-05T07:16:02Z'
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def number(value: int) -> str:
    r"""Write a number with its digits in threes, apart by a space that does not break.

    >>> number(36700160)
    '36\xa0700\xa0160'
    """
    return f"{value:,}".replace(",", "\xa0")


def euros(cents: int, texts: Texts) -> str:
    r"""Write an amount in euros, with the decimal sign of the language.

    >>> euros(123450, {"decimal": ","})
    '1\xa0234,50'
    """
    return f"{number(cents // 100)}{texts['decimal']}{cents % 100:02d}"


def day(given: date, texts: Texts) -> str:
    """Write a day in words."""
    return dated(texts["day"], given, texts)


def short_day(given: date, texts: Texts) -> str:
    """Write a day for a table, so that nobody takes the month for the day.

    >>> short_day(date(2026, 11, 1), {"short_day": "{dd}.{mm}.{year}", "months": ["January"] * 12})
    '01.11.2026'
    """
    name = texts["months"][given.month - 1][:3]
    return str(texts["short_day"]).format(
        day=given.day, dd=f"{given.day:02d}", mm=f"{given.month:02d}", month=name, year=given.year
    )


def period(start: date | None, end: date | None, texts: Texts) -> str:
    """Write a period of which a day may be unknown; nothing where both are."""
    days = ["…" if one is None else short_day(one, texts) for one in (start, end)]
    return "" if start is end is None else "–".join(days)


def dated(pattern: str, given: date, texts: Texts, **more: str) -> str:
    """Write a day after a pattern of its language."""
    first = texts["first"] if given.day == 1 else str(given.day)
    return pattern.format(day=first, month=texts["months"][given.month - 1], year=given.year, **more)


def employer(text: str | None, texts: Texts) -> str | None:
    """Write an employer's number with what it is called."""
    numbers: Mapping[str, str] = texts["numbers"]
    return text and numbers[employer_kind(text)].format(number=text)


def element(tag: str, texts: Texts) -> str:
    """Write an element as people call it, with its tag behind; what is no element of the message as it is.

    >>> element("Amount", {"elements": {"Amount": "montant"}}), element("GO", {"elements": {}})
    ('montant (Amount)', 'GO')
    """
    name = texts["elements"].get(tag)
    return tag if name is None or name == tag else f"{name} ({tag})"


def joined(pieces: Iterable[str]) -> Iterator[str]:
    """Join many small pieces to fewer: a page of ten thousand anomalies is never held whole."""
    some, size = list[str](), 0
    for piece in pieces:
        some.append(piece)
        size += len(piece)
        if size >= AT_ONCE:
            yield "".join(some)
            some, size = [], 0
    if some:
        yield "".join(some)
