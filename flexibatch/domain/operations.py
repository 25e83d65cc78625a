"""Operations: what an original, a modification or a cancellation makes of the declaration in force."""

from collections import Counter
from dataclasses import dataclass

from flexibatch.domain.findings import Finding
from flexibatch.domain.flxwage.model import Calculation, Form, Line, Quality
from flexibatch.domain.vocabulary import Operation


@dataclass(frozen=True, slots=True)
class CurrentDeclaration:
    """A declaration in force: its last version and what that says, None where it is a cancellation.

    `last_arrival` is the arrival of the set that made that version (`flexibatch.domain.case.Case.arrival`),
    `newest_arrival` the highest of those that made any: sets that met trouble make versions after later ones.
    """

    ticket: str
    version: int
    cancelled: bool
    own: str | None
    content: Calculation | None
    last_arrival: int
    newest_arrival: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Say what a line does: which version of which declaration it makes, or that it makes none.

    `version` is None where the line is refused, and `findings` say why. `ticket` is None for a new
    declaration. `unchanged` tells that ticket and version are those that stand already.
    """

    version: int | None = None
    ticket: str | None = None
    unchanged: bool = False
    findings: tuple[Finding, ...] = ()


_NEW = Decision(version=1)


def decide(
    form: Form, line: Line, standing: CurrentDeclaration | None, *, rerun: bool, arrival: int
) -> Decision:
    """Decide about a line whose Form has a readable operation; `standing` is None where nothing was declared.

    Source: docs/spec/message.md, "Operations". Original: the reference must be new (90082-272, also when it
    is cancelled). Modification and cancellation: it must be known (90082-234) and not cancelled (90082-241);
    a modification that changes nothing is a remark (90082-444). In a re-run, what a later set made comes
    first (90082-180).
    """
    if standing is None:
        return _NEW if form.operation is Operation.ORIGINAL else _refused("unknown", form, line)
    if rerun and standing.newest_arrival > arrival:
        return _refused("superseded", form, line)
    if form.operation is Operation.ORIGINAL:
        return _refused("declared-cancelled" if standing.cancelled else "declared", form, line)
    if standing.cancelled:
        return _refused("cancelled", form, line)
    if form.operation is Operation.MODIFICATION and _repeats(line, standing):
        remark = (reference_finding("unchanged", form, line),)
        return Decision(standing.version, standing.ticket, unchanged=True, findings=remark)
    return Decision(standing.version + 1, standing.ticket)


def same_content(one: Calculation, other: Calculation) -> bool:
    """Return whether two calculations say the same: equal values, qualities and elements in any order.

    An element or quality that stands twice in one must stand twice in the other.

    >>> from datetime import date
    >>> day = date(2026, 9, 1)
    >>> labourer, employee = Quality(worker_code="050"), Quality(worker_code="450")
    >>> here = Calculation(day, qualities=(labourer, employee))
    >>> same_content(here, Calculation(day, qualities=(employee, labourer)))
    True
    >>> same_content(here, Calculation(date(2026, 9, 2), qualities=(labourer, employee)))
    False
    """
    if one == other:
        return True
    if len(one.qualities) != len(other.qualities) or one[:-1] != other[:-1]:
        return False
    return Counter(map(_content, one.qualities)) == Counter(map(_content, other.qualities))


def _content(quality: Quality) -> tuple[object, ...]:
    """Return what a quality says as a value that is the same whatever the order of its elements."""
    return *quality[:-1], frozenset(Counter(quality.elements).items())


def _repeats(line: Line, standing: CurrentDeclaration) -> bool:
    """Return whether a line says what stands; the declarant's own reference is part of that."""
    sent, before = line.calculation, standing.content
    same = sent is not None and before is not None and same_content(sent, before)
    return same and line.own == standing.own


def _refused(rule: str, form: Form, line: Line) -> Decision:
    return Decision(findings=(reference_finding(rule, form, line),))


def reference_finding(rule: str, form: Form, line: Line) -> Finding:
    """Return a finding on the reference by which a line names its declaration."""
    location = form.reference_location(line)
    return Finding(rule, tag="ReferenceNbr", value=line.reference, location=location)
