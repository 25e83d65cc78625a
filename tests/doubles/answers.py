"""The answers that a test let the channel write, wherever they lie now."""

import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).parents[2] / "schemas"
OUTCOME = "{urn:flexibatch:outcome:1}Declarations"
KINDS = {"ACRF": "ACRF_20231", "NOTI": "NOTIFICATION_20223"}


@cache
def schema(name: str) -> etree.XMLSchema:
    """Return one of our schemas."""
    return etree.XMLSchema(etree.parse(str(SCHEMAS / f"{name}.xsd")))


def faults(content: bytes, kind: str) -> list[str]:
    """Return what is wrong with an answer by its schema, and with the outcomes in it by theirs."""
    root = etree.fromstring(content)
    found = list(_faults(root, KINDS[kind]))
    for outcome in root.iter(OUTCOME):
        found += _faults(outcome, "OUTCOME_1")
    return found


def _faults(root: etree._Element, name: str) -> Iterator[str]:
    validator = schema(name)
    if not validator.validate(root):
        yield str(validator.error_log)


def written_below(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield every answer in the private folders below a folder, with what is wrong with it."""
    for path in sorted(folder.rglob("out/run-*/?O.*")):
        if not path.is_file():
            continue
        content = _unpacked(path) if path.name.startswith("CO.") else path.read_bytes()
        yield path, faults(content, path.name.split(".")[1])


def _unpacked(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        [name] = archive.namelist()
        return archive.read(name)
