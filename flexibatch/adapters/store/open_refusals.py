"""Look up the refused lines of a bureau of which it had nothing accepted since.

Source: docs/spec/answers.md, "The index". However much a bureau has sent, as few lines are followed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, exists, func, or_, select, tuple_

from flexibatch.adapters.store.tables import (
    anomaly,
    declaration,
    file_set,
    form,
    form_run,
    refused_line,
    version,
)
from flexibatch.domain.overview import (
    REFUSALS_TOLD,
    UNFOLLOWED_TOLD,
    OpenRefusal,
    OpenRefusals,
    UnfollowedRefusals,
)
from flexibatch.domain.vocabulary import AnomalyClass, Environment, Operation

LINES_FOLLOWED, ROWS_LOOKED_AT = 5_000, 1_000
"""Refused lines that are followed, and rows that are looked at for those that are open."""

Identity = tuple[Environment, int | None, str, str]
"""By what a refused line is known again: environment, employer, worker as it was told, reference."""


def open_refusals(connection: Connection, received: Sequence[Row[Any]]) -> OpenRefusals:
    """Return the refused lines of sets of which the bureau had nothing accepted since, the last sets first."""
    refused = [row for row in received if row.refused]
    followed = list(_followed(refused))
    runs = {row.ticket: row for row in followed}
    known, lines = dict.fromkeys(runs, 0), list[Row[Any]]()
    if runs:
        known |= {ticket: int(count) for ticket, count in connection.execute(_KNOWN, _asked(runs))}
        lines = list(connection.execute(_OPEN, _asked(runs) | {"most": ROWS_LOOKED_AT}))
    once = {_identity(runs[one.set_ticket], one): one for one in reversed(lines)}
    told = list(reversed(once.values()))[: REFUSALS_TOLD + 1]
    more = len(told) > REFUSALS_TOLD or len(lines) == ROWS_LOOKED_AT
    unfollowed = [
        UnfollowedRefusals(row.ticket, row.name, row.refused - known.get(row.ticket, 0))
        for row in refused
        if row.refused > known.get(row.ticket, 0)
    ]
    return OpenRefusals(
        tuple(_refusals(connection, runs, told[:REFUSALS_TOLD])),
        more,
        tuple(unfollowed[:UNFOLLOWED_TOLD]),
        max(0, len(unfollowed) - UNFOLLOWED_TOLD),
    )


def _followed(refused: Sequence[Row[Any]]) -> Iterator[Row[Any]]:
    """Yield the last sets that together have so many refused lines: a bureau does not decide what an index costs."""
    left = LINES_FOLLOWED
    for row in refused:
        left -= row.refused
        if left < 0:
            return
        yield row


def _asked(runs: Mapping[str, Row[Any]]) -> dict[str, object]:
    return {"runs": [(ticket, row.number) for ticket, row in runs.items()]}


def _identity(of_set: Row[Any], one: Row[Any]) -> Identity:
    return Environment(of_set.environment), one.employer_id, one.inss, one.reference


def _refusals(
    connection: Connection, runs: Mapping[str, Row[Any]], lines: Sequence[Row[Any]]
) -> Iterator[OpenRefusal]:
    """Yield the lines with the codes that stand against them or their Form, and their employer as it was told."""
    codes: defaultdict[tuple[str, int, int | None], list[Any]] = defaultdict(list)
    if lines:
        places = [(one.set_ticket, one.run, one.number, one.line) for one in lines]
        for row in connection.execute(_CODES, {"places": places, "forms": [place[:3] for place in places]}):
            codes[row.set_ticket, row.form_number, row.line].append(row)
    for one in lines:
        of_form = (one.set_ticket, one.number)
        of_set, against = runs[one.set_ticket], [*codes[*of_form, one.line], *codes[*of_form, None]]
        yield OpenRefusal(
            one.set_ticket,
            of_set.name,
            Environment(of_set.environment),
            against[0].employer if against else None,
            one.inss,
            one.reference,
            one.own_reference,
            tuple(dict.fromkeys(row.code for row in against)),
        )


def _accepted_since() -> ColumnElement[bool]:
    """Say that the line came to be after all by the same bureau: an original that stands, a change by a later set.

    What others declared is not told by what is missing here, nor that two numbers are one person.
    """
    later_form, later_set = form.alias(), file_set.alias()
    return (
        exists()
        .where(
            declaration.c.person == refused_line.c.person,
            declaration.c.environment == file_set.c.environment,
            declaration.c.employer_id == refused_line.c.employer_id,
            func.lower(declaration.c.reference) == refused_line.c.reference,
            version.c.declaration == declaration.c.ticket,
            version.c.inss == refused_line.c.inss,
            or_(form_run.c.operation == Operation.ORIGINAL.value, version.c.arrival > file_set.c.arrival),
            later_form.c.id == version.c.form_id,
            later_set.c.ticket == later_form.c.set_ticket,
            later_set.c.sender == file_set.c.sender,
        )
        .correlate(refused_line, file_set, form_run)
    )


_OF_RUNS = (
    tuple_(form.c.set_ticket, refused_line.c.run).in_(bindparam("runs", expanding=True)),
    refused_line.c.inss.is_not(None),
    refused_line.c.reference.is_not(None),
)
"""Refused lines of the last runs of some sets that have worker and reference."""
_KNOWN = (
    select(form.c.set_ticket, func.count())
    .join(refused_line, refused_line.c.form_id == form.c.id)
    .where(*_OF_RUNS)
    .group_by(form.c.set_ticket)
)
_OPEN = (
    select(
        form.c.set_ticket,
        form.c.number,
        refused_line.c.run,
        refused_line.c.line,
        refused_line.c.employer_id,
        refused_line.c.inss,
        refused_line.c.reference,
        refused_line.c.own_reference,
    )
    .join(form, form.c.id == refused_line.c.form_id)
    .join(file_set, file_set.c.ticket == form.c.set_ticket)
    .join(form_run, and_(form_run.c.form_id == form.c.id, form_run.c.run == refused_line.c.run))
    .where(*_OF_RUNS, ~_accepted_since())
    .order_by(file_set.c.turn.desc(), form.c.number, refused_line.c.line)
    .limit(bindparam("most"))
)
_OF_FORM = (anomaly.c.set_ticket, anomaly.c.run, anomaly.c.form_number)
_CODES = (
    select(anomaly.c.set_ticket, anomaly.c.form_number, anomaly.c.line, anomaly.c.code, anomaly.c.employer)
    .distinct()
    .where(
        or_(
            tuple_(*_OF_FORM, anomaly.c.line).in_(bindparam("places", expanding=True)),
            and_(anomaly.c.line.is_(None), tuple_(*_OF_FORM).in_(bindparam("forms", expanding=True))),
        ),
        anomaly.c["class"] == AnomalyClass.BLOCKING.value,
    )
    .order_by(anomaly.c.code)
)
