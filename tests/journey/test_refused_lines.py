"""Whose lines were refused is kept, run by run, as far as it could be read."""

import pytest

from tests.doubles.installation import Installation
from tests.doubles.numbers import worker_number
from tests.doubles.program import Caller
from tests.doubles.sample_player import Sample, SamplePlayer

KEPT = (
    "SELECT form.number, line, refused_line.run, person, inss, reference, own_reference, company_id"
    " FROM refused_line JOIN form ON form.id = form_id LEFT JOIN employer ON employer.id = employer_id"
    " ORDER BY 1, 2, 3"
)


def _played(installation: Installation, name: str) -> list[tuple[object, ...]]:
    SamplePlayer(Sample.read(name), installation).play()
    return installation.rows(KEPT)


def test_a_line_is_kept_for_each_run_that_refused_it(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run refuses it, the second accepts it: that is told of the person, and no more of it is refused."""
    [(form, line, run, person, inss, reference, own, company)] = _played(installation, "accepted-rerun")
    assert (1, 2, 1, None) == (form, line, run, own)
    assert person == inss
    assert (36, 10) == (len(str(reference)), len(str(company)))
    exported = Caller(installation.home.path, capsys).done("person", "export", str(inss)).json
    assert [(2, 1, inss)] == [(one["line"], one["run"], one["inss"]) for one in exported["refused"]]
    assert {one["set_ticket"] for one in exported["refused"]} == {one["ticket"] for one in exported["sets"]}


def test_what_cannot_be_read_is_left_open(installation: Installation) -> None:
    """A number with wrong check digits names nobody; the line is kept all the same."""
    [(_form, _line, _run, person, inss, reference, *_rest)] = _played(installation, "partly-inss-check")
    assert (inss, 36) == (person, len(str(reference)))


def test_a_file_that_was_refused_whole_keeps_none(installation: Installation) -> None:
    """It was never judged line by line."""
    assert [] == _played(installation, "rejected-cut-off")


def test_a_line_follows_its_worker_to_a_new_number(installation: Installation) -> None:
    """It is the person's under the number of now, and keeps what was sent."""
    [row] = _played(installation, "partly-no-dimona")
    old, new = str(row[4]), worker_number(7)
    path = installation.home.path / "replaced.csv"
    path.write_text(f"old_inss;new_inss;date\n{old};{new};2026-10-06\n", encoding="utf-8")
    installation.import_register(path)
    assert [(new, old)] == [tuple(after[3:5]) for after in installation.rows(KEPT)]
