"""The rules that ask register and store: code, source and an example with each.

They are asked by the Form and not by the line (`flexibatch.judging`); a rule is given the answers, and the Form or the
Place of the line they are about. Who has no mandate for an employer is told nothing of what is known of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flexibatch.domain.dimona import Period, check, check_anywhere
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.judgement import LineInForm, Rule
from flexibatch.domain.flxwage.model import Form
from flexibatch.domain.operations import Decision
from flexibatch.domain.vocabulary import Operation

_NONE: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class EmployerAnswers:
    """What the records say of the employer of a Form; `blind` tells that there are none to ask.

    `conflict` tells that its two numbers are of two employers.
    """

    mandated: bool = True
    third_payer: bool = False
    conflict: bool = False
    blind: bool = False


class LineAnswers(NamedTuple):
    """What the records say of a line: what it makes of the declaration in force, and the worker's periods.

    `anywhere` tells that the periods are those with any employer, as for a third payer.
    """

    decision: Decision
    periods: Sequence[Period] = ()
    anywhere: bool = False


def third_payer_company(answers: EmployerAnswers, form: Form) -> tuple[Finding, ...]:
    """Refuse an enterprise number beside the NSSO number of a third payer, who is named by that alone.

    Code: 00014-005. Source: docs/spec/message.md, "Third payers" (the instructions, version 1.3).

    >>> from flexibatch.domain.flxwage.specimen import FORM
    >>> third_payer_company(EmployerAnswers(third_payer=True), FORM)[0].value
    '0400100056'
    >>> third_payer_company(EmployerAnswers(third_payer=True, mandated=False), FORM)
    ()
    """
    if not (answers.third_payer and answers.mandated) or form.company_id is None:
        return _NONE
    location = f"{form.location}/Debtor/CompanyID"
    return (Finding("third-payer-company", tag="CompanyID", value=form.company_id, location=location),)


def employer_conflict(answers: EmployerAnswers, form: Form) -> tuple[Finding, ...]:
    """Refuse two numbers that are of two employers.

    Code: 00014-022. Source: docs/spec/message.md, "Employers".

    >>> from flexibatch.domain.flxwage.specimen import FORM
    >>> employer_conflict(EmployerAnswers(conflict=True), FORM)[0].details
    {'nsso': '100100022', 'company': '0400100056'}
    """
    if not (answers.conflict and answers.mandated):
        return _NONE
    details = {"nsso": form.known_nsso or "", "company": form.company_id or ""}
    return (_of_employer("employer-conflict", form, details),)


def mandate(answers: EmployerAnswers, form: Form) -> tuple[Finding, ...]:
    """Refuse an employer for whom the sender has no mandate, or whom nobody knows: the two are not told apart.

    Code: 00011-155. Source: docs/spec/message.md, "Employers".

    >>> from flexibatch.domain.flxwage.specimen import FORM
    >>> mandate(EmployerAnswers(mandated=False), FORM)[0].value
    '100100022'
    >>> mandate(EmployerAnswers(mandated=False, blind=True), FORM)
    ()
    """
    if answers.blind or answers.mandated or not (form.known_nsso or form.company_id):
        return _NONE
    phrase = "nsso-number" if form.known_nsso else "company-number"
    return (_of_employer("mandate", form, {"phrase": phrase}),)


def operation(answers: LineAnswers, _place: LineInForm) -> tuple[Finding, ...]:
    """Return what deciding about the line found (`flexibatch.domain.operations.decide`).

    >>> from flexibatch.domain.operations import decide
    >>> from flexibatch.domain.flxwage.specimen import FORM, LINE, PLACE
    >>> operation(LineAnswers(decide(FORM, LINE, None, rerun=False, arrival=1)), PLACE)
    ()
    """
    return answers.decision.findings


def dimona(answers: LineAnswers, place: LineInForm) -> tuple[Finding, ...]:
    """Return what is not covered by the worker's Dimona periods; a cancellation needs none.

    >>> from flexibatch.domain.flxwage.specimen import PLACE
    >>> [finding.rule for finding in dimona(LineAnswers(Decision(version=1)), PLACE)]
    ['dimona-none']
    """
    form, line = place
    if form.operation is Operation.CANCELLATION:
        return _NONE
    return (check_anywhere if answers.anywhere else check)(form, line, answers.periods)


def _of_employer(rule: str, form: Form, details: Mapping[str, str]) -> Finding:
    nsso = form.known_nsso
    tag = "NOSSRegistrationNbr" if nsso else "CompanyID"
    location = f"{form.location}/Debtor/{tag}"
    return Finding(rule, tag=tag, value=nsso or form.company_id, location=location, details=details)


ASKING_FORM_RULES: tuple[Rule[EmployerAnswers, Form, Finding], ...] = (
    third_payer_company,
    employer_conflict,
    mandate,
)
ASKING_LINE_RULES: tuple[Rule[LineAnswers, LineInForm, Finding], ...] = (operation, dimona)
