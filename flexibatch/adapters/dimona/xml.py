"""Read Dimona declarations from their official XML, Form by Form.

Names, addresses and all else that the register does not keep are passed over. A DOCTYPE is refused, no entity
is expanded and nothing is fetched.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from lxml import etree

from flexibatch.domain import register_fields as read
from flexibatch.domain.findings import seen
from flexibatch.domain.register import Change, DimonaCancel, DimonaIn, DimonaOut, DimonaUpdate
from flexibatch.domain.register_changes import require_flexi
from flexibatch.domain.register_fields import on_line
from flexibatch.errors import Refusal

FIXED = {"Identification": "DIMONA", "AttestationStatus": "0", "TypeForm": "SU"}
Fields = Mapping[str, str]
Told = tuple[str | None, str | None, str | None]
_LONG_NUMBER = re.compile(r"[0-9]{6,}")


def read_xml(file: BinaryIO, zone: ZoneInfo) -> Iterator[DimonaIn | Change | Refusal]:
    """Read the declarations, or what is wrong there, as they are asked for."""
    depth = 0
    events = etree.iterparse(
        file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        for event, element in events:
            if event == "start":
                _refuse_foreign(element, depth)
                depth += 1
                continue
            depth -= 1
            if depth == 1:
                yield read.entry_or_fault(_entry, element, zone)
                _forget(element)
    except etree.XMLSyntaxError as exc:
        reason = _LONG_NUMBER.sub("…", seen(exc.msg or ""))
        raise Refusal(f"line {exc.lineno}: this is no well-formed XML ({reason})") from None


def _refuse_foreign(element: etree._Element, depth: int) -> None:
    if depth == 0 and element.getroottree().docinfo.internalDTD is not None:
        raise Refusal("line 1: a document with a DOCTYPE is not read")
    wanted = {0: "Dimona", 1: "Form"}.get(depth)
    if wanted is not None and element.tag != wanted:
        found = seen(str(element.tag))
        raise Refusal(f'line {_line(element)}: "{found}" stands where {wanted}, without namespace, must')


def _line(element: Any) -> int:  # noqa: ANN401 - the stubs do not know what a line is
    return int(element.sourceline or 0)


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _entry(form: etree._Element, zone: ZoneInfo) -> DimonaIn | Change:
    with on_line(_line(form)):
        fields = _fields(form, without=(*_READERS, "Reference"))
        for name, value in FIXED.items():
            if fields.get(name) != value:
                raise read.fault(name, fields.get(name, ""), value)
        kinds = [child for child in form.iterchildren(etree.Element) if child.tag in _READERS]
        if len(kinds) != 1:
            raise Refusal(f"a Form must hold one of {', '.join(_READERS)}")
        created = f"{fields.get('FormCreationDate', '')}T{fields.get('FormCreationHour', '')}"
        at = read.moment("FormCreationDate and FormCreationHour", created, zone)
    with on_line(_line(kinds[0])):
        return _READERS[str(kinds[0].tag)](kinds[0], at)


def _fields(element: etree._Element | None, without: Collection[str] = ()) -> dict[str, str]:
    """Return the children that hold only text by name; one that stands twice cannot be told apart."""
    found: dict[str, str] = {}
    for child in element.iterchildren(etree.Element) if element is not None else ():
        name = str(child.tag)
        if len(child) or name in without:
            continue
        if name in found:
            raise Refusal(f"{seen(name)} stands twice")
        found[name] = (child.text or "").strip()
    return found


def _employer(element: etree._Element) -> tuple[str | None, str | None]:
    """Read EmployerId; a local administration's own number is passed over: no wage file can name it."""
    told = _fields(element.find("EmployerId"))
    nsso = told.get("NOSSRegistrationNbr") or told.get("ProvisionalNSSONbr") or ""
    return read.employer(nsso, told.get("CompanyID", ""))


def _told(element: etree._Element, fields: Fields) -> Told:
    """Read worker and employer of a declaration that need not tell them."""
    nsso, company = _employer(element) if element.find("EmployerId") is not None else (None, None)
    return read.optional(read.worker, "INSS", fields.get("INSS", "")), nsso, company


def _dimona_in(element: etree._Element, at: datetime) -> DimonaIn:
    fields, features = _fields(element), _fields(element.find("DimonaFeatures"))
    nsso, company = _employer(element)
    kind = read.worker_type("WorkerType", features.get("WorkerType", ""))
    committee = read.optional(
        read.joint_committee, "JointCommissionNbr", features.get("JointCommissionNbr", "")
    )
    asked = [fields.get(name, "") for name in ("StartingDate", "StartingHour", "EndingDate", "EndingHour")]
    return DimonaIn(
        _line(element),
        nsso,
        company,
        read.worker("INSS", _fields(element.find("NaturalPerson")).get("INSS", "")),
        kind,
        require_flexi(kind, read.span(*asked)),
        committee,
        at,
    )


def _dimona_out(element: etree._Element, at: datetime) -> DimonaOut:
    fields = _fields(element)
    number, end = _period(fields), read.day("EndingDate", fields.get("EndingDate", ""))
    if end == read.OPEN_END:
        raise Refusal("EndingDate must be a real day: use DimonaUpdate to open a period again")
    return DimonaOut(_line(element), number, *_told(element, fields), at, end)


def _dimona_update(element: etree._Element, at: datetime) -> DimonaUpdate:
    fields = _fields(element)
    end = fields.get("EndingDate", "")
    return DimonaUpdate(
        _line(element),
        _period(fields),
        *_told(element, fields),
        at,
        start=read.optional(read.day, "StartingDate", fields.get("StartingDate", "")),
        start_hour=read.optional(read.hour, "StartingHour", fields.get("StartingHour", "")),
        end=read.end_day("EndingDate", end),
        end_hour=read.optional(read.hour, "EndingHour", fields.get("EndingHour", "")),
        reopens=end == str(read.OPEN_END),
    )


def _dimona_cancel(element: etree._Element, at: datetime) -> DimonaCancel:
    fields = _fields(element)
    return DimonaCancel(_line(element), _period(fields), *_told(element, fields), at)


def _period(fields: Fields) -> str:
    return read.period_id("DimonaPeriodId", fields.get("DimonaPeriodId", ""))


_READERS: Mapping[str, Callable[[etree._Element, datetime], DimonaIn | Change]] = {
    "DimonaIn": _dimona_in,
    "DimonaOut": _dimona_out,
    "DimonaUpdate": _dimona_update,
    "DimonaCancel": _dimona_cancel,
}
