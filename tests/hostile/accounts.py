"""Nothing is lost: every set that was completed has one answer, or is told where it lies."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flexibatch.domain.names import key_of
from tests.hostile.attacker import ATTACKER, HONEST, Target
from tests.hostile.honest import Answers

TELLING = {"quarantine", "claimed", "claiming"}
"""States of a set that has no answer yet."""
RAW = (b"<script", b"<img src=x", b'href="javascript:')


class Accounts:
    """Look up what became of sets."""

    def __init__(self, target: Target) -> None:
        """Keep where the home is."""
        self._target = target
        self.answers = {one: Answers(target.folder(one, "OUT")) for one in (HONEST, ATTACKER)}
        self.at: dict[str, float] = {}

    def look(self) -> None:
        """See which answers are new."""
        for answers in self.answers.values():
            for name, at in answers.look():
                self.at.setdefault(name, at)

    def due(self, names: Iterable[str]) -> list[str]:
        """Return those of the sets that have no answer yet."""
        self.look()
        return [name for name in names if name not in self.at]

    def lost(self, names: Iterable[str]) -> list[str]:
        """Return those of the sets that are neither answered once nor told to be somewhere."""
        completed = Counter(names)
        # In the order in which a set moves: looked for the other way round, one that is claimed meanwhile is nowhere.
        lying = {
            path.stem.removeprefix("GO.")
            for sender in (HONEST, ATTACKER)
            for path in self._inbox(sender).glob("GO.*")
        }
        states, waiting = self._told() if self.due(completed) else ({}, set())
        due = self.due(completed)  # some were answered while the others were asked for
        answered = Counter(
            {name: count for one in self.answers.values() for name, count in one.counts.items()}
        )
        lost = [
            f"{name} was answered {answered[name]} times"
            for name, count in completed.items()
            if answered[name] > count
        ]
        if not due:
            return lost
        for name in due:
            sender = name.split(".")[1]
            lies = states.get(name) in TELLING or name in lying
            if not (lies and sender in waiting):
                lost.append(f"{name} ({states.get(name)}) has no answer and is not told")
        return lost

    def _inbox(self, sender: str) -> Path:
        return self._target.folder(sender, "IN")

    def _told(self) -> tuple[dict[str, str], set[str]]:
        """Return the state of every set that was received, and the senders of which something waits."""
        states = {key_of(row["name"]): row["state"] for row in self._list()}
        return states, {row["sender"] for row in self._list("--waiting")}

    def _list(self, *words: str) -> Any:  # noqa: ANN401 - whatever the command shows
        command = [sys.executable, "-m", "flexibatch", "-H", str(self._target.home), "list", "--json", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def claimed(self) -> bool:
        """Return whether sets of the attacker are claimed and not answered."""
        return any(
            row["sender"] == ATTACKER and row["state"] in {"claiming", "claimed"}
            for row in self._list("--waiting")
        )

    def raw_pages(self) -> list[str]:
        """Return the pages in which markup that a bureau sent stands as it was sent."""
        pages = [
            path
            for sender in (HONEST, ATTACKER)
            for path in self._target.folder(sender, "REPORT").glob("*.html")
        ]
        return [path.name for path in pages if any(one in path.read_bytes().lower() for one in RAW)]

    def clear(self) -> None:
        """Take away what the attacker left, and what it was answered."""
        for name in ("IN", "INTEST", "INTEST-S", "OUT", "REPORT"):
            for path in self._target.folder(ATTACKER, name).iterdir():
                path.unlink(missing_ok=True)
