"""The rules on the qualities of a calculation and their amounts: code, source and an example with each.

A rule looks at all the qualities and tells each fault with its quality's number. What could not be read
is None: reading it told the fault, and a rule says nothing of it. Nothing is built for a quality without
a fault.
"""

from flexibatch.domain.categories import UNKNOWN, quarter_of
from flexibatch.domain.findings import Finding, step
from flexibatch.domain.judgement import Place
from flexibatch.domain.model import GROSS_BONUS, GROSS_WAGE, Calculation

WORKER_CODES = frozenset({"050", "450"})

_NONE: tuple[Finding, ...] = ()
_READABLE_CODES = WORKER_CODES | {None}


def validity_order(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a validity period that ends before it starts.

    Code: 99005-014. Source: flxwage.md, anomalies.

    >>> from datetime import date
    >>> from flexibatch.domain.specimen import PLACE, calculation, quality
    >>> validity_order(calculation(quality(end=date(2026, 8, 31))), PLACE)[0].value
    '2026-08-31'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        start, end = quality.start, quality.end
        if start is not None and end is not None and end < start:
            tail = "ValidityPeriodEndingDate"
            found += (place.tell("validity-order", tail, end, quality=number, start=str(start)),)
    return found


def validity_start(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a validity period that starts before its calculation period.

    Code: 99004-399. Source: flxwage.md, anomalies.

    >>> from datetime import date
    >>> from flexibatch.domain.specimen import PLACE, calculation, quality
    >>> validity_start(calculation(quality(start=date(2026, 8, 31))), PLACE)[0].value
    '2026-08-31'
    """
    first = calculation.start
    if first is None:
        return _NONE
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        if quality.start is not None and quality.start < first:
            tail = "ValidityPeriodStartingDate"
            found += (place.tell("validity-start", tail, quality.start, quality=number, start=str(first)),)
    return found


def validity_end(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a validity period that ends after its calculation period.

    Code: 99005-400. Source: flxwage.md, anomalies.

    >>> from datetime import date
    >>> from flexibatch.domain.specimen import PLACE, calculation, quality
    >>> validity_end(calculation(quality(end=date(2026, 10, 1))), PLACE)[0].value
    '2026-10-01'
    """
    last = calculation.end
    if last is None:
        return _NONE
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        if quality.end is not None and quality.end > last:
            tail = "ValidityPeriodEndingDate"
            found += (place.tell("validity-end", tail, quality.end, quality=number, end=str(last)),)
    return found


def category(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse an employer category that does not exist, or not in the quarter of the validity's first day.

    Code: 00036-008. Source: flxwage.md, anomalies; the NSSO's dated table of categories.

    >>> from flexibatch.domain.specimen import PLACE, calculation, quality
    >>> [fault.rule for fault in category(calculation(quality(employer_class="999")), PLACE)]
    ['category-unknown']
    >>> category(calculation(quality(employer_class="018")), PLACE)[0].details
    {'quarter': '2026/3'}
    """
    verdict = place.judging.categories.verdict
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        code, start = quality.employer_class, quality.start
        rule = None if code is None else verdict(code, start)
        if rule is None:
            continue
        details = {} if rule == UNKNOWN or start is None else {"quarter": quarter_of(start)}
        found += (place.tell(rule, "EmployerClass", code, quality=number, **details),)
    return found


def worker_code(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a worker code other than 050, labourer, and 450, employee.

    Code: 00037-008. Source: flxwage.md, message.

    >>> from flexibatch.domain.specimen import PLACE, calculation, quality
    >>> worker_code(calculation(quality(), quality(worker_code="051")), PLACE)[0].location
    '/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Calculation/Features[2]/WorkerCode'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        if quality.worker_code not in _READABLE_CODES:
            found += (place.tell("worker-code", "WorkerCode", quality.worker_code, quality=number),)
    return found


def quality_empty(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a quality with neither a wage nor a bonus, where the schema has not told it.

    Code: 99103-001. Source: flxwage.md, anomalies.

    >>> from flexibatch.domain.specimen import PLACE, calculation, quality
    >>> quality_empty(calculation(quality(elements=())), PLACE)[0].tag
    'FinancialElement'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        if not quality.elements and not place.told(place.location(step("FinancialElement", 1), number)):
            found += (place.tell("quality-empty", step("FinancialElement", 1), quality=number),)
    return found


def wages_twice(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a quality with two gross wages, at the second; bonuses may be several.

    Code: 99103-006. Source: flxwage.md, anomalies.

    >>> from flexibatch.domain.specimen import BONUS, PLACE, WAGE, calculation, quality
    >>> wages_twice(calculation(quality(elements=(WAGE, BONUS, BONUS))), PLACE)
    ()
    >>> wages_twice(calculation(quality(elements=(WAGE, BONUS, WAGE))), PLACE)[0].location[-31:]
    'Features[1]/FinancialElement[3]'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        wages = 0
        for position, element in enumerate(quality.elements, 1):
            wages += element.code == GROSS_WAGE
            if wages > 1:
                found += (place.tell("wages-twice", step("FinancialElement", position), quality=number),)
                break
    return found


def frequency_on_wage(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Refuse a bonus payment frequency on a gross wage.

    Code: 00068-005. Source: flxwage.md, anomalies.

    >>> from dataclasses import replace
    >>> from flexibatch.domain.specimen import PLACE, WAGE, calculation, quality
    >>> frequency_on_wage(calculation(quality(elements=(WAGE._replace(frequency=0),))), PLACE)[0].value
    '0'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        for position, element in enumerate(quality.elements, 1):
            if element.frequency is not None and element.code == GROSS_WAGE:
                tail = f"{step('FinancialElement', position)}/BonusPaymentFrequency"
                found += (place.tell("frequency-on-wage", tail, element.frequency, quality=number),)
    return found


def frequency_missing(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    """Remark that a bonus has no payment frequency; one that was there but could not be read is told as such.

    Code: 00068-001. Source: flxwage.md, anomalies.

    >>> from dataclasses import replace
    >>> from flexibatch.domain.specimen import BONUS, PLACE, calculation, quality
    >>> frequency_missing(calculation(quality(elements=(BONUS._replace(frequency=None),))), PLACE)[0].tag
    'BonusPaymentFrequency'
    """
    found = _NONE
    for number, quality in enumerate(calculation.qualities, 1):
        for position, element in enumerate(quality.elements, 1):
            if element.frequency is None and element.code == GROSS_BONUS:
                tail = f"{step('FinancialElement', position)}/BonusPaymentFrequency"
                if not place.told(place.location(tail, number)):
                    found += (place.tell("frequency-missing", tail, quality=number),)
    return found


QUALITY_RULES = (
    validity_order,
    validity_start,
    validity_end,
    category,
    worker_code,
    quality_empty,
    wages_twice,
    frequency_on_wage,
    frequency_missing,
)
