"""A few small attacks on a running `serve`: the honest bureau beside them is answered, and nothing is lost."""

from collections.abc import Iterator

import pytest

from tests.hostile.run import ATTACKS
from tests.hostile.running import SHORT, Attack, Stage, running_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("hostile")) as running:
        yield running


@pytest.mark.parametrize("attack", [one for one in ATTACKS if one.short], ids=lambda one: one.name)
def test_an_honest_bureau_goes_on_beside_it(attack: Attack, stage: Stage) -> None:
    """Its sets and requests are answered; each set has one answer or is told; the server lives and meets no bug."""
    row = stage.attack(attack, SHORT)
    assert ([], []) == (row.lost, row.faults)
    assert row.waits
    assert None not in row.waits
    assert row.stats
    assert not stage.front.ended
