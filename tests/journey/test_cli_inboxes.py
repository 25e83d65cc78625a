"""What lies in the inboxes and was not claimed: every set that waits, every stray, and each by its name."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.adapters.folders import make_sender_folders
from flexibatch.cli import inboxes
from flexibatch.domain.strays import StrayReason
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock, TestersClock
from tests.doubles.program import Caller, Told
from tests.doubles.records import OTHER, SENDER, Records

NOW = TestersClock().now()
KEY = f"FLEX.{SENDER}.{NOW:%Y%m%d}"
FI, GO = f"FI.{KEY}.00001.R.1.1", f"GO.{KEY}.00001.R.1"
STRAYS: dict[str, tuple[Callable[[Path], object], str, str | None]] = {
    FI.lower(): (Path.touch, "letters", FI),
    "wages.xlsx": (Path.touch, "name", None),
    f"{GO}.filepart": (Path.touch, "temporary", GO),
    f"FI.{KEY}.000001.R.1.1": (Path.touch, "refused", None),
    f"FI.{KEY}.00002.R.1.1.xlsx": (Path.touch, "refused", FI.replace("00001", "00002")),
    f"FI.{KEY}.00003.R.1.1": (lambda path: path.symlink_to("/etc/hostname"), "link", None),
    f"GO.{KEY}.00003.R.1": (Path.mkdir, "folder", None),
    "pipe": (os.mkfifo, "special", None),
    "\x1b[2Jgone\u202e": (Path.touch, "name", None),
}
"""What lies in an inbox, why it is no part of a set, and the right name for it, where one can be told."""


@pytest.fixture
def inbox(home: Home, call: Caller) -> Path:
    """Return the inbox of a registered sender, by a clock that goes with the machine's."""
    call.clock = FixedClock(TestersClock().now())
    Records(home.database)
    for number in (SENDER, OTHER):
        make_sender_folders(home.settings.spool, number)
    return home.settings.spool / "senders" / SENDER / "IN"


def waiting(call: Caller) -> list[tuple[str, str, str | None]]:
    rows = call.done("list", "--waiting", "--json").json
    return [(row["name"], row["why"], row["reason"]) for row in rows]


def later(call: Caller, wait: timedelta) -> None:
    call.clock = FixedClock(TestersClock().now() + wait + timedelta(minutes=5))


def test_every_set_of_an_inbox_has_its_row(call: Caller, inbox: Path) -> None:
    """What each lacks, and until when; none hides behind an older one."""
    for name in (FI, f"GO.{KEY}.00002.R.2", f"FI.{KEY}.00002.R.2.1", f"GO.{KEY}.00003.R.1"):
        (inbox / name).touch()
    (inbox / f"FI.{KEY}.00004.R.1.1").touch()
    (inbox / f"GO.{KEY}.00004.R.1").touch()
    assert [
        (FI, "arriving", "its GO is missing"),
        (f"GO.{KEY}.00002.R.2", "arriving", "FI files announced: 2, there: 1"),
        (f"GO.{KEY}.00003.R.1", "arriving", "FI files announced: 1, there: 0"),
        (f"GO.{KEY}.00004.R.1", "sweep", None),
    ] == sorted(waiting(call), key=lambda row: row[0])


def test_a_set_past_its_grace_is_told_as_one_that_is_refused(call: Caller, home: Home, inbox: Path) -> None:
    """Until then `until` tells when; then the next sweep does it, and why is told."""
    (inbox / FI).touch()
    (row,) = call.done("list", "--waiting", "--json").json
    assert row["until"] is not None
    later(call, home.settings.incomplete_after)
    assert [(FI, "sweep", "a sweep refuses it: its GO is missing")] == waiting(call)
    assert 1 == call("sweep").status
    assert [] == waiting(call)
    (settled,) = call.done("list", "--json").json
    assert "refused" == settled["state"]


def test_every_set_has_its_row_whatever_becomes_of_it(call: Caller, home: Home, inbox: Path) -> None:
    """A TD with its GO, a TD alone, a part that came late, a name that breaks a rule."""
    for name in (f"GO.{KEY}.00005.R.1", f"TD.{KEY}.00005.R.1", f"TD.{KEY}.00006.R.1"):
        (inbox / name).touch()
    (inbox / f"FI.{KEY}.000007.R.1.1").touch()
    later(call, home.settings.incomplete_after)
    reasons = {name: reason or "" for name, _why, reason in waiting(call)}
    assert "its TD withdraws it" in reasons[f"GO.{KEY}.00005.R.1"]
    assert "set aside" in reasons[f"TD.{KEY}.00006.R.1"]
    assert "a sweep refuses it" in reasons[f"FI.{KEY}.000007.R.1.1"]
    assert "sequence number" in reasons[f"FI.{KEY}.000007.R.1.1"]


@pytest.mark.parametrize("name", STRAYS)
def test_every_stray_is_told_with_its_reason(name: str, call: Caller, inbox: Path) -> None:
    """In the list and by its name, with what a right one looks like; what a terminal would obey is not shown."""
    put, why, right = STRAYS[name]
    put(inbox / name)
    (row,) = call.done("list", "--strays", "--json").json
    assert (SENDER, "IN", name, why, right) == tuple(
        row[field] for field in ("sender", "folder", "name", "why", "right_name")
    )
    told = call.done("list", "--strays").out
    assert inboxes.STRAY[StrayReason(why)] in told
    shown = call.done("show", name)
    example = why in {"name", "refused", "letters", "temporary"} and right is None
    assert (right or (f"for example {FI}" if example else "")) in shown.out
    for one in (told, shown.out, call.done("show", name, "--json").out):
        assert {"\x1b", "\u202e"} & set(one) == set()


def test_a_name_that_is_no_text_is_a_stray(call: Caller, inbox: Path) -> None:
    """It is shown with question marks, and can be asked for as the shell passes it."""
    (Path(os.fsdecode(os.fsencode(inbox) + b"/FI.FLEX.\xff"))).touch()
    (row,) = call.done("list", "--strays", "--json").json
    assert "unreadable-name" == row["why"]
    assert "FI.FLEX.?" in call.done("list", "--strays").out
    assert "no text in UTF-8" in call.done("show", "FI.FLEX.\udcff").out


def test_a_part_with_a_wrong_sequence_is_told_beside_its_go(call: Caller, inbox: Path) -> None:
    """The GO lacks its part, and the part that was meant is shown with the right name and the rule."""
    (inbox / GO).touch()
    (inbox / f"FI.{KEY}.000001.R.1.1").touch()
    assert {GO, f"FI.{KEY}.000001.R.1.1"} == {name for name, _why, _reason in waiting(call)}
    told = call.done("show", f"FI.{KEY}.000001.R.1.1").out
    assert "sequence number" in told
    assert FI in told


def test_a_set_that_waits_is_shown_by_the_name_of_any_of_its_files(call: Caller, inbox: Path) -> None:
    """It has no ticket yet; its files stand with it."""
    for name in (FI, GO):
        (inbox / name).touch()
    for name in (FI, GO):
        told = call.done("show", name).out
        assert "none: it was not claimed yet" in told
        assert "the next sweep" in told
    (found,) = call.done("show", GO, "--json").json["sets"]
    assert (None, [GO, FI]) == (found["set"]["ticket"], [one["name"] for one in found["files"]])


def test_a_name_that_is_nowhere_is_refused_as_ever(call: Caller, inbox: Path) -> None:
    """Whatever its signs are."""
    del inbox
    for name in (GO, "a\x00b", "\udc80", "wages.xlsx"):
        told = call("show", name)
        assert (2, True) == (told.status, "No set has the ticket or name" in told.err)


def test_an_inbox_that_cannot_be_listed_hides_no_other(
    call: Caller, home: Home, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are shown, the sentence says which is not, and the exit status is that of trouble."""
    (inbox / FI).touch()
    closed = home.settings.spool / "senders" / OTHER / "IN"
    real = os.scandir

    def scandir(path: str) -> object:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(closed))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    told = call("list", "--waiting", "--json")
    assert (3, [FI]) == (told.status, [row["name"] for row in told.json])
    assert f"Not looked into: IN of sender {OTHER}" in told.err
    assert 3 == call("list", "--strays").status
    assert 3 == call("show", GO).status
    assert 0 == call("show", FI).status


def test_of_very_many_people_see_some_and_scripts_all(
    call: Caller, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left out is counted."""
    monkeypatch.setattr(inboxes, "ROWS_SHOWN", 3)
    for number in range(1, 6):
        (inbox / f"FI.{KEY}.{number:05d}.R.1.1").touch()
        (inbox / f"notes {number}").touch()
    for words in (("list", "--waiting"), ("list", "--strays")):
        told: Told = call.done(*words)
        assert "3 of 5 rows are shown" in told.err
        assert 4 == len(told.out.splitlines())
        assert 5 == len(call.done(*words, "--json").json)


def test_an_inbox_of_very_many_names_is_listed(call: Caller, inbox: Path) -> None:
    """More than a bite: each has its row."""
    for number in range(1, 6001):
        (inbox / f"FI.{KEY}.{number:05d}.R.1.1").touch()
        (inbox / f"notes {number}").touch()
    assert 6000 == len(waiting(call))
    assert 6000 == len(call.done("list", "--strays", "--json").json)
