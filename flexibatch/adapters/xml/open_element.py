"""Containers (Form, Debtor, Beneficiary): read child by child, so that what has been read can leave the tree.

Of each child one byte is kept, which tells the order; the last child stays in the tree, since the parser
may still have a hand on it.
"""

from collections.abc import Callable

from lxml import etree

from flexibatch.adapters.xml import explain
from flexibatch.adapters.xml.explain import Faults
from flexibatch.adapters.xml.names import BLANK, local, tag
from flexibatch.adapters.xml.nodes import Node
from flexibatch.domain.findings import step

UNITS = frozenset({tag("Debtor"), tag("Beneficiary"), tag("Relation")})
"""Children that are read on their own, as they end."""


def last_child(element: etree._Element) -> etree._Element | None:
    """Return the last child, without counting the others."""
    return next(element.iterchildren(reversed=True), None)


class OpenElement:
    """Consume the children of an element that is still open, in document order.

    `texts` holds the values of its own fields, by name: None where one is at fault; of several the first.
    """

    def __init__(
        self,
        element: etree._Element,
        node: Node,
        at: str,
        faults: Faults,
        ended: Callable[[etree._Element], None],
    ) -> None:
        """Start before its first child; `ended` is given every unit among the children, complete."""
        self.element, self.node, self.at, self.faults = element, node, at, faults
        self.counts: dict[str, int] = {}
        self.texts: dict[str, str | None] = {}
        self.last: etree._Element | None = None
        self._ended = ended
        self._content = bytearray()
        self._begun = False

    def consume(self, until: etree._Element | None, *, trusted: bool) -> None:
        """Take every child up to and with `until`; nothing where it is None."""
        if until is None or until is self.last:
            return
        if not trusted:
            self._begin()
        child = next(iter(self.element), None) if self.last is None else self.last.getnext()
        while child is not None:
            self._take(child, trusted=trusted)
            if child is until:
                return
            child = child.getnext()

    def close(self, *, trusted: bool) -> None:
        """Take what is left and, unless it is trusted, tell what is missing or out of place."""
        self.consume(last_child(self.element), trusted=trusted)
        if trusted:
            return
        self._begin()
        if self.last is not None:
            self._stray(self.last.tail)
        explain.structure(self.node, bytes(self._content), self.at, self.faults)

    def count(self, name: str) -> int:
        """Count the children of a tag that were taken."""
        return self.counts.get(name, 0)

    def sweep(self, *, trusted: bool) -> etree._Element | None:
        """Take the children that are complete; give the one that is open, None where none is."""
        top = last_child(self.element)
        if top is None or top is self.last:
            return None
        self.consume(top.getprevious(), trusted=trusted)
        return top

    def place(self, name: str, nth: int) -> str:
        """Write where the nth child of a tag stands."""
        return f"{self.at}/{step(local(name), nth)}"

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            explain.attributes(self.node, self.element, self.at, self.faults)
            self._stray(self.element.text)

    def _take(self, child: etree._Element, *, trusted: bool) -> None:
        name = child.tag
        below = self.node.children.get(name)
        if below is not None:
            self._count(name)
            self._content.append(below.code)
            if name in UNITS:
                self._ended(child)
            else:
                self._field(below, child, trusted=trusted)
        elif not self.faults.full:
            # Strangers are counted for as long as they are told: a million names would fill the memory.
            explain.stranger(self.node, child, self.place(name, self._count(name)), self.faults)
        last, self.last = self.last, child
        if last is not None:
            if not trusted:
                self._stray(last.tail)
            self.element.remove(last)

    def _count(self, name: str) -> int:
        self.counts[name] = nth = self.counts.get(name, 0) + 1
        return nth

    def _field(self, node: Node, child: etree._Element, *, trusted: bool) -> None:
        if not node.leaf:
            self._reference(node, child)
            return
        text: str | None = child.text or ""
        if not (trusted and node.reading is not None and node.reading(text or "") is not None):
            place = self.place(child.tag, self.counts[child.tag])
            text = self._judged(node, child, place, trusted=trusted)
        self.texts.setdefault(node.local, text)

    def _judged(self, node: Node, child: etree._Element, place: str, *, trusted: bool) -> str | None:
        if trusted:
            return explain.leaf(node, child, place, self.faults, trusted=True)
        explain.walk(node, child, place, self.faults)
        return child.text or None

    def _reference(self, node: Node, child: etree._Element) -> None:
        """Judge the reference of a Form, and keep what it says; of several the first counts."""
        nth = self.counts[child.tag]
        explain.walk(node, child, self.place(child.tag, nth), self.faults)
        if nth == 1:
            self.texts |= {local(one.tag): one.text or None for one in child}

    def _stray(self, text: str | None) -> None:
        if text and text.strip(BLANK) and not self.node.mixed:
            self.faults.add("schema-invalid", self.node.local, self.at, text.strip(BLANK))
