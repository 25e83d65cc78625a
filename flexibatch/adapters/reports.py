"""The pages for people in REPORT: one HTML page a set, and the same as JSON.

Source: docs/spec/answers.md, "The page in REPORT"; the JSON follows `schemas/report-1.schema.json`. Both depend on
the report alone, so that publishing again puts down the same bytes.
"""

import base64
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.resources import files
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from flexibatch.domain.case import LocatedAnomaly, ReceivedFile, Report
from flexibatch.domain.findings import named
from flexibatch.domain.identifiers import employer_kind
from flexibatch.domain.signatures import SignatureFault
from flexibatch.domain.telling import Merged, merged
from flexibatch.domain.vocabulary import AnomalyClass, Effect, FileKind

LAYOUT = 1
"""The version of the JSON's layout."""

PIECES = 2000
"""Pieces of a page that are written at once."""

REFERENCES_SHOWN = 100
"""References of lines that share an anomaly which the page names; the JSON has all."""

SHADES = (
    ("forms", ""),
    ("lines", ""),
    ("accepted", "good"),
    ("unchanged", ""),
    ("refused", "bad"),
    ("anomalies", ""),
)
"""The counts in the order of the page, each with the tone it has when it is not zero."""

_TONES = {
    "in-treatment": "calm",
    "accepted": "good",
    "remarks": "note",
    "partly": "note",
    "withdrawn": "calm",
    "recorded": "calm",
    "set-aside": "note",
}
_CLASS_TONES = {AnomalyClass.BLOCKING: "bad", AnomalyClass.REMARK: "note", AnomalyClass.WARNING: "note"}

_REFUSALS = frozenset(fault.rule for fault in SignatureFault)

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
"""Characters that cannot be seen, that turn the text around, or that no encoding has."""


def visible(text: object) -> str:
    r"""Write a value so that every character of it is seen: hidden ones are named.

    >>> visible("a\u202eb")
    'a[U+202E]b'
    """
    return _HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", str(text))


def instant(moment: datetime) -> str:
    """Write an instant in UTC, as ISO 8601 with a Z.

    >>> instant(datetime(2026, 10, 5, 7, 16, 2, tzinfo=UTC))
    '2026-10-05T07:16:02Z'
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def number(value: int) -> str:
    r"""Write a number with its digits in threes, apart by a space that does not break.

    >>> number(36700160)
    '36\xa0700\xa0160'
    """
    return f"{value:,}".replace(",", "\xa0")


class ReportPages:
    """Write what is told about a set, in the sender's language; times in the zone where the channel lives."""

    def __init__(self, timezone: ZoneInfo) -> None:
        """Read the texts, the style and the template of the package."""
        data = files("flexibatch") / "data"
        self._timezone = timezone
        self._texts = tomllib.loads((data / "report_texts.toml").read_text("utf-8"))
        self._style = (data / "report.css").read_text("utf-8")
        self._template = self._compiled((data / "report.html.j2").read_text("utf-8"))

    def html(self, report: Report) -> bytes:
        """Write the whole page."""
        return b"".join(self.html_pieces(report))

    def json(self, report: Report) -> bytes:
        """Write the same as JSON."""
        return b"".join(self.json_pieces(report))

    def html_pieces(self, report: Report) -> Iterator[bytes]:
        """Write the page: self-contained, no script, nothing fetched; every value escaped and visible."""
        texts = self._texts[report.case.sender.language.value]
        lead = lead_of(report)
        pieces = self._template.generate(
            report=report,
            case=report.case,
            texts=texts,
            lead=texts["leads"][lead],
            tone=_TONES.get(lead, "bad"),
            note=texts["notes"].get(report.case.environment.value),
            groups=tuple(_groups(report.located, texts)),
            verified={file.name: _verified(report, file) for file in report.case.files},
            shades=SHADES,
            zone=self._timezone.key,
            style=Markup(self._style),  # noqa: S704 - our own file
            style_digest=Markup(_digest(self._style)),  # noqa: S704 - base64
        )
        for text in _joined(pieces):
            yield text.encode()

    def json_pieces(self, report: Report) -> Iterator[bytes]:
        """Write the same as JSON; hidden characters stand as escapes, anomalies in document order."""
        pieces = json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(_as_json(report))
        for text in _joined(pieces):
            yield _HIDDEN.sub(_escaped, text).encode()
        yield b"\n"

    def _compiled(self, template: str) -> Template:
        # Undefined names fail: a page with a hole in it is worse than none.
        machine = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        machine.filters |= {
            "visible": visible,
            "named": named,
            "instant": instant,
            "number": number,
            "day": _day,
            "moment": self._moment,
            "employer": _employer,
        }
        return machine.from_string(template)

    def _moment(self, moment: datetime, texts: Mapping[str, Any]) -> str:
        local = moment.astimezone(self._timezone)
        return _dated(texts["moment"], local, texts, time=f"{local:%H:%M:%S}")


def _joined(pieces: Iterator[str]) -> Iterator[str]:
    """Join many small pieces to fewer: a page of ten thousand anomalies is never held whole."""
    while some := list(islice(pieces, PIECES)):
        yield "".join(some)


def lead_of(report: Report) -> str:
    """Name the sentence the page begins with: `report.state`, or what it comes down to for a clerk."""
    if report.state == "refused" and any(_is_duplicate(one) for one in report.located):
        return "duplicate"
    if report.state == "recorded" and report.case.silent:
        return "set-aside"
    if report.state != "received":
        return report.state
    counts = report.counts
    if counts.refused and not counts.accepted and not counts.unchanged:
        return "none"
    if counts.refused or any(one.anomaly.blocking for one in report.located):
        return "partly"
    return "remarks" if report.located or report.more else "accepted"


def _is_duplicate(one: LocatedAnomaly) -> bool:
    return one.anomaly.finding.rule == "name-received"


def _groups(
    located: Sequence[LocatedAnomaly], texts: Mapping[str, Any]
) -> Iterator[tuple[str, str, int, Sequence[tuple[LocatedAnomaly, str, str]]]]:
    """Yield the anomalies by class, blocking first, how many and each once; classes without any are left out."""
    for anomaly_class in AnomalyClass:
        group = [one for one in located if one.anomaly.anomaly_class is anomaly_class]
        if group:
            once = [(told.one, _listed(told.references), _effect(told, texts)) for told in merged(group)]
            yield anomaly_class.value, _CLASS_TONES[anomaly_class], len(group), once


def _effect(told: Merged, texts: Mapping[str, Any]) -> str:
    """Say what was refused for an anomaly."""
    effect, lines = told.one.effect, told.lines
    key = effect.value
    if effect is Effect.LINE and lines > 1:
        key = "lines"
    if effect is Effect.FORM:
        lines = told.one.refused or 0
        key = "together" if told.one.whole else key if lines else "no_lines"
    effects: Mapping[str, str] = texts["effects"]
    return effects[key].format(count=number(lines))


def _employer(text: str | None, texts: Mapping[str, Any]) -> str | None:
    """Write an employer's number with what it is called."""
    numbers: Mapping[str, str] = texts["numbers"]
    return text and numbers[employer_kind(text)].format(number=text)


def _listed(references: Sequence[str]) -> str:
    """Write the references of the lines that share an anomaly, the first hundred of them.

    >>> _listed(["A", "B"])
    'A, B'
    """
    left = len(references) - REFERENCES_SHOWN
    return ", ".join(references[:REFERENCES_SHOWN]) + (f", … (+{left})" if left > 0 else "")


def _day(day: date, texts: Mapping[str, Any]) -> str:
    return _dated(texts["day"], day, texts)


def _dated(pattern: str, day: date, texts: Mapping[str, Any], **more: str) -> str:
    first = texts["first"] if day.day == 1 else str(day.day)
    return pattern.format(day=first, month=texts["months"][day.month - 1], year=day.year, **more)


def _digest(style: str) -> str:
    return base64.b64encode(sha256(style.encode()).digest()).decode()


def _as_json(report: Report) -> Mapping[str, Any]:
    case = report.case
    return {
        "report": LAYOUT,
        "ticket": case.ticket,
        "name": _sound(case.name),
        "sender": case.sender.number,
        "environment": case.environment.value,
        "language": case.sender.language.value,
        "state": report.state,
        "run": case.run,
        "arrived_at": instant(case.arrived_at),
        "decided_at": instant(report.decided_at) if report.decided_at else None,
        "earlier_ticket": case.earlier_ticket,
        "files": [_file_as_json(file, _verified(report, file)) for file in case.files],
        "counts": asdict(report.counts),
        "anomalies": [_anomaly_as_json(one) for one in report.located],
        "more": report.more,
        "answers": list(report.answers),
    }


def _verified(report: Report, file: ReceivedFile) -> bool | None:
    """Return whether a signature was good; None for what is no signature, and where none was looked at."""
    if file.kind is not FileKind.SIGNATURE:
        return None
    if report.state == "received":
        return True
    refused = {one.anomaly.finding.value for one in report.located if one.anomaly.finding.rule in _REFUSALS}
    return False if file.name in refused else None


def _file_as_json(file: ReceivedFile, verified: bool | None) -> Mapping[str, Any]:
    return {
        "name": _sound(file.name),
        "kind": file.kind.value,
        "part": file.part,
        "size": file.size,
        "sha256": file.sha256,
        "verified": verified,
    }


def _anomaly_as_json(one: LocatedAnomaly) -> Mapping[str, Any]:
    anomaly, finding = one.anomaly, one.anomaly.finding
    return {
        "code": anomaly.code,
        "class": anomaly.anomaly_class.value,
        "tag": _sound(finding.tag),
        "value": _sound(finding.value),
        "line": finding.line,
        "column": finding.column,
        "location": finding.location,
        "employer": one.employer,
        "inss": one.inss,
        "reference": one.reference,
        "own": one.own,
        "effect": one.effect.value,
        "refused": _refused(one),
        "label": _sound(anomaly.what),
        "remedy": _sound(anomaly.remedy),
    }


def _refused(one: LocatedAnomaly) -> int | None:
    """Count the lines of the Form that was refused for an anomaly; None where it refused no Form."""
    return (one.refused or 0) if one.effect is Effect.FORM else None


def _sound(text: str | None) -> str | None:
    """Replace lone surrogates (foreign bytes in a file name), which readers of JSON stumble over."""
    return text and text.encode("utf-8", "replace").decode()


def _escaped(found: re.Match[str]) -> str:
    # Line breaks are the layout's own: those in a value are escaped already.
    return found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1]
