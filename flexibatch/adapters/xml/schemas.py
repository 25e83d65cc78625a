"""The FLXWAGE schemas in their folder: which version a message is of, and by which file it is judged."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

import xmlschema
from lxml import etree

from flexibatch.adapters.xml.explain import root_node
from flexibatch.adapters.xml.names import NAMESPACE
from flexibatch.adapters.xml.nodes import Node
from flexibatch.adapters.xml.versions import FILE, VERSIONS, read_versions
from flexibatch.domain.findings import Finding, shown
from flexibatch.domain.schema_versions import Quarter, SchemaVersion, quarter_named
from flexibatch.errors import Refusal

_OURS = b"this is not the institution's file"


@dataclass(frozen=True, slots=True)
class ListedSchema:
    """What the operator is shown of a version: the digest of its file, and whether that is ours."""

    version: SchemaVersion
    sha256: str
    ours: bool


class Schemas:
    """Give the schemas of a folder, each file read once, when it is first asked for.

    Nothing is fetched: what a schema includes or imports must stand in the same folder. A version is open for
    `open_quarters` quarters, its own included.
    """

    def __init__(self, folder: Path, open_quarters: int) -> None:
        """Read which file is in force when; a `Refusal` says what is wrong with that."""
        self.folder = folder
        self.versions = read_versions(folder / VERSIONS, open_quarters)
        self.validator = cache(self._validator)
        self.explainer = cache(self._explainer)

    @property
    def files(self) -> tuple[str, ...]:
        """Name the files that are in force in some quarter."""
        return tuple(dict.fromkeys(self.versions.files.values()))

    def choose(
        self, schema_location: str | None, on: date, *, passed_by: str | None = None
    ) -> SchemaVersion | Finding:
        """Choose the version a message is judged by, or tell why there is none.

        The version by which an earlier run passed is taken again, whatever its window is now. Else only the
        file name in the entry of our namespace counts; without `schema_location` it is that of the day's quarter.
        """
        again = quarter_named(passed_by or "")
        if again is not None:
            return self.versions.of(again)
        if schema_location is None:
            return self._taken(None, Quarter.of(on), on)
        file = _named_file(schema_location)
        if file is None:
            newest = {"newest": self.versions.of(Quarter.of(on)).name}
            return Finding("schema-location", "", "schemaLocation", shown(schema_location), details=newest)
        return self._taken(file, quarter_named(file.removesuffix(".xsd")), on)

    def listing(self, today: date) -> tuple[ListedSchema, ...]:
        """List every version that is open on a day, oldest first."""
        told = {file: self._bytes(file) for file in self.files}
        return tuple(
            ListedSchema(one, sha256(told[one.file]).hexdigest(), _OURS in told[one.file])
            for one in self.versions.open_on(today)
        )

    def _taken(self, file: str | None, quarter: Quarter | None, on: date) -> SchemaVersion | Finding:
        """Return the version of a quarter if it is taken on a day; `file` is how the message named it."""
        tag, value = ("schemaLocation", shown(file)) if file else (None, None)
        name = file.removesuffix(".xsd") if file else "FLXWAGE"
        details = {"schema": name, "open": ", ".join(one.name for one in self.versions.open_on(on))}
        if quarter is None or not self.versions.knows(quarter):
            return Finding("schema-version", tag=tag, value=value, details=details)
        version = self.versions.of(quarter)
        if version.open_on(on):
            return version
        details |= {"from": version.opens.isoformat(), "until": version.until.isoformat()}
        return Finding("schema-window", tag=tag, value=value, details=details)

    def _bytes(self, file: str) -> bytes:
        path = self.folder / file
        try:
            return path.read_bytes()
        except OSError as exc:
            raise Refusal(
                f"The schema {path} of {VERSIONS} cannot be read ({exc.strerror}): put the file in place "
                "or take its entry out."
            ) from exc

    def _validator(self, file: str) -> etree.XMLSchema:
        self._bytes(file)
        path = self.folder / file
        try:
            parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
            parser.resolvers.add(_Beside(self.folder))
            return etree.XMLSchema(etree.parse(path, parser))
        except etree.LxmlError as exc:
            raise Refusal(
                f"The schema {path} is no XML schema that can be used ({exc}): put a good file in place."
            ) from exc

    def _explainer(self, file: str) -> Node:
        self._bytes(file)
        path = self.folder / file
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
        """Return the file of the wanted name, out of the folder, whatever the address says."""
        del public_id
        name = re.split(r"[/\\]", system_url)[-1]
        beside = str(self._folder / name)
        return self.resolve_filename(beside, context)  # type: ignore[attr-defined]  # the stubs leave it out


def _named_file(schema_location: str) -> str | None:
    """Return the file name in the entry of our namespace, None where there is none of the right form."""
    words = schema_location.split()
    places = [place for space, place in zip(words[::2], words[1::2], strict=False) if space == NAMESPACE]
    names = [re.split(r"[/\\]", place)[-1] for place in places]
    return next((name for name in names if FILE.fullmatch(name)), None)
