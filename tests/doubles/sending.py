"""What a bureau sends, written by what matters in it, and what it gets back, read by what it says."""

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from lxml import etree

from tests.doubles.installation import Installation
from tests.doubles.xml_samples import SPACE, uuid

ORIGINAL, MODIFICATION, CANCELLATION = "0", "1", "3"
OUTCOME = "{urn:flexibatch:outcome:1}"


@dataclass(frozen=True, slots=True)
class Sent:
    """One line; its own reference comes first where `own_first` says so."""

    inss: str
    reference: str = uuid(1)
    own: str | None = None
    own_first: bool = False
    start: str = "2026-09-01"
    end: str = "2026-09-30"
    amount: int = 100_000

    def xml(self, operation: str) -> str:
        """Write the line."""
        given = [_reference("8", self.reference)]
        if self.own is not None:
            given.insert(0 if self.own_first else 1, _reference("1", self.own))
        calculation = "" if operation == CANCELLATION else self._calculation()
        relation = f"<Relation><RelationType>1</RelationType>{''.join(given)}{calculation}</Relation>"
        return f"<Beneficiary><INSS>{self.inss}</INSS>{relation}</Beneficiary>\n"

    def _calculation(self) -> str:
        days = _days("CalculationPeriod", self.start, self.end)
        quality = f"{_days('ValidityPeriod', self.start, self.end)}<EmployerClass>017</EmployerClass>"
        wage = f"<FinancialElementCode>0001001000</FinancialElementCode><Amount>{self.amount}</Amount>"
        element = f"<FinancialElement><FinancialElementType>1</FinancialElementType>{wage}</FinancialElement>"
        made = f"<CalculationDate>{max(self.start, '2026-10-02')}</CalculationDate>"
        features = f"<Features>{quality}<WorkerCode>050</WorkerCode>{element}</Features>"
        return f"<Calculation>{days}{made}{features}</Calculation>"


def _reference(origin: str, number: str, kind: str = "10") -> str:
    told = f"<ReferenceType>{kind}</ReferenceType><ReferenceOrigin>{origin}</ReferenceOrigin>"
    return f"<Reference>{told}<ReferenceNbr>{number}</ReferenceNbr></Reference>"


def _days(name: str, start: str, end: str) -> str:
    return f"<{name}StartingDate>{start}</{name}StartingDate><{name}EndingDate>{end}</{name}EndingDate>"


def sent_form(
    *lines: Sent, nsso: str = "", company: str = "", operation: str = ORIGINAL, reference: str = ""
) -> str:
    """Write a Form."""
    company_id = f"<CompanyID>{company}</CompanyID>" if company else ""
    number = f"<NOSSRegistrationNbr>{nsso}</NOSSRegistrationNbr>" if nsso else ""
    own = _reference("1", reference, "1" if operation == ORIGINAL else "3") if reference else ""
    return f"""<Form><Identification>FLXWAGE</Identification><FormCreationDate>2026-10-05</FormCreationDate>
<FormCreationHour>09:15:00.000</FormCreationHour><AttestationStatus>{operation}</AttestationStatus>
<TypeForm>SU</TypeForm>{own}<Debtor>{company_id}{number}
{"".join(line.xml(operation) for line in lines)}</Debtor></Form>
"""


def document(*forms: str) -> bytes:
    """Write a document of Forms."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<FLXWAGE xmlns="{SPACE}">'
    return f"{head}{''.join(forms)}</FLXWAGE>".encode()


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back for one set: its NOTI, and its page."""

    noti: bytes
    page: bytes
    page_json: Any

    @property
    def forms(self) -> list[etree._Element]:
        """Return the Forms of the NOTI."""
        return list(etree.fromstring(self.noti).iterchildren("Form"))

    @property
    def lines(self) -> list[dict[str, str]]:
        """Return the outcome of every line, its codes as one text."""
        found = etree.fromstring(self.noti).iter(f"{OUTCOME}Declaration")
        return [
            {str(key): str(value) for key, value in one.attrib.items()}
            | {"codes": " ".join(code.text or "" for code in one)}
            for one in found
        ]

    @property
    def outcomes(self) -> list[tuple[str, str, str]]:
        """Return outcome, version and codes of every line."""
        return [(one["outcome"], one.get("version", ""), one["codes"]) for one in self.lines]

    def told(self, *tags: str) -> list[tuple[str | None, ...]]:
        """Return what the anomalies say in those elements."""
        reports = etree.fromstring(self.noti).iter("AnomalyReport")
        return [tuple(one.findtext(f".//{tag}") for tag in tags) for one in reports]

    @property
    def employer(self) -> tuple[str | None, str | None] | None:
        """Return the numbers of the first Form's EmployerId, None where it is left out."""
        block = self.forms[0].find("EmployerId")
        return None if block is None else (block.findtext("NOSSRegistrationNbr"), block.findtext("CompanyID"))


@dataclass(slots=True)
class Bureau:
    """Send in one installation as one sender."""

    installation: Installation
    sender: str = "000640"
    _numbers: Any = field(default_factory=lambda: count(1))

    def send(self, *forms: str) -> Answered:
        """Send a set of one part, have it judged, and read what comes back."""
        before, pages = self.installation.published(self.sender), set(self._pages())
        name = f"FLEX.{self.sender}.20261005.{next(self._numbers):05d}.R.1"
        self.installation.put(f"FI.{name}.1", document(*forms), self.sender)
        self.installation.put(f"GO.{name}", b"", self.sender)
        self.installation.sweep()
        after = self.installation.published(self.sender)
        [noti] = [name for name in after.keys() - before.keys() if name.startswith("FO.NOTI.")]
        _sheet, page, told = sorted(set(self._pages()) - pages)
        return Answered(after[noti], page.read_bytes(), json.loads(told.read_bytes()))

    def _pages(self) -> list[Any]:
        return list(self.installation.inbox(self.sender, "REPORT").glob("GO.*"))
