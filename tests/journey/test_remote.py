"""The whole journey of sets that lie on another party's SFTP server, from its inbox to its outbox."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.adapters.clock import SystemClock
from flexibatch.adapters.folders import SENDER_FOLDERS
from flexibatch.settings import FILE
from flexibatch.watcher import Channel
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock, TestersClock
from tests.doubles.installation import SAMPLES, Installation, moved_to_today
from tests.doubles.program import Caller
from tests.doubles.sample_player import Broken
from tests.doubles.spool import tree
from tests.doubles.sshd import Elsewhere, running_elsewhere

ANSWERS = ["FO.ACRF", "FO.NOTI", "GO.ACRF", "GO.NOTI"]


@dataclass(slots=True)
class Far:
    """An installation whose bureau 000640 keeps its folders elsewhere, under names of its own."""

    installation: Installation
    server: Elsewhere
    root: Path

    def drop(self, sample: str = "accepted-two-workers") -> str:
        """Put a sample of today into the far inbox; give the name of its GO."""
        name = ""
        for path in sorted((SAMPLES / sample).glob("[FG][IO].FLEX.*")):
            name, content = moved_to_today(path)
            (self.root / "inbound" / name).write_bytes(content)
        return name

    @property
    def published(self) -> list[str]:
        """Return what lies in the far out folder, in short."""
        return sorted(name[:7] for name in tree(self.root / "OUT"))

    @property
    def waiting(self) -> list[str]:
        """Return what waits in the far work folder, without its ticket."""
        return sorted(name[14:] for name in tree(self.root / "CLAIMED"))

    @property
    def pages(self) -> int:
        """Count the pages in the far report folder."""
        return len([name for name in tree(self.root / "REPORT") if name.startswith("GO.")])


def _entry(server: Elsewhere, root: Path) -> str:
    return f"""
[[remote]]
sender = "000640"
host = "127.0.0.1"
port = {server.sshd.port}
user = "{server.user}"
key = "{server.key}"
host_key = "{server.sshd.host_key}"
folder = "{root.name}"
folders = {{ IN = "inbound" }}
"""


def _with_a_bug(channel: Channel) -> Channel:
    return replace(channel, world=replace(channel.world, documents=Broken()))


@pytest.fixture
def far(home: Home, tmp_path: Path) -> Iterator[Far]:
    with running_elsewhere(tmp_path / "server") as server:
        root = server.root / "bureau"
        for name in ("inbound", *SENDER_FOLDERS[1:]):
            (root / name).mkdir(parents=True)
        with (home.path / FILE).open("a", encoding="utf-8") as settings:
            settings.write(_entry(server, root))
        opened = Home.open(home.path, {})
        installation = Installation(opened, FixedClock(SystemClock().now()))
        installation.register_samples_of_today()
        yield Far(installation, server, root)
        opened.close()


def test_a_set_elsewhere_is_settled_and_answered_there(far: Far, call: Caller) -> None:
    """Taken, judged, archived here; answered there, with its pages; nothing of it stays in its inbox."""
    call.clock = TestersClock()
    name = far.drop()
    told = call("sweep", "--json")
    assert (0, [name]) == (told.status, [one["name"] for one in told.json["sets"]]), told.err
    assert (ANSWERS, 3, [], {}) == (far.published, far.pages, far.waiting, tree(far.root / "inbound"))
    assert name in {path.name for path in far.installation.spool.glob("archive/*/*/*/*/in/*")}
    assert [] == sorted((far.installation.spool / "senders/000640/OUT").iterdir())


def test_what_lies_elsewhere_is_asked_for_too(far: Far, call: Caller) -> None:
    """Sets that wait and strays of an inbox there; who looks leaves no trace, and a server that is away is said so."""
    call.clock = TestersClock()
    name = far.drop()
    (far.root / "inbound" / "wages.xlsx").touch()
    (far.root / "inbound" / "old").mkdir()
    (row,) = call.done("list", "--waiting", "--json").json
    assert (name, "sweep", None) == (row["name"], row["why"], row["ticket"])
    strays = call.done("list", "--strays", "--json").json
    assert [("old", "folder"), ("wages.xlsx", "name")] == [(one["name"], one["why"]) for one in strays]
    assert "does not begin as" in call.done("show", "wages.xlsx").out
    assert not (far.installation.home.path / "remote").exists()
    with (far.installation.home.path / FILE).open("r+", encoding="utf-8") as settings:
        text = settings.read().replace(f"port = {far.server.sshd.port}", "port = 1")
        settings.seek(0)
        settings.write(text)
        settings.truncate()
    told = call("list", "--strays")
    assert (3, True) == (told.status, "Not looked into: IN of sender 000640" in told.err)


def test_nothing_is_deleted_there_before_it_is_settled(far: Far) -> None:
    """A bug keeps the set from being settled: its bytes wait there and here, until a sweep that can."""
    name = far.drop()
    channel = _with_a_bug(far.installation.channel())
    assert 1 == channel.sweep().waiting
    assert (2, True, []) == (len(far.waiting), name in far.waiting, far.published)
    assert 1 == far.installation.sweep().settled
    assert ([], ANSWERS) == (far.waiting, far.published)


def test_who_watches_waits_until_a_set_stands_still(far: Far) -> None:
    """A part that still grows when its GO is there is left alone for `settle_for`; then it is taken whole."""
    clock = far.installation.clock
    assert isinstance(clock, FixedClock)
    far.drop()
    part = next((far.root / "inbound").glob("FI.*"))
    whole = part.read_bytes()
    part.write_bytes(whole[:100])
    channel = far.installation.patient_channel()
    assert 0 == channel.sweep().claimed
    clock.advance(timedelta(seconds=1))
    part.write_bytes(whole)
    for seconds, claimed in ((6, 0), (8, 0), (6, 1)):
        clock.advance(timedelta(seconds=seconds))
        assert claimed == channel.sweep().claimed, seconds
    assert ANSWERS == far.published


def test_who_watches_looks_there_so_often_and_no_more(far: Far) -> None:
    """What moves here makes `watch` look again and again; another party's server is asked every `poll_interval`."""
    clock = far.installation.clock
    assert isinstance(clock, FixedClock)
    channel = far.installation.patient_channel()
    channel.sweep()
    far.drop()
    for seconds, claimed in ((3, 0), (3, 0), (3, 0), (3, 1)):
        clock.advance(timedelta(seconds=seconds))
        assert claimed == channel.sweep().claimed, seconds
    assert 0 == far.installation.sweep().claimed


def test_a_cut_at_any_time_loses_and_doubles_nothing(far: Far) -> None:
    """The server goes away after the claim; what was taken is settled, and answered when it is back."""
    clock = far.installation.clock
    assert isinstance(clock, FixedClock)
    far.drop()
    channel = _with_a_bug(far.installation.channel())
    channel.sweep()
    port = far.server.sshd.port
    far.server.stop()
    result = far.installation.sweep()
    assert (1, 1, []) == (result.settled, result.unpublished, far.published)
    with running_elsewhere(far.server.root.parent, port):
        result = far.installation.sweep()
    assert (0, 0) == (result.settled, result.unpublished)
    assert (ANSWERS, []) == (far.published, far.waiting)


def test_watch_answers_elsewhere(far: Far) -> None:
    """`watch` looks there every `poll_interval`; SIGTERM ends it with 0."""
    environ = {**os.environ, "FLEXIBATCH_CLAIM_DELAY": "0", "FLEXIBATCH_POLL_INTERVAL": "0.2"}
    words = [sys.executable, "-m", "flexibatch", "--home", str(far.installation.home.path), "watch"]
    far.drop()
    with subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "Watching" in process.stderr.readline()
        assert "set.settled" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert (0, ANSWERS) == (process.returncode, far.published)


def test_doctor_looks_elsewhere_too(far: Far, call: Caller) -> None:
    """A folder that is missing there, and a key that others may read, are told with what to do."""
    call.clock = TestersClock()
    assert ["ok"] == [one["state"] for one in _elsewhere(call)]
    far.server.key.chmod(0o644)
    (far.root / "REPORT").rmdir()
    assert ["warning", "failed"] == [one["state"] for one in _elsewhere(call)]
    assert "[[remote]]" in _elsewhere(call)[1]["told"]


def _elsewhere(call: Caller) -> list[dict[str, str]]:
    return [one for one in call("doctor", "--json").json if one["check"] == "elsewhere"]
