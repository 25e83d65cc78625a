"""What a sweep does when a step of it fails, and what becomes of the lines that only such steps meet."""

import errno
import os
import re
import shutil
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from structlog.testing import capture_logs

from flexibatch.adapters.store import set_actions
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.tables import load_catalogue
from flexibatch.domain.case import ReceivedFile, Report, Sender, Ticketed, Verdict
from flexibatch.domain.findings import Anomaly, Finding
from flexibatch.domain.flxwage.model import Form
from flexibatch.domain.flxwage.specimen import FORM
from flexibatch.domain.vocabulary import Language, SignatureDemand
from flexibatch.errors import Superseded, Unavailable
from flexibatch.services.check import check_set
from flexibatch.watcher import Channel, watch
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home
from flexibatch.wiring.outside import Outside
from tests.doubles.before import Before
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation

SCHEMA = Path(__file__).parents[2] / "schemas" / "ACRF_20231.xsd"
NAME = "FLEX.000640.20261005.00001.R.1"
BUREAU = Sender("000640", "Bureau", Language.NL, SignatureDemand.OPTIONAL)


def _drop(installation: Installation, sample: str = "accepted-two-workers") -> None:
    for path in sorted((SAMPLES / sample).glob("[FG][IO].FLEX.*")):
        installation.drop(path)


def _in_world(channel: Channel, **parts: Any) -> Channel:  # noqa: ANN401 - parts of the world
    return replace(channel, world=replace(channel.world, **parts))


def _unavailable(*_arguments: object, **_named: object) -> Any:  # noqa: ANN401 - it never returns
    raise Unavailable("The disk does not answer.")


def _bug(*_arguments: object) -> None:
    raise RuntimeError("a bug")


def _io_error(*_arguments: object, **_named: object) -> Any:  # noqa: ANN401 - it never returns
    raise OSError(errno.EIO, os.strerror(errno.EIO), "/spool/claimed")


def _stale(*_arguments: object, **_named: object) -> Any:  # noqa: ANN401 - it never returns
    raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))


class _Unread:
    """A document whose bytes the disk does not give, from the second Form on."""

    schema, findings = "FLXWAGE_20264", ()

    def __iter__(self) -> Iterator[Form]:
        yield FORM
        _io_error()

    def places(self, form: int, locations: Collection[str]) -> Mapping[str, tuple[int, int]]:
        del form, locations
        return {}


PARTS = {
    "documents.open": ("documents", "open", _io_error),
    "documents.open, a file server": ("documents", "open", _stale),
    "documents, in the middle": ("documents", "open", lambda _case: _Unread()),
    "documents.digest": ("documents", "digest", _io_error),
    "answers.notify": ("answers", "notify", _io_error),
    "answers.acknowledge": ("answers", "acknowledge", _io_error),
}


@pytest.mark.parametrize("part", PARTS)
def test_what_the_machine_refuses_is_trouble_however_often(part: str, installation: Installation) -> None:
    """No try counts, nothing is quarantined, and a later set of the stream is not settled past it."""
    _drop(installation)
    assert isinstance(installation.clock, FixedClock)
    installation.clock.advance(timedelta(seconds=1))
    for path in sorted((SAMPLES / "accepted-modification").glob("[FG][IO].FLEX.*.00002.*")):
        installation.drop(path)
    port, call, failing = PARTS[part]
    for _ in range(2 * installation.channel().max_attempts):
        channel = installation.channel()
        spoiled = Before(getattr(channel.world, port), **{call: failing})
        assert 0 == _in_world(channel, **{port: spoiled}).sweep().settled
    assert [(0, "claimed")] * 2 == installation.rows("SELECT attempts, state FROM file_set")
    assert 2 == installation.sweep().settled


@pytest.mark.parametrize("call", ["publish", "report", "archive"])
def test_answers_that_the_machine_refuses_are_put_down_later(call: str, installation: Installation) -> None:
    """What was settled stays so, nothing is told as a bug, and the next sweep publishes it once."""
    _drop(installation)
    channel = installation.channel()
    with capture_logs() as told:
        result = _in_world(channel, outbox=Before(channel.world.outbox, **{call: _io_error})).sweep()
    assert (1, 1) == (result.settled, result.unpublished)
    assert [] == [one for one in told if one["log_level"] in {"error", "critical"}]
    installation.sweep()
    assert [(0,)] == installation.rows("SELECT count(*) FROM run WHERE published_at IS NULL")


@pytest.mark.parametrize("call", ["take", "keep", "settle"])
def test_a_claim_that_the_machine_refuses_is_completed_later(call: str, installation: Installation) -> None:
    """The set stays where it is, and nothing is told as a bug."""
    _drop(installation)
    channel = installation.channel()
    with capture_logs() as told:
        spoiled = replace(channel, arrivals=Before(channel.arrivals, **{call: _io_error}))
        assert 0 == spoiled.sweep().settled
    assert [] == [one for one in told if one["log_level"] in {"error", "critical"}]
    assert 1 == installation.sweep().settled


def test_a_set_that_cannot_be_taken_is_taken_later(installation: Installation) -> None:
    """The ticket stays, the files wait in the inbox, and the next sweep completes the claim."""
    _drop(installation)
    channel = installation.channel()
    troubled = replace(channel, arrivals=Before(channel.arrivals, take=_unavailable))
    assert (0, 1) == (troubled.sweep().claimed, len(installation.rows("SELECT ticket FROM file_set")))
    before = installation.rows("SELECT ticket FROM file_set")
    assert 1 == installation.sweep().settled
    assert before == installation.rows("SELECT ticket FROM file_set")


def test_a_set_that_cannot_be_copied_is_copied_later(installation: Installation) -> None:
    """What was moved stays moved; the next sweep copies it under the same ticket."""
    _drop(installation)
    channel = installation.channel()
    assert 1 == replace(channel, arrivals=Before(channel.arrivals, keep=_unavailable)).sweep().waiting
    assert [] == list(installation.inbox().iterdir())
    assert 1 == installation.sweep().settled


def test_a_set_that_vanished_gives_its_ticket_back(installation: Installation) -> None:
    """A bureau may delete what has not been claimed yet: then nothing was received."""
    _drop(installation)
    channel = installation.channel()

    def vanished(ticketed: Ticketed) -> bool:
        (installation.inbox() / ticketed.claim.leader).unlink()
        return channel.arrivals.take(ticketed)

    assert 0 == replace(channel, arrivals=Before(channel.arrivals, take=vanished)).sweep().claimed
    assert [] == installation.rows("SELECT ticket FROM file_set")
    assert [] == list((installation.spool / "claimed").iterdir())
    _drop(installation)
    assert 1 == installation.sweep().settled


@pytest.mark.parametrize("step", ["take", "keep"])
def test_a_claim_waits_for_the_disk_it_was_cut_short_on(step: str, installation: Installation) -> None:
    """While the spool's disk is not mounted nothing is given back and nothing written; after that it is completed."""
    _drop(installation)
    channel = installation.channel()
    replace(channel, arrivals=Before(channel.arrivals, **{step: _unavailable})).sweep()
    mounted = installation.spool.rename(installation.home.path / "mounted")
    installation.spool.mkdir()
    for act in (channel.sweep, channel.settle):
        with pytest.raises(Unavailable, match="mounted"):
            act()
    assert [] == list(installation.spool.iterdir())
    installation.spool.rmdir()
    mounted.rename(installation.spool)
    assert 1 == installation.sweep().settled


@pytest.mark.parametrize(("in_the_way", "settled"), [(False, 2), (True, 1)])
def test_an_inbox_that_is_gone_holds_up_nobody_else(
    in_the_way: bool, settled: int, installation: Installation
) -> None:
    """Sets that were moved out of it before need nothing more of it; where a file took its place they wait."""
    _drop(installation)
    for kind in ("FI", "GO"):
        name = NAME.replace("000640", "000641")
        installation.put(
            f"{kind}.{name}{'.1' if kind == 'FI' else ''}", b"<a/>" if kind == "FI" else b"", "000641"
        )
    channel = installation.channel()
    assert 2 == replace(channel, arrivals=Before(channel.arrivals, keep=_unavailable)).sweep().waiting
    installation.inbox().rmdir()
    if in_the_way:
        installation.inbox().write_bytes(b"")
    with capture_logs() as logs:
        result = installation.sweep()
    assert (settled, 2 - settled) == (result.settled, result.waiting)
    told = [
        (line["sender"], str(installation.inbox()) in line["reason"])
        for line in logs
        if line["event"] == "claim.delayed"
    ]
    assert [("000640", True)] * in_the_way == told


def test_a_page_that_cannot_be_put_out_keeps_nobody_waiting(installation: Installation) -> None:
    """The page on a set in treatment is a courtesy: without it the set is settled all the same."""
    _drop(installation)
    channel = installation.channel()

    def in_treatment_only(report: Report) -> None:
        if report.state == "in-treatment":
            _unavailable()
        channel.world.outbox.report(report)

    outbox = Before(channel.world.outbox, report=in_treatment_only)
    result = _in_world(channel, outbox=outbox).sweep()
    assert (1, 0) == (result.settled, result.unpublished)


def test_a_bug_in_publishing_leaves_the_verdict(installation: Installation) -> None:
    """What was settled stays settled, and is put out by the next sweep that has no bug."""
    _drop(installation)
    channel = installation.channel()
    result = _in_world(channel, outbox=Before(channel.world.outbox, publish=_bug)).sweep()
    assert (1, 1) == (result.settled, result.unpublished)
    assert {} == installation.published()
    installation.sweep()
    assert 4 == len(installation.published())


def test_a_stuck_stream_is_left_alone_by_the_rest_of_its_sweep(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its later sets are claimed, in later batches too, and none is settled out of turn."""
    monkeypatch.setattr("flexibatch.claiming.CLAIMS_AT_ONCE", 1)
    _drop(installation)
    installation.put("GO." + NAME.replace("00001", "00002"))
    installation.put("FI." + NAME.replace("00001", "00002") + ".1", b"<a/>")
    channel = installation.channel()
    documents = Before(channel.world.documents, open=_unavailable)
    result = _in_world(channel, documents=documents).sweep()
    assert (2, 0, 1) == (result.claimed, result.settled, result.waiting)


def test_a_file_fault_that_nobody_can_tell_is_a_bug(installation: Installation) -> None:
    """Rules on a file cannot be switched off; where one is, the set is not refused without a code."""
    _drop(installation, "rejected-cut-off")

    class Mute:
        def anomaly(self, _finding: Finding, _language: Language) -> Anomaly | None:
            return None

    assert 1 == _in_world(installation.channel(), catalogue=Mute()).sweep().waiting
    assert [("claimed", 1)] == installation.rows("SELECT state, attempts FROM file_set")


@pytest.mark.parametrize("trouble", [Unavailable, Superseded])
def test_watch_goes_on_after_trouble_and_ends_when_told(
    installation: Installation, trouble: type[Exception]
) -> None:
    """A sweep that fails as a whole is tried again; told to stop, watching ends."""
    _drop(installation)
    channel = installation.channel()
    looks: list[bool] = []

    def look(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as they are
        looks.append(True)
        if len(looks) == 1:
            raise trouble
        return channel.arrivals.look(*arguments, **named)

    def wake(stop: threading.Event) -> None:
        if len(looks) == 2:
            stop.set()

    watch(replace(channel, arrivals=Before(channel.arrivals, look=look)), threading.Event(), wake)
    assert 2 == len(looks)
    assert 4 == len(installation.published())


def test_places_that_are_not_found_leave_an_anomaly_without_a_line(installation: Installation) -> None:
    """An anomaly is told with its location when the second look at the document found no line for it."""

    class Placeless(Before):
        def __iter__(self) -> Any:  # noqa: ANN401 - the document's Forms
            return iter(self._inner)

    def nowhere(_form: int, _locations: Collection[str]) -> Mapping[str, tuple[int, int]]:
        return {}

    _drop(installation, "accepted-rerun")
    channel = installation.channel()
    inner = channel.world.documents
    documents = Before(inner, open=lambda case: Placeless(inner.open(case), places=nowhere))
    assert 1 == _in_world(channel, documents=documents).sweep().lines_refused
    text = installation.published()["FO.NOTI.999999.20261005.00001.R"].decode()
    assert "<LineNbr>" not in text
    assert "<Location>/FLXWAGE/Form[1]" in text


def test_a_rule_that_is_switched_off_is_not_told(installation: Installation) -> None:
    """The remark on a late set is gone where the operator switched it off."""
    _drop(installation, "remarked-late")
    catalogue = load_catalogue({"90017-460": "off"})
    _in_world(installation.channel(), catalogue=catalogue).sweep()
    assert "90017-460" not in installation.published()["FO.NOTI.999999.20261005.00001.R"].decode()


def test_a_rerun_does_not_remark_again_on_what_stands(installation: Installation) -> None:
    """A late line that the first run accepted is not told of again; the one accepted now is."""
    sample = SAMPLES / "accepted-rerun"
    document = next(sample.glob("FI.FLEX.*")).read_bytes()
    installation.put(f"FI.{NAME}.1", document.replace(b"2026-10-02", b"2026-09-29"))
    installation.put(f"GO.{NAME}")
    installation.sweep()
    installation.import_register(sample / "later.csv")
    ticket = str(installation.rows("SELECT ticket FROM file_set")[0][0])
    with installation.home.database.writing() as connection:
        set_actions.begin_rerun(connection, By("test", installation.clock.now()), ticket)
    installation.sweep()
    answers = installation.published()
    told = [answers[f"FO.NOTI.999999.20261005.0000{run}.R"].count(b"<ErrorID>90017-460") for run in (1, 2)]
    assert [2, 1] == told
    assert 2 == len(installation.rows("SELECT declaration FROM version"))


def test_a_rerun_keeps_the_schema_the_set_passed_by(installation: Installation, tmp_path: Path) -> None:
    """A set that named no version and passed is judged by that of its day, also when that is closed by then."""
    document = next((SAMPLES / "accepted-rerun").glob("FI.FLEX.*")).read_bytes()
    installation.put(f"FI.{NAME}.1", re.sub(rb"\s+xsi:schemaLocation=\"[^\"]*\"", b"", document))
    installation.put(f"GO.{NAME}")
    installation.sweep()
    schemas = shutil.copytree(installation.home.settings.schemas, tmp_path / "schemas")
    with (schemas / "versions.toml").open("a", encoding="utf-8") as versions:
        versions.write('\n[[version]]\nname = "FLXWAGE_20264"\nuntil = 2026-10-01\n')
    ticket = str(installation.rows("SELECT ticket FROM file_set")[0][0])
    with installation.home.database.writing() as connection:
        set_actions.begin_rerun(connection, By("test", installation.clock.now()), ticket)
    newer = Installation(
        Home.open(installation.home.path, {"FLEXIBATCH_SCHEMAS": str(schemas)}), installation.clock
    )
    newer.sweep()
    newer.close()
    assert [("FLXWAGE_20264",)] * 2 == installation.rows("SELECT schema FROM run ORDER BY number")


def test_a_check_without_a_register_judges_what_can_be_judged(installation: Installation) -> None:
    """Blind, every sound line would be accepted; a line that breaks a rule is refused all the same."""
    blind = Components(Home.nowhere({}), Outside.at(installation.clock))
    counts = []
    for sample in ("accepted-rerun", "partly-inss-check"):
        paths = sorted((SAMPLES / sample).glob("FI.FLEX.*"))
        checked = check_set(blind, paths, BUREAU)
        verdict: Verdict = checked.trial.settlement.verdict
        counts.append((verdict.state, verdict.counts.accepted, verdict.counts.refused))
    assert ("received", 2, 0) == counts[0]
    assert ("received", True) == (counts[1][0], counts[1][2] > 0)
    assert [] == installation.rows("SELECT ticket FROM file_set")


@pytest.mark.parametrize("name", ["GO.FLEX.000640.20261005.0000\uffff.R.1", "GO.FLEX.\x01\u202e<&\n"])
def test_a_name_that_no_xml_can_hold_is_answered(name: str, installation: Installation) -> None:
    """Whatever characters a name is made of, its ACRF can be read and is valid."""
    installation.put(name)
    assert 1 == installation.sweep().refused
    answer = etree.fromstring(installation.published()["FO.ACRF.999999.20261005.00001.R"])
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(answer)


def test_nothing_of_a_vanished_part_is_kept(installation: Installation) -> None:
    """A part that goes between the look and the claim is missed in the answer, and its set refused."""
    _drop(installation)
    channel = installation.channel()

    def without_data(ticketed: Ticketed) -> Sequence[ReceivedFile]:
        for path in installation.spool.glob("claimed/*/arrived/FI.*"):
            path.unlink()
        return channel.arrivals.keep(ticketed)

    assert 1 == replace(channel, arrivals=Before(channel.arrivals, keep=without_data)).sweep().refused
    assert b"<ErrorID>ACRF-120<" in installation.published()["FO.ACRF.999999.20261005.00001.R"]
