"""What holds whatever the bytes are: clean texts, and one place to say that something broke."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from tempfile import mkdtemp


class Broken(AssertionError):
    """Which invariant an input breaks."""


def require(*, holds: bool, otherwise: str) -> None:
    """Raise `Broken` where an invariant does not hold."""
    if not holds:
        raise Broken(otherwise)


def texts_of(value: object) -> Iterator[str]:
    """Yield all texts in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from texts_of(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from texts_of(getattr(value, one.name))


def require_storable(value: object) -> None:
    """Refuse texts that PostgreSQL or an XML answer cannot hold."""
    for text in texts_of(value):
        require(holds="\0" not in text, otherwise=f"NUL in {text!r}")
        require(holds=not any("\ud800" <= sign <= "\udfff" for sign in text), otherwise=f"half of {text!r}")


def workplace() -> Path:
    """Make a folder for the inputs of one process; it is as short-lived as the machine's temporary files."""
    return Path(mkdtemp(prefix="flexibatch-fuzz-"))
