"""Late declarations (90017-460), judged over the lines of a Form. Source: docs/spec/message.md, "Limits"."""

from collections.abc import Sequence
from datetime import date, timedelta

from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Form, Line
from flexibatch.domain.vocabulary import Operation

GRACE = timedelta(days=5)
"""Calendar days from the last calculation of a month to the day of reception."""


def late_findings(form: Form, ok_lines: Sequence[Line], received_on: date) -> dict[int, Finding]:
    """Give, by line number, the remark on each line that came late; originals only.

    `ok_lines` are the lines without a blocking finding: the last calculation date of each calendar month
    is taken among them, and only they are told.

    >>> from flexibatch.domain.flxwage.specimen import FORM, LINE
    >>> late_findings(FORM, [LINE], date(2026, 10, 7))
    {}
    >>> late_findings(FORM, [LINE], date(2026, 10, 8))[1].details
    {'due': '2026-10-07', 'days': '1'}
    """
    if form.operation is not Operation.ORIGINAL:
        return {}
    made = [
        (line, line.calculation.calculated_on)
        for line in ok_lines
        if line.calculation is not None and line.calculation.calculated_on is not None
    ]
    last = {(day.year, day.month): day for day in sorted({day for _, day in made})}
    due = {month: day + GRACE for month, day in last.items() if received_on - day > GRACE}
    return {
        line.number: _finding(form, line, day, due=due[day.year, day.month], received_on=received_on)
        for line, day in made
        if (day.year, day.month) in due
    }


def _finding(form: Form, line: Line, calculated_on: date, *, due: date, received_on: date) -> Finding:
    return Finding(
        "late",
        tag="CalculationDate",
        value=str(calculated_on),
        location=form.line_location(line, "Calculation/CalculationDate"),
        details={"due": str(due), "days": str((received_on - due).days)},
    )
