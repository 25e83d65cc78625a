"""Give the rows of a judged Form: versions, features, financial elements, anomalies; and write them.

Rows are made while a set is judged, and written together when it is: nothing is ever overwritten.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select

from flexibatch.adapters.store.bulk import (
    BATCH,
    Rows,
    given_columns,
    insert_prepared,
    insert_rows,
    prepared_rows,
)
from flexibatch.adapters.store.cases import anomaly_row
from flexibatch.adapters.store.contents import OF_VERSION
from flexibatch.adapters.store.identities import current_persons
from flexibatch.adapters.store.register import known_persons
from flexibatch.adapters.store.tables import (
    anomaly,
    declaration,
    feature,
    financial_element,
    form,
    form_run,
    refused_line,
    unchanged_line,
    version,
)
from flexibatch.domain.case import Case, FormVerdict, LineVerdict, LocatedAnomaly
from flexibatch.domain.flxwage.model import Calculation
from flexibatch.domain.identifiers import normal_reference
from flexibatch.domain.vocabulary import Operation, Outcome

ROWS_AT_ONCE = 20_000
"""So many rows are held in memory while they are written, or those of one Form."""

BY_FORM = (form_run, version, feature, financial_element, unchanged_line, refused_line)
"""Tables whose rows begin with the id of their Form, which the database gives out."""
IN_ORDER = (
    form_run,
    declaration,
    version,
    feature,
    financial_element,
    unchanged_line,
    refused_line,
    anomaly,
)
"""Tables in the order in which their rows refer to each other."""
_IDS = select(form.c.number, form.c.id).where(
    form.c.set_ticket == bindparam("ticket"), form.c.number.between(bindparam("first"), bindparam("last"))
)
_NO_ID = 0


@dataclass(frozen=True, slots=True)
class FormRows:
    """The rows of a judged Form by table's name, their values as the driver takes them; `_NO_ID` for its id."""

    ticket: str
    number: int
    rows: Mapping[str, Rows]

    @property
    def size(self) -> int:
        """Count the rows."""
        return sum(map(len, self.rows.values()))


def form_rows(connection: Connection, case: Case, verdict: FormVerdict) -> FormRows:
    """Return the rows of a Form with its versions and anomalies; nothing is written."""
    made = {table.name: rows for table, rows in _rows(connection, case, verdict) if rows}
    dialect = connection.dialect
    by_name = {table.name: table for table in IN_ORDER}
    prepared = {name: prepared_rows(dialect, by_name[name], rows) for name, rows in made.items()}
    return FormRows(verdict.ticket, verdict.form.number, prepared)


def _rows(connection: Connection, case: Case, verdict: FormVerdict) -> Iterator[tuple[Table, Rows]]:
    operation = verdict.form.operation
    fresh = [line for line in verdict.lines if not line.kept]
    accepted = [line for line in fresh if line.outcome is Outcome.ACCEPTED]
    yield form_run, [_run_row(case, verdict)]
    if accepted and operation is not None:
        yield declaration, _declaration_rows(case, verdict.employer_id, accepted)
        yield version, [_version_row(case, operation, line) for line in accepted]
        if operation is not Operation.CANCELLATION:
            yield feature, _feature_rows(accepted)
            yield financial_element, _element_rows(accepted)
    yield (
        unchanged_line,
        [
            (_NO_ID, line.line.number, case.run, line.ticket, line.version)
            for line in fresh
            if line.outcome is Outcome.UNCHANGED
        ],
    )
    yield refused_line, _refused_rows(connection, case, verdict)
    yield anomaly, anomaly_rows(connection, case, verdict.told)


def write_forms(connection: Connection, case: Case, forms: Iterable[FormRows]) -> None:
    """Write the rows of a set's Forms, given in document order."""
    for some in _slices(forms):
        ids = _form_ids(connection, case, some)
        for table in IN_ORDER:
            rows = (
                (ids[one.number], *row[1:]) if table in BY_FORM else row
                for one in some
                for row in one.rows.get(table.name, ())
            )
            insert_prepared(connection, table, list(rows))


def _slices(forms: Iterable[FormRows]) -> Iterator[list[FormRows]]:
    some: list[FormRows] = []
    size = 0
    for one in forms:
        some.append(one)
        size += one.size
        if size >= ROWS_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _form_ids(connection: Connection, case: Case, some: Sequence[FormRows]) -> Mapping[int, int]:
    """Return the ids of Forms by their number: an earlier run has given them, or they are written now."""
    asked = {"ticket": case.ticket, "first": some[0].number, "last": some[-1].number}
    known = _ids(connection, asked) if case.run > 1 else {}
    new = [(one.ticket, case.ticket, one.number) for one in some if one.number not in known]
    insert_rows(connection, form, new)
    return _ids(connection, asked) if new else known


def _ids(connection: Connection, asked: Mapping[str, object]) -> dict[int, int]:
    return {row.number: row.id for row in connection.execute(_IDS, asked)}


def _run_row(case: Case, verdict: FormVerdict) -> tuple[Any, ...]:
    operation, reference = verdict.form.operation, verdict.form.reference
    row = {
        "form_id": _NO_ID,
        "run": case.run,
        "operation": operation.value if operation else None,
        "reference": reference.number if reference else None,
        "reference_type": reference.kind if reference else None,
        "acceptance": verdict.acceptance.value,
        "employer_id": verdict.employer_id,
        "result": verdict.result.value,
        "lines": verdict.size,
        **{outcome.value: verdict.count(outcome) for outcome in Outcome},
    }
    return tuple(row[column.name] for column in given_columns(form_run))


def _declaration_rows(case: Case, employer_id: int | None, accepted: Sequence[LineVerdict]) -> Rows:
    environment = case.environment.value
    return [
        (one.ticket, environment, employer_id, one.person, normal_reference(one.line.reference or ""))
        for one in accepted
        if one.version == 1
    ]


def _refused_rows(connection: Connection, case: Case, verdict: FormVerdict) -> Rows:
    """Return whose lines were refused, as far as they could be read: a number's person by the register of now."""
    refused = [one.line for one in verdict.lines if one.outcome is Outcome.REFUSED]
    persons = current_persons(connection, {line.inss for line in refused if line.inss}) if refused else {}
    return [
        (
            _NO_ID,
            line.number,
            case.run,
            verdict.employer_id,
            persons.get(line.inss, line.inss) if line.inss else None,
            line.inss,
            normal_reference(line.reference) if line.reference else None,
            line.own,
        )
        for line in refused
    ]


def _feature_rows(accepted: Sequence[LineVerdict]) -> Rows:
    return [
        (_NO_ID, one.line.number, place, *quality[:-1])
        for one in accepted
        for place, quality in enumerate(_calculation(one).qualities, 1)
    ]


def _element_rows(accepted: Sequence[LineVerdict]) -> Rows:
    return [
        (_NO_ID, one.line.number, place, nth, *element)
        for one in accepted
        for place, quality in enumerate(_calculation(one).qualities, 1)
        for nth, element in enumerate(quality.elements, 1)
    ]


def anomaly_rows(connection: Connection, case: Case, told: Sequence[LocatedAnomaly]) -> Rows:
    """Return what was told of a run, with notes for the operator."""
    notes = _notes(connection, {one.inss for one in told if one.inss and _is_uncovered(one)})
    names = [column.name for column in given_columns(anomaly)]
    rows = (anomaly_row(case, one, _note(one, notes)) for one in told)
    return [tuple(row[name] for name in names) for row in rows]


def write_anomalies(connection: Connection, case: Case, told: Sequence[LocatedAnomaly]) -> None:
    """Write what was told of a run."""
    for start in range(0, len(told), BATCH):
        insert_rows(connection, anomaly, anomaly_rows(connection, case, told[start : start + BATCH]))


_UNCOVERED = frozenset({"dimona-none", "dimona-anywhere"})
"""Rules that tell a bureau nothing of where a worker is known; the operator is told."""


def _note(one: LocatedAnomaly, notes: Mapping[str, str]) -> str | None:
    """Return what is for the operator only: of a worker who is not covered, or a reader's own words."""
    return notes.get(one.inss or "") if _is_uncovered(one) else one.anomaly.finding.details.get("reason")


def _is_uncovered(one: LocatedAnomaly) -> bool:
    return one.anomaly.finding.rule in _UNCOVERED


def _notes(connection: Connection, uncovered: Collection[str]) -> dict[str, str]:
    """Return the operator, of workers without a Dimona with their employer, what a bureau must not learn."""
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


def _version_row(case: Case, operation: Operation, one: LineVerdict) -> tuple[Any, ...]:
    line, calculation = one.line, one.line.calculation
    made = (_NO_ID, line.number, one.ticket, one.version, operation.value, case.run, case.arrival, line.inss)
    values = calculation[:-1] if calculation else (None,) * len(OF_VERSION)
    return (*made, line.own, *values, line.reference)
