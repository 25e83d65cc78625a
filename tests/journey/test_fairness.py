"""No bureau waits behind all that another has sent, however much that is and however long it takes."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.domain.case import ReceivedFile, Verdict
from flexibatch.sweep_result import SweepResult
from flexibatch.watcher import LONG_SWEEP, Channel, watch
from tests.doubles.before import Before
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.references import renumbered

DOCUMENT = next((SAMPLES / "accepted-two-workers").glob("FI.FLEX.*")).read_bytes()
BUSY, QUIET = "000640", "000641"


def _drop(installation: Installation, sender: str, number: int) -> None:
    name = f"FLEX.{sender}.20261005.{number:05d}.R.1"
    installation.put(f"FI.{name}.1", renumbered(DOCUMENT, f"{sender}{number}"), sender)
    installation.put(f"GO.{name}", b"", sender)
    assert isinstance(installation.clock, FixedClock)
    installation.clock.advance(timedelta(seconds=3))


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return a channel in which one bureau dropped three sets before the other dropped two."""
    made = Installation.made(tmp_path / "home")
    for sender, sets in ((BUSY, 3), (QUIET, 2)):
        for number in range(1, sets + 1):
            _drop(made, sender, number)
    return made


@pytest.fixture
def claimed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have all that lies there claimed before the first set is judged."""
    monkeypatch.setattr("flexibatch.claiming.FIRST_BATCH", 200)


@dataclass
class Slow:
    """Hear of every verdict, and let it have taken long; `then` happens after the first."""

    clock: FixedClock
    then: Callable[[], None] = lambda: None
    heard: list[str] = field(default_factory=list)

    def __call__(self, verdict: Verdict) -> None:
        self.heard.append(verdict.case.sender.number)
        self.clock.advance(LONG_SWEEP)
        if len(self.heard) == 1:
            self.then()


def test_sets_of_each_bureau_are_settled_by_turns(installation: Installation) -> None:
    """One of each, whoever came first; those of one bureau in the order in which they arrived."""
    heard: list[str] = []
    installation.channel().sweep(lambda verdict: heard.append(verdict.case.sender.number))
    assert [BUSY, QUIET, BUSY, QUIET, BUSY] == heard


def test_the_first_sets_of_all_are_claimed_first(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of claims holds no more of one bureau than of another."""
    monkeypatch.setattr("flexibatch.claiming.CLAIMS_AT_ONCE", 2)
    installation.sweep()
    told = [sender for (sender,) in installation.rows("SELECT sender FROM file_set ORDER BY arrival")]
    assert [BUSY, QUIET, BUSY, QUIET, BUSY] == told


@pytest.mark.usefixtures("claimed_at_once")
def test_what_arrives_meanwhile_waits_for_no_more_than_a_set(installation: Installation) -> None:
    """A long sweep of `watch` ends; the next finds what came, and who waited goes before who had a set judged."""
    clock = installation.clock
    assert isinstance(clock, FixedClock)
    slow = Slow(clock, lambda: _drop(installation, "000642", 1))
    channel = installation.patient_channel()
    while channel.sweep(slow).cut_short:
        continue
    assert [BUSY, QUIET, "000642", BUSY, QUIET, BUSY] == slow.heard


@pytest.mark.usefixtures("claimed_at_once")
def test_who_used_more_waits_behind_who_used_less(installation: Installation) -> None:
    """A set of a thousand times the bytes is paid for by all the small ones of another bureau."""
    large = DOCUMENT.replace(b"</FLXWAGE>", b" " * 30_000_000 + b"</FLXWAGE>")
    name = "FLEX.000642.20261005.00001.R.1"
    installation.put(f"FI.{name}.1", renumbered(large, 642), "000642")
    installation.put(f"GO.{name}", b"", "000642")
    _drop(installation, "000642", 2)
    for number in range(4, 9):
        _drop(installation, BUSY, number)
    heard: list[str] = []
    installation.channel().sweep(lambda verdict: heard.append(verdict.case.sender.number))
    assert ("000642", 2) == (heard[-1], heard.count("000642"))


def test_a_batch_of_claims_fits_what_the_last_one_took(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small ones are claimed by more and more at once; of large ones few, so that those claimed do not wait."""
    for number in range(4, 14):
        _drop(installation, BUSY, number)
    sizes: list[int] = []
    channel = installation.channel()

    def complete(kept: Sequence[tuple[str, Sequence[ReceivedFile]]]) -> None:
        sizes.append(len(kept))
        channel.claims.complete(kept)

    watching = replace(channel, claims=Before(channel.claims, complete=complete))
    watching.sweep()
    assert [2, 4, 8, 1] == sizes
    sizes.clear()
    monkeypatch.setattr("flexibatch.claiming.QUICK", 0)
    monkeypatch.setattr("flexibatch.claiming.SLOW", 0)
    for number in range(14, 17):
        _drop(installation, BUSY, number)
    watching.sweep()
    assert [2, 1] == sizes


def test_a_sweep_by_hand_goes_on_to_the_end(installation: Installation) -> None:
    """Who calls it waits for all verdicts."""
    assert isinstance(installation.clock, FixedClock)
    result = installation.channel().sweep(Slow(installation.clock))
    assert (False, 5) == (result.cut_short, result.settled)


def test_watch_goes_on_at_once_after_a_sweep_that_was_cut_short(installation: Installation) -> None:
    """It waits to be woken only when nothing is left."""
    stop, sweeps = threading.Event(), [SweepResult(cut_short=True), SweepResult()]
    done: list[str] = []

    class Cut(Channel):
        def sweep(self, *_told: object, **_named: object) -> SweepResult:
            done.append("sweep")
            return sweeps.pop(0)

    def wake(event: threading.Event) -> None:
        done.append("wake")
        event.set()

    made = installation.patient_channel()
    parts = {name: getattr(made, name) for name in Channel.__slots__}
    watch(Cut(**parts), stop, wake)
    assert ["sweep", "sweep", "wake"] == done
