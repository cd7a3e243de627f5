"""``instead``: users have a channel of their own, advertising another; orders keep theirs."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer.catalog import Catalog
from semantic_layer.errors import Unanswerable
from semantic_layer.load import load_text, with_values
from semantic_layer.plan import plan
from semantic_layer.query import (
    And,
    By,
    Members,
    MetricQuery,
    MetricRef,
    Op,
    Scope,
    Top,
    Where,
)
from semantic_layer.stand_ins import stand_in

MODEL = """
model: shop
label: 店
tables:
  - name: orders
    label: 订单
    source: orders
    key: order_id
    joins: [{to: users, on: user_id}]
    dimensions:
      - {name: channel, label: 渠道, instead: [register_channel, ad_channel]}
      - {name: amount, label: 金额, kind: number}
  - name: users
    label: 用户
    source: users
    key: user_id
    dimensions: [{name: register_channel, label: 注册渠道}, {name: user_id, label: 用户编号, kind: key}]
  - name: ads
    label: 投放
    source: ads
    key: day
    dimensions: [{name: ad_channel, label: 广告渠道}]
metrics:
  - {name: gmv, label: 销售额, calc: {type: aggregate, table: orders, agg: sum, expr: amount}}
  - {name: users, label: 注册用户数, calc: {type: aggregate, table: users, agg: count}}
  - {name: all_users, label: 累计用户数, calc: {type: running_total, metric: users}}
  - {name: cost, label: 花费, calc: {type: aggregate, table: ads, agg: sum, expr: cost}}
  - {name: roi, label: 回报, calc: {type: ratio, numerator: gmv, denominator: cost}}
"""


def shop() -> Catalog:
    return load_text(MODEL)


def asked(*metrics: str, where: Where | And | None = None) -> MetricQuery:
    measures = tuple(map(MetricRef, metrics))
    return MetricQuery(measures, (By("channel"),), Scope(where), top=Top(1, per=("channel",)))


def test_a_dimension_that_is_reached_stays() -> None:
    assert stand_in(asked("gmv"), shop()) == (asked("gmv"), ())


def test_the_first_stand_in_that_is_reached_answers_and_says_so() -> None:
    query, notes = stand_in(asked("users", "all_users"), shop())
    assert query.group_by == (By("register_channel"),)
    assert query.top == Top(1, per=("register_channel",))
    assert notes == ("这里没有渠道，用的是注册渠道",)
    assert stand_in(asked("cost"), shop())[0].group_by == (By("ad_channel"),)


def test_measures_that_disagree_change_nothing() -> None:
    for metrics in (("gmv", "users"), ("users", "cost"), ("roi",)):
        assert stand_in(asked(*metrics), shop()) == (asked(*metrics), ())


def test_filters_follow_where_the_value_is_known_there() -> None:
    test = And((Where("channel", Op.EQ, ("抖音",)), Where("user_id", Op.NOT_NULL)))
    catalog = with_values(shop(), {"register_channel": ("抖音",), "ad_channel": ("抖音信息流",)})
    moved, _ = stand_in(asked("users", where=test), catalog)
    assert moved.scope.where == And(
        (Where("register_channel", Op.EQ, ("抖音",)), Where("user_id", Op.NOT_NULL))
    )
    assert stand_in(asked("cost", where=test), catalog) == (asked("cost", where=test), ())


def test_a_nested_query_is_left_to_its_own_plan() -> None:
    inner = MetricQuery(
        (MetricRef("gmv"),), (By("user_id"),), Scope(Where("channel", Op.EQ, ("APP",)))
    )
    outer = MetricQuery((MetricRef("users"),), scope=Scope(Members("user_id", inner)))
    assert stand_in(outer, shop()) == (outer, ())


def test_a_ratio_of_halves_that_share_no_value_is_refused_not_zero() -> None:
    """花费 of 抖音信息流 over orders of 抖音: nothing over something, in every row."""
    asked_ratio = MetricQuery((MetricRef("roi"),), (By("channel"),))
    apart = with_values(shop(), {"channel": ("抖音", "天猫"), "ad_channel": ("抖音信息流",)})
    shared = with_values(shop(), {"channel": ("抖音", "天猫"), "ad_channel": ("抖音", "小红书")})

    with pytest.raises(Unanswerable) as refused:
        plan(asked_ratio, apart, date(2026, 6, 24))
    assert refused.value.details["metric"] == "回报"
    assert plan(asked_ratio, shared, date(2026, 6, 24))
    both = MetricQuery((MetricRef("gmv"), MetricRef("cost")), (By("channel"),))
    assert plan(both, apart, date(2026, 6, 24))  # side by side nothing is divided
