"""SQLite takes the rows of a large set from a file that is attached: the same rows, and nothing left after trouble."""

import os
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from flexibatch.adapters.store import attached, staging
from flexibatch.adapters.store.forms import IN_ORDER, FormRows
from flexibatch.adapters.store.tables import form
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.sample_player import Sample, SamplePlayer

PLAYED = (
    "accepted-many-forms",
    "accepted-rerun",
    "remarked-unchanged",
    "partly-more-anomalies",
    "partly-period-scope",
)


def _played(path: Path, name: str) -> Installation:
    sample = Sample.read(name)
    installation = Installation.made(path, sample.told.get("settings"))
    SamplePlayer(sample, installation).play()
    return installation


def _rows(installation: Installation) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: installation.rows(f"SELECT * FROM {table.name} ORDER BY 1, 2, 3, 4")  # noqa: S608 - our own tables
        for table in (form, *IN_ORDER)
    }


def _attach_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "IN_MEMORY", -1)


@pytest.mark.parametrize("name", PLAYED)
def test_the_rows_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Rows that SQLite takes from a file are those that it is handed one by one, after a re-run too."""
    one_by_one = _rows(_played(tmp_path / "one-by-one", name))
    _attach_always(monkeypatch)
    monkeypatch.setattr("flexibatch.adapters.store.set_queue.write_forms", None)
    from_a_file = _played(tmp_path / "from-a-file", name)
    assert one_by_one == _rows(from_a_file)
    assert any(one_by_one.values())


@pytest.fixture
def waiting(tmp_path: Path) -> Installation:
    """Return a home in which a set waits to be taken."""
    installation = Installation.made(tmp_path / "home")
    for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
        installation.drop(path)
    return installation


def _fail_full(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def _fail_disk(**_: object) -> None:
    raise OSError(28, os.strerror(28))


@pytest.mark.parametrize(
    ("where", "fail"),
    [
        ("flexibatch.adapters.store.attached.AttachedRows._add", _fail_full),
        ("flexibatch.adapters.store.attached.tempfile.mkstemp", _fail_disk),
    ],
)
def test_a_full_disk_is_trouble(
    waiting: Installation, monkeypatch: pytest.MonkeyPatch, where: str, fail: Callable[..., None]
) -> None:
    """Nothing is written, no file stays, and the next sweep settles the set on the same connection."""
    _attach_always(monkeypatch)
    with monkeypatch.context() as full:
        full.setattr(where, fail)
        result = waiting.sweep()
    assert (0, 1) == (result.settled, result.waiting)
    assert [(1,)] == waiting.rows("SELECT troubles FROM file_set")
    assert [] == waiting.rows("SELECT id FROM form")
    assert 1 == waiting.sweep().settled
    claimed = waiting.spool / "claimed"
    assert [] == [path for path in claimed.iterdir() if path.is_file()]


def test_the_file_has_no_name_while_it_is_filled(
    waiting: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies meanwhile leaves nothing of what a bureau sent."""
    _attach_always(monkeypatch)
    seen: list[list[str]] = []
    fill = attached.AttachedRows._fill

    def looking(self: attached.AttachedRows, forms: Iterable[FormRows]) -> None:
        fill(self, forms)
        seen.append([path.name for path in (waiting.spool / "claimed").iterdir() if path.is_file()])

    monkeypatch.setattr(attached.AttachedRows, "_fill", looking)
    assert 1 == waiting.sweep().settled
    assert [[]] == seen
