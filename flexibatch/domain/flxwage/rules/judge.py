"""The rules that ask neither register nor store, all at once. Source: docs/spec/message.md, "Order of judgement".

Each rule is a function of its own in `form`, `line`, `calculation` or `quality` beside this; those that ask are in
`asking`.
"""

from collections.abc import Iterator

from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.judgement import (
    CalculationShape,
    DatedFacts,
    Flaw,
    LineInForm,
    Rule,
    ShapeKey,
    shape_key,
    shape_of,
)
from flexibatch.domain.flxwage.model import Calculation, Form, Line
from flexibatch.domain.flxwage.rules.calculation import CALCULATION_RULES
from flexibatch.domain.flxwage.rules.form import FORM_RULES
from flexibatch.domain.flxwage.rules.line import LINE_RULES, calculation_missing, calculation_present
from flexibatch.domain.flxwage.rules.quality import QUALITY_RULES
from flexibatch.domain.vocabulary import Operation

__all__ = ["DatedFacts", "LineRules", "judge_form"]

SHAPES_LIMIT = 1000
"""Shapes of calculations that are remembered of one document."""

SHAPE_RULES: tuple[Rule[DatedFacts, CalculationShape, Flaw], ...] = (*CALCULATION_RULES, *QUALITY_RULES)


def judge_form(form: Form, facts: DatedFacts) -> tuple[Finding, ...]:
    """Return all that is wrong with a Form's own fields and its employer's numbers.

    >>> from flexibatch.domain.flxwage.specimen import FORM, JUDGING
    >>> judge_form(FORM, JUDGING)
    ()
    """
    return tuple(finding for rule in FORM_RULES for finding in rule(facts, form))


class LineRules:
    """Judge the lines of one document; what is wrong with a shape of calculation is found once."""

    def __init__(self, facts: DatedFacts) -> None:
        """Start with nothing judged."""
        self._facts = facts
        self._flaws: dict[ShapeKey, tuple[Flaw, ...]] = {}

    def judge(self, form: Form, line: Line) -> tuple[Finding, ...]:
        """Return all that is wrong with a line.

        A cancellation has no Calculation; where it has one, that is the fault, and what stands in it is not
        judged. Without a readable operation the Form is refused, and only what holds for any operation is told.

        >>> from flexibatch.domain.flxwage.specimen import FORM, JUDGING, LINE
        >>> LineRules(JUDGING).judge(FORM, LINE)
        ()
        """
        place, facts = LineInForm(form, line), self._facts
        found: tuple[Finding, ...] = ()
        for rule in LINE_RULES:
            found += rule(facts, place)
        operation, calculation = form.operation, line.calculation
        if operation is Operation.CANCELLATION:
            return found + calculation_present(facts, place)
        if calculation is None:
            return found if operation is None else found + calculation_missing(facts, place)
        flaws = self._flawed(calculation)
        return (*found, *_findings(flaws, place)) if flaws else found

    def _flawed(self, calculation: Calculation) -> tuple[Flaw, ...]:
        """Return the flaws of a calculation's shape."""
        key = shape_key(calculation)
        flaws = self._flaws.get(key)
        if flaws is None:
            shape = shape_of(calculation)
            flaws = tuple(flaw for rule in SHAPE_RULES for flaw in rule(self._facts, shape))
            if len(self._flaws) < SHAPES_LIMIT:
                self._flaws[key] = flaws
        return flaws


def _findings(flaws: tuple[Flaw, ...], place: LineInForm) -> Iterator[Finding]:
    """Return the flaws of a line that reading it has not told."""
    return (found for found in map(place.finding, flaws) if not place.told(found.location))
