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
        <ErrorID>90082-001</ErrorID>
        <TagName>Reference</TagName>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>De lijn heeft wel een eigen referentie, maar geen UUID: een Reference met ReferenceType 10 en ReferenceOrigin 8. Laat uw softwareleverancier die toevoegen. Stuur daarna wat geweigerd is opnieuw in een nieuwe verzending.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>42</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[2]/Relation[1]/Reference[2]</Location>
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
                    sha256="3c164bd55be068871a6899fc317c61cd1b1a54b7921cf4bac5c450ab9a75d2a7" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="019a1f04-1736-70af-9cc2-3517087c6b98" inss="50021850123" outcome="accepted" ticket="0IRC3L26IDAUI" version="1"/>
        <Declaration own="2026-09/0002" inss="50021957813" outcome="refused">
          <Code>90082-001</Code>
        </Declaration>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
