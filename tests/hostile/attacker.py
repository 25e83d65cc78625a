"""What an attack works with: where `serve` listens, a key that is valid, many requests before an answer is read."""

import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import paramiko
from paramiko import sftp as kinds

from samples import today

HONEST, ATTACKER = "000640", "000641"
DAY = today.moved_name("GO.FLEX.000641.20261005.00001.R.1", today.this_day()).split(".")[3]
SEQUENCES = 50_000
"""Numbers of a day's sets that attacks use; those from 51,000 on are left to files that lie there from before."""
AT_ONCE = 64
"""Files that one session opens before it closes them; `sftp.max_handles` allows a hundred."""
CHUNK = 32 << 10
CREATED = kinds.SFTP_FLAG_WRITE | kinds.SFTP_FLAG_CREATE | kinds.SFTP_FLAG_TRUNC
PATIENCE = 60

Content = bytes
Answer = tuple[int, paramiko.Message]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a server listens, where its home is, and where the bureaus' private keys lie."""

    home: Path
    port: int
    keys: Path

    def folder(self, sender: str, name: str) -> Path:
        """Return a folder of a sender, as it stands on the disk."""
        return self.home / "spool" / "senders" / sender / name

    def key(self, sender: str) -> Path:
        """Return the private key of a sender."""
        return self.keys / sender


@dataclass(slots=True)
class Attacker:
    """What one attack may use, and what it tells: sets that are complete, and figures of its own."""

    target: Target
    long: bool
    sequence: int
    completed: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def size(self, short: int, long: int) -> int:
        """Return how many, in the form that runs."""
        return long if self.long else short

    def until(self, short: float, long: float) -> "Iterator[int]":
        """Count for so many seconds."""
        end, count = time.monotonic() + (long if self.long else short), 0
        while time.monotonic() < end:
            yield count
            count += 1

    def transport(self, source: str = "127.0.9.1", user: str = ATTACKER) -> paramiko.Transport:
        """Begin to speak SSH from an address."""
        peer = self.connected(source)
        made = paramiko.Transport(peer)
        made.start_client(timeout=PATIENCE)
        made.auth_publickey(user, paramiko.Ed25519Key(filename=str(self.target.key(ATTACKER))))
        return made

    def connected(self, source: str) -> socket.socket:
        """Connect from an address, and say nothing."""
        return socket.create_connection(
            ("127.0.0.1", self.target.port), timeout=PATIENCE, source_address=(source, 0)
        )

    def session(self, source: str = "127.0.9.1") -> "Session":
        """Log in with the key that is valid, and speak SFTP."""
        return Session(opened(self.transport(source)))

    def next_key(self) -> str:
        """Return the name of a set that was not used before, as far as all its files share it."""
        self.sequence += 1
        days, sequence = divmod(self.sequence, SEQUENCES)
        day = date.fromisoformat(DAY) - timedelta(days)
        return f"FLEX.{ATTACKER}.{day:%Y%m%d}.{sequence + 1:05d}.R"

    def drop(self, session: "Session", *sets: tuple[Content, Content | None]) -> None:
        """Put sets of one part each, with a signature or none, and complete them."""
        files: list[tuple[str, bytes]] = []
        names = []
        for content, signature in sets:
            key = self.next_key()
            files.append((f"FI.{key}.1.1", content))
            files += [] if signature is None else [(f"FS.{key}.1.1", signature)]
            files.append((f"GO.{key}.1", b""))
            names.append(key)
        refused = session.put(files)
        self.completed += [key for key in names if f"/IN/GO.{key}.1" not in refused]
        if refused:
            self.notes["puts refused"] = f"{len(refused)}: {next(iter(refused.values()))}"


def opened(transport: paramiko.Transport) -> paramiko.SFTPClient:
    """Open a session of SFTP on a connection."""
    made = paramiko.SFTPClient.from_transport(transport)
    assert made is not None
    return made


class Session:
    """Send many requests of one session before their answers are read."""

    def __init__(self, client: paramiko.SFTPClient) -> None:
        """Keep the client."""
        self.client = client
        self.answers: dict[int, Answer] = {}

    def _async_response(self, kind: int, message: paramiko.Message, number: int) -> None:
        """Hear an answer; paramiko calls this."""
        self.answers[number] = (kind, message)

    def ask(self, kind: int, *words: object) -> int:
        """Send a request; give its number."""
        number: int = self.client._async_request(self, kind, *words)  # type: ignore[attr-defined]
        return number

    def take(self, numbers: Iterable[int]) -> list[Answer]:
        """Read answers until all of these are there."""
        taken = []
        for number in numbers:
            while number not in self.answers:
                self.client._read_response()  # type: ignore[attr-defined]
            taken.append(self.answers.pop(number))
        return taken

    def refusals(self, numbers: Iterable[int]) -> list[str]:
        """Read the answers to these requests; give the sentences of those that were refused."""
        told = []
        for kind, message in self.take(numbers):
            if kind == kinds.CMD_STATUS and message.get_int() != kinds.SFTP_OK:
                told.append(message.get_text())
        return told

    def put(self, files: Iterable[tuple[str, bytes]], folder: str = "/IN") -> dict[str, str]:
        """Put files, some at once, in their order; give the sentence for each path that was refused."""
        refused: dict[str, str] = {}
        pending = iter(files)
        while some := list(islice(pending, AT_ONCE)):
            refused |= self._put([(f"{folder}/{name}", content) for name, content in some])
        return refused

    def _put(self, files: list[tuple[str, bytes]]) -> dict[str, str]:
        asked = [self.ask(kinds.CMD_OPEN, path, CREATED, paramiko.SFTPAttributes()) for path, _ in files]
        refused: dict[str, str] = {}
        for (path, content), (kind, message) in zip(files, self.take(asked), strict=True):
            if kind != kinds.CMD_HANDLE:
                message.get_int()
                refused[path] = message.get_text()
                continue
            told = self.refusals(self._write(message.get_binary(), content))
            if told:
                refused[path] = told[0]
        return refused

    def _write(self, handle: bytes, content: bytes) -> list[int]:
        asked = [
            self.ask(kinds.CMD_WRITE, handle, kinds.int64(start), content[start : start + CHUNK])
            for start in range(0, len(content), CHUNK)
        ]
        return [*asked, self.ask(kinds.CMD_CLOSE, handle)]

    def end(self) -> None:
        """Break the connection, as a network does."""
        channel = self.client.get_channel()
        transport = channel.get_transport() if channel else None
        if transport is not None:
            transport.close()


@dataclass(frozen=True, slots=True)
class Told:
    """What an attack told when it was over."""

    completed: list[str]
    notes: dict[str, str]
    faults: list[str]
    sequence: int
