"""The table of fields: what is derived from it holds together, and the model keeps what it says."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Column, Table

from flexibatch.adapters.store.contents import OF_ELEMENT, OF_FEATURE, OF_VERSION
from flexibatch.adapters.store.tables import feature, financial_element, version
from flexibatch.domain.flxwage.fields import (
    BY_PATH,
    CALCULATION,
    DEBTOR,
    FEATURES,
    FIELDS,
    FINANCIAL_ELEMENT,
    FORM,
    FORM_REFERENCE,
    ZONES,
    Field,
    kept_in,
)
from flexibatch.domain.flxwage.model import Calculation, FinancialElement, Form, FormReference, Quality


def attributes(path: str) -> tuple[str, ...]:
    return tuple(field.attribute for field in kept_in(path))


def test_the_model_holds_what_is_kept_in_the_order_of_the_table() -> None:
    """Values are put into the model by their place; what holds others comes last."""
    assert Calculation._fields == (*attributes(CALCULATION), "qualities")
    assert Quality._fields == (*attributes(FEATURES), "elements")
    assert FinancialElement._fields == attributes(FINANCIAL_ELEMENT)
    assert FormReference._fields == attributes(FORM_REFERENCE)
    assert set() == {*attributes(FORM), *attributes(DEBTOR)} - set(Form.__slots__)


def test_an_element_stands_once_in_the_table_behind_what_holds_it() -> None:
    """No path is there twice, and none before its parent's."""
    paths = [field.path for field in FIELDS]
    assert len(paths) == len(BY_PATH)
    assert [] == [one.path for nth, one in enumerate(FIELDS) if one.parent and one.parent not in paths[:nth]]


def test_elements_of_one_name_have_one_zone() -> None:
    """An anomaly tells the name alone."""
    assert [] == [field.path for field in FIELDS if ZONES[field.tag] != field.zone]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_value_is_read_and_told(field: Field) -> None:
    """What holds a value has reader and phrase, and what has one value takes that and no other."""
    assert (field.reader is None) == (not field.phrase)
    assert (field.phrase == "fixed") == bool(field.allowed)
    if field.allowed and field.reader:
        assert (field.allowed, None) == (field.reader(field.allowed), field.reader(f"{field.allowed}0"))


@pytest.mark.parametrize(
    ("table", "columns", "before"),
    [(feature, OF_FEATURE, 3), (financial_element, OF_ELEMENT, 4), (version, OF_VERSION, 9)],
)
def test_the_records_hold_what_is_kept_in_the_order_of_the_table(
    table: Table, columns: Sequence[Column[Any]], before: int
) -> None:
    """Rows are written by their place, behind the key."""
    assert list(columns) == list(table.columns)[before:][: len(columns)]
