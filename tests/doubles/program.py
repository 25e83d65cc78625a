"""The program as a clerk calls it: words in, exit status and what was told out."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flexibatch import cli
from flexibatch.ports import Clock
from tests.doubles.clock import FixedClock


@dataclass(frozen=True, slots=True)
class Told:
    """What a call of the program ended with."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command shows
        """Read what was shown as JSON."""
        return json.loads(self.out)

    @property
    def sentences(self) -> int:
        """Count the lines on stderr."""
        return len(self.err.splitlines())


@dataclass(slots=True)
class Caller:
    """Call the program on one home, at a moment that the test decides."""

    home: Path
    capsys: pytest.CaptureFixture[str]
    clock: Clock = field(default_factory=FixedClock)

    def __call__(self, *words: str) -> Told:
        """Call it, and give what it told."""
        self.capsys.readouterr()
        status = cli.run(["--home", str(self.home), "--operator", "anna", *words], self.clock)
        told = self.capsys.readouterr()
        return Told(status, told.out, told.err)

    def done(self, *words: str) -> Told:
        """Call it, and expect that it does what it is asked."""
        told = self(*words)
        assert told.status == 0, told.err
        return told
