"""Judge without keeping anything: `check`, and the dry run of a re-run."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime

from flexibatch.domain.case import (
    AnswerFile,
    Case,
    FormVerdict,
    LocatedAnomaly,
    PriorLine,
    Settlement,
    Verdict,
)
from flexibatch.domain.dimona import Period
from flexibatch.domain.findings import Anomaly
from flexibatch.domain.names import answer_name
from flexibatch.domain.operations import CurrentDeclaration
from flexibatch.domain.signatures import Certificate
from flexibatch.domain.vocabulary import Environment, Subject
from flexibatch.pipeline import World, judge
from flexibatch.ports import Answers, EmployerMatch, Notification, UnitOfWork


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be settled: the verdict, and what would become of every Form."""

    settlement: Settlement
    forms: tuple[FormVerdict, ...]


class ListeningAnswers:
    """Fulfil the port `Answers` by listening: the answers are written by another, or by nobody."""

    def __init__(self, writer: Answers | None = None) -> None:
        """Keep who writes the answers, if somebody does."""
        self._writer = writer
        self.forms: list[FormVerdict] = []

    def acknowledge(self, verdict: Verdict, name: str, fault: Anomaly | None) -> AnswerFile:
        """Return an answer file that nobody will publish."""
        if self._writer is not None:
            return self._writer.acknowledge(verdict, name, fault)
        return AnswerFile(Subject.ACKNOWLEDGEMENT, name, "", 0)

    @contextmanager
    def notify(self, verdict: Verdict, name: str) -> Iterator["_Listening"]:
        """Listen to a NOTI."""
        if self._writer is None:
            yield _Listening(self.forms, name, None)
            return
        with self._writer.notify(verdict, name) as notification:
            yield _Listening(self.forms, name, notification)


class _Listening:
    def __init__(self, forms: list[FormVerdict], name: str, writer: Notification | None) -> None:
        self._forms, self._name, self._writer = forms, name, writer

    def add(self, judged: FormVerdict) -> None:
        self._forms.append(judged)
        if self._writer is not None:
            self._writer.add(judged)

    def close(self, last: LocatedAnomaly | None) -> AnswerFile:
        if self._writer is not None:
            return self._writer.close(last)
        return AnswerFile(Subject.NOTIFICATION, self._name, "", 0)


def try_case(
    world: World, opened: AbstractContextManager[tuple[UnitOfWork, Case]], writer: Answers | None = None
) -> Trial:
    """Judge a case in a unit of work that is open for it and that nobody writes."""
    answers = ListeningAnswers(writer)
    with opened as (unit, case):
        settlement = judge(replace(world, answers=answers), unit, case)
    return Trial(settlement, tuple(answers.forms))


class DryRunUnitOfWork:
    """The unit of work where there is no home: nothing is known, nothing is kept."""

    def next_case(self) -> Case | None:
        """Return no set: there is no queue."""
        return None

    def employer(self, nsso: str | None, company: str | None) -> EmployerMatch:
        """Know no employer."""
        del nsso, company
        return EmployerMatch(None)

    def persons(self, inss: Collection[str]) -> Mapping[str, str]:
        """Know of no replaced number."""
        del inss
        return {}

    def periods(self, employer_id: int | None, persons: Collection[str]) -> Mapping[str, Sequence[Period]]:
        """Know no period."""
        del employer_id, persons
        return {}

    def state(self) -> datetime | None:
        """Have no import."""
        return None

    def certificates(self, sender: str) -> Sequence[Certificate]:
        """Know no certificate."""
        del sender
        return ()

    def mandated(self, sender: str, employer_id: int, on: date) -> bool:
        """Know no mandate."""
        del sender, employer_id, on
        return False

    def current_declarations(
        self, environment: Environment, employer_id: int, keys: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], CurrentDeclaration]:
        """Know no declaration."""
        del environment, employer_id, keys
        return {}

    def form_ticket(self, case: Case, number: int) -> str | None:
        """Know no earlier run."""
        del case, number
        return None

    def prior_lines(self, case: Case, number: int) -> Mapping[int, PriorLine]:
        """Know no earlier run."""
        del case, number
        return {}

    def attempt(self) -> AbstractContextManager[None]:
        """Bracket nothing: nothing is written."""
        return nullcontext()

    def write_form(self, case: Case, verdict: FormVerdict) -> None:
        """Keep nothing."""

    def answer_name(self, case: Case, subject: Subject, day: date) -> str:
        """Name an answer that is never put out."""
        return answer_name(subject, day, 1, case.environment)

    def settle(self, verdict: Verdict) -> None:
        """Keep nothing."""
