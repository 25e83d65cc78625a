"""Several processes settle the sets of one spool on one database, and are killed at it: every set is settled once."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from flexibatch.adapters.clock import SystemClock
from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.store import bureaus, mandates
from flexibatch.adapters.store.audit import By
from flexibatch.domain.bureaus import Mandate, NewSender
from flexibatch.domain.vocabulary import Language, SignatureDemand
from flexibatch.wiring.home import Home
from tests.doubles.installation import SAMPLES, Installation, moved_to_today
from tests.doubles.references import renumbered
from tests.doubles.waiting import until

SENDERS = [f"{number:06d}" for number in range(701, 741)]
STORY = (
    "accepted-modification/FI.FLEX.000640.20261005.00001.R.1.1",
    "accepted-modification/FI.FLEX.000640.20261005.00002.R.1.1",
    "accepted-cancellation/FI.FLEX.000640.20261005.00002.R.1.1",
)
"""A declaration is made, modified and cancelled: in any other order a line would be refused."""
PROCESSES, KILLS = 4, 12
BUGS = (
    "Traceback",
    '"set.failed"',
    '"answers.failed"',
    '"claim.failed"',
    '"report.failed"',
    '"set.quarantined"',
)


@dataclass(slots=True)
class Crew:
    """The processes that watch one home; who is killed is replaced."""

    home: Path
    folder: Path
    stack: ExitStack
    numbers: "count[int]" = field(default_factory=count)
    running: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    voices: dict[int, Path] = field(default_factory=dict)

    def hire(self) -> None:
        """Start one more."""
        path = self.folder / f"said-{next(self.numbers)}"
        said = self.stack.enter_context(path.open("wb"))
        told = {
            "FLEXIBATCH_LOG_FORMAT": "json",
            "FLEXIBATCH_CLAIM_DELAY": "0",
            "FLEXIBATCH_POLL_INTERVAL": "0.2",
        }
        command = [sys.executable, "-m", "flexibatch", "-H", str(self.home), "watch"]
        self.running.append(subprocess.Popen(command, stderr=said, env=dict(os.environ) | told))
        self.voices[self.running[-1].pid] = path

    def kill(self, chosen: int) -> None:
        """Kill one, as a machine does, and start another."""
        victim = self.running.pop(chosen)
        victim.kill()
        victim.wait()
        self.hire()

    def dismiss(self) -> list[int]:
        """End all as an operator does, once they watch; give their exit statuses."""
        until(lambda: all("Watching" in self._heard(one) for one in self.running))
        for one in self.running:
            one.terminate()
        return [one.wait(60) for one in self.running]

    def _heard(self, one: "subprocess.Popen[bytes]") -> str:
        return self.voices[one.pid].read_text("utf-8")

    def said(self) -> list[str]:
        """Return what each said."""
        return [path.read_text("utf-8") for path in sorted(self.folder.glob("said-*"))]


@pytest.fixture
def installation(home: Home) -> Installation:
    """Return a home with forty bureaus, each with a mandate for the same employer."""
    made = Installation(home, SystemClock())
    made.register_samples_of_today()
    by = By("test", made.clock.now())
    with home.database.writing() as connection:
        for number in SENDERS:
            new = NewSender(number, f"Bureau {number}", Language.NL, SignatureDemand.OPTIONAL)
            bureaus.add_sender(connection, by, new)
            start = by.at.date().replace(month=1, day=1)
            mandates.add_mandate(connection, by, Mandate(number, None, "0400100056", start))
            make_sender_folders(made.spool, number)
    return made


@pytest.fixture
def crew(installation: Installation, tmp_path: Path) -> Iterator[Crew]:
    """Yield four processes that watch the home."""
    with ExitStack() as stack:
        made = Crew(installation.home.path, tmp_path, stack)
        for _ in range(PROCESSES):
            made.hire()
        yield made
        for one in made.running:
            one.kill()
            one.wait()


def _drop(installation: Installation, sender: str, sequence: int) -> None:
    name, content = moved_to_today(SAMPLES / STORY[sequence - 1])
    day = name.split(".")[3]
    inbox = installation.inbox(sender)
    own = renumbered(content, sender)
    (inbox / f"FI.FLEX.{sender}.{day}.0000{sequence}.R.1.1").write_bytes(own)
    (inbox / f"GO.FLEX.{sender}.{day}.0000{sequence}.R.1").touch()


def _is_done(installation: Installation) -> bool:
    query = "SELECT count(*) FROM run WHERE published_at IS NOT NULL"
    return [(len(SENDERS) * len(STORY),)] == installation.rows(query)


@pytest.mark.long
def test_four_watchers_settle_each_set_once_however_often_they_are_killed(
    installation: Installation, crew: Crew
) -> None:
    """One outcome a set, in the order of its stream; answers and pages say what the rows say; nothing is left."""
    chance = random.Random(4)  # noqa: S311 - who is killed, and when
    drops = [(sender, sequence) for sequence in range(1, len(STORY) + 1) for sender in SENDERS]
    for nth, (sender, sequence) in enumerate(drops, 1):
        _drop(installation, sender, sequence)
        if nth % (len(drops) // KILLS) == 0:
            time.sleep(chance.random())
            crew.kill(chance.randrange(PROCESSES))
    until(lambda: _is_done(installation))
    assert [0] * PROCESSES == crew.dismiss(), crew.said()
    assert [] == [word for said in crew.said() for word in BUGS if word in said], crew.said()
    _settled_once_and_in_order(installation)
    _answers_are_the_rows(installation)
    _nothing_is_left(installation)
    settled = [sum('"set.settled"' in line for line in said.splitlines()) for said in crew.said()]
    assert sum(number > 0 for number in settled) >= PROCESSES // 2, settled


def _settled_once_and_in_order(installation: Installation) -> None:
    sets = installation.rows(
        "SELECT sender, name, state, number, accepted, refused FROM file_set JOIN run ON set_ticket = ticket "
        "ORDER BY sender, decided_at"
    )
    wanted = [
        (sender, f"0000{sequence}", "settled", 1, 1, 0)
        for sender in SENDERS
        for sequence in range(1, len(STORY) + 1)
    ]
    assert wanted == [(sender, str(name).split(".")[4], *rest) for sender, name, *rest in sets]
    versions = installation.rows(
        "SELECT declaration, count(*), min(number), max(number) FROM version GROUP BY declaration"
    )
    assert [(3, 1, 3)] * len(SENDERS) == [tuple(rest) for _declaration, *rest in versions]


def _answers_are_the_rows(installation: Installation) -> None:
    told = Counter(
        (path.parent.parent.name, path.name, sha256(path.read_bytes()).hexdigest())
        for path in installation.spool.glob("senders/*/OUT/FO.*")
    )
    assert Counter(installation.rows("SELECT sender, name, sha256 FROM answer")) == told
    names = sorted(name for _sender, name, _digest in told)
    goes = sorted(path.name for path in installation.spool.glob("senders/*/OUT/GO.*"))
    assert [name.replace("FO.", "GO.", 1) for name in names] == goes
    pages = [json.loads(path.read_bytes()) for path in installation.spool.glob("senders/*/REPORT/*.json")]
    assert {"received": len(SENDERS) * len(STORY)} == Counter(page["state"] for page in pages)


def _nothing_is_left(installation: Installation) -> None:
    folders = [
        installation.spool / "claimed",
        installation.spool / "quarantine",
        *installation.spool.glob("senders/*/IN"),
    ]
    assert [] == [path for folder in folders for path in folder.iterdir()]
    hidden = [path for name in ("OUT", "REPORT") for path in installation.spool.glob(f"senders/*/{name}/.*")]
    assert [] == hidden
    archived = [path.name for path in installation.spool.glob("archive/*/*/*/*")]
    assert sorted(str(row[0]) for row in installation.rows("SELECT ticket FROM file_set")) == sorted(archived)
