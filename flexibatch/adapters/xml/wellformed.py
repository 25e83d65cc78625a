"""Why a document cannot be read: asked once another reader has given up, answered with line and column."""

import codecs
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.parsers import expat

from flexibatch.adapters.xml.names import chunks
from flexibatch.domain.findings import Finding

TOKEN_LIMIT = 10_000_000
"""Bytes one piece of markup (a tag, a comment) may have; libxml2 has the same limit."""

_CODES = expat.errors.codes
PHRASES: Mapping[int, str] = {
    _CODES[message]: phrase
    for phrase, messages in {
        "xml-cut-off": (
            expat.errors.XML_ERROR_NO_ELEMENTS,
            expat.errors.XML_ERROR_UNCLOSED_TOKEN,
            expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        ),
        "xml-unclosed": (expat.errors.XML_ERROR_TAG_MISMATCH, expat.errors.XML_ERROR_ASYNC_ENTITY),
        "xml-character": (
            expat.errors.XML_ERROR_SYNTAX,
            expat.errors.XML_ERROR_INVALID_TOKEN,
            expat.errors.XML_ERROR_PARTIAL_CHAR,
            expat.errors.XML_ERROR_BAD_CHAR_REF,
        ),
        "xml-after-end": (expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT,),
        "xml-attribute": (expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE,),
        "xml-entity": (expat.errors.XML_ERROR_UNDEFINED_ENTITY,),
        "xml-prefix": (expat.errors.XML_ERROR_UNBOUND_PREFIX,),
        "xml-declaration": (expat.errors.XML_ERROR_MISPLACED_XML_PI,),
    }.items()
    for message in messages
}
"""The phrase of the catalogue for each kind of error that a bureau can do something about."""


def broken(parts: Sequence[Path], encoding: str, otherwise: str, phrase: str = "xml-limit") -> Finding:
    """Return why the document is refused; `otherwise` is the reason where it is well-formed after all."""
    return fault(parts, encoding) or unreadable(otherwise, phrase)


def unreadable(reason: str, phrase: str, line: int | None = None, column: int | None = None) -> Finding:
    """Return that a document is no XML: by a phrase to people, by a reader's own words to the operator."""
    details = {"phrase": phrase, "reason": reason}
    return Finding("not-well-formed", line=line, column=column, details=details)


def fault(parts: Sequence[Path], encoding: str) -> Finding | None:
    """Find the first thing that makes the joined bytes no XML of that encoding, None where there is none."""
    parser = Strict(encoding)
    try:
        for chunk in chunks(parts):
            parser.feed(chunk)
        parser.close()
    except UnicodeDecodeError as exc:
        line, column = parser.bytes_place(exc)
        return Finding("bytes-encoding", line=line, column=column, details={"encoding": encoding.upper()})
    except expat.ExpatError as exc:
        phrase = PHRASES.get(exc.code, "xml-other")
        return unreadable(expat.ErrorString(exc.code), phrase, exc.lineno, exc.offset + 1)
    except TooLong:
        reason = f"one tag or comment is longer than {TOKEN_LIMIT} bytes"
        return unreadable(reason, "xml-limit", parser.line)
    return None


class TooLong(Exception):
    """Stop at a piece of markup that would have to be held whole."""


class Strict:
    """Read bytes as expat does, strictly in their encoding.

    Expat looks at an unfinished piece of markup again with every chunk, from its start: what is held back
    doubles, so that the time grows with the bytes and not with their square.
    """

    def __init__(self, encoding: str, token_limit: int = TOKEN_LIMIT) -> None:
        """Start at the first byte; a piece of markup may have so many bytes."""
        self._token_limit = token_limit
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self.parser = expat.ParserCreate(encoding, " ")
        self._held = bytearray()
        self._fed = 0
        self._lines, self._column = 1, 1

    @property
    def line(self) -> int:
        """Return the line the parser has come to."""
        return self.parser.CurrentLineNumber

    def feed(self, chunk: bytes) -> None:
        """Read on; raise `UnicodeDecodeError`, `ExpatError`, or that a piece is too long."""
        begun = self._decoder.getstate()[0]
        whole = begun + chunk if begun else chunk
        try:
            self._walk(self._decoder.decode(chunk))
        except UnicodeDecodeError as exc:
            # What stands before the bytes that do not fit may be no XML itself, and is told first.
            self._held += whole[: exc.start]
            self._flush()
            raise
        # A character that is only begun may be none: the parser would tell that in words of its own.
        self._held += whole[: len(whole) - len(self._decoder.getstate()[0])]
        if len(self._held) >= self._unfinished():
            self._flush()
            if self._unfinished() > self._token_limit:
                raise TooLong

    def close(self) -> None:
        """Read to the end; raise as `feed` does."""
        self._flush()
        self._walk(self._decoder.decode(b"", final=True))
        self.parser.Parse(b"", True)  # noqa: FBT003 - expat's own flag: the last piece

    def bytes_place(self, exc: UnicodeDecodeError) -> tuple[int, int]:
        """Return line and column of the bytes that do not fit, after the text that did."""
        self._walk(exc.object[: exc.start].decode(exc.encoding))
        return self._lines, self._column

    def _unfinished(self) -> int:
        return self._fed - max(self.parser.CurrentByteIndex, 0)

    def _flush(self) -> None:
        self._fed += len(self._held)
        self.parser.Parse(bytes(self._held))
        self._held.clear()

    def _walk(self, text: str) -> None:
        newlines = text.count("\n")
        self._lines += newlines
        self._column = len(text) - text.rfind("\n") if newlines else self._column + len(text)
