"""What a bureau is refused does not fill the archive: of its refused sets the newest are kept, of all the records."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from flexibatch.domain.vocabulary import Why
from flexibatch.services.waiting import waiting
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.sample_player import Broken

PART = 1000
BUSY, OTHER = "000640", "000641"


@pytest.fixture
def installation(home: Home) -> Installation:
    """Return a channel that keeps the bytes of two refused sets of each bureau, not of three."""
    settings = home.settings.model_copy(update={"max_refused_bytes": 2 * PART})
    made = Installation(replace(home, settings=settings), FixedClock())
    made.register_samples()
    return made


def _drop(installation: Installation, sender: str, number: int) -> None:
    name = f"FLEX.{sender}.20261005.{number:05d}.R.1"
    installation.put(f"FI.{name}.1", b"x" * PART, sender)
    installation.put(f"GO.{name}", b"", sender)


def _refuse(installation: Installation, sender: str, number: int) -> None:
    """Have a set refused whole: its document is no XML."""
    _drop(installation, sender, number)
    assert 1 == installation.sweep().refused


def _kept(installation: Installation) -> list[str]:
    return sorted(path.name[3:22] for path in installation.spool.glob("archive/*/*/*/*/in/FI.*"))


def _states(installation: Installation) -> list[tuple[object, ...]]:
    return installation.rows("SELECT sender, state, purged_at IS NULL FROM file_set ORDER BY arrival")


def test_of_refused_sets_the_newest_are_kept(installation: Installation) -> None:
    """All are answered; the bytes of the oldest go, its records stay, another bureau's are its own."""
    _refuse(installation, OTHER, 1)
    for number in (1, 2, 3):
        _refuse(installation, BUSY, number)
    assert ["FLEX.000640.2026100", "FLEX.000640.2026100", "FLEX.000641.2026100"] == _kept(installation)
    assert [(OTHER, True), (BUSY, False), (BUSY, True), (BUSY, True)] == [
        (sender, bool(kept)) for sender, _state, kept in _states(installation)
    ]
    assert 3 == len([name for name in installation.published(BUSY) if name.startswith("FO.ACRF")])
    assert [("channel", "purge", "refused")] == installation.rows(
        "SELECT operator, action, subject FROM audit WHERE action = 'purge'"
    )


def test_what_was_received_is_never_let_go(installation: Installation) -> None:
    """Sets with a line that counts are no surplus, however many bytes they have."""
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        installation.drop(path)
    assert 1 == installation.sweep().settled
    for number in (2, 3, 4):
        _refuse(installation, BUSY, number)
    assert [True, False, True, True] == [bool(kept) for _sender, _state, kept in _states(installation)]


def test_no_more_is_claimed_of_a_bureau_than_it_may(home: Home) -> None:
    """Its sets wait for their verdict: what comes behind them stays in its inbox, another bureau's is claimed."""
    settings = home.settings.model_copy(update={"max_claimed_bytes": 2 * PART})
    installation = Installation(replace(home, settings=settings), FixedClock())
    installation.register_samples()
    channel = installation.channel()
    broken = replace(channel, world=replace(channel.world, documents=Broken()), max_attempts=9)
    claimed = []
    for sender, number in ((BUSY, 1), (BUSY, 2), (BUSY, 3), (OTHER, 1)):
        _drop(installation, sender, number)
        claimed.append(broken.sweep().claimed)
    assert [1, 1, 0, 1] == claimed
    told = waiting(installation.components(), installation.clock.now(), BUSY)
    assert [("claimed", Why.BACK_OFF), ("claimed", Why.BEHIND), ("arriving", Why.BURDENED)] == [
        (one.state, one.why) for one in told.rows
    ]
    assert 4 == channel.sweep().settled
    assert ["refused"] * 4 == [state for _sender, state, _kept in _states(installation)]


def test_a_set_larger_than_all_that_is_kept_is_answered_all_the_same(home: Home) -> None:
    """Not one byte of it stays; the same name again is told that it was received."""
    settings = home.settings.model_copy(update={"max_refused_bytes": 1})
    installation = Installation(replace(home, settings=settings), FixedClock())
    installation.register_samples()
    _refuse(installation, BUSY, 1)
    assert ([], 1) == (
        _kept(installation),
        len([n for n in installation.published(BUSY) if n.startswith("FO.ACRF")]),
    )
    _refuse(installation, BUSY, 1)
    assert [("ACRF-133",)] == installation.rows("SELECT code FROM anomaly WHERE code = 'ACRF-133'")


def test_what_a_run_received_is_kept_though_a_later_run_refused_it(installation: Installation) -> None:
    """A set of which a line was taken over stays whole, and takes no room of those that were refused."""
    _refuse(installation, BUSY, 1)
    with installation.home.database.writing() as connection:
        connection.execute(text("UPDATE run SET verdict = 'received'"))
    for number in (2, 3):
        _refuse(installation, BUSY, number)
    assert [True, True, True] == [bool(kept) for _sender, _state, kept in _states(installation)]
