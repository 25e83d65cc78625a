"""The table of fields: all that the program knows of each element of the message, in the order of the schema.

Patterns, zones, phrases, what is required, columns of the records and of what operators see: all follow from it.
Source: docs/spec/message.md, "Elements" and "Values". Zones are those of the official glossary; 99xxx are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flexibatch.domain.flxwage.readers import (
    Reader,
    amount,
    day,
    digits,
    hour,
    inss,
    months,
    one_of,
    reference,
    three_digits,
)
from flexibatch.domain.vocabulary import GROSS_BONUS, GROSS_WAGE

ROOT = "FLXWAGE"
FORM = "Form"
FORM_REFERENCE = f"{FORM}/Reference"
DEBTOR = f"{FORM}/Debtor"
BENEFICIARY = f"{DEBTOR}/Beneficiary"
RELATION = f"{BENEFICIARY}/Relation"
REFERENCE = f"{RELATION}/Reference"
CALCULATION = f"{RELATION}/Calculation"
FEATURES = f"{CALCULATION}/Features"
FINANCIAL_ELEMENT = f"{FEATURES}/FinancialElement"

FORM_ZONE = "90059"
_REFERENCE_ZONE = "90082"


@dataclass(frozen=True, slots=True)
class Field:
    """Describe one element of the message.

    `path` is its path under the root; `zone` the number by which it is spoken of in codes. An element that holds a
    value has a `reader` and a `phrase` of the catalogue that tells people how it is to be written, with `allowed`
    put in where only one value is; one that holds elements has neither. `required` tells that it must be there
    whatever the schema says, `many` that it may stand more than once. `attribute` is what the model
    (`flexibatch.domain.flxwage.model`) calls its value, empty where that is not kept; the records, and what operators
    see, call it so too, or by another name, `column`.
    """

    path: str
    zone: str
    reader: Reader | None = None
    phrase: str = ""
    attribute: str = ""
    allowed: str = ""
    column: str = ""
    required: bool = True
    many: bool = False

    @property
    def tag(self) -> str:
        """Return the element's name."""
        return self.path.rpartition("/")[2]

    @property
    def name(self) -> str:
        """Return what the records call its value."""
        return self.column or self.attribute

    @property
    def parent(self) -> str:
        """Return the path of the element that holds it, empty for that of the root."""
        return self.path.rpartition("/")[0]


def _fixed(path: str, zone: str, value: str, attribute: str = "") -> Field:
    """Return the field of an element that has one value only."""
    return Field(path, zone, one_of(value), "fixed", attribute, allowed=value)


FIELDS = (
    # That a message without a Form is refused is said of the document.
    Field(FORM, FORM_ZONE, required=False, many=True),
    _fixed(f"{FORM}/Identification", "00296", "FLXWAGE", "identification"),
    Field(f"{FORM}/FormCreationDate", "00218", day, "day", "created_on"),
    Field(f"{FORM}/FormCreationHour", "00299", hour, "hour", "created_at"),
    Field(f"{FORM}/AttestationStatus", "00110", one_of("0", "1", "3"), "operation", "operation"),
    _fixed(f"{FORM}/TypeForm", "00297", "SU", "type_form"),
    Field(FORM_REFERENCE, _REFERENCE_ZONE, required=False, many=True),
    Field(f"{FORM_REFERENCE}/ReferenceType", _REFERENCE_ZONE, one_of("1", "3"), "form-reference", "kind"),
    _fixed(f"{FORM_REFERENCE}/ReferenceOrigin", _REFERENCE_ZONE, "1"),
    Field(f"{FORM_REFERENCE}/ReferenceNbr", _REFERENCE_ZONE, reference, "reference", "number"),
    Field(DEBTOR, "90256"),
    Field(f"{DEBTOR}/CompanyID", "00014", digits(9, 10), "company", "company_id", required=False),
    Field(f"{DEBTOR}/NOSSRegistrationNbr", "00011", digits(1, 9), "nsso", "nsso_number", required=False),
    Field(BENEFICIARY, "90017", many=True),
    Field(f"{BENEFICIARY}/INSS", "00024", inss, "inss", "inss"),
    Field(RELATION, "99104", many=True),
    _fixed(f"{RELATION}/RelationType", "99105", "1"),
    Field(REFERENCE, _REFERENCE_ZONE, many=True),
    _fixed(f"{REFERENCE}/ReferenceType", _REFERENCE_ZONE, "10"),
    Field(f"{REFERENCE}/ReferenceOrigin", _REFERENCE_ZONE, one_of("8", "1"), "origin"),
    Field(f"{REFERENCE}/ReferenceNbr", _REFERENCE_ZONE, reference, "reference", "reference"),
    Field(CALCULATION, "99101", required=False),
    Field(f"{CALCULATION}/CalculationPeriodStartingDate", "99001", day, "day", "start", column="start_date"),
    Field(f"{CALCULATION}/CalculationPeriodEndingDate", "99002", day, "day", "end", column="end_date"),
    Field(f"{CALCULATION}/CalculationDate", "99003", day, "day", "calculated_on"),
    Field(FEATURES, "99102", many=True),
    Field(f"{FEATURES}/ValidityPeriodStartingDate", "99004", day, "day", "start", column="start_date"),
    Field(f"{FEATURES}/ValidityPeriodEndingDate", "99005", day, "day", "end", column="end_date"),
    Field(f"{FEATURES}/EmployerClass", "00036", three_digits, "category", "employer_class"),
    Field(f"{FEATURES}/WorkerCode", "00037", three_digits, "worker", "worker_code"),
    # That a quality holds an amount is a rule (`quality_empty`), since people are told of it in its words.
    Field(FINANCIAL_ELEMENT, "99103", required=False, many=True),
    _fixed(f"{FINANCIAL_ELEMENT}/FinancialElementType", "99106", "1"),
    Field(
        f"{FINANCIAL_ELEMENT}/FinancialElementCode",
        "99006",
        one_of(GROSS_WAGE, GROSS_BONUS),
        "element",
        "code",
    ),
    Field(f"{FINANCIAL_ELEMENT}/Amount", "99007", amount, "amount", "amount", column="eurocents"),
    Field(
        f"{FINANCIAL_ELEMENT}/BonusPaymentFrequency", "00068", months, "months", "frequency", required=False
    ),
)
"""Every element of the message."""

BY_PATH: Mapping[str, Field] = {one.path: one for one in FIELDS}

ZONES: Mapping[str, str] = {ROOT: FORM_ZONE} | {one.tag: one.zone for one in FIELDS}
"""The zone of every element, by name: elements of one name have one."""

REPEATED = frozenset(one.tag for one in FIELDS if one.many)
"""Elements that may stand more than once: their position is always told."""


def values_in(path: str) -> tuple[Field, ...]:
    """Return the fields of the elements right under a path that hold a value.

    >>> [one.tag for one in values_in(DEBTOR)]
    ['CompanyID', 'NOSSRegistrationNbr']
    """
    return tuple(one for one in FIELDS if one.parent == path and one.reader is not None)


def kept_in(path: str) -> tuple[Field, ...]:
    """Return those of them whose values the model keeps, in its order.

    >>> [one.attribute for one in kept_in(FINANCIAL_ELEMENT)]
    ['code', 'amount', 'frequency']
    """
    return tuple(one for one in values_in(path) if one.attribute)


def required_in(path: str) -> tuple[str, ...]:
    """Return the names of the elements that must stand right under a path whatever the schema says.

    >>> required_in(RELATION)
    ('RelationType', 'Reference')
    """
    return tuple(one.tag for one in FIELDS if one.parent == path and one.required)
