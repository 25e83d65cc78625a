"""The rules that ask neither register nor store: at their borders, in place, silent on what is not read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flexibatch.adapters.tables import load_catalogue
from flexibatch.domain.counting import LINES_LIMIT
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.judgement import (
    CalculationShape,
    DatedFacts,
    ElementShape,
    Flaw,
    QualityShape,
    shape_key,
    shape_of,
)
from flexibatch.domain.flxwage.model import Calculation, FinancialElement, FormReference, Quality
from flexibatch.domain.flxwage.rules.asking import ASKING_FORM_RULES
from flexibatch.domain.flxwage.rules.calculation import CALCULATION_RULES
from flexibatch.domain.flxwage.rules.form import FORM_RULES
from flexibatch.domain.flxwage.rules.judge import SHAPE_RULES, LineRules, judge_form
from flexibatch.domain.flxwage.rules.line import LINE_RULES, calculation_missing, calculation_present
from flexibatch.domain.flxwage.rules.quality import QUALITY_RULES
from flexibatch.domain.flxwage.specimen import BONUS, FORM, JUDGING, LINE, QUALITY, WAGE, calculation, quality
from flexibatch.domain.vocabulary import Operation

RELATION = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]"
NOTHING_READ = Calculation(qualities=(Quality(elements=(FinancialElement(),)),))
BARE = FinancialElement(code=BONUS.code, amount=15_000)


def judged(content: Calculation | None, **changes: Any) -> tuple[Finding, ...]:  # noqa: ANN401 - any field of a line
    return LineRules(JUDGING).judge(FORM, LINE._replace(calculation=content, **changes))


def rules(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str | None, str | None, str, int | None]]:
    return [
        (
            one.rule,
            one.tag,
            one.value,
            (one.location or "").removeprefix(f"{RELATION}/Calculation/"),
            one.quality,
        )
        for one in findings
    ]


@pytest.mark.parametrize("operation", [Operation.ORIGINAL, Operation.MODIFICATION, None])
def test_a_sound_line_is_told_nothing(operation: Operation | None) -> None:
    """The specimen breaks no rule."""
    assert ((), ()) == (
        judge_form(FORM, JUDGING),
        LineRules(JUDGING).judge(replace(FORM, operation=operation), LINE),
    )


DAYS = st.sampled_from(
    [None, *(date(2026, 8, 30 + nth) if nth < 2 else date(2026, 9, nth) for nth in range(4))]
)
ELEMENTS = st.builds(
    FinancialElement,
    st.sampled_from([None, WAGE.code, BONUS.code]),
    st.integers(1, 9),
    st.sampled_from([None, 0, 12]),
)
QUALITIES = st.builds(
    Quality,
    start=DAYS,
    end=DAYS,
    employer_class=st.sampled_from([None, "017", "999"]),
    worker_code=st.sampled_from([None, "050", "999"]),
    elements=st.lists(ELEMENTS, max_size=3).map(tuple),
)
CONTENTS = st.builds(
    Calculation,
    start=DAYS,
    end=DAYS,
    calculated_on=DAYS,
    qualities=st.lists(QUALITIES, min_size=1, max_size=2).map(tuple),
)
READ_WRONG = Finding(
    "schema-invalid",
    tag="BonusPaymentFrequency",
    location=f"{RELATION}/Calculation/Features[1]/FinancialElement[1]/BonusPaymentFrequency",
)


@given(st.lists(st.tuples(CONTENTS, st.sampled_from([(), (READ_WRONG,)])), max_size=6))
@example(
    [
        (calculation(quality(elements=(BARE,))), (READ_WRONG,)),
        (calculation(quality(elements=(BARE,))), ()),
        (calculation(quality(elements=(BARE,))), ()),
    ]
)
def test_what_was_judged_before_changes_no_verdict(
    drawn: list[tuple[Calculation, tuple[Finding, ...]]],
) -> None:
    """Lines judged one after another are told what each would be told alone, twice over."""
    lines = [LINE._replace(calculation=content, faults=faults) for content, faults in (*drawn, *drawn)]
    together = LineRules(JUDGING)
    expected = [LineRules(JUDGING).judge(FORM, line) for line in lines]
    assert expected == [together.judge(FORM, line) for line in lines]


SOUND = {
    "period of one day, the first in scope": calculation(
        quality(start=date(2025, 1, 1), end=date(2025, 1, 1)),
        start=date(2025, 1, 1),
        end=date(2025, 1, 1),
        calculated_on=date(2025, 1, 1),
    ),
    "calculated on the day of reception": calculation(calculated_on=date(2026, 10, 5)),
    "calculated on the first day": calculation(calculated_on=date(2026, 9, 1)),
    "validity of one day": calculation(quality(start=date(2026, 9, 30))),
    "employee": calculation(quality(worker_code="450")),
    "bonuses only": calculation(quality(elements=(BONUS, BONUS._replace(frequency=1)))),
    "one bonus of a frequency in each of two qualities": calculation(QUALITY, QUALITY),
    "bonuses whose frequency cannot be told": calculation(
        quality(elements=(BARE._replace(code=None), BARE._replace(code=None)))
    ),
    "period that ends with the year": calculation(
        quality(start=date(2025, 12, 1), end=date(2025, 12, 31)),
        start=date(2025, 12, 1),
        end=date(2025, 12, 31),
    ),
    "irregular bonus": calculation(quality(elements=(BONUS._replace(frequency=0),))),
    "a wage in each of two qualities": calculation(quality(elements=(WAGE,)), quality(elements=(WAGE,))),
    "nothing could be read": NOTHING_READ,
}


@pytest.mark.parametrize("case", SOUND)
def test_what_lies_on_the_border_is_sound(case: str) -> None:
    """Borders are included, and of what could not be read nothing is told."""
    assert () == judged(SOUND[case])


FAULTS = {
    "period-order": (
        calculation(end=date(2026, 8, 31), qualities=()),
        [("period-order", "CalculationPeriodEndingDate", "2026-08-31", "CalculationPeriodEndingDate", None)],
    ),
    "period-scope": (
        calculation(start=date(2024, 12, 1), end=date(2024, 12, 31), qualities=()),
        [("period-scope", "CalculationPeriodEndingDate", "2024-12-31", "CalculationPeriodEndingDate", None)],
    ),
    "period-year": (
        calculation(start=date(2025, 12, 29), end=date(2026, 1, 4), qualities=()),
        [("period-year", "CalculationPeriodEndingDate", "2026-01-04", "CalculationPeriodEndingDate", None)],
    ),
    "period-year over the beginning of the scope": (
        calculation(start=date(2024, 12, 31), end=date(2025, 1, 1), qualities=()),
        [("period-year", "CalculationPeriodEndingDate", "2025-01-01", "CalculationPeriodEndingDate", None)],
    ),
    "bonuses-twice, at the second": (
        calculation(quality(elements=(BONUS, BONUS, WAGE, BONUS))),
        [("bonuses-twice", "FinancialElement", None, "Features[1]/FinancialElement[2]", 1)],
    ),
    "wages-twice, at the second": (
        calculation(quality(elements=(WAGE, WAGE, BONUS, WAGE))),
        [("wages-twice", "FinancialElement", None, "Features[1]/FinancialElement[2]", 1)],
    ),
    "calculation-date-late": (
        calculation(calculated_on=date(2026, 10, 6)),
        [("calculation-date-late", "CalculationDate", "2026-10-06", "CalculationDate", None)],
    ),
    "calculation-date-early": (
        calculation(calculated_on=date(2026, 8, 31)),
        [("calculation-date-early", "CalculationDate", "2026-08-31", "CalculationDate", None)],
    ),
    "validity-order": (
        calculation(QUALITY, quality(start=date(2026, 9, 9), end=date(2026, 9, 8))),
        [
            (
                "validity-order",
                "ValidityPeriodEndingDate",
                "2026-09-08",
                "Features[2]/ValidityPeriodEndingDate",
                2,
            )
        ],
    ),
    "validity-start": (
        calculation(quality(start=date(2026, 8, 31))),
        [
            (
                "validity-start",
                "ValidityPeriodStartingDate",
                "2026-08-31",
                "Features[1]/ValidityPeriodStartingDate",
                1,
            )
        ],
    ),
    "validity-end": (
        calculation(quality(end=date(2026, 10, 1))),
        [
            (
                "validity-end",
                "ValidityPeriodEndingDate",
                "2026-10-01",
                "Features[1]/ValidityPeriodEndingDate",
                1,
            )
        ],
    ),
    "category-unknown": (
        calculation(quality(employer_class="999")),
        [("category-unknown", "EmployerClass", "999", "Features[1]/EmployerClass", 1)],
    ),
    "category-unknown without a day": (
        calculation(quality(employer_class="999", start=None)),
        [("category-unknown", "EmployerClass", "999", "Features[1]/EmployerClass", 1)],
    ),
    "category-closed": (
        calculation(quality(employer_class="018")),
        [("category-closed", "EmployerClass", "018", "Features[1]/EmployerClass", 1)],
    ),
    "worker-code in two qualities": (
        calculation(quality(worker_code="051"), QUALITY, quality(worker_code="000")),
        [
            ("worker-code", "WorkerCode", "051", "Features[1]/WorkerCode", 1),
            ("worker-code", "WorkerCode", "000", "Features[3]/WorkerCode", 3),
        ],
    ),
    "quality-empty": (
        calculation(QUALITY, quality(elements=())),
        [("quality-empty", "FinancialElement", None, "Features[2]/FinancialElement[1]", 2)],
    ),
    "wages-twice, told once for three": (
        calculation(quality(elements=(WAGE, WAGE, WAGE))),
        [("wages-twice", "FinancialElement", None, "Features[1]/FinancialElement[2]", 1)],
    ),
    "frequency-on-wage": (
        calculation(quality(elements=(BONUS, WAGE._replace(frequency=0)))),
        [
            (
                "frequency-on-wage",
                "BonusPaymentFrequency",
                "0",
                "Features[1]/FinancialElement[2]/BonusPaymentFrequency",
                1,
            )
        ],
    ),
    "frequency-missing": (
        calculation(quality(elements=(WAGE, BARE))),
        [
            (
                "frequency-missing",
                "BonusPaymentFrequency",
                None,
                "Features[1]/FinancialElement[2]/BonusPaymentFrequency",
                1,
            )
        ],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_in_its_place(case: str) -> None:
    """A rule names itself, the element, its value and place, and the quality it is about."""
    content, expected = FAULTS[case]
    assert expected == told(judged(content))


def test_a_line_is_told_of_all_that_is_wrong_with_it() -> None:
    """Rules do not hide one another."""
    bad = quality(
        start=date(2026, 8, 31), end=date(2026, 8, 30), employer_class="999", worker_code="1", elements=()
    )
    content = calculation(bad, end=date(2024, 1, 1), calculated_on=date(2026, 12, 1))
    assert [
        "inss-check",
        "period-order",
        "period-scope",
        "calculation-date-late",
        "validity-order",
        "validity-start",
        "validity-end",
        "category-unknown",
        "worker-code",
        "quality-empty",
    ] == rules(judged(content, inss="85073003329"))


def test_a_closed_category_is_told_with_the_quarter() -> None:
    """The quarter is that of the first day of the validity period."""
    (finding,) = judged(calculation(quality(employer_class="018", start=date(2026, 9, 30))))
    assert {"quarter": "2026/3"} == finding.details


def schema_fault(tail: str, rule: str = "schema-missing") -> Finding:
    return Finding(rule, "99103", tail.rpartition("/")[2].partition("[")[0], location=f"{RELATION}{tail}")


def test_what_the_schema_told_is_not_told_twice() -> None:
    """Amounts that are missing, a frequency that could not be read and a Relation that is not there."""
    empty = schema_fault("/Calculation/Features[1]/FinancialElement[1]")
    unread = schema_fault(
        "/Calculation/Features[1]/FinancialElement[1]/BonusPaymentFrequency", "literal-value"
    )
    assert ((), (), ()) == (
        judged(calculation(quality(elements=())), faults=(empty,)),
        judged(calculation(quality(elements=(BARE,))), faults=(unread,)),
        judged(None, faults=(replace(schema_fault(""), tag="Relation"),)),
    )


def test_a_fault_elsewhere_hides_nothing() -> None:
    """A rule is silent about its own element only."""
    elsewhere = schema_fault("/RelationType")
    assert (["quality-empty"], ["frequency-missing"], ["calculation-missing"]) == (
        rules(judged(calculation(quality(elements=())), faults=(elsewhere,))),
        rules(judged(calculation(quality(elements=(BARE,))), faults=(elsewhere,))),
        rules(judged(None, faults=(elsewhere,))),
    )


@pytest.mark.parametrize(
    ("operation", "content", "expected"),
    [
        (Operation.ORIGINAL, None, ["calculation-missing"]),
        (Operation.MODIFICATION, None, ["calculation-missing"]),
        (Operation.CANCELLATION, None, []),
        (Operation.CANCELLATION, calculation(), ["calculation-present"]),
        (Operation.CANCELLATION, calculation(quality(worker_code="000")), ["calculation-present"]),
        (None, None, []),
    ],
)
def test_a_calculation_stands_where_the_operation_asks_for_it(
    operation: Operation | None, content: Calculation | None, expected: list[str]
) -> None:
    """Originals and modifications need one; a cancellation has none, and nothing in it is judged."""
    form, line = replace(FORM, operation=operation), LINE._replace(calculation=content)
    assert expected == rules(LineRules(JUDGING).judge(form, line))


def test_lines_past_the_limit_miss_nothing() -> None:
    """Line 2,001 is held without its calculation and not told that it has none; line 2,000 is."""
    past, last = (judged(None, number=number) for number in (LINES_LIMIT + 1, LINES_LIMIT))
    assert ([], ["calculation-missing"]) == (rules(past), rules(last))


@pytest.mark.parametrize("operation", [*Operation, None])
def test_the_worker_s_number_is_judged_whatever_the_operation(operation: Operation | None) -> None:
    """A wrong number stands at the Beneficiary; one that could not be read was told already."""
    form = replace(FORM, operation=operation)
    wrong, unread = (
        LINE._replace(beneficiary=7, calculation=None, inss=inss) for inss in ("85073003329", None)
    )
    place = "/FLXWAGE/Form[1]/Debtor/Beneficiary[7]/INSS"
    found = LineRules(JUDGING).judge(form, wrong)[0]
    assert ("inss-check", "INSS", "85073003329", place) == (
        found.rule,
        found.tag,
        found.value,
        found.location,
    )
    assert "inss-check" not in rules(LineRules(JUDGING).judge(form, unread))


OF_FORMS: list[tuple[dict[str, Any], list[tuple[str, str | None, str]]]] = [
    ({"created_on": "2026-10-06"}, [("creation-future", "2026-10-06", "FormCreationDate")]),
    ({"created_on": "2026-10-05"}, []),
    ({"created_on": None}, []),
    ({"company_id": "400100056"}, []),
    ({"company_id": "0400100057"}, [("company-check", "0400100057", "Debtor/CompanyID")]),
    ({"company_id": "000000000"}, [("company-check", "000000000", "Debtor/CompanyID")]),
    ({"company_id": None}, []),
    ({"nsso_number": None}, []),
    ({"nsso_number": "0"}, []),
    ({"nsso_number": "000000000"}, []),
    ({"nsso_number": "100100023"}, [("nsso-check", "100100023", "Debtor/NOSSRegistrationNbr")]),
    (
        {"nsso_number": None, "company_id": None},
        [("employer-missing", None, "Debtor/NOSSRegistrationNbr")],
    ),
    ({"nsso_number": "0", "company_id": None}, [("employer-missing", "0", "Debtor/NOSSRegistrationNbr")]),
    (
        {"nsso_number": "100100023", "company_id": "0400100057", "created_on": "2027-01-01"},
        [
            ("creation-future", "2027-01-01", "FormCreationDate"),
            ("company-check", "0400100057", "Debtor/CompanyID"),
            ("nsso-check", "100100023", "Debtor/NOSSRegistrationNbr"),
        ],
    ),
]


@pytest.mark.parametrize(("changes", "expected"), OF_FORMS)
def test_a_form_is_judged_by_its_own_fields(
    changes: dict[str, Any], expected: list[tuple[str, str | None, str]]
) -> None:
    """Creation date and employer's numbers; zeros are an unknown NSSO number and no enterprise number."""
    found = judge_form(replace(FORM, **changes), JUDGING)
    place = "/FLXWAGE/Form[1]/"
    assert expected == [(one.rule, one.value, (one.location or "").removeprefix(place)) for one in found]
    assert [one.tag for one in found] == [(one.location or "").rpartition("/")[2] for one in found]


@pytest.mark.parametrize(
    ("operation", "kind", "expected"),
    [
        (Operation.ORIGINAL, "1", []),
        (Operation.ORIGINAL, "3", ["form-reference"]),
        (Operation.MODIFICATION, "1", []),
        (Operation.MODIFICATION, "3", []),
        (Operation.CANCELLATION, "3", []),
        (None, "3", []),
    ],
)
def test_only_what_changes_an_earlier_form_names_its_key(
    operation: Operation | None, kind: str, expected: list[str]
) -> None:
    """An original has a key of its own, type 1; a modification or a cancellation may have either."""
    form = replace(FORM, operation=operation, reference=FormReference(kind, "SEP-BAR"))
    assert expected == rules(judge_form(form, JUDGING))


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("019A1F04-5C11-7E77-8A10-4B1C9D20E5F3", []),
        ("00000000-0000-0000-0000-000000000000", []),
        (None, []),
        ("2026-09/0001", ["reference-uuid"]),
        ("{019a1f04-5c11-7d3e-9b52-0f6a51c2d871}", ["reference-uuid"]),
        ("019a1f045c117d3e9b520f6a51c2d871", ["reference-uuid"]),
        ("019a1f04-5c11-7d3e-9b52-0f6a51c2d87g", ["reference-uuid"]),
        ("०19a1f04-5c11-7d3e-9b52-0f6a51c2d871", ["reference-uuid"]),
    ],
)
def test_a_declaration_is_named_by_a_uuid(reference: str | None, expected: list[str]) -> None:
    """Any version, either case; what could not be read was told as such."""
    assert expected == rules(judged(LINE.calculation, reference=reference))


def test_shapes_beyond_those_that_are_remembered_are_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is bounded; what is told is not."""
    monkeypatch.setattr("flexibatch.domain.flxwage.rules.judge.SHAPES_LIMIT", 1)
    desk = LineRules(JUDGING)
    shapes = [calculation(quality(worker_code=code)) for code in ("050", "051", "051")]
    assert [[], ["worker-code"], ["worker-code"]] == [
        rules(desk.judge(FORM, LINE._replace(calculation=one))) for one in shapes
    ]


def test_a_rule_on_a_shape_is_given_no_amount_and_no_line() -> None:
    """Lines of one shape share a verdict, so that nothing a rule on shapes is given may differ among them."""
    cheap = calculation(quality(elements=(WAGE._replace(amount=1), BONUS._replace(amount=1))))
    assert shape_of(cheap) == shape_of(calculation())
    assert shape_key(cheap) == shape_key(calculation())
    given = [get_type_hints(rule) for rule in SHAPE_RULES]
    assert [{CalculationShape, DatedFacts, tuple[Flaw, ...]}] * len(given) == [
        set(one.values()) for one in given
    ]
    assert ("start", "end", "calculated_on", "qualities") == CalculationShape._fields
    assert ("code", "frequency") == ElementShape._fields


@pytest.mark.parametrize(
    "other",
    [
        *(calculation(**{name: None}) for name in CalculationShape._fields[:-1]),
        *(calculation(quality(**{name: None})) for name in QualityShape._fields[:-1]),
        *(calculation(quality(elements=(BONUS._replace(**{name: None}),))) for name in ElementShape._fields),
        calculation(quality(elements=(BONUS,))),
    ],
)
def test_calculations_of_two_shapes_have_two_keys(other: Calculation) -> None:
    """All that a rule on shapes is given tells them apart."""
    known = (calculation(), calculation(quality(elements=(BONUS,))))
    assert {shape_key(one) == shape_key(other) for one in known if shape_of(one) != shape_of(other)} == {
        False
    }


@pytest.mark.parametrize(
    ("rule", "tag", "expected"),
    [
        ("schema-not-numeric", "CompanyID", []),
        ("literal-value", "NOSSRegistrationNbr", []),
        ("schema-missing", "Debtor", []),
        ("schema-invalid", "Debtor", ["employer-missing"]),
        ("schema-missing", "TypeForm", ["employer-missing"]),
    ],
)
def test_an_employer_that_could_not_be_read_is_not_missing(rule: str, tag: str, expected: list[str]) -> None:
    """A number with a fault, or no Debtor at all, is told as such and not as an employer without a number."""
    form = replace(FORM, company_id=None, nsso_number=None, faults=(Finding(rule, tag=tag),))
    assert expected == rules(judge_form(form, JUDGING))


RULE_OF = {
    "reference-text": "reference-unseen",
    "own-reference-text": "reference-unseen",
    "category": "category-unknown",
    "reference-kind": "form-reference",
}
DOCUMENTED: list[Callable[..., object]] = [
    *FORM_RULES,
    *ASKING_FORM_RULES,
    *LINE_RULES,
    calculation_missing,
    calculation_present,
    *CALCULATION_RULES,
    *QUALITY_RULES,
]


@pytest.mark.parametrize("rule", DOCUMENTED)
def test_a_rule_says_its_code_its_source_and_an_example(rule: Callable[..., object]) -> None:
    """What a rule claims to be is what the catalogue has."""
    catalogue, text = load_catalogue(), rule.__doc__ or ""
    name = rule.__name__.replace("_", "-")
    code = catalogue.code(RULE_OF.get(name, name))
    assert (True, True, True) == (f"Code: {code}. Source: " in text, ">>> " in text, text.endswith("\n    "))


def test_a_form_of_two_workers_places_each_line() -> None:
    """A location counts Form, Beneficiary and Relation as they stand in the document."""
    line = LINE._replace(
        number=3, beneficiary=2, relation=2, calculation=calculation(quality(worker_code="1"))
    )
    form = replace(FORM, number=4, lines=(line,))
    place = "/FLXWAGE/Form[4]/Debtor/Beneficiary[2]/Relation[2]/Calculation/Features[1]/WorkerCode"
    assert [place] == [one.location for one in LineRules(JUDGING).judge(form, line)]
