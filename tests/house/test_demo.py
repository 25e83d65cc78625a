"""The demo is run as the README says it is."""

import os
import subprocess
import sys
from pathlib import Path

from tests.twins.town import SAMPLES


def test_demo_ends_well_and_shows_both_answers(tmp_path: Path) -> None:
    """Every sample ends as its name says; an ACRF, a NOTI and where all lies are shown."""
    told = subprocess.run(
        [sys.executable, str(SAMPLES / "demo.py")],
        cwd=SAMPLES.parent,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert 0 == told.returncode, told.stderr
    assert [True] * 3 == [word in told.stdout for word in ("<ACRF", "<NOTIFICATION", "Everything lies in")]
