"""A real OpenSSH server on loopback and a free port, and what its clients need to find it."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from flexibatch.adapters.spool.remote.connection import Peer

PRIVILEGE_SEPARATION = Path("/run/sshd")
TRIES = 5
MISSING = "The tests need OpenSSH's server and client: `make servers` installs them (Debian: openssh-server)."


def program(name: str) -> str:
    """Return the path of a program of OpenSSH; fail with a sentence where it is not there."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert found is not None, MISSING
    return found


def make_key(path: Path, kind: str = "ed25519") -> Path:
    """Make a pair of keys as a bureau does; give the private half's path."""
    words = [program("ssh-keygen"), "-q", "-t", kind, "-N", "", "-C", "anna@bureau", "-f", str(path)]
    subprocess.run(words, check=True)
    return path


@dataclass(slots=True)
class Sshd:
    """A running server: where it listens and by which key it is known."""

    folder: Path
    port: int
    process: "subprocess.Popen[str]"

    @property
    def host_key(self) -> str:
        """Return the public host key: kind and base64."""
        return " ".join((self.folder / "host_key.pub").read_text("ascii").split()[:2])

    @property
    def known_hosts(self) -> Path:
        """Return a file by which a client knows this server and no other."""
        path = self.folder / f"known_hosts.{self.port}"
        path.write_text(f"[127.0.0.1]:{self.port} {self.host_key}\n", "ascii")
        return path

    def end_sessions(self) -> None:
        """Cut all connections: the server's sessions are its children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for child in children.read_text("ascii").split() if children.exists() else ():
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def stop(self) -> None:
        """Listen no more, and cut all connections: one that stayed would keep the log open."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)
            self.end_sessions()
            self.process.kill()
            self.process.wait(timeout=30)

    def sftp(self, user: str, key: Path, *lines: str) -> "subprocess.CompletedProcess[str]":
        """Run OpenSSH's own client with lines of commands; it stops at the first that fails."""
        options = (
            *("-P", str(self.port), "-i", str(key), "-b", "-", "-F", "none"),
            *("-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes"),
            *("-o", f"UserKnownHostsFile={self.known_hosts}"),
        )
        words = [program("sftp"), *options, f"{user}@127.0.0.1"]
        told = "\n".join((*lines, ""))
        return subprocess.run(words, input=told, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def running_sshd(folder: Path, lines: Sequence[str], port: int = 0) -> Iterator[Sshd]:
    """Run a server with lines of settings until the block is left; its log lies in `folder/log`."""
    if os.geteuid() == 0:
        PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "host_key").exists():
        make_key(folder / "host_key")
    server = _listening(folder, lines, port)
    logging = threading.Thread(target=_keep_log, args=(server,))
    logging.start()
    try:
        yield server
    finally:
        server.stop()
        logging.join(timeout=30)
        assert server.process.stderr is not None
        server.process.stderr.close()


def _listening(folder: Path, lines: Sequence[str], port: int) -> Sshd:
    """Start a server; another port is taken where somebody else was first with one."""
    told = ""
    for _ in range(TRIES):
        chosen = port or free_port()
        process = _started(folder, lines, chosen)
        assert process.stderr is not None
        told = process.stderr.readline()
        if "Server listening on" in told:
            return Sshd(folder, chosen, process)
        told += process.communicate(timeout=30)[1]
    raise AssertionError(told)


def _started(folder: Path, lines: Sequence[str], port: int) -> "subprocess.Popen[str]":
    own = (
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder / 'host_key'}",
        "PidFile none",
        "UsePAM no",
        "MaxStartups 100",
        "LogLevel VERBOSE",
    )
    (folder / "sshd_config").write_text("\n".join((*own, *lines, "")), "utf-8")
    words = [program("sshd"), "-D", "-e", "-f", str(folder / "sshd_config")]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True, errors="replace")


def _keep_log(server: Sshd) -> None:
    """Write down what the server tells, until it and its sessions have ended: nobody waits on a full pipe."""
    assert server.process.stderr is not None
    with (server.folder / "log").open("w", encoding="utf-8") as log:
        for line in server.process.stderr:
            log.write(line)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Elsewhere:
    """Another party's server: who logs in there by which key, and the folder that its sessions begin in."""

    sshd: Sshd
    user: str
    key: Path
    root: Path

    def end_sessions(self) -> None:
        """Cut all connections, as a server that goes down does."""
        self.sshd.end_sessions()

    def stop(self) -> None:
        """Go away, with all sessions."""
        self.sshd.stop()

    def peer(self, host_key: str = "") -> Peer:
        """Return what the channel must know of it."""
        return Peer("127.0.0.1", self.sshd.port, self.user, self.key, host_key or self.sshd.host_key)


@contextmanager
def running_elsewhere(folder: Path, port: int = 0) -> Iterator[Elsewhere]:
    """Run a server for this machine's own user, as another party's may be; may be run again in the same folder."""
    folder.mkdir(exist_ok=True)
    root = folder / "root"
    root.mkdir(exist_ok=True)
    key = folder / "key" if (folder / "key").exists() else make_key(folder / "key")
    settings = [
        f"AuthorizedKeysFile {key}.pub",
        "StrictModes no",
        "PermitRootLogin prohibit-password",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        f"Subsystem sftp internal-sftp -d {root}",
    ]
    with running_sshd(folder / "sshd", settings, port) as sshd:
        yield Elsewhere(sshd, getpass.getuser(), key, root)
