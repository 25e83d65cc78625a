"""One Form, put together from the elements that end while a document is read."""

from typing import Any, NamedTuple

from lxml import etree

from flexibatch.adapters.xml import explain
from flexibatch.adapters.xml.explain import Faults
from flexibatch.adapters.xml.extract import Extract, extract
from flexibatch.adapters.xml.names import tag
from flexibatch.adapters.xml.nodes import Node
from flexibatch.adapters.xml.open_element import OpenElement, last_child
from flexibatch.adapters.xml.validity import Validity
from flexibatch.domain.counting import ELEMENTS_LIMIT, LINES_LIMIT, LISTED_LIMIT
from flexibatch.domain.findings import Finding, step
from flexibatch.domain.flxwage import fields
from flexibatch.domain.flxwage.model import Form, FormReference, Line
from flexibatch.domain.flxwage.readers import inss
from flexibatch.domain.vocabulary import Operation
from flexibatch.errors import DocumentBroken

FORM, DEBTOR, BENEFICIARY = tag("Form"), tag("Debtor"), tag("Beneficiary")
RELATION, INSS = tag("Relation"), tag("INSS")

FINDING_LIMIT = 20_000
"""Findings of one Form that are held; beyond them each faulty line keeps its first one."""

DEBTORS_LIMIT = 100
"""Debtors of one Form that are looked at: one is right, so that all are refused from the second on."""

_OPERATIONS = {one.value: one for one in Operation}
_NOTHING = Extract(None, None, None, literal=False)


class _Pending(NamedTuple):
    """A line until its Beneficiary ends, which may still bring the INSS."""

    relation: int
    found: Extract
    faults: tuple[Finding, ...] = ()


class FormUnderWay:
    """Gather a Form while it is read; `units` counts the lines and Beneficiaries that were."""

    def __init__(self, element: etree._Element, node: Node, number: int, trust: Validity) -> None:
        """Start before the Form's first child."""
        self.faults = Faults(FINDING_LIMIT)
        self.units = 0
        self._number, self._trust = number, trust
        self._form = OpenElement(
            element, node, f"/FLXWAGE/{step('Form', number)}", self.faults, self._debtor_ended
        )
        self._debtor: OpenElement | None = None
        self._beneficiary: OpenElement | None = None
        self._employer: dict[str, str | None] = {}
        self._lines: list[Line] = []
        self._unlisted = 0
        self._pending: list[_Pending] = []
        self._oversized: etree._Element | None = None
        self._bureau = FINDING_LIMIT
        self._elements = 0

    def is_of(self, element: etree._Element) -> bool:
        """Return whether this is the Form of an element."""
        return self._form.element is element

    def sweep(self, *, deep: bool) -> etree._Element | None:
        """Take what is complete out of the tree, of the open Beneficiary where `deep`; give what is open."""
        trust = self._trust
        top = self._form.sweep(trusted=trust.unit)
        if top is None or top.tag != DEBTOR:
            return top
        self._debtor = self._entered_debtor(top, self._form.count(DEBTOR) + 1)
        top = self._debtor.sweep(trusted=trust.unit)
        if top is None or top.tag != BENEFICIARY or not (deep or self._beneficiary):
            return top
        self._beneficiary = self._entered_beneficiary(top, self._debtor.count(BENEFICIARY) + 1)
        return self._beneficiary.sweep(trusted=trust.unit)

    def prune(self, element: etree._Element) -> None:
        """Take note that an open element is too large to be kept: its complete children were thrown away."""
        self._oversized = element

    def ended(self) -> Form:
        """Return the Form, complete; nothing more can be asked of what was gathered."""
        self._form.close(trusted=False)
        texts, ids = self._form.texts, self._employer
        if self.faults.found:
            self._trust.explain()
        said: dict[str, Any] = {one.attribute: texts.get(one.tag) for one in fields.kept_in(fields.FORM)}
        said |= {one.attribute: ids.get(one.tag) for one in fields.kept_in(fields.DEBTOR)}
        said["operation"] = _OPERATIONS.get(said["operation"] or "")
        made = Form(
            number=self._number,
            reference=self._reference(),
            lines=tuple(self._lines),
            faults=tuple(self.faults.found),
            unlisted=self._unlisted,
            **said,
        )
        # It holds a method of this object: the tree of each Form would stay until garbage is looked for, which is rare.
        del self._form
        return made

    def _reference(self) -> FormReference | None:
        """Return the Form's own key, where it could be read: one of another origin is not the bureau's."""
        texts = self._form.texts
        kind, number = texts.get("ReferenceType"), texts.get("ReferenceNbr")
        return FormReference(kind, number) if kind and number and texts.get("ReferenceOrigin") else None

    @property
    def _full(self) -> bool:
        """Return whether as many lines are held as are listed; the Form is refused for their number long since."""
        return len(self._lines) + len(self._pending) >= LISTED_LIMIT

    def _pass_over(self, element: etree._Element) -> None:
        """Count the lines in what is no longer looked at; one without a Relation would have told its faults."""
        self._unlisted += max(1, sum(1 for _ in element.iter(RELATION)))
        self._trust.explain()
        self._trust.unit_ended()

    def _entered_debtor(self, element: etree._Element, nth: int) -> OpenElement:
        if self._debtor is not None and self._debtor.element is element:
            return self._debtor
        node, place = self._form.node.children[DEBTOR], self._form.place(DEBTOR, nth)
        return OpenElement(element, node, place, self.faults, self._beneficiary_ended)

    def _entered_beneficiary(self, element: etree._Element, nth: int) -> OpenElement:
        if self._beneficiary is not None and self._beneficiary.element is element:
            return self._beneficiary
        debtor = self._debtor or self._form
        node, place = debtor.node.children[BENEFICIARY], debtor.place(BENEFICIARY, nth)
        return OpenElement(element, node, place, Faults(self._bureau), self._relation_ended)

    def _debtor_ended(self, element: etree._Element) -> None:
        if self._debtor is None and self._form.count(DEBTOR) > DEBTORS_LIMIT:
            self._pass_over(element)
            return
        debtor = self._debtor = self._entered_debtor(element, self._form.count(DEBTOR))
        debtor.close(trusted=False)
        self._employer = debtor.texts | self._employer
        self._debtor = None

    def _beneficiary_ended(self, element: etree._Element) -> None:
        """Turn a Beneficiary into lines."""
        self.units += 1
        if self._beneficiary is None and self._full:
            self._pass_over(element)
            return
        nth = self._debtor.count(BENEFICIARY) if self._debtor else 0
        if self._beneficiary is not None or not self._trust.unit or not self._taken_as_it_is(element, nth):
            beneficiary = self._beneficiary = self._entered_beneficiary(element, nth)
            beneficiary.consume(last_child(element), trusted=self._trust.unit)
            whole = bool(self._pending) and beneficiary.texts.get("INSS") is not None
            beneficiary.close(trusted=whole and self._trust.order)
            self._settle_lines(nth, beneficiary)
            self._beneficiary = None
        self._trust.unit_ended()

    def _taken_as_it_is(self, element: etree._Element, nth: int) -> bool:
        """Read a Beneficiary libxml2 vouches for; False, and nothing taken, where a value is not literal."""
        number = inss(element.findtext(INSS) or "")
        found = [self._counted(extract(one)) for one in element.iterchildren(RELATION)]
        if number is None or not found or not all(one.literal for one in found):
            return False
        lines = self._lines
        for relation, one in enumerate(found, 1):
            if len(lines) < LISTED_LIMIT:
                lines.append(_line(len(lines) + 1, nth, number, _Pending(relation, one)))
            else:
                self._unlisted += 1
        return True

    def _settle_lines(self, nth: int, beneficiary: OpenElement) -> None:
        """Make lines of what is pending: the faults of their Beneficiary are on each.

        A Beneficiary without a Relation whose faults would be on no line gets one line that tells them.
        """
        faults, number = tuple(beneficiary.faults.found), beneficiary.texts.get("INSS")
        self._spend(len(faults))
        if faults and not self._pending:
            self._pending.append(_Pending(1, _NOTHING))
        for one in self._pending:
            at, told = len(self._lines) + 1, one._replace(faults=faults + one.faults)
            self._lines.append(_line(at, nth, number, told))
        self._pending.clear()

    def _relation_ended(self, element: etree._Element) -> None:
        """Read a line of a Beneficiary that is not taken as it is."""
        self.units += 1
        beneficiary = self._beneficiary
        if beneficiary is None:
            return
        if self._full:
            self._unlisted += 1
            self._trust.explain()
            return
        nth = beneficiary.count(RELATION)
        faults: tuple[Finding, ...] = ()
        found = extract(element) if self._trust.unit else None
        if found is None or not found.literal:
            node, place = beneficiary.node.children[RELATION], beneficiary.place(RELATION, nth)
            found, faults = self._explained(element, node, place)
        self._counted(found)
        held = len(self._lines) + len(self._pending) < LINES_LIMIT
        self._pending.append(_Pending(nth, found if held else found._replace(calculation=None), faults))

    def _explained(
        self, element: etree._Element, node: Node, place: str
    ) -> tuple[Extract, tuple[Finding, ...]]:
        faults = Faults(self._bureau)
        oversized = element is self._oversized
        if not oversized:
            explain.walk(node, element, place, faults)
            explain.references(element, place, faults)
        found = extract(element)
        if oversized or not (found.literal or faults.found):
            faults.add("schema-invalid", "Relation", place)
        self._spend(len(faults.found))
        return found, tuple(faults.found)

    def _counted(self, found: Extract) -> Extract:
        """Count what a line holds, since the Form is held whole; more than one may have refuses the file."""
        self._elements += found.calculation.size if found.calculation else 0
        if self._elements > ELEMENTS_LIMIT:
            details = {"limit": str(ELEMENTS_LIMIT)}
            raise DocumentBroken((Finding("too-many-elements", tag="Form", details=details),))
        return found

    def _spend(self, count: int) -> None:
        if count:
            self._bureau -= count
            self._trust.explain()


def _line(at: int, beneficiary: int, inss: str | None, one: _Pending) -> Line:
    """Make a line; past the limit it is held without its calculation."""
    found = one.found
    calculation = found.calculation if at <= LINES_LIMIT else None
    place = (at, beneficiary, one.relation, inss)
    return Line(*place, found.reference, found.own, calculation, one.faults, found.reference_at)
