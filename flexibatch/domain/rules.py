"""The rules that ask neither register nor store, all at once. Source: flxwage.md, on a form or a declaration.

Each rule is a function of its own in `form_rules`, `line_rules` or `quality_rules`.
"""

from collections.abc import Hashable

from flexibatch.domain.findings import Finding
from flexibatch.domain.form_rules import FORM_RULES
from flexibatch.domain.judgement import Judging, Place
from flexibatch.domain.line_rules import (
    CALCULATION_RULES,
    calculation_missing,
    calculation_present,
    inss_check,
)
from flexibatch.domain.model import Calculation, Form, Line
from flexibatch.domain.quality_rules import QUALITY_RULES
from flexibatch.domain.vocabulary import Operation

__all__ = ["Judging", "LineRules", "judge_form"]

FLAWLESS_LIMIT = 1000
"""Contents of calculations that are remembered of one document."""

_RULES = (*CALCULATION_RULES, *QUALITY_RULES)


def judge_form(form: Form, judging: Judging) -> tuple[Finding, ...]:
    """Give all that is wrong with a Form's own fields and its employer's numbers.

    >>> from flexibatch.domain.specimen import FORM, JUDGING
    >>> judge_form(FORM, JUDGING)
    ()
    """
    return tuple(finding for rule in FORM_RULES for finding in rule(form, judging))


class LineRules:
    """Judge the lines of one document. Most workers share a few calculations but for their amounts.

    A content in which no rule found anything is remembered, and not asked again of the next line that has it.
    """

    def __init__(self, judging: Judging) -> None:
        """Start with nothing judged."""
        self._judging = judging
        self._flawless: set[Hashable] = set()

    def judge(self, form: Form, line: Line) -> tuple[Finding, ...]:
        """Give all that is wrong with a line.

        A cancellation has no Calculation; where it has one, that is the fault, and what stands in it is not
        judged. Without a readable operation the Form is refused, and only what holds for any operation is told.

        >>> from flexibatch.domain.specimen import FORM, JUDGING, LINE
        >>> LineRules(JUDGING).judge(FORM, LINE)
        ()
        """
        place = Place(form, line, self._judging)
        found = inss_check(place)
        operation, calculation = form.operation, line.calculation
        if operation is Operation.CANCELLATION:
            return found + calculation_present(place)
        if calculation is None:
            return found if operation is None else found + calculation_missing(place)
        content = _content(calculation)
        if content in self._flawless:
            return found
        told = _broken(calculation, place)
        # What reading a line has told, no rule tells again: of such a line nothing can be concluded.
        if not told and not line.faults and len(self._flawless) < FLAWLESS_LIMIT:
            self._flawless.add(content)
        return found + told


def _content(calculation: Calculation) -> Hashable:
    """Give what the rules look at: all but the payslip reference and the amounts."""
    _, start, end, made, qualities = calculation
    return (start, end, made, *[(one[:4], *[element[::2] for element in one.elements]) for one in qualities])


def _broken(calculation: Calculation, place: Place) -> tuple[Finding, ...]:
    found: tuple[Finding, ...] = ()
    for rule in _RULES:
        found += rule(calculation, place)
    return found
