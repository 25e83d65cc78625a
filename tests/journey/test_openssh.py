"""The production recipe of deploy/openssh, run: a real sshd, real accounts, real clients, the channel without root."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
import pytest

from flexibatch import cli
from flexibatch.adapters.clock import SystemClock
from flexibatch.wiring.home import Home, make_home
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation, moved_to_today
from tests.doubles.program import Caller, Told
from tests.doubles.sshd import Sshd, make_key, program, running_sshd
from tests.doubles.waiting import until

ROOT = SAMPLES.parent
NEEDED = "This test makes accounts and lets sshd change its root folder: run it as root, in a container if need be."
TRUSTED = Path("/var/lib")
"""A place that only root writes: sshd trusts nothing below a folder such as /tmp."""
TAG = f"fxb{os.getpid()}"
CHANNEL, GROUP = f"{TAG}-channel", f"{TAG}-bureaus"
CAST = ("000640", "000641")
FOLDERS = ["IN", "INTEST", "INTEST-S", "OUT", "OUTTEST", "OUTTEST-S", "REPORT"]
RIGHTS = "+dac_read_search"
"""What deploy/systemd gives to the channel: to read files that came without the right to."""


@dataclass(slots=True)
class Site:
    """A machine as the recipe makes it."""

    folder: Path
    installation: Installation
    key: Path
    other_key: Path
    sshd: Sshd

    def sftp(self, *lines: str, user: str = "", key: Path | None = None) -> Told:
        """Call OpenSSH's client as a bureau, in the folder with its files."""
        told = self.sshd.sftp(user or user_of("000640"), key or self.key, f"lcd {self.desk}", *lines)
        return Told(told.returncode, told.stdout, told.stderr)

    @property
    def desk(self) -> Path:
        """Return the folder in which the bureau has its files."""
        return self.folder / "desk"

    def root(self, number: str = "000640") -> Path:
        """Return a bureau's root folder."""
        return self.installation.spool / "senders" / number

    def program(self, *words: str) -> "subprocess.Popen[str]":
        """Start the program as the channel's account, with the rights of its unit."""
        account = [f"--reuid={CHANNEL}", f"--regid={CHANNEL}", "--init-groups"]
        rights = [f"--inh-caps={RIGHTS}", f"--ambient-caps={RIGHTS}", f"--bounding-set=-all,{RIGHTS}"]
        called = [sys.executable, "-m", "flexibatch", "--home", str(self.installation.home.path), *words]
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        environ |= {"FLEXIBATCH_POLL_INTERVAL": "0.2"}
        return subprocess.Popen(
            [program("setpriv"), *account, *rights, "--no-new-privs", *called],
            env=environ,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sweep(self) -> str:
        """Sweep once as the channel's account, and expect that one set gets its answers; give what was told.

        Its lines may be refused: an earlier test declared them.
        """
        with self.program("sweep") as process:
            _out, err = process.communicate(timeout=60)
        assert "verdict=received" in err, err
        assert ["FO.ACRF", "FO.NOTI", "GO.ACRF", "GO.NOTI"] == sorted(name[:7] for name in self.published())
        return err

    def published(self) -> list[str]:
        """Return what lies in the bureau's out folder."""
        return [path.name for path in (self.root() / "OUT").iterdir()]


def user_of(number: str) -> str:
    """Return the account of a sender: the user names of this process, so that test runs do not meet."""
    return f"{TAG}.{number}"


@contextlib.contextmanager
def _accounts_locked() -> Iterator[None]:
    """Change the machine's accounts one test run at a time: who finds their file locked gives up at once."""
    with Path("/run/lock/flexibatch-tests").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _accounts_made(folder: Path) -> None:
    """Run the script that was exported."""
    with _accounts_locked():
        subprocess.run(["sh", str(folder / "ssh" / "accounts.sh")], check=True)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def _accounts_removed() -> None:
    with _accounts_locked():
        # The channel first: a group with a member is not removed with its account.
        for name in (CHANNEL, *map(user_of, CAST)):
            subprocess.run(["userdel", name], check=False, capture_output=True)
        subprocess.run(["groupdel", GROUP], check=False, capture_output=True)


def _home_made(folder: Path) -> Home:
    home = folder / "home"
    home.mkdir()
    settings = home / "flexibatch.toml"
    settings.write_text(f'spool = "{folder / "spool"}"\n', "utf-8")
    settings.chmod(0o600)
    return make_home(home, {})


def _program(home: Home, *words: str) -> None:
    assert 0 == cli.run(["--home", str(home.path), "--operator", "anna", *words], FixedClock())


def _cast(folder: Path, home: Home) -> Installation:
    """Register two bureaus under user names of this process, with a key each, and the samples' register."""
    installation = Installation(home, FixedClock())
    installation.register_samples_of_today()
    for (number,) in installation.rows("SELECT number FROM sender"):
        _program(home, "sender", "remove", str(number), "--yes")
    for number in CAST:
        make_key(folder / f"key-{number}")
        _add(folder, home, number)
    return installation


def _add(folder: Path, home: Home, number: str) -> None:
    told = ("--name", "Bureau", "--language", "en", "--user", user_of(number), "--signature", "optional")
    _program(home, "sender", "add", number, *told, "--key", str(folder / f"key-{number}.pub"))


def _export(folder: Path, home: Home) -> None:
    accounts = ("--channel", CHANNEL, "--group", GROUP)
    _program(home, "sender", "export-openssh", str(folder / "ssh"), *accounts)


def _settings(folder: Path) -> list[str]:
    """Return the recipe's settings, with the places and the group of this test."""
    text = (ROOT / "deploy/openssh/flexibatch.conf").read_text("utf-8")
    assert "/etc/ssh/flexibatch/keys/%u" in text
    text = text.replace("/etc/ssh/flexibatch", str(folder / "ssh")).replace("flexibatch-bureaus", GROUP)
    return ["Subsystem sftp /usr/lib/openssh/sftp-server", *text.splitlines()]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Make a machine as deploy/openssh tells, and take it away."""
    assert 0 == os.geteuid(), NEEDED
    folder = Path(tempfile.mkdtemp(prefix="flexibatch-tests-", dir=TRUSTED))
    folder.chmod(0o755)
    try:
        with _accounts_locked():
            _run("useradd", "--system", "--user-group", "--no-create-home", CHANNEL)
        home = _home_made(folder)
        installation = _cast(folder, home)
        _export(folder, home)
        _accounts_made(folder)
        _run("chown", "-R", f"{CHANNEL}:", str(home.path))
        (folder / "desk").mkdir()
        with running_sshd(folder / "sshd", _settings(folder)) as sshd:
            yield Site(folder, installation, folder / "key-000640", folder / "key-000641", sshd)
        home.close()
    finally:
        _accounts_removed()
        shutil.rmtree(folder)


def _written(site: Site, sequence: str) -> list[str]:
    """Write a set of today onto the bureau's desk; give its names, the GO last."""
    names = []
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        name, content = moved_to_today(path)
        name = name.replace(".00001.", f".{sequence}.")
        (site.desk / name).write_bytes(content)
        names.append(name)
    return names


@pytest.fixture(autouse=True)
def _empty(site: Site) -> None:
    for path in (*(site.root() / "OUT").iterdir(), *site.desk.iterdir()):
        path.unlink()


def test_the_whole_journey_with_sftp(site: Site) -> None:
    """Temporary names, rename, GO last; the answers are fetched and deleted; the channel is not root."""
    *parts, go = _written(site, "00001")
    upload = [
        line for name in parts for line in (f"put {name} IN/{name}.part", f"rename IN/{name}.part IN/{name}")
    ]
    told = site.sftp("ls -1", *upload, f"put -p {go} /IN/{go}", "ls -l IN", "df")
    assert 0 == told.status, told.err
    assert FOLDERS == [line for line in told.out.splitlines() if line in FOLDERS]
    site.sweep()
    told = site.sftp("mget OUT/*", "mget REPORT/*.html", "rm OUT/*")
    assert 0 == told.status, told.err
    assert [] == site.published()
    assert 1 == len(list(site.desk.glob("FO.NOTI.*")))
    assert 1 == len(list(site.desk.glob(f"{go}.*.html")))


def test_watch_beside_sshd_answers_paramiko(site: Site) -> None:
    """What paramiko puts, with the size asked afterwards, is answered by `watch`; SIGTERM ends it with 0."""
    names = _written(site, "00002")
    with site.program("watch") as watching:
        assert watching.stderr is not None
        assert "Watching" in watching.stderr.readline()
        with _paramiko(site) as client:
            for name in names:
                client.put(str(site.desk / name), f"IN/{name}")
            until(lambda: 4 == len([name for name in client.listdir("OUT") if name[0] != "."]))
        watching.send_signal(signal.SIGTERM)
        watching.communicate(timeout=30)
    assert 0 == watching.returncode


@contextlib.contextmanager
def _paramiko(site: Site) -> Iterator[paramiko.SFTPClient]:
    with paramiko.SSHClient() as client:
        client.load_host_keys(str(site.sshd.known_hosts))
        client.connect(
            "127.0.0.1",
            site.sshd.port,
            user_of("000640"),
            key_filename=str(site.key),
            look_for_keys=False,
            allow_agent=False,
        )
        with client.open_sftp() as sftp:
            yield sftp


@pytest.mark.parametrize(("mode", "sequence"), [(0o600, "00003"), (0o000, "00004")])
def test_files_that_came_without_rights_are_taken(site: Site, mode: int, sequence: str) -> None:
    """A client sends its file's mode along; the channel reads the file all the same, and root owns nothing."""
    names = _written(site, sequence)
    assert 0 == site.sftp(*(f"put {name} IN/{name}" for name in names)).status
    assert 0 == site.sftp(*(f"chmod {mode:o} IN/{name}" for name in names)).status
    arrived = site.root() / "IN" / names[0]
    assert mode == stat.S_IMODE(arrived.stat().st_mode)
    assert arrived.owner() == user_of("000640")
    site.sweep()


def test_what_a_bureau_plants_in_out_holds_up_nothing(site: Site) -> None:
    """Files without rights stand where its next answers go: they are set aside, the answers appear."""
    names = _written(site, "00005")
    (site.desk / "planted").write_bytes(b"planted")
    assert 0 == site.sftp(*(f"put {name} IN/{name}" for name in names)).status
    for planted in _next_answers(site):
        told = site.sftp(f"put planted OUT/{planted}", f"chmod 000 OUT/{planted}")
        assert 0 == told.status, told.err
    assert "outbox.planted" in site.sweep()
    told = site.sftp("mget OUT/*")
    assert 0 == told.status, told.err
    answers = [path for path in site.desk.iterdir() if ".999999." in path.name]
    assert 4 == len(answers)
    assert not any(b"planted" in path.read_bytes() for path in answers)


def _next_answers(site: Site) -> list[str]:
    """Return the names that the next answers will have, by those that were given out today."""
    day = SystemClock().now().astimezone(site.installation.home.settings.timezone).strftime("%Y%m%d")
    stems = [f"FO.{subject}.999999.{day}." for subject in ("ACRF", "NOTI")]
    names = [str(row[0]) for row in site.installation.rows("SELECT name FROM answer")]
    given = [sum(name.startswith(stem) for name in names) for stem in stems]
    return [f"{stem}{count + 1:05d}.R" for stem, count in zip(stems, given, strict=True)]


@pytest.mark.parametrize(
    "line",
    [
        "mkdir IN/folder",
        "ln -s /etc/passwd IN/link",
        "ln -s ../OUT IN/link",
        "ln IN/there IN/second",
        "rmdir REPORT",
        "rename IN INTAKE",
        "chmod 700 IN",
        "put there new",
        "get /etc/passwd",
        "get ../../../../etc/passwd",
        "copy IN/there IN/copied",
    ],
)
def test_what_is_no_bureau_s_business_is_refused(site: Site, line: str) -> None:
    """Links, folders, other people's files and the folders themselves; nothing of it leaves a trace."""
    (site.desk / "there").write_bytes(b"mine")
    assert 0 == site.sftp("put there IN/there").status
    before = sorted(str(path) for path in site.root().rglob("*"))
    refused = site.sftp(line)
    assert 1 == refused.status, refused
    assert before == sorted(str(path) for path in site.root().rglob("*"))
    assert 0o2770 == stat.S_IMODE((site.root() / "IN").stat().st_mode)
    assert 0 == site.sftp("rm IN/there").status


def test_a_sweep_by_root_shuts_the_channel_out_of_nothing(site: Site) -> None:
    """Locks that root made are taken by the channel's account afterwards."""
    locks = site.installation.spool / "locks"
    for path in locks.iterdir():
        path.unlink()
    _program(site.installation.home, "sweep")
    assert ["root"] == [path.owner() for path in locks.iterdir()]
    names = _written(site, "00006")
    assert 0 == site.sftp(*(f"put {name} IN/{name}" for name in names)).status
    site.sweep()


def test_one_bureau_is_not_let_in_as_another(site: Site) -> None:
    """A key opens the account it was registered for; each sees its own folders only."""
    assert 255 == site.sftp("ls", key=site.other_key).status
    told = site.sftp("ls -1", user=user_of("000641"), key=site.other_key)
    assert 0 == told.status, told.err
    assert "denied" in _as(user_of("000641"), "ls", str(site.root() / "IN")).stderr


def _as(account: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run something as an account of this machine, without sshd's root folder around it."""
    changed = [program("setpriv"), f"--reuid={account}", f"--regid={account}", "--init-groups"]
    return subprocess.run([*changed, *words], capture_output=True, text=True, check=False)


def _ssh(site: Site, options: list[str], *command: str) -> "subprocess.CompletedProcess[str]":
    """Call `ssh` as the bureau."""
    known = [
        "-i",
        str(site.key),
        "-p",
        str(site.sshd.port),
        "-o",
        f"UserKnownHostsFile={site.sshd.known_hosts}",
    ]
    quiet = ["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
    words = [program("ssh"), *quiet, *known, *options, f"{user_of('000640')}@127.0.0.1", *command]
    return subprocess.run(words, input="", capture_output=True, text=True, check=False, timeout=60)


def test_no_command_is_run(site: Site) -> None:
    """Who asks for a command, or for a terminal, gets SFTP."""
    for told in (_ssh(site, [], "id"), _ssh(site, ["-tt"])):
        assert "uid=" not in told.stdout + told.stderr
        assert "$" not in told.stdout


def test_nothing_is_forwarded(site: Site) -> None:
    """A tunnel is refused by the server."""
    told = _ssh(site, ["-W", f"127.0.0.1:{site.sshd.port}"])
    assert (255, True) == (told.returncode, "prohibited" in told.stderr)


def test_a_removed_bureau_is_out_until_it_is_back(site: Site) -> None:
    """The next export takes its keys away and leaves its folders; one that was brought back is let in again."""
    home, number = site.installation.home, "000641"
    _program(home, "sender", "remove", number, "--yes")
    _export(site.folder, home)
    assert ("sender export-openssh",) == site.installation.rows("SELECT action FROM audit ORDER BY id")[-1]
    assert 255 == site.sftp("ls", user=user_of(number), key=site.other_key).status
    assert (site.root(number) / "IN").is_dir()
    _add(site.folder, home, number)
    _export(site.folder, home)
    _accounts_made(site.folder)
    assert 0 == site.sftp("ls", user=user_of(number), key=site.other_key).status


def test_doctor_is_content(site: Site) -> None:
    """Called as the channel's account, `doctor` finds every folder open to it and closed to others."""
    with site.program("doctor", "--json") as process:
        out, err = process.communicate(timeout=60)
    told = {one["check"]: one["state"] for one in json.loads(out)}
    assert ["ok"] * 3 == [told[name] for name in ("folders", "renames", "secrecy")], out + err


def test_keys_are_put_where_only_root_writes(site: Site) -> None:
    """A file a bureau, owned by root, each key with `restrict`; the script is run by root only."""
    path = site.folder / "ssh/keys" / user_of("000640")
    public = site.key.with_suffix(".pub").read_text("utf-8").strip()
    assert f"restrict {public}" == path.read_text("utf-8").splitlines()[1]
    assert (0, 0o644) == (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode))
    told = _as(user_of("000640"), "sh", str(site.folder / "ssh/accounts.sh"))
    assert (1, "Accounts are made by root: run this as root.\n") == (told.returncode, told.stderr)


def test_the_export_is_refused_where_sshd_would_not_trust_it(
    site: Site, call: Caller, tmp_path: Path
) -> None:
    """Not as root, below a folder that others write, for a spool there: a sentence, and nothing is written."""
    told = call("sender", "export-openssh", "/tmp/ssh")  # noqa: S108 - that is the case
    assert (2, 1) == (told.status, told.sentences)
    assert "can be written by others than root" in told.err
    told = call("sender", "export-openssh", str(site.folder / "other"))
    assert (2, 1) == (told.status, told.sentences)
    assert "sshd lets no bureau in" in told.err
    with site.program("sender", "export-openssh", str(tmp_path / "ssh")) as process:
        _out, err = process.communicate(timeout=60)
    assert (2, True) == (process.returncode, "run this command as root" in err)
    assert not (site.folder / "other").exists()


@pytest.mark.parametrize("user", ["1234567", "a" * 33])
def test_names_that_a_machine_does_not_take_are_refused(site: Site, call: Caller, user: str) -> None:
    """Digits only would be taken for a user's number by many tools; 32 characters are the most."""
    call.done("sender", "add", "000640", "--name", "Bureau", "--language", "nl", "--user", user)
    told = call("sender", "export-openssh", str(site.folder / "other"))
    assert (2, True) == (told.status, "another --user" in told.err)


def test_two_bureaus_never_share_an_account(site: Site, call: Caller) -> None:
    """A user name may be the account that another bureau has by its number."""
    call.done("sender", "add", "000640", "--name", "Bureau", "--language", "nl", "--user", "flex000641")
    call.done("sender", "add", "000641", "--name", "Bureau", "--language", "nl")
    told = call("sender", "export-openssh", str(site.folder / "other"))
    assert (2, True) == (told.status, "both have the account flex000641" in told.err)
