"""A set's life before its claim: what is claimed now, under which name, and what waits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import DirectoryEntry, EntryKind, groups_of, orphans
from flexibatch.domain.inbox_contents import SETS_TOLD, STRAYS_TOLD, InboxContent, WaitingSet
from flexibatch.domain.names import InboxContext
from flexibatch.domain.sets import Found, Inbox, Patience, Sorted, sort_out
from flexibatch.domain.vocabulary import Environment

SECOND = 10**9
NOW = 1_000_000 * SECOND
PATIENCE = Patience(
    incomplete_after=86_400 * SECOND,
    go_grace=300 * SECOND,
    settle_for=10 * SECOND,
    stray_after=43_200 * SECOND,
    claim_delay=0,
)
PLACE = InboxContext("000640", Environment.REAL, date(2026, 10, 5), 365, frozenset(Environment))
INBOX = Inbox(PLACE, PATIENCE, signed=False)
WATCHING = replace(INBOX, patience=replace(PATIENCE, claim_delay=2 * SECOND))
SIGNING = replace(INBOX, signed=True)

KEY = "FLEX.000640.20261005.00001.R"
GO, TD, FI, FS = f"GO.{KEY}.1", f"TD.{KEY}.1", f"FI.{KEY}.1.1", f"FS.{KEY}.1.1"
LONG_AGO = 20 * SECOND


def entries(ages: Mapping[str, int]) -> list[DirectoryEntry]:
    """Make entries that were changed so many nanoseconds ago."""
    return [DirectoryEntry(name, NOW - age) for name, age in ages.items()]


def sorted_out(listing: list[DirectoryEntry], received: Mapping[str, str], inbox: Inbox) -> Sorted:
    groups, others = groups_of(listing)
    known = {key: received[key] for key in orphans(groups) if key in received}
    return sort_out(groups, others, known, inbox, NOW)


def decided(ages: Mapping[str, int], *, received: bool = False, inbox: Inbox = INBOX) -> list[Found]:
    return sorted_out(entries(ages), {KEY: "EARLIER"} if received else {}, inbox).found


def only(ages: Mapping[str, int], *, received: bool = False, inbox: Inbox = INBOX) -> Found:
    found = decided(ages, received=received, inbox=inbox)
    assert 1 == len(found)
    return found[0]


def rules(found: Found) -> list[str]:
    return [fault.rule for fault in found.faults]


# ------------------------------------------------------------------------------------------------- complete


def test_a_complete_set_is_claimed_by_its_go() -> None:
    """GO and all announced FI are there: one claim, the GO first, arrived when the GO was put there."""
    expected = Found(GO, KEY, "FLEX", GO, (GO, FI), NOW - 5)
    assert [expected] == decided({FI: LONG_AGO, GO: 5})


def test_all_nine_parts_are_waited_for() -> None:
    """A set is complete with the last of its parts, in whatever order they are listed."""
    parts = {f"FI.{KEY}.9.{part}": LONG_AGO for part in (9, 1, 8, 2, 7, 3, 6, 4, 5)}
    go = f"GO.{KEY}.9"
    assert (go, *sorted(parts)) == only({**parts, go: 5}).names
    del parts[f"FI.{KEY}.9.5"]
    assert [] == decided({**parts, go: 5})


def test_signatures_are_waited_for_where_the_sender_must_sign() -> None:
    """Without an FS a set of a sender that must sign is not complete; with it, it is."""
    assert [] == decided({FI: LONG_AGO, GO: 5}, inbox=SIGNING)
    assert (GO, FI, FS) == only({FI: LONG_AGO, FS: LONG_AGO, GO: 5}, inbox=SIGNING).names


def test_signatures_are_waited_for_where_any_is_there() -> None:
    """One FS of two announces the other, also from a sender that need not sign."""
    go, parts = f"GO.{KEY}.2", {f"FI.{KEY}.2.{part}": LONG_AGO for part in (1, 2)}
    assert (go, *parts) == only({**parts, go: 5}).names
    assert [] == decided({**parts, f"FS.{KEY}.2.1": LONG_AGO, go: 5})


def test_an_acknowledgement_of_a_bureau_makes_a_set_too() -> None:
    """The subject ACRF is taken, and told."""
    go, part = "GO.ACRF.000640.20261005.00001.R.1", "FI.ACRF.000640.20261005.00001.R.1.1"
    assert ("ACRF", ()) == (only({part: 9, go: 5}).subject, only({part: 9, go: 5}).faults)


def test_subjects_do_not_share_a_set() -> None:
    """An acknowledgement and a declaration of the same number are two sets."""
    acknowledgement = {name.replace("FLEX", "ACRF"): age for name, age in {FI: 9, GO: 5}.items()}
    assert 2 == len({one.key for one in decided({FI: 9, GO: 5, **acknowledgement})})


# --------------------------------------------------------------------------------- what changed after its GO


@pytest.mark.parametrize(
    ("part", "go", "claimed"),
    [
        (5 * SECOND, 5 * SECOND, True),
        (5 * SECOND, 5 * SECOND + 1, False),
        (10 * SECOND - 1, LONG_AGO, False),
        (10 * SECOND, LONG_AGO, True),
        (6 * SECOND, 5 * SECOND, True),
    ],
)
def test_a_part_changed_after_its_go_must_stand_still(part: int, go: int, claimed: bool) -> None:
    """One nanosecond after the GO counts, equal does not; having stood for the whole time is enough."""
    assert claimed is bool(decided({FI: part, GO: go}))


def test_signatures_must_stand_still_too() -> None:
    """An FS changed after the GO holds the set back as an FI does."""
    assert [] == decided({FI: LONG_AGO, FS: 1, GO: 2})


@pytest.mark.parametrize(("age", "claimed"), [(2 * SECOND - 1, False), (2 * SECOND, True)])
@pytest.mark.parametrize("more", [{}, {TD: LONG_AGO}, {f"GO.{KEY}.2": LONG_AGO}, {f"{FI}.xml": LONG_AGO}])
def test_who_watches_leaves_a_young_go_alone(age: int, claimed: bool, more: dict[str, int]) -> None:
    """A client may still ask for the size of the GO it has just put, whatever its set is worth."""
    assert claimed is bool(decided({FI: LONG_AGO, GO: age, **more}, inbox=WATCHING))


@pytest.mark.parametrize(("age", "claimed"), [(2 * SECOND - 1, False), (2 * SECOND, True)])
@pytest.mark.parametrize("name", [f"{GO}.xml", GO.replace(".R.", ".X."), FI.replace(".R.", ".X.")])
def test_who_watches_leaves_a_young_bad_name_alone(name: str, age: int, claimed: bool) -> None:
    """A name at fault is claimed at once, but not before its client is done with it."""
    assert claimed is bool(decided({name: age}, inbox=WATCHING))


def test_a_sweep_by_hand_does_not_wait() -> None:
    """A GO of this instant is taken."""
    assert GO == only({FI: 0, GO: 0}).leader


# ------------------------------------------------------------------------------------ arriving, incomplete


@pytest.mark.parametrize(("age", "claimed"), [(86_400 * SECOND - 1, False), (86_400 * SECOND, True)])
def test_parts_wait_for_their_go(age: int, claimed: bool) -> None:
    """Until `incomplete_after` since the last change a set is arriving."""
    assert claimed is bool(decided({FI: age, f"FI.{KEY}.2.2": age + SECOND}))


def test_a_go_that_never_came_is_told() -> None:
    """The set is refused under the name its GO would have had; its first FI is the claim."""
    age = 86_400 * SECOND
    found = only({FS: age + 1, FI: age})
    expected = (Finding("go-missing", tag="GO", value=GO),)
    assert (GO, FI, (FI, FS), NOW - age, expected) == (
        found.name,
        found.leader,
        found.names,
        found.arrived_ns,
        found.faults,
    )


@pytest.mark.parametrize(("age", "claimed"), [(300 * SECOND - 1, False), (300 * SECOND, True)])
def test_a_go_waits_for_its_parts(age: int, claimed: bool) -> None:
    """The grace begins anew with every change of the set."""
    assert claimed is bool(decided({f"FI.{KEY}.2.1": age, f"GO.{KEY}.2": age + SECOND}))


def test_missing_parts_are_counted() -> None:
    """How many were announced and how many came is told, for data and signatures."""
    go = f"GO.{KEY}.2"
    found = only({f"FI.{KEY}.2.1": 300 * SECOND, go: 300 * SECOND}, inbox=SIGNING)
    expected = (
        Finding("data-count", tag="FI", value=go, details={"announced": "2", "found": "1"}),
        Finding("signature-count", tag="FS", value=go, details={"announced": "2", "found": "0"}),
    )
    assert (go, expected) == (found.name, found.faults)


def test_a_go_alone_misses_its_data() -> None:
    """A GO without any part is refused after the grace."""
    assert ["data-count"] == rules(only({GO: 300 * SECOND}))


def test_parts_too_many_are_counted_too() -> None:
    """More than was announced is a wrong number as well."""
    assert ["data-count"] == rules(only({FI: LONG_AGO * 99, f"FI.{KEY}.1.2": 300 * SECOND, GO: 300 * SECOND}))


def test_signatures_too_few_are_counted() -> None:
    """Every part has its signature."""
    ages = [f"FI.{KEY}.2.1", f"FI.{KEY}.2.2", f"FS.{KEY}.2.1", f"GO.{KEY}.2"]
    assert ["signature-count"] == rules(only(dict.fromkeys(ages, 300 * SECOND)))


@pytest.mark.parametrize(("kind", "rule"), [("FI", "data-numbering"), ("FS", "signature-numbering")])
def test_parts_are_numbered_from_one(kind: str, rule: str) -> None:
    """As many as announced, but not 1 to n: that is told."""
    good = {f"{one}.{KEY}.2.{part}": 300 * SECOND for one in ("FI", "FS") for part in (1, 2)}
    good[f"{kind}.{KEY}.2.3"] = good.pop(f"{kind}.{KEY}.2.2")
    assert [rule] == rules(only({**good, f"GO.{KEY}.2": 300 * SECOND}))


def test_a_part_of_another_number_is_not_the_one_announced() -> None:
    """Part 1 of 2 does not complete a set of 1."""
    ages = {f"FI.{KEY}.2.1": 300 * SECOND, GO: 300 * SECOND}
    assert ["data-numbering"] == rules(only(ages))


def test_two_gos_contradict_each_other() -> None:
    """Two GO that announce different numbers refuse the set, under the first one's name."""
    for order in ((GO, f"GO.{KEY}.2"), (f"GO.{KEY}.2", GO)):
        found = only({FI: LONG_AGO, **dict.fromkeys(order, 5)})
        assert (GO, GO, (GO, f"GO.{KEY}.2", FI)) == (found.name, found.leader, found.names)
        assert ["data-count"] == rules(found)


# -------------------------------------------------------------------------------------------------- withdrawn


@pytest.mark.parametrize("received", [False, True])
def test_a_set_is_withdrawn_before_its_claim(received: bool) -> None:
    """TD and GO are there: the set is claimed as withdrawn, complete or not; a name received before is refused."""
    found = only({FI: 1, GO: 1, TD: 1}, received=received)
    assert (not received, False, GO, (GO, TD, FI), ()) == (
        found.withdrawn,
        found.silent,
        found.leader,
        found.names,
        found.faults,
    )
    alone = only({GO: 1, TD: 1}, received=received)
    assert (not received, received) == (alone.withdrawn, alone.silent)


def test_a_set_is_not_kept_open_for_ever() -> None:
    """A part that is touched again and again keeps a set from its verdict until `incomplete_after`, no longer."""
    for parts in ({FI: 1}, {f"{FI[:-3]}2.1": 1}):
        go = GO if FI in parts else f"GO.{KEY}.2"
        assert [] == decided({**parts, go: 86_400 * SECOND - 1})
        assert go == only({**parts, go: 86_400 * SECOND}).leader


def test_a_withdrawal_that_announces_other_parts_withdraws_too() -> None:
    """The set is named by what stands before the parts; a TD of no grammar withdraws nothing."""
    assert only({GO: 5, FI: LONG_AGO, f"TD.{KEY}.2": 5}).withdrawn
    assert not only({GO: 5, FI: LONG_AGO, f"{TD}.1": 5}).withdrawn


def test_a_set_whose_name_is_wrong_can_be_withdrawn() -> None:
    """Who takes a set back is not told what was wrong with it."""
    wrong = {name.replace(".R.", ".X."): 1 for name in (FI, GO, TD)}
    assert (True, ()) == (only(wrong).withdrawn, only(wrong).faults)


@pytest.mark.parametrize(("age", "claimed"), [(86_400 * SECOND - 1, False), (86_400 * SECOND, True)])
def test_a_td_alone_waits_for_its_go(age: int, claimed: bool) -> None:
    """After `incomplete_after` it is put away with what lies there of its set, and nothing is answered."""
    found = decided({TD: age, FI: age + 1})
    assert ([(TD, (TD, FI), True, False)] if claimed else []) == [
        (one.leader, one.names, one.silent, one.withdrawn) for one in found
    ]


def test_a_td_that_came_too_late_is_put_away_at_once() -> None:
    """Its set was claimed before: nothing is answered."""
    found = only({TD: 0}, received=True)
    assert (TD, KEY, True, False) == (found.name, found.key, found.silent, found.withdrawn)


# ------------------------------------------------------------------------------------------ received before


@pytest.mark.parametrize("name", [FI, FS, f"{FI}.xml", f"FI.{KEY}.x.1"])
@pytest.mark.parametrize(("age", "claimed"), [(43_200 * SECOND - 1, False), (43_200 * SECOND, True)])
def test_parts_left_over_from_a_received_set_are_put_away(name: str, age: int, claimed: bool) -> None:
    """After `stray_after` they go to that set's archive, without a second answer, whatever their names."""
    found = decided({name: age}, received=True)
    assert ([(KEY, True, ())] if claimed else []) == [(one.key, one.silent, one.faults) for one in found]


def test_a_received_name_with_a_go_is_a_set_of_its_own() -> None:
    """It is claimed like any other; that its name is used is found when its ticket is given."""
    assert not only({FI: LONG_AGO, GO: 5}, received=True).silent


# ------------------------------------------------------------------------------------------------ bad names


@pytest.mark.parametrize(
    "wrong",
    [
        KEY.replace("000640", "000641"),
        KEY.replace("20261005", "20261006"),
        KEY.replace("00001.R", "00000.R"),
        KEY.replace(".R", ".X"),
        KEY.replace(".R", ".T"),
        KEY.replace("FLEX", "DMFA"),
    ],
)
def test_a_bad_value_is_claimed_at_once(wrong: str) -> None:
    """The set goes with what lies there of it, under its GO, or without one under its first part."""
    go, part = f"GO.{wrong}.2", f"FI.{wrong}.2.1"
    assert (go, (go, part)) == (only({part: 0, go: 0}).name, only({part: 0, go: 0}).names)
    assert (part, part) == (only({part: 0}).name, only({part: 0}).leader)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("GO.{}.1", "FI.{}.1.1"), []),
        (("GO.{}.2", "FI.{}.2.1"), ["data-count"]),
        (("GO.{}.2", "FI.{}.2.1", "FI.{}.2.3"), ["data-numbering"]),
        (("GO.{}.1", "GO.{}.2", "FI.{}.1.1"), ["data-count"]),
        (("GO.{}.1", "FI.{}.1.1", "FS.{}.1.2"), ["signature-numbering"]),
        (("GO.{}.x", "FI.{}.2.1"), []),
        (("FI.{}.2.1",), []),
    ],
)
def test_a_wrong_name_hides_no_missing_part(parts: tuple[str, ...], expected: list[str]) -> None:
    """A set whose name is wrong is claimed at once, and told of its parts too where their numbers can be read."""
    wrong = KEY.replace("00001", "00000")
    assert expected == rules(only({part.format(wrong): 5 for part in parts}))


def test_a_bad_part_names_the_file_at_fault() -> None:
    """Where only one file's own position is wrong, the set goes under its name, the GO still first."""
    found = only({FI: 0, f"FI.{KEY}.1.x": 0, GO: 0})
    assert (f"FI.{KEY}.1.x", GO) == (found.name, found.leader)


def test_a_bad_go_is_claimed_at_once_with_its_parts() -> None:
    """A GO that fits no grammar takes along what begins like it: one set, one answer."""
    bad = f"{GO}.xml"
    found = only({FI: 0, bad: 0})
    expected = (Finding("name-go", tag="GO", value=bad),)
    assert (bad, KEY, bad, (bad, FI), expected) == (
        found.name,
        found.key,
        found.leader,
        found.names,
        found.faults,
    )


def test_a_bad_go_beside_a_good_one_goes_alone() -> None:
    """The good set is not refused for what was left from a first try."""
    bad = f"{GO}.xml"
    found = decided({FI: 3, bad: 2, GO: 1})
    assert [(bad, (bad,), bad), (GO, (GO, FI), KEY)] == [(one.name, one.names, one.key) for one in found]


@pytest.mark.parametrize("name", ["GO.", "GO.FLEX", "GO.FLEX.000640.20261005"])
def test_a_go_that_names_no_set_is_a_set_of_its_own(name: str) -> None:
    """It is answered all the same."""
    found = only({name: 0})
    assert ((name,), name, ["name-go"]) == (found.names, found.key, rules(found))


@pytest.mark.parametrize(("bad", "rule"), [(f"{FI}.xml", "name-data"), (f"{FS}.p7s", "name-signature")])
def test_a_bad_part_is_claimed_with_the_go_it_begins_like(bad: str, rule: str) -> None:
    """At once, all of the set, under the name at fault."""
    found = only({FI: 0, bad: 0, GO: 0})
    assert (bad, KEY, GO, [rule]) == (found.name, found.key, found.leader, rules(found))
    assert {GO, FI, bad} == set(found.names)


@pytest.mark.parametrize(("bad", "rule"), [(f"{FI}.xml", "name-data"), (f"{FS}.p7s", "name-signature")])
@pytest.mark.parametrize(("age", "claimed"), [(43_200 * SECOND - 1, False), (43_200 * SECOND, True)])
def test_a_bad_part_without_a_go_waits(bad: str, rule: str, age: int, claimed: bool) -> None:
    """After `stray_after` it is answered, with the good parts that lie beside it."""
    found = decided({bad: age, FI: age})
    assert ([[rule]] if claimed else []) == [rules(one) for one in found]
    assert [{bad, FI}] * claimed == [set(one.names) for one in found]


def test_a_name_with_five_positions_belongs_to_no_set() -> None:
    """A part cut off in its date is answered on its own, beside a set that is not touched by it."""
    bad = "FI.FLEX.000640.20261005"
    found = decided({bad: 43_200 * SECOND, FI: LONG_AGO, GO: 5})
    assert [(bad, ()), (KEY, ())] == [(one.key, one.faults if one.key == KEY else ()) for one in found]


# ------------------------------------------------------------------------------------------------- strays


@pytest.mark.parametrize(
    "name",
    [
        f"{GO}.filepart",
        f"{FI}.part",
        f"{FS}.tmp",
        f".{GO}",
        f"{TD}.txt",
        "payslips",
        "fi.FLEX",
        f"FO.{KEY}",
    ],
)
@pytest.mark.parametrize(("age", "told"), [(43_200 * SECOND - 1, False), (43_200 * SECOND, True)])
def test_what_is_no_part_of_a_set_is_only_reported(name: str, age: int, told: bool) -> None:
    """Uploads on their way, dot files and foreign names are left alone, and told after `stray_after`."""
    result = sorted_out(entries({name: age}), {}, INBOX)
    assert ([], [name] if told else []) == (result.found, result.strays)


@pytest.mark.parametrize(
    "end",
    [".filepart", ".PART", ".tmp", ".writing", ".InProgress", ".uploading-x1", ".part.ab12", ".part.GO"],
)
@pytest.mark.parametrize("name", [GO, TD, FI, FS, f"FI.{KEY}.1.2"])
def test_what_a_first_try_left_refuses_no_set(name: str, end: str) -> None:
    """Temporary names beside a complete set stay in the inbox and are told; the set is claimed without fault."""
    result = sorted_out(entries({FI: LONG_AGO, GO: 5, name + end: 43_200 * SECOND}), {}, INBOX)
    assert ([Found(GO, KEY, "FLEX", GO, (GO, FI), NOW - 5)], [name + end]) == (result.found, result.strays)


def test_what_is_no_regular_file_is_only_reported() -> None:
    """Links, folders and devices are no files of a set, whatever their names."""
    listing = [DirectoryEntry(FI, 0, EntryKind.LINK), DirectoryEntry(GO, 0, EntryKind.FOLDER)]
    result = sorted_out(listing, {}, INBOX)
    assert ([], [FI, GO]) == (result.found, result.strays)


def test_an_empty_inbox_comes_to_nothing() -> None:
    """Nothing there, nothing to do."""
    assert Sorted() == sorted_out([], {}, INBOX)


# --------------------------------------------------------------------------------------------------- order


def test_sets_are_claimed_in_the_order_of_their_gos_then_names() -> None:
    """The GO's change time decides, to the nanosecond; the name where two are the same."""
    keys = [f"FLEX.000640.20261005.0000{n}.R" for n in (1, 2, 3, 4)]
    ages = {f"FI.{key}.1.1": LONG_AGO for key in keys}
    gos = dict(zip((f"GO.{key}.1" for key in keys), (7, 9, 7, 8), strict=True))
    assert [keys[1], keys[3], keys[0], keys[2]] == [one.key for one in decided({**ages, **gos})]


ANYTHING = st.sampled_from(
    [
        *(
            f"{kind}.{KEY}.{rest}"
            for kind in ("FI", "FS")
            for rest in ("1.1", "2.1", "2.2", "2.3", "x.1", "1")
        ),
        *(f"{kind}.{KEY}.{rest}" for kind in ("GO", "TD") for rest in ("1", "2", "0", "1.xml", "1.tmp")),
        *(f"{kind}.{KEY[:20]}" for kind in ("GO", "TD", "FI", "FS", "XX")),
        *(name.replace("00001", "00002") for name in (GO, TD, FI, FS)),
        "GO.",
        "",
    ]
)
AGES = st.sampled_from([-SECOND, 0, 1, 10 * SECOND, 300 * SECOND, 43_200 * SECOND, 86_400 * SECOND])


@given(
    st.dictionaries(ANYTHING, AGES), st.booleans(), st.sampled_from([INBOX, WATCHING, SIGNING]), st.randoms()
)
def test_a_listing_has_one_meaning(
    ages: dict[str, int], received: bool, inbox: Inbox, chance: Random
) -> None:
    """No file is claimed twice or for a set it does not share; the order of the listing changes nothing."""
    listing = entries(ages)
    known = {KEY: "EARLIER"} if received else {}
    result = sorted_out(listing, known, inbox)
    names = [name for found in result.found for name in found.names]
    assert len(set(names)) == len(names)
    assert set(names) <= set(ages)
    assert [found.leader for found in result.found] == [found.names[0] for found in result.found]
    assert len({found.key for found in result.found}) == len(result.found)
    assert sorted(result.found, key=lambda one: (one.arrived_ns, one.name)) == result.found
    chance.shuffle(listing)
    assert result == sorted_out(listing, known, inbox)


@given(st.dictionaries(ANYTHING, AGES))
def test_everything_is_dealt_with_in_the_end(ages: dict[str, int]) -> None:
    """After all waits nothing lies in an inbox that is neither claimed nor told to the operator."""
    patient = replace(INBOX, patience=Patience(0, 0, 0, 0, 0))
    result = sorted_out(
        [replace(one, changed_ns=one.changed_ns - SECOND) for one in entries(ages)], {}, patient
    )
    dealt = {name for found in result.found for name in found.names} | set(result.strays)
    assert set(ages) == dealt


# --------------------------------------------------------------------------------------- what is told of what waits


MINUTE = 60 * SECOND


@pytest.mark.parametrize(
    ("ages", "received", "lacking", "until"),
    [
        ({FI: MINUTE}, False, ["go-missing"], 86_400 * SECOND),
        ({FI: MINUTE}, True, ["name-received"], 43_200 * SECOND),
        ({f"{FI}.xml": MINUTE}, False, ["go-missing"], 43_200 * SECOND),
        ({GO: MINUTE}, False, ["data-count"], 300 * SECOND),
        ({GO: 86_399 * SECOND, f"FI.{KEY}.2.1": MINUTE}, False, ["data-numbering"], MINUTE + SECOND),
    ],
)
def test_what_a_set_lacks_is_told_with_the_end_of_its_wait(
    ages: dict[str, int], received: bool, lacking: list[str], until: int
) -> None:
    """A minute after its last change a set that waits is told: what it lacks, and when its wait is over."""
    told = sorted_out(entries(ages), {KEY: "EARLIER"} if received else {}, INBOX)
    [waiting] = told.waiting
    assert (lacking, NOW - MINUTE + until) == ([one.rule for one in waiting.lacking], waiting.until_ns)


def test_what_is_taken_soon_or_was_changed_just_now_is_not_told() -> None:
    """A set under way is not told, nor one that lacks nothing."""
    assert [] == sorted_out(entries({FI: MINUTE - 1}), {}, INBOX).waiting
    patient = replace(INBOX, patience=replace(PATIENCE, settle_for=100 * SECOND))
    assert [] == sorted_out(entries({FI: MINUTE, GO: MINUTE + 1}), {}, patient).waiting


def test_an_inbox_tells_so_many_and_counts_the_others() -> None:
    """The sets that wait longest are told, and the first strays by name; young temporary names are none."""
    content = InboxContent()
    for start in (0, SETS_TOLD):
        some = [WaitingSet(NOW - age, f"GO.{age}", NOW, ()) for age in range(start, start + SETS_TOLD)]
        content.add_sets(some)
    assert (NOW - 2 * SETS_TOLD + 1, SETS_TOLD) == (content.sets[0].since_ns, content.more_sets)
    others = [DirectoryEntry(f"a{count:03d}", 0) for count in range(STRAYS_TOLD)]
    others += [DirectoryEntry("link", 0, EntryKind.LINK), DirectoryEntry("FI.part", NOW - MINUTE)]
    others += [DirectoryEntry("just now", NOW), DirectoryEntry("GO.part", 0)]
    content.add_strays(others, NOW, 43_200 * SECOND)
    assert (STRAYS_TOLD, 2, True) == (len(content.strays), content.more_strays, content.is_told)
    content.add_strays(others[STRAYS_TOLD:], NOW, 43_200 * SECOND)
    assert [("GO.part", "temporary"), ("link", "link")] == [(one.name, one.reason) for one in content.strays]
