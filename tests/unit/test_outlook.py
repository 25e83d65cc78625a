"""What becomes of a set in an inbox: told as the sweeps decide, at the moment at which they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.groups import groups_of
from flexibatch.domain.outlook import outlook
from tests.unit.test_sets import FI, FS, GO, INBOX, KEY, NOW, PATIENCE, SECOND, SIGNING, TD, decided, entries

ODD = f"FI.{KEY}.1.1.xml"
WRONG = FI.replace("00001", "000001")


@pytest.mark.parametrize(
    ("ages", "received", "waits_for", "lacks"),
    [
        ({FI: 5, GO: 5}, False, None, []),
        ({FI: 5}, False, PATIENCE.incomplete_after, ["go-missing"]),
        ({GO: 5}, False, PATIENCE.go_grace, ["data-count"]),
        ({GO: PATIENCE.incomplete_after - 2 * SECOND, TD: 0}, False, None, []),
        ({FI: 5}, True, PATIENCE.stray_after, []),
        ({ODD: 5}, False, PATIENCE.stray_after, ["go-missing"]),
        ({WRONG: 5}, False, None, ["go-missing"]),
        ({FI: 5 + PATIENCE.incomplete_after}, False, None, ["go-missing"]),
        ({GO: 3 * SECOND, FI: 5}, False, PATIENCE.settle_for, []),
    ],
)
def test_a_set_is_claimed_when_its_patience_ends(
    ages: dict[str, int], received: bool, waits_for: int | None, lacks: list[str]
) -> None:
    """By the next sweep, or from the end of its patience on; until then it is told what it lacks."""
    (group,) = groups_of(entries(ages))[0].values()
    told = outlook(group, received=received, inbox=INBOX, now_ns=NOW)
    assert (None if waits_for is None else NOW - 5 + waits_for) == told.until_ns
    assert lacks == [one.rule for one in told.lacking]
    assert set(told.found.names) == set(ages)


def test_a_signature_is_lacked_where_one_is_owed() -> None:
    """As the sweep counts."""
    (group,) = groups_of(entries({FI: 5, GO: 5}))[0].values()
    told = outlook(group, received=False, inbox=SIGNING, now_ns=NOW)
    assert ["signature-count"] == [one.rule for one in told.lacking]


AGES = st.integers(min_value=-10, max_value=100_000).map(lambda age: age * SECOND)


@given(
    ages=st.dictionaries(st.sampled_from([GO, TD, FI, FS, ODD, GO + ".x"]), AGES, min_size=1),
    received=st.booleans(),
)
def test_what_is_told_is_what_sweeps_do(ages: dict[str, int], received: bool) -> None:
    """Of every group: claimed now where nothing is told to be waited for, then and not before where it is."""
    for group in groups_of(entries(ages))[0].values():
        names = {name for _kind, name, _changed in group.in_order}
        mine = {name: age for name, age in ages.items() if name in names}
        told = outlook(group, received=received, inbox=INBOX, now_ns=NOW)
        wait = 0 if told.until_ns is None else told.until_ns - NOW
        then = decided({name: age + wait for name, age in mine.items()}, received=received)
        assert 1 == len(then)
        if wait:
            before = decided({name: age + wait - 1 for name, age in mine.items()}, received=received)
            assert [] == before
