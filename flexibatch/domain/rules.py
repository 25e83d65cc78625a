"""The rules that ask neither register nor store, all at once. Source: flxwage.md, on a form or a declaration.

Each rule is a function of its own in `form_rules`, `line_rules` or `quality_rules`.
"""

from flexibatch.domain.findings import Finding
from flexibatch.domain.form_rules import FORM_RULES
from flexibatch.domain.judgement import Judging, Place
from flexibatch.domain.line_rules import (
    CALCULATION_RULES,
    calculation_missing,
    calculation_present,
    inss_check,
)
from flexibatch.domain.model import Form, Line
from flexibatch.domain.quality_rules import QUALITY_RULES
from flexibatch.domain.vocabulary import Operation

__all__ = ["Judging", "judge_form", "judge_line"]

_RULES = (*CALCULATION_RULES, *QUALITY_RULES)


def judge_form(form: Form, judging: Judging) -> tuple[Finding, ...]:
    """Give all that is wrong with a Form's own fields and its employer's numbers.

    >>> from flexibatch.domain.specimen import FORM, JUDGING
    >>> judge_form(FORM, JUDGING)
    ()
    """
    return tuple(finding for rule in FORM_RULES for finding in rule(form, judging))


def judge_line(form: Form, line: Line, judging: Judging) -> tuple[Finding, ...]:
    """Give all that is wrong with a line.

    A cancellation has no Calculation; where it has one, that is the fault, and what stands in it is not
    judged. Without a readable operation the Form is refused, and only what holds for any operation is told.

    >>> from flexibatch.domain.specimen import FORM, JUDGING, LINE
    >>> judge_line(FORM, LINE, JUDGING)
    ()
    """
    place = Place(form, line, judging)
    found = inss_check(place)
    operation, calculation = form.operation, line.calculation
    if operation is Operation.CANCELLATION:
        return found + calculation_present(place)
    if calculation is None:
        return found if operation is None else found + calculation_missing(place)
    for rule in _RULES:
        found += rule(calculation, place)
    return found
