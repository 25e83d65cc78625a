"""The sets as operators see them: what was received, what was decided about it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.rows import PlainRow, all_shown, shown
from flexibatch.adapters.store.set_outcomes import is_named, is_one_of
from flexibatch.adapters.store.tables import (
    acknowledgement,
    anomaly,
    answer,
    declaration,
    file_set,
    form,
    form_run,
    received_file,
    run,
    sender,
)
from flexibatch.domain.vocabulary import Environment, SetOutcome, SetState
from flexibatch.errors import NotFound, Refusal

_TICKET = re.compile(r"[0-9A-Za-z]{13}")
_PRINTED_TICKET = re.compile(r"[0-9A-Z]{13}")
_COUNTS = (run.c.forms, run.c.lines, run.c.accepted, run.c.unchanged, run.c.refused, run.c.anomalies)
_HEAD = (
    file_set.c.ticket,
    file_set.c.name,
    file_set.c.sender,
    sender.c.name.label("sender_name"),
    file_set.c.environment,
    file_set.c.subject,
    file_set.c.arrived_at,
    file_set.c.received_on,
    file_set.c.state,
    file_set.c.run,
)


# --------------------------------------------------------------------------------------------------- the list


@dataclass(frozen=True, slots=True)
class WantedSets:
    """Which sets are asked for: all conditions must hold, None sets none.

    `since` is the earliest arrival, `until` a moment before which it was,
    `name` how its name (its GO's) or ticket begins, or a pattern of `*` and `?`.
    """

    states: Collection[SetState | SetOutcome] = ()
    sender: str | None = None
    since: datetime | None = None
    name: str | None = None
    until: datetime | None = None
    environment: Environment | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on `file_set` and its last `run`."""
        conditions = [
            is_one_of(self.states) if self.states else None,
            file_set.c.sender == self.sender if self.sender is not None else None,
            file_set.c.arrived_at >= stored(self.since) if self.since is not None else None,
            is_named(self.name) if self.name is not None else None,
            file_set.c.arrived_at < stored(self.until) if self.until is not None else None,
            file_set.c.environment == self.environment if self.environment is not None else None,
        ]
        return [one for one in conditions if one is not None]


def list_sets(
    connection: Connection,
    wanted: WantedSets,
    further: Sequence[ColumnElement[bool]] = (),
    *,
    limit: int | None = None,
) -> list[PlainRow]:
    """Return sets in order of arrival, each with the counts of its last run (None where it was never judged).

    `further` conditions must hold too; `limit` keeps the latest.
    """
    query = (
        select(
            *_HEAD, run.c.decided_at, run.c.published_at, *_COUNTS, file_set.c.reason, file_set.c.purged_at
        )
        .select_from(file_set)
        .join(sender, sender.c.number == file_set.c.sender)
        .outerjoin(run, is_last_run())
        .where(*wanted.conditions(), *further)
        .order_by(file_set.c.arrival.desc())
        .limit(limit)
    )
    return all_shown(connection.execute(query))[::-1]


def quarantined(connection: Connection) -> list[PlainRow]:
    """Return the sets in quarantine, in order of arrival; `reason` tells what went wrong."""
    return list_sets(connection, WantedSets(states=[SetState.QUARANTINE]))


def is_last_run() -> ColumnElement[bool]:
    """Join `run` to `file_set` by the last run that was decided."""
    other = run.alias("other")
    newest = select(func.max(other.c.number)).where(other.c.set_ticket == file_set.c.ticket)
    return and_(
        run.c.set_ticket == file_set.c.ticket,
        run.c.number == newest.correlate(file_set).scalar_subquery(),
    )


# ---------------------------------------------------------------------------------------------------- one set


def find_ticket(connection: Connection, word: str) -> str:
    """Return the ticket of the set that a ticket (the set's, or one of its Forms') or a file's name speaks of.

    Raise `NotFound` for an unknown name; `Refusal` for an unknown ticket, for a declaration's, and for a name that
    several sets have.
    """
    found = _by_ticket(connection, word.upper()) if _TICKET.fullmatch(word) else None
    if found is not None:
        return found
    tickets = _by_name(connection, word) if _may_be_stored(word) else []
    if not tickets:
        raise (Refusal if _PRINTED_TICKET.fullmatch(word) else NotFound)(
            f"No set has the ticket or name {word!r}. `flexibatch list` shows what was received; a set that "
            "still lies in an inbox has no ticket yet."
        )
    if len(tickets) > 1:
        listed = "\n".join(_listed(connection, ticket) for ticket in tickets)
        raise Refusal(f"The name {word} has {len(tickets)} tickets. Give one of them instead:\n{listed}")
    return tickets[0]


def _may_be_stored(name: str) -> bool:
    """Return whether a database can hold a name: one in an inbox may be no text."""
    return "\0" not in name and not any("\ud800" <= sign <= "\udfff" for sign in name)


def _by_ticket(connection: Connection, ticket: str) -> str | None:
    of_set = connection.scalar(select(file_set.c.ticket).where(file_set.c.ticket == ticket))
    found = of_set or connection.scalar(select(form.c.set_ticket).where(form.c.ticket == ticket))
    if found is None and connection.scalar(
        select(declaration.c.ticket).where(declaration.c.ticket == ticket)
    ):
        raise Refusal(
            f"{ticket} is the ticket of a declaration. `flexibatch declarations show {ticket}` shows it."
        )
    return found


def _by_name(connection: Connection, name: str) -> list[str]:
    """Look among the names sets go by, then among all files, last among the answers."""
    queries = (
        select(file_set.c.ticket).where(file_set.c.name == name),
        select(file_set.c.ticket)
        .join(received_file, received_file.c.set_ticket == file_set.c.ticket)
        .where(received_file.c.name == name),
        select(file_set.c.ticket)
        .join(answer, answer.c.set_ticket == file_set.c.ticket)
        .where(answer.c.name == name),
    )
    found = (list(connection.scalars(query.order_by(file_set.c.arrival))) for query in queries)
    return next((tickets for tickets in found if tickets), [])


def _listed(connection: Connection, ticket: str) -> str:
    row = connection.execute(select(file_set).where(file_set.c.ticket == ticket)).one()
    where = f"sender {row.sender}, environment {row.environment}"
    return f"  {ticket}  {where}, received {row.received_on}, {row.state}"


def show_set(connection: Connection, word: str, number: int | None = None) -> PlainRow:
    """Return all that is known of one set, found as `find_ticket` finds it.

    Beside the set's own fields: `files` as they were kept, `runs` with provenance, counts and `answers`,
    `forms` and `anomalies` of the last run, or of that of the `number`
    (`note` is for the operator only), `acknowledged` (the acknowledgements
    of its answers), `acknowledges` (the answer that the set itself acknowledges).
    """
    ticket = find_ticket(connection, word)
    marks = (file_set.c.withdrawn, file_set.c.silent, file_set.c.discarded)
    links = (file_set.c.earlier_ticket, file_set.c.purged_at)
    work = (file_set.c.attempts, file_set.c.troubles, file_set.c.not_before, file_set.c.reason)
    head = (
        select(*_HEAD, file_set.c.claimed_at, file_set.c.names, *marks, *links, *work)
        .select_from(file_set)
        .join(sender, sender.c.number == file_set.c.sender)
        .where(file_set.c.ticket == ticket)
    )
    files = received_file.c
    kept = select(files.name, files.kind, files.part, files.size, files.sha256)
    own = select(acknowledgement.c.answer_name).where(acknowledgement.c.set_ticket == ticket)
    return shown(connection.execute(head).one()) | {
        "files": all_shown(connection.execute(kept.where(files.set_ticket == ticket).order_by(files.name))),
        "runs": _runs(connection, ticket),
        "forms": all_shown(connection.execute(_forms_of(ticket, number))),
        "anomalies": all_shown(connection.execute(_anomalies_of(ticket, number))),
        "acknowledged": all_shown(connection.execute(_acknowledged(ticket))),
        "acknowledges": connection.scalar(own),
    }


def _runs(connection: Connection, ticket: str) -> list[PlainRow]:
    provenance = (run.c.sha256, run.c.schema, run.c.catalogue, run.c.register_at)
    told = select(run.c.number, run.c.verdict, run.c.decided_at, run.c.published_at, *provenance, *_COUNTS)
    runs = all_shown(connection.execute(told.where(run.c.set_ticket == ticket).order_by(run.c.number)))
    put = select(
        answer.c.subject, answer.c.name, answer.c.sha256, answer.c.size, answer.c.signature
    ).order_by(answer.c.subject)
    for one in runs:
        mine = put.where(answer.c.set_ticket == ticket, answer.c.run == one["number"])
        one["answers"] = all_shown(connection.execute(mine))
    return runs


def _run_of(ticket: str, number: int | None) -> Any:  # noqa: ANN401 - a number, or a question for it
    return number or select(func.max(run.c.number)).where(run.c.set_ticket == ticket).scalar_subquery()


def _anomalies_of(ticket: str, number: int | None) -> Select[Any]:
    columns = [column for column in anomaly.c if column.name not in {"id", "set_ticket", "run"}]
    mine = (anomaly.c.set_ticket == ticket, anomaly.c.run == _run_of(ticket, number))
    return select(*columns).where(*mine).order_by(anomaly.c.id)


def _forms_of(ticket: str, number: int | None) -> Select[Any]:
    of_run = (form_run.c.operation, form_run.c.reference_type, form_run.c.reference, form_run.c.acceptance)
    counts = (form_run.c.lines, form_run.c.accepted, form_run.c.unchanged, form_run.c.refused)
    return (
        select(form.c.number, form.c.ticket, *of_run, form_run.c.result, *counts)
        .join(form_run, form_run.c.form_id == form.c.id)
        .where(form.c.set_ticket == ticket, form_run.c.run == _run_of(ticket, number))
        .order_by(form.c.number)
    )


def _acknowledged(ticket: str) -> Select[Any]:
    told = (acknowledgement.c.answer_name, acknowledgement.c.set_ticket, acknowledgement.c.recorded_at)
    mine = acknowledgement.c.answer_ticket == ticket
    return select(*told).where(mine).order_by(acknowledgement.c.recorded_at, acknowledgement.c.set_ticket)
