"""The page as JSON: `schemas/report-1.schema.json`. Lines stand last, each on a line of its own."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from flexibatch.adapters.reports.causes import verified
from flexibatch.adapters.reports.writing import HIDDEN, instant, joined
from flexibatch.domain.case import LocatedAnomaly, ReceivedFile, Report
from flexibatch.domain.outcomes import LineOutcome, LineOutcomes
from flexibatch.domain.vocabulary import Effect

LAYOUT = 1
"""The version of the JSON's layout."""
_END = "\n}"
_encoded = json.JSONEncoder(ensure_ascii=False).encode
"""Made once: `json.dumps` makes an encoder for every line."""


def json_pieces(report: Report, lines: LineOutcomes) -> Iterator[bytes]:
    """Yield the JSON; hidden characters stand as escapes, anomalies and lines in document order."""
    for text in joined(_texts(report, lines)):
        yield HIDDEN.sub(_escaped, text).encode()


def _texts(report: Report, lines: LineOutcomes) -> Iterator[str]:
    # The end of the object is held back: its lines, which are many, are encoded one by one.
    encoder, held = json.JSONEncoder(ensure_ascii=False, indent=2), ""
    for piece in encoder.iterencode(_report(report)):
        held += piece
        yield held[: -len(_END)]
        held = held[-len(_END) :]
    yield ',\n  "lines": ['
    separator = "\n    "
    for one in lines():
        yield separator + _encoded(_line(one))
        separator = ",\n    "
    yield "]\n}\n" if separator == "\n    " else "\n  ]\n}\n"


def _report(report: Report) -> Mapping[str, Any]:
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
        "files": [_file(file, verified(report, file)) for file in case.files],
        "counts": asdict(report.counts),
        "anomalies": [_anomaly(one) for one in report.located],
        "more": report.more,
        "answers": list(report.answers),
    }


def _file(file: ReceivedFile, is_verified: bool | None) -> Mapping[str, Any]:
    return {
        "name": _sound(file.name),
        "kind": file.kind.value,
        "part": file.part,
        "size": file.size,
        "sha256": file.sha256,
        "verified": is_verified,
    }


def _anomaly(one: LocatedAnomaly) -> Mapping[str, Any]:
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


def _line(one: LineOutcome) -> Mapping[str, Any]:
    return {
        "form": one.form,
        "line": one.line,
        "nsso": one.nsso,
        "company": one.company,
        "operation": one.operation,
        "form_reference": one.form_reference,
        "reference": one.reference,
        "own": one.own,
        "inss": one.inss,
        "start": one.start and one.start.isoformat(),
        "end": one.end and one.end.isoformat(),
        "amount": one.amount,
        "outcome": one.outcome,
        "ticket": one.ticket,
        "version": one.version,
        "codes": one.codes,
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
