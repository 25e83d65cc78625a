"""What a rule is given: the line it judges where it stands, and the dated facts it judges by."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flexibatch.domain.categories import Categories
from flexibatch.domain.findings import Finding, step
from flexibatch.domain.model import Form, Line


@dataclass(frozen=True, slots=True)
class Judging:
    """Hold the dated facts: the day of reception where the channel lives, and the employer categories."""

    received_on: date
    categories: Categories


# A tuple, since one is made for every line: a frozen dataclass takes three times as long to make.
class Place(NamedTuple):
    """Hold a line where it stands and what it is judged by; locations are written only for a fault."""

    form: Form
    line: Line
    judging: Judging

    def tell(
        self, rule: str, tail: str, value: object = None, *, quality: int | None = None, **details: str
    ) -> Finding:
        """Tell a fault of an element; `tail` is its path under the Calculation, or under a quality of it."""
        return Finding(
            rule,
            tag=tail.rpartition("/")[2].partition("[")[0],
            value=None if value is None else str(value),
            location=self.location(tail, quality),
            quality=quality,
            details=details,
        )

    def location(self, tail: str, quality: int | None = None) -> str:
        """Write where an element stands."""
        under = f"{step('Features', quality)}/{tail}" if quality else tail
        return self.form.line_location(self.line, f"Calculation/{under}")

    def told(self, location: str) -> bool:
        """Tell whether reading the line found a fault of the element there: it is not told twice."""
        return any(fault.location == location for fault in self.line.faults)
