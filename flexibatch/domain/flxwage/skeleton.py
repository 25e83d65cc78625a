"""A document that lacks nothing but the amounts: what it says, and when it cannot be made.

Source: docs/people.md, "Skeleton".
"""

from dataclasses import dataclass
from datetime import date, datetime

from flexibatch.domain.categories import UNKNOWN, Categories
from flexibatch.domain.dimona import Span
from flexibatch.domain.employers import Numbers
from flexibatch.domain.flxwage.rules.calculation import SCOPE
from flexibatch.domain.flxwage.rules.quality import WORKER_CODES
from flexibatch.domain.identifiers import is_provisional_nsso
from flexibatch.domain.schema_versions import Quarter
from flexibatch.errors import Refusal


@dataclass(frozen=True, slots=True)
class SkeletonForm:
    """What all lines of a skeleton have in common; `made_at` is told where the channel lives."""

    schema: str
    made_at: datetime
    employer: Numbers
    period: Span
    employer_class: str
    worker_code: str


@dataclass(frozen=True, slots=True)
class SkeletonLine:
    """One original: the worker, a new UUID, and the days on which the quality holds."""

    inss: str
    reference: str
    start: date
    end: date


def require_calculable(period: Span, today: date) -> None:
    """Raise `Refusal` where no wage calculation of today can be of a period.

    >>> require_calculable((date(2026, 9, 1), date(2026, 9, 30)), date(2026, 10, 5))
    """
    first, last = period
    if last < SCOPE:
        raise Refusal(f"The period ended on {last}: what ended before {SCOPE} is not declared here.")
    if first.year != last.year:
        raise Refusal(
            f"The period from {first} until {last} lies over New Year, and a calculation may not: make one skeleton "
            f"until {first.year}-12-31 and one from {last.year}-01-01."
        )
    if first > today:
        raise Refusal(
            f"The period begins on {first}, after today ({today}): no wage of it can have been calculated yet."
        )


def require_quality(employer_class: str, worker_code: str, period: Span, categories: Categories) -> None:
    """Raise `Refusal` where category or worker code do not exist, or the category is closed within the period.

    >>> from flexibatch.domain.flxwage.specimen import JUDGING
    >>> require_quality("017", "050", (date(2026, 9, 1), date(2026, 9, 30)), JUDGING.categories)
    """
    if worker_code not in WORKER_CODES:
        raise Refusal(
            f"There is no worker code {worker_code!r}: give 050 for labourers or 450 for employees."
        )
    quarter, last = Quarter.of(period[0]), Quarter.of(period[1])
    while quarter <= last:
        verdict = categories.verdict(employer_class, quarter.first_day)
        if verdict == UNKNOWN:
            raise Refusal(
                f"There is no employer category {employer_class!r}: give one of the table of categories, such as 017."
            )
        if verdict is not None:
            raise Refusal(
                f"Employer category {employer_class} is not open in quarter {quarter.year}/{quarter.number}: give "
                "another one, or a period within quarters in which it is."
            )
        quarter = quarter.later(1)


def debtor_of(employer: Numbers) -> Numbers:
    """Return the numbers by which a document names an employer; raise `Refusal` where it has none.

    >>> debtor_of(Numbers("5000000120", "0400100056"))
    Numbers(nsso=None, company='0400100056')
    """
    nsso = employer.nsso
    named = employer._replace(nsso=None) if nsso and is_provisional_nsso(nsso) else employer
    if named == Numbers():
        raise Refusal(
            f"The employer is known by the provisional number {nsso} only, which no declaration may name: its NSSO "
            "or enterprise number is needed first."
        )
    return named
