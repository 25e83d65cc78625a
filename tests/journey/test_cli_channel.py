"""Sweep, watch, check, re-run and republish, as an operator calls them."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.adapters.clock import SystemClock
from flexibatch.wiring.home import Home
from tests.doubles.clock import TestersClock
from tests.doubles.installation import SAMPLES, Installation, moved_to_today
from tests.doubles.program import Caller

SENDER = "000640"


@pytest.fixture
def installation(home: Home) -> Installation:
    """Return the samples' cast, in a home whose files arrive today."""
    made = Installation(home, SystemClock())
    made.register_samples_of_today()
    return made


@pytest.fixture
def today(call: Caller) -> Caller:
    """Return the program, called by this machine's time: the files that a test drops arrive now."""
    call.clock = TestersClock()
    return call


def _drop(installation: Installation, sample: str, sequence: str = "00001") -> str:
    """Drop a sample of today; give the name of its GO."""
    name = ""
    for path in sorted((SAMPLES / sample).glob("[FG][IO].FLEX.*")):
        told, content = moved_to_today(path)
        told = told.replace(".00001.", f".{sequence}.")
        (installation.inbox() / told).write_bytes(content)
        name = told if told.startswith("GO.") else name
    return name


def test_sweep_takes_settles_publishes_and_ends(installation: Installation, today: Caller) -> None:
    """A clean sweep ends with 0, shows the set, and the answers are out."""
    name = _drop(installation, "accepted-two-workers")
    told = today("sweep", "--json")
    shown = told.json
    assert 0 == told.status, told.err
    assert [(name, "received", 2)] == [
        (one["name"], one["verdict"], one["accepted"]) for one in shown["sets"]
    ]
    assert ["FO.ACRF", "FO.NOTI", "GO.ACRF", "GO.NOTI"] == sorted(
        told[:7] for told in installation.published()
    )


def test_sweep_tells_an_inbox_that_cannot_be_listed(installation: Installation, today: Caller) -> None:
    """Other inboxes are swept; that one was left out is told and ends with 1."""
    inbox = installation.inbox("000641")
    inbox.rmdir()
    inbox.touch()
    _drop(installation, "accepted-two-workers")
    told = today("sweep", "--json")
    assert (1, 1, 1) == (told.status, told.json["settled"], told.json["unreached"])


def test_sweep_of_a_spool_that_is_not_there_is_trouble(installation: Installation, today: Caller) -> None:
    """A disk that is not mounted is no empty inbox."""
    (installation.spool / "senders").rename(installation.spool / "elsewhere")
    told = today("sweep")
    assert (3, 1) == (told.status, told.sentences), told.err


def test_sweep_with_a_refused_line_ends_with_one(installation: Installation, today: Caller) -> None:
    """A refused line makes the exit status 1; so does a file refused whole."""
    _drop(installation, "partly-no-dimona")
    assert 1 == today("sweep").status
    _drop(installation, "rejected-cut-off", "00002")
    told = today("sweep")
    assert 1 == told.status
    assert "refused" in told.out
    assert 0 == today("sweep").status


def test_check_judges_without_keeping(installation: Installation, today: Caller) -> None:
    """A check tells what would be refused and leaves nothing behind."""
    paths = []
    for path in (SAMPLES / "partly-no-dimona").glob("FI.FLEX.*"):
        told, content = moved_to_today(path)
        paths.append(installation.home.path / told)
        paths[-1].write_bytes(content)
    text = today("check", str(paths[0]))
    assert 1 == text.status
    assert "00024-152 (B)" in text.out
    assert "reference 019a1f04-8344-762c-9ab8-b5f6c8dcd6d3" in text.out
    shown = today("check", "--format", "json", str(paths[0])).json
    assert ["00024-152"] == [one["code"] for one in shown[0]["anomalies"]]
    assert today("check", "--format", "xml", str(paths[0])).out.startswith("<?xml")
    assert [(0,)] == installation.rows("SELECT count(*) FROM file_set")
    assert [] == list(installation.published())


def test_check_without_a_home_says_what_it_did_not_judge(tmp_path: Path) -> None:
    """In a folder that is no home the schema and the rules are judged, and the rest is named."""
    sample = next((SAMPLES / "partly-schema-missing").glob("FI.FLEX.*"))
    told = _program(tmp_path, "check", str(sample))
    assert 1 == told.returncode
    assert "99003-001" in told.stdout
    assert "not judged" in told.stderr
    assert "00024-152" not in told.stdout


def _copied(folder: Path, sample: str, *names: str) -> list[str]:
    """Copy the data file of a sample under other names; give their paths as words."""
    content = next((SAMPLES / sample).glob("FI.FLEX.*")).read_bytes()
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in names]


@pytest.mark.usefixtures("installation")
def test_check_counts_and_numbers_parts_as_a_sweep_would(today: Caller, tmp_path: Path) -> None:
    """Parts missing are told as 120, parts wrongly numbered as 123, without a GO there."""
    key = "FLEX.000640.20261005.00001.R"
    one, third = _copied(tmp_path / "in", "accepted-two-workers", f"FI.{key}.2.1", f"FI.{key}.2.3")
    missing = today("check", "--json", one).json
    numbered = today("check", "--json", one, third).json
    assert [["ACRF-120"], ["ACRF-123"]] == [
        [fault["code"] for fault in shown["anomalies"] if fault["code"] in {"ACRF-120", "ACRF-123"}]
        for shown in (*missing, *numbered)
    ]


@pytest.mark.usefixtures("installation")
def test_check_of_names_with_a_suffix_tells_the_names_only(today: Caller, tmp_path: Path) -> None:
    """A GO that is called .xml is an empty GO with a bad name, and no empty data file."""
    key = "FLEX.000640.20261005.00001.R.1"
    part, go = _copied(tmp_path / "in", "accepted-two-workers", f"FI.{key}.1.xml", f"GO.{key}.xml")
    Path(go).write_bytes(b"")
    (told,) = today("check", "--json", "--sender", "000640", part, go).json
    assert ["ACRF-107", "ACRF-131"] == [fault["code"] for fault in told["anomalies"]]
    alone = today("check", part)
    assert (2, 1, True) == (alone.status, alone.sentences, "follows no file name" in alone.err)


@pytest.mark.usefixtures("installation")
def test_check_of_another_name_judges_it_and_says_so(today: Caller, tmp_path: Path) -> None:
    """A clerk may check a document before it is named; under that name the channel takes nothing."""
    (path,) = _copied(tmp_path / "in", "accepted-two-workers", "wages.xml")
    told = today("check", "--sender", "000640", path)
    assert "takes it under no such name" in told.out


def test_check_tells_a_name_that_was_received(installation: Installation, today: Caller) -> None:
    """What a sweep would refuse as a duplicate, a check tells first."""
    name = _drop(installation, "accepted-two-workers")
    data = next(path for path in installation.inbox().iterdir() if path.name.startswith("FI."))
    (content,) = _copied(installation.home.path / "kept", "accepted-two-workers", data.name)
    assert 0 == today("check", content).status
    assert 0 == today("sweep").status
    told = today("check", content)
    assert 1 == told.status
    assert name.removeprefix("GO.").removesuffix(".1") in told.out
    assert "ACRF-133" in told.out


@pytest.mark.usefixtures("installation")
def test_check_knows_withdrawals_and_acknowledgements(today: Caller, tmp_path: Path) -> None:
    """Neither is told as a refusal."""
    key = "000640.20261005.00001.R.1"
    told = today(
        "check", *_copied(tmp_path / "in", "accepted-two-workers", f"TD.FLEX.{key}", f"GO.FLEX.{key}")
    )
    assert (0, True) == (told.status, "would be withdrawn" in told.out)
    told = today("check", *_copied(tmp_path / "in", "accepted-two-workers", f"FI.ACRF.{key}.1"))
    assert (0, True) == (told.status, "would be recorded" in told.out)


@pytest.mark.usefixtures("installation")
def test_check_of_one_name_in_two_folders_is_a_sentence(today: Caller, tmp_path: Path) -> None:
    """The same file twice is one file; two files of one name cannot lie in one inbox."""
    name = "FI.FLEX.000640.20261005.00001.R.1.1"
    (one,) = _copied(tmp_path / "one", "accepted-two-workers", name)
    (two,) = _copied(tmp_path / "two", "accepted-two-workers", name)
    assert 0 == today("check", one, one).status
    told = today("check", one, two)
    assert (2, 1) == (told.status, told.sentences)


def test_a_rerun_chooses_in_one_way(installation: Installation, today: Caller) -> None:
    """Names with filters, an unknown sender, a sender on hold: a sentence each, and nothing is run."""
    name = _drop(installation, "partly-no-dimona")
    today("sweep")
    assert 2 == today("rerun", name, "--refused").status
    assert 2 == today("rerun", "--sender", "000999").status
    assert 2 == today("list", "--sender", "000999").status
    today.done("sender", "hold", SENDER)
    held = today("rerun", name)
    assert (2, True) == (held.status, "on hold" in held.err)
    assert [] == today("rerun", "--refused", "--yes", "--json").json["sets"]
    assert [(1,)] == installation.rows("SELECT max(number) FROM run")


def test_a_rerun_chooses_from_a_moment_on(installation: Installation, today: Caller) -> None:
    """A day or an instant is taken, as `list` takes it; nonsense is a sentence."""
    _drop(installation, "partly-no-dimona")
    today("sweep")
    now, day = SystemClock().now(), timedelta(days=1)
    later, before = (now + day).isoformat(), now - day
    assert [0, 1, 1] == [
        len(today("rerun", "--refused", "--since", since, "--all", "--yes", "--json").json["sets"])
        for since in (later, f"{before:%Y-%m-%dT%H:%M}", f"{before:%Y-%m-%d}")
    ]
    assert "no moment" in today("rerun", "--since", "tomorrow").err


@pytest.mark.parametrize("sample", ["partly-beneficiary", "refused-no-mandate", "partly-more-anomalies"])
def test_a_dry_run_shows_no_change_where_there_is_none(
    sample: str, installation: Installation, today: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands against a worker or a Form stands against each of its lines; what was not told is no change."""
    monkeypatch.setenv("FLEXIBATCH_MAX_ANOMALIES", "1")
    _drop(installation, sample)
    assert 1 == today("sweep").status
    assert [] == today("rerun", "--refused", "--dry-run", "--json").json["changes"]


def test_a_dry_run_tells_why_a_line_is_refused_with_its_form(
    installation: Installation, today: Caller
) -> None:
    """The Form's code stands beside each of its lines, before as after."""
    _drop(installation, "refused-no-mandate")
    today("sweep")
    today("mandate", "add", SENDER, "--nsso", "100200417")
    changes = today("rerun", "--refused", "--dry-run", "--json").json["changes"]
    assert {"refused 00011-155"} == {one["before"] for one in changes}


def test_a_rerun_tells_whose_sets_are_left_out(installation: Installation, today: Caller) -> None:
    """Sets of a bureau on hold are not chosen, and that is said."""
    _drop(installation, "partly-no-dimona")
    today("sweep")
    installation.hold(SENDER)
    told = today("rerun", "--refused", "--dry-run")
    assert f"not chosen: {SENDER}" in told.err


def test_a_wrong_rule_stops_every_command(installation: Installation, today: Caller) -> None:
    """Also a command that judges nothing names the setting."""
    with (installation.home.path / "flexibatch.toml").open("a", encoding="utf-8") as file:
        file.write('\n[rules]\n"00024-152" = "perhaps"\n')
    for command in (("list",), ("sweep",), ("sender", "list"), ("dimona", "stats")):
        told = today(*command)
        assert (2, True) == (told.status, '"00024-152" = "perhaps"' in told.err)


def test_check_of_a_missing_file_is_a_sentence(today: Caller) -> None:
    """A file that is not there is named; the exit status is 2."""
    told = today("check", "nowhere.xml")
    assert (2, 1) == (told.status, told.sentences)
    assert "nowhere.xml" in told.err


def test_rerun_shows_then_does_what_would_change(installation: Installation, today: Caller) -> None:
    """A dry run shows the line that a new Dimona would save, and changes nothing; the re-run does it."""
    name = _drop(installation, "accepted-rerun")
    assert 1 == today("sweep").status
    assert [] == today("rerun", "--refused", "--dry-run", "--json").json["changes"]
    installation.import_of_today(SAMPLES / "accepted-rerun" / "later.csv")
    changes = today("rerun", name, "--dry-run", "--json").json["changes"]
    assert [(1, 2, "refused 00024-152", "accepted")] == [
        (one["form"], one["line"], one["before"], one["after"]) for one in changes
    ]
    assert [(1,)] == installation.rows("SELECT max(number) FROM run")
    done = today("rerun", name, "--json")
    assert 0 == done.status, done.err
    assert [(1, 1, 0)] == [(one["accepted"], one["unchanged"], one["refused"]) for one in done.json["sets"]]
    assert 2 == sum(told.startswith("FO.NOTI") for told in installation.published())


def test_rerun_without_a_choice_is_refused(today: Caller) -> None:
    """A re-run of everything is never done by accident."""
    told = today("rerun")
    assert (2, 1) == (told.status, told.sentences)


def test_republish_puts_down_the_same_bytes(installation: Installation, today: Caller) -> None:
    """What a bureau has fetched and deleted comes back, byte for byte."""
    name = _drop(installation, "partly-no-dimona")
    today("sweep")
    before = installation.published()
    for path in (installation.spool / "senders" / SENDER / "OUT").iterdir():
        path.unlink()
    assert 0 == today("republish", name).status
    assert before == installation.published()


def test_watch_settles_what_is_dropped_and_ends_on_sigterm(installation: Installation) -> None:
    """A set dropped while `watch` runs is answered; SIGTERM ends it with 0."""
    environ = {**os.environ, "FLEXIBATCH_CLAIM_DELAY": "0", "FLEXIBATCH_POLL_INTERVAL": "0.2"}
    words = [sys.executable, "-m", "flexibatch", "--home", str(installation.home.path), "watch"]
    with subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "Watching" in process.stderr.readline()
        _drop(installation, "accepted-two-workers")
        deadline = time.monotonic() + 30
        while len(installation.published()) < 4 and time.monotonic() < deadline:
            process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert 0 == process.returncode
    assert 4 == len(installation.published())


def _program(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FLEXIBATCH_")}
    root = str(SAMPLES.parent)
    return subprocess.run(
        [sys.executable, "-m", "flexibatch", *words],
        cwd=folder,
        env={**environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_command_has_a_help_that_names_its_exit_statuses(tmp_path: Path) -> None:
    """`--help` of each command that moves sets tells its exit statuses."""
    for word in ("sweep", "watch", "check", "rerun", "republish"):
        told = _program(tmp_path, word, "--help")
        assert (0, True) == (told.returncode, "Exit status" in told.stdout), word


def test_sweep_as_json_is_one_object(installation: Installation, today: Caller) -> None:
    """The counts of a sweep can be read by a program, also when nothing was there."""
    shown = json.loads(today("sweep", "--json").out)
    assert ([], 0) == (shown["sets"], shown["claimed"])
    assert installation.home.path.is_dir()
