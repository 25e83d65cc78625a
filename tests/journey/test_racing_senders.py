"""Two bureaus make the same declaration at the same moment, in two transactions that PostgreSQL has to part."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, make_url

from flexibatch.adapters.store.forms import FormRows, write_forms
from flexibatch.domain.case import Case
from flexibatch.ports import Stream
from flexibatch.sweep_result import SweepResult
from flexibatch.watcher import Channel
from flexibatch.wiring.home import Home
from tests.doubles.before import Before
from tests.doubles.clock import CountedTickets, FixedClock
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.references import renumbered
from tests.doubles.server import Server
from tests.doubles.waiting import PATIENCE

BUREAUS = ("000640", "000641")
FORM = next((SAMPLES / "accepted-modification").glob("FI.FLEX.*.00001.*")).read_bytes()
HEAD, TAIL = FORM.index(b"  <Form>"), FORM.index(b"</FLXWAGE>")


def document(*numbers: int) -> bytes:
    """Return a document with a Form for each number, by which its line has a reference of its own."""
    forms = (renumbered(FORM[HEAD:TAIL], number) for number in numbers)
    return FORM[:HEAD] + b"".join(forms) + FORM[TAIL:]


@dataclass(slots=True)
class Sweeping:
    """A bureau's process: it sweeps in a thread of its own, on connections of its own."""

    channel: Channel
    result: SweepResult | None = None
    thread: threading.Thread | None = None

    def begin(self) -> None:
        """Sweep."""
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.result = self.channel.sweep()

    def ended(self) -> SweepResult:
        """Wait for its end, and give what it did."""
        assert self.thread is not None
        self.thread.join(PATIENCE)
        assert self.result is not None
        return self.result


@dataclass(frozen=True, slots=True)
class Race:
    """One database and two processes, each of which serves one bureau's inbox."""

    installation: Installation
    sweeps: list[Sweeping]

    def drop(self, *documents: bytes) -> None:
        """Let each bureau drop a document; it is claimed, and not judged yet."""
        for sender, content in zip(BUREAUS, documents, strict=True):
            self.installation.put(f"FI.FLEX.{sender}.20261005.00001.R.1.1", content, sender)
            self.installation.put(f"GO.FLEX.{sender}.20261005.00001.R.1", sender=sender)

    def told(self) -> list[tuple[object, ...]]:
        """Return the verdicts."""
        return self.installation.rows(
            "SELECT state, attempts, troubles, accepted, run.refused FROM file_set "
            "JOIN run ON set_ticket = ticket ORDER BY accepted DESC"
        )


@pytest.fixture
def race(postgresql: Server, fresh_postgresql: str, tmp_path: Path) -> Iterator[Race]:
    """Yield an installation on PostgreSQL, and two processes that sweep it."""
    url = postgresql.url(postgresql.create(fresh_postgresql))
    installation = Installation.made(tmp_path / "home", {"database": url})
    homes = [Home.open(tmp_path / "home", {"FLEXIBATCH_DATABASE": url}) for _ in BUREAUS]
    sweeps = []
    for place, home in enumerate(homes):
        other = Installation(home, FixedClock())
        other.outside = replace(other.outside, tickets=CountedTickets(1000 * (place + 1)))
        other.dropped_ns = installation.dropped_ns
        sweeps.append(Sweeping(_only(other.channel(), BUREAUS[place])))
    yield Race(installation, sweeps)
    for home in (*homes, installation.home):
        home.close()
    postgresql.drop(str(make_url(url).database))


def _only(channel: Channel, sender: str) -> Channel:
    """Let a process settle one bureau's sets, and leave the other's to the other process."""

    def streams() -> list[Stream]:
        return [stream for stream in channel.claims.streams() if stream.sender == sender]

    return replace(channel, claims=Before(channel.claims, streams=streams))


def _turning(channel: Channel, change: Callable[[Any], Any], before_commit: Callable[[], None]) -> Channel:
    """Do something in the unit of work, and something before the transaction ends."""

    @contextmanager
    def turn(stream: Stream) -> Iterator[Any]:
        with channel.world.queue.turn(stream) as unit:
            yield change(unit)
            before_commit()

    return replace(channel, world=replace(channel.world, queue=Before(channel.world.queue, turn=turn)))


def test_who_commits_second_is_judged_again(race: Race) -> None:
    """What was judged by records that have changed meanwhile is undone, and its line refused as declared already."""
    first, second = race.sweeps

    def meet() -> None:
        if second.thread is None:
            second.begin()
            second.ended()

    race.drop(document(1), document(1))
    first.channel = _turning(first.channel, lambda unit: unit, meet)
    first.begin()
    assert (1, 1, 0) == (first.ended().settled, first.ended().lines_refused, first.ended().waiting)
    assert (1, 0) == (second.ended().settled, second.ended().lines_refused)
    assert [("settled", 0, 0, 1, 0), ("settled", 0, 0, 0, 1)] == race.told()
    answers = race.installation.published("000640")
    noti = next(content for name, content in answers.items() if name.startswith("FO.NOTI"))
    assert b"<ErrorID>90082-272</ErrorID>" in noti


def test_transactions_that_wait_for_each_other_are_parted(
    race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two that block each other is undone by PostgreSQL, judged again at once, and refused line by line."""
    both = threading.Barrier(2)

    def waiting_after_the_first_form(connection: Connection, case: Case, forms: Iterable[FormRows]) -> None:
        """Write the first Form, wait until the other has written its first, and write the others."""
        for one in forms:
            write_forms(connection, case, [one])
            with suppress(threading.BrokenBarrierError):
                both.wait(PATIENCE)
            both.abort()

    monkeypatch.setattr("flexibatch.adapters.store.set_queue.write_forms", waiting_after_the_first_form)
    race.drop(document(1, 2), document(2, 1))
    for one in race.sweeps:
        one.begin()
    assert [0, 0] == [one.ended().waiting for one in race.sweeps]
    assert [("settled", 0, 0, 2, 0), ("settled", 0, 0, 0, 2)] == race.told()
