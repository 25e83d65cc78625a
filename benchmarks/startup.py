"""Measure what a command takes before it does anything: the processor time of whole processes, as ratios in one run.

Every process runs by turns with `import click`, which the command line cannot do without; each ratio is that of one
turn. The libraries by themselves are told beside the commands: what they take, no command that uses them can save.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

PROGRAM = ("-m", "flexibatch")
LIBRARIES = ("sqlalchemy", "pydantic_settings", "structlog")
FLOOR = "import click, pydantic_settings, sqlalchemy, sqlite3"
"""What `list` cannot do without."""


@dataclass(frozen=True)
class Process:
    """What is measured: arguments of Python and of its environment; `bar` is the ratio that it should keep to."""

    title: str
    arguments: Sequence[str]
    bar: float | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


BASELINE = Process("import click", ("-c", "import click"))


def main() -> None:
    """Make an empty home, run all processes by turns and print their ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=15)
    rounds = arguments.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        subprocess.run([sys.executable, *PROGRAM, "-H", str(home), "init"], check=True, capture_output=True)  # noqa: S603
        processes = (*commands(home), *libraries())
        for process in processes:
            seconds_of(process)  # compiles whatever is not compiled yet
        turns = [[seconds_of(process) for process in (BASELINE, *processes)] for _ in range(rounds)]
    show(processes, turns)


def commands(home: Path) -> tuple[Process, ...]:
    """Return the commands that have a bar, and those that show what completion of options and help take."""
    return (
        Process("flexibatch --help", (*PROGRAM, "--help"), 2),
        Process("completion: flexibatch <TAB>", PROGRAM, 2, completion("flexibatch ")),
        Process("completion: flexibatch list --<TAB>", PROGRAM, 2, completion("flexibatch list --")),
        Process("flexibatch list --help", (*PROGRAM, "list", "--help"), 2),
        Process("flexibatch list", (*PROGRAM, "-H", str(home), "list"), 4),
    )


def libraries() -> tuple[Process, ...]:
    """Return the libraries by themselves, and those together that `list` cannot do without."""
    alone = (Process(f"import {name}", ("-c", f"import {name}")) for name in LIBRARIES)
    return (*alone, Process(FLOOR, ("-c", FLOOR)))


def completion(line: str) -> dict[str, str]:
    """Return the environment in which a shell asks how a line goes on."""
    return {
        "_FLEXIBATCH_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }


def seconds_of(process: Process) -> float:
    """Run a process to its end; return the seconds of a processor that it took, its own children's included."""
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, *process.arguments],
        env={**os.environ, **process.environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with child:
        told = child.stderr.read() if child.stderr else b""
        _pid, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{process.title} failed: {told.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime


def show(processes: Sequence[Process], turns: Sequence[Sequence[float]]) -> None:
    """Print a line for each process: the median of its ratios, the quartiles, and whether its bar is kept."""
    yardstick = median(turn[0] for turn in turns)
    print(
        f"processor time of whole processes, {len(turns)} turns; `{BASELINE.title}` takes {yardstick * 1000:.0f} ms:"
    )
    for number, process in enumerate(processes, 1):
        ratios = [turn[number] / turn[0] for turn in turns]
        low, _middle, high = quantiles(ratios, n=4, method="inclusive")
        middle = median(ratios)
        print(
            f"  {process.title:<{WIDTH}} {middle:6.2f} x  ({low:.2f} to {high:.2f}){_judged(process, middle)}"
        )


WIDTH = len(FLOOR)


def _judged(process: Process, ratio: float) -> str:
    if process.bar is None:
        return ""
    return f"  bar {process.bar:g} x: {'met' if ratio <= process.bar else 'NOT MET'}"


if __name__ == "__main__":
    main()
