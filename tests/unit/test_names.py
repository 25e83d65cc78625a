"""File names: grammar, every fault a value can have, and the names of answers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.findings import Finding
from flexibatch.domain.names import (
    NAME_LIMIT,
    InboxContext,
    ParsedName,
    answer_name,
    cut,
    go_of_answer,
    is_temporary,
    key_of,
    kind_of,
    name_fault,
    parse_name,
    part_rules,
    sequence_text,
    set_rules,
)
from flexibatch.domain.vocabulary import Environment, FileKind, Subject

TODAY = date(2026, 10, 5)
PLACE = InboxContext("000640", Environment.REAL, TODAY, 365, frozenset(Environment))
TEMPORARY_ENDS = (
    *(".filepart", ".part", ".partial", ".tmp", ".temp", ".writing", ".inprogress", ".uploading"),
    *(".uploading-aB3x", ".part.ab12", ".tmp42", "~"),
)
LAST_SEQUENCE = 10**5 - 1 + 26 * 36**4


def name_faults(parsed: ParsedName, place: InboxContext) -> list[Finding]:
    return [name_fault(rule, parsed, place) for rule in (*set_rules(parsed, place), *part_rules(parsed))]


def rules(name: str, place: InboxContext = PLACE) -> list[str]:
    parsed = parse_name(name)
    assert parsed is not None
    return [fault.rule for fault in name_faults(parsed, place)]


@pytest.mark.parametrize(
    "name",
    [
        "FI.FLEX.000640.20261005.00001.R.1.1",
        "FS.FLEX.000640.20261005.00001.R.9.9",
        "GO.FLEX.000640.20261005.ZZZZZ.R.1",
        "TD.FLEX.000640.20251005.A0000.R.1",
        "GO.ACRF.000640.20261005.00001.R.1",
    ],
)
def test_good_names_have_no_fault(name: str) -> None:
    """Every inbound kind, both subjects, the first and last sequence, and the oldest date are fine."""
    assert [] == rules(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "GO",
        "GO.FLEX",
        "go.FLEX.000640.20261005.00001.R.1",
        "GO.FLEX.000640.20261005.00001.R",
        "GO.FLEX.000640.20261005.00001.R.1.xml",
        "FI.FLEX.000640.20261005.00001.R.1",
        "FI.FLEX.000640.20261005.00001.R.1.1.xml",
        "FO.ACRF.999999.20261005.00001.R",
        " GO.FLEX.000640.20261005.00001.R.1",
    ],
)
def test_other_positions_or_kinds_fit_no_grammar(name: str) -> None:
    """The grammar is the number of positions and the kind, in capitals."""
    assert parse_name(name) is None


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("GO.FLEX.000641.20261005.00001.R.1", "name-sender"),
        ("GO.FLEX.00640.20261005.00001.R.1", "name-sender"),
        ("GO.FLEX..20261005.00001.R.1", "name-sender"),
        ("GO.FLEX.000640.2026105.00001.R.1", "date-format"),
        ("GO.FLEX.000640.2026-0-5.00001.R.1", "date-format"),
        ("GO.FLEX.000640.２0261005.00001.R.1", "date-format"),
        ("GO.FLEX.000640..00001.R.1", "date-format"),
        ("GO.FLEX.000640.20260931.00001.R.1", "date-unknown"),
        ("GO.FLEX.000640.00000101.00001.R.1", "date-unknown"),
        ("GO.FLEX.000640.20261006.00001.R.1", "date-future"),
        ("GO.FLEX.000640.20251004.00001.R.1", "date-old"),
        ("GO.FLEX.000640.20261005.000001.R.1", "sequence-length"),
        ("GO.FLEX.000640.20261005..R.1", "sequence-length"),
        ("GO.FLEX.000640.20261005.0000a.R.1", "sequence-alphabet"),
        ("GO.FLEX.000640.20261005.0000É.R.1", "sequence-alphabet"),
        ("GO.FLEX.000640.20261005.00000.R.1", "sequence-zero"),
        ("GO.FLEX.000640.20261005.00001.R.", "parts-format"),
        ("GO.FLEX.000640.20261005.00001.R.1x", "parts-format"),
        ("GO.FLEX.000640.20261005.00001.R.x", "parts-not-digit"),
        ("GO.FLEX.000640.20261005.00001.R.²", "parts-not-digit"),
        ("GO.FLEX.000640.20261005.00001.R.0", "parts-zero"),
        ("GO.FLEX.000640.20261005.00001.R.10", "parts-digits"),
        ("GO.FLEX.000640.20261005.00001.R.01", "parts-digits"),
        ("FI.FLEX.000640.20261005.00001.R.1.0", "data-numbering"),
        ("FI.FLEX.000640.20261005.00001.R.1.xml", "data-numbering"),
        ("FS.FLEX.000640.20261005.00001.R.1.01", "signature-numbering"),
        ("GO.FLEX.000640.20261005.00001.X.1", "environment-letter"),
        ("GO.FLEX.000640.20261005.00001.r.1", "environment-letter"),
        ("GO.FLEX.000640.20261005.00001..1", "environment-letter"),
        ("GO.FLEX.000640.20261005.00001.T.1", "environment-test"),
        ("GO.FLEX.000640.20261005.00001.S.1", "environment-simulation"),
        ("GO.DMFA.000640.20261005.00001.R.1", "subject"),
        ("GO.NOTI.000640.20261005.00001.R.1", "subject"),
        ("GO..000640.20261005.00001.R.1", "subject"),
    ],
)
def test_each_bad_value_has_its_rule(name: str, rule: str) -> None:
    """One bad value gives one fault: that of its position."""
    assert [rule] == rules(name)


@pytest.mark.parametrize(
    ("letter", "folder", "environments", "rule"),
    [
        ("R", Environment.TEST, "RTS", "environment-real"),
        ("R", Environment.SIMULATION, "RTS", "environment-real"),
        ("S", Environment.TEST, "RTS", "environment-simulation"),
        ("S", Environment.SIMULATION, "RT", "environment-closed"),
        ("T", Environment.SIMULATION, "RT", "environment-test"),
    ],
)
def test_the_environment_must_be_that_of_the_folder(
    letter: str, folder: Environment, environments: str, rule: str
) -> None:
    """A name in another environment's folder is told so; one that is not served is told that."""
    served = frozenset(map(Environment, environments))
    place = InboxContext("000640", folder, TODAY, 365, served)
    assert [rule] == rules(f"GO.FLEX.000640.20261005.00001.{letter}.1", place)


def test_every_bad_value_is_told() -> None:
    """All positions are looked at, each has at most one fault, and each names the file."""
    parsed = parse_name("FI.DMFA.1.x.0.X.0.0")
    assert parsed is not None
    faults = name_faults(parsed, PLACE)
    assert {
        "subject",
        "name-sender",
        "date-format",
        "sequence-length",
        "environment-letter",
        "parts-zero",
        "data-numbering",
    } == {fault.rule for fault in faults}
    assert {("FI", "FI.DMFA.1.x.0.X.0.0")} == {(fault.tag, fault.value) for fault in faults}


@pytest.mark.parametrize(
    ("days", "expected"), [(365, []), (366, ["date-old"]), (0, []), (-1, ["date-future"])]
)
def test_the_age_of_a_date_ends_with_its_last_day(days: int, expected: list[str]) -> None:
    """A date may be today and as old as the setting says, no older."""
    made = TODAY - timedelta(days=days)
    assert expected == rules(f"GO.FLEX.000640.{made:%Y%m%d}.00001.R.1")


def test_files_of_a_set_share_its_key() -> None:
    """Subject to environment, as written, is what the files of one set share."""
    names = [f"{kind}.FLEX.000640.20261005.00001.R.{rest}" for kind, rest in (("FI", "1.1"), ("GO", "2"))]
    parsed = [one for one in map(parse_name, names) if one is not None]
    assert ["FLEX.000640.20261005.00001.R"] * 2 == [one.key for one in parsed]
    assert ["FLEX.000640.20261005.00001.R"] * 2 == [key_of(f"{name}.xml") for name in names]


def test_a_name_too_short_for_a_key_is_its_own() -> None:
    """Kind and four positions do not say which set is meant."""
    assert "GO.FLEX.000640.20261005.00001" == key_of("GO.FLEX.000640.20261005.00001")


@pytest.mark.parametrize("end", [".filepart", ".part", ".PARTIAL", ".tmp", ".Temp", "~"])
def test_names_of_uploads_on_their_way_are_known(end: str) -> None:
    """What an SFTP client will rename when it is done is not judged."""
    assert is_temporary(f"FI.FLEX.000640.20261005.00001.R.1.1{end}")


@pytest.mark.parametrize("name", ["GO.FLEX.000640.20261005.00001.R.1.xml", "FI.tmpl", "tmp", "part"])
def test_other_endings_are_no_uploads(name: str) -> None:
    """Only the endings that clients are known for count."""
    assert not is_temporary(name)


def test_dot_files_are_left_alone() -> None:
    """A name that begins with a dot is hidden on purpose."""
    assert is_temporary(".FI.FLEX.000640.20261005.00001.R.1.1")


def test_the_kind_is_what_stands_before_the_first_dot() -> None:
    """Only inbound kinds count, and only with a dot."""
    found = [kind_of(name) for name in ("GO.x", "TD.", "GO", "FO.x", "xGO.x")]
    assert [FileKind.GO, FileKind.WITHDRAW, None, None, None] == found


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "00001"),
        (99_999, "99999"),
        (100_000, "A0000"),
        (100_009, "A0009"),
        (100_010, "A000A"),
        (100_000 + 36**4 - 1, "AZZZZ"),
        (100_000 + 36**4, "B0000"),
        (LAST_SEQUENCE, "ZZZZZ"),
    ],
)
def test_sequences_run_from_digits_to_letters(number: int, text: str) -> None:
    """After the last number of digits come those that begin with a letter."""
    assert text == sequence_text(number)


def test_a_day_has_an_end_of_sequences() -> None:
    """No sequence is given out twice: past the last one there is none."""
    with pytest.raises(OverflowError, match="given out"):
        sequence_text(LAST_SEQUENCE + 1)


@given(st.integers(1, LAST_SEQUENCE - 1))
def test_sequences_sort_as_they_are_counted(number: int) -> None:
    """Five characters 0-9A-Z, no two the same, in the order in which they were given out."""
    text, following = sequence_text(number), sequence_text(number + 1)
    assert text < following
    assert 5 == len(text)
    assert [] == rules(f"GO.FLEX.000640.20261005.{text}.R.1")


def test_answers_are_named_by_subject_day_and_environment() -> None:
    """The institution is the sender of every answer; a compressed one has the same GO."""
    name = answer_name(Subject.ACKNOWLEDGEMENT, TODAY, 7, Environment.SIMULATION)
    assert "FO.ACRF.999999.20261005.00007.S" == name
    assert "GO.ACRF.999999.20261005.00007.S" == go_of_answer(name) == go_of_answer(f"CO{name[2:]}")


def test_long_names_are_cut_for_answers() -> None:
    """An answer has room for 64 characters of a name."""
    assert "x" * 64 == cut("x" * 255)
    assert NAME_LIMIT == len(cut("GO." + "é" * 200))


NAMES = st.text(max_size=80) | st.builds(
    ".".join, st.lists(st.text("GOFIS0129RTX ./²٣\n", max_size=9), min_size=5, max_size=9)
)


@given(NAMES | NAMES.map("FI.".__add__) | NAMES.map("GO.".__add__))
def test_no_name_stumbles(name: str) -> None:
    """Whatever a bureau calls a file, something can be said about it."""
    parsed = parse_name(name)
    if parsed is not None:
        assert name == parsed.text
        assert set() == {fault.value for fault in name_faults(parsed, PLACE)} - {name}
        assert parsed.key == key_of(name)
    assert is_temporary(name) in {True, False}
    assert kind_of(name) is None or name.startswith(str(kind_of(name)))


@pytest.mark.parametrize("name", ["GO.FLEX.000640.20261005.00001.R.1", "FI.FLEX.000640.20261005.00001.R.1.1"])
@pytest.mark.parametrize("end", TEMPORARY_ENDS)
def test_a_known_end_behind_a_good_name_is_temporary(name: str, end: str) -> None:
    """Whatever its case, and whatever signs a client puts behind it to tell its tries apart."""
    assert all(is_temporary(name + one) for one in (end, end.upper(), f"{end.rstrip('~') or '.part'}.x"))


@pytest.mark.parametrize(
    "name",
    [
        "GO.FLEX.000640.20261005.00001.R.1.xml",
        "GO.FLEX.000640.20261005.00001.R.1.tmpl",
        "GO.FLEX.000640.20261005.00001.R.1.partner",
        "GO.FLEX.000640.20261005.00001.R.1part",
        "GO.FLEX.000640.20261005.00001.part.R.1.xml",
        "GO.tmp.FLEX",
        "FI.FLEX.000640.20261005.00001.R.1",
    ],
)
def test_other_ends_are_not_temporary(name: str) -> None:
    """Words that only begin so, and words that stand within a name, are faults that a bureau is told."""
    assert not is_temporary(name)
