"""Whoever is kept out before or by the log-in leaves a trace: from where, as whom, and what its program can do."""

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from flexibatch.adapters.sftp.refusal_limiter import OF_ONE, WINDOW
from tests.doubles.installation import Installation
from tests.doubles.program import Caller
from tests.doubles.running_server import RunningServer, ServedInstallations, running_front
from tests.doubles.sshd import make_key
from tests.doubles.waiting import until

OLD = {
    "key exchange": ("KexAlgorithms=diffie-hellman-group1-sha1",),
    "host key": ("HostKeyAlgorithms=ssh-rsa,rsa-sha2-256-cert-v01@openssh.com",),
    "cipher": ("Ciphers=aes128-cbc,aes256-cbc",),
    "MAC": ("MACs=hmac-sha1", "Ciphers=aes128-ctr"),
}
TLS = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x1b[31m"
Event = dict[str, Any]


def _events(front: RunningServer, name: str) -> list[Event]:
    told = [json.loads(line) for line in front.said if line.startswith("{")]
    return [event for event in told if event["event"] == name and event.get("act") != "refused"]


def _next(front: RunningServer, before: int, name: str = "sftp.turned_away") -> Event:
    """Return what was told after so many were."""
    until(lambda: len(_events(front, name)) > before)
    return _events(front, name)[before]


@pytest.mark.parametrize("kind", OLD)
def test_a_program_that_is_too_old_is_told_with_what_it_can_do(kind: str, sites: ServedInstallations) -> None:
    """No common key exchange, host key, cipher or MAC: the event names the kind, the program and its list."""
    before = len(_events(sites.front, "sftp.turned_away"))
    assert 255 == sites.front.program([sites.key_file], "ls", options=OLD[kind]).returncode
    told = _next(sites.front, before)
    assert (f"no common {kind}", "127.0.0.1", "warning") == (told["reason"], told["address"], told["level"])
    assert told["client"].startswith("SSH-2.0-OpenSSH_")
    assert OLD[kind][0].split("=")[1] in told["offered"]


def test_a_name_that_asks_for_a_password_is_told(sites: ServedInstallations) -> None:
    """Which name, by which method; of a bureau in the audit too, of a stranger as an event alone."""
    for user, name in (("stranger", "sftp.turned_away"), ("000640", "sftp.refused")):
        before = len(_events(sites.front, name))
        transport = paramiko.Transport(("127.0.0.1", sites.front.port))
        transport.start_client(timeout=60)
        with pytest.raises(paramiko.BadAuthenticationType):
            transport.auth_password(user, "swordfish")
        transport.close()
        told = _next(sites.front, before, name)
        assert ("no key offered", user, "password") == (told["reason"], told["user"], told["methods"])
        assert told["client"].startswith("SSH-2.0-paramiko_")
    assert not [line for line in sites.front.said if "swordfish" in line]


def test_a_signature_that_is_not_taken_is_told_in_the_audit(
    front: RunningServer, served: Installation, call: Caller
) -> None:
    """A registered key, but signed with SHA-1 which this bureau may not: the audit says with what it signed."""
    path = served.home.path / "rsa"
    told = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM", "-f", str(path)]
    subprocess.run(told, check=True)
    for number in ("000640", "000641"):
        call.done("sender", "key", "add", number, f"{path}.pub")
    call.done("sender", "set", "000641", "--allow-ssh-rsa")
    only = ("PubkeyAcceptedAlgorithms=ssh-rsa",)
    until(lambda: 0 == front.program([path], "ls", user="000641", options=only).returncode)
    assert 255 == front.program([path], "ls", options=only).returncode
    until(lambda: any("signature not taken" in line for line in front.said))
    assert 0 == front.end()
    rows = [row for row in call.done("audit", "list", "--json").json if row["action"] == "login refused"]
    details = [row["details"] for row in rows if row["details"].get("signed")]
    assert [("signature not taken", "000640", "ssh-rsa")] == [
        (one["reason"], one["user"], one["signed"]) for one in details
    ]


def test_a_program_that_offers_no_key_is_told(sites: ServedInstallations, tmp_path: Path) -> None:
    """OpenSSH that may only sign with SHA-1 does not even try where nobody needs that."""
    rsa = make_key(tmp_path / "rsa", "rsa")
    before = len(_events(sites.front, "sftp.refused"))
    options = ("PubkeyAcceptedAlgorithms=ssh-rsa",)
    assert 255 == sites.front.program([rsa], "ls", options=options).returncode
    told = _next(sites.front, before, "sftp.refused")
    assert ("login refused", "no key offered", "none") == (told["act"], told["reason"], told["methods"])
    assert told["fingerprint"] is None


def test_what_is_not_ssh_is_told_and_a_mere_look_at_the_port_is_not(sites: ServedInstallations) -> None:
    """A browser's request, a TLS handshake; monitors that only open the port would fill the log."""
    before = len(_events(sites.front, "sftp.turned_away"))
    address = ("127.0.0.1", sites.front.port)
    socket.create_connection(address).close()
    subprocess.run(["curl", "-sS", f"http://127.0.0.1:{sites.front.port}/"], capture_output=True, check=False)
    assert "no SSH was spoken" == _next(sites.front, before)["reason"]
    with socket.create_connection(address) as peer:
        peer.sendall(TLS)
    assert "no SSH was spoken" == _next(sites.front, before + 1)["reason"]
    with socket.create_connection(address) as peer:
        peer.sendall(b"SSH-2.0-\x1b[31mevil" + b"x" * 200 + b"\r\n")
        peer.recv(1000)
    told = _next(sites.front, before + 2)
    assert ("left before the log-in", "SSH-2.0-?[31mevil") == (told["reason"], told["client"][:17])
    assert before + 3 == len(_events(sites.front, "sftp.turned_away"))


@pytest.fixture
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Yield a server at whose door one address came too often."""
    with running_front(tmp_path_factory.mktemp("flooded")) as front:
        for _ in range(OF_ONE + 30):
            with socket.create_connection(("127.0.0.1", front.port)) as peer:
                peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
                peer.makefile("rb").read()
        yield front


def test_a_flood_does_not_fill_the_log(flooded: RunningServer) -> None:
    """Of one address so many are told in a minute."""
    until(lambda: OF_ONE <= len(_events(flooded, "sftp.turned_away")))
    assert 0 == flooded.end()
    assert OF_ONE == len(_events(flooded, "sftp.turned_away"))


@pytest.mark.long
def test_how_many_were_left_out_is_told_when_the_minute_is_over(flooded: RunningServer) -> None:
    """One event for all of them."""
    until(lambda: OF_ONE < len(_events(flooded, "sftp.turned_away")), WINDOW + 30)
    assert 30 == _events(flooded, "sftp.turned_away")[-1]["count"]
