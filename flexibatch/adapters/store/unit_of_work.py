"""One stream's turn: what the judgement of a set reads, and what it is to write when it is over.

It is judged by the records as they stood when its turn began, and written in one short transaction, if they still fit.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from flexibatch.adapters.store import bureaus, certificates, identities, register
from flexibatch.adapters.store.cases import case_of, cases
from flexibatch.adapters.store.current_declarations import current_declarations
from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.forms import form_rows
from flexibatch.adapters.store.staging import Staging
from flexibatch.adapters.store.tables import answer_counter, file_set, form, stream, unchanged_line, version
from flexibatch.adapters.store.verdicts import write_verdict
from flexibatch.adapters.store.waiting import WAITING
from flexibatch.domain.case import Case, FormVerdict, PriorLine, Verdict
from flexibatch.domain.dimona import Period
from flexibatch.domain.names import answer_name
from flexibatch.domain.operations import CurrentDeclaration
from flexibatch.domain.signatures import Certificate
from flexibatch.domain.vocabulary import Environment, SetState, Subject
from flexibatch.errors import Superseded
from flexibatch.ports import EmployerMatch, Stream

_LOWEST = (
    cases()
    .where(
        file_set.c.sender == bindparam("sender"),
        file_set.c.environment == bindparam("environment"),
        file_set.c.state.in_(WAITING),
    )
    .order_by(file_set.c.turn)
    .limit(1)
)
_COUNTER = [column == bindparam(f"of_{column.name}") for column in answer_counter.primary_key]
_LAST_ANSWER = select(answer_counter.c.last).where(*_COUNTER)
_COUNT_ANSWER = (
    update(answer_counter)
    .where(*_COUNTER, answer_counter.c.last == bindparam("before"))
    .values(last=bindparam("number"))
)
_ALONE = (
    select(stream)
    .where(stream.c.sender == bindparam("sender"), stream.c.environment == bindparam("environment"))
    .with_for_update()
)
"""Statements that every set needs are made once: to make one costs more than to run it."""

_Counter = tuple[Subject, date]


class StoredUnitOfWork:
    """Fulfil the port `UnitOfWork`; `write` puts down what the journey decided."""

    def __init__(
        self, connection: Connection, mine: Stream, due: datetime | None, staging: Staging | None = None
    ) -> None:
        """Keep where to look; with `due`, sets that wait for a later moment are left waiting.

        Without `staging` nothing is kept for `write`.
        """
        self._connection, self._stream, self._due, self._staging = connection, mine, due, staging
        self._case: Case | None = None
        self._named: dict[_Counter, tuple[int, int]] = {}
        self._verdict: Verdict | None = None

    # ------------------------------------------------------------------------------------------ the next set

    def next_case(self) -> Case | None:
        """Return the lowest unsettled set of the stream, None where it must wait or there is none."""
        self._case = self._next_in(self._connection, self._due)
        return self._case

    def _next_in(self, connection: Connection, due: datetime | None) -> Case | None:
        row = connection.execute(_LOWEST, self._mine).first()
        if row is None or row.state == SetState.CLAIMING or row.held:
            return None
        if due is not None and row.not_before is not None and row.not_before > stored(due):
            return None
        return case_of(connection, row)

    @property
    def _mine(self) -> Mapping[str, str]:
        return {"sender": self._stream.sender, "environment": self._stream.environment.value}

    # -------------------------------------------------------------------------------------- register and rights

    def employer(self, nsso: str | None, company: str | None) -> EmployerMatch:
        """Find the employer that two numbers lead to."""
        return identities.find_employer(self._connection, nsso, company)

    def persons(self, inss: Collection[str]) -> Mapping[str, str]:
        """Return the current number of every replaced one."""
        return identities.current_persons(self._connection, inss)

    def periods(self, employer_id: int | None, persons: Collection[str]) -> Mapping[str, Sequence[Period]]:
        """Return all periods of workers with an employer."""
        return register.periods_of(self._connection, employer_id, persons)

    def state(self) -> datetime | None:
        """Return the moment of the last import."""
        return register.register_state(self._connection)

    def certificates(self, sender: str) -> Sequence[Certificate]:
        """Return the certificates that a sender registered."""
        return certificates.certificates_of(self._connection, sender)

    def mandated(self, sender: str, employer_id: int, on: date) -> bool:
        """Return whether a sender may declare for an employer on a day."""
        return bureaus.mandated(self._connection, sender, employer_id, on)

    def current_declarations(
        self, environment: Environment, employer_id: int, keys: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], CurrentDeclaration]:
        """Return the declarations in force by (person, reference)."""
        return current_declarations(self._connection, environment, employer_id, keys)

    # ------------------------------------------------------------------------------------------- earlier runs

    def form_ticket(self, case: Case, number: int) -> str | None:
        """Return the ticket that an earlier run gave to a Form."""
        return self._connection.scalar(
            select(form.c.ticket).where(form.c.set_ticket == case.ticket, form.c.number == number)
        )

    def prior_lines(self, case: Case, number: int) -> Mapping[int, PriorLine]:
        """Return the lines of a Form that earlier runs accepted or left unchanged."""
        mine = (form.c.set_ticket == case.ticket, form.c.number == number)
        made = (
            select(version.c.line, version.c.declaration, version.c.number)
            .join(form, form.c.id == version.c.form_id)
            .where(*mine)
        )
        same = (
            select(unchanged_line.c.line, unchanged_line.c.declaration, unchanged_line.c.version)
            .join(form, form.c.id == unchanged_line.c.form_id)
            .where(*mine)
        )
        rows = [*self._connection.execute(made), *self._connection.execute(same)]
        return {row[0]: PriorLine(row[1], row[2]) for row in rows}

    # ---------------------------------------------------------------------------------------- what is decided

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Bracket what is decided about Forms: forgotten when the document turns out to be broken."""
        named = dict(self._named)
        try:
            yield
        except Exception:
            self._named = named
            if self._staging is not None:
                self._staging.clear()
            raise

    def write_form(self, case: Case, verdict: FormVerdict) -> None:
        """Keep a Form with its versions and anomalies."""
        if self._staging is not None:
            self._staging.add(form_rows(self._connection, case, verdict))

    def answer_name(self, case: Case, subject: Subject, day: date) -> str:
        """Return the next name of an answer to this sender."""
        before, last = self._named.get((subject, day)) or self._last_answer(subject, day)
        self._named[subject, day] = before, last + 1
        return answer_name(subject, day, last + 1, case.environment)

    def _last_answer(self, subject: Subject, day: date) -> tuple[int, int]:
        last = self._connection.scalar(_LAST_ANSWER, self._counter(subject, day)) or 0
        return last, last

    def _counter(self, subject: Subject, day: date) -> Mapping[str, object]:
        key = {**self._mine, "subject": subject.value, "day": day}
        return {f"of_{name}": value for name, value in key.items()}

    def settle(self, verdict: Verdict) -> None:
        """Keep the verdict of the run: counts, provenance, answers, state."""
        self._verdict = verdict

    # ------------------------------------------------------------------------------------------------ writing

    @property
    def decided(self) -> bool:
        """Return whether there is a verdict to write."""
        return self._verdict is not None

    def write(self, connection: Connection, write_forms: Callable[[Case], None]) -> None:
        """Write all that was decided, in an open transaction; raise `Superseded` where the set is another one now.

        `write_forms` writes the rows of the Forms that were judged.
        """
        verdict = self._verdict
        if verdict is None:
            raise LookupError("what is written has its verdict")
        connection.execute(_ALONE, self._mine)
        if self._next_in(connection, None) != self._case:
            raise Superseded("The set is no longer as it was when it was judged.")
        for (subject, day), (before, last) in self._named.items():
            self._count_answer(connection, subject, day, before, last)
        write_forms(verdict.case)
        write_verdict(connection, verdict)

    def _count_answer(
        self, connection: Connection, subject: Subject, day: date, before: int, last: int
    ) -> None:
        if before == 0:
            key = {**self._mine, "subject": subject.value, "day": day}
            connection.execute(insert(answer_counter), {**key, "last": last})
            return
        mine = self._counter(subject, day)
        if connection.execute(_COUNT_ANSWER, {**mine, "before": before, "number": last}).rowcount != 1:
            raise Superseded("Another process has given out the answer's name.")
