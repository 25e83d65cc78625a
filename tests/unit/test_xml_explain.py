"""Every fault of a faulty element is told: the rule, the value, the place."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from flexibatch.adapters.xml.element_reader import _refused
from flexibatch.adapters.xml.schemas import Schemas
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Form
from tests.doubles.xml_samples import (
    SCHEMAS,
    SPACE,
    beneficiary,
    faults,
    form,
    message,
    read,
    relation,
    told,
)

LINE = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]"
XSI = "xmlns:i='http://www.w3.org/2001/XMLSchema-instance'"
QUALITY = f"{LINE}/Calculation/Features[1]"
ELEMENT = f"{QUALITY}/FinancialElement[1]"
VALIDATOR = SCHEMAS.validator(*SCHEMAS.files)

CASES = {
    "missing": ("<WorkerCode>050</WorkerCode>", "", [("schema-missing", None, f"{QUALITY}/WorkerCode")]),
    "missing block": (
        message()[message().index("<Features>") : message().index("</Calculation>")],
        "",
        [("schema-missing", None, f"{LINE}/Calculation/Features[1]")],
    ),
    "misspelled": (
        "<WorkerCode>050</WorkerCode>",
        "<Workercode>050</Workercode>",
        [
            ("schema-unknown", "050", f"{QUALITY}/Workercode"),
            ("schema-missing", None, f"{QUALITY}/WorkerCode"),
        ],
    ),
    "other namespace": (
        "<EmployerClass>",
        "<Nickname xmlns='urn:x'>J</Nickname><EmployerClass>",
        [("schema-unknown", "J", f"{QUALITY}/Nickname")],
    ),
    "twice": (
        "<EmployerClass>017</EmployerClass>",
        "<EmployerClass>017</EmployerClass><EmployerClass>018</EmployerClass>",
        [("schema-cardinality", None, f"{QUALITY}/EmployerClass[2]")],
    ),
    "order": (
        "<EmployerClass>017</EmployerClass>\n<WorkerCode>050</WorkerCode>",
        "<WorkerCode>050</WorkerCode>\n<EmployerClass>017</EmployerClass>",
        [("schema-sequence", None, f"{QUALITY}/WorkerCode")],
    ),
    "order and values": (
        "<EmployerClass>017</EmployerClass>\n<WorkerCode>050</WorkerCode>",
        "<WorkerCode>0x0</WorkerCode>\n<EmployerClass>17</EmployerClass>",
        [
            ("schema-not-numeric", "0x0", f"{QUALITY}/WorkerCode"),
            ("schema-length", "17", f"{QUALITY}/EmployerClass"),
            ("schema-sequence", None, f"{QUALITY}/WorkerCode"),
        ],
    ),
    "not numeric": (">100000<", ">1000,00<", [("schema-not-numeric", "1000,00", f"{ELEMENT}/Amount")]),
    "leading zero": (">100000<", ">0100<", [("schema-domain", "0100", f"{ELEMENT}/Amount")]),
    "too long": (">100000<", ">123456789012<", [("schema-length", "123456789012", f"{ELEMENT}/Amount")]),
    "empty": (">100000<", "><", [("schema-length", "", f"{ELEMENT}/Amount")]),
    "not listed": (
        ">0001001000<",
        ">0003001000<",
        [("schema-domain", "0003001000", f"{ELEMENT}/FinancialElementCode")],
    ),
    "no such day": (
        ">2026-10-02<",
        ">2026-02-30<",
        [("schema-domain", "2026-02-30", f"{LINE}/Calculation/CalculationDate")],
    ),
    "year that nothing can hold": (
        ">2026-10-02<",
        ">9999999999-10-02<",
        [("schema-domain", "9999999999-10-02", f"{LINE}/Calculation/CalculationDate")],
    ),
    "space around a day": (
        ">2026-10-02<",
        "> 2026-10-02 <",
        [("literal-value", " 2026-10-02 ", f"{LINE}/Calculation/CalculationDate")],
    ),
    "control character": (
        ">019a1f04-0000-7000-8000-000000000001<",
        ">019a&#9;1f04<",
        [("schema-domain", "019a?1f04", f"{LINE}/Reference[1]/ReferenceNbr")],
    ),
    "attribute": ("<Amount>", "<Amount unit='EUR'>", [("schema-invalid", "EUR", f"{ELEMENT}/Amount")]),
    "text between": ("<Features>", "<Features>x", [("schema-invalid", "x", QUALITY)]),
    "no-break space between": ("<Features>", "<Features>\u00a0", [("schema-invalid", "\u00a0", QUALITY)]),
    "wide space after a line": (
        "</Relation>",
        "</Relation>\u3000",
        [("schema-invalid", "\u3000", "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]")],
    ),
    "next line after an employer": (
        "</Debtor>",
        "</Debtor>\x85",
        [("schema-invalid", "?", "/FLXWAGE/Form[1]")],
    ),
    "nil": (
        "<Amount>",
        "<Amount xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'>",
        [("schema-invalid", "true", f"{ELEMENT}/Amount")],
    ),
    "children in a value": ("<Amount>100000", "<Amount><b/>", [("schema-invalid", "", f"{ELEMENT}/Amount")]),
}


@pytest.mark.parametrize("case", CASES)
def test_fault(tmp_path: Path, case: str) -> None:
    """A fault is told by its rule, with the value and the place."""
    old, new, expected = CASES[case]
    assert old in message()
    assert expected == told(tmp_path, message().replace(old, new, 1))


def test_all_at_once(tmp_path: Path) -> None:
    """Faults in several places are all told, not only the first."""
    text = message(form(beneficiary(), beneficiary()), form())
    text = text.replace("<TypeForm>SU<", "<TypeForm>?<").replace(">017<", ">1<").replace("85073003328", "a")
    rules = sorted(rule for rule, _, _ in told(tmp_path, text))
    assert ["schema-domain"] * 2 + ["schema-length"] * 3 + ["schema-not-numeric"] * 3 == rules


def test_zone(tmp_path: Path) -> None:
    """A finding carries the zone of its element, a stranger that of what holds it."""
    text = message().replace("<WorkerCode>050</WorkerCode>", "<Foo/>")
    forms, _ = read(tmp_path, text)
    assert [("Foo", "99102"), ("WorkerCode", "00037")] == [(one.tag, one.zone) for one in faults(forms)]


def test_deep_stranger(tmp_path: Path) -> None:
    """What stands below a stranger is not looked at."""
    deep = "<Foo>" * 150 + "</Foo>" * 150
    text = message().replace("<EmployerClass>", f"{deep}<EmployerClass>")
    assert [("schema-unknown", None, f"{QUALITY}/Foo")] == told(tmp_path, text)


def test_lenient_schema(tmp_path: Path) -> None:
    """What an official schema may let pass is refused all the same: values, and what must be there."""
    folder = tmp_path / "schemas"
    folder.mkdir()
    source = (SCHEMAS.folder / "FLXWAGE_20251.xsd").read_text()
    start, end = source.index('<xs:simpleType name="ReferenceNbr">'), source.index("</xs:schema>")
    names = [part.split('"')[0] for part in source.split('<xs:simpleType name="')[1:]]
    loose = "".join(
        f'<xs:simpleType name="{name}"><xs:restriction base="xs:string"/></xs:simpleType>' for name in names
    )
    first = source.index('<xs:simpleType name="Identification">')
    text = source[: min(start, first)] + loose + source[end:]
    (folder / "FLXWAGE_20264.xsd").write_text(
        text.replace('type="EmployerClassDigits"', 'type="EmployerClassDigits" minOccurs="0"')
    )
    (folder / "versions.toml").write_text('[[file]]\nfile = "FLXWAGE_20264.xsd"\nfrom = "2025/1"\n')
    lenient = Schemas(folder, 6)
    changed = {
        ">100000<": ">+1<",
        ">050<": ">50<",
        ">85073003328<": ">8507300332<",
        ">SU<": ">su<",
        ">2026-10-02<": ">2026-10-02Z<",
        ">10<": ">11<",
        ">12<": ">012<",
        ">09:15:00.000<": ">09:15:00<",
        ">0400100056<": ">12345678<",
        ">F1<": "> F1<",
        ">2500<": ">0<",
        ">0001001000<": ">1001000<",
        ">019a1f04-0000-7000-8000-000000000001<": ">019a1f04-0000-7000-8000-000000000001 <",
        "<EmployerClass>017</EmployerClass>": "",
    }
    good, _ = read(tmp_path, message(), lenient)
    assert [] == faults(good)
    for old, new in changed.items():
        found, _ = read(
            tmp_path, message(form(beneficiary()), form(beneficiary())).replace(old, new, 1), lenient
        )
        assert ["literal-value" if new else "schema-missing"] == [one.rule for one in faults(found)], (
            old,
            new,
        )


def variants(folder: Path) -> Schemas:
    """Write the newest schema another way: anonymous types, a global element, an extension."""
    text = (SCHEMAS.folder / "FLXWAGE_20251.xsd").read_text()
    text = text.replace('type="Form"', 'type="OneForm"').replace(
        '<xs:complexType name="Form">', '<xs:complexType name="OneForm">'
    )
    text = text.replace(
        '<xs:element name="INSS" type="INSSDigits">',
        '<xs:element ref="INSS">',
    ).replace("</xs:schema>", '<xs:element name="INSS" type="INSSDigits"/></xs:schema>')
    start = text.index('<xs:complexType name="FinancialElement">')
    body = text[start : text.index("</xs:complexType>", start) + len("</xs:complexType>")]
    anonymous = body.replace(' name="FinancialElement"', "")
    text = text.replace(body, "")
    old = text[
        text.index('<xs:element name="FinancialElement" type') : text.index(
            "</xs:element>", text.index('<xs:element name="FinancialElement" type')
        )
        + len("</xs:element>")
    ]
    text = text.replace(
        old, f'<xs:element name="FinancialElement" maxOccurs="unbounded">{anonymous}</xs:element>'
    )
    start = text.index('<xs:complexType name="Calculation">')
    body = text[start : text.index("</xs:complexType>", start) + len("</xs:complexType>")]
    inner = body[body.index("<xs:sequence>") + len("<xs:sequence>") : body.index("</xs:sequence>")]
    first, rest = inner.split('<xs:element name="CalculationDate"')
    text = text.replace(
        body,
        f'<xs:complexType name="Base"><xs:sequence>{first}</xs:sequence></xs:complexType>'
        '<xs:complexType name="Calculation"><xs:complexContent><xs:extension base="Base">'
        f'<xs:sequence><xs:sequence><xs:element name="CalculationDate"{rest}</xs:sequence></xs:sequence>'
        "</xs:extension></xs:complexContent></xs:complexType>",
    )
    folder.mkdir()
    (folder / "FLXWAGE_20264.xsd").write_text(text)
    (folder / "versions.toml").write_text('[[file]]\nfile = "FLXWAGE_20264.xsd"\nfrom = "2025/1"\n')
    return Schemas(folder, 6)


@pytest.mark.parametrize("case", CASES)
def test_equivalent_schema(tmp_path: Path, case: str) -> None:
    """The same schema written another way gives the same findings."""
    other = variants(tmp_path / "other")
    old, new, expected = CASES[case]
    forms, findings = read(tmp_path, message().replace(old, new, 1), other)
    assert expected == [(one.rule, one.value, one.location) for one in (*findings, *faults(forms))]


CHOICE = {
    "either": ("<CompanyID>0400100056</CompanyID>", "", []),
    "neither": (
        "<CompanyID>0400100056</CompanyID>\n<NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>",
        "",
        [("schema-missing", None, "/FLXWAGE/Form[1]/Debtor/CompanyID")],
    ),
    "any order": (
        "<FinancialElementCode>0001001000</FinancialElementCode><Amount>100000</Amount>",
        "<Amount>100000</Amount><FinancialElementCode>0001001000</FinancialElementCode>",
        [],
    ),
    "twice": (
        "<Amount>100000</Amount>",
        "<Amount>100000</Amount><Amount>1</Amount>",
        [("schema-cardinality", None, f"{ELEMENT}/Amount[2]")],
    ),
    "missing": ("<Amount>100000</Amount>", "", [("schema-missing", None, f"{ELEMENT}/Amount")]),
    "required attribute": (" unit='cent'", "", [("schema-missing", None, f"{ELEMENT}/Amount")]),
    "wrong attribute": ("unit='cent'", "unit='euro'", [("schema-invalid", "euro", f"{ELEMENT}/Amount")]),
    "own type": ("unit='cent'", f"unit='cent' xmlns:t='{SPACE}' {XSI} i:type='t:Cents'", []),
    "other type": (
        "unit='cent'",
        f"unit='cent' xmlns:t='{SPACE}' {XSI} i:type='t:Form'",
        [("schema-invalid", "t:Form", f"{ELEMENT}/Amount")],
    ),
    "number": ("100000", "10a", [("schema-not-numeric", "10a", f"{ELEMENT}/Amount")]),
    "range": ("100000", "0", [("schema-domain", "0", f"{ELEMENT}/Amount")]),
    "digits": ("100000", "123456789012", [("schema-length", "123456789012", f"{ELEMENT}/Amount")]),
    "wildcard": ("</Features>", "<o:x xmlns:o='urn:o'/></Features>", []),
}


def choosing(folder: Path) -> Schemas:
    """Write a schema of the same message with choice, all, attributes, a wildcard and numbers."""
    text = (SCHEMAS.folder / "FLXWAGE_20251.xsd").read_text()
    number = '<xs:element name="NOSSRegistrationNbr" type="NOSSRegistrationNbrDigits"/>'
    perhaps = number.replace("/>", ' minOccurs="0"/>')
    start, end = text.index('<xs:element name="CompanyID"'), text.index('<xs:element name="Beneficiary"')
    company = '<xs:element name="CompanyID" type="CompanyIDDigits"/>'
    either = f"<xs:sequence>{company}{perhaps}</xs:sequence>{number}"
    text = f"{text[:start]}<xs:choice>{either}</xs:choice>{text[end:]}"
    start = text.index('<xs:complexType name="FinancialElement">')
    block = text[start : text.index("</xs:complexType>", start)]
    text = text.replace(block, block.replace("xs:sequence>", "xs:all>"))
    text = text.replace('type="AmountDigits"', 'type="Cents"').replace(
        "</xs:schema>",
        """<xs:complexType name="Cents"><xs:simpleContent><xs:extension base="Whole">
        <xs:attribute name="unit" use="required"><xs:simpleType><xs:restriction base="xs:string">
        <xs:enumeration value="cent"/></xs:restriction></xs:simpleType></xs:attribute>
        </xs:extension></xs:simpleContent></xs:complexType>
        <xs:simpleType name="Whole"><xs:restriction base="xs:positiveInteger"><xs:totalDigits value="11"/>
        </xs:restriction></xs:simpleType></xs:schema>""",
    )
    start = text.index('<xs:complexType name="Features">')
    block = text[start : text.index("</xs:complexType>", start)]
    wild = '<xs:any namespace="##other" processContents="skip" minOccurs="0"/></xs:sequence>'
    text = text.replace(block, block.replace("</xs:sequence>", wild))
    folder.mkdir()
    (folder / "FLXWAGE_20264.xsd").write_text(text)
    (folder / "versions.toml").write_text('[[file]]\nfile = "FLXWAGE_20264.xsd"\nfrom = "2025/1"\n')
    return Schemas(folder, 6)


@pytest.mark.parametrize("case", CHOICE)
def test_choosing_schema(tmp_path: Path, case: str) -> None:
    """Choice, all, attributes, wildcards and numeric types are explained too, in a faulty surrounding."""
    schemas = choosing(tmp_path / "other")
    old, new, expected = CHOICE[case]
    text = message().replace("<Amount>", "<Amount unit='cent'>")
    old, new = (one.replace("<Amount>", "<Amount unit='cent'>") for one in (old, new))
    assert old in text
    for shadow in ("", "<Foo/>"):
        changed = text.replace(old, new, 1).replace("<TypeForm>", f"{shadow}<TypeForm>")
        forms, findings = read(tmp_path, changed, schemas)
        found = [(one.rule, one.value, one.location) for one in (*findings, *faults(forms))]
        assert expected == [one for one in found if not (one[2] or "").endswith("/Foo")]


def test_what_is_not_explained() -> None:
    """A Form libxml2 refuses for a reason that is not found is refused all the same."""
    one = Form(1, None, None, None, None, None, None, None, None, ())
    [found] = _refused(one).faults
    assert ("schema-invalid", "/FLXWAGE/Form[1]") == (found.rule, found.location)
    assert _refused(one).faults == _refused(_refused(one)).faults


TEXT = message(form(beneficiary(), beneficiary(relation("a"), relation("b"))), form())


def valid(data: bytes) -> bool:
    """Ask lxml alone whether a document is well-formed and fits the schema."""
    try:
        parser = etree.XMLParser(
            remove_blank_text=True, remove_comments=True, remove_pis=True, resolve_entities=False
        )
        return bool(VALIDATOR.validate(etree.fromstring(data, parser)))
    except etree.XMLSyntaxError:
        return False


@st.composite
def corrupted(draw: st.DrawFn) -> bytes:
    """Change one thing in a good document."""
    tree = etree.fromstring(TEXT.encode())
    elements = list(tree.iter("*"))
    element = elements[draw(st.integers(1, len(elements) - 1))]
    parent = element.getparent()
    how = draw(
        st.sampled_from(["drop", "double", "rename", "move", "text", "tail", "attribute", "bytes", "space"])
    )
    if parent is None or how == "bytes":
        at = draw(st.integers(100, len(TEXT) - 1))
        return (
            TEXT.encode()[:at]
            + draw(st.sampled_from([b"", b"<", b"&", b"\xff", b"x"]))
            + TEXT.encode()[at + 1 :]
        )
    if how == "drop":
        parent.remove(element)
    elif how == "double":
        parent.insert(
            draw(st.integers(0, len(parent))), etree.fromstring(etree.tostring(element, with_tail=False))
        )
    elif how == "rename":
        element.tag = draw(
            st.sampled_from([f"{{{SPACE}}}Foo", f"{{{SPACE}}}Relation", f"{{{SPACE}}}INSS", "Form"])
        )
    elif how == "move":
        parent.insert(draw(st.integers(0, len(parent) - 1)), element)
    elif how == "text":
        element.text = draw(
            st.sampled_from(["", "x", "0", "1", "050", "2026-09-31", "2026-09-30", "9" * 70, "é"])
        )
    elif how == "tail":
        element.tail = "x"
    elif how == "attribute":
        element.set(draw(st.sampled_from(["a", "{http://www.w3.org/2001/XMLSchema-instance}nil"])), "true")
    else:
        element.text = f" {element.text or ''}"
    return bytes(etree.tostring(tree))


def _beyond_a_schema(one: Finding) -> bool:
    """Return whether a finding is about how a value is written, or about which references of a line there are."""
    twice = one.rule == "schema-cardinality" and one.tag == "Reference"
    return twice or one.rule in {"literal-value", "reference-missing"}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(corrupted())
def test_as_lxml_judges(tmp_path: Path, data: bytes) -> None:
    """A document with one thing changed is refused just when lxml refuses it (or no schema can tell what is wrong)."""
    forms, findings = read(tmp_path, data)
    found = [*findings, *faults(forms)]
    if valid(data):
        assert [] == [one for one in found if not _beyond_a_schema(one)]
    else:
        assert found
