"""Re-runs and acceptance by Form: the whole Form is taken again, as long as no line of it was accepted."""

import pytest

from tests.twins.notices import Judged, told
from tests.twins.program import Caller
from tests.twins.town import SAMPLES, Town

NO_DIMONA = "00024-152"
LINES = (
    "SELECT form.number, version.line, version.run FROM version JOIN form ON form.id = form_id ORDER BY 1, 2"
)
STANDS: Judged = ("1", None, [("accepted", []), ("accepted", [])])


@pytest.fixture
def call(town: Town, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Give the program, called in the town."""
    return Caller(town.home.path, capsys)


def drop_rerun(town: Town) -> list[Judged]:
    for path in (SAMPLES / "accepted-rerun").glob("[FG][IO].FLEX.*"):
        town.drop(path)
    town.sweep()
    return told(town)


def changes(call: Caller) -> list[tuple[int, int, str, str]]:
    rows = call.done("rerun", "--sender", "000640", "--dry-run", "--json").json["changes"]
    return [(one["form"], one["line"], one["before"], one["after"]) for one in rows]


def test_a_rerun_takes_the_whole_form_again(town: Town, call: Caller) -> None:
    """The dry run names each line that would change, the sound ones too, and the run does just that."""
    town.agree("form")
    assert [("0", "3", [("refused", []), ("refused", [NO_DIMONA])])] == drop_rerun(town)
    assert [] == changes(call)
    town.import_register(SAMPLES / "accepted-rerun" / "later.csv")
    saved = changes(call)
    assert [(1, 1, "refused", "accepted"), (1, 2, f"refused {NO_DIMONA}", "accepted")] == saved
    assert [] == town.rows(LINES)
    call.done("rerun", "--sender", "000640", "--yes")
    assert [STANDS] == told(town)
    assert [(number, line, 2) for number, line, _before, _after in saved] == town.rows(LINES)


def test_a_rerun_by_form_that_saves_nothing_refuses_the_form_again(town: Town, call: Caller) -> None:
    """As long as one line is at fault, nothing of the Form is kept."""
    town.agree("form")
    before = drop_rerun(town)
    assert 1 == call("rerun", "--sender", "000640", "--all", "--yes").status
    assert before == told(town)
    assert [] == town.rows(LINES)


def test_a_form_that_is_no_longer_whole_goes_on_line_by_line(town: Town, call: Caller) -> None:
    """An earlier run accepted a line of it, and the agreement changed since: what stands is told to stand."""
    assert [("2", None, [("accepted", []), ("refused", [NO_DIMONA])])] == drop_rerun(town)
    town.agree("form")
    call("rerun", "--sender", "000640", "--all", "--yes")
    assert [("2", None, [("unchanged", []), ("refused", [NO_DIMONA])])] == told(town)
    town.import_register(SAMPLES / "accepted-rerun" / "later.csv")
    assert [(1, 2, f"refused {NO_DIMONA}", "accepted")] == changes(call)
    call.done("rerun", "--sender", "000640", "--yes")
    assert [("1", None, [("unchanged", []), ("accepted", [])])] == told(town)
    assert [(1, 1, 1), (1, 2, 3)] == town.rows(LINES)


def test_a_rerun_judges_by_what_is_agreed_then(town: Town, call: Caller) -> None:
    """A Form that was refused whole goes on by line once its bureau has it so: its sound line is accepted."""
    town.agree("form")
    drop_rerun(town)
    town.agree("line")
    assert [(1, 1, "refused", "accepted")] == changes(call)
    assert 1 == call("rerun", "--sender", "000640", "--yes").status
    assert [("2", None, [("accepted", []), ("refused", [NO_DIMONA])])] == told(town)
    assert [(1, 1, 2)] == town.rows(LINES)


def test_each_run_is_shown_with_how_it_was_judged(town: Town, call: Caller) -> None:
    """`show` tells of each Form by which acceptance its last run went."""
    town.agree("form")
    drop_rerun(town)

    def shown() -> list[str]:
        [(ticket,)] = town.rows("SELECT ticket FROM file_set")
        return [one["acceptance"] for one in call.done("show", str(ticket), "--json").json["forms"]]

    assert ["form"] == shown()
    town.agree("line")
    call("rerun", "--sender", "000640", "--yes")
    assert ["line"] == shown()
