"""Numbers as they stand on paper, wherever a person types one."""

from pathlib import Path

import pytest

from tests.doubles.numbers import company_number, nsso_number, period_number, worker_number
from tests.doubles.program import Caller

SENDER = "000640"
NSSO, COMPANY, WORKER, PERIOD = nsso_number(1), company_number(1), worker_number(1), period_number(1)
ON_PAPER = f"{WORKER[:2]}.{WORKER[2:4]}.{WORKER[4:6]}-{WORKER[6:9]}.{WORKER[9:]}"
OF_ENTERPRISE = [
    f"{COMPANY[:4]}.{COMPANY[4:7]}.{COMPANY[7:]}",
    f"BE {COMPANY[:4]}.{COMPANY[4:7]}.{COMPANY[7:]}",
    f"be{COMPANY}",
    f" {COMPANY[1:4]} {COMPANY[4:7]} {COMPANY[7:]} ",
]
OF_NSSO = [f"{NSSO[:-2]}-{NSSO[-2:]}", f"{NSSO[:3]}/{NSSO[3:-2]} {NSSO[-2:]}", f"{NSSO[:4]}\u00a0{NSSO[4:]}"]


@pytest.fixture
def bureau(call: Caller) -> Caller:
    """Return the program, with a bureau registered."""
    call.done("sender", "add", SENDER, "--name", "Bureau", "--language", "nl", "--signature", "optional")
    return call


def mandates(call: Caller) -> list[tuple[str | None, str | None]]:
    return [
        (row["nsso_number"], row["enterprise_number"]) for row in call.done("mandate", "list", "--json").json
    ]


@pytest.mark.parametrize("company", OF_ENTERPRISE)
def test_an_enterprise_number_is_read_as_it_is_written(bureau: Caller, company: str) -> None:
    """It is kept with ten digits, whatever stood around them."""
    bureau.done("mandate", "add", SENDER, "--company", company)
    assert [(None, COMPANY)] == mandates(bureau)
    assert COMPANY in bureau.done("employer", "show", "--company", company).out


@pytest.mark.parametrize("nsso", OF_NSSO)
def test_an_nsso_number_is_read_as_it_is_written(bureau: Caller, nsso: str) -> None:
    """Blanks, dashes and slashes are left out."""
    bureau.done("mandate", "add", SENDER, "--nsso", nsso)
    assert [(NSSO, None)] == mandates(bureau)
    bureau.done("employer", "set", "--nsso", nsso, "--third-payer")
    assert NSSO in bureau.done("employer", "list", "--third-payers").out


def test_mandates_are_read_from_a_sheet_as_people_write_them(bureau: Caller, tmp_path: Path) -> None:
    """Two lines of one employer, written in two ways, are one mandate."""
    sheet = tmp_path / "mandates.csv"
    rows = [f"{SENDER};{OF_NSSO[0]};{one};2026-01-01" for one in OF_ENTERPRISE[:2]]
    sheet.write_text("\n".join(["sender;nsso_number;enterprise_number;from", *rows, ""]))
    assert {"added": 1, "known": 1} == bureau.done("mandate", "import", str(sheet), "--json").json
    assert [(NSSO, COMPANY)] == mandates(bureau)


def test_the_register_is_read_and_looked_up_as_people_write_numbers(call: Caller, tmp_path: Path) -> None:
    """A sheet of periods, one of replaced numbers; worker, period and employer are found by what stands on paper."""
    sheet, replaced = tmp_path / "register.csv", tmp_path / "replaced.csv"
    period = f"{PERIOD[:4]} {PERIOD[4:8]} {PERIOD[8:]}"
    header = "period_id,nsso_number,enterprise_number,inss,worker_type,start_date"
    sheet.write_text(f"{header}\n{period},{OF_NSSO[1]},{OF_ENTERPRISE[1]},{ON_PAPER},FLX,2026-09-01\n")
    other = worker_number(2)
    replaced.write_text(f"old_inss,new_inss\n{other[:6]} {other[6:]},{ON_PAPER}\n")
    call.done("dimona", "import", str(sheet), str(replaced))
    for number in (ON_PAPER, period, f"{other[:6]}-{other[6:]}"):
        shown = call.done("dimona", "show", number, "--json").json
        assert (WORKER, [other], PERIOD) == (
            shown["person"],
            shown["former"],
            shown["periods"][0]["period_id"],
        )
    assert WORKER in call.done("worker", "show", ON_PAPER).out
    assert WORKER == call.done("person", "export", ON_PAPER).json["person"]
    assert [] == call.done("declarations", "list", "--inss", ON_PAPER, "--json").json
    for employer in (*OF_ENTERPRISE, *OF_NSSO):
        assert [] == call.done("declarations", "list", "--employer", employer, "--json").json


def test_what_is_wrong_is_told_in_a_sentence(bureau: Caller) -> None:
    """A wrong digit, a letter, another country: nothing is done, a worker's number is never told again."""
    for words, told in (
        (("mandate", "add", SENDER, "--company", f"BE {COMPANY[:-1]}"), '--company "'),
        (("mandate", "add", SENDER, "--company", f"NL {COMPANY}"), "--company"),
        (("mandate", "add", SENDER, "--nsso", "12.34x"), '--nsso "12.34x" must be an NSSO number'),
        (("dimona", "show", f"{ON_PAPER}1"), "neither a worker's number"),
        (("declarations", "list", "--inss", ON_PAPER[:-1]), "That is no worker's number"),
        (("declarations", "list", "--employer", "BE x"), "is no employer's number"),
    ):
        call = bureau(*words)
        assert (2, 1) == (call.status, call.sentences), words
        assert told in call.err
        assert ON_PAPER[:-1] not in call.err
    assert [] == mandates(bureau)
