"""The columns that hold what a declaration says: those of the fields of the message that are kept, in their order."""

from typing import Any

from sqlalchemy import Column, Table

from flexibatch.adapters.store.tables import feature, financial_element, version
from flexibatch.domain.flxwage.fields import CALCULATION, FEATURES, FINANCIAL_ELEMENT, kept_in


def _columns(table: Table, path: str) -> tuple[Column[Any], ...]:
    return tuple(table.c[field.name] for field in kept_in(path))


OF_VERSION = _columns(version, CALCULATION)
OF_FEATURE = _columns(feature, FEATURES)
OF_ELEMENT = _columns(financial_element, FINANCIAL_ELEMENT)
