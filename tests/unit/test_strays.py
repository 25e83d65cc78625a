"""Strays: why a name is no part of a set, and how a right one looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.groups import DirectoryEntry, EntryKind, groups_of
from flexibatch.domain.names import parse_name
from flexibatch.domain.strays import StrayReason, example_name, name_findings, right_name, stray_reason
from tests.unit.test_sets import FI, GO, KEY, PLACE, TD


@pytest.mark.parametrize(
    ("name", "why", "right"),
    [
        (FI.lower(), StrayReason.LETTERS, FI),
        (f"{FI}.filepart", StrayReason.TEMPORARY, FI),
        (f".{GO}", StrayReason.TEMPORARY, GO),
        ("wages.xlsx", StrayReason.NAME, None),
        (f"{TD}.xml", StrayReason.NAME, TD),
        ("Thumbs.db", StrayReason.NAME, None),
        ("go.flex", StrayReason.LETTERS, None),
    ],
)
def test_a_stray_has_a_reason_and_a_right_name(name: str, why: StrayReason, right: str | None) -> None:
    """The right name is told where it can be, and never guessed."""
    assert (why, right, ()) == (
        stray_reason(DirectoryEntry(name, 0)),
        right_name(name, PLACE),
        name_findings(name, PLACE),
    )


@pytest.mark.parametrize("kind", [kind for kind in EntryKind if kind is not EntryKind.FILE])
def test_what_is_no_file_says_what_it_is(kind: EntryKind) -> None:
    """Whatever its name is."""
    assert kind.value == stray_reason(DirectoryEntry(FI, 0, kind)).value


@pytest.mark.parametrize(
    ("name", "rules", "right"),
    [
        (FI, [], FI),
        (f"{FI}.xlsx", ["name-data"], FI),
        (f"{FI} (1)", ["data-numbering"], FI),
        (FI.replace("00001", "000001"), ["sequence-length"], None),
        (FI.replace("000640", "000641"), ["name-sender"], None),
        (f"{TD}~", ["parts-format"], TD),
        (f"GO.{KEY}.0", ["parts-zero"], None),
        (GO.replace("20261005", "20261006"), ["date-future"], None),
    ],
)
def test_a_name_that_is_refused_has_findings(name: str, rules: list[str], right: str | None) -> None:
    """The rules that a sweep refuses it by, and the right name beside it."""
    assert rules == [one.rule for one in name_findings(name, PLACE)]
    assert right == right_name(name, PLACE)


def test_only_what_waits_for_its_end_passes() -> None:
    """What an upload in hand looks like is no trouble yet."""
    assert {"uploading", "temporary"} == {one.value for one in StrayReason if one.passing}


@given(st.text(max_size=80))
def test_every_name_has_its_place(name: str) -> None:
    """Whatever a bureau calls a file: it is in a group, or a stray with a reason, and its right name is right."""
    groups, others = groups_of([DirectoryEntry(name, 0)])
    assert 1 == len(groups) + len(others)
    assert all(stray_reason(one) is not StrayReason.REFUSED for one in others)
    for right in filter(None, (right_name(name, PLACE), example_name(name, PLACE))):
        assert not name_findings(right, PLACE)
        assert parse_name(right) is not None


@pytest.mark.parametrize(("name", "example"), [("wages.xlsx", FI), ("go.flex", GO), ("GO FLEX 000640", GO)])
def test_an_example_is_of_the_kind_that_a_name_begins_as(name: str, example: str) -> None:
    """It is of today and of this inbox."""
    assert example == example_name(name, PLACE)
