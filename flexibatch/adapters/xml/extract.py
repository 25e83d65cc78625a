"""One Relation, as a parser gives it, into the values of the domain, wherever its elements stand."""

from typing import Any, NamedTuple

from lxml import etree

from flexibatch.adapters.xml.names import tag
from flexibatch.domain.flxwage import fields
from flexibatch.domain.flxwage.model import Calculation, FinancialElement, Quality
from flexibatch.domain.flxwage.readers import Reader

FEATURES = tag("Features")
FINANCIAL_ELEMENT = tag("FinancialElement")
CALCULATION = tag("Calculation")
REFERENCE = tag("Reference")
REFERENCE_ORIGIN = tag("ReferenceOrigin")
UUID_ORIGIN, OWN_ORIGIN = "8", "1"
_FREQUENCY = tag("BonusPaymentFrequency")


class _Level(NamedTuple):
    """How the values of one level are read: by tag and reader, those that are not kept first."""

    values: tuple[tuple[str, Reader], ...]
    unkept: int
    optional: frozenset[str]


def _level(path: str) -> _Level:
    values = sorted(fields.values_in(path), key=lambda one: bool(one.attribute))
    readers = tuple((tag(one.tag), one.reader) for one in values if one.reader is not None)
    optional = frozenset(tag(one.tag) for one in values if not one.required)
    return _Level(readers, sum(1 for one in values if not one.attribute), optional)


_OF_RELATION = _level(fields.RELATION)
_OF_REFERENCE = _level(fields.REFERENCE)
_OF_CALCULATION = _level(fields.CALCULATION)
_OF_QUALITY = _level(fields.FEATURES)
_OF_ELEMENT = _level(fields.FINANCIAL_ELEMENT)


class Extract(NamedTuple):
    """What a Relation says; `literal` tells that every value is there and written as it must be."""

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
    _, well = _read(_OF_RELATION, texts)
    literal = literal and well
    if CALCULATION not in texts:
        return Extract(number, own, None, literal, place)
    qualities = []
    for calculation in relation.iterchildren(CALCULATION):
        texts |= _texts(calculation)
        for node in calculation.iterchildren(FEATURES):
            quality, well = _quality(node)
            qualities.append(quality)
            literal = literal and well
    values, well = _read(_OF_CALCULATION, texts)
    return Extract(number, own, Calculation._make((*values, tuple(qualities))), literal and well, place)


def _references(relation: etree._Element) -> tuple[str | None, str | None, bool, int]:
    """Read the UUID and the declarant's own reference, whether they are as they must be, and where the UUID stands.

    Of several of one origin the first counts.
    """
    found: dict[str | None, tuple[str | None, int]] = {}
    place, literal = 0, True
    for place, node in enumerate(relation.iterchildren(REFERENCE), 1):
        texts = _texts(node)
        (number,), well = _read(_OF_REFERENCE, texts)
        literal = literal and well
        found.setdefault(texts.get(REFERENCE_ORIGIN), (number, place))
    literal = literal and UUID_ORIGIN in found and len(found) == place
    number, at = found.get(UUID_ORIGIN, (None, 1))
    return number, found.get(OWN_ORIGIN, (None, 1))[0], literal, at


def _texts(parent: etree._Element) -> _Texts:
    return {child.tag: child.text or "" for child in parent}


def _read(level: _Level, texts: _Texts) -> tuple[list[Any], bool]:
    """Read the values of one level; return those that are kept, and whether all are there and as they must be."""
    found = [reader(texts.get(name, "")) for name, reader in level.values]
    # What may be absent, and is, has no value either.
    literal = None not in found or found.count(None) == len(level.optional - texts.keys())
    return found[level.unkept :], literal


def _quality(features: etree._Element) -> tuple[Quality, bool]:
    values, well = _read(_OF_QUALITY, _texts(features))
    read = [_element(node) for node in features.iterchildren(FINANCIAL_ELEMENT)]
    literal = well and all(well for _, well in read)
    return Quality._make((*values, tuple([element for element, _ in read]))), literal


def _element(node: etree._Element) -> tuple[FinancialElement, bool]:
    texts = _texts(node)
    values, literal = _read(_OF_ELEMENT, texts)
    element = FinancialElement._make(values)
    # Whether there is a frequency is part of what a bonus is: without a readable one nothing is concluded of it.
    if element.frequency is None and _FREQUENCY in texts:
        element = element._replace(code=None)
    return element, literal
