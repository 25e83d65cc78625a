"""A running `flexibatch serve`, and the keys its bureaus log in with."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import paramiko

from flexibatch.adapters.clock import SystemClock
from flexibatch.adapters.ssh_keys import read_public_key
from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.audit import By
from flexibatch.wiring.home import make_home
from tests.doubles.host_keys import put_host_keys
from tests.doubles.installation import Installation
from tests.doubles.sshd import program
from tests.doubles.waiting import until

LISTENING = re.compile(r"Listening on [\d.]+:(\d+); the host keys are (SHA256:\S+) \(ED25519\), ")
PATIENCE = 60
FOLDERS = ["IN", "INTEST", "INTEST-S", "OUT", "OUTTEST", "OUTTEST-S", "REPORT"]


@dataclass(slots=True)
class RunningServer:
    """A server that runs as a user starts it, on a free port; what it says is kept."""

    installation: Installation
    environ: dict[str, str] = field(default_factory=dict)
    port: int = 0
    fingerprint: str = ""
    said: list[str] = field(default_factory=list)
    _process: "subprocess.Popen[str] | None" = None
    _reader: threading.Thread | None = None
    _open: list[paramiko.SSHClient] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-m", "flexibatch", "-H", str(self.installation.home.path), "serve"]
        told = {"FLEXIBATCH_LOG_FORMAT": "json", "FLEXIBATCH_CLAIM_DELAY": "0.2"} | self.environ
        self._process = subprocess.Popen(
            [*command, "--listen", "127.0.0.1:0"],
            stderr=subprocess.PIPE,
            text=True,
            env=dict(os.environ) | told,
        )
        listening = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(listening,))
        self._reader.start()
        assert listening.wait(PATIENCE), "".join(self.said)
        assert self.port, "".join(self.said)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        for client in self._open:
            client.close()
        self.end()

    def end(self) -> int:
        """Send SIGTERM and wait; give the exit status."""
        assert self._process is not None
        assert self._reader is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        if self._process.stderr is not None:
            self._process.stderr.close()
        return status

    @property
    def ended(self) -> bool:
        """Return whether the process has ended by itself."""
        assert self._process is not None
        return self._process.poll() is not None

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def open_files(self) -> list[str]:
        """Return what the process has open, except its database: how many connections it keeps is its own affair."""
        found = []
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found.append(str(entry.readlink()))
        return sorted(one for one in found if "flexibatch.db" not in one)

    @property
    def threads(self) -> int:
        """Count the threads of the process."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    @contextmanager
    def peer(self, key: paramiko.PKey, user: str = "000640") -> Iterator[paramiko.SFTPClient]:
        """Yield a client whose network breaks at the end."""
        client = self.client(key, user)
        yield client.open_sftp()
        transport = client.get_transport()
        assert transport is not None
        transport.sock.close()

    def cut(self) -> None:
        """Cut all connections, as a network does: nothing is said to the other side."""
        for client in self._open:
            transport = client.get_transport()
            if transport is not None:
                transport.sock.close()

    def _read(self, listening: threading.Event) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said.append(line)
            found = LISTENING.search(line)
            if found:
                self.port, self.fingerprint = int(found[1]), found[2]
                listening.set()
        listening.set()

    def client(self, key: paramiko.PKey, user: str = "000640") -> paramiko.SSHClient:
        """Log in as a bureau does."""
        client = paramiko.SSHClient()
        self._open.append(client)
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - a server of this test
        try:
            client.connect(
                "127.0.0.1",
                self.port,
                user,
                pkey=key,
                allow_agent=False,
                look_for_keys=False,
                timeout=PATIENCE,
            )
        except BaseException:
            client.close()
            raise
        return client

    def program(
        self, keys: Sequence[Path], *lines: str, user: str = "000640", options: Sequence[str] = ()
    ) -> "subprocess.CompletedProcess[str]":
        """Run OpenSSH's own client with lines of commands; it stops at the first that fails."""
        known = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", *options)
        told = [*(f"-o{option}" for option in known), *(f"-i{key}" for key in keys)]
        words = [program("sftp"), *told, "-F", "none", "-P", str(self.port), "-b", "-", f"{user}@127.0.0.1"]
        given = "\n".join((*lines, ""))
        return subprocess.run(
            words, input=given, capture_output=True, text=True, check=False, timeout=PATIENCE
        )

    def sftp(self, key: paramiko.PKey, user: str = "000640") -> paramiko.SFTPClient:
        """Log in and speak SFTP."""
        return self.client(key, user).open_sftp()


@contextmanager
def running_front(path: Path, environ: Mapping[str, str] | None = None) -> Iterator[RunningServer]:
    """Run a server on a home with the samples' cast of today; `environ` are settings, as the environment gives them."""
    put_host_keys(path / "home")
    home = make_home(path / "home", {})
    installation = Installation(home, SystemClock())
    installation.register_samples_of_today()
    try:
        with RunningServer(installation, dict(environ or {})) as front:
            yield front
    finally:
        home.close()


WORKERS = min(32, (os.cpu_count() or 1) + 4)
"""How many threads an event loop keeps at most for what blocks."""


@dataclass(frozen=True, slots=True)
class ServedInstallations:
    """A server that several tests share, the keys of two bureaus, and where the first one's key lies."""

    front: RunningServer
    key: paramiko.PKey
    neighbour: paramiko.PKey
    key_file: Path

    @property
    def installation(self) -> Installation:
        """Return the home that is served."""
        return self.front.installation

    def files(self, sender: str = "000640") -> dict[str, bytes]:
        """Return all that lies in a bureau's folders."""
        root = self.installation.inbox(sender).parent
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() or path.is_symlink()
        }

    @contextmanager
    def attacked(self) -> Iterator[None]:
        """Let something be done to the server; afterwards others are served and nothing is left behind."""
        with (self.installation.inbox("000641") / "FI.neighbour").open("wb") as file:
            file.write(b"of the neighbour")
        calm = self.front.client(self.neighbour, "000641")
        sftp = calm.open_sftp()
        sftp.listdir("IN")
        before, files = self.front.open_files, self.files("000641")
        yield
        until(lambda: len(self.front.open_files) <= len(before))
        assert self.front.threads <= 1 + WORKERS
        assert FOLDERS == sorted(sftp.listdir("."))
        assert ["FI.neighbour"] == sftp.listdir("IN")
        assert files == self.files("000641")
        assert FOLDERS == sorted(path.name for path in self.installation.inbox().parent.iterdir())
        assert not [line for line in self.front.said if "Traceback" in line]
        calm.close()

    def clear(self) -> None:
        """Take away what a test left in the first bureau's folders."""
        for folder in FOLDERS:
            for path in self.installation.inbox(folder=folder).iterdir():
                path.unlink()


@contextmanager
def running_sites(path: Path, environ: Mapping[str, str] | None = None) -> Iterator[ServedInstallations]:
    """Run a server for two bureaus with a key each."""
    with running_front(path, environ) as front:
        own, neighbour = (
            registered_key(front.installation, path),
            registered_key(front.installation, path, "000641", "other"),
        )
        yield ServedInstallations(front, own, neighbour, path / "key")


def registered_key(
    installation: Installation, folder: Path, number: str = "000640", name: str = "key"
) -> paramiko.PKey:
    """Make an Ed25519 key with ssh-keygen and register it."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    public = Path(f"{path}.pub").read_bytes()
    with installation.home.database.writing() as connection:
        bureaus.add_key(
            connection, By("test", installation.clock.now()), number, read_public_key(public, "key")
        )
    return paramiko.Ed25519Key(filename=str(path))
