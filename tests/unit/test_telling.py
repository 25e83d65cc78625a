"""What several lines of a worker share: told on each of them, and once where each is told with all its lines."""

from dataclasses import replace

from flexibatch.adapters.tables import load_catalogue
from flexibatch.domain.anomaly_collector import AnomalyCollector, MergedAnomaly, merged
from flexibatch.domain.case import LocatedAnomaly
from flexibatch.domain.findings import Finding
from flexibatch.domain.vocabulary import Language

WORKER = Finding("inss-check", tag="INSS", value="1", location="/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/INSS")
ANOMALY = load_catalogue().anomaly(WORKER, Language.EN)


def on(line: int | None, reference: str | None) -> LocatedAnomaly:
    assert ANOMALY is not None
    return LocatedAnomaly(ANOMALY, "0400100056", "1", reference, 1, line)


def test_a_fault_of_a_worker_is_told_on_each_line() -> None:
    """The same fault stands once against every line, and of what passes the limit it is counted."""
    telling = AnomalyCollector(2)
    found = [on(1, "A"), on(1, "A"), on(2, "B"), on(3, "C")]
    assert ((on(1, "A"), on(2, "B")), 1) == (telling.told(found), telling.untold)


def test_lines_that_share_a_fault_are_named_with_it() -> None:
    """It is given once, with the references of all its lines; one that could not be read is counted all the same."""
    other = replace(on(2, "B"), anomaly=replace(on(2, "B").anomaly, code="00024-152"))
    expected = [MergedAnomaly(on(1, "A"), ("A", "B"), 3), MergedAnomaly(other, ("B",), 1)]
    assert expected == list(merged([on(1, "A"), on(2, "B"), other, on(3, None)]))
