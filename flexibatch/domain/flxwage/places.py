"""Look up in the table of fields what stands at a place: the zone of an element, the phrase that says how to write it.

Source: docs/spec/message.md, "Elements", "Values".
"""

import re
from collections.abc import Mapping

from flexibatch.domain.flxwage.fields import BY_PATH, FORM_ZONE, ROOT, ZONES

_STEP = re.compile(r"/([^/\[]+)(?:\[[0-9]+\])?")
_POSITION = re.compile(r"\[[0-9]+\]")
_NONE: Mapping[str, str] = {}


def zone_of(tag: str, *ancestors: str) -> str:
    """Return the zone of an element; `ancestors` are its parent, then that one's parent, as far as known.

    An unknown element has the zone of the nearest known element above it.

    >>> zone_of("Amount")
    '99007'
    >>> zone_of("Nickname", "Beneficiary")
    '90017'
    """
    if tag in ZONES:
        return ZONES[tag]
    return zone_of(*ancestors) if ancestors else FORM_ZONE


def zone_at(location: str) -> str:
    """Return the zone of the element that an XPath with positions names.

    >>> zone_at("/FLXWAGE/Form[2]/Debtor/Beneficiary[7]/INSS")
    '00024'
    >>> zone_at("/FLXWAGE/Form[1]/Reference/ReferenceNbr")
    '90082'
    """
    steps = _STEP.findall(location)
    return zone_of(*reversed(steps)) if steps else FORM_ZONE


def phrase_at(location: str | None, tag: str | None) -> Mapping[str, str]:
    """Return the phrase of the element of that name that stands there, and what is put in.

    There is none for an attribute of it, a stranger, or what holds no value.

    >>> phrase_at("/FLXWAGE/Form[2]/TypeForm", "TypeForm")
    {'phrase': 'fixed', 'allowed': 'SU'}
    >>> phrase_at("/FLXWAGE/Form[2]/TypeForm", "lang")
    {}
    """
    field = BY_PATH.get(_POSITION.sub("", location or "").removeprefix(f"/{ROOT}/"))
    if field is None or not field.phrase or field.tag != tag:
        return _NONE
    return {"phrase": field.phrase, "allowed": field.allowed} if field.allowed else {"phrase": field.phrase}
