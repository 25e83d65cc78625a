"""What the journey asks of the world, in the channel's own words.

Every port is fulfilled by adapters (put together in `flexibatch.wiring.components`) and, in the tests, by test doubles.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from flexibatch.domain.case import (
    AnswerFile,
    Case,
    FormVerdict,
    LocatedAnomaly,
    PriorLine,
    Report,
    Verdict,
)
from flexibatch.domain.dimona import Period
from flexibatch.domain.employers import NO_NUMBERS, Numbers
from flexibatch.domain.findings import Anomaly, Finding
from flexibatch.domain.flxwage.model import Form
from flexibatch.domain.operations import CurrentDeclaration
from flexibatch.domain.signatures import Certificate
from flexibatch.domain.vocabulary import Environment, Subject


@dataclass(frozen=True, slots=True)
class Stream:
    """Name what is settled in order: the sets of one sender in one environment."""

    sender: str
    environment: Environment


@dataclass(frozen=True, slots=True)
class EmployerMatch:
    """Which employer two numbers lead to, and its numbers as far as there is one of each.

    `rivals` are the two employers that numbers lead to which contradict each other. `third_payer` tells that the NSSO
    number is marked as a third payer's.
    """

    employer_id: int | None
    numbers: Numbers = NO_NUMBERS
    rivals: tuple[int, ...] = ()
    third_payer: bool = False

    @property
    def conflict(self) -> bool:
        """Return whether the numbers contradict each other."""
        return bool(self.rivals)


class Clock(Protocol):
    """Tell the time."""

    def now(self) -> datetime:
        """Return this instant, with its zone."""
        ...


class Tickets(Protocol):
    """Give out the words by which bureaus and help desk speak of a file, a Form, a declaration."""

    def new(self) -> str:
        """Return a new ticket: 13 characters 0-9A-Z, random."""
        ...


class References(Protocol):
    """Give out the UUIDs by which new declarations are known."""

    def new(self) -> str:
        """Return a new UUID, in small letters."""
        ...


class Document(Protocol):
    """Read one joined document, Form by Form."""

    @property
    def schema(self) -> str:
        """Name the schema it is judged by, without `.xsd`."""
        ...

    @property
    def findings(self) -> Sequence[Finding]:
        """Return what refuses the whole file, as far as it was read."""
        ...

    def __iter__(self) -> Iterator[Form]:
        """Return the Forms in document order; raise `DocumentBroken` where it cannot be read on."""
        ...

    def places(self, form: int, locations: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """Return line and column of locations in a Form; Forms are asked for in increasing order."""
        ...


class Documents(Protocol):
    """Open the kept bytes of a set."""

    def open(self, case: Case) -> Document:
        """Open the joined document of a set."""
        ...

    def digest(self, case: Case) -> str:
        """Return the SHA-256 of the joined document."""
        ...

    def acknowledged(self, case: Case) -> str | None:
        """Return the name of the answer that a bureau's acknowledgement speaks of, where it can be read."""
        ...


class Signatures(Protocol):
    """Verify the signatures that came with a set."""

    def faults(self, case: Case, registered: Sequence[Certificate]) -> Sequence[Finding]:
        """Return what is wrong with the signatures of a set's parts, by its sender's certificates."""
        ...


class Register(Protocol):
    """Ask the Dimona register, and who is who in it."""

    def employer(self, nsso: str | None, company: str | None) -> EmployerMatch:
        """Find the employer that two numbers, each possibly unknown, lead to."""
        ...

    def persons(self, inss: Collection[str]) -> Mapping[str, str]:
        """Return the current number of every replaced one; those that are not replaced are left out."""
        ...

    def periods(self, employer_id: int | None, persons: Collection[str]) -> Mapping[str, Sequence[Period]]:
        """Return all periods of workers with an employer, None for any, by current number."""
        ...

    def state(self) -> datetime | None:
        """Return the moment of the last import."""
        ...


class UnitOfWork(Register, Protocol):
    """One stream's turn: what is decided is written in one transaction, and only when the turn ends well."""

    def next_case(self) -> Case | None:
        """Return the lowest unsettled set of the stream, None where it must wait or there is none."""
        ...

    def certificates(self, sender: str) -> Sequence[Certificate]:
        """Return the certificates that a sender registered to sign with."""
        ...

    def mandated(self, sender: str, employer_id: int, on: date) -> bool:
        """Return whether a sender may declare for an employer on a day."""
        ...

    def current_declarations(
        self, environment: Environment, employer_id: int, keys: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], CurrentDeclaration]:
        """Return the declarations in force by (person, reference)."""
        ...

    def form_ticket(self, case: Case, number: int) -> str | None:
        """Return the ticket that an earlier run gave to a Form."""
        ...

    def prior_lines(self, case: Case, number: int) -> Mapping[int, PriorLine]:
        """Return the lines of a Form that earlier runs accepted or left unchanged, by line number."""
        ...

    def attempt(self) -> AbstractContextManager[None]:
        """Bracket what is decided about Forms: forgotten, alone, when the document turns out to be broken."""
        ...

    def write_form(self, case: Case, verdict: FormVerdict) -> None:
        """Write a Form with its versions and anomalies."""
        ...

    def answer_name(self, case: Case, subject: Subject, day: date) -> str:
        """Return out the next name of an answer to this sender."""
        ...

    def settle(self, verdict: Verdict) -> None:
        """Write the verdict of the run: counts, provenance, answers, state."""
        ...


class SetQueue(Protocol):
    """Open turns and keep track of what must still be published."""

    def turn(self, stream: Stream) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work for a stream's turn; raise `Superseded` at its end where what was judged fits no more."""
        ...

    def published(self, verdict: Verdict) -> None:
        """Mark a run as published and archived."""
        ...


class Notification(Protocol):
    """Write one NOTI, Form by Form."""

    def add(self, judged: FormVerdict) -> None:
        """Write what became of a Form."""
        ...

    def close(self, last: LocatedAnomaly | None) -> AnswerFile:
        """End the file, with one more anomaly in its last Form where there is one; fsync it."""
        ...


class Answers(Protocol):
    """Write answers into the set's private folder."""

    def acknowledge(self, verdict: Verdict, name: str, fault: Anomaly | None) -> AnswerFile:
        """Write the ACRF: received, or refused for a fault; fsync it."""
        ...

    def notify(self, verdict: Verdict, name: str) -> AbstractContextManager[Notification]:
        """Begin the NOTI; it is thrown away when the block is left by an exception."""
        ...


class Outbox(Protocol):
    """Put answers and pages where the bureau finds them, and the set where it stays."""

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers, ACRF first, each one's GO last; may be repeated."""
        ...

    def report(self, report: Report) -> None:
        """Put down the page for people, its JSON, and what was refused as CSV; may be repeated."""
        ...

    def archive(self, case: Case) -> None:
        """Move the set's private folder to the archive; may be repeated."""
        ...
