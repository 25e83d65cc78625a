"""What is written plainly is read without elements, and never otherwise than with them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flexibatch.adapters.xml import element_reader, fast_reader
from flexibatch.adapters.xml.element_reader import Source
from flexibatch.domain.counting import LINES_LIMIT
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Form
from flexibatch.errors import DocumentBroken
from tests.doubles.xml_samples import SCHEMAS, beneficiary, form, message, relation, uuid

[NEWEST] = SCHEMAS.files
VALIDATOR, NODE = SCHEMAS.validator(NEWEST), SCHEMAS.explainer(NEWEST)
BEGIN, _, REST = relation("é").partition("<Features>")
QUALITY = "<Features>" + REST.partition("</Features>")[0] + "</Features>"
CANCELLED = form(beneficiary(BEGIN.partition("<Calculation>")[0] + "</Relation>")).replace("us>0<", "us>3<")
MANY = BEGIN + QUALITY * 3 + "</Calculation></Relation>"
TEXT = message(form(beneficiary(relation("a"), relation("b")), beneficiary(MANY)), CANCELLED, form())

REFERENCE = (
    "<Reference><ReferenceType>10</ReferenceType><ReferenceOrigin>{}</ReferenceOrigin>"
    "<ReferenceNbr>[^<]*</ReferenceNbr></Reference>"
)
UUID, OWN = re.compile(REFERENCE.format(8)), re.compile(REFERENCE.format(1))


def swapped(text: str) -> str:
    """Put the declarant's own reference before the UUID."""
    return re.sub(f"({UUID.pattern})\n({OWN.pattern})", r"\2\n\1", text)


PLAIN = {
    "as it comes": TEXT,
    "without spaces": TEXT.replace("\n", ""),
    "lines of another system": TEXT.replace("\n", "\r\n"),
    "marked": "\ufeff" + TEXT,
    "undeclared": TEXT.partition("\n")[2],
    "open at the end": TEXT.rstrip().replace("</FLXWAGE>", "</FLXWAGE \n>"),
    "own reference first": swapped(TEXT),
    "no own reference": OWN.sub("", TEXT),
    "key of an earlier Form": TEXT.replace("<ReferenceType>1<", "<ReferenceType>3<"),
    "one number": TEXT.replace("<CompanyID>0400100056</CompanyID>", ""),
}
OTHERWISE = {
    "comment": TEXT.replace("<Debtor>", "<!-- </Form> --><Debtor>"),
    "comment at the end": TEXT + "<!-- -->",
    "entity": TEXT.replace("-7000-8000-", "-7000&#45;8000-"),
    "section": TEXT.replace("100000", "<![CDATA[100000]]>"),
    "attribute": TEXT.replace("<Debtor>", '<Debtor xmlns:x="urn:x">'),
    "empty": message("").replace("<Form>", ""),
    "too many lines": message(form(beneficiary(*[relation("a")] * (LINES_LIMIT + 1)))),
    "endless worker": TEXT.replace("<INSS>", " " * 2 * fast_reader.UNIT_LIMIT + "<INSS>", 1),
    "not ended": TEXT.replace("</FLXWAGE>", ""),
    "fault": TEXT.replace("<TypeForm>SU", "<TypeForm>XX"),
    "no UUID": UUID.sub("", TEXT, count=1),
    "own reference twice": OWN.sub(lambda found: found[0] * 2, UUID.sub("", TEXT, count=1), count=1),
    "two UUIDs": UUID.sub(lambda found: found[0] * 2, OWN.sub("", TEXT), count=1),
    "three references": OWN.sub(lambda found: found[0] * 2, TEXT, count=1),
    "not literal": TEXT.replace("2026-09-01", " 2026-09-01"),
    "other bytes": TEXT.replace("é", "\udcff"),
}


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes into chunks."""
    return (data[at : at + size] for at in range(0, len(data), size))


def encoded(text: str) -> bytes:
    """Write a text as UTF-8, broken where it is to be."""
    return text.encode(errors="surrogateescape")


@pytest.mark.parametrize("size", [1, 100, 100_000])
@pytest.mark.parametrize("case", PLAIN)
def test_plain(case: str, size: int) -> None:
    """A document without anything odd is read as it stands, however it is cut."""
    forms = list(fast_reader.forms(pieces(encoded(PLAIN[case]), size), "utf-8", VALIDATOR))
    assert [1, 2, 3] == [one.number for one in forms]
    assert [["a", "b", "é"], ["é"], [uuid(1)]] == [[line.reference for line in one.lines] for one in forms]


@pytest.mark.parametrize("case", OTHERWISE)
def test_otherwise(case: str) -> None:
    """Whatever is odd, or wrong, is left to the reader of elements."""
    chunks = pieces(encoded(OTHERWISE[case]), element_reader.ERROR_LIMIT)
    with pytest.raises(fast_reader.NotPlain):
        list(fast_reader.forms(chunks, "utf-8", VALIDATOR))


Told = tuple[list[Form], list[Finding]]


def told(forms: Callable[[list[Finding]], Iterator[Form]]) -> Told:
    """Read to the end: the Forms, and what refuses the file."""
    found: list[Form] = []
    findings: list[Finding] = []
    try:
        found.extend(forms(findings))
    except DocumentBroken as broken:
        return [], list(broken.findings)
    return found, findings


ODD = (
    *("<", ">", "&", "&amp;", "x", " ", "\r", "é", "\udcff", "\x00", "]]>", "<!-- ", " -->", "<?x ", "?>"),
    *(
        "<![CDATA[",
        '<INSS xmlns="">',
        "</Beneficiary>",
        "</Form>",
        "</FLXWAGE>",
        "<Form>",
        "<Foo/>",
        "<!DOCTYPE x>",
    ),
)


@st.composite
def changed(draw: st.DrawFn) -> str:
    """Cut something out of a document, put something in, or put a stretch of it elsewhere."""
    text = TEXT
    for _ in range(draw(st.integers(0, 2))):
        start, size, to = draw(
            st.tuples(st.integers(90, len(text)), st.integers(0, 400), st.integers(90, len(text)))
        )
        put = draw(st.sampled_from([*ODD, text[start : start + size]]))
        cut = draw(st.sampled_from([0, 0, 1, size]))
        text = text[:to] + put + text[to + cut :]
    return text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=changed(), size=st.sampled_from([40, 700, 100_000]))
def test_never_otherwise(tmp_path: Path, text: str, size: int) -> None:
    """Whatever is done to a document, both readers together say just what the reader of elements says alone."""
    path = tmp_path / "document.xml"
    path.write_bytes(encoded(text))
    source = Source([path], "utf-8", VALIDATOR, NODE)
    alone = told(lambda findings: element_reader.explained(source, 0, findings))

    def both(findings: list[Finding]) -> Iterator[Form]:
        given = 0
        try:
            for one in fast_reader.forms(pieces(encoded(text), size), "utf-8", VALIDATOR):
                given += 1
                yield one
        except fast_reader.NotPlain:
            yield from element_reader.explained(source, given, findings)

    assert alone == told(both)
