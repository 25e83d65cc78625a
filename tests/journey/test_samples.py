"""Every sample gives its golden answers, to the byte; every code has a sample."""

import os
import subprocess
import tomllib
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from flexibatch.adapters.line_file import read_lines
from flexibatch.adapters.reports import ReportPages
from flexibatch.adapters.store.set_queue import StoredSetQueue
from flexibatch.domain.catalogue import UNKNOWN
from flexibatch.domain.vocabulary import REPORT_FOLDER
from flexibatch.pipeline import report_of
from tests.doubles.installation import SAMPLES, Installations
from tests.doubles.sample_player import Sample, SamplePlayer
from tests.doubles.sshd import program

NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/case.toml"))
SCHEMAS = SAMPLES.parent / "schemas"


@pytest.mark.parametrize("name", NAMES)
def test_sample_gives_its_golden_answers(name: str, calm: Installations, tmp_path: Path) -> None:
    """Answers and report of a sample are those that lie beside it."""
    sample = Sample.read(name)
    with calm.copy(tmp_path / "home", sample.told.get("settings")) as installation:
        answers = SamplePlayer(sample, installation).play()
    if os.environ.get("UPDATE_GOLDEN"):
        for old in sample.goldens:
            (sample.folder / old).unlink()
        for told, content in answers.items():
            (sample.folder / told).write_bytes(content)
    assert sample.goldens == answers


@pytest.mark.parametrize("name", ["refused-no-mandate", "refused-form-schema", "partly-beneficiary"])
def test_a_page_that_is_written_again_is_the_same(name: str, calm: Installations, tmp_path: Path) -> None:
    """What the store gives back of a set, after a crash, makes the very page: it says what each anomaly refused."""
    with calm.copy(tmp_path / "home") as installation:
        SamplePlayer(Sample.read(name), installation).play()
        [(ticket,)] = installation.rows("SELECT ticket FROM file_set")
        stored = report_of(
            StoredSetQueue(installation.home.database, installation.clock).settled(str(ticket), 1)
        )
        kept = installation.components().private_folders.folder(stored.case).lines(1)
        pages, lines = ReportPages(installation.home.settings.timezone), partial(read_lines, kept)
        put = installation.inbox(stored.case.sender.number, REPORT_FOLDER).glob(f"*.{ticket}.*")
        assert [page.read_bytes() for page in sorted(put)] == [
            pages.csv(stored, lines),
            pages.html(stored, lines),
            pages.json(stored, lines),
        ]
        assert [one.refused for one in stored.located if one.line is None] == [
            stored.counts.refused for one in stored.located if one.line is None
        ]


def test_samples_show_what_they_say() -> None:
    """The codes that a sample says it shows stand in its answers, and its verdict is that of its name."""
    for name in NAMES:
        sample = Sample.read(name)
        answers = {told: content for told, content in sample.goldens.items() if told.startswith("FO.")}
        text = b"".join(answers.values()).decode()
        assert [] == [code for code in sample.told["shows"] if f">{code}<" not in text], name
        assert f" {UNKNOWN} " not in text, f"a label of {name} has a hole"
        last = sorted(told for told in answers if told.startswith(("FO.NOTI.", "FO.ACRF.")))
        assert _verdict(name) in {_verdict_of(answers[told]) for told in last}, name


def _verdict(name: str) -> str:
    first = name.split("-", maxsplit=1)[0]
    return {"remarked": "accepted", "withdrawn": "rejected"}.get(first, first)


def _verdict_of(answer: bytes) -> str:
    root = etree.fromstring(answer)
    codes = {str(code.text) for code in root.iter("ResultCode")}
    if root.tag == "ACRF":
        return "rejected" if codes == {"0"} else "received"
    return {frozenset("1"): "accepted", frozenset("0"): "refused"}.get(frozenset(codes), "partly")


def test_answers_are_valid_by_their_schemas() -> None:
    """Every golden answer passes the schema of its kind."""
    schemas = {
        "FO.ACRF": etree.XMLSchema(etree.parse(str(SCHEMAS / "ACRF_20231.xsd"))),
        "FO.NOTI": etree.XMLSchema(etree.parse(str(SCHEMAS / "NOTIFICATION_20223.xsd"))),
    }
    assert [] == [
        (name, told, schemas[told[:7]].error_log)
        for name in NAMES
        for told, content in Sample.read(name).goldens.items()
        if told.startswith("FO.") and not schemas[told[:7]].validate(etree.fromstring(content))
    ]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("partly-no-dimona", ["100100022", "400100056"]),
        ("remarked-instructions-5", ["100300036", "0"]),
    ],
)
def test_a_bureau_s_own_validator_takes_the_answer(name: str, numbers: list[str]) -> None:
    """`xmllint` finds an answer valid that names its employer by both numbers, 0 for the one nobody knows."""
    [noti] = (SAMPLES / name).glob("FO.NOTI.*")
    command = [program("xmllint"), "--noout", "--schema", str(SCHEMAS / "NOTIFICATION_20223.xsd"), str(noti)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, f"{noti} validates\n") == (told.returncode, told.stderr)
    given = [one.text for one in etree.parse(noti).iterfind("Form/EmployerId/*")]
    assert numbers == given


def test_every_code_has_a_sample() -> None:
    """No code of the catalogue is without a sample that shows it."""
    table = tomllib.loads((files("flexibatch") / "data" / "anomalies.toml").read_text("utf-8"))
    rules = [rule for rule in table.values() if isinstance(rule, dict)]
    shown = {code for name in NAMES for code in Sample.read(name).told["shows"]}
    whole = {rule["code"] for rule in rules if "code" in rule}
    types = {rule["type"] for rule in rules if "type" in rule}
    assert set() == whole - shown
    assert set() == types - {code[-3:] for code in shown if not code.startswith("ACRF")}
