"""A query by many dimensions at once gives what each of them gives alone, from one statement for one fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest
from toy import TODAY, catalog, engine

from semantic_layer.query import (
    By,
    ByPeriod,
    Group,
    Measure,
    MetricQuery,
    MetricRef,
    Op,
    Period,
    Scope,
    Where,
)
from semantic_layer.scoped import ScopedFacts

pytestmark = pytest.mark.slow  # ten seconds of random queries

PERIODS = (
    Period(date(2026, 4, 1), date(2026, 5, 1), label="4月"),
    Period(date(2026, 5, 1), date(2026, 6, 1)),
    Period(date(2026, 5, 1), date(2026, 7, 1), label="两个月"),
)
GMV, ORDERS, REFUNDS = (MetricRef(m) for m in ("gmv", "order_count", "refund_amount"))
BUYERS, FROM_APP = MetricRef("buyers"), MetricRef("buyers", Where("channel", Op.EQ, ("APP",)))
NAMES = ("", "channel", "city", "province", "gender", "category", "level")


def shop(*values: str) -> ScopedFacts:
    where = Where("status", Op.IN, values) if values else None
    return ScopedFacts(catalog(), engine(), Scope(where, PERIODS), TODAY)


def plain(rows: object) -> set[tuple[object, ...]]:
    """Without what filling adds: groups in which nothing happened."""
    assert isinstance(rows, (list, tuple))
    return {row for row in map(tuple, rows) if any(row[-1:])}


def by(query: MetricQuery, name: str) -> MetricQuery:
    return replace(query, group_by=(*query.group_by, By(name))) if name else query


@pytest.mark.parametrize(
    "measures",
    [(GMV,), (ORDERS, GMV), (GMV, REFUNDS), (BUYERS,), (BUYERS, FROM_APP), (MetricRef("arppu"),)],
)
@pytest.mark.parametrize("own", [ByPeriod(), By("status")])
def test_together_is_as_each_alone(measures: tuple[Measure, ...], own: Group) -> None:
    """Ratios, counts, sums, two facts, people counted twice; overlapping
    periods; a city that no order has; a finer metric by category."""
    query = MetricQuery(measures, (own,))
    names = tuple(n for n in NAMES if not n or all(shop().anatomy.reached(m, n) for m in measures))
    assert len(names) > 3

    found = shop().apart(query, names)

    assert tuple(found) == names
    for name in names:
        assert plain(found[name]) == plain(shop().compute(by(query, name)).rows), name


@pytest.mark.parametrize("measures", [(GMV, ORDERS), (BUYERS, FROM_APP)])
def test_one_statement_for_one_fact(measures: tuple[Measure, ...]) -> None:
    facts = shop("完成")

    facts.apart(MetricQuery(measures, (ByPeriod(),)), ("", "channel", "city", "level"))

    assert len(facts.ran) == 1
    assert "完成" in facts.ran[0]


def test_two_names_of_one_column_are_read_once() -> None:
    """A set of groups that is asked for twice would bring its rows twice."""
    shop_ = shop()
    known = shop_.catalog.dimensions
    twin = {**known, "outlet": replace(known["channel"], name="outlet")}
    facts = replace(shop_, catalog=replace(shop_.catalog, dimensions=MappingProxyType(twin)))
    query = MetricQuery((MetricRef("gmv"),), (ByPeriod(),))

    found = facts.apart(query, ("outlet", "city", "channel"))

    assert len(facts.ran) == 1
    assert found["outlet"] == found["channel"]
    assert plain(found["outlet"]) == plain(facts.compute(by(query, "outlet")).rows)
    assert plain(found["city"]) == plain(facts.compute(by(query, "city")).rows)
