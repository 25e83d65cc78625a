"""Run attacks against a real `serve` while an honest bureau works, and take the figures."""

import json
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.certificates import add_certificate
from tests.doubles.installation import SIGNER
from tests.doubles.running_server import RunningServer, registered_key, running_front
from tests.hostile import honest
from tests.hostile.accounts import Accounts
from tests.hostile.attacker import ATTACKER, HONEST, Attacker, Target, Told
from tests.hostile.figures import Meter, Row, memory
from tests.hostile.honest import Noted

SETTINGS = {"FLEXIBATCH_CLAIM_DELAY": "0", "FLEXIBATCH_GO_GRACE": "5", "FLEXIBATCH_SETTLE_FOR": "1"}
"""A GO is taken as soon as it is seen: waits hold no pause that is meant."""
NICE = 10
"""Attackers sit elsewhere: what their own programs work must not slow the machine that is measured."""
LOOK_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: its name, what it sends, how it is done."""

    name: str
    sends: str
    act: Callable[[Attacker], None]
    short: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """In which form attacks run: sizes, and the seconds that things may take."""

    long: bool
    least: float
    """How long an attack is looked at, at least."""
    most: float
    """How long the program of an attack may go on."""
    patience: float
    """How long afterwards the answers are waited for."""
    rest: float
    """After how long in peace memory is measured again."""


LONG = Form(long=True, least=6, most=90, patience=60, rest=10)
SHORT = Form(long=False, least=2, most=30, patience=30, rest=0)


@dataclass(slots=True)
class Stage:
    """A server under attack, the honest bureau, and what was seen so far."""

    front: RunningServer
    target: Target
    accounts: Accounts
    noted: list[Noted] = field(default_factory=list)
    sequence: int = 0

    def during(self, kind: str, began: float, ended: float) -> list[Noted]:
        """Return what the honest bureau noted of a kind that began within a time."""
        return [one for one in tuple(self.noted) if one.kind == kind and began <= one.at <= ended]

    def attack(self, attack: Attack, form: Form) -> Row:
        """Let one attack go on until all that it sent is done with; give the figures."""
        pid, said, began = self.front.pid, len(self.front.said), time.time()
        row = Row(attack.name, before=memory(pid))
        with Meter(pid).running() as meter:
            told = self._act(attack, form)
            self._wait(told, began, form)
        ended = time.time()
        self._peace(form)
        row.after, row.peak, row.seconds = memory(pid), meter.peak, ended - began
        self.sequence, row.sets, row.notes = told.sequence, len(told.completed), told.notes
        drops = self.during("drop", began, ended)
        self.accounts.due([])
        row.waits = [self._waited(one) for one in drops]
        row.stats = [one.seconds for one in self.during("stat", began, ended)]
        row.logins = [one.seconds for one in self.during("login", began, ended)]
        row.lost = self.accounts.lost([*told.completed, *(one.name for one in drops)])
        row.faults = [*told.faults, *self._faults(pid, said, began)]
        self._leave(form)
        return row

    def _leave(self, form: Form) -> None:
        """Take away what was not claimed yet, and let the rest be settled: the next attack has its own figures."""
        end = time.time() + form.patience
        self.accounts.clear()
        while self.accounts.claimed() and time.time() < end:
            time.sleep(1)
        self.accounts.clear()

    def _waited(self, drop: Noted) -> float | None:
        at = self.accounts.at.get(drop.name)
        return None if at is None else max(0.0, at - drop.at)

    def _act(self, attack: Attack, form: Form) -> Told:
        """Let the attacker work, in a process of its own."""
        context = multiprocessing.get_context("spawn")
        said = self.target.keys / "told.json"
        said.unlink(missing_ok=True)
        process = context.Process(target=act, args=(attack, self.target, form.long, self.sequence, said))
        process.start()
        process.join(form.most)
        cut = process.is_alive()
        if cut:
            process.kill()
            process.join()
        told = (
            Told(**json.loads(said.read_bytes())) if said.exists() else Told([], {}, [], self.sequence + CUT)
        )
        if cut:
            told.notes["cut"] = f"after {form.most:.0f} s"
        elif process.exitcode:
            told.faults.append(f"the attack ended with {process.exitcode}")
        return told

    def _wait(self, told: Told, began: float, form: Form) -> None:
        """Wait until all is answered that is due, and the honest bureau has seen enough."""
        end, least = time.time() + form.patience, began + form.least
        while time.time() < end:
            mine = [one.name for one in self.during("drop", began, end)]
            others = len(told.completed) - sum(name in self.accounts.at for name in told.completed)
            if time.time() > least and not others and mine and not self.accounts.due(mine[:-1] or mine):
                return
            self.accounts.look()
            time.sleep(LOOK_EVERY)
        left = sum(name not in self.accounts.at for name in told.completed)
        if left:
            told.notes["unanswered"] = f"{left} of {len(told.completed)} after {form.patience:.0f} s"

    def _peace(self, form: Form) -> None:
        """Wait so that what came last is answered, and memory was given back."""
        time.sleep(form.rest)
        end = time.time() + form.patience
        while time.time() < end and self.accounts.due(one.name for one in self.noted if one.kind == "drop"):
            time.sleep(LOOK_EVERY)

    def _faults(self, pid: int, said: int, began: float) -> list[str]:
        """Say what the server or the honest bureau met that may not be."""
        told = [one.name for one in self.noted if one.kind == "fault" and one.at >= began]
        if self.front.ended or self.front.pid != pid:
            told.append("serve has ended")
        lines = self.front.said[said:]
        told += [line.strip()[:300] for line in lines if "Traceback" in line or '"watcher.died"' in line]
        told += [f"raw markup in {name}" for name in self.accounts.raw_pages()]
        return told


CUT = 25_000
"""Sequences that an attack which was cut may have used up."""


def act(attack: Attack, target: Target, long: bool, sequence: int, said: Path) -> None:
    """Be the attacker, in a process of its own; tell what was done."""
    os.nice(NICE)
    attacker = Attacker(target, long, sequence)
    try:
        attack.act(attacker)
    except Exception as exc:  # noqa: BLE001 - what a server does to an attacker is a figure
        attacker.notes["ended by"] = f"{type(exc).__name__}: {exc}"[:120]
    told = Told(attacker.completed, attacker.notes, attacker.faults, attacker.sequence)
    said.write_text(json.dumps(asdict(told)), "utf-8")
    os._exit(0)


@contextmanager
def running_stage(folder: Path, environ: Mapping[str, str] | None = None) -> Iterator[Stage]:
    """Run a server on a home of its own, and the honest bureau at work."""
    with running_front(folder, SETTINGS | dict(environ or {})) as front:
        for sender in (HONEST, ATTACKER):
            registered_key(front.installation, folder, sender, sender)
        with front.installation.home.database.writing() as connection:
            add_certificate(connection, By("test", front.installation.clock.now()), ATTACKER, SIGNER)
        target = Target(front.installation.home.path, front.port, folder)
        stage = Stage(front, target, Accounts(target))
        with _honest_at_work(stage):
            yield stage


@contextmanager
def _honest_at_work(stage: Stage) -> Iterator[None]:
    """Let the honest bureau work until the block is left; wait first until its first set is answered."""
    context = multiprocessing.get_context("spawn")
    noted: SimpleQueue[Noted | None] = context.SimpleQueue()
    stop = context.Event()
    process = context.Process(target=honest.work, args=(stage.target, noted, stop))
    process.start()
    hearing = threading.Thread(target=_hear, args=(noted, stage.noted))
    hearing.start()
    try:
        _until_first_answer(stage)
        yield
    finally:
        stop.set()
        process.join(honest.PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()
            noted.put(None)
        hearing.join(honest.PATIENCE)


def _hear(noted: "SimpleQueue[Noted | None]", into: list[Noted]) -> None:
    while (one := noted.get()) is not None:
        into.append(one)


def _until_first_answer(stage: Stage) -> None:
    end = time.time() + honest.PATIENCE
    while not stage.accounts.at:
        assert time.time() < end, "the honest bureau's first set was not answered"
        stage.accounts.look()
        time.sleep(LOOK_EVERY)
