"""End the demo at the front door: a set goes in over SFTP by OpenSSH's own `sftp`, and its answers are fetched back.

The server is `flexibatch serve` on a free port of this machine; the bureau logs in with a key made for this once.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

MISSING = (
    "\nThe upload over SFTP was left out: there is no `sftp` on this machine (Debian: openssh-client).\n"
    "Bureaus come in by `flexibatch serve` all the same."
)
LISTENING = re.compile(r"Listening on [\d.]+:(\d+); the host keys? (is|are) ")
PATIENCE = 30.0
ENDING = 60


@dataclass(frozen=True)
class Bureau:
    """A bureau at its desk: the folder with its key and its files, and the address it was given."""

    desk: Path
    number: str
    port: int

    def sftp(self, *lines: str) -> str:
        """Call `sftp` with lines of commands; give what it printed."""
        options = ("IdentitiesOnly=yes", "StrictHostKeyChecking=accept-new", "UserKnownHostsFile=known_hosts")
        words = ["sftp", "-q", "-F", "none", "-i", "key", *(f"-o{option}" for option in options)]
        done = subprocess.run(  # noqa: S603 - our own command
            [*words, "-P", str(self.port), "-b", "-", f"{self.number}@127.0.0.1"],
            cwd=self.desk,
            input="\n".join((*lines, "")),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"sftp ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def answers(self) -> list[str]:
        """List what lies in OUT."""
        listed = self.sftp("ls -1 OUT").splitlines()
        return sorted(line.strip().removeprefix("OUT/") for line in listed if not line.startswith("sftp>"))


def show_front_door(
    console: Console, home: Path, environ: Mapping[str, str], number: str, files: Mapping[str, bytes]
) -> None:
    """Put a set over SFTP into a home that is served for as long, and show its answers."""
    if shutil.which("sftp") is None:
        console.print(MISSING)
        return
    desk = home.parent / "bureau"
    desk.mkdir()
    for name, content in files.items():
        (desk / name).write_bytes(content)
    _call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bureau", "-f", str(desk / "key"))
    _program(environ, "sender", "key", "add", number, str(desk / "key.pub"))
    with _served(environ) as (port, told):
        console.print(f"\n{told}", markup=False, soft_wrap=True)
        _put_and_fetch(console, Bureau(desk, number, port), sorted(files, key=lambda name: name[:2] == "GO"))


def _put_and_fetch(console: Console, bureau: Bureau, names: list[str]) -> None:
    """Put files, wait for their answers, fetch and show them."""
    before = bureau.answers()
    console.print(bureau.sftp(*(f"put {name} IN/" for name in names), "ls -l IN"), markup=False, end="")
    put_at = time.monotonic()
    new = _awaited(bureau, before)
    console.print(f"The answers were there {time.monotonic() - put_at:.1f} s after the GO. Fetched back:")
    console.print(bureau.sftp(*(f"get OUT/{name}" for name in new)), markup=False, end="")
    for name in new:
        if name.startswith("FO."):
            console.print(f"\n{name}:", soft_wrap=True)
            content = (bureau.desk / name).read_text("utf-8")
            console.print(content, markup=False, highlight=False, soft_wrap=True)


def _awaited(bureau: Bureau, before: list[str]) -> list[str]:
    """Look into OUT until a NOTI is there with its GO; give what is new."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        new = [name for name in bureau.answers() if name not in before]
        if any(name.startswith("GO.NOTI.") for name in new):
            return new
        time.sleep(0.2)
    raise SystemExit(f"No NOTI came to OUT within {PATIENCE:.0f} seconds.")


@contextmanager
def _served(environ: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Run the server on a free port; give the port and the line that tells of it. It ends with 0 on SIGTERM."""
    words = [sys.executable, "-m", "flexibatch", "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True) as serving:  # noqa: S603
        try:
            port, told = _listening(serving)
            yield port, told
        finally:
            serving.terminate()
            _out, rest = serving.communicate(timeout=ENDING)
    if serving.returncode:
        raise SystemExit(f"flexibatch serve ended with {serving.returncode}: {rest}")


def _listening(serving: "subprocess.Popen[str]") -> tuple[int, str]:
    said = []
    for line in serving.stderr or ():
        said.append(line)
        if found := LISTENING.search(line):
            return int(found[1]), line.strip()
    raise SystemExit(f"flexibatch serve did not begin to listen: {''.join(said)}")


def _program(environ: Mapping[str, str], *words: str) -> None:
    _call(sys.executable, "-m", "flexibatch", *words, environ=environ)


def _call(*words: str, environ: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")
