"""What rules are given: a line where it stands, or the shape of a calculation, and the dated facts they judge by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from flexibatch.domain.categories import Categories
from flexibatch.domain.findings import Finding, step
from flexibatch.domain.flxwage.model import Calculation, Form, Line, Quality


@dataclass(frozen=True, slots=True)
class DatedFacts:
    """The dated facts: the day of reception where the channel lives, and the employer categories."""

    received_on: date
    categories: Categories


# ------------------------------------------------------------------------------------------ shapes of calculations


class ElementShape(NamedTuple):
    """What rules ask of an element: wage or bonus, and its frequency in months."""

    code: str | None
    frequency: int | None


class QualityShape(NamedTuple):
    """What rules ask of a quality, without its amounts."""

    start: date | None
    end: date | None
    employer_class: str | None
    worker_code: str | None
    elements: tuple[ElementShape, ...]


class CalculationShape(NamedTuple):
    """What rules ask of a calculation, without its amounts: most workers of a document share a few of these.

    A rule on a shape is asked once for each, so a shape is all that it is given: a rule that wants more is one on a
    line.
    """

    start: date | None
    end: date | None
    calculated_on: date | None
    qualities: tuple[QualityShape, ...]


ShapeKey = tuple[object, ...]
"""All of a calculation but its amounts, as plain tuples, which are made four times as fast as shapes: where two are
equal, so are the shapes."""


def shape_key(calculation: Calculation) -> ShapeKey:
    """Return the shape of a calculation as plain tuples."""
    *values, qualities = calculation
    return (
        *values,
        tuple(
            [
                (*one[:-1], tuple([(element.code, element.frequency) for element in one.elements]))
                for one in qualities
            ]
        ),
    )


def shape_of(calculation: Calculation) -> CalculationShape:
    """Return the shape of a calculation."""
    return CalculationShape(
        calculation.start,
        calculation.end,
        calculation.calculated_on,
        tuple(map(_quality_shape, calculation.qualities)),
    )


def _quality_shape(one: Quality) -> QualityShape:
    elements = tuple(ElementShape(element.code, element.frequency) for element in one.elements)
    return QualityShape(one.start, one.end, one.employer_class, one.worker_code, elements)


_NOTHING: Mapping[str, str] = MappingProxyType({})

# --------------------------------------------------------------------------------------------------------- rules

_Context = TypeVar("_Context")
_Subject = TypeVar("_Subject")
_Found = TypeVar("_Found")

Rule = Callable[[_Context, _Subject], tuple[_Found, ...]]
"""The one signature of all rules: by what is judged, what is judged, what was found.

The context is `DatedFacts`, or what register and store answered (`flexibatch.domain.flxwage.rules.asking`). The subject
is a Form, a line in its Form, or the shape of a calculation, of which not findings are given but flaws.
"""


class Flaw(NamedTuple):
    """Tell a fault of a shape: `tail` is the path of the element under the Calculation, or under a quality of it."""

    rule: str
    tail: str
    value: str | None = None
    quality: int | None = None
    details: Mapping[str, str] = _NOTHING


# -------------------------------------------------------------------------------------------------------- lines


# A tuple, since one is made for every line: a frozen dataclass takes three times as long to make.
class LineInForm(NamedTuple):
    """A line where it stands; locations are written only for a fault."""

    form: Form
    line: Line

    def finding(self, flaw: Flaw) -> Finding:
        """Return a flaw of the line's calculation where it stands."""
        return Finding(
            flaw.rule,
            tag=flaw.tail.rpartition("/")[2].partition("[")[0],
            value=flaw.value,
            location=self.location(flaw.tail, flaw.quality),
            quality=flaw.quality,
            details=flaw.details,
        )

    def location(self, tail: str, quality: int | None = None) -> str:
        """Write where an element of the calculation stands."""
        under = f"{step('Features', quality)}/{tail}" if quality else tail
        return self.form.line_location(self.line, f"Calculation/{under}")

    def told(self, location: str | None) -> bool:
        """Return whether reading the line found a fault of the element there: it is not told twice."""
        return any(fault.location == location for fault in self.line.faults)
