"""Write a FLXWAGE document whose amounts are left empty, for a bureau to fill in.

Source: docs/people.md, "Skeleton"; docs/spec/message.md, "Elements".
"""

from collections.abc import Iterable, Iterator

from flexibatch.adapters.xml.names import INSTANCE, NAMESPACE, ROOT
from flexibatch.domain.flxwage.skeleton import SkeletonForm, SkeletonLine
from flexibatch.domain.vocabulary import GROSS_WAGE, Operation

_TAIL = f"    </Debtor>\n  </Form>\n</{ROOT}>\n"


def skeleton_text(form: SkeletonForm, lines: Iterable[SkeletonLine]) -> Iterator[str]:
    """Yield the document, a piece a line; all values are digits, days and UUIDs, so that none is to be escaped."""
    yield _head(form)
    for line in lines:
        yield _line(form, line)
    yield _TAIL


def _head(form: SkeletonForm) -> str:
    made, nsso, company = form.made_at, form.employer.nsso, form.employer.company
    debtor = f"      <CompanyID>{company}</CompanyID>\n" if company else ""
    debtor += f"      <NOSSRegistrationNbr>{nsso}</NOSSRegistrationNbr>\n" if nsso else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{ROOT} xmlns="{NAMESPACE}" xmlns:xsi="{INSTANCE}"
         xsi:schemaLocation="{NAMESPACE} {form.schema}.xsd">
  <Form>
    <Identification>{ROOT}</Identification>
    <FormCreationDate>{made:%Y-%m-%d}</FormCreationDate>
    <FormCreationHour>{made:%H:%M:%S}.{made.microsecond // 1000:03d}</FormCreationHour>
    <AttestationStatus>{Operation.ORIGINAL.value}</AttestationStatus>
    <TypeForm>SU</TypeForm>
    <Debtor>
{debtor}"""


def _line(form: SkeletonForm, line: SkeletonLine) -> str:
    first, last = form.period
    return f"""      <Beneficiary>
        <INSS>{line.inss}</INSS>
        <Relation>
          <RelationType>1</RelationType>
          <Reference>
            <ReferenceType>10</ReferenceType>
            <ReferenceOrigin>8</ReferenceOrigin>
            <ReferenceNbr>{line.reference}</ReferenceNbr>
          </Reference>
          <Calculation>
            <CalculationPeriodStartingDate>{first}</CalculationPeriodStartingDate>
            <CalculationPeriodEndingDate>{last}</CalculationPeriodEndingDate>
            <CalculationDate>{form.made_at:%Y-%m-%d}</CalculationDate>
            <Features>
              <ValidityPeriodStartingDate>{line.start}</ValidityPeriodStartingDate>
              <ValidityPeriodEndingDate>{line.end}</ValidityPeriodEndingDate>
              <EmployerClass>{form.employer_class}</EmployerClass>
              <WorkerCode>{form.worker_code}</WorkerCode>
              <FinancialElement>
                <FinancialElementType>1</FinancialElementType>
                <FinancialElementCode>{GROSS_WAGE}</FinancialElementCode>
                <Amount></Amount>
              </FinancialElement>
            </Features>
          </Calculation>
        </Relation>
      </Beneficiary>
"""
