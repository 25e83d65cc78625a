"""What stands directly under the root: Forms, and what must not be there."""

from collections import Counter

from lxml import etree

from flexibatch.adapters.xml import explain
from flexibatch.adapters.xml.explain import Faults
from flexibatch.adapters.xml.names import BLANK, local, tag
from flexibatch.adapters.xml.nodes import Node
from flexibatch.adapters.xml.open_element import last_child
from flexibatch.adapters.xml.validity import Validity
from flexibatch.domain.findings import Finding, shown, step

FINDING_LIMIT = 10_000
"""Findings on the whole file that are held."""
_FORM = tag("Form")
_AT = "/FLXWAGE"


class Root:
    """Consume the children of the root, count its Forms, and find what refuses the whole file."""

    def __init__(self, element: etree._Element, node: Node, trust: Validity) -> None:
        """Start before the first child."""
        self.findings: list[Finding] = []
        self.ended = False
        self._element, self._trust = element, trust
        self._counts: Counter[str] = Counter()
        self._texts = 0
        self._last: etree._Element | None = None
        faults = Faults(FINDING_LIMIT)
        explain.attributes(node, element, _AT, faults)
        for one in faults.found:
            self._add(Finding("root-attribute", tag=one.tag, value=one.value, location=_AT))
        self._text(element.text)

    @property
    def forms(self) -> int:
        """Count the Forms that have ended."""
        return self._counts[_FORM]

    def at_rest(self) -> bool:
        """Return whether no child of the root is open, and no text after it is still to be told."""
        last = self._last
        return self.ended or (
            last is last_child(self._element) and not (last is not None and (last.tail or "").strip(BLANK))
        )

    def consume(self, until: etree._Element | None) -> None:
        """Take every child up to and with `until`; nothing where it is None."""
        if until is None or until is self._last:
            return
        child = next(iter(self._element), None) if self._last is None else self._last.getnext()
        while child is not None:
            self._take(child)
            if child is until:
                return
            child = child.getnext()

    def sweep(self) -> etree._Element | None:
        """Take the children that are complete; give the one that is open, None where none is."""
        top = last_child(self._element)
        if top is None or top is self._last:
            return None
        self.consume(top.getprevious())
        return top

    def end(self) -> None:
        """Take what is left; miss a Form where there was none."""
        self.consume(last_child(self._element))
        if self._last is not None:
            self._text(self._last.tail)
        self.ended = True
        if not self.forms:
            self._add(Finding("no-form", location=_AT))

    def _take(self, child: etree._Element) -> None:
        name = child.tag
        if name == _FORM:
            self._counts[name] += 1
        else:
            self._trust.shadow()
            if len(self.findings) < FINDING_LIMIT:
                self._counts[name] += 1
                place = f"{_AT}/{step(local(name), self._counts[name])}"
                self._add(Finding("not-a-form", tag=shown(local(name)), location=place))
        if self._last is not None:
            self._text(self._last.tail)
            self._element.remove(self._last)
        self._last = child

    def _text(self, text: str | None) -> None:
        if text and text.strip(BLANK):
            self._texts += 1
            place = f"{_AT}/{step('text()', self._texts)}"
            self._add(Finding("not-a-form", value=shown(text.strip(BLANK)), location=place))

    def _add(self, finding: Finding) -> None:
        self._trust.explain()
        if len(self.findings) < FINDING_LIMIT:
            self.findings.append(finding)
