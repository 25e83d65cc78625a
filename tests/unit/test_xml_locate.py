"""Lines and columns are those of the joined document, also far beyond what libxml2 can count."""

from pathlib import Path

import pytest

from flexibatch.adapters.xml.locate import Locator, document_lines
from flexibatch.adapters.xml.reader import DocumentReader
from tests.doubles.xml_samples import DAY, SCHEMAS, beneficiary, faults, form, message, opened, relation


def expected(text: str, needle: str, nth: int = 1) -> tuple[int, int]:
    """Find line and column of the nth place of a text."""
    at = -1
    for _ in range(nth):
        at = text.index(needle, at + 1)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def written(folder: Path, text: str) -> list[Path]:
    """Write a document in two parts, cut in the middle."""
    data = text.encode()
    first, second = folder / "1", folder / "2"
    first.write_bytes(data[: len(data) // 2])
    second.write_bytes(data[len(data) // 2 :])
    return [first, second]


def test_places(tmp_path: Path) -> None:
    """Each element is found at its start tag, in every Form, also where characters take several bytes."""
    text = message(form(beneficiary(relation("é€😀"))), form(beneficiary(), beneficiary()))
    text = text.replace("<ReferenceType>10", "<!-- é --><ReferenceType>10")
    locator = Locator(written(tmp_path, text), "utf-8")
    first = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Reference[1]/ReferenceNbr"
    second = "/FLXWAGE/Form[2]/Debtor/Beneficiary[2]/INSS"
    assert {first: expected(text, "<ReferenceNbr>", 2)} == locator.lines(1, [first])
    assert {second: expected(text, "<INSS>", 3)} == locator.lines(2, [second])


def test_missing_element(tmp_path: Path) -> None:
    """What is not there is told at what should hold it."""
    text = message(form(), form()).replace("<CompanyID>0400100056</CompanyID>\n", "")
    locator = Locator(written(tmp_path, text), "utf-8")
    for number in (1, 2):
        place = f"/FLXWAGE/Form[{number}]/Debtor/CompanyID"
        assert {place: expected(text, "<Debtor>", number)} == locator.lines(number, [place])


def test_strangers_behind_a_form(tmp_path: Path) -> None:
    """What stands under the root behind the Form that is asked for, with children of its own, is no part of it."""
    text = message(form(), "<Foo><Bar><Form/></Bar></Foo>", form())
    locator = Locator(written(tmp_path, text), "utf-8")
    for number in (1, 2):
        place = f"/FLXWAGE/Form[{number}]/TypeForm"
        assert {place: expected(text, "<TypeForm>", number)} == locator.lines(number, [place])


def test_repeated_and_again(tmp_path: Path) -> None:
    """A Form may be asked for twice, and an earlier one after a later one."""
    text = message(*[form()] * 5)
    locator = Locator(written(tmp_path, text), "utf-8")
    for number in (2, 2, 5, 1, 4):
        place = f"/FLXWAGE/Form[{number}]/TypeForm"
        assert {place: expected(text, "<TypeForm>", number)} == locator.lines(number, [place])


@pytest.mark.parametrize("asked", [[1, 2, 3, 4], [1, 3], [2, 4], [4], [3]])
def test_forms_of_all_sizes(tmp_path: Path, asked: list[int]) -> None:
    """Forms smaller and larger than a chunk, asked for or passed over, are all found."""
    text = message(form(), form(*[beneficiary()] * 100), form(), form(*[beneficiary()] * 70))
    locator = Locator(written(tmp_path, text), "utf-8")
    count = {1: 1, 2: 100, 3: 1, 4: 70}
    for number in asked:
        place = f"/FLXWAGE/Form[{number}]/Debtor/Beneficiary[{count[number]}]/INSS"
        nth = sum(count[one] for one in range(1, number + 1))
        assert {place: expected(text, "<INSS>", nth)} == locator.lines(number, [place])


def test_far_lines(tmp_path: Path) -> None:
    """Lines beyond 65,535 are right."""
    text = message(
        form(*[beneficiary()] * 2500), form(*[beneficiary()] * 1500, beneficiary(relation(amount="x")))
    )
    path = tmp_path / "far.xml"
    path.write_text(text)
    document = DocumentReader(SCHEMAS).read([path], on=DAY)
    [fault] = faults(list(document))
    line, column = expected(text, "<Amount>x")
    assert line > 70_000
    assert {fault.location: (line, column)} == document.places(2, [fault.location or ""])


def test_under_the_root(tmp_path: Path) -> None:
    """What stands directly under the root is found, elements and text."""
    text = message("<a/>\n<a/>", form(), "text\n")
    found = document_lines(written(tmp_path, text), "utf-8", ["/FLXWAGE/a[2]", "/FLXWAGE/text()", "/FLXWAGE"])
    assert {
        "/FLXWAGE": (2, 1),
        "/FLXWAGE/a[2]": expected(text, "<a/>", 2),
        "/FLXWAGE/text()": expected(text, "text"),
    } == found


def test_broken_document(tmp_path: Path) -> None:
    """What stands before the place where a document breaks is still found."""
    text = message(form(), form())[:-200]
    locator = Locator(written(tmp_path, text), "utf-8")
    place = "/FLXWAGE/Form[2]/TypeForm"
    assert {place: expected(text, "<TypeForm>", 2)} == locator.lines(2, [place])
    assert {} == locator.lines(3, ["/FLXWAGE/Form[3]"])


def test_refused_document(tmp_path: Path) -> None:
    """A document refused for its beginning has no places."""
    assert {} == opened(tmp_path, "<x/>").places(1, ["/FLXWAGE/Form[1]"])
