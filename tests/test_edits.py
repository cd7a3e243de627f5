"""Clicking a chip changes that piece of the query and nothing else."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from assistant import edits
from assistant.answer.wording import describe
from semantic_layer.catalog import Aggregate, Catalog, Dimension, Kind, Metric, Table
from semantic_layer.query import (
    Agg,
    And,
    By,
    ByTime,
    CatalogQuery,
    CompareKind,
    Comparison,
    DetailQuery,
    Grain,
    MetricQuery,
    MetricRef,
    Op,
    Order,
    Period,
    Rollup,
    Scope,
    Top,
    Where,
    Window,
    WindowKind,
)

MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "5月", Grain.MONTH)
JUNE = Period(date(2026, 6, 1), date(2026, 7, 1), "6月", Grain.MONTH)
EAST = Where("region", Op.EQ, ("东",))
PAID = Where("status", Op.IN, ("付", "完"))
FULL = MetricQuery(
    (MetricRef("sales"), MetricRef("orders")),
    group_by=(By("city"), ByTime(Grain.MONTH)),
    scope=Scope(And((EAST, PAID)), (MAY, JUNE)),
    compare=(Comparison(CompareKind.YEAR_OVER_YEAR),),
    windows=(Window(WindowKind.SHARE, of=0), Window(WindowKind.CHANGE, of=1)),
    top=Top(5, ties=True),
    order=(Order(measure=1),),
    rollup=Rollup(Agg.MAX, of=1),
)
CATALOG = Catalog(
    "toy",
    "小店",
    {"orders": Table("orders", "订单", "orders", time="day")},
    (),
    {n: Dimension(n, n, "orders", n, Kind.TEXT) for n in ("region", "status", "city", "day")},
    {n: Metric(n, n, Aggregate(Agg.SUM, "orders", n)) for n in ("sales", "orders")},
)


def test_every_chip_goes_away_alone() -> None:
    """Each chip that can be removed is gone from the new reading, and nothing was added."""
    before = describe(FULL, CATALOG).chips
    for chip in before:
        smaller = edits.without(FULL, chip.slot, chip.path)
        assert smaller is not None, chip
        after = describe(smaller, CATALOG).chips
        assert (chip.slot, chip.text) not in {(c.slot, c.text) for c in after}, chip
        assert not Counter(c.slot for c in after) - Counter(c.slot for c in before), chip


def test_the_last_measure_and_no_period_stay() -> None:
    alone = MetricQuery((MetricRef("sales"),))
    assert edits.without(alone, "measure", 0) is None
    assert edits.without(alone, "period", 0) is None
    assert edits.without(alone, "form") is None
    assert edits.without(CatalogQuery("metrics"), "about") is None


def test_what_speaks_of_a_measure_moves_with_it() -> None:
    smaller = edits.without(FULL, "measure", 0)
    assert isinstance(smaller, MetricQuery)
    assert smaller.windows == (Window(WindowKind.CHANGE, of=0),)
    assert smaller.order == (Order(measure=0),) and smaller.rollup == Rollup(Agg.MAX, of=0)
    other = edits.without(FULL, "measure", 1)
    assert isinstance(other, MetricQuery)
    assert other.windows == (Window(WindowKind.SHARE, of=0),)
    assert other.order == () and other.rollup is None


def test_the_last_group_takes_what_needs_groups() -> None:
    one = edits.without(FULL, "group", 1)
    assert isinstance(one, MetricQuery)
    assert one.windows == (Window(WindowKind.SHARE, of=0),) and one.top == FULL.top
    none = edits.without(one, "group", 0)
    assert isinstance(none, MetricQuery)
    assert (none.top, none.order, none.windows, none.rollup) == (None, (), (), None)
    assert none.scope == FULL.scope and none.compare == FULL.compare


def test_another_metric_keeps_its_own_condition() -> None:
    query = MetricQuery((MetricRef("sales", EAST), MetricRef("orders")))
    assert edits.with_metric(query, 0, "orders").measures[0] == MetricRef("orders", EAST)


def test_another_period() -> None:
    assert edits.with_period(FULL, 1, MAY).scope.periods == (MAY, MAY)
    assert edits.with_period(FULL, 0, None).scope.periods == ()
    listing = DetailQuery("orders")
    assert edits.with_period(listing, 0, MAY).scope.periods == (MAY,)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("西",), Where("region", Op.EQ, ("西",))),
        (("西", "东"), Where("region", Op.IN, ("西", "东"))),
    ],
)
def test_other_values(values: tuple[str, ...], expected: Where) -> None:
    assert edits.with_values(FULL, 0, values).scope.where == And((expected, PAID))


def test_values_of_an_exclusion_stay_excluded() -> None:
    query = MetricQuery((MetricRef("sales"),), scope=Scope(Where("region", Op.NE, ("东",))))
    both = edits.with_values(query, 0, ("东", "西"))
    assert both.scope.where == Where("region", Op.NOT_IN, ("东", "西"))
    assert edits.with_values(both, 0, ()).scope.where is None


def test_another_group() -> None:
    assert edits.with_group(FULL, 0, "region").group_by[0] == By("region")
    assert edits.with_group(FULL, 1, Grain.WEEK).group_by[1] == ByTime(Grain.WEEK)
    flat = edits.with_group(FULL, 1, "region")
    assert flat.windows == (Window(WindowKind.SHARE, of=0),)


def test_another_n_is_exact() -> None:
    assert edits.with_top(FULL, 3).top == Top(3)
    with pytest.raises(TypeError):
        edits.with_top(MetricQuery((MetricRef("sales"),)), 3)
