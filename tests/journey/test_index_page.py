"""The index of a bureau's pages: what it sent, what waits, what is still refused; never of another bureau."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import html
from sqlalchemy import text

from flexibatch.adapters.spool.answers import INDEX_NAME
from flexibatch.domain.overview import SETS_TOLD
from flexibatch.sweep_result import SweepResult
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.references import renumbered
from tests.doubles.sample_player import Sample, SamplePlayer

PARTLY = next((SAMPLES / "partly-no-dimona").glob("FI.FLEX.*")).read_bytes()
GOOD = next((SAMPLES / "accepted-two-workers").glob("FI.FLEX.*")).read_bytes()
REFUSED = "019a1f04-8344-762c-9ab8-b5f6c8dcd6d3"
KEY = "FLEX.000640.20261005"


def index_path(installation: Installation, sender: str = "000640") -> Path:
    return installation.inbox(sender, "REPORT") / INDEX_NAME


def parsed(installation: Installation, sender: str = "000640") -> Any:  # noqa: ANN401 - an element
    return html.fromstring(index_path(installation, sender).read_bytes())


def told(installation: Installation, section: str, sender: str = "000640") -> str:
    """Return the text of a section of the index, its white space made one."""
    page = parsed(installation, sender)
    [part] = page.xpath(f"//section[@aria-labelledby='{section}']")
    return re.sub(r"\s+", " ", part.text_content())


def put_set(installation: Installation, sequence: str, content: bytes, sender: str = "000640") -> None:
    key = f"FLEX.{sender}.20261005.{sequence}.R.1"
    installation.put(f"FI.{key}.1", content, sender)
    installation.put(f"GO.{key}", b"", sender)


def later(installation: Installation, **length: int) -> SweepResult:
    assert isinstance(installation.clock, FixedClock)
    installation.clock.advance(timedelta(**length))
    return installation.sweep()


def test_the_index_links_to_the_pages_of_its_sets(installation: Installation) -> None:
    """Every set has its verdict and its counts, the last one first, and its link leads to a page that is there."""
    put_set(installation, "00001", renumbered(GOOD, "1"))
    installation.sweep()
    put_set(installation, "00002", PARTLY)
    installation.sweep()
    page = parsed(installation)
    rows = page.xpath("//section[@aria-labelledby='sets']//tbody/tr")
    names = [row.xpath("string(td[1])") for row in rows]
    assert [f"GO.{KEY}.00002.R.1", f"GO.{KEY}.00001.R.1"] == names
    assert ["Gedeeltelijk aanvaard", "Aanvaard"] == [row.xpath("string(td[4])") for row in rows]
    assert [["1", "0", "1"], ["2", "0", "0"]] == [
        [cell.text for cell in row.xpath("td[@class='number']")] for row in rows
    ]
    links = {unquote(link) for link in page.xpath("//a/@href")}
    assert links == {path.name for path in index_path(installation).parent.glob("GO.*.html")}


def test_a_refusal_is_open_until_the_line_is_accepted(installation: Installation) -> None:
    """A refused line stands there, once however often it was refused; accepted later, it is gone."""
    put_set(installation, "00001", PARTLY)
    installation.sweep()
    assert REFUSED in told(installation, "refusals")
    assert "50022388670" in told(installation, "refusals")
    put_set(installation, "00002", PARTLY)
    installation.sweep()
    assert "019a1f04-8763-79fc-a088-15b4f8a31ee8" not in told(installation, "refusals"), "it is in force"
    assert 1 == told(installation, "refusals").count(REFUSED)
    installation.import_register(SAMPLES / "accepted-rerun" / "later.csv")
    put_set(installation, "00003", PARTLY)
    installation.sweep()
    assert REFUSED not in told(installation, "refusals")


def test_what_waits_is_told_and_no_sweep_writes_it_again(installation: Installation) -> None:
    """An incomplete set says what it lacks and until when; strays say why; nothing new, nothing written."""
    installation.put(f"FI.{KEY}.00001.R.2.1")
    installation.put(f"GO.{KEY}.00001.R.2")
    installation.put("<b>wages\u202e.xml")
    installation.sweep()
    assert not index_path(installation).exists()
    channel = installation.channel()
    assert isinstance(installation.clock, FixedClock)
    installation.clock.advance(timedelta(minutes=2))
    channel.sweep()
    waits = told(installation, "waiting")
    assert f"FI.{KEY}.00001.R.2.1" in waits or f"GO.{KEY}.00001.R.2" in waits
    assert "aangekondigd 2, ontvangen 1" in waits
    assert "<b>wages[U+202E].xml" in waits
    assert "de naam begint niet met" in waits
    before = index_path(installation).stat()
    channel.sweep()
    installation.sweep()
    assert before == index_path(installation).stat()
    installation.put(f"FI.{KEY}.00001.R.2.2")
    later(installation, seconds=30)
    assert "aangekondigd 2" not in told(installation, "waiting")


def test_the_index_is_bounded_and_tells_of_nobody_else(installation: Installation) -> None:
    """So many sets are listed and the others counted; another bureau's name never stands there."""
    for count in range(SETS_TOLD + 3):
        put_set(installation, f"{count + 1:05d}", b"")
    put_set(installation, "00001", renumbered(GOOD, "00001"), sender="000641")
    installation.sweep()
    page = parsed(installation)
    assert SETS_TOLD == len(page.xpath("//section[@aria-labelledby='sets']//tbody/tr"))
    assert "Oudere verzendingen die hier niet staan: 3." in told(installation, "sets")
    assert b"000641" not in index_path(installation).read_bytes()
    assert b"000640" not in index_path(installation, "000641").read_bytes()


def test_a_link_that_is_planted_there_is_moved_aside(installation: Installation, tmp_path: Path) -> None:
    """What a bureau puts in the place of its index is not followed."""
    aim = tmp_path / "aim"
    aim.write_bytes(b"mine")
    index_path(installation).symlink_to(aim)
    put_set(installation, "00001", GOOD)
    installation.sweep()
    assert b"mine" == aim.read_bytes()
    assert not index_path(installation).is_symlink()
    assert "00001" in told(installation, "sets")


def test_a_bureau_that_comes_back_finds_its_index_anew(installation: Installation) -> None:
    """Who watches writes each index after its first sweep: what a crash or a release left is put right."""
    put_set(installation, "00001", GOOD)
    installation.sweep()
    index_path(installation).unlink()
    channel = installation.patient_channel()
    channel.sweep()
    assert "00001" in told(installation, "sets")
    put_set(installation, "00002", renumbered(GOOD, "2"))
    assert isinstance(installation.clock, FixedClock)
    for seconds, stands in ((10, False), (21, True)):
        installation.clock.advance(timedelta(seconds=seconds))
        channel.sweep()
        assert stands is ("00002" in told(installation, "sets")), "an index is written after a pause only"


def test_lines_refused_with_their_form_are_open_for_its_fault(installation: Installation) -> None:
    """They are told with what stands against the Form."""
    sample = Sample.read("refused-no-mandate")
    SamplePlayer(sample, installation).play()
    assert "00011-155" in told(installation, "refusals")


def test_lines_that_cannot_be_followed_are_counted(installation: Installation) -> None:
    """Of lines without a reference the index names set and number."""
    sample = Sample.read("partly-reference-missing")
    SamplePlayer(sample, installation).play()
    page = parsed(installation, sample.told["sender"])
    [item] = page.xpath("//section[@aria-labelledby='refusals']//li")
    assert "Geweigerd" in item.text_content()


def test_what_others_declare_closes_no_refusal(installation: Installation) -> None:
    """Another bureau's declaration of the same worker, employer and reference is not told by what is missing here."""
    SamplePlayer(Sample.read("partly-no-dimona"), installation).play()
    before = told(installation, "refusals")
    [(inss, reference)] = installation.rows("SELECT inss, reference FROM refused_line")
    with installation.home.database.writing() as connection:
        for statement in _DECLARED_BY_ANOTHER:
            connection.execute(text(statement), {"inss": inss, "reference": reference})
    put_set(installation, "00002", renumbered(GOOD, "2"))
    later(installation, seconds=30)
    assert str(inss)[-5:] in before
    assert str(inss)[-5:] in told(installation, "refusals")
    with installation.home.database.writing() as connection:
        connection.execute(text("UPDATE file_set SET sender = '000640' WHERE ticket = 'OTHERSSET0000'"))
    put_set(installation, "00003", renumbered(GOOD, "3"))
    later(installation, seconds=30)
    assert str(inss)[-5:] not in told(installation, "refusals")


_DECLARED_BY_ANOTHER = (
    """
INSERT INTO file_set SELECT arrival + 900, 'OTHERSSET0000', turn + 900, '000641', environment, subject, name,
set_key || 'x', leader || 'x', names, claim_faults, withdrawn, silent, reserves, earlier_ticket, arrived_at,
received_on, claimed_at, state, passed, discarded, released, run, attempts, troubles, not_before, reason, purged_at
FROM file_set ORDER BY arrival LIMIT 1
""",
    "INSERT INTO form (ticket, set_ticket, number) VALUES ('OTHERSFORM000', 'OTHERSSET0000', 1)",
    "INSERT INTO declaration SELECT 'OTHERSDECL000', 'R', employer_id, :inss, :reference FROM refused_line",
    """
INSERT INTO version (form_id, line, declaration, number, operation, run, arrival, inss, start_date)
SELECT id, 1, 'OTHERSDECL000', 1, '0', 1, 900, :inss, '2026-09-01' FROM form WHERE ticket = 'OTHERSFORM000'
""",
)
