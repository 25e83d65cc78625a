"""The channel goes on by itself: on days to come the samples end as they do today, without a release."""

import re
from datetime import UTC, date, datetime, time
from itertools import zip_longest

import pytest
from lxml import etree

from flexibatch.wiring.home import Home
from samples.today import moved, moved_name
from tests.doubles.clock import FixedClock
from tests.doubles.installation import Installation
from tests.doubles.references import renumbered
from tests.doubles.sample_player import Sample

DAYS = [date(2027, 1, 1), date(2027, 1, 15), date(2028, 2, 29), date(2030, 3, 31), date(2030, 12, 31)]
MORNING = time(8, 16, tzinfo=UTC)
SAMPLES = [
    Sample.read(name)
    for name in (
        "accepted-daily-dimonas",
        "accepted-modification",
        "accepted-two-workers",
        "partly-no-dimona",
        "remarked-instructions-5",
        "remarked-late",
        "remarked-package-habit",
    )
]
PLAYED = [*SAMPLES, *SAMPLES]
LOCATION = re.compile(rb'\s+xsi:schemaLocation="[^"]*"')

Told = tuple[str, list[str], list[tuple[str | None, str | None, list[str]]]]


def _told(noti: bytes) -> tuple[str, list[Told]]:
    """Return which set a NOTI answers, and per Form result, codes and the outcome of every line."""
    root = etree.fromstring(noti)
    forms = [
        (
            str(form.findtext("HandlingResult/ResultCode")),
            [str(code.text) for code in form.iter("ErrorID")],
            [
                (line.get("outcome"), line.get("version"), [str(code.text) for code in line])
                for line in form.iter("{*}Declaration")
            ],
        )
        for form in root.iter("Form")
    ]
    return str(root.findtext("Form/FileReference/FileName")), forms


@pytest.mark.parametrize("engine_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_samples_end_alike_on_a_day_to_come(day: date, home: Home) -> None:
    """Codes and outcomes are the goldens', whether a document names its version or leaves it out."""
    installation = Installation(home, FixedClock(datetime.combine(day, MORNING)))
    installation.register_samples_of(day)
    for wave in zip_longest(*[_sets(sample, number) for number, sample in enumerate(PLAYED)], fillvalue={}):
        for files in wave:
            for name, content in files.items():
                installation.put(moved_name(name, day), moved(content, day))
        installation.sweep()
    notis = [content for name, content in installation.published().items() if name.startswith("FO.NOTI.")]
    assert _wanted(day) == dict(map(_told, notis))


def _sets(sample: Sample, number: int) -> list[dict[str, bytes]]:
    """Return the files of each set of a sample, sequence and references its own; the second half names no version."""
    sets: dict[str, dict[str, bytes]] = {}
    for path in sample.inputs:
        content = renumbered(path.read_bytes(), number)
        name = _numbered(path.name, number)
        if number >= len(SAMPLES):
            content = LOCATION.sub(b"", content)
        sets.setdefault(name.split(".")[4], {})[name] = content
    return [sets[sequence] for sequence in sorted(sets)]


def _wanted(day: date) -> dict[str, list[Told]]:
    """Return what the goldens tell, by the names that their sets have on a day."""
    told = [
        (number, *_told(content))
        for number, sample in enumerate(PLAYED)
        for name, content in sample.goldens.items()
        if name.startswith("FO.NOTI.")
    ]
    return {moved_name(_numbered(name, number), day): forms for number, name, forms in told}


def _numbered(name: str, number: int) -> str:
    return name.replace(".0000", f".{number:04d}")
