"""The runbook says what the program does: settings, events, commands."""

import os
import re
from pathlib import Path

from flexibatch.adapters.folders import PRIVATE, SENDER_FOLDERS
from flexibatch.adapters.store.tables import metadata
from flexibatch.cli import COMMANDS
from flexibatch.settings import told_settings
from tests.twins.town import SAMPLES

ROOT = SAMPLES.parent
RUNBOOK = ROOT / "docs" / "operations.md"
EVENT = re.compile(r'log\.\w+\(\s*"([a-z_.]+)"')
COMMAND = re.compile(r"`flexibatch (?!-|COMMAND)([a-z]+)")
TOURED = re.compile(r"^\$ flexibatch --home tour ([a-z]+)", re.MULTILINE)


def _settings() -> str:
    rows = [
        f"| `{key}` | {_default(field.default)} | {field.description} |" for key, field in told_settings()
    ]
    return "\n".join(["| key | default | meaning |", "| --- | --- | --- |", *rows, ""])


def _default(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return f"`{value}`" if value not in ("", {}) else "–"


def _between(text: str, mark: str) -> str:
    return text.split(f"<!-- {mark} -->\n")[1].split(f"<!-- /{mark} -->", maxsplit=1)[0]


def test_settings_in_the_runbook_are_the_program_s() -> None:
    """Key, default and meaning of every setting stand in the runbook; UPDATE_DOCS=1 writes them."""
    text = RUNBOOK.read_text("utf-8")
    if os.environ.get("UPDATE_DOCS"):
        text = text.replace(_between(text, "settings"), _settings())
        RUNBOOK.write_text(text, "utf-8")
    assert _settings() == _between(text, "settings")


def test_events_in_the_runbook_are_the_program_s() -> None:
    """Every event that the program writes is explained, and none that it does not write."""
    sources = (path.read_text("utf-8") for path in (ROOT / "flexibatch").rglob("*.py"))
    written = {event for source in sources for event in EVENT.findall(source)}
    told = set(
        re.findall(r"^\| `([a-z_.]+)` \|", _between(RUNBOOK.read_text("utf-8"), "events"), re.MULTILINE)
    )
    assert written - {"bug"} == told - {"bug"}


def test_what_is_kept_is_told_with_its_place_and_its_setting() -> None:
    """Every table and every folder stands once in what is kept where, every retention with its default."""
    rows = [line.split("|")[1:4] for line in _between(RUNBOOK.read_text("utf-8"), "kept").splitlines()[2:]]
    places = sorted(place for _what, where, _long in rows for place in re.findall(r"`([\w/-]+)`", where))
    spool = [f"spool/{name}" for name in PRIVATE]
    assert sorted([*metadata.tables, *SENDER_FOLDERS, *spool]) == places
    lengths = {
        length for _what, _where, told in rows for length in re.findall(r"`(retention\.\w+)` \((\w+)\)", told)
    }
    prefix = "retention."
    assert {(key, field.default) for key, field in told_settings() if key.startswith(prefix)} == lengths


def test_commands_in_the_pages_exist() -> None:
    """No page names a command that the program does not have."""
    pages: list[Path] = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "schemas" / "README.md"]
    named = {word for page in pages for word in COMMAND.findall(page.read_text("utf-8"))}
    toured = set(TOURED.findall((ROOT / "README.md").read_text("utf-8")))
    assert set() == (named | toured) - set(COMMANDS)
