"""What no message has is refused before it is built, in time that grows with its bytes."""

import time
from pathlib import Path

import pytest

from tests.doubles.xml_samples import OPENING, SPACE, beneficiary, form, message, read

FORM = "<Identification>FLXWAGE</Identification>"


def declared(count: int, prefix: str = "n") -> str:
    """Write namespace declarations."""
    return " ".join(f'xmlns:{prefix}{one}="urn:x:{one}"' for one in range(count))


def root(count: int) -> str:
    """Write a document whose root declares namespaces, each used by a subtree of its own in each of its Forms."""
    strangers = "".join(f"<n{one}:a><n{one}:b/></n{one}:a>" for one in range(count))
    return f'<FLXWAGE xmlns="{SPACE}" {declared(count)}><Form>{strangers}</Form></FLXWAGE>'


def nested(count: int, attributes: int) -> str:
    """Write elements in one another, each with attributes."""
    some = " ".join(f'a{one}="1"' for one in range(attributes))
    return f"{OPENING}<Form>{f'<x {some}>' * count}{'</x>' * count}</Form></FLXWAGE>"


def wide(count: int, attributes: int) -> str:
    """Write elements beside one another, each with attributes."""
    some = " ".join(f'a{one}="1"' for one in range(attributes))
    return f"{OPENING}<Form>{f'<x {some}/>' * count}</Form></FLXWAGE>"


def nested_namespaces(count: int) -> str:
    """Write elements in one another, each with namespaces of its own."""
    opened = "".join(f"<x {declared(50, f'n{one}x')}>" for one in range(count))
    return f"{OPENING}<Form>{opened}{'</x>' * count}</Form></FLXWAGE>"


def named(count: int, length: int) -> str:
    """Write strangers, each with a name of its own."""
    strangers = "".join(f"<{'x' * length}{one}/>" for one in range(count))
    return f"{OPENING}<Form>{strangers}</Form></FLXWAGE>"


def repeated(pattern: str) -> str:
    """Write a pattern very often, each time with another number."""
    return f"{OPENING}{''.join(pattern.format(one) for one in range(1_400))}<Form/></FLXWAGE>"


REFUSED = {
    "one long name": named(1, 300),
    "one long prefix": f'{OPENING}<Form xmlns:{"p" * 301}="urn:x"/></FLXWAGE>',
    "one long attribute": f'{OPENING}<Form {"a" * 301}="1"/></FLXWAGE>',
    "one long instruction": f"{OPENING}<?{'t' * 301} x?><Form/></FLXWAGE>",
    "many different names": named(5_000, 50),
    "many different attributes": repeated("<Form a{:0200d}='1'/>"),
    "many different instructions": repeated("<?t{:0200d} x?>"),
    "namespaces of the root": root(5_000),
    "attributes of an element": nested(1, 5_000),
    "attributes of open elements": nested(100, 101),
    "namespaces in scope": nested_namespaces(100),
    "levels": nested(210, 0),
    "one long tag": f'{OPENING}<Form a="{"x" * 600_000}"/></FLXWAGE>',
    "attributes of all elements": wide(10_200, 99),
    "attributes in one tag": nested(1, 200_000),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_message_has_refuses_the_file(tmp_path: Path, case: str) -> None:
    """It is a limit of the reader, told as such."""
    _, [found] = read(tmp_path, REFUSED[case])
    assert ("not-well-formed", "xml-limit") == (found.rule, found.details["phrase"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (root(50), ["schema-unknown"]),
        (nested(150, 0), ["schema-unknown"]),
        (nested(10, 90), ["schema-unknown"]),
        (named(100, 200), ["schema-unknown"]),
        (message().replace("<FLXWAGE ", f"<FLXWAGE {declared(90)} "), []),
    ],
)
def test_what_lies_within_is_explained(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Strangers, their attributes and namespaces are told one by one."""
    forms, findings = read(tmp_path, text)
    rules = {one.rule for one in forms[0].faults if one.rule == "schema-unknown"}
    assert (expected, []) == (sorted(rules), findings)


def seconds(tmp_path: Path, text: str) -> float:
    """Return the processor's time for reading a document."""
    begin = time.process_time()
    read(tmp_path, text)
    return time.process_time() - begin


GROWING = {
    "namespaces used by subtrees": lambda count: (
        f'<FLXWAGE xmlns="{SPACE}" {declared(90)}><Form>'
        + "".join(f"<n{one % 90}:a><n{one % 90}:b/></n{one % 90}:a>" for one in range(count))
        + "</Form></FLXWAGE>"
    ),
    "attributes": lambda count: message(
        form(*[beneficiary().replace("<INSS>", '<INSS a="1" b="2">')] * (count // 40))
    ),
    "strangers": lambda count: f"{OPENING}<Form>{'<x><y/></x>' * count}</Form></FLXWAGE>",
    "empty Forms": lambda count: f"{OPENING}{'<Form/>' * (count // 4)}</FLXWAGE>",
    "empty lines": lambda count: message(form(f"<Beneficiary>{'<Relation/>' * count}</Beneficiary>")),
    "texts between": lambda count: message(form(*["x" + beneficiary()] * (count // 40))),
    "wrong order": lambda count: message(form(*[beneficiary() + "<CompanyID>1</CompanyID>"] * (count // 40))),
}


@pytest.mark.parametrize("case", GROWING)
def test_time_grows_with_the_bytes(tmp_path: Path, case: str) -> None:
    """Four times of anything takes four times as long, not sixteen."""
    few, many = (min(seconds(tmp_path, GROWING[case](count)) for _ in range(2)) for count in (1_000, 4_000))
    assert many < 9 * few + 0.05
