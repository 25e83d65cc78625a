"""A file that floods the channel is answered, and fills neither memory nor the answer."""

from pathlib import Path

import pytest

from flexibatch.domain.counting import LISTED_LIMIT
from tests.doubles.installation import SAMPLES, Installation

MORE = 50


pytestmark = pytest.mark.long


def test_a_form_of_very_many_lines_is_refused_and_counted(tmp_path: Path) -> None:
    """All lines are counted as refused; only so many as are held are listed."""
    document = next((SAMPLES / "accepted-two-workers").glob("FI.FLEX.*")).read_bytes()
    head, rest = document.split(b"        <Relation>", 1)
    tail = rest[rest.rindex(b"      </Beneficiary>") :]
    installation = Installation.made(
        tmp_path / "home", {"max_anomalies": 10, "max_unreadable": 10 * LISTED_LIMIT}
    )
    name = "FLEX.000640.20261005.00001.R.1"
    installation.put(f"FI.{name}.1", head + b"<Relation/>" * (LISTED_LIMIT + MORE) + tail)
    installation.put(f"GO.{name}")
    installation.sweep()
    assert [("settled", LISTED_LIMIT + MORE, LISTED_LIMIT + MORE)] == installation.rows(
        "SELECT f.state, r.lines, r.refused FROM file_set f JOIN run r ON r.set_ticket = f.ticket"
    )
    noti = installation.published()["FO.NOTI.999999.20261005.00001.R"]
    assert LISTED_LIMIT == noti.count(b"<Declaration ")
    assert f'lines="{LISTED_LIMIT + MORE}"'.encode() in noti


def test_workers_without_lines_are_counted_and_not_held(tmp_path: Path) -> None:
    """Past what is listed an empty Beneficiary is one more refused line, and is looked at no more."""
    document = next((SAMPLES / "accepted-two-workers").glob("FI.FLEX.*")).read_bytes()
    head, rest = document.split(b"      <Beneficiary>", 1)
    tail = rest[rest.rindex(b"    </Debtor>") :]
    installation = Installation.made(
        tmp_path / "home", {"max_anomalies": 10, "max_unreadable": 10 * LISTED_LIMIT}
    )
    name = "FLEX.000640.20261005.00001.R.1"
    installation.put(f"FI.{name}.1", head + b"<Beneficiary/>" * (LISTED_LIMIT + MORE) + tail)
    installation.put(f"GO.{name}")
    installation.sweep()
    assert [(LISTED_LIMIT + MORE,)] == installation.rows("SELECT refused FROM run")
    noti = installation.published()["FO.NOTI.999999.20261005.00001.R"]
    assert LISTED_LIMIT == noti.count(b"<Declaration") - noti.count(b"<Declarations")
