"""One Relation, as a parser gives it, into the values of the domain, wherever its elements stand."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

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


_Value = TypeVar("_Value")


class Extract(NamedTuple):
    """Hold what a Relation says; `literal` tells that every value is there and written as it must be."""

    reference: str | None
    calculation: Calculation | None
    literal: bool


_Texts = dict[str, str]
"""What stands in the elements of one level, by tag; of several the last."""


def extract(relation: etree._Element) -> Extract:
    """Read what can be read of a Relation, wherever its elements stand."""
    texts = _texts(relation)
    for node in relation.iterchildren(_REFERENCE):
        texts |= _texts(node)
    number = reference(texts.get(_REFERENCE_NBR, ""))
    kinds = texts.get(_RELATION_TYPE), texts.get(_REFERENCE_TYPE), texts.get(_REFERENCE_ORIGIN)
    literal = number is not None and kinds == ("1", "10", "8")
    if CALCULATION not in texts:
        return Extract(number, None, literal)
    qualities = []
    for calculation in relation.iterchildren(CALCULATION):
        texts |= _texts(calculation)
        for node in calculation.iterchildren(FEATURES):
            quality, well = _quality(node)
            qualities.append(quality)
            literal = literal and well
    slip, well = _optional(texts.get(_PAYSLIP), payslip)
    start, end = day(texts.get(_PERIOD_START, "")), day(texts.get(_PERIOD_END, ""))
    made = day(texts.get(_CALCULATED_ON, ""))
    literal = literal and well and None not in (start, end, made)
    return Extract(number, Calculation(slip, start, end, made, tuple(qualities)), literal)


def _texts(parent: etree._Element) -> _Texts:
    return {child.tag: child.text or "" for child in parent}


def _quality(features: etree._Element) -> tuple[Quality, bool]:
    texts = _texts(features)
    values = (
        day(texts.get(_START, "")),
        day(texts.get(_END, "")),
        category(texts.get(_CLASS, "")),
        worker(texts.get(_WORKER, "")),
    )
    read = [_element(node) for node in features.iterchildren(FINANCIAL_ELEMENT)]
    literal = None not in values and all(well for _, well in read)
    return Quality(*values, tuple(element for element, _ in read)), literal


def _element(node: etree._Element) -> tuple[FinancialElement, bool]:
    texts = _texts(node)
    code, cents = element_code(texts.get(_ELEMENT_CODE, "")), amount(texts.get(_AMOUNT, ""))
    frequency, well = _optional(texts.get(_FREQUENCY), months)
    literal = well and code is not None and cents is not None and texts.get(_ELEMENT_TYPE) == "1"
    return FinancialElement(code, cents, frequency), literal


def _optional(text: str | None, reading: Callable[[str], _Value | None]) -> tuple[_Value | None, bool]:
    """Read what may be absent; tell whether it is, or is written as it must be."""
    value = None if text is None else reading(text)
    return value, text is None or value is not None
