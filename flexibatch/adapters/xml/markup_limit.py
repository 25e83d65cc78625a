"""Texts made of very many pieces: libxml2 joins them anew with each, so that the time grows with their square."""

import re

PIECES_LIMIT = 10_000
"""Entities, comments, processing instructions and CDATA sections that may stand between two tags."""

_TAG = re.compile(rb"<[^!?]")
_MARKS = (b"&", b"<!", b"<?")
_SIGNS = (b"&", b"!", b"?")
"""A byte that every mark has: to look for one is far quicker than to count two together."""


class MarkupLimit:
    """Count, chunk by chunk, the pieces since the last tag; all encodings that are read have ASCII's marks."""

    def __init__(self) -> None:
        """Start with none."""
        self._since = 0

    def too_many(self, chunk: bytes) -> bool:
        """Take the next bytes; tell whether more pieces than are read stand between two tags.

        >>> pieces = MarkupLimit()
        >>> pieces.too_many(b"<a>" + b"&amp;" * 6000), pieces.too_many(b"&amp;" * 6000 + b"</a>")
        (False, True)
        >>> pieces.too_many(b"<a>&amp;</a>" * 20_000)
        False
        """
        count = _count(chunk)
        first = _TAG.search(chunk)
        if first is None:
            self._since += count
            return self._since > PIECES_LIMIT
        before = self._since + (_count(chunk[: first.start()]) if self._since + count > PIECES_LIMIT else 0)
        self._since = _count(chunk[_last_tag(chunk) :]) if count else 0
        return before > PIECES_LIMIT


def _count(chunk: bytes) -> int:
    return sum(chunk.count(mark) for mark, sign in zip(_MARKS, _SIGNS, strict=True) if sign in chunk)


def _last_tag(chunk: bytes) -> int:
    """Return where the last tag begins in bytes that hold one."""
    place = chunk.rfind(b"<")
    while not _TAG.match(chunk, place):
        place = chunk.rfind(b"<", 0, place)
    return place
