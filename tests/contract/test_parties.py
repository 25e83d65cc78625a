"""Who is who: every way two numbers can lead to one employer, two INSS to one worker."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, insert, select

from flexibatch.adapters.store import tables
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.identities import current_persons, find_employer, link_employer, link_persons
from flexibatch.domain.employers import Numbers
from flexibatch.errors import Refusal
from flexibatch.ports import EmployerMatch
from tests.doubles.numbers import bis_number, company_number, nsso_number, period_number, worker_number

NOON = datetime(2026, 10, 5, 12)  # noqa: DTZ001 - as the tables hold it
DAY = date(2026, 10, 5)
PERIOD = {
    "worker_type": "FLX",
    "start_date": DAY,
    "cancelled": False,
    "locked": False,
    "late": False,
}
ANYTHING: Mapping[type, object] = {str: "x", int: 1, bool: False, date: DAY, datetime: NOON, object: []}


def anything(table: Table, **values: object) -> dict[str, object]:
    """Fill the columns that must hold something and do not matter here."""
    needed = [column for column in table.columns if not column.nullable]
    return {column.name: ANYTHING[column.type.python_type] for column in needed} | values


def put(connection: Connection, table: Table, **values: object) -> None:
    connection.execute(insert(table).values(**values))


def declare(connection: Connection, ticket: str, employer_id: int, person: str, reference: str = "A") -> None:
    values = {"employer_id": employer_id, "person": person, "reference": reference}
    put(connection, tables.declaration, ticket=ticket, environment="R", **values)


def employers(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(tables.employer)) or 0


def all_of(connection: Connection, table: Table, column: str) -> list[Any]:
    return list(connection.scalars(select(table.c[column]).order_by(*table.primary_key)))


def refused(connection: Connection, nsso: str | None, company: str | None) -> str:
    with pytest.raises(Refusal) as told:
        link_employer(connection, nsso, company)
    return str(told.value)


# ------------------------------------------------------------------------------------------------ employers


def test_a_number_that_was_never_seen_leads_to_nobody(database: Database) -> None:
    """Looking up makes nothing: not an employer, not a link."""
    with database.writing() as connection:
        assert EmployerMatch(None) == find_employer(connection, nsso_number(1), company_number(1))
        assert EmployerMatch(None) == find_employer(connection, "0", None)
        assert employers(connection) == 0


@pytest.mark.parametrize("first", [(nsso_number(1), None), (None, company_number(1))])
def test_one_number_makes_one_employer_once(database: Database, first: tuple[str | None, str | None]) -> None:
    """The same number, however it is written, is the same employer."""
    with database.writing() as connection:
        made = link_employer(connection, *first)
        assert made == link_employer(connection, *first)
        written = (first[0] and first[0].zfill(9), first[1] and first[1].lstrip("0"))
        assert made == link_employer(connection, *written)
        assert made == find_employer(connection, *written).employer_id
        assert employers(connection) == 1


def test_both_numbers_lead_to_one_employer(database: Database) -> None:
    """Each number alone, both, and one of them with one that was never seen find the employer."""
    with database.writing() as connection:
        made = link_employer(connection, nsso_number(1), company_number(1))
        for nsso, company in [
            (nsso_number(1), None),
            (None, company_number(1)),
            (nsso_number(1), company_number(1)),
            ("000", company_number(1)),
            (nsso_number(2), company_number(1)),
            (nsso_number(1), company_number(2)),
        ]:
            known = Numbers(nsso_number(1), company_number(1))
            assert EmployerMatch(made, known) == find_employer(connection, nsso, company)
        assert employers(connection) == 1


def test_numbers_of_two_employers_are_a_conflict(database: Database) -> None:
    """Two known numbers that belong to different employers lead to neither."""
    with database.writing() as connection:
        one = link_employer(connection, nsso_number(1), company_number(1))
        other = link_employer(connection, None, company_number(2))
        found = find_employer(connection, nsso_number(1), company_number(2))
        assert (EmployerMatch(None, rivals=(one, other)), True) == (found, found.conflict)


def test_an_enterprise_may_have_several_nsso_numbers(database: Database) -> None:
    """A second NSSO number of one enterprise leads to the same employer; where none is given, neither is the one."""
    with database.writing() as connection:
        made = link_employer(connection, nsso_number(1), company_number(1))
        assert made == link_employer(connection, nsso_number(2), company_number(1))
        for given, known in ((nsso_number(2), nsso_number(2)), (None, None)):
            found = find_employer(connection, given, company_number(1))
            assert EmployerMatch(made, Numbers(known, company_number(1))) == found


def test_an_nsso_number_gets_its_enterprise_later(database: Database) -> None:
    """A link adds the enterprise number to the employer that was known by the other one."""
    with database.writing() as connection:
        made = link_employer(connection, nsso_number(1), None)
        assert made == link_employer(connection, nsso_number(1), company_number(1))
        assert made == find_employer(connection, None, company_number(1)).employer_id


def test_an_nsso_number_has_one_enterprise(database: Database) -> None:
    """A link to a second enterprise is refused, known or not, and changes nothing."""
    with database.writing() as connection:
        made = link_employer(connection, nsso_number(1), company_number(1))
        link_employer(connection, None, company_number(2))
        for other in (company_number(2), company_number(3)):
            assert "belongs to enterprise" in refused(connection, nsso_number(1), other)
        assert made == find_employer(connection, nsso_number(1), company_number(1)).employer_id


def test_no_number_at_all_is_refused(database: Database) -> None:
    """Nobody is no employer."""
    with database.writing() as connection:
        assert "at least one" in refused(connection, "0", "")


def test_a_link_merges_two_employers(database: Database) -> None:
    """Everything that hung on the employer that goes up hangs on the one that stays."""
    with database.writing() as connection:
        gone = link_employer(connection, nsso_number(1), None)
        kept = link_employer(connection, nsso_number(2), company_number(1))
        _hang_everything_on(connection, gone)
        declare(connection, "D2", kept, worker_number(2))
        assert kept == link_employer(connection, nsso_number(1), company_number(1))
        for table in (
            tables.period,
            tables.mandate,
            tables.form_run,
            tables.employer_number,
            tables.declaration,
        ):
            assert {kept} == set(all_of(connection, table, "employer_id"))
        assert [kept] == all_of(connection, tables.employer, "id")


def _hang_everything_on(connection: Connection, employer_id: int) -> None:
    number, ours = "000640", {"employer_id": employer_id}
    worker = {"inss": worker_number(1), "person": worker_number(1)}
    state = {"environment": "R", "state": "settled"}
    rows: list[tuple[Table, dict[str, object]]] = [
        (tables.sender, {"number": number, "language": "nl", "signature": "optional"}),
        (tables.file_set, {"ticket": "S", "sender": number, **state}),
        (tables.form, {"id": 1, "ticket": "F", "set_ticket": "S"}),
        (tables.form_run, {"form_id": 1, "result": "1", "lines": 3, **ours}),
        (tables.mandate, {"sender": number, "nsso_number": nsso_number(1), **ours}),
        (tables.period, {"period_id": period_number(1), **worker, **ours, **PERIOD}),
    ]
    for table, values in rows:
        put(connection, table, **anything(table, **values))
    declare(connection, "D1", employer_id, worker_number(1))


UUID = "019a1f04-5c11-7d3e-9b52-0f6a51c2d871"


@pytest.mark.parametrize("references", [("A", "A"), (UUID, UUID), (UUID, UUID.upper())])
def test_a_merge_that_would_join_two_declarations_is_refused(
    database: Database, references: tuple[str, str]
) -> None:
    """One worker's reference with both employers: the link is refused and both are named by their tickets."""
    with database.writing() as connection:
        first = link_employer(connection, nsso_number(1), None)
        second = link_employer(connection, None, company_number(1))
        declare(connection, "D1", first, worker_number(1), references[0])
        declare(connection, "D2", second, worker_number(1), references[1])
        told = refused(connection, nsso_number(1), company_number(1))
        assert "D1" in told
        assert "D2" in told
        assert worker_number(1) not in told
        assert EmployerMatch(first, Numbers(nsso_number(1))) == find_employer(
            connection, nsso_number(1), None
        )


# -------------------------------------------------------------------------------------------------- persons


def test_a_replaced_number_leads_to_the_current_one(database: Database) -> None:
    """Only replaced numbers are in the answer; periods and declarations move, the told number stays."""
    old, new = bis_number(1), worker_number(1)
    with database.writing() as connection:
        employer_id = link_employer(connection, nsso_number(1), None)
        put(
            connection,
            tables.period,
            period_id=period_number(1),
            employer_id=employer_id,
            inss=old,
            person=old,
            **PERIOD,
        )
        declare(connection, "D1", employer_id, old)
        link_persons(connection, old, new, DAY)
        assert {old: new} == current_persons(connection, [old, new, worker_number(2)])
        assert [new] == all_of(connection, tables.period, "person")
        assert [old] == all_of(connection, tables.period, "inss")
        assert [new] == all_of(connection, tables.declaration, "person")


@pytest.mark.parametrize("backwards", [False, True])
def test_chains_are_flat(database: Database, *, backwards: bool) -> None:
    """Whatever the order in which the links of a chain come, every number leads to the last one."""
    first, middle, last = bis_number(1), bis_number(2), worker_number(1)
    pairs = [(first, middle), (middle, last)]
    with database.writing() as connection:
        for old, new in reversed(pairs) if backwards else pairs:
            link_persons(connection, old, new, None)
        assert {first: last, middle: last} == current_persons(connection, [first, middle, last])


def test_the_same_replacement_again_changes_nothing(database: Database) -> None:
    """A pair may come again, also when its new number was replaced in between, or straight to the last."""
    old, middle, last = bis_number(1), bis_number(2), worker_number(1)
    with database.writing() as connection:
        link_persons(connection, old, middle, DAY)
        link_persons(connection, middle, last, DAY)
        link_persons(connection, old, middle, None)
        link_persons(connection, old, last, None)
        assert [middle, last] == all_of(connection, tables.replacement, "new_inss")
        assert [last, last] == all_of(connection, tables.replacement, "current_inss")


@pytest.mark.parametrize(
    "pair",
    [
        (bis_number(1), worker_number(2)),
        (worker_number(1), bis_number(1)),
        (worker_number(3), worker_number(3)),
    ],
    ids=["replaced-by-another", "circle", "itself"],
)
def test_a_replacement_that_cannot_be_is_refused(database: Database, pair: tuple[str, str]) -> None:
    """A second successor, a circle, a number that replaces itself: refused, and no number is told."""
    with database.writing() as connection:
        link_persons(connection, bis_number(1), worker_number(1), DAY)
        with pytest.raises(Refusal) as told:
            link_persons(connection, *pair, None)
        assert not [number for number in pair if number in str(told.value)]
        assert [bis_number(1)] == all_of(connection, tables.replacement, "old_inss")


def test_a_replacement_that_would_join_two_declarations_is_refused(database: Database) -> None:
    """One reference under both numbers with one employer is refused; with two employers it is no matter."""
    old, new = bis_number(1), worker_number(1)
    with database.writing() as connection:
        first = link_employer(connection, nsso_number(1), None)
        second = link_employer(connection, nsso_number(2), None)
        declare(connection, "D1", first, old)
        declare(connection, "D2", second, new)
        declare(connection, "D3", first, new, "B")
        declare(connection, "D4", first, bis_number(2), "B")
        link_persons(connection, old, new, DAY)
        with pytest.raises(Refusal, match="D4 and D3"):
            link_persons(connection, bis_number(2), old, DAY)


def test_many_numbers_are_asked_at_once(database: Database) -> None:
    """More numbers than one query takes are all answered."""
    pairs = {bis_number(n): worker_number(n) for n in range(1, 4)}
    with database.writing() as connection:
        for old, new in pairs.items():
            link_persons(connection, old, new, None)
        asked = [*pairs, *(worker_number(n) for n in range(2500))]
        assert pairs == current_persons(connection, asked)
        assert {} == current_persons(connection, [])
