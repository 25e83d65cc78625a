"""Programs that bureaus use, as they come from their makers, at one front door: what they put is there, whole."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from tests.doubles.running_server import FOLDERS, ServedInstallations
from tests.doubles.sshd import program
from tests.doubles.waiting import until

LARGE = bytes(range(256)) * 12_000
SMALL = b"small\n"
DESK = {"large": LARGE, "small": SMALL}


@dataclass(frozen=True, slots=True)
class Workplace:
    """The folder of a clerk, with two files, and the door that its programs are pointed to."""

    folder: Path
    sites: ServedInstallations

    @classmethod
    def made(cls, folder: Path, sites: ServedInstallations) -> Self:
        """Lay the files down in a folder of their own."""
        out = folder / "out"
        out.mkdir()
        for name, content in DESK.items():
            (out / name).write_bytes(content)
        (folder / "half").write_bytes(LARGE[: len(LARGE) // 3])
        return cls(folder, sites)

    def run(self, *words: str, given: str = "", status: int = 0) -> str:
        """Run a program there and give all it says."""
        told = subprocess.run(
            [program(words[0]), *words[1:]],
            cwd=self.folder,
            env=dict(os.environ) | {"HOME": str(self.folder)},
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert status == told.returncode, told.stdout
        return told.stdout

    @property
    def port(self) -> str:
        """Return where the door is."""
        return str(self.sites.front.port)

    def holds(self, expected: Mapping[str, bytes]) -> None:
        """Expect so many files in the bureau's folders, with such content, and none half-written."""
        files = self.sites.files()
        assert sorted(expected) == sorted(files)
        assert [] == [name for name, content in expected.items() if content != files[name]]
        root = self.sites.installation.inbox().parent
        until(lambda: {0o660} == {(root / name).stat().st_mode & 0o7777 for name in files})


@pytest.fixture
def desk(sites: ServedInstallations, tmp_path: Path) -> Workplace:
    """Return a clerk's folder."""
    return Workplace.made(tmp_path, sites)


# ---------------------------------------------------------------------------------------------------- scp


def _scp(desk: Workplace, *words: str, status: int = 0) -> str:
    """Run OpenSSH's scp, which speaks SFTP; a word that begins with a colon is a path behind the door."""
    told = (
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "LogLevel=ERROR",
        "IdentitiesOnly=yes",
    )
    options = [*(f"-o{one}" for one in told), "-i", str(desk.sites.key_file), "-P", desk.port]
    paths = [f"000640@127.0.0.1{word}" if word.startswith(":") else word for word in words]
    return desk.run("scp", "-F", "none", *options, *paths, status=status)


def test_scp_ends_well_when_all_went_well(desk: Workplace) -> None:
    """It goes by how the session ends; a folder's files go into one that is there, a new one is refused."""
    assert "" == _scp(desk, "-p", "out/large", "out/small", ":IN")
    assert "" == _scp(desk, "out/large", ":/IN/x")
    assert "" == _scp(desk, "-r", "out/.", ":INTEST")
    assert "" == _scp(desk, ":IN/x", "back")
    assert LARGE == (desk.folder / "back").read_bytes()
    _scp(desk, "-r", "out", ":IN", status=1)
    assert "No such file" in _scp(desk, ":IN/none", "none", status=1)
    both = {f"{folder}/{name}": one for folder in ("IN", "INTEST") for name, one in DESK.items()}
    desk.holds(both | {"IN/x": LARGE})


def test_openssh_puts_and_gets_whole_folders(desk: Workplace) -> None:
    """Into one that is there, with times and rights; what is there is fetched with its folder."""
    out = desk.folder / "out"
    lines = (f"put -pr {out}/. IN", f"put -r {out}/. IN/", "ls IN/large", f"get -pr IN {desk.folder}/back")
    told = desk.sites.front.program([desk.sites.key_file], *lines)
    assert 0 == told.returncode, told.stderr
    desk.holds({f"IN/{name}": content for name, content in DESK.items()})
    assert sorted(DESK) == sorted(path.name for path in (desk.folder / "back").iterdir())


# ------------------------------------------------------------------------------------------------- rclone


def _rclone(desk: Workplace, *words: str, status: int = 0) -> str:
    """Run rclone; a word that begins with a colon is a path behind the door."""
    door = f":sftp,host=127.0.0.1,port={desk.port},user=000640,key_file={desk.sites.key_file}"
    told = [f"{door}{word}" if word.startswith(":") else word for word in words]
    return desk.run("rclone", "--config", "", "--retries", "1", *told, status=status)


def test_rclone_copies_syncs_and_moves(desk: Workplace) -> None:
    """Files above its buffer, which it puts with bytes behind its blocks; a second sync finds nothing to do."""
    both = {"IN/large": LARGE, "IN/small": SMALL}
    _rclone(desk, "copy", "out", ":IN")
    desk.holds(both)
    assert "There was nothing to transfer" in _rclone(desk, "-v", "sync", "out", ":/IN/")
    (desk.folder / "out/small").unlink()
    _rclone(desk, "sync", "out", ":IN")
    desk.holds({"IN/large": LARGE})
    _rclone(desk, "copyto", ":IN/large", "back")
    assert LARGE == (desk.folder / "back").read_bytes()
    _rclone(desk, "moveto", ":IN/large", ":IN/other")
    _rclone(desk, "move", "out", ":INTEST")
    assert [] == list((desk.folder / "out").iterdir())
    desk.holds({"IN/other": LARGE, "INTEST/large": LARGE})
    _rclone(desk, "mkdir", ":IN")
    assert "permission denied" in _rclone(desk, "copy", "half", ":IN/sub", status=1)


# -------------------------------------------------------------------------------------------------- PuTTY


def _putty(desk: Workplace, name: str, *words: str, given: str = "", status: int = 0) -> str:
    """Run psftp or pscp with the bureau's key in PuTTY's own form."""
    key = desk.folder / "key.ppk"
    if not key.exists():
        desk.run("puttygen", str(desk.sites.key_file), "-O", "private", "-o", str(key))
    known = ("-batch", "-hostkey", desk.sites.front.fingerprint, "-i", str(key), "-P", desk.port)
    return desk.run(name, *known, *words, given=given, status=status)


def test_psftp_puts_renames_resumes_and_fetches(desk: Workplace) -> None:
    """What clerks type into PuTTY's sftp."""
    lines = (
        "cd IN",
        "put out/large x.filepart",
        "mv x.filepart x",
        "put half y",
        "reput out/large y",
        "lcd out",
        "mput large small",
        "ls",
        "get x ../back",
        "del small",
        "cd ../OUT",
    )
    script = desk.folder / "script"
    script.write_text("\n".join(lines) + "\n")
    told = _putty(desk, "psftp", "000640@127.0.0.1", "-b", str(script))
    assert "restarting at file position" in told
    assert LARGE == (desk.folder / "back").read_bytes()
    desk.holds({"IN/x": LARGE, "IN/y": LARGE, "IN/large": LARGE})


def test_pscp_puts_over_sftp(desk: Workplace) -> None:
    """Told to speak SFTP, or finding out by itself; times are kept, a folder is refused."""
    to = "000640@127.0.0.1:IN/"
    _putty(desk, "pscp", "-sftp", "-p", "out/large", "out/small", to)
    _putty(desk, "pscp", "out/large", f"{to}again")
    assert "permission denied" in _putty(desk, "pscp", "-sftp", "-r", "out", to, status=1)
    assert "large" in _putty(desk, "pscp", "-sftp", "-ls", to)
    _putty(desk, "pscp", "-sftp", f"{to}large", "back")
    assert LARGE == (desk.folder / "back").read_bytes()
    desk.holds({"IN/large": LARGE, "IN/small": SMALL, "IN/again": LARGE})
    sent, came = desk.folder / "out/large", desk.sites.installation.inbox() / "large"
    assert int(sent.stat().st_mtime) == int(came.stat().st_mtime)


# --------------------------------------------------------------------------------------------------- curl


def _curl(desk: Workplace, path: str, *words: str, status: int = 0) -> str:
    key = desk.sites.key_file
    keys = ("--key", str(key), "--pubkey", f"{key}.pub")
    url = f"sftp://127.0.0.1:{desk.port}{path}"
    return desk.run("curl", "-sS", "-k", "-u", "000640:", *keys, *words, url, status=status)


def test_curl_makes_folders_resumes_appends_and_renames(desk: Workplace) -> None:
    """With the options that scripts give it; a folder that cannot be made is told."""
    _curl(desk, "/IN/x", "--ftp-create-dirs", "-T", "out/large")
    _curl(desk, "/IN/y", "-T", "half")
    _curl(desk, "/IN/y", "-C", "-", "-T", "out/large")
    for _ in range(2):
        _curl(desk, "/IN/z", "--append", "-T", "out/small")
    _curl(desk, "/IN/v.part", "-T", "out/small", "-Q", "-rename /IN/v.part /IN/v")
    _curl(desk, "/IN/w", "-T", "out/small", "-Q", "*mkdir /IN")
    told = _curl(desk, "/IN/sub/x", "--ftp-create-dirs", "-T", "out/small", status=78)
    assert "Creating the dir/file failed" in told
    desk.holds({"IN/x": LARGE, "IN/y": LARGE, "IN/z": SMALL * 2, "IN/v": SMALL, "IN/w": SMALL})


# --------------------------------------------------------------------------------------------------- lftp


def test_lftp_mirrors_side_by_side(desk: Workplace) -> None:
    """Several files at once, what was begun resumed, temporary names, a folder that is there already."""
    told = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")
    ssh = " ".join(("ssh -a -x", *(f"-o {one}" for one in told), "-i", str(desk.sites.key_file)))
    lines = (
        f'set sftp:connect-program "{ssh}"',
        "set net:max-retries 1",
        "set cmd:fail-exit no",
        "mkdir -p IN",
        "set cmd:fail-exit yes",
        "put half -o IN/large",
        "mirror -R --parallel=3 -c out IN",
        "mirror -R --parallel=2 --use-pget-n=3 out INTEST",
        "put -c out/large -o IN/large",
        "set xfer:use-temp-file yes",
        "put out/large -o IN/x",
        "bye",
    )
    desk.run("lftp", "-e", "; ".join(lines), f"sftp://000640:@127.0.0.1:{desk.port}")
    desk.holds(
        {
            "IN/large": LARGE,
            "IN/small": SMALL,
            "INTEST/large": LARGE,
            "INTEST/small": SMALL,
            "IN/x": LARGE,
        }
    )


# --------------------------------------------------------------------------------------- Net::SFTP::Foreign

PERL = """
use strict;
use warnings;
use Net::SFTP::Foreign;
my ($port, $key) = @ARGV;
my @known = map { ("-o", $_) } qw(StrictHostKeyChecking=no UserKnownHostsFile=/dev/null IdentitiesOnly=yes);
my $sftp = Net::SFTP::Foreign->new(
    "127.0.0.1", user => "000640", port => $port, key_path => $key, more => \\@known, autodie => 1);
$sftp->mkpath("/IN");
$sftp->put("out/large", "/IN/x", atomic => 1);
$sftp->put("out/large", "/IN/x", atomic => 1, overwrite => 1);
$sftp->put("half", "/IN/y");
$sftp->put("out/large", "/IN/y", resume => 1);
$sftp->put("out/small", "/IN/z", append => 1) for 1 .. 2;
$sftp->put("out/large", "/IN/w", late_set_perm => 1, copy_time => 1);
$sftp->rename("/IN/w", "/IN/v", overwrite => 1);
$sftp->mput("out/*", "/INTEST");
$sftp->get("/IN/x", "back");
"""


def test_perl_s_net_sftp_foreign_puts_in_one_piece(desk: Workplace) -> None:
    """Under a name of its own that it renames, resumed, appended, with times and rights set late."""
    desk.run("perl", "-", desk.port, str(desk.sites.key_file), given=PERL)
    assert LARGE == (desk.folder / "back").read_bytes()
    tested = {f"INTEST/{name}": content for name, content in DESK.items()}
    desk.holds(tested | {"IN/x": LARGE, "IN/y": LARGE, "IN/z": SMALL * 2, "IN/v": LARGE})


# -------------------------------------------------------------------------------------------------- sshfs


@contextmanager
def _mounted(desk: Workplace) -> Iterator[Path]:
    """Mount the bureau's folders as a folder of this machine."""
    options = f"IdentityFile={desk.sites.key_file},port={desk.port},StrictHostKeyChecking=no"
    mount = desk.folder / "mount"
    mount.mkdir()
    desk.run("sshfs", "-o", f"{options},UserKnownHostsFile=/dev/null", "000640@127.0.0.1:/", str(mount))
    try:
        yield mount
    finally:
        desk.run("fusermount3", "-u", str(mount))


@pytest.mark.long
def test_sshfs_shows_the_folders_as_a_disk(desk: Workplace) -> None:
    """Copied, renamed, appended to, cut and deleted as on a disk. Among the long ones: not every machine lets mount."""
    assert Path("/dev/fuse").exists(), "This test mounts a folder: run it on a machine with FUSE."
    with _mounted(desk) as mount:
        assert FOLDERS == sorted(path.name for path in mount.iterdir())
        desk.run("cp", "-p", "out/large", f"{mount}/IN/large")
        desk.run("cp", "out/small", f"{mount}/IN/small.tmp")
        desk.run("mv", f"{mount}/IN/small.tmp", f"{mount}/IN/small")
        with (mount / "IN/small").open("ab") as file:
            file.write(SMALL)
        desk.run("dd", "if=out/large", f"of={mount}/IN/cut", "bs=1000")
        desk.run("truncate", "-s", "10", f"{mount}/IN/cut")
        with pytest.raises(PermissionError):
            (mount / "IN/sub").mkdir()
        assert LARGE == (mount / "IN/large").read_bytes()
        (mount / "IN/large").unlink()
    desk.holds({"IN/small": SMALL * 2, "IN/cut": LARGE[:10]})
