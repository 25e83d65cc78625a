"""Measure the journey of one large file against libxml2's streaming validation of the same file, in one run.

Prints ratios, not times to compare between machines: a 30,000-line file of 64 employers, all lines good.
"""

import argparse
import logging
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import structlog
from lxml import etree
from material import NAMESPACE, company_number, register_rows, wage_file

from flexibatch.adapters.dimona.files import register_file
from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.store import bureaus, mandates
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.importing import import_file
from flexibatch.assembly import Outside, channel_of
from flexibatch.bootstrap import Home, make_home
from flexibatch.domain.bureaus import Mandate, NewSender
from flexibatch.domain.vocabulary import Language, SignatureDemand

SENDER = "000640"
SCHEMA = Path(__file__).parents[1] / "schemas" / "FLXWAGE_20264.xsd"


def main() -> None:
    """Prepare a home, run journey and yardstick in processes of their own, print their ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lines", type=int, default=30_000)
    arguments.add_argument("--employers", type=int, default=64)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--part", choices=["journey", "yardstick"])
    arguments.add_argument("--folder", type=Path)
    told = arguments.parse_args()
    if told.part == "journey":
        run_journey(told.folder)
    elif told.part == "yardstick":
        run_yardstick(told.folder)
    else:
        compare(told.lines, told.employers, told.rounds)


def compare(lines: int, employers: int, rounds: int) -> None:
    """Run both by turns and print the ratio of the best."""
    best = {"journey": (1e9, 0), "yardstick": (1e9, 0)}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            prepare(Path(folder), lines, employers)
            for part in ("journey", "yardstick"):
                best[part] = min(best[part], measured(part, Path(folder)))
    (journey, journey_mb), (yardstick, yardstick_mb) = best["journey"], best["yardstick"]
    print(
        f"journey of {lines} lines, {employers} employers: {journey / yardstick:.2f} x libxml2's streaming validation"
    )
    print(f"  journey    {journey:6.2f} s, peak {journey_mb} MB (the whole process)")
    print(f"  validation {yardstick:6.2f} s, peak {yardstick_mb} MB")


def measured(part: str, folder: Path) -> tuple[float, int]:
    """Run a part in a process of its own; give its seconds and its peak memory in MB."""
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own command
    seconds, peak = out.split()[-2:]
    return float(seconds), int(peak)


def prepare(folder: Path, lines: int, employers: int) -> None:
    """Make a home with sender, mandates and register, and the file."""
    home = make_home(folder / "home", {})
    outside = Outside.real()
    by = By("benchmark", outside.clock.now())
    today = by.at.astimezone(home.settings.timezone).date()
    with home.database.writing() as connection:
        new = NewSender(SENDER, "Benchmark", Language.EN, SignatureDemand.OPTIONAL)
        bureaus.add_sender(connection, by, new)
        for employer in range(employers):
            start = today.replace(year=2025, month=1, day=1)
            mandates.add_mandate(connection, by, Mandate(SENDER, None, company_number(employer), start))
    make_sender_folders(home.settings.spool, SENDER)
    register = folder / "register.csv"
    with register.open("w", encoding="utf-8") as file:
        file.writelines(register_rows(lines, employers, today))
    with register_file(register) as rows:
        import_file(home.database, rows, now=by.at, progress=lambda _rows: None)
    wage_file(folder / "wages.xml", lines, employers, today)
    home.close()


def run_journey(folder: Path) -> None:
    """Drop the file, sweep, and print seconds and peak memory of the sweep."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    home = Home.open(folder / "home", {})
    outside = Outside.real()
    day = f"{outside.clock.now():%Y%m%d}"
    inbox = home.settings.spool / "senders" / SENDER / "IN"
    channel = channel_of(home, outside)
    drop(inbox, f"FLEX.{SENDER}.{day}.00001.R", f'<FLXWAGE xmlns="{NAMESPACE}"/>'.encode())
    channel.sweep()  # a channel at work has its schemas read and its modules loaded
    drop(inbox, f"FLEX.{SENDER}.{day}.00002.R", (folder / "wages.xml").read_bytes())
    begin = time.perf_counter()
    result = channel.sweep()
    seconds = time.perf_counter() - begin
    if (result.settled, result.lines_refused) != (1, 0):
        raise SystemExit(f"the benchmark's file was not accepted: {result}")
    tell(seconds)


def drop(inbox: Path, name: str, content: bytes) -> None:
    """Drop a set of one part."""
    (inbox / f"FI.{name}.1.1").write_bytes(content)
    (inbox / f"GO.{name}.1").touch()


def run_yardstick(folder: Path) -> None:
    """Validate the file while streaming, as libxml2 does it, and print seconds and peak memory."""
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    begin = time.perf_counter()
    for _event, element in etree.iterparse(
        str(folder / "wages.xml"), schema=schema, tag=f"{{{NAMESPACE}}}Beneficiary"
    ):
        element.clear()
    tell(time.perf_counter() - begin)


def tell(seconds: float) -> None:
    """Print seconds and peak memory in MB."""
    print(f"{seconds:.3f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


if __name__ == "__main__":
    main()
