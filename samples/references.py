"""Give the lines of a sample UUIDs of their own, so that it can be dropped again or beside another."""

import re

_BEGINNING = re.compile(rb">[0-9A-Fa-f]{8}-(?=[0-9A-Fa-f]{4}-7)")
"""How every UUID in the samples begins."""


def renumbered(content: bytes, number: int | str) -> bytes:
    """Return the lines of a document UUIDs of their own; the same number, or text of digits, gives the same.

    A UUID in capitals means the same line as one in small letters.

    >>> renumbered(b"<ReferenceNbr>019a1f04-920c-7fc0", 18)
    b'<ReferenceNbr>00000012-920c-7fc0'
    >>> renumbered(b"<ReferenceNbr>019A1F04-920C-7FC0", "00018")
    b'<ReferenceNbr>00000012-920C-7FC0'
    """
    return _BEGINNING.sub(f">{int(number):08x}-".encode(), content)
