"""A mandate counts on the day a file was received, whenever it is judged and by whichever number it was given."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flexibatch.adapters.store import mandates, upkeep
from flexibatch.adapters.store.audit import By
from flexibatch.domain.bureaus import Mandate, mandate
from tests.twins.clock import FixedClock
from tests.twins.town import SAMPLES, Town

SENDER, COMPANY, NSSO = "000640", "0400100056", "100100022"
LAST = date(2026, 10, 5)
LAST_MINUTE = datetime(2026, 10, 5, 21, 59, tzinfo=UTC)
NEXT_DAY = datetime(2026, 10, 5, 22, 1, tzinfo=UTC)
"""In Brussels it is two hours later."""


@pytest.fixture
def town(tmp_path: Path, engine_url: str) -> Iterator[Town]:
    """Give the samples' cast, on every engine."""
    made = Town.made(tmp_path / "home", {"database": engine_url})
    yield made
    made.close()


def set_clock(town: Town, now: datetime) -> None:
    assert isinstance(town.clock, FixedClock)
    town.clock.set(now)


def drop(town: Town) -> None:
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        town.drop(path)


def end(town: Town, ended: Mandate) -> None:
    with town.home.database.writing() as connection:
        mandates.end_mandate(connection, By("anna", town.clock.now()), ended)


def add(town: Town, new: Mandate) -> None:
    with town.home.database.writing() as connection:
        mandates.add_mandate(connection, By("anna", town.clock.now()), new)


def rerun(town: Town) -> None:
    ((ticket,),) = town.rows("SELECT ticket FROM file_set")
    with town.home.database.writing() as connection:
        upkeep.begin_rerun(connection, By("anna", town.clock.now()), str(ticket))
    town.channel().settle()


def codes(town: Town, run: int = 1) -> set[object]:
    return {code for (code,) in town.rows(f"SELECT code FROM anomaly WHERE run = {run}")}  # noqa: S608 - a number


@pytest.mark.parametrize("numbers", [(NSSO, ""), ("", COMPANY), (NSSO, COMPANY)])
def test_the_last_day_counts_though_it_is_judged_the_day_after(town: Town, numbers: tuple[str, str]) -> None:
    """Dropped a minute before midnight in Brussels, judged the next day: the mandate of the day before holds."""
    end(town, mandate(SENDER, *numbers, start=LAST, until=LAST))
    set_clock(town, LAST_MINUTE)
    drop(town)
    set_clock(town, NEXT_DAY)
    assert (1, 0) == ((swept := town.sweep()).settled, swept.lines_refused)
    assert set() == codes(town)


def test_the_day_after_the_last_is_too_late(town: Town) -> None:
    """The same a minute after midnight is refused, though in UTC it is still the day before."""
    end(town, mandate(SENDER, NSSO, "", start=LAST, until=LAST))
    set_clock(town, NEXT_DAY)
    drop(town)
    town.sweep()
    assert {"00011-155"} == codes(town)


def test_a_rerun_asks_for_the_day_of_reception(town: Town) -> None:
    """A mandate that began after it does not help a file; one that is entered later for that day does."""
    end(town, mandate(SENDER, NSSO, "", start=date(2026, 10, 4), until=date(2026, 10, 4)))
    drop(town)
    town.sweep()
    assert {"00011-155"} == codes(town)
    set_clock(town, datetime(2026, 11, 5, 9, 0, tzinfo=UTC))
    add(town, mandate(SENDER, "", COMPANY, start=date(2026, 10, 6), until=None))
    rerun(town)
    assert {"00011-155"} == codes(town, 2)
    add(town, mandate(SENDER, "", COMPANY, start=LAST, until=LAST))
    rerun(town)
    assert set() == codes(town, 3)


def test_ending_a_mandate_leaves_what_was_accepted_under_it(town: Town) -> None:
    """The row stays with its dates, and a rerun finds the lines unchanged."""
    drop(town)
    town.sweep()
    before = town.rows("SELECT count(*) FROM mandate")
    end(town, mandate(SENDER, "", COMPANY, start=LAST, until=LAST))
    assert before == town.rows("SELECT count(*) FROM mandate")
    set_clock(town, datetime(2026, 11, 5, 9, 0, tzinfo=UTC))
    rerun(town)
    assert [(2,)] == town.rows("SELECT unchanged FROM run WHERE number = 2")
