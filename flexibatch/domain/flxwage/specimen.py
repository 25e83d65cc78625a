"""One sound Form, from which the examples of the rules depart; its numbers belong to nobody."""

from datetime import date
from typing import Any

from flexibatch.domain.categories import Categories
from flexibatch.domain.flxwage.judgement import CalculationShape, DatedFacts, LineInForm, shape_of
from flexibatch.domain.flxwage.model import (
    Calculation,
    FinancialElement,
    Form,
    Line,
    Quality,
)
from flexibatch.domain.vocabulary import GROSS_BONUS, GROSS_WAGE, Operation

WAGE = FinancialElement(code=GROSS_WAGE, amount=100_000)
BONUS = FinancialElement(code=GROSS_BONUS, amount=15_000, frequency=12)
QUALITY = Quality(
    start=date(2026, 9, 1),
    end=date(2026, 9, 30),
    employer_class="017",
    worker_code="050",
    elements=(WAGE, BONUS),
)
CALCULATION = Calculation(
    start=date(2026, 9, 1),
    end=date(2026, 9, 30),
    calculated_on=date(2026, 10, 2),
    qualities=(QUALITY,),
)
REFERENCE = "019a1f04-5c11-7d3e-9b52-0f6a51c2d871"
LINE = Line(1, 1, 1, "85073003328", REFERENCE, "september2026", CALCULATION)
FORM = Form(
    number=1,
    identification="FLXWAGE",
    created_on="2026-10-05",
    created_at="09:15:00.000",
    operation=Operation.ORIGINAL,
    type_form="SU",
    reference=None,
    company_id="0400100056",
    nsso_number="100100022",
    lines=(LINE,),
)
JUDGING = DatedFacts(
    date(2026, 10, 5),
    Categories.from_rows(
        [
            (2, {"code": "017", "sector": "Private", "first_quarter": "1979/2", "last_quarter": ""}),
            (3, {"code": "018", "sector": "Private", "first_quarter": "1975/3", "last_quarter": "1988/1"}),
        ]
    ),
)
PLACE = LineInForm(FORM, LINE)


def quality(**changes: Any) -> Quality:  # noqa: ANN401 - any field of a quality
    """Return the specimen's quality with some fields changed.

    >>> quality(worker_code="450").worker_code
    '450'
    """
    return QUALITY._replace(**changes)


def calculation(*qualities: Quality, **changes: Any) -> Calculation:  # noqa: ANN401 - any field of it
    """Return the specimen's calculation with other qualities, or some fields changed.

    >>> calculation(start=date(2026, 9, 2)).start, len(calculation(QUALITY, QUALITY).qualities)
    (datetime.date(2026, 9, 2), 2)
    """
    return CALCULATION._replace(**{"qualities": qualities or CALCULATION.qualities, **changes})


def shape(*qualities: Quality, **changes: Any) -> CalculationShape:  # noqa: ANN401 - any field of it
    """Return the shape of a calculation that `calculation` gives.

    >>> shape().qualities[0].elements[1].frequency
    12
    """
    return shape_of(calculation(*qualities, **changes))
