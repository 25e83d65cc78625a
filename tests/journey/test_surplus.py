"""What a bureau is refused does not fill the archive: of its refused sets the newest are kept, of all the records."""

from dataclasses import replace

import pytest

from flexibatch.domain.vocabulary import Why
from flexibatch.services.waiting import waiting
from flexibatch.wiring.home import Home
from tests.twins.clock import FixedClock
from tests.twins.player import Broken
from tests.twins.town import SAMPLES, Town

PART = 1000
BUSY, OTHER = "000640", "000641"


@pytest.fixture
def town(home: Home) -> Town:
    """Give a channel that keeps the bytes of two refused sets of each bureau, not of three."""
    settings = home.settings.model_copy(update={"max_refused_bytes": 2 * PART})
    made = Town(replace(home, settings=settings), FixedClock())
    made.register_cast()
    return made


def _drop(town: Town, sender: str, number: int) -> None:
    name = f"FLEX.{sender}.20261005.{number:05d}.R.1"
    town.put(f"FI.{name}.1", b"x" * PART, sender)
    town.put(f"GO.{name}", b"", sender)


def _refuse(town: Town, sender: str, number: int) -> None:
    """Have a set refused whole: its document is no XML."""
    _drop(town, sender, number)
    assert 1 == town.sweep().refused


def _kept(town: Town) -> list[str]:
    return sorted(path.name[3:22] for path in town.spool.glob("archive/*/*/*/*/in/FI.*"))


def _states(town: Town) -> list[tuple[object, ...]]:
    return town.rows("SELECT sender, state, purged_at IS NULL FROM file_set ORDER BY arrival")


def test_of_refused_sets_the_newest_are_kept(town: Town) -> None:
    """All are answered; the bytes of the oldest go, its records stay, another bureau's are its own."""
    _refuse(town, OTHER, 1)
    for number in (1, 2, 3):
        _refuse(town, BUSY, number)
    assert ["FLEX.000640.2026100", "FLEX.000640.2026100", "FLEX.000641.2026100"] == _kept(town)
    assert [(OTHER, True), (BUSY, False), (BUSY, True), (BUSY, True)] == [
        (sender, bool(kept)) for sender, _state, kept in _states(town)
    ]
    assert 3 == len([name for name in town.published(BUSY) if name.startswith("FO.ACRF")])
    assert [("channel", "purge", "refused")] == town.rows(
        "SELECT operator, action, subject FROM audit WHERE action = 'purge'"
    )


def test_what_was_received_is_never_let_go(town: Town) -> None:
    """Sets with a line that counts are no surplus, however many bytes they have."""
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        town.drop(path)
    assert 1 == town.sweep().settled
    for number in (2, 3, 4):
        _refuse(town, BUSY, number)
    assert [True, False, True, True] == [bool(kept) for _sender, _state, kept in _states(town)]


def test_no_more_is_claimed_of_a_bureau_than_it_may(home: Home) -> None:
    """Its sets wait for their verdict: what comes behind them stays in its inbox, another bureau's is claimed."""
    settings = home.settings.model_copy(update={"max_claimed_bytes": 2 * PART})
    town = Town(replace(home, settings=settings), FixedClock())
    town.register_cast()
    channel = town.channel()
    broken = replace(channel, world=replace(channel.world, documents=Broken()), max_attempts=9)
    claimed = []
    for sender, number in ((BUSY, 1), (BUSY, 2), (BUSY, 3), (OTHER, 1)):
        _drop(town, sender, number)
        claimed.append(broken.sweep().claimed)
    assert [1, 1, 0, 1] == claimed
    told = waiting(town.components(), town.clock.now(), BUSY)
    assert [("claimed", Why.BACK_OFF), ("arriving", Why.BURDENED)] == [(one.state, one.why) for one in told]
    assert 4 == channel.sweep().settled
    assert ["refused"] * 4 == [state for _sender, state, _kept in _states(town)]


def test_a_set_larger_than_all_that_is_kept_is_answered_all_the_same(home: Home) -> None:
    """Not one byte of it stays; the same name again is told that it was received."""
    settings = home.settings.model_copy(update={"max_refused_bytes": 1})
    town = Town(replace(home, settings=settings), FixedClock())
    town.register_cast()
    _refuse(town, BUSY, 1)
    assert ([], 1) == (_kept(town), len([n for n in town.published(BUSY) if n.startswith("FO.ACRF")]))
    _refuse(town, BUSY, 1)
    assert [("ACRF-133",)] == town.rows("SELECT code FROM anomaly WHERE code = 'ACRF-133'")
