"""What docs/people.md says people get is what they get."""

import re
import shlex

import pytest

from flexibatch.domain.counting import LINES_LIMIT
from flexibatch.domain.selection import LONGEST_RANGE, SelectedWorker
from tests.doubles.installation import Installation
from tests.doubles.program import Caller
from tests.house.test_runbook import ROOT
from tests.house.test_spec import rows

PAGE = (ROOT / "docs" / "people.md").read_text("utf-8")


def test_calls_of_the_page_run_line_by_line(
    installation: Installation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an empty folder, on the samples' register."""
    folder = installation.home.path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    call = Caller(installation.home.path, capsys)
    blocks = re.findall(r"<!-- run -->\n(.*?)<!-- /run -->", PAGE, re.DOTALL)
    lines = [line for block in blocks for line in re.findall(r"^\$ flexibatch (.*)$", block, re.MULTILINE)]
    assert len(lines) == PAGE.count("\n$ ")
    for line in lines:
        call.done(*shlex.split(line))
    assert ["forgotten.csv", "september.xml"] == sorted(path.name for path in folder.iterdir())


def test_columns_and_bounds_of_the_page_are_the_program_s() -> None:
    """Every field is explained, in its order; the numbers are those of the code."""
    assert [f"`{name}`" for name in SelectedWorker._fields] == [
        row[0] for row in rows("people.md", "workers")
    ]
    assert f"A range has {LONGEST_RANGE} days at most" in PAGE
    assert f"at once, {LINES_LIMIT:,}." in PAGE
