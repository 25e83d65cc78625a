"""What compose.yaml says of program, files and secrets is true, as far as can be told without containers."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from sqlalchemy import make_url

from flexibatch.cli import PROGRAM
from flexibatch.settings import Settings
from flexibatch.settings.complaints import PREFIX
from flexibatch.settings.sftp import SftpSettings
from tests.doubles.server import BIN, OWNER, Server
from tests.house.test_deploy import ROOT, unknown_words

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
IMAGE = re.compile(r"[a-z0-9.-]+(/[a-z0-9._-]+)+:[\w.-]+|flexibatch:latest")
LOGINS = ROOT / "deploy" / "postgresql" / "logins.sh"


@pytest.fixture
def cluster() -> Server:
    return Server.made()


@pytest.mark.parametrize("name", OURS)
def test_the_program_understands_what_it_is_called_with(name: str) -> None:
    """Command, options and settings exist, and the entry point ends in the program with the command's words."""
    service = SERVICES[name]
    assert [] == unknown_words(service["command"])
    *_shell, script, zeroth = service["entrypoint"]
    assert (PROGRAM, f'exec {PROGRAM} "$$@"') == (zeroth, script.split('" ', 1)[1])
    keys = {key.removeprefix(PREFIX).lower() for key in service["environment"]} - {"operator"}
    assert set() == keys - set(Settings.model_fields)
    assert ROOT / service["build"]["dockerfile"] == next(ROOT.glob("Containerfile"))


def test_ports_are_those_that_are_listened_on() -> None:
    """What is published is where `serve` listens, and nothing else is published: not the database."""
    serve = SERVICES["serve"]
    listened = serve["command"][serve["command"].index("--listen") + 1].rsplit(":", 1)[1]
    assert [listened] == [port.rsplit(":", 1)[1] for port in serve["ports"]]
    assert ["serve"] == [name for name, service in SERVICES.items() if "ports" in service]
    assert "2m" == serve["stop_grace_period"]
    assert 120 > Settings.defaults({}).sftp.drain.total_seconds()
    assert "drain" in SftpSettings.model_fields


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_mounts_is_declared(name: str) -> None:
    """Images have a place and a version; files are in the tree, volumes and secrets declared, states known."""
    service = SERVICES[name]
    assert IMAGE.fullmatch(service["image"])
    for mount in service.get("volumes", ()):
        source, target = mount.split(":")[:2]
        assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"], mount
        assert target.startswith("/")
    assert set() == set(service.get("secrets", ())) - set(COMPOSE["secrets"])
    conditions = {one["condition"] for one in service.get("depends_on", {}).values()}
    assert set() == conditions - {"service_healthy", "service_completed_successfully"}
    assert set() == set(service.get("depends_on", {})) - set(SERVICES)


def test_the_home_is_where_the_image_has_it() -> None:
    """The volume `home` is mounted where the Containerfile declares one."""
    declared = re.findall(r"^VOLUME (\S+)$", (ROOT / "Containerfile").read_text("utf-8"), re.MULTILINE)
    assert [[f"home:{declared[0]}"]] * len(OURS) == [SERVICES[name]["volumes"] for name in OURS]


def test_no_secret_stands_in_the_file() -> None:
    """Passwords are files outside git that only the services which need them see; no URL has one."""
    assert {f"./secrets/{name}" for name in COMPOSE["secrets"]} == {
        secret["file"] for secret in COMPOSE["secrets"].values()
    }
    assert "/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or (key.endswith("_FILE") and value.startswith("/run/secrets/")), (
                name
            )
            assert "://" not in value or make_url(value).password is None, name
        read = set(re.findall(r"/run/secrets/(\w+)", str(service)))
        assert set() == read - set(service["secrets"]), name
    assert [["upgrade"], ["service"]] == [SERVICES[name]["secrets"] for name in ("upgrade", "serve")]


def test_the_database_s_scripts_make_the_logins_of_the_services(cluster: Server, tmp_path: Path) -> None:
    """What the image runs at its first start, in its order, makes each service's login with its password and role."""
    for name in ("upgrade", "service"):
        (tmp_path / name).write_text(f"it's {name}\n")
    mounted = [mount.split(":") for mount in SERVICES["database"]["volumes"] if "initdb" in mount]
    scripts = [source for source, target, *_mode in sorted(mounted, key=lambda mount: Path(mount[1]).name)]
    environ = {"PATH": f"{BIN}:{os.environ['PATH']}", "PGHOST": str(cluster.folder), "PGUSER": OWNER}
    environ |= {"PGDATABASE": "postgres", "SECRETS": str(tmp_path)}
    try:
        for script in scripts:
            command = (
                ["sh", script]
                if script.endswith(".sh")
                else ["psql", "--set=ON_ERROR_STOP=1", f"--file={script}"]
            )
            done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
            assert 0 == done.returncode, done.stderr
        for name in OURS:
            user = make_url(SERVICES[name]["environment"]["FLEXIBATCH_DATABASE"]).username
            with psycopg.connect(host=str(cluster.folder), dbname="postgres", user=user) as connection:
                row = connection.execute("SELECT current_user::text").fetchone()
            assert row == ({"upgrade": "flexibatch_owner", "serve": "flexi_service"}[name],)
    finally:
        cluster.remove()
