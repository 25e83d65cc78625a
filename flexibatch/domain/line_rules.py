"""The rules on a line and its calculation that ask neither register nor store, each with code and source.

A rule of a line is given its Place; a rule of a calculation is given that too. What could not be read is
None: reading it told the fault, and a rule says nothing of it.
"""

from datetime import date

from flexibatch.domain.counting import LINES_LIMIT
from flexibatch.domain.findings import Finding
from flexibatch.domain.identifiers import is_inss
from flexibatch.domain.judgement import Place
from flexibatch.domain.model import Calculation

SCOPE = date(2025, 1, 1)
"""A period that ended before this day is not declared here."""

_NONE: tuple[Finding, ...] = ()


def inss_check(place: Place) -> tuple[Finding, ...]:
    """Refuse a worker's number with wrong check digits or bounds; each line of the Beneficiary tells it.

    Code: 00024-004. Source: dimona.md, numbers.

    >>> from dataclasses import replace
    >>> from flexibatch.domain.specimen import LINE, PLACE
    >>> inss_check(PLACE._replace(line=LINE._replace(inss="85073003329")))[0].location
    '/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/INSS'
    """
    form, line, _ = place
    if line.inss is None or is_inss(line.inss):
        return _NONE
    location = f"{form.beneficiary_location(line)}/INSS"
    return (Finding("inss-check", tag="INSS", value=line.inss, location=location),)


def calculation_missing(place: Place) -> tuple[Finding, ...]:
    """Refuse an original or a modification without a Calculation.

    Lines past the limit are held without theirs, and a Relation that is missing or was too large to be read
    has been told already: of these nothing can be said.
    Code: 99101-001. Source: flxwage.md, operations.

    >>> from dataclasses import replace
    >>> from flexibatch.domain.specimen import LINE, PLACE
    >>> calculation_missing(PLACE._replace(line=LINE._replace(calculation=None)))[0].tag
    'Calculation'
    """
    form, line, _ = place
    if line.calculation is not None or line.number > LINES_LIMIT:
        return _NONE
    relation = form.line_location(line)
    if any(fault.tag == "Relation" and fault.location == relation for fault in line.faults):
        return _NONE
    return (Finding("calculation-missing", tag="Calculation", location=f"{relation}/Calculation"),)


def calculation_present(place: Place) -> tuple[Finding, ...]:
    """Refuse a cancellation with a Calculation, whatever stands in it.

    Code: 99101-005. Source: flxwage.md, operations.

    >>> from flexibatch.domain.specimen import PLACE
    >>> calculation_present(PLACE)[0].location
    '/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Calculation'
    """
    form, line, _ = place
    if line.calculation is None:
        return _NONE
    location = form.line_location(line, "Calculation")
    return (Finding("calculation-present", tag="Calculation", location=location),)


def period_order(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a calculation period that ends before it starts.

    Code: 99002-014. Source: flxwage.md, anomalies.

    >>> from flexibatch.domain.specimen import PLACE, calculation
    >>> period_order(calculation(end=date(2026, 8, 31)), PLACE)[0].value
    '2026-08-31'
    """
    start, end = calculation.start, calculation.end
    if start is None or end is None or start <= end:
        return _NONE
    return (place.tell("period-order", "CalculationPeriodEndingDate", end, start=str(start)),)


def period_scope(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a calculation period that ends before 1 January 2025.

    Code: 99002-008. Source: flxwage.md, scope.

    >>> from flexibatch.domain.specimen import PLACE, calculation
    >>> period_scope(calculation(end=date(2025, 1, 1)), PLACE)
    ()
    >>> period_scope(calculation(end=date(2024, 12, 31)), PLACE)[0].value
    '2024-12-31'
    """
    if calculation.end is None or calculation.end >= SCOPE:
        return _NONE
    return (place.tell("period-scope", "CalculationPeriodEndingDate", calculation.end),)


def calculation_date_late(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a calculation that was made after the day of reception.

    Code: 99003-008. Source: flxwage.md, anomalies.

    >>> from flexibatch.domain.specimen import PLACE, calculation
    >>> calculation_date_late(calculation(calculated_on=date(2026, 10, 5)), PLACE)
    ()
    >>> calculation_date_late(calculation(calculated_on=date(2026, 10, 6)), PLACE)[0].value
    '2026-10-06'
    """
    made = calculation.calculated_on
    if made is None or made <= place.judging.received_on:
        return _NONE
    received = str(place.judging.received_on)
    return (place.tell("calculation-date-late", "CalculationDate", made, received=received),)


def calculation_date_early(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a calculation that was made before its period starts.

    Code: 99003-008. Source: flxwage.md, anomalies.

    >>> from flexibatch.domain.specimen import PLACE, calculation
    >>> calculation_date_early(calculation(calculated_on=date(2026, 8, 31)), PLACE)[0].value
    '2026-08-31'
    """
    made, start = calculation.calculated_on, calculation.start
    if made is None or start is None or made >= start:
        return _NONE
    return (place.tell("calculation-date-early", "CalculationDate", made, start=str(start)),)


CALCULATION_RULES = (period_order, period_scope, calculation_date_late, calculation_date_early)
