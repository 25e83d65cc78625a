"""The texts of ACRF and NOTI, as the official schemas want them: order and indentation are binding.

Source: docs/spec/answers.md, "Acknowledgement", "Notification"; `schemas/ACRF_20231.xsd` and
`schemas/NOTIFICATION_20223.xsd`.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

from flexibatch.domain.anomaly_collector import merged
from flexibatch.domain.case import FormVerdict, LineVerdict, LocatedAnomaly, Verdict
from flexibatch.domain.employers import ToldNumbers
from flexibatch.domain.findings import Anomaly, shown
from flexibatch.domain.flxwage.model import Form
from flexibatch.domain.identifiers import is_provisional_nsso
from flexibatch.domain.vocabulary import Outcome, ResultCode

OUTCOME_NAMESPACE = "urn:flexibatch:outcome:1"
LOCATION_LIMIT = 200
FINAL = "FA"
"""The nature of every answer: final."""
CHANNEL = "0"
"""The way a file came: the batch channel."""
REFUSED_FOR_ANOMALIES = "3"
UNKNOWN = "0"
"""What stands for an employer's number that is not known."""
NAME_LIMIT = 64
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
"""What is written otherwise within an attribute."""


def _leaf(indent: int, tag: str, value: object) -> str:
    return f"{'  ' * indent}<{tag}>{escape(str(value))}</{tag}>\n"


def _created(moment: datetime, identification: str) -> str:
    return (
        _leaf(2, "Identification", identification)
        + _leaf(2, "FormCreationDate", moment.date().isoformat())
        + _leaf(2, "FormCreationHour", _hour(moment))
        + _leaf(2, "AttestationStatus", "0")
        + _leaf(2, "TypeForm", FINAL)
    )


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def _file_reference(verdict: Verdict) -> str:
    return (
        "    <FileReference>\n"
        + _leaf(3, "FileName", shown(verdict.case.name)[:NAME_LIMIT])
        + _leaf(3, "ReferenceOrigin", "2")
        + _leaf(3, "ReferenceNbr", verdict.case.ticket)
        + "    </FileReference>\n"
    )


def acknowledgement(verdict: Verdict, moment: datetime, fault: Anomaly | None) -> str:
    """Write the ACRF: received (1), withdrawn (0 without a code) or refused (0 and the first fault's code)."""
    received = verdict.state == "received"
    result = ResultCode.ACCEPTED if received else ResultCode.REFUSED
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ACRF {_XSI} xsi:noNamespaceSchemaLocation="ACRF_20231.xsd">\n'
        "  <Form>\n"
        + _created(moment, "ACRF001")
        + _file_reference(verdict)
        + "    <ReceptionResult>\n"
        + _leaf(3, "ResultCode", result.value)
        + (_leaf(3, "ErrorID", fault.code) if fault else "")
        + "    </ReceptionResult>\n  </Form>\n</ACRF>\n"
    )


def notification_head() -> str:
    """Write what stands before the first Form."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<NOTIFICATION {_XSI} xsi:noNamespaceSchemaLocation="NOTIFICATION_20223.xsd">\n'
    )


def notification_tail() -> str:
    """Write what stands behind the last Form."""
    return "</NOTIFICATION>\n"


def form_result(
    verdict: Verdict, judged: FormVerdict, told: Sequence[LocatedAnomaly], moment: datetime
) -> Iterator[str]:
    """Write what became of one Form, piece by piece; `moment` is when it was decided, where the channel lives."""
    form, employer = judged.form, judged.employer
    yield "  <Form>\n" + _created(moment, "NOTI001") + _file_reference(verdict)
    yield _reception(verdict.case.arrived_at.astimezone(moment.tzinfo))
    sender = _leaf(3, "SenderId", verdict.case.sender.number)
    yield f"    <HandledOriginalFile>\n{sender}    </HandledOriginalFile>\n"
    yield _original_form(form)
    yield _reference(2, "Reference", "0", "2", verdict.case.ticket)
    if form.reference:
        yield _reference(2, "Reference", form.reference.kind, "1", form.reference.number)
    yield _employer_id(employer)
    yield _reference(2, "HandledReference", "1", "2", judged.ticket)
    yield "    <HandlingResult>\n" + _leaf(3, "ResultCode", judged.result.value)
    if judged.result is ResultCode.REFUSED:
        yield _leaf(3, "Diagnosis", REFUSED_FOR_ANOMALIES)
    yield from (_anomaly_report(employer, once.one) for once in merged(told))
    yield "    </HandlingResult>\n    <ApplicationData>\n"
    yield _outcomes_head(verdict, judged)
    yield "".join(map(_outcome, judged.lines))
    yield "      </Declarations>\n    </ApplicationData>\n  </Form>\n"


def _original_form(form: Form) -> str:
    values = (form.identification, form.created_on, form.created_at, form.operation, form.type_form)
    if None in values:
        return ""
    tags = ("Identification", "FormCreationDate", "FormCreationHour", "AttestationStatus", "TypeForm")
    leaves = "".join(_leaf(3, tag, value) for tag, value in zip(tags, values, strict=True))
    return f"    <HandledOriginalForm>\n{leaves}    </HandledOriginalForm>\n"


def _reference(indent: int, tag: str, kind: str, origin: str, number: str) -> str:
    space = "  " * indent
    return (
        f"{space}<{tag}>\n"
        + _leaf(indent + 1, "ReferenceType", kind)
        + _leaf(indent + 1, "ReferenceOrigin", origin)
        + _leaf(indent + 1, "ReferenceNbr", number)
        + f"{space}</{tag}>\n"
    )


def _reception(arrived_at: datetime) -> str:
    """Write when the file arrived: by that a bureau's punctuality is judged."""
    return (
        "    <FileReceptionInformation>\n"
        + _leaf(3, "ReceptionDate", arrived_at.date().isoformat())
        + _leaf(3, "ReceptionHour", _hour(arrived_at))
        + _leaf(3, "Channel", CHANNEL)
        + "    </FileReceptionInformation>\n"
    )


def _employer_id(employer: ToldNumbers) -> str:
    """Write both numbers, 0 for one that is not known, or nothing: the official schema knows no other way."""
    if not employer.whole:
        return ""
    numbers = _nsso(3, employer.nsso or UNKNOWN) + _company(3, employer.company or UNKNOWN)
    return f"    <EmployerId>\n{numbers}    </EmployerId>\n"


def _nsso(indent: int, number: str) -> str:
    provisional = is_provisional_nsso(number)
    return _leaf(indent, "ProvisionalNSSONbr" if provisional else "NOSSRegistrationNbr", int(number))


def _company(indent: int, number: str) -> str:
    return _leaf(indent, "CompanyID", int(number))


def _anomaly_report(employer: ToldNumbers, one: LocatedAnomaly) -> str:
    told, finding = one.anomaly, one.anomaly.finding
    return (
        "      <AnomalyReport>\n"
        + _leaf(4, "ErrorID", told.code)
        + (_leaf(4, "TagName", shown(finding.tag)) if finding.tag else "")
        + (_leaf(4, "Value", shown(finding.value)) if finding.value else "")
        + _leaf(4, "AnomalyClass", told.anomaly_class.value)
        + _leaf(4, "AnomalyLabel", told.label)
        + _anomaly_location(one)
        + _path(employer, one)
        + "      </AnomalyReport>\n"
    )


def _anomaly_location(one: LocatedAnomaly) -> str:
    finding = one.anomaly.finding
    if finding.location is None:
        return ""
    line = _leaf(5, "LineNbr", finding.line) if finding.line else ""
    location = _leaf(5, "Location", finding.location[:LOCATION_LIMIT])
    return f"        <AnomalyLocation>\n{line}{location}        </AnomalyLocation>\n"


def _path(employer: ToldNumbers, one: LocatedAnomaly) -> str:
    if one.form is None:
        return ""
    quality = one.quality
    inner = _nsso(5, employer.nsso) if employer.nsso else ""
    inner += _company(5, employer.company) if employer.company else ""
    if one.inss and _readable_inss(one.inss):
        inner += _leaf(5, "INSS", one.inss)
    if quality is not None:
        inner += _leaf(5, "EmployerClass", quality.employer_class) if quality.employer_class else ""
        inner += _leaf(5, "WorkerCode", quality.worker_code) if quality.worker_code else ""
        inner += _leaf(5, "StartingDate", _day(quality.start)) if quality.start else ""
    return f"        <Path>\n{inner}        </Path>\n" if inner else ""


def _day(day: date) -> str:
    return day.isoformat()


def _readable_inss(inss: str) -> bool:
    return len(inss) == 11 and inss.isascii() and inss.isdigit()  # noqa: PLR2004 - an INSS has 11 digits


def _attribute(text: str) -> str:
    return shown(text[:64]).translate(_ESCAPED)


def _outcomes_head(verdict: Verdict, judged: FormVerdict) -> str:
    provenance = verdict.provenance
    if provenance is None:
        raise ValueError("a notification speaks of a document that was read")
    counts = " ".join(f'{outcome.value}="{judged.count(outcome)}"' for outcome in Outcome)
    register = provenance.register
    state = f' register="{register.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"' if register else ""
    return (
        f'      <Declarations xmlns="{OUTCOME_NAMESPACE}" run="{verdict.case.run}" lines="{judged.size}" {counts}\n'
        f'                    sha256="{provenance.sha256}" schema="{provenance.schema}" '
        f'catalogue="{provenance.catalogue}"{state}>\n'
    )


def _outcome(one: LineVerdict) -> str:
    line = one.line
    reference = f' reference="{_attribute(line.reference)}"' if line.reference else ""
    own = f' own="{_attribute(line.own)}"' if line.own else ""
    inss = f' inss="{line.inss}"' if line.inss and _readable_inss(line.inss) else ""
    settled = f' ticket="{one.ticket}" version="{one.version}"' if one.ticket else ""
    head = f'        <Declaration{reference}{own}{inss} outcome="{one.outcome.value}"{settled}'
    if not one.codes:
        return f"{head}/>\n"
    codes = "".join(f"          <Code>{code}</Code>\n" for code in one.codes)
    return f"{head}>\n{codes}        </Declaration>\n"
