"""A key is counted plainly only where the data bear it out: twice the same order is one order."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest
from toy import ROWS, TODAY, catalog

from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.keys import unique
from semantic_layer.query import By, MetricQuery, MetricRef, Scope
from semantic_layer.scoped import ScopedFacts

TWICE = "INSERT INTO orders SELECT * FROM orders WHERE order_id = 2"
NAMELESS = "INSERT INTO orders VALUES (NULL, 1, '广州', 'APP', '完成', '2026-06-01 10:00', 1)"
TWIN = "INSERT INTO users SELECT * FROM users WHERE user_id = 1"


def shop(*more: str) -> ScopedFacts:
    connection = duckdb.connect(":memory:")
    for sql in (ROWS, *more):
        connection.execute(sql)
    engine = DuckDBEngine.wrap(connection)
    known = replace(catalog(), unique=unique(catalog(), engine))
    return ScopedFacts(known, engine, Scope(), TODAY)


def orders_by(facts: ScopedFacts, dimension: str) -> dict[object, object]:
    query = MetricQuery((MetricRef("order_count"),), (By(dimension),))
    return {row[0]: row[1] for row in facts.compute(query).rows}


@pytest.mark.parametrize("wrong", [TWICE, NAMELESS])
def test_a_key_that_the_data_break_is_counted_with_care(wrong: str) -> None:
    whole, broken = shop(), shop(wrong)

    assert "orders" in whole.catalog.unique and "orders" not in broken.catalog.unique
    assert orders_by(broken, "channel") == orders_by(whole, "channel")


def test_a_key_that_holds_is_counted_plainly() -> None:
    facts = shop()

    assert orders_by(facts, "channel") == {"APP": 3, "门店": 3}
    assert "DISTINCT" not in facts.ran[-1]


def test_what_is_looked_up_may_not_repeat_a_row() -> None:
    whole, broken = shop(), shop(TWIN)

    assert "orders" in broken.catalog.unique and "users" not in broken.catalog.unique
    assert orders_by(broken, "gender") == orders_by(whole, "gender")
    assert "DISTINCT" in broken.ran[-1]
    assert "DISTINCT" not in whole.ran[-1]
