"""Versions are chosen by name and day, their files from one folder, and nothing is fetched."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.adapters.xml.schemas import Schemas
from flexibatch.domain.findings import Finding
from flexibatch.domain.schema_versions import Quarter, SchemaVersion
from flexibatch.errors import Refusal
from tests.doubles.xml_samples import SCHEMAS, SPACE

ENTRY = '[[file]]\nfile = "FLXWAGE_20264.xsd"\nfrom = "2026/4"\n'
CLOSING = '[[version]]\nname = "FLXWAGE_20264"\nuntil = 2026-12-31\n'


def chosen(location: str | None, on: date, *, passed_by: str | None = None) -> str:
    """Return the name of the version that is chosen, or the rule that refuses it."""
    found = SCHEMAS.choose(location, on, passed_by=passed_by)
    return found.rule if isinstance(found, Finding) else found.name


@pytest.mark.parametrize(
    ("name", "on", "expected"),
    [
        (None, date(2025, 1, 1), "FLXWAGE_20251"),
        (None, date(2026, 9, 30), "FLXWAGE_20263"),
        (None, date(2026, 10, 1), "FLXWAGE_20264"),
        (None, date(2027, 1, 1), "FLXWAGE_20271"),
        (None, date(2030, 6, 30), "FLXWAGE_20302"),
        (None, date(2024, 12, 31), "schema-version"),
        ("20251", date(2026, 6, 30), "FLXWAGE_20251"),
        ("20251", date(2026, 7, 1), "schema-window"),
        ("20263", date(2026, 11, 28), "FLXWAGE_20263"),
        ("20264", date(2026, 9, 30), "schema-window"),
        ("20271", date(2027, 1, 1), "FLXWAGE_20271"),
        ("20264", date(2028, 3, 31), "FLXWAGE_20264"),
        ("20264", date(2028, 4, 1), "schema-window"),
        ("20302", date(2030, 4, 1), "FLXWAGE_20302"),
        ("20244", date(2025, 1, 1), "schema-version"),
        ("20265", date(2026, 9, 30), "schema-version"),
        ("00001", date(2026, 9, 30), "schema-version"),
        *((name, date(2026, 9, 30), "schema-window") for name in ("99981", "99983", "99991", "99994")),
    ],
)
def test_choice(name: str | None, on: date, expected: str) -> None:
    """A version is taken for six quarters, its own included, without an entry for it; none named is today's."""
    assert expected == chosen(name and f"{SPACE} FLXWAGE_{name}.xsd", on)


@given(st.dates(date(2025, 1, 1), date(2199, 12, 31)), st.integers(1, 40))
def test_every_day_has_its_versions(day: date, open_quarters: int) -> None:
    """On any day that of its own quarter is open, with as many before it as are told, the oldest first."""
    versions = Schemas(SCHEMAS.folder, open_quarters).versions
    opened = list(versions.open_on(day))
    first = Quarter(2025, 1)
    behind = (day.year - 2025) * 4 + Quarter.of(day).number - 1
    assert Quarter.of(day) == opened[-1].quarter
    assert min(open_quarters, behind + 1) == len(opened)
    assert [first.later(behind - back) for back in reversed(range(len(opened)))] == [
        one.quarter for one in opened
    ]


def test_window_is_told() -> None:
    """A refusal tells the window, and which versions are open."""
    found = SCHEMAS.choose(f"{SPACE} FLXWAGE_20251.xsd", date(2026, 7, 1))
    assert isinstance(found, Finding)
    window = {"schema": "FLXWAGE_20251", "from": "2025-01-01", "until": "2026-06-30"}
    opened = "FLXWAGE_20252, FLXWAGE_20253, FLXWAGE_20254, FLXWAGE_20261, FLXWAGE_20262, FLXWAGE_20263"
    assert window | {"open": opened} == found.details


def test_open_versions_are_told() -> None:
    """Who names a version that is unknown is told all that are open on the day, oldest first."""
    found = SCHEMAS.choose(f"{SPACE} FLXWAGE_20259.xsd", date(2025, 4, 1))
    assert isinstance(found, Finding)
    assert {"schema": "FLXWAGE_20259", "open": "FLXWAGE_20251, FLXWAGE_20252"} == found.details


def test_what_passed_is_judged_by_the_same_schema() -> None:
    """A set that passed keeps its version, whatever its window is now."""
    later = date(2030, 1, 1)
    assert "FLXWAGE_20251" == chosen(f"{SPACE} FLXWAGE_20251.xsd", later, passed_by="FLXWAGE_20251")
    assert "FLXWAGE_20261" == chosen(None, later, passed_by="FLXWAGE_20261")


def test_a_newer_file_is_in_force_from_its_quarter_on(tmp_path: Path) -> None:
    """A document is judged by the file in force in the quarter that it names, whenever it is received."""
    shutil.copy(SCHEMAS.folder / "FLXWAGE_20251.xsd", tmp_path)
    shutil.copy(SCHEMAS.folder / "FLXWAGE_20251.xsd", tmp_path / "FLXWAGE_20264.xsd")
    old = '[[file]]\nfile = "FLXWAGE_20251.xsd"\nfrom = "2025/1"\n'
    (tmp_path / "versions.toml").write_text(ENTRY + old)
    schemas, day = Schemas(tmp_path, 6), date(2027, 1, 1)
    judged = {
        name: schemas.choose(f"{SPACE} FLXWAGE_{name}.xsd", day) for name in ("20263", "20264", "20271")
    }
    assert ["FLXWAGE_20251.xsd", "FLXWAGE_20264.xsd", "FLXWAGE_20264.xsd"] == [
        one.file for one in judged.values() if isinstance(one, SchemaVersion)
    ]


def test_a_version_may_close_otherwise(tmp_path: Path) -> None:
    """By name it closes earlier, or stays open longer; the others are as ever."""
    for until, day, taken in (
        ("2026-12-31", date(2027, 1, 1), False),
        ("2028-12-31", date(2028, 12, 31), True),
    ):
        (tmp_path / "versions.toml").write_text(ENTRY + CLOSING.replace("2026-12-31", until))
        found = Schemas(tmp_path, 6).choose(f"{SPACE} FLXWAGE_20264.xsd", day)
        assert taken == isinstance(found, SchemaVersion)


def test_listing() -> None:
    """The list tells every open version with its file, the digest of that, and whether it is ours."""
    found = SCHEMAS.listing(date(2025, 9, 30))
    assert ["FLXWAGE_20251", "FLXWAGE_20252", "FLXWAGE_20253"] == [one.version.name for one in found]
    assert [("FLXWAGE_20251.xsd", True, 64)] * 3 == [
        (one.version.file, one.ours, len(one.sha256)) for one in found
    ]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "version = 1",
        "file = [1]",
        "[[file",
        "[[schema]]",
        ENTRY.replace("FLXWAGE_20264.xsd", "../x.xsd"),
        ENTRY.replace('"2026/4"', "2026-10-01"),
        ENTRY.replace("2026/4", "2026/5"),
        ENTRY + 'untill = "2026/4"\n',
        CLOSING,
        ENTRY + CLOSING.replace("20264", "20265"),
        ENTRY + CLOSING.replace("2026-12-31", '"2026-12-31"'),
        ENTRY + CLOSING.replace("2026-12-31", "2026-09-30"),
        ENTRY + CLOSING.replace("name", "version"),
        ENTRY + CLOSING.replace("20264", "00003"),
        ENTRY.replace("2026/4", "0000/4"),
        ENTRY + ENTRY,
        ENTRY + CLOSING + CLOSING.replace("2026-12-31", "2027-12-31"),
        '[[version]]\nfile = "FLXWAGE_20264.xsd"\nfrom = 2026-10-01\n',
    ],
)
def test_wrong_versions(tmp_path: Path, text: str | None) -> None:
    """A file of versions that cannot be used stops the program with a sentence."""
    if text is not None:
        (tmp_path / "versions.toml").write_text(text)
    with pytest.raises(Refusal, match=r"versions\.toml"):
        Schemas(tmp_path, 6)


def test_versions_of_an_earlier_release_are_told_how_to_be_written(tmp_path: Path) -> None:
    """Who brings a folder of schemas along learns what to write."""
    (tmp_path / "versions.toml").write_text('[[version]]\nfile = "FLXWAGE_20264.xsd"\nfrom = 2026-10-01\n')
    with pytest.raises(Refusal, match=r"earlier release.*\[\[file\]\]"):
        Schemas(tmp_path, 6)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "x",
        "<a/>",
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="b"/></xs:schema>',
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:include schemaLocation="http://x/y.xsd"/></xs:schema>',
    ],
)
def test_wrong_schema(tmp_path: Path, text: str | None) -> None:
    """A schema that is not there or cannot be used is a sentence with its name."""
    (tmp_path / "versions.toml").write_text(ENTRY)
    if text is not None:
        (tmp_path / "FLXWAGE_20264.xsd").write_text(text)
    with pytest.raises(Refusal, match="FLXWAGE_20264"):
        Schemas(tmp_path, 6).validator("FLXWAGE_20264.xsd")
    with pytest.raises(Refusal, match="FLXWAGE_20264"):
        Schemas(tmp_path, 6).explainer("FLXWAGE_20264.xsd")


def test_other_root(tmp_path: Path) -> None:
    """A schema without our root is refused."""
    (tmp_path / "versions.toml").write_text(ENTRY)
    (tmp_path / "FLXWAGE_20264.xsd").write_text(
        '<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:element name="a" type="x:int"/></x:schema>'
    )
    with pytest.raises(Refusal, match="FLXWAGE"):
        Schemas(tmp_path, 6).explainer("FLXWAGE_20264.xsd")


def test_include_beside(tmp_path: Path) -> None:
    """What a schema includes is looked for beside it, whatever address it gives."""
    source = (SCHEMAS.folder / "FLXWAGE_20251.xsd").read_text()
    cut = source.index('<xs:simpleType name="Identification">')
    head, types = source[:cut] + "</xs:schema>", source[cut:]
    opening = source[source.index("<xs:schema") : source.index("<xs:annotation>")]
    head = head.replace(opening, f'{opening}<xs:include schemaLocation="types.xsd"/>')
    (tmp_path / "versions.toml").write_text(ENTRY)
    (tmp_path / "FLXWAGE_20264.xsd").write_text(head)
    (tmp_path / "types.xsd").write_text(opening + types)
    schemas = Schemas(tmp_path, 6)
    assert schemas.validator("FLXWAGE_20264.xsd") is schemas.validator("FLXWAGE_20264.xsd")
    assert "FLXWAGE" == schemas.explainer("FLXWAGE_20264.xsd").local
