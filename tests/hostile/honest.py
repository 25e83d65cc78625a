"""An honest bureau in a process of its own: it drops valid sets, asks for STATs, logs in, and notes what that takes."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Literal

import paramiko

from flexibatch.domain.names import key_of
from tests.doubles.installation import SAMPLES, moved_to_today
from tests.hostile.attacker import HONEST, Target

DROP_EVERY = 2.0
STAT_EVERY = 0.05
LOGIN_EVERY = 3.0
LOOK_EVERY = 0.05
PATIENCE = 60
NAMED = re.compile(rb"<FileName>([^<]*)</FileName>")

Kind = Literal["drop", "stat", "login", "fault"]


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that happened: when it began (on the wall's clock), what it took, which set it is about."""

    kind: Kind
    at: float
    seconds: float = 0.0
    name: str = ""


def valid_set(sequence: int) -> list[tuple[str, bytes]]:
    """Write a small valid set under a sequence, with references of its own: its part, then its GO."""
    made = []
    for path in sorted(SAMPLES.glob("accepted-two-workers/[FG][IO].FLEX.*")):
        name, content = moved_to_today(path)
        own = content.replace(b"<ReferenceNbr>019a1f04-", f"<ReferenceNbr>{sequence:08x}-".encode())
        made.append((name.replace(".00001.", f".{sequence:05d}."), own))
    return made


def acknowledged(path: Path) -> str:
    """Return which set an ACRF answers, by what its files share: it may name one whose name is wrong."""
    found = NAMED.search(path.read_bytes())
    return key_of(found[1].decode()) if found else ""


class Answers:
    """See which sets of one sender were answered, and when, by the files in OUT."""

    def __init__(self, folder: Path) -> None:
        """Keep where answers appear."""
        self._folder = folder
        self._seen: set[str] = set()
        self.counts: dict[str, int] = {}

    def look(self) -> Iterator[tuple[str, float]]:
        """Yield the set and the moment of every answer that is new: the change time of its ACRF's GO."""
        for path in sorted(self._folder.glob("GO.ACRF.*")):
            if path.name not in self._seen:
                self._seen.add(path.name)
                name = acknowledged(path.with_name(f"FO{path.name.removeprefix('GO')}"))
                self.counts[name] = self.counts.get(name, 0) + 1
                yield name, path.stat().st_ctime


@dataclass(slots=True)
class Honest:
    """The bureau's work: each kind in a thread of its own, so that none waits for another."""

    target: Target
    noted: "SimpleQueue[Noted | None]"
    stop: Event
    sequence: int = 0

    def run(self) -> None:
        """Work until it is told to stop."""
        threads = [threading.Thread(target=self._again, args=(one,)) for one in (self._stats, self._logins)]
        for thread in threads:
            thread.start()
        self._again(self._drops)
        for thread in threads:
            thread.join()
        self.noted.put(None)

    def _again(self, work: Callable[[], None]) -> None:
        """Go on after a connection broke, and note it."""
        while not self.stop.is_set():
            try:
                work()
            except (OSError, EOFError, paramiko.SSHException) as exc:
                self.noted.put(
                    Noted("fault", time.time(), name=f"{work.__name__}: {type(exc).__name__} {exc}")
                )
                self.stop.wait(0.5)

    @contextmanager
    def _session(self) -> Iterator[paramiko.SFTPClient]:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - a server of this test
        try:
            client.connect(
                "127.0.0.1",
                self.target.port,
                HONEST,
                pkey=paramiko.Ed25519Key(filename=str(self.target.key(HONEST))),
                allow_agent=False,
                look_for_keys=False,
                timeout=PATIENCE,
                banner_timeout=PATIENCE,
                auth_timeout=PATIENCE,
            )
            yield client.open_sftp()
        finally:
            client.close()

    def _stats(self) -> None:
        with self._session() as sftp:
            while not self.stop.wait(STAT_EVERY):
                began, clock = time.time(), time.perf_counter()
                sftp.stat("/OUT")
                self.noted.put(Noted("stat", began, time.perf_counter() - clock))

    def _logins(self) -> None:
        while not self.stop.wait(LOGIN_EVERY):
            began, clock = time.time(), time.perf_counter()
            with self._session() as sftp:
                sftp.stat("/IN")
                self.noted.put(Noted("login", began, time.perf_counter() - clock))

    def _drops(self) -> None:
        due = 0.0
        with self._session() as sftp:
            while not self.stop.wait(LOOK_EVERY):
                if time.monotonic() >= due:
                    due = time.monotonic() + DROP_EVERY
                    self.sequence += 1
                    self._drop(sftp)

    def _drop(self, sftp: paramiko.SFTPClient) -> None:
        """Put a set as careful bureaus do: its GO under a temporary name, renamed at the end."""
        for name, content in valid_set(self.sequence):
            path = f"/IN/{name}"
            with sftp.open(f"{path}.tmp", "wb") as file:
                file.write(content)
            began = time.time()
            sftp.rename(f"{path}.tmp", path)
            if name.startswith("GO."):
                self.noted.put(Noted("drop", began, name=key_of(name)))


def work(target: Target, noted: "SimpleQueue[Noted | None]", stop: Event) -> None:
    """Be the honest bureau, in a process of its own."""
    Honest(target, noted, stop).run()
