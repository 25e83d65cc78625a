"""The journey of a set, on one page: envelope, schema, rules, register, settle, publish, archive.

`settle_next` takes a stream's turn, judges its lowest set and writes all in one transaction; `finish` publishes what
was settled and may be repeated. The claim comes before (`flexibatch.claiming`). What was found is a value; trouble is
raised.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from flexibatch.domain.case import (
    AnswerFile,
    Case,
    Counts,
    FormVerdict,
    LocatedAnomaly,
    Provenance,
    Report,
    Settlement,
    Verdict,
)
from flexibatch.domain.catalogue import Catalogue
from flexibatch.domain.categories import Categories
from flexibatch.domain.envelope import Limits, envelope_faults, may_be_read
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.rules.judge import DatedFacts
from flexibatch.domain.vocabulary import Acceptance, FileKind, Outcome, Subject
from flexibatch.errors import DocumentBroken
from flexibatch.judging import FormJudge, RuleSet
from flexibatch.ports import (
    Answers,
    Clock,
    Document,
    Documents,
    Outbox,
    SetQueue,
    Signatures,
    Stream,
    Tickets,
    UnitOfWork,
)


@dataclass(frozen=True, slots=True)
class World:
    """Everything the journey touches, and what it judges by; `edition` names that in answers."""

    clock: Clock
    tickets: Tickets
    queue: SetQueue
    signatures: Signatures
    documents: Documents
    answers: Answers
    outbox: Outbox
    catalogue: Catalogue
    categories: Categories
    edition: str
    limits: Limits
    max_anomalies: int
    max_forms: int
    max_lines: int
    max_unreadable: int
    acceptance: Acceptance
    blind: bool = False


def settle_next(
    world: World,
    stream: Stream,
    taken: Callable[[Case], None],
    within: Callable[[Case], AbstractContextManager[None]],
) -> Settlement | None:
    """Settle the lowest unsettled set of a stream; None where nothing can be settled now.

    It is written in one transaction when it has been judged.

    `taken` hears which set it is before it is judged: another process may have settled the one that seemed next.
    `within` bounds its judgement.
    """
    with world.queue.turn(stream) as unit:
        case = unit.next_case()
        if case is None:
            return None
        taken(case)
        with within(case):
            settlement = judge(world, unit, case)
        unit.settle(settlement.verdict)
    return settlement


def finish(world: World, settlement: Settlement) -> None:
    """Publish and archive what was settled; every step may be repeated and ends the same."""
    verdict = settlement.verdict
    world.outbox.publish(verdict)
    world.outbox.report(report_of(settlement))
    world.outbox.archive(verdict.case)
    world.queue.published(verdict)


def judge(world: World, unit: UnitOfWork, case: Case) -> Settlement:
    """Decide about a set: recorded, withdrawn, refused whole, or received and judged line by line."""
    decided_at = world.clock.now()
    if case.silent or case.subject is Subject.ACKNOWLEDGEMENT:
        return _record(world, case, decided_at)
    if case.withdrawn:
        return _answered(world, unit, Verdict(case, "withdrawn", decided_at))
    return _judge_declarations(world, unit, case, decided_at)


def _record(world: World, case: Case, decided_at: datetime) -> Settlement:
    """Record what is not answered: a bureau's acknowledgement, and what is archived in silence."""
    unread = case.silent or case.discarded
    named = None if unread else world.documents.acknowledged(case)
    return Settlement(Verdict(case, "recorded", decided_at, acknowledges=named))


def _judge_declarations(world: World, unit: UnitOfWork, case: Case, decided_at: datetime) -> Settlement:
    """Go from the envelope to the last line, and stop where the whole file is refused."""
    faults = envelope_faults(case, world.limits)
    if faults:
        return _refuse(world, unit, case, decided_at, (*faults, *_beside(world, unit, case, faults)))
    unverified = _signature_faults(world, unit, case)
    if unverified:
        return _refuse(world, unit, case, decided_at, unverified)
    document = world.documents.open(case)
    if document.findings:
        return _refuse(world, unit, case, decided_at, document.findings)
    try:
        with unit.attempt():
            return _receive(world, unit, case, decided_at, document)
    except DocumentBroken as broken:
        return _refuse(world, unit, case, decided_at, broken.findings)


def _signature_faults(world: World, unit: UnitOfWork, case: Case) -> Sequence[Finding]:
    """Verify what signatures there are, before a byte of the document is read; once passed is passed."""
    unsigned = all(file.kind is not FileKind.SIGNATURE for file in case.files)
    if case.passed or unsigned or world.blind:
        return ()
    return world.signatures.faults(case, unit.certificates(case.sender.number))


def _beside(world: World, unit: UnitOfWork, case: Case, faults: Sequence[Finding]) -> Sequence[Finding]:
    """Return what refuses the document of a set whose name is wrong already: its bureau mends all at once."""
    if not may_be_read(case, faults):
        return ()
    unverified = _signature_faults(world, unit, case)
    if unverified:
        return unverified
    document = world.documents.open(case)
    try:
        deque(document, maxlen=0)
    except DocumentBroken as broken:
        return broken.findings
    return document.findings


def _refuse(
    world: World, unit: UnitOfWork, case: Case, decided_at: datetime, findings: Sequence[Finding]
) -> Settlement:
    """Refuse the whole file; `max_anomalies` holds here too, and the others are counted.

    Examples of names in what is told are this bureau's own.
    """
    own = {"own": f"{case.sender.number}.{case.received_on:%Y%m%d}"}
    told_in_full = [replace(one, details={**one.details, **own}) for one in findings[: world.max_anomalies]]
    faults = tuple(world.catalogue.fault(finding, case.sender.language) for finding in told_in_full)
    verdict = Verdict(case, "refused", decided_at, Counts(anomalies=len(findings)), faults=faults)
    told = tuple(LocatedAnomaly(fault) for fault in faults)
    return _answered(world, unit, verdict, told, len(findings) - len(faults))


def _answered(
    world: World, unit: UnitOfWork, verdict: Verdict, told: tuple[LocatedAnomaly, ...] = (), more: int = 0
) -> Settlement:
    return Settlement(replace(verdict, answers=(_acknowledge(world, unit, verdict),)), told, more)


def _acknowledge(world: World, unit: UnitOfWork, verdict: Verdict) -> AnswerFile:
    fault = verdict.faults[0] if verdict.faults else None
    day = world.limits.day_of(verdict.decided_at)
    name = unit.answer_name(verdict.case, Subject.ACKNOWLEDGEMENT, day)
    return world.answers.acknowledge(verdict, name, fault)


def _receive(
    world: World, unit: UnitOfWork, case: Case, decided_at: datetime, document: Document
) -> Settlement:
    """Judge and write Form by Form; the answers speak of what this transaction writes."""
    provenance = Provenance(world.documents.digest(case), document.schema, world.edition, unit.state())
    verdict = Verdict(case, "received", decided_at, provenance=provenance)
    name = unit.answer_name(case, Subject.NOTIFICATION, world.limits.day_of(decided_at))
    facts = DatedFacts(case.received_on, world.categories)
    rule_set = RuleSet(world.catalogue, facts, world.max_anomalies, world.acceptance, world.blind)
    form_judge, counts, told = FormJudge(case, unit, document, rule_set), Counts(), list[LocatedAnomaly]()
    unreadable = 0
    with world.answers.notify(verdict, name) as notification:
        for form in document:
            judged = form_judge.judge(form, world.tickets.new)
            unit.write_form(case, judged)
            notification.add(judged)
            counts = _add(counts, judged)
            told.extend(judged.told)
            unreadable += form.unreadable
            _require_bounds(world, counts, unreadable)
        if document.findings:
            raise DocumentBroken(tuple(document.findings))
        notify = notification.close(_closing(world, case, form_judge.untold))
    counts = replace(counts, anomalies=len(told) + form_judge.untold)
    # A set that was received once is not acknowledged again: only what became of its lines is news.
    acknowledged = () if case.passed else (_acknowledge(world, unit, verdict),)
    return Settlement(
        replace(verdict, counts=counts, answers=(*acknowledged, notify)), tuple(told), form_judge.untold
    )


def _require_bounds(world: World, counts: Counts, unreadable: int) -> None:
    """Refuse the whole file where it holds more than one file may: a small one can hold very many empty elements."""
    for rule, tag, count, limit in (
        ("too-many-forms", "Form", counts.forms, world.max_forms),
        ("too-many-declared", "Relation", counts.lines, world.max_lines),
        ("too-many-unreadable", "Form", unreadable, world.max_unreadable),
    ):
        if count > limit:
            raise DocumentBroken((Finding(rule, tag=tag, details={"limit": str(limit)}),))


def _closing(world: World, case: Case, untold: int) -> LocatedAnomaly | None:
    if untold == 0:
        return None
    finding = Finding("more-anomalies", details={"count": str(untold)})
    closing = world.catalogue.anomaly(finding, case.sender.language)
    return None if closing is None else LocatedAnomaly(closing)


def _add(counts: Counts, judged: FormVerdict) -> Counts:
    return Counts(
        counts.forms + 1,
        counts.lines + judged.size,
        counts.accepted + judged.count(Outcome.ACCEPTED),
        counts.unchanged + judged.count(Outcome.UNCHANGED),
        counts.refused + judged.count(Outcome.REFUSED),
    )


def report_of(settlement: Settlement) -> Report:
    """Return what the page for people tells of a settled set."""
    verdict = settlement.verdict
    return Report(
        verdict.case,
        verdict.state,
        verdict.decided_at,
        verdict.counts,
        settlement.told,
        settlement.more,
        tuple(answer.name for answer in verdict.answers),
        verdict.provenance,
    )
