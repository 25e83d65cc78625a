"""Which elements libxml2 has vouched for, told from when its log of schema errors grew.

libxml2 validates while the document streams by, but tells no line of what it finds. What was read wholly
in chunks that brought no error is valid; all else is explained element by element. After an error of
order or structure libxml2 passes over the rest of that element's content, so that the whole Form is
explained from there on.
"""

from collections.abc import Iterable

from lxml import etree

_VALUES = etree.ErrorTypes
HARMLESS = frozenset(
    {
        _VALUES.SCHEMAV_CVC_DATATYPE_VALID_1_2_1,
        _VALUES.SCHEMAV_CVC_DATATYPE_VALID_1_2_2,
        _VALUES.SCHEMAV_CVC_DATATYPE_VALID_1_2_3,
        _VALUES.SCHEMAV_CVC_FACET_VALID,
        _VALUES.SCHEMAV_CVC_LENGTH_VALID,
        _VALUES.SCHEMAV_CVC_MINLENGTH_VALID,
        _VALUES.SCHEMAV_CVC_MAXLENGTH_VALID,
        _VALUES.SCHEMAV_CVC_MININCLUSIVE_VALID,
        _VALUES.SCHEMAV_CVC_MAXINCLUSIVE_VALID,
        _VALUES.SCHEMAV_CVC_MINEXCLUSIVE_VALID,
        _VALUES.SCHEMAV_CVC_MAXEXCLUSIVE_VALID,
        _VALUES.SCHEMAV_CVC_TOTALDIGITS_VALID,
        _VALUES.SCHEMAV_CVC_FRACTIONDIGITS_VALID,
        _VALUES.SCHEMAV_CVC_PATTERN_VALID,
        _VALUES.SCHEMAV_CVC_ENUMERATION_VALID,
    }
)
"""Errors of a value: they say nothing on what stands around it."""


class Validity:
    """Follow chunks, errors, and ends of elements.

    `unit` tells that what ended since the last unit is valid, `order` that nothing of this Form was passed
    over, `unexplained` that libxml2 refused something for which no finding was made yet.
    """

    def __init__(self, *, vouched: bool) -> None:
        """Start before the first chunk; nothing is trusted where libxml2 does not validate."""
        self.unexplained = False
        self._shadowed = not vouched
        self._chunk = 0
        self._grown = self._broken = -1
        self._unit_from = self._form_from = 0
        self._update()

    def chunk_read(self, errors: Iterable[int]) -> None:
        """Take note of a chunk and the types of the errors it brought."""
        self._chunk += 1
        for error in errors:
            self._grown, self.unexplained = self._chunk, True
            if error not in HARMLESS:
                self._broken = self._chunk
        self._update()

    def unit_ended(self) -> None:
        """Take note that a line or Beneficiary has ended in this chunk."""
        if self._unit_from != self._chunk:
            self._unit_from = self._chunk
            self._update()

    def form_ended(self) -> None:
        """Take note that a Form has ended in this chunk."""
        self._unit_from = self._form_from = self._chunk
        self._update()

    def shadow(self) -> None:
        """Trust nothing any more: the root holds something that makes libxml2 pass over the rest of it."""
        if not self._shadowed:
            self._shadowed = True
            self._update()

    def explain(self) -> None:
        """Take note that a finding was made."""
        self.unexplained = False

    def _update(self) -> None:
        self.order = not self._shadowed and self._broken < self._form_from
        self.unit = self.order and self._grown < self._unit_from
