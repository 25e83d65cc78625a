"""The two references of a line: each is read wherever it stands, and each thing wrong with them is told once."""

from pathlib import Path

import pytest

from flexibatch.adapters.xml.schemas import Schemas
from flexibatch.domain.flxwage.model import Line
from flexibatch.domain.flxwage.rules.judge import LineRules
from flexibatch.domain.flxwage.specimen import JUDGING
from tests.doubles.xml_samples import SCHEMAS, beneficiary, form, message, read, relation, uuid

LINE = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]"
FIRST, SECOND, THIRD = (f"{LINE}/Reference[{nth}]" for nth in (1, 2, 3))


def reference(number: str, origin: str, kind: str = "10") -> str:
    return (
        f"<Reference><ReferenceType>{kind}</ReferenceType><ReferenceOrigin>{origin}</ReferenceOrigin>"
        f"<ReferenceNbr>{number}</ReferenceNbr></Reference>\n"
    )


UUID, OTHER, OWN = reference(uuid(1), "8"), reference(uuid(2), "8"), reference("P-1", "1")


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Schemas:
    """Return a schema that lets any number of references pass, with any type, origin and text."""
    folder = tmp_path_factory.mktemp("lenient")
    text = (SCHEMAS.folder / "FLXWAGE_20251.xsd").read_text()
    text = text.replace(
        'type="RelationReference" maxOccurs="2"', 'type="RelationReference" minOccurs="0" maxOccurs="9"'
    )
    for name in ("RelationReferenceTypeDigits", "RelationReferenceOriginDigits"):
        text = text.replace(f'type="{name}"', 'type="xs:string"')
    start = text.index('<xs:simpleType name="ReferenceNbr">')
    block = text[start : text.index("</xs:simpleType>", start)]
    loose = '<xs:simpleType name="ReferenceNbr"><xs:restriction base="xs:string"/>'
    (folder / "FLXWAGE_20264.xsd").write_text(text.replace(block, loose))
    (folder / "versions.toml").write_text('[[file]]\nfile = "FLXWAGE_20264.xsd"\nfrom = "2025/1"\n')
    return Schemas(folder, 6)


def line_of(folder: Path, references: str, schemas: Schemas = SCHEMAS) -> Line:
    """Read a document whose one line has those references."""
    [found], findings = read(folder, message(form(beneficiary(_with(references)))), schemas)
    assert ([], []) == (findings, list(found.faults))
    return found.lines[0]


def told(line: Line) -> list[tuple[str, str | None]]:
    return [(one.rule, one.location) for one in line.faults]


WELL = {
    "both": (UUID + OWN, (uuid(1), "P-1", 1)),
    "own first": (OWN + UUID, (uuid(1), "P-1", 2)),
    "no own": (UUID, (uuid(1), None, 1)),
    "capitals": (reference(uuid(1).upper(), "8"), (uuid(1).upper(), None, 1)),
    "own is a UUID": (reference(uuid(2), "1") + UUID, (uuid(1), uuid(2), 2)),
    "no-break spaces": (UUID + reference("\u00a0P\u00a0", "1"), (uuid(1), "\u00a0P\u00a0", 1)),
    "64 characters": (UUID + reference("x" * 64, "1"), (uuid(1), "x" * 64, 1)),
    "a space within": (UUID + reference("P 1", "1"), (uuid(1), "P 1", 1)),
}


@pytest.mark.parametrize("case", WELL)
def test_references_are_read_wherever_they_stand(tmp_path: Path, lenient: Schemas, case: str) -> None:
    """UUID and own reference come back as they were sent, with the place of the UUID."""
    references, expected = WELL[case]
    for schemas in (SCHEMAS, lenient):
        line = line_of(tmp_path, references, schemas)
        assert (expected, ()) == ((line.reference, line.own, line.reference_at), line.faults)


ILL = {
    "none": ("", [("schema-missing", FIRST)], [("schema-missing", FIRST)]),
    "no UUID": (OWN, [("reference-missing", SECOND)], None),
    "two UUIDs": (UUID + OTHER, [("schema-cardinality", SECOND)], None),
    "the same UUID twice": (UUID + UUID, [("schema-cardinality", SECOND)], None),
    "two of its own": (
        OWN + reference("P-2", "1"),
        [("schema-cardinality", SECOND), ("reference-missing", SECOND)],
        None,
    ),
    "three": (UUID + OWN + reference("P-2", "1"), [("schema-cardinality", THIRD)], None),
    "three, the UUID last": (OWN + reference("P-2", "1") + UUID, [("schema-cardinality", SECOND)], None),
    "type": (
        reference(uuid(1), "8", "1"),
        [("schema-domain", f"{FIRST}/ReferenceType")],
        [("literal-value", f"{FIRST}/ReferenceType")],
    ),
    "type of its own": (
        UUID + reference("P-1", "1", "11"),
        [("schema-domain", f"{SECOND}/ReferenceType")],
        [("literal-value", f"{SECOND}/ReferenceType")],
    ),
    "origin": (
        UUID + reference("P-1", "2"),
        [("schema-domain", f"{SECOND}/ReferenceOrigin")],
        [("literal-value", f"{SECOND}/ReferenceOrigin")],
    ),
    "origin instead of the UUID's": (
        OWN + reference(uuid(1), "9"),
        [("schema-domain", f"{SECOND}/ReferenceOrigin")],
        [("literal-value", f"{SECOND}/ReferenceOrigin")],
    ),
    "space before": (
        UUID + reference(" P-1", "1"),
        [("schema-domain", f"{SECOND}/ReferenceNbr")],
        [("literal-value", f"{SECOND}/ReferenceNbr")],
    ),
    "space behind": (
        reference("P-1 ", "1") + UUID,
        [("schema-domain", f"{FIRST}/ReferenceNbr")],
        [("literal-value", f"{FIRST}/ReferenceNbr")],
    ),
    "control character": (
        UUID + reference("P&#9;1", "1"),
        [("schema-domain", f"{SECOND}/ReferenceNbr")],
        [("literal-value", f"{SECOND}/ReferenceNbr")],
    ),
    "C1 control character": (
        UUID + reference("P&#133;1", "1"),
        [("schema-domain", f"{SECOND}/ReferenceNbr")],
        [("literal-value", f"{SECOND}/ReferenceNbr")],
    ),
    "empty": (
        UUID + reference("", "1"),
        [("schema-length", f"{SECOND}/ReferenceNbr")],
        [("literal-value", f"{SECOND}/ReferenceNbr")],
    ),
    "too long": (
        UUID + reference("x" * 65, "1"),
        [("schema-length", f"{SECOND}/ReferenceNbr")],
        [("literal-value", f"{SECOND}/ReferenceNbr")],
    ),
}


@pytest.mark.parametrize("case", ILL)
def test_what_is_wrong_is_told_once(tmp_path: Path, lenient: Schemas, case: str) -> None:
    """Each fault has its rule and place, by our schema and by one that lets everything pass."""
    references, strict, loose = ILL[case]
    if strict is not None:
        assert strict == told(line_of(tmp_path, references))
    assert (loose or strict) == told(line_of(tmp_path, references, lenient))


@pytest.mark.parametrize(
    ("references", "place"), [(reference("X", "8") + OWN, FIRST), (OWN + reference("X", "8"), SECOND)]
)
def test_what_is_no_uuid_is_told_where_it_stands(tmp_path: Path, references: str, place: str) -> None:
    """The rule's finding names the second Reference where the own one comes first."""
    [found], _ = read(tmp_path, message(form(beneficiary(_with(references)))))
    (finding,) = LineRules(JUDGING).judge(found, found.lines[0])
    assert ("reference-uuid", "X", f"{place}/ReferenceNbr") == (finding.rule, finding.value, finding.location)


def _with(references: str) -> str:
    whole = relation()
    return whole.replace(whole[whole.index("<Reference>") : whole.index("<Calculation>")], references)
