"""What a hostile bureau puts into its inbox is answered in good time, and holds up nobody."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from flexibatch.adapters.spool.strays import STRAYS_TOLD
from flexibatch.adapters.xml.bounds import ATTRIBUTES_LIMIT
from flexibatch.domain.envelope import Limits, envelope_faults
from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import FILES_LIMIT
from flexibatch.domain.vocabulary import Environment
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.spool import CASE

DOCUMENT = next((SAMPLES / "accepted-two-workers").glob("FI.FLEX.*")).read_bytes()
LIMITS = Limits(1000, 365, frozenset(Environment), ZoneInfo("Europe/Brussels"))
VERDICTS = "SELECT f.name, r.verdict FROM file_set f JOIN run r ON r.set_ticket = f.ticket ORDER BY f.arrival"


def _drop(installation: Installation, content: bytes, subject: str = "FLEX") -> str:
    """Drop a set of one part, and name its GO."""
    name = f"{subject}.000640.20261005.00001.R.1"
    installation.put(f"FI.{name}.1", content)
    installation.put(f"GO.{name}")
    return f"GO.{name}"


@pytest.mark.parametrize("encoding", ["x-nobody-knows", "hex", "rot13"])
def test_an_acknowledgement_in_no_encoding_holds_up_nothing(
    installation: Installation, encoding: str
) -> None:
    """It is recorded as one that names no answer, and the bureau's next set is settled in the same sweep."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><ACRF><FileName>FO</FileName></ACRF>'
    acknowledgement = _drop(installation, text.encode(), "ACRF")
    declarations = _drop(installation, DOCUMENT)
    assert 0 == installation.sweep().waiting
    assert [(acknowledgement, "recorded"), (declarations, "received")] == installation.rows(VERDICTS)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252"])
def test_no_encoding_hides_behind_a_long_declaration(installation: Installation, encoding: str) -> None:
    """A document is read in the encoding it was checked for; one whose declaration has no end in sight is none."""
    declaration = b'<?xml version="1.0"' + b" " * 40_000 + f'encoding="{encoding}"?>'.encode()
    reference = DOCUMENT.partition(b"?>")[2].replace(
        b"<AttestationStatus>", "<!-- caf\u00e9 --><AttestationStatus>".encode()
    )
    name = _drop(installation, declaration + reference)
    installation.sweep()
    assert [(name, "refused")] == installation.rows(VERDICTS)


def test_a_set_of_very_many_odd_names_is_judged_in_time_that_grows_with_them() -> None:
    """Eight times the names may not take sixty-four times as long, while the store waits."""
    few, many = (min(_envelope_seconds(number) for _ in range(3)) for number in (500, 4_000))
    assert many < 24 * few


def _envelope_seconds(number: int) -> float:
    names = [f"FI.{CASE.name}.{one}.xml" for one in range(number)]
    faults = tuple(Finding("name-data", tag="FI", value=name) for name in names)
    began = perf_counter()
    assert number == len(envelope_faults(replace(CASE, claim_faults=faults), LIMITS))
    return perf_counter() - began


def test_what_is_left_of_a_crowded_set_is_lost_nowhere(tmp_path: Path) -> None:
    """The set is refused once; its other files are put away by later sweeps, so many at once, without an answer."""
    installation = Installation.made(tmp_path / "home", {"stray_after": 0})
    name = "FLEX.000640.20261005.00001.R.1"
    for number in range(3 * FILES_LIMIT):
        installation.put(f"FI.{name}.1.{number:03d}.xml")
    installation.put(f"GO.{name}")
    left = [(installation.sweep().claimed, len(list(installation.inbox().iterdir()))) for _ in range(5)]
    assert [(1, 2 * FILES_LIMIT + 1), (1, FILES_LIMIT + 1), (1, 1), (1, 0), (0, 0)] == left
    assert 1 == sum(one.startswith("FO.ACRF") for one in installation.published())
    kept = [path for path in (installation.spool / "archive").rglob("in/*") if path.is_file()]
    assert 3 * FILES_LIMIT + 1 == len(kept)


def test_very_many_strays_do_not_fill_the_log(tmp_path: Path) -> None:
    """So many of an inbox are told by name, the others by their number, and all of them once a process."""
    installation = Installation.made(tmp_path / "home", {"stray_after": 0})
    for number in range(STRAYS_TOLD + 5):
        installation.put(f"notes-{number:05d}.txt")
    channel = installation.channel()
    with capture_logs() as logs:
        channel.sweep()
        channel.sweep()
    told = [(line["event"], line.get("left")) for line in logs]
    assert [("inbox.stray", None)] * STRAYS_TOLD + [("inbox.strays_left", 5)] == told


def test_an_element_of_very_many_attributes_refuses_the_file(installation: Installation) -> None:
    """The parser looks for an attribute among all of them: asked for each, a megabyte would take a minute."""
    flood = b" ".join(b'a%d="1"' % number for number in range(10 * ATTRIBUTES_LIMIT))
    _drop(installation, DOCUMENT.replace(b"<INSS>", b"<INSS " + flood + b">", 1))
    installation.sweep()
    assert [("refused", 1)] == installation.rows("SELECT verdict, anomalies FROM run")
