"""What a NOTI says of each Form of a file."""

from typing import Any

from lxml import etree

from tests.doubles.installation import Installation

Judged = tuple[str, str | None, list[tuple[str, list[str]]]]
"""What a NOTI says of a Form: ResultCode, Diagnosis, and outcome and codes of each line."""


def told(installation: Installation, sender: str = "000640") -> list[Judged]:
    """Read the last NOTI."""
    answers = installation.published(sender)
    root = etree.fromstring(answers[max(name for name in answers if name.startswith("FO.NOTI"))])
    return read(root)


def read(root: Any) -> list[Judged]:  # noqa: ANN401 - lxml has no types
    return [
        (
            one.findtext("HandlingResult/ResultCode"),
            one.findtext("HandlingResult/Diagnosis"),
            [
                (line.get("outcome"), [code.text for code in line])
                for line in one.iterfind(".//{*}Declaration")
            ],
        )
        for one in root.iterfind("Form")
    ]
