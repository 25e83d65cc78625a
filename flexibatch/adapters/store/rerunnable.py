"""The sets that filters choose to be run again."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from flexibatch.adapters.store.declarations import employers_of, person_of
from flexibatch.adapters.store.sets import WantedSets, is_last_run
from flexibatch.adapters.store.tables import (
    anomaly,
    declaration,
    file_set,
    form,
    form_run,
    refused_line,
    replacement,
    run,
    sender,
    unchanged_line,
    version,
)
from flexibatch.domain.identifiers import normal_company, normal_nsso
from flexibatch.domain.vocabulary import SetState, Subject

_TAKEN_BEFORE = "name-received"


@dataclass(frozen=True, slots=True)
class WantedReruns:
    """Which sets are to be run again: all conditions must hold, None sets none.

    `refused` were refused whole or in part, `code` was told by the last run, `employer` is any number of an employer
    of whom a Form is, `inss` any number of a worker whom the records of a set name.
    """

    sets: WantedSets = field(default_factory=WantedSets)
    refused: bool = False
    code: str | None = None
    employer: str | None = None
    inss: str | None = None

    def conditions(self, connection: Connection) -> list[ColumnElement[bool]]:
        """Return the conditions on `file_set` and its last `run`; raise `Refusal` for a wrong number."""
        refused = or_(file_set.c.state == SetState.REFUSED, run.c.refused > 0)
        conditions = [
            refused if self.refused else None,
            _told(anomaly.c.code == self.code) if self.code is not None else None,
            _of_employer(connection, self.employer) if self.employer is not None else None,
            _of_worker(connection, self.inss) if self.inss is not None else None,
        ]
        return [*self.sets.conditions(), *(one for one in conditions if one is not None)]


def tickets_for_rerun(
    connection: Connection, wanted: WantedSets | WantedReruns, *, refused: bool = False
) -> list[str]:
    """Return the sets among those wanted that can be run again now, in order of arrival.

    Never chosen are those that an operator discarded (their bureau was told to send again), those refused for their
    name being taken, and those of senders on hold.
    """
    asked = wanted if isinstance(wanted, WantedReruns) else WantedReruns(wanted, refused=refused)
    query = (
        select(file_set.c.ticket)
        .select_from(file_set)
        .join(run, is_last_run())
        .join(sender, sender.c.number == file_set.c.sender)
        .where(
            file_set.c.subject == Subject.DECLARATION,
            file_set.c.state.in_([SetState.SETTLED, SetState.REFUSED]),
            file_set.c.purged_at.is_(None),
            run.c.published_at.is_not(None),
            ~file_set.c.discarded,
            ~_told(anomaly.c.rule == _TAKEN_BEFORE),
            ~sender.c.held,
            *asked.conditions(connection),
        )
        .order_by(file_set.c.arrival)
    )
    return list(connection.scalars(query))


def _told(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether the last run told an anomaly for which conditions hold."""
    mine = (anomaly.c.set_ticket == file_set.c.ticket, anomaly.c.run == run.c.number)
    return select(anomaly.c.id).where(*mine, *conditions).correlate(file_set, run).exists()


def _of_employer(connection: Connection, number: str) -> ColumnElement[bool]:
    known = employers_of(connection, number)
    of_form = (
        select(form.c.id)
        .join(form_run, form_run.c.form_id == form.c.id)
        .where(form.c.set_ticket == file_set.c.ticket, form_run.c.employer_id.in_(known))
    )
    # An employer whom nothing knows is told by the number as it was sent.
    given = {number, number.lstrip("0"), number.zfill(10), normal_nsso(number), normal_company(number)}
    return or_(of_form.correlate(file_set).exists(), _told(anomaly.c.employer.in_(sorted(given))))


def _of_worker(connection: Connection, inss: str) -> ColumnElement[bool]:
    person = person_of(connection, inss)
    former = select(replacement.c.old_inss).where(replacement.c.current_inss == person)
    numbers = [person, *connection.scalars(former)]
    declared = select(declaration.c.ticket).where(declaration.c.person == person)
    return or_(
        _told(or_(anomaly.c.inss.in_(numbers), anomaly.c.value.in_(numbers))),
        *(_has_line(table, table.c.declaration.in_(declared)) for table in (version, unchanged_line)),
        _has_line(refused_line, or_(refused_line.c.person == person, refused_line.c.inss.in_(numbers))),
    )


def _has_line(table: Table, whose: ColumnElement[bool]) -> ColumnElement[bool]:
    lines = select(form.c.id).join(table, table.c.form_id == form.c.id)
    return lines.where(form.c.set_ticket == file_set.c.ticket, whose).correlate(file_set).exists()
