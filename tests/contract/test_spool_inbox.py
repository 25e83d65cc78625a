"""What is seen in the inboxes, in which order it is claimed, and what is only told."""

import os
import stat
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from flexibatch.adapters.spool.inbox import BITE, Inboxes, Waits
from flexibatch.adapters.spool.local.listing import scan_folder
from flexibatch.domain.case import Claim
from flexibatch.domain.envelope import Limits
from flexibatch.domain.groups import FILES_LIMIT, DirectoryEntry
from flexibatch.domain.vocabulary import Environment, SignatureDemand
from tests.doubles.spool import (
    BUREAU,
    DAY,
    FI,
    GO,
    LIMIT,
    NAMES,
    NOON,
    TICKET,
    KnownTo,
    Listed,
    filled_inbox,
    lone,
    made_spool,
    nanoseconds,
)

WAITS = Waits(
    incomplete_after=timedelta(days=1),
    go_grace=timedelta(minutes=5),
    settle_for=timedelta(seconds=10),
    stray_after=timedelta(days=1),
    claim_delay=timedelta(seconds=2),
    max_waiting=50_000,
)
LIMITS = Limits(LIMIT, 365, frozenset(Environment), ZoneInfo("Europe/Brussels"))


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return made_spool(tmp_path)


@pytest.fixture
def inbox(spool: Path) -> Path:
    return filled_inbox(spool)


def test_only_regular_files_are_files(inbox: Path, tmp_path: Path) -> None:
    """Links, also to good files, folders, pipes, sockets and names that are no text are told as what they are not."""
    (inbox / "link").symlink_to(inbox / FI)
    (inbox / "dangling").symlink_to(tmp_path / "nowhere")
    (inbox / "folder").mkdir()
    os.mkfifo(inbox / "pipe")
    os.mknod(inbox / "socket", stat.S_IFSOCK | 0o600)
    Path(os.fsdecode(os.fsencode(inbox) + b"/GO.\xff")).write_bytes(b"")
    entries = {os.fsencode(entry.name): entry.regular for entry in scan_folder(inbox)}
    others = (b"link", b"dangling", b"folder", b"pipe", b"socket", b"GO.\xff")
    assert dict.fromkeys(map(str.encode, NAMES), True) | dict.fromkeys(others, False) == entries


def test_entries_tell_the_change_time(inbox: Path) -> None:
    """The modification time, which clients set, plays no part."""
    os.utime(inbox / GO, ns=(1, 1))
    told = {entry.name: entry.changed_ns for entry in scan_folder(inbox)}
    assert (inbox / GO).stat().st_ctime_ns == told[GO]


def test_a_folder_that_is_not_there_is_empty(spool: Path) -> None:
    """Somebody removed it: the operator is told, other inboxes are looked into."""
    with capture_logs() as logs:
        assert [] == list(scan_folder(spool / "senders/000641/IN"))
    assert ["inbox.missing"] == [line["event"] for line in logs]


def looked(
    listed: Listed, known: KnownTo | None = None, *, patient: bool = False, most: int = 9
) -> list[Claim]:
    inboxes = Inboxes(listed, known or KnownTo(), LIMITS, replace(WAITS, max_waiting=most))
    return [one for one in inboxes.look(NOON, patient=patient) if one is not None]


def test_sets_come_in_order_of_arrival_over_all_inboxes() -> None:
    """Senders and environments are mixed by the GO's change time; each folder is listed once."""
    other = replace(BUREAU, number="000642")
    listed = Listed(
        {
            "000640/IN": lone(1, 3) + lone(2, 9),
            "000640/INTEST": lone(1, 5, "T"),
            "000642/IN": lone(1, 7, sender="000642"),
        }
    )
    claims = looked(listed, KnownTo((BUREAU, other)))
    assert [
        ("000640", "R", "00002"),
        ("000642", "R", "00001"),
        ("000640", "T", "00001"),
        ("000640", "R", "00001"),
    ] == [(one.sender, one.environment.value, one.name.split(".")[4]) for one in claims]
    assert len(set(listed.asked)) == len(listed.asked) == 6


def test_a_claim_tells_instant_and_day_of_arrival() -> None:
    """In UTC to the microsecond, and the day where the channel lives."""
    found = looked(Listed({"000640/IN": lone(1, 0.25)}))[0]
    assert (NOON - timedelta(seconds=0.25), DAY) == (found.arrived_at, found.received_on)


def test_who_is_on_hold_is_not_looked_at() -> None:
    """The sets of a sender on hold wait untouched; those of one that was removed are taken to be answered."""
    listed = Listed({"000640/IN": lone(1, 9)})
    assert [] == looked(listed, KnownTo((replace(BUREAU, held=True),)))
    assert [] == listed.asked
    assert 1 == len(looked(listed, KnownTo((replace(BUREAU, removed=True),))))


def test_an_inbox_that_cannot_be_listed_holds_up_nobody_else() -> None:
    """The operator is told; every other folder is looked into."""
    senders = KnownTo((replace(BUREAU, number="000641"), BUREAU))
    with capture_logs() as logs:
        found = looked(Listed({"000640/IN": lone(1, 9)}), senders)
    assert (["000640"], ["inbox.delayed"]) == (
        [one.sender for one in found],
        [line["event"] for line in logs],
    )


def test_a_bureau_gets_so_many_sets_a_sweep() -> None:
    """The oldest of all its inboxes are taken; that there are more is told."""
    listed = Listed({"000640/IN": lone(1, 3) + lone(2, 9), "000640/INTEST": lone(3, 5, "T")})
    with capture_logs() as logs:
        found = looked(listed, most=2)
    assert ["00002", "00003"] == [one.name.split(".")[4] for one in found]
    assert [("inbox.crowded", 2, 1)] == [(line["event"], line["taken"], line["left"]) for line in logs]


def test_signatures_are_asked_where_they_are_owed() -> None:
    """A sender that must sign need not in the simulation."""
    owing = KnownTo((replace(BUREAU, signature=SignatureDemand.REQUIRED),))
    listed = Listed(
        {"000640/IN": lone(1, 9), "000640/INTEST": lone(1, 9, "T"), "000640/INTEST-S": lone(1, 9, "S")}
    )
    assert [Environment.SIMULATION] == [one.environment for one in looked(listed, owing)]


def test_who_watches_leaves_young_gos_alone() -> None:
    """A sweep by hand takes them."""
    listed = Listed({"000640/IN": lone(1, 1.5)})
    assert ([], 1) == (looked(listed, patient=True), len(looked(listed)))


def test_strays_are_reported_and_stay() -> None:
    """What is no part of a set is told after a day."""
    old = nanoseconds(NOON - timedelta(days=1))
    with capture_logs() as logs:
        assert [] == looked(
            Listed({"000640/IN": [DirectoryEntry("notes.txt", old), DirectoryEntry("new.txt", old + 1)]})
        )
    assert [("inbox.stray", "notes.txt")] == [(line["event"], line["name"]) for line in logs]


def test_what_is_left_of_a_received_set_is_put_away() -> None:
    """The store is asked for names without a GO only."""
    known = KnownTo(used={"FLEX.000640.20261005.00001.R": TICKET})
    part = lone(1, 86_400)[:1]
    assert [True] == [one.silent for one in looked(Listed({"000640/IN": part}), known)]


# -------------------------------------------------------------------------------------------------------- peak


def test_a_peak_costs_what_its_sets_cost() -> None:
    """Thirty thousand sets: one listing, and four times the sets cost no more than about four times the work."""

    def cost(sets: int) -> float:
        listed = Listed({"000640/IN": [entry for n in range(1, sets + 1) for entry in lone(n, 9)]})
        start = perf_counter()
        claims = looked(listed, most=50_000)
        spent = perf_counter() - start
        assert (sets, 3) == (len(claims), len(listed.asked))
        return spent

    small = min(cost(7_500) for _ in range(3))
    assert cost(30_000) < 16 * small


# ------------------------------------------------------------------------------------------------- full inboxes

OTHER = replace(BUREAU, number="000642")
FULL = {
    "000640/IN": [entry for n in range(1, 2 * BITE) for entry in lone(n, 9)],
    "000642/IN": lone(1, 3, sender="000642"),
}


def inboxes_of(listed: Listed) -> Inboxes:
    return Inboxes(listed, KnownTo((BUREAU, OTHER)), LIMITS, WAITS)


def test_a_full_inbox_is_looked_through_in_bites() -> None:
    """The other bureau's set, though younger, is given after one bite; after every further one comes a pause."""
    given = [one and one.sender for one in inboxes_of(Listed(FULL)).look(NOON, patient=True)]
    pauses = given.index("000640") - 1
    assert ["000642", *[None] * pauses, *["000640"] * (2 * BITE - 1)] == given
    assert pauses > 2 * (2 * BITE - 1) // BITE


def test_a_full_inbox_is_looked_at_on_by_the_next_look() -> None:
    """A look that is given up after every bite comes to its end all the same, and lists the folder once."""
    listed = Listed(FULL)
    inboxes = inboxes_of(listed)
    senders: list[str] = []
    looks = 0
    while "000640" not in senders:
        looks += 1
        senders = [one.sender for one in islice(inboxes.look(NOON, patient=True), 2) if one is not None]
        assert "000642" in senders
    assert 2 < looks
    assert 1 == listed.asked.count("000640/IN")


def test_what_comes_while_a_full_inbox_is_listed_waits_for_the_next_look() -> None:
    """Its withdrawal, or an older set, may have been missed; a small inbox is listed at once, whatever clocks say."""
    late = lone(2 * BITE, -1)
    names = {one.name for one in looked(Listed({"000640/IN": [*FULL["000640/IN"], *late]}), most=50_000)}
    assert (2 * BITE - 1, False) == (len(names), any(f".{2 * BITE:05d}." in name for name in names))
    assert 1 == len(looked(Listed({"000640/IN": late})))


def test_very_many_files_of_one_set_are_taken_in_part_and_told() -> None:
    """So many are taken as a set may have, and some; the others stay, and the operator is told."""
    crowd = [replace(lone(1, 9)[0], name=f"{FI}.{one}.xml") for one in range(20_000)]
    listed = Listed({"000640/IN": [*lone(1, 9), *crowd]})
    with capture_logs() as logs:
        [claim] = looked(listed)
    told = [(line["event"], line["taken"], line["left"]) for line in logs]
    assert (FILES_LIMIT, True, [("inbox.set_crowded", FILES_LIMIT, 20_002 - FILES_LIMIT)]) == (
        len(claim.names),
        claim.leader.startswith("GO."),
        told,
    )
