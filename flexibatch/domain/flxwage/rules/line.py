"""The rules on a line that ask neither register nor store, each with code and source.

A rule is given the dated facts and the line's Place. What could not be read is None: reading it told the fault, and a
rule says nothing of it.
"""

from flexibatch.domain.counting import LINES_LIMIT
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.judgement import DatedFacts, LineInForm, Rule
from flexibatch.domain.flxwage.reference_texts import text_findings
from flexibatch.domain.identifiers import is_inss, is_uuid

_NONE: tuple[Finding, ...] = ()


def inss_check(_facts: DatedFacts, place: LineInForm) -> tuple[Finding, ...]:
    """Refuse a worker's number with wrong check digits or bounds; each line of the Beneficiary tells it.

    Code: 00024-004. Source: docs/spec/register.md, "Numbers".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import JUDGING, LINE, PLACE
    >>> inss_check(JUDGING, PLACE._replace(line=LINE._replace(inss="85073003329")))[0].location
    '/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/INSS'
    """
    form, line = place
    if line.inss is None or is_inss(line.inss):
        return _NONE
    location = f"{form.beneficiary_location(line)}/INSS"
    return (Finding("inss-check", tag="INSS", value=line.inss, location=location),)


def reference_uuid(_facts: DatedFacts, place: LineInForm) -> tuple[Finding, ...]:
    """Refuse a reference of the declaration that is no UUID.

    Code: 90082-008. Source: docs/spec/message.md, "References" (the instructions, version 1.3).

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, LINE, PLACE
    >>> reference_uuid(JUDGING, PLACE._replace(line=LINE._replace(reference="2026-09/0001")))[0].value
    '2026-09/0001'
    """
    form, line = place
    if line.reference is None or is_uuid(line.reference):
        return _NONE
    location = form.reference_location(line)
    return (Finding("reference-uuid", tag="ReferenceNbr", value=line.reference, location=location),)


def own_reference_text(_facts: DatedFacts, place: LineInForm) -> tuple[Finding, ...]:
    r"""Refuse an own reference that people and programs cannot find again: what is in it looks like something else.

    Code: 90082-008. Source: docs/spec/message.md, "References"; one that nobody can type again is no reference.

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, LINE, PLACE
    >>> own_reference_text(JUDGING, PLACE._replace(line=LINE._replace(own="P\u200b1")))[0].details
    {'character': 'U+200B'}
    """
    form, line = place
    if line.own is None or line.own.isascii():
        return _NONE
    return text_findings(line.own, form.own_location(line))


def calculation_missing(_facts: DatedFacts, place: LineInForm) -> tuple[Finding, ...]:
    """Refuse an original or a modification without a Calculation.

    Lines past the limit are held without theirs, and a Relation that is missing or was too large to be read
    has been told already: of these nothing can be said.
    Code: 99101-001. Source: docs/spec/message.md, "Operations".

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import JUDGING, LINE, PLACE
    >>> calculation_missing(JUDGING, PLACE._replace(line=LINE._replace(calculation=None)))[0].tag
    'Calculation'
    """
    form, line = place
    if line.calculation is not None or line.number > LINES_LIMIT:
        return _NONE
    relation = form.line_location(line)
    if any(fault.tag == "Relation" and fault.location == relation for fault in line.faults):
        return _NONE
    return (Finding("calculation-missing", tag="Calculation", location=f"{relation}/Calculation"),)


def calculation_present(_facts: DatedFacts, place: LineInForm) -> tuple[Finding, ...]:
    """Refuse a cancellation with a Calculation, whatever stands in it.

    Code: 99101-005. Source: docs/spec/message.md, "Operations".

    >>> from flexibatch.domain.flxwage.specimen import JUDGING, PLACE
    >>> calculation_present(JUDGING, PLACE)[0].location
    '/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Calculation'
    """
    form, line = place
    if line.calculation is None:
        return _NONE
    location = form.line_location(line, "Calculation")
    return (Finding("calculation-present", tag="Calculation", location=location),)


LINE_RULES: tuple[Rule[DatedFacts, LineInForm, Finding], ...] = (
    inss_check,
    reference_uuid,
    own_reference_text,
)
"""Those that hold whatever the operation is."""
