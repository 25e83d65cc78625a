"""The rules on a Form that ask neither register nor store: code, source and an example with each.

A rule is given the dated facts and the Form, and gives its findings. What could not be read is None:
reading it told the fault, and a rule says nothing of it. An NSSO number of zeros is unknown, that is not
given.
"""

from dataclasses import replace

from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.judgement import DatedFacts, Rule
from flexibatch.domain.flxwage.model import Form
from flexibatch.domain.flxwage.reference_texts import text_findings
from flexibatch.domain.identifiers import is_company, is_nsso, is_unknown_nsso, normal_company
from flexibatch.domain.vocabulary import Operation

OWN_KEY = "1"
_NUMBERS = frozenset({"CompanyID", "NOSSRegistrationNbr"})
_NONE: tuple[Finding, ...] = ()


def creation_future(facts: DatedFacts, form: Form) -> tuple[Finding, ...]:
    """Refuse a Form made after the day of reception.

    Code: 00218-008. Source: docs/spec/message.md, "Rules on the Form".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import FORM, JUDGING
    >>> creation_future(JUDGING, replace(FORM, created_on="2026-10-05"))
    ()
    >>> creation_future(JUDGING, replace(FORM, created_on="2026-10-06"))[0].location
    '/FLXWAGE/Form[1]/FormCreationDate'
    """
    # Both are YYYY-MM-DD, whose texts are in the order of the days.
    if form.created_on is None or form.created_on <= facts.received_on.isoformat():
        return _NONE
    received = {"received": str(facts.received_on)}
    return (replace(_found("creation-future", form, "FormCreationDate", form.created_on), details=received),)


def reference_kind(_facts: DatedFacts, form: Form) -> tuple[Finding, ...]:
    """Refuse an original that names the key of an earlier Form: it changes none.

    Code: 90082-008. Source: docs/spec/message.md, "References" (the instructions, version 1.3).

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.model import FormReference
    >>> from flexibatch.domain.flxwage.specimen import FORM, JUDGING
    >>> reference_kind(JUDGING, replace(FORM, reference=FormReference("1", "OCT-BAR")))
    ()
    >>> reference_kind(JUDGING, replace(FORM, reference=FormReference("3", "OCT-BAR")))[0].location
    '/FLXWAGE/Form[1]/Reference[1]/ReferenceType'
    """
    if form.reference is None or form.reference.kind == OWN_KEY or form.operation is not Operation.ORIGINAL:
        return _NONE
    return (_found("form-reference", form, "Reference[1]/ReferenceType", form.reference.kind),)


def reference_text(_facts: DatedFacts, form: Form) -> tuple[Finding, ...]:
    r"""Refuse a key of the Form that people and programs cannot find again, as for a line's own reference.

    Code: 90082-008. Source: docs/spec/message.md, "References".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.model import FormReference
    >>> from flexibatch.domain.flxwage.specimen import FORM, JUDGING
    >>> reference_text(JUDGING, replace(FORM, reference=FormReference("1", "E\u0301T\u00c9")))[0].details
    {'character': 'U+00C9'}
    """
    if form.reference is None or form.reference.number.isascii():
        return _NONE
    return text_findings(form.reference.number, f"{form.location}/Reference[1]/ReferenceNbr")


def company_check(_facts: DatedFacts, form: Form) -> tuple[Finding, ...]:
    """Refuse an enterprise number with wrong check digits; zeros are no number either.

    Code: 00014-004. Source: docs/spec/register.md, "Numbers".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import FORM, JUDGING
    >>> company_check(JUDGING, replace(FORM, company_id="400100056"))
    ()
    >>> company_check(JUDGING, replace(FORM, company_id="400100057"))[0].value
    '400100057'
    """
    if form.company_id is None or is_company(normal_company(form.company_id)):
        return _NONE
    return (_found("company-check", form, "Debtor/CompanyID", form.company_id),)


def nsso_check(_facts: DatedFacts, form: Form) -> tuple[Finding, ...]:
    """Refuse an NSSO number with wrong check digits, unless it is the unknown one.

    Code: 00011-004. Source: docs/spec/register.md, "Numbers".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import FORM, JUDGING
    >>> nsso_check(JUDGING, replace(FORM, nsso_number="0"))
    ()
    >>> nsso_check(JUDGING, replace(FORM, nsso_number="100100023"))[0].value
    '100100023'
    """
    nsso = form.nsso_number
    if nsso is None or is_nsso(nsso) or is_unknown_nsso(nsso):
        return _NONE
    return (_found("nsso-check", form, "Debtor/NOSSRegistrationNbr", nsso),)


def employer_missing(_facts: DatedFacts, form: Form) -> tuple[Finding, ...]:
    """Refuse a Form that names its employer by no number at all.

    A number that was there but could not be read, and a Debtor that is not there, are told as such.
    Code: 00011-001. Source: docs/spec/message.md, "Employers".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import FORM, JUDGING
    >>> employer_missing(JUDGING, replace(FORM, nsso_number="0"))
    ()
    >>> employer_missing(JUDGING, replace(FORM, nsso_number="0", company_id=None))[0].value
    '0'
    """
    nsso = form.nsso_number
    if form.company_id is not None or not (nsso is None or is_unknown_nsso(nsso)):
        return _NONE
    if any(_tells_employer(fault) for fault in form.faults):
        return _NONE
    return (_found("employer-missing", form, "Debtor/NOSSRegistrationNbr", nsso),)


def _tells_employer(fault: Finding) -> bool:
    return fault.tag in _NUMBERS or (fault.rule, fault.tag) == ("schema-missing", "Debtor")


def _found(rule: str, form: Form, tail: str, value: str | None) -> Finding:
    return Finding(rule, tag=tail.rpartition("/")[2], value=value, location=f"{form.location}/{tail}")


FORM_RULES: tuple[Rule[DatedFacts, Form, Finding], ...] = (
    creation_future,
    reference_kind,
    reference_text,
    company_check,
    nsso_check,
    employer_missing,
)
