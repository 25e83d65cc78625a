<?xml version="1.0" encoding="UTF-8"?>
<NOTIFICATION xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="NOTIFICATION_20223.xsd">
  <Form>
    <Identification>NOTI001</Identification>
    <FormCreationDate>2026-10-05</FormCreationDate>
    <FormCreationHour>09:16:02.417</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>FA</TypeForm>
    <FileReference>
      <FileName>GO.FLEX.000640.20261005.00003.R.1</FileName>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>1KA0AR6JJ3WJI</ReferenceNbr>
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
      <FormCreationHour>11:15:00.000</FormCreationHour>
      <AttestationStatus>3</AttestationStatus>
      <TypeForm>SU</TypeForm>
    </HandledOriginalForm>
    <Reference>
      <ReferenceType>0</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>1KA0AR6JJ3WJI</ReferenceNbr>
    </Reference>
    <Reference>
      <ReferenceType>3</ReferenceType>
      <ReferenceOrigin>1</ReferenceOrigin>
      <ReferenceNbr>SEP-BAR-0001</ReferenceNbr>
    </Reference>
    <EmployerId>
      <NOSSRegistrationNbr>100100022</NOSSRegistrationNbr>
      <CompanyID>400100056</CompanyID>
    </EmployerId>
    <HandledReference>
      <ReferenceType>1</ReferenceType>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>1TNOCJPMSAJYR</ReferenceNbr>
    </HandledReference>
    <HandlingResult>
      <ResultCode>1</ResultCode>
    </HandlingResult>
    <ApplicationData>
      <Declarations xmlns="urn:flexibatch:outcome:1" run="1" lines="1" accepted="1" unchanged="0" refused="0"
                    sha256="e9d1cf96a7a508e035851f6e73b5fe6b4cbc7aed175215b7f121ced4b429a101" schema="FLXWAGE_20264" catalogue="2026.1" register="2026-10-05T07:16:02Z">
        <Declaration reference="019a1f04-9248-7e67-b3fc-d57b98c832c3" own="CONTRACT-4711" inss="50021850123" outcome="accepted" ticket="0IRC3L26IDAUI" version="3"/>
      </Declarations>
    </ApplicationData>
  </Form>
</NOTIFICATION>
