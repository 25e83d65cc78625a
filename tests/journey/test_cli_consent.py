"""What deletes, withdraws or answers is told with its count first: a terminal is asked, elsewhere --yes says so."""

import os
import pty
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from flexibatch.adapters.store import tables
from flexibatch.settings import FILE
from flexibatch.wiring.home import Home
from samples.signing import CERTIFICATE
from tests.doubles.clock import FixedClock
from tests.doubles.numbers import company_number
from tests.doubles.program import Caller
from tests.doubles.records import SENDER, Records, go_name

ROOT = Path(__file__).parents[2]
NOW = datetime(2027, 1, 13, 10, 0, tzinfo=UTC)
COMPANY = company_number(1)
ASKING: dict[tuple[str, ...], str] = {
    ("sender", "remove", SENDER): "loses 1 key, 1 certificate and its user name",
    ("sender", "key", "remove", SENDER, "key.pub"): "has no key left, and cannot log in",
    ("sender", "certificate", "remove", SENDER, str(CERTIFICATE)): "has 0 certificates left",
    ("mandate", "end", SENDER, "--company", COMPANY): f"1 mandate of sender {SENDER} for",
    ("quarantine", "discard", go_name(1)): "1 set would be given up unread",
    ("quarantine", "release", go_name(1), go_name(2)): "2 sets would be judged again",
    ("rerun", go_name(3), go_name(4)): "2 sets would be judged again",
    ("rerun", "--refused"): "would be judged again",
    ("purge",): "archive: 0 sets, 0 files, 0 bytes; reports: 0 pages",
}
"""Each call that asks, and what it tells before."""
ONE_BY_NAME = (
    ("quarantine", "release", go_name(1)),
    ("sender", "hold", SENDER),
)
"""Calls that name one thing and take nothing away: they are done at once."""


@pytest.fixture
def desk(call: Caller, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Return the program, where a bureau has a key, a certificate and a mandate, and sets are done or in quarantine."""
    call.clock = FixedClock(NOW)
    records = Records(home.database)
    monkeypatch.chdir(tmp_path)
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    Path("key.pub").write_bytes(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    call.done("sender", "key", "add", SENDER, "key.pub")
    call.done("sender", "certificate", "add", SENDER, str(CERTIFICATE))
    call.done("mandate", "add", SENDER, "--company", COMPANY)
    for sequence in (1, 2):
        records.change(records.claim(go_name(sequence)), state="quarantine", attempts=5, reason="KeyError")
    for sequence in (3, 4):
        records.settled(sequence, refused=1)
    return call


def audited(home: Home) -> list[tuple[str, object]]:
    with home.database.reading() as connection:
        rows = connection.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
    return [(row.action, row.details.get("note")) for row in rows]


def asked(home: Home, answer: str, *words: str) -> tuple[int, str]:
    """Call the program at a terminal and answer its question; return its exit status and what it told there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flexibatch", "--home", str(home.path), *words]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs, env=environ
    ) as process:
        os.write(ours, f"{answer}\n".encode())
        status = process.wait(60)
    told = os.read(ours, 65_536).decode()
    for end in (ours, theirs):
        os.close(end)
    return status, " ".join(told.split())


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_where_there_is_no_terminal_nothing_is_done_without_yes(
    words: tuple[str, ...], desk: Caller, home: Home
) -> None:
    """One sentence tells count, consequence and the option; nothing has changed."""
    before = audited(home)
    told = desk(*words)
    assert (2, "", 1) == (told.status, told.out, told.sentences)
    assert [] == [part for part in (ASKING[words], "Nothing was done", "--yes") if part not in told.err]
    assert before == audited(home)


@pytest.mark.parametrize("words", ONE_BY_NAME, ids=" ".join)
def test_what_names_one_thing_and_takes_nothing_away_is_done_at_once(
    words: tuple[str, ...], desk: Caller, home: Home
) -> None:
    """No question, and the reason is kept all the same."""
    desk.done(*words, "--note", "as agreed")
    assert " ".join(words[:2]) == audited(home)[-1][0]


def test_a_terminal_is_asked_and_a_no_changes_nothing(desk: Caller, home: Home) -> None:
    """The consequence is told before the question; only a yes has it done."""
    words = ("sender", "remove", SENDER)
    before = audited(home)
    for answer in ("n", ""):
        status, told = asked(home, answer, *words)
        assert 2 == status
        assert "loses 1 key, 1 certificate" in told.partition("Go on? [y/N]")[0]
        assert told.endswith("Nothing was done.")
    assert before == audited(home)
    status, told = asked(home, "y", *words, "--note", "gone bankrupt")
    assert (0, True) == (status, "is removed" in told)
    assert ("sender remove", "gone bankrupt") == audited(home)[-1]
    assert "removed" == desk.done("sender", "show", SENDER, "--json").json["state"]


def test_with_yes_a_terminal_is_not_asked(desk: Caller, home: Home) -> None:
    """A script at a terminal goes on by itself, and a dry run has nothing to ask."""
    del desk
    for words in (("purge", "--dry-run"), ("purge", "--yes")):
        status, told = asked(home, "n", *words)
        assert (0, False) == (status, "Go on?" in told)


def test_the_note_stands_in_the_audit(desk: Caller, home: Home) -> None:
    """It is shown beside what was done."""
    desk.done("quarantine", "discard", go_name(1), "--yes", "--note", "  sent anew by mail  ")
    assert ("quarantine discard", "sent anew by mail") == audited(home)[-1]
    assert "note=sent anew by mail" in desk.done("audit", "list").out


@pytest.mark.parametrize("note", ["", " ", "a\nb", "\x1b[2J", "a" * 301, "\udc80"])
def test_a_note_that_the_audit_cannot_show_is_refused(note: str, desk: Caller, home: Home) -> None:
    """It is one line, of what can be printed."""
    before = audited(home)
    told = desk("sender", "hold", SENDER, "--note", note)
    assert (2, True) == (told.status, "a note is one line" in told.err)
    assert before == audited(home)


def examples(desk: Caller, command: str) -> list[list[str]]:
    """Return the calls that the help of a command shows."""
    lines = [line.strip() for line in desk.done(command, "--help").out.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("flexibatch ")]


# ----------------------------------------------------------------------------------------------------- purge


def test_the_examples_of_purge_are_done_as_they_stand(desk: Caller) -> None:
    """Whoever copies one gets what it says."""
    calls = examples(desk, "purge")
    assert 4 == len(calls)
    for words in calls:
        desk.done(*words)


@pytest.mark.parametrize(
    ("age", "sentence"),
    [
        ("30", "30 alone has no unit: write 30d for 30 days."),
        ("1", "1 alone has no unit: write 1d for 1 day."),
        ("2592000", "2592000 alone has no unit: write PT2592000S for 2592000 seconds."),
        ("30m", "'30m' is no duration: give 30d, 12h, 2y or P30D"),
        ("99y", "'99y' is no duration"),
    ],
)
def test_a_bare_number_is_no_age(age: str, sentence: str, desk: Caller, home: Home) -> None:
    """What is meant for thirty days never becomes thirty seconds, whatever else is said."""
    before = audited(home)
    told = desk("purge", "--older-than", age, "--below-retention", "--yes")
    assert (2, "", 1) == (told.status, told.out, told.sentences)
    assert sentence in told.err
    assert before == audited(home)


def test_a_bare_number_is_no_setting_of_what_is_kept(desk: Caller, home: Home) -> None:
    """The weekly purge would go by it."""
    with (home.path / FILE).open("a", encoding="utf-8") as file:
        file.write("[retention]\narchive = 30\n")
    told = desk("purge", "--yes")
    assert (2, 1) == (told.status, told.sentences)
    assert "retention.archive" in told.err
    assert "30 alone has no unit: write 30d for 30 days" in told.err


@pytest.mark.parametrize(
    ("words", "told_of"),
    [
        (("--older-than", "30d"), "retention.archive keeps this for 730 days, and 30 days is less"),
        (
            ("--older-than", "36h", "--kind", "reports"),
            "retention.reports keeps this for 365 days, and 36 hours",
        ),
        (("--older-than", "1y", "--kind", "reports", "--kind", "archive"), "retention.archive"),
    ],
)
def test_less_than_the_setting_is_never_kept_by_accident(
    words: tuple[str, ...], told_of: str, desk: Caller, home: Home
) -> None:
    """A look is free; deleting it takes an option of its own beside --yes."""
    before = audited(home)
    told = desk("purge", *words, "--yes")
    assert (2, 1) == (told.status, told.sentences)
    assert told_of in told.err
    assert "--below-retention" in told.err
    assert before == audited(home)
    going = desk.done("purge", *words, "--dry-run", "--json").json["purged"]
    gone = desk.done("purge", *words, "--below-retention", "--yes", "--json").json["purged"]
    assert going == gone


def test_an_age_of_the_setting_or_more_asks_for_nothing_else(desk: Caller) -> None:
    """Two years are what the archive is kept for."""
    (row,) = desk.done("purge", "--older-than", "2y", "--yes", "--json").json["purged"]
    assert (NOW - timedelta(days=730)).isoformat() == row["before"]
