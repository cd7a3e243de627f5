"""How a result is told: headlines, findings, advice, next questions, and nothing to tell."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from assistant.answer.compose import compose, compose_catalog
from assistant.answer.next_questions import next_questions
from assistant.reply import Answer, Refusal
from semantic_layer import query as q
from semantic_layer.catalog import (
    Direction,
    Format,
    Kind,
)
from semantic_layer.query import (
    Agg,
    By,
    ByTime,
    CatalogQuery,
    Contrast,
    DetailQuery,
    Form,
    Grain,
    Having,
    MetricQuery,
    MetricRef,
    Op,
    Order,
    Period,
    Rollup,
    Scope,
    Top,
    Where,
)
from semantic_layer.result import Column, ColumnRole, Result
from tests.toy_shop import (
    GMV,
    GMV_COLUMN,
    GMV_RATE,
    MAY,
    MONTH,
    PREVIOUS,
    RATE,
    REGION,
    SHOP,
    YOY,
)


def told(query: q.MetricQuery | q.DetailQuery, *columns: Column, rows: Any) -> Answer:
    reply = compose("问", query, Result(columns, tuple(rows)), SHOP)
    assert isinstance(reply, Answer), reply
    return reply


# ── headlines ─────────────────────────────────────────────────────────────────────────────────

PROVINCES = [("华东", 600_000.0), ("华南", 300_000.0), ("华北", 100_000.0)]


def test_one_number_comes_first_with_its_change() -> None:
    query = MetricQuery((GMV,), scope=Scope(periods=(MAY,)), compare=(YOY,))
    answer = told(query, GMV_COLUMN, PREVIOUS, GMV_RATE, rows=[(12_345_000.0, 11_420_000.0, 0.081)])
    assert answer.headline == "2026年5月 销售额 1,234.5 万元，同比 +8.1%（去年同期 1,142.0 万元）"
    assert answer.chart is not None
    assert answer.chart.mark == "kpi"
    assert dict(answer.definitions)["销售额"] == "支付金额合计"
    assert "同比" in dict(answer.definitions)


def test_the_change_of_a_rate_is_in_points() -> None:
    rate = Column("refund_rate", "退款率", Kind.NUMBER, ColumnRole.MEASURE, "", Format.PERCENT)
    was = dataclasses.replace(
        rate, name="refund_rate_previous", role=ColumnRole.PREVIOUS, of=rate.name
    )
    moved = dataclasses.replace(rate, name="refund_rate_rate", role=ColumnRole.CHANGE, of=rate.name)
    query = MetricQuery((RATE,), scope=Scope(periods=(MAY,)), compare=(YOY,))
    answer = told(query, rate, was, moved, rows=[(0.05, 0.038, 0.3158)])
    assert "同比 +1.2 个百分点（去年同期 3.8%）" in answer.headline


def test_a_ranking_names_the_leader_and_its_share() -> None:
    answer = told(MetricQuery((GMV,), (By("region"),)), REGION, GMV_COLUMN, rows=PROVINCES)
    assert (
        answer.headline == "销售额最高的是 华东（60.0 万元），其次 华南（30.0 万元），共 3 个大区"
    )
    assert answer.findings == ("华东占销售额的 60.0%。",)
    assert "未限定时间，用的是全部数据（2024-01-01 至 2026-06-23）" in answer.result.notes


def test_shares_are_not_formed_of_a_cut_list() -> None:
    query = MetricQuery((GMV,), (By("region"),), top=Top(3))
    answer = told(query, REGION, GMV_COLUMN, rows=PROVINCES)
    assert answer.findings == ()
    assert "共 3 个" not in answer.headline


def test_which_answers_with_a_name() -> None:
    query = MetricQuery((GMV,), (By("region"),), top=Top(1), form=Form.WHICH)
    assert told(query, REGION, GMV_COLUMN, rows=PROVINCES[:1]).headline == "华东，销售额 60.0 万元"


@pytest.mark.parametrize(("held", "word"), [(True, "是"), (False, "否")])
def test_yes_or_no_comes_first(held: bool, word: str) -> None:
    claim = Column("claim", "成立", Kind.BOOL, ColumnRole.MEASURE)
    query = MetricQuery((GMV,), claim=Having(GMV, Op.GT, (5.0,)), form=Form.YES_NO)
    answer = told(query, GMV_COLUMN, claim, rows=[(9.0, held)])
    assert answer.headline == f"{word}，销售额 9 元"


def test_is_there_any_answers_no_rather_than_refusing() -> None:
    query = DetailQuery("sale", scope=Scope(periods=(MAY,)), form=Form.YES_NO)
    assert (
        told(query, Column("price", "单价", Kind.NUMBER, ColumnRole.DIMENSION), rows=[]).headline
        == "没有符合条件的订单"
    )


NAME = Column("city", "城市", Kind.TEXT, ColumnRole.DIMENSION)
PRICE = Column("price", "单价", Kind.NUMBER, ColumnRole.DIMENSION, "元", Format.MONEY)
LISTINGS = (
    (DetailQuery("sale"), [("上海", 9.0)], "城市 上海，单价 9 元"),
    (DetailQuery("sale"), [("上海", 9.0), ("杭州", 8.0)], "共 2 单订单：上海、杭州"),
    (
        DetailQuery("sale", order=(Order("price"),), top=Top(2)),
        [("上海", 9.0), ("杭州", 8.0)],
        "前 2 单订单，按单价从高到低，第一单是 上海（9 元）",
    ),
)


@pytest.mark.parametrize(("query", "rows", "text"), LISTINGS, ids=[t for *_, t in LISTINGS])
def test_a_listing_says_how_many_and_which(query: DetailQuery, rows: Any, text: str) -> None:
    assert told(query, NAME, PRICE, rows=rows).headline == text


def test_a_trend_compares_whole_months_only() -> None:
    scope = Scope(periods=(Period(date(2026, 3, 1), date(2026, 6, 24), "今年", partial=True),))
    rows = [(date(2026, m, 1), v) for m, v in ((3, 100.0), (4, 90.0), (5, 150.0), (6, 20.0))]
    query = MetricQuery((GMV,), (ByTime(Grain.MONTH),), scope, form=Form.TREND)
    answer = told(query, MONTH, GMV_COLUMN, rows=rows)
    assert answer.headline == (
        "今年（截至 6 月 23 日）销售额从 2026年3月的 100 元到 2026年5月的 150 元（+50.0%），"
        "最高 2026年5月 150 元，最低 2026年4月 90 元"
    )
    assert answer.findings[-1] == "2026年5月比 2026年4月 +66.7%；2026年6月还没有结束，未计入。"
    assert answer.chart is not None
    assert answer.chart.partial


def test_a_contrast_says_who_is_higher_and_by_how_much() -> None:
    columns = [
        dataclasses.replace(GMV_COLUMN, name="left", label="线上"),
        dataclasses.replace(GMV_COLUMN, name="right", label="门店"),
    ]
    query = MetricQuery((GMV,), contrast=Contrast("channel", "线上", "门店"))
    answer = told(query, *columns, rows=[(90.0, 120.0)])
    assert answer.headline == "线上 90 元，门店 120 元，线上低 30 元（-25.0%）"


def test_a_count_of_groups_says_what_was_counted() -> None:
    having = Having(GMV, Op.GE, (1_000_000,))
    query = MetricQuery(
        (GMV,), (By("city"),), having=having, rollup=Rollup(Agg.COUNT), form=Form.COUNT
    )
    groups = Column("groups", "城市数", Kind.NUMBER, ColumnRole.MEASURE, "", Format.COUNT)
    assert told(query, groups, rows=[(7,)]).headline == "共 7 个城市（销售额不低于 100 万元）"


def test_missing_is_a_dash_and_a_nameless_group_says_so() -> None:
    rows = [(None, 5.0), ("华东", None), ("华南", 3.0), ("华北", 1.0)]
    answer = told(MetricQuery((GMV,), (By("region"),)), REGION, GMV_COLUMN, rows=rows)
    assert answer.headline.startswith("销售额最高的是 未填写（5 元）")


def test_the_biggest_faller_leads_the_findings_and_the_advice() -> None:
    rows = [("华东", 60.0, 50.0, 0.2), ("华南", 30.0, 60.0, -0.5), ("华北", 10.0, 10.0, 0.0)]
    query = MetricQuery((GMV,), (By("region"),), Scope(periods=(MAY,)), (YOY,))
    answer = told(query, REGION, GMV_COLUMN, PREVIOUS, GMV_RATE, rows=rows)
    assert answer.findings[:2] == (
        "华南同比减少最多：-30 元（-50.0%）。",
        "华东同比增加最多：+10 元（+20.0%）。",
    )
    assert answer.advice[0].ask == "2026年5月华南销售额为什么跌了"
    assert answer.advice[0].because == "华南销售额同比 -50.0%，从 60 元 到 30 元"


def test_more_refunds_are_worse_not_better() -> None:
    refunds = dataclasses.replace(
        GMV_COLUMN, name="refunds", label="退款金额", source="refunds", direction=Direction.DOWN
    )
    was = dataclasses.replace(PREVIOUS, name="refunds_previous", of="refunds")
    query = MetricQuery((MetricRef("refunds"),), (By("region"),), Scope(periods=(MAY,)), (YOY,))
    rows = [("华东", 60.0, 50.0), ("华南", 30.0, 60.0)]
    advice = told(query, REGION, refunds, was, rows=rows).advice
    assert [a.action for a in advice] == ["先查清华东退款金额上升的来源"]


# ── nothing to tell ───────────────────────────────────────────────────────────────────────────


def refused(query: q.MetricQuery, rows: tuple[Any, ...] = ((None,),)) -> Refusal:
    reply = compose("问", query, Result((GMV_COLUMN,), rows), SHOP)
    assert isinstance(reply, Refusal)
    return reply


def test_a_period_after_the_data_says_how_far_they_go() -> None:
    period = Period(date(2027, 1, 1), date(2028, 1, 1), "明年", Grain.YEAR)
    reply = refused(MetricQuery((GMV,), scope=Scope(periods=(period,))))
    assert reply.code == "future"
    assert reply.message == "明年 2027-01-01 至 2027-12-31 还没有发生，数据到 2026-06-23 为止。"
    assert reply.next_questions[0] == "上个月销售额"


def test_a_period_before_the_data_says_where_they_begin() -> None:
    period = Period(date(2019, 1, 1), date(2020, 1, 1), "2019年", Grain.YEAR)
    reply = refused(MetricQuery((GMV,), scope=Scope(periods=(period,))))
    assert (reply.code, "2024-01-01" in reply.message) == ("too-early", True)


def test_conditions_that_nobody_meets_are_named() -> None:
    scope = Scope(Where("city", Op.EQ, ("拉萨",)), (MAY,))
    reply = refused(MetricQuery((GMV,), scope=scope))
    assert reply.code == "empty-result"
    assert reply.help == "数据从 2024-01-01 到 2026-06-23。可以放宽这些条件：城市为拉萨。"


def test_nobody_above_the_bar_is_an_answer() -> None:
    query = MetricQuery((RATE,), (By("city"),), having=Having(RATE, Op.GT, (0.05,)))
    answer = told(
        query, dataclasses.replace(REGION, name="city", label="城市"), GMV_COLUMN, rows=[]
    )
    assert answer.headline == "没有城市符合「退款率高于 5%」"
    assert answer.chart is None


# ── questions about the model ─────────────────────────────────────────────────────────────────


def test_a_definition_comes_with_its_formula_unit_and_owner() -> None:
    answer = compose_catalog("销售额怎么算", CatalogQuery("definition", ("gmv",)), SHOP)
    assert isinstance(answer, Answer)
    assert answer.headline == "销售额：支付金额合计"
    assert answer.result.rows == (("销售额", "支付金额合计", "sum(pay)", "元", "财务"),)


@pytest.mark.parametrize(
    ("about", "names", "text"),
    [
        ("metrics", (), "共 4 个指标，如 销售额、订单数、退款金额、退款率"),
        ("values", ("region",), "大区共 3 个：华东、华南、华北"),
        ("freshness", (), "数据更新到 2026-06-23，最早从 2024-01-01 开始"),
        ("tables", (), "共 2 张数据表"),
    ],
)
def test_the_model_answers_about_itself(about: str, names: tuple[str, ...], text: str) -> None:
    answer = compose_catalog("问", CatalogQuery(about, names), SHOP)
    assert isinstance(answer, Answer)
    assert answer.headline == text


def test_sql_needs_a_question_before() -> None:
    assert isinstance(compose_catalog("给我SQL", CatalogQuery("sql"), SHOP), Refusal)
    answer = compose_catalog("给我SQL", CatalogQuery("sql"), SHOP, "SELECT 1")
    assert isinstance(answer, Answer)
    assert answer.sql == "SELECT 1"


def test_sensitive_values_are_not_listed() -> None:
    assert isinstance(compose_catalog("问", CatalogQuery("values", ("phone",)), SHOP), Refusal)


# ── next questions ────────────────────────────────────────────────────────────────────────────


def test_next_questions_go_beside_above_and_into_the_result() -> None:
    query = MetricQuery((GMV,), (By("region"),), Scope(periods=(MAY,)))
    asked = next_questions(query, Result((REGION, GMV_COLUMN), tuple(PROVINCES)), SHOP)
    assert asked == (
        "上个月销售额同比",
        "上个月华东各城市的销售额",
        "今年每月销售额走势",
        "上个月各渠道的销售额",
        "上个月销售额前5的城市",
        "上个月各大区的订单数",
    )
