"""Operations: what becomes of a line for every operation and everything that may stand."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.flxwage.model import Calculation, FinancialElement, Form, Quality
from flexibatch.domain.flxwage.specimen import (
    BONUS,
    CALCULATION,
    FORM,
    LINE,
    QUALITY,
    REFERENCE,
    WAGE,
    calculation,
    quality,
)
from flexibatch.domain.operations import CurrentDeclaration, Decision, decide, same_content
from flexibatch.domain.vocabulary import GROSS_BONUS, GROSS_WAGE, Operation

ORIGINAL, MODIFICATION, CANCELLATION = (replace(FORM, operation=operation) for operation in Operation)
OTHER = calculation(calculated_on=date(2026, 10, 3))
IN_FORCE = CurrentDeclaration(
    "M4X8C1V6Z9P0S", 3, cancelled=False, own=LINE.own, content=OTHER, last_arrival=7, newest_arrival=7
)
SAME = replace(IN_FORCE, content=CALCULATION)
GONE = replace(IN_FORCE, cancelled=True, content=None)
NEXT = (4, "M4X8C1V6Z9P0S", False, ())


def refused(rule: str) -> tuple[None, None, bool, tuple[str]]:
    return None, None, False, (rule,)


def told(decision: Decision) -> tuple[int | None, str | None, bool, tuple[str, ...]]:
    rules = tuple(finding.rule for finding in decision.findings)
    return decision.version, decision.ticket, decision.unchanged, rules


@pytest.mark.parametrize(
    ("form", "standing", "expected"),
    [
        (ORIGINAL, None, (1, None, False, ())),
        (ORIGINAL, IN_FORCE, refused("declared")),
        (ORIGINAL, SAME, refused("declared")),
        (ORIGINAL, GONE, refused("declared-cancelled")),
        (MODIFICATION, None, refused("unknown")),
        (MODIFICATION, IN_FORCE, NEXT),
        (MODIFICATION, SAME, (3, "M4X8C1V6Z9P0S", True, ("unchanged",))),
        (MODIFICATION, GONE, refused("cancelled")),
        (CANCELLATION, None, refused("unknown")),
        (CANCELLATION, IN_FORCE, NEXT),
        (CANCELLATION, SAME, NEXT),
        (CANCELLATION, GONE, refused("cancelled")),
    ],
)
@pytest.mark.parametrize("rerun", [False, True])
def test_every_operation_on_everything_that_may_stand(
    form: Form, standing: CurrentDeclaration | None, expected: object, *, rerun: bool
) -> None:
    """The table of operations holds in a first run and in a re-run that nothing has overtaken."""
    sent = LINE._replace(calculation=None) if form is CANCELLATION else LINE
    assert expected == told(decide(form, sent, standing, rerun=rerun, arrival=7))


@pytest.mark.parametrize("form", [ORIGINAL, MODIFICATION, CANCELLATION])
@pytest.mark.parametrize("standing", [IN_FORCE, SAME, GONE])
def test_a_rerun_never_overwrites_what_a_later_set_made(form: Form, standing: CurrentDeclaration) -> None:
    """Whatever it asks, a line that was overtaken is told that alone."""
    assert refused("superseded") == told(decide(form, LINE, standing, rerun=True, arrival=6))


def test_a_first_run_is_never_overtaken() -> None:
    """Only a re-run can be superseded."""
    assert NEXT == told(decide(MODIFICATION, LINE, IN_FORCE, rerun=False, arrival=6))


def test_a_change_of_the_declarant_s_own_reference_is_a_change() -> None:
    """The payslip's number is part of what is declared: another one, a new one, none any more."""
    for own in ("october2026", None):
        assert NEXT == told(decide(MODIFICATION, LINE._replace(own=own), SAME, rerun=False, arrival=9))
    bare = replace(SAME, own=None)
    assert NEXT == told(decide(MODIFICATION, LINE, bare, rerun=False, arrival=9))


def test_a_modification_whose_content_is_not_known_is_a_change() -> None:
    """Where nothing can be compared, the next version is made."""
    bare = replace(IN_FORCE, content=None)
    assert NEXT == told(decide(MODIFICATION, LINE, bare, rerun=False, arrival=9))
    assert NEXT == told(decide(MODIFICATION, LINE._replace(calculation=None), SAME, rerun=False, arrival=9))


def test_a_finding_names_the_reference_and_its_place() -> None:
    """What is told of an operation is told of the line's reference."""
    (finding,) = decide(ORIGINAL, LINE, SAME, rerun=False, arrival=9).findings
    place = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Reference[1]/ReferenceNbr"
    assert ("ReferenceNbr", REFERENCE, place) == (finding.tag, finding.value, finding.location)


DAYS = st.sampled_from([date(2026, 9, 1), date(2026, 9, 30)])
ELEMENTS = st.builds(
    FinancialElement,
    st.sampled_from([GROSS_WAGE, GROSS_BONUS]),
    st.integers(1, 2),
    st.sampled_from([None, 0, 1]),
)
QUALITIES = st.builds(
    Quality,
    start=DAYS,
    end=DAYS,
    employer_class=st.just("017"),
    worker_code=st.sampled_from(["050", "450"]),
    elements=st.lists(ELEMENTS, max_size=3).map(tuple),
)


@given(st.lists(QUALITIES, max_size=4), st.randoms(use_true_random=False))
def test_order_makes_no_difference(qualities: list[Quality], random: Random) -> None:
    """Qualities and their elements may stand in any order."""
    shuffled = [
        one._replace(elements=tuple(random.sample(one.elements, len(one.elements)))) for one in qualities
    ]
    random.shuffle(shuffled)
    one, other = calculation(qualities=tuple(qualities)), calculation(qualities=tuple(shuffled))
    assert same_content(one, other)


@given(st.lists(QUALITIES, min_size=1, max_size=3), st.lists(QUALITIES, min_size=1, max_size=3))
def test_the_same_content_is_the_same_sorted(these: list[Quality], those: list[Quality]) -> None:
    """Two calculations say the same exactly when their sorted values are equal."""
    one, other = (calculation(qualities=tuple(qualities)) for qualities in (these, those))
    assert (canonical(these) == canonical(those)) == same_content(one, other)


def canonical(qualities: list[Quality]) -> list[str]:
    return sorted(repr(one._replace(elements=tuple(sorted(one.elements, key=repr)))) for one in qualities)


@pytest.mark.parametrize(
    "other",
    [
        calculation(start=date(2026, 9, 2)),
        calculation(end=date(2026, 9, 29)),
        calculation(calculated_on=date(2026, 10, 3)),
        calculation(QUALITY, QUALITY),
        calculation(quality(start=date(2026, 9, 2))),
        calculation(quality(end=date(2026, 9, 29))),
        calculation(quality(employer_class="019")),
        calculation(quality(worker_code="450")),
        calculation(quality(elements=(WAGE,))),
        calculation(quality(elements=(WAGE, BONUS, BONUS))),
        calculation(quality(elements=(WAGE, BONUS._replace(amount=15_001)))),
        calculation(quality(elements=(WAGE, BONUS._replace(frequency=None)))),
    ],
)
def test_every_value_makes_a_difference(other: Calculation) -> None:
    """A change of any single value is a change."""
    assert (False, False) == (same_content(CALCULATION, other), same_content(other, CALCULATION))
