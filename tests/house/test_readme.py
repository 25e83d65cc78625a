"""What README tells a newcomer to type is typed here."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.doubles.installation import SAMPLES
from tests.doubles.sshd import free_port

ROOT = SAMPLES.parent
README = (ROOT / "README.md").read_text("utf-8")
STATUS = re.compile(r"# ends with (\d)$")


def _tours() -> str:
    """Return the part of the README from the first tour to the architecture."""
    return README[README.index("<!-- tour: bureau -->") : README.index("## Architecture")]


def _lines() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", _tours(), re.DOTALL)
    return [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Yield an empty folder; a server that a tour began there is ended."""
    made = tmp_path / "empty"
    made.mkdir()
    yield made
    pid = made / "serve.pid"
    if pid.exists():
        with suppress(ProcessLookupError):
            os.kill(int(pid.read_text()), signal.SIGKILL)


def _environ(folder: Path) -> dict[str, str]:
    """Return the environment that README asks for: the program on the path, the samples, a port."""
    shim = folder / "flexibatch"
    folder.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m flexibatch "$@"\n')
    shim.chmod(0o755)
    (folder / "python").symlink_to(sys.executable)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FLEXIBATCH_")}
    return environ | {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "SAMPLES": str(SAMPLES),
        "PORT": str(free_port()),
        "PYTHONPATH": str(ROOT),
    }


def test_tours_run_line_by_line(folder: Path, tmp_path: Path) -> None:
    """Every line of both tours ends as the README says, in one empty folder, today: the answers come over SFTP."""
    environ = _environ(tmp_path / "bin")
    for line in _lines():
        wanted = STATUS.search(line)
        told = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (int(wanted[1]) if wanted else 0) == told.returncode, (line, told.stderr)
    fetched = [re.findall(r'outcome="(\w+)"', path.read_text("utf-8")) for path in folder.glob("FO.NOTI.*")]
    assert [["accepted", "refused"]] == fetched
    answers = sorted(folder.glob("tour/spool/senders/000640/OUT/FO.NOTI.*"))
    outcomes = [re.findall(r'outcome="(\w+)"', path.read_text("utf-8")) for path in answers]
    assert [["accepted", "refused"], ["unchanged", "accepted"]] == outcomes


def test_the_bureau_s_tour_begins_with_a_key_and_ends_with_a_noti() -> None:
    """It goes over SFTP; nothing is copied into a folder of the channel behind its back."""
    bureau = README[README.index("<!-- tour: bureau -->") : README.index("<!-- tour: operator -->")]
    lines = re.findall(r"\$ (.*)", bureau)
    assert (True, True) == (lines[0].startswith("ssh-keygen "), lines[-1].endswith(" FO.NOTI.*"))
    assert [] == [line for line in lines if "spool" in line]


PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("[!.]*/*.md"), *ROOT.glob("docs/*/*.md")])


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link of a page leads to a file of the tree."""
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8"))
    assert [] == [link for link in links if "://" not in link and not (path.parent / link).exists()]
