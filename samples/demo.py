"""Show the channel at work: a home in a temporary folder, every sample dropped and swept, and what came out.

Runs the program as its users do, one command after another. Samples that need settings of their own, the passing of
time or an operator are played apart, each in a home of its own. At the end a bureau comes in over SFTP.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from database import Engine, engine
from front_door import show_front_door
from references import renumbered
from rich.console import Console
from rich.table import Table
from signing import CERTIFICATE, signature, signature_name
from today import moved, moved_name, this_day

SAMPLES = Path(__file__).parent
ORDINARY = {"drop", "sweep"}
QUICK = {"FLEXIBATCH_INCOMPLETE_AFTER": "2", "FLEXIBATCH_GO_GRACE": "1", "FLEXIBATCH_LOG_LEVEL": "error"}
PAUSE = 2.2
NEEDS_A_BUG = {"break"}


@dataclass(frozen=True)
class Sample:
    """One sample, its files moved to today and, in the common home, under a number of its own."""

    name: str
    told: dict[str, Any]
    files: dict[str, bytes]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Return the steps; without any: drop all, sweep."""
        return self.told.get("step", [{"drop": "*"}, {"sweep": True}])

    @property
    def ordinary(self) -> bool:
        """Return whether the sample can share a home: only drops and sweeps, no settings of its own."""
        return "settings" not in self.told and {word for step in self.steps for word in step} <= ORDINARY

    @property
    def rounds(self) -> list[str]:
        """Return the patterns of files, in the order they are dropped."""
        return [step["drop"] for step in self.steps if "drop" in step]


class Home:
    """Drive the program on one home, as an operator and a bureau would."""

    def __init__(self, path: Path, settings: dict[str, Any] | None = None) -> None:
        """Take a home that is there or will be made."""
        self.path = path
        environ = {f"FLEXIBATCH_{key.upper()}": _spelled(value) for key, value in (settings or {}).items()}
        self.environ = {**os.environ, **QUICK, **environ, "FLEXIBATCH_HOME": str(path)}
        self.day = this_day()

    def make(self, engine: Engine) -> None:
        """Make the home with the samples' cast."""
        engine.prepare(self.path)
        self.run("init")
        with ThreadPoolExecutor(2) as both:
            list(both.map(self.register, _rows("senders.csv")))
        self.run("mandate", "import", str(SAMPLES / "mandates.csv"))
        for number in _rows("third_payers.csv"):
            self.run("employer", "set", "--nsso", number, "--third-payer")
        for name in ("register.csv", "replacements.csv"):
            self.import_register(SAMPLES / name)

    def register(self, row: str) -> None:
        """Register a bureau of the cast."""
        number, name, language, signature = row.split(";")
        signer = ("--certificate", str(CERTIFICATE)) if signature == "required" else ()
        told = ("--name", name, "--language", language, "--signature", signature)
        self.run("sender", "add", number, *told, *signer)

    def run(self, *words: str) -> str:
        """Run a command; give what it printed. A set or a line that was refused (1) is what the demo is about."""
        command = [sys.executable, "-m", "flexibatch", *words]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode > 1:
            raise SystemExit(f"flexibatch {' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def import_register(self, path: Path) -> None:
        """Import a register file, its dates moved to today."""
        target = self.path / f"{path.parent.name}-{path.name}"
        target.write_bytes(moved(path.read_bytes(), self.day))
        self.run("dimona", "import", str(target))

    def drop(self, sample: Sample, pattern: str) -> None:
        """Put files of a sample into its folder, the GO last."""
        inbox = self.path / "spool" / "senders" / sample.told["sender"] / sample.told["folder"]
        names = [name for name in sample.files if fnmatch(name, pattern)]
        for name in sorted(names, key=lambda name: name.startswith("GO")):
            (inbox / name).write_bytes(sample.files[name])

    def sets(self) -> list[dict[str, Any]]:
        """Return all sets as `list` shows them."""
        listed: list[dict[str, Any]] = json.loads(self.run("list", "--json"))
        return listed


def main() -> None:
    """Play all samples on the engine that is named, and show what became of them."""
    with engine(sys.argv[1] if len(sys.argv) > 1 else "") as chosen:
        play_all(chosen)


def play_all(engine: Engine) -> None:
    """Play all samples and show what became of them."""
    begin = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="flexibatch-demo-"))
    console = Console(width=None if sys.stdout.isatty() else 140)
    samples = [read(path, number) for number, path in enumerate(sorted(SAMPLES.glob("*/case.toml")), 1)]
    shared = [sample for sample in samples if sample.ordinary]
    apart = [
        sample
        for sample in samples
        if not sample.ordinary and not NEEDS_A_BUG & {word for step in sample.steps for word in step}
    ]
    console.print(
        f"Making a home in {folder}, then playing {len(shared) + len(apart)} samples: about a minute.",
        soft_wrap=True,
    )
    home = Home(folder / "home")
    home.make(engine)
    for sample in apart:
        engine.copy(home.path, folder / sample.name)
    with ThreadPoolExecutor(2) as both:
        alone = both.map(lambda sample: play_apart(folder, sample), apart)
        verdicts = play_together(home, shared)
        for played in alone:
            verdicts |= played
    show(console, samples, verdicts, time.monotonic() - begin)
    shown = next(sample for sample in shared if sample.name == "partly-no-dimona")
    show_answers(console, home, shown)
    again = read(SAMPLES / shown.name / "case.toml", len(samples) + 1)
    show_front_door(console, home.path, home.environ, again.told["sender"], again.files)
    console.print(f"\nEverything lies in {folder}. {engine.told}", soft_wrap=True)
    if engine.lasting:
        console.print(
            f"  {Path(sys.executable).parent / 'flexibatch'} --home {home.path} list", soft_wrap=True
        )
    console.print(f"  {home.path}/spool/senders/000640/REPORT holds the pages for people.", soft_wrap=True)
    surprises = [name for name, sets in verdicts.items() if not as_named(name, sets)]
    if surprises:
        sys.exit(f"These samples did not end as their names say: {', '.join(surprises)}.")


def read(case: Path, number: int) -> Sample:
    """Read a sample: dates are moved to today; an ordinary one gets sequences and references of its own."""
    told = tomllib.loads(case.read_text("utf-8"))
    day = this_day()
    sample = Sample(case.parent.name, told, {})
    paths = [
        path
        for path in sorted(case.parent.iterdir())
        if path.suffix not in {".toml", ".json", ".csv"} and ".999999." not in path.name
    ]
    # Parts may be cut anywhere, in a date too. What is replaced keeps its length, so the cuts stay where they are.
    whole = moved(b"".join(path.read_bytes() for path in paths), day)
    if sample.ordinary:
        whole = renumbered(whole, number)
    for path in paths:
        size, name = path.stat().st_size, moved_name(path.name, day)
        sample.files[numbered(name, number) if sample.ordinary else name] = whole[:size]
        whole = whole[size:]
    if told.get("signed"):
        parts = {name: part for name, part in sample.files.items() if name.startswith("FI")}
        sample.files.update({signature_name(name): signature(part) for name, part in parts.items()})
    if sample.ordinary:
        for step in sample.steps:
            if "drop" in step:
                step["drop"] = numbered(step["drop"], number)
    return sample


def numbered(name: str, number: int) -> str:
    """Return a sample's sets sequences that no other sample has."""
    for sequence in range(1, 10):
        name = name.replace(f".0000{sequence}.", f".{number:03d}0{sequence}.")
    return name


def play_apart(folder: Path, sample: Sample) -> dict[str, list[dict[str, Any]]]:
    """Play a sample in its own copy of the home, with its own settings."""
    own = Home(folder / sample.name, sample.told.get("settings"))
    play(own, sample)
    return dict(verdicts_of(own, [sample]))


def play_together(home: Home, samples: list[Sample]) -> dict[str, list[dict[str, Any]]]:
    """Drop the first files of all samples and sweep, then the second, and so on."""
    for turn in range(max(len(sample.rounds) for sample in samples)):
        for sample in samples:
            if turn < len(sample.rounds):
                home.drop(sample, sample.rounds[turn])
        home.run("sweep")
    time.sleep(PAUSE)
    home.run("sweep")
    return dict(verdicts_of(home, samples))


def play(home: Home, sample: Sample) -> None:
    """Take the steps of one sample."""
    for step in sample.steps:
        for word, argument in step.items():
            if word == "drop":
                home.drop(sample, argument)
            elif word == "sweep":
                home.run("sweep")
            elif word == "wait":
                time.sleep(PAUSE)
            elif word == "register":
                home.import_register(SAMPLES / sample.name / argument)
            elif word == "rerun":
                ticket = next(one["ticket"] for one in home.sets() if f".{argument}." in one["name"])
                home.run("rerun", ticket)
            elif word == "remove":
                home.run("sender", "remove", argument, "--yes")


def verdicts_of(home: Home, samples: list[Sample]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the sets of every sample."""
    listed = home.sets()
    for sample in samples:
        keys = {name.partition(".")[2] for name in sample.files}
        mine = [one for one in listed if any(key.startswith(_key(one["name"])) for key in keys)]
        yield sample.name, mine


def as_named(name: str, sets: list[dict[str, Any]]) -> bool:
    """Return whether a sample ended as the first word of its name says."""
    states = {one["state"] for one in sets}
    accepted, refused, remarks = (
        sum(one[key] or 0 for one in sets) for key in ("accepted", "refused", "anomalies")
    )
    return {
        "accepted": states == {"settled"} and refused == 0,
        "remarked": states == {"settled"} and refused == 0 and remarks > 0,
        "partly": states == {"settled"} and refused > 0 and accepted > 0,
        "refused": states == {"settled"} and refused > 0,
        "rejected": "refused" in states,
        "withdrawn": states == {"withdrawn"},
    }[name.split("-", maxsplit=1)[0]]


def _key(name: str) -> str:
    return ".".join(name.split(".")[1:6])


def show(
    console: Console, samples: list[Sample], verdicts: dict[str, list[dict[str, Any]]], seconds: float
) -> None:
    """Print the table of sets and verdicts."""
    columns = ("sample", "what it shows", "sets", "state", "accepted", "unchanged", "refused", "anomalies")
    table = Table(*columns, title="What became of the samples", title_justify="left")
    for sample in samples:
        sets = verdicts.get(sample.name)
        if sets is None:
            continue
        states = ", ".join(dict.fromkeys(one["state"] for one in sets))
        counts = [str(sum(one[key] or 0 for one in sets)) for key in columns[4:]]
        table.add_row(sample.name, sample.told["title"], str(len(sets)), states, *counts)
    console.print(table)
    total = sum(len(sets) for sets in verdicts.values())
    console.print(
        f"{total} sets of {len(verdicts)} samples in {seconds:.0f} s, the making of the homes included."
    )
    left = ", ".join(sample.name for sample in samples if sample.name not in verdicts)
    console.print(f"Not played, since only a bug in the program brings it about: {left}.")


def show_answers(console: Console, home: Home, sample: Sample) -> None:
    """Print one ACRF and one NOTI."""
    name = next(name for name in sample.files if name.startswith("GO"))
    shown = json.loads(home.run("show", "--json", name))
    for answer in shown["runs"][-1]["answers"]:
        path = home.path / "spool" / "senders" / sample.told["sender"] / "OUT" / answer["name"]
        console.print(f"\n{path.name}, the answer to {name} ({sample.told['title']}):", soft_wrap=True)
        console.print(path.read_text("utf-8"), markup=False, highlight=False, soft_wrap=True)


def _rows(name: str) -> list[str]:
    return (SAMPLES / name).read_text("utf-8").splitlines()[1:]


def _spelled(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    main()
