"""By which keys the server is known: one of each kind, those that are there stay as they are."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest
from asyncssh.packet import SSHPacket

from flexibatch.adapters.ssh_keys import make_host_key
from flexibatch.domain.sessions import HostKeyKind
from tests.doubles.installation import Installation
from tests.doubles.program import Caller
from tests.doubles.running_server import RunningServer, ServedInstallations
from tests.doubles.sshd import program
from tests.doubles.wire import framed, key_exchange_begin, key_exchange_init, packet

ALGORITHMS = {
    "ssh-ed25519": "ed25519",
    "ecdsa-sha2-nistp256": "ecdsa",
    "rsa-sha2-512": "rsa",
    "rsa-sha2-256": "rsa",
}
SIZES = {"ed25519": "256", "ecdsa": "256", "rsa": "3072"}


@pytest.fixture
def new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Return the program on a home that is not made yet."""
    return Caller(tmp_path / "new", capsys)


def _keys(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.glob("ssh_host_*")}


def test_init_makes_one_key_of_each_kind_and_keeps_them(new: Caller) -> None:
    """Ed25519, ECDSA on P-256 and RSA with 3072 bits; a second `init` changes none."""
    new.done("init")
    made = _keys(new.home)
    assert {f"ssh_host_{kind}_key" for kind in SIZES} == set(made)
    for kind, size in SIZES.items():
        command = ["ssh-keygen", "-l", "-f", str(new.home / f"ssh_host_{kind}_key")]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert (size, f"({kind.upper()})") == (told[0], told[-1])
    new.done("init")
    assert made == _keys(new.home)


def test_a_home_of_an_earlier_release_goes_on_with_its_key(new: Caller) -> None:
    """It has an Ed25519 key only: `serve` says what to do, `doctor` too, and `init` adds what is missing."""
    new.home.mkdir()
    make_host_key(HostKeyKind.ED25519, new.home / "ssh_host_ed25519_key")
    before = (new.home / "ssh_host_ed25519_key").read_bytes()
    new.done("init")
    for kind in ("ecdsa", "rsa"):
        (new.home / f"ssh_host_{kind}_key").unlink()
    told = new("serve", "--listen", "127.0.0.1:0")
    assert 2 == told.status
    assert "ssh_host_ecdsa_key is not there" in told.err
    assert "run `flexibatch init`" in told.err
    looked = {row["check"]: row for row in new("doctor", "--json").json}
    assert "ssh_host_ecdsa_key is not there" in looked["front door"]["told"]
    new.done("init")
    assert before == _keys(new.home)["ssh_host_ed25519_key"]
    assert 3 == len(_keys(new.home))


def test_a_key_of_another_kind_is_told(new: Caller) -> None:
    """Somebody copied one key over another, or a file is damaged: `serve` says which and what to do."""
    new.done("init")
    rsa = new.home / "ssh_host_rsa_key"
    for content, words in (
        ((new.home / "ssh_host_ed25519_key").read_bytes(), "is of another kind (ssh-ed25519)"),
        (b"", "cannot be read"),
    ):
        rsa.write_bytes(content)
        told = new("serve", "--listen", "127.0.0.1:0")
        assert (2, 1) == (told.status, told.sentences)
        assert f"{rsa} {words}" in told.err


def test_only_the_kinds_of_the_settings_are_made_and_shown(
    new: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wants Ed25519 alone has it alone."""
    monkeypatch.setenv("FLEXIBATCH_SFTP__HOST_KEYS", "ed25519")
    new.done("init")
    assert {"ssh_host_ed25519_key"} == set(_keys(new.home))
    looked = {row["check"]: row["told"] for row in new("doctor", "--json").json}
    assert looked["front door"].startswith("The host key is SHA256:")


def test_a_client_gets_the_key_of_each_kind_it_knows(sites: ServedInstallations) -> None:
    """OpenSSH, restricted to one algorithm: each key comes, RSA never signs with SHA-1."""
    for algorithm, kind in ALGORITHMS.items():
        options = (f"HostKeyAlgorithms={algorithm}", "LogLevel=DEBUG1")
        told = sites.front.program([sites.key_file], "ls", options=options)
        assert 0 == told.returncode, told.stderr
        assert f"kex: host key algorithm: {algorithm}" in told.stderr
        path = sites.installation.home.path / f"ssh_host_{kind}_key"
        shown = subprocess.run(
            [program("ssh-keygen"), "-lf", path], capture_output=True, text=True, check=True
        )
        assert shown.stdout.split()[1] in told.stderr
    told = sites.front.program([sites.key_file], "ls", options=("HostKeyAlgorithms=ssh-rsa",))
    assert "no matching host key type found" in told.stderr


def test_two_clients_that_want_other_signatures_of_one_key_come_in_at_once(
    sites: ServedInstallations,
) -> None:
    """What the second asked for does not reach the first, which has begun before it: OpenSSH would leave."""
    with _begun(sites, "rsa-sha2-512") as first, _begun(sites, "rsa-sha2-256") as second:
        assert (b"rsa-sha2-256", b"rsa-sha2-512") == (_signature(second), _signature(first))


@contextmanager
def _begun(sites: ServedInstallations, algorithm: str) -> Iterator[socket.socket]:
    """Yield a connection whose client has told what it wants; the server has told too."""
    with socket.create_connection(("127.0.0.1", sites.front.port), timeout=30) as peer:
        peer.sendall(b"SSH-2.0-client\r\n" + framed(key_exchange_init(host_key=algorithm)))
        yield peer


def _signature(peer: socket.socket) -> bytes:
    """Go on with the key exchange; give with what the server signed it."""
    peer.sendall(framed(key_exchange_begin()))
    with peer.makefile("rb") as stream:
        stream.readline()
        packet(stream.read)
        told = SSHPacket(packet(stream.read))
    assert 31 == told.get_byte()
    _key, _half, signature = told.get_string(), told.get_string(), told.get_string()
    return SSHPacket(signature).get_string()


def test_serve_shows_only_the_kinds_of_its_settings(served: Installation, key: paramiko.PKey) -> None:
    """A client that knows RSA alone is not served where RSA was taken out."""
    del key
    with RunningServer(served, {"FLEXIBATCH_SFTP__HOST_KEYS": "ed25519,ecdsa"}) as front:
        transport = paramiko.Transport(("127.0.0.1", front.port))
        transport.get_security_options().key_types = ("rsa-sha2-512",)
        with pytest.raises(paramiko.SSHException, match="host key"):
            transport.start_client(timeout=60)
        transport.close()
