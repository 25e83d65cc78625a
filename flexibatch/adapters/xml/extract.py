"""One Relation, as a parser gives it, into the values of the domain.

The same values are gathered in two ways: in one flat run over a Relation the schema has passed, and
level by level over one it has not, whose elements may stand anywhere.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from flexibatch.adapters.xml.literals import (
    amount,
    category,
    day,
    element_code,
    months,
    payslip,
    reference,
    worker,
)
from flexibatch.adapters.xml.names import tag
from flexibatch.domain.model import Calculation, FinancialElement, Quality

FEATURES = tag("Features")
FINANCIAL_ELEMENT = tag("FinancialElement")
CALCULATION = tag("Calculation")
RELATION = tag("Relation")
INSS = tag("INSS")
_BEGINNINGS = frozenset({RELATION, FEATURES, FINANCIAL_ELEMENT})
_REFERENCE = tag("Reference")
_RELATION_TYPE = tag("RelationType")
_REFERENCE_TYPE = tag("ReferenceType")
_REFERENCE_ORIGIN = tag("ReferenceOrigin")
_REFERENCE_NBR = tag("ReferenceNbr")
_PAYSLIP = tag("PayslipReference")
_PERIOD_START = tag("CalculationPeriodStartingDate")
_PERIOD_END = tag("CalculationPeriodEndingDate")
_CALCULATED_ON = tag("CalculationDate")
_START = tag("ValidityPeriodStartingDate")
_END = tag("ValidityPeriodEndingDate")
_CLASS = tag("EmployerClass")
_WORKER = tag("WorkerCode")
_ELEMENT_TYPE = tag("FinancialElementType")
_ELEMENT_CODE = tag("FinancialElementCode")
_AMOUNT = tag("Amount")
_FREQUENCY = tag("BonusPaymentFrequency")

ABSENT = -1
_HEAD_TAGS = (
    _RELATION_TYPE,
    _REFERENCE_TYPE,
    _REFERENCE_ORIGIN,
    _REFERENCE_NBR,
    CALCULATION,
    _PAYSLIP,
    _PERIOD_START,
    _PERIOD_END,
    _CALCULATED_ON,
)
_QUALITY_TAGS = (_START, _END, _CLASS, _WORKER)
_ELEMENT_TAGS = (_ELEMENT_TYPE, _ELEMENT_CODE, _AMOUNT, _FREQUENCY)


class Extract(NamedTuple):
    """Hold what a Relation says; `literal` tells that every value is there and written as it must be."""

    reference: str | None
    calculation: Calculation | None
    literal: bool


Names = tuple[str, ...]
Texts = Sequence[str | None]
"""What stands in the elements of a flat run, and None behind the last: where an absent element points to."""

Spots = tuple[int, ...]
"""Where the values of one level stand in the flat run, in the order of its tags; ABSENT for those that do not."""

Gathered = tuple[Spots, tuple[Spots, ...]]
"""One quality: its own values, and those of each of its elements."""

Head = tuple[Spots, tuple[Gathered, ...]]
"""One Relation: its own values with its Calculation's, and its qualities."""

_Places = dict[str, int]


def extract(beneficiary: etree._Element) -> tuple[str | None, list[Extract]]:
    """Read a Beneficiary the schema has passed, or one Relation of it: the INSS as it stands, and the lines.

    One flat run over the elements. Most workers' elements stand in one of a few outlines, so where each value
    stands is worked out once an outline.
    """
    names: list[str] = []
    texts: list[str | None] = []
    for node in beneficiary.iter():
        names.append(node.tag)
        texts.append(node.text)
    inss, heads = _outline(tuple(names))
    texts.append(None)
    return (None if inss == ABSENT else texts[inss] or ""), [_read(*head, texts) for head in heads]


@lru_cache(maxsize=256)
def _outline(names: Names) -> tuple[int, tuple[Head, ...]]:
    """Work out where everything stands: a value belongs to the last Relation, quality or element begun before it."""
    top: _Places = {}
    level = top
    heads: list[tuple[_Places, list[tuple[_Places, list[_Places]]]]] = []
    for place, name in enumerate(names):
        if name not in _BEGINNINGS:
            level[name] = place
            continue
        level = {}
        if name == FINANCIAL_ELEMENT:
            heads[-1][1][-1][1].append(level)
        elif name == FEATURES:
            heads[-1][1].append((level, []))
        else:
            heads.append((level, []))
    return top.get(INSS, ABSENT), tuple(_head(*head) for head in heads)


def salvage(relation: etree._Element) -> Extract:
    """Read what can be read of a Relation that has faults, wherever its elements stand."""
    texts: list[str | None] = []

    def places(parent: etree._Element) -> _Places:
        found = {}
        for child in parent:
            found[child.tag] = len(texts)
            texts.append(child.text or "")
        return found

    head = places(relation)
    for node in relation.iterchildren(_REFERENCE):
        head |= places(node)
    qualities = []
    for calculation in relation.iterchildren(CALCULATION):
        head |= places(calculation)
        qualities += [
            (places(node), [places(element) for element in node.iterchildren(FINANCIAL_ELEMENT)])
            for node in calculation.iterchildren(FEATURES)
        ]
    return _read(*_head(head, qualities), (*texts, None))


def _head(head: _Places, qualities: list[tuple[_Places, list[_Places]]]) -> Head:
    gathered = (
        (_spots(own, _QUALITY_TAGS), tuple(_spots(element, _ELEMENT_TAGS) for element in elements))
        for own, elements in qualities
    )
    return _spots(head, _HEAD_TAGS), tuple(gathered)


def _spots(places: _Places, tags: Names) -> Spots:
    return tuple(places.get(name, ABSENT) for name in tags)


def _read(head: Spots, gathered: tuple[Gathered, ...], texts: Texts) -> Extract:
    relation, kind, origin, number_at, calculation, slip_at, start_at, end_at, on = head
    number = reference(texts[number_at] or "")
    literal = number is not None and texts[relation] == "1" and texts[kind] == "10" and texts[origin] == "8"
    if calculation == ABSENT:
        return Extract(number, None, literal)
    slip = texts[slip_at]
    if slip_at != ABSENT:
        slip = payslip(slip or "")
        literal = literal and slip is not None
    start, end = _days(texts[start_at], texts[end_at])
    calculated_on = day(texts[on] or "")
    if start is None or end is None or calculated_on is None:
        literal = False
    qualities = []
    for own, elements in gathered:
        quality, well = _quality(own, elements, texts)
        qualities.append(quality)
        literal = literal and well
    return Extract(number, Calculation(slip, start, end, calculated_on, tuple(qualities)), literal)


@lru_cache(maxsize=4096)
def _days(start: str | None, end: str | None) -> tuple[date | None, date | None]:
    return day(start or ""), day(end or "")


@lru_cache(maxsize=4096)
def _codes(employer_class: str | None, worker_code: str | None) -> tuple[str | None, str | None]:
    return category(employer_class or ""), worker(worker_code or "")


def _quality(own: Spots, gathered: tuple[Spots, ...], texts: Texts) -> tuple[Quality, bool]:
    start_at, end_at, class_at, worker_at = own
    start, end = _days(texts[start_at], texts[end_at])
    employer_class, worker_code = _codes(texts[class_at], texts[worker_at])
    literal = not (start is None or end is None or employer_class is None or worker_code is None)
    elements = []
    for kind, code_at, amount_at, frequency_at in gathered:
        code, cents = element_code(texts[code_at] or ""), amount(texts[amount_at] or "")
        frequency = None
        if frequency_at != ABSENT:
            frequency = months(texts[frequency_at] or "")
            literal = literal and frequency is not None
        if code is None or cents is None or texts[kind] != "1":
            literal = False
        elements.append(FinancialElement(code, cents, frequency))
    return Quality(start, end, employer_class, worker_code, tuple(elements)), literal
