"""The rules on the qualities of a calculation and their amounts: code, source and an example with each.

A rule looks at all the qualities of a shape and tells each fault with its quality's number. What could not be read is
None: reading it told the fault. Nothing is built for a quality without a fault.
"""

from collections import Counter

from flexibatch.domain.categories import UNKNOWN, quarter_of
from flexibatch.domain.findings import step
from flexibatch.domain.flxwage.judgement import CalculationShape, DatedFacts, Flaw
from flexibatch.domain.vocabulary import GROSS_BONUS, GROSS_WAGE

SECOND = 2
WORKER_CODES = frozenset({"050", "450"})

_NONE: tuple[Flaw, ...] = ()
_READABLE_CODES = WORKER_CODES | {None}


def validity_order(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a validity period that ends before it starts.

    Code: 99005-014. Source: docs/spec/message.md, "Rules on the qualities".

    >>> from datetime import date
    >>> from flexibatch.domain.flxwage.specimen import JUDGING, quality, shape
    >>> validity_order(JUDGING, shape(quality(end=date(2026, 8, 31))))[0].value
    '2026-08-31'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        start, end = quality.start, quality.end
        if start is not None and end is not None and end < start:
            tail = "ValidityPeriodEndingDate"
            found += (Flaw("validity-order", tail, str(end), number, {"start": str(start)}),)
    return found


def validity_start(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a validity period that starts before its calculation period.

    Code: 99004-399. Source: docs/spec/message.md, "Rules on the qualities".

    >>> from datetime import date
    >>> from flexibatch.domain.flxwage.specimen import JUDGING, quality, shape
    >>> validity_start(JUDGING, shape(quality(start=date(2026, 8, 31))))[0].value
    '2026-08-31'
    """
    first = calculation.start
    if first is None:
        return _NONE
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        if quality.start is not None and quality.start < first:
            tail = "ValidityPeriodStartingDate"
            found += (Flaw("validity-start", tail, str(quality.start), number, {"start": str(first)}),)
    return found


def validity_end(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a validity period that ends after its calculation period.

    Code: 99005-400. Source: docs/spec/message.md, "Rules on the qualities".

    >>> from datetime import date
    >>> from flexibatch.domain.flxwage.specimen import JUDGING, quality, shape
    >>> validity_end(JUDGING, shape(quality(end=date(2026, 10, 1))))[0].value
    '2026-10-01'
    """
    last = calculation.end
    if last is None:
        return _NONE
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        if quality.end is not None and quality.end > last:
            tail = "ValidityPeriodEndingDate"
            found += (Flaw("validity-end", tail, str(quality.end), number, {"end": str(last)}),)
    return found


def category(facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse an employer category that does not exist, or not in the quarter of the validity's first day.

    Code: 00036-008. Source: docs/spec/message.md, "Rules on the qualities"; the NSSO's dated table of categories.

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, quality, shape
    >>> [fault.rule for fault in category(JUDGING, shape(quality(employer_class="999")))]
    ['category-unknown']
    >>> category(JUDGING, shape(quality(employer_class="018")))[0].details
    {'quarter': '2026/3'}
    """
    verdict = facts.categories.verdict
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        code, start = quality.employer_class, quality.start
        rule = None if code is None else verdict(code, start)
        if rule is None:
            continue
        details = {} if rule == UNKNOWN or start is None else {"quarter": quarter_of(start)}
        found += (Flaw(rule, "EmployerClass", code, number, details),)
    return found


def worker_code(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a worker code other than 050, labourer, and 450, employee.

    Code: 00037-008. Source: docs/spec/message.md, "Rules on the qualities".

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, quality, shape
    >>> worker_code(JUDGING, shape(quality(), quality(worker_code="051")))[0].quality
    2
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        if quality.worker_code not in _READABLE_CODES:
            found += (Flaw("worker-code", "WorkerCode", quality.worker_code, number),)
    return found


def quality_empty(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a quality with neither a wage nor a bonus.

    Code: 99103-001. Source: docs/spec/message.md, "Rules on the qualities".

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, quality, shape
    >>> quality_empty(JUDGING, shape(quality(elements=())))[0].tail
    'FinancialElement[1]'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        if not quality.elements:
            found += (Flaw("quality-empty", step("FinancialElement", 1), quality=number),)
    return found


def wages_twice(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a quality with two gross wages, at the second: their amounts are to be added up.

    Code: 99103-006. Source: docs/spec/message.md, "Rules on the qualities".

    >>> from flexibatch.domain.flxwage.specimen import BONUS, JUDGING, WAGE, quality, shape
    >>> wages_twice(JUDGING, shape(quality(elements=(WAGE, BONUS, BONUS))))
    ()
    >>> wages_twice(JUDGING, shape(quality(elements=(WAGE, BONUS, WAGE))))[0].tail
    'FinancialElement[3]'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        wages = 0
        for position, element in enumerate(quality.elements, 1):
            wages += element.code == GROSS_WAGE
            if wages == SECOND:
                found += (Flaw("wages-twice", step("FinancialElement", position), quality=number),)
                break
    return found


def bonuses_twice(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a quality with two gross bonuses of one frequency, or two without any, at the second of each frequency.

    They are to be added up; bonuses of different frequencies may stand side by side.
    Code: 99103-006. Source: docs/spec/message.md, "Rules on the qualities" (the instructions, version 1.3).

    >>> from flexibatch.domain.flxwage.specimen import BONUS, JUDGING, quality, shape
    >>> monthly = BONUS._replace(frequency=1)
    >>> bonuses_twice(JUDGING, shape(quality(elements=(BONUS, monthly))))
    ()
    >>> twice = bonuses_twice(JUDGING, shape(quality(elements=(BONUS, monthly, BONUS, monthly, BONUS))))
    >>> [fault.tail for fault in twice]
    ['FinancialElement[3]', 'FinancialElement[4]']
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        times: Counter[int | None] = Counter()
        for position, element in enumerate(quality.elements, 1):
            if element.code != GROSS_BONUS:
                continue
            times[element.frequency] += 1
            if times[element.frequency] == SECOND:
                found += (Flaw("bonuses-twice", step("FinancialElement", position), quality=number),)
    return found


def frequency_on_wage(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Refuse a bonus payment frequency on a gross wage.

    Code: 00068-005. Source: docs/spec/message.md, "Rules on the qualities".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import JUDGING, WAGE, quality, shape
    >>> frequency_on_wage(JUDGING, shape(quality(elements=(WAGE._replace(frequency=0),))))[0].value
    '0'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        for position, element in enumerate(quality.elements, 1):
            if element.frequency is not None and element.code == GROSS_WAGE:
                tail = f"{step('FinancialElement', position)}/BonusPaymentFrequency"
                found += (Flaw("frequency-on-wage", tail, str(element.frequency), number),)
    return found


def frequency_missing(_facts: DatedFacts, calculation: CalculationShape) -> tuple[Flaw, ...]:
    """Remark that a bonus has no payment frequency.

    Code: 00068-001. Source: docs/spec/message.md, "Rules on the qualities".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import BONUS, JUDGING, quality, shape
    >>> frequency_missing(JUDGING, shape(quality(elements=(BONUS._replace(frequency=None),))))[0].tail
    'FinancialElement[1]/BonusPaymentFrequency'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        for position, element in enumerate(quality.elements, 1):
            if element.frequency is None and element.code == GROSS_BONUS:
                tail = f"{step('FinancialElement', position)}/BonusPaymentFrequency"
                found += (Flaw("frequency-missing", tail, quality=number),)
    return found


QUALITY_RULES = (
    validity_order,
    validity_start,
    validity_end,
    category,
    worker_code,
    quality_empty,
    wages_twice,
    bonuses_twice,
    frequency_on_wage,
    frequency_missing,
)
