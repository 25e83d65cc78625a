"""Zones: the numbers by which elements are spoken of.

Source: docs/spec/message.md, "Elements": the official glossary; 99xxx are ours.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

FORM_ZONE = "90059"
REFERENCE_ZONE = "90082"

ZONES: Mapping[str, str] = MappingProxyType(
    {
        "FLXWAGE": FORM_ZONE,
        "Form": FORM_ZONE,
        "Identification": "00296",
        "FormCreationDate": "00218",
        "FormCreationHour": "00299",
        "AttestationStatus": "00110",
        "TypeForm": "00297",
        "Reference": REFERENCE_ZONE,
        "ReferenceType": REFERENCE_ZONE,
        "ReferenceOrigin": REFERENCE_ZONE,
        "ReferenceNbr": REFERENCE_ZONE,
        "Debtor": "90256",
        "CompanyID": "00014",
        "NOSSRegistrationNbr": "00011",
        "Beneficiary": "90017",
        "INSS": "00024",
        "Relation": "99104",
        "RelationType": "99105",
        "Calculation": "99101",
        "CalculationPeriodStartingDate": "99001",
        "CalculationPeriodEndingDate": "99002",
        "CalculationDate": "99003",
        "Features": "99102",
        "ValidityPeriodStartingDate": "99004",
        "ValidityPeriodEndingDate": "99005",
        "EmployerClass": "00036",
        "WorkerCode": "00037",
        "FinancialElement": "99103",
        "FinancialElementType": "99106",
        "FinancialElementCode": "99006",
        "Amount": "99007",
        "BonusPaymentFrequency": "00068",
    }
)
"""The zone of every element."""

_STEP = re.compile(r"/([^/\[]+)(?:\[[0-9]+\])?")


def zone_of(tag: str, *ancestors: str) -> str:
    """Give the zone of an element; `ancestors` are its parent, then that one's parent, as far as known.

    An unknown element has the zone of the nearest known element above it.

    >>> zone_of("Amount")
    '99007'
    >>> zone_of("Nickname", "Beneficiary")
    '90017'
    """
    if tag in ZONES:
        return ZONES[tag]
    return zone_of(*ancestors) if ancestors else FORM_ZONE


def zone_at(location: str) -> str:
    """Give the zone of the element that an XPath with positions names.

    >>> zone_at("/FLXWAGE/Form[2]/Debtor/Beneficiary[7]/INSS")
    '00024'
    >>> zone_at("/FLXWAGE/Form[1]/Reference/ReferenceNbr")
    '90082'
    """
    steps = _STEP.findall(location)
    return zone_of(*reversed(steps)) if steps else FORM_ZONE
