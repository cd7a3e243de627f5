"""How figures are told when their rows are people, shops, days, bands or several measures at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from assistant.answer.compose import compose
from assistant.answer.numbers import beside
from assistant.reply import Answer
from semantic_layer.catalog import Catalog, Format, Kind
from semantic_layer.query import (
    Agg,
    By,
    ByTime,
    CompareKind,
    Comparison,
    Contrast,
    Form,
    Formula,
    Grain,
    Having,
    MetricQuery,
    MetricRef,
    Op,
    Period,
    Rollup,
    Scope,
    Where,
)
from semantic_layer.result import Column, ColumnRole, Result
from tests.toy_shop import GMV, GMV_COLUMN, MAY, REGION, SHOP

ORDERS = MetricRef("orders")
ORDERS_COLUMN = Column(
    "orders",
    "订单数",
    Kind.NUMBER,
    ColumnRole.MEASURE,
    "单",
    Format.COUNT,
    source="orders",
)


def told(query: MetricQuery, *columns: Column, rows: Any, catalog: Catalog = SHOP) -> Answer:
    reply = compose("问", query, Result(columns, tuple(rows)), catalog)
    assert isinstance(reply, Answer), reply
    return reply


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("RevPAR", "最高的是"), "RevPAR 最高的是"),
        (("0–200 元", "最高"), "0–200 元最高"),
        (("比", "2026年4月"), "比 2026年4月"),
    ],
)
def test_a_blank_stands_between_latin_and_chinese(parts: tuple[str, ...], text: str) -> None:
    assert beside(*parts) == text


def test_values_that_the_rows_carry_are_not_said_before_them() -> None:
    where = Where("region", Op.IN, ("华东", "华南"))
    query = MetricQuery((GMV,), (By("region"),), Scope(periods=(MAY,), where=where))
    answer = told(query, REGION, GMV_COLUMN, rows=[("华东", 60.0), ("华南", 30.0)])
    assert answer.headline.startswith("2026年5月 销售额最高的是 华东")


def test_a_second_measure_is_in_the_headline_and_the_findings() -> None:
    query = MetricQuery((GMV, ORDERS), (By("region"),))
    rows = [("华东", 60.0, 3), ("华南", 30.0, 9), ("华北", 10.0, 2)]
    answer = told(query, REGION, GMV_COLUMN, ORDERS_COLUMN, rows=rows)
    assert "华东（60 元，订单数 3 单）" in answer.headline
    assert any(f.startswith("订单数最高的是 华南（9 单）") for f in answer.findings)


def test_a_named_period_stands_where_nothing_else_names_it() -> None:
    april = Period(date(2026, 4, 1), date(2026, 5, 1), grain=Grain.MONTH)
    other = Comparison(CompareKind.PERIOD, april)
    was = replace(GMV_COLUMN, name="gmv_previous", role=ColumnRole.PREVIOUS, of="gmv")
    moved = replace(
        GMV_COLUMN,
        name="gmv_rate",
        role=ColumnRole.CHANGE,
        of="gmv",
        format=Format.PERCENT,
        unit="",
    )
    query = MetricQuery((GMV,), scope=Scope(periods=(MAY,)), compare=(other,))
    answer = told(query, GMV_COLUMN, was, moved, rows=[(90.0, 100.0, -0.1)])
    assert answer.headline == "2026年5月 销售额 90 元，比 2026年4月 -10.0%（100 元）"


def test_a_missing_side_is_named() -> None:
    query = MetricQuery((GMV,), contrast=Contrast("region", "华东", "华西"))
    left, right = (replace(GMV_COLUMN, name=n) for n in ("left", "right"))
    answer = told(query, left, right, rows=[(90.0, None)])
    assert answer.headline == "华东 90 元，华西没有数据，无法比较"


@pytest.mark.parametrize(
    ("value", "text"),
    [(40.0, "离目标还差 40 元"), (0.0, "已达到目标"), (-5.0, "已达到目标，多出 5 元")],
)
def test_the_gap_to_a_target(value: float, text: str) -> None:
    goal = replace(SHOP.metrics["gmv"], name="goal", label="目标")
    metrics = {**SHOP.metrics, "goal": goal, "gmv": replace(SHOP.metrics["gmv"], target="goal")}
    catalog = replace(SHOP, metrics=MappingProxyType(metrics))
    query = MetricQuery((Formula("-", MetricRef("goal"), GMV),), scope=Scope(periods=(MAY,)))
    column = replace(GMV_COLUMN, name="formula", source="")
    assert told(query, column, rows=[(value,)], catalog=catalog).headline == f"2026年5月 {text}"


def test_days_are_counted_without_a_measure_word() -> None:
    query = MetricQuery(
        (GMV,),
        (ByTime(Grain.DAY),),
        Scope(periods=(MAY,)),
        rollup=Rollup(Agg.COUNT),
        form=Form.COUNT,
    )
    column = Column("groups", "日期数", Kind.NUMBER, ColumnRole.MEASURE, "个", Format.COUNT)
    answer = told(query, column, rows=[(7,)])
    assert answer.headline.startswith("2026年5月 共 7 天")
    assert "数一数有几天" in answer.understanding


def test_a_list_of_members_leaves_out_nobody_and_says_so() -> None:
    query = MetricQuery(
        (GMV,), (By("user_id"),), having=Having(GMV, Op.GE, (10.0,)), form=Form.WHICH
    )
    key = Column("user_id", "用户编号", Kind.KEY, ColumnRole.KEY, source="user_id")
    answer = told(query, key, GMV_COLUMN, rows=[(None, 97.0), ("G1", 48.0), ("G2", 20.0)])
    assert answer.headline.startswith("销售额最高的是 G1（48 元）")
    assert answer.result.rows == (("G1", 48.0), ("G2", 20.0))
    assert "另有销售额 97 元没有用户，未列入" in answer.result.notes


def test_a_breakdown_keeps_the_rest_but_does_not_rank_it() -> None:
    key = Column("user_id", "用户编号", Kind.KEY, ColumnRole.KEY, source="user_id")
    rows = [(None, 60.0), ("G1", 30.0), ("G2", 8.0), ("G3", 2.0)]
    answer = told(MetricQuery((GMV,), (By("user_id"),)), key, GMV_COLUMN, rows=rows)
    assert answer.headline == "销售额最高的是 G1（30 元），其次 G2（8 元），共 3 位用户"
    assert len(answer.result.rows) == 4
    assert answer.chart is not None and answer.chart.data is not None
    assert len(answer.chart.data.rows) == 3
    assert "另有 60 元没有用户（占 60.0%）。" in answer.findings
    assert not any("依赖" in a.action for a in answer.advice)


def test_the_step_into_a_row_does_not_repeat_the_filter_on_it() -> None:
    where = Where("region", Op.IN, ("华东", "华南"))
    query = MetricQuery((GMV,), (By("region"),), Scope(periods=(MAY,), where=where))
    answer = told(query, REGION, GMV_COLUMN, rows=[("华东", 60.0), ("华南", 30.0)])
    assert "上个月华东各城市的销售额" in answer.next_questions


def test_the_day_of_a_count_is_said() -> None:
    day = date(2026, 6, 22)
    result = Result((REGION, GMV_COLUMN), (("华东", 60.0), ("华南", 30.0)))
    reply = compose("问", MetricQuery((GMV,), (By("region"),)), result, SHOP, counted=day)
    assert isinstance(reply, Answer)
    assert reply.headline.startswith("2026-06-22 销售额最高的是 华东")
    assert "时点数，取 2026-06-22 的" in reply.result.notes
    assert not any("全部数据" in note for note in reply.result.notes)
