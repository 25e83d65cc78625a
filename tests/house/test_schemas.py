"""The schemas are sound, say what the description says, and can be swapped without a change elsewhere."""

import json
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
from lxml import etree
from xmlschema import XMLSchema10

SCHEMAS = Path(__file__).parents[2] / "schemas"
XS = "{http://www.w3.org/2001/XMLSchema}"
MESSAGE_SCHEMA = "FLXWAGE_20251"

MESSAGE = """
<FLXWAGE xmlns="http://socialsecurity.be/xml/ns/FLXWAGE">
  <Form>
    <Identification>FLXWAGE</Identification>
    <FormCreationDate>2026-10-05</FormCreationDate>
    <FormCreationHour>09:15:00.000</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>SU</TypeForm>
    <Reference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>1</ReferenceOrigin>
      <ReferenceNbr>OCT-BAR</ReferenceNbr>
    </Reference>
    <Debtor>
      <CompanyID>0400100056</CompanyID>
      <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
      <Beneficiary>
        <INSS>85073003328</INSS>
        <Relation>
          <RelationType>1</RelationType>
          <Reference>
            <ReferenceType>10</ReferenceType>
            <ReferenceOrigin>8</ReferenceOrigin>
            <ReferenceNbr>019a1f04-5c11-7d3e-9b52-0f6a51c2d871</ReferenceNbr>
          </Reference>
          <Reference>
            <ReferenceType>10</ReferenceType>
            <ReferenceOrigin>1</ReferenceOrigin>
            <ReferenceNbr>september2026</ReferenceNbr>
          </Reference>
          <Calculation>
            <CalculationPeriodStartingDate>2026-09-01</CalculationPeriodStartingDate>
            <CalculationPeriodEndingDate>2026-09-30</CalculationPeriodEndingDate>
            <CalculationDate>2026-10-02</CalculationDate>
            <Features>
              <ValidityPeriodStartingDate>2026-09-01</ValidityPeriodStartingDate>
              <ValidityPeriodEndingDate>2026-09-30</ValidityPeriodEndingDate>
              <EmployerClass>017</EmployerClass>
              <WorkerCode>050</WorkerCode>
              <FinancialElement>
                <FinancialElementType>1</FinancialElementType>
                <FinancialElementCode>0002001000</FinancialElementCode>
                <Amount>15000</Amount>
                <BonusPaymentFrequency>2</BonusPaymentFrequency>
              </FinancialElement>
            </Features>
          </Calculation>
        </Relation>
      </Beneficiary>
    </Debtor>
  </Form>
</FLXWAGE>
"""

ACKNOWLEDGEMENT = """
<ACRF>
  <Form>
    <Identification>ACRF001</Identification>
    <FormCreationDate>2026-10-05</FormCreationDate>
    <FormCreationHour>09:16:02.417</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>FA</TypeForm>
    <FileReference>
      <FileName>GO.FLEX.000640.20261005.00001.R.1</FileName>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>7K2M9Q4XW1B3F</ReferenceNbr>
    </FileReference>
    <ReceptionResult>
      <ResultCode>0</ResultCode>
      <ErrorID>ACRF-133</ErrorID>
    </ReceptionResult>
  </Form>
</ACRF>
"""

DECLARATIONS = f"""
<Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="2" accepted="1" unchanged="0" refused="1"
    sha256="{"0f" * 32}" schema="FLXWAGE_20263" catalogue="2026.1" register="2026-10-05T04:00:00Z">
  <Declaration reference="1" own="september2026" inss="85073003328" outcome="accepted" ticket="M4X8C1V6Z9P0S"
    version="1"/>
  <Declaration reference="2" outcome="refused"><Code>00024-152</Code></Declaration>
</Declarations>
"""

NOTIFICATION = f"""
<NOTIFICATION>
  <Form>
    <Identification>NOTI001</Identification>
    <FormCreationDate>2026-10-05</FormCreationDate>
    <FormCreationHour>09:16:02.417</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>FA</TypeForm>
    <FileReference>
      <FileName>GO.FLEX.000640.20261005.00001.R.1</FileName>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>7K2M9Q4XW1B3F</ReferenceNbr>
    </FileReference>
    <FileReceptionInformation>
      <ReceptionDate>2026-10-05</ReceptionDate>
      <ReceptionHour>09:16:00.112</ReceptionHour>
      <Channel>0</Channel>
    </FileReceptionInformation>
    <HandledOriginalFile><SenderId>000640</SenderId></HandledOriginalFile>
    <HandledOriginalForm>
      <Identification>FLXWAGE</Identification>
      <FormCreationDate>2026-10-05</FormCreationDate>
      <FormCreationHour>09:15:00.000</FormCreationHour>
      <AttestationStatus>0</AttestationStatus>
      <TypeForm>SU</TypeForm>
    </HandledOriginalForm>
    <Reference>
      <ReferenceType>0</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>7K2M9Q4XW1B3F</ReferenceNbr>
    </Reference>
    <EmployerId>
      <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
      <CompanyID>400100056</CompanyID>
    </EmployerId>
    <HandledReference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>Q83ZT0N5R7D2C</ReferenceNbr>
    </HandledReference>
    <HandlingResult>
      <ResultCode>2</ResultCode>
      <AnomalyReport>
        <ErrorID>00024-152</ErrorID>
        <TagName>INSS</TagName>
        <Value>17073003384</Value>
        <AnomalyClass>NB</AnomalyClass>
        <AnomalyLabel>No Dimona was found.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>64</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[2]/INSS</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>400100056</CompanyID>
          <INSS>17073003384</INSS>
        </Path>
      </AnomalyReport>
    </HandlingResult>
    <ApplicationData>{DECLARATIONS}</ApplicationData>
  </Form>
</NOTIFICATION>
"""


NUMBERS = NOTIFICATION[NOTIFICATION.index("<NOSS") : NOTIFICATION.index("</EmployerId>")]
RECEPTION = NOTIFICATION[
    NOTIFICATION.index("<FileReceptionInformation>") : NOTIFICATION.index("<HandledOriginalFile>")
]


@cache
def engines(name: str) -> tuple[etree.XMLSchema, XMLSchema10]:
    path = SCHEMAS / f"{name}.xsd"
    return etree.XMLSchema(etree.parse(str(path))), XMLSchema10(str(path), build=True)


def fits(name: str, document: str) -> bool:
    """Return whether a document is valid, on which libxml2 and xmlschema must agree."""
    root = etree.fromstring(document)
    fast, thorough = engines(name)
    verdict = fast.validate(root)
    assert verdict == thorough.is_valid(root)
    return verdict


def replaced(document: str, old: str, new: str) -> str:
    """Replace the first place of a text that must be there."""
    assert old in document
    return document.replace(old, new, 1)


def moved_behind(document: str, tag: str, neighbour: str) -> str:
    """Move the first element of a name behind the first of another name among its siblings."""
    root = etree.fromstring(document)
    element = next(root.iter(f"{{*}}{tag}"))
    parent = element.getparent()
    assert parent is not None
    other = next(parent.iterchildren(f"{{*}}{neighbour}"))
    other.addnext(element)
    return etree.tostring(root, encoding="unicode")


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.xsd")), ids=lambda path: path.stem)
def test_every_schema_is_sound(path: Path) -> None:
    """A schema is valid by the schema of schemas, compiles in libxml2, and explains each of its elements."""
    engines(path.stem)
    meta = XMLSchema10.meta_schema
    assert meta is not None
    assert meta.built, "the first schema that is read builds the schema of schemas"
    meta.validate(str(path))
    declared = list(etree.parse(str(path)).iter(f"{XS}element", f"{XS}attribute"))
    assert not [
        each.get("name") for each in declared if not each.findtext(f"{XS}annotation/{XS}documentation")
    ]


def test_the_message_fits() -> None:
    """A message as it is described is valid."""
    assert fits(MESSAGE_SCHEMA, MESSAGE)


def test_either_reference_of_a_line_may_come_first() -> None:
    """The UUID stands before or behind the declarant's own reference."""
    root = etree.fromstring(MESSAGE)
    [first, second] = next(root.iter("{*}Relation")).iterchildren("{*}Reference")
    second.addnext(first)
    assert fits(MESSAGE_SCHEMA, etree.tostring(root, encoding="unicode"))


def test_a_line_has_at_most_two_references() -> None:
    """A third Reference of a Relation is refused."""
    root = etree.fromstring(MESSAGE)
    reference = next(next(root.iter("{*}Relation")).iterchildren("{*}Reference"))
    reference.addnext(deepcopy(reference))
    assert not fits(MESSAGE_SCHEMA, etree.tostring(root, encoding="unicode"))


@pytest.mark.parametrize(
    ("tag", "neighbour"),
    [
        ("Identification", "TypeForm"),
        ("CompanyID", "NOSSRegistrationNbr"),
        ("INSS", "Relation"),
        ("RelationType", "Reference"),
        ("EmployerClass", "WorkerCode"),
        ("Amount", "BonusPaymentFrequency"),
    ],
)
def test_a_wrong_order_is_refused(tag: str, neighbour: str) -> None:
    """The order of the elements is that of the message's description."""
    assert not fits(MESSAGE_SCHEMA, moved_behind(MESSAGE, tag, neighbour))


@pytest.mark.parametrize(
    "absent",
    [
        "<CompanyID>0400100056</CompanyID>",
        "<NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>",
        "<BonusPaymentFrequency>2</BonusPaymentFrequency>",
        MESSAGE[MESSAGE.index("<Reference>") : MESSAGE.index("<Debtor>")],
        MESSAGE[MESSAGE.index("<Calculation>") : MESSAGE.index("</Relation>")],
    ],
    ids=["company", "nsso", "frequency", "form-reference", "calculation"],
)
def test_what_a_rule_decides_may_be_absent(absent: str) -> None:
    """The schema does not ask for what depends on the operation or on a neighbour."""
    assert fits(MESSAGE_SCHEMA, replaced(MESSAGE, absent, ""))


GOOD = [
    ("FormCreationHour", "23:59:59.999"),
    ("AttestationStatus", "3"),
    ("ReferenceType", "3"),
    ("ReferenceNbr", "é" * 64),
    ("ReferenceNbr", "two words"),
    ("CompanyID", "400100056"),
    ("NOSSRegistrationNbr", "0"),
    ("EmployerClass", "999"),
    ("WorkerCode", "999"),
    ("FinancialElementCode", "0001001000"),
    ("Amount", "99999999999"),
    ("BonusPaymentFrequency", "0"),
    ("BonusPaymentFrequency", "99"),
]

BAD = [
    ("Identification", "flxwage"),
    ("FormCreationDate", "2026-02-30"),
    ("FormCreationDate", "2026-10-05Z"),
    ("FormCreationDate", "20261005"),
    ("FormCreationHour", "24:00:00.000"),
    ("FormCreationHour", "09:15:00"),
    ("FormCreationHour", "09:15:00.0000"),
    ("AttestationStatus", "2"),
    ("TypeForm", "PA"),
    ("ReferenceType", "2"),
    ("ReferenceType", "0"),
    ("ReferenceOrigin", "2"),
    ("ReferenceNbr", ""),
    ("ReferenceNbr", "x" * 65),
    ("ReferenceNbr", " x"),
    ("ReferenceNbr", "x "),
    ("ReferenceNbr", "a\tb"),
    ("ReferenceNbr", "a\x85b"),
    ("CompanyID", "40010005"),
    ("CompanyID", "00400100056"),
    ("CompanyID", "0400.100.056"),
    ("NOSSRegistrationNbr", "1001000220"),
    ("NOSSRegistrationNbr", ""),
    ("INSS", "8507300332"),
    ("INSS", "850730-3328"),
    ("INSS", "٨٥٠٧٣٠٠٣٣٢٨"),
    ("RelationType", "01"),
    ("EmployerClass", "17"),
    ("WorkerCode", "50"),
    ("WorkerCode", "O50"),
    ("FinancialElementType", "2"),
    ("FinancialElementCode", "1001000"),
    ("Amount", "0"),
    ("Amount", "015000"),
    ("Amount", "-15000"),
    ("Amount", "150.00"),
    ("Amount", " 15000"),
    ("Amount", "100000000000"),
    ("BonusPaymentFrequency", "02"),
    ("BonusPaymentFrequency", "100"),
]


def with_value(tag: str, value: str) -> str:
    """Write the message with another value in the first element of a name."""
    root = etree.fromstring(MESSAGE)
    next(root.iter(f"{{*}}{tag}")).text = value
    return etree.tostring(root, encoding="unicode")


@pytest.mark.parametrize(("tag", "value"), GOOD)
def test_a_value_at_its_bound_is_taken(tag: str, value: str) -> None:
    """Values are taken up to their bounds, and codes that a rule judges by their form alone."""
    assert fits(MESSAGE_SCHEMA, with_value(tag, value))


@pytest.mark.parametrize(("tag", "value"), BAD)
def test_a_value_is_taken_literally(tag: str, value: str) -> None:
    """Signs, spaces, digits of other scripts, wrong zeros and lengths out of bounds are refused."""
    assert not fits(MESSAGE_SCHEMA, with_value(tag, value))


@pytest.mark.parametrize(
    ("name", "document"),
    [("ACRF_20231", ACKNOWLEDGEMENT), ("NOTIFICATION_20223", NOTIFICATION), ("OUTCOME_1", DECLARATIONS)],
    ids=["ACRF", "NOTI", "OUTCOME"],
)
def test_an_answer_in_its_layout_fits(name: str, document: str) -> None:
    """An answer in the binding order is valid."""
    assert fits(name, document)


@pytest.mark.parametrize(
    ("name", "document", "tag", "neighbour"),
    [
        ("ACRF_20231", ACKNOWLEDGEMENT, "FileName", "ReferenceNbr"),
        ("ACRF_20231", ACKNOWLEDGEMENT, "ResultCode", "ErrorID"),
        ("NOTIFICATION_20223", NOTIFICATION, "FileReference", "HandledOriginalFile"),
        ("NOTIFICATION_20223", NOTIFICATION, "NOSSRegistrationNbr", "CompanyID"),
        ("NOTIFICATION_20223", NOTIFICATION, "EmployerId", "HandledReference"),
        ("NOTIFICATION_20223", NOTIFICATION, "HandlingResult", "ApplicationData"),
        ("NOTIFICATION_20223", NOTIFICATION, "TagName", "Value"),
        ("NOTIFICATION_20223", NOTIFICATION, "AnomalyClass", "AnomalyLabel"),
        ("NOTIFICATION_20223", NOTIFICATION, "AnomalyLocation", "Path"),
    ],
)
def test_a_reordered_answer_is_refused(name: str, document: str, tag: str, neighbour: str) -> None:
    """The order of an answer is binding."""
    assert not fits(name, moved_behind(document, tag, neighbour))


@pytest.mark.parametrize(
    ("old", "new", "valid"),
    [
        ("<ErrorID>00024-152<", "<ErrorID>00024-1520<", False),
        ("<AnomalyClass>NB<", "<AnomalyClass>NBX<", False),
        ("<AnomalyLabel>No Dimona was found.<", f"<AnomalyLabel>{'é' * 500}<", True),
        ("<AnomalyLabel>No Dimona was found.<", f"<AnomalyLabel>{'x' * 501}<", False),
        ("<Location>", f"<Location>{'x' * 200}", False),
        ("<Value>17073003384<", f"<Value>{'x' * 100}<", True),
        ("<Value>17073003384<", f"<Value>{'x' * 101}<", False),
        ("<Value>17073003384<", "<Value><", True),
        ("<ApplicationData>", "<ApplicationData><other/>", False),
        (DECLARATIONS, "", False),
        (DECLARATIONS, "<other>of any kind</other>", True),
        ("<ResultCode>2<", "<ResultCode>3<", False),
        ("<SenderId>000640<", "<SenderId>000000<", False),
        ("<NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>", "", False),
        ("<NOSSRegistrationNbr>100100022<", "<NOSSRegistrationNbr>0<", True),
        ("<NOSSRegistrationNbr>100100022<", "<NOSSRegistrationNbr>199999934<", True),
        ("<NOSSRegistrationNbr>100100022<", "<NOSSRegistrationNbr>199999935<", False),
        ("<NOSSRegistrationNbr>100100022<", "<NOSSRegistrationNbr>000935467<", False),
        ("<CompanyID>400100056</CompanyID>", "", False),
        ("<CompanyID>400100056<", "<CompanyID>0400100056<", False),
        ("<CompanyID>400100056<", "<CompanyID>1999999944<", False),
        (NUMBERS, "<ProvisionalNSSONbr>5000000120</ProvisionalNSSONbr><CompanyID>0</CompanyID>", True),
        (NUMBERS, "<CompanyID>400100056</CompanyID>", False),
        (RECEPTION, "", False),
        ("<Channel>0<", "<Channel>1<", False),
        ("<ResultCode>2</ResultCode>", "<ResultCode>0</ResultCode><Diagnosis>3</Diagnosis>", True),
        ("<ResultCode>2</ResultCode>", "<ResultCode>0</ResultCode><Diagnosis>4</Diagnosis>", False),
        (
            "<NOSSRegistrationNbr>",
            "<ProvisionalNSSONbr>5000000120</ProvisionalNSSONbr><NOSSRegistrationNbr>",
            False,
        ),
        ("<LineNbr>64<", "<LineNbr>0<", False),
    ],
)
def test_a_notification_keeps_its_bounds(old: str, new: str, *, valid: bool) -> None:
    """Lengths, words and cardinalities of a notification are checked."""
    assert valid == fits("NOTIFICATION_20223", replaced(NOTIFICATION, old, new))


def test_a_form_has_at_most_four_references() -> None:
    """The fifth Reference of a notification's Form is refused."""
    root = etree.fromstring(NOTIFICATION)
    reference = next(root.iter("Reference"))
    for _ in range(3):
        reference.addnext(deepcopy(reference))
    assert fits("NOTIFICATION_20223", etree.tostring(root, encoding="unicode"))
    reference.addnext(deepcopy(reference))
    assert not fits("NOTIFICATION_20223", etree.tostring(root, encoding="unicode"))


@pytest.mark.parametrize(
    ("old", "new", "valid"),
    [
        (' register="2026-10-05T04:00:00Z"', "", True),
        ("04:00:00Z", "04:00:00", False),
        (' schema="FLXWAGE_20263"', "", False),
        ('outcome="refused"', 'outcome="lost"', False),
        (' reference="1" own="september2026" inss="85073003328"', "", True),
        ("00024-152", "ACRF-102", False),
    ],
)
def test_an_outcome_keeps_its_bounds(old: str, new: str, *, valid: bool) -> None:
    """What may be left out of an outcome may be, and nothing else."""
    assert valid == fits("OUTCOME_1", replaced(DECLARATIONS, old, new))


def test_every_file_is_in_force_from_a_quarter_on() -> None:
    """versions.toml names each FLXWAGE file once."""
    entries = tomllib.loads((SCHEMAS / "versions.toml").read_text(encoding="utf-8"))["file"]
    assert sorted(path.name for path in SCHEMAS.glob("FLXWAGE_*.xsd")) == [entry["file"] for entry in entries]


def objects(node: object) -> Iterator[dict[str, object]]:
    """Walk over every object of a JSON document."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict):
        yield node
    for child in children:
        yield from objects(child)


def test_the_report_schema_asks_for_all_it_names() -> None:
    """Each object of a report has exactly the keys that are described, and no reference dangles."""
    schema = json.loads((SCHEMAS / "report-1.schema.json").read_text(encoding="utf-8"))
    closed = [each for each in objects(schema) if each.get("type") == "object"]
    assert [(each["required"], False) for each in closed] == [
        (list(keys), each["additionalProperties"])
        for each in closed
        if isinstance(keys := each["properties"], dict)
    ]
    references = {each["$ref"] for each in objects(schema) if "$ref" in each}
    assert references == {f"#/$defs/{name}" for name in schema["$defs"]}


def test_the_readme_names_every_file() -> None:
    """Whoever opens the folder finds each file explained."""
    text = (SCHEMAS / "README.md").read_text(encoding="utf-8")
    names = (path.name for path in SCHEMAS.iterdir() if path.name != "README.md")
    assert not [name for name in names if f"`{name}`" not in text]
