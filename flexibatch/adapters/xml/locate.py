"""Line and column of places in a document: a second pass, made only where something was found.

libxml2 tells no line for what it validates while streaming, and its elements' lines wrap at 65,535.
Expat counts right; it is fed as far as needed, Form by Form.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from xml.parsers import expat

from flexibatch.adapters.xml.names import BLANK, NAMESPACE, chunks
from flexibatch.adapters.xml.wellformed import Strict, TooLong
from flexibatch.domain.findings import step

_FORM = f"{NAMESPACE} Form"
_FORM_DEPTH = 2


class Locator:
    """Find lines and columns, both from 1, in the joined document; Forms are best asked for in order."""

    def __init__(self, parts: Sequence[Path], encoding: str) -> None:
        """Start before the first byte."""
        self._parts, self._encoding = parts, encoding
        self._wanted: set[str] = set()
        self._found: OrderedDict[int, dict[str, tuple[int, int]]] = OrderedDict()
        self._above: list[tuple[str, Counter[str]]] = []
        self._asked = self._form = self._depth = 0
        self._full = False
        self._restart()

    def lines(self, form: int, locations: Collection[str]) -> dict[str, tuple[int, int]]:
        """Return the places of locations in a Form; where nothing stands, that of the nearest element above."""
        if form < self._asked:
            self._restart()
        wanted = {one: list(_upwards(one)) for one in locations}
        self._asked = form
        self._wanted = {above for way in wanted.values() for above in way}
        while self._found and next(iter(self._found)) < form:
            self._found.popitem(last=False)
        self._full = self._form >= form
        while self._form <= form and (self._form < form or self._depth >= _FORM_DEPTH) and self._advance():
            pass
        found = self._found.get(form, {})
        known = {
            one: next((found[above] for above in way if above in found), None) for one, way in wanted.items()
        }
        return {one: place for one, place in known.items() if place is not None}

    def _restart(self) -> None:
        self._chunks: Iterator[bytes] = chunks(self._parts)
        self._reader = Strict(self._encoding)
        self._parser = self._reader.parser
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._asked = self._form = self._depth = 0
        self._full = False
        self._wanted, self._found, self._above = set(), OrderedDict(), []

    def _advance(self) -> bool:
        """Feed one more chunk; False at the end, or where the document cannot be read on."""
        chunk = next(self._chunks, None)
        try:
            if chunk is None:
                self._reader.close()
                return False
            self._reader.feed(chunk)
        except (expat.ExpatError, UnicodeDecodeError, TooLong):
            self._chunks = iter(())
            return False
        return True

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == _FORM_DEPTH and name == _FORM:
            self._form += 1
            self._full = self._form >= self._asked
            place = f"/FLXWAGE/{step('Form', self._form)}"
        elif self._above and self._depth > _FORM_DEPTH:
            at, counts = self._above[-1]
            counts[name] += 1
            place = f"{at}/{step(name.rpartition(' ')[2], counts[name])}"
        else:
            return
        if self._full:
            self._above.append((place, Counter()))
            # A Form that begins in the chunk the asked one ends in may be asked for next: all of it is kept.
            if self._form > self._asked or place in self._wanted:
                here = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
                self._found.setdefault(self._form, {})[place] = here

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._full and self._above:
            self._above.pop()


def document_lines(
    parts: Sequence[Path], encoding: str, locations: Collection[str]
) -> dict[str, tuple[int, int]]:
    """Return the places of what stands directly under the root: elements, and text as `/FLXWAGE/text()`."""
    return _Outline(parts, encoding, frozenset(locations)).found


class _Outline:
    """Follow the root's children and texts to the end of the document."""

    def __init__(self, parts: Sequence[Path], encoding: str, wanted: frozenset[str]) -> None:
        """Read the whole document."""
        self.found: dict[str, tuple[int, int]] = {}
        self._wanted, self._depth, self._texts, self._in_text = wanted, 0, 0, False
        self._counts: Counter[str] = Counter()
        reader = Strict(encoding)
        self._parser = reader.parser
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.CharacterDataHandler = self._text
        try:
            for chunk in chunks(parts):
                reader.feed(chunk)
                if len(self.found) == len(wanted):
                    return
            reader.close()
        except (expat.ExpatError, UnicodeDecodeError, TooLong):
            return

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        self._in_text = False
        if self._depth == 1:
            self._keep("/FLXWAGE")
        elif self._depth == _FORM_DEPTH:
            self._counts[name] += 1
            self._keep(f"/FLXWAGE/{step(name.rpartition(' ')[2], self._counts[name])}")

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._depth == 1 and not self._in_text and text.strip(BLANK):
            self._in_text = True
            self._texts += 1
            self._keep(f"/FLXWAGE/{step('text()', self._texts)}")

    def _keep(self, place: str) -> None:
        if place in self._wanted:
            self.found.setdefault(
                place, (self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)
            )


def _upwards(location: str) -> Iterator[str]:
    """Yield a location and those above it, down from the place itself."""
    while location.count("/") > 1:
        yield location
        location = location.rpartition("/")[0]
