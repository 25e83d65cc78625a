"""What kills the process that judges it ends in quarantine, and what only ends the process does not."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from flexibatch.adapters.locks import Locks
from flexibatch.domain.case import Case
from flexibatch.watcher import Channel
from tests.doubles.before import Before
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.mortal import Killed
from tests.doubles.references import renumbered
from tests.doubles.waiting import until
from tests.doubles.xml_samples import beneficiary, form, message, relation, uuid

DOCUMENT = next((SAMPLES / "accepted-rerun").glob("FI.FLEX.*")).read_bytes()
POISON, LATER = "FLEX.000640.20261005.00001.R", "FLEX.000640.20261005.00002.R"
STATES = "SELECT name, state FROM file_set ORDER BY arrival"


def _drop(installation: Installation, name: str, number: int) -> None:
    installation.put(f"FI.{name}.1.1", renumbered(DOCUMENT, number))
    installation.put(f"GO.{name}.1")


def _poisoned(installation: Installation, kind: type[BaseException]) -> Channel:
    """Return a channel whose process ends at the document of the first set."""

    def opened(case: Case) -> Any:  # noqa: ANN401 - the port's own
        if POISON in case.name:
            raise kind
        return channel.world.documents.open(case)

    channel = installation.channel()
    return replace(
        channel, world=replace(channel.world, documents=Before(channel.world.documents, open=opened))
    )


def test_a_set_that_kills_is_quarantined_and_the_next_goes_on(installation: Installation) -> None:
    """Each death counts; after as many as bugs may be the set goes, and its sender's later set is settled."""
    _drop(installation, POISON, 1)
    _drop(installation, LATER, 2)
    for attempts in range(installation.channel().max_attempts):
        assert attempts == 0 or [(attempts - 1,)] == installation.rows(
            f"SELECT attempts FROM file_set WHERE name LIKE '%{POISON}%'"  # noqa: S608 - a test's own word
        )
        with pytest.raises(Killed):
            _poisoned(installation, Killed).sweep()
    with capture_logs() as told:
        result = _poisoned(installation, Killed).sweep()
    assert (1, 1) == (result.quarantined, result.settled)
    assert [(f"GO.{POISON}.1", "quarantine"), (f"GO.{LATER}.1", "settled")] == installation.rows(STATES)
    assert {"set.killed", "set.quarantined"} <= {one["event"] for one in told}
    assert [] == list((installation.spool / "locks").glob("judging-*"))


def test_a_set_that_was_killed_for_another_reason_is_settled(installation: Installation) -> None:
    """A power cut, a deploy with SIGKILL: the next sweep judges it, and forgets the death."""
    _drop(installation, POISON, 1)
    with pytest.raises(Killed):
        _poisoned(installation, Killed).sweep()
    assert 1 == installation.sweep().settled
    assert [(0, "settled")] == installation.rows("SELECT attempts, state FROM file_set")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_order_to_end_does_not_count(installation: Installation, kind: type[BaseException]) -> None:
    """However often an operator ends it, the set waits for the next sweep."""
    _drop(installation, POISON, 1)
    for _ in range(2 * installation.channel().max_attempts):
        with pytest.raises(kind):
            _poisoned(installation, kind).sweep()
    assert [(0, "claimed")] == installation.rows("SELECT attempts, state FROM file_set")
    assert 1 == installation.sweep().settled


def test_a_set_that_another_process_judges_now_has_not_died(installation: Installation) -> None:
    """Its mark is held: who looks at it meanwhile counts nothing."""
    locks, other = Locks(installation.spool), Locks(installation.spool)
    with locks.judging("T"):
        assert not other.died("T")
    assert not other.died("T")


def test_looking_at_a_set_while_it_is_judged_tells_of_no_death(tmp_path: Path) -> None:
    """However the steps of two processes fall between one another; a set that nobody judges has no mark."""
    judging, looking, over = Locks(tmp_path), Locks(tmp_path), threading.Event()

    def look() -> int:
        deaths = 0
        while not over.is_set():
            deaths += looking.died("T")
        return deaths

    with ThreadPoolExecutor(2) as pool:
        lookers = [pool.submit(look) for _ in range(2)]
        for _ in range(2000):
            with judging.judging("T"):
                pass
        over.set()
        assert [0, 0] == [looker.result() for looker in lookers]
    assert [] == list((tmp_path / "locks").iterdir())


def test_sigterm_ends_a_sweep_by_that_signal_and_does_not_count(installation: Installation) -> None:
    """What cron or systemd end in the middle of a set leaves no mark, and the set waits for the next sweep."""
    lines = (beneficiary(relation(uuid(number))) for number in range(20_000))
    installation.put(f"FI.{POISON}.1.1", message(form(*lines)).encode())
    installation.put(f"GO.{POISON}.1")
    words = [sys.executable, "-m", "flexibatch", "--home", str(installation.home.path), "sweep"]
    with subprocess.Popen(words) as process:
        until(lambda: list((installation.spool / "locks").glob("judging-*")))
        process.send_signal(signal.SIGTERM)
    assert -signal.SIGTERM == process.returncode
    assert [] == list((installation.spool / "locks").glob("judging-*"))
    assert [(0, "claimed")] == installation.rows("SELECT attempts, state FROM file_set")


def test_a_death_after_the_verdict_leaves_no_mark(installation: Installation) -> None:
    """What was committed is published by the next sweep, and the mark of the dead process goes."""
    _drop(installation, POISON, 1)
    channel = installation.channel()

    @contextmanager
    def turn(*arguments: object) -> Iterator[object]:
        with channel.world.queue.turn(*arguments) as unit:  # type: ignore[arg-type]
            yield unit
        _die()

    queue = Before(channel.world.queue, turn=turn)
    with pytest.raises(Killed):
        replace(channel, world=replace(channel.world, queue=queue)).sweep()
    assert 1 == len(list((installation.spool / "locks").glob("judging-*")))
    installation.sweep()
    assert [(0, "settled")] == installation.rows("SELECT attempts, state FROM file_set")
    assert [] == list((installation.spool / "locks").glob("judging-*"))


def _die() -> NoReturn:
    raise Killed
