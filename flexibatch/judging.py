"""Judge one Form after another: schema and rules first, then mandate, operations and register.

A desk judges one document. It keeps only what must be remembered across Forms: the references seen, the lines counted
per employer, the anomalies told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from flexibatch.domain.case import Case, FormVerdict, LineVerdict, LocatedAnomaly, PriorLine
from flexibatch.domain.catalogue import Catalogue
from flexibatch.domain.counting import LINES_LIMIT, LineCounter, Repetitions
from flexibatch.domain.dimona import check
from flexibatch.domain.findings import Anomaly, Finding
from flexibatch.domain.identifiers import normal_company, normal_nsso
from flexibatch.domain.late import late_findings
from flexibatch.domain.model import Form, Line
from flexibatch.domain.operations import Decision, Standing, decide, reference_finding
from flexibatch.domain.rules import Judging, LineRules, judge_form
from flexibatch.domain.telling import Telling, located, placed
from flexibatch.domain.vocabulary import Operation, Outcome
from flexibatch.ports import Books, Document, Party


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Hold what Forms are judged by: the catalogue and the dated facts, and how many anomalies are told.

    `blind` tells that there is no register to ask: neither mandate nor operations nor Dimona are judged.
    """

    catalogue: Catalogue
    judging: Judging
    max_anomalies: int
    blind: bool = False


@dataclass(frozen=True, slots=True)
class _Seat:
    """Hold what the judgement of every Form of a document works with, and what is remembered across them."""

    case: Case
    books: Books
    document: Document
    rulebook: Rulebook
    repetitions: Repetitions
    counter: LineCounter
    rules: LineRules
    telling: Telling


class Desk:
    """Judge the Forms of one document in document order."""

    def __init__(self, case: Case, books: Books, document: Document, rulebook: Rulebook) -> None:
        """Take a seat with nothing seen yet."""
        memory = Repetitions(), LineCounter(LINES_LIMIT), LineRules(rulebook.judging)
        self._seat = _Seat(case, books, document, rulebook, *memory, Telling(rulebook.max_anomalies))

    @property
    def untold(self) -> int:
        """Count the anomalies that were not told in full."""
        return self._seat.telling.untold

    def judge(self, form: Form, new_ticket: Callable[[], str]) -> FormVerdict:
        """Judge a Form and all its lines."""
        return _FormJudgement(self._seat, form).verdict(new_ticket)


class _FormJudgement:
    """Hold the state of the judgement of one Form."""

    def __init__(self, seat: _Seat, form: Form) -> None:
        self.seat, self.form = seat, form
        self.case, self.books, self.rulebook = seat.case, seat.books, seat.rulebook
        self.of_form: list[Anomaly] = []
        self.of_lines: dict[int, list[Anomaly]] = {}
        self.decisions: dict[int, Decision] = {}
        self.persons: Mapping[str, str] = {}

    def verdict(self, new_ticket: Callable[[], str]) -> FormVerdict:
        """Go through the stages of flxwage.md §3.2 in their order."""
        party = self.books.employer(self.form.nsso_number, self.form.company_id)
        self._judge_employer(party)
        prior = self.books.prior_lines(self.case, self.form.number) if self.case.run > 1 else {}
        open_lines = [line for line in self.form.lines if line.number not in prior]
        self._judge_lines(prior, _employer_key(self.form, party))
        refused = any(anomaly.blocking for anomaly in self.of_form)
        sound = [line for line in open_lines if not refused and not self._blocked(line)]
        if self.rulebook.blind:
            self.decisions = {line.number: Decision(version=1) for line in sound}
        elif party.employer_id is not None:
            self._look_up(sound, party.employer_id)
        lines = tuple(
            _kept(line, prior[line.number])
            if line.number in prior
            else self._settle(line, refused, new_ticket)
            for line in self.form.lines
        )
        earlier = self.books.form_ticket(self.case, self.form.number) if self.case.run > 1 else None
        judged = FormVerdict(self.form, earlier or new_ticket(), party.employer_id, refused, lines)
        return replace(judged, told=self._told(judged.count(Outcome.REFUSED)))

    # ------------------------------------------------------------------------------------------ the Form itself

    def _judge_employer(self, party: Party) -> None:
        form, case = self.form, self.case
        self._add_to_form(form.faults)
        self._add_to_form(judge_form(form, self.rulebook.judging))
        if party.conflict:
            details = {"nsso": form.known_nsso or "", "company": form.company_id or ""}
            self._add_to_form([_employer_finding(form, "employer-conflict", details)])
        elif not self.rulebook.blind and (form.known_nsso or form.company_id):
            known = party.employer_id is not None
            if not known or not self.books.mandated(
                case.sender.number, party.employer_id or 0, case.received_on
            ):
                phrase = "nsso-number" if form.known_nsso else "company-number"
                self._add_to_form([_employer_finding(form, "mandate", {"phrase": phrase})])
        key = _employer_key(form, party)
        if key is not None and self.seat.counter.passes(key, len(form.lines) + form.unlisted):
            details = {"limit": str(LINES_LIMIT)}
            self._add_to_form(
                [Finding("too-many-lines", tag="Form", location=form.location, details=details)]
            )

    def _add_to_form(self, findings: Iterable[Finding]) -> None:
        self.of_form.extend(self._anomalies(findings))

    def _anomalies(self, findings: Iterable[Finding]) -> Iterator[Anomaly]:
        for finding in findings:
            anomaly = self.rulebook.catalogue.anomaly(finding, self.case.sender.language)
            if anomaly is not None:
                yield anomaly

    # --------------------------------------------------------------------------------------------- its lines

    def _judge_lines(self, prior: Mapping[int, PriorLine], employer: str | None) -> None:
        form, rules = self.form, self.seat.rules
        self.persons = self.books.persons({line.inss for line in form.lines if line.inss})
        # Lines past the limit are not judged one by one: for them the Form was refused.
        within = form.lines[:LINES_LIMIT]
        for line in within:
            repeated = self._repeated(line, employer)
            if line.number in prior:
                continue
            findings = (*line.faults, *rules.judge(form, line), *repeated)
            if findings:
                self.of_lines[line.number] = list(self._anomalies(findings))
        sound = [line for line in within if not self._blocked(line)]
        late = late_findings(form, sound, self.case.received_on)
        for number, finding in late.items():
            if number in prior:
                continue
            self.of_lines.setdefault(number, []).extend(self._anomalies([finding]))

    def _repeated(self, line: Line, employer: str | None) -> tuple[Finding, ...]:
        if employer is None or line.inss is None or line.reference is None:
            return ()
        person = self.persons.get(line.inss, line.inss)
        if not self.seat.repetitions.seen(employer, person, line.reference):
            return ()
        return (reference_finding("repeated", self.form, line),)

    def _blocked(self, line: Line) -> bool:
        anomalies = self.of_lines.get(line.number)
        return anomalies is not None and any(anomaly.blocking for anomaly in anomalies)

    def _look_up(self, lines: list[Line], employer_id: int) -> None:
        """Ask the operations and the register, by the Form and not by the line."""
        form, case, persons = self.form, self.case, self.persons
        keyed = [(line, persons.get(line.inss or "", line.inss or "")) for line in lines]
        keys = {(person, line.reference or "") for line, person in keyed}
        standings = self.books.standings(case.environment, employer_id, keys)
        cancelling = form.operation is Operation.CANCELLATION
        periods = {} if cancelling else self.books.periods(employer_id, {person for person, _ in keys})
        for line, person in keyed:
            standing = standings.get((person, line.reference or ""))
            decision = self._decide(line, standing)
            covered = () if cancelling else check(form, line, periods.get(person, ()))
            if decision.findings or covered:
                found = [*decision.findings, *covered]
                self.of_lines.setdefault(line.number, []).extend(self._anomalies(found))
            self.decisions[line.number] = decision

    def _decide(self, line: Line, standing: Standing | None) -> Decision:
        return decide(self.form, line, standing, rerun=self._late, arrival=self.case.arrival)

    @property
    def _late(self) -> bool:
        """Tell whether sets that arrived later may have been settled before: never overwrite what they made."""
        return self.case.run > 1 or self.case.released

    def _settle(self, line: Line, refused: bool, new_ticket: Callable[[], str]) -> LineVerdict:
        anomalies = self.of_lines.get(line.number, ())
        codes = tuple(dict.fromkeys(anomaly.code for anomaly in anomalies)) if anomalies else ()
        decision = self.decisions.get(line.number)
        if refused or decision is None or decision.version is None or self._blocked(line):
            return LineVerdict(line, Outcome.REFUSED, codes)
        person = self.persons.get(line.inss or "", line.inss)
        if decision.unchanged:
            return LineVerdict(line, Outcome.UNCHANGED, codes, decision.ticket, decision.version, person)
        ticket = decision.ticket or new_ticket()
        return LineVerdict(line, Outcome.ACCEPTED, codes, ticket, decision.version, person)

    # ---------------------------------------------------------------------------------------- what is told

    def _told(self, refused: int) -> tuple[LocatedAnomaly, ...]:
        if not self.of_form and not self.of_lines:
            return ()
        told = self.seat.telling.told(located(self.form, self.of_form, self.of_lines, refused))
        wanted = {one.anomaly.finding.location for one in told if one.anomaly.finding.location}
        places = self.seat.document.places(self.form.number, wanted) if wanted else {}
        return tuple(placed(one, places) for one in told)


def _kept(line: Line, prior: PriorLine) -> LineVerdict:
    return LineVerdict(line, Outcome.UNCHANGED, (), prior.ticket, prior.version, kept=True)


def _employer_key(form: Form, party: Party) -> str | None:
    """Name the employer for counting and repetitions, also where no store knows it."""
    if party.employer_id is not None:
        return f"#{party.employer_id}"
    if form.company_id:
        return f"C{normal_company(form.company_id)}"
    nsso = form.known_nsso
    return f"N{normal_nsso(nsso)}" if nsso else None


def _employer_finding(form: Form, rule: str, details: Mapping[str, str]) -> Finding:
    nsso = form.known_nsso
    tag = "NOSSRegistrationNbr" if nsso else "CompanyID"
    value = nsso or form.company_id
    return Finding(rule, tag=tag, value=value, location=f"{form.location}/Debtor/{tag}", details=details)
