"""What judging archived sets again would change, line by line; nothing is kept."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from flexibatch.domain.case import FormVerdict, LineVerdict, Verdict
from flexibatch.domain.operators import By
from flexibatch.domain.vocabulary import Outcome
from flexibatch.dry_run import Trial
from flexibatch.errors import FlexibatchError, refused_by_machine
from flexibatch.services.retrials import Retrials
from flexibatch.services.sets import AnomalyRow, show_set
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home


@dataclass(frozen=True, slots=True)
class Change:
    """A line that would stand otherwise than it does; a file that would be refused whole has a ticket only.

    `before` are the codes that it was refused with, `after` what it would be, with `codes`.
    """

    ticket: str
    form: int | None
    line: int | None
    reference: str | None
    own_reference: str | None
    before: tuple[str, ...]
    after: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The verdict that a re-run of a set would come to, and the lines that it would change."""

    verdict: Verdict
    changes: tuple[Change, ...]


@dataclass(slots=True)
class Foresight:
    """What re-runs would come to, set by set in their order.

    `left` counts the sets that would not change, `failed` tells why some could not be judged.
    """

    sets: list[Foreseen] = field(default_factory=list)
    left: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def tickets(self) -> tuple[str, ...]:
        """Return the sets that would be run again."""
        return tuple(one.verdict.case.ticket for one in self.sets)


def foresee(
    components: Components, by: By, tickets: Sequence[str], *, every: bool, strict: bool
) -> Foresight:
    """Return what re-runs of sets would come to, each judged by what those before it would have made.

    Unless `every` is asked for, those that would not change are only counted. Where it is `strict`, raise `Refusal`
    for one that cannot be run again; else one that cannot be judged is left, and told.
    """
    world = replace(components.world, max_anomalies=sys.maxsize)
    retrials, foresight = Retrials(components.home, world, by), Foresight()
    for ticket in tickets:
        try:
            found = _foreseen(components.home, retrials, ticket)
        except Exception as exc:
            if strict:
                raise
            foresight.failed[ticket] = _reason(exc)
            continue
        if every or found.changes:
            foresight.sets.append(found)
        else:
            foresight.left += 1
    return foresight


def _reason(exc: Exception) -> str:
    if isinstance(exc, FlexibatchError):
        return str(exc)
    return refused_by_machine(exc) if isinstance(exc, OSError) else f"a bug ({type(exc).__name__})."


def _foreseen(home: Home, retrials: Retrials, ticket: str) -> Foreseen:
    before = _told_before(home, ticket)
    trial = retrials.next_run(ticket)
    changes = tuple(_changes(ticket, trial, before))
    verdict = trial.settlement.verdict
    if not changes and verdict.state != before.verdict:
        changes = (Change(ticket, None, None, None, None, before.whole, verdict.state, ()),)
    return Foreseen(verdict, changes)


@dataclass(frozen=True, slots=True)
class _Before:
    """The anomalies that the last run of a set told; not `complete` where there were more than are told."""

    told: Sequence[AnomalyRow]
    complete: bool
    verdict: str

    @property
    def whole(self) -> tuple[str, ...]:
        """Return the codes that stood against the whole file."""
        return self._codes(None, None)

    def of_line(self, form: int, line: int) -> tuple[str, ...]:
        """Return the codes that stood against a line, or else against its Form, or else against the whole file."""
        return self._codes(form, line) or self._codes(form, None) or self.whole

    def same(self, was: Sequence[str], codes: Sequence[str]) -> bool:
        """Return whether a line that is refused was refused for the same: what was not told is not known to differ."""
        return set(was) == set(codes) if self.complete else set(was) <= set(codes)

    def _codes(self, form: int | None, line: int | None) -> tuple[str, ...]:
        place = (form, line)
        return tuple(dict.fromkeys(one.code for one in self.told if (one.form_number, one.line) == place))


def _told_before(home: Home, ticket: str) -> _Before:
    found = show_set(home, ticket)
    last = found.runs[-1]
    return _Before(found.anomalies, last.anomalies <= len(found.anomalies), last.verdict)


def _changes(ticket: str, trial: Trial, before: _Before) -> Iterator[Change]:
    """Yield every line that would stand otherwise than it does, and a file refused whole."""
    verdict = trial.settlement.verdict
    if verdict.faults:
        codes = tuple(dict.fromkeys(fault.code for fault in verdict.faults))
        if not before.same(before.whole, codes):
            yield Change(ticket, None, None, None, None, before.whole, "refused", codes)
        return
    for judged in trial.forms:
        for one in judged.lines:
            was, codes = before.of_line(judged.form.number, one.line.number), _codes(judged, one)
            same = one.kept or (one.outcome is Outcome.REFUSED and before.same(was, codes))
            if not same:
                line, form = one.line, judged.form.number
                outcome = one.outcome.value
                yield Change(ticket, form, line.number, line.reference, line.own, was, outcome, codes)


def _codes(judged: FormVerdict, one: LineVerdict) -> tuple[str, ...]:
    """Return the codes of a line, or of the Form with which it is refused."""
    of_form = [told.anomaly.code for told in judged.told if told.line is None] if judged.refused else []
    return tuple(one.codes) or tuple(dict.fromkeys(of_form))
