"""The stream of Forms of one document: chunks in, Forms out, nothing kept that has been read.

A document that is written plainly and is valid is read without building elements (`plain`). Of any other, from where
that reader gave up, one pass validates (libxml2) and builds elements; what libxml2 vouches for is taken as it is, the
rest is explained. It is begun again without libxml2's validation where its log of errors would grow without end.
"""

import codecs
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from flexibatch.adapters.xml import fast_reader
from flexibatch.adapters.xml.bounds import Bounds, OutOfBounds
from flexibatch.adapters.xml.forms import FORM, FormUnderWay
from flexibatch.adapters.xml.markup_limit import PIECES_LIMIT, MarkupLimit
from flexibatch.adapters.xml.names import ROOT, chunks, tag
from flexibatch.adapters.xml.nodes import Node
from flexibatch.adapters.xml.open_element import last_child
from flexibatch.adapters.xml.root import Root
from flexibatch.adapters.xml.validity import Validity
from flexibatch.adapters.xml.wellformed import broken, fault, unreadable
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Form
from flexibatch.errors import DocumentBroken

UNIT_LIMIT = 2 * 1024 * 1024
"""Bytes one line may have: more is refused, so that nobody fills the memory with one."""
STRETCH = 128 * 1024
"""Bytes a Beneficiary may have until it is read line by line, and not when it ends."""
ERROR_LIMIT = 5000
"""Errors libxml2 may log in one document before it is asked no more."""
_ROOT = tag(ROOT)
_END_TAG = re.compile(rb"</(?:[^\s<>:]+:)?FLXWAGE\s*>")
_LIMITS = "it passes a limit of the reader (levels, or the length of one piece of text)"
_TOO_MANY_PIECES = unreadable(
    f"more than {PIECES_LIMIT} entities, comments or CDATA sections between two tags", "xml-limit"
)


@dataclass(frozen=True, slots=True)
class Source:
    """What is read: the parts in order, their encoding, the schema twice (to validate, to explain)."""

    parts: Sequence[Path]
    encoding: str
    validator: etree.XMLSchema
    node: Node


class _TooManyErrors(Exception):
    """Begin again without libxml2's validation."""


def forms(source: Source, findings: list[Finding]) -> Iterator[Form]:
    """Yield the Forms of a document; what refuses the whole file is added to `findings`.

    Raise `DocumentBroken` where the document cannot be read to its end.
    """
    given = 0
    try:
        for form in fast_reader.forms(chunks(source.parts), source.encoding, source.validator):
            given += 1
            yield form
    except fast_reader.NotPlain:
        yield from explained(source, given, findings)


def explained(source: Source, given: int, findings: list[Finding]) -> Iterator[Form]:
    """Yield the Forms behind those that were given, with what is wrong with them."""
    reading = _Pass(source, given, vouched=True)
    try:
        for form in reading.forms():
            given += 1
            yield form
    except _TooManyErrors:
        reading = _Pass(source, given, vouched=False)
        yield from reading.forms()
    findings.extend(reading.findings())


class _Pass:
    """Read the document once, from its first byte, passing over the Forms that were given already."""

    def __init__(self, source: Source, skip: int, *, vouched: bool) -> None:
        self._source, self._skip, self._vouched = source, skip, vouched
        self._trust = Validity(vouched=vouched)
        self._decoder = codecs.getincrementaldecoder(source.encoding)("strict")
        self._root: Root | None = None
        self._form: FormUnderWay | None = None
        self._ready: list[Form] = []
        self._pieces, self._bounds = MarkupLimit(), Bounds(source.encoding)
        self._tail: deque[bytes] = deque(maxlen=3)
        self._after_end = 0
        self._held = 0
        self._logged = 0

    def forms(self) -> Iterator[Form]:
        """Read on, chunk by chunk."""
        parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=(_ROOT, FORM),
            schema=self._source.validator if self._vouched else None,
            remove_comments=True,
            remove_pis=True,
            remove_blank_text=True,
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
        )
        for chunk in chunks(self._source.parts):
            self._feed(parser, chunk)
            for event, element in parser.read_events():
                if isinstance(element, etree._Element):  # noqa: SLF001 - lxml's own name for its type
                    self._pass_event(event, element)
            self._sweep()
            yield from self._release()
        self._close(parser)
        yield from self._release()

    def findings(self) -> list[Finding]:
        """Return what refuses the whole file, once it was read."""
        return self._root.findings if self._root else []

    def _feed(self, parser: etree.XMLPullParser, chunk: bytes) -> None:
        if self._pieces.too_many(chunk):
            raise DocumentBroken((_TOO_MANY_PIECES,))
        try:
            self._decoder.decode(chunk)
            self._bounds.feed(chunk)
            parser.feed(chunk)
        except (UnicodeDecodeError, etree.XMLSyntaxError):
            raise DocumentBroken((broken(self._source.parts, self._source.encoding, _LIMITS),)) from None
        except OutOfBounds as exc:
            raise DocumentBroken((broken(self._source.parts, self._source.encoding, str(exc)),)) from None
        self._held += len(chunk)
        self._tail.append(chunk)
        if self._root is not None and self._root.ended:
            self._after_end += 1
        if not self._vouched:
            return
        log = parser.feed_error_log
        grown = len(log) - self._logged
        self._trust.chunk_read([entry.type for entry in list(log)[-grown:]] if grown else ())
        self._logged += grown
        if self._logged > ERROR_LIMIT:
            raise _TooManyErrors

    def _close(self, parser: etree.XMLPullParser) -> None:
        """End the reading: it was whole only if the root has ended, and nothing but the schema complained."""
        parts, encoding = self._source.parts, self._source.encoding
        try:
            self._decoder.decode(b"", True)  # noqa: FBT003 - the codec's own flag: the last piece
            parser.close()
            sound = self._ends_plainly()
        except (UnicodeDecodeError, etree.XMLSyntaxError):
            sound = False
        found = None if sound else fault(parts, encoding)
        if found is not None:
            raise DocumentBroken((found,))
        if self._root is None or not self._root.ended:
            raise DocumentBroken((broken(parts, encoding, _LIMITS),))

    def _ends_plainly(self) -> bool:
        """Return whether the root's end tag is the last thing there: libxml2 overlooks what is begun after it.

        The tag stands once in the last chunks, and the root ended in one of them.
        """
        tail = b"".join(self._tail).rstrip()
        ends = list(_END_TAG.finditer(tail))
        return self._after_end <= 1 and len(ends) == 1 and ends[0].end() == len(tail)

    def _pass_event(self, event: str, element: etree._Element) -> None:
        """Follow the root and its Forms; a Form elsewhere is none."""
        above = element.getparent()
        if above is None:
            self._root = self._root or Root(element, self._source.node, self._trust)
            if event == "end":
                self._root.end()
        elif event == "end" and above.getparent() is None and element.tag == FORM and self._root:
            self._form_ended(self._root, element)

    def _form_ended(self, root: Root, element: etree._Element) -> None:
        form = self._under_way(root, element)
        if form is not None:
            self._ready.append(form.ended())
            self._form = None
        root.consume(element)
        self._held = 0
        self._trust.form_ended()

    def _under_way(self, root: Root, element: etree._Element) -> FormUnderWay | None:
        """Return what is gathered of a Form; None where it was given before."""
        if self._form is None or not self._form.is_of(element):
            root.consume(element.getprevious())
            node = self._source.node.children.get(FORM)
            skipped = node is None or root.forms < self._skip
            self._form = (
                None if skipped or node is None else FormUnderWay(element, node, root.forms + 1, self._trust)
            )
        return self._form

    def _sweep(self) -> None:
        """Take what is complete out of the tree."""
        top = self._root.sweep() if self._root and not self._root.ended else None
        if self._root is None or top is None:
            return
        form = self._under_way(self._root, top) if top.tag == FORM else None
        inner: etree._Element | None = top
        if form is not None:
            before = form.units
            inner = form.sweep(deep=self._held > STRETCH)
            self._held = self._held if form.units == before else 0
        if inner is not None and (form is None or self._held > UNIT_LIMIT):
            _prune(inner)
            if form is not None:
                form.prune(inner)

    def _release(self) -> Iterator[Form]:
        """Yield the Forms that are complete, once what libxml2 refused has been explained.

        An error that the explanation does not find refuses every Form it may lie in.
        """
        if self._trust.unexplained:
            if self._root is None or not self._root.at_rest():
                return
            self._ready = [_refused(form) for form in self._ready]
            self._trust.explain()
        ready, self._ready = self._ready, []
        yield from ready


def _prune(element: etree._Element) -> None:
    """Take all complete children of an open element, and of its open child, and so on, out of the tree."""
    inner: etree._Element | None = element
    while inner is not None:
        last = last_child(inner)
        while last is not None and (first := inner[0]) is not last:
            inner.remove(first)
        inner = last


def _refused(form: Form) -> Form:
    if form.faults or any(line.faults for line in form.lines):
        return form
    found = Finding("schema-invalid", zone="90059", tag="Form", location=form.location)

    return replace(form, faults=(found,))
