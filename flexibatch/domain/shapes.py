"""Shapes: how the value of each element is to be written, as the key of the phrase that tells it to people.

Source: docs/spec/message.md, "Values". The phrases stand in the catalogue; the adapter of XML reads values by the
same rules.
"""

import re
from collections.abc import Mapping

_BENEFICIARY = "Form/Debtor/Beneficiary"
_RELATION = f"{_BENEFICIARY}/Relation"
_CALCULATION = f"{_RELATION}/Calculation"
_FEATURES = f"{_CALCULATION}/Features"
_ELEMENT = f"{_FEATURES}/FinancialElement"
_POSITION = re.compile(r"\[[0-9]+\]")
_NONE: Mapping[str, str] = {}


def _fixed(value: str) -> Mapping[str, str]:
    return {"phrase": "fixed", "allowed": value}


def _shape(phrase: str) -> Mapping[str, str]:
    return {"phrase": phrase}


_DAY = _shape("day")

SHAPES: Mapping[str, Mapping[str, str]] = {
    "Form/Identification": _fixed("FLXWAGE"),
    "Form/FormCreationDate": _DAY,
    "Form/FormCreationHour": _shape("hour"),
    "Form/AttestationStatus": _shape("operation"),
    "Form/TypeForm": _fixed("SU"),
    "Form/Reference/ReferenceType": _shape("form-reference"),
    "Form/Reference/ReferenceOrigin": _fixed("1"),
    "Form/Reference/ReferenceNbr": _shape("reference"),
    "Form/Debtor/CompanyID": _shape("company"),
    "Form/Debtor/NOSSRegistrationNbr": _shape("nsso"),
    f"{_BENEFICIARY}/INSS": _shape("inss"),
    f"{_RELATION}/RelationType": _fixed("1"),
    f"{_RELATION}/Reference/ReferenceType": _fixed("10"),
    f"{_RELATION}/Reference/ReferenceOrigin": _shape("origin"),
    f"{_RELATION}/Reference/ReferenceNbr": _shape("reference"),
    f"{_CALCULATION}/CalculationPeriodStartingDate": _DAY,
    f"{_CALCULATION}/CalculationPeriodEndingDate": _DAY,
    f"{_CALCULATION}/CalculationDate": _DAY,
    f"{_FEATURES}/ValidityPeriodStartingDate": _DAY,
    f"{_FEATURES}/ValidityPeriodEndingDate": _DAY,
    f"{_FEATURES}/EmployerClass": _shape("category"),
    f"{_FEATURES}/WorkerCode": _shape("worker"),
    f"{_ELEMENT}/FinancialElementType": _fixed("1"),
    f"{_ELEMENT}/FinancialElementCode": _shape("element"),
    f"{_ELEMENT}/Amount": _shape("amount"),
    f"{_ELEMENT}/BonusPaymentFrequency": _shape("months"),
}
"""The phrase of every element that holds a value, and what is filled in there, by the path under the root."""


def shape_at(location: str | None, tag: str | None) -> Mapping[str, str]:
    """Give the shape of the element of that name that stands there; nothing for an attribute of it, or a stranger.

    >>> shape_at("/FLXWAGE/Form[2]/TypeForm", "TypeForm")
    {'phrase': 'fixed', 'allowed': 'SU'}
    >>> shape_at("/FLXWAGE/Form[2]/TypeForm", "lang")
    {}
    """
    path = _POSITION.sub("", location or "").removeprefix("/FLXWAGE/")
    return SHAPES.get(path, _NONE) if path.rpartition("/")[2] == tag else _NONE
