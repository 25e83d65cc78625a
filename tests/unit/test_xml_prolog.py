"""The beginning of a document: encoding, DOCTYPE, root, namespace, schema; hostile ones cost little."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flexibatch.adapters.xml.reader import DocumentReader
from flexibatch.adapters.xml.wellformed import fault
from flexibatch.domain.flxwage.model import FormReference
from tests.doubles.xml_samples import (
    DAY,
    OPENING,
    SCHEMAS,
    SPACE,
    beneficiary,
    form,
    message,
    opened,
    read,
    relation,
)

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
BODY = message().partition("?>\n")[2]
LAST = BODY.count("\n")
"""The line of the root's end tag."""
AT = (BODY.count("\n", 0, BODY.index("F1")) + 1, BODY.index("F1") - BODY.rfind("\n", 0, BODY.index("F1")))
"""Line and column of the Form's own reference."""


def first(folder: Path, data: str | bytes) -> list[tuple[str, int | None, int | None]]:
    """Return rule, line and column of what refuses the whole file."""
    return [(one.rule, one.line, one.column) for one in read(folder, data)[1]]


@pytest.mark.parametrize(
    "declaration",
    [
        "",
        '<?xml version="1.0"?>',
        "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n",
        '<?xml version="1.0" encoding="US-ASCII"?>',
        '<?xml version="1.0" encoding="iso-8859-1"?>',
        "\ufeff",
        '\ufeff<?xml version="1.0" encoding="UTF-8"?>',
        "<!-- c --><?pi?>\n<!---->",
    ],
)
def test_accepted(tmp_path: Path, declaration: str) -> None:
    """UTF-8, ISO-8859-1, US-ASCII, one mark at byte 0, comments: all fine."""
    forms, findings = read(tmp_path, declaration + BODY)
    assert (1, []) == (len(forms), findings)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (message().encode("utf-16"), ("encoding", None, None)),
        (BODY.encode("utf-16-le"), ("encoding", None, None)),
        (BODY.encode("utf-32"), ("encoding", None, None)),
        (BODY.encode("utf-32-be"), ("encoding", None, None)),
        ('<?xml version="1.0" encoding="windows-1252"?>' + BODY, ("encoding", 1, None)),
        ('<?xml version="1.0" encoding="UTF8"?>' + BODY, ("encoding", 1, None)),
        ('\ufeff<?xml version="1.0" encoding="ISO-8859-1"?>' + BODY, ("bytes-encoding", 1, None)),
        ("\ufeff\ufeff" + BODY, ("not-well-formed", 1, 2)),
        (" " + message(), ("not-well-formed", 1, 2)),
        ("x" + message(), ("not-well-formed", 1, 2)),
        ("", ("not-well-formed", 1, 1)),
        ("\n\n<!-- ", ("not-well-formed", 3, 1)),
        ("<?xml version='1.0'?>\n<!DOCTYPE FLXWAGE>" + BODY, ("doctype", 2, None)),
        ("<FLXWAGE/>", ("namespace", 1, None)),
        (f'\n<Flxwage xmlns="{SPACE}"/>', ("root", 2, None)),
        (BODY[:-5], ("not-well-formed", LAST, 1)),
        (BODY + "<", ("not-well-formed", LAST + 1, 1)),
        (BODY + "<!-- </FLXWAGE>", ("not-well-formed", LAST + 1, 1)),
        (BODY + BODY, ("not-well-formed", LAST + 1, 1)),
        (BODY.encode() + b"<!-- \xc3\xa9 -->\n \xc3", ("bytes-encoding", LAST + 2, 2)),
        (BODY.replace("F1", "é").encode("latin-1"), ("bytes-encoding", *AT)),
        ('<?xml version="1.0" encoding="US-ASCII"?>' + BODY.replace("F1", "é"), ("bytes-encoding", *AT)),
        (BODY.replace("F1", "&eacute;"), ("not-well-formed", *AT)),
        (BODY.replace("F1", "&#0;"), ("not-well-formed", *AT)),
        (BODY.replace("<TypeForm>", "<TypeForm a='1' a='2'>"), ("not-well-formed", 7, 17)),
        (BODY.replace("TypeForm>", "x:TypeForm>"), ("not-well-formed", 7, 1)),
    ],
)
def test_refused(tmp_path: Path, data: str | bytes, expected: tuple[str, int | None, int | None]) -> None:
    """What cannot be read refuses the whole file, told with line and column."""
    assert [expected] == first(tmp_path, data)


@pytest.mark.parametrize(
    ("data", "phrase"),
    [
        ("", "xml-cut-off"),
        (BODY[:-5], "xml-cut-off"),
        (BODY[: BODY.index("</Form>")], "xml-cut-off"),
        (BODY.replace("</Form>", ""), "xml-unclosed"),
        (BODY.replace("F1", "a & b"), "xml-character"),
        (BODY + BODY, "xml-after-end"),
        (BODY.replace("F1", "&eacute;"), "xml-entity"),
        (BODY.replace("<TypeForm>", "<TypeForm a='1' a='2'>"), "xml-attribute"),
        (BODY.replace("TypeForm>", "x:TypeForm>"), "xml-prefix"),
        (" " + message(), "xml-declaration"),
        (BODY.replace("F1", "x" * 11_000_000), "xml-limit"),
    ],
)
def test_the_kind_of_broken_xml_is_told(tmp_path: Path, data: str, phrase: str) -> None:
    """People are told what is wrong in their language; the reader's own words are kept for the operator."""
    [found] = read(tmp_path, data)[1]
    assert (phrase, True) == (found.details["phrase"], bool(found.details["reason"]))


def test_latin(tmp_path: Path) -> None:
    """Values of a document in ISO-8859-1 are read in it."""
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + BODY.replace("F1", "é")
    [found], _ = read(tmp_path, text.encode("latin-1"))
    assert FormReference("1", "é") == found.reference


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (f"{SPACE} FLXWAGE_20261.xsd", []),
        (f"http://else x.xsd {SPACE} https://example.org/a\\FLXWAGE_20264.xsd", []),
        (f"{SPACE} FLXWAGE_20251.xsd", ["schema-window"]),
        (f"{SPACE} FLXWAGE_20253.xsd", []),
        (f"{SPACE} FLXWAGE_20271.xsd", ["schema-window"]),
        (f"{SPACE} FLXWAGE_20244.xsd", ["schema-version"]),
        (f"{SPACE} FLXWAGE_20265.xsd", ["schema-version"]),
        (f"{SPACE} DMFA_20253.xsd", ["schema-location"]),
        (f"{SPACE} ../../etc/FLXWAGE_20261.xsd/passwd", ["schema-location"]),
        ("http://else FLXWAGE_20261.xsd", ["schema-location"]),
        ("FLXWAGE_20261.xsd", ["schema-location"]),
        ("", ["schema-location"]),
    ],
)
def test_schema_location(tmp_path: Path, location: str, expected: list[str]) -> None:
    """Only the file name in the entry of our namespace counts; a wrong one is told where the root begins."""
    text = message().replace("<FLXWAGE ", f'<FLXWAGE {XSI} xsi:schemaLocation="{location}" ')
    told = [(one.rule, one.location, one.line) for one in read(tmp_path, text)[1]]
    assert [(rule, "/FLXWAGE", 2) for rule in expected] == told


def test_no_namespace_location(tmp_path: Path) -> None:
    """A location for elements without a namespace is passed over."""
    text = message().replace("<FLXWAGE ", f'<FLXWAGE {XSI} xsi:noNamespaceSchemaLocation="http://[/x.xsd" ')
    assert [] == read(tmp_path, text)[1]


def test_the_schema_it_passed_by(tmp_path: Path) -> None:
    """A set that once passed is judged by its schema, open or not."""
    path = tmp_path / "x"
    text = message().replace("<FLXWAGE ", f'<FLXWAGE {XSI} xsi:schemaLocation="{SPACE} FLXWAGE_20251.xsd" ')
    path.write_text(text)
    document = DocumentReader(SCHEMAS).read([path], on=DAY, passed_by="FLXWAGE_20251")
    assert ("FLXWAGE_20251", ()) == (document.schema, document.findings)


HOSTILE: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "comment": (lambda: b"<!--" + b"c" * 12_000_000 + b"-->" + BODY.encode(), "not-well-formed"),
    "comments": (lambda: b"<!-- c -->" * 1_200_000 + BODY.encode(), "not-well-formed"),
    "some comments": (lambda: b"<!-- c -->" * 9_000 + BODY.encode(), None),
    "entities": (
        lambda: BODY.encode().replace(b"</FLXWAGE>", b"&amp;" * 4_000_000 + b"</FLXWAGE>"),
        "not-well-formed",
    ),
    "attributes": (
        lambda: b"<FLXWAGE " + b" ".join(b"a%d='1'" % n for n in range(1_000_000)) + b"/>",
        "not-well-formed",
    ),
    "attribute": (lambda: b"<FLXWAGE a='" + b"x" * 12_000_000 + b"'/>", "not-well-formed"),
    "tag": (lambda: b"<" + b"x" * 12_000_000, "not-well-formed"),
    "deep": (lambda: OPENING.encode() + b"<a>" * 4_000_000, "not-well-formed"),
    "deep and whole": (
        lambda: OPENING.encode() + b"<a>" * 5000 + b"</a>" * 5000 + b"</FLXWAGE>",
        "not-well-formed",
    ),
    "long text": (lambda: message().replace("F1", "x" * 11_000_000).encode(), "not-well-formed"),
    "laughs": (lambda: b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>', "doctype"),
    "external": (lambda: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "doctype"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile(tmp_path: Path, case: str) -> None:
    """Hostile documents are refused in bounded time."""
    make, expected = HOSTILE[case]
    data = make()
    began = time.process_time()
    rules = [one.rule for one in read(tmp_path, data)[1]]
    assert ([] if expected is None else [expected]) == rules
    assert time.process_time() - began < 15


def test_include_is_not_followed(tmp_path: Path) -> None:
    """XInclude is an element like any other."""
    include = '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    forms, _ = read(tmp_path, message(form(beneficiary(relation(amount=include)))))
    assert ["schema-invalid"] == [one.rule for one in forms[0].lines[0].faults]


def test_fault_of_a_sound_document(tmp_path: Path) -> None:
    """A document that is well-formed has no such fault."""
    opened(tmp_path, message())
    assert fault([tmp_path / "document.xml"], "utf-8") is None
