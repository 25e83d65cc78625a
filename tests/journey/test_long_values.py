"""Values as long as a bureau can make them are answered and kept, on SQLite and on PostgreSQL alike."""

import pytest

from flexibatch.adapters.store import set_actions
from flexibatch.adapters.store.audit import By
from tests.doubles.installation import SAMPLES, Installation

DOCUMENT = next((SAMPLES / "accepted-two-workers").glob("FI.FLEX.*")).read_text("utf-8")
NAME = "FLEX.000640.20261005.00001.R.1"
LONGEST = "😀" * 64
LONG = "x" * 249
"""What fills a file's name, with its kind and dots, to the 255 bytes that a disk takes."""


def _dropped(installation: Installation, text: str) -> None:
    installation.put(f"FI.{NAME}.1", text.encode())
    installation.put(f"GO.{NAME}")


@pytest.mark.parametrize(
    "name", [f"GO.{LONG}", f"GO.FLEX.000640.20261005.{LONG[:220]}.R.1", f"GO.{'é' * 120}"]
)
def test_a_long_name_is_answered(installation: Installation, name: str) -> None:
    """Whatever a name holds, its bureau gets one acknowledgement that refuses it."""
    installation.put(name)
    assert 1 == installation.sweep().settled
    assert [("refused",)] == installation.rows("SELECT verdict FROM run")
    assert 1 == sum(one.startswith("FO.ACRF") for one in installation.published())


@pytest.mark.parametrize("name", [f"GO.{LONG}"])
def test_a_long_name_in_quarantine_can_be_discarded(installation: Installation, name: str) -> None:
    """What could not be judged is answered when an operator discards it."""
    installation.put(name)
    installation.sweep()
    with installation.home.database.writing() as connection:
        connection.exec_driver_sql("UPDATE file_set SET state = 'quarantine', run = 2")
        [(ticket,)] = connection.exec_driver_sql("SELECT ticket FROM file_set").all()
        set_actions.discard(connection, By("test", installation.clock.now()), ticket)
    assert 1 == installation.sweep().settled
    assert 2 == sum(one.startswith("FO.ACRF") for one in installation.published())


TAGS = (
    "CompanyID",
    "INSS",
    "ReferenceNbr",
    "CalculationDate",
    "EmployerClass",
    "WorkerCode",
    "Amount",
    "TypeForm",
)


@pytest.mark.parametrize("sign", ["9", "x", "é", "😀", "&amp;", "\u202e"])
def test_a_long_value_in_every_element_is_told(installation: Installation, sign: str) -> None:
    """Each is cut for the answer, and everything is kept and settled."""
    text = DOCUMENT
    for tag in TAGS:
        begin = text.index(f"<{tag}>") + len(tag) + 2
        text = text[:begin] + sign * 3_000 + text[text.index(f"</{tag}>") :]
    text = text.replace("<Debtor>", f"<{'S' * 250}/><Debtor>", 1)
    _dropped(installation, text)
    assert (1, 0) == ((swept := installation.sweep()).settled, swept.waiting)
    [(told,)] = installation.rows("SELECT count(*) FROM anomaly")
    assert isinstance(told, int)
    assert told > len(TAGS)
    assert [] == installation.rows("SELECT value FROM anomaly WHERE length(value) > 100 OR length(tag) > 100")


OWN = (
    "<Reference><ReferenceType>10</ReferenceType><ReferenceOrigin>1</ReferenceOrigin>"
    f"<ReferenceNbr>{LONGEST}</ReferenceNbr></Reference>"
)


def test_references_as_long_as_they_may_be_are_kept(installation: Installation) -> None:
    """64 characters, whatever they take in bytes: of the Form and of the line."""
    text = DOCUMENT.replace(">SEP-2026<", f">{LONGEST}<")
    _dropped(installation, text.replace("<Calculation>", f"{OWN}<Calculation>"))
    assert (1, 0) == ((swept := installation.sweep()).settled, swept.lines_refused)
    assert [(64,), (64,)] == installation.rows("SELECT length(own_reference) FROM version")
    assert [(64,)] == installation.rows("SELECT length(reference) FROM form_run")
