<?xml version="1.0" encoding="UTF-8"?>
<ACRF xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="ACRF_20231.xsd">
  <Form>
    <Identification>ACRF001</Identification>
    <FormCreationDate>2026-10-05</FormCreationDate>
    <FormCreationHour>09:16:02.417</FormCreationHour>
    <AttestationStatus>0</AttestationStatus>
    <TypeForm>FA</TypeForm>
    <FileReference>
      <FileName>GO.FLEX.000640.20261005.00001.R.1</FileName>
      <ReferenceOrigin>2</ReferenceOrigin>
      <ReferenceNbr>09DO1SJ396NF9</ReferenceNbr>
    </FileReference>
    <ReceptionResult>
      <ResultCode>1</ResultCode>
    </ReceptionResult>
  </Form>
</ACRF>
