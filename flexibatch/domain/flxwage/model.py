"""The FLXWAGE message as values: Form, line (one Relation), calculation, quality, element.

Values are literal: codes are text, amounts whole eurocents, dates real dates. A field that could not be read is None
and then a finding in `faults` says why; a line or Form without blocking faults has every required field.
What there is one of for every line is a named tuple: a file makes hundreds of thousands of them. Those of a calculation
have their values in the order of the table of fields (`flexibatch.domain.flxwage.fields`), and what they hold last.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flexibatch.domain.findings import Finding, step
from flexibatch.domain.identifiers import is_unknown_nsso
from flexibatch.domain.vocabulary import Operation


class FinancialElement(NamedTuple):
    """One amount: wage or bonus, in eurocents; `frequency` in months where it was given."""

    code: str | None = None
    amount: int | None = None
    frequency: int | None = None


class Quality(NamedTuple):
    """One quality (Features): employer category and worker code over a validity period, ends included."""

    start: date | None = None
    end: date | None = None
    employer_class: str | None = None
    worker_code: str | None = None
    elements: tuple[FinancialElement, ...] = ()


class Calculation(NamedTuple):
    """One wage calculation: its period, ends included, the day it was made, its qualities."""

    start: date | None = None
    end: date | None = None
    calculated_on: date | None = None
    qualities: tuple[Quality, ...] = ()

    @property
    def size(self) -> int:
        """Count the qualities and their elements."""
        return sum(1 + len(one.elements) for one in self.qualities)


class Line(NamedTuple):
    """One transmission (Relation): a declaration of one worker by one employer.

    `number` counts the lines of the Form from 1 in document order; `beneficiary` and `relation` are the positions in
    the document. `reference` is the declaration's UUID (10/8) and `own` the declarant's reference beside it (10/1),
    both as they were written; `reference_at` is the UUID's position among them. `faults` are the schema's (and literal
    readings') findings on this line and its Beneficiary.
    """

    number: int
    beneficiary: int
    relation: int
    inss: str | None
    reference: str | None
    own: str | None
    calculation: Calculation | None
    faults: tuple[Finding, ...] = ()
    reference_at: int = 1


class FormReference(NamedTuple):
    """The bureau's own key of a Form: `kind` 1 is this Form's, 3 that of the earlier one it changes."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Form:
    """One Form: one employer (as it was named), one operation, its lines in document order.

    `created_on` / `created_at` are FormCreationDate and FormCreationHour as they were written (None where invalid).
    Lines past the limit of 2,000 are held without their calculation: their Form is refused anyway.
    `faults` are the schema's findings on the Form's own fields and its Debtor. `unlisted` counts lines past the
    20,000 that are held of one Form.
    """

    number: int
    identification: str | None
    created_on: str | None
    created_at: str | None
    operation: Operation | None
    type_form: str | None
    reference: FormReference | None
    company_id: str | None
    nsso_number: str | None
    lines: tuple[Line, ...]
    faults: tuple[Finding, ...] = ()
    unlisted: int = 0

    @property
    def unreadable(self) -> int:
        """Count what breaks the schema: the Form itself, and each of its lines."""
        return bool(self.faults) + sum(1 for line in self.lines if line.faults)

    @property
    def known_nsso(self) -> str | None:
        """Return the NSSO number, None where it is not given or is one that stands for "unknown"."""
        number = self.nsso_number
        return None if number is None or is_unknown_nsso(number) else number

    @property
    def location(self) -> str:
        """Write where the Form stands: `/FLXWAGE/Form[2]`."""
        return f"/FLXWAGE/{step('Form', self.number)}"

    def line_location(self, line: Line, tail: str = "") -> str:
        """Write where a line stands, or, with a tail, an element under its Relation."""
        relation = f"{self.beneficiary_location(line)}/{step('Relation', line.relation)}"
        return f"{relation}/{tail}" if tail else relation

    def reference_location(self, line: Line) -> str:
        """Write where the number of the reference by which a line names its declaration stands."""
        return self.line_location(line, f"{step('Reference', line.reference_at)}/ReferenceNbr")

    def own_location(self, line: Line) -> str:
        """Write where the number of the declarant's own reference of a line stands: in the other Reference."""
        position = 1 if line.reference is None else 3 - line.reference_at
        return self.line_location(line, f"{step('Reference', position)}/ReferenceNbr")

    def beneficiary_location(self, line: Line) -> str:
        """Write where the Beneficiary of a line stands."""
        return f"{self.location}/Debtor/{step('Beneficiary', line.beneficiary)}"
