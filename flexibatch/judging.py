"""Judge one Form after another: schema and rules first, then mandate, operations and register.

A judge is of one document. It keeps only what must be remembered across Forms: the references seen, the lines counted
per employer, the anomalies told.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from flexibatch.domain.anomaly_collector import AnomalyCollector, located, placed
from flexibatch.domain.case import Case, FormVerdict, LineVerdict, LocatedAnomaly, PriorLine
from flexibatch.domain.catalogue import Catalogue
from flexibatch.domain.counting import LINES_LIMIT, LineCounter, Repetitions
from flexibatch.domain.employers import Numbers, told_numbers
from flexibatch.domain.findings import Anomaly, Finding
from flexibatch.domain.flxwage.judgement import LineInForm
from flexibatch.domain.flxwage.model import Form, Line
from flexibatch.domain.flxwage.rules.asking import (
    ASKING_FORM_RULES,
    ASKING_LINE_RULES,
    EmployerAnswers,
    LineAnswers,
)
from flexibatch.domain.flxwage.rules.judge import DatedFacts, LineRules, judge_form
from flexibatch.domain.flxwage.rules.late import late_findings
from flexibatch.domain.identifiers import normal_company, normal_nsso, normal_reference
from flexibatch.domain.operations import CurrentDeclaration, Decision, decide, reference_finding
from flexibatch.domain.vocabulary import Acceptance, Operation, Outcome
from flexibatch.ports import Document, EmployerMatch, UnitOfWork


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What Forms are judged by: the catalogue and the dated facts, and how many anomalies are told.

    `acceptance` holds for senders with whom nothing else was agreed. `blind` tells that there is no register to ask:
    neither mandate nor operations nor Dimona are judged.
    """

    catalogue: Catalogue
    facts: DatedFacts
    max_anomalies: int
    acceptance: Acceptance = Acceptance.LINE
    blind: bool = False


@dataclass(frozen=True, slots=True)
class _DocumentContext:
    """What the judgement of every Form of a document works with, and what is remembered across them."""

    case: Case
    unit: UnitOfWork
    document: Document
    rule_set: RuleSet
    repetitions: Repetitions
    counter: LineCounter
    rules: LineRules
    collector: AnomalyCollector


class FormJudge:
    """Judge the Forms of one document in document order."""

    def __init__(self, case: Case, unit: UnitOfWork, document: Document, rule_set: RuleSet) -> None:
        """Begin with nothing seen yet."""
        memory = Repetitions(), LineCounter(LINES_LIMIT), LineRules(rule_set.facts)
        self._context = _DocumentContext(
            case, unit, document, rule_set, *memory, AnomalyCollector(rule_set.max_anomalies)
        )

    @property
    def untold(self) -> int:
        """Count the anomalies that were not told in full."""
        return self._context.collector.untold

    def judge(self, form: Form, new_ticket: Callable[[], str]) -> FormVerdict:
        """Judge a Form and all its lines."""
        return _FormJudgement(self._context, form).verdict(new_ticket)


class _FormJudgement:
    """The state of the judgement of one Form."""

    def __init__(self, context: _DocumentContext, form: Form) -> None:
        self.context, self.form = context, form
        self.case, self.unit, self.rule_set = context.case, context.unit, context.rule_set
        self.of_form: list[Anomaly] = []
        self.of_lines: dict[int, list[Anomaly]] = {}
        self.decisions: dict[int, Decision] = {}
        self.persons: Mapping[str, str] = {}
        self.employer = EmployerMatch(None)
        self.known_here: Collection[str] = ()
        self.mandated = False

    def verdict(self, new_ticket: Callable[[], str]) -> FormVerdict:
        """Go through the stages in their order. Source: docs/spec/message.md, "Order of judgement"."""
        employer = self.employer = self.unit.employer(self.form.nsso_number, self.form.company_id)
        self._judge_employer(employer)
        prior = self.unit.prior_lines(self.case, self.form.number) if self.case.run > 1 else {}
        open_lines = [line for line in self.form.lines if line.number not in prior]
        self._judge_lines(prior, self._employer_key)
        refused = any(anomaly.blocking for anomaly in self.of_form)
        sound = [line for line in open_lines if not refused and not self._blocked(line)]
        if self.rule_set.blind:
            self.decisions = {line.number: Decision(version=1) for line in sound}
        elif employer.employer_id is not None:
            self._look_up(sound, employer.employer_id)
        # A Form of which an earlier run accepted a line is no longer whole: it goes on line by line.
        whole = self._accepted_whole and not prior
        if whole:
            self._refuse_together(form_refused=refused)
        lines = tuple(
            _kept(line, prior[line.number])
            if line.number in prior
            else self._settle(line, refused, new_ticket)
            for line in self.form.lines
        )
        self._remember(lines)
        earlier = self.unit.form_ticket(self.case, self.form.number) if self.case.run > 1 else None
        judged = FormVerdict(self.form, earlier or new_ticket(), employer.employer_id, refused, lines)
        return replace(
            judged,
            told=self._told(judged.count(Outcome.REFUSED), whole=whole),
            acceptance=Acceptance.FORM if whole else Acceptance.LINE,
            # That two numbers are of two employers is told to those with a mandate for one of them.
            employer=told_numbers(self.form, self._known, contradict=employer.conflict and self.mandated),
        )

    def _remember(self, lines: Iterable[LineVerdict]) -> None:
        """Remember which declarations this Form makes a version of: later Forms of the file are judged by that."""
        for one in lines:
            if one.outcome is Outcome.ACCEPTED:
                key = _key(one.line, self.persons)
                self.context.repetitions.make(f"#{self.employer.employer_id}", *key)

    def _refuse_together(self, *, form_refused: bool) -> None:
        """Refuse every line where one is refused, or the Form for itself.

        What was only remarked of the others is told when they come again.
        """
        at_fault = {line.number for line in self.form.lines if self._blocked(line)}
        if at_fault or form_refused:
            self.decisions = {}
            self.of_lines = {number: self.of_lines[number] for number in at_fault}

    @property
    def _accepted_whole(self) -> bool:
        agreed = self.case.sender.acceptance or self.rule_set.acceptance
        return agreed is Acceptance.FORM

    # ------------------------------------------------------------------------------------------ the Form itself

    def _judge_employer(self, employer: EmployerMatch) -> None:
        form, case = self.form, self.case
        self._add_to_form(form.faults)
        self._add_to_form(judge_form(form, self.rule_set.facts))
        employers = employer.rivals or ((employer.employer_id,) if employer.employer_id is not None else ())
        self.mandated = any(
            self.unit.mandated(case.sender.number, one, case.received_on) for one in employers
        )
        answers = EmployerAnswers(self.mandated, employer.third_payer, employer.conflict, self.rule_set.blind)
        for rule in ASKING_FORM_RULES:
            self._add_to_form(rule(answers, form))
        key = self._employer_key
        if key is not None and self.context.counter.passes(key, len(form.lines) + form.unlisted):
            details = {"limit": str(LINES_LIMIT)}
            self._add_to_form(
                [Finding("too-many-lines", tag="Form", location=form.location, details=details)]
            )

    @property
    def _employer_key(self) -> str | None:
        """Name the employer for counting and repetitions: by its numbers as given where the sender has no mandate.

        Otherwise what is repeated would tell a stranger which numbers belong together.
        """
        form = self.form
        if self.employer.employer_id is not None and self.mandated:
            return f"#{self.employer.employer_id}"
        if form.company_id:
            return f"C{normal_company(form.company_id)}"
        return f"N{normal_nsso(form.known_nsso)}" if form.known_nsso else None

    @property
    def _known(self) -> Numbers:
        """Return the employer's numbers as the channel knows them; they are told to those with a mandate only."""
        return self.employer.numbers if self.mandated else Numbers()

    def _add_to_form(self, findings: Iterable[Finding]) -> None:
        self.of_form.extend(self._anomalies(findings))

    def _anomalies(self, findings: Iterable[Finding]) -> Iterator[Anomaly]:
        for finding in findings:
            anomaly = self.rule_set.catalogue.anomaly(finding, self.case.sender.language)
            if anomaly is not None:
                yield anomaly

    # --------------------------------------------------------------------------------------------- its lines

    def _judge_lines(self, prior: Mapping[int, PriorLine], employer: str | None) -> None:
        form, rules = self.form, self.context.rules
        self.persons = self.unit.persons({line.inss for line in form.lines if line.inss})
        self.known_here = self._known_with_employer()
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
        # Elsewhere two numbers of one person are two workers: a bureau must not learn a stranger's new number.
        worker = person if person in self.known_here else line.inss
        if not self.context.repetitions.seen(employer, worker, normal_reference(line.reference)):
            return ()
        return (reference_finding("repeated", self.form, line),)

    def _known_with_employer(self) -> Collection[str]:
        """Return those with a replaced number whom the register knows with this employer; a stranger learns of none."""
        replaced = set(self.persons.values())
        if not replaced or self.employer.employer_id is None or not self.mandated:
            return ()
        return self.unit.periods(self.employer.employer_id, replaced).keys()

    def _blocked(self, line: Line) -> bool:
        anomalies = self.of_lines.get(line.number)
        return anomalies is not None and any(anomaly.blocking for anomaly in anomalies)

    def _look_up(self, lines: list[Line], employer_id: int) -> None:
        """Ask the operations and the register, by the Form and not by the line."""
        form, case, persons = self.form, self.case, self.persons
        keyed = [(line, _key(line, persons)) for line in lines]
        keys = {key for _, key in keyed}
        current_declarations = self.unit.current_declarations(case.environment, employer_id, keys)
        cancelling = form.operation is Operation.CANCELLATION
        # A third payer's workers are employed by others.
        third_payer = self.employer.third_payer
        with_employer = None if third_payer else employer_id
        periods = {} if cancelling else self.unit.periods(with_employer, {person for person, _ in keys})
        made: set[_Key] = set()
        for line, key in keyed:
            made_here = key in made or self.context.repetitions.made(f"#{employer_id}", *key)
            decision = self._decide(line, current_declarations.get(key), made_here=made_here)
            answers, place = (
                LineAnswers(decision, periods.get(key[0], ()), third_payer),
                LineInForm(form, line),
            )
            found = [finding for rule in ASKING_LINE_RULES for finding in rule(answers, place)]
            if found:
                self.of_lines.setdefault(line.number, []).extend(self._anomalies(found))
            self.decisions[line.number] = decision
            if decision.version is not None and not self._blocked(line):
                made.add(key)

    def _decide(self, line: Line, standing: CurrentDeclaration | None, *, made_here: bool) -> Decision:
        """Decide about a line; what this very file made, it made under another number of the same worker.

        Its bureau must not learn that from a change: there is nothing to change, as for a worker of that number alone.
        An original would be a second declaration of one worker, and is refused.
        """
        case, form = self.case, self.form
        if made_here or (standing is not None and standing.last_arrival == case.arrival):
            if form.operation is Operation.ORIGINAL:
                return Decision(findings=(reference_finding("repeated", form, line),))
            standing = None
        return decide(form, line, standing, rerun=self._late, arrival=case.arrival)

    @property
    def _late(self) -> bool:
        """Return whether sets that arrived later may have been settled before: never overwrite what they made."""
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

    def _told(self, refused: int, *, whole: bool) -> tuple[LocatedAnomaly, ...]:
        if not self.of_form and not self.of_lines:
            return ()
        told = self.context.collector.told(
            located(self.form, self.of_form, self.of_lines, refused, whole=whole)
        )
        wanted = {one.anomaly.finding.location for one in told if one.anomaly.finding.location}
        places = self.context.document.places(self.form.number, wanted) if wanted else {}
        return tuple(placed(one, places) for one in told)


_Key = tuple[str, str]
"""A declaration of an employer: the worker's current number, the reference as it is compared."""


def _key(line: Line, persons: Mapping[str, str]) -> _Key:
    inss = line.inss or ""
    return persons.get(inss, inss), normal_reference(line.reference or "")


def _kept(line: Line, prior: PriorLine) -> LineVerdict:
    return LineVerdict(line, Outcome.UNCHANGED, (), prior.ticket, prior.version, kept=True)
