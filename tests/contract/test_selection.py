"""The workers of an employer are read in bulk: the right ones, in few statements, in little memory."""

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, insert, update

from flexibatch.adapters.store import identities, tables
from flexibatch.adapters.store.bulk import BATCH
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.selection import WorkerPeriods, known_employer, workers_with_periods
from flexibatch.domain.vocabulary import Environment
from flexibatch.errors import Refusal
from tests.doubles.numbers import company_number, nsso_number, worker_number
from tests.doubles.records import Records

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
PROVISIONAL = "5000000120"


def found(
    database: Database, first: date = FIRST, last: date = LAST, environment: Environment = Environment.REAL
) -> list[WorkerPeriods]:
    with database.looking() as connection:
        return list(workers_with_periods(connection, 1, environment, (first, last)))


def declared(database: Database, first: date = FIRST) -> dict[str, int]:
    return {one.person: one.declared for one in found(database, first)}


def change(database: Database, period_id: str, **values: object) -> None:
    with database.writing() as connection:
        mine = update(tables.period).where(tables.period.c.period_id == period_id)
        connection.execute(mine.values(**values))


def crowd(database: Database, workers: int) -> None:
    """Give the first employer so many workers, each with a period of two days."""
    rows = [
        {
            "period_id": f"{n:012d}",
            "employer_id": 1,
            "inss": f"{n:011d}",
            "person": f"{n:011d}",
            "worker_type": "FLX",
            "start_date": FIRST,
            "end_date": date(2026, 9, 2),
            "cancelled": False,
            "locked": False,
            "late": False,
        }
        for n in range(workers)
    ]
    with database.writing() as connection:
        connection.execute(insert(tables.period), rows)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    told: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        told.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    yield told
    event.remove(database.engine, "before_cursor_execute", hear)


def test_only_valid_flexi_periods_of_the_employer_in_the_range_are_read(database: Database) -> None:
    """Other types, cancelled ones, other days and other employers are left in the database."""
    records = Records(database)
    records.employer(1)
    records.employer(2)
    periods = [records.period(worker_number(n), n=n) for n in range(1, 7)]
    records.period(worker_number(7), employer=2, n=7)
    change(database, periods[1], worker_type="STU")
    change(database, periods[2], cancelled=True)
    change(database, periods[3], start_date=date(2026, 8, 1), end_date=date(2026, 8, 31))
    change(database, periods[4], end_date=None, late=True, flexi_conditions=0, person=worker_number(1))
    change(database, periods[5], start_date=date(2026, 10, 1), end_date=None)
    [one] = found(database)
    assert (worker_number(1), 0) == (one.person, one.declared)
    assert {(periods[0], LAST, False, None), (periods[4], None, True, 0)} == {
        (period.period_id, period.end, period.late, period.flexi_conditions) for period in one.periods
    }


def test_declarations_in_force_are_counted_of_that_employer_and_environment(database: Database) -> None:
    """A cancelled one does not count, one with several versions counts once, and by its last one's days."""
    records = Records(database)
    for n in (1, 2):
        records.employer(n)
    for n in range(1, 5):
        records.period(worker_number(n), n=n)
    sets = [records.settled(n) for n in range(1, 4)]
    records.declare(worker_number(1), "a", sets)
    records.declare(worker_number(1), "b", sets[:1])
    records.declare(worker_number(2), "c", [sets[0], f"-{sets[1]}"])
    records.declare(worker_number(3), "d", sets[:1], employer=2)
    moved = records.declare(worker_number(4), "e", sets[:2])
    none = {worker_number(n): 0 for n in range(1, 5)}
    assert none | {worker_number(1): 2, worker_number(4): 1} == declared(database)
    with database.writing() as connection:
        last = update(tables.version).where(tables.version.c.declaration == moved)
        days = {"start_date": date(2026, 8, 1), "end_date": date(2026, 8, 31)}
        connection.execute(last.where(tables.version.c.number == 2).values(**days))
    assert none | {worker_number(1): 2} == declared(database)
    assert none | {worker_number(1): 2} == declared(database, LAST)
    assert none == {one.person: one.declared for one in found(database, environment=Environment.TEST)}


def test_workers_come_in_order_in_a_statement_for_many(database: Database) -> None:
    """One for the periods, one for the declarations of each batch, however many there are."""
    Records(database).employer()
    crowd(database, 2 * BATCH + 1)
    with statements(database) as told:
        persons = [one.person for one in found(database)]
    assert (2 * BATCH + 1, persons) == (len(persons), sorted(persons))
    assert 4 == len([one for one in told if one.startswith(("SELECT", "DECLARE"))])


def test_ten_times_as_many_workers_take_less_than_twice_the_memory(database: Database) -> None:
    """What is held are the rows of a batch, and what was not collected yet of the one before."""
    Records(database).employer()

    def peak(workers: int) -> int:
        with database.writing() as connection:
            connection.execute(tables.period.delete())
        crowd(database, workers)
        gc.collect()
        tracemalloc.start()
        with database.looking() as connection:
            count = sum(1 for _ in workers_with_periods(connection, 1, Environment.REAL, (FIRST, LAST)))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert workers == count
        return most

    peak(BATCH)
    assert peak(30 * BATCH) < 2 * peak(3 * BATCH)


def test_who_stops_reading_leaves_the_connection_usable(database: Database) -> None:
    """A skeleton takes the first ones only."""
    Records(database).employer()
    crowd(database, 2 * BATCH)
    with database.looking() as connection:
        workers = workers_with_periods(connection, 1, Environment.REAL, (FIRST, LAST))
        assert "0" * 11 == next(workers).person
    assert 2 * BATCH == len(found(database))


def test_an_employer_is_known_by_any_number(database: Database) -> None:
    """With leading zeros or without; a provisional number too; a third payer's number is told as such."""
    with database.writing() as connection:
        made = identities.link_employer(connection, nsso_number(1), company_number(1))
        identities.link_employer(connection, PROVISIONAL, company_number(2))
        marked = update(tables.employer_number).where(tables.employer_number.c.nsso_number == nsso_number(1))
        connection.execute(marked.values(third_payer=True))
        asked = (nsso_number(1), nsso_number(1).zfill(9), company_number(1), company_number(1).lstrip("0"))
        matches = [known_employer(connection, number) for number in asked]
        assert [(made, True), (made, True), (made, False), (made, False)] == [
            (one.employer_id, one.third_payer) for one in matches
        ]
        assert company_number(2) == known_employer(connection, PROVISIONAL).numbers.company


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (company_number(3), "No employer has the number"),
        (nsso_number(3), "No employer has the number"),
        (PROVISIONAL, "No employer has the number"),
        ("0400100057", "look at its check digits"),
        ("", "no employer's number"),
        ("x' OR 1=1", "no employer's number"),
        ("\u0661\u0662\u0663", "no employer's number"),
        ("9" * 500, "no employer's number"),
    ],
)
def test_a_number_of_nobody_is_told(number: str, told: str, database: Database) -> None:
    """What is none is told so."""
    with database.looking() as connection, pytest.raises(Refusal, match=told):
        known_employer(connection, number)


def test_nine_digits_may_be_either_number(database: Database) -> None:
    """The NSSO number is meant, unless only the enterprise is known."""
    number = next(
        str(n)
        for n in range(100_000_000, 199_999_934)
        if n % 97 == 96 and n % 100 == 97 - n // 100 % 97  # both check digits are right
    )
    with database.writing() as connection:
        company = identities.link_employer(connection, None, number)
        assert company == known_employer(connection, number).employer_id
        nsso = identities.link_employer(connection, number, None)
        assert nsso == known_employer(connection, number).employer_id
        assert company == known_employer(connection, number.zfill(10)).employer_id
    assert nsso != company
