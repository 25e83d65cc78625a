"""Zones: the numbers by which elements are spoken of. Source: the official glossary; 99xxx are ours."""

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
        "Debtor": "90256",
        "CompanyID": "00014",
        "NOSSRegistrationNbr": "00011",
        "Beneficiary": "90017",
        "INSS": "00024",
        "Relation": "99104",
        "RelationType": "99105",
        "Calculation": "99101",
        "PayslipReference": "99008",
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
"""The zone of every element whose name alone tells it."""

REFERENCES = frozenset({"Reference", "ReferenceType", "ReferenceOrigin", "ReferenceNbr"})
"""Elements that a Form and a Relation both have: who holds them tells the zone."""

_STEP = re.compile(r"/([^/\[]+)(?:\[[0-9]+\])?")


def zone_of(tag: str, *ancestors: str) -> str:
    """Give the zone of an element; `ancestors` are its parent, then that one's parent, as far as known.

    An unknown element has the zone of the nearest known element above it. A reference is a line's, unless a
    Form holds it.

    >>> zone_of("Amount"), zone_of("Reference", "Form"), zone_of("ReferenceNbr", "Reference", "Relation")
    ('99007', '90059', '90082')
    >>> zone_of("Nickname", "Beneficiary")
    '90017'
    """
    if tag in REFERENCES:
        holder = next((name for name in ancestors if name not in REFERENCES), "Relation")
        return FORM_ZONE if holder == "Form" else REFERENCE_ZONE
    if tag in ZONES:
        return ZONES[tag]
    return zone_of(*ancestors) if ancestors else FORM_ZONE


def zone_at(location: str) -> str:
    """Give the zone of the element that an XPath with positions names.

    >>> zone_at("/FLXWAGE/Form[2]/Debtor/Beneficiary[7]/INSS")
    '00024'
    >>> zone_at("/FLXWAGE/Form[1]/Reference/ReferenceNbr")
    '90059'
    """
    steps = _STEP.findall(location)
    return zone_of(*reversed(steps)) if steps else FORM_ZONE
