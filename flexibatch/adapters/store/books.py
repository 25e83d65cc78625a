"""One stream's turn: all that the judgement of a set reads and writes, in one transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from flexibatch.adapters.store import bureaus, certificates, parties, register
from flexibatch.adapters.store.bulk import insert_rows
from flexibatch.adapters.store.cases import anomaly_row, case_of, cases
from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.standings import standings
from flexibatch.adapters.store.tables import (
    acknowledgement,
    anomaly,
    answer,
    answer_counter,
    declaration,
    feature,
    file_set,
    financial_element,
    form,
    form_run,
    run,
    unchanged_line,
    version,
)
from flexibatch.domain.case import Case, FormVerdict, LineVerdict, LocatedAnomaly, PriorLine, Verdict
from flexibatch.domain.dimona import Period
from flexibatch.domain.model import Calculation
from flexibatch.domain.names import answer_name
from flexibatch.domain.operations import Standing
from flexibatch.domain.signatures import Certificate
from flexibatch.domain.vocabulary import Environment, Operation, Outcome, SetState, Subject
from flexibatch.ports import Party, Stream

WAITING = (SetState.CLAIMING, SetState.CLAIMED)
SETTLED_AS = {
    "received": SetState.SETTLED,
    "refused": SetState.REFUSED,
    "withdrawn": SetState.WITHDRAWN,
    "recorded": SetState.RECORDED,
}


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
_FORM_ID = select(form.c.id).where(form.c.ticket == bindparam("ticket"))
_COUNTER = [column == bindparam(f"of_{column.name}") for column in answer_counter.primary_key]
_LAST_ANSWER = select(answer_counter.c.last).where(*_COUNTER)
_COUNT_ANSWER = update(answer_counter).where(*_COUNTER).values(last=bindparam("number"))
_SETTLED = (
    update(file_set)
    .where(file_set.c.ticket == bindparam("set_ticket"))
    .values(attempts=0, troubles=0, not_before=None, reason=None)
)
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

    def periods(self, employer_id: int, persons: Collection[str]) -> Mapping[str, Sequence[Period]]:
        """Give all periods of workers with an employer."""
        return register.periods_of(self._connection, employer_id, persons)

    def elsewhere(self, person: str) -> bool:
        """Tell whether the register knows a worker with any employer."""
        return register.elsewhere(self._connection, person)

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
        form_id = self._form_id(case, verdict)
        counts = {outcome.value: verdict.count(outcome) for outcome in Outcome}
        operation = verdict.form.operation
        row = {
            "form_id": form_id,
            "run": case.run,
            "operation": operation.value if operation else None,
            "reference": verdict.form.reference[:64] if verdict.form.reference else None,
            "employer_id": verdict.employer_id,
            "result": verdict.result.value,
            "lines": verdict.size,
            **counts,
        }
        self._connection.execute(insert(form_run), row)
        fresh = [line for line in verdict.lines if not line.kept]
        if verdict.employer_id is not None and operation is not None:
            accepted = [line for line in fresh if line.outcome is Outcome.ACCEPTED]
            self._write_versions(case, form_id, operation, verdict.employer_id, accepted)
        insert_rows(
            self._connection,
            unchanged_line,
            [
                (form_id, line.line.number, case.run, line.ticket, line.version)
                for line in fresh
                if line.outcome is Outcome.UNCHANGED
            ],
        )
        self._write_anomalies(case, verdict.told)

    def _form_id(self, case: Case, verdict: FormVerdict) -> int:
        known = self._connection.scalar(_FORM_ID, {"ticket": verdict.ticket})
        if known is not None:
            return int(known)
        values = {"ticket": verdict.ticket, "set_ticket": case.ticket, "number": verdict.form.number}
        made = self._connection.execute(insert(form), values).inserted_primary_key
        return int(made[0]) if made else 0

    def _write_versions(
        self, case: Case, form_id: int, operation: Operation, employer_id: int, lines: list[LineVerdict]
    ) -> None:
        environment = case.environment.value
        new = [
            (one.ticket, environment, employer_id, one.person, one.line.reference)
            for one in lines
            if one.version == 1
        ]
        insert_rows(self._connection, declaration, new)
        rows = [_version_row(case, form_id, operation, one) for one in lines]
        insert_rows(self._connection, version, rows)
        if operation is Operation.CANCELLATION:
            return
        features: list[tuple[Any, ...]] = []
        elements: list[tuple[Any, ...]] = []
        for one in lines:
            number = one.line.number
            for place, quality in enumerate(_calculation(one).qualities, 1):
                features.append(
                    (
                        form_id,
                        number,
                        place,
                        quality.start,
                        quality.end,
                        quality.employer_class,
                        quality.worker_code,
                    )
                )
                elements.extend(
                    (form_id, number, place, nth, element.code, element.amount, element.frequency)
                    for nth, element in enumerate(quality.elements, 1)
                )
        insert_rows(self._connection, feature, features)
        insert_rows(self._connection, financial_element, elements)

    def _write_anomalies(self, case: Case, told: Sequence[LocatedAnomaly]) -> None:
        if told:
            rows = [anomaly_row(case, one, self._note(one)) for one in told]
            self._connection.execute(insert(anomaly), rows)

    def _note(self, located: LocatedAnomaly) -> str | None:
        """Tell the operator what a bureau must not learn."""
        if located.anomaly.finding.rule != "dimona-none" or located.inss is None:
            return None
        person = self.persons([located.inss]).get(located.inss, located.inss)
        return "known with another employer" if self.elsewhere(person) else "unknown to the register"

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
        case, counts, provenance = verdict.case, verdict.counts, verdict.provenance
        register_at = provenance.register if provenance else None
        row = {
            "set_ticket": case.ticket,
            "number": case.run,
            "verdict": verdict.state,
            "decided_at": stored(verdict.decided_at),
            "sha256": provenance.sha256 if provenance else None,
            "schema": provenance.schema if provenance else None,
            "catalogue": provenance.catalogue if provenance else None,
            "register_at": stored(register_at) if register_at else None,
            **asdict(counts),
        }
        self._connection.execute(insert(run), row)
        self._write_anomalies(case, [LocatedAnomaly(fault) for fault in verdict.faults])
        self._write_answers(verdict)
        if case.subject is Subject.ACKNOWLEDGEMENT:
            self._record(verdict)
        passed = case.passed or verdict.state == "received"
        settled = {"set_ticket": case.ticket, "state": SETTLED_AS[verdict.state], "passed": passed}
        self._connection.execute(_SETTLED, settled)

    def _write_answers(self, verdict: Verdict) -> None:
        case = verdict.case
        rows = [
            {
                "set_ticket": case.ticket,
                "run": case.run,
                "subject": one.subject.value,
                "sender": case.sender.number,
                "environment": case.environment.value,
                "name": one.name,
                "sha256": one.sha256,
                "size": one.size,
                "signature": one.signature,
            }
            for one in verdict.answers
        ]
        if rows:
            self._connection.execute(insert(answer), rows)

    def _record(self, verdict: Verdict) -> None:
        """Record a bureau's acknowledgement with the answer it names."""
        case = verdict.case
        named = self._connection.execute(
            select(answer.c.name, answer.c.set_ticket).where(
                answer.c.sender == case.sender.number,
                answer.c.environment == case.environment.value,
                answer.c.name == verdict.acknowledges,
            )
        ).first()
        self._connection.execute(
            insert(acknowledgement).values(
                set_ticket=case.ticket,
                answer_name=verdict.acknowledges,
                answer_ticket=named.set_ticket if named else None,
                recorded_at=stored(verdict.decided_at),
            )
        )


def _calculation(one: LineVerdict) -> Calculation:
    if one.line.calculation is None:
        raise ValueError("an accepted original or modification has a calculation")
    return one.line.calculation


def _version_row(case: Case, form_id: int, operation: Operation, one: LineVerdict) -> tuple[Any, ...]:
    line, calculation = one.line, one.line.calculation
    made = (form_id, line.number, one.ticket, one.version, operation.value, case.run, case.arrival, line.inss)
    if calculation is None:
        return (*made, None, None, None, None)
    days = (calculation.start, calculation.end, calculation.calculated_on)
    return (*made, calculation.payslip_reference, *days)
