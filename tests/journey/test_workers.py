"""Sets are judged by processes of their own: what is too much for one ends in quarantine, and nobody else waits."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flexibatch.adapters.clock import SystemClock
from flexibatch.adapters.locks import Locks
from flexibatch.adapters.store.set_queue import StoredSetQueue
from flexibatch.domain.case import Verdict
from flexibatch.sweep_result import SweepResult
from flexibatch.watcher import Channel
from flexibatch.workers import Workers
from tests.doubles.installation import SAMPLES, Installation, Installations, moved_to_today
from tests.doubles.mortal import Killed, Life, mortal
from tests.doubles.odd_worker import command
from tests.doubles.references import renumbered

ODD, OTHER = "000640", "000641"
SAMPLE = SAMPLES / "accepted-modification/FI.FLEX.000640.20261005.00001.R.1.1"
STATES = "SELECT sender, state, attempts, troubles FROM file_set ORDER BY sender, name"

Made = Callable[..., Channel]


@pytest.fixture(scope="session")
def town_of_today(tmp_path_factory: pytest.TempPathFactory) -> Installations:
    """Return an installation whose register covers this day: its processes take the machine's time."""
    home = Installation.made(tmp_path_factory.mktemp("today") / "home").home
    installation = Installation(home, SystemClock())
    installation.import_of_today(SAMPLES / "register.csv")
    installation.import_of_today(SAMPLES / "replacements.csv")
    return Installations(installation, None)


def _drop(installation: Installation, sender: str, sequence: int = 1) -> None:
    name, content = moved_to_today(SAMPLE)
    name = name.replace("000640", sender).replace("00001", f"{sequence:05d}")
    (installation.inbox(sender) / name).write_bytes(renumbered(content, int(sender) * 10 + sequence))
    (installation.inbox(sender) / f"GO{name[2:-2]}").touch()


@pytest.fixture
def installation(town_of_today: Installations, tmp_path: Path) -> Iterator[Installation]:
    """Yield a copy of it in which two bureaus have dropped a set each; what is odd is the first one's."""
    with town_of_today.copy(tmp_path / "home", {"max_attempts": 2}) as made:
        installation = Installation(made.home, SystemClock())
        _drop(installation, ODD)
        _drop(installation, OTHER)
        yield installation
        installation.close()


def _channel(
    installation: Installation, oddity: str, at: int = 0, most: int = 2, limits: dict[str, str] | None = None
) -> Channel:
    """Return a channel with odd processes."""
    environ = {f"FLEXIBATCH_LIMITS__{name.upper()}": value for name, value in (limits or {}).items()}
    locks = Locks(installation.spool)
    queue = StoredSetQueue(installation.home.database, installation.clock)
    odd = [
        "env",
        *(f"{name}={value}" for name, value in environ.items()),
        *command(installation.home, oddity, at),
    ]
    workers = Workers(odd, most, locks, queue.settled)
    installation.opened.callback(workers.close)
    return replace(installation.channel(), judges=workers)


def _nothing_is_marked(installation: Installation) -> bool:
    return not list((installation.spool / "locks").glob("judging-*"))


def test_sets_are_settled_by_processes(installation: Installation) -> None:
    """What they settle is answered and told as if it had been judged here, by one process after another set."""
    _drop(installation, ODD, 2)
    channel = _channel(installation, "none", most=1)
    result = channel.sweep()
    assert (3, 0, 0, 0) == (result.settled, result.refused, result.lines_refused, result.waiting)
    assert 2 == sum(name.startswith("FO.ACRF") for name in installation.published(ODD))
    assert [(1,)] == installation.rows(
        "SELECT count(*) FROM run WHERE published_at IS NOT NULL GROUP BY set_ticket LIMIT 1"
    )
    assert _nothing_is_marked(installation)


LIMITS = {
    "works": {"cpu": "PT0.5S", "cpu_per_megabyte": "PT0S"},
    "swallows": {"memory": "402653184"},
}


REASONS = {"dies": "ended by signal 9", "works": "[limits] cpu", "swallows": "MemoryError"}


@pytest.mark.parametrize("oddity", REASONS)
def test_what_is_too_much_for_a_process_ends_in_quarantine(installation: Installation, oddity: str) -> None:
    """Each death counts as an attempt; the other bureau's set is settled in the same sweep."""
    channel = _channel(installation, oddity, limits=LIMITS.get(oddity))
    first = channel.sweep()
    assert (1, 1, 0) == (first.settled, first.waiting, first.quarantined)
    assert [(ODD, "claimed", 1, 0), (OTHER, "settled", 0, 0)] == installation.rows(STATES)
    reasons = installation.rows("SELECT reason FROM file_set WHERE state = 'claimed'")
    assert REASONS[oddity] in str(reasons[0][0])
    second = channel.sweep()
    assert (0, 0, 1) == (second.settled, second.waiting, second.quarantined)
    assert _nothing_is_marked(installation)


def test_who_only_waited_has_met_trouble(installation: Installation) -> None:
    """Its time is over and it used none of the processor: the database or the disk kept it, not the set."""
    result = _channel(installation, "waits", limits={"wall": "PT0.5S", "wall_per_megabyte": "PT0S"}).sweep()
    assert (1, 1, 0) == (result.settled, result.waiting, result.quarantined)
    assert [(ODD, "claimed", 0, 1), (OTHER, "settled", 0, 0)] == installation.rows(STATES)


def test_who_worked_until_its_time_was_over_has_had_an_attempt(installation: Installation) -> None:
    """That it cost too much is told by another limit."""
    _channel(installation, "works", limits={"wall": "PT0.7S", "wall_per_megabyte": "PT0S"}).sweep()
    assert [(ODD, "claimed", 1, 0), (OTHER, "settled", 0, 0)] == installation.rows(STATES)


def test_nobody_waits_for_a_set_that_is_judged(installation: Installation) -> None:
    """Other bureaus' sets are settled meanwhile, and what operators and the front door write is written."""
    heard: list[str] = []

    def tell(verdict: Verdict) -> None:
        heard.append(verdict.case.sender.number)
        if verdict.case.sender.number == OTHER:
            installation.hold("000642")

    result = _channel(installation, "waits-long").sweep(tell)
    assert ([OTHER, ODD], 2) == (heard, result.settled)


def test_never_two_sets_of_one_bureau_are_judged_at_once(installation: Installation) -> None:
    """Whatever it sends, another process is left for the others."""
    _drop(installation, ODD, 2)
    heard: list[str] = []
    _channel(installation, "waits-long").sweep(lambda verdict: heard.append(verdict.case.name.split(".")[4]))
    assert ["00001", "00001", "00002"] == heard


def test_a_process_that_cannot_begin_is_trouble(installation: Installation) -> None:
    """No set is to blame for a program that does not start."""
    result = _channel(installation, "none", limits={"memory": "nothing"}).sweep()
    assert (0, 2) == (result.settled, result.waiting)
    assert [(ODD, "claimed", 0, 1), (OTHER, "claimed", 0, 1)] == installation.rows(STATES)


def _once(installation: Installation) -> SweepResult:
    """Sweep until nothing waits; what died before is back-off and mark."""
    return _channel(installation, "none").sweep()


def _settled_once(installation: Installation) -> None:
    """Assert that each set is settled once, answered once, archived once, and that nothing lies about."""
    assert [("settled",)] == installation.rows("SELECT DISTINCT state FROM file_set")
    assert [(2, 2)] == installation.rows("SELECT count(*), count(published_at) FROM run")
    assert [(2,)] == installation.rows("SELECT count(*) FROM version")
    for sender in (ODD, OTHER):
        told = installation.published(sender)
        assert (2, 2) == tuple(sum(name.startswith(kind) for name in told) for kind in ("FO.", "GO."))
    assert [] == list((installation.spool / "claimed").iterdir())
    assert 2 == len(list(installation.spool.glob("archive/*/*/*/*")))
    assert _nothing_is_marked(installation)


def _abandon(workers: Workers) -> None:
    """Leave processes as a parent leaves them that dies: they end what they have in hand, and go."""
    for worker in (*workers._working, *workers._idle):
        worker.close_pipes()
        worker.process.wait()
    workers._working, workers._idle = [], []


CALLS = range(1, 70)
"""More than a process makes on its world for a set."""


def _some(calls: range, step: int) -> list[object]:
    """Return all calls; all but every so many are for the long run."""
    return [
        call if call % step == step // 2 else pytest.param(call, marks=pytest.mark.long) for call in calls
    ]


@pytest.mark.parametrize("at", _some(CALLS, 20))
def test_a_process_may_die_at_every_call(installation: Installation, at: int) -> None:
    """Whatever it had done, the next one ends it the same."""
    _channel(installation, "dies", at).sweep()
    _once(installation)
    _settled_once(installation)


@pytest.mark.parametrize("at", _some(range(1, 120), 40))
@pytest.mark.parametrize("both", [False, True])
def test_who_watches_may_die_at_every_call(installation: Installation, at: int, both: bool) -> None:
    """The processes end what they have in hand and go, or die too; the next sweep ends it the same."""
    channel = _channel(installation, "dies" if both else "none", 25 if both else 0)
    workers = channel.judges
    assert isinstance(workers, Workers)
    try:
        mortal(channel, Life(at)).sweep()
    except Killed:
        _abandon(workers)
    _once(installation)
    _once(installation)
    _settled_once(installation)
