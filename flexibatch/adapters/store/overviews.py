"""Look up what the index of a bureau's pages tells: its last sets, and refused lines that did not come again.

However much a bureau has sent, as few rows are looked at: the last sets of each state, by the index of `file_set`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
    union_all,
)

from flexibatch.adapters.store.engine import instant, stored
from flexibatch.adapters.store.open_refusals import open_refusals
from flexibatch.adapters.store.tables import (
    anomaly,
    file_set,
    run,
)
from flexibatch.domain.case import Counts, Sender
from flexibatch.domain.overview import (
    REFUSALS_FROM,
    SETS_TOLD,
    Overview,
    SetSummary,
)
from flexibatch.domain.vocabulary import AnomalyClass, Environment, SetState

_BEGUN = [state for state in SetState if state is not SetState.CLAIMING]


def overview(connection: Connection, sender: Sender, pages_since: datetime) -> Overview:
    """Return what is told of a bureau, but for its inboxes; pages of sets that were answered before may be gone."""
    mine = {"number": sender.number}
    rows, received = connection.execute(_TREATED, mine).all(), connection.execute(_RECEIVED, mine).all()
    more = (connection.scalar(_COUNT, mine) or 0) - len(rows)
    since = stored(pages_since)
    kept = [row for row in received if row.decided_at and row.decided_at >= since and not row.purged_at]
    named = {row.ticket: row.name for row in rows if row.decided_at is None or row.decided_at >= since}
    named |= {row.ticket: row.name for row in kept}
    return Overview(sender, tuple(map(_summary, rows)), more, open_refusals(connection, kept), named)


def _last_sets(states: Collection[SetState], most: int) -> Select[Any]:
    """Select the last sets that were treated, the last first, each with the counts of its last run."""
    last = [
        select(file_set.c.arrival)
        .where(
            file_set.c.state == state.value,
            file_set.c.sender == bindparam("number"),
            file_set.c.environment == environment.value,
        )
        .order_by(file_set.c.turn.desc())
        .limit(most)
        .subquery()
        for state in states
        for environment in Environment
    ]
    arrivals = union_all(*(select(one.c.arrival) for one in last)).subquery()
    any_run = run.alias()
    newest = (
        select(func.max(any_run.c.number))
        .where(any_run.c.set_ticket == file_set.c.ticket)
        .correlate(file_set)
        .scalar_subquery()
    )
    blocked = (
        exists()
        .where(
            anomaly.c.set_ticket == run.c.set_ticket,
            anomaly.c.run == run.c.number,
            anomaly.c["class"] == AnomalyClass.BLOCKING.value,
        )
        .correlate(run)
    )
    counts = (run.c.forms, run.c.lines, run.c.accepted, run.c.unchanged, run.c.refused, run.c.anomalies)
    of_run = and_(run.c.set_ticket == file_set.c.ticket, run.c.number == newest)
    told = (file_set.c.ticket, file_set.c.name, file_set.c.environment, file_set.c.arrived_at)
    more = (file_set.c.silent, file_set.c.earlier_ticket, file_set.c.purged_at)
    decided = (run.c.number, run.c.verdict, run.c.decided_at)
    return (
        select(*told, *more, *decided, *counts, blocked.label("blocked"))
        .join(arrivals, arrivals.c.arrival == file_set.c.arrival)
        .outerjoin(run, of_run)
        .order_by(file_set.c.turn.desc())
        .limit(most)
    )


_TREATED = _last_sets(_BEGUN, SETS_TOLD)
_RECEIVED = _last_sets([SetState.SETTLED], REFUSALS_FROM)
_COUNT = select(func.count()).select_from(file_set).where(file_set.c.sender == bindparam("number"))


def _summary(row: Row[Any]) -> SetSummary:
    decided = row.verdict is not None
    return SetSummary(
        row.ticket,
        row.name,
        Environment(row.environment),
        instant(row.arrived_at),
        instant(row.decided_at) if decided else None,
        _lead(row) if decided else "in-treatment",
        Counts(row.forms, row.lines, row.accepted, row.unchanged, row.refused, row.anomalies)
        if decided
        else Counts(),
    )


def _lead(row: Row[Any]) -> str:
    """Name the sentence that the page of a set begins with."""
    if row.verdict == "refused" and row.earlier_ticket:
        return "duplicate"
    if row.verdict == "recorded" and row.silent:
        return "set-aside"
    if row.verdict != "received":
        return str(row.verdict)
    if row.refused and not row.accepted and not row.unchanged:
        return "none"
    if row.blocked:
        return "partly"
    return "remarks" if row.anomalies else "accepted"
