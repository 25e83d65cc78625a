"""No command waits for a library that it does not use: benchmarks/startup.py measures what is kept so."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from flexibatch.cli import COMMANDS
from tests.house.test_runbook import ROOT

HEAVY = frozenset(
    {
        "alembic",
        "asn1crypto",
        "asyncssh",
        "cryptography",
        "jinja2",
        "lxml",
        "paramiko",
        "psycopg",
        "pyhanko",
        "pygments",
        "rich",
        "structlog",
        "watchfiles",
        "xmlschema",
    }
)
STORE = frozenset({"sqlalchemy", "sqlite3", "pydantic", "pydantic_settings"})


def completion(line: str) -> dict[str, str]:
    """Return the environment in which bash asks how a line goes on."""
    return {
        "_FLEXIBATCH_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }


ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
"""Without what has coverage measure processes too: it brings modules of its own."""


def loaded(
    arguments: Sequence[str], environ: Mapping[str, str] | None = None, status: int = 0
) -> tuple[set[str], str]:
    """Run the program as a process; give the modules that it imported, with all their parents, and its output."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "flexibatch", *arguments],
        env={**ENVIRON, **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert status == done.returncode, done.stderr
    names = [
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    ]
    assert "click" in names
    return {*names, *(name.partition(".")[0] for name in names)}, done.stdout


def test_help_loads_neither_database_nor_settings() -> None:
    """What the program's help says of commands stands in a table: none of them is imported."""
    modules, told = loaded(["--help"])
    assert "Completion of commands" in told
    assert set() == modules & (HEAVY | STORE)
    assert set() == modules & {module for module, *_ in COMMANDS.values()}


def test_completion_of_names_imports_no_command() -> None:
    """Commands are told with their help, those alone that begin as asked."""
    modules, told = loaded([], completion("flexibatch "))
    assert [f"plain,{name}" for name in COMMANDS] == told.splitlines()
    assert set() == modules & (HEAVY | STORE)
    assert set() == modules & {module for module, *_ in COMMANDS.values()}
    assert ["plain,sender", "plain,serve"] == loaded([], completion("flexibatch se"))[1].splitlines()
    assert "plain,--operator" in loaded([], completion("flexibatch --"))[1].splitlines()


@pytest.mark.parametrize("command", ["list", "show"])
def test_completion_and_help_of_a_command_load_its_options_only(command: str) -> None:
    """Neither opens a home, so neither waits for what would be needed for one."""
    modules, told = loaded([], completion(f"flexibatch {command} --"))
    assert "plain,--json" in told.splitlines()
    assert set() == modules & (HEAVY | STORE)
    modules, told = loaded([command, "--help"])
    assert "--json" in told
    assert set() == modules & (HEAVY | STORE)


def test_no_command_loads_what_it_does_before_it_is_called() -> None:
    """The modules of all commands load without their use cases."""
    modules = {module for module, *_ in COMMANDS.values()}
    script = f"import sys, {', '.join(sorted(modules))}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], env=ENVIRON, capture_output=True, text=True, check=True
    )
    found = set(done.stdout.split())
    assert modules <= found
    assert set() == found & (
        HEAVY | STORE | {"flexibatch.wiring.home", "flexibatch.wiring.components", "flexibatch.settings"}
    )


@pytest.mark.parametrize(("command", "status"), [(["list"], 0), (["show", "0000000000010"], 2)])
def test_who_looks_up_sets_loads_database_and_settings_and_nothing_beside(
    command: list[str], status: int, tmp_path: Path
) -> None:
    """What reads a SQLite file needs no keys, no logs, no other dialect; without changed classes no catalogue."""
    home = str(tmp_path / "home")
    loaded(["-H", home, "init"])
    modules, _told = loaded(["-H", home, *command], status=status)
    assert set() == STORE - modules
    assert set() == modules & {
        *HEAVY,
        "sqlalchemy.dialects.postgresql",
        "flexibatch.adapters.tables",
        "flexibatch.wiring.components",
        "flexibatch.pipeline",
    }


def test_a_wrong_class_of_the_settings_is_told_all_the_same(tmp_path: Path) -> None:
    """The catalogue that `list` does not load without need is asked where the settings speak of it."""
    home = str(tmp_path / "home")
    loaded(["-H", home, "init"])
    done = subprocess.run(
        [sys.executable, "-m", "flexibatch", "-H", home, "list"],
        env={**os.environ, "FLEXIBATCH_RULES__99999_999": "NB"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "99999-999" in done.stderr


def test_the_benchmark_is_run_and_told() -> None:
    """`make bench` runs it, and the page of those who contribute names it."""
    assert "benchmarks/startup.py" in (ROOT / "Makefile").read_text("utf-8")
    assert "benchmarks/startup.py" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
