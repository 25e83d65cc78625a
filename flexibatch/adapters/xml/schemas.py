"""The FLXWAGE schemas in their folder: which one a message is judged by, and on which days."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeGuard

import xmlschema
from lxml import etree

from flexibatch.adapters.xml.explain import root_node
from flexibatch.adapters.xml.names import NAMESPACE
from flexibatch.adapters.xml.nodes import Node
from flexibatch.domain.findings import Finding, shown
from flexibatch.errors import Refusal

WINDOWS = "versions.toml"
_FILE = re.compile(r"FLXWAGE_[0-9]{5}\.xsd")
_OURS = b"this is not the institution's file"


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """Hold one schema file and the days of reception it is taken on, ends included; no `until` = open."""

    file: str
    opens: date
    until: date | None

    @property
    def name(self) -> str:
        """Give the file's name without `.xsd`: what answers tell of it."""
        return self.file.removesuffix(".xsd")

    def open_on(self, day: date) -> bool:
        """Tell whether the version is taken on a day."""
        return self.opens <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class ListedSchema:
    """Hold what the operator is shown of a version."""

    version: SchemaVersion
    open_today: bool
    sha256: str
    ours: bool


class Schemas:
    """Give the schemas of a folder, each read once, when it is first asked for.

    Nothing is fetched: what a schema includes or imports must stand in the same folder.
    """

    def __init__(self, folder: Path) -> None:
        """Read the windows; a `Refusal` says what is wrong with them."""
        self.folder = folder
        self.versions = _windows(folder / WINDOWS)
        self.validator = cache(self._validator)
        self.explainer = cache(self._explainer)

    def choose(
        self, schema_location: str | None, on: date, *, passed_by: str | None = None
    ) -> SchemaVersion | Finding:
        """Choose the version a message is judged by, or tell why there is none.

        The schema by which an earlier run passed is taken again, whatever its window is now. Else only the
        file name in the entry of our namespace counts; without `schema_location` it is the newest one open.
        """
        again = [one for one in self.versions if one.name == passed_by]
        if again:
            return max(again, key=_age)
        if schema_location is None:
            open_ones = [one for one in self.versions if one.open_on(on)]
            return max(
                open_ones or (self.versions if passed_by else ()),
                key=_age,
                default=Finding("schema-version", details={"schema": "FLXWAGE", "open": self._open(on)}),
            )
        file = _named_file(schema_location)
        if file is None:
            return Finding("schema-location", tag="schemaLocation", value=shown(schema_location))
        return self._taken(file, on)

    def listing(self, today: date) -> tuple[ListedSchema, ...]:
        """List every version with its window and file, oldest first."""
        return tuple(
            ListedSchema(one, one.open_on(today), sha256(content).hexdigest(), _OURS in content)
            for one in sorted(self.versions, key=_age)
            for content in [self._bytes(one)]
        )

    def _taken(self, file: str, on: date) -> SchemaVersion | Finding:
        details = {"schema": file.removesuffix(".xsd"), "open": self._open(on)}
        named = [one for one in self.versions if one.file == file]
        if not named:
            return Finding("schema-version", tag="schemaLocation", value=shown(file), details=details)
        taken = next((one for one in named if one.open_on(on)), None)
        if taken is not None:
            return taken
        version = max(named, key=_age)
        details |= {
            "from": version.opens.isoformat(),
            "until": version.until.isoformat() if version.until else "…",
        }
        return Finding("schema-window", tag="schemaLocation", value=shown(file), details=details)

    def _open(self, day: date) -> str:
        """Name the versions that are taken on a day, oldest first."""
        return ", ".join(
            dict.fromkeys(one.name for one in sorted(self.versions, key=_age) if one.open_on(day))
        )

    def _bytes(self, version: SchemaVersion) -> bytes:
        path = self.folder / version.file
        try:
            return path.read_bytes()
        except OSError as exc:
            raise Refusal(
                f"The schema {path} of {WINDOWS} cannot be read ({exc.strerror}): put the file in place "
                "or take its entry out."
            ) from exc

    def _validator(self, version: SchemaVersion) -> etree.XMLSchema:
        self._bytes(version)
        path = self.folder / version.file
        try:
            parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
            parser.resolvers.add(_Beside(self.folder))
            return etree.XMLSchema(etree.parse(path, parser))
        except etree.LxmlError as exc:
            raise Refusal(
                f"The schema {path} is no XML schema that can be used ({exc}): put a good file in place."
            ) from exc

    def _explainer(self, version: SchemaVersion) -> Node:
        self._bytes(version)
        path = self.folder / version.file
        try:
            schema = xmlschema.XMLSchema10(
                str(path), base_url=str(self.folder), allow="sandbox", defuse="always", use_fallback=False
            )
        except (xmlschema.XMLSchemaException, OSError, ValueError, SyntaxError) as exc:
            raise Refusal(
                f"The schema {path} cannot be used to explain faults ({exc}): put a good file in place."
            ) from exc
        node = root_node(schema)
        if node is None:
            raise Refusal(
                f"The schema {path} declares no root FLXWAGE of {NAMESPACE}: put a good file in place."
            )
        return node


class _Beside(etree.Resolver):
    """Let a schema include nothing but files of its own folder."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder."""
        self._folder = folder.resolve()

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]
        """Give the file of the wanted name, out of the folder, whatever the address says."""
        del public_id
        name = re.split(r"[/\\]", system_url)[-1]
        beside = str(self._folder / name)
        return self.resolve_filename(beside, context)  # type: ignore[attr-defined]  # the stubs leave it out


def _age(version: SchemaVersion) -> tuple[str, date]:
    """Give what orders versions: the year and quarter in their names, then their first day."""
    return version.file, version.opens


def _named_file(schema_location: str) -> str | None:
    """Give the file name in the entry of our namespace, None where there is none of the right form."""
    words = schema_location.split()
    places = [place for space, place in zip(words[::2], words[1::2], strict=False) if space == NAMESPACE]
    names = [re.split(r"[/\\]", place)[-1] for place in places]
    return next((name for name in names if _FILE.fullmatch(name)), None)


def _windows(path: Path) -> tuple[SchemaVersion, ...]:
    try:
        with path.open("rb") as stream:
            entries = tomllib.load(stream).get("version")
    except OSError as exc:
        raise Refusal(
            f"{path} cannot be read ({exc.strerror}): set `schemas` to the folder it stands in."
        ) from exc
    except ValueError as exc:
        raise Refusal(f"{path} is no TOML ({exc}): mend it.") from exc
    if not isinstance(entries, list) or not entries:
        raise Refusal(f"{path} names no schema: give it at least one [[version]] with file and from.")
    return tuple(_window(path, entry) for entry in entries)


def _window(path: Path, entry: object) -> SchemaVersion:
    if not isinstance(entry, Mapping):
        raise Refusal(f"{path}: a [[version]] is a table with file, from and perhaps until.")
    file, opens, until = entry.get("file"), entry.get("from"), entry.get("until")
    unknown = sorted(set(entry) - {"file", "from", "until"})
    if unknown:
        raise Refusal(f"{path}: a [[version]] has no {unknown[0]!r}; only file, from and until are known.")
    if not isinstance(file, str) or not _FILE.fullmatch(file):
        raise Refusal(f"{path}: {file!r} is no file name like FLXWAGE_20264.xsd.")
    if not _is_day(opens) or not (until is None or _is_day(until)):
        raise Refusal(f"{path}: {file} needs from (and until, where there is one) as days like 2026-10-01.")
    if until is not None and until < opens:
        raise Refusal(f"{path}: the window of {file} ends before it begins.")
    return SchemaVersion(file, opens, until)


def _is_day(value: object) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)
