"""What became of every line of a set, and what people know a line by: one value a line, in document order.

Source: docs/spec/answers.md, "The page in REPORT".
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from flexibatch.domain.case import FormVerdict
from flexibatch.domain.flxwage.model import Calculation
from flexibatch.domain.vocabulary import Operation, Outcome


class LineOutcome(NamedTuple):
    """One line: where it stands, what it is known by, what became of it.

    `form` and `line` count from 1. `nsso` and `company` are the employer's numbers as answers tell them. `amount` adds
    up all its elements, in eurocents. What could not be read is None, and so is what a cancellation does not have.
    """

    form: int
    line: int
    nsso: str | None
    company: str | None
    operation: Operation | None
    form_reference: str | None
    reference: str | None
    own: str | None
    inss: str | None
    start: date | None
    end: date | None
    amount: int | None
    outcome: Outcome
    ticket: str | None = None
    version: int | None = None
    codes: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[int, int]:
        """Return where the line stands: the number of its Form, and its own in it."""
        return self.form, self.line


LineOutcomes = Callable[[], Iterator[LineOutcome]]
"""Begins to yield the lines of a set, in document order."""


def no_lines() -> Iterator[LineOutcome]:
    """Yield nothing: the document of a set was not judged, or its lines were not kept."""
    yield from ()


def line_outcomes(judged: FormVerdict) -> Iterator[LineOutcome]:
    """Yield the lines of a judged Form."""
    form, employer = judged.form, judged.employer
    key = form.reference.number if form.reference else None
    for one in judged.lines:
        line, calculation = one.line, one.line.calculation
        yield LineOutcome(
            form.number,
            line.number,
            employer.nsso,
            employer.company,
            form.operation,
            key,
            line.reference,
            line.own,
            line.inss,
            calculation.start if calculation else None,
            calculation.end if calculation else None,
            amount_of(calculation),
            one.outcome,
            one.ticket,
            one.version,
            one.codes,
        )


def amount_of(calculation: Calculation | None) -> int | None:
    """Add up the amounts of a calculation, in eurocents; None where there is none that could be read.

    >>> amount_of(None), amount_of(Calculation())
    (None, None)
    """
    qualities = calculation.qualities if calculation else ()
    amounts = [one.amount for quality in qualities for one in quality.elements if one.amount is not None]
    return sum(amounts) if amounts else None
