"""Bounds on the markup of a document, asked before any element of it is built.

libxml2 and lxml search through the namespaces in scope, and keep all attributes of all open elements, so that a small
document could cost hours or gigabytes. The message has eight levels, no attributes but on its root, and one namespace.
Parsers keep every name they met to the end of the document, libxml2 to the end of the process: the message has forty.
"""

from collections.abc import Iterable
from xml.parsers import expat

from flexibatch.adapters.xml.wellformed import Strict, TooLong

ATTRIBUTES_LIMIT = 100
"""Attributes and namespace declarations of one element."""
ALL_ATTRIBUTES_LIMIT = 1_000_000
"""Attributes and namespace declarations of all elements: more than one for each line that a file may have."""
NAMESPACES_LIMIT = 200
"""Namespace declarations in scope at once."""
DEPTH_LIMIT = 200
NAME_LIMIT = 300
"""Characters of one name, with its namespace."""
NAMES_LIMIT = 256 * 1024
"""Characters of all different names of a document together."""
TAG_LIMIT = 256 * 1024
"""Bytes of one tag or comment; a longer one would have to be held whole before it can be counted."""


class OutOfBounds(Exception):
    """Stop at what no message has; the reason is for the operator."""


class Bounds:
    """Follow the bytes of a document, a chunk before the parser that builds elements of them.

    What is no XML is left to that parser, which tells it.
    """

    def __init__(self, encoding: str) -> None:
        """Start before the first byte."""
        self._reader = Strict(encoding, TAG_LIMIT)
        self._lost = False
        self._depth = self._declared = self._of_tag = self._attributes = 0
        self._names: set[str] = set()
        self._named = 0
        self._reason = ""
        parser = self._reader.parser
        parser.ordered_attributes = True
        parser.StartNamespaceDeclHandler = self._declaration
        parser.EndNamespaceDeclHandler = self._undeclared
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.ProcessingInstructionHandler = self._instruction

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes; raise `OutOfBounds`."""
        if self._lost:
            return
        try:
            self._reader.feed(chunk)
        except TooLong:
            raise OutOfBounds(f"one tag or comment is longer than {TAG_LIMIT} bytes") from None
        except (expat.ExpatError, UnicodeDecodeError):
            self._lost = True
        if self._reason:
            raise OutOfBounds(self._reason)

    def _declaration(self, prefix: str | None, uri: str | None) -> None:
        self._name((prefix or "", uri or ""))
        self._declared += 1
        self._of_tag += 1

    def _undeclared(self, _prefix: str | None) -> None:
        self._declared -= 1

    def _instruction(self, target: str, _text: str) -> None:
        self._name((target,))

    def _name(self, names: Iterable[str]) -> None:
        """Take note of names, each the first time."""
        for name in names:
            if name not in self._names:
                self._names.add(name)
                self._named += len(name)
                if len(name) > NAME_LIMIT:
                    self._reason = f"one name has more than {NAME_LIMIT} characters"
        if self._named > NAMES_LIMIT:
            self._reason = f"its different names have more than {NAMES_LIMIT} characters together"

    def _start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        self._name((name, *attributes[::2]))
        count, self._of_tag = len(attributes) // 2 + self._of_tag, 0
        self._attributes += count
        if self._depth > DEPTH_LIMIT:
            self._reason = f"its elements are nested more than {DEPTH_LIMIT} levels deep"
        elif count > ATTRIBUTES_LIMIT:
            self._reason = f"one element has more than {ATTRIBUTES_LIMIT} attributes and namespaces"
        elif self._attributes > ALL_ATTRIBUTES_LIMIT:
            self._reason = (
                f"its elements have more than {ALL_ATTRIBUTES_LIMIT} attributes and namespaces together"
            )
        elif self._declared > NAMESPACES_LIMIT:
            self._reason = f"more than {NAMESPACES_LIMIT} namespaces are declared at once"

    def _end(self, _name: str) -> None:
        self._depth -= 1
