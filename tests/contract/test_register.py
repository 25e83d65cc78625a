"""The register: what is taken in, what stays, and what the check is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from flexibatch.adapters.store import tables
from flexibatch.adapters.store.engine import Database
from flexibatch.adapters.store.identities import find_employer
from flexibatch.adapters.store.import_result import ImportResult
from flexibatch.adapters.store.importing import BATCH, import_file
from flexibatch.adapters.store.register import known_persons, periods_of, register_state, show, stats
from flexibatch.domain.dimona import Period
from flexibatch.domain.identifiers import is_period_id
from flexibatch.domain.register import (
    DimonaCancel,
    DimonaIn,
    DimonaOut,
    DimonaUpdate,
    Entry,
    RegisterFile,
    RegisterRow,
    Replacement,
    Span,
)
from flexibatch.errors import Refusal, Unavailable
from tests.doubles.numbers import bis_number, company_number, nsso_number, period_number, worker_number

NOW = datetime(2026, 10, 5, 7, 16, tzinfo=UTC)
AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
ROW = RegisterRow(
    2,
    period_number(1),
    nsso_number(1),
    company_number(1),
    worker_number(1),
    "FLX",
    Span(FIRST, None, LAST),
    updated_at=AT,
)
IN = DimonaIn(3, nsso_number(1), None, worker_number(1), "FLX", Span(FIRST, None, LAST), "XXX", AT)
Take = Callable[..., ImportResult]


@pytest.fixture
def take(database: Database) -> Take:
    numbers = count()

    def taken(*entries: Entry, now: datetime = NOW) -> ImportResult:
        file = RegisterFile("register.csv", "csv", f"{next(numbers):064d}", len(entries), entries)
        return import_file(database, file, now=now, progress=lambda _line: None)

    return taken


def periods(database: Database, nsso: str = nsso_number(1), *persons: str) -> dict[str, list[Period]]:
    with database.reading() as connection:
        employer_id = find_employer(connection, nsso, None).employer_id
        assert employer_id is not None
        return periods_of(connection, employer_id, persons or [worker_number(1)])


def refused(take: Take, *entries: Entry) -> str:
    with pytest.raises(Refusal) as told:
        take(*entries)
    return str(told.value)


# -------------------------------------------------------------------------------------- what the check asks


def test_the_check_is_given_all_periods_of_the_workers_it_asks_for(database: Database, take: Take) -> None:
    """By current number, oldest first, cancelled and other types too; none of another employer or worker."""
    take(
        replace(ROW, flexi_conditions=0, late=True),
        replace(
            ROW, period_id=period_number(2), span=Span(date(2026, 8, 1)), worker_type="OTH", cancelled=True
        ),
        replace(ROW, period_id=period_number(3), inss=worker_number(2)),
        replace(ROW, period_id=period_number(4), nsso=nsso_number(2), company=None),
        replace(ROW, period_id=period_number(5), inss=worker_number(3)),
    )
    expected = {
        worker_number(1): [
            Period(period_number(2), "OTH", date(2026, 8, 1), None, cancelled=True),
            Period(period_number(1), "FLX", FIRST, LAST, late=True, flexi_conditions=0),
        ],
        worker_number(2): [Period(period_number(3), "FLX", FIRST, LAST)],
    }
    asked = [worker_number(n) for n in (1, 2, 4)]
    assert expected == periods(database, nsso_number(1), *asked)


def test_many_workers_are_asked_at_once(database: Database, take: Take) -> None:
    """As many workers as a Form may hold, more than one query and one batch take."""
    entries = [replace(ROW, period_id=period_number(n), inss=worker_number(n)) for n in range(BATCH + 1)]
    assert ImportResult("csv", BATCH + 1, already=False) == take(*entries)
    everyone = [row.inss for row in entries]
    assert set(everyone) == set(periods(database, nsso_number(1), *everyone))


def test_the_operator_is_told_who_works_elsewhere(database: Database, take: Take) -> None:
    """Known with whatever employer, or not at all."""
    take(ROW)
    with database.reading() as connection:
        asked = [worker_number(1), worker_number(2)]
        assert {worker_number(1)} == known_persons(connection, asked)


def test_the_registers_state_is_the_last_import(database: Database, take: Take) -> None:
    """None before the first; a repeated one does not count."""
    with database.reading() as connection:
        assert register_state(connection) is None
    take(ROW)
    take(now=NOW + timedelta(days=1))
    with database.reading() as connection:
        assert NOW + timedelta(days=1) == register_state(connection)


# ------------------------------------------------------------------------------------------------ coming in


def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    """The same SHA-256 is told, whatever the name; nothing of it is even read."""
    file = RegisterFile("a.csv", "csv", "0" * 64, 1, [ROW])
    later = NOW + timedelta(days=1)
    reached: list[int] = []
    assert ImportResult("csv", 1, already=False) == import_file(
        database, file, now=NOW, progress=reached.append
    )
    again = replace(file, name="b.csv", entries=[replace(ROW, late=True)])
    assert ImportResult("csv", 1, already=True) == import_file(
        database, again, now=later, progress=reached.append
    )
    assert [2] == reached
    with database.reading() as connection:
        assert NOW == register_state(connection)
        assert ["a.csv"] == list(connection.scalars(select(tables.register_import.c.file_name)))


@pytest.mark.parametrize("together", [False, True], ids=["in two files", "in one file"])
@pytest.mark.parametrize(
    ("moments", "replaces"),
    [
        ((AT, AT + timedelta(microseconds=1)), True),
        ((AT, AT), False),
        ((AT, AT - timedelta(days=1)), False),
        ((None, AT), True),
        ((AT, None), False),
        ((None, None), True),
    ],
    ids=["later", "equal", "older", "first-moment", "no-moment", "neither"],
)
def test_the_row_with_the_later_moment_stays(
    database: Database,
    take: Take,
    moments: tuple[datetime | None, datetime | None],
    *,
    replaces: bool,
    together: bool,
) -> None:
    """No moment is before every moment; where neither row tells one, the one that came last stays."""
    held, told = moments
    rows = [replace(ROW, updated_at=held), replace(ROW, updated_at=told, inss=worker_number(2), late=True)]
    results = [take(*rows)] if together else [take(row) for row in rows]
    expected = worker_number(2) if replaces else worker_number(1)
    assert {expected} == set(periods(database, nsso_number(1), worker_number(1), worker_number(2)))
    assert (1 if together or not replaces else 0) == sum(result.counts.older for result in results)


def test_a_bad_row_undoes_the_whole_file(database: Database, take: Take) -> None:
    """A link that cannot be is told with its line; not even earlier batches stay."""
    rows = [replace(ROW, line=n + 2, period_id=period_number(n)) for n in range(BATCH)]
    bad = replace(ROW, line=9999, period_id=period_number(9998), company=company_number(2))
    assert refused(take, *rows, bad).startswith("line 9999: NSSO number")
    with database.reading() as connection:
        counted = stats(connection)
    assert (0, 0, 0) == (counted["periods"], counted["employers"], counted["imports"])


def test_a_row_may_merge_the_employers_of_rows_before_it(database: Database, take: Take) -> None:
    """Two numbers that were two employers are one from the row on that links them, in one batch or not."""
    by_nsso = replace(ROW, company=None)
    by_company = replace(ROW, nsso=None, period_id=period_number(2))
    link = replace(ROW, period_id=period_number(3))
    take(by_nsso, by_company, link, replace(by_nsso, period_id=period_number(4)))
    assert 4 == len(periods(database)[worker_number(1)])
    with database.reading() as connection:
        assert 1 == stats(connection)["employers"]


def test_replaced_numbers_lead_to_the_current_one(database: Database, take: Take) -> None:
    """Whether the row or the replacement comes first, in one file or two."""
    old = bis_number(1)
    take(replace(ROW, inss=old), Replacement(3, old, worker_number(1), FIRST))
    take(replace(ROW, inss=old, period_id=period_number(2)))
    assert 2 == len(periods(database)[worker_number(1)])
    assert "line 5: The old number" in refused(take, Replacement(5, old, worker_number(2), None))


# -------------------------------------------------------------------------------------- Dimona declarations


def only(database: Database) -> Period:
    (found,) = periods(database)[worker_number(1)]
    return found


def test_a_dimona_in_is_given_the_next_free_id(database: Database, take: Take) -> None:
    """Ids are valid, unique, the same every time, and go on behind the highest one given out."""
    take(IN, IN)
    take(IN)
    expected = [f"{body}{body % 97 or 97:02d}" for body in range(9_000_000_000, 9_000_000_003)]
    given = [found.period_id for found in periods(database)[worker_number(1)]]
    assert expected == given
    assert [] == [number for number in given if not is_period_id(number)]


def test_ids_may_run_out(take: Take) -> None:
    """No id is given out twice, not even then."""
    last = 9_999_999_999
    take(replace(ROW, period_id=f"{last}{last % 97 or 97:02d}"))
    with pytest.raises(Unavailable, match="no period ids left"):
        take(IN)


def test_declarations_follow_one_another(database: Database, take: Take) -> None:
    """Out closes, an update opens again, another moves the start, cancel keeps what was there."""
    subject = {
        "line": 4,
        "inss": worker_number(1),
        "nsso": nsso_number(1),
        "company": None,
        "declared_at": AT,
    }
    take(replace(IN, span=Span(FIRST)))
    number = only(database).period_id
    take(DimonaOut(period_id=number, end=LAST, **subject))  # type: ignore[arg-type]
    assert (FIRST, LAST) == (only(database).start, only(database).end)
    take(DimonaUpdate(period_id=number, reopens=True, **subject))  # type: ignore[arg-type]
    assert (FIRST, None) == (only(database).start, only(database).end)
    take(DimonaUpdate(period_id=number, start=LAST, **subject))  # type: ignore[arg-type]
    take(DimonaCancel(period_id=number, **subject))  # type: ignore[arg-type]
    assert (LAST, True) == (only(database).start, only(database).cancelled)


def test_a_declaration_leaves_the_later_moment(database: Database, take: Take) -> None:
    """A period's moment never goes back, so that an older row does not undo a declaration."""
    take(ROW)
    for moment, expected in [(AT - timedelta(days=1), AT), (AT + timedelta(days=1), AT + timedelta(days=1))]:
        take(DimonaUpdate(3, ROW.period_id, None, None, None, moment, start=date(2026, 9, 2)))
        with database.reading() as connection:
            assert expected == show(connection, ROW.period_id).periods[0].updated_at


def test_a_declaration_may_name_worker_and_employer_by_other_numbers(database: Database, take: Take) -> None:
    """A replaced number is that worker's; an enterprise number beside a known NSSO number is linked to it."""
    take(replace(ROW, company=None), Replacement(3, bis_number(1), worker_number(1), None))
    take(DimonaCancel(2, ROW.period_id, bis_number(1), nsso_number(1), company_number(1), AT))
    assert only(database).cancelled
    with database.reading() as connection:
        assert find_employer(connection, nsso_number(1), None) == find_employer(
            connection, None, company_number(1)
        )


CANCEL = DimonaCancel(8, ROW.period_id, None, None, None, AT)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (
            [replace(CANCEL, period_id=period_number(7))],
            f"line 8: period {period_number(7)} is not in the register",
        ),
        ([CANCEL, replace(CANCEL, line=9)], f"line 9: period {ROW.period_id} is cancelled already"),
        ([replace(CANCEL, inss=worker_number(2))], "line 8: .* another worker's"),
        ([replace(CANCEL, nsso=nsso_number(9))], "line 8: .* another employer's"),
        ([replace(CANCEL, nsso=nsso_number(1), company=company_number(2))], "line 8: NSSO number .* belongs"),
        ([DimonaOut(8, ROW.period_id, None, None, None, AT, LAST)], "line 8: .* has an end already"),
    ],
    ids=["unknown", "twice", "worker", "employer", "enterprise", "ended"],
)
def test_a_declaration_that_cannot_be_is_refused(take: Take, entries: list[Entry], reason: str) -> None:
    """With its line; the worker's number is not told."""
    take(ROW)
    with pytest.raises(Refusal, match=reason) as told:
        take(*entries)
    assert worker_number(2) not in str(told.value)


# ----------------------------------------------------------------------------------- what the operator asks


def test_a_worker_is_shown_by_either_number(database: Database, take: Take) -> None:
    """The current number, the former ones, and all periods with all the numbers of their employers."""
    take(replace(ROW, inss=bis_number(1)), Replacement(3, bis_number(1), worker_number(1), FIRST))
    take(replace(ROW, period_id=period_number(2), nsso=nsso_number(2)))
    with database.reading() as connection:
        shown = show(connection, bis_number(1))
        assert shown == show(connection, worker_number(1))
        assert replace(shown, periods=shown.periods[1:]) == show(connection, period_number(2))
    assert (worker_number(1), (bis_number(1),)) == (shown.person, shown.former)
    assert [bis_number(1), worker_number(1)] == [known.inss for known in shown.periods]
    assert (company_number(1), (nsso_number(1), nsso_number(2))) == (
        shown.periods[0].company,
        shown.periods[0].nsso,
    )
    assert AT == shown.periods[0].updated_at


def test_a_replaced_worker_without_periods_is_known(database: Database, take: Take) -> None:
    """A pair of numbers is knowledge too."""
    take(Replacement(3, bis_number(1), worker_number(1), FIRST))
    with database.reading() as connection:
        assert (bis_number(1),) == show(connection, worker_number(1)).former


@pytest.mark.parametrize("number", ["", "85073003327", worker_number(5), period_number(5)])
def test_what_is_not_known_is_refused(database: Database, number: str) -> None:
    """What is no number at all, a worker and a period that are not there."""
    with database.reading() as connection, pytest.raises(Refusal):
        show(connection, number)


def test_statistics_are_flat(database: Database, take: Take) -> None:
    """One flat object, with the count of periods and one count for every type that is there."""
    take(
        replace(ROW, late=True, locked=True),
        replace(ROW, period_id=period_number(2), inss=bis_number(1), worker_type="OTH", cancelled=True),
        replace(ROW, period_id=period_number(3), nsso=nsso_number(2), company=None, span=Span(FIRST)),
        Replacement(5, bis_number(1), worker_number(1), FIRST),
    )
    expected = {
        "periods": 3,
        "cancelled": 1,
        "locked": 1,
        "late": 1,
        "open": 1,
        "workers": 1,
        "employers": 2,
        "replacements": 1,
        "imports": 1,
        "periods_FLX": 2,
        "periods_OTH": 1,
        "last_import": NOW,
    }
    with database.reading() as connection:
        assert expected == stats(connection)


def test_statistics_of_an_empty_register(database: Database) -> None:
    """Nothing is zero; no import is no moment."""
    with database.reading() as connection:
        counted = stats(connection)
    assert (0, None) == (counted["periods"], counted["last_import"])
