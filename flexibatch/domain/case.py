"""A set on its journey, and what is decided about it: the values that travel between the stages."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from flexibatch.domain.employers import NOTHING_TOLD, ToldNumbers
from flexibatch.domain.findings import Anomaly, Finding
from flexibatch.domain.flxwage.model import Form, Line, Quality
from flexibatch.domain.names import signature_of_answer
from flexibatch.domain.set_outcomes import set_outcome
from flexibatch.domain.vocabulary import (
    Acceptance,
    Effect,
    Environment,
    FileKind,
    Language,
    Outcome,
    ResultCode,
    SetOutcome,
    SignatureDemand,
    Subject,
)


@dataclass(frozen=True, slots=True)
class Sender:
    """A bureau: its number, its name, the language it is answered in, what it owes.

    `acceptance` is what was agreed with it; None where the setting holds.
    """

    number: str
    name: str
    language: Language
    signature: SignatureDemand
    held: bool = False
    removed: bool = False
    acceptance: Acceptance | None = None

    def must_sign(self, environment: Environment) -> bool:
        """Return whether each part needs its signature: in S none does."""
        return self.signature is SignatureDemand.REQUIRED and environment is not Environment.SIMULATION


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file of a set as it was kept: the private copy's size in bytes and SHA-256."""

    name: str
    kind: FileKind
    part: int | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PriorLine:
    """What an earlier run settled for a line: its declaration's ticket and version."""

    ticket: str
    version: int


@dataclass(frozen=True, slots=True)
class Case:
    """A claimed set that waits for its verdict.

    `name` is the GO's name (or the name at fault). `arrived_at` is UTC; `received_on` the day of reception where the
    channel lives. `arrival` orders sets over all senders; `run` counts from 1. `passed` tells that an earlier run got
    past envelope, signature and schema window, `schema` by which schema it was judged. `earlier_ticket` names the set
    that received this name first. What is `silent` is archived without an answer. `claim_faults` were found before
    the claim (a GO that never came, missing parts) and are part of the envelope's verdict. A set `released` from
    quarantine is judged like a re-run.
    """

    ticket: str
    name: str
    subject: Subject
    sender: Sender
    environment: Environment
    arrival: int
    arrived_at: datetime
    received_on: date
    run: int
    files: tuple[ReceivedFile, ...]
    earlier_ticket: str | None = None
    passed: bool = False
    schema: str | None = None
    withdrawn: bool = False
    silent: bool = False
    discarded: bool = False
    released: bool = False
    claim_faults: tuple[Finding, ...] = ()

    @property
    def size(self) -> int:
        """Count the bytes of its files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class LocatedAnomaly:
    """Pair an anomaly with what it is about: employer (number as sent), worker, references, line, quality.

    `line` counts in the Form, `form` in the document; both are None for what is about the whole file. `refused` counts
    the refused lines of the Form, for what refuses a whole Form: what is `whole` does, though it is about a line.
    """

    anomaly: Anomaly
    employer: str | None = None
    inss: str | None = None
    reference: str | None = None
    form: int | None = None
    line: int | None = None
    quality: Quality | None = None
    refused: int | None = None
    own: str | None = None
    whole: bool = False

    @property
    def called(self) -> str | None:
        """Return what people know the line by: its reference, and the declarant's own where there is one."""
        if self.reference is None or self.own is None:
            return self.reference or self.own
        return f"{self.reference} ({self.own})"

    @property
    def effect(self) -> Effect:
        """Say what was refused for it, by its class and what it is about."""
        if not self.anomaly.blocking:
            return Effect.NOTHING
        if self.form is None:
            return Effect.FILE
        return Effect.FORM if self.line is None or self.whole else Effect.LINE


class LineVerdict(NamedTuple):
    """What became of one line: outcome, the codes of all that was found, ticket and version where it has them.

    `person` is the worker's current number; `kept` tells that an earlier run settled the line.
    """

    line: Line
    outcome: Outcome
    codes: tuple[str, ...] = ()
    ticket: str | None = None
    version: int | None = None
    person: str | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class FormVerdict:
    """What became of one Form; `told` lists the anomalies that are told in full, the Form's own first.

    `acceptance` is how it was judged, `employer` what answers tell of its employer.
    """

    form: Form
    ticket: str
    employer_id: int | None
    refused: bool
    lines: tuple[LineVerdict, ...]
    told: tuple[LocatedAnomaly, ...] = ()
    acceptance: Acceptance = Acceptance.LINE
    employer: ToldNumbers = NOTHING_TOLD

    def count(self, outcome: Outcome) -> int:
        """Count the lines with an outcome; lines that are not listed are refused."""
        unlisted = self.form.unlisted if outcome is Outcome.REFUSED else 0
        return unlisted + [line.outcome for line in self.lines].count(outcome)

    @property
    def size(self) -> int:
        """Count all lines of the Form."""
        return len(self.lines) + self.form.unlisted

    @property
    def result(self) -> ResultCode:
        """Return the Form's result: 1 when every line stands, 0 when none does, 2 in between."""
        refused = self.count(Outcome.REFUSED)
        if refused == 0 and not self.refused:
            return ResultCode.ACCEPTED
        return ResultCode.REFUSED if refused == self.size else ResultCode.PARTLY


@dataclass(frozen=True, slots=True)
class Counts:
    """Count what a file held and what became of it."""

    forms: int = 0
    lines: int = 0
    accepted: int = 0
    unchanged: int = 0
    refused: int = 0
    anomalies: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a verdict was reached with, so that anyone can check it years later.

    `sha256` is the joined document's; `schema` the schema's name without `.xsd`; `catalogue` the version of the
    anomaly catalogue and category table; `register` the last import's commit, None before the first import.
    """

    sha256: str
    schema: str
    catalogue: str
    register: datetime | None


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """One answer as it was written and fsynced: its published name, SHA-256 and length in bytes.

    `signature` is the SHA-256 of the institution's signature on it, which lies beside it; None where none is made.
    """

    subject: Subject
    name: str
    sha256: str
    size: int
    signature: str | None = None

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Return names and SHA-256 of what is put out: the answer, and the signature on it where there is one."""
        if self.signature is None:
            return ((self.name, self.sha256),)
        return (self.name, self.sha256), (signature_of_answer(self.name), self.signature)


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page for people tells about a set.

    `state` is `in-treatment`, `received`, `refused` or `withdrawn`. `located` pairs every anomaly with what it is
    about: employer, INSS and reference as far as they were told. `more` counts anomalies that are not listed.
    """

    case: Case
    state: str
    decided_at: datetime | None = None
    counts: Counts = field(default_factory=Counts)
    located: tuple[LocatedAnomaly, ...] = ()
    more: int = 0
    answers: tuple[str, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The settled outcome of one run of a set.

    `state` is `received`, `refused`, `withdrawn` or `recorded`; `faults` are those that refuse the whole file;
    `acknowledges` names the answer that a bureau acknowledges.
    """

    case: Case
    state: str
    decided_at: datetime
    counts: Counts = field(default_factory=Counts)
    provenance: Provenance | None = None
    faults: tuple[Anomaly, ...] = ()
    answers: tuple[AnswerFile, ...] = ()
    acknowledges: str | None = None

    @property
    def outcome(self) -> SetOutcome | None:
        """Return what became of the set, in one word."""
        standing = self.counts.accepted + self.counts.unchanged
        return set_outcome(self.state, standing=standing, refused=self.counts.refused)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Pair a settled verdict with what its page for people tells; `more` counts anomalies that are not told."""

    verdict: Verdict
    told: tuple[LocatedAnomaly, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be claimed: a set as it lies in an inbox.

    `leader` is the file whose rename is the claim, `names` are all the files that go with it (the leader too);
    `set_key` is what a name is received under. `withdrawn` tells that a TD came with it; what is `silent` is archived
    without an answer.
    """

    sender: str
    environment: Environment
    subject: Subject
    name: str
    set_key: str
    leader: str
    names: tuple[str, ...]
    arrived_at: datetime
    received_on: date
    faults: tuple[Finding, ...] = ()
    withdrawn: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Ticketed:
    """Pair a claim with the ticket it was given."""

    ticket: str
    claim: Claim
