"""The pages for people in REPORT: one HTML page a set, the same as JSON, and what was refused as CSV.

Source: docs/spec/answers.md, "The page in REPORT". All depend on the report and the set's lines alone, so that
publishing again puts down the same bytes. None is ever held whole.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from flexibatch.adapters.reports import page_csv, page_json
from flexibatch.adapters.reports.causes import lead_of
from flexibatch.adapters.reports.index_html import IndexPage, PageLinks, Wording
from flexibatch.adapters.reports.page_html import HtmlPage
from flexibatch.adapters.reports.writing import instant, number, visible
from flexibatch.domain.case import Report
from flexibatch.domain.outcomes import LineOutcomes, no_lines
from flexibatch.domain.overview import Overview

__all__ = ["ReportPages", "instant", "lead_of", "number", "report_pages", "visible"]


class ReportPages:
    """Write what is told about a set, in the sender's language; times in the zone where the channel lives."""

    def __init__(self, timezone: ZoneInfo) -> None:
        """Read the texts, the style and the template of the package."""
        data = files("flexibatch") / "data"
        self._texts = tomllib.loads((data / "report_texts.toml").read_text("utf-8"))
        style = (data / "report.css").read_text("utf-8")
        self._page = HtmlPage((data / "report.html.j2").read_text("utf-8"), style, timezone)
        self._index = IndexPage((data / "index.html.j2").read_text("utf-8"), style, timezone)

    def html(self, report: Report, lines: LineOutcomes = no_lines) -> bytes:
        """Write the whole page."""
        return b"".join(self.html_pieces(report, lines))

    def json(self, report: Report, lines: LineOutcomes = no_lines) -> bytes:
        """Write the same as JSON."""
        return b"".join(self.json_pieces(report, lines))

    def csv(self, report: Report, lines: LineOutcomes = no_lines) -> bytes:
        """Write what was refused as CSV."""
        return b"".join(self.csv_pieces(report, lines))

    def html_pieces(self, report: Report, lines: LineOutcomes) -> Iterator[bytes]:
        """Write the page: self-contained, no script, nothing fetched; every value escaped and visible."""
        return self._page.pieces(report, lines, self._texts[report.case.sender.language.value])

    def json_pieces(self, report: Report, lines: LineOutcomes) -> Iterator[bytes]:
        """Write the same as JSON; hidden characters stand as escapes, anomalies in document order."""
        return page_json.json_pieces(report, lines)

    def csv_pieces(self, report: Report, lines: LineOutcomes) -> Iterator[bytes]:
        """Write what was refused as CSV, for a spreadsheet."""
        return page_csv.csv_pieces(report, lines, self._texts[report.case.sender.language.value])

    def index(self, overview: Overview, pages: PageLinks, wording: Wording) -> bytes:
        """Return the index of a bureau's pages, in its language; `pages` are linked to."""
        return self._index.content(overview, pages, wording, self._texts[overview.sender.language.value])


@cache
def report_pages(timezone: ZoneInfo) -> ReportPages:
    """Return the pages of a time zone: their template is compiled once, however many channels a process makes."""
    return ReportPages(timezone)
