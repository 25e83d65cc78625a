"""What is written plainly, straight from the text: no element is built of what can be read as it stands.

libxml2 validates the bytes as they stream by and builds nothing. In a document that is well-formed and valid, every
`<` that is not the beginning of a comment or the like begins a tag: a few patterns read what has neither those, nor
entities, nor attributes. Whatever is written otherwise is left to the reader of elements (`stream`).
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from lxml import etree

from flexibatch.adapters.xml import patterns
from flexibatch.domain.counting import ELEMENTS_LIMIT, LINES_LIMIT
from flexibatch.domain.flxwage.fields import (
    CALCULATION,
    DEBTOR,
    FEATURES,
    FINANCIAL_ELEMENT,
    FORM,
    FORM_REFERENCE,
    kept_in,
)
from flexibatch.domain.flxwage.model import Calculation, FinancialElement, Form, FormReference, Line, Quality
from flexibatch.domain.flxwage.readers import Reader, inss
from flexibatch.domain.flxwage.readers import reference as read_reference
from flexibatch.domain.vocabulary import Operation

UNIT_LIMIT = 128 * 1024
"""Characters that may stand between the ends of two Beneficiaries."""


_HEAD = (*kept_in(FORM), *kept_in(FORM_REFERENCE), *kept_in(DEBTOR))
_Value = TypeVar("_Value")


class NotPlain(Exception):
    """Leave the document to the reader of elements."""


def forms(chunks: Iterable[bytes], encoding: str, validator: etree.XMLSchema) -> Iterator[Form]:
    """Yield the Forms of a document; raise `NotPlain` at the first thing that is not plain or not valid.

    A Form is given when libxml2 has taken one chunk more: it may hold back the last bytes it was fed.
    """
    parser = etree.XMLParser(
        target=_Builder(),  # type: ignore[arg-type]  # what it does not have is not called
        schema=validator,
        resolve_entities=False,
        no_network=True,
    )
    reading = _Reading(encoding)
    ready: list[Form] = []
    for chunk in chunks:
        with _complaining(parser):
            parser.feed(chunk)
        yield from ready
        ready = reading.read(chunk)
    with _complaining(parser):
        parser.close()
    yield from ready
    yield reading.last()


@contextmanager
def _complaining(parser: etree.XMLParser) -> Iterator[None]:
    """Leave the document to the other reader where libxml2 complains about anything."""
    try:
        yield
    except etree.XMLSyntaxError:
        raise NotPlain from None
    if len(parser.feed_error_log):
        raise NotPlain


class _Builder:
    """Build nothing."""

    def close(self) -> None:
        """Give nothing."""


class _Reading:
    """Read on from where the last chunk was read to: the end of its last Beneficiary."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._text = ""
        self._begun = False
        self._forms = 0
        self._head: tuple[str | None, ...] | None = None
        self._lines: list[Line] = []
        self._workers = self._elements = 0

    def read(self, chunk: bytes) -> list[Form]:
        """Take a chunk; give the Forms that have ended."""
        try:
            text = self._text + self._decoder.decode(chunk)
        except UnicodeDecodeError:
            raise NotPlain from None
        end = text.rfind("</Beneficiary>")
        if end < 0 and len(text) > UNIT_LIMIT:
            raise NotPlain
        ended: list[Form] = []
        at = 0
        while at < end:
            worker = patterns.BENEFICIARY.match(text, at)
            at = self._worker(worker) if worker else self._between(text, at, ended)
        self._text = text[at:]
        return ended

    def last(self) -> Form:
        """Return the last Form; nothing else may stand behind it."""
        ended: list[Form] = []
        at = self._between(self._text, 0, ended)
        if not ended or not patterns.DOCUMENT_END.fullmatch(self._text, at):
            raise NotPlain
        return ended[0]

    def _between(self, text: str, at: int, ended: list[Form]) -> int:
        """Read the end of a Form, the beginning of one, or that of the document; give where that ends."""
        if self._head is not None:
            found = _met(patterns.FORM_END, text, at)
            ended.append(self._form(self._head))
            self._head = None
        elif self._begun:
            found = _met(patterns.FORM, text, at)
            self._head = found.groups()
        else:
            found = _met(patterns.DOCUMENT, text, at)
            self._begun = True
        return found.end()

    def _form(self, head: tuple[str | None, ...]) -> Form:
        for field, text in zip(_HEAD, head, strict=True):
            if text is not None and field.reader is not None:
                _sure(field.reader(text))
        if not self._lines:
            raise NotPlain
        self._forms += 1
        lines, self._lines, self._workers, self._elements = tuple(self._lines), [], 0, 0
        said: dict[str, Any] = {field.attribute: text for field, text in zip(_HEAD, head, strict=True)}
        kind, number = said.pop("kind"), said.pop("number")
        said["operation"] = Operation(said["operation"])
        reference = FormReference(kind, number) if kind and number else None
        return Form(number=self._forms, reference=reference, lines=lines, **said)

    def _worker(self, found: re.Match[str]) -> int:
        """Read a Beneficiary; give where it ends. Lines past the limit are not for this reader."""
        text, at, worker = found.string, found.end(), _sure(inss(found[1]))
        self._workers += 1
        relation = 0
        while line := patterns.RELATION.match(text, at):
            relation += 1
            before, uuid, after, begun, *values = line.groups()
            at, calculation = line.end(), None
            if begun is not None:
                at, qualities = _qualities(text, at)
                calculation = Calculation._make((*_calculation_values(tuple(values)), qualities))
                self._elements += calculation.size
            place, reference, own = len(self._lines) + 1, _sure(read_reference(uuid)), _own(before, after)
            reference_at = 1 if before is None else 2
            self._lines.append(
                Line(place, self._workers, relation, worker, reference, own, calculation, (), reference_at)
            )
        full = len(self._lines) > LINES_LIMIT or self._elements > ELEMENTS_LIMIT
        if not relation or self._head is None or full:
            raise NotPlain
        return _met(patterns.BENEFICIARY_END, text, at).end()


def _own(before: str | None, after: str | None) -> str | None:
    """Return the declarant's own reference, wherever it stood; there may be one."""
    if before is None and after is None:
        return None
    if before is not None and after is not None:
        raise NotPlain
    return _sure(read_reference(before or after or ""))


def _qualities(text: str, at: int) -> tuple[int, tuple[Quality, ...]]:
    """Read the qualities of a Calculation, and the ends of it and of its Relation; give where these end."""
    qualities: list[Quality] = []
    relation_end = None
    while relation_end is None:
        quality = _met(patterns.QUALITY, text, at)
        elements: list[FinancialElement] = []
        at, quality_end = quality.end(), None
        while quality_end is None:
            element = _met(patterns.ELEMENT, text, at)
            *values, quality_end, relation_end = element.groups()
            elements.append(FinancialElement._make(_element_values(values)))
            at = element.end()
        qualities.append(Quality._make((*_quality_values(quality.groups()), tuple(elements))))
    return at, tuple(qualities)


def _met(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    found = pattern.match(text, at)
    if found is None:
        raise NotPlain
    return found


def _sure(value: _Value | None) -> _Value:
    if value is None:
        raise NotPlain
    return value


_Texts = Sequence[str | None]


def _reader_of(path: str) -> Callable[[_Texts], Sequence[Any]]:
    """Return what reads the values that are kept right under a path, given in their order; None is absent."""
    readers: list[Reader] = [field.reader for field in kept_in(path) if field.reader is not None]

    def read(texts: _Texts) -> list[Any]:
        values = [None if text is None else reader(text) for reader, text in zip(readers, texts, strict=True)]
        if values.count(None) != texts.count(None):
            raise NotPlain
        return values

    return read


# Most workers of a document share their days and codes, but not their amounts.
_calculation_values = lru_cache(maxsize=4096)(_reader_of(CALCULATION))
_quality_values = lru_cache(maxsize=4096)(_reader_of(FEATURES))
_element_values = _reader_of(FINANCIAL_ELEMENT)
