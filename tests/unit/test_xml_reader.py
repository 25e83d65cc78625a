"""Documents are read Form by Form, literally, whatever their size, cuts and order."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from flexibatch.adapters.xml import element_reader
from flexibatch.adapters.xml.reader import DocumentReader
from flexibatch.domain.flxwage.model import Calculation, FinancialElement, FormReference, Line, Quality
from flexibatch.domain.vocabulary import Operation
from tests.doubles.xml_samples import (
    DAY,
    OPENING,
    SCHEMAS,
    beneficiary,
    drained,
    faults,
    form,
    message,
    opened,
    read,
    relation,
    uuid,
)

GOOD = Line(
    1,
    1,
    1,
    "85073003328",
    uuid(1),
    "P-0001",
    Calculation(
        start=date(2026, 9, 1),
        end=date(2026, 9, 30),
        calculated_on=date(2026, 10, 2),
        qualities=(
            Quality(
                start=date(2026, 9, 1),
                end=date(2026, 9, 30),
                employer_class="017",
                worker_code="050",
                elements=(
                    FinancialElement(code="0001001000", amount=100000),
                    FinancialElement(code="0002001000", amount=2500, frequency=12),
                ),
            ),
        ),
    ),
)


def test_values(tmp_path: Path) -> None:
    """Every value of a good document comes out typed, in its place."""
    [found], findings = read(tmp_path, message())
    assert [] == findings
    assert (GOOD,) == found.lines
    assert (
        1,
        "FLXWAGE",
        "2026-10-05",
        "09:15:00.000",
        Operation.ORIGINAL,
        "SU",
        FormReference("1", "F1"),
    ) == (
        found.number,
        found.identification,
        found.created_on,
        found.created_at,
        found.operation,
        found.type_form,
        found.reference,
    )
    assert ("0400100056", "100100022", ()) == (found.company_id, found.nsso_number, found.faults)


def test_schema_name(tmp_path: Path) -> None:
    """A document tells the schema it is judged by."""
    assert "FLXWAGE_20264" == opened(tmp_path, message()).schema


def test_numbers(tmp_path: Path) -> None:
    """Lines count through the Form; Beneficiaries and Relations have their positions."""
    one = beneficiary(relation("a"), relation("b"))
    forms, _ = read(
        tmp_path, message(form(one, beneficiary(relation("c"))), form(beneficiary(relation("d"))))
    )
    assert [
        [(1, 1, 1, "a"), (2, 1, 2, "b"), (3, 2, 1, "c")],
        [(1, 1, 1, "d")],
    ] == [
        [(line.number, line.beneficiary, line.relation, line.reference) for line in one.lines]
        for one in forms
    ]


def test_cut_anywhere(tmp_path: Path) -> None:
    """Parts cut at any byte, inside a character or a tag, give the same Forms."""
    text = message(form(beneficiary(relation("é-€-😀")))).encode()
    whole, _ = read(tmp_path, text)
    first, second = tmp_path / "1", tmp_path / "2"
    for cut in range(1, len(text), 3):
        first.write_bytes(text[:cut])
        second.write_bytes(text[cut:])
        assert (whole, []) == drained(DocumentReader(SCHEMAS).read([first, second], on=DAY)), cut


def test_cut_into_single_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the chunks a parser is fed, faults and values are the same."""
    text = message(form(beneficiary(relation("x", amount="0")), beneficiary()), form())
    whole = read(tmp_path, text)
    for size in (1, 7, 100, 1000):
        monkeypatch.setattr(element_reader, "chunks", lambda parts, size=size: _pieces(parts, size))
        assert whole == read(tmp_path, text)


def _pieces(parts: list[Path], size: int) -> list[bytes]:
    data = b"".join(part.read_bytes() for part in parts)
    return [data[at : at + size] for at in range(0, len(data), size)]


def test_order_of_beneficiary(tmp_path: Path) -> None:
    """An INSS that comes after its Relation is still that line's, and the order is told on it."""
    text = f"<Beneficiary>{relation()}<INSS>85073003328</INSS></Beneficiary>"
    [found], _ = read(tmp_path, message(form(text, beneficiary())))
    assert ["85073003328", "85073003328"] == [line.inss for line in found.lines]
    assert [["schema-sequence"], []] == [[one.rule for one in line.faults] for line in found.lines]


def test_fault_of_beneficiary_on_each_line(tmp_path: Path) -> None:
    """What is wrong with a Beneficiary is on each of its lines, and on no other."""
    text = form(beneficiary(relation("a"), relation("b"), inss="8507300332X"), beneficiary())
    [found], _ = read(tmp_path, message(text))
    expected = ("schema-not-numeric", "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/INSS")
    assert [[expected], [expected], []] == [
        [(one.rule, one.location) for one in line.faults] for line in found.lines
    ]
    assert [None, None, "85073003328"] == [line.inss for line in found.lines]
    assert () == found.faults


def test_beneficiary_without_relation(tmp_path: Path) -> None:
    """A Beneficiary without a Relation is refused alone: one line tells it."""
    text = form("<Beneficiary><INSS>85073003328</INSS></Beneficiary>", beneficiary())
    [found], _ = read(tmp_path, message(text))
    assert [["schema-missing"], []] == [[one.rule for one in line.faults] for line in found.lines]
    assert () == found.faults


def test_fault_of_form(tmp_path: Path) -> None:
    """What is wrong with a Form's own fields or its Debtor is the Form's, not its lines'."""
    text = message().replace("<TypeForm>SU<", "<TypeForm>XX<").replace("0400100056", "12")
    [found], _ = read(tmp_path, text)
    assert ["schema-domain", "schema-length"] == sorted(one.rule for one in found.faults)
    assert (None, None, "100100022") == (found.type_form, found.company_id, found.nsso_number)
    assert (GOOD,) == found.lines


def test_prefix(tmp_path: Path) -> None:
    """A document may name the namespace by a prefix."""
    text = message().replace("<?xml", "&?xml").replace("</", "&/").replace("<", "<f:").replace("&/", "</f:")
    text = text.replace("&?xml", "<?xml").replace("xmlns=", "xmlns:f=")
    [found], findings = read(tmp_path, text)
    assert ((GOOD,), []) == (found.lines, findings)


def test_comments_and_instructions(tmp_path: Path) -> None:
    """Comments, instructions and CDATA inside a value do not change it."""
    text = message().replace("100000", "1<!-- x -->000<?y z?>0<![CDATA[0]]>")
    [found], _ = read(tmp_path, text)
    assert (GOOD,) == found.lines


@pytest.mark.parametrize(
    ("stranger", "location"),
    [
        ("<Foo/>", "/FLXWAGE/Foo"),
        ('<Form xmlns=""/>', "/FLXWAGE/Form[1]"),
        ("Foo", "/FLXWAGE/text()"),
        ("\u00a0", "/FLXWAGE/text()"),
    ],
)
def test_not_a_form(tmp_path: Path, stranger: str, location: str) -> None:
    """Whatever stands under the root and is no Form refuses the file, with its line."""
    forms, findings = read(tmp_path, message(f"{stranger}\n", form()))
    assert [("not-a-form", location, 3)] == [(one.rule, one.location, one.line) for one in findings]
    assert [GOOD] == [line for one in forms for line in one.lines]


def test_no_form(tmp_path: Path) -> None:
    """A document without a Form is refused."""
    _, findings = read(tmp_path, f"{OPENING}</FLXWAGE>")
    assert ["no-form"] == [one.rule for one in findings]


def test_root_attribute(tmp_path: Path) -> None:
    """An attribute the schema does not give the root refuses the file."""
    _, findings = read(tmp_path, message().replace("<FLXWAGE ", "<FLXWAGE version='1' "))
    assert [("root-attribute", "version")] == [(one.rule, one.tag) for one in findings]


def test_in_the_shadow_of_a_fault(tmp_path: Path) -> None:
    """libxml2 passes over what follows a stranger in the Debtor; the lines there are judged all the same."""
    text = message(form("<Foo/>", beneficiary(), beneficiary(relation(amount="0"))), form())
    [first, second], _ = read(tmp_path, text)
    assert ["schema-unknown"] == [one.rule for one in first.faults]
    assert [[], ["schema-domain"]] == [[one.rule for one in line.faults] for line in first.lines]
    assert [] == faults([second])


def test_too_many_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past a number of errors libxml2 is asked no more, and the findings are the same."""
    bad = beneficiary(relation(amount="-1"))
    text = message(form(), *[form(*[bad] * 40) for _ in range(4)], form())
    whole = read(tmp_path, text)
    monkeypatch.setattr(element_reader, "ERROR_LIMIT", 50)
    assert whole == read(tmp_path, text)
    assert 160 == len(faults(whole[0]))


def test_beyond_the_limit(tmp_path: Path) -> None:
    """Lines past 2,000 are held without their calculation."""
    [found], _ = read(tmp_path, message(form(beneficiary(*[relation()] * 2001))))
    assert 2001 == len(found.lines)
    assert [False, True] == [line.calculation is None for line in found.lines[1999:]]


_PEAK = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from tests.doubles.xml_samples import SCHEMAS, DAY
from flexibatch.adapters.xml.reader import DocumentReader
from flexibatch.errors import DocumentBroken
count = 0
try:
    for form in DocumentReader(SCHEMAS).read([Path({path!r})], on=DAY):
        count += len(form.lines)
except DocumentBroken:
    count = -1
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(count, int(peak.split()[1]) // 1024)
"""


def peak(path: Path) -> tuple[int, int]:
    """Read a document in a process of its own: lines and the most memory it took, in MB."""
    here = Path(__file__).parent
    program = _PEAK.format(tests=str(here), root=str(here.parents[1]), path=str(path))
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    lines, memory = done.stdout.split()
    return int(lines), int(memory)


@pytest.mark.parametrize(
    "shape",
    [
        *("one Beneficiary", "one Form", "one line"),
        *(pytest.param(shape, marks=pytest.mark.long) for shape in ("strangers", "first child", "errors")),
    ],
)
def test_memory(tmp_path: Path, shape: str) -> None:
    """Memory does not grow with the file, whatever it is filled with."""
    path = tmp_path / "large.xml"
    head, tail = message(form("@")).split("@")
    filler = {
        "one Beneficiary": (
            head + "<Beneficiary><INSS>85073003328</INSS>",
            relation(),
            "</Beneficiary>" + tail,
        ),
        "one Form": (head, beneficiary(), tail),
        "strangers": (head, "<x/>" * 300, beneficiary() + tail),
        "first child": (OPENING, "<x/>" * 300, "</FLXWAGE>"),
        "one line": (
            head + "<Beneficiary><INSS>85073003328</INSS><Relation>",
            "<x/>" * 300,
            "</Relation></Beneficiary>" + tail,
        ),
        "errors": (head, beneficiary(relation(amount="x")), tail),
    }[shape]
    with path.open("w") as file:
        file.write(filler[0])
        for _ in range(8_000_000 // len(filler[1])):
            file.write(filler[1])
        file.write(filler[2])
    _, memory = peak(path)
    assert memory < 130


@pytest.mark.parametrize("end", [b"\xff", b"\xc3"])
@pytest.mark.parametrize("between", [0, 100, 1_000_000])
def test_the_first_fault_is_told(tmp_path: Path, end: bytes, between: int) -> None:
    """A wrong tag stands before bytes that do not fit: it is told, however the bytes come in pieces."""
    text = message().replace("</TypeForm>", "</Type>").encode()
    (found,) = read(tmp_path, text + b" " * between + end)[1]
    assert ("not-well-formed", "xml-unclosed", 8) == (found.rule, found.details["phrase"], found.line)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
def test_a_wrong_character_is_told_as_one_however_it_is_cut(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of it in one piece and half in the next are not told as wrong markup."""
    monkeypatch.setattr("flexibatch.adapters.xml.names.chunks.__defaults__", (size,))
    (found,) = read(tmp_path, b"<!D\xed\xa0\x80YPE>")[1]
    assert ("bytes-encoding", 1, 4) == (found.rule, found.line, found.column)
