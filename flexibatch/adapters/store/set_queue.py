"""The queue of sets: whose turn it is, what failed, what must still be published."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, bindparam, select, update

from flexibatch.adapters.store.attached import AttachedRows
from flexibatch.adapters.store.cases import case_of, cases, told_in, unpublished_runs, verdict_of
from flexibatch.adapters.store.engine import Database, stored
from flexibatch.adapters.store.forms import write_forms
from flexibatch.adapters.store.staging import Staging
from flexibatch.adapters.store.tables import file_set, run
from flexibatch.adapters.store.unit_of_work import StoredUnitOfWork
from flexibatch.domain.case import Case, Settlement, Verdict
from flexibatch.domain.vocabulary import SetState
from flexibatch.ports import Clock, Stream

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
REASON_LIMIT = 500

_PUBLISHED = update(run).where(run.c.set_ticket == bindparam("ticket"), run.c.number == bindparam("run"))


def stored_case(connection: Connection, ticket: str) -> Case:
    """Return a set as it stands in an open transaction."""
    return case_of(connection, connection.execute(cases().where(file_set.c.ticket == ticket)).one())


class StoredSetQueue:
    """Fulfil the port `SetQueue`; `patient` leaves sets alone until their back-off is over."""

    def __init__(
        self, database: Database, clock: Clock, *, patient: bool = False, scratch: Path | None = None
    ) -> None:
        """Keep the database and the clock; what is judged is kept in files without a name in `scratch`."""
        self._database, self._clock, self._patient, self._scratch = database, clock, patient, scratch

    @contextmanager
    def turn(self, mine: Stream) -> Iterator[StoredUnitOfWork]:
        """Open a unit of work for a stream's turn; what was settled in it is written when it ends well.

        Nobody waits for a set that is judged: its transaction begins when it is.
        """
        due = self._clock.now() if self._patient else None
        with Staging(self._scratch) as staging:
            with self._database.looking() as connection:
                unit = StoredUnitOfWork(connection, mine, due, staging)
                yield unit
            if unit.decided:
                self._write(unit, staging)

    def _write(self, unit: StoredUnitOfWork, staging: Staging) -> None:
        if staging.large and self._database.has_one_writer:
            with (
                self._database.connected() as connection,
                AttachedRows.of(connection, staging, self._scratch) as rows,
                connection.begin(),
            ):
                unit.write(connection, lambda case: rows.write(connection, case.ticket))
        else:
            with self._database.writing() as connection:
                unit.write(connection, lambda case: write_forms(connection, case, staging))

    def published(self, verdict: Verdict) -> None:
        """Mark a run as published and archived."""
        with self._database.writing() as connection:
            now = stored(self._clock.now())
            connection.execute(
                _PUBLISHED, {"ticket": verdict.case.ticket, "run": verdict.case.run, "published_at": now}
            )

    def unpublished(self) -> Iterator[Settlement]:
        """Yield the runs that were settled but perhaps not published, with what they told and how much more."""
        with self._database.reading() as connection:
            rows = connection.execute(unpublished_runs()).all()
        for row in rows:
            with self._database.reading() as connection:
                yield self._settled(connection, row.set_ticket, row.number)

    def is_published(self, verdict: Verdict) -> bool:
        """Return whether a run was marked as published and archived."""
        mine = (run.c.set_ticket == verdict.case.ticket, run.c.number == verdict.case.run)
        with self._database.reading() as connection:
            return connection.scalar(select(run.c.published_at).where(*mine)) is not None

    def settled(self, ticket: str, number: int) -> Settlement:
        """Return a run as it was settled."""
        with self._database.reading() as connection:
            return self._settled(connection, ticket, number)

    def _settled(self, connection: Connection, ticket: str, number: int) -> Settlement:
        of_run = connection.execute(
            select(run).where(run.c.set_ticket == ticket, run.c.number == number)
        ).one()
        case = stored_case(connection, ticket)
        told = told_in(connection, ticket, number)
        verdict = verdict_of(connection, replace(case, run=number), of_run)
        return Settlement(verdict, told, max(0, verdict.counts.anomalies - len(told)))

    def waiting(self, mine: Stream) -> Case | None:
        """Return the set that is next in a stream, whether or not it may be settled now."""
        with self._database.reading() as connection:
            return StoredUnitOfWork(connection, mine, None).next_case()

    def delayed(self, ticket: str, reason: str) -> None:
        """Note that trouble kept a set from being settled: it waits, longer each time, and loses nothing."""
        with self._database.writing() as connection:
            troubles = self._count(connection, ticket, "troubles")
            if troubles is not None:
                self._note(
                    connection, ticket, reason, troubles=troubles + 1, not_before=self._later(troubles)
                )

    def failed(self, ticket: str, reason: str, max_attempts: int) -> bool:
        """Note that a bug kept a set from being settled; tell whether it is in quarantine now."""
        with self._database.writing() as connection:
            counted = self._count(connection, ticket, "attempts")
            if counted is None:
                return False
            attempts = counted + 1
            over = attempts >= max_attempts
            state = SetState.QUARANTINE if over else SetState.CLAIMED
            not_before = None if over else self._later(attempts - 1)
            values = {"attempts": attempts, "not_before": not_before, "state": state.value}
            self._note(connection, ticket, reason, **values)
        return over

    def _later(self, times: int) -> datetime:
        return stored(self._clock.now() + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(times, 10)))

    def _count(self, connection: Connection, ticket: str, column: str) -> int | None:
        """Return how often a set failed, and hold it; None where another process has settled it meanwhile."""
        mine = (file_set.c.ticket == ticket, file_set.c.state == SetState.CLAIMED)
        counted: int | None = connection.scalar(select(file_set.c[column]).where(*mine).with_for_update())
        return counted

    def _note(self, connection: Connection, ticket: str, reason: str, **values: object) -> None:
        shown = reason[:REASON_LIMIT]
        connection.execute(update(file_set).where(file_set.c.ticket == ticket).values(reason=shown, **values))
