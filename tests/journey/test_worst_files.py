"""The worst files that the limits admit are judged in bounded memory, and cost no more than sound ones."""

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from tests.doubles.installation import Installation, Installations, copied
from tests.doubles.judged_apart import peak_of_sweep
from tests.doubles.xml_samples import OPENING, beneficiary, form, relation, uuid

MOST = 200
"""MiB that a process may ever have which judges one file."""
NAME = "FLEX.000640.20261005.00001.R.1"
LARGE = 35 * 1024 * 1024
EMPTY = "<FinancialElement/>"
ELEMENT = (
    "<FinancialElement><FinancialElementType>1</FinancialElementType>"
    "<FinancialElementCode>0002001000</FinancialElementCode><Amount>2500</Amount>"
    "<BonusPaymentFrequency>12</BonusPaymentFrequency></FinancialElement>"
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation on SQLite that nothing happened in yet."""
    installation = Installation.made(tmp_path_factory.mktemp("fresh") / "home")
    installation.close()
    return installation


def dropped(installation: Installation, text: str, signature: bytes | None = None) -> None:
    """Drop a set of one part."""
    installation.put(f"FI.{NAME}.1", f"{OPENING}{text}</FLXWAGE>".encode())
    if signature is not None:
        installation.put(f"FS.{NAME}.1", signature)
    installation.put(f"GO.{NAME}")


def filled(element: str) -> str:
    """Write as many elements as a part has room for."""
    return element * ((LARGE - 1000) // len(element.encode()))


def faulty(employers: int) -> str:
    """Write Forms of a thousand lines, each line with a fault in its amount."""
    lines = "".join(beneficiary(relation(uuid(one), "x" * 100)) for one in range(1_000))
    return form(lines) * employers


def strangers(count: int) -> str:
    """Write lines of one stranger each, with the longest of names."""
    return form(beneficiary(*(f"<Relation><{'x' * 200}{one}/></Relation>" for one in range(count))))


def filled_lines(elements: str) -> str:
    """Write two thousand lines with more elements than they need."""
    lines = (relation(uuid(one)).replace("</Features>", f"{elements}</Features>") for one in range(2_000))
    return "".join(map(beneficiary, lines))


def deep(count: int) -> str:
    """Write Forms of elements within one another, each with as many attributes as it may have."""
    many = " ".join(f'a{one}="1"' for one in range(99))
    return (f"<Form {many}>" * 99 + "</Form>" * 99) * count


FILES: dict[str, Callable[[], str]] = {
    "empty Forms": lambda: "<Form/>" * 9_999,
    "very many empty Forms": lambda: filled("<Form/>"),
    "very many empty lines": lambda: form(beneficiary(filled("<Relation/>"))),
    "empty lines in Forms": lambda: form(beneficiary("<Relation/>" * 1_999)) * 5,
    "lines with a fault": lambda: faulty(9),
    "empty elements of a line": lambda: form(
        beneficiary(relation().replace("</Features>", f"{EMPTY * 50_000}</Features>"))
    ),
    "elements of many lines": lambda: form(filled_lines("<FinancialElement/>" * 800)),
    "sound elements of many lines": lambda: form(filled_lines(ELEMENT * 46)),
    "too many sound elements": lambda: form(filled_lines(ELEMENT * 80)),
    "strangers with long names": lambda: strangers(1_000),
    "strangers with one long name": lambda: filled(f"<{'x' * 250}/>"),
    "attributes of deep elements": lambda: deep(200),
    "text between Forms": lambda: "a<Form/>" * 9_999,
}


SHORT = {
    "very many empty Forms",
    "lines with a fault",
    "sound elements of many lines",
    "strangers with long names",
    "attributes of deep elements",
    "text between Forms",
}
"""One of each kind of what is held while a file is read; `make soak` tries all."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SHORT else [pytest.mark.long]) for name in FILES]
)
def test_the_worst_file_takes_bounded_memory(fresh: Installation, tmp_path: Path, name: str) -> None:
    """Whatever a part holds, the process that judges it and writes its answer and pages stays small."""
    installation = copied(fresh, tmp_path / "home")
    dropped(installation, FILES[name]())
    assert peak_of_sweep(installation) <= MOST


def test_faults_of_a_form_are_not_told_to_each_of_its_lines(fresh: Installation, tmp_path: Path) -> None:
    """A thousand of each: the sheet of what was refused grows with the lines alone."""
    installation = copied(fresh, tmp_path / "home")
    lines = "".join(beneficiary(relation(uuid(one))) for one in range(1_000))
    strange = "".join(f"<X{one}/>" for one in range(1_000))
    dropped(installation, form(lines).replace("</Form>", f"{strange}</Form>"))
    assert peak_of_sweep(installation) <= MOST
    [sheet] = installation.inbox(folder="REPORT").glob("*.csv")
    assert 1_000 < len(sheet.read_bytes().splitlines())
    assert sheet.stat().st_size < 3_000_000


SIGNATURES: dict[str, Callable[[], bytes]] = {
    "columns of one character": lambda: b"M\nA\n" * (LARGE // 4),
    "headers without an end": lambda: b"-----BEGIN PKCS7-----\n" + b"A: b\n" * (LARGE // 5),
    "wide characters": lambda: b"\xff\xfe" + b"M\0\n\0" * (LARGE // 4),
    "very many empty values": lambda: b"\x30\x84" + (LARGE - 6).to_bytes(4) + b"\x30\0" * (LARGE // 2 - 3),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_worst_signature_takes_bounded_memory(fresh: Installation, tmp_path: Path, name: str) -> None:
    """A signature may be as long as a part; it is refused before anything is built of it."""
    installation = copied(fresh, tmp_path / "home")
    dropped(installation, " " * (LARGE - 100), SIGNATURES[name]())
    assert peak_of_sweep(installation) <= MOST


def seconds(fresh: Installation, folder: Path, text: str) -> float:
    """Return the processor's time for a sweep of one file."""
    with Installations(fresh, None).copy(folder, {"max_unreadable": 500}) as installation:
        dropped(installation, text)
        channel = installation.channel()
        began = process_time()
        channel.sweep()
        return process_time() - began


FAULTY: dict[str, Callable[[int], str]] = {
    "Form": lambda count: "<Form/>" * count,
    "line": lambda count: form(beneficiary("<Relation/>" * count)),
    "worker": lambda count: form("<Beneficiary/>" * count),
}


@pytest.mark.parametrize("kind", FAULTY)
def test_what_is_faulty_costs_a_bounded_time(fresh: Installation, tmp_path: Path, kind: str) -> None:
    """Once so many of a file break the schema it is refused: sixteen times as many take hardly longer."""
    few, many = (
        min(seconds(fresh, tmp_path / f"{count}-{one}", FAULTY[kind](count)) for one in range(2))
        for count in (1_000, 16_000)
    )
    assert many < 8 * few
