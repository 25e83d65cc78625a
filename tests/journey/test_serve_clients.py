"""Programs that bureaus use, in the languages they are written in: each logs in, puts a set and fetches an answer."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexibatch.adapters.ssh_keys import read_public_key
from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.audit import By
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.running_server import FOLDERS, ServedInstallations, running_sites
from tests.doubles.sshd import program
from tests.doubles.waiting import until

CLIENTS = SAMPLES.parent / "tests" / "clients"
CONTENT = bytes(range(256)) * 1000
ANSWER = "FO.NOTI.answer"
JSCH = ("java", "-XX:TieredStopAtLevel=1", "-cp", "/usr/share/java/jsch.jar", str(CLIENTS / "Bureau.java"))
NODE = ("node", str(CLIENTS / "bureau.js"))
PHP = ("php", str(CLIENTS / "bureau.php"))
OLD_PARAMIKO = ("/usr/bin/python3", str(CLIENTS / "bureau_paramiko.py"))

CASES = {
    "JSch 0.1 with ECDSA": ("ecdsa", JSCH, "ecdsa-sha2-nistp256"),
    "phpseclib 2 with RSA": ("rsa", (*PHP, "2"), "rsa-sha2-"),
    "phpseclib 3 with RSA": ("rsa", (*PHP, "3"), "ssh-ed25519"),
    "phpseclib 3 with Ed25519": ("ed25519", (*PHP, "3"), "ssh-ed25519"),
    "ssh2-sftp-client with Ed25519": ("ed25519", NODE, None),
    "ssh2-sftp-client with RSA": ("rsa", NODE, None),
}
"""By name: the bureau's key, the program, and the kind of host key that it is shown."""
SHA1_ONLY = {"JSch 0.1": JSCH, "paramiko 2 without rsa-sha2": OLD_PARAMIKO}


@pytest.fixture(scope="module")
def shared_street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedInstallations]:
    """Yield a server to two bureaus; each has a key of every kind, the second may sign with SHA-1."""
    folder = tmp_path_factory.mktemp("street")
    with running_sites(folder, {"FLEXIBATCH_CLAIM_DELAY": "3600"}) as sites:
        for kind in ("ed25519", "ecdsa", "rsa"):
            _register(sites.installation, folder / kind, kind)
        _sha1(sites.installation, "000641", allowed=True)
        yield sites


def _register(installation: Installation, path: Path, kind: str) -> None:
    bits = {"rsa": ("-b", "2048"), "ecdsa": ("-b", "256")}.get(kind, ())
    written = () if kind == "ed25519" else ("-m", "PEM")
    told = [program("ssh-keygen"), "-q", "-t", kind, *bits, *written, "-N", "", "-f", str(path)]
    subprocess.run(told, check=True)
    public = read_public_key(Path(f"{path}.pub").read_bytes(), "key")
    with installation.home.database.writing() as connection:
        for number in ("000640", "000641"):
            bureaus.add_key(connection, By("test", installation.clock.now()), number, public)


def _sha1(installation: Installation, number: str, *, allowed: bool) -> None:
    with installation.home.database.writing() as connection:
        bureaus.set_sender(connection, By("test", installation.clock.now()), number, allow_ssh_rsa=allowed)


@pytest.fixture
def desk(tmp_path: Path, sites: ServedInstallations) -> Path:
    """Return a folder with a part and its GO; an answer lies in each bureau's OUT."""
    (tmp_path / "part").write_bytes(CONTENT)
    (tmp_path / "go").touch()
    for number in ("000640", "000641"):
        (sites.installation.inbox(number, "OUT") / ANSWER).write_bytes(b"answer")
        for path in sites.installation.inbox(number).iterdir():
            path.unlink()
    return tmp_path


def _run(
    sites: ServedInstallations, desk: Path, command: tuple[str, ...], kind: str, user: str
) -> "subprocess.CompletedProcess[str]":
    key = sites.key_file.parent / kind
    files = [str(desk / name) for name in ("part", "go")]
    told = [*command, str(sites.front.port), user, str(key), *files, ANSWER, str(desk / "fetched")]
    return subprocess.run(told, capture_output=True, text=True, check=False, timeout=60)


def _assert_served(
    sites: ServedInstallations, desk: Path, told: "subprocess.CompletedProcess[str]", user: str
) -> None:
    assert 0 == told.returncode, told.stdout + told.stderr
    assert f"root: {' '.join(FOLDERS)}" in told.stdout.splitlines()
    assert b"answer" == (desk / "fetched").read_bytes()
    assert {"part": CONTENT, "go": b""} == {
        path.name: path.read_bytes() for path in sites.installation.inbox(user).iterdir()
    }


@pytest.mark.parametrize("case", CASES)
def test_a_program_in_use_puts_a_set_and_fetches_an_answer(
    case: str, sites: ServedInstallations, desk: Path
) -> None:
    """It logs in, lists the root, asks for folders, puts under temporary names, renames, and fetches."""
    kind, command, host_key = CASES[case]
    told = _run(sites, desk, command, kind, "000640")
    _assert_served(sites, desk, told, "000640")
    assert "IN: true, ARCHIVE: false" in told.stdout.splitlines()
    assert host_key is None or f"host key: {host_key}" in told.stdout


@pytest.mark.parametrize("case", SHA1_ONLY)
def test_a_program_that_signs_with_sha1_only_gets_in_where_it_was_allowed(
    case: str, sites: ServedInstallations, desk: Path
) -> None:
    """With RSA keys these know `ssh-rsa` only: one bureau may use it, the other is refused all the same."""
    until(lambda: "ssh-rsa" in _told_signatures(sites))
    _assert_served(sites, desk, _run(sites, desk, SHA1_ONLY[case], "rsa", "000641"), "000641")
    refused = _run(sites, desk, SHA1_ONLY[case], "rsa", "000640")
    assert 0 != refused.returncode
    assert "uth" in refused.stderr


def _told_signatures(sites: ServedInstallations) -> str:
    """Return what OpenSSH hears in `server-sig-algs`."""
    told = sites.front.program([sites.key_file], "ls", options=("LogLevel=DEBUG1",))
    return next(line for line in told.stderr.splitlines() if "server-sig-algs=" in line)


def test_what_is_told_of_sha1_follows_the_operator(sites: ServedInstallations) -> None:
    """OpenSSH restricted to `ssh-rsa` gets in as long as its bureau may use it; no restart is needed."""
    rsa = sites.key_file.parent / "rsa"
    only = ("PubkeyAcceptedAlgorithms=ssh-rsa",)

    def come(user: str) -> int:
        return sites.front.program([rsa], "ls", user=user, options=only).returncode

    until(lambda: "ssh-rsa" in _told_signatures(sites))
    assert (0, 255) == (come("000641"), come("000640"))
    _sha1(sites.installation, "000641", allowed=False)
    until(lambda: "ssh-rsa" not in _told_signatures(sites))
    assert 255 == come("000641")
    assert (
        "no mutual signature" in sites.front.program([rsa], "ls", options=(*only, "LogLevel=DEBUG1")).stderr
    )
    _sha1(sites.installation, "000641", allowed=True)
    until(lambda: 0 == come("000641"))
