"""Register files: read to the end or refused with a sentence; each time the same."""

from functools import cache
from pathlib import Path
from unicodedata import category

from flexibatch.adapters.dimona.files import register_file
from flexibatch.domain.register import Entry
from flexibatch.errors import Refusal
from tests.fuzz.invariants import require, require_storable, workplace

PIECES = rb"<[^<>]*>|[\x20-\x7e]+?(?=[;,\t\n\r\"{}\[\]:<>])|[^\x20-\x7e]|[;,\"{}\[\]:<>]"

TURNS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def check(data: bytes) -> None:
    """Read a register file, twice."""
    path = _folder() / "register"
    path.write_bytes(data)
    told = _read(path)
    require_storable(told)
    require(holds=told == _read(path), otherwise="read again it says something else")
    entries, refusal = told
    require(holds=refusal is None or _is_legible(refusal), otherwise=f"not legible: {refusal!r}")
    for one in entries:
        require(holds=one.line >= 1, otherwise=f"line {one.line}")


@cache
def _folder() -> Path:
    return workplace()


def _is_legible(sentence: str) -> bool:
    """Return whether there is nothing in it that a terminal obeys: a line's end, another direction of writing."""
    return not any(category(sign) in {"Cc", "Cs", "Zl", "Zp"} or sign in TURNS for sign in sentence)


def _read(path: Path) -> tuple[list[Entry], str | None]:
    entries: list[Entry] = []
    faults: list[str] = []
    try:
        with register_file(path) as file:
            for one in file.entries:
                if isinstance(one, Refusal):
                    faults.append(str(one))
                else:
                    entries.append(one)
    except Refusal as refusal:
        faults.append(str(refusal))
    return entries, " ".join(faults) or None
