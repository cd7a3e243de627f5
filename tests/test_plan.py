"""What a plan decides, on a business that can be counted by hand (``toy.py``): the classic traps of
business intelligence, comparisons, windows, conditions, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import TODAY, catalog, engine

from semantic_layer.catalog import Aggregate, Catalog, Metric
from semantic_layer.columns import measure_column
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import Unanswerable
from semantic_layer.execute import execute
from semantic_layer.periods import add_months, count_units, merge, shifted
from semantic_layer.plan import plan
from semantic_layer.query import (
    Agg,
    And,
    Benchmark,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Contrast,
    DetailQuery,
    Formula,
    Grain,
    Group,
    Having,
    HavingChange,
    Members,
    MetricQuery,
    MetricRef,
    Op,
    Or,
    Order,
    Period,
    PerUnit,
    Query,
    Ref,
    Rollup,
    Scalar,
    Scope,
    Streak,
    Term,
    Top,
    Where,
    Window,
    WindowKind,
)
from semantic_layer.result import ColumnRole, Result
from semantic_layer.serialise import dumps, loads
from semantic_layer.sql import compile_plan

APRIL = Period(date(2026, 4, 1), date(2026, 5, 1), "4月", Grain.MONTH)
MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "5月", Grain.MONTH)
JUNE = Period(date(2026, 6, 1), date(2026, 6, 24), "本月", Grain.MONTH, partial=True)
SPRING = Period(date(2026, 4, 1), date(2026, 6, 24))
YOY = Comparison(CompareKind.YEAR_OVER_YEAR)
POP = Comparison(CompareKind.PREVIOUS_PERIOD)
GMV = MetricRef("gmv")

TOY = catalog()


@pytest.fixture(scope="module")
def db() -> DuckDBEngine:
    return engine()


def ask(
    *metrics: str,
    by: tuple[Group, ...] = (),
    during: Period | None = None,
    where: Condition | None = None,
    **rest: Any,
) -> MetricQuery:
    scope = Scope(where, (during,) if during else ())
    return MetricQuery(tuple(MetricRef(m) for m in metrics), by, scope, **rest)


def eq(dimension: str, *values: Scalar) -> Where:
    return Where(dimension, Op.EQ if len(values) == 1 else Op.IN, values)


def run(db: DuckDBEngine, query: Query, model: Catalog = TOY) -> Result:
    return execute(query, model, db, TODAY).result


def rows(db: DuckDBEngine, query: Query) -> list[tuple[Any, ...]]:
    return list(run(db, query).rows)


# ── traps ─────────────────────────────────────────────────────────────────────────────────────


def test_fan_out(db: DuckDBEngine) -> None:
    """Order 1 has two items: its 100 must not become 200 beside the units."""
    assert rows(db, ask("gmv", "units", during=APRIL)) == [(100.0, 3)]


def test_chasm(db: DuckDBEngine) -> None:
    """广州: sales 100+200+40, refunds 45+5; two facts of one city don't multiply each other."""
    found = rows(db, ask("gmv", "refund_amount", "net", by=(By("city"),)))
    assert found == [
        ("上海", 350.0, 30.0, 320.0),
        ("广州", 340.0, 50.0, 290.0),
        (None, 80.0, 0.0, 80.0),
    ]


def test_each_metric_by_its_own_time(db: DuckDBEngine) -> None:
    """Order 1 was paid in April and refunded in May."""
    assert rows(db, ask("gmv", "refund_amount", "net", during=MAY)) == [(500.0, 50.0, 450.0)]


def test_nothing_refunded_is_zero_inside_arithmetic(db: DuckDBEngine) -> None:
    assert rows(db, ask("net", during=APRIL)) == [(100.0,)]


def test_ratio_is_a_ratio_of_sums(db: DuckDBEngine) -> None:
    """770 over 3 buyers, not the mean of 340, 350 and 80."""
    assert rows(db, ask("arppu")) == [(770 / 3,)]


def test_distinct_is_not_summed(db: DuckDBEngine) -> None:
    """User 1 buys in April and in May: running buyers are 1, 2, 3 and not 1, 3, 5."""
    query = ask(
        "buyers",
        by=(ByTime(Grain.MONTH),),
        during=SPRING,
        windows=(Window(WindowKind.CUMULATIVE), Window(WindowKind.SHARE)),
    )
    assert [(r[1], r[2]) for r in rows(db, query)] == [(1, 1), (2, 2), (2, 3)]
    assert [r[3] for r in rows(db, query)] == [1 / 3, 2 / 3, 2 / 3]


def test_snapshots_are_not_added_over_time(db: DuckDBEngine) -> None:
    assert rows(db, ask("stock_qty")) == [(2,)]
    assert rows(db, ask("stock_qty", during=MAY)) == [(19,)]
    by_month = rows(db, ask("stock_qty", by=(ByTime(Grain.MONTH),), during=SPRING))
    assert [r[1] for r in by_month] == [None, 19, 2]


def test_yesterdays_stock_is_the_last_count(db: DuckDBEngine) -> None:
    day = Period(date(2026, 6, 23), date(2026, 6, 24))
    assert rows(db, ask("stock_qty", during=day)) == [(2,)]
    assert rows(db, ask("stock_qty", during=Period(date(2027, 1, 1), date(2027, 2, 1)))) == [
        (None,)
    ]


def test_finer_metric_answers_and_says_so(db: DuckDBEngine) -> None:
    found = run(db, ask("gmv", by=(By("category"),)))
    assert found.rows == (("宠物", 280.0), ("食品", 190.0))
    assert found.notes == ("销售额不能按品类拆分，这里用商品销售额",)


def test_distinct_count_moves_to_a_child(db: DuckDBEngine) -> None:
    """Order 1 holds two food items and is one order."""
    assert rows(db, ask("order_count", by=(By("category"),))) == [("食品", 3), ("宠物", 2)]


def test_distinct_counts_of_one_thing_share_one_grouping(db: DuckDBEngine) -> None:
    """Buyers of all and of the shop, in one pass over the people: nobody is counted twice, none is lost."""
    shop = Aggregate(
        Agg.COUNT_DISTINCT, "orders", "user_id", "status = '完成' AND channel = '门店'"
    )
    metric = Metric("shop_buyers", "门店购买人数", shop, "人")
    model = replace(TOY, metrics={**TOY.metrics, metric.name: metric})

    by_month = ask("buyers", "shop_buyers", by=(ByTime(Grain.MONTH),), during=SPRING)
    assert [r[1:] for r in run(db, by_month, model).rows] == [(1, 0), (2, 0), (2, 2)]
    sql = compile_plan(plan(by_month, model, TODAY), model).sql
    assert "DISTINCT orders" not in sql
    by_city = run(db, ask("buyers", "shop_buyers", by=(By("city"),)), model).rows
    assert sorted(by_city, key=str) == [("上海", 1, 1), ("广州", 1, 1), (None, 1, 1)]
    assert run(db, ask("shop_buyers", "buyers"), model).rows == ((3, 3),)
    nobody = ask("buyers", "shop_buyers", where=eq("city", "天津"))
    assert run(db, nobody, model).rows == ((0, 0),)


def test_filter_through_a_child(db: DuckDBEngine) -> None:
    query = DetailQuery(
        "orders",
        ("order_id",),
        Scope(eq("category", "食品")),
        (Order("order_id", descending=False),),
    )
    assert rows(db, query) == [(1,), (4,), (7,)]


def test_two_filters_through_one_child_are_about_one_row(db: DuckDBEngine) -> None:
    """No single item is both 食品 and 猫粮, whatever else its order holds."""
    both = And((eq("category", "食品"), eq("product_name", "猫粮")))
    assert rows(db, DetailQuery("orders", ("order_id",), Scope(both))) == []


def test_null_group_stays(db: DuckDBEngine) -> None:
    assert rows(db, ask("gmv", by=(By("city"),)))[-1] == (None, 80.0)


def test_complement_keeps_the_unknown(db: DuckDBEngine) -> None:
    apart = rows(db, ask("gmv", where=Where("city", Op.NE, ("广州",))))
    inside = rows(db, ask("gmv", where=eq("city", "广州")))
    assert apart[0][0] + inside[0][0] == 770.0


def test_nobody_is_not_the_last(db: DuckDBEngine) -> None:
    assert rows(db, ask("gmv", by=(By("city"),), top=Top(1, descending=False))) == [("广州", 340.0)]


def test_empty_months_are_zero_and_their_ratios_unknown(db: DuckDBEngine) -> None:
    during = Period(date(2026, 1, 1), date(2026, 6, 24))
    found = rows(db, ask("gmv", "arppu", by=(ByTime(Grain.MONTH),), during=during))
    assert found[:3] == [(date(2026, m, 1), 0.0, None) for m in (1, 2, 3)]
    assert found[3] == (date(2026, 4, 1), 100.0, 100.0)


def test_months_to_come_are_not_empty_months(db: DuckDBEngine) -> None:
    during = Period(date(2026, 5, 1), date(2027, 1, 1))
    assert len(rows(db, ask("gmv", by=(ByTime(Grain.MONTH),), during=during))) == 2


def test_fill_crosses_the_other_groups(db: DuckDBEngine) -> None:
    found = rows(db, ask("gmv", by=(ByTime(Grain.MONTH), By("channel")), during=SPRING))
    assert (date(2026, 4, 1), "门店", 0.0) in found and len(found) == 6


def test_period_bounds_inside_a_metric(db: DuckDBEngine) -> None:
    """New buyers: user 1 in June 2025, user 2 in May, user 3 in June 2026."""
    assert rows(db, ask("new_buyers", during=JUNE)) == [(1,)]
    found = rows(db, ask("new_buyers", by=(ByTime(Grain.MONTH),), during=SPRING))
    assert [r[1] for r in found] == [0, 1, 1]


def test_period_bounds_inside_a_dimension(db: DuckDBEngine) -> None:
    found = rows(db, ask("gmv", by=(By("newness"),), during=JUNE))
    assert found == [("新客", 80.0), ("老客", 50.0)]


def test_running_total(db: DuckDBEngine) -> None:
    assert rows(db, ask("total_users", during=MAY)) == [(3,)]
    found = rows(db, ask("total_users", by=(ByTime(Grain.MONTH),), during=SPRING))
    assert [r[1] for r in found] == [2, 3, 4]


def test_count_groups(db: DuckDBEngine) -> None:
    assert rows(db, ask("repeaters")) == [(2,)]
    assert rows(db, ask("repeaters", by=(By("city"),))) == [("上海", 1), ("广州", 1)]
    assert rows(db, ask("repeaters", during=MAY)) == [(0,)]


def test_target_of_a_city_without_sales(db: DuckDBEngine) -> None:
    found = rows(db, ask("gmv", "target", "attainment", by=(By("city"),), during=MAY))
    assert ("北京", 0.0, 100.0, 0.0) in found


def test_own_filters_share_one_pass(db: DuckDBEngine) -> None:
    query = MetricQuery(
        (MetricRef("gmv", eq("channel", "APP")), MetricRef("gmv", eq("channel", "门店")))
    )
    outcome = execute(query, TOY, db, TODAY)
    assert outcome.result.rows == ((600.0, 170.0),)
    assert outcome.statement.sql.count("FROM orders") == 1
    assert [c.label for c in outcome.result.columns] == ["APP·销售额", "门店·销售额"]


# ── comparisons ───────────────────────────────────────────────────────────────────────────────


def test_partial_month_meets_the_same_days(db: DuckDBEngine) -> None:
    """June 1–23: 130. May 1–23: 500 (whole month would be the same 500). June 2025 1–23: 40."""
    found = run(db, ask("gmv", during=JUNE, compare=(POP, YOY)))
    assert found.rows == ((130.0, 500.0, 130 / 500 - 1, 40.0, 130 / 40 - 1),)
    roles = [c.role for c in found.columns]
    change = [ColumnRole.PREVIOUS, ColumnRole.CHANGE]
    assert roles == [ColumnRole.MEASURE, *change, *change]
    assert [c.label for c in found.columns] == ["销售额", "上期", "环比", "去年同期", "同比"]


def test_group_that_only_the_other_period_has(db: DuckDBEngine) -> None:
    found = rows(db, ask("gmv", by=(By("city"),), during=JUNE, compare=(POP,)))
    assert ("广州", 0.0, 200.0, -1.0) in found


def test_last_bucket_of_a_trend_meets_the_same_days(db: DuckDBEngine) -> None:
    query = ask("gmv", by=(ByTime(Grain.MONTH),), during=SPRING, compare=(POP,))
    assert [r[1:3] for r in rows(db, query)] == [(100.0, 0.0), (500.0, 100.0), (130.0, 500.0)]


def test_weeks_meet_weeks(db: DuckDBEngine) -> None:
    """2025-06-15 is a Sunday, in the week of June 9: 52 weeks before the week of 2026-06-08."""
    query = ask("gmv", by=(ByTime(Grain.WEEK),), during=JUNE, compare=(YOY,))
    assert rows(db, query)[1][:3] == (date(2026, 6, 8), 80.0, 40.0)


def test_explicit_other_period(db: DuckDBEngine) -> None:
    other = Comparison(CompareKind.PERIOD, APRIL, ("value", "difference", "rate"))
    found = run(db, ask("gmv", during=MAY, compare=(other,)))
    assert found.rows == ((500.0, 100.0, 400.0, 4.0),)
    assert found.columns[1].label == "4月"


def test_festival_moves(db: DuckDBEngine) -> None:
    spring = {
        2026: (date(2026, 5, 20), date(2026, 5, 21)),
        2025: (date(2025, 6, 15), date(2025, 6, 16)),
    }
    during = Period(date(2026, 5, 20), date(2026, 5, 21), "春节", lunar="春节")
    found = execute(
        ask("gmv", during=during, compare=(YOY,)),
        TOY,
        db,
        TODAY,
        festival=lambda name, year: spring.get(year),
    )
    assert found.result.rows == ((300.0, 40.0, 6.5),)


def test_change_ranks_and_filters(db: DuckDBEngine) -> None:
    query = ask("gmv", by=(By("city"),), during=JUNE, compare=(POP,))
    worst = replace(query, top=Top(1, descending=False, by_change="difference"))
    assert rows(db, worst)[0][0] == "上海"
    fell = replace(query, compare=(), having=HavingChange(GMV, POP, Op.LE, (-0.9,)))
    assert rows(db, fell) == [("广州", 0.0)]


def test_periods_as_rows(db: DuckDBEngine) -> None:
    query = MetricQuery((GMV,), (ByPeriod(),), Scope(periods=(JUNE, APRIL, MAY)))
    assert rows(db, query) == [("本月", 130.0), ("4月", 100.0), ("5月", 500.0)]


def test_union_of_periods_counts_once(db: DuckDBEngine) -> None:
    query = MetricQuery((GMV,), scope=Scope(periods=(APRIL, SPRING)))
    assert rows(db, query) == [(730.0,)]


@given(st.dates(date(2001, 1, 1), date(2030, 1, 1)), st.integers(1, 400))
def test_previous_period_touches_and_has_the_same_length(start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days))
    before = shifted(period, POP)
    assert before.end == period.start
    whole = start.day == 1 and (start + timedelta(days=days)).day == 1
    assert whole or before.end - before.start == timedelta(days=days)  # type: ignore[operator]


@given(st.dates(date(2001, 1, 1), date(2030, 1, 1)), st.integers(-48, 48))
def test_months_keep_the_day_where_it_exists(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


@given(
    st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2020, 3, 1)), st.integers(1, 9)), max_size=6)
)
def test_merged_periods_cover_the_same_days(spans: list[tuple[date, int]]) -> None:
    periods = tuple(Period(s, s + timedelta(days=n)) for s, n in spans)
    merged = merge(periods)

    def days(ps: tuple[Period, ...]) -> list[date]:
        found: list[date] = []
        for p in ps:
            assert isinstance(p.start, date) and isinstance(p.end, date)
            found += [p.start + timedelta(days=i) for i in range((p.end - p.start).days)]
        return found

    assert set(days(merged)) == set(days(periods)) and len(days(merged)) == len(set(days(merged)))


def test_units_in_a_period() -> None:
    assert count_units(date(2026, 6, 1), date(2026, 6, 24), Grain.WEEK) == 4
    assert count_units(date(2025, 11, 15), date(2026, 6, 24), Grain.QUARTER) == 3


# ── conditions on groups ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("bound", "cities"),
    [
        (345.0, ["上海"]),
        (Benchmark("group_average"), ["上海", "广州"]),
        (Benchmark("group_median"), ["上海"]),
        (Benchmark("measure", MetricRef("target"), 1.0), ["上海", None]),
        (Benchmark("group_average", factor=1.33), ["上海"]),
    ],
)
def test_having(db: DuckDBEngine, bound: float | Benchmark, cities: list[str | None]) -> None:
    found = rows(db, ask("gmv", by=(By("city"),), having=Having(GMV, Op.GT, (bound,))))
    assert [r[0] for r in found] == cities


def test_overall_benchmark_is_over_all_rows(db: DuckDBEngine) -> None:
    arppu = MetricRef("arppu")
    query = ask("arppu", by=(By("city"),), having=Having(arppu, Op.LT, (Benchmark("overall"),)))
    assert [r[0] for r in rows(db, query)] == [None]


def test_row_test_or_group_test(db: DuckDBEngine) -> None:
    """Cities with an APP order and over 320, or under 100 altogether."""
    mixed = Or(
        (And((eq("channel", "APP"), Having(GMV, Op.GT, (345.0,)))), Having(GMV, Op.LT, (100.0,)))
    )
    found = rows(db, ask("gmv", by=(By("city"),), having=mixed))
    assert [r[0] for r in found] == ["上海", None]


def test_group_test_inside_the_scope_belongs_to_the_groups(db: DuckDBEngine) -> None:
    query = ask("gmv", by=(By("user_id"),), where=Having(GMV, Op.GE, (345.0,)))
    assert rows(db, query) == [(2, 350.0)]


def test_members(db: DuckDBEngine) -> None:
    best = Members("city", ask("gmv", by=(By("city"),), top=Top(1)))
    assert rows(db, ask("gmv", where=best)) == [(350.0,)]
    bought = Members("user_id", DetailQuery("orders", ("user_id",)), negated=True)
    assert rows(db, ask("new_users", where=bought)) == [(1,)]


def test_term_and_its_opposite(db: DuckDBEngine) -> None:
    assert rows(db, ask("gmv", where=Term("online"))) == [(600.0,)]
    assert rows(db, ask("gmv", where=Term("online", negated=True))) == [(170.0,)]


def test_two_columns_compared(db: DuckDBEngine) -> None:
    query = DetailQuery(
        "items",
        ("product_name",),
        Scope(Where("price", Op.GE, (Ref("amount"),))),
    )
    assert rows(db, query) == [("猫粮",), ("咖啡豆",)]


@pytest.mark.parametrize(
    ("op", "values", "expected"),
    [
        (Op.CONTAINS, ("咖",), ["咖啡豆"]),
        (Op.NOT_CONTAINS, ("咖",), ["滤纸", "猫粮"]),
        (Op.STARTS, ("猫",), ["猫粮"]),
        (Op.ENDS, ("纸",), ["滤纸"]),
        (Op.CONTAINS, ("%",), []),
        (Op.IN, ("猫粮", "滤纸"), ["滤纸", "猫粮"]),
        (Op.EQ, ("O'Neil; DROP TABLE orders",), []),
        (Op.NOT_IN, ("猫粮", "滤纸"), ["咖啡豆"]),
        (Op.NOT_NULL, (), ["咖啡豆", "滤纸", "猫粮"]),
    ],
)
def test_operators(db: DuckDBEngine, op: Op, values: tuple[str, ...], expected: list[str]) -> None:
    where = Where("product_name", op, values)
    query = DetailQuery(
        "products", ("product_name",), Scope(where), (Order("product_id", descending=False),)
    )
    assert [r[0] for r in rows(db, query)] == expected


# ── windows, ranks, shapes ────────────────────────────────────────────────────────────────────


def test_windows(db: DuckDBEngine) -> None:
    query = ask(
        "gmv",
        by=(By("city"),),
        windows=tuple(
            Window(k) for k in (WindowKind.SHARE, WindowKind.RANK, WindowKind.CUMULATIVE_SHARE)
        ),
    )
    found = rows(db, query)
    assert found[0] == ("上海", 350.0, 350 / 770, 1, 350 / 770)
    assert found[1] == ("广州", 340.0, 340 / 770, 2, 690 / 770)
    assert found[2][3] is None


def test_share_inside_a_parent(db: DuckDBEngine) -> None:
    query = ask(
        "gmv",
        by=(By("channel"), By("city")),
        windows=(Window(WindowKind.SHARE, within=("channel",)),),
    )
    assert ("门店", "上海", 50.0, 50 / 170) in rows(db, query)


def test_moving_average_looks_back_before_the_period(db: DuckDBEngine) -> None:
    query = ask(
        "gmv",
        by=(ByTime(Grain.MONTH),),
        during=JUNE,
        windows=(Window(WindowKind.MOVING_AVERAGE, n=3), Window(WindowKind.CHANGE)),
    )
    assert rows(db, query) == [(date(2026, 6, 1), 130.0, 730 / 3, -370.0, -0.74)]


def test_kept_row_has_its_rank_among_all(db: DuckDBEngine) -> None:
    query = ask(
        "gmv", by=(By("city"),), windows=(Window(WindowKind.RANK),), keep=eq("city", "广州")
    )
    assert rows(db, query) == [("广州", 340.0, 2)]


@pytest.mark.parametrize(
    ("top", "cities"),
    [
        (Top(1), ["上海"]),
        (Top(1, offset=1), ["广州"]),
        (Top(1, both=True), ["上海", "广州"]),
        (Top(0, fraction=0.5), ["上海"]),
        (Top(1, by=MetricRef("order_count")), ["广州"]),
        (Top(1, by=MetricRef("buyers"), ties=True), ["上海", "广州"]),
    ],
)
def test_top(db: DuckDBEngine, top: Top, cities: list[str]) -> None:
    found = rows(db, ask("gmv", by=(By("city"),), top=top))
    assert sorted(r[0] for r in found) == sorted(cities)


def test_top_per_group(db: DuckDBEngine) -> None:
    query = ask(
        "gmv", by=(ByTime(Grain.MONTH), By("city")), during=SPRING, top=Top(1, per=("month",))
    )
    assert [r[1] for r in rows(db, query)] == ["广州", "上海", "上海"]


def test_rollup_counts_named_groups(db: DuckDBEngine) -> None:
    query = ask("gmv", by=(By("city"),), rollup=Rollup(Agg.COUNT))
    found = run(db, query)
    assert found.rows == ((2,),) and found.columns[0].label == "城市数"
    assert rows(db, replace(query, rollup=Rollup(Agg.AVG))) == [(770 / 3,)]


def test_contrast(db: DuckDBEngine) -> None:
    found = run(db, ask("gmv", contrast=Contrast("channel", "APP", "门店")))
    assert found.rows == ((600.0, 170.0, 430.0, 430 / 170),)
    assert [c.name for c in found.columns] == ["left", "right", "difference", "rate"]


def test_contrast_without_its_sign(db: DuckDBEngine) -> None:
    found = run(db, ask("gmv", contrast=Contrast("channel", "门店", "APP", absolute=True)))
    assert found.rows == ((170.0, 600.0, -430.0, -430 / 600, 430.0),)
    assert found.columns[-1].name == "gap"


def test_contrast_of_two_rows(db: DuckDBEngine) -> None:
    query = DetailQuery("products", ("price",), contrast=Contrast("product_name", "猫粮", "滤纸"))
    assert rows(db, query) == [(80.0, 10.0, 70.0, 7.0)]


def test_per_unit(db: DuckDBEngine) -> None:
    units = tuple(PerUnit(GMV, u) for u in ("day", "month", "user_id", "channel"))
    found = run(db, MetricQuery(units, scope=Scope(periods=(JUNE,))))
    assert found.rows == ((130 / 23, 130.0, 65.0, 130.0),)
    assert [c.label for c in found.columns][:3] == ["日均销售额", "月均销售额", "每位用户销售额"]


def test_per_day_of_a_bucket_counts_the_days_inside_the_period(db: DuckDBEngine) -> None:
    query = MetricQuery((PerUnit(GMV, "day"),), (ByTime(Grain.MONTH),), Scope(periods=(SPRING,)))
    assert [r[1] for r in rows(db, query)] == [100 / 30, 500 / 31, 130 / 23]


def test_formula(db: DuckDBEngine) -> None:
    query = MetricQuery(
        (Formula("-", GMV, MetricRef("target")), Formula("/", GMV, MetricRef("target"))),
        scope=Scope(periods=(MAY,)),
    )
    assert rows(db, query) == [(-200.0, 500 / 700)]


def test_ranges(db: DuckDBEngine) -> None:
    query = ask("order_count", by=(ByBucket("amount", edges=(100, 250)),))
    assert rows(db, query) == [("<100 元", 3), ("100–250 元", 2), ("≥250 元", 1)]
    equal = replace(query, group_by=(ByBucket("amount", width=100),))
    assert rows(db, equal)[0] == ("0–100 元", 3)


def test_ranges_of_whole_numbers_share_no_edge(db: DuckDBEngine) -> None:
    """Ages are whole in these rows, amounts are money: 20–29 岁 beside 100–250 元."""
    tens = ask("new_users", by=(ByBucket("age", width=10),))
    assert [r[0] for r in rows(db, tens)] == ["20–29 岁", "30–39 岁", "40–49 岁", None]
    cut = ask("new_users", by=(ByBucket("age", edges=(25, 34, 35)),))
    assert [r[0] for r in rows(db, cut)] == ["25–33 岁", "34 岁", "≥35 岁", None]


def test_the_gap_to_a_target_is_named_as_one() -> None:
    """目标 − 销售额 is what is missing, where the model says that 目标 is the target of 销售额."""
    goal = replace(TOY.metrics["gmv"], target="target")
    known = replace(TOY, metrics={**TOY.metrics, "gmv": goal})
    gap = Formula("-", MetricRef("target"), MetricRef("gmv"))
    assert measure_column(gap, known).label == "离目标还差"
    assert measure_column(gap, TOY).label == "目标 − 销售额"


def test_the_previous_period_is_as_long_as_what_was_cut() -> None:
    """四月至今 is 84 days: the quarter-long stretch before it begins in January, not in March."""
    cut = Period(date(2026, 4, 1), date(2026, 6, 24), grain=Grain.MONTH, partial=True)
    before = shifted(cut, POP)
    assert (before.start, before.end) == (date(2026, 1, 1), date(2026, 3, 26))


def test_ranges_of_a_measure_per_member(db: DuckDBEngine) -> None:
    """User 1 has three orders, user 2 two, user 3 one; user 4 none, and belongs to no range."""
    per = ByBucket(measure=MetricRef("order_count"), per="user_id", width=1)
    assert rows(db, ask("buyers", by=(per,))) == [("1 单", 1), ("2 单", 1), ("3 单", 1)]


def test_streak(db: DuckDBEngine) -> None:
    """APP: 0, 100, 500 up to May. June isn't over and doesn't count."""
    found = run(db, ask("gmv", by=(By("channel"),), streak=Streak(2, Grain.MONTH, "up")))
    assert found.rows == (("APP", 500.0, 2, date(2026, 4, 1), date(2026, 5, 1)),)


def test_members_with_a_streak_are_counted_once(db: DuckDBEngine) -> None:
    """APP in April and May, 门店 in June 2025: two channels, whatever the length of their streaks."""
    streak = Streak(1, Grain.MONTH, "nonzero", latest=False)
    query = ask("gmv", by=(By("channel"),), streak=streak)
    assert rows(db, replace(query, rollup=Rollup(Agg.COUNT))) == [(2,)]
    silent = ask("gmv", by=(By("channel"),), streak=Streak(3, Grain.MONTH, "zero"))
    assert rows(db, replace(silent, rollup=Rollup(Agg.COUNT))) == [(1,)]


@pytest.mark.parametrize(
    "beside",
    [
        {"having": Having(GMV, Op.GT, (1.0,))},
        {"windows": (Window(WindowKind.SHARE),)},
        {"measures": (GMV, MetricRef("order_count"))},
        {"rollup": Rollup(Agg.SUM)},
    ],
    ids=["having", "share", "two measures", "sum"],
)
def test_nothing_beside_a_streak_is_dropped(db: DuckDBEngine, beside: dict[str, Any]) -> None:
    query = ask("gmv", by=(By("channel"),), streak=Streak(2, Grain.MONTH, "up"))
    with pytest.raises(Unanswerable, match="mixed"):
        run(db, replace(query, **beside))


def test_the_first_ones_and_what_they_make_up(db: DuckDBEngine) -> None:
    """A set's share is of everything: APP alone, of what all channels sold."""
    query = ask("gmv", by=(By("channel"),), windows=(Window(WindowKind.SHARE),))
    every = {channel: sold for channel, sold, _ in rows(db, query)}
    best = max(every.values())
    query = replace(query, top=Top(1), rollup=Rollup(Agg.SUM))
    assert rows(db, query) == [(best, pytest.approx(best / sum(every.values())))]


def test_silence_begins_after_the_first_sale(db: DuckDBEngine) -> None:
    """门店 sold in June 2025 and then not until June 2026; APP begins in April and isn't silent."""
    found = rows(db, ask("gmv", by=(By("channel"),), streak=Streak(3, Grain.MONTH, "zero")))
    assert found == [("门店", 0.0, 11, date(2025, 7, 1), date(2026, 5, 1))]


def test_months_in_a_row_with_a_sale(db: DuckDBEngine) -> None:
    """APP sold in April and May; 门店 in June 2025 and in June, which isn't over."""
    query = ask("gmv", by=(By("channel"),), streak=Streak(1, Grain.MONTH, "nonzero", latest=False))
    june = date(2025, 6, 1)
    assert rows(db, query) == [
        ("APP", 500.0, 2, date(2026, 4, 1), date(2026, 5, 1)),
        ("门店", 40.0, 1, june, june),
    ]


def test_claim(db: DuckDBEngine) -> None:
    worse = HavingChange(GMV, POP, Op.LT, (0.0,))
    found = run(db, ask("gmv", during=JUNE, claim=worse))
    assert found.rows == ((130.0, True),) and found.columns[-1].name == "claim"


def test_column_aggregates(db: DuckDBEngine) -> None:
    query = MetricQuery(
        (
            ColumnAggregate(Agg.AVG, "age"),
            ColumnAggregate(Agg.COUNT, table="users"),
            ColumnAggregate(Agg.COUNT, table="users", where=eq("gender", "女")),
        )
    )
    assert rows(db, query) == [(100 / 3, 4, 2)]


def test_another_time(db: DuckDBEngine) -> None:
    """Sales of those who joined in May: user 3."""
    query = MetricQuery((GMV,), scope=Scope(periods=(MAY,), time="joined"))
    assert rows(db, query) == [(80.0,)]


def test_cyclic_buckets(db: DuckDBEngine) -> None:
    found = rows(db, ask("gmv", by=(ByTime(Grain.DAY_OF_WEEK),)))
    assert [r[0] for r in found] == ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
    assert found[2] == ("周三", 380.0) and found[0] == ("周一", 0.0)


# ── listings ──────────────────────────────────────────────────────────────────────────────────


def test_listing_looks_things_up(db: DuckDBEngine) -> None:
    query = DetailQuery(
        "orders", ("order_id", "user_name", "province"), order=(Order("amount"),), top=Top(2)
    )
    assert rows(db, query) == [(6, "甲", "广东"), (3, "乙", "上海")]


def test_listing_of_display_columns(db: DuckDBEngine) -> None:
    found = run(db, DetailQuery("orders"))
    assert [c.name for c in found.columns] == ["order_id", "city", "amount"] and len(
        found.rows
    ) == 7


def test_listing_first_per_group(db: DuckDBEngine) -> None:
    query = DetailQuery(
        "orders", ("city", "order_id"), order=(Order("amount"),), top=Top(1, per=("city",))
    )
    assert rows(db, query) == [("上海", 3), ("广州", 6), (None, 5)]


def test_listing_distinct(db: DuckDBEngine) -> None:
    query = DetailQuery("products", ("category",), distinct=True)
    assert rows(db, query) == [("宠物",), ("食品",)]


def test_row_limit_is_said(db: DuckDBEngine) -> None:
    outcome = execute(DetailQuery("orders"), TOY, db, TODAY, limit=3)
    assert outcome.result.truncated and len(outcome.result.rows) == 3
    whole = execute(DetailQuery("orders"), TOY, db, TODAY, limit=7)
    assert not whole.result.truncated and whole.result.total == 7


# ── refused ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (ask("refund_amount", by=(By("warehouse"),)), "dimension-unreachable"),
        (ask("product_count", during=MAY), "no-time"),
        (MetricQuery((ColumnAggregate(Agg.SUM, "city"),)), "not-a-number"),
        (ask("gmv", compare=(YOY,)), "compare-needs-period"),
        (ask("gmv", having=Having(GMV, Op.GT, (1.0,))), "having-needs-group"),
        (ask("nothing"), "unknown-name"),
        (ask("gmv", by=(By("nowhere"),)), "unknown-name"),
        (
            ask("gmv", by=(By("city"),), windows=(Window(WindowKind.CUMULATIVE),)),
            "needs-time-group",
        ),
        (DetailQuery("stock", ("channel",)), "dimension-unreachable"),
        (ask("gmv", where=Members("city", ask("nothing"))), "unknown-name"),
    ],
)
def test_refused(query: Query, code: str) -> None:
    with pytest.raises(Unanswerable) as refused:
        compile_plan(plan(query, TOY, TODAY), TOY)
    assert refused.value.code == code


def test_refusal_names_what_can_be_asked() -> None:
    with pytest.raises(Unanswerable) as refused:
        plan(ask("stock_qty", by=(By("channel"),)), TOY, TODAY)
    assert refused.value.details == {"metric": "库存量", "dimension": "渠道"}
    assert "仓库" in refused.value.suggestions


def test_metric_without_time_among_others_is_said(db: DuckDBEngine) -> None:
    found = run(db, ask("gmv", "product_count", during=MAY))
    assert found.rows == ((500.0, 3),) and found.notes == ("商品数没有时间，未按时间段筛选",)


# ── golden SQL and serialisation ──────────────────────────────────────────────────────────────

GOLDEN: dict[str, Query] = {
    "total": ask("gmv", during=MAY),
    "grouped_ratio": ask("arppu", by=(By("city"),), during=MAY),
    "two_facts": ask("gmv", "refund_rate", by=(By("city"),), during=MAY),
    "time_filled": ask("gmv", by=(ByTime(Grain.MONTH),), during=SPRING),
    "compared": ask("gmv", by=(By("city"),), during=JUNE, compare=(POP,)),
    "trend_compared": ask("gmv", by=(ByTime(Grain.MONTH),), during=SPRING, compare=(YOY,)),
    "share": ask("gmv", by=(By("city"),), windows=(Window(WindowKind.SHARE),)),
    "top_per_group": ask("gmv", by=(By("channel"), By("city")), top=Top(1, per=("channel",))),
    "nested_top": ask("arppu", where=Members("city", ask("gmv", by=(By("city"),), top=Top(10)))),
    "having_average": ask(
        "gmv", by=(By("city"),), having=Having(GMV, Op.GT, (Benchmark("group_average"),))
    ),
    "finer": ask("gmv", by=(By("category"),), where=eq("city", "广州")),
    "snapshot": ask("stock_qty", by=(By("warehouse"),), during=MAY),
    "running": ask("total_users", by=(ByTime(Grain.MONTH),), during=SPRING),
    "ranges": ask("order_count", by=(ByBucket("amount", edges=(100, 250)),)),
    "streak": ask("gmv", by=(By("channel"),), streak=Streak(2, Grain.MONTH, "down")),
    "detail": DetailQuery(
        "orders", ("order_id", "province"), Scope(eq("category", "食品"), (MAY,))
    ),
    "contrast": ask("gmv", contrast=Contrast("channel", "APP", "门店")),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    """The SQL of each shape, so that a change of the compiler shows in review. To accept a change,
    delete the file and run twice."""
    told = compile_plan(plan(GOLDEN[name], TOY, TODAY), TOY).sql + "\n"
    path = Path(__file__).parent / "golden" / f"{name}.sql"
    if not path.exists():
        path.write_text(told, encoding="utf-8")
        pytest.fail(f"{path.name} was missing and has been written: read it, then run again")
    assert path.read_text(encoding="utf-8") == told


@pytest.mark.parametrize("name", GOLDEN)
def test_serialised_and_back(name: str) -> None:
    assert loads(dumps(GOLDEN[name])) == GOLDEN[name]


scalars = st.one_of(
    st.text(max_size=5),
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes().map(lambda d: d.replace(fold=0)),
)
wheres = st.builds(
    Where,
    st.text(max_size=3),
    st.sampled_from(Op),
    st.lists(st.one_of(scalars, st.builds(Ref, st.text(max_size=3))), max_size=3).map(tuple),
)
conditions = st.recursive(
    wheres,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(
            Members,
            st.text(max_size=3),
            st.builds(lambda c: ask("gmv", where=c), inner),
            st.booleans(),
        ),
    ),
    max_leaves=6,
)


@given(conditions)
def test_any_condition_comes_back_exactly(condition: Condition) -> None:
    told = loads(dumps(condition))
    assert told == condition and repr(told) == repr(condition)
