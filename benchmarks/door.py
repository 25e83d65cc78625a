"""Measure the front door, in one run: throughput against sshd's own server, fifty bureaus at once, the wake after a GO.

Prints ratios, and the seconds behind them. Clients are OpenSSH's `sftp`, each a process of its own.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.ssh_keys import read_public_key
from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.audit import By
from flexibatch.domain.bureaus import NewSender
from flexibatch.domain.vocabulary import Language, SignatureDemand
from tests.doubles.installation import SAMPLES, Installation, moved_to_today
from tests.doubles.running_server import RunningServer, running_front
from tests.doubles.sshd import Elsewhere, make_key, running_elsewhere
from tests.doubles.waiting import until

BUREAU = "000640"
PART = 35 << 20
SMALL = 2 << 20
GREEDY_SESSIONS = 10
CROWD = [f"{number:06d}" for number in range(700, 750)]
CLAIM_DELAY = 2.0
SETTINGS = {"FLEXIBATCH_CLAIM_DELAY": str(CLAIM_DELAY), "FLEXIBATCH_LOG_LEVEL": "warning"}


def main() -> None:
    """Run a server, and measure it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--sets", type=int, default=5)
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = make_key(folder / "key")
        with running_front(folder, SETTINGS) as front:
            register(front.installation, key)
            tell_wake(front, key, told.sets)
            tell_throughput(front, key, folder, told.rounds)
            tell_crowd(front, key, folder)


def register(installation: Installation, key: Path) -> None:
    """Register the crowd, and one key for all."""
    by = By("benchmark", installation.clock.now())
    public = read_public_key(Path(f"{key}.pub").read_bytes(), "key")
    with installation.home.database.writing() as connection:
        bureaus.add_key(connection, by, BUREAU, public)
        for number in CROWD:
            new = NewSender(number, "Benchmark", Language.EN, SignatureDemand.OPTIONAL)
            bureaus.add_sender(connection, by, new)
            bureaus.add_key(connection, by, number, public)
            make_sender_folders(installation.spool, number)


def put(front: RunningServer, key: Path, *lines: str, user: str = BUREAU) -> float:
    """Run lines of commands in a session of their own; give its seconds."""
    begin = time.perf_counter()
    done = front.program([key], *lines, user=user)
    if done.returncode:
        raise SystemExit(f"sftp ended with {done.returncode}: {done.stderr}")
    return time.perf_counter() - begin


# ------------------------------------------------------------------------------------------------- throughput


def tell_throughput(front: RunningServer, key: Path, folder: Path, rounds: int) -> None:
    """Put a part here and to sshd's internal-sftp by turns, and compare the best of each."""
    part = folder / "part"
    part.write_bytes(os.urandom(PART))
    taken: dict[str, list[tuple[float, float]]] = {"serve": [], "sshd": []}
    with running_elsewhere(folder / "sshd") as sshd:
        for _ in range(rounds):
            taken["serve"].append((put(front, key, "pwd"), put(front, key, f"put {part} IN/part")))
            taken["sshd"].append((put_elsewhere(sshd, "pwd"), put_elsewhere(sshd, f"put {part} part")))
    idle = {name: min(one for one, _ in pairs) for name, pairs in taken.items()}
    net = {name: min(one for _, one in pairs) - idle[name] for name, pairs in taken.items()}
    print(f"{PART >> 20} MiB go up at {net['sshd'] / net['serve']:.2f} x the speed of sshd's internal-sftp")
    for name in taken:
        print(f"  {name:5s} {net[name]:.2f} s, and {idle[name]:.2f} s for a session in which nothing is put")
    put(front, key, "rm IN/part")


def put_elsewhere(elsewhere: Elsewhere, *lines: str) -> float:
    """Do as `put`, in a session with sshd."""
    begin = time.perf_counter()
    elsewhere.sshd.sftp(elsewhere.user, elsewhere.key, *lines).check_returncode()
    return time.perf_counter() - begin


# ------------------------------------------------------------------------------------------------------ crowd


def tell_crowd(front: RunningServer, key: Path, folder: Path) -> None:
    """Let fifty bureaus put a small part each at once, alone and beside one that puts large ones by ten sessions."""
    small = folder / "small"
    small.write_bytes(os.urandom(SMALL))
    alone = crowd(front, key, small)
    with one_at_full_speed(front, key, folder / "part"):
        beside = crowd(front, key, small)
    slowest, median = max(beside), statistics.median(beside)
    print(
        f"{len(CROWD)} bureaus at once beside one at full speed: the slowest takes {slowest / median:.2f} x the median"
    )
    print(
        f"  {SMALL >> 20} MiB each, log-in included: median {median:.2f} s, slowest {slowest:.2f} s; "
        f"without that one {statistics.median(alone):.2f} and {max(alone):.2f} s"
    )


def crowd(front: RunningServer, key: Path, small: Path) -> list[float]:
    """Let all put at once; give the seconds of each."""
    with ThreadPoolExecutor(len(CROWD)) as all_at_once:
        return list(
            all_at_once.map(lambda number: put(front, key, f"put {small} IN/small", user=number), CROWD)
        )


@contextmanager
def one_at_full_speed(front: RunningServer, key: Path, part: Path) -> Iterator[None]:
    """Keep one bureau uploading, by all the sessions it may have, until the block is left."""
    enough = threading.Event()

    def upload(number: int) -> None:
        while not enough.is_set():
            put(front, key, f"put {part} IN/part{number}")

    with ThreadPoolExecutor(GREEDY_SESSIONS) as sessions:
        uploads = [sessions.submit(upload, number) for number in range(GREEDY_SESSIONS)]
        try:
            yield
        finally:
            enough.set()
    for one in uploads:
        one.result()


# ------------------------------------------------------------------------------------------------------- wake


def tell_wake(front: RunningServer, key: Path, sets: int) -> None:
    """Put sets and measure, by the times of the files, when their answers are out."""
    wake(front, key, 1)  # a channel at work has its schemas read and its modules loaded
    taken = [wake(front, key, sequence) for sequence in range(2, sets + 2)]
    print(
        f"answers are out {statistics.median(taken):.2f} s after the claim delay of {CLAIM_DELAY:.0f} s "
        f"(the slowest of {sets}: {max(taken):.2f} s)"
    )


def wake(front: RunningServer, key: Path, sequence: int) -> float:
    """Put a set; give the seconds from the end of its claim delay to the GO of its NOTI."""
    inbox, outbox = front.installation.inbox(BUREAU), front.installation.inbox(BUREAU, "OUT")
    with tempfile.TemporaryDirectory() as desk:
        names = [
            write(Path(desk), path, sequence)
            for path in sorted(SAMPLES.glob("accepted-two-workers/[FG]?.FLEX.*"))
        ]
        put(front, key, *(f"put {desk}/{name} IN/" for name in names))
        go = (inbox / names[-1]).stat().st_ctime
    until(lambda: len(list(outbox.glob("GO.NOTI.*"))) == sequence)
    newest = max(path.stat().st_ctime for path in outbox.glob("GO.NOTI.*"))
    return newest - go - CLAIM_DELAY


def write(desk: Path, sample: Path, sequence: int) -> str:
    """Write a file of a sample, moved to today, under a sequence and with references of its own."""
    name, content = moved_to_today(sample)
    name = name.replace(".00001.", f".{sequence:05d}.")
    (desk / name).write_bytes(
        content.replace(b"<ReferenceNbr>019a1f04-", f"<ReferenceNbr>{sequence:08x}-".encode())
    )
    return name


if __name__ == "__main__":
    main()
