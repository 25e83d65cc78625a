"""What a Dimona declaration does to a period: stricter than the reading of a period that exists.

A row of a register is taken as it stands there. A declaration asks this register to make or change a period,
so a flexi period must then be daily (both hours, at most 24 of them) or lie within one quarter. An open end
is allowed.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flexibatch.domain.register import Change, DimonaCancel, DimonaOut, DimonaUpdate, Span
from flexibatch.domain.register_fields import require_order
from flexibatch.domain.vocabulary import WorkerType
from flexibatch.errors import Refusal

LONGEST_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Held:
    """What a declaration may change of a period."""

    worker_type: str
    span: Span
    cancelled: bool
    locked: bool


def changed(held: Held, change: Change) -> Held:
    """Return a period after a declaration; raise `Refusal` where the declaration cannot be."""
    if held.cancelled:
        raise Refusal(f"period {change.period_id} is cancelled already, so nothing can change it")
    if held.locked:
        raise Refusal(f"period {change.period_id} is locked, so no declaration can change it")
    if isinstance(change, DimonaCancel):
        return replace(held, cancelled=True)
    if isinstance(change, DimonaOut):
        return replace(held, span=_ended(held, change))
    return replace(held, span=require_flexi(held.worker_type, require_order(_updated(held.span, change))))


def _ended(held: Held, change: DimonaOut) -> Span:
    """End a period that is open; an Out tells no hour, so a flexi period is asked for its days only."""
    if held.span.end is not None:
        raise Refusal(f"period {change.period_id} has an end already: use DimonaUpdate to move it")
    require_flexi(held.worker_type, require_order(Span(held.span.start, end=change.end)))
    return replace(held.span, end=change.end)


def _updated(span: Span, change: DimonaUpdate) -> Span:
    start, start_hour = change.start or span.start, change.start_hour or span.start_hour
    if change.reopens:
        return Span(start, start_hour)
    end, end_hour = change.end or span.end, change.end_hour or span.end_hour
    if end is None and end_hour is not None:
        raise Refusal(f"period {change.period_id} is open, so it has no ending hour")
    return Span(start, start_hour, end, end_hour)


def require_flexi(worker_type: str, span: Span) -> Span:
    """Return a period back, or refuse it where a flexi worker cannot have it."""
    if worker_type != WorkerType.FLEXI or span.end is None:
        return span
    if span.start_hour and span.end_hour:
        if _moment(span.end, span.end_hour) - _moment(span.start, span.start_hour) > LONGEST_DAY:
            raise Refusal("a flexi period with hours must end within 24 hours")
    elif span.start_hour or span.end_hour:
        raise Refusal("a flexi period must have both hours or none")
    elif _quarter(span.start) != _quarter(span.end):
        raise Refusal(f"a flexi period must lie in one quarter, not {span.start} to {span.end}")
    return span


def _moment(on: date, hour: str) -> datetime:
    return datetime.combine(on, time(int(hour[:2]), int(hour[2:])))


def _quarter(on: date) -> tuple[int, int]:
    return on.year, (on.month - 1) // 3
