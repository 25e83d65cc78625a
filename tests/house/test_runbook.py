"""The runbook says what the program does: settings, events, commands."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from click import Context, Group
from lxml import etree

from flexibatch.adapters.folders import PRIVATE, SENDER_FOLDERS
from flexibatch.adapters.store.tables import metadata
from flexibatch.adapters.xml.versions import read_versions
from flexibatch.cli import COMMANDS, Program
from flexibatch.domain.identifiers import is_uuid
from flexibatch.settings import told_settings
from tests.doubles.installation import SAMPLES

ROOT = SAMPLES.parent
RUNBOOK = ROOT / "docs" / "operations.md"
EVENT = re.compile(r'log\.\w+\(\s*"([a-z_.]+)"')
COMMAND = re.compile(r"`flexibatch (?!-|COMMAND)([a-z]+)")
TOURED = re.compile(r"^\$ flexibatch --home tour ([a-z]+)", re.MULTILINE)


SPAN = re.compile(r"`(?:flexibatch )?([a-z][^`\n]*)`")
CODE = re.compile(r"`(?:ACRF-\d{3}|\d{5}-\d{3})`")
PAGES: list[Path] = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "schemas" / "README.md",
]


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
    named = {word for page in PAGES for word in COMMAND.findall(page.read_text("utf-8"))}
    toured = set(TOURED.findall((ROOT / "README.md").read_text("utf-8")))
    assert set() == (named | toured) - set(COMMANDS)


def _wrong(span: str) -> bool:
    """Return whether what looks like a call names a subcommand or an option that its command does not have."""
    word, *words = re.split(r"[ |]", span)
    command = Program().get_command(Context(Program()), word) if word in COMMANDS else None
    if command is None:
        return False
    while isinstance(command, Group) and words and re.fullmatch(r"[a-z-]+", words[0]):
        command, words = command.commands.get(words[0]), words[1:]
    if command is None:
        return True
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    return not {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_calls_in_the_pages_fit_the_program(page: Path) -> None:
    """Subcommands and options that a page names stand in the program, with `flexibatch` before them or without."""
    assert [] == [span for span in SPAN.findall(page.read_text("utf-8")) if _wrong(span)]


def test_settings_in_the_pages_exist() -> None:
    """No page names a setting of a table that the program does not have."""
    known = {key for key, _field in told_settings()}
    tables = "|".join({key.partition(".")[0] for key in known if "." in key})
    named = re.compile(rf"`((?:{tables})\.[a-z_0-9]+)`")
    found = {key for page in PAGES for key in named.findall(page.read_text("utf-8"))}
    events = _between(RUNBOOK.read_text("utf-8"), "events")
    assert set() == {key for key in found - known if f"| `{key}` |" not in events}


def test_codes_in_the_pages_are_the_catalogue_s() -> None:
    """No page for bureaus or operators names a code that the channel cannot give."""
    rules = tomllib.loads((ROOT / "flexibatch" / "data" / "anomalies.toml").read_text("utf-8")).values()
    known = {rule["code"] for rule in rules if isinstance(rule, dict) and "code" in rule}
    known |= {
        code for path in SAMPLES.glob("*/case.toml") for code in tomllib.loads(path.read_text())["shows"]
    }
    named = {code.strip("`") for page in PAGES for code in CODE.findall(page.read_text("utf-8"))}
    assert set() == named - known


def test_versions_in_the_runbook_are_read_by_the_program(tmp_path: Path) -> None:
    """What an operator is shown as `versions.toml` is one."""
    told = _between(RUNBOOK.read_text("utf-8"), "versions").removeprefix("```toml\n").removesuffix("```\n")
    path = tmp_path / "versions.toml"
    path.write_text(told, "utf-8")
    versions = read_versions(path, 6)
    assert (2, 1) == (len(versions.files), len(versions.closings))


def test_references_in_the_bureaus_page_are_a_line_s() -> None:
    """The references that bureaus are shown are taken: put into a sample they change nothing but its references."""
    [told] = re.findall(r"```xml\n(.*?)```", (ROOT / "docs" / "bureau.md").read_text("utf-8"), re.DOTALL)
    sample = (SAMPLES / "accepted-two-workers" / "FI.FLEX.000640.20261005.00001.R.1.1").read_text("utf-8")
    first = re.compile(r"(?<=<RelationType>1</RelationType>).*?(?=<Calculation>)", re.DOTALL)
    schema = etree.XMLSchema(etree.parse(str(ROOT / "schemas" / "FLXWAGE_20251.xsd")))
    schema.assertValid(etree.fromstring(first.sub(told, sample, count=1).encode()))
    [uuid, own] = re.findall(r"<ReferenceNbr>(.*?)<", told)
    assert (True, False) == (is_uuid(uuid), is_uuid(own))
