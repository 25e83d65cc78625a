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
      <FormCreationHour>10:00:00.000</FormCreationHour>
      <AttestationStatus>1</AttestationStatus>
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
      <ResultCode>1</ResultCode>
      <AnomalyReport>
        <ErrorID>90082-444</ErrorID>
        <TagName>ReferenceNbr</TagName>
        <Value>2026-09/0001</Value>
        <AnomalyClass>NB</AnomalyClass>
        <AnomalyLabel>De wijziging met de referentie „2026-09/0001” verandert niets aan de aangifte. U hoeft niets te doen als dat klopt. Was een verbetering bedoeld, stuur dan een nieuwe wijziging met de juiste gegevens.</AnomalyLabel>
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
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="1" accepted="0" unchanged="1" refused="0"
                    sha256="735e94bcbd34faabf35f9de20f013f54e57eb177cb461ec9855828232e97c572" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="2026-09/0001" inss="50021850123" outcome="unchanged" ticket="0IRC3L26IDAUI" version="1">
          <Code>90082-444</Code>
        </Declaration>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
