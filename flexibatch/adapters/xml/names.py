"""The tags of the FLXWAGE message as a parser gives them, and how the bytes of a document are joined."""

from collections.abc import Iterator, Sequence
from pathlib import Path

NAMESPACE = "http://socialsecurity.be/xml/ns/FLXWAGE"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
ROOT = "FLXWAGE"

BLANK = " \t\r\n"
"""White space as XML has it. What else looks blank, a no-break space too, is text."""

CHUNK = 64 * 1024
"""Bytes fed to a parser at once: small enough to tell which lines share a chunk with a fault."""


def tag(name: str) -> str:
    """Write a name of the message as a parser gives it.

    >>> tag("INSS")
    '{http://socialsecurity.be/xml/ns/FLXWAGE}INSS'
    """
    return f"{{{NAMESPACE}}}{name}"


def local(name: str) -> str:
    """Cut the namespace off a tag.

    >>> local("{urn:x}Foo"), local("Foo")
    ('Foo', 'Foo')
    """
    return name.rpartition("}")[2]


def chunks(parts: Sequence[Path], size: int = CHUNK) -> Iterator[bytes]:
    """Yield the bytes of the joined document, at most `size` at once."""
    for part in parts:
        with part.open("rb") as stream:
            while chunk := stream.read(size):
                yield chunk
