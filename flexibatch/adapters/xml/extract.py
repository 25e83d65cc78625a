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
    reference,
    worker,
)
from flexibatch.adapters.xml.names import tag
from flexibatch.domain.model import Calculation, FinancialElement, Quality

FEATURES = tag("Features")
FINANCIAL_ELEMENT = tag("FinancialElement")
CALCULATION = tag("Calculation")
REFERENCE = tag("Reference")
_RELATION_TYPE = tag("RelationType")
_REFERENCE_TYPE = tag("ReferenceType")
REFERENCE_ORIGIN = tag("ReferenceOrigin")
UUID_ORIGIN, OWN_ORIGIN = "8", "1"
_ORIGINS = frozenset({UUID_ORIGIN, OWN_ORIGIN})
_REFERENCE_NBR = tag("ReferenceNbr")
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
    own: str | None
    calculation: Calculation | None
    literal: bool
    reference_at: int = 1


_Texts = dict[str, str]
"""What stands in the elements of one level, by tag; of several the last."""


def extract(relation: etree._Element) -> Extract:
    """Read what can be read of a Relation, wherever its elements stand."""
    texts = _texts(relation)
    number, own, literal, place = _references(relation)
    literal = literal and texts.get(_RELATION_TYPE) == "1"
    if CALCULATION not in texts:
        return Extract(number, own, None, literal, place)
    qualities = []
    for calculation in relation.iterchildren(CALCULATION):
        texts |= _texts(calculation)
        for node in calculation.iterchildren(FEATURES):
            quality, well = _quality(node)
            qualities.append(quality)
            literal = literal and well
    start, end = day(texts.get(_PERIOD_START, "")), day(texts.get(_PERIOD_END, ""))
    made = day(texts.get(_CALCULATED_ON, ""))
    literal = literal and None not in (start, end, made)
    return Extract(number, own, Calculation(start, end, made, tuple(qualities)), literal, place)


def _references(relation: etree._Element) -> tuple[str | None, str | None, bool, int]:
    """Read the UUID and the declarant's own reference, whether they are as they must be, and where the UUID stands.

    Of several of one origin the first counts.
    """
    found: dict[str | None, tuple[str | None, int]] = {}
    place, literal = 0, True
    for place, node in enumerate(relation.iterchildren(REFERENCE), 1):
        texts = _texts(node)
        number = reference(texts.get(_REFERENCE_NBR, ""))
        literal = literal and number is not None and texts.get(_REFERENCE_TYPE) == "10"
        found.setdefault(texts.get(REFERENCE_ORIGIN), (number, place))
    literal = literal and UUID_ORIGIN in found and len(found) == place and found.keys() <= _ORIGINS
    number, at = found.get(UUID_ORIGIN, (None, 1))
    return number, found.get(OWN_ORIGIN, (None, 1))[0], literal, at


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
    # Whether there is a frequency is part of what a bonus is: without a readable one nothing is concluded of it.
    return FinancialElement(code if well else None, cents, frequency), literal


def _optional(text: str | None, reading: Callable[[str], _Value | None]) -> tuple[_Value | None, bool]:
    """Read what may be absent; tell whether it is, or is written as it must be."""
    value = None if text is None else reading(text)
    return value, text is None or value is not None
