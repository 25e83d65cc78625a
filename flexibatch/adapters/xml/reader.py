"""Read FLXWAGE documents: Form by Form, with everything that is wrong with them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from flexibatch.adapters.xml.element_reader import Source, forms
from flexibatch.adapters.xml.locate import Locator, document_lines
from flexibatch.adapters.xml.names import ROOT
from flexibatch.adapters.xml.prolog import Prolog, read_prolog
from flexibatch.adapters.xml.schemas import Schemas
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Form
from flexibatch.errors import DocumentBroken


class FileDocument:
    """Read one joined document; fulfils the port `Document`."""

    def __init__(self, source: Source | None, schema: str, findings: Sequence[Finding]) -> None:
        """Take what is read; without a source the document is refused for its beginning."""
        self.schema = schema
        self._source, self._beginning = source, tuple(findings)
        self._found: list[Finding] = []
        self._locator: Locator | None = None

    @property
    def findings(self) -> Sequence[Finding]:
        """Return what refuses the whole file, as far as it was read."""
        return (*self._beginning, *self._found)

    def __iter__(self) -> Iterator[Form]:
        """Yield the Forms in document order; raise `DocumentBroken` where the document cannot be read on."""
        self._found = []
        if self._source is None:
            return
        found: list[Finding] = []
        yield from forms(self._source, found)
        self._found = self._placed(found)

    def places(self, form: int, locations: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """Return line and column of locations in a Form; Forms are asked for in increasing order."""
        if self._source is None:
            return {}
        self._locator = self._locator or Locator(self._source.parts, self._source.encoding)
        return self._locator.lines(form, locations)

    def _placed(self, found: list[Finding]) -> list[Finding]:
        wanted = {one.location for one in found if one.location is not None}
        if self._source is None or not wanted:
            return found
        places = document_lines(self._source.parts, self._source.encoding, wanted)
        unknown = (None, None)
        return [
            replace(one, line=line, column=column)
            for one in found
            for line, column in [places.get(one.location or "", unknown)]
        ]


class DocumentReader:
    """Read documents by the schemas of one folder."""

    def __init__(self, schemas: Schemas) -> None:
        """Keep the schemas."""
        self._schemas = schemas

    def read(self, parts: Sequence[Path], *, on: date, passed_by: str | None = None) -> FileDocument:
        """Read the beginning of the joined parts and choose the schema by the day of reception.

        The parts are byte slices in order. `passed_by` names the schema that an earlier run was judged by.
        """
        try:
            prolog = read_prolog(parts)
        except DocumentBroken as exc:
            return FileDocument(None, "", exc.findings)
        if prolog.findings:
            return FileDocument(None, "", prolog.findings)
        return self._opened(parts, prolog, on, passed_by=passed_by)

    def _opened(
        self, parts: Sequence[Path], prolog: Prolog, on: date, *, passed_by: str | None
    ) -> FileDocument:
        version = self._schemas.choose(prolog.schema_location, on, passed_by=passed_by)
        if isinstance(version, Finding):
            return FileDocument(None, "", [replace(version, location=f"/{ROOT}", line=prolog.line)])
        source = Source(
            parts,
            prolog.encoding,
            self._schemas.validator(version.file),
            self._schemas.explainer(version.file),
        )
        return FileDocument(source, version.name, ())
