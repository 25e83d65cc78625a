"""Play a sample: drop, sweep, wait, rerun … as its `case.toml` tells."""

import tomllib
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NoReturn

from flexibatch.adapters.store import bureaus, set_actions
from flexibatch.adapters.store.audit import By
from flexibatch.domain.case import Case
from flexibatch.domain.vocabulary import REPORT_FOLDER
from flexibatch.settings.values import duration
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation

NO_INPUT = (".toml", ".csv", ".json")


@dataclass(frozen=True)
class Sample:
    """One sample folder."""

    folder: Path
    told: dict[str, Any]

    @classmethod
    def read(cls, name: str) -> "Sample":
        """Read a sample by name."""
        folder = SAMPLES / name
        return cls(folder, tomllib.loads((folder / "case.toml").read_text("utf-8")))

    @property
    def inputs(self) -> list[Path]:
        """Return what the bureau drops, in the order of the names."""
        return [path for path in self._files() if path.suffix not in NO_INPUT and ".999999." not in path.name]

    @property
    def goldens(self) -> dict[str, bytes]:
        """Return what the bureau gets back."""
        return {
            path.name: path.read_bytes()
            for path in self._files()
            if ".999999." in path.name or path.name.startswith("report.")
        }

    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.is_file())


class Broken:
    """Stand in for documents on a machine with a bug."""

    def _fail(self, case: Case) -> NoReturn:
        raise RuntimeError(f"a bug in the sample {case.ticket}")

    open = digest = acknowledged = _fail


class SamplePlayer:
    """Play one sample in one installation."""

    def __init__(self, sample: Sample, installation: Installation) -> None:
        self.sample, self.installation, self.broken = sample, installation, False
        self.clock = installation.clock
        self.sender, self.folder = sample.told["sender"], sample.told["folder"]

    def play(self) -> dict[str, bytes]:
        """Take all steps; give what the bureau gets back."""
        for step in self.sample.told.get("step", [{"drop": "*"}, {"sweep": True}]):
            for word, argument in step.items():
                getattr(self, f"_{word}")(argument)
        return self._answers()

    def _drop(self, pattern: str) -> None:
        for path in self.sample.inputs:
            if fnmatch(path.name, pattern):
                self.installation.drop(path, self.sender, self.folder)

    def _sweep(self, _argument: bool) -> None:
        channel = self.installation.channel()
        if self.broken:
            channel = replace(channel, world=replace(channel.world, documents=Broken()))
        channel.sweep()

    def _wait(self, told: str) -> None:
        assert isinstance(self.clock, FixedClock)
        self.clock.advance(duration(told))

    def _register(self, name: str) -> None:
        self.installation.import_register(self.sample.folder / name)

    def _rerun(self, sequence: str) -> None:
        with self.installation.home.database.writing() as connection:
            set_actions.begin_rerun(connection, self._by(), self._ticket(sequence))
        self.installation.channel().settle()

    def _discard(self, sequence: str) -> None:
        with self.installation.home.database.writing() as connection:
            set_actions.discard(connection, self._by(), self._ticket(sequence))

    def _remove(self, sender: str) -> None:
        with self.installation.home.database.writing() as connection:
            bureaus.remove_sender(connection, self._by(), sender)

    def _break(self, _argument: bool) -> None:
        self.broken = True

    def _mend(self, _argument: bool) -> None:
        self.broken = False

    def _by(self) -> By:
        return By("test", self.installation.clock.now())

    def _ticket(self, sequence: str) -> str:
        rows = self.installation.rows(f"SELECT ticket FROM file_set WHERE set_key LIKE '%.{sequence}.%'")  # noqa: S608
        return str(rows[0][0])

    def _answers(self) -> dict[str, bytes]:
        answers = self.installation.published(self.sender)
        reports = self.installation.inbox(self.sender, REPORT_FOLDER).glob("*.json")
        sheets = self.installation.inbox(self.sender, REPORT_FOLDER).glob("*.csv")
        pages = sorted([*reports, *sheets])
        named = {f"report.{'.'.join(path.name.split('.')[-2:])}": path.read_bytes() for path in pages}
        return answers | named
