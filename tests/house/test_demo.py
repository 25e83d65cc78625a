"""The demo is run as the README says it is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from samples.front_door import show_front_door
from tests.doubles.installation import SAMPLES


@pytest.mark.long
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_demo_ends_well_and_shows_both_answers(engine: str, tmp_path: Path) -> None:
    """Every sample ends as its name says; an ACRF, a NOTI and where all lies are shown."""
    told = subprocess.run(
        [sys.executable, str(SAMPLES / "demo.py"), engine],
        cwd=SAMPLES.parent,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert 0 == told.returncode, told.stderr
    shown, _, fetched = told.stdout.partition("Listening on ")
    assert re.findall(r"playing (\d+) samples", shown) == re.findall(r"sets of (\d+) samples", shown)
    answers = ("<ACRF", "<NOTIFICATION")
    assert [] == [word for word in answers if word not in shown]
    wanted = ("sftp> put GO.FLEX.", "sftp> get OUT/FO.NOTI.", *answers, "Everything lies in")
    assert [] == [word for word in wanted if word not in fetched], told.stdout
    assert ("postgresql" == engine) == ("The records were on PostgreSQL" in told.stdout)


def test_where_sftp_is_missing_the_demo_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is started; a sentence tells what is missing and where it comes from."""
    monkeypatch.setenv("PATH", str(tmp_path))
    show_front_door(Console(), tmp_path / "home", {}, "000640", {})
    told = capsys.readouterr().out
    assert [] == [word for word in ("was left out", "openssh-client") if word not in told]
    assert [] == list(tmp_path.iterdir())
