"""Take a register file into the tables: all of it in one transaction, or nothing."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.bulk import given_columns, insert_rows
from flexibatch.adapters.store.engine import Database, stored
from flexibatch.adapters.store.identities import current_persons, find_employer, link_persons
from flexibatch.adapters.store.import_employers import Employers
from flexibatch.adapters.store.import_result import ImportCounts, ImportFaults, ImportResult
from flexibatch.adapters.store.period_ids import PeriodIds
from flexibatch.adapters.store.tables import period, register_import
from flexibatch.domain.register import Change, DimonaIn, Entry, RegisterFile, RegisterRow, Replacement, Span
from flexibatch.domain.register_changes import Held, changed
from flexibatch.domain.register_fields import on_line
from flexibatch.errors import Refusal

BATCH = 2000
NAME_LIMIT = 255


def import_file(  # noqa: PLR0913 - the world by its parts
    database: Database,
    file: RegisterFile,
    *,
    now: datetime,
    progress: Callable[[int], None],
    operator: str | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Take a register file in; `progress` is told the line that was reached, the audit which operator did it.

    The same bytes twice change nothing, and `already` tells it. Raise `WrongLines` where entries cannot be: then
    nothing at all was taken in. Nor is anything by a dry run.
    """
    with database.writing() as connection:
        before = _imported(connection, file.sha256)
        if before is not None:
            return ImportResult(file.format, before, already=True)
        faults, rows = ImportFaults(), 0
        intake = _Intake(connection, faults)
        for batch in _batches(faults.good(file.entries)):
            intake.take(batch)
            rows += len(batch)
            progress(batch[-1].line)
        faults.require_none()
        if dry_run:
            connection.rollback()
            return ImportResult(file.format, rows, already=False, counts=intake.counts)
        told = {"format": file.format, "rows": rows}
        names = {"sha256": file.sha256, "file_name": file.name[:NAME_LIMIT], "imported_at": stored(now)}
        connection.execute(insert(register_import).values(**names, **told))
        if operator is not None:
            note(connection, By(operator, now), "dimona import", file.sha256, format=file.format, rows=rows)
    return ImportResult(file.format, rows, already=False, counts=intake.counts)


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

    def __init__(self, connection: Connection, faults: ImportFaults) -> None:
        self.counts = ImportCounts()
        self._connection, self._faults = connection, faults
        self._employers = Employers(connection)
        self._ids = PeriodIds(connection)

    def take(self, batch: list[Entry]) -> None:
        for _, alike in groupby(batch, _kind):
            entries = list(alike)
            rows = [self._row(entry) for entry in entries if isinstance(entry, DimonaIn | RegisterRow)]
            if rows:
                self._write(self._linked(rows))
                continue
            for entry in entries:
                try:
                    self._follow(entry)
                except Refusal as exc:
                    self._faults.add(exc)

    def _row(self, entry: DimonaIn | RegisterRow) -> RegisterRow:
        return entry.row(self._ids.new()) if isinstance(entry, DimonaIn) else entry

    def _linked(self, rows: list[RegisterRow]) -> list[RegisterRow]:
        """Return the rows whose employer's numbers can be one's; all are linked first: a later row may merge two."""
        linked = []
        self._employers.forget_many()
        for row in rows:
            try:
                self._employers.know(row)
            except Refusal as exc:
                self._faults.add(exc)
            else:
                linked.append(row)
        return linked

    def _write(self, rows: list[RegisterRow]) -> None:
        employers = self._employers.of(rows)
        persons = current_persons(self._connection, {row.inss for row in rows})
        newest: dict[str, int] = {}
        for place, row in enumerate(rows):
            held = newest.get(row.period_id)
            if held is None or _later(row.updated_at, rows[held].updated_at):
                newest[row.period_id] = place
        self.counts.older += len(rows) - len(newest)
        known = self._known(list(newest))
        made = []
        for number, place in newest.items():
            told = _as_stored(rows[place], employers[place], persons)
            if self._is_news(told, known.get(number)):
                made.append(told)
        replaced = [row[0] for row in made if row[0] in known]
        if replaced:
            self._connection.execute(delete(period).where(period.c.period_id.in_(replaced)))
        insert_rows(self._connection, period, made)

    def _is_news(self, row: tuple[Any, ...], held: tuple[Any, ...] | None) -> bool:
        """Count a row, and return whether it is to be written in the place of what is held."""
        if held is None:
            self.counts.new += 1
            return True
        later, same = _later(row[-1], held[-1]), row[:-1] == held[:-1]
        self.counts.same += same
        self.counts.changed += later and not same
        self.counts.older += not later and not same
        return later and row != held

    def _known(self, numbers: list[str]) -> dict[str, tuple[Any, ...]]:
        query = select(*given_columns(period)).where(period.c.period_id.in_(numbers))
        return {row.period_id: tuple(row) for row in self._connection.execute(query)}

    def _follow(self, entry: Entry) -> None:
        with on_line(entry.line):
            if isinstance(entry, Replacement):
                news = link_persons(self._connection, entry.old, entry.new, entry.on)
                self.counts.new += news
                self.counts.same += not news
            elif not isinstance(entry, DimonaIn | RegisterRow):
                self._change(entry)
                self.counts.changed += 1

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
