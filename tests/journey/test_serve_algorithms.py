"""What is spoken on the wire, and what is not: every client that nobody here wrote is tried with every algorithm."""

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import paramiko
import pytest
from asyncssh.compression import get_compression_algs
from asyncssh.encryption import get_encryption_algs
from asyncssh.kex import get_kex_algs
from asyncssh.mac import get_mac_algs

from flexibatch.adapters.sftp.algorithms import CIPHERS, HOST_RSA_SIGNATURES, KEY_EXCHANGES, MACS, SIGNATURES
from tests.doubles.running_server import FOLDERS, ServedInstallations
from tests.doubles.sshd import program
from tests.doubles.wire import framed, key_exchange_begin, key_exchange_init, packet

PLAIN = ("aes128-ctr",)
"""A cipher beside which a MAC is spoken."""
OPENSSH = {
    "KexAlgorithms": ("kex", KEY_EXCHANGES),
    "Ciphers": ("cipher", CIPHERS),
    "MACs": ("mac", MACS),
    "HostKeyAlgorithms": ("key-sig", ("ssh-ed25519", "ecdsa-sha2-nistp256", *HOST_RSA_SIGNATURES)),
}
ASYNCSSH = {
    "kex_algs": (get_kex_algs(), KEY_EXCHANGES),
    "encryption_algs": (get_encryption_algs(), CIPHERS),
    "mac_algs": (get_mac_algs(), MACS),
    "compression_algs": (get_compression_algs(), ("none",)),
}
MARKER = "kex-strict-s-v00@openssh.com"


@pytest.mark.parametrize("option", OPENSSH)
def test_openssh_speaks_what_is_named_and_nothing_else(option: str, sites: ServedInstallations) -> None:
    """Each algorithm that OpenSSH knows is taken if the runbook names it, and refused if it does not."""
    question, spoken = OPENSSH[option]
    asked = subprocess.run([program("ssh"), "-Q", question], capture_output=True, text=True, check=True)
    known = [name for name in asked.stdout.split() if "sntrup" not in name and "mlkem" not in name]
    beside = ("Ciphers=aes128-ctr",) if option == "MACs" else ()
    taken = {
        name
        for name in known
        if not sites.front.program([sites.key_file], "ls", options=(f"{option}={name}", *beside)).returncode
    }
    assert set(known) & set(spoken) == taken
    assert taken


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
@pytest.mark.parametrize("option", ASYNCSSH)
def test_another_client_speaks_what_is_named_and_nothing_else(
    option: str, sites: ServedInstallations
) -> None:
    """The same with a client that still knows the oldest: group 1, arcfour, MD5, zlib."""
    known, spoken = ASYNCSSH[option]
    names = {name.decode() for name in known if not name.startswith(b"gss-")}
    taken = {name for name in names if asyncio.run(_is_spoken(sites, option, name))}
    assert names & set(spoken) == taken
    assert names - set(spoken), "no weak algorithm was tried"


async def _is_spoken(sites: ServedInstallations, option: str, name: str) -> bool:
    chosen = {"encryption_algs": PLAIN, option: (name,)}
    try:
        async with asyncssh.connect(
            "127.0.0.1",
            sites.front.port,
            username="000640",
            client_keys=[str(sites.key_file)],
            known_hosts=None,
            config=None,
            agent_path=None,
            **chosen,
        ):
            return True
    except (asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost):
        return False


def test_signatures_that_are_taken_are_told(sites: ServedInstallations) -> None:
    """A client is told by `server-sig-algs` which signatures are taken: no SHA-1, no DSA."""
    transport = paramiko.Transport(("127.0.0.1", sites.front.port))
    transport.start_client(timeout=60)
    transport.auth_publickey("000640", sites.key)
    told = transport.server_extensions["server-sig-algs"].decode().split(",")  # type: ignore[attr-defined]
    transport.close()
    assert sorted(SIGNATURES) == sorted(told)


# --------------------------------------------------------------------------------------------------- new keys


def test_a_session_outlives_new_keys_that_the_client_asks_for(
    sites: ServedInstallations, tmp_path: Path
) -> None:
    """Up and down, every megabyte new keys: the bytes are the same."""
    sent, fetched = tmp_path / "sent", tmp_path / "fetched"
    sent.write_bytes(os.urandom(6_000_000))
    told = sites.front.program(
        [sites.key_file],
        f"put {sent} IN/x",
        f"get IN/x {fetched}",
        options=("RekeyLimit=1M", "LogLevel=DEBUG1"),
    )
    assert 0 == told.returncode, told.stderr
    assert sent.read_bytes() == fetched.read_bytes()
    assert 8 < told.stderr.count("SSH2_MSG_NEWKEYS received")


@pytest.mark.long
def test_the_server_asks_for_new_keys_after_a_gibibyte(sites: ServedInstallations) -> None:
    """The client here never would; the transfer goes on."""
    big = sites.installation.inbox(folder="OUT") / "big"
    with big.open("wb") as file:
        file.truncate((1 << 30) + (1 << 26))
    told = sites.front.program(
        [sites.key_file],
        "get OUT/big /dev/null",
        "ls",
        options=("RekeyLimit=16G", "LogLevel=DEBUG1", "Ciphers=aes128-gcm@openssh.com"),
    )
    assert 0 == told.returncode, told.stderr
    assert 2 == told.stderr.count("SSH2_MSG_NEWKEYS received")
    assert FOLDERS == told.stdout.split()[-7:]


# ------------------------------------------------------------------------------------------ strict key exchange


@pytest.fixture
def peer(sites: ServedInstallations) -> Iterator[socket.socket]:
    """Yield a connection on which nothing is encrypted yet; the server has told what it speaks."""
    with socket.create_connection(("127.0.0.1", sites.front.port), timeout=30) as connected:
        connected.sendall(b"SSH-2.0-attacker\r\n")
        yield connected


def test_strict_key_exchange_is_offered(sites: ServedInstallations) -> None:
    """And agreed on with a client that offers it."""
    transport = paramiko.Transport(("127.0.0.1", sites.front.port))
    transport.start_client(timeout=60)
    assert transport.agreed_on_strict_kex  # type: ignore[attr-defined]
    transport.close()


@pytest.mark.parametrize(("offered", "ended"), [("kex-strict-c-v00@openssh.com", True), ("", False)])
def test_nothing_is_slipped_into_a_strict_key_exchange(
    offered: str, ended: bool, peer: socket.socket, sites: ServedInstallations
) -> None:
    """A message that does not belong there (as in the Terrapin attack) ends the connection."""
    with sites.attacked():
        stream = peer.makefile("rb")
        assert b"SSH-2.0-flexibatch\r\n" == stream.readline()
        assert MARKER.encode() in packet(stream.read)
        peer.sendall(framed(key_exchange_init(offered)) + framed(b"\x02\0\0\0\0"))
        peer.sendall(framed(key_exchange_begin()))
        answer = packet(stream.read)
        assert (b"\x01" if ended else b"\x1f") == answer[:1]
        stream.close()
        peer.close()
