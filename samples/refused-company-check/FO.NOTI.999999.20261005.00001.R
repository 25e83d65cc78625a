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
    <HandledReference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>0IRC3L26IDAUI</ReferenceNbr>
    </HandledReference>
    <HandlingResult>
      <ResultCode>0</ResultCode>
      <Diagnosis>3</Diagnosis>
      <AnomalyReport>
        <ErrorID>00014-004</ErrorID>
        <TagName>CompanyID</TagName>
        <Value>0400100057</Value>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>Het ondernemingsnummer „0400100057” is niet geldig: het controlegetal klopt niet. Controleer het nummer in de Kruispuntbank van Ondernemingen. Werd het formulier geweigerd, stuur het dan opnieuw in een nieuwe verzending.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>11</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/CompanyID</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
        </Path>
      </AnomalyReport>
    </HandlingResult>
    <ApplicationData>
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="1" accepted="0" unchanged="0" refused="1"
                    sha256="e0d11e174e00b6d2654753e40192828322cd3ae0ddd1ee85327e8470de15ae6c" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="019a1f04-8763-79fc-a088-15b4f8a31ee8" inss="50021850123" outcome="refused"/>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
