"""Take a register file into the tables: all of it in one transaction, or nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.bulk import insert_rows
from flexibatch.adapters.store.engine import Database, stored
from flexibatch.adapters.store.identities import current_persons, find_employer, link_numbers, link_persons
from flexibatch.adapters.store.period_ids import PeriodIds
from flexibatch.adapters.store.tables import period, register_import
from flexibatch.domain.register import Change, DimonaIn, Entry, RegisterFile, RegisterRow, Replacement, Span
from flexibatch.domain.register_changes import Held, changed
from flexibatch.domain.register_fields import on_line
from flexibatch.errors import Refusal

BATCH = 2000
NAME_LIMIT = 255
EMPLOYERS_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Tell what an import did: `rows` were read, `kept` of them were older than what is held."""

    format: str
    rows: int
    already: bool
    kept: int = 0


def import_file(
    database: Database,
    file: RegisterFile,
    *,
    now: datetime,
    progress: Callable[[int], None],
    operator: str | None = None,
) -> ImportResult:
    """Take a register file in; `progress` is told the line that was reached, the audit which operator did it.

    The same bytes twice change nothing, and `already` tells it. Raise `Refusal` with the line for the first
    entry that cannot be: then nothing at all was taken in.
    """
    with database.writing() as connection:
        before = _imported(connection, file.sha256)
        if before is not None:
            return ImportResult(file.format, before, already=True)
        intake, rows = _Intake(connection), 0
        for batch in _batches(file.entries):
            intake.take(batch)
            rows += len(batch)
            progress(batch[-1].line)
        told = {"format": file.format, "rows": rows}
        names = {"sha256": file.sha256, "file_name": file.name[:NAME_LIMIT], "imported_at": stored(now)}
        connection.execute(insert(register_import).values(**names, **told))
        if operator is not None:
            note(connection, By(operator, now), "dimona import", file.sha256, format=file.format, rows=rows)
    return ImportResult(file.format, rows, already=False, kept=intake.kept)


def _imported(connection: Connection, sha256: str) -> int | None:
    return connection.scalar(select(register_import.c.rows).where(register_import.c.sha256 == sha256))


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    source = iter(entries)
    while batch := list(islice(source, BATCH)):
        yield batch


def _kind(entry: Entry) -> type:
    return RegisterRow if isinstance(entry, DimonaIn) else type(entry)


class _Intake:
    """Write entries in their order; consecutive periods go together."""

    def __init__(self, connection: Connection) -> None:
        self.kept = 0
        self._connection = connection
        self._employers = _Employers(connection)
        self._ids = PeriodIds(connection)

    def take(self, batch: list[Entry]) -> None:
        for _, alike in groupby(batch, _kind):
            entries = list(alike)
            rows = [self._row(entry) for entry in entries if isinstance(entry, DimonaIn | RegisterRow)]
            if rows:
                self._write(rows)
                continue
            for entry in entries:
                self._follow(entry)

    def _row(self, entry: DimonaIn | RegisterRow) -> RegisterRow:
        return entry.row(self._ids.new()) if isinstance(entry, DimonaIn) else entry

    def _write(self, rows: list[RegisterRow]) -> None:
        employers = self._employers.of(rows)
        persons = current_persons(self._connection, {row.inss for row in rows})
        newest: dict[str, int] = {}
        for place, row in enumerate(rows):
            held = newest.get(row.period_id)
            if held is None or _later(row.updated_at, rows[held].updated_at):
                newest[row.period_id] = place
        known = self._known(list(newest))
        fresh = [
            place
            for number, place in newest.items()
            if number not in known or _later(_naive(rows[place].updated_at), known[number])
        ]
        self.kept += len(rows) - len(fresh)
        replaced = [number for number in (rows[place].period_id for place in fresh) if number in known]
        if replaced:
            self._connection.execute(delete(period).where(period.c.period_id.in_(replaced)))
        made = [_as_stored(rows[place], employers[place], persons) for place in fresh]
        insert_rows(self._connection, period, made)

    def _known(self, numbers: list[str]) -> dict[str, datetime | None]:
        query = select(period.c.period_id, period.c.updated_at).where(period.c.period_id.in_(numbers))
        return {row.period_id: row.updated_at for row in self._connection.execute(query)}

    def _follow(self, entry: Entry) -> None:
        with on_line(entry.line):
            if isinstance(entry, Replacement):
                link_persons(self._connection, entry.old, entry.new, entry.on)
            elif not isinstance(entry, DimonaIn | RegisterRow):
                self._change(entry)

    def _change(self, change: Change) -> None:
        row = self._connection.execute(select(period).where(period.c.period_id == change.period_id)).first()
        if row is None:
            raise Refusal(f"period {change.period_id} is not in the register")
        self._require_parties(change, row.employer_id, row.person)
        span = Span(row.start_date, row.start_hour, row.end_date, row.end_hour)
        after = changed(Held(row.worker_type, span, row.cancelled, row.locked), change)
        at = stored(change.declared_at)
        self._connection.execute(
            update(period)
            .where(period.c.period_id == change.period_id)
            .values(
                start_date=after.span.start,
                start_hour=after.span.start_hour,
                end_date=after.span.end,
                end_hour=after.span.end_hour,
                cancelled=after.cancelled,
                updated_at=max(at, row.updated_at or at),
            )
        )

    def _require_parties(self, change: Change, employer_id: int, person: str) -> None:
        if change.inss is not None:
            current = current_persons(self._connection, [change.inss]).get(change.inss, change.inss)
            if current != person:
                raise Refusal(
                    f"period {change.period_id} is another worker's: correct INSS or DimonaPeriodId"
                )
        if change.nsso is None and change.company is None:
            return
        employer_match = find_employer(self._connection, change.nsso, change.company)
        if employer_match.employer_id != employer_id:
            raise Refusal(
                f"period {change.period_id} is another employer's: correct EmployerId or DimonaPeriodId"
            )
        self._employers.link(change.nsso, change.company)


class _Employers:
    """Find or make the employers of rows, remembering those that were asked before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[tuple[str | None, str | None], int] = {}

    def of(self, rows: list[RegisterRow]) -> list[int]:
        """Return the employer of every row; all are linked first: a later row may merge two employers."""
        if len(self._ids) > EMPLOYERS_LIMIT:
            self._ids.clear()
        for row in rows:
            if (row.nsso, row.company) not in self._ids:
                with on_line(row.line):
                    self.link(row.nsso, row.company)
        return [self._ids[row.nsso, row.company] for row in rows]

    def link(self, nsso: str | None, company: str | None) -> None:
        """Link two numbers."""
        linked = link_numbers(self._connection, nsso, company)
        if linked.merged is not None:
            moved = {key: linked.employer_id for key, known in self._ids.items() if known == linked.merged}
            self._ids.update(moved)
        self._ids[nsso, company] = linked.employer_id


def _later(new: datetime | None, held: datetime | None) -> bool:
    """Return whether a row replaces the one held; where neither tells a moment, the last one stays."""
    return held is None or (new is not None and new > held)


def _naive(moment: datetime | None) -> datetime | None:
    return stored(moment) if moment is not None else None


def _as_stored(row: RegisterRow, employer_id: int, persons: dict[str, str]) -> tuple[Any, ...]:
    return (
        row.period_id,
        employer_id,
        row.inss,
        persons.get(row.inss, row.inss),
        row.worker_type,
        row.span.start,
        row.span.start_hour,
        row.span.end,
        row.span.end_hour,
        row.joint_committee,
        row.cancelled,
        row.locked,
        row.late,
        row.flexi_conditions,
        _naive(row.updated_at),
    )
