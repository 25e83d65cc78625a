"""Schemas are chosen by name and day, from one folder, and nothing is fetched."""

from datetime import date
from pathlib import Path

import pytest

from flexibatch.adapters.xml.schemas import Schemas, SchemaVersion
from flexibatch.domain.findings import Finding
from flexibatch.errors import Refusal
from tests.twins.xml_samples import SCHEMAS, SPACE

ENTRY = '[[version]]\nfile = "FLXWAGE_20264.xsd"\nfrom = 2026-10-01\n'


def chosen(location: str | None, on: date, *, passed_by: str | None = None) -> str:
    """Give the name of the version that is chosen, or the rule that refuses it."""
    found = SCHEMAS.choose(location, on, passed_by=passed_by)
    return found.rule if isinstance(found, Finding) else found.name


@pytest.mark.parametrize(
    ("name", "on", "expected"),
    [
        (None, date(2025, 1, 1), "FLXWAGE_20251"),
        (None, date(2026, 9, 30), "FLXWAGE_20261"),
        (None, date(2026, 10, 1), "FLXWAGE_20264"),
        (None, date(2024, 12, 31), "schema-version"),
        ("20251", date(2026, 6, 30), "FLXWAGE_20251"),
        ("20251", date(2026, 7, 1), "schema-window"),
        ("20264", date(2026, 9, 30), "schema-window"),
        ("20999", date(2026, 9, 30), "schema-version"),
    ],
)
def test_choice(name: str | None, on: date, expected: str) -> None:
    """A version is taken in its window, ends included; none named is the newest open one."""
    assert expected == chosen(name and f"{SPACE} FLXWAGE_{name}.xsd", on)


def test_window_is_told() -> None:
    """A refusal tells the window, and which versions are open."""
    found = SCHEMAS.choose(f"{SPACE} FLXWAGE_20251.xsd", date(2026, 7, 1))
    assert isinstance(found, Finding)
    window = {"schema": "FLXWAGE_20251", "from": "2025-01-01", "until": "2026-06-30"}
    assert window | {"open": "FLXWAGE_20261"} == found.details


def test_open_versions_are_told() -> None:
    """Who names a version that is unknown is told all that are open on the day, oldest first."""
    found = SCHEMAS.choose(f"{SPACE} FLXWAGE_20999.xsd", date(2026, 10, 1))
    assert isinstance(found, Finding)
    assert {"schema": "FLXWAGE_20999", "open": "FLXWAGE_20261, FLXWAGE_20264"} == found.details


def test_what_passed_is_judged_by_the_same_schema() -> None:
    """A set that passed keeps its schema, whatever its window is now; one that is gone is chosen anew."""
    later = date(2030, 1, 1)
    assert "FLXWAGE_20251" == chosen(f"{SPACE} FLXWAGE_20251.xsd", later, passed_by="FLXWAGE_20251")
    assert "FLXWAGE_20261" == chosen(None, later, passed_by="FLXWAGE_20261")
    assert "FLXWAGE_20264" == chosen(None, later, passed_by="FLXWAGE_20252")
    assert "FLXWAGE_20264" == chosen(None, date(2024, 12, 31), passed_by="FLXWAGE_20252")


def test_listing() -> None:
    """The list tells window, digest, whether a file is ours, and whether it is open."""
    found = SCHEMAS.listing(date(2026, 9, 30))
    assert [("FLXWAGE_20251", False), ("FLXWAGE_20261", True), ("FLXWAGE_20264", False)] == [
        (one.version.name, one.open_today) for one in found
    ]
    assert [(True, 64)] * 3 == [(one.ours, len(one.sha256)) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "version = 1",
        "version = [1]",
        "[[version",
        ENTRY.replace("FLXWAGE_20264.xsd", "../x.xsd"),
        ENTRY.replace("2026-10-01", "2026-10-01T00:00:00"),
        ENTRY.replace("2026-10-01", '"2026-10-01"'),
        ENTRY + "until = 2026-09-30\n",
        ENTRY + "untill = 2026-12-31\n",
    ],
)
def test_wrong_windows(tmp_path: Path, text: str | None) -> None:
    """A file of windows that cannot be used stops the program with a sentence."""
    if text is not None:
        (tmp_path / "versions.toml").write_text(text)
    with pytest.raises(Refusal, match=r"versions\.toml"):
        Schemas(tmp_path)


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
    version = Schemas(tmp_path).versions[0]
    with pytest.raises(Refusal, match="FLXWAGE_20264"):
        Schemas(tmp_path).validator(version)
    with pytest.raises(Refusal, match="FLXWAGE_20264"):
        Schemas(tmp_path).explainer(version)


def test_other_root(tmp_path: Path) -> None:
    """A schema without our root is refused."""
    (tmp_path / "versions.toml").write_text(ENTRY)
    (tmp_path / "FLXWAGE_20264.xsd").write_text(
        '<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:element name="a" type="x:int"/></x:schema>'
    )
    with pytest.raises(Refusal, match="FLXWAGE"):
        Schemas(tmp_path).explainer(Schemas(tmp_path).versions[0])


def test_include_beside(tmp_path: Path) -> None:
    """What a schema includes is looked for beside it, whatever address it gives."""
    source = (SCHEMAS.folder / "FLXWAGE_20264.xsd").read_text()
    cut = source.index('<xs:simpleType name="Identification">')
    head, types = source[:cut] + "</xs:schema>", source[cut:]
    opening = source[source.index("<xs:schema") : source.index("<xs:annotation>")]
    head = head.replace(opening, f'{opening}<xs:include schemaLocation="types.xsd"/>')
    (tmp_path / "versions.toml").write_text(ENTRY)
    (tmp_path / "FLXWAGE_20264.xsd").write_text(head)
    (tmp_path / "types.xsd").write_text(opening + types)
    schemas = Schemas(tmp_path)
    version = SchemaVersion("FLXWAGE_20264.xsd", date(2026, 10, 1), None)
    assert schemas.validator(version) is schemas.validator(version)
    assert "FLXWAGE" == schemas.explainer(version).local
