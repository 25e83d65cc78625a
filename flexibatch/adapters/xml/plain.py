"""What is written plainly, straight from the text: no element is built of what can be read as it stands.

libxml2 validates the bytes as they stream by and builds nothing. In a document that is well-formed and valid, every
`<` that is not the beginning of a comment or the like begins a tag: a few patterns read what has neither those, nor
entities, nor attributes. Whatever is written otherwise is left to the reader of elements (`stream`).
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import TypeVar

from lxml import etree

from flexibatch.adapters.xml import literals
from flexibatch.domain.counting import ELEMENTS_LIMIT, LINES_LIMIT
from flexibatch.domain.model import Calculation, FinancialElement, Form, FormReference, Line, Quality
from flexibatch.domain.vocabulary import Operation

UNIT_LIMIT = 128 * 1024
"""Characters that may stand between the ends of two Beneficiaries."""


def _pattern(text: str) -> re.Pattern[str]:
    """Make a pattern: a space is white space, `@` a value, `Tag=x` an element that holds x."""
    elements = re.sub(r"\b([A-Z]\w+)=(@|\w+)", r"<\1>\2</\1>", text)
    return re.compile(elements.replace(" ", r"[ \t\r\n]*+").replace("@", r"([^<&\r]*+)"))


_DOCUMENT = _pattern(
    r"\ufeff?(?:<\?xml[^<>]*\?>)? <FLXWAGE(?:\s+(?:xmlns|xmlns:\w+|xsi:schemaLocation)=[\"'][^\"'<&]*[\"'])* >"
)
_FORM = _pattern(
    " <Form> Identification=@ FormCreationDate=@ FormCreationHour=@ AttestationStatus=@ TypeForm=@ "
    "(?:<Reference> ReferenceType=@ ReferenceOrigin=1 ReferenceNbr=@ </Reference> )?"
    "<Debtor>(?: CompanyID=@)?(?: NOSSRegistrationNbr=@)?"
)
_BENEFICIARY = _pattern(" <Beneficiary> INSS=@ ")
_OWN = "(?:<Reference> ReferenceType=10 ReferenceOrigin=1 ReferenceNbr=@ </Reference> )?"
_RELATION = _pattern(
    f"<Relation> RelationType=1 {_OWN}"
    f"<Reference> ReferenceType=10 ReferenceOrigin=8 ReferenceNbr=@ </Reference> {_OWN}"
    "(?:</Relation> |<Calculation> "
    "CalculationPeriodStartingDate=@ CalculationPeriodEndingDate=@ CalculationDate=@ )"
)
_QUALITY = _pattern(
    "<Features> ValidityPeriodStartingDate=@ ValidityPeriodEndingDate=@ EmployerClass=@ WorkerCode=@ "
)
_ELEMENT = _pattern(
    "<FinancialElement> FinancialElementType=1 FinancialElementCode=@ Amount=@ (?:BonusPaymentFrequency=@ )?"
    "</FinancialElement> (</Features> (</Calculation> </Relation> )?)?"
)
_BENEFICIARY_END = _pattern("</Beneficiary>")
_FORM_END = _pattern(" </Debtor> </Form>")
_DOCUMENT_END = _pattern(" </FLXWAGE > ")
_FORM_READINGS = tuple(
    literals.READINGS[f"Form/{name}"]
    for name in (
        "Identification",
        "FormCreationDate",
        "FormCreationHour",
        "AttestationStatus",
        "TypeForm",
        "Reference/ReferenceType",
        "Reference/ReferenceNbr",
        "Debtor/CompanyID",
        "Debtor/NOSSRegistrationNbr",
    )
)
_Value = TypeVar("_Value")


class NotPlain(Exception):
    """Leave the document to the reader of elements."""


def forms(chunks: Iterable[bytes], encoding: str, validator: etree.XMLSchema) -> Iterator[Form]:
    """Give the Forms of a document; raise `NotPlain` at the first thing that is not plain or not valid.

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
            worker = _BENEFICIARY.match(text, at)
            at = self._worker(worker) if worker else self._between(text, at, ended)
        self._text = text[at:]
        return ended

    def last(self) -> Form:
        """Give the last Form; nothing else may stand behind it."""
        ended: list[Form] = []
        at = self._between(self._text, 0, ended)
        if not ended or not _DOCUMENT_END.fullmatch(self._text, at):
            raise NotPlain
        return ended[0]

    def _between(self, text: str, at: int, ended: list[Form]) -> int:
        """Read the end of a Form, the beginning of one, or that of the document; give where that ends."""
        if self._head is not None:
            found = _met(_FORM_END, text, at)
            ended.append(self._form(self._head))
            self._head = None
        elif self._begun:
            found = _met(_FORM, text, at)
            self._head = found.groups()
        else:
            found = _met(_DOCUMENT, text, at)
            self._begun = True
        return found.end()

    def _form(self, head: tuple[str | None, ...]) -> Form:
        for reading, value in zip(_FORM_READINGS, head, strict=True):
            if value is not None:
                _sure(reading(value))
        if not self._lines:
            raise NotPlain
        self._forms += 1
        lines, self._lines, self._workers, self._elements = tuple(self._lines), [], 0, 0
        identification, created_on, created_at, status, kind, of, key, company, nsso = head
        reference = FormReference(of, key) if of and key else None
        made = identification, created_on, created_at, Operation(_sure(status))
        return Form(self._forms, *made, kind, reference, company, nsso, lines)

    def _worker(self, found: re.Match[str]) -> int:
        """Read a Beneficiary; give where it ends. Lines past the limit are not for this reader."""
        text, at, inss = found.string, found.end(), _sure(literals.inss(found[1]))
        self._workers += 1
        relation = 0
        while line := _RELATION.match(text, at):
            relation += 1
            before, reference, after, start, end, made = line.groups()
            at, calculation = line.end(), None
            if made is not None:
                at, qualities = _qualities(text, at)
                calculation = Calculation(_day(start), _day(end), _day(made), qualities)
                self._elements += calculation.size
            place, reference, own = (
                len(self._lines) + 1,
                _sure(literals.reference(reference)),
                _own(before, after),
            )
            reference_at = 1 if before is None else 2
            self._lines.append(
                Line(place, self._workers, relation, inss, reference, own, calculation, (), reference_at)
            )
        full = len(self._lines) > LINES_LIMIT or self._elements > ELEMENTS_LIMIT
        if not relation or self._head is None or full:
            raise NotPlain
        return _met(_BENEFICIARY_END, text, at).end()


def _own(before: str | None, after: str | None) -> str | None:
    """Give the declarant's own reference, wherever it stood; there may be one."""
    if before is None and after is None:
        return None
    if before is not None and after is not None:
        raise NotPlain
    return _sure(literals.reference(before or after or ""))


def _qualities(text: str, at: int) -> tuple[int, tuple[Quality, ...]]:
    """Read the qualities of a Calculation, and the ends of it and of its Relation; give where these end."""
    qualities: list[Quality] = []
    relation_end = None
    while relation_end is None:
        quality = _met(_QUALITY, text, at)
        elements: list[FinancialElement] = []
        at, quality_end = quality.end(), None
        while quality_end is None:
            element = _met(_ELEMENT, text, at)
            code, cents, frequency, quality_end, relation_end = element.groups()
            months = None if frequency is None else _sure(literals.months(frequency))
            elements.append(
                FinancialElement(_sure(literals.element_code(code)), _sure(literals.amount(cents)), months)
            )
            at = element.end()
        start, end, employer_class, worker_code = quality.groups()
        codes = _sure(literals.category(employer_class)), _sure(literals.worker(worker_code))
        qualities.append(Quality(_day(start), _day(end), *codes, tuple(elements)))
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


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return _sure(literals.day(text))
