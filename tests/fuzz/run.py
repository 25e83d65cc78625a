"""Fuzz all targets, one after another, each for an equal share of some minutes: `python -m tests.fuzz.run MINUTES`.

What is found interesting is kept in `.fuzz/<target>`, begun from the committed corpus. An input that breaks an
invariant is written to `.fuzz/` and named; `tests/fuzz/corpus` is where it belongs once it is mended.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.corpus import CORPUS, TARGETS

KEPT = Path(".fuzz")
SECONDS = 20
"""So long one input may take."""
MEMORY = 2048
"""So many MiB a target's process may hold: libxml2 keeps every name it ever met."""


def main() -> int:
    """Run the targets that are named, or all; give 1 where an invariant broke."""
    minutes, *named = sys.argv[1:] or ["10"]
    targets = named or TARGETS
    seconds = max(1, round(float(minutes) * 60 / len(targets)))
    held = [_held(name, seconds) for name in targets]
    return int(not all(held))


def _held(name: str, seconds: int) -> bool:
    """Fuzz one target; tell whether its invariants held."""
    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    before = set(_reproducers(name))
    words = (
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS}",
        f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={KEPT}/{name}-",
        "-print_final_stats=1",
    )
    command = [sys.executable, "-m", "tests.fuzz.target", name, *words, str(kept), str(CORPUS / name)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    tried = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    print(f"{name}: {seconds} s, inputs tried: {', '.join(tried) or 'unknown'}")
    if done.returncode == 0:
        return True
    _tell(name, done, sorted(set(_reproducers(name)) - before))
    return False


def _reproducers(name: str) -> list[Path]:
    return [path for path in KEPT.glob(f"{name}-*") if path.is_file()]


def _tell(name: str, done: "subprocess.CompletedProcess[str]", made: Sequence[Path]) -> None:
    """Say what broke, and what shows it again."""
    print(done.stdout, done.stderr[-6000:], sep="\n", file=sys.stderr)
    for path in made or [KEPT]:
        print(f"{name}: an invariant broke. To see it again: python -m tests.fuzz.target {name} {path}")


if __name__ == "__main__":
    sys.exit(main())
