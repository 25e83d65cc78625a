"""Judge what lies in the inboxes of an installation in a process of its own, and tell how much memory that took."""

import subprocess
import sys
from pathlib import Path

from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock
from tests.doubles.installation import Installation

_ROOT = Path(__file__).parents[2]


def peak_of_sweep(installation: Installation) -> int:
    """Sweep once in a child process; give the most memory it ever had, in MiB."""
    installation.close()
    command = [sys.executable, "-m", "tests.doubles.judged_apart", str(installation.home.path)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[-1])


def _peak() -> int:
    # Not getrusage: a child begins with the peak of the process that it was forked from.
    told = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) // 1024 for line in told.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    Installation(Home.open(Path(sys.argv[1]), {}), FixedClock()).sweep()
    sys.stdout.write(f"{_peak()}\n")
