"""Write a judged Form: versions, features, financial elements, anomalies. Nothing is ever overwritten."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from flexibatch.adapters.store.bulk import BATCH, insert_rows
from flexibatch.adapters.store.cases import anomaly_row
from flexibatch.adapters.store.parties import current_persons
from flexibatch.adapters.store.register import known_persons
from flexibatch.adapters.store.tables import (
    anomaly,
    declaration,
    feature,
    financial_element,
    form,
    form_run,
    unchanged_line,
    version,
)
from flexibatch.domain.case import Case, FormVerdict, LineVerdict, LocatedAnomaly
from flexibatch.domain.identifiers import normal_reference
from flexibatch.domain.model import Calculation
from flexibatch.domain.vocabulary import Operation, Outcome

_FORM_ID = select(form.c.id).where(form.c.ticket == bindparam("ticket"))
"""Made once: to make a statement costs more than to run it."""


def write_form(connection: Connection, case: Case, verdict: FormVerdict) -> None:
    """Write a Form with its versions and anomalies."""
    form_id = _form_id(connection, case, verdict)
    counts = {outcome.value: verdict.count(outcome) for outcome in Outcome}
    operation, reference = verdict.form.operation, verdict.form.reference
    row = {
        "form_id": form_id,
        "run": case.run,
        "operation": operation.value if operation else None,
        "reference": reference.number if reference else None,
        "reference_type": reference.kind if reference else None,
        "acceptance": verdict.acceptance.value,
        "employer_id": verdict.employer_id,
        "result": verdict.result.value,
        "lines": verdict.size,
        **counts,
    }
    connection.execute(insert(form_run), row)
    fresh = [line for line in verdict.lines if not line.kept]
    accepted = [line for line in fresh if line.outcome is Outcome.ACCEPTED]
    if accepted and operation is not None:
        _write_declarations(connection, case, verdict.employer_id, accepted)
        versions = [_version_row(case, form_id, operation, line) for line in accepted]
        insert_rows(connection, version, versions)
        if operation is not Operation.CANCELLATION:
            _write_calculations(connection, form_id, accepted)
    insert_rows(
        connection,
        unchanged_line,
        [
            (form_id, line.line.number, case.run, line.ticket, line.version)
            for line in fresh
            if line.outcome is Outcome.UNCHANGED
        ],
    )
    write_anomalies(connection, case, verdict.told)


def _form_id(connection: Connection, case: Case, verdict: FormVerdict) -> int:
    known = connection.scalar(_FORM_ID, {"ticket": verdict.ticket}) if case.run > 1 else None
    if known is not None:
        return int(known)
    values = {"ticket": verdict.ticket, "set_ticket": case.ticket, "number": verdict.form.number}
    made = connection.execute(insert(form), values).inserted_primary_key
    return int(made[0]) if made else 0


def _write_declarations(
    connection: Connection, case: Case, employer_id: int | None, accepted: Sequence[LineVerdict]
) -> None:
    environment = case.environment.value
    new = [
        (one.ticket, environment, employer_id, one.person, normal_reference(one.line.reference or ""))
        for one in accepted
        if one.version == 1
    ]
    insert_rows(connection, declaration, new)


def _write_calculations(connection: Connection, form_id: int, accepted: Sequence[LineVerdict]) -> None:
    features: list[tuple[Any, ...]] = []
    elements: list[tuple[Any, ...]] = []
    for one in accepted:
        number = one.line.number
        for place, quality in enumerate(_calculation(one).qualities, 1):
            key = (form_id, number, place)
            days = (quality.start, quality.end)
            features.append((*key, *days, quality.employer_class, quality.worker_code))
            elements.extend(
                (*key, nth, element.code, element.amount, element.frequency)
                for nth, element in enumerate(quality.elements, 1)
            )
    insert_rows(connection, feature, features)
    insert_rows(connection, financial_element, elements)


def write_anomalies(connection: Connection, case: Case, told: Sequence[LocatedAnomaly]) -> None:
    """Write what was told of a run, with notes for the operator."""
    notes = _notes(connection, {one.inss for one in told if one.inss and _is_uncovered(one)})
    for start in range(0, len(told), BATCH):
        some = told[start : start + BATCH]
        connection.execute(insert(anomaly), [anomaly_row(case, one, _note(one, notes)) for one in some])


_UNCOVERED = frozenset({"dimona-none", "dimona-anywhere"})
"""Rules that tell a bureau nothing of where a worker is known; the operator is told."""


def _note(one: LocatedAnomaly, notes: Mapping[str, str]) -> str | None:
    """Give what is for the operator only: of a worker who is not covered, or a reader's own words."""
    return notes.get(one.inss or "") if _is_uncovered(one) else one.anomaly.finding.details.get("reason")


def _is_uncovered(one: LocatedAnomaly) -> bool:
    return one.anomaly.finding.rule in _UNCOVERED


def _notes(connection: Connection, uncovered: Collection[str]) -> dict[str, str]:
    """Tell the operator, of workers without a Dimona with their employer, what a bureau must not learn."""
    current = current_persons(connection, uncovered)
    persons = {inss: current.get(inss, inss) for inss in uncovered}
    known = known_persons(connection, persons.values())
    return {
        inss: "known with another employer" if person in known else "unknown to the register"
        for inss, person in persons.items()
    }


def _calculation(one: LineVerdict) -> Calculation:
    if one.line.calculation is None:
        raise ValueError("an accepted original or modification has a calculation")
    return one.line.calculation


def _version_row(case: Case, form_id: int, operation: Operation, one: LineVerdict) -> tuple[Any, ...]:
    line, calculation = one.line, one.line.calculation
    made = (form_id, line.number, one.ticket, one.version, operation.value, case.run, case.arrival, line.inss)
    days = (calculation.start, calculation.end, calculation.calculated_on) if calculation else (None,) * 3
    return (*made, line.own, *days, line.reference)
