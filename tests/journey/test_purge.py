"""What has been kept for long enough goes, kind by kind, and nothing else."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.spool.retention import Expired, delete, old_pages
from flexibatch.adapters.store import access, tables
from flexibatch.adapters.store.engine import stored
from flexibatch.domain.sessions import Act, SessionEvent
from flexibatch.errors import Unavailable
from flexibatch.settings import FILE
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock
from tests.doubles.program import Caller
from tests.doubles.records import OTHER, SENDER, Records, go_name, put

NOW = datetime(2027, 1, 13, 10, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=40)
ANSWER = "FO.ACRF.999999.20261005.00001.R"


@pytest.fixture
def records(home: Home, call: Caller) -> Records:
    """Return a home in which a set, its page and its answers can be put; it is January there."""
    call.clock = FixedClock(NOW)
    for number in (SENDER, OTHER):
        make_sender_folders(home.settings.spool, number)
    return Records(home.database)


def went(call: Caller, kind: str, *words: str) -> dict[str, Any]:
    """Purge one kind; give what the program says of it."""
    below = ["--below-retention"] if "--older-than" in words else []
    (row,) = call.done("purge", "--kind", kind, *words, *below, "--yes", "--json").json["purged"]
    assert isinstance(row, dict)
    return row


def lay(home: Home, folder: str, name: str, *, number: str = SENDER, at: datetime = OLD) -> Path:
    """Put a file of five bytes into a sender's folder, at a moment."""
    path = home.settings.spool / "senders" / number / folder / name
    path.write_bytes(b"12345")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def archived(home: Home, ticket: str) -> Path:
    folder = home.settings.spool / "archive" / "2026" / "10" / "05" / ticket
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "FI").write_bytes(b"12345")
    return folder


def acts(home: Home) -> list[tuple[str, Mapping[str, object]]]:
    with home.database.reading() as connection:
        rows = connection.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
    return [(row.subject, row.details) for row in rows if row.action == "purge"]


# --------------------------------------------------------------------------------------------------- archive


def test_the_archive_loses_bytes_and_no_verdict(call: Caller, home: Home, records: Records) -> None:
    """A dry run changes nothing; then the bytes are gone, the set is still shown, nothing is left to do."""
    ticket = records.settled(1)
    folder = archived(home, ticket)
    expected = {"kind": "archive", "counted": 1, "of": "sets", "files": 1, "bytes": 5, "tickets": [ticket]}
    dry = went(call, "archive", "--older-than", "P30D", "--dry-run")
    assert expected | {"before": "2026-12-14T10:00:00+00:00"} == dry
    assert (True, []) == (folder.exists(), acts(home))
    told = call.done("purge", "--older-than", "P30D", "--below-retention", "--yes")
    assert [["archive", "1", "sets", "1", "5"]] == [
        [line.split()[0], *line.split()[3:]] for line in told.out.splitlines()[1:]
    ]
    assert not folder.exists()
    assert [("archive", {"before": "2026-12-14T10:00:00+00:00", "sets": 1})] == acts(home)
    assert "2027-01-13T10:00:00+00:00" == call.done("show", ticket, "--json").json["purged_at"]
    assert (0, []) == ((again := went(call, "archive", "--older-than", "P30D"))["files"], again["tickets"])


def test_the_setting_says_how_long(call: Caller, home: Home, records: Records) -> None:
    """Without an age the setting decides; age counts from the last answer."""
    folder = archived(home, records.settled(1))
    assert 0 == went(call, "archive")["counted"]
    assert 0 == went(call, "archive", "--older-than", "P1Y")["counted"]
    with (home.path / FILE).open("a", encoding="utf-8") as file:
        file.write('[retention]\narchive = "P30D"\n')
    assert 1 == went(call, "archive")["counted"]
    assert not folder.exists()


def test_a_purge_that_was_cut_short_is_finished(call: Caller, home: Home, records: Records) -> None:
    """What is marked as purged and still lies there goes with the next purge."""
    ticket = records.settled(1)
    went(call, "archive", "--older-than", "P30D")
    folder = archived(home, ticket)
    told = went(call, "archive", "--older-than", "P30D")
    assert ([], 1, 5) == (told["tickets"], told["files"], told["bytes"])
    assert not folder.exists()


def test_without_a_kind_all_go_by_their_settings(call: Caller, records: Records) -> None:
    """Five kinds, each with its own moment."""
    del records
    rows = call.done("purge", "--dry-run", "--json").json["purged"]
    days = {row["kind"]: (NOW - datetime.fromisoformat(row["before"])).days for row in rows}
    assert {"archive": 730, "reports": 365, "answers": 90, "audit": 3650, "door": 730} == days


# --------------------------------------------------------------------------------------------------- reports


def test_pages_of_old_sets_go(call: Caller, home: Home, records: Records) -> None:
    """All pages of a set that is done with go; those of one that waits, and the bureau's own files, stay."""
    done, waits = records.settled(1), records.claim(go_name(2))
    names = (f"{go_name(1)}.{done}.html", f"{go_name(1)}.{done}.csv", f"FI. bad näme\n.{done}.json")
    gone = [lay(home, "REPORT", name) for name in names]
    kept = [
        lay(home, "REPORT", f"{go_name(2)}.{waits}.html"),
        lay(home, "REPORT", "notes.html"),
        lay(home, "REPORT", f"GO.\udcff.{done}.html"),
    ]
    assert 3 == went(call, "reports", "--older-than", "P30D", "--dry-run")["counted"]
    assert [] == [path for path in gone + kept if not path.exists()]
    told = went(call, "reports", "--older-than", "P30D")
    assert (3, 15, sorted(path.name for path in gone)) == (told["files"], told["bytes"], told["names"])
    assert kept == [path for path in gone + kept if path.exists()]
    assert [("reports", 3)] == [(subject, details["files"]) for subject, details in acts(home)]
    assert 0 == went(call, "reports", "--older-than", "P30D")["counted"]
    assert 1 == len(acts(home))


# --------------------------------------------------------------------------------------------------- answers


def fetch(home: Home, path: str, taken: int = 5, *, number: str = SENDER, at: datetime = OLD) -> None:
    """Let a bureau read some bytes of a file over SFTP."""
    told = SessionEvent(Act.GET, "s", number, "192.0.2.1", {"path": path, "bytes": taken})
    access.write_events(home.database, [(at, told)])


def left(home: Home, number: str = SENDER, folder: str = "OUT") -> list[str]:
    return sorted(path.name for path in (home.settings.spool / "senders" / number / folder).iterdir())


def test_an_answer_that_was_fetched_goes_with_its_go(call: Caller, home: Home, records: Records) -> None:
    """Only the sender's own, whole and long-ago fetch counts."""
    del records
    for number in (SENDER, OTHER):
        for name in (ANSWER, ANSWER.replace("FO", "GO"), ANSWER.replace(".00001.", ".00002.")):
            lay(home, "OUT", name, number=number)
    fetch(home, f"/OUT/{ANSWER}")
    dry = went(call, "answers", "--older-than", "P30D", "--dry-run")
    assert ([ANSWER, ANSWER.replace("FO", "GO")], 6) == (
        dry["names"],
        len(left(home)) + len(left(home, OTHER)),
    )
    assert 2 == went(call, "answers", "--older-than", "P30D")["files"]
    assert [ANSWER.replace(".00001.", ".00002.")] == left(home)
    assert 3 == len(left(home, OTHER))


@pytest.mark.parametrize(
    ("path", "taken", "fetched_at", "laid_at"),
    [
        (f"/OUT/{ANSWER}", 4, OLD, OLD),
        (f"/OUTTEST/{ANSWER}", 5, OLD, OLD),
        (f"/OUT/{ANSWER}", 5, NOW - timedelta(days=29), OLD),
        (f"/OUT/{ANSWER}", 5, OLD, NOW - timedelta(days=29)),
    ],
    ids=["in part", "of another environment", "of late", "put down again since"],
)
def test_an_answer_stays_where_it_was_not_fetched_for_good(  # noqa: PLR0913, PLR0917 - the cases' own
    path: str, taken: int, fetched_at: datetime, laid_at: datetime, call: Caller, home: Home, records: Records
) -> None:
    """Half a fetch, that of another file, one of late, and one of before it was put down again do not count."""
    del records
    lay(home, "OUT", ANSWER, at=laid_at)
    fetch(home, path, taken, at=fetched_at)
    assert 0 == went(call, "answers", "--older-than", "P30D")["files"]


def test_an_answer_that_was_acknowledged_was_fetched(call: Caller, home: Home, records: Records) -> None:
    """Where bureaus come in elsewhere their acknowledgement tells it."""
    ticket = records.settled(1, "recorded")
    row = {"set_ticket": ticket, "answer_name": ANSWER, "answer_ticket": None, "recorded_at": stored(OLD)}
    with home.database.writing() as connection:
        put(connection, tables.acknowledgement, **row)
    lay(home, "OUT", ANSWER)
    lay(home, "OUT", ANSWER, number=OTHER)
    assert 1 == went(call, "answers", "--older-than", "P30D")["files"]
    assert ([], [ANSWER]) == (left(home), left(home, OTHER))


def test_a_folder_that_refuses_is_told_as_trouble(tmp_path: Path) -> None:
    """What cannot be deleted is told with its place; what is gone already is no trouble."""
    delete([Expired(tmp_path / "gone", 0)])
    with pytest.raises(Unavailable, match="purge again"):
        delete([Expired(tmp_path, 0)])
    with pytest.raises(Unavailable, match="purge again"):
        old_pages(tmp_path / "gone", lambda tickets: tickets)


# ----------------------------------------------------------------------------------------------------- audit


def told_long_ago(home: Home, days: int = 3650) -> None:
    rows: list[dict[str, Any]] = [{"at": stored(at)} for at in (NOW - timedelta(days=days + 50), NOW)]
    act = {"operator": "bert", "action": "sender hold", "subject": SENDER, "details": {}}
    deed = {"session": "s", "sender": SENDER, "address": "192.0.2.1", "act": "login", "details": {}}
    with home.database.writing() as connection:
        connection.execute(insert(tables.audit), [row | act for row in rows])
        connection.execute(insert(tables.session_event), [row | deed for row in rows])


@pytest.mark.parametrize(("kind", "days"), [("audit", 3650), ("door", 730)])
def test_the_audit_loses_what_is_past_its_retention(
    kind: str, days: int, call: Caller, home: Home, records: Records
) -> None:
    """What operators did and what bureaus did go each by its own setting, and who had it deleted stays."""
    del records
    told_long_ago(home, days)
    expected = {"counted": 1, "of": "rows"}
    dry = went(call, kind, "--dry-run")
    assert expected == {key: dry[key] for key in expected}
    assert 4 == len(call.done("audit", "list", "--json").json)
    told = went(call, kind)
    assert expected == {key: told[key] for key in expected}
    rows = [row for row in call.done("audit", "list", "--json").json if row["action"] != "purge"]
    left = {"audit": ["bureau", "bureau", "operator"], "door": ["bureau", "operator", "operator"]}
    assert left[kind] == sorted(row["by"] for row in rows)
    (act,) = (row for row in call.done("audit", "list", "--json").json if row["action"] == "purge")
    assert ("anna", kind, 1) == (act["who"], act["subject"], act["details"]["rows"])
    with home.database.reading() as connection:
        ways_out = connection.execute(select(tables.audit_purge.c.operator, tables.audit_purge.c.rows)).all()
    assert [("anna", 1)] == [tuple(one) for one in ways_out]


def test_what_bureaus_did_goes_before_what_operators_did(call: Caller, home: Home, records: Records) -> None:
    """After three years the one is past its setting, the other is not."""
    del records
    told_long_ago(home, 1095)
    assert [0, 1] == [went(call, kind)["counted"] for kind in ("audit", "door")]


def test_a_clock_that_runs_ahead_deletes_no_young_audit(call: Caller, home: Home, records: Records) -> None:
    """The database's own clock has the last word: one sentence, and nothing is gone."""
    del records
    told_long_ago(home)
    call.clock = FixedClock(datetime.now(UTC) + timedelta(days=3650))
    for kind in ("audit", "door"):
        told = call("purge", "--kind", kind, "--yes")
        assert (2, "", 1) == (told.status, told.out, told.sentences)
        assert "by the database's clock" in told.err
    assert 4 == len(call.done("audit", "list", "--json").json)
