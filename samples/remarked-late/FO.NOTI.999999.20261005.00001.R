<?xml version="1.0" encoding="UTF-8"?>
<NOTIFICATION xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="NOTIFICATION_20223.xsd">
  <Form>
    <Identification>NOTI001</Identification>
    <FormCreationDate>2026-10-05</FormCreationDate>
    <FormCreationHour>09:16:02.417</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>FA</TypeForm>
    <FileReference>
      <FileName>GO.FLEX.000640.20261005.00001.R.1</FileName>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>09DO1SJ396NF9</ReferenceNbr>
    </FileReference>
    <HandledOriginalFile>
      <SenderId>000640</SenderId>
    </HandledOriginalFile>
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
      <ReferenceNbr>09DO1SJ396NF9</ReferenceNbr>
    </Reference>
    <EmployerId>
      <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
      <CompanyID>0400100056</CompanyID>
    </EmployerId>
    <HandledReference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>0S505DL9RJY9R</ReferenceNbr>
    </HandledReference>
    <HandlingResult>
      <ResultCode>1</ResultCode>
      <AnomalyReport>
        <ErrorID>90017-460</ErrorID>
        <TagName>CalculationDate</TagName>
        <Value>2026-08-28</Value>
        <AnomalyClass>NB</AnomalyClass>
        <AnomalyLabel>De aangifte is te laat ontvangen: ze werd uiterlijk op 02/09/2026 verwacht (aantal dagen te laat: 33). Verstuur aangiften voortaan binnen vijf kalenderdagen na de laatste loonberekening van de maand.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>25</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Calculation/CalculationDate</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>0400100056</CompanyID>
          <INSS>50021850123</INSS>
        </Path>
      </AnomalyReport>
    </HandlingResult>
    <ApplicationData>
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="1" accepted="1" unchanged="0" refused="0"
                    sha256="fba7ba8256edfc12f7cc893524fb86db8c420dd239d037601e8baaae56b244fd" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="2026-09/0001" inss="50021850123" outcome="accepted" ticket="0IRC3L26IDAUI" version="1">
          <Code>90017-460</Code>
        </Declaration>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
