"""The notation of the corpus: what reads the same must be the same question, and nothing else."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from semantic_layer.agree import agrees
from semantic_layer.compact import compact
from semantic_layer.query import (
    Agg,
    And,
    Benchmark,
    By,
    ByBucket,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Contrast,
    DetailQuery,
    Form,
    Formula,
    Grain,
    Having,
    HavingChange,
    Members,
    MetricQuery,
    MetricRef,
    Not,
    Op,
    Or,
    Order,
    Period,
    PerUnit,
    Rollup,
    Scope,
    Streak,
    Term,
    Top,
    Where,
    WhereTime,
    Window,
    WindowKind,
)

GMV = MetricRef("gmv")
ARPPU = MetricRef("arppu")
MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "上个月")


def _filtered(condition: Condition) -> object:
    return compact(MetricQuery((GMV,), scope=Scope(where=condition)))["where"]


def test_a_full_query() -> None:
    query = MetricQuery(
        (GMV, PerUnit(GMV, "day"), Formula("-", GMV, MetricRef("refund_amount"))),
        (By("province"), ByTime(Grain.MONTH), ByBucket(measure=GMV, per="user_id", width=100)),
        Scope(Where("region", Op.EQ, ("华东",)), (MAY,)),
        compare=(Comparison(CompareKind.YEAR_OVER_YEAR),),
        contrast=Contrast("channel", "APP", "天猫"),
        having=And(
            (
                Having(GMV, Op.GT, (10000.0,)),
                Having(GMV, Op.GT, (Benchmark("group_average", factor=2),)),
                HavingChange(GMV, Comparison(CompareKind.PREVIOUS_PERIOD), Op.LT, (-0.1,)),
            )
        ),
        windows=(Window(WindowKind.SHARE, within=("province",)),),
        top=Top(3, per=("province",), by=ARPPU),
        rollup=Rollup(Agg.COUNT),
        streak=Streak(3, Grain.MONTH, "down"),
        form=Form.YES_NO,
    )
    assert compact(query) == {
        "measures": ["gmv", "gmv/day", "gmv - refund_amount"],
        "by": ["province", "month", "bucket(gmv per user_id, width 100)"],
        "where": ["region = 华东"],
        "period": "2026-05-01..2026-05-31",
        "compare": ["yoy"],
        "contrast": "channel: APP vs 天猫",
        "having": ["gmv > 10000", "gmv > 2*group_average", "pop rate gmv < -0.1"],
        "windows": ["share(0) within province"],
        "top": "3 desc by arppu per province",
        "rollup": "count",
        "streak": "3 month down",
        "form": "yes_no",
    }


def test_a_detail_query() -> None:
    query = DetailQuery("orders", order=(Order("order_amount"),), top=Top(20))
    assert compact(query) == {
        "detail": "orders",
        "top": "20 desc",
        "order": ["order_amount desc"],
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Where("city", Op.EQ, ("北京",)), Where("city", Op.IN, ("北京",))),
        (Where("city", Op.IN, ("上海", "北京")), Where("city", Op.IN, ("北京", "上海"))),
        (
            Or((Where("city", Op.EQ, ("北京",)), Where("city", Op.EQ, ("上海",)))),
            Where("city", Op.IN, ("北京", "上海")),
        ),
        (Not(Where("city", Op.EQ, ("北京",))), Where("city", Op.NE, ("北京",))),
        (Not(Not(Term("线上"))), Term("线上")),
        (
            And((Where("city", Op.NE, ("北京",)), Where("city", Op.NE, ("上海",)))),
            Where("city", Op.NOT_IN, ("北京", "上海")),
        ),
        (
            And((Where("list_price", Op.GE, (50,)), Where("list_price", Op.LE, (100.0,)))),
            Where("list_price", Op.BETWEEN, (50, 100)),
        ),
        (And((And((Term("a"), Term("b"))), Term("c"))), And((Term("c"), Term("b"), Term("a")))),
    ],
)
def test_two_ways_to_write_one_filter(one: Condition, other: Condition) -> None:
    assert _filtered(one) == _filtered(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Where("city", Op.EQ, ("北京",)), Where("city", Op.NE, ("北京",))),
        (Where("city", Op.EQ, ("北京",)), Where("user_city", Op.EQ, ("北京",))),
        (Where("list_price", Op.GT, (50,)), Where("list_price", Op.GE, (50,))),
        (And((Term("a"), Term("b"))), Or((Term("a"), Term("b")))),
        (
            Or((And((Term("a"), Term("b"))), Term("c"))),
            And((Term("a"), Or((Term("b"), Term("c"))))),
        ),
    ],
)
def test_two_filters_that_differ(one: Condition, other: Condition) -> None:
    assert _filtered(one) != _filtered(other)


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (MAY, "2026-05-01..2026-05-31"),
        (Period(date(2026, 6, 23), date(2026, 6, 24)), "2026-06-23"),
        (Period(None, date(2026, 6, 24)), "..2026-06-23"),
        (
            Period(datetime(2026, 5, 1, 10), datetime(2026, 5, 1, 12)),
            "2026-05-01T10:00..2026-05-01T12:00",
        ),
    ],
)
def test_periods_include_their_last_day(period: Period, text: str) -> None:
    assert compact(MetricQuery((GMV,), scope=Scope(periods=(period,))))["period"] == text


def test_hours_of_the_day_and_weekends() -> None:
    assert _filtered(WhereTime(Grain.HOUR_OF_DAY, (21, 20))) == ["hour_of_day in 20|21"]
    assert _filtered(WhereTime(Grain.WEEKEND, (1,), "pay_time")) == ["weekend of pay_time = 1"]


def test_an_aggregate_of_a_column() -> None:
    p90 = ColumnAggregate(Agg.PERCENTILE, "order_amount", at=0.9)
    rows = ColumnAggregate(Agg.COUNT, table="orders", where=Where("city", Op.EQ, ("北京",)))
    assert compact(MetricQuery((p90, rows)))["measures"] == [
        "p90(order_amount)",
        "count(orders)[city = 北京]",
    ]


def test_an_unasked_part_that_changes_numbers_is_a_difference() -> None:
    query = MetricQuery((GMV,), scope=Scope(Where("city", Op.EQ, ("北京",)), (MAY,)))
    assert agrees({"measures": "gmv", "where": "city = 北京"}, query) == (
        "period: expected nothing, got '2026-05-01..2026-05-31'",
    )
    assert agrees({"measures": "gmv", "period": "2026-05-01..2026-05-31"}, query) != ()


def test_a_comparison_too_many_is_none_a_missing_one_is() -> None:
    both = (Comparison(CompareKind.YEAR_OVER_YEAR), Comparison(CompareKind.PREVIOUS_PERIOD))
    assert agrees({"measures": "gmv", "compare": "yoy"}, MetricQuery((GMV,), compare=both)) == ()
    assert agrees({"measures": "gmv", "compare": "yoy"}, MetricQuery((GMV,))) != ()


def test_order_of_measures_matters_only_to_who_ranks() -> None:
    expected = {"measures": ["gmv", "arppu"], "by": "city", "top": "5 desc"}
    groups = (By("city"),)
    assert agrees(expected, MetricQuery((ARPPU, GMV), groups, top=Top(5, by=GMV, ties=True))) == ()
    assert agrees(expected, MetricQuery((ARPPU, GMV), groups, top=Top(5))) != ()


def test_any_accepts_either_reading() -> None:
    expected = {"any": [{"measures": "gmv"}, {"measures": "arppu"}]}
    assert agrees(expected, MetricQuery((ARPPU,))) == ()
    assert agrees(expected, MetricQuery((MetricRef("aov"),))) != ()


def test_nested_members_are_known_by_their_filters() -> None:
    def members(category: str, negated: bool = False) -> Members:
        scope = Scope(where=Where("category", Op.EQ, (category,)))
        return Members("user_id", MetricQuery((GMV,), (By("user_id"),), scope), negated)

    expected = {
        "measures": "buyer_count",
        "where": [
            "city = 北京",
            {"members": "user_id", "of": {"where": "category = 食品饮料"}},
            {"members": "user_id", "of": {"where": "category = 数码家电"}, "negated": True},
        ],
    }

    def asked(*parts: Condition) -> MetricQuery:
        return MetricQuery((MetricRef("buyer_count"),), scope=Scope(And(parts)))

    city = Where("city", Op.EQ, ("北京",))
    assert agrees(expected, asked(members("数码家电", True), city, members("食品饮料"))) == ()
    assert agrees(expected, asked(members("数码家电"), city, members("食品饮料"))) != ()
    assert agrees(expected, asked(city, members("食品饮料"))) != ()


def test_a_filter_that_repeats_the_contrast_is_no_difference() -> None:
    contrast = Contrast("channel", "APP", "天猫")
    both = Where("channel", Op.IN, ("天猫", "APP"))
    asked = MetricQuery((GMV,), scope=Scope(where=both), contrast=contrast)
    assert agrees({"measures": "gmv", "contrast": "channel: APP vs 天猫"}, asked) == ()
    one = MetricQuery((GMV,), scope=Scope(Where("channel", Op.EQ, ("APP",))), contrast=contrast)
    assert agrees({"measures": "gmv", "contrast": "channel: APP vs 天猫"}, one) != ()


def test_a_rank_beside_the_rows_is_no_difference_a_share_is() -> None:
    def with_window(kind: WindowKind) -> MetricQuery:
        return MetricQuery((GMV,), (By("city"),), windows=(Window(kind),))

    assert agrees({"measures": "gmv", "by": "city"}, with_window(WindowKind.RANK)) == ()
    assert agrees({"measures": "gmv", "by": "city"}, with_window(WindowKind.SHARE)) != ()
