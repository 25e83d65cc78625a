"""Try the next runs of archived sets, one after another, each by what those before it would have made."""

from collections.abc import Iterator
from contextlib import contextmanager

from flexibatch.adapters.store import set_actions
from flexibatch.adapters.store.later import DeclarationKey, LaterBooks
from flexibatch.adapters.store.set_queue import stored_case
from flexibatch.domain.case import Case, FormVerdict
from flexibatch.domain.identifiers import normal_reference
from flexibatch.domain.operations import CurrentDeclaration
from flexibatch.domain.operators import By
from flexibatch.domain.vocabulary import Operation, Outcome
from flexibatch.dry_run import Trial, try_case
from flexibatch.pipeline import World
from flexibatch.ports import Stream, UnitOfWork
from flexibatch.wiring.home import Home


class Retrials:
    """Judge sets as their next runs would, and keep nothing but what later ones build on."""

    def __init__(self, home: Home, world: World, by: By) -> None:
        """Keep where sets lie, and what they are judged by."""
        self._home, self._world, self._by = home, world, by
        self._current_declarations: dict[DeclarationKey, CurrentDeclaration] = {}

    def next_run(self, ticket: str) -> Trial:
        """Judge an archived set anew; raise `Refusal` where it cannot be run again."""
        case = self._case(ticket)
        trial = try_case(self._world, self._opened(case))
        if trial.settlement.verdict.state == "received":
            for judged in trial.forms:
                self._remember(case, judged)
        return trial

    def _case(self, ticket: str) -> Case:
        """Return a set as its next run would find it; the run is not begun."""
        with self._home.database.writing() as connection, connection.begin_nested() as begun:
            set_actions.begin_rerun(connection, self._by, ticket)
            case = stored_case(connection, ticket)
            begun.rollback()
        return case

    @contextmanager
    def _opened(self, case: Case) -> Iterator[tuple[UnitOfWork, Case]]:
        with self._home.database.looking() as connection:
            yield (
                LaterBooks(
                    connection, Stream(case.sender.number, case.environment), self._current_declarations
                ),
                case,
            )

    def _remember(self, case: Case, judged: FormVerdict) -> None:
        """Remember the versions that a Form would make."""
        cancelled = judged.form.operation is Operation.CANCELLATION
        for one in judged.lines:
            if one.kept or one.outcome is not Outcome.ACCEPTED or judged.employer_id is None:
                continue
            key = (
                case.environment,
                judged.employer_id,
                one.person or "",
                normal_reference(one.line.reference or ""),
            )
            before = self._current_declarations.get(key)
            self._current_declarations[key] = CurrentDeclaration(
                ticket=one.ticket or "",
                version=one.version or 1,
                cancelled=cancelled,
                own=one.line.own,
                content=None if cancelled else one.line.calculation,
                last_arrival=case.arrival,
                newest_arrival=max(case.arrival, before.newest_arrival if before else 0),
            )
