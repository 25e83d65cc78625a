"""Judge without keeping anything: `check`, and the dry run of a re-run."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from flexibatch.domain.case import AnswerFile, Case, FormVerdict, LocatedAnomaly, Settlement, Verdict
from flexibatch.domain.findings import Anomaly
from flexibatch.domain.vocabulary import Subject
from flexibatch.pipeline import World, judge
from flexibatch.ports import Answers, Books, Notification


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold what would be settled: the verdict, and what would become of every Form."""

    settlement: Settlement
    forms: tuple[FormVerdict, ...]


class ListeningAnswers:
    """Fulfil the port `Answers` by listening: the answers are written by another, or by nobody."""

    def __init__(self, writer: Answers | None = None) -> None:
        """Keep who writes the answers, if somebody does."""
        self._writer = writer
        self.forms: list[FormVerdict] = []

    def acknowledge(self, verdict: Verdict, name: str, fault: Anomaly | None) -> AnswerFile:
        """Give an answer file that nobody will publish."""
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


class _Undo(Exception):  # noqa: N818 - it reports no error, it ends a transaction
    """End a transaction without keeping anything."""


def try_case(
    world: World, books: AbstractContextManager[Books], case: Case, writer: Answers | None = None
) -> Trial:
    """Judge a case in a transaction that is undone."""
    answers = ListeningAnswers(writer)
    trial: Trial | None = None
    try:
        with books as open_books:
            settlement = judge(replace(world, answers=answers), open_books, case)
            trial = Trial(settlement, tuple(answers.forms))
            raise _Undo
    except _Undo:
        pass
    if trial is None:
        raise LookupError("a trial ends with a verdict")
    return trial
