"""The envelope: what refuses a set before its document is read, in the order of the checks."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from flexibatch.domain.case import Case, ReceivedFile, Sender
from flexibatch.domain.envelope import Limits, envelope_faults, may_be_read
from flexibatch.domain.findings import Finding
from flexibatch.domain.vocabulary import Environment, FileKind, Language, SignatureDemand, Subject

KEY = "FLEX.000640.20261005.00001.R"
GO, FI = f"GO.{KEY}.1", f"FI.{KEY}.1.1"
LIMITS = Limits(1000, 365, frozenset(Environment), ZoneInfo("Europe/Brussels"))
DATA = ReceivedFile(FI, FileKind.DATA, 1, 1000, "d" * 64)
CASE = Case(
    ticket="T",
    name=GO,
    subject=Subject.DECLARATION,
    sender=Sender("000640", "Bureau", Language.NL, SignatureDemand.OPTIONAL),
    environment=Environment.REAL,
    arrival=1,
    arrived_at=datetime(2026, 10, 4, 22, 30, tzinfo=UTC),
    received_on=date(2026, 10, 5),
    run=1,
    files=(ReceivedFile(GO, FileKind.GO, None, 0, "e" * 64), DATA),
)


def rules(case: Case) -> list[str]:
    return [fault.rule for fault in envelope_faults(case, LIMITS)]


def test_a_good_set_passes() -> None:
    """Good names, the announced parts, a part of exactly the limit."""
    assert [] == rules(CASE)


def test_days_begin_where_the_channel_lives() -> None:
    """Half past midnight in Brussels is the next day already."""
    assert CASE.received_on == LIMITS.day_of(CASE.arrived_at)


@pytest.mark.parametrize(("size", "expected"), [(0, ["data-empty"]), (1001, ["part-size"]), (1, [])])
def test_parts_are_neither_empty_nor_too_large(size: int, expected: list[str]) -> None:
    """An FI has a byte at least and no more than the limit."""
    assert expected == rules(replace(CASE, files=(replace(DATA, size=size),)))


def test_a_part_that_vanished_before_the_claim_is_missed() -> None:
    """What was announced and found, and is not kept, refuses the set."""
    fault = Finding("data-count", tag="FI", value=GO, details={"announced": "1", "found": "0"})
    assert (fault,) == envelope_faults(replace(CASE, files=CASE.files[:1]), LIMITS)


def test_a_used_name_comes_before_what_the_claim_found() -> None:
    """Then come what the claim found and the sizes; a re-run is not asked for its name again."""
    twice = replace(
        CASE,
        earlier_ticket="EARLIER",
        claim_faults=(Finding("data-count", value=GO),),
        files=(replace(DATA, size=0),),
    )
    assert ["name-received", "data-count", "data-empty"] == rules(twice)
    assert ["data-count", "data-empty"] == rules(replace(twice, run=2))


def test_names_come_before_all_else() -> None:
    """A name that fits no grammar, then bad values, then what is wrong with the set."""
    wrong = replace(
        CASE,
        name=f"{GO}.xml",
        earlier_ticket="EARLIER",
        claim_faults=(Finding("name-go", value=f"{GO}.xml"), Finding("data-count", value=GO)),
    )
    assert ["name-go", "name-received", "data-count"] == rules(wrong)
    other = replace(DATA, name=FI.replace("000640", "000641"), size=0)
    told = ["name-go", "name-sender", "name-received", "data-count", "data-empty"]
    assert told == rules(replace(wrong, files=(other,)))


def test_the_folder_is_asked_after_every_position() -> None:
    """A file in the wrong folder whose number of parts is wrong too: the name comes first."""
    name = GO.replace(".R.1", ".T.0")
    assert ["parts-zero", "environment-test"] == rules(replace(CASE, name=name, files=()))


def test_what_a_set_shares_is_told_once() -> None:
    """GO and FI of a wrong date: one fault, of the GO; a wrong part is told with its file."""
    names = [name.replace("20261005", "20261006") for name in (GO, FI)]
    late = replace(CASE, name=names[0], files=(*(replace(DATA, name=name) for name in names),))
    assert names[:1] == [fault.value for fault in envelope_faults(late, LIMITS)]
    zeroth = replace(CASE, files=(replace(DATA, name=f"FI.{KEY}.1.0"),))
    assert [f"FI.{KEY}.1.0"] == [fault.value for fault in envelope_faults(zeroth, LIMITS)]


def test_a_document_is_looked_at_beside_a_wrong_name_only() -> None:
    """Where parts are missing or unreadable there is nothing to look at; nor in what was not to be received."""
    wrong, missing = Finding("date-future"), Finding("data-count")
    part = replace(DATA, part=2)
    told = [
        may_be_read(case, faults)
        for case, faults in (
            (CASE, [wrong, Finding("name-received")]),
            (replace(CASE, files=(DATA, part)), [wrong]),
            (CASE, [wrong, missing]),
            (CASE, [Finding("sender-removed")]),
            (CASE, [wrong, Finding("signature-count")]),
            (replace(CASE, files=(part,)), [wrong]),
            (replace(CASE, files=(replace(DATA, part=None),)), [wrong]),
            (replace(CASE, files=CASE.files[:1]), [wrong]),
        )
    ]
    assert [True, True, False, False, False, False, False, False] == told


def test_an_operators_word_comes_first() -> None:
    """Discarded, sender removed: told alone; a set that passed is asked no more, also when its sender is gone."""
    removed = replace(CASE, sender=replace(CASE.sender, removed=True), name="GO.x")
    assert ["sender-removed"] == rules(removed)
    assert ["discarded"] == rules(replace(removed, discarded=True))
    assert [] == rules(replace(removed, passed=True))
    assert [] == rules(replace(CASE, passed=True, name="GO.x", files=()))


def test_a_file_that_announces_nothing_misses_nothing() -> None:
    """What is checked under a name of its own has no GO to be counted by."""
    assert [] == rules(replace(CASE, name="wages.xml", files=(replace(DATA, name="wages.xml"),)))


@pytest.mark.parametrize(
    ("demand", "environment", "expected"),
    [
        (SignatureDemand.REQUIRED, Environment.REAL, ["signature-count"]),
        (SignatureDemand.REQUIRED, Environment.TEST, ["signature-count"]),
        (SignatureDemand.REQUIRED, Environment.SIMULATION, []),
        (SignatureDemand.OPTIONAL, Environment.REAL, []),
    ],
)
def test_who_must_sign_is_asked_for_it_when_judged(
    demand: SignatureDemand, environment: Environment, expected: list[str]
) -> None:
    """Whatever was found before the claim: what holds is what the sender owes now."""
    key = KEY[:-1] + environment.value
    files = (ReceivedFile(f"FI.{key}.1.1", FileKind.DATA, 1, 1000, "d" * 64),)
    sender = replace(CASE.sender, signature=demand)
    found = (Finding("signature-count"),)
    for faults in ((), found):
        case = replace(CASE, name=f"GO.{key}.1", environment=environment, sender=sender, files=files)
        assert expected == rules(replace(case, claim_faults=faults))
