"""Publishing: repeatable, in order, and never through what a bureau planted."""

import os
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import pytest
from structlog.testing import capture_logs

from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.local.outbox import LocalOutbox
from flexibatch.domain.case import AnswerFile, Verdict
from flexibatch.domain.vocabulary import Subject
from flexibatch.errors import Unavailable
from tests.doubles.spool import CASE, NOON, TICKET, made_spool, sha, tree

ACRF, NOTI = "FO.ACRF.999999.20261005.00001.R", "FO.NOTI.999999.20261005.00001.R"
PUBLISHED = {ACRF: b"<ACRF/>", f"GO{ACRF[2:]}": b"", NOTI: b"<NOTI/>", f"GO{NOTI[2:]}": b""}
ANSWERS = (
    AnswerFile(Subject.NOTIFICATION, NOTI, sha(b"<NOTI/>"), 7),
    AnswerFile(Subject.ACKNOWLEDGEMENT, ACRF, sha(b"<ACRF/>"), 7),
)
VERDICT = Verdict(CASE, "received", NOON, answers=ANSWERS)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return made_spool(tmp_path)


@pytest.fixture
def claimed(spool: Path) -> Path:
    return spool / "claimed" / TICKET


@pytest.fixture
def out(spool: Path) -> Path:
    return spool / "senders/000640/OUT"


@pytest.fixture
def outboxes(spool: Path, claimed: Path) -> LocalOutbox:
    """Return outboxes for a set whose answers are written."""
    written = claimed / "out/run-1"
    written.mkdir(parents=True)
    (written / ACRF).write_bytes(b"<ACRF/>")
    (written / NOTI).write_bytes(b"<NOTI/>")
    return LocalOutbox(spool, lambda _case: SetFolder(claimed))


def temporary_name(outboxes: LocalOutbox, out: Path) -> str:
    """Learn under which name an answer is written."""
    with outboxes._placing(out, ACRF, TICKET):
        name = next(out.iterdir()).name
    (out / ACRF).unlink()
    return name


def _plant_link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def _plant_dangling(path: Path, victim: Path) -> None:
    path.symlink_to(victim.with_name("nowhere"))


def _plant_folder(path: Path, _victim: Path) -> None:
    path.mkdir()
    (path / "inside").write_bytes(b"")


def _plant_pipe(path: Path, _victim: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("plant", [_plant_link, _plant_dangling, _plant_folder, _plant_pipe])
@pytest.mark.parametrize("where", ["final", "go", "temporary"])
def test_what_was_planted_is_moved_aside(
    plant: Callable[[Path, Path], None], where: str, outboxes: LocalOutbox, out: Path, spool: Path
) -> None:
    """Nothing is written through it, the answers appear, and the operator is told where it lies now."""
    victim = spool / "victim"
    victim.write_bytes(b"untouched")
    names = {"final": ACRF, "go": f"GO{ACRF[2:]}", "temporary": temporary_name(outboxes, out)}
    plant(out / names[where], victim)
    for events in (["outbox.planted"], []):
        with capture_logs() as logs:
            outboxes.publish(VERDICT)
        assert (PUBLISHED, b"untouched") == (tree(out), victim.read_bytes())
        assert events == [line["event"] for line in logs]
    assert 1 == len(list((spool / "quarantine/planted").iterdir()))
    assert not victim.with_name("nowhere").exists()


@pytest.mark.parametrize("where", ["final", "temporary"])
def test_a_file_in_an_answers_place_is_replaced(
    where: str, outboxes: LocalOutbox, out: Path, spool: Path
) -> None:
    """Also one that has a second name: nothing is written into it."""
    victim = spool / "victim"
    victim.write_bytes(b"untouched")
    names = {"final": ACRF, "temporary": temporary_name(outboxes, out)}
    (out / names[where]).hardlink_to(victim)
    outboxes.publish(VERDICT)
    assert (PUBLISHED, b"untouched") == (tree(out), victim.read_bytes())


def test_trouble_in_an_outbox_is_told(outboxes: LocalOutbox, out: Path) -> None:
    """A folder that is none is trouble: publishing is tried again."""
    out.rmdir()
    out.write_bytes(b"")
    with pytest.raises(Unavailable, match=CASE.ticket):
        outboxes.publish(VERDICT)


def test_nothing_is_put_where_no_disk_is_mounted(outboxes: LocalOutbox, spool: Path) -> None:
    """A sender's folder is never made on the way: it would pass an empty mount point off as the spool."""
    rmtree(spool / "senders")
    with pytest.raises(Unavailable, match="tried again"):
        outboxes.publish(VERDICT)
    with pytest.raises(Unavailable, match="tried again"):
        outboxes.put_page(CASE, "html", [b"page"])
    assert not (spool / "senders").exists()
