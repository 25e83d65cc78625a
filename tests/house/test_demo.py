"""The demo is run as the README says it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.twins.town import SAMPLES


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
    words = ("<ACRF", "<NOTIFICATION", "Everything lies in")
    assert [True] * 3 == [word in told.stdout for word in words]
    assert ("postgresql" == engine) == ("The records were on PostgreSQL" in told.stdout)
