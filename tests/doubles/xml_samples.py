"""Documents that the tests of the XML side read: small, valid, with generated numbers."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flexibatch.adapters.xml.reader import DocumentReader, FileDocument
from flexibatch.adapters.xml.schemas import Schemas
from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Form
from flexibatch.errors import DocumentBroken

SCHEMAS = Schemas(Path(__file__).parents[2] / "schemas", 6)
DAY = date(2026, 10, 5)
SPACE = "http://socialsecurity.be/xml/ns/FLXWAGE"
OPENING = f'<FLXWAGE xmlns="{SPACE}">'


def uuid(number: int) -> str:
    """Write the UUID of a line."""
    return f"019a1f04-0000-7000-8000-{number:012d}"


def relation(reference: str = uuid(1), amount: str = "100000") -> str:
    """Write one line; its own reference ends as its UUID does."""
    return f"""<Relation>
<RelationType>1</RelationType>
<Reference><ReferenceType>10</ReferenceType><ReferenceOrigin>8</ReferenceOrigin><ReferenceNbr>{reference}</ReferenceNbr></Reference>
<Reference><ReferenceType>10</ReferenceType><ReferenceOrigin>1</ReferenceOrigin><ReferenceNbr>P-{reference[-4:]}</ReferenceNbr></Reference>
<Calculation>
<CalculationPeriodStartingDate>2026-09-01</CalculationPeriodStartingDate>
<CalculationPeriodEndingDate>2026-09-30</CalculationPeriodEndingDate>
<CalculationDate>2026-10-02</CalculationDate>
<Features>
<ValidityPeriodStartingDate>2026-09-01</ValidityPeriodStartingDate>
<ValidityPeriodEndingDate>2026-09-30</ValidityPeriodEndingDate>
<EmployerClass>017</EmployerClass>
<WorkerCode>050</WorkerCode>
<FinancialElement><FinancialElementType>1</FinancialElementType><FinancialElementCode>0001001000</FinancialElementCode><Amount>{amount}</Amount></FinancialElement>
<FinancialElement><FinancialElementType>1</FinancialElementType><FinancialElementCode>0002001000</FinancialElementCode><Amount>2500</Amount><BonusPaymentFrequency>12</BonusPaymentFrequency></FinancialElement>
</Features>
</Calculation>
</Relation>
"""


def beneficiary(*relations: str, inss: str = "85073003328") -> str:
    """Write one worker."""
    return f"<Beneficiary>\n<INSS>{inss}</INSS>\n{''.join(relations or (relation(),))}</Beneficiary>\n"


def form(*beneficiaries: str) -> str:
    """Write one Form."""
    return f"""<Form>
<Identification>FLXWAGE</Identification>
<FormCreationDate>2026-10-05</FormCreationDate>
<FormCreationHour>09:15:00.000</FormCreationHour>
<AttestationStatus>0</AttestationStatus>
<TypeForm>SU</TypeForm>
<Reference><ReferenceType>1</ReferenceType><ReferenceOrigin>1</ReferenceOrigin><ReferenceNbr>F1</ReferenceNbr></Reference>
<Debtor>
<CompanyID>0400100056</CompanyID>
<NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
{"".join(beneficiaries or (beneficiary(),))}</Debtor>
</Form>
"""


def message(*forms: str) -> str:
    """Write a whole document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{OPENING}\n{"".join(forms or (form(),))}</FLXWAGE>\n'


def opened(folder: Path, text: str | bytes, schemas: Schemas = SCHEMAS) -> FileDocument:
    """Write a document into a folder and open it."""
    path = folder / "document.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return DocumentReader(schemas).read([path], on=DAY)


def read(folder: Path, text: str | bytes, schemas: Schemas = SCHEMAS) -> tuple[list[Form], list[Finding]]:
    """Read a document to its end: its Forms, and what refuses the whole file."""
    return drained(opened(folder, text, schemas))


def drained(document: FileDocument) -> tuple[list[Form], list[Finding]]:
    """Read a document to its end."""
    forms: list[Form] = []
    try:
        forms.extend(document)
    except DocumentBroken as broken:
        return forms, list(broken.findings)
    return forms, list(document.findings)


def faults(forms: Sequence[Form]) -> list[Finding]:
    """Return all that is wrong with Forms and their lines."""
    return [
        one
        for form in forms
        for one in (*form.faults, *(fault for line in form.lines for fault in line.faults))
    ]


def told(folder: Path, text: str | bytes) -> list[tuple[str, str | None, str | None]]:
    """Read a document; give rule, value and place (below the first Beneficiary or Form) of all findings."""
    forms, findings = read(folder, text)
    return [(one.rule, one.value, one.location) for one in (*findings, *faults(forms))]
