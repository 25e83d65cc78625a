"""Dimona: is a worker declared for what is declared here? Source: docs/spec/register.md, "The check"."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Calculation, Form, Line
from flexibatch.domain.vocabulary import WorkerType

CONDITIONS_REFUSED = 0
TYPES_TOLD = 3
"""Periods of other types that a remark names: a label has little room."""

_FLEXI = WorkerType.FLEXI.value
_OPEN = date.max


class Period(NamedTuple):
    """One period of a worker with an employer, ends included; an end of None or 9999-12-31 is open.

    `flexi_conditions` is the result of employment measure 99: 1 accepted, 0 refused, 2 to 4 pending, None
    where it is not told.
    """

    period_id: str
    worker_type: str
    start: date
    end: date | None
    cancelled: bool = False
    late: bool = False
    flexi_conditions: int | None = None

    @property
    def last(self) -> date:
        """Return the last day, 9999-12-31 where the period is open."""
        return self.end or _OPEN

    def overlaps(self, start: date, end: date) -> bool:
        """Return whether period and span have a day in common."""
        return self.start <= end and self.last >= start

    def distance(self, start: date, end: date) -> int:
        """Count the days from the span to the period: 0 where they overlap, 1 for the day before or after."""
        return max((self.start - end).days, (start - self.last).days, 0)


Span = tuple[date, date]


def spans(calculation: Calculation) -> tuple[Span, ...]:
    """Return what must be covered: the calculation period, and each quality's validity period where it differs.

    >>> from flexibatch.domain.flxwage.specimen import calculation, quality
    >>> fifth = quality(start=date(2026, 9, 5), end=date(2026, 9, 5))
    >>> [(start.day, end.day) for start, end in spans(calculation(qualities=(fifth, quality(), fifth)))]
    [(1, 30), (5, 5)]
    """
    start, end = calculation.start, calculation.end
    found = [] if start is None or end is None else [(start, end)]
    for quality in calculation.qualities:
        if quality.start == start and quality.end == end:
            continue
        if (
            quality.start is not None
            and quality.end is not None
            and (quality.start, quality.end) not in found
        ):
            found.append((quality.start, quality.end))
    return tuple(found)


def check(form: Form, line: Line, periods: Sequence[Period]) -> tuple[Finding, ...]:
    """Return which spans of a line are not covered (00024-152), which periods call for a remark (90017-510).

    `periods` are all those of the worker with the employer. A span is covered when at least one of them
    that is FLX and not cancelled overlaps it. Every span that is not covered is told, a remark once for
    each period.

    >>> from flexibatch.domain.flxwage.specimen import FORM, LINE
    >>> days = date(2026, 9, 30), date(2026, 10, 1)
    >>> check(FORM, LINE, [Period("600027876089", "FLX", *days)])
    ()
    >>> [finding.rule for finding in check(FORM, LINE, [Period("600027876089", "STU", *days)])]
    ['dimona-type']
    """
    if line.calculation is None:
        return ()
    found: list[Finding] = []
    for span in spans(line.calculation):
        start, end = span
        covered, timely, refused = False, False, False
        for period in periods:
            if period.worker_type != _FLEXI or period.cancelled or period.start > end:
                continue
            if period.end is not None and period.end < start:
                continue
            covered = True
            timely = timely or not period.late
            refused = refused or period.flexi_conditions == CONDITIONS_REFUSED
        if not covered:
            found.append(_uncovered(form, line, span, periods))
        elif refused or not timely:
            found.extend(_remarks(form, line, span, periods))
    return _once(found) if found else ()


def check_anywhere(form: Form, line: Line, periods: Sequence[Period]) -> tuple[Finding, ...]:
    """Return which spans of a line of a third payer are not covered by a flexi period with any employer (00024-152).

    `periods` are all those of the worker. Nothing is told of them: they are none of a third payer's business.
    Source: docs/spec/register.md, "Workers of a third payer".

    >>> from flexibatch.domain.flxwage.specimen import FORM, LINE
    >>> check_anywhere(FORM, LINE, [Period("600027876089", "FLX", date(2026, 9, 30), None)])
    ()
    >>> check_anywhere(FORM, LINE, [])[0].rule
    'dimona-anywhere'
    """
    if line.calculation is None:
        return ()
    flexi = [one for one in periods if one.worker_type == _FLEXI and not one.cancelled]
    return tuple(
        _finding("dimona-anywhere", form, line, span, {})
        for span in spans(line.calculation)
        if not any(one.overlaps(*span) for one in flexi)
    )


def _uncovered(form: Form, line: Line, span: Span, periods: Sequence[Period]) -> Finding:
    """Say why nothing covers a span, the first reason that holds: outside, other types, cancelled, none."""
    flexi = [period for period in periods if period.worker_type == _FLEXI]
    declared = [period for period in flexi if not period.cancelled]
    if declared:
        near = _nearest(declared, span)
        told = {"period": near.period_id, "period_start": str(near.start), "period_end": _last(near)}
        return _finding("dimona-outside", form, line, span, told)
    others = [
        one for one in periods if one.worker_type != _FLEXI and not one.cancelled and one.overlaps(*span)
    ]
    if others:
        return _finding("dimona-type", form, line, span, {"types": _types(others)})
    if flexi:
        return _finding("dimona-cancelled", form, line, span, {"period": _nearest(flexi, span).period_id})
    return _finding("dimona-none", form, line, span, {})


def _nearest(periods: Iterable[Period], span: Span) -> Period:
    return min(periods, key=lambda period: (period.distance(*span), period.start, period.period_id))


def _last(period: Period) -> str:
    """Write the last day, an ellipsis where the period is open."""
    return "…" if period.last == _OPEN else str(period.last)


def _types(periods: Iterable[Period]) -> str:
    told = dict.fromkeys(
        f"{period.worker_type} {period.start}–{_last(period)}"
        for period in sorted(periods, key=lambda period: (period.start, period.last, period.worker_type))
    )
    return ", ".join(list(told)[:TYPES_TOLD])


def _remarks(form: Form, line: Line, span: Span, periods: Sequence[Period]) -> Iterator[Finding]:
    """Tell the first late period where all that cover are late; the first whose conditions were refused."""
    covering = [
        one for one in periods if one.worker_type == _FLEXI and not one.cancelled and one.overlaps(*span)
    ]
    if all(period.late for period in covering):
        yield _remark("dimona-late", form, line, covering[0])
    refused = [period for period in covering if period.flexi_conditions == CONDITIONS_REFUSED]
    if refused:
        yield _remark("dimona-conditions", form, line, refused[0])


def _finding(rule: str, form: Form, line: Line, span: Span, told: dict[str, str]) -> Finding:
    details = {"start": str(span[0]), "end": str(span[1]), **told}
    location = f"{form.beneficiary_location(line)}/INSS"
    return Finding(rule, tag="INSS", value=line.inss, location=location, details=details)


def _remark(rule: str, form: Form, line: Line, period: Period) -> Finding:
    location = f"{form.beneficiary_location(line)}/INSS"
    return Finding(rule, tag="INSS", value=line.inss, location=location, details={"period": period.period_id})


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Leave out what is told already: two spans may call for one remark."""
    return tuple({(one.rule, *one.details.values()): one for one in findings}.values())
