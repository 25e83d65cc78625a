"""What stands before the first Form: encoding, DOCTYPE, root, namespace, the schema that is named.

Comments and processing instructions are passed over without being kept, and the root's start tag has a
limit, so that a hostile beginning costs bounded memory and time that grows with its bytes only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from flexibatch.adapters.xml.bounds import ATTRIBUTES_LIMIT, OutOfBounds
from flexibatch.adapters.xml.names import INSTANCE, NAMESPACE, ROOT, chunks
from flexibatch.adapters.xml.wellformed import broken, unreadable
from flexibatch.domain.findings import Finding, shown
from flexibatch.errors import DocumentBroken

ENCODINGS = ("utf-8", "iso-8859-1", "us-ascii")
_BOM = b"\xef\xbb\xbf"
_WIDE = (
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x00\x00\xfe\xff",
    b"\x00\x00\x00<",
    b"\x00<\x00",
    b"<\x00",
    b"L\x6f\xa7\x94",
)
"""How UTF-16 and UTF-32 begin, with and without a mark, and a declaration in EBCDIC."""
_DECLARATION_LIMIT = 1024
_TAG_LIMIT = 1024 * 1024
_NO_ROOT = f"it has no root element whose start tag ends within {_TAG_LIMIT} bytes"
_MANY = f"its root declares more than {ATTRIBUTES_LIMIT} namespaces"
_NO_END = f"its XML declaration does not end within {_DECLARATION_LIMIT} bytes"
_SPACE = b" \t\r\n"
_ENCODING = re.compile(rb"""\sencoding\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PASSED = re.compile(rb"(?:[ \t\r\n]++|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)
_START_TAG = re.compile(rb"""<(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")


@dataclass(frozen=True, slots=True)
class Prolog:
    """What the beginning of a document says, and the line of its root; `findings` refuse the whole file."""

    encoding: str
    schema_location: str | None
    findings: tuple[Finding, ...] = ()
    line: int = 1


def read_prolog(parts: Sequence[Path]) -> Prolog:
    """Read the beginning of the joined document; raise `DocumentBroken` where it is no XML at all."""
    scanner = _Scanner(chunks(parts))
    if scanner.starts(*_WIDE):
        return Prolog("utf-8", None, (Finding("encoding", details={"encoding": "UTF-16 / UTF-32"}),))
    marked = scanner.drop(_BOM)
    declaration = scanner.declaration()
    if scanner.begins_declaration():
        raise DocumentBroken((broken(parts, "utf-8", _NO_END),))
    told = _declared(declaration)
    encoding = told.lower() if told is not None else "utf-8"
    if encoding not in ENCODINGS:
        found = Finding("encoding", value=shown(told or ""), details={"encoding": shown(told or "")}, line=1)
        return Prolog("utf-8", None, (found,))
    if marked and encoding != "utf-8":
        return Prolog(encoding, None, (Finding("bytes-encoding", details={"encoding": told or ""}, line=1),))
    scanner.pass_over()
    if scanner.starts(b"<!DOCTYPE"):
        return Prolog(encoding, None, (Finding("doctype", line=scanner.line),))
    start = scanner.start_tag()
    if start is None:
        raise DocumentBroken((broken(parts, encoding, _NO_ROOT),))
    line = scanner.line
    try:
        name, attributes = _parsed(start, encoding)
    except (expat.ExpatError, UnicodeDecodeError):
        found = broken(parts, encoding, "the root element cannot be read", "xml-other")
        raise DocumentBroken((found,)) from None
    except OutOfBounds:
        raise DocumentBroken((unreadable(_MANY, "xml-limit", line),)) from None
    return Prolog(encoding, attributes.get(f"{INSTANCE} schemaLocation"), _root_faults(name, line), line)


def _declared(declaration: bytes) -> str | None:
    """Return the encoding a declaration names, None where it names none."""
    found = _ENCODING.search(declaration)
    return (found[1] or found[2] or b"").decode("ascii", "replace") if found else None


def _parsed(start: bytes, encoding: str) -> tuple[str, dict[str, str]]:
    """Read a start tag: its name and attributes, each as `namespace name`."""
    start.decode(encoding)
    seen: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate(encoding, " ")
    declared: list[str | None] = []
    parser.StartNamespaceDeclHandler = lambda prefix, _uri: declared.append(prefix)
    parser.StartElementHandler = lambda name, attributes: seen.append((name, attributes))
    parser.Parse(start)
    if len(declared) > ATTRIBUTES_LIMIT:
        raise OutOfBounds
    if not seen:
        raise expat.ExpatError
    return seen[0]


def _root_faults(name: str, line: int) -> tuple[Finding, ...]:
    space, _, local = name.rpartition(" ")
    location = f"/{local}"
    wrong_root = Finding("root", tag=shown(local), value=shown(local), location=location, line=line)
    wrong_space = Finding("namespace", tag=shown(local), value=shown(space), location=location, line=line)
    faults = (wrong_root if local != ROOT else None, wrong_space if space != NAMESPACE else None)
    return tuple(fault for fault in faults if fault is not None)


class _Scanner:
    """Go through the beginning of a document, keeping only what is not yet passed."""

    def __init__(self, source: Iterator[bytes]) -> None:
        """Start at the first byte, in line 1."""
        self._source = source
        self._held = bytearray()
        self.line = 1

    def starts(self, *beginnings: bytes) -> bool:
        """Return whether the bytes that come next begin in one of these ways."""
        while len(self._held) < max(map(len, beginnings)) and self._more():
            pass
        return self._held.startswith(beginnings)

    def drop(self, beginning: bytes) -> bool:
        """Pass over these bytes where they come next."""
        if not self.starts(beginning):
            return False
        self._drop(len(beginning))
        return True

    def begins_declaration(self) -> bool:
        """Return whether an XML declaration comes next."""
        return any(self.starts(b"<?xml" + bytes([space])) for space in _SPACE)

    def declaration(self) -> bytes:
        """Pass over the XML declaration and give it; nothing where there is none that ends within the limit."""
        if not self.begins_declaration():
            return b""
        end = self._find(b"?>", _DECLARATION_LIMIT)
        found = bytes(self._held[: end + 2]) if end >= 0 else b""
        self._drop(len(found))
        return found

    def pass_over(self) -> None:
        """Pass over spaces, comments and processing instructions."""
        while True:
            passed = _PASSED.match(self._held)
            self._drop(passed.end() if passed else 0)
            if self.starts(b"<!--"):
                self._drop_through(b"-->", 4)
            elif self.starts(b"<?"):
                self._drop_through(b"?>", 2)
            elif self._held or not self._more():
                return

    def start_tag(self) -> bytes | None:
        """Return the start tag that comes next, None where none does or it does not end within the limit."""
        while (found := _START_TAG.match(self._held)) is None:
            if len(self._held) > _TAG_LIMIT or not self._more():
                return None
        return found[0]

    def _find(self, end: bytes, limit: int) -> int:
        while (at := self._held.find(end, 0, limit)) < 0 and len(self._held) < limit and self._more():
            pass
        return at

    def _drop_through(self, end: bytes, begin: int) -> None:
        self._drop(begin)
        while (at := self._held.find(end)) < 0:
            self._drop(max(0, len(self._held) - len(end) + 1))
            if not self._more():
                return
        self._drop(at + len(end))

    def _drop(self, size: int) -> None:
        self.line += self._held.count(b"\n", 0, size)
        del self._held[:size]

    def _more(self) -> bool:
        chunk = next(self._source, b"")
        self._held += chunk
        return bool(chunk)
