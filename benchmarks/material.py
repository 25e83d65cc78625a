"""Make wage files and registers of any size, with generated numbers that belong to nobody."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from flexibatch.domain.schema_versions import Quarter, name_of

NAMESPACE = "http://socialsecurity.be/xml/ns/FLXWAGE"
BACK = timedelta(days=20)


def begin_of(day: date) -> date:
    """Return the first day of a period that ends on a day: three weeks before, in the same year."""
    return max(day - BACK, date(day.year, 1, 1))


def company_number(n: int) -> str:
    """Return the n-th enterprise number (10 digits, check digits right)."""
    first = 4_001_000 + n
    body = f"0{first:07d}"
    return f"{body}{97 - int(body) % 97:02d}"


def worker_number(n: int) -> str:
    """Return the n-th worker's number: men and women born from 1950 on, check digits right."""
    year, rest = divmod(n, 12 * 28 * 900)
    month, rest = divmod(rest, 28 * 900)
    day, counter = divmod(rest, 900)
    body = f"{50 + year % 49:02d}{month + 1:02d}{day + 1:02d}{counter + 1:03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def period_number(n: int) -> str:
    """Return the n-th Dimona period id (12 digits, the remainder itself as check)."""
    body = 6_000_000_000 + n
    return f"{body}{body % 97 or 97:02d}"


def wage_file(path: Path, lines: int, employers: int, day: date) -> None:
    """Write a FLXWAGE file of a day: one Form an employer, one worker a line, the three weeks before it."""
    with path.open("w", encoding="utf-8") as file:
        file.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<FLXWAGE xmlns="{NAMESPACE}" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="{NAMESPACE} {name_of(Quarter.of(day))}.xsd">\n'
        )
        for employer in range(employers):
            file.write(_form_head(employer, day))
            file.writelines(_line(worker, day) for worker in workers_of(employer, lines, employers))
            file.write("    </Debtor>\n  </Form>\n")
        file.write("</FLXWAGE>\n")


def workers_of(employer: int, lines: int, employers: int) -> range:
    """Return the workers of an employer."""
    return range(employer, lines, employers)


def register_rows(lines: int, employers: int, day: date) -> Iterator[str]:
    """Yield a Dimona register in which every line of `wage_file` is covered."""
    yield "period_id;enterprise_number;inss;worker_type;start_date;end_date;updated_at\n"
    for worker in range(lines):
        company = company_number(worker % employers)
        yield (
            f"{period_number(worker)};{company};{worker_number(worker)};FLX;{begin_of(day)};{day};"
            "2026-07-01T08:00:00\n"
        )


def _form_head(employer: int, day: date) -> str:
    return f"""  <Form>
    <Identification>FLXWAGE</Identification>
    <FormCreationDate>{day}</FormCreationDate>
    <FormCreationHour>00:00:00.000</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>SU</TypeForm>
    <Debtor>
      <CompanyID>{company_number(employer)}</CompanyID>
"""


def _line(worker: int, day: date) -> str:
    start = begin_of(day)
    return f"""      <Beneficiary>
        <INSS>{worker_number(worker)}</INSS>
        <Relation>
          <RelationType>1</RelationType>
          <Reference>
            <ReferenceType>10</ReferenceType>
            <ReferenceOrigin>8</ReferenceOrigin>
            <ReferenceNbr>019a{day:%m%d}-0000-7000-8000-{worker:012x}</ReferenceNbr>
          </Reference>
          <Calculation>
            <CalculationPeriodStartingDate>{start}</CalculationPeriodStartingDate>
            <CalculationPeriodEndingDate>{day}</CalculationPeriodEndingDate>
            <CalculationDate>{day}</CalculationDate>
            <Features>
              <ValidityPeriodStartingDate>{start}</ValidityPeriodStartingDate>
              <ValidityPeriodEndingDate>{day}</ValidityPeriodEndingDate>
              <EmployerClass>017</EmployerClass>
              <WorkerCode>050</WorkerCode>
              <FinancialElement>
                <FinancialElementType>1</FinancialElementType>
                <FinancialElementCode>0001001000</FinancialElementCode>
                <Amount>{100_000 + worker}</Amount>
              </FinancialElement>
            </Features>
          </Calculation>
        </Relation>
      </Beneficiary>
"""
