"""Who comes in at the front door, and who is thrown out again."""

import asyncio
import statistics
import subprocess
import time
from pathlib import Path

import asyncssh
import paramiko
import pytest

from flexibatch.adapters.folders import make_sender_folders
from flexibatch.adapters.ssh_keys import read_public_key
from flexibatch.adapters.store import bureaus
from flexibatch.adapters.store.audit import By
from flexibatch.domain.bureaus import NewSender
from flexibatch.domain.vocabulary import Language, SignatureDemand
from tests.doubles.installation import Installation
from tests.doubles.running_server import FOLDERS, RunningServer, ServedInstallations, registered_key
from tests.doubles.sshd import make_key
from tests.doubles.waiting import until

REFUSED = r"^Authentication failed\.$"


@pytest.mark.parametrize("user", ["000640", "000641", "000999", "nobody", "x" * 300, "../000640"])
def test_who_has_no_key_is_refused_alike(user: str, sites: ServedInstallations) -> None:
    """Wrong key, key of another sender, unknown user, password: the same answer."""
    stranger = paramiko.ECDSAKey.generate()
    with sites.attacked():
        for key in (stranger, sites.key) if user == "000641" else (stranger,):
            with pytest.raises(paramiko.AuthenticationException, match=REFUSED):
                sites.front.client(key, user)
        transport = paramiko.Transport(("127.0.0.1", sites.front.port))
        transport.start_client(timeout=60)
        with pytest.raises(paramiko.BadAuthenticationType) as types:
            transport.auth_password(user, "secret")
        transport.close()
    assert ["publickey"] == types.value.allowed_types


def test_a_key_counts_as_soon_as_it_is_registered(sites: ServedInstallations, tmp_path: Path) -> None:
    """Whoever is told that the key is registered may log in at once."""
    for number in range(4):
        key = registered_key(sites.installation, tmp_path, name=f"key-{number}")
        assert FOLDERS == sorted(sites.front.sftp(key).listdir("."))


def test_a_bureau_may_log_in_by_a_name_of_its_own(sites: ServedInstallations, tmp_path: Path) -> None:
    """Who was given a technical user name comes in by that, and no more by its number."""
    with sites.installation.home.database.writing() as connection:
        new = NewSender("000777", "Bureau", Language.FR, SignatureDemand.OPTIONAL, "payroll-7")
        bureaus.add_sender(connection, By("test", sites.installation.clock.now()), new)
    make_sender_folders(sites.installation.spool, "000777")
    key = registered_key(sites.installation, tmp_path, "000777")
    with sites.attacked():
        with sites.front.peer(key, "payroll-7") as client:
            assert FOLDERS == sorted(client.listdir("."))
        with pytest.raises(paramiko.AuthenticationException, match=REFUSED):
            sites.front.client(key, "000777")


def test_an_unknown_user_is_refused_as_fast_as_a_known_one(sites: ServedInstallations) -> None:
    """The time of the answer does not tell which sender numbers exist."""
    stranger = paramiko.ECDSAKey.generate()
    taken: dict[str, list[float]] = {"000640": [], "000999": []}
    for _ in range(20):
        for user, times in taken.items():
            times.append(_seconds_of_a_refusal(sites.front, stranger, user))
    known, unknown = (statistics.median(times) for times in taken.values())
    assert abs(known - unknown) < max(0.005, 0.5 * min(known, unknown)), taken


def _seconds_of_a_refusal(front: RunningServer, key: paramiko.PKey, user: str) -> float:
    """Return how long it takes from the end of the key exchange to the refusal."""
    transport = paramiko.Transport(("127.0.0.1", front.port))
    transport.start_client(timeout=60)
    begin = time.perf_counter()
    with pytest.raises(paramiko.AuthenticationException, match=REFUSED):
        transport.auth_publickey(user, key)
    seconds = time.perf_counter() - begin
    transport.close()
    return seconds


def test_sha1_signatures_only_where_an_operator_allowed_them(
    front: RunningServer, served: Installation, tmp_path: Path
) -> None:
    """An RSA key logs in with rsa-sha2; with ssh-rsa not, until `sender set --allow-ssh-rsa`."""
    path = tmp_path / "rsa"
    command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM", "-f", str(path)]
    subprocess.run(command, check=True)
    with served.home.database.writing() as connection:
        public = read_public_key((tmp_path / "rsa.pub").read_bytes(), "key")
        bureaus.add_key(connection, By("test", served.clock.now()), "000640", public)
    assert FOLDERS == sorted(front.sftp(paramiko.RSAKey(filename=str(path))).listdir("."))
    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(_log_in_with_sha1(front, path))
    with served.home.database.writing() as connection:
        bureaus.set_sender(connection, By("test", served.clock.now()), "000640", allow_ssh_rsa=True)
    until(lambda: _is_let_in(front, path))


def _is_let_in(front: RunningServer, path: Path) -> bool:
    try:
        asyncio.run(_log_in_with_sha1(front, path))
    except asyncssh.PermissionDenied:
        return False
    return True


async def _log_in_with_sha1(front: RunningServer, path: Path) -> None:
    """Log in as a program of old does: it signs with ssh-rsa, whatever the server says it takes."""
    keypair = asyncssh.load_keypairs([str(path)])[0]
    keypair.sig_algorithms = (b"ssh-rsa",)
    keypair.set_sig_algorithm(b"ssh-rsa")
    async with asyncssh.connect(
        "127.0.0.1",
        front.port,
        username="000640",
        client_keys=[keypair],
        known_hosts=None,
        config=None,
        agent_path=None,
        signature_algs=["ssh-rsa", "ssh-ed25519"],
    ):
        pass


def test_a_removed_key_ends_its_sessions(
    front: RunningServer, key: paramiko.PKey, served: Installation
) -> None:
    """Within seconds, and the sender's other sessions go on."""
    path = served.home.path / "other"
    path.mkdir()
    other = registered_key(served, path, name="other")
    client, going_on = front.sftp(key), front.sftp(other)
    with served.home.database.writing() as connection:
        told = bureaus.list_keys(connection, "000640")
        bureaus.remove_key(connection, By("test", served.clock.now()), "000640", f"{key.fingerprint}")
    assert 2 == len(told)
    channel = client.get_channel()
    until(lambda: channel is None or channel.closed)
    assert FOLDERS == sorted(going_on.listdir("."))


def test_a_removed_sender_s_sessions_end(
    front: RunningServer, key: paramiko.PKey, served: Installation
) -> None:
    """Within seconds."""
    client = front.sftp(key)
    with served.home.database.writing() as connection:
        bureaus.remove_sender(connection, By("test", served.clock.now()), "000640")
    channel = client.get_channel()
    until(lambda: channel is None or channel.closed)
    with pytest.raises(paramiko.AuthenticationException):
        front.client(key)


def test_a_connection_may_try_so_many_keys(front: RunningServer, key: paramiko.PKey, tmp_path: Path) -> None:
    """The sixth wrong one ends it, the good seventh is not heard; it is written down.

    OpenSSH tries them: paramiko asks for the service again with each key, which asyncssh takes for an attack, and its
    newer transport may miss an answer that comes at once.
    """
    del key
    wrong = [make_key(tmp_path / f"wrong.{number}") for number in range(6)]
    told = front.program([*wrong, tmp_path / "key"], "ls")
    assert 255 == told.returncode
    assert "Too many keys were tried." in told.stderr
    until(lambda: any("no registered key" in line and '"keys": 6' in line for line in front.said))
    assert 0 == front.program([*wrong[:5], tmp_path / "key"], "ls").returncode
