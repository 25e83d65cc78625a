"""A mandate counts on the day a file was received, whenever it is judged and by whichever number it was given."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flexibatch.adapters.store import mandates, set_actions
from flexibatch.adapters.store.audit import By
from flexibatch.domain.bureaus import Mandate, mandate
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation

SENDER, COMPANY, NSSO = "000640", "0400100056", "100100022"
LAST = date(2026, 10, 5)
LAST_MINUTE = datetime(2026, 10, 5, 21, 59, tzinfo=UTC)
NEXT_DAY = datetime(2026, 10, 5, 22, 1, tzinfo=UTC)
"""In Brussels it is two hours later."""


@pytest.fixture
def installation(tmp_path: Path, engine_url: str) -> Iterator[Installation]:
    """Yield the samples' cast, on every engine."""
    made = Installation.made(tmp_path / "home", {"database": engine_url})
    yield made
    made.close()


def set_clock(installation: Installation, now: datetime) -> None:
    assert isinstance(installation.clock, FixedClock)
    installation.clock.set(now)


def drop(installation: Installation) -> None:
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        installation.drop(path)


def end(installation: Installation, ended: Mandate) -> None:
    with installation.home.database.writing() as connection:
        mandates.end_mandate(connection, By("anna", installation.clock.now()), ended)


def add(installation: Installation, new: Mandate) -> None:
    with installation.home.database.writing() as connection:
        mandates.add_mandate(connection, By("anna", installation.clock.now()), new)


def rerun(installation: Installation) -> None:
    ((ticket,),) = installation.rows("SELECT ticket FROM file_set")
    with installation.home.database.writing() as connection:
        set_actions.begin_rerun(connection, By("anna", installation.clock.now()), str(ticket))
    installation.channel().settle()


def codes(installation: Installation, run: int = 1) -> set[object]:
    return {code for (code,) in installation.rows(f"SELECT code FROM anomaly WHERE run = {run}")}  # noqa: S608 - a number


@pytest.mark.parametrize("numbers", [(NSSO, ""), ("", COMPANY), (NSSO, COMPANY)])
def test_the_last_day_counts_though_it_is_judged_the_day_after(
    installation: Installation, numbers: tuple[str, str]
) -> None:
    """Dropped a minute before midnight in Brussels, judged the next day: the mandate of the day before holds."""
    end(installation, mandate(SENDER, *numbers, start=LAST, until=LAST))
    set_clock(installation, LAST_MINUTE)
    drop(installation)
    set_clock(installation, NEXT_DAY)
    assert (1, 0) == ((swept := installation.sweep()).settled, swept.lines_refused)
    assert set() == codes(installation)


def test_the_day_after_the_last_is_too_late(installation: Installation) -> None:
    """The same a minute after midnight is refused, though in UTC it is still the day before."""
    end(installation, mandate(SENDER, NSSO, "", start=LAST, until=LAST))
    set_clock(installation, NEXT_DAY)
    drop(installation)
    installation.sweep()
    assert {"00011-155"} == codes(installation)


def test_a_rerun_asks_for_the_day_of_reception(installation: Installation) -> None:
    """A mandate that began after it does not help a file; one that is entered later for that day does."""
    end(installation, mandate(SENDER, NSSO, "", start=date(2026, 10, 4), until=date(2026, 10, 4)))
    drop(installation)
    installation.sweep()
    assert {"00011-155"} == codes(installation)
    set_clock(installation, datetime(2026, 11, 5, 9, 0, tzinfo=UTC))
    add(installation, mandate(SENDER, "", COMPANY, start=date(2026, 10, 6), until=None))
    rerun(installation)
    assert {"00011-155"} == codes(installation, 2)
    add(installation, mandate(SENDER, "", COMPANY, start=LAST, until=LAST))
    rerun(installation)
    assert set() == codes(installation, 3)


def test_ending_a_mandate_leaves_what_was_accepted_under_it(installation: Installation) -> None:
    """The row stays with its dates, and a rerun finds the lines unchanged."""
    drop(installation)
    installation.sweep()
    before = installation.rows("SELECT count(*) FROM mandate")
    end(installation, mandate(SENDER, "", COMPANY, start=LAST, until=LAST))
    assert before == installation.rows("SELECT count(*) FROM mandate")
    set_clock(installation, datetime(2026, 11, 5, 9, 0, tzinfo=UTC))
    rerun(installation)
    assert [(2,)] == installation.rows("SELECT unchanged FROM run WHERE number = 2")
