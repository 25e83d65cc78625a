"""Measure two designs of an overview of workers: a walk along an index, and a row kept for each worker and employer.

The overview shows a row a worker and employer, the newest calculation period first, in pages that go on behind the last
row of the one before, by key. Refused lines are not counted here. Ends with 1 where a page of kept rows takes longer
than it may. Processor time, on SQLite, in 1,000,000 declarations unless told otherwise:

    python benchmarks/people.py [DECLARATIONS]
"""

import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

from material import company_number, worker_number
from sqlalchemy import Connection, Table, insert, text

from flexibatch.adapters.store import tables
from flexibatch.adapters.store.bulk import given_columns, insert_rows
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.upgrade import upgrade

DECLARATIONS = 1_000_000
MONTHS = 24
PAGE = 50
FORM = 500
"""Lines of a Form."""
WORKERS_PER_EMPLOYER = 25
OLD, LARGE = 7, 1
"""An employer of usual size whose last period is the first month; one with a tenth of all workers."""
LEFT_EARLY = 6
"""Of so many workers one is there to the end; the others left a month earlier each."""
CANCELLED_EACH, MODIFIED_EACH = 50, 30
BOUND = 200
"""Milliseconds within which a page is to be there."""
NEVER = "0001-01-01"
"""Stands for the days of who has no declaration in force."""
SENT_AT = datetime(2024, 11, 1, 8)  # noqa: DTZ001 - as the tables hold it

_LAST = "v.number = (SELECT max(o.number) FROM version o WHERE o.declaration = d.ticket)"
_LAST_OTHER = "w.number = (SELECT max(o.number) FROM version o WHERE o.declaration = e.ticket)"
WALK_INDEX = "CREATE INDEX ix_walk ON version (end_date, start_date, form_id, line)"
WALK = f"""
SELECT d.person, d.employer_id, v.end_date, v.start_date, v.form_id, v.line
FROM version v CROSS JOIN declaration d ON d.ticket = v.declaration
WHERE (v.end_date, v.start_date, v.form_id, v.line) < (:last_end, :last_start, :form_id, :line)
  AND v.operation <> '3' AND d.environment = 'R' AND {_LAST} {{employer}}
  AND NOT EXISTS (
    SELECT 1 FROM declaration e JOIN version w ON w.declaration = e.ticket
    WHERE e.person = d.person AND e.environment = d.environment AND e.employer_id = d.employer_id
      AND w.operation <> '3' AND {_LAST_OTHER}
      AND (w.end_date, w.start_date, w.form_id, w.line) > (v.end_date, v.start_date, v.form_id, v.line))
ORDER BY v.end_date DESC, v.start_date DESC, v.form_id DESC, v.line DESC LIMIT {PAGE}
"""  # noqa: S608 - nothing in it comes from outside
"""Each version in force from the newest on, if its worker has no newer one with that employer. Who has none in
force is not on the way, and what a page counts would be asked afterwards: it tells less than the kept rows."""

KEPT_TABLE = """
CREATE TABLE overview (
  environment VARCHAR(1) NOT NULL, employer_id INTEGER NOT NULL, person VARCHAR(11) NOT NULL,
  last_end DATE NOT NULL, last_start DATE NOT NULL, accepted INTEGER NOT NULL, cancelled INTEGER NOT NULL,
  last_form INTEGER NOT NULL, PRIMARY KEY (environment, employer_id, person)) WITHOUT ROWID
"""
KEPT_INDEXES = (
    "CREATE INDEX ix_overview_newest ON overview (environment, last_end, last_start, person, employer_id)",
    "CREATE INDEX ix_overview_employer ON overview (environment, employer_id, last_end, last_start, person)",
)
KEEP = f"""
INSERT INTO overview
SELECT d.environment, d.employer_id, d.person, coalesce(substr(max(v.end_date || v.start_date), 1, 10), '{NEVER}'),
  coalesce(substr(max(v.end_date || v.start_date), 11), '{NEVER}'),
  sum(v.operation <> '3'), sum(v.operation = '3'), max(v.form_id)
FROM declaration d CROSS JOIN version v ON v.declaration = d.ticket AND {_LAST}
WHERE {{which}}
GROUP BY d.environment, d.employer_id, d.person
ON CONFLICT DO UPDATE SET last_end = excluded.last_end, last_start = excluded.last_start,
  accepted = excluded.accepted, cancelled = excluded.cancelled, last_form = excluded.last_form
"""  # noqa: S608 - the same
OF_FORM = """d.employer_id = :employer AND d.environment = 'R' AND d.person IN (
  SELECT n.person FROM version m JOIN declaration n ON n.ticket = m.declaration WHERE m.form_id = :form)"""
KEPT = """
SELECT person, employer_id, last_end, last_start, accepted, cancelled, last_form FROM overview
WHERE environment = 'R' {employer}
  AND (last_end, last_start, person, employer_id) < (:last_end, :last_start, :person, :employer_id)
ORDER BY last_end DESC, last_start DESC, person DESC, employer_id DESC LIMIT 50
"""


class Case(NamedTuple):
    """Name what is asked: all employers or one, from the newest period on or behind a day."""

    name: str
    employer: int | None
    before: date


CASES = (
    Case("first page", None, date.max),
    Case("a page in the middle", None, date(2026, 8, 15)),
    Case("the last page", None, date(2025, 12, 15)),
    Case("a large employer", LARGE, date.max),
    Case("a usual employer", 3, date.max),
    Case("an employer that ended", OLD, date.max),
)


def fill(database: Database, declarations: int) -> None:
    """Write about so many: one a month of each worker with one employer, one in 30 modified, one in 50 cancelled."""
    workers = 2 * declarations // (2 * MONTHS - LEFT_EARLY + 1)
    employers = max(workers // WORKERS_PER_EMPLOYER, 10)
    with database.writing() as connection:
        _parents(connection, employers)
        number = 0
        for month in range(MONTHS):
            several = list(_of_month(month, workers, employers))
            for start in range(0, len(several), FORM):
                number += 1
                _form(connection, number, month, several[start : start + FORM])


def _of_month(month: int, workers: int, employers: int) -> Iterator[tuple[int, int]]:
    """Yield who works for whom."""
    for worker in range(workers):
        employer = LARGE if worker % 10 == 0 else 1 + worker % employers
        if month < MONTHS - worker % LEFT_EARLY and (employer != OLD or month == 0):
            yield worker, employer


def _parents(connection: Connection, employers: int) -> None:
    sender = {"number": "000640", "name": "b", "language": "nl", "signature": "optional", "held": False}
    connection.execute(insert(tables.sender).values(**sender, added_at=SENT_AT))
    rows = [{"id": n, "company_id": company_number(n)} for n in range(1, employers + 1)]
    connection.execute(insert(tables.employer), rows)
    plain = {"withdrawn": False, "silent": False, "reserves": False, "passed": False, "discarded": False}
    connection.execute(
        insert(tables.file_set).values(
            **plain, arrival=1, ticket="S" * 13, turn=1, sender="000640", environment="R", subject="FLEX",
            name="GO", set_key="k", leader="l", names=[], claim_faults=[], arrived_at=SENT_AT,
            received_on=SENT_AT.date(), claimed_at=SENT_AT, state="settled", released=False, run=1, attempts=0,
            troubles=0,
        )
    )  # fmt: skip


def _form(connection: Connection, form: int, month: int, several: list[tuple[int, int]]) -> None:
    """Write a Form of originals, with the versions that came after some of them."""
    for number in (2 * form - 1, 2 * form):
        row = {"id": number, "ticket": f"{number:013d}", "set_ticket": "S" * 13, "number": number}
        connection.execute(insert(tables.form).values(**row))
    start = date(2024 + (10 + month) // 12, (10 + month) % 12 + 1, 1)
    end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    declared, versions = [], []
    for line, (worker, employer) in enumerate(several, 1):
        ticket, person = f"{month:02d}{worker:011d}", worker_number(worker)
        declared.append(
            {
                "ticket": ticket,
                "environment": "R",
                "employer_id": employer,
                "person": person,
                "reference": ticket,
            }
        )
        made = {
            "form_id": 2 * form - 1,
            "line": line,
            "declaration": ticket,
            "run": 1,
            "arrival": form,
            "inss": person,
        }
        days = {"start_date": start, "end_date": end, "calculated_on": end}
        versions.append({**made, "number": 1, "operation": "0", **days})
        again = {**made, "form_id": 2 * form, "number": 2}
        if (worker + month) % CANCELLED_EACH == 0:
            versions.append({**again, "operation": "3"})
        elif (worker + month) % MODIFIED_EACH == 0:
            versions.append({**again, "operation": "1", **days})
    _add(connection, tables.declaration, declared)
    _add(connection, tables.version, versions)


def _add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    names = [column.name for column in given_columns(table)]
    insert_rows(connection, table, [tuple(map(row.get, names)) for row in rows])


def spent(work: Callable[..., object], *arguments: object) -> float:
    """Return the processor time of some work in milliseconds, the less of two."""
    return min(_once(lambda: work(*arguments)) for _ in range(2))


def _once(work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return (process_time() - begun) * 1000


def ask(connection: Connection, query: str, case: Case) -> list[Any]:
    """Return a page."""
    column = "d.employer_id" if "version v" in query else "employer_id"
    one = "" if case.employer is None else f"AND {column} = {case.employer}"
    behind = {"last_end": case.before.isoformat(), "last_start": date.max.isoformat()}
    keys = {"form_id": sys.maxsize, "line": 0} if "version v" in query else {"person": "~", "employer_id": 0}
    return list(connection.execute(text(query.format(employer=one)), behind | keys))


def main() -> int:
    """Fill a database, ask it both ways, and say what each took."""
    declarations = int(sys.argv[1]) if len(sys.argv) > 1 else DECLARATIONS
    with TemporaryDirectory(prefix="flexibatch-bench-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'people.db'}")
        upgrade(database)
        writing = _once(lambda: fill(database, declarations))
        with database.writing() as connection:
            connection.execute(text(WALK_INDEX))
            connection.execute(text(KEPT_TABLE))
            keeping = _once(lambda: connection.execute(text(KEEP.format(which="1"))))
            for index in KEPT_INDEXES:
                connection.execute(text(index))
        print(
            f"about {declarations} declarations; to make the kept rows takes {keeping / writing:.2f} of writing them"
        )
        with database.writing() as connection:
            form = {"employer": LARGE, "form": 1}
            again = spent(lambda: connection.execute(text(KEEP.format(which=OF_FORM)), form))
            print(f"to keep them for a Form of {FORM} lines: {again:.0f} ms of processor time")
        print(f"{'a page of 50':<28}{'walk, ms':>10}{'kept, ms':>10}")
        slow = 0
        for case in CASES:
            with database.reading() as connection:
                walked, kept = (spent(ask, connection, query, case) for query in (WALK, KEPT))
                pages = [
                    {(row[0], row[1], row[2], row[3]) for row in ask(connection, query, case)}
                    for query in (WALK, KEPT)
                ]
            if len(pages[0]) < PAGE and pages[0] != {row for row in pages[1] if row[2] != NEVER}:
                raise SystemExit(f"the two designs tell different workers: {case.name}")
            slow += kept > BOUND
            print(f"{case.name:<28}{walked:>10.1f}{kept:>10.1f}", flush=True)
        database.close()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
