"""What README tells a newcomer to type is typed here."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.twins.town import SAMPLES

ROOT = SAMPLES.parent
README = (ROOT / "README.md").read_text("utf-8")
STATUS = re.compile(r"# ends with (\d)$")


def _tours() -> str:
    """Give the part of the README from the first tour to the architecture."""
    return README[README.index("<!-- tour: bureau -->") : README.index("## Architecture")]


def _lines() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", _tours(), re.DOTALL)
    return [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]


def test_tours_run_line_by_line(tmp_path: Path) -> None:
    """Every line of both tours ends as the README says, in one empty folder, today."""
    shim = tmp_path / "bin" / "flexibatch"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m flexibatch "$@"\n')
    shim.chmod(0o755)
    (shim.parent / "python").symlink_to(sys.executable)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FLEXIBATCH_")}
    environ |= {
        "PATH": f"{shim.parent}:{os.environ['PATH']}",
        "SAMPLES": str(SAMPLES),
        "PYTHONPATH": str(ROOT),
    }
    folder = tmp_path / "empty"
    folder.mkdir()
    for line in _lines():
        wanted = STATUS.search(line)
        told = subprocess.run(
            ["bash", "-c", line], cwd=folder, env=environ, capture_output=True, text=True, check=False
        )
        assert (int(wanted[1]) if wanted else 0) == told.returncode, (line, told.stderr)
    answers = sorted(folder.glob("tour/spool/senders/000640/OUT/FO.NOTI.*"))
    outcomes = [re.findall(r'outcome="(\w+)"', path.read_text("utf-8")) for path in answers]
    assert [["accepted", "refused"], ["unchanged", "accepted"]] == outcomes


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("docs/*/*.md")])
)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link of a page leads to a file of the tree."""
    if ".venv" in path.parts:
        return
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8"))
    assert [] == [link for link in links if "://" not in link and not (path.parent / link).exists()]
