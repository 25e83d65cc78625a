"""What developers are told of a line's way through the files is the way that it takes."""

import re
import sys
from pathlib import Path
from types import FrameType

from tests.doubles.installation import Installation
from tests.doubles.sample_player import Sample, SamplePlayer
from tests.house.test_runbook import ROOT
from tests.house.test_spec import rows, text_of

SAMPLE = "partly-no-dimona"
Called = tuple[str, str]
"""A file of the tree, and the function of it that was called."""


def _called_in(installation: Installation) -> list[Called]:
    """Play the sample; give the program's functions in the order in which they were first called."""
    called: dict[Called, None] = {}

    def hear(frame: FrameType, event: str, _argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT / "flexibatch"):
            called.setdefault((str(path.relative_to(ROOT)), frame.f_code.co_qualname))

    before = sys.getprofile()
    sys.setprofile(hear)
    try:
        SamplePlayer(Sample.read(SAMPLE), installation).play()
    finally:
        sys.setprofile(before)
    return list(called)


def test_the_line_goes_the_way_that_is_told(tmp_path: Path) -> None:
    """Every function of the table is called when the sample is swept, in the order of the table."""
    installation = Installation.made(tmp_path / "home")
    called = _called_in(installation)
    installation.close()
    told = [(file.strip("`"), function.strip("`")) for file, function, _what in rows("develop.md", "journey")]
    assert [] == [step for step in told if step not in called]
    assert told == sorted(told, key=called.index)


def test_the_line_is_that_of_the_sample() -> None:
    """Worker, code and line of the page stand in the sample's answer."""
    page, folder = text_of(ROOT / "docs" / "develop.md"), ROOT / "samples" / SAMPLE
    [answer] = folder.glob("FO.NOTI.*")
    [worker] = re.findall(r"of the worker (\d{11})", page)
    [line] = re.findall(r"where it stands: line (\d+)", page)
    report = re.search(r"<AnomalyReport>.*?</AnomalyReport>", text_of(answer), re.DOTALL)
    assert report is not None
    wanted = (f"<Value>{worker}</Value>", f"<LineNbr>{line}</LineNbr>", "<ErrorID>00024-152</ErrorID>")
    assert [] == [part for part in wanted if part not in report[0]]
    assert "`00024-152`" in page
