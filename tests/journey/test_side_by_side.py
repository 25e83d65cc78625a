"""Two processes on one spool and one database get into each other's steps at the worst moment: nothing comes of it."""

import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from flexibatch.adapters.locks import Locks
from flexibatch.domain.case import Case, ReceivedFile, Ticketed, Verdict
from flexibatch.errors import Unavailable
from flexibatch.ports import Stream
from flexibatch.watcher import Channel
from flexibatch.wiring.home import Home
from tests.doubles.before import Before
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.references import renumbered


@pytest.fixture
def installation(home: Home) -> Installation:
    """Return an installation in which a set has been dropped."""
    made = Installation(home, FixedClock())
    made.register_samples()
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        made.drop(path)
    return made


def _pages(installation: Installation) -> list[str]:
    pages = (installation.spool / "senders" / "000640" / "REPORT").glob("*.json")
    return [json.loads(page.read_bytes())["state"] for page in pages]


def test_a_set_that_another_process_settled_is_not_told_to_be_in_treatment(
    installation: Installation,
) -> None:
    """The page stays the one on the verdict, whoever writes last."""
    one, other = installation.channel(), installation.channel()

    def complete(kept: Sequence[tuple[str, Sequence[ReceivedFile]]]) -> None:
        one.claims.complete(kept)
        other.settle()

    replace(one, claims=Before(one.claims, complete=complete)).sweep()
    assert ["received"] == _pages(installation)


def test_what_another_process_published_is_not_published_again(installation: Installation) -> None:
    """A bureau that has fetched its answers and deleted them does not get them a second time."""
    one, other = installation.channel(), installation.channel()

    @contextmanager
    def turn(stream: Stream) -> Iterator[Any]:
        with one.world.queue.turn(stream) as unit:
            yield unit
        if other.settle() and installation.published():
            for name in installation.published():
                (installation.inbox(folder="OUT") / name).unlink()

    result = replace(one, world=replace(one.world, queue=Before(one.world.queue, turn=turn))).sweep()
    assert (1, 0) == (result.settled, result.unpublished)
    assert {} == installation.published()


def test_a_claim_that_is_given_back_is_not_taken_by_another_process(installation: Installation) -> None:
    """The set that one process finds gone, and another there, is claimed by the next sweep, and lost by none."""
    one, other = installation.channel(), installation.patient_channel()

    def take(_ticketed: Ticketed) -> bool:
        assert 0 == other.sweep().claimed
        return False

    assert 0 == replace(one, arrivals=Before(one.arrivals, take=take)).sweep().claimed
    assert [] == installation.rows("SELECT ticket FROM file_set")
    assert 1 == installation.sweep().settled


def test_a_failure_is_not_noted_on_a_set_that_another_process_settled(installation: Installation) -> None:
    """Neither bug nor trouble brings a settled set back among those that wait."""
    channel = installation.channel()
    channel.sweep()
    ticket = str(installation.rows("SELECT ticket FROM file_set")[0][0])
    assert not channel.retries.failed(ticket, "a bug", 1)
    channel.retries.delayed(ticket, "trouble")
    assert [("settled", 0, 0, None)] == installation.rows(
        "SELECT state, attempts, troubles, reason FROM file_set"
    )


def _both_claimed(installation: Installation) -> Channel:
    """Claim two sets of a bureau without settling them; give a channel before which another settles the first."""
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        installation.put(path.name.replace("00001", "00002"), renumbered(path.read_bytes(), 2))
    one, other = installation.channel(), installation.channel()
    idle = replace(one, locks=Before(one.locks, settling=_in_other_hands))
    assert 2 == idle.sweep().claimed

    def waiting(stream: Stream) -> Case | None:
        case = one.retries.waiting(stream)
        told: list[Verdict] = []
        if case and case.name.split(".")[4] == "00001":
            other.sweep(told.append, lambda: bool(told))
        return case

    return replace(one, retries=Before(one.retries, waiting=waiting))


def test_the_log_tells_the_ticket_of_the_set_that_was_settled(installation: Installation) -> None:
    """However late another process takes the set that seemed to be next."""
    channel = _both_claimed(installation)
    with capture_logs(processors=[merge_contextvars]) as logs:
        channel.settle()
    told = {(line["ticket"], line["name"]) for line in logs if line["event"] == "set.settled"}
    assert set(installation.rows("SELECT ticket, name FROM file_set")) == told


def test_trouble_is_noted_on_the_set_that_met_it(installation: Installation) -> None:
    """Not on the one that seemed to be next, which another process has settled."""
    channel = _both_claimed(installation)
    documents = Before(channel.world.documents, open=_unavailable)
    replace(channel, world=replace(channel.world, documents=documents)).settle()
    noted = installation.rows("SELECT state, troubles FROM file_set ORDER BY arrival")
    assert [("settled", 0), ("claimed", 1)] == noted


def _unavailable(_case: Case) -> None:
    raise Unavailable("The disk does not answer.")


def test_a_stream_in_other_hands_is_left_to_them(installation: Installation) -> None:
    """Whoever holds a stream's turn settles it; the others go on with theirs."""
    channel: Channel = installation.channel()
    claimed = replace(channel, locks=Before(channel.locks, settling=_in_other_hands))
    assert (1, 0) == (claimed.sweep().claimed, len(installation.published()))
    assert 1 == installation.sweep().settled


@contextmanager
def _in_other_hands(_stream: Stream) -> Iterator[bool]:
    yield False


def test_a_sender_may_be_held_while_its_set_is_judged(installation: Installation) -> None:
    """Nobody waits for a set that is judged, and what was judged before the hold is not settled after it."""
    channel = installation.channel()

    def opened(case: Case) -> Any:  # noqa: ANN401 - the port's own
        installation.hold(case.sender.number)
        return channel.world.documents.open(case)

    documents = Before(channel.world.documents, open=opened)
    result = replace(channel, world=replace(channel.world, documents=documents)).sweep()
    assert (0, 1) == (result.settled, result.waiting)
    assert [("claimed", 0, 0)] == installation.rows("SELECT state, attempts, troubles FROM file_set")
    assert [(0,), (0,)] == installation.rows(
        "SELECT count(*) FROM form UNION ALL SELECT count(*) FROM answer_counter"
    )


def test_what_comes_behind_a_set_that_was_left_to_another_process_is_left_too(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process claims just when the first batch is due: the next batch holds later sets of the same bureau."""
    monkeypatch.setattr("flexibatch.claiming.FIRST_BATCH", 1)
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        installation.put(path.name.replace("00001", "00002"), renumbered(path.read_bytes(), 2))
    installation.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    channel, turns = installation.patient_channel(), iter([True, False])

    @contextmanager
    def claiming(*, wait: bool) -> Iterator[bool]:
        with channel.locks.claiming(wait=wait) as mine:
            yield mine and next(turns, True)

    crossed = replace(channel, locks=Before(channel.locks, claiming=claiming))
    assert 0 == crossed.sweep().claimed
    heard: list[str] = []
    crossed.sweep(lambda verdict: heard.append(verdict.case.name.split(".")[4]))
    assert ["00001", "00002"] == heard


def test_a_lock_that_is_held_is_waited_for_or_passed_by(installation: Installation) -> None:
    """Only who is patient passes by; whoever dies gives the lock back."""
    with (
        Locks(installation.spool).claiming(wait=True) as mine,
        Locks(installation.spool).claiming(wait=False) as other,
    ):
        assert (True, False) == (mine, other)
    with Locks(installation.spool).claiming(wait=False) as again:
        assert again


def test_whoever_made_a_lock_the_others_can_take_it(installation: Installation) -> None:
    """Root may sweep by hand, with any umask: the folder keeps strangers out, and the file nobody."""
    before = os.umask(0o077)
    try:
        with Locks(installation.spool).claiming(wait=False):
            made = (installation.spool / "locks" / "claims").stat()
    finally:
        os.umask(before)
    assert 0o666 == stat.S_IMODE(made.st_mode)


def test_no_lock_is_made_where_there_is_no_spool(tmp_path: Path) -> None:
    """The lock's own folder is made again; what it stands in is not."""
    with pytest.raises(Unavailable, match="locks"), Locks(tmp_path / "spool").claiming(wait=True):
        pass
    assert [] == list(tmp_path.iterdir())
