"""Concentration: a rise beyond the business's own past is told, what is usual or falls is not."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

import duckdb
import pytest

from analytics.cards import Card
from analytics.concentration import concentration
from analytics.insights import cards
from analytics.signals import Kind, Signal
from semantic_layer.catalog import Aggregate, Catalog, Dimension, Format, Metric, Role, Table
from semantic_layer.catalog import Kind as Type
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.query import Agg, MetricQuery, Scope
from semantic_layer.scoped import ScopedFacts

pytestmark = pytest.mark.slow  # seven seconds over the demo

START, END = date(2024, 11, 1), date(2026, 1, 1)
GOODS = tuple(f"货{n}" for n in range(40))


@cache
def shop(factor: float) -> ScopedFacts:
    """40 products, 250 customers, 14 months; in the last one the first four products sell ``factor`` times
    as much."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE sales (day DATE, good VARCHAR, who INTEGER, amount DOUBLE)")
    rows: list[tuple[date, str, int, float]] = []
    month = START
    while month < END:
        last = month.month == 12 and month.year == 2025
        days = calendar.monthrange(month.year, month.month)[1]
        for n in range(1000):
            noise = ((n * 7919 + month.toordinal() * 104729) % 101 - 50) / 200
            good, who = n % 40, (n * 7) % 250
            worth = (100 + 3 * good) * (1 + noise)
            worth *= factor if last and good < 4 else 1
            rows.append((month + timedelta(days=n % days), GOODS[good], who, worth))
        month = (month + timedelta(days=32)).replace(day=1)
    connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", rows)
    takings = Metric("takings", "营业额", Aggregate(Agg.SUM, "sales", "amount"), "元", Format.MONEY)
    dimensions = {
        "good": Dimension("good", "货品名称", "sales", "good", Type.TEXT, lexicon=True),
        "day": Dimension("day", "日期", "sales", "day", Type.TIME),
    }
    catalog = Catalog(
        name="toy",
        label="小店",
        tables=MappingProxyType({"sales": Table("sales", "销售", "sales", time="day")}),
        joins=(),
        dimensions=MappingProxyType(dimensions),
        metrics=MappingProxyType({"takings": takings}),
        values=MappingProxyType({"good": GOODS}),
        primary=("takings",),
        roles=tuple(
            Role(r, "sales", sql)
            for r, sql in (("user", "who"), ("time", "day"), ("amount", "amount"))
        ),
        since=START,
        until=END - timedelta(days=1),
        today=END,
    )
    return ScopedFacts(catalog, DuckDBEngine.wrap(connection), Scope(), END)


def of_goods(factor: float) -> Signal:
    return next(s for s in concentration(shop(factor)) if s.facts["whom"] == "货品")


def told(factor: float) -> list[Card]:
    return [c for c in cards(shop(factor), 60.0) if c.kind is Kind.CONCENTRATION]


def test_the_share_of_the_first_is_counted_by_hand() -> None:
    """Four of 40 are the first; those that trebled are 4 × 3 of 4 × 3 + 36 parts, before their weights."""
    signal = of_goods(3.0)
    with_factor = {g: (100 + 3 * g) * (3 if g < 4 else 1) for g in range(40)}
    expected = sum(sorted(with_factor.values())[-4:]) / sum(with_factor.values())

    assert signal.place == "前 4 名货品"
    assert signal.after == pytest.approx(expected, rel=0.05)
    assert signal.p < 1e-3 and signal.facts["index"] > signal.facts["index_before"]
    assert signal.facts["who"] in GOODS[:4]


def test_a_rise_is_one_card_that_goes_on_to_the_list() -> None:
    (card,) = told(3.0)

    assert "前 4 名货品占营业额的" in card.sentence and "HHI" in "".join(card.why)
    assert isinstance(card.query, MetricQuery) and card.query.top is not None
    assert len(shop(3.0).compute(card.query).rows) == 4


@pytest.mark.parametrize("factor", [1.0, 0.3])
def test_what_is_usual_or_falls_is_no_news(factor: float) -> None:
    assert of_goods(factor).p == 1.0
    assert told(factor) == []


def test_customers_are_watched_too() -> None:
    found = [s for s in concentration(shop(1.0)) if s.facts["whom"] == "客户"]

    assert [s.place for s in found] == ["当月消费前 10% 的客户"]
    assert 0.1 < found[0].after < 0.3
