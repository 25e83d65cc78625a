"""Re-runs and acceptance by Form: the whole Form is taken again, as long as no line of it was accepted."""

import pytest

from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.notices import Judged, told
from tests.doubles.program import Caller

NO_DIMONA = "00024-152"
LINES = (
    "SELECT form.number, version.line, version.run FROM version JOIN form ON form.id = form_id ORDER BY 1, 2"
)
STANDS: Judged = ("1", None, [("accepted", []), ("accepted", [])])


@pytest.fixture
def call(installation: Installation, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Return the program, called in the installation."""
    return Caller(installation.home.path, capsys)


def drop_rerun(installation: Installation) -> list[Judged]:
    for path in (SAMPLES / "accepted-rerun").glob("[FG][IO].FLEX.*"):
        installation.drop(path)
    installation.sweep()
    return told(installation)


def changes(call: Caller) -> list[tuple[int, int, str, str]]:
    rows = call.done("rerun", "--sender", "000640", "--dry-run", "--json").json["changes"]
    return [(one["form"], one["line"], one["before"], one["after"]) for one in rows]


def test_a_rerun_takes_the_whole_form_again(installation: Installation, call: Caller) -> None:
    """The dry run names each line that would change, the sound ones too, and the run does just that."""
    installation.agree("form")
    assert [("0", "3", [("refused", []), ("refused", [NO_DIMONA])])] == drop_rerun(installation)
    assert [] == changes(call)
    installation.import_register(SAMPLES / "accepted-rerun" / "later.csv")
    saved = changes(call)
    assert [(1, 1, "refused", "accepted"), (1, 2, f"refused {NO_DIMONA}", "accepted")] == saved
    assert [] == installation.rows(LINES)
    call.done("rerun", "--sender", "000640", "--yes")
    assert [STANDS] == told(installation)
    assert [(number, line, 2) for number, line, _before, _after in saved] == installation.rows(LINES)


def test_a_rerun_by_form_that_saves_nothing_refuses_the_form_again(
    installation: Installation, call: Caller
) -> None:
    """As long as one line is at fault, nothing of the Form is kept."""
    installation.agree("form")
    before = drop_rerun(installation)
    assert 1 == call("rerun", "--sender", "000640", "--all", "--yes").status
    assert before == told(installation)
    assert [] == installation.rows(LINES)


def test_a_form_that_is_no_longer_whole_goes_on_line_by_line(
    installation: Installation, call: Caller
) -> None:
    """An earlier run accepted a line of it, and the agreement changed since: what stands is told to stand."""
    assert [("2", None, [("accepted", []), ("refused", [NO_DIMONA])])] == drop_rerun(installation)
    installation.agree("form")
    call("rerun", "--sender", "000640", "--all", "--yes")
    assert [("2", None, [("unchanged", []), ("refused", [NO_DIMONA])])] == told(installation)
    assert [("line",), ("line",)] == installation.rows("SELECT acceptance FROM form_run ORDER BY run")
    installation.import_register(SAMPLES / "accepted-rerun" / "later.csv")
    assert [(1, 2, f"refused {NO_DIMONA}", "accepted")] == changes(call)
    call.done("rerun", "--sender", "000640", "--yes")
    assert [("1", None, [("unchanged", []), ("accepted", [])])] == told(installation)
    assert [(1, 1, 1), (1, 2, 3)] == installation.rows(LINES)


def test_a_rerun_judges_by_what_is_agreed_then(installation: Installation, call: Caller) -> None:
    """A Form that was refused whole goes on by line once its bureau has it so: its sound line is accepted."""
    installation.agree("form")
    drop_rerun(installation)
    installation.agree("line")
    assert [(1, 1, "refused", "accepted")] == changes(call)
    assert 1 == call("rerun", "--sender", "000640", "--yes").status
    assert [("2", None, [("accepted", []), ("refused", [NO_DIMONA])])] == told(installation)
    assert [(1, 1, 2)] == installation.rows(LINES)


def test_each_run_is_shown_with_how_it_was_judged(installation: Installation, call: Caller) -> None:
    """`show` tells of each Form by which acceptance its last run went."""
    installation.agree("form")
    drop_rerun(installation)

    def shown() -> list[str]:
        [(ticket,)] = installation.rows("SELECT ticket FROM file_set")
        return [one["acceptance"] for one in call.done("show", str(ticket), "--json").json["forms"]]

    assert ["form"] == shown()
    installation.agree("line")
    call("rerun", "--sender", "000640", "--yes")
    assert ["line"] == shown()
