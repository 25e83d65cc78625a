"""What was refused as CSV for a spreadsheet: as Belgian Excel opens it, and so that it computes nothing of it.

UTF-8 with a byte order mark, `;` between values, CR LF at line ends, decimal commas. One row a refused line, in
document order; then what refused a Form without lines, or the whole file.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from flexibatch.adapters.reports.writing import Texts, joined, visible
from flexibatch.domain.case import LocatedAnomaly, Report
from flexibatch.domain.findings import Anomaly
from flexibatch.domain.identifiers import employer_kind
from flexibatch.domain.outcomes import LineOutcome, LineOutcomes
from flexibatch.domain.vocabulary import Outcome

COLUMNS = (
    *("form_number", "nsso", "company", "operation", "form_reference", "reference", "own", "worker"),
    *("start", "end", "amount", "codes", "what", "what_to_do"),
)
"""The columns, by the keys of their names in `csv` of the texts."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for another encoding."""

_FORMULA = re.compile("(^|[,;\t])([ \u00a0]*)([=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet may take for the beginning of a formula, in full width too; also where it may part cells."""
_INSS_DIGITS, _COMPANY_DIGITS = 11, 10


FAULTS_SHOWN, CODES_SHOWN = 3, 20
"""Sentences of one place, and codes, that a row repeats: a Form may have thousands, and as many lines."""

_Place = tuple[int | None, int | None]
"""A line by Form and number; a Form without, the file without either."""


class Told:
    """What stands against a line, a Form or the file: the first sentences, and how many more there are."""

    def __init__(self, first: LocatedAnomaly) -> None:
        """Keep where it is told."""
        self.first, self.more = first, 0
        self.codes, self.what, self.remedies = dict[str, None](), dict[str, None](), dict[str, None]()

    def add(self, anomaly: Anomaly) -> None:
        """Add one more."""
        if len(self.codes) < CODES_SHOWN:
            self.codes[anomaly.code] = None
        if anomaly.what in self.what or len(self.what) < FAULTS_SHOWN:
            self.what[anomaly.what] = None
            self.remedies[anomaly.remedy] = None
        else:
            self.more += 1


def csv_pieces(report: Report, lines: LineOutcomes, texts: Texts) -> Iterator[bytes]:
    """Yield the CSV in the language of the texts."""
    yield BYTE_ORDER_MARK
    for text in joined(map(csv_row, _rows(report, lines, texts))):
        yield text.encode()


def harmless(text: str) -> str:
    r"""Write a value so that no spreadsheet takes it, or a part of it, for a formula: an apostrophe stands before it.

    >>> harmless("=1+1"), harmless("\t=1"), harmless("A-1"), harmless("A,=1+1"), harmless(" =1")
    ("'=1+1", "'[U+0009]=1", 'A-1', "A,'=1+1", "' =1")
    """
    return visible(_FORMULA.sub(r"\1'\2\3", text))


def dotted_inss(text: str) -> str:
    """Write a worker's number as people do: a spreadsheet leaves its leading zero alone.

    >>> dotted_inss("05073003328"), dotted_inss("5073003328")
    ('05.07.30-033.28', '5073003328')
    """
    if len(text) != _INSS_DIGITS or not text.isdecimal():
        return text
    return f"{text[:2]}.{text[2:4]}.{text[4:6]}-{text[6:9]}.{text[9:]}"


def dotted_company(text: str) -> str:
    """Write an enterprise number as people do.

    >>> dotted_company("0400100056"), dotted_company("?")
    ('0400.100.056', '?')
    """
    if len(text) != _COMPANY_DIGITS or not text.isdecimal():
        return text
    return f"{text[:4]}.{text[4:7]}.{text[7:]}"


def csv_row(values: Sequence[str]) -> str:
    """Write one row, its values harmless."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(map(harmless, values))
    return text.getvalue()


def _rows(report: Report, lines: LineOutcomes, texts: Texts) -> Iterator[Sequence[str]]:
    yield [texts["csv"][key] for key in COLUMNS]
    faults: dict[_Place, Told] = {}
    for one in report.located:
        if one.anomaly.blocking:
            faults.setdefault((one.form, one.line), Told(one)).add(one.anomaly)
            if one.whole:
                faults.setdefault((one.form, None), Told(one)).add(one.anomaly)
    seen: set[int | None] = set()
    for line in lines() if report.counts.refused else ():
        if line.outcome is Outcome.REFUSED:
            seen.add(line.form)
            # What refused its Form refused it too, whatever it has of its own.
            mine = [faults[place] for place in (line.place, (line.form, None)) if place in faults]
            yield [*_line_values(line, texts), *_fault_values(mine, texts, line.codes)]
    for (form, number), told in faults.items():
        if form not in seen and (number is None or (form, None) not in faults):
            yield [*_other_values(told.first), *_fault_values([told], texts)]


def _line_values(line: LineOutcome, texts: Texts) -> Sequence[str]:
    return [
        str(line.form),
        line.nsso or "",
        dotted_company(line.company or ""),
        texts["operations"][line.operation.value] if line.operation else "",
        line.form_reference or "",
        line.reference or "",
        line.own or "",
        dotted_inss(line.inss or ""),
        line.start.isoformat() if line.start else "",
        line.end.isoformat() if line.end else "",
        "" if line.amount is None else f"{line.amount // 100},{line.amount % 100:02d}",
    ]


def _other_values(one: LocatedAnomaly) -> Sequence[str]:
    """Write what is known of something refused that is no line that was kept."""
    employer = one.employer or ""
    numbers = ["", dotted_company(employer)] if employer_kind(employer) == "company" else [employer, ""]
    form = "" if one.form is None else str(one.form)
    return [
        form,
        *numbers,
        "",
        "",
        one.reference or "",
        one.own or "",
        dotted_inss(one.inss or ""),
        "",
        "",
        "",
    ]


def _fault_values(told: Sequence[Told], texts: Texts, codes: Sequence[str] = ()) -> Sequence[str]:
    """Write codes, what is wrong and what to do, each once; of very many the first, and how many more there are."""
    known = dict.fromkeys([*(code for one in told for code in one.codes), *codes])
    what = dict.fromkeys(text for one in told for text in one.what)
    remedies = dict.fromkeys(text for one in told for text in one.remedies)
    more = sum(one.more for one in told)
    others = [texts["others"].format(count=more)] if more else []
    return [" ".join(list(known)[:CODES_SHOWN]), " ".join([*what, *others]), " ".join(remedies)]
