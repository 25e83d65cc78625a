"""Measure a sweep over an inbox full of one-line sets: whether its cost is linear and its memory flat.

Prints ratios in one run: the processor time a set takes among many against the time it takes among few (what else
the machine does counts less in it than in time that passes), and the peak memory.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import structlog
from journey import SENDER, prepare, processor_time, tell
from material import wage_file

from flexibatch.adapters.signatures.certificates import read_certificate
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.certificates import add_certificate
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home
from flexibatch.wiring.outside import Mode, Outside
from samples.signing import CERTIFICATE, signature


def main() -> None:
    """Sweep inboxes of two sizes in processes of their own and compare."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--few", type=int, default=500)
    arguments.add_argument("--many", type=int, default=5_000)
    arguments.add_argument("--signed", action="store_true", help="with a signature beside each part")
    arguments.add_argument("--sweep", type=Path)
    told = arguments.parse_args()
    if told.sweep:
        sweep(told.sweep)
        return
    results = {}
    for count in (told.few, told.many):
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), count, signed=told.signed)
            command = [sys.executable, __file__, "--sweep", folder]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
            seconds, peak = out.split()[-2:]
            results[count] = (float(seconds) / count, int(peak))
    (few, few_mb), (many, many_mb) = results[told.few], results[told.many]
    print(f"a set among {told.many} takes {many / few:.2f} x what it takes among {told.few}")
    print(
        f"  {few * 1000:.1f} and {many * 1000:.1f} ms of a processor; its processes peak at {few_mb} and {many_mb} MB"
    )


def fill(folder: Path, count: int, *, signed: bool) -> None:
    """Make a home and drop one-line sets, a file FI and a file GO each, and a file FS where they are signed."""
    prepare(folder, count, 1)
    home = Home.open(folder / "home", {})
    if signed:
        with home.database.writing() as connection:
            by = By("benchmark", Outside.real().clock.now())
            signer = read_certificate(CERTIFICATE.read_bytes(), CERTIFICATE.name, now=by.at)
            add_certificate(connection, by, SENDER, signer)
    today = Outside.real().clock.now().astimezone(home.settings.timezone).date()
    inbox = home.settings.spool / "senders" / SENDER / "IN"
    for worker, document in enumerate(_documents(folder, count, today), 1):
        name = f"FLEX.{SENDER}.{today:%Y%m%d}.{worker:05d}.R.1"
        (inbox / f"FI.{name}.1").write_text(document, "utf-8")
        if signed:
            (inbox / f"FS.{name}.1").write_bytes(signature(document.encode()))
        (inbox / f"GO.{name}").touch()
    home.close()


def _documents(folder: Path, count: int, today: date) -> list[str]:
    """Cut a file of many lines into documents of one line."""
    path = folder / "all.xml"
    wage_file(path, count, 1, today)
    head, *lines = path.read_text("utf-8").split("      <Beneficiary>\n")
    tail = lines[-1].split("      </Beneficiary>\n")[1]
    bodies = [line.split("      </Beneficiary>\n")[0] for line in lines]
    return [f"{head}      <Beneficiary>\n{body}      </Beneficiary>\n{tail}" for body in bodies]


def sweep(folder: Path) -> None:
    """Sweep and print the seconds of a processor and the peak memory."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    home = Home.open(folder / "home", {})
    components = Components(home, Outside.real(), Mode.SWEEP)
    channel = components.channel
    begin = processor_time()
    result = channel.sweep()
    components.close()
    seconds = processor_time() - begin
    if not result.clean or not result.settled:
        raise SystemExit(f"the benchmark's sets were not all accepted: {result}")
    tell(seconds)


if __name__ == "__main__":
    main()
