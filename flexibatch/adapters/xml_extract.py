"""One Relation, as a parser gives it, into the values of the domain.

The same values are gathered in two ways: in one flat run over a Relation the schema has passed, and
level by level over one it has not, whose elements may stand anywhere.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from flexibatch.adapters.xml_literals import (
    amount,
    category,
    day,
    element_code,
    months,
    payslip,
    reference,
    worker,
)
from flexibatch.adapters.xml_names import tag
from flexibatch.domain.model import Calculation, FinancialElement, Quality

Texts = dict[str, str]
Gathered = tuple[Texts, list[Texts]]
"""One quality: its own texts, and those of each of its elements, by tag."""

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


class Extract(NamedTuple):
    """Hold what a Relation says; `literal` tells that every value is there and written as it must be."""

    reference: str | None
    calculation: Calculation | None
    literal: bool


def extract(beneficiary: etree._Element) -> tuple[str | None, list[Extract]]:
    """Read a Beneficiary the schema has passed, or one Relation of it: the INSS as it stands, and the lines.

    One flat run over the elements: a text belongs to the last Relation, quality or element begun before it.
    """
    top: Texts = {}
    level = top
    heads: list[tuple[Texts, list[Gathered]]] = []
    qualities: list[Gathered] = []
    elements: list[Texts] = []
    for node in beneficiary.iter():
        name = node.tag
        if name not in _BEGINNINGS:
            level[name] = node.text or ""
            continue
        level = {}
        if name == FINANCIAL_ELEMENT:
            elements.append(level)
        elif name == FEATURES:
            elements = []
            qualities.append((level, elements))
        else:
            qualities = []
            heads.append((level, qualities))
    return top.get(INSS), [_read(head, gathered) for head, gathered in heads]


def salvage(relation: etree._Element) -> Extract:
    """Read what can be read of a Relation that has faults, wherever its elements stand."""
    head = _texts(relation)
    head |= {name: text for node in relation.iterchildren(_REFERENCE) for name, text in _texts(node).items()}
    qualities: list[Gathered] = []
    for calculation in relation.iterchildren(CALCULATION):
        head |= _texts(calculation)
        qualities += [
            (_texts(node), [_texts(element) for element in node.iterchildren(FINANCIAL_ELEMENT)])
            for node in calculation.iterchildren(FEATURES)
        ]
    return _read(head, qualities)


def _texts(parent: etree._Element) -> Texts:
    return {child.tag: child.text or "" for child in parent}


def _read(head: Texts, gathered: list[Gathered]) -> Extract:
    get = head.get
    number = reference(get(_REFERENCE_NBR, ""))
    literal = (
        number is not None
        and get(_RELATION_TYPE) == "1"
        and get(_REFERENCE_TYPE) == "10"
        and get(_REFERENCE_ORIGIN) == "8"
    )
    if CALCULATION not in head:
        return Extract(number, None, literal)
    slip = get(_PAYSLIP)
    if slip is not None:
        slip = payslip(slip)
        literal = literal and slip is not None
    start, end = _days(get(_PERIOD_START), get(_PERIOD_END))
    calculated_on = day(get(_CALCULATED_ON, ""))
    if start is None or end is None or calculated_on is None:
        literal = False
    qualities = []
    for texts, elements in gathered:
        quality, well = _quality(texts, elements)
        qualities.append(quality)
        literal = literal and well
    return Extract(number, Calculation(slip, start, end, calculated_on, tuple(qualities)), literal)


@lru_cache(maxsize=4096)
def _days(start: str | None, end: str | None) -> tuple[date | None, date | None]:
    return day(start or ""), day(end or "")


@lru_cache(maxsize=4096)
def _codes(employer_class: str | None, worker_code: str | None) -> tuple[str | None, str | None]:
    return category(employer_class or ""), worker(worker_code or "")


def _quality(texts: Texts, gathered: list[Texts]) -> tuple[Quality, bool]:
    get = texts.get
    start, end = _days(get(_START), get(_END))
    employer_class, worker_code = _codes(get(_CLASS), get(_WORKER))
    literal = not (start is None or end is None or employer_class is None or worker_code is None)
    elements = []
    for element in gathered:
        code, cents = element_code(element.get(_ELEMENT_CODE, "")), amount(element.get(_AMOUNT, ""))
        frequency = None
        if _FREQUENCY in element:
            frequency = months(element[_FREQUENCY])
            literal = literal and frequency is not None
        if code is None or cents is None or element.get(_ELEMENT_TYPE) != "1":
            literal = False
        elements.append(FinancialElement(code, cents, frequency))
    return Quality(start, end, employer_class, worker_code, tuple(elements)), literal
