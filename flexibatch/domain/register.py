"""What a register file tells, as values: rows, replaced numbers, Dimona declarations.

Every entry carries the line of the file it stands on. Employer numbers are normal (NSSO without leading
zeros, enterprise with ten digits), moments are UTC, an open end is None.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flexibatch.errors import Refusal


@dataclass(frozen=True, slots=True)
class Span:
    """When a period begins and ends; hours are HHMM or None, an end of None is open."""

    start: date
    start_hour: str | None = None
    end: date | None = None
    end_hour: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One Dimona period as a register tells it; at least one of the employer's numbers is there."""

    line: int
    period_id: str
    nsso: str | None
    company: str | None
    inss: str
    worker_type: str
    span: Span
    joint_committee: str | None = None
    cancelled: bool = False
    locked: bool = False
    late: bool = False
    flexi_conditions: int | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """Hold that a worker's number was replaced by another one."""

    line: int
    old: str
    new: str
    on: date | None


@dataclass(frozen=True, slots=True)
class DimonaIn:
    """Declare that an employment begins: the register gives the period its id."""

    line: int
    nsso: str | None
    company: str | None
    inss: str
    worker_type: str
    span: Span
    joint_committee: str | None
    declared_at: datetime

    def row(self, period_id: str) -> RegisterRow:
        """Return the period that this declaration makes."""
        return RegisterRow(
            self.line,
            period_id,
            self.nsso,
            self.company,
            self.inss,
            self.worker_type,
            self.span,
            self.joint_committee,
            updated_at=self.declared_at,
        )


@dataclass(frozen=True, slots=True)
class _Change:
    """Speak about a period that exists; worker and employer, where told, must be the period's own."""

    line: int
    period_id: str
    inss: str | None
    nsso: str | None
    company: str | None
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class DimonaOut(_Change):
    """Declare that an employment ends."""

    end: date


@dataclass(frozen=True, slots=True)
class DimonaUpdate(_Change):
    """Declare other days or hours; what is None stays as it is, `reopens` takes the end away."""

    start: date | None = None
    start_hour: str | None = None
    end: date | None = None
    end_hour: str | None = None
    reopens: bool = False


@dataclass(frozen=True, slots=True)
class DimonaCancel(_Change):
    """Declare that a period never was."""


Change = DimonaOut | DimonaUpdate | DimonaCancel
Entry = RegisterRow | Replacement | DimonaIn | Change


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A register file that was opened: `entries` is read once, as it is asked for.

    It yields a `Refusal` for an entry that is wrong, and raises one where nothing more can be read.
    `format` is `csv`, `replacements`, `xml` or `json`; `lines` tells how far the last line is.
    """

    name: str
    format: str
    sha256: str
    lines: int
    entries: Iterable[Entry | Refusal]
