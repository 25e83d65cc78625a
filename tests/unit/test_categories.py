"""Employer categories: the dated table is read strictly and asked by the quarter."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flexibatch.adapters.tables import load_categories
from flexibatch.domain.categories import Categories, quarter_of
from flexibatch.errors import Refusal
from tests.doubles.sheets import sheets

HEADER = "code,sector,first_quarter,last_quarter\n"


EXTRA: Any = {None: ["more"]}


def row(code: str = "017", first: str = "1979/2", last: str = "") -> dict[str, str]:
    return {"code": code, "sector": "Private", "first_quarter": first, "last_quarter": last}


TABLE = Categories.from_rows(
    enumerate([row(), row("022", "1990/1", "2007/4"), row("022", "2008/2")], start=2)
)


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("017", date(2026, 9, 1), None),
        ("017", date(1979, 4, 1), None),
        ("017", date(1979, 3, 31), "category-closed"),
        ("999", date(2026, 9, 1), "category-unknown"),
        ("17", date(2026, 9, 1), "category-unknown"),
        ("022", date(1990, 1, 1), None),
        ("022", date(2007, 12, 31), None),
        ("022", date(2008, 1, 1), "category-closed"),
        ("022", date(2008, 3, 31), "category-closed"),
        ("022", date(2008, 4, 1), None),
        ("022", None, None),
        ("999", None, "category-unknown"),
    ],
)
def test_a_category_is_asked_by_the_quarter(code: str, on: date | None, expected: str | None) -> None:
    """First and last quarter are included, a code may have two spans; without a day it need only exist."""
    assert expected == TABLE.verdict(code, on)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 1, 1), "2026/1"), (date(2026, 3, 31), "2026/1"), (date(2026, 12, 31), "2026/4")],
)
def test_a_quarter_is_written_as_the_table_does(day: date, expected: str) -> None:
    """Year and quarter with a slash."""
    assert expected == quarter_of(day)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (row("17"), "17"),
        (row("0170"), "0170"),
        (row("abc"), "abc"),
        (row(first=""), "first_quarter"),
        (row(first="1979"), "first_quarter"),
        (row(first="1979/5"), "first_quarter"),
        (row(last="2026-3"), "last_quarter"),
        (row(first="2026/3", last="2026/2"), "before"),
        ({"code": "017", "sector": "Private", "first_quarter": "1979/2"}, "last_quarter"),
        ({"sector": "Private"}, "code"),
        (row() | EXTRA, "more values"),
    ],
)
def test_a_bad_row_is_named_with_its_line(bad: dict[str, str], told: str) -> None:
    """The line counts with the header, and the reason names what is wrong."""
    with pytest.raises(Refusal) as refusal:
        Categories.from_rows([(2, row()), (3, bad)])
    assert ("line 3" in str(refusal.value), told in str(refusal.value)) == (True, True)


def test_an_empty_table_is_refused() -> None:
    """A table without rows would refuse every line."""
    with pytest.raises(Refusal):
        Categories.from_rows([])


def test_the_package_has_its_table() -> None:
    """The shipped table knows open, closed and unknown categories."""
    table, day = load_categories(), date(2026, 9, 1)
    assert (None, "category-closed", "category-unknown") == tuple(
        table.verdict(code, day) for code in ("017", "018", "003")
    )


def test_an_operator_puts_down_a_newer_table(tmp_path: Path) -> None:
    """A file with a byte order mark and Windows line ends is read in place of the package's own."""
    path = tmp_path / "categories.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}003,Private,2026/4,\n".replace("\n", "\r\n").encode())
    assert load_categories(path).verdict("003", date(2026, 10, 1)) is None


SHEETS = sheets(f"{HEADER}003,Private,2026/4,\n\n004,Private,2026/4,\n")


@pytest.mark.parametrize("form", SHEETS)
def test_a_table_is_read_as_spreadsheets_save_it(tmp_path: Path, form: str) -> None:
    """Any encoding with a mark, any delimiter, any line end."""
    path = tmp_path / "categories.csv"
    path.write_bytes(SHEETS[form])
    assert load_categories(path).verdict("004", date(2026, 10, 1)) is None


def test_a_line_counts_as_an_editor_counts_it(tmp_path: Path) -> None:
    """Empty lines and lines within quotes count."""
    path = tmp_path / "categories.csv"
    path.write_text(f'{HEADER}\n003,"Private\nand public",2026/4,\n17,Private,2026/4,\n', "utf-8")
    with pytest.raises(Refusal, match="line 5"):
        load_categories(path)


@pytest.mark.parametrize(
    "content",
    [
        None,
        HEADER.encode("utf-16-le"),
        f"{HEADER}0\0007,Private,2026/4,\n".encode(),
        f"{HEADER}017,Priv\xe9,2026/4,\n".encode("latin-1"),
        b"\xff\xfe",
        b"",
        HEADER.encode(),
        f"{HEADER}017\n".encode(),
        f'{HEADER}"017\n'.encode(),
        b"kode\n017\n",
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_name(tmp_path: Path, content: bytes | None) -> None:
    """A missing file, another encoding, no rows, a short row, a quote left open: the file is named."""
    path = tmp_path / "categories.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refusal, match=str(path)):
        load_categories(path)
