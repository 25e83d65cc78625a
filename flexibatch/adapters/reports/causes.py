"""What the pages tell of a set's anomalies: each cause once, and every line at fault with all that it has."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from flexibatch.adapters.reports.writing import Texts, number
from flexibatch.domain.case import LocatedAnomaly, ReceivedFile, Report
from flexibatch.domain.outcomes import LineOutcome, LineOutcomes
from flexibatch.domain.signatures import SignatureFault
from flexibatch.domain.vocabulary import AnomalyClass, Effect, FileKind

VALUES_SHOWN = 5
"""Different values, wordings and elements of one cause that a page tells; the lines have their own."""

LINES_SHOWN = 2_000
"""Lines in the table of all lines; the JSON has all."""

STRUCTURAL = frozenset(
    (
        *("not-well-formed", "doctype", "bytes-encoding", "encoding", "root", "root-attribute", "namespace"),
        *("schema-location", "schema-version", "not-a-form", "no-form", "schema-sequence", "schema-unknown"),
    )
)
"""Rules on the structure of the document: software made it, and no clerk can mend it."""

_REFUSALS = frozenset(fault.rule for fault in SignatureFault)
_Key = tuple[AnomalyClass, str, Effect, bool]


@dataclass(frozen=True, slots=True)
class Some:
    """The first of the different things that a cause was told with, and how many there are beside them."""

    first: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Cause:
    """One code, told once: what was found, with which values, what was refused for it, what to do.

    `supplier` is the text for whoever made the bureau's software; empty where a clerk can mend it.
    """

    code: str
    what: Some
    remedy: Some
    elements: Some
    values: Some
    effect: str
    lines: int
    forms: int
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class LineFaults:
    """One line at fault with all its faults; a Form or the whole file where `line` or `form` is None.

    `known` is what the line is known by, where that was kept.
    """

    first: LocatedAnomaly
    faults: tuple[LocatedAnomaly, ...]
    known: LineOutcome | None = None


@dataclass(frozen=True, slots=True)
class LinesTold:
    """What a page tells of lines: those at fault, grouped by Form, and the first of all lines.

    `places` are those of the lines at fault: paper does not tell them twice.
    """

    at_fault: tuple[tuple[LineFaults, ...], ...]
    shown: tuple[tuple[LineOutcome, ...], ...]
    listed: int
    places: frozenset[tuple[int, int]]


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


def verified(report: Report, file: ReceivedFile) -> bool | None:
    """Return whether a signature was good; None for what is no signature, and where none was looked at."""
    if file.kind is not FileKind.SIGNATURE:
        return None
    if report.state == "received":
        return True
    refused = {one.anomaly.finding.value for one in report.located if one.anomaly.finding.rule in _REFUSALS}
    return False if file.name in refused else None


def causes_by_class(report: Report, texts: Texts) -> Iterator[tuple[AnomalyClass, int, Sequence[Cause]]]:
    """Yield the causes by class, blocking first, with how many anomalies; classes without any are left out."""
    groups: dict[_Key, list[LocatedAnomaly]] = {}
    for one in report.located:
        key = (one.anomaly.anomaly_class, one.anomaly.code, one.effect, one.whole)
        groups.setdefault(key, []).append(one)
    for anomaly_class in AnomalyClass:
        mine = [group for (of, *_), group in groups.items() if of is anomaly_class]
        if mine:
            yield anomaly_class, sum(map(len, mine)), [_cause(report, group, texts) for group in mine]


def _cause(report: Report, group: Sequence[LocatedAnomaly], texts: Texts) -> Cause:
    findings = [one.anomaly.finding for one in group]
    return Cause(
        group[0].anomaly.code,
        _some(one.anomaly.what for one in group),
        _some(one.anomaly.remedy for one in group),
        _some(one.tag for one in findings),
        _some(one.value for one in findings),
        _effect(group, texts),
        len({(one.form, one.line) for one in group if one.line is not None}),
        len({one.form for one in group if one.form is not None}),
        _for_supplier(report, group[0], texts),
    )


def _for_supplier(report: Report, one: LocatedAnomaly, texts: Texts) -> str:
    """Return what to send to the supplier of the software, by the first place of a fault in the structure."""
    finding = one.anomaly.finding
    if finding.rule not in STRUCTURAL:
        return ""
    line = "" if finding.line is None else str(texts["line"]).format(line=finding.line)
    place = ", ".join(part for part in (line, finding.location) if part) or report.case.name
    values = {"code": one.anomaly.code, "what": one.anomaly.what, "element": finding.tag or "–"}
    case = {"place": place, "name": report.case.name, "ticket": report.case.ticket}
    return str(texts["supplier_text"]).format(**values, **case)


def _some(given: Iterable[str | None]) -> Some:
    different = tuple(dict.fromkeys(one for one in given if one))
    return Some(different[:VALUES_SHOWN], max(0, len(different) - VALUES_SHOWN))


def _effect(group: Sequence[LocatedAnomaly], texts: Texts) -> str:
    """Say what was refused for a cause."""
    one = group[0]
    lines = len({(other.form, other.line) for other in group})
    key = one.effect.value
    if one.effect is Effect.LINE and lines > 1:
        key = "lines"
    if one.effect is Effect.FORM:
        lines = sum({other.form: other.refused or 0 for other in group}.values())
        key = "together" if one.whole else key if lines else "no_lines"
    return str(texts["effects"][key]).format(count=number(lines))


def lines_told(report: Report, lines: LineOutcomes) -> LinesTold:
    """Return the lines at fault with what they are known by, and the first of all lines, in document order."""
    faults: dict[tuple[int | None, int | None], list[LocatedAnomaly]] = {}
    for one in report.located:
        faults.setdefault((one.form, one.line), []).append(one)
    wanted = {form for form, _line in faults if form is not None}
    known, shown, last = (
        dict[tuple[int, int | None], LineOutcome](),
        list[LineOutcome](),
        max(wanted, default=0),
    )
    for line in lines():
        if len(shown) < LINES_SHOWN:
            shown.append(line)
        elif line.form > last:
            break
        if line.form in wanted:
            known.setdefault((line.form, None), line)
            if line.place in faults:
                known[line.place] = line
    rows = [
        LineFaults(several[0], tuple(several), known.get((form, line)) if form is not None else None)
        for (form, line), several in faults.items()
    ]
    return LinesTold(
        tuple(tuple(group) for _form, group in groupby(rows, key=lambda one: one.first.form)),
        tuple(tuple(group) for _form, group in groupby(shown, key=lambda one: one.form)),
        len(shown),
        frozenset((form, line) for form, line in faults if form is not None and line is not None),
    )
