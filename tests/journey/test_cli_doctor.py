"""What `doctor` warns of in the work itself: strays, sets past their grace, quarantine, an old register."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.store import tables
from flexibatch.adapters.store.engine import stored
from flexibatch.services.doctor.checks import LOOKS
from flexibatch.services.doctor.names import LOOKED_AT
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock, TestersClock
from tests.doubles.program import Caller
from tests.doubles.records import SENDER, Records, go_name, put

NOW = TestersClock().now()
WORK = ("inboxes", "verdicts", "quarantine", "register")


def fed(home: Home, age: timedelta) -> None:
    told = {"sha256": f"{age.days:064d}", "file_name": "r.csv", "format": "csv", "rows": 1}
    with home.database.writing() as connection:
        put(connection, tables.register_import, **told, imported_at=stored(NOW - age))


@pytest.fixture
def records(home: Home, call: Caller) -> Records:
    """Return a channel with a bureau and a register of today."""
    call.clock = FixedClock(NOW)
    made = Records(home.database)
    for number in (SENDER, "000641"):
        make_sender_folders(home.settings.spool, number)
    fed(home, timedelta(hours=1))
    return made


def warned(call: Caller) -> list[tuple[str, str]]:
    """Return what is told in the checks of the work; none of them fails."""
    rows = [row for row in call("doctor", "--json").json if row["check"] in WORK and row["told"]]
    assert {"warning"} >= {row["state"] for row in rows}
    assert all(row["what_to_do"] for row in rows)
    return [(row["check"], row["told"]) for row in rows]


@pytest.fixture
def inbox(home: Home, records: Records) -> Path:
    del records
    return home.settings.spool / "senders" / SENDER / "IN"


def test_nothing_is_told_where_all_is_well(call: Caller, inbox: Path) -> None:
    """A set that has just come, and an upload in hand, are no trouble."""
    (inbox / go_name(1)).touch()
    (inbox / f"{go_name(2)}.filepart").touch()
    assert [] == warned(call)


@pytest.mark.parametrize(
    ("put_down", "kind"),
    [
        (Path.touch, "other names: 1"),
        (Path.mkdir, "folders: 1"),
        (lambda path: path.symlink_to("/etc/hostname"), "links: 1"),
    ],
)
def test_a_stray_is_told_at_once(
    put_down: Callable[[Path], None], kind: str, call: Caller, inbox: Path
) -> None:
    """Where it lies, of which kind it is, and what to do."""
    put_down(inbox / "wages.xlsx")
    ((check, told),) = warned(call)
    assert ("inboxes", f"IN of sender {SENDER} holds what is no part of a set ({kind}).") == (check, told)
    assert "list --strays" in call("doctor").out


def test_an_upload_that_does_not_end_is_told_later(call: Caller, home: Home, inbox: Path) -> None:
    """A temporary name has its time."""
    (inbox / f"{go_name(2)}.filepart").touch()
    call.clock = FixedClock(NOW + home.settings.stray_after + timedelta(hours=2))
    ((check, told),) = warned(call)
    assert ("inboxes", True) == (check, "temporary names: 1" in told)


def test_a_set_past_its_grace_is_told(call: Caller, home: Home, inbox: Path) -> None:
    """Nothing sweeps, or its sender is on hold."""
    (inbox / go_name(1)).touch()
    call.done("sender", "hold", SENDER)
    call.clock = FixedClock(NOW + home.settings.incomplete_after + timedelta(hours=2))
    ((check, told),) = warned(call)
    assert ("inboxes", True, True) == (check, "is on hold" in told, "past `incomplete_after`" in told)


def test_what_waits_long_for_its_verdict_is_told(call: Caller, records: Records) -> None:
    """It was claimed days ago."""
    records.claim(go_name(1))
    ((check, told),) = warned(call)
    assert ("verdicts", True) == (check, told.startswith("1 sets that were claimed at 2026-10-05"))


def test_quarantine_is_told(call: Caller, records: Records) -> None:
    """Whoever runs `doctor` alone learns of it."""
    records.change(records.claim(go_name(1)), state="quarantine")
    ((check, told),) = warned(call)
    assert ("quarantine", True) == (check, told.startswith("1 sets are in quarantine"))
    assert 0 == call("doctor").status


def test_an_old_register_is_told(call: Caller, home: Home) -> None:
    """Never fed, where there is a bureau; then fed too long ago; then in time."""
    call.clock = FixedClock(NOW)
    assert [] == warned(call)
    Records(home.database)
    assert [("register", True)] == [(check, "never fed" in told) for check, told in warned(call)]
    fed(home, timedelta(days=8))
    assert [("register", True)] == [(check, "8 days ago" in told) for check, told in warned(call)]
    fed(home, timedelta(days=6))
    assert [] == warned(call)


def test_every_check_is_named_in_words(call: Caller, records: Records) -> None:
    """People read what is looked at; scripts have the key beside it."""
    del records
    assert list(LOOKS) == list(LOOKED_AT)
    told = call("doctor")
    assert [] == [words for words in LOOKED_AT.values() if words not in told.out]
    assert list(LOOKED_AT.items()) == [
        (row["check"], row["looked_at"]) for row in call("doctor", "--json").json
    ]
