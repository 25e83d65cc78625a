"""What the specification says is what the program does, and what the program names as its source is there."""

import os
import re
import tomllib
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from flexibatch.domain.dimona import Period
from flexibatch.domain.flxwage.fields import ZONES
from flexibatch.domain.flxwage.rules.late import GRACE
from flexibatch.domain.groups import BAD_NAME, FILES_LIMIT
from flexibatch.domain.identifiers import (
    is_company,
    is_inss,
    is_nsso,
    is_period_id,
    is_provisional_nsso,
    is_sender,
)
from flexibatch.domain.names import InboxContext, kind_of, parse_name, part_rules, set_rules
from flexibatch.domain.schema_versions import FIRST, name_of
from flexibatch.domain.vocabulary import REPORT_FOLDER, Environment
from tests.doubles.installation import SAMPLES
from tests.house.test_runbook import ROOT, RUNBOOK, _between

SPEC = sorted((ROOT / "docs" / "spec").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = sorted((ROOT / "flexibatch").rglob("*.py"))
SOURCE = re.compile(r"(?<!class )\bSource: ((?:.|\n(?!\n))*)")
POINTER = re.compile(r'(docs/[\w/.-]+\.md)((?:,\s+"[^"\n]+")+)')
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:flexibatch|tests|docs|schemas|samples|deploy)/[\w/.-]*)`|`(setup\.cfg)`")
CODE = re.compile(r"`((?:ACRF|\d{5})-\d{3})`")
SPAN = re.compile(r"`([^`\n]+)`")
XS = "{http://www.w3.org/2001/XMLSchema}"
HERE = InboxContext("000640", Environment.REAL, date(2026, 10, 5), 365, frozenset(Environment))
"""Where the names of the specification are looked at: the inbox of bureau 000640, on the day of the samples."""


@cache
def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def headings(path: Path) -> list[str]:
    return HEADING.findall(without_code(text_of(path)))


def anchor(heading: str) -> str:
    """Return the anchor that a heading has where pages are shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def rows(page: str, mark: str) -> list[list[str]]:
    """Return the cells of a table between two marks, without its head."""
    table = _between(text_of(ROOT / "docs" / page), mark).strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


# -------------------------------------------------------------------------------------------- sources, links, paths


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if SOURCE.search(text_of(path))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_source_is_a_page_and_a_heading_of_it(path: Path) -> None:
    """Each `Source:` names at least one page of the tree, and every heading that it names stands there."""
    for told in SOURCE.findall(text_of(path)):
        pointers = POINTER.findall(told)
        assert [] != pointers, told
        assert [] == [
            (page, heading)
            for page, named in pointers
            for heading in re.findall(r'"([^"\n]+)"', named)
            if heading not in headings(ROOT / page)
        ]


def test_no_page_is_named_that_is_not_there() -> None:
    """No docstring speaks of a page that the tree does not have."""
    named = re.compile(r"[\w/.-]+\.md\b")
    assert [] == [
        (path.name, page)
        for path in SOURCES
        for page in named.findall(text_of(path))
        if not (ROOT / page).is_file()
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(path: Path) -> None:
    """Every link within the tree leads to something, and where it names a heading, to that."""
    wrong = []
    for link in LINK.findall(without_code(text_of(path))):
        target, _, fragment = link.partition("#")
        to = path.parent / target if target else path
        if "://" in link:
            continue
        if not to.exists() or (fragment and fragment not in map(anchor, headings(to))):
            wrong.append(link)
    assert [] == wrong


@pytest.mark.parametrize("path", [*SPEC, ROOT / "docs" / "develop.md"], ids=lambda path: path.name)
def test_files_that_are_named_are_there(path: Path) -> None:
    """Every path of the tree that a page names exists."""
    named = {one or other for one, other in PATH.findall(text_of(path))}
    assert [] == sorted(name for name in named if not (ROOT / name).exists())


def test_every_page_stands_in_the_index() -> None:
    """The index leads to every page beside it and to every page of the specification; README leads to the index."""
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(text_of(index))}
    pages = {*index.parent.glob("*.md"), *SPEC} - {index}
    assert set() == {path.resolve() for path in pages} - linked
    assert "docs/index.md" in LINK.findall(text_of(ROOT / "README.md"))


def _contents() -> str:
    """List the headings under the title of the runbook, each with where it leads."""
    runbook = without_code(text_of(RUNBOOK))
    found = re.findall(r"^##(#*) (.+)$", runbook, re.MULTILINE)
    return "".join(f"{'  ' * len(deeper)}- [{told}](#{anchor(told)})\n" for deeper, told in found)


def test_contents_of_the_runbook_are_its_headings() -> None:
    """The table of contents lists the headings in their order, and no other; UPDATE_DOCS=1 writes it."""
    text = RUNBOOK.read_text("utf-8")
    if os.environ.get("UPDATE_DOCS"):
        text = text.replace(_between(text, "contents"), _contents())
        RUNBOOK.write_text(text, "utf-8")
    assert _contents() == _between(text, "contents")
    assert len(set(headings(RUNBOOK))) == len(headings(RUNBOOK)), "two headings have one anchor"


# ----------------------------------------------------------------------------------------------------------- codes


def _catalogue() -> set[str]:
    rules = tomllib.loads(text_of(ROOT / "flexibatch" / "data" / "anomalies.toml")).values()
    return {rule["code"] for rule in rules if isinstance(rule, dict) and "code" in rule}


def test_codes_of_the_specification_are_those_of_the_catalogue() -> None:
    """Every code that can be told stands in the specification, and no other."""
    assert _catalogue() == {code for page in SPEC for code in CODE.findall(text_of(page))}


def test_types_of_schema_faults_are_those_of_the_catalogue() -> None:
    """The types that follow a zone are told, and no other."""
    rules = tomllib.loads(text_of(ROOT / "flexibatch" / "data" / "anomalies.toml")).values()
    known = {rule["type"] for rule in rules if isinstance(rule, dict) and "type" in rule}
    assert known == set(re.findall(r"`(\d{3})`", text_of(ROOT / "docs" / "spec" / "message.md")))


# ----------------------------------------------------------------------------------------------------- the channel


def _code_of(rule: str) -> str:
    table = tomllib.loads(text_of(ROOT / "flexibatch" / "data" / "anomalies.toml"))
    return str(table[rule]["code"])


@pytest.mark.parametrize("name", [one[0].strip("`") for one in rows("spec/channel.md", "names: good")])
def test_a_name_that_is_shown_is_good(name: str) -> None:
    """It is read, and breaks no rule."""
    parsed = parse_name(name)
    assert parsed is not None
    assert [] == [*set_rules(parsed, HERE), *part_rules(parsed)]


@pytest.mark.parametrize(("name", "code", "_why"), rows("spec/channel.md", "names: wrong"))
def test_a_name_with_a_wrong_value_has_its_code(name: str, code: str, _why: str) -> None:
    """It is read, and breaks one rule: that of the code beside it."""
    parsed = parse_name(name.strip("`"))
    assert parsed is not None
    assert [code.strip("`")] == [_code_of(rule) for rule in (*set_rules(parsed, HERE), *part_rules(parsed))]


@pytest.mark.parametrize(("name", "code", "_why"), rows("spec/channel.md", "names: none"))
def test_a_name_that_follows_no_grammar_has_the_code_of_its_kind(name: str, code: str, _why: str) -> None:
    """It is not read, and told by what it begins like."""
    text = name.strip("`")
    kind = kind_of(text)
    assert kind is not None
    assert (None, code.strip("`")) == (parse_name(text), _code_of(BAD_NAME[kind]))


def test_each_way_to_be_wrong_has_an_example() -> None:
    """All rules on the positions of a name are shown, but those that say the same of another folder or environment."""
    text = text_of(ROOT / "flexibatch" / "domain" / "names.py")
    known = set(re.findall(r'yield "([a-z-]+)"|return "([a-z-]+)"|"(parts-[a-z-]+)"', text))
    codes = {_code_of(rule) for rule in {one or other or third for one, other, third in known}}
    told = {row[1].strip("`") for row in rows("spec/channel.md", "names: wrong")}
    assert set() == codes - told


def test_folders_and_bounds_of_the_channel_are_the_program_s() -> None:
    """The folders stand in the page, each in its row; so do the numbers that are no settings."""
    text = text_of(ROOT / "docs" / "spec" / "channel.md")
    for one in Environment:
        assert f"| `{one.value}` | `{one.inbox}` | `{one.outbox}` |" in text
    assert f"`{REPORT_FOLDER}`" in text
    assert f"At most {FILES_LIMIT} files" in text


# ----------------------------------------------------------------------------------------------------- the message


def _children(schema: etree._Element, kind: str, depth: int) -> list[tuple[str, str]]:
    """Return the elements under a type as the page writes them, in their order, with how often they may stand."""
    found = []
    for element in schema.iterfind(f"{XS}complexType[@name='{kind}']/{XS}sequence/{XS}element"):
        name, inner = element.get("name") or "", element.get("type") or ""
        least, most = element.get("minOccurs", "1"), element.get("maxOccurs", "1")
        often = (
            f"{least} or more" if most == "unbounded" else least if least == most else f"{least} or {most}"
        )
        found.append((f"{'·' * depth} `{name}`".strip(), often))
        if "Reference" not in inner:
            found += _children(schema, inner, depth + 1)
    return found


def test_elements_are_those_of_the_schema_and_of_the_zones() -> None:
    """Names, order, nesting, how often, and zone of each element."""
    schema = etree.parse(str(ROOT / "schemas" / "FLXWAGE_20251.xsd")).getroot()
    told = rows("spec/message.md", "elements")
    assert _children(schema, "Message", 0) == [(name, often) for name, often, _zone, _what in told]
    assert [ZONES[name.strip("·` ")] for name, *_rest in told] == [
        zone for _name, _often, zone, _what in told
    ]


def test_the_numbers_of_the_message_are_the_program_s() -> None:
    """The first version, and the days in which to send."""
    text = text_of(ROOT / "docs" / "spec" / "message.md")
    assert f"None is older than `{name_of(FIRST)}`" in text
    assert (5, True) == (GRACE.days, "within five days" in text)


# ---------------------------------------------------------------------------------------------------- the register

CHECKS: Sequence[Callable[[str], bool]] = (
    is_inss,
    is_company,
    is_nsso,
    is_provisional_nsso,
    is_period_id,
    is_sender,
)


@pytest.mark.parametrize(
    ("row", "check"), list(zip(rows("spec/register.md", "numbers"), CHECKS, strict=True))
)
def test_numbers_that_are_shown_are_numbers(row: list[str], check: Callable[[str], bool]) -> None:
    """Each example is right by the program's own check, and wrong with another last digit where there is a check."""
    examples = SPAN.findall(row[3])
    assert [] != examples
    assert [] == [text for text in examples if not check(text)]
    if not row[2].startswith("none"):
        assert [] == [text for text in examples if check(f"{text[:-1]}{(int(text[-1]) + 1) % 10}")]


def test_the_rows_that_are_shown_are_the_samples_s() -> None:
    """The periods of the example stand so in the samples' register, and overlap what is declared."""
    register = [line.split(";") for line in text_of(SAMPLES / "register.csv").splitlines()[1:]]
    told = {(row[0], row[2], row[3], row[4], row[5], row[7]) for row in register}
    shown = [tuple(row) for row in rows("spec/register.md", "rows")]
    assert [] == [row for row in shown if row not in told]
    for number, _employer, _worker, kind, start, end in shown:
        period = Period(number, kind, date.fromisoformat(start), date.fromisoformat(end))
        assert period.overlaps(date(2026, 9, 1), date(2026, 9, 30))
    second = shown[1]
    assert [] == [row for row in told if row[2] == second[2] and row[1] == shown[0][1]]


# ----------------------------------------------------------------------------------------------------- the answers


def test_what_is_shown_of_an_answer_stands_in_it() -> None:
    """Each piece of an answer is one, to the byte."""
    text = text_of(ROOT / "docs" / "spec" / "answers.md")
    pieces = re.findall(r"<!-- from: (\S+) -->\n```xml\n(.*?)```", text, re.DOTALL)
    assert 2 == len(pieces)
    assert [] == [told for name, told in pieces if told not in text_of(SAMPLES / "partly-no-dimona" / name)]


def _missing(page: str, words: Collection[str]) -> list[str]:
    spans = {span for told in SPAN.findall(text_of(ROOT / "docs" / "spec" / page)) for span in told.split()}
    return sorted(word for word in words if word not in spans)


def test_the_parts_of_an_answer_are_those_of_its_schema() -> None:
    """Every part of a Form of ACRF and NOTI, and every attribute of the outcome, stands in the page."""
    schemas = {
        name: etree.parse(str(ROOT / "schemas" / name)).getroot()
        for name in ("ACRF_20231.xsd", "NOTIFICATION_20223.xsd", "OUTCOME_1.xsd")
    }
    parts = {
        element.get("name") or ""
        for schema in schemas.values()
        for element in schema.iterfind(f"{XS}complexType[@name='Form']/{XS}sequence/{XS}element")
    }
    implied = {"FormCreationDate", "FormCreationHour", "AttestationStatus", "TypeForm"}
    attributes = {one.get("name") or "" for one in schemas["OUTCOME_1.xsd"].iter(f"{XS}attribute")}
    assert [] == _missing("answers.md", parts - implied)
    assert [] == _missing("answers.md", attributes)
