"""A column of a declaration from end to end: read plainly or not, judged, kept, compared, shown."""

import pytest

from tests.twins.notices import Judged, told
from tests.twins.program import Caller
from tests.twins.town import Town
from tests.twins.xml_samples import beneficiary, form, message, relation, uuid

WORKER = "50021850123"


def document(number: str, operation: str = "0", *, plain: bool = True) -> str:
    text = relation(uuid(1)).replace(
        "</WorkerCode>", f"</WorkerCode><JointCommissionNbr>{number}</JointCommissionNbr>"
    )
    whole = form(beneficiary(text, inss=WORKER)).replace(
        "<AttestationStatus>0<", f"<AttestationStatus>{operation}<"
    )
    return message(whole if plain else whole.replace("<Debtor>", "<!-- not plain --><Debtor>"))


def send(town: Town, text: str, sequence: int) -> list[Judged]:
    key = f"FLEX.000640.20261005.{sequence:05d}.R.1"
    town.put(f"FI.{key}.1", text.encode())
    town.put(f"GO.{key}")
    town.sweep()
    return told(town, "000640")


@pytest.mark.parametrize("plain", [True, False])
def test_a_new_value_goes_all_the_way(town: Town, capsys: pytest.CaptureFixture[str], *, plain: bool) -> None:
    """It is kept and shown; another is another version, the same one none; a wrong one is told."""
    assert [("1", None, [("accepted", [])])] == send(town, document("302", plain=plain), 1)
    assert [("1", None, [("accepted", [])])] == send(town, document("140", "1", plain=plain), 2)
    assert [("1", None, [("unchanged", ["90082-444"])])] == send(town, document("140", "1", plain=plain), 3)
    assert [("0", "3", [("refused", ["00046-002"])])] == send(town, document("14x", "1", plain=plain), 4)
    assert [("302",), ("140",)] == town.rows("SELECT joint_commission FROM feature ORDER BY form_id")
    [(ticket,)] = town.rows("SELECT ticket FROM declaration")
    shown = Caller(town.home.path, capsys)("declarations", "show", str(ticket)).out
    assert "joint_commission" in shown
    assert "302" in shown
