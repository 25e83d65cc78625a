"""The page as HTML: self-contained, no script, nothing fetched; every value escaped and visible."""

from collections.abc import Iterator
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flexibatch.adapters.reports.causes import causes_by_class, lead_of, lines_told, verified
from flexibatch.adapters.reports.templates import compiled, styled
from flexibatch.adapters.reports.writing import Texts, joined, visible
from flexibatch.domain.case import Report
from flexibatch.domain.outcomes import LineOutcomes
from flexibatch.domain.vocabulary import AnomalyClass

FOLDED_ABOVE = 20
"""Lines beyond which the table of all lines is folded on a screen."""

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


class HtmlPage:
    """Write the page; times in the zone where the channel lives."""

    def __init__(self, template: str, style: str, timezone: ZoneInfo) -> None:
        """Compile the template."""
        self._style, self._timezone = style, timezone
        self._template = compiled(template, timezone)

    def pieces(self, report: Report, lines: LineOutcomes, texts: Texts) -> Iterator[bytes]:
        """Yield the page in the language of the texts."""
        lead, told = lead_of(report), lines_told(report, lines)
        groups = tuple(causes_by_class(report, texts))
        pieces = self._template.generate(
            report=report,
            case=report.case,
            texts=texts,
            lead=texts["leads"][lead],
            tone=_TONES.get(lead, "bad"),
            note=texts["notes"].get(report.case.environment.value),
            groups=[(one.value, _CLASS_TONES[one], count, causes) for one, count, causes in groups],
            reworded={
                one.code for _class, _count, causes in groups for one in causes if len(one.what.first) > 1
            },
            at_fault=told.at_fault,
            told_above=told.places,
            all_told=all(line.place in told.places for form in told.shown for line in form),
            shown=told.shown,
            listed=told.listed,
            unlisted=max(0, report.counts.lines - told.listed),
            folded=told.listed > FOLDED_ABOVE,
            verified={file.name: verified(report, file) for file in report.case.files},
            shades=SHADES,
            mail=_mail(report, texts),
            zone=self._timezone.key,
            **styled(self._style),
        )
        for text in joined(pieces):
            yield text.encode()


def _mail(report: Report, texts: Texts) -> str:
    """Return the link that begins a message to the help desk: no address, and nobody's data."""
    case, made = report.case, report.provenance
    codes = dict.fromkeys(one.anomaly.code for one in report.located)
    facts = [
        (texts["ticket"], case.ticket),
        (texts["name"], case.name),
        (texts["csv"]["codes"], " ".join(codes)),
    ]
    if made is not None:
        facts += [(texts["catalogue"], made.catalogue), (texts["schema"], made.schema)]
        facts += [(texts["digest"], made.sha256)]
    subject = f"{texts['contest']}: {case.ticket}"
    body = "\r\n".join(f"{name}: {visible(value)}" for name, value in facts)
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"
