"""What became of sets, as it is asked for and told: one word, and the codes of what was refused."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.rows import PlainRow
from flexibatch.adapters.store.tables import anomaly, file_set, run
from flexibatch.domain.vocabulary import AnomalyClass, SetOutcome, SetState

_ESCAPE = "/"


def with_codes(connection: Connection, rows: Sequence[PlainRow]) -> list[PlainRow]:
    """Return rows of sets with `codes`: those of what their last run refused, each once."""
    codes = _refusing_codes(connection, [row["ticket"] for row in rows])
    return [{**row, "codes": tuple(codes.get(row["ticket"], ()))} for row in rows]


def _refusing_codes(connection: Connection, tickets: Sequence[str]) -> dict[str, list[str]]:
    last = select(func.max(run.c.number)).where(run.c.set_ticket == anomaly.c.set_ticket)
    of_last = anomaly.c.run == last.correlate(anomaly).scalar_subquery()
    query = (
        select(anomaly.c.set_ticket, anomaly.c.code)
        .where(anomaly.c["class"] == AnomalyClass.BLOCKING, of_last)
        .distinct()
        .order_by(anomaly.c.set_ticket, anomaly.c.code)
    )
    found: dict[str, list[str]] = {}
    for start in range(0, len(tickets), BATCH):
        mine = query.where(anomaly.c.set_ticket.in_(tickets[start : start + BATCH]))
        for ticket, code in connection.execute(mine):
            found.setdefault(ticket, []).append(code)
    return found


def is_one_of(words: Collection[SetState | SetOutcome]) -> ColumnElement[bool]:
    """Return the condition on `file_set` and its last `run` that a set stands so, or that this became of it."""
    return or_(*(_is(word) for word in words))


def _is(word: SetState | SetOutcome) -> ColumnElement[bool]:
    """Return the condition of one word; `refused` is also a set of which every line was refused."""
    settled, standing = file_set.c.state == SetState.SETTLED, run.c.accepted + run.c.unchanged
    outcomes = {
        SetOutcome.ACCEPTED: and_(settled, run.c.refused == 0),
        SetOutcome.PARTLY: and_(settled, run.c.refused > 0, standing > 0),
        SetOutcome.REFUSED: or_(
            file_set.c.state == SetState.REFUSED, and_(settled, run.c.refused > 0, standing == 0)
        ),
    }
    return next((met for outcome, met in outcomes.items() if outcome == word), file_set.c.state == word)


def is_named(word: str) -> ColumnElement[bool]:
    """Return the condition that a set's name or ticket begins with a word; `*` and `?` in it stand for any signs.

    Capitals and small letters are the same, on every engine.
    """
    pattern = "".join(_ESCAPE + sign if sign in f"%_{_ESCAPE}" else sign for sign in word)
    if set("*?") & set(word):
        pattern = pattern.replace("*", "%").replace("?", "_")
    else:
        pattern += "%"
    either = (file_set.c.name, file_set.c.ticket)
    return or_(*(column.ilike(pattern, escape=_ESCAPE) for column in either))
