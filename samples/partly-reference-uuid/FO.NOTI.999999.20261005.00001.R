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
    <FileReceptionInformation>
      <ReceptionDate>2026-10-05</ReceptionDate>
      <ReceptionHour>09:16:02.417</ReceptionHour>
      <Channel>0</Channel>
    </FileReceptionInformation>
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
      <CompanyID>400100056</CompanyID>
    </EmployerId>
    <HandledReference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>0S505DL9RJY9R</ReferenceNbr>
    </HandledReference>
    <HandlingResult>
      <ResultCode>2</ResultCode>
      <AnomalyReport>
        <ErrorID>90082-008</ErrorID>
        <TagName>ReferenceNbr</TagName>
        <Value>2026-09/0002</Value>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>De referentie „2026-09/0002” van de lijn is geen UUID. Vermeld een UUID (8-4-4-4-12 hexadecimale cijfers, bijvoorbeeld 019a1f04-5c11-7d3e-9b52-0f6a51c2d871); uw eigen referentie hoort in een tweede Reference met ReferenceOrigin 1. Stuur daarna wat geweigerd is opnieuw in een nieuwe verzending.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>47</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[2]/Relation[1]/Reference[1]/ReferenceNbr</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>400100056</CompanyID>
          <INSS>50021957813</INSS>
        </Path>
      </AnomalyReport>
    </HandlingResult>
    <ApplicationData>
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="2" accepted="1" unchanged="0" refused="1"
                    sha256="599aa9437dca7c7d934e25ff28f122ef3b0a97882977c1e30a248bfe74e6f720" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="019a1f04-4695-7508-aab2-051a0939cfbd" inss="50021850123" outcome="accepted" ticket="0IRC3L26IDAUI" version="1"/>
        <Declaration reference="2026-09/0002" inss="50021957813" outcome="refused">
          <Code>90082-008</Code>
        </Declaration>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
