"""What the journey puts out: answers and pages into the bureau's folders, the set into the archive."""

from collections.abc import Iterable
from typing import Protocol

from flexibatch.adapters.spool.interface import Spool
from flexibatch.adapters.spool.keeping import Keeping
from flexibatch.domain.case import Case, Report, Verdict


class Pages(Protocol):
    """Write what became of a set as a page for people and for programs (`flexibatch.adapters.reports`)."""

    def html_pieces(self, report: Report) -> Iterable[bytes]:
        """Return the page for people, in pieces."""
        ...

    def json_pieces(self, report: Report) -> Iterable[bytes]:
        """Return its JSON, in pieces."""
        ...


class SpoolOutbox:
    """Fulfil the port `Outbox`."""

    def __init__(self, spool: Spool, keeping: Keeping, pages: Pages) -> None:
        """Keep who puts down, who archives and who writes pages."""
        self._spool, self._keeping, self._pages = spool, keeping, pages

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers."""
        self._spool.publish(verdict)

    def report(self, report: Report) -> None:
        """Put down the page for people and its JSON."""
        self._spool.put_page(report.case, "html", self._pages.html_pieces(report))
        self._spool.put_page(report.case, "json", self._pages.json_pieces(report))

    def archive(self, case: Case) -> None:
        """Move the set's private folder to the archive; elsewhere nothing stays of it."""
        self._keeping.archive(case)
        self._spool.forget(case)
