"""Patterns of what is written plainly: every value of the table of fields in its place, none of them by name.

What they are matched against is well-formed and valid: every `<` that is not the beginning of a comment or the like
begins a tag. Groups are the values that are kept, in the order of the table.
"""

import re
from collections.abc import Mapping

from flexibatch.domain.flxwage import fields
from flexibatch.domain.flxwage.fields import Field


def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern: a space is white space, `@` a value, `Tag=x` an element that holds x."""
    elements = re.sub(r"\b([A-Z]\w+)=(@|\w+)", r"<\1>\2</\1>", text)
    return re.compile(elements.replace(" ", r"[ \t\r\n]*+").replace("@", r"([^<&\r]*+)"))


DOCUMENT = _pattern(
    r"\ufeff?(?:<\?xml[^<>]*\?>)? <FLXWAGE(?:\s+(?:xmlns|xmlns:\w+|xsi:schemaLocation)=[\"'][^\"'<&]*[\"'])* >"
)


def _values(path: str, **fixed: str) -> str:
    """Write the values right under a path as the table of fields has them; what is not kept has its one value."""
    return "".join(_value(one, fixed) for one in fields.values_in(path))


def _value(field: Field, fixed: Mapping[str, str]) -> str:
    text = f"{field.tag}={fixed.get(field.tag) or (not field.attribute and field.allowed) or '@'} "
    return text if field.required else f"(?:{text})?"


FORM = _pattern(
    f" <Form> {_values(fields.FORM)}(?:<Reference> {_values(fields.FORM_REFERENCE)}</Reference> )?"
    f"<Debtor> {_values(fields.DEBTOR)}"
)
BENEFICIARY = _pattern(f" <Beneficiary> {_values(fields.BENEFICIARY)}")
_OWN, _UUID = (
    f"<Reference> {_values(fields.REFERENCE, ReferenceOrigin=origin)}</Reference> " for origin in ("1", "8")
)
RELATION = _pattern(
    f"<Relation> {_values(fields.RELATION)}(?:{_OWN})?{_UUID}(?:{_OWN})?"
    f"(?:</Relation> |(<Calculation>) {_values(fields.CALCULATION)})"
)
QUALITY = _pattern(f"<Features> {_values(fields.FEATURES)}")
ELEMENT = _pattern(
    f"<FinancialElement> {_values(fields.FINANCIAL_ELEMENT)}"
    "</FinancialElement> (</Features> (</Calculation> </Relation> )?)?"
)
BENEFICIARY_END = _pattern("</Beneficiary>")
FORM_END = _pattern(" </Debtor> </Form>")
DOCUMENT_END = _pattern(" </FLXWAGE > ")
