"""Measure the journey of one large file against libxml2's streaming validation of the same file, in one run.

Prints ratios, not times to compare between machines: a 30,000-line file of 64 employers, all lines good, on
SQLite and on PostgreSQL; and what a line takes of the disk on each.
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
from engines import ENGINES, database_bytes, running_server, settle_on, spool_bytes
from lxml import etree
from material import NAMESPACE, company_number, register_rows, wage_file

from flexibatch.adapters.dimona.files import register_file
from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.store import bureaus, mandates
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.importing import import_file
from flexibatch.domain.bureaus import Mandate, NewSender
from flexibatch.domain.vocabulary import Language, SignatureDemand
from flexibatch.wiring.components import Components
from flexibatch.wiring.home import Home, make_home
from flexibatch.wiring.outside import Mode, Outside

SENDER = "000640"
SCHEMA = Path(__file__).parents[1] / "schemas" / "FLXWAGE_20251.xsd"


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
    """Run both engines and the yardstick by turns and print the ratios of the best."""
    best = dict.fromkeys((*ENGINES, "yardstick"), (1e9, 0))
    grown: dict[str, tuple[int, int]] = {}
    with running_server() as server:
        for engine in ENGINES * rounds:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                settle_on(engine, server, folder)
                prepare(folder, lines, employers)
                before = database_bytes(folder), spool_bytes(folder)
                best[engine] = min(best[engine], measured("journey", folder))
                best["yardstick"] = min(best["yardstick"], measured("yardstick", folder))
                grown[engine] = database_bytes(folder) - before[0], spool_bytes(folder) - before[1]
    yardstick, yardstick_mb = best["yardstick"]
    print(f"journey of {lines} lines, {employers} employers, against libxml2's streaming validation:")
    for engine in ENGINES:
        seconds, peak = best[engine]
        database, spool = (size / lines / 1024 for size in grown[engine])
        print(
            f"  {engine:<10} {seconds / yardstick:5.2f} x  {seconds:6.2f} s, peak {peak} MB (its processes together); "
            f"a line takes {database:.2f} kB of the database, {spool:.2f} kB of the spool"
        )
    print(f"  validation {1:5.2f} x  {yardstick:6.2f} s, peak {yardstick_mb} MB")
    print(f"  postgresql {best['postgresql'][0] / best['sqlite'][0]:5.2f} x sqlite")


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
    components = Components(home, outside, Mode.SWEEP)
    channel = components.channel
    drop(inbox, f"FLEX.{SENDER}.{day}.00001.R", f'<FLXWAGE xmlns="{NAMESPACE}"/>'.encode())
    channel.sweep()  # a channel at work has its schemas read and its modules loaded
    drop(inbox, f"FLEX.{SENDER}.{day}.00002.R", (folder / "wages.xml").read_bytes())
    begin = time.perf_counter()
    result = channel.sweep()
    seconds = time.perf_counter() - begin
    if (result.settled, result.refused, result.lines_refused) != (1, 0, 0):
        raise SystemExit(f"the benchmark's file was not accepted: {result}")
    components.close()
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
    """Print seconds and peak memory in MB: this process's and that of the largest which it started, together."""
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{seconds:.3f} {sum(peaks) // 1024}")


def processor_time() -> float:
    """Return the seconds of a processor that this process and those that it started and that have ended have used."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
