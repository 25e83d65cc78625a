"""All that the channel holds on one person, for whoever has to answer for it."""

from collections.abc import Collection
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.declarations import beside_dimona, person_of
from flexibatch.adapters.store.rows import PlainRow, all_shown
from flexibatch.adapters.store.tables import (
    anomaly,
    answer,
    declaration,
    file_set,
    form,
    received_file,
    refused_line,
    replacement,
    unchanged_line,
)

_SET = ("ticket", "name", "sender", "environment", "arrived_at", "received_on", "state", "run", "purged_at")
_FILE = ("set_ticket", "name", "kind", "part", "size", "sha256")
_ANSWER = ("set_ticket", "run", "subject", "name", "size", "sha256")
_UNTOLD = frozenset({"id", "employer_id"})


def held_on(connection: Connection, inss: str) -> PlainRow:
    """Return a person's `declarations`, `unchanged` and `refused` lines, `anomalies`, `periods` and `replacements`.

    Any of the person's numbers finds them all. `sets` are those whose records name the person, with the digests
    of their `files` and `answers`; their bytes are in the archive unless `purged_at` tells when they went.
    Raise `Refusal` for what is no number.
    """
    found = beside_dimona(connection, person_of(connection, inss))
    numbers = [found["person"], *found["former"]]
    tickets = select(declaration.c.ticket).where(declaration.c.person == found["person"])
    found["replacements"] = _rows(connection, _replacements(numbers))
    found["unchanged"] = _rows(connection, _unchanged().where(unchanged_line.c.declaration.in_(tickets)))
    found["refused"] = _rows(connection, _refused(numbers))
    found["anomalies"] = _rows(connection, _anomalies(numbers))
    found["sets"] = _sets(connection, _named_in(found))
    return found


def _replacements(numbers: Collection[str]) -> Select[Any]:
    either = or_(replacement.c.old_inss.in_(numbers), replacement.c.new_inss.in_(numbers))
    return select(replacement).where(either).order_by(replacement.c.old_inss)


def _unchanged() -> Select[Any]:
    line = (
        form.c.set_ticket,
        form.c.ticket.label("form_ticket"),
        unchanged_line.c.line,
        unchanged_line.c.run,
    )
    same = (unchanged_line.c.declaration, unchanged_line.c.version)
    order = (unchanged_line.c.form_id, unchanged_line.c.line)
    return select(*line, *same).join(form, form.c.id == unchanged_line.c.form_id).order_by(*order)


def _refused(numbers: Collection[str]) -> Select[Any]:
    line = (form.c.set_ticket, form.c.ticket.label("form_ticket"), refused_line.c.line, refused_line.c.run)
    known = (refused_line.c.inss, refused_line.c.reference, refused_line.c.own_reference)
    whose = or_(refused_line.c.person.in_(numbers), refused_line.c.inss.in_(numbers))
    order = (refused_line.c.form_id, refused_line.c.line, refused_line.c.run)
    return select(*line, *known).join(form, form.c.id == refused_line.c.form_id).where(whose).order_by(*order)


def _anomalies(numbers: Collection[str]) -> Select[Any]:
    """Select what was told against a line of the person, or of a number that turned out to be the person's."""
    return (
        select(anomaly)
        .where(or_(anomaly.c.inss.in_(numbers), anomaly.c.value.in_(numbers)))
        .order_by(anomaly.c.id)
    )


def _named_in(found: PlainRow) -> list[str]:
    """Return the tickets of the sets that the records of a person come from."""
    versions = chain.from_iterable(one["versions"] for one in found["declarations"])
    return sorted(
        {
            row["set_ticket"]
            for row in chain(versions, found["unchanged"], found["refused"], found["anomalies"])
        }
    )


def _sets(connection: Connection, tickets: list[str]) -> list[PlainRow]:
    sets: list[PlainRow] = []
    for start in range(0, len(tickets), BATCH):
        some = tickets[start : start + BATCH]
        of_set = select(*(file_set.c[name] for name in _SET)).where(file_set.c.ticket.in_(some))
        files = select(*(received_file.c[name] for name in _FILE)).where(received_file.c.set_ticket.in_(some))
        answers = select(*(answer.c[name] for name in _ANSWER)).where(answer.c.set_ticket.in_(some))
        told = _rows(connection, of_set.order_by(file_set.c.arrival))
        parts = {
            "files": _rows(connection, files.order_by(received_file.c.name)),
            "answers": _rows(connection, answers.order_by(answer.c.run, answer.c.subject)),
        }
        sets += [one | {name: _of(rows, one["ticket"]) for name, rows in parts.items()} for one in told]
    return sets


def _of(rows: list[PlainRow], ticket: str) -> list[PlainRow]:
    mine = (row for row in rows if row["set_ticket"] == ticket)
    return [{name: value for name, value in row.items() if name != "set_ticket"} for row in mine]


def _rows(connection: Connection, query: Select[Any]) -> list[PlainRow]:
    rows = all_shown(connection.execute(query))
    return [{name: value for name, value in row.items() if name not in _UNTOLD} for row in rows]
