"""Explain a faulty element: every fault in it and below, each with rule, tag, value, zone and place.

libxml2 stops at the first child that stands wrong; this goes on. It is asked only about what libxml2
refused, about what stands in the shadow of such a fault, and about values that are not written
literally.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator

import xmlschema
from lxml import etree

from flexibatch.adapters.xml.extract import OWN_ORIGIN, REFERENCE, REFERENCE_ORIGIN
from flexibatch.adapters.xml.names import BLANK, INSTANCE, ROOT, local, tag
from flexibatch.adapters.xml.nodes import Node, takes
from flexibatch.domain.findings import Finding, shown, step
from flexibatch.domain.flxwage.places import zone_at

_ALWAYS_ALLOWED = frozenset({f"{{{INSTANCE}}}schemaLocation", f"{{{INSTANCE}}}noNamespaceSchemaLocation"})
_TYPE = f"{{{INSTANCE}}}type"
_DEPTH = 64
"""Levels a message may have below its root; ours has seven."""


class Faults:
    """Gather findings up to a number; the first is always taken, so that what is faulty stays refused."""

    def __init__(self, room: int) -> None:
        """Give room for so many findings, at least one."""
        self.found: list[Finding] = []
        self._bureau = max(1, room)

    @property
    def full(self) -> bool:
        """Return whether no more is taken."""
        return len(self.found) >= self._bureau

    def add(self, rule: str, name: str, location: str, value: str | None = None) -> None:
        """Take a finding about an element (or attribute) of that name, at the element that stands there."""
        if not self.full:
            told = None if value is None else shown(value)
            self.found.append(Finding(rule, zone_at(location), shown(name), told, location))

    def drop(self, rule: str, locations: Collection[str]) -> None:
        """Take a rule's findings at these locations back, unless nothing would be left."""
        kept = [one for one in self.found if one.rule != rule or one.location not in locations]
        self.found = kept or self.found


def root_node(schema: xmlschema.XMLSchema10) -> Node | None:
    """Return what a schema says of the root, None where it knows no such root."""
    element = schema.elements.get(ROOT) or schema.maps.elements.get(tag(ROOT))
    return None if element is None else Node(element, "")


def walk(node: Node, element: etree._Element, at: str, faults: Faults) -> None:
    """Find every fault of an element and below it; `at` is where it stands.

    What is at fault is taken out of the tree (strangers) or emptied (values), so that the rest can be read.
    """
    attributes(node, element, at, faults)
    if node.leaf:
        leaf(node, element, at, faults)
        return
    if node.path.count("/") > _DEPTH:
        faults.add("schema-invalid", node.local, at)
        return
    stray_text(node, element, at, faults)
    content = bytearray()
    counts: Counter[str] = Counter()
    for child in list(element):
        if faults.full:
            return
        name = child.tag
        counts[name] += 1
        place = f"{at}/{step(local(name), counts[name])}"
        below = node.children.get(name)
        if below is None:
            stranger(node, child, place, faults)
            element.remove(child)
            continue
        content.append(below.code)
        walk(below, child, place, faults)
    structure(node, bytes(content), at, faults)


def references(relation: etree._Element, at: str, faults: Faults) -> None:
    """Report a UUID that is missing, and a second reference of one origin: no schema tells elements of one name apart.

    A reference whose origin was told to be wrong may have been meant as the UUID. Of three the one that is repeated is
    told, not the last.
    """
    seen: set[str] = set()
    firsts: set[str] = set()
    nth = 0
    for nth, one in enumerate(relation.iterchildren(REFERENCE), 1):
        origin = one.findtext(REFERENCE_ORIGIN) or ""
        place = f"{at}/{step('Reference', nth)}"
        told = any(fault.location == place for fault in faults.found)
        if origin not in seen:
            firsts.add(place)
        elif origin and not told:
            faults.add("schema-cardinality", "Reference", place)
        seen.add(origin)
    if len(firsts) < nth:
        faults.drop("schema-cardinality", firsts)
    if seen == {OWN_ORIGIN}:
        faults.add("reference-missing", "Reference", f"{at}/{step('Reference', 2)}")


def leaf(
    node: Node, element: etree._Element, at: str, faults: Faults, *, trusted: bool = False
) -> str | None:
    """Judge an element that holds a value; give the value, None (and empty the element) at a fault.

    A trusted value was passed by libxml2 and is only read literally.
    """
    text = element.text or ""
    rules: tuple[str, ...] = ()
    if not trusted:
        rules = ("schema-invalid",) if len(element) else node.judge(text)
    if not rules and node.reading is not None and node.reading(text) is None:
        rules = ("literal-value",)
    if not rules:
        return text
    for rule in rules:
        faults.add(rule, node.local, at, text)
    element.text = ""
    return None


def stranger(node: Node, child: etree._Element, place: str, faults: Faults) -> None:
    """Report of an element the schema does not know there; what is in it is not looked at."""
    if not node.open:
        text = (child.text or "").strip(BLANK) if not len(child) else ""
        faults.add("schema-unknown", local(child.tag), place, text or None)


def stray_text(node: Node, element: etree._Element, at: str, faults: Faults) -> None:
    """Report of text between the children of an element that holds elements only."""
    if node.mixed:
        return
    texts = [element.text, *(child.tail for child in element)]
    text = next((one.strip(BLANK) for one in texts if one and one.strip(BLANK)), None)
    if text is not None:
        faults.add("schema-invalid", node.local, at, text)


def attributes(node: Node, element: etree._Element, at: str, faults: Faults) -> None:
    """Report of attributes that are undeclared, not as declared, or missing; `xsi:nil`, another `xsi:type`."""
    declared = node.element.attributes
    for name, value in ((str(name), str(value)) for name, value in element.attrib.items()):
        if name in _ALWAYS_ALLOWED or (name == _TYPE and _names_own_type(node, element, value)):
            continue
        known = declared.get(name) or (declared.get(None) if not name.startswith(f"{{{INSTANCE}}}") else None)
        type_ = getattr(known, "type", None)
        if known is None or (type_ is not None and not takes(type_, value)):
            faults.add("schema-invalid", local(name), at, value)
    for name, known in declared.items():
        if name is not None and known.use == "required" and name not in element.attrib:
            faults.add("schema-missing", local(name), at)


def structure(node: Node, content: bytes, at: str, faults: Faults) -> None:
    """Report what is wrong with which children stand there: too many, in a wrong order, missing."""
    before = len(faults.found)
    absent = [name for name in node.required if node.codes.get(tag(name), 0) not in content]
    if not node.fits(content):
        for code, nth, rule in _misplaced(node, content):
            name = local(node.tags[code])
            faults.add(rule, name, f"{at}/{step(name, nth)}")
        absent = [*dict.fromkeys([*(local(node.tags[code]) for code in node.missing(content)), *absent])]
        if not absent and len(faults.found) == before:
            faults.add("schema-invalid", node.local, at)
    for name in absent:
        faults.add("schema-missing", name, f"{at}/{step(name, 1)}")


def _misplaced(node: Node, content: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield each child that is one too many or stands in a wrong place: its byte, its position, the rule."""
    counts: Counter[int] = Counter()
    within: list[tuple[int, int]] = []
    for code in content:
        counts[code] += 1
        limit = node.limits.get(code)
        if limit is not None and counts[code] > limit:
            yield code, counts[code], "schema-cardinality"
        else:
            within.append((code, counts[code]))
    if node.type.content.model == "all":
        return
    kept = _longest_run([code for code, _ in within])
    for index, (code, nth) in enumerate(within):
        if index not in kept:
            yield code, nth, "schema-sequence"


def _longest_run(codes: list[int]) -> frozenset[int]:
    """Return the indexes of a longest run that never goes down: those outside it are out of order.

    >>> sorted(_longest_run([4, 1, 2, 3]))
    [1, 2, 3]
    """
    ends: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for index, code in enumerate(codes):
        at = bisect_right(ends, code)
        ends[at : at + 1] = [code]
        places[at : at + 1] = [index]
        before.append(places[at - 1] if at else -1)
    run: list[int] = []
    index = places[-1] if places else -1
    while index >= 0:
        run.append(index)
        index = before[index]
    return frozenset(run)


def _names_own_type(node: Node, element: etree._Element, value: str) -> bool:
    prefix, _, name = value.strip(BLANK).rpartition(":")
    space = element.nsmap.get(prefix or None)
    return bool(node.type.name == (f"{{{space}}}{name}" if space else name))
