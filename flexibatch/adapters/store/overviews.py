"""Look up what the index of a bureau's pages tells: its last sets, and refused lines that did not come again.

However much a bureau has sent, as few rows are looked at: the last sets of each state, by the index of `file_set`.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    union_all,
)

from flexibatch.adapters.store.engine import instant, stored
from flexibatch.adapters.store.tables import (
    anomaly,
    declaration,
    file_set,
    form,
    form_run,
    replacement,
    run,
    version,
)
from flexibatch.domain.case import Counts, Sender
from flexibatch.domain.overview import (
    REFUSALS_FROM,
    REFUSALS_TOLD,
    SETS_TOLD,
    UNFOLLOWED_TOLD,
    OpenRefusal,
    OpenRefusals,
    Overview,
    SetSummary,
    UnfollowedRefusals,
)
from flexibatch.domain.vocabulary import AnomalyClass, Environment, Operation, SetState

SETS_AT_ONCE = 25
"""Sets whose refused lines are looked up together."""

Identity = tuple[Environment, str | None, str, str]
"""By what a refused line is known again: environment, employer and worker as they were told, reference."""

_BEGUN = [state for state in SetState if state is not SetState.CLAIMING]


def overview(connection: Connection, sender: Sender, pages_since: datetime) -> Overview:
    """Return what is told of a bureau, but for its inboxes; pages of sets that were answered before may be gone."""
    mine = {"number": sender.number}
    rows, received = connection.execute(_TREATED, mine).all(), connection.execute(_RECEIVED, mine).all()
    more = (connection.scalar(_COUNT, mine) or 0) - len(rows)
    since = stored(pages_since)
    named = {
        row.ticket: row.name
        for row in (*rows, *received)
        if row.decided_at is None or row.decided_at >= since
    }
    return Overview(sender, tuple(map(_summary, rows)), more, _open_refusals(connection, received), named)


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
    more = (file_set.c.silent, file_set.c.earlier_ticket, run.c.number, run.c.verdict, run.c.decided_at)
    return (
        select(*told, *more, *counts, blocked.label("blocked"))
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


# ------------------------------------------------------------------------------------------------ what is open


def _open_refusals(connection: Connection, received: Sequence[Row[Any]]) -> OpenRefusals:
    """Return the refused lines of sets of which nothing was accepted since, the last sets first."""
    refused = [row for row in received if row.refused]
    lines, unfollowed = dict[Identity, tuple[OpenRefusal, bool]](), list[UnfollowedRefusals]()
    for start in range(0, len(refused), SETS_AT_ONCE):
        some = refused[start : start + SETS_AT_ONCE]
        told = _told_lines(connection, some)
        for row in some:
            followed = told[row.ticket]
            # Of a line that was refused again and again, only the last time counts.
            for one, is_open in followed:
                lines.setdefault(_identity(one), (one, is_open))
            if row.refused > len(followed):
                unfollowed.append(UnfollowedRefusals(row.ticket, row.name, row.refused - len(followed)))
        if sum(is_open for _one, is_open in lines.values()) > REFUSALS_TOLD:
            break
    still_open = [one for one, is_open in lines.values() if is_open]
    return OpenRefusals(
        tuple(still_open[:REFUSALS_TOLD]),
        len(still_open) > REFUSALS_TOLD,
        tuple(unfollowed[:UNFOLLOWED_TOLD]),
        max(0, len(unfollowed) - UNFOLLOWED_TOLD),
    )


def _identity(one: OpenRefusal) -> Identity:
    return one.environment, one.employer, one.inss, one.reference.lower()


def _told_lines(
    connection: Connection, sets: Sequence[Row[Any]]
) -> defaultdict[str, list[tuple[OpenRefusal, bool]]]:
    """Return by set its refused lines that have worker and reference, and whether each is open."""
    runs = {row.ticket: row for row in sets}
    found: defaultdict[str, dict[tuple[int, int], list[Row[Any]]]] = defaultdict(dict)
    for one in connection.execute(_LINES, {"tickets": list(runs)}):
        if one.run == runs[one.set_ticket].number:
            found[one.set_ticket].setdefault((one.form_number, one.line), []).append(one)
    told: defaultdict[str, list[tuple[OpenRefusal, bool]]] = defaultdict(list)
    for ticket, of_set in found.items():
        for rows in of_set.values():
            first, row = rows[0], runs[ticket]
            codes = tuple(dict.fromkeys(one.code for one in rows))
            refusal = OpenRefusal(
                ticket,
                row.name,
                Environment(row.environment),
                first.employer,
                first.inss,
                first.reference,
                first.own_reference,
                codes,
            )
            told[ticket].append((refusal, not first.later))
    return told


def _accepted_since() -> ColumnElement[bool]:
    """Say that the line came to be after all: an original that stands, a change by a later set."""
    return (
        exists()
        .where(
            declaration.c.person == func.coalesce(replacement.c.current_inss, anomaly.c.inss),
            declaration.c.environment == file_set.c.environment,
            declaration.c.employer_id == form_run.c.employer_id,
            func.lower(declaration.c.reference) == func.lower(anomaly.c.reference),
            version.c.declaration == declaration.c.ticket,
            or_(form_run.c.operation == Operation.ORIGINAL.value, version.c.arrival > file_set.c.arrival),
        )
        .correlate(replacement, anomaly, file_set, form_run)
    )


_LINES = (
    select(
        anomaly.c.set_ticket,
        anomaly.c.run,
        anomaly.c.form_number,
        anomaly.c.line,
        anomaly.c.code,
        anomaly.c.employer,
        anomaly.c.inss,
        anomaly.c.reference,
        anomaly.c.own_reference,
        _accepted_since().label("later"),
    )
    .join(file_set, file_set.c.ticket == anomaly.c.set_ticket)
    .join(form, and_(form.c.set_ticket == anomaly.c.set_ticket, form.c.number == anomaly.c.form_number))
    .join(form_run, and_(form_run.c.form_id == form.c.id, form_run.c.run == anomaly.c.run))
    .outerjoin(replacement, replacement.c.old_inss == anomaly.c.inss)
    .where(
        anomaly.c.set_ticket.in_(bindparam("tickets", expanding=True)),
        anomaly.c["class"] == AnomalyClass.BLOCKING.value,
        anomaly.c.line.is_not(None),
        anomaly.c.inss.is_not(None),
        anomaly.c.reference.is_not(None),
    )
    .order_by(anomaly.c.id)
)
