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
      <ReferenceNbr>0IRC3L26IDAUI</ReferenceNbr>
    </HandledReference>
    <HandlingResult>
      <ResultCode>0</ResultCode>
      <AnomalyReport>
        <ErrorID>00024-152</ErrorID>
        <TagName>INSS</TagName>
        <Value>50022388670</Value>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>Voor deze werknemer is bij deze werkgever geen geldige Dimona FLX gevonden voor de periode van 01/09/2026 tot en met 30/09/2026. Controleer INSZ, werkgever en periode en doe zo nodig de Dimona-aangifte. Werd de lijn geweigerd, stuur ze dan opnieuw in een nieuwe verzending.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>14</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/INSS</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>0400100056</CompanyID>
          <INSS>50022388670</INSS>
        </Path>
      </AnomalyReport>
    </HandlingResult>
    <ApplicationData>
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="1" accepted="0" unchanged="0" refused="1"
                    sha256="c444672205614053df04470dbc7c4c77081e17c572662257f2a5a2875aba856d" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="2026-09/0002" inss="50022388670" outcome="refused">
          <Code>00024-152</Code>
        </Declaration>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
