"""What judging archived sets again would change, line by line; nothing is kept."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flexibatch.domain.case import FormVerdict, LineVerdict
from flexibatch.domain.operators import By
from flexibatch.domain.vocabulary import Outcome
from flexibatch.services.check import rerun_trial
from flexibatch.services.sets import AnomalyRow, show_set
from flexibatch.trials import Trial
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


def difference(components: Components, by: By, tickets: Sequence[str]) -> list[Change]:
    """Return what a re-run of sets would change; raise `Refusal` where one of them cannot be run again."""
    world = replace(components.world, max_anomalies=sys.maxsize)
    changes: list[Change] = []
    for ticket in tickets:
        before = _told_before(components.home, ticket)
        changes += _changes(ticket, rerun_trial(components.home, world, by, ticket), before)
    return changes


@dataclass(frozen=True, slots=True)
class _Before:
    """The anomalies that the last run of a set told; not `complete` where there were more than are told."""

    told: Sequence[AnomalyRow]
    complete: bool

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
    return _Before(found.anomalies, found.runs[-1].anomalies <= len(found.anomalies))


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
