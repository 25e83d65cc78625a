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
        <ErrorID>99003-008</ErrorID>
        <TagName>CalculationDate</TagName>
        <Value>2026-10-09</Value>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>De berekeningsdatum 09/10/2026 ligt na de dag van ontvangst (05/10/2026). Vermeld de dag waarop het loon werkelijk is berekend. Stuur daarna opnieuw in een nieuwe verzending wat hierom geweigerd is.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>52</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[2]/Relation[1]/Calculation/CalculationDate</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>400100056</CompanyID>
          <INSS>50021957813</INSS>
        </Path>
      </AnomalyReport>
      <AnomalyReport>
        <ErrorID>99003-008</ErrorID>
        <TagName>CalculationDate</TagName>
        <Value>2026-10-09</Value>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>De berekeningsdatum 09/10/2026 ligt na de dag van ontvangst (05/10/2026). Vermeld de dag waarop het loon werkelijk is berekend. Stuur daarna opnieuw in een nieuwe verzending wat hierom geweigerd is.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>79</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[3]/Relation[1]/Calculation/CalculationDate</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>400100056</CompanyID>
          <INSS>50021957813</INSS>
        </Path>
      </AnomalyReport>
      <AnomalyReport>
        <ErrorID>99003-008</ErrorID>
        <TagName>CalculationDate</TagName>
        <Value>2026-10-09</Value>
        <AnomalyClass>B</AnomalyClass>
        <AnomalyLabel>De berekeningsdatum 09/10/2026 ligt na de dag van ontvangst (05/10/2026). Vermeld de dag waarop het loon werkelijk is berekend. Stuur daarna opnieuw in een nieuwe verzending wat hierom geweigerd is.</AnomalyLabel>
        <AnomalyLocation>
          <LineNbr>106</LineNbr>
          <Location>/FLXWAGE/Form[1]/Debtor/Beneficiary[4]/Relation[1]/Calculation/CalculationDate</Location>
        </AnomalyLocation>
        <Path>
          <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
          <CompanyID>400100056</CompanyID>
          <INSS>50021957813</INSS>
        </Path>
      </AnomalyReport>
      <AnomalyReport>
        <ErrorID>90059-006</ErrorID>
        <AnomalyClass>W</AnomalyClass>
        <AnomalyLabel>Aantal anomalieën dat hier niet is vermeld: 5. Verbeter eerst wat vermeld is. De uitkomst van elke lijn is wel volledig meegedeeld.</AnomalyLabel>
      </AnomalyReport>
    </HandlingResult>
    <ApplicationData>
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="9" accepted="1" unchanged="0" refused="8"
                    sha256="57caa9294cc7201d5d44891443740457e7931b862b1301fe7bbb52bde05d949a" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="019a1f04-8763-79fc-a088-15b4f8a31ee8" inss="50021850123" outcome="accepted" ticket="0IRC3L26IDAUI" version="1"/>
        <Declaration reference="019a1f04-d856-7430-b7e4-656fd96fbbf5" inss="50021957813" outcome="refused">
          <Code>99003-008</Code>
        </Declaration>
        <Declaration reference="019a1f04-8a0d-795d-afbf-8599698e221a" inss="50021957813" outcome="refused">
          <Code>99003-008</Code>
        </Declaration>
        <Declaration reference="019a1f04-d5d0-7743-8473-65edf9a5e351" inss="50021957813" outcome="refused">
          <Code>99003-008</Code>
        </Declaration>
        <Declaration reference="019a1f04-33b7-7c57-b743-e5a16bef7bb9" inss="50021957813" outcome="refused">
          <Code>99003-008</Code>
        </Declaration>
        <Declaration reference="019a1f04-44e5-703d-8212-151f5806d703" inss="50021957813" outcome="refused">
          <Code>99003-008</Code>
        </Declaration>
        <Declaration reference="019a1f04-2c55-7672-af95-056239e0884d" inss="50021957813" outcome="refused">
          <Code>99003-008</Code>
        </Declaration>
        <Declaration reference="019a1f04-3ef6-7325-8784-152edbd2320b" inss="50021957813" outcome="refused">
          <Code>99003-008</Code>
        </Declaration>
        <Declaration reference="019a1f04-7b81-729b-8eb2-b579697101bc" inss="50021957813" outcome="refused">
          <Code>99003-008</Code>
        </Declaration>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
