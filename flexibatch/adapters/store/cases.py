"""Turn rows of sets, runs and anomalies into the journey's values, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, select

from flexibatch.adapters.store.engine import instant
from flexibatch.adapters.store.tables import (
    anomaly,
    answer,
    file_set,
    form,
    form_run,
    received_file,
    run,
    sender,
)
from flexibatch.domain.case import (
    AnswerFile,
    Case,
    Counts,
    LocatedAnomaly,
    Provenance,
    ReceivedFile,
    Sender,
    Verdict,
)
from flexibatch.domain.findings import Anomaly, Finding
from flexibatch.domain.vocabulary import (
    Acceptance,
    AnomalyClass,
    Environment,
    FileKind,
    Language,
    SignatureDemand,
    Subject,
)

LOCATION_LIMIT = 300
"""Characters kept of a path: its names are a bureau's text, and rows are many."""


def cases() -> Select[Any]:
    """Select sets with their sender, to be read by `case_of`."""
    columns = (sender.c.name.label("sender_name"), sender.c.language, sender.c.signature)
    state = (sender.c.held, sender.c.removed_at, sender.c.acceptance)
    return select(file_set, *columns, *state).join(sender, sender.c.number == file_set.c.sender)


_KEPT = (
    select(received_file)
    .where(received_file.c.set_ticket == bindparam("ticket"))
    .order_by(received_file.c.name)
)


def case_of(connection: Connection, row: Row[Any]) -> Case:
    """Make the case of a row of `cases`, with the files that were kept."""
    kept = connection.execute(_KEPT, {"ticket": row.ticket})
    return Case(
        ticket=row.ticket,
        name=row.name,
        subject=Subject(row.subject),
        sender=sender_of(row.sender, row.sender_name, row),
        environment=Environment(row.environment),
        arrival=row.arrival,
        arrived_at=instant(row.arrived_at),
        received_on=row.received_on,
        run=row.run,
        files=tuple(_file_of(file) for file in kept),
        earlier_ticket=row.earlier_ticket,
        passed=row.passed,
        schema=_passed_by(connection, row.ticket) if row.passed else None,
        withdrawn=row.withdrawn,
        silent=row.silent,
        discarded=row.discarded,
        released=row.released,
        claim_faults=tuple(Finding(**fault) for fault in row.claim_faults),
    )


def _passed_by(connection: Connection, ticket: str) -> str | None:
    """Name the schema by which the first run that received a set judged it."""
    mine = (run.c.set_ticket == ticket, run.c.schema.is_not(None))
    return connection.scalar(select(run.c.schema).where(*mine).order_by(run.c.number).limit(1))


def sender_of(number: str, name: str, row: Row[Any]) -> Sender:
    """Make the sender of a row that has its language, its demand for signatures and its state."""
    demand, removed = SignatureDemand(row.signature), row.removed_at is not None
    acceptance = Acceptance(row.acceptance) if row.acceptance else None
    return Sender(number, name, Language(row.language), demand, row.held, removed, acceptance)


def _file_of(row: Row[Any]) -> ReceivedFile:
    return ReceivedFile(row.name, FileKind(row.kind), row.part, row.size, row.sha256)


def faults_as_stored(faults: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as the JSON column holds them."""
    return [asdict(fault) | {"details": dict(fault.details)} for fault in faults]


def anomaly_row(
    case: Case, located: LocatedAnomaly, note: str | None = None
) -> Mapping[str, str | int | None]:
    """Return an anomaly as its table holds it."""
    told, finding = located.anomaly, located.anomaly.finding
    return {
        "set_ticket": case.ticket,
        "run": case.run,
        "form_number": located.form,
        "line": located.line,
        "rule": finding.rule,
        "code": told.code,
        "class": told.anomaly_class.value,
        "tag": finding.tag,
        "value": finding.value,
        "line_nbr": finding.line,
        "column_nbr": finding.column,
        "location": finding.location[:LOCATION_LIMIT] if finding.location else None,
        "employer": located.employer,
        "inss": located.inss,
        "reference": located.reference,
        "own_reference": located.own,
        "what": told.what,
        "remedy": told.remedy,
        "note": note,
    }


def located_of(row: Row[Any]) -> LocatedAnomaly:
    """Make the anomaly of a row."""
    finding = Finding(
        row.rule,
        tag=row.tag,
        value=row.value,
        location=row.location,
        line=row.line_nbr,
        column=row.column_nbr,
    )
    told = Anomaly(finding, row.code, AnomalyClass(row._mapping["class"]), row.what, row.remedy)  # noqa: SLF001 - SQLAlchemy's public name
    whole = row.form_acceptance == Acceptance.FORM and row.line is not None
    refused = row.form_refused if row.line is None or whole else None
    place = (row.employer, row.inss, row.reference, row.form_number, row.line)
    return LocatedAnomaly(told, *place, refused=refused, own=row.own_reference, whole=whole)


def told_in(connection: Connection, ticket: str, number: int) -> tuple[LocatedAnomaly, ...]:
    """Return the anomalies that a run told, in their order."""
    of_form = and_(form.c.set_ticket == anomaly.c.set_ticket, form.c.number == anomaly.c.form_number)
    of_run = and_(form_run.c.form_id == form.c.id, form_run.c.run == anomaly.c.run)
    rows = (
        select(
            anomaly,
            form_run.c.refused.label("form_refused"),
            form_run.c.acceptance.label("form_acceptance"),
        )
        .outerjoin(form, of_form)
        .outerjoin(form_run, of_run)
        .where(anomaly.c.set_ticket == ticket, anomaly.c.run == number)
        .order_by(anomaly.c.id)
    )
    return tuple(located_of(row) for row in connection.execute(rows))


def verdict_of(connection: Connection, case: Case, row: Row[Any]) -> Verdict:
    """Make the verdict of a row of `run`, as far as publishing needs it."""
    answers = (
        select(answer)
        .where(answer.c.set_ticket == case.ticket, answer.c.run == row.number)
        .order_by(answer.c.subject)
    )
    return Verdict(
        case,
        row.verdict,
        instant(row.decided_at),
        Counts(row.forms, row.lines, row.accepted, row.unchanged, row.refused, row.anomalies),
        _provenance_of(row),
        answers=tuple(
            AnswerFile(Subject(one.subject), one.name, one.sha256, one.size, one.signature)
            for one in connection.execute(answers)
        ),
    )


def _provenance_of(row: Row[Any]) -> Provenance | None:
    """Return what a run was judged with; None where its document was not received."""
    if row.sha256 is None:
        return None
    register = None if row.register_at is None else instant(row.register_at)
    return Provenance(row.sha256, row.schema, row.catalogue, register)


def unpublished_runs() -> Select[Any]:
    """Select runs whose answers may not be in OUT yet, in order of arrival."""
    return (
        select(run)
        .join(file_set, file_set.c.ticket == run.c.set_ticket)
        .where(run.c.published_at.is_(None))
        .order_by(file_set.c.arrival, run.c.number)
    )
