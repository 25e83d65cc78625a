"""Wage files: read to the end or refused, with and without elements alike, in one part or in several."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from flexibatch.adapters.xml import element_reader
from flexibatch.adapters.xml.element_reader import Source
from flexibatch.adapters.xml.prolog import read_prolog
from flexibatch.adapters.xml.reader import DocumentReader
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Form
from flexibatch.errors import DocumentBroken
from tests.doubles.xml_samples import DAY, SCHEMAS
from tests.fuzz.invariants import require, require_storable, workplace

PIECES = rb"<[^<>]*>|[^<>]+|[<>]"
Told = tuple[list[Form], list[Finding]]

[NEWEST] = SCHEMAS.files
READER = DocumentReader(SCHEMAS)


def check(data: bytes) -> None:
    """Read a document in each way there is."""
    whole = _folder() / "whole"
    whole.write_bytes(data)
    halves = _folder() / "first", _folder() / "second"
    for path, half in zip(halves, (data[: len(data) // 2], data[len(data) // 2 :]), strict=True):
        path.write_bytes(half)
    told = _read([whole])
    require(holds=told == _read(list(halves)), otherwise="parts that are cut say something else")
    require_storable(told)
    _compare(whole)


@cache
def _folder() -> Path:
    return workplace()


def _read(parts: list[Path]) -> Told:
    document = READER.read(parts, on=DAY)
    forms, findings = _drained(lambda _found: iter(document))
    findings.extend(document.findings)
    for form in forms:
        asked = [one.location for one in _faults(form) if one.location is not None]
        document.places(form.number, asked)
    return forms, findings


def _compare(path: Path) -> None:
    """Hold what both readers say together to what the reader of elements says alone."""
    try:
        prolog = read_prolog([path])
    except DocumentBroken:
        return
    if prolog.findings:
        return
    source = Source([path], prolog.encoding, SCHEMAS.validator(NEWEST), SCHEMAS.explainer(NEWEST))
    alone = _drained(lambda found: element_reader.explained(source, 0, found))
    both = _drained(lambda found: element_reader.forms(source, found))
    require(holds=alone == both, otherwise="the two readers say different things")


def _drained(forms: Callable[[list[Finding]], Iterator[Form]]) -> Told:
    """Read to the end; what was given before the document broke counts for nothing."""
    found: list[Form] = []
    findings: list[Finding] = []
    try:
        found.extend(forms(findings))
    except DocumentBroken as broken:
        return [], list(broken.findings)
    return found, findings


def _faults(form: Form) -> Iterator[Finding]:
    yield from form.faults
    for line in form.lines:
        yield from line.faults
