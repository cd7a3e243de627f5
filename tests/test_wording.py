"""Any query said back in Chinese: explicit, and different queries read differently."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from assistant.answer.wording import describe, label_of, sentence
from semantic_layer import query as q
from semantic_layer.query import (
    Agg,
    AnalysisQuery,
    And,
    Benchmark,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    CatalogQuery,
    ColumnAggregate,
    CompareKind,
    Comparison,
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
    Ref,
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
from tests.toy_shop import (
    GMV,
    JUNE,
    MAY,
    ORDERS,
    RATE,
    SHOP,
    YOY,
)

# ── the reading ───────────────────────────────────────────────────────────────────────────────

TOP_CITIES = MetricQuery((GMV,), (By("city"),), Scope(periods=(MAY,)), top=Top(10))
READINGS: tuple[tuple[q.Query, str], ...] = (
    (MetricQuery((GMV,)), "未限定时间，销售额"),
    (
        MetricQuery(
            (GMV,), (By("city"),), Scope(Where("region", Op.EQ, ("华东",)), (MAY,)), (YOY,)
        ),
        "上个月 2026-05-01 至 2026-05-31，大区为华东，按城市，销售额，同比 2025-05-01 至 2025-05-31",
    ),
    (
        MetricQuery(
            (GMV,), scope=Scope(periods=(JUNE,)), compare=(Comparison(CompareKind.PREVIOUS_PERIOD),)
        ),
        "本月 2026-06-01 至 2026-06-23（截至昨天），销售额，环比 2026-05-01 至 2026-05-23",
    ),
    (
        MetricQuery((RATE,), scope=Scope(Members("city", TOP_CITIES))),
        "未限定时间，城市在「上个月 2026-05-01 至 2026-05-31，销售额最高的前 10 个城市」里，退款率",
    ),
    (
        MetricQuery((GMV,), (By("city"),), having=Having(RATE, Op.GT, (0.05,)), form=Form.WHICH),
        "未限定时间，按城市，销售额，其中退款率高于 5%，问是哪些",
    ),
    (
        MetricQuery((GMV,), (By("city"),), having=HavingChange(GMV, YOY, Op.LT, (-0.1,))),
        "未限定时间，按城市，销售额，其中销售额同比下降超过 10%",
    ),
    (
        MetricQuery((GMV,), (ByTime(Grain.MONTH), By("region")), top=Top(3, per=("region",))),
        "未限定时间，按月，按大区，销售额，取每个大区内销售额最高的前 3 个月",
    ),
    (
        DetailQuery("sale", scope=Scope(periods=(MAY,)), order=(Order("price"),), top=Top(20)),
        "上个月 2026-05-01 至 2026-05-31，列出订单明细，按单价从高到低，取前 20 个订单",
    ),
    (
        MetricQuery(
            (GMV,), (By("city"),), having=Having(GMV, Op.GE, (1_000_000,)), rollup=Rollup(Agg.COUNT)
        ),
        "未限定时间，按城市，销售额，其中销售额不低于 100 万元，数一数有几个城市",
    ),
    (CatalogQuery("definition", ("gmv",)), "销售额：口径"),
)


@pytest.mark.parametrize(("query", "text"), READINGS, ids=[t for _, t in READINGS])
def test_a_query_is_said_back(query: q.Query, text: str) -> None:
    assert describe(query, SHOP).text == text
    assert sentence(query, SHOP) == f"{text}。"


# One query per family, so that each field of the query types appears with a telling value.
NESTED = MetricQuery((ORDERS,), (By("user_id"),), Scope(Where("city", Op.EQ, ("杭州",))))
FULL = MetricQuery(
    measures=(
        MetricRef("gmv", Where("channel", Op.EQ, ("线上",))),
        ColumnAggregate(Agg.PERCENTILE, "price", "sale", 0.9, Where("city", Op.EQ, ("上海",))),
        PerUnit(ORDERS, "user_id"),
        Formula("/", GMV, ORDERS),
    ),
    group_by=(
        By("region"),
        ByTime(Grain.QUARTER, "joined_at"),
        ByPeriod(),
        ByBucket("price", None, None, (50.0, 100.0)),
        ByBucket(None, ORDERS, "user_id", (), 2.0),
    ),
    scope=Scope(
        And(
            (
                Where("phone", Op.IS_NULL),
                Where("city", Op.IN, ("上海", "杭州")),
                WhereTime(Grain.DAY_OF_WEEK, (1, 3), "joined_at"),
                Where("price", Op.LE, (Ref("paid_at"),)),
                Or((Term("loyal", True), Not(Where("city", Op.CONTAINS, ("海",))))),
                Members("user_id", NESTED, True),
            )
        ),
        (Period(date(2025, 1, 1), date(2025, 2, 1), "过年", Grain.MONTH, True, "春节"),),
        "joined_at",
    ),
    compare=(Comparison(CompareKind.PERIOD, MAY, ("difference",)),),
    contrast=Contrast("channel", "线上", "门店"),
    having=And(
        (
            Having(ORDERS, Op.GT, (Benchmark("group_average", RATE, 2.0),)),
            HavingChange(GMV, Comparison(CompareKind.PERIOD, MAY), Op.LE, (-500.0,), "difference"),
        )
    ),
    windows=(Window(WindowKind.SHARE, 1, 4, ("region",), False),),
    top=Top(7, False, RATE, ("region",), 0.2, "difference", True, False, 3),
    order=(Order("city", 0, False), Order(None, 1, True, "rate")),
    rollup=Rollup(Agg.MEDIAN, 1),
    streak=Streak(5, Grain.WEEK, "above", 300.0, False),
    keep=Where("region", Op.EQ, ("华北",)),
    claim=Having(GMV, Op.GE, (8.0,)),
    form=Form.YES_NO,
)
BOTH = MetricQuery((GMV,), (By("city"),), top=Top(3, both=True))
LISTING = DetailQuery(
    "sale",
    ("city", "price"),
    Scope(Where("region", Op.EQ, ("华南",)), (MAY,)),
    (Order("price", descending=False),),
    Top(9),
    True,
    Contrast("city", "上海", "杭州"),
    Form.COUNT,
)
ANALYSIS = AnalysisQuery(
    "rfm",
    (("bins", 5),),
    Scope(periods=(MAY,)),
    ("channel",),
    GMV,
    "重要挽留",
    (Comparison(CompareKind.YEAR_OVER_YEAR),),
    (ORDERS,),
)
GROUP = MetricQuery((GMV,), scope=Scope(Members("user_id", q.Listed("SELECT 1", "老炮"))))
SAMPLES: tuple[q.Query, ...] = (
    FULL,
    BOTH,
    LISTING,
    ANALYSIS,
    GROUP,
    CatalogQuery("values", ("city",)),
)
SILENT = {  # fields that say nothing of their own, and why
    ("Listed", "sql"): "how the people were found; the label says who they are",
    ("Period", "grain"): "follows from the dates, which are said",
    ("ColumnAggregate", "table"): "the column names it unless two tables share the label",
    ("Window", "n"): "only moving windows have it; they are read elsewhere in this file",
}


Owner = tuple[str, str]


def walk(
    value: Any, path: str = "", above: tuple[Owner, ...] = ()
) -> Iterator[tuple[str, tuple[Owner, ...]]]:
    """Every field below ``value``: its path, and the (class, field) pairs that lead to it."""
    if dataclasses.is_dataclass(value):
        for f in dataclasses.fields(value):
            here, chain = f"{path}.{f.name}", (*above, (type(value).__name__, f.name))
            yield here, chain
            yield from walk(getattr(value, f.name), here, chain)
    elif isinstance(value, tuple):
        for i, part in enumerate(value):
            yield from walk(part, f"{path}[{i}]", above)


def changed(value: Any, path: str) -> Any:
    """``value`` with the field at ``path`` set to something else of the same kind."""
    head, _, rest = path.lstrip(".").partition(".")
    name, *indices = re.split(r"\[(\d+)\]", head)[0], *re.findall(r"\[(\d+)\]", head)
    inner = getattr(value, name)
    if not rest:
        return dataclasses.replace(value, **{name: other(inner, value, name)})
    if indices:
        i = int(indices[0])
        inner = (*inner[:i], changed(inner[i], rest), *inner[i + 1 :])
        return dataclasses.replace(value, **{name: inner})
    return dataclasses.replace(value, **{name: changed(inner, rest)})


def other(value: Any, owner: Any, name: str) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1 if name != "of" and name != "measure" else 0 if value else 1
        case datetime() | date():
            return date(2023, 3, 3)
        case q.Op():
            return Op.LT if value is not Op.LT else Op.GE
        case Grain():
            return Grain.YEAR
        case Agg():
            return Agg.MAX
        case Form():
            return Form.TREND
        case CompareKind():
            return CompareKind.PREVIOUS_PERIOD
        case WindowKind():
            return WindowKind.CUMULATIVE
        case str():
            return {"difference": "rate", "rate": "difference", "shop": "x"}.get(
                value, f"{value}甲"
            )
        case ("difference",):
            return ("rate",)
        case tuple() if (
            value and not dataclasses.is_dataclass(value[0]) and not isinstance(value[0], tuple)
        ):
            return (*value[:-1], other(value[-1], owner, name))
        case tuple():
            return value[:-1] if value else ()
        case None:
            return None
        case _:
            return None


def fields_of_the_query_types() -> set[tuple[str, str]]:
    kinds = [c for c in vars(q).values() if isinstance(c, type) and dataclasses.is_dataclass(c)]
    return {(c.__name__, f.name) for c in kinds for f in dataclasses.fields(c)}


def test_every_field_of_a_query_is_said() -> None:
    """Two queries that differ in one field read differently, whichever field it is."""
    seen: set[tuple[str, str]] = set(SILENT)
    for query in SAMPLES:
        before = describe(query, SHOP).text
        for path, chain in walk(query):
            try:
                after = changed(query, path)
                text = describe(after, SHOP).text
            except (TypeError, AttributeError, IndexError, AssertionError):
                continue  # a change that no longer makes a query says nothing about wording
            if after != query and text != before:
                seen.update(chain)
    assert fields_of_the_query_types() - seen == set()


def test_labels_name_every_kind_of_measure() -> None:
    assert (
        label_of(Formula("/", Formula("+", GMV, ORDERS), ORDERS), SHOP)
        == "（销售额 + 订单数） ÷ 订单数"
    )
    assert label_of(PerUnit(GMV, "day"), SHOP) == "日均销售额"
    assert label_of(ColumnAggregate(Agg.COUNT, table="sale"), SHOP) == "订单数"
