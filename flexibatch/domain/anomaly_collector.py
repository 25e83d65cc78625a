"""What is told of the anomalies of a document: so many in full, each where it stands, on each line that has it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from flexibatch.domain.case import LocatedAnomaly
from flexibatch.domain.findings import Anomaly
from flexibatch.domain.flxwage.model import Form

_Key = tuple[str, str | None, str | None, str]


class AnomalyCollector:
    """Take the anomalies of one document, Form by Form; `untold` counts those beyond the limit."""

    def __init__(self, max_anomalies: int) -> None:
        """Start with nothing told."""
        self._bureau = max_anomalies
        self.untold = 0

    def told(self, found: Iterable[LocatedAnomaly]) -> tuple[LocatedAnomaly, ...]:
        """Return the anomalies of a Form that are still told in full, each once a line."""
        once = {(*_key(one), one.line): one for one in found}
        told = tuple(once.values())[: self._bureau]
        self._bureau -= len(told)
        self.untold += len(once) - len(told)
        return told


class MergedAnomaly(NamedTuple):
    """An anomaly that is told once: the references of all lines that have it, and how many lines those are."""

    one: LocatedAnomaly
    references: tuple[str, ...]
    lines: int


def merged(told: Iterable[LocatedAnomaly]) -> Iterator[MergedAnomaly]:
    """Yield each anomaly once, with all the lines that have it: those of a worker share some."""
    once: dict[_Key, tuple[LocatedAnomaly, dict[str, None], set[int | None]]] = {}
    for one in told:
        _, references, lines = once.setdefault(_key(one), (one, {}, set()))
        lines.add(one.line)
        if one.called is not None:
            references[one.called] = None
    for one, references, lines in once.values():
        yield MergedAnomaly(one, tuple(references), len(lines))


def _key(one: LocatedAnomaly) -> _Key:
    finding = one.anomaly.finding
    return one.anomaly.code, finding.location, finding.value, one.anomaly.what


def located(
    form: Form,
    of_form: Sequence[Anomaly],
    of_lines: Mapping[int, Sequence[Anomaly]],
    refused: int,
    *,
    whole: bool,
) -> Iterator[LocatedAnomaly]:
    """Say of each anomaly whom it is about: the Form's own first, then line by line (by number).

    `refused` counts the lines of the Form that were refused; `whole` tells that what refuses a line refuses them all.
    """
    employer = form.known_nsso or form.company_id
    for anomaly in of_form:
        yield LocatedAnomaly(anomaly, employer, form=form.number, refused=refused)
    for line in form.lines:
        for anomaly in of_lines.get(line.number, ()):
            number = anomaly.finding.quality
            qualities = line.calculation.qualities if line.calculation else ()
            quality = qualities[number - 1] if number and number <= len(qualities) else None
            yield LocatedAnomaly(
                anomaly,
                employer,
                line.inss,
                line.reference,
                form.number,
                line.number,
                quality,
                refused if whole else None,
                line.own,
                whole,
            )


def placed(one: LocatedAnomaly, places: Mapping[str, tuple[int, int]]) -> LocatedAnomaly:
    """Return an anomaly line and column, where its location is among the places."""
    finding = one.anomaly.finding
    place = places.get(finding.location or "")
    if place is None:
        return one
    found = replace(finding, line=place[0], column=place[1])
    return replace(one, anomaly=replace(one.anomaly, finding=found))
