"""The rules on the periods and days of a calculation: code, source and an example with each.

A rule is given the calculation's shape. What could not be read is None: reading it told the fault, and a rule says
nothing of it.
"""

from datetime import date

from flexibatch.domain.flxwage.judgement import CalculationShape, DatedFacts, Flaw

SCOPE = date(2025, 1, 1)
"""A period that ended before this day is not declared here."""

_NONE: tuple[Flaw, ...] = ()


def period_order(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a calculation period that ends before it starts.

    Code: 99002-014. Source: docs/spec/message.md, "Rules on the calculation".

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, shape
    >>> period_order(JUDGING, shape(end=date(2026, 8, 31)))[0].value
    '2026-08-31'
    """
    start, end = calculation.start, calculation.end
    if start is None or end is None or start <= end:
        return _NONE
    return (Flaw("period-order", "CalculationPeriodEndingDate", str(end), details={"start": str(start)}),)


def period_scope(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a calculation period that ends before 1 January 2025.

    Code: 99002-008. Source: docs/spec/message.md, "Rules on the calculation".

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, shape
    >>> period_scope(JUDGING, shape(end=date(2025, 1, 1)))
    ()
    >>> period_scope(JUDGING, shape(end=date(2024, 12, 31)))[0].value
    '2024-12-31'
    """
    if calculation.end is None or calculation.end >= SCOPE:
        return _NONE
    return (Flaw("period-scope", "CalculationPeriodEndingDate", str(calculation.end)),)


def period_year(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a calculation period over New Year: it is sent as two.

    Code: 99002-400. Source: docs/spec/message.md, "Rules on the calculation" (the instructions, version 1.3).

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, shape
    >>> period_year(JUDGING, shape(start=date(2025, 12, 29), end=date(2026, 1, 4)))[0].details
    {'start': '2025-12-29', 'last': '2025-12-31', 'first': '2026-01-01'}
    """
    start, end = calculation.start, calculation.end
    if start is None or end is None or start.year >= end.year:
        return _NONE
    days = {"start": str(start), "last": f"{start.year}-12-31", "first": f"{end.year}-01-01"}
    return (Flaw("period-year", "CalculationPeriodEndingDate", str(end), details=days),)


def calculation_date_late(facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a calculation that was made after the day of reception.

    Code: 99003-008. Source: docs/spec/message.md, "Rules on the calculation".

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, shape
    >>> calculation_date_late(JUDGING, shape(calculated_on=date(2026, 10, 5)))
    ()
    >>> calculation_date_late(JUDGING, shape(calculated_on=date(2026, 10, 6)))[0].value
    '2026-10-06'
    """
    made = calculation.calculated_on
    if made is None or made <= facts.received_on:
        return _NONE
    received = {"received": str(facts.received_on)}
    return (Flaw("calculation-date-late", "CalculationDate", str(made), details=received),)


def calculation_date_early(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a calculation that was made before its period starts.

    Code: 99003-008. Source: docs/spec/message.md, "Rules on the calculation".

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, shape
    >>> calculation_date_early(JUDGING, shape(calculated_on=date(2026, 8, 31)))[0].value
    '2026-08-31'
    """
    made, start = calculation.calculated_on, calculation.start
    if made is None or start is None or made >= start:
        return _NONE
    return (Flaw("calculation-date-early", "CalculationDate", str(made), details={"start": str(start)}),)


CALCULATION_RULES = (period_order, period_scope, period_year, calculation_date_late, calculation_date_early)
