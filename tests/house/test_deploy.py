"""What deploy/ and the Containerfile say of the program is true, as far as it can be told without running them."""

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import click
import pytest

from flexibatch.cli import COMMANDS, PROGRAM, cli
from flexibatch.settings import Settings
from flexibatch.settings.complaints import PREFIX
from tests.doubles.installation import SAMPLES

ROOT = SAMPLES.parent
UNITS = sorted((ROOT / "deploy/systemd").glob("flexibatch-*.*"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
RECIPE = ROOT / "deploy/openssh/flexibatch.conf"
EXPOSURE = 25
"""The most that `systemd-analyze security` may find, in tenths of a point: below 2.5 of 10."""
HARDENED = {
    "NoNewPrivileges": "yes",
    "PrivateDevices": "yes",
    "PrivateTmp": "yes",
    "ProtectHome": "yes",
    "ProtectSystem": "strict",
    "RestrictSUIDSGID": "yes",
    "SystemCallFilter": "@system-service",
}


class Unit(ConfigParser):
    """Read a unit as systemd does: keys keep their capitals; of one that stands twice, the last counts."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read_unit(path: Path) -> ConfigParser:
    unit = Unit(strict=False, interpolation=None)
    unit.read_string(path.read_text("utf-8"))
    return unit


def unknown_words(words: list[str]) -> list[str]:
    """Return what of a call the program would not understand: its command, then its options."""
    name, *rest = words
    command = cli.get_command(click.Context(cli), name) if name in COMMANDS else None
    if command is None:
        return [name]
    options = {option for parameter in command.params for option in parameter.opts}
    return [word for word in rest if word.startswith("--") and word not in options]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_units_call_what_the_program_has(path: Path) -> None:
    """Command, options and settings exist; it does not run as root."""
    service = read_unit(path)["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert PROGRAM == Path(program).name
    assert [] == unknown_words(words)
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)=", path.read_text("utf-8"))) - {"HOME"}
    assert set() == {name.lower() for name in named} - set(Settings.model_fields)
    assert (PROGRAM, PROGRAM) == (service["User"], service["Group"])


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_units_are_hardened(path: Path) -> None:
    """What a service does not need is taken from it; one right is given, to `watch` only."""
    service = read_unit(path)["Service"]
    assert HARDENED == {key: service.get(key) for key in HARDENED}
    rights = {"flexibatch-watch.service": "CAP_DAC_READ_SEARCH"}.get(path.name, "")
    assert [rights, rights] == [service["AmbientCapabilities"], service["CapabilityBoundingSet"]]


def test_timers_start_services_that_are_there() -> None:
    """A timer starts the service of its name."""
    timers = [path for path in UNITS if path.suffix == ".timer"]
    assert ["flexibatch-purge.timer"] == [path.name for path in timers]
    assert [] == [path.name for path in timers if path.with_suffix(".service") not in SERVICES]


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Systemd's own judge finds no fault and little exposure."""
    judge = shutil.which("systemd-analyze")
    assert judge is not None, "The tests need systemd-analyze: `make servers` installs it (Debian: systemd)."
    for path in UNITS:
        text = path.read_text("utf-8")
        known = re.compile(r"\[\w+\]|#.*|[A-Z]\w+=.*|")
        assert [] == [line for line in text.splitlines() if not known.fullmatch(line)], path
        (tmp_path / path.name).write_text(text.replace("/opt/flexibatch/bin/flexibatch", "/bin/true"))
    copies = [str(tmp_path / path.name) for path in UNITS]
    told = subprocess.run([judge, "verify", *copies], capture_output=True, text=True, check=False)
    assert (0, "", "") == (told.returncode, told.stdout, told.stderr)
    for service in SERVICES:
        asked = ["security", "--offline=true", f"--threshold={EXPOSURE}", str(tmp_path / service.name)]
        told = subprocess.run([judge, *asked], capture_output=True, text=True, check=False)
        assert 0 == told.returncode, told.stdout


def test_the_container_calls_what_the_program_has() -> None:
    """Entry point, command and settings exist; it does not run as root."""
    text = (ROOT / "Containerfile").read_text("utf-8")
    assert [[PROGRAM]] == [
        shlex.split(one) for one in re.findall(r'^ENTRYPOINT \["(.*)"\]$', text, re.MULTILINE)
    ]
    called = re.findall(r'^CMD \["(.*)"\]$', text, re.MULTILINE)
    called += re.findall(r"^#   podman run .* flexibatch (\w+)$", text, re.MULTILINE)
    assert [] == [word for call in called for word in unknown_words(call.split('", "'))]
    assert [PROGRAM] == re.findall(r"^USER (.*)$", text, re.MULTILINE)
    copied = [
        name for line in re.findall(r"^COPY (?!--)(.*) \S+$", text, re.MULTILINE) for name in line.split()
    ]
    assert [] == [name for name in copied if not (ROOT / name).exists()]


def test_the_recipe_of_openssh_keeps_to_nine_words() -> None:
    """Sshd drops what follows the ninth word of internal-sftp; every denied request stands in one word."""
    forced = re.findall(r"^\s+ForceCommand (.*)$", RECIPE.read_text("utf-8"), re.MULTILINE)
    assert 1 == len(forced)
    assert [] == [one for one in forced if not one.startswith("internal-sftp ") or len(one.split()) > 9]


@pytest.mark.parametrize("path", sorted(ROOT.glob("deploy/*/README.md")), ids=lambda path: path.parent.name)
def test_pages_call_what_the_program_has(path: Path) -> None:
    """Every command in the pages of deploy/ exists."""
    called = re.findall(
        r"(?:^|\s|`)flexibatch (?:-H \S+ )?([a-z]+)(?!\w)", path.read_text("utf-8"), re.MULTILINE
    )
    assert set() == set(called) - set(COMMANDS)
