"""What a sweep does when things go wrong, and in which order it does them."""

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flexibatch.adapters.store import bureaus, set_actions
from flexibatch.adapters.store.audit import By
from flexibatch.domain.case import Case
from flexibatch.errors import Superseded, Unavailable
from flexibatch.ports import SetQueue, Stream
from flexibatch.sweep_result import SweepResult
from flexibatch.watcher import Channel
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.references import renumbered
from tests.doubles.sample_player import Broken

DOCUMENT = next((SAMPLES / "accepted-two-workers").glob("FI.FLEX.*")).read_bytes()
ACKNOWLEDGEMENT = (
    b"<ACRF><Form><FileReference><FileName>FO.NOTI.999999.20261005.00001.R</FileName>"
    b"</FileReference></Form></ACRF>"
)


class Troubled:
    """Stand in for documents on a disk that does not answer, for some senders."""

    def __init__(self, inner: Any, senders: set[str]) -> None:  # noqa: ANN401 - the port
        self._inner, self._senders = inner, senders

    def open(self, case: Case) -> Any:  # noqa: ANN401 - the port's own
        if case.sender.number in self._senders:
            raise Unavailable("The disk does not answer.")
        return self._inner.open(case)

    def digest(self, case: Case) -> str:
        return str(self._inner.digest(case))


class Overtaken:
    """Stand in for a queue of sets whose first turns are lost to another process's commit."""

    def __init__(self, inner: SetQueue, times: int) -> None:
        self._inner, self._left = inner, times

    def turn(self, stream: Stream) -> AbstractContextManager[Any]:
        if self._left:
            self._left -= 1
            return self._lost()
        return self._inner.turn(stream)

    @contextmanager
    def _lost(self) -> Iterator[None]:
        raise Superseded("another was first")
        yield

    def published(self, verdict: Any) -> None:  # noqa: ANN401 - the port's own
        self._inner.published(verdict)


def _drop(
    installation: Installation,
    sequence: str = "00001",
    content: bytes = DOCUMENT,
    sender: str = "000640",
    folder: str = "IN",
) -> None:
    letter = {"IN": "R", "INTEST": "T"}[folder]
    name = f"FLEX.{sender}.20261005.{sequence}.{letter}.1"
    installation.put(f"FI.{name}.1", renumbered(content, sequence), sender, folder)
    installation.put(f"GO.{name}", b"", sender, folder)


def _put(installation: Installation, sequence: str, content: bytes, sender: str = "000640") -> None:
    name = f"FLEX.{sender}.20261005.{sequence}.R.1"
    installation.put(f"FI.{name}.1", content, sender)
    installation.put(f"GO.{name}", b"", sender)


def _with(channel: Channel, **parts: Any) -> Channel:  # noqa: ANN401 - parts of the world
    return replace(channel, world=replace(channel.world, **parts))


def _states(installation: Installation) -> list[tuple[object, ...]]:
    return installation.rows("SELECT sender, state FROM file_set ORDER BY arrival")


def test_trouble_keeps_a_set_and_holds_up_its_stream_only(installation: Installation) -> None:
    """A set that met trouble is tried again later; another sender's set is settled meanwhile."""
    for sender in ("000640", "000641"):
        _drop(installation, sender=sender, content=renumbered(DOCUMENT, sender))
    channel = installation.channel()
    troubled = _with(channel, documents=Troubled(channel.world.documents, {"000640"}))
    result = troubled.sweep()
    assert (1, 1) == (result.settled, result.waiting)
    assert [("000640", "claimed"), ("000641", "settled")] == _states(installation)
    assert [(1, 0)] == installation.rows("SELECT troubles, attempts FROM file_set WHERE state = 'claimed'")
    assert 0 == replace(installation.patient_channel()).sweep().settled
    assert isinstance(installation.clock, FixedClock)
    installation.clock.advance(timedelta(seconds=11))
    assert 1 == installation.patient_channel().sweep().settled


def test_a_bug_is_counted_and_ends_in_quarantine(installation: Installation) -> None:
    """After `max_attempts` the set is in quarantine, and the next one of its stream is settled."""
    _drop(installation)
    channel = replace(installation.channel(), max_attempts=2)
    broken = _with(channel, documents=Broken())
    assert 1 == broken.sweep().waiting
    _drop(installation, "00002")
    assert 1 == broken.sweep().quarantined
    assert 1 == len(list((installation.spool / "quarantine").iterdir()))
    installation.sweep()
    assert [("000640", "quarantine"), ("000640", "settled")] == _states(installation)


def test_sets_are_settled_in_order_of_their_go(installation: Installation) -> None:
    """The GO that was put first is settled first, whatever the names are."""
    assert isinstance(installation.clock, FixedClock)
    for sequence in ("00003", "00001", "00002"):
        _drop(installation, sequence)
        installation.clock.advance(timedelta(seconds=1))
    installation.sweep()
    order = installation.rows("SELECT set_key FROM file_set ORDER BY arrival")
    assert ["00003", "00001", "00002"] == [str(key[0]).split(".")[3] for key in order]
    numbered = installation.rows(
        "SELECT a.name FROM answer a JOIN file_set f ON f.ticket = a.set_ticket ORDER BY arrival"
    )
    assert [1, 1, 2, 2, 3, 3] == [int(str(name[0]).split(".")[4]) for name in numbered]


def test_a_held_sender_waits_untouched(installation: Installation) -> None:
    """Nothing is taken from a sender on hold; after the release it is."""
    _drop(installation)
    by = By("test", installation.clock.now())
    with installation.home.database.writing() as connection:
        bureaus.hold_sender(connection, by, "000640")
    assert 0 == installation.sweep().claimed
    assert 2 == len(list(installation.inbox().iterdir()))
    with installation.home.database.writing() as connection:
        bureaus.release_sender(connection, by, "000640")
    assert 1 == installation.sweep().settled


@pytest.mark.parametrize(
    ("setting", "content", "rule"),
    [
        ("max_forms", "<Form/>" * 30, "too-many-forms"),
        (
            "max_lines",
            f"<Form><Debtor><Beneficiary>{'<Relation/>' * 30}</Beneficiary></Debtor></Form>",
            "too-many-declared",
        ),
        ("max_unreadable", "<Form/>" * 30, "too-many-unreadable"),
        (
            "max_unreadable",
            f"<Form><Debtor><Beneficiary>{'<Relation/>' * 29}</Beneficiary></Debtor></Form>",
            "too-many-unreadable",
        ),
        ("max_unreadable", f"<Form><Debtor>{'<Beneficiary/>' * 29}</Debtor></Form>", "too-many-unreadable"),
    ],
)
def test_too_much_refuses_the_file(setting: str, content: str, rule: str, tmp_path: Path) -> None:
    """A file of nothing but empty elements is refused whole once it has more than are taken, and keeps no row."""
    installation = Installation.made(tmp_path / "home", {setting: 29})
    name = "FLEX.000640.20261005.00001.R.1"
    root = '<FLXWAGE xmlns="http://socialsecurity.be/xml/ns/FLXWAGE">'
    installation.put(f"FI.{name}.1", f"{root}{content}</FLXWAGE>".encode())
    installation.put(f"GO.{name}")
    assert 1 == installation.sweep().refused
    assert [(rule, "ACRF-184")] == installation.rows("SELECT rule, code FROM anomaly")
    assert [(0,)] == installation.rows("SELECT count(*) FROM form")


def test_environments_are_apart(installation: Installation) -> None:
    """What was declared as a test is new as real, and numbered apart."""
    _drop(installation, folder="INTEST")
    _drop(installation)
    result = installation.sweep()
    assert (2, 0) == (result.settled, result.lines_refused)
    assert [("R", 2), ("T", 2)] == installation.rows(
        "SELECT environment, count(*) FROM declaration GROUP BY 1 ORDER BY 1"
    )
    assert [("00001",)] == sorted({(name.split(".")[4],) for name in installation.published()})


def test_a_bureau_s_acknowledgement_is_recorded_and_not_answered(installation: Installation) -> None:
    """It is kept with the answer it names; nothing is put into OUT for it."""
    _drop(installation)
    installation.sweep()
    before = installation.published()
    name = "ACRF.000640.20261005.00002.R.1"
    installation.put(f"FI.{name}.1", ACKNOWLEDGEMENT)
    installation.put(f"GO.{name}")
    installation.sweep()
    assert before == installation.published()
    assert [("FO.NOTI.999999.20261005.00001.R", 1)] == installation.rows(
        "SELECT answer_name, answer_ticket IS NOT NULL FROM acknowledgement"
    )
    assert [("recorded",)] == installation.rows("SELECT state FROM file_set WHERE subject = 'ACRF'")
    pages = installation.spool.glob("senders/000640/REPORT/GO.ACRF.*.json")
    assert ["recorded"] == [json.loads(page.read_text("utf-8"))["state"] for page in pages]


def test_an_acknowledgement_with_a_bad_name_is_not_answered_either(installation: Installation) -> None:
    """Its answer could be acknowledged under such a name again, for ever."""
    installation.put("GO.ACRF.000640.20261005.00001.R.1.xml")
    installation.sweep()
    assert {} == installation.published()
    assert [("recorded",)] == installation.rows("SELECT state FROM file_set")


def test_a_withdrawal_after_the_claim_is_archived_in_silence(installation: Installation) -> None:
    """A TD that comes too late lies beside the set it meant, and is answered by nothing."""
    _drop(installation)
    installation.sweep()
    before = installation.published()
    installation.put("TD.FLEX.000640.20261005.00001.R.1")
    installation.sweep()
    assert before == installation.published()
    assert [("settled",), ("recorded",)] == installation.rows("SELECT state FROM file_set ORDER BY arrival")
    assert 1 == len(list(installation.spool.glob("archive/*/*/*/*/late/*/in/TD.*")))
    pages = installation.spool.glob("senders/000640/REPORT/TD.*.json")
    assert ["recorded"] == [json.loads(page.read_text("utf-8"))["state"] for page in pages]


def test_what_another_was_first_with_is_judged_again(installation: Installation) -> None:
    """A lost turn is taken again; turn after turn lost, the set waits."""
    _drop(installation)
    channel = installation.channel()
    assert 1 == _with(channel, queue=Overtaken(channel.world.queue, 2)).sweep().settled
    _drop(installation, "00002")
    assert 1 == _with(channel, queue=Overtaken(channel.world.queue, 99)).sweep().waiting
    assert 1 == installation.sweep().settled


def test_a_name_that_was_received_is_refused_with_its_ticket(installation: Installation) -> None:
    """The second set of a name is refused; its page names the ticket of the first."""
    _drop(installation)
    installation.sweep()
    first = str(installation.rows("SELECT ticket FROM file_set")[0][0])
    _drop(installation)
    assert 1 == installation.sweep().refused
    pages = [path.read_text("utf-8") for path in (installation.inbox(folder="REPORT")).glob("*.json")]
    assert 1 == sum(f'"earlier_ticket": "{first}"' in page for page in pages)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (DOCUMENT, ["ACRF-111"]),
        (DOCUMENT[:-20], ["ACRF-111", "ACRF-102"]),
        (b"<!DOCTYPE x>" + DOCUMENT[40:], ["ACRF-111", "ACRF-102"]),
        (DOCUMENT.replace(b"</FLXWAGE>", b"<x/></FLXWAGE>"), ["ACRF-111", "ACRF-205"]),
    ],
)
def test_a_wrong_name_hides_no_broken_document(
    content: bytes, expected: list[str], installation: Installation
) -> None:
    """The acknowledgement has the name's code, the page what is wrong with the document too."""
    name = "FLEX.000640.20261006.00001.R.1"
    installation.put(f"FI.{name}.1", content)
    installation.put(f"GO.{name}")
    installation.sweep()
    (page,) = (installation.spool / "senders/000640/REPORT").glob("*.json")
    assert expected == [one["code"] for one in json.loads(page.read_text("utf-8"))["anomalies"]]
    assert b"<ErrorID>ACRF-111<" in installation.published()["FO.ACRF.999999.20261005.00001.R"]


def test_answers_that_cannot_be_put_out_are_put_out_later(installation: Installation) -> None:
    """A file where the out folder was holds up the answers, not the verdict."""
    _drop(installation)
    out = installation.inbox(folder="OUT")
    out.rmdir()
    out.write_text("in the way")
    result = installation.sweep()
    assert (1, 1) == (result.settled, result.unpublished)
    out.unlink()
    installation.sweep()
    assert 4 == len(installation.published())


def test_a_sweep_can_be_asked_to_stop(installation: Installation) -> None:
    """Asked to stop, it settles nothing more; the next sweep does."""
    _drop(installation)
    result: SweepResult = installation.channel().sweep(stop=lambda: True)
    assert 0 == result.settled
    assert 1 == installation.sweep().settled


def test_a_late_withdrawal_with_a_go_is_archived_in_silence(installation: Installation) -> None:
    """TD and GO of a name that was received withdraw nothing, and are answered by nothing."""
    _drop(installation)
    installation.sweep()
    before = installation.published()
    for kind in ("TD", "GO"):
        installation.put(f"{kind}.FLEX.000640.20261005.00001.R.1")
    installation.sweep()
    assert before == installation.published()
    assert [("settled",), ("recorded",)] == installation.rows("SELECT state FROM file_set ORDER BY arrival")


def test_a_second_set_is_refused_with_a_withdrawal_beside_it(installation: Installation) -> None:
    """Data under a name that was received is answered, whatever came with it."""
    _drop(installation)
    installation.sweep()
    installation.put("TD.FLEX.000640.20261005.00001.R.1")
    _drop(installation)
    assert 1 == installation.sweep().refused
    assert [("name-received", "ACRF-133")] == installation.rows("SELECT rule, code FROM anomaly")


def test_a_released_set_never_overwrites_newer_data(installation: Installation) -> None:
    """A set that left quarantine is judged like a re-run: what a later set made stands."""
    _drop(installation, "00001")
    channel = replace(installation.channel(), max_attempts=1)
    assert 1 == _with(channel, documents=Broken()).sweep().quarantined
    installation.put("FI.FLEX.000640.20261005.00002.R.1.1", renumbered(DOCUMENT, "00001"))
    installation.put("GO.FLEX.000640.20261005.00002.R.1")
    assert 0 == installation.sweep().lines_refused
    ticket = str(installation.rows("SELECT ticket FROM file_set WHERE state = 'quarantine'")[0][0])
    with installation.home.database.writing() as connection:
        set_actions.release(connection, By("test", installation.clock.now()), ticket)
    assert 2 == installation.sweep().lines_refused
    assert [("90082-180", 2)] == installation.rows("SELECT code, count(*) FROM anomaly GROUP BY code")


def test_a_rerun_knows_later_sets_behind_an_older_one_that_came_late_to_its_turn(
    installation: Installation,
) -> None:
    """Versions need not be made in the order of arrival: any of a later set stands against a re-run."""
    story = SAMPLES / "accepted-modification"
    original, change = ((story / f"FI.FLEX.000640.20261005.0000{nth}.R.1.1").read_bytes() for nth in (1, 2))
    _put(installation, "00001", change, "000641")
    channel = installation.channel()
    troubled = _with(channel, documents=Troubled(channel.world.documents, {"000641"}))
    troubled.sweep()
    _put(installation, "00001", change.replace(b">120000<", b">130000<"))
    _put(installation, "00002", original)
    troubled.sweep()
    installation.sweep()
    assert [(1, 3), (2, 1)] == installation.rows("SELECT number, arrival FROM version ORDER BY number")
    with installation.home.database.writing() as connection:
        [(ticket,)] = installation.rows("SELECT ticket FROM file_set WHERE arrival = 2")
        set_actions.begin_rerun(connection, By("test", installation.clock.now()), str(ticket))
    installation.sweep()
    assert [("90082-180",)] == installation.rows("SELECT code FROM anomaly WHERE run = 2")
    assert 2 == len(installation.rows("SELECT number FROM version"))


def test_what_cannot_be_judged_is_answered_when_it_is_discarded(installation: Installation) -> None:
    """Not a byte of it is looked at again: whatever was broken in reading it may be broken still."""
    _drop(installation)
    broken = _with(replace(installation.channel(), max_attempts=1), documents=Broken(), signatures=Broken())
    assert 1 == broken.sweep().quarantined
    [(ticket,)] = installation.rows("SELECT ticket FROM file_set")
    with installation.home.database.writing() as connection:
        set_actions.discard(connection, By("test", installation.clock.now()), str(ticket))
    assert 1 == broken.sweep().refused
    assert [("ACRF-163",)] == installation.rows("SELECT code FROM anomaly")
    assert ["FO.ACRF", "GO.ACRF"] == sorted(name[:7] for name in installation.published())
    assert 1 == len(list((installation.spool / "archive").rglob("FI.*")))


def test_what_is_kept_and_told_is_on_disk_before_it_has_its_name(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut takes neither the copy of a part nor an answer, and no answer is seen before it is whole."""
    settled: dict[int, str] = {}
    settle = os.fsync

    def noted(handle: int) -> None:
        settled[os.fstat(handle).st_ino] = str(Path(f"/proc/self/fd/{handle}").readlink())
        settle(handle)

    monkeypatch.setattr(os, "fsync", noted)
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        installation.drop(path)
    assert 1 == installation.sweep().settled
    outbox = installation.inbox(folder="OUT")
    answers = [path for path in sorted(outbox.iterdir()) if path.stat().st_size]
    named_then = [Path(settled[path.stat().st_ino]) for path in answers]
    assert ["FO.ACRF", "FO.NOTI"] == [path.name[:7] for path in answers]
    assert [] == [path for path in named_then if path.parent != outbox or not path.name.startswith(".")]
    archived = (installation.spool / "archive").rglob("*")
    kept = [path for path in archived if path.is_file() and path.stat().st_size]
    assert {"FI", "FO", "li"} == {path.name[:2] for path in kept}
    assert [] == [path for path in kept if path.stat().st_ino not in settled]
    folders = {outbox, installation.spool / "claimed"} | {
        path.parent for path in installation.spool.glob("archive/*/*/*/*")
    }
    assert set() == {str(folder) for folder in folders} - set(settled.values())
