"""What the journey puts out: answers and pages into the bureau's folders, the set into the archive."""

from collections.abc import Iterable
from functools import partial
from typing import Protocol

from flexibatch.adapters.line_file import read_lines
from flexibatch.adapters.spool.interface import Spool
from flexibatch.adapters.spool.private_folders import PrivateFolders
from flexibatch.domain.case import Case, Report, Verdict
from flexibatch.domain.outcomes import LineOutcomes, no_lines


class Pages(Protocol):
    """Write what became of a set as a page for people and for programs (`flexibatch.adapters.reports`)."""

    def html_pieces(self, report: Report, lines: LineOutcomes) -> Iterable[bytes]:
        """Return the page for people, in pieces."""
        ...

    def json_pieces(self, report: Report, lines: LineOutcomes) -> Iterable[bytes]:
        """Return its JSON, in pieces."""
        ...

    def csv_pieces(self, report: Report, lines: LineOutcomes) -> Iterable[bytes]:
        """Return what was refused as CSV, in pieces."""
        ...


class SpoolOutbox:
    """Fulfil the port `Outbox`."""

    def __init__(self, spool: Spool, private_folders: PrivateFolders, pages: Pages) -> None:
        """Keep who puts down, who archives and who writes pages."""
        self._spool, self._private_folders, self._pages = spool, private_folders, pages

    def publish(self, verdict: Verdict) -> None:
        """Put down the answers."""
        self._spool.publish(verdict)

    def report(self, report: Report) -> None:
        """Put down the page for people, its JSON, and what was refused as CSV."""
        # What is refused whole has no lines, whatever a judgement that came to nothing left beside its answers.
        kept = self._private_folders.folder(report.case).lines(report.case.run)
        lines = partial(read_lines, kept) if report.counts.lines else no_lines
        self._spool.put_page(report.case, "html", self._pages.html_pieces(report, lines))
        self._spool.put_page(report.case, "json", self._pages.json_pieces(report, lines))
        self._spool.put_page(report.case, "csv", self._pages.csv_pieces(report, lines))

    def archive(self, case: Case) -> None:
        """Move the set's private folder to the archive; elsewhere nothing stays of it."""
        self._private_folders.archive(case)
        self._spool.forget(case)
