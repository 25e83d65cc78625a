"""The front door, as bureaus find it: `flexibatch serve` runs, clients nobody here wrote come in."""

import json
import os
import re
import signal
import subprocess
from functools import partial
from pathlib import Path

import paramiko
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from flexibatch.services.serve import PAUSES
from tests.doubles.installation import SAMPLES, Installation, moved_to_today
from tests.doubles.program import Caller
from tests.doubles.running_server import FOLDERS, RunningServer, ServedInstallations
from tests.doubles.waiting import until


def _awaited(client: paramiko.SFTPClient, folder: str, count: int) -> list[str]:
    """Look into a folder until so many files are there, a minute at most."""
    until(lambda: len(client.listdir(folder)) >= count)
    return sorted(client.listdir(folder))


def test_a_set_goes_in_and_its_answers_come_out(front: RunningServer, key: paramiko.PKey) -> None:
    """Parts, then the GO, put as any client does; ACRF and NOTI are fetched and deleted."""
    client = front.sftp(key)
    assert sorted(client.listdir(".")) == FOLDERS
    paths = sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*"))
    for path in paths:
        name, content = moved_to_today(path)
        with client.open(f"/IN/{name}", "wb") as file:
            file.write(content)
        assert len(content) == client.stat(f"IN/{name}").st_size
    names = _awaited(client, "OUT", 4)
    assert ["FO.ACRF", "FO.NOTI", "GO.ACRF", "GO.NOTI"] == [name[:7] for name in names]
    with client.open(f"OUT/{names[1]}") as answer:
        assert b"NOTI" in answer.read()
    for name in names:
        client.remove(f"/OUT/{name}")
    assert [] == client.listdir("OUT")
    assert [] == client.listdir("IN")
    assert 0 == front.end(), "".join(front.said)


# ------------------------------------------------------------------------------------------- clients in use


def _run(*command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, text=True, capture_output=True, timeout=60, check=False)


def _openssh(sites: ServedInstallations, *lines: str) -> subprocess.CompletedProcess[str]:
    """Run a batch of OpenSSH's sftp."""
    options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes")
    told = [word for option in options for word in ("-o", option)]
    command = ["sftp", "-q", *told, "-i", str(sites.key_file), "-P", str(sites.front.port), "-b", "-"]
    return _run(*command, "000640@127.0.0.1", given="\n".join(lines) + "\n")


def test_openssh_puts_renames_resumes_lists_and_fetches(sites: ServedInstallations, tmp_path: Path) -> None:
    """What clerks type into OpenSSH's sftp works: temporary names, put -p, reput, df, ls -l, mget, rm."""
    content = bytes(range(256)) * 2000
    part, cut = tmp_path / "part", tmp_path / "cut"
    part.write_bytes(content)
    os.utime(part, (1_700_000_000, 1_700_000_000))
    cut.write_bytes(content)
    (sites.installation.inbox() / "cut").write_bytes(content[:70_000])
    (sites.installation.inbox(folder="OUT") / "answer.1").write_bytes(b"one")
    (sites.installation.inbox(folder="OUT") / "answer.2").write_bytes(b"two")
    told = _openssh(
        sites,
        "cd IN",
        f"put -p {part} x.filepart",
        "rename x.filepart x",
        f"put {part} y.tmp",
        "rename y.tmp x",
        f"reput {cut} cut",
        f"put -f {part} synced",
        "ls -l",
        "df",
        "cd ../OUT",
        f"mget answer.* {tmp_path}",
        "rm answer.*",
    )
    assert 0 == told.returncode, told.stderr
    assert {"x": content, "cut": content, "synced": content} == {
        path.name: path.read_bytes() for path in sites.installation.inbox().iterdir()
    }
    assert re.search(r"-rw-rw----.*000640\s+000640\s+512000\s.* x\n", told.stdout)
    assert (b"one", b"two") == ((tmp_path / "answer.1").read_bytes(), (tmp_path / "answer.2").read_bytes())
    assert [] == list(sites.installation.inbox(folder="OUT").iterdir())


def test_put_p_keeps_the_time_of_the_file(sites: ServedInstallations, tmp_path: Path) -> None:
    """The modification time is the bureau's; the channel never asks for it."""
    part = tmp_path / "part"
    part.write_bytes(b"abc")
    os.utime(part, (1_700_000_000, 1_700_000_000))
    assert 0 == _openssh(sites, f"put -p {part} IN/x").returncode
    assert 1_700_000_000 == (sites.installation.inbox() / "x").stat().st_mtime
    assert 0o660 == (sites.installation.inbox() / "x").stat().st_mode & 0o7777


def test_lftp_and_curl_put_and_get(sites: ServedInstallations, tmp_path: Path) -> None:
    """Two clients that programs call."""
    part = tmp_path / "part"
    part.write_bytes(b"abc" * 100_000)
    ssh = f"ssh -a -x -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i {sites.key_file}"
    script = f'set sftp:connect-program "{ssh}"; set net:max-retries 1; put {part} -o IN/lftp; cat IN/lftp; ls; bye'
    told = _run("lftp", "-e", script, f"sftp://000640:@127.0.0.1:{sites.front.port}")
    assert 0 == told.returncode, told.stderr
    assert told.stdout.startswith("abc" * 100_000)
    url = f"sftp://127.0.0.1:{sites.front.port}/IN/curl"
    keys = ["--key", str(sites.key_file), "--pubkey", f"{sites.key_file}.pub"]
    told = _run("curl", "-sS", "-k", "-u", "000640:", *keys, "-T", str(part), url)
    assert 0 == told.returncode, told.stderr
    told = _run("curl", "-sS", "-k", "-u", "000640:", *keys, url)
    assert part.read_text() == told.stdout
    assert {"lftp", "curl"} == {path.name for path in sites.installation.inbox().iterdir()}


def test_paramiko_s_put_asks_for_the_size_of_its_go(
    served: Installation, key: paramiko.PKey, tmp_path: Path
) -> None:
    """With the default delay a GO is there long enough to be asked for."""
    with RunningServer(served, {"FLEXIBATCH_CLAIM_DELAY": "2"}) as front:
        client = front.sftp(key)
        for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
            name, content = moved_to_today(path)
            (tmp_path / name).write_bytes(content)
        for name in sorted(path.name for path in tmp_path.glob("[FG][IO].FLEX.*")):
            assert (tmp_path / name).stat().st_size == client.put(str(tmp_path / name), f"/IN/{name}").st_size
        assert 4 == len(_awaited(client, "OUT", 4))


# ------------------------------------------------------------------------------------------------ the audit


def test_what_bureaus_do_is_written_down(
    front: RunningServer, key: paramiko.PKey, served: Installation, call: Caller
) -> None:
    """Log-in, put with digest, get, rename, delete, refusals: events at once, rows that nothing can change."""
    client = front.sftp(key)
    with client.open("/IN/x.tmp", "wb") as file:
        file.write(b"abc")
    client.rename("/IN/x.tmp", "/IN/x")
    with client.open("/IN/x", "rb") as file:
        assert b"abc" == file.read()
    client.remove("/IN/x")
    with pytest.raises(OSError, match="seven"):
        client.mkdir("/IN/sub")
    with pytest.raises(paramiko.AuthenticationException):
        front.client(paramiko.ECDSAKey.generate())
    client.close()
    assert 0 == front.end()
    rows = call.done("audit", "list", "--json").json
    told = [row for row in rows if row["by"] == "bureau"]
    acts = ["login", "put", "rename", "get", "delete", "refused"]
    assert acts == [row["action"] for row in told if row["who"] == "000640"][:6]
    put = next(row for row in told if row["action"] == "put")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert {"path": "/IN/x.tmp", "size": 3, "sha256": digest} == put["details"]
    refused = next(row for row in told if row["action"] == "login refused")
    assert ("-", "000640", 1) == (refused["who"], refused["details"]["user"], refused["details"]["keys"])
    login = next(row for row in told if row["action"] == "login")
    assert ("127.0.0.1", key.fingerprint) == (login["address"], login["details"]["fingerprint"])
    events = [json.loads(line) for line in front.said if line.startswith("{")]
    assert set(acts) <= {event.get("act") for event in events}
    with pytest.raises(IntegrityError), served.home.database.writing() as connection:
        connection.execute(text("DELETE FROM session_event"))


# ----------------------------------------------------------------------------------------------- life and end


def test_transfers_in_hand_may_go_on_when_it_is_told_to_end(
    front: RunningServer, key: paramiko.PKey, served: Installation
) -> None:
    """SIGTERM: nobody is let in any more, an upload is finished, and it ends with 0."""
    client = front.sftp(key)
    handle = client.open("/IN/x", "wb")
    handle.write(b"before")
    os.kill(front.pid, signal.SIGTERM)
    until(lambda: any("sftp.ending" in line for line in front.said))
    with pytest.raises((OSError, paramiko.SSHException)):
        front.client(key)
    handle.write(b" and after")
    handle.close()
    assert 0 == front.end(), "".join(front.said)
    assert b"before and after" == (served.inbox() / "x").read_bytes()


def test_a_watcher_that_is_killed_is_started_again(front: RunningServer, key: paramiko.PKey) -> None:
    """Sets go on being settled; the operator is told."""
    os.kill(_watcher(front), signal.SIGKILL)
    until(lambda: any("watcher.died" in line for line in front.said))
    client = front.sftp(key)
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        name, content = moved_to_today(path)
        with client.open(f"/IN/{name}", "wb") as file:
            file.write(content)
    assert 4 == len(_awaited(client, "OUT", 4))


@pytest.mark.long
def test_a_watcher_that_dies_again_and_again_ends_the_door_with_trouble(front: RunningServer) -> None:
    """After the last pause nobody starts it again: the exit status is 3, and a sentence says where to look."""
    for times in range(len(PAUSES) + 1):
        until(partial(_died, front, times))
        os.kill(_watcher(front), signal.SIGKILL)
    until(lambda: front.ended)
    assert 3 == front.end()
    assert any("again and again" in line for line in front.said)


def _died(front: RunningServer, times: int) -> bool:
    return times == sum("watcher.died" in line for line in front.said)


def _watcher(front: RunningServer) -> int:
    until(lambda: _children(front))
    return _children(front)[0]


def _children(front: RunningServer) -> list[int]:
    tasks = Path(f"/proc/{front.pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def test_no_watcher_is_left_when_it_is_killed(front: RunningServer) -> None:
    """The watcher ends by itself."""
    child = _watcher(front)
    os.kill(front.pid, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{child}").exists())
    assert -signal.SIGKILL == front.end()


def _fingerprint(path: Path) -> str:
    return _run("ssh-keygen", "-l", "-f", str(path)).stdout.split()[1]


def test_the_fingerprints_are_told(sites: ServedInstallations, capsys: pytest.CaptureFixture[str]) -> None:
    """At the start and by `doctor`; the keys are this user's alone, and those the server shows."""
    front, path = sites.front, sites.installation.home.path
    call = Caller(path, capsys)
    told = {row["check"]: row["told"] for row in call("doctor", "--json").json}
    shown = [
        (_fingerprint(path / f"ssh_host_{kind}_key"), kind.upper()) for kind in ("ed25519", "ecdsa", "rsa")
    ]
    line = f"the host keys are {', '.join(f'{fingerprint} ({kind})' for fingerprint, kind in shown)}."
    assert f"T{line[1:]}" == told["front door"]
    assert any(line in said for said in front.said)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in path.glob("ssh_host_*")}
    transport = paramiko.Transport(("127.0.0.1", front.port))
    transport.start_client(timeout=60)
    assert front.fingerprint == transport.get_remote_server_key().fingerprint
    transport.close()
