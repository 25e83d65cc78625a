"""The references of the samples can be made others, all of them."""

import re

from samples.references import renumbered
from tests.doubles.installation import SAMPLES

UUID = re.compile(rb"(?i)>([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}<")


def test_every_uuid_of_the_samples_is_renumbered() -> None:
    """Whether it is written in small letters or in capitals; and the document keeps its length."""
    contents = [path.read_bytes() for path in sorted(SAMPLES.glob("*/FI.FLEX.*"))]
    numbered = [renumbered(content, 7) for content in contents]
    assert {b"00000007"} == {found[1] for content in numbered for found in UUID.finditer(content)}
    assert [len(content) for content in contents] == [len(content) for content in numbered]
