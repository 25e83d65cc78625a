<?xml version="1.0" encoding="UTF-8"?>
<NOTIFICATION xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="NOTIFICATION_20223.xsd">
  <Form>
    <Identification>NOTI001</Identification>
    <FormCreationDate>2026-10-05</FormCreationDate>
    <FormCreationHour>09:16:02.417</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>FA</TypeForm>
    <FileReference>
      <FileName>GO.FLEX.000640.20261005.00002.R.1</FileName>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>11IO764D0QLP0</ReferenceNbr>
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
      <ReferenceNbr>11IO764D0QLP0</ReferenceNbr>
    </Reference>
    <EmployerId>
      <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
      <CompanyID>0400100056</CompanyID>
    </EmployerId>
    <HandledReference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>1AWC8YNG9X949</ReferenceNbr>
    </HandledReference>
    <HandlingResult>
      <ResultCode>0</ResultCode>
      <AnomalyReport>
        <ErrorID>90082-272</ErrorID>
        <TagName>ReferenceNbr</TagName>
        <Value>2026-09/0001</Value>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>De referentie „2026-09/0001” is voor deze werkgever en werknemer al gebruikt. Is dezelfde aangifte per vergissing twee keer gestuurd, dan hoeft u niets te doen: de eerste blijft gelden. Stuur een wijziging als de aangifte anders moet. Gebruik een nieuwe referentie alleen voor een andere loonberekening: hetzelfde loon onder een nieuwe referentie is twee keer aangegeven.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>20</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Reference/ReferenceNbr</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>0400100056</CompanyID>
          <INSS>50021850123</INSS>
        </Path>
      </AnomalyReport>
    </HandlingResult>
    <ApplicationData>
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="1" accepted="0" unchanged="0" refused="1"
                    sha256="1002828aaa1521a6bc23fb7dcadeab62615d7b9bfd7fa773bc9f761f019f3d92" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="2026-09/0001" inss="50021850123" outcome="refused">
          <Code>90082-272</Code>
        </Declaration>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
