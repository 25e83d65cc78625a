"""The two numbers of an employer: what the channel knows of them, and what an answer may tell.

Source: docs/spec/answers.md, "Numbers of the employer".
"""

from typing import NamedTuple

from flexibatch.domain.flxwage.model import Form
from flexibatch.domain.identifiers import is_company, is_nsso, normal_company, normal_nsso


class Numbers(NamedTuple):
    """An NSSO and an enterprise number in their normal forms, None for one that is not known."""

    nsso: str | None = None
    company: str | None = None


NO_NUMBERS = Numbers()


class ToldNumbers(NamedTuple):
    """The numbers of a Form's employer that answers tell; `whole` where they may stand as its identity.

    Where a value of the Form is invalid, or the two contradict each other, what is left names the employer in paths
    only.
    """

    nsso: str | None = None
    company: str | None = None
    whole: bool = False


NOTHING_TOLD = ToldNumbers()
_TAGS = frozenset({"CompanyID", "NOSSRegistrationNbr"})


def given_numbers(form: Form) -> Numbers:
    """Return the numbers by which a Form names its employer, those that are valid."""
    nsso, company = form.known_nsso, form.company_id
    return Numbers(
        normal_nsso(nsso) if nsso and is_nsso(nsso) else None,
        normal_company(company) if company and is_company(normal_company(company)) else None,
    )


def told_numbers(form: Form, known: Numbers, *, contradict: bool) -> ToldNumbers:
    """Return what answers to a Form tell of its employer: the numbers as the channel knows them, else as given.

    >>> from dataclasses import replace
    >>> from flexibatch.domain.flxwage.specimen import FORM
    >>> told_numbers(FORM, Numbers("935467", "0400100155"), contradict=False)
    ToldNumbers(nsso='935467', company='0400100155', whole=True)
    >>> told_numbers(replace(FORM, company_id=None), Numbers(None, "0400100056"), contradict=False)
    ToldNumbers(nsso='100100022', company='0400100056', whole=True)
    >>> told_numbers(replace(FORM, company_id="0400100057"), Numbers(), contradict=False)
    ToldNumbers(nsso='100100022', company=None, whole=False)
    """
    given = given_numbers(form)
    nsso, company = known.nsso or given.nsso, known.company or given.company
    readable = not any(fault.tag in _TAGS for fault in form.faults)
    valid = (given.nsso is None) == (form.known_nsso is None) and (given.company is None) == (
        form.company_id is None
    )
    whole = readable and valid and not contradict and bool(nsso or company)
    return ToldNumbers(nsso, company, whole) if whole else ToldNumbers(*given)
