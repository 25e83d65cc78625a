"""The desk: what an operator switched off is not told, what an earlier run kept is not told again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from flexibatch.adapters.tables import load_catalogue
from flexibatch.domain.case import Case, FormVerdict, PriorLine
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Form
from flexibatch.domain.flxwage.specimen import FORM, JUDGING, LINE
from flexibatch.dry_run import DryRunUnitOfWork
from flexibatch.judging import FormJudge, RuleSet
from tests.doubles.spool import CASE

LATE = "90017-460"
LATER = replace(CASE, received_on=date(2026, 11, 1))
SECOND = LINE._replace(number=2, relation=2, reference="019a1f04-5c11-7d3e-9b52-0f6a51c2d872")
BOTH = replace(FORM, lines=(LINE, SECOND))


class Told:
    """A document whose Forms are told by the test, and stand nowhere."""

    schema = "FLXWAGE_20261"
    findings: Sequence[Finding] = ()

    def __iter__(self) -> Iterator[Form]:
        return iter(())

    def places(self, form: int, locations: Collection[str]) -> Mapping[str, tuple[int, int]]:
        del form, locations
        return {}


class RememberingBooks(DryRunUnitOfWork):
    """Books that know of an earlier run, in which the first line of every Form was accepted."""

    def prior_lines(self, case: Case, number: int) -> Mapping[int, PriorLine]:
        del case, number
        return {1: PriorLine("7K2M9Q4XW1B3F", 1)}


def judged(case: Case, form: Form = BOTH, off: str | None = None) -> FormVerdict:
    rule_set = RuleSet(load_catalogue({off: "off"} if off else {}), JUDGING, max_anomalies=100, blind=True)
    return FormJudge(case, RememberingBooks(), Told(), rule_set).judge(form, lambda: "M4X8C1V6Z9P0S")


def codes(verdict: FormVerdict) -> list[tuple[str, ...]]:
    return [line.codes for line in verdict.lines]


def test_lines_that_come_late_are_told_so() -> None:
    """A month after the calculation, both lines have the remark, and stand."""
    verdict = judged(LATER)
    assert ([(LATE,), (LATE,)], [1, 2]) == (codes(verdict), [one.line for one in verdict.told])


def test_a_repeated_line_does_not_tell_the_last_calculation() -> None:
    """What is refused by a rule, its repetition too, says nothing on how late the others are."""
    assert LINE.calculation is not None
    later = LINE.calculation._replace(calculated_on=date(2026, 10, 5))
    received = replace(CASE, received_on=date(2026, 10, 9))
    for reference, expected in (
        (SECOND.reference, [(), ()]),
        (LINE.reference, [(LATE,), ("90082-006",)]),
    ):
        second = SECOND._replace(reference=reference, calculation=later)
        assert expected == codes(judged(received, replace(FORM, lines=(LINE, second))))


def test_a_rule_that_is_switched_off_tells_nothing() -> None:
    """What an operator switched off is found, and neither told nor counted."""
    verdict = judged(LATER, off=LATE)
    assert ([(), ()], ()) == (codes(verdict), verdict.told)


def test_a_line_that_an_earlier_run_kept_is_not_late_again() -> None:
    """In a re-run only the open line has the remark; the kept one has the ticket it had."""
    verdict = judged(replace(LATER, run=2))
    assert [(), (LATE,)] == codes(verdict)
    assert [("7K2M9Q4XW1B3F", True), ("M4X8C1V6Z9P0S", False)] == [
        (line.ticket, line.kept) for line in verdict.lines
    ]
