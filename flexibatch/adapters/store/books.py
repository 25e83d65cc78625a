"""One stream's turn: all that the judgement of a set reads and writes, in one transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from flexibatch.adapters.store import bureaus, certificates, parties, register
from flexibatch.adapters.store.cases import case_of, cases
from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.forms import write_form
from flexibatch.adapters.store.standings import standings
from flexibatch.adapters.store.tables import answer_counter, file_set, form, unchanged_line, version
from flexibatch.adapters.store.verdicts import write_verdict
from flexibatch.adapters.store.waiting import WAITING
from flexibatch.domain.case import Case, FormVerdict, PriorLine, Verdict
from flexibatch.domain.dimona import Period
from flexibatch.domain.names import answer_name
from flexibatch.domain.operations import Standing
from flexibatch.domain.signatures import Certificate
from flexibatch.domain.vocabulary import Environment, SetState, Subject
from flexibatch.ports import Party, Stream

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
_COUNT_ANSWER = update(answer_counter).where(*_COUNTER).values(last=bindparam("number"))
"""Statements that every set needs are made once: to make one costs more than to run it."""


class StoredBooks:
    """Fulfil the port `Books` on one open transaction."""

    def __init__(self, connection: Connection, stream: Stream, due: datetime | None) -> None:
        """Keep the transaction; with `due`, sets that wait for a later moment are left waiting."""
        self._connection, self._stream, self._due = connection, stream, due

    # ------------------------------------------------------------------------------------------ the next set

    def next_case(self) -> Case | None:
        """Give the lowest unsettled set of the stream, None where it must wait or there is none."""
        stream = {"sender": self._stream.sender, "environment": self._stream.environment.value}
        row = self._connection.execute(_LOWEST, stream).first()
        if row is None or row.state == SetState.CLAIMING or row.held:
            return None
        if self._due is not None and row.not_before is not None and row.not_before > stored(self._due):
            return None
        return case_of(self._connection, row)

    # -------------------------------------------------------------------------------------- register and rights

    def employer(self, nsso: str | None, company: str | None) -> Party:
        """Find the employer that two numbers lead to."""
        return parties.find_employer(self._connection, nsso, company)

    def persons(self, inss: Collection[str]) -> Mapping[str, str]:
        """Give the current number of every replaced one."""
        return parties.current_persons(self._connection, inss)

    def periods(self, employer_id: int | None, persons: Collection[str]) -> Mapping[str, Sequence[Period]]:
        """Give all periods of workers with an employer."""
        return register.periods_of(self._connection, employer_id, persons)

    def state(self) -> datetime | None:
        """Give the moment of the last import."""
        return register.register_state(self._connection)

    def certificates(self, sender: str) -> Sequence[Certificate]:
        """Give the certificates that a sender registered."""
        return certificates.certificates_of(self._connection, sender)

    def mandated(self, sender: str, employer_id: int, on: date) -> bool:
        """Tell whether a sender may declare for an employer on a day."""
        return bureaus.mandated(self._connection, sender, employer_id, on)

    def standings(
        self, environment: Environment, employer_id: int, keys: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Standing]:
        """Give the declarations in force by (person, reference)."""
        return standings(self._connection, environment, employer_id, keys)

    # ------------------------------------------------------------------------------------------- earlier runs

    def form_ticket(self, case: Case, number: int) -> str | None:
        """Give the ticket that an earlier run gave to a Form."""
        return self._connection.scalar(
            select(form.c.ticket).where(form.c.set_ticket == case.ticket, form.c.number == number)
        )

    def prior_lines(self, case: Case, number: int) -> Mapping[int, PriorLine]:
        """Give the lines of a Form that earlier runs accepted or left unchanged."""
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

    # ------------------------------------------------------------------------------------------------ writing

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Bracket what is written for Forms in a savepoint."""
        with self._connection.begin_nested():
            yield

    def write_form(self, case: Case, verdict: FormVerdict) -> None:
        """Write a Form with its versions and anomalies."""
        write_form(self._connection, case, verdict)

    def answer_name(self, case: Case, subject: Subject, day: date) -> str:
        """Give out the next name of an answer to this sender."""
        key = {
            "sender": case.sender.number,
            "environment": case.environment.value,
            "subject": subject.value,
            "day": day,
        }
        mine = {f"of_{name}": value for name, value in key.items()}
        last = self._connection.scalar(_LAST_ANSWER, mine)
        number = 1 if last is None else last + 1
        if last is None:
            self._connection.execute(insert(answer_counter), {**key, "last": number})
        else:
            self._connection.execute(_COUNT_ANSWER, {**mine, "number": number})
        return answer_name(subject, day, number, case.environment)

    def settle(self, verdict: Verdict) -> None:
        """Write the verdict of the run: counts, provenance, answers, state."""
        write_verdict(self._connection, verdict)
