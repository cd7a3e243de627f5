"""Whatever is asked together changes the answer together, or is refused: no part is dropped in silence.

Every pair of parts is put into one query over the toy shop: its result must differ from that of either
part alone, or the query must be refused with a code. Where figures can be told by hand, they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

import duckdb
import pytest
from toy import ROWS, TODAY, catalog

from assistant.answer.compose import compose
from assistant.reply import Answer
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.errors import Unanswerable
from semantic_layer.execute import execute
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
    Form,
    Formula,
    Grain,
    Having,
    Members,
    MetricQuery,
    MetricRef,
    Not,
    Op,
    Or,
    Order,
    Period,
    PerUnit,
    Query,
    Rollup,
    Scope,
    Streak,
    Term,
    Top,
    Where,
    Window,
    WindowKind,
)
from semantic_layer.result import Result

pytestmark = pytest.mark.slow  # every pair of parts, twenty seconds

TOY = catalog()
MORE = """
INSERT INTO orders VALUES
  (11, 2, '上海', 'APP', '完成', '2025-07-05 10:00', 70), (12, 2, '北京', 'APP', '完成', '2026-04-18 09:00', 520),
  (13, 2, '北京', '门店', '完成', '2026-05-16 09:00', 45), (14, 3, '深圳', '门店', '完成', '2026-05-17 12:00', 33),
  (15, 3, '深圳', 'APP', '完成', '2026-06-06 20:00', 610), (16, 3, '深圳', '门店', '完成', '2026-06-08 20:00', 15),
  (17, 3, '广州', '门店', '完成', '2026-06-13 08:00', 95), (18, 1, '上海', '门店', '完成', '2025-06-20 08:00', 240),
  (19, 1, '北京', '门店', '完成', '2025-05-20 08:00', 18), (20, 3, '珠海', '门店', '完成', '2026-05-30 08:00', 28);
INSERT INTO cities VALUES ('珠海', '广东');
"""
GMV, ORDERS, BUYERS = MetricRef("gmv"), MetricRef("order_count"), MetricRef("buyers")
YEAR, POP = Comparison(CompareKind.YEAR_OVER_YEAR), Comparison(CompareKind.PREVIOUS_PERIOD)
SPRING = Period(date(2026, 4, 1), date(2026, 6, 24), "二季度")
APRIL = Period(date(2026, 4, 1), date(2026, 5, 1), "4月", Grain.MONTH)
MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "5月", Grain.MONTH)
JUNE = Period(date(2026, 6, 1), date(2026, 6, 24), "6月", Grain.MONTH)
LONG = Period(date(2025, 6, 1), date(2026, 6, 24), "一年")
CITY, MONTH, WEEKEND = By("city"), ByTime(Grain.MONTH), ByTime(Grain.WEEKEND)
SIDES = Contrast("channel", "APP", "门店")
BASE = MetricQuery((GMV, ORDERS), (By("province"), CITY), Scope(periods=(LONG,)))


def _where(query: MetricQuery, condition: Condition) -> MetricQuery:
    found = query.scope.where
    both = condition if found is None else And((found, condition))
    return replace(query, scope=replace(query.scope, where=both))


def _top(**parts: Any) -> Callable[[MetricQuery], MetricQuery]:
    return lambda q: replace(q, top=replace(q.top or Top(2), **parts))


def _window(kind: WindowKind, **parts: Any) -> Callable[[MetricQuery], MetricQuery]:
    return lambda q: replace(q, windows=(*q.windows, Window(kind, **parts)))


def _measure(measure: Any) -> Callable[[MetricQuery], MetricQuery]:
    return lambda q: replace(q, measures=(measure, *q.measures[1:]))


def _group(group: Any) -> Callable[[MetricQuery], MetricQuery]:
    return lambda q: replace(q, group_by=(*q.group_by, group))


PARTS: dict[str, Callable[[MetricQuery], MetricQuery]] = {
    "compare": lambda q: replace(q, compare=(YEAR,)),
    "contrast": lambda q: replace(q, contrast=SIDES),
    "having": lambda q: replace(q, having=Having(GMV, Op.LT, (600.0,))),
    "keep": lambda q: replace(q, keep=Where("city", Op.EQ, ("北京",))),
    "claim": lambda q: replace(q, claim=Having(GMV, Op.GT, (60.0,))),
    "share": _window(WindowKind.SHARE),
    "share within": _window(WindowKind.SHARE, within=("province",)),
    "cumulative": _window(WindowKind.CUMULATIVE),
    "cumulative share": _window(WindowKind.CUMULATIVE_SHARE),
    "moving": _window(WindowKind.MOVING_AVERAGE, n=2),
    "change": _window(WindowKind.CHANGE),
    "rank": _window(WindowKind.RANK),
    "top": _top(n=1),
    "top.per": _top(per=("province",), n=1),
    "top.by": _top(by=ORDERS, n=1),
    "top.fraction": _top(fraction=0.4),
    "top.offset": _top(n=1, offset=1),
    "top.asc": _top(n=1, descending=False),
    "order": lambda q: replace(q, order=(Order(None, 0, descending=False),)),
    "rollup count": lambda q: replace(q, rollup=Rollup(Agg.COUNT)),
    "rollup mean": lambda q: replace(q, rollup=Rollup(Agg.AVG)),
    "rollup sum": lambda q: replace(q, rollup=Rollup(Agg.SUM)),
    "streak": lambda q: replace(q, streak=Streak(1, Grain.MONTH, "nonzero", latest=False)),
    "by month": _group(MONTH),
    "by weekend": _group(WEEKEND),
    "by range": _group(ByBucket("amount", edges=(90.0, 250.0))),
    "by range of orders": _group(ByBucket(None, ORDERS, "user_id", edges=(5.0,))),
    "by period": lambda q: replace(
        q, group_by=(*q.group_by, ByPeriod()), scope=replace(q.scope, periods=(MAY, JUNE))
    ),
    "own where": _measure(MetricRef("gmv", Where("channel", Op.EQ, ("APP",)))),
    "per day": _measure(PerUnit(GMV, "day")),
    "formula": _measure(Formula("-", GMV, MetricRef("refund_amount"))),
    "distinct": _measure(BUYERS),
    "running": _measure(MetricRef("total_users")),
    "stock": _measure(MetricRef("stock_qty")),
    "members": lambda q: _where(
        q, Members("city", MetricQuery((GMV,), (CITY,), top=Top(3, descending=False)))
    ),
    "term": lambda q: _where(q, Term("online")),
    "not": lambda q: _where(
        q,
        Not(
            Or(
                (
                    Where("city", Op.IN, ("上海", "珠海")),
                    And((Where("city", Op.EQ, ("北京",)), Where("channel", Op.EQ, ("门店",)))),
                )
            )
        ),
    ),
    "or": lambda q: _where(
        q, Or((Where("channel", Op.EQ, ("门店",)), Where("city", Op.EQ, ("广州",))))
    ),
}
PLAIN = ("top", "top.per", "top.by", "top.fraction", "top.offset", "top.asc")
MEASURES = ("own where", "per day", "formula", "distinct", "running", "stock")
ROLLUPS = ("rollup count", "rollup mean", "rollup sum")


@pytest.fixture(scope="module")
def db() -> DuckDBEngine:
    connection = duckdb.connect(":memory:")
    connection.execute(ROWS + MORE)
    return DuckDBEngine.wrap(connection)


def _run(query: Query, db: DuckDBEngine) -> Result:
    return execute(query, TOY, db, TODAY, timeout=20).result


def _seen(query: Query, db: DuckDBEngine) -> object:
    result = _run(query, db)
    return [c.name for c in result.columns], result.rows


PAIRS = [
    (a, b)
    for a, b in combinations(PARTS, 2)
    if not any(a in family and b in family for family in (MEASURES, PLAIN, ROLLUPS))
]
# Pairs in which one part leaves nothing to do for the other.
ALIKE = {
    *((a, "order") for a in ("keep", "top", "top.by", "top.offset", "top.asc")),  # one row
    *(("order", a) for a in ROLLUPS),
    *(("rollup count", a) for a in ("own where", "per day", "formula", "distinct", "running")),
    *(("rollup sum", a) for a in ("by month", "by weekend", "by range", "by range of orders")),
    ("own where", "term"),  # the same orders twice
    ("rollup count", "or"),  # every city has such an order
    *(("having", a) for a in ("keep", "top.asc", "members", "or")),  # those are all below 600
    ("keep", "top.per"),  # 北京 is the first of its province, and one of the last three
    ("keep", "members"),
    *(("top.asc", a) for a in ("members", "or")),
}


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_a_pair_changes_the_result_or_is_refused(a: str, b: str, db: DuckDBEngine) -> None:
    try:
        both = _seen(PARTS[b](PARTS[a](BASE)), db)
    except Unanswerable as refused:
        assert refused.code
        return
    alone = []
    for name in (a, b):
        try:
            alone.append(_seen(PARTS[name](BASE), db))
        except Unanswerable:
            continue
    assert (both in alone) is ((a, b) in ALIKE)


def _asked(*measures: Any, by: tuple[Any, ...] = (), **parts: Any) -> MetricQuery:
    periods = parts.pop("periods", (LONG,))
    return MetricQuery(measures or (GMV,), by, Scope(periods=periods), **parts)


def _longs(direction: str = "nonzero", n: int = 1) -> Streak:
    return Streak(n, Grain.MONTH, direction, latest=False)


IN_THREE = Where("city", Op.IN, ("北京", "广州", "珠海"))
# Figures told by hand from the rows of toy.ROWS and MORE.
BY_HAND: dict[str, tuple[MetricQuery, list[tuple[Any, ...]]]] = {
    "each period against its own a year ago": (
        _asked(by=(ByPeriod(),), periods=(MAY, JUNE), compare=(YEAR,)),
        [("5月", 606.0, 18.0, (606 - 18) / 18), ("6月", 850.0, 280.0, (850 - 280) / 280)],
    ),
    "each period against the one before": (
        _asked(by=(ByPeriod(),), periods=(MAY, JUNE), compare=(POP,)),
        [("5月", 606.0, 620.0, -14 / 620), ("6月", 850.0, 406.0, (850 - 406) / 406)],
    ),
    "months move with the period though weekends come first": (
        _asked(by=(WEEKEND, MONTH), periods=(MAY,), compare=(POP,)),
        [
            ("工作日", date(2026, 5, 1), 500.0, 100.0, 4.0),
            ("周末", date(2026, 5, 1), 106.0, 520.0, -414 / 520),
        ],
    ),
    "what looks back sees the month before, what adds up does not": (
        _asked(
            by=(MONTH,),
            periods=(Period(date(2026, 5, 1), date(2026, 6, 24)),),
            windows=(Window(WindowKind.CUMULATIVE), Window(WindowKind.MOVING_AVERAGE, n=2)),
        ),
        [(date(2026, 5, 1), 606.0, 613.0, 606.0), (date(2026, 6, 1), 850.0, 728.0, 1456.0)],
    ),
    "the mean over the months is of the period alone": (
        _asked(
            by=(MONTH,),
            periods=(Period(date(2026, 5, 1), date(2026, 6, 24)),),
            having=Having(GMV, Op.LT, (Benchmark("group_average"),)),
            windows=(Window(WindowKind.MOVING_AVERAGE, n=2),),
        ),
        [(date(2026, 5, 1), 606.0, 613.0)],
    ),
    "the bucket before is there though only the first rows are asked": (
        _asked(
            by=(CITY, MONTH), periods=(SPRING,), windows=(Window(WindowKind.CHANGE),), top=Top(2)
        ),
        [
            ("深圳", date(2026, 6, 1), 625.0, 592.0, 592 / 33),
            ("北京", date(2026, 4, 1), 520.0, 520.0, None),
        ],
    ),
    "what is unknown has no place": (
        _asked(
            MetricRef("attainment"), by=(CITY,), windows=(Window(WindowKind.RANK),), keep=IN_THREE
        ),
        [("北京", 5.65, 1), ("广州", 435 / 500, 3), ("珠海", None, None)],
    ),
    "combinations are counted, those of nobody are not": (
        _asked(by=(By("province"), MONTH), periods=(MAY, JUNE), rollup=Rollup(Agg.COUNT)),
        [(6,)],
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_figures_told_by_hand(name: str, db: DuckDBEngine) -> None:
    query, expected = BY_HAND[name]
    rows = _run(query, db).rows
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        assert row == pytest.approx(wanted)


OPEN = Period(None, date(2026, 6, 1))
STOCK, BUCKET = MetricRef("stock_qty"), ByBucket("amount", edges=(90.0, 250.0))
REFUSED: dict[str, tuple[Query, str]] = {
    "weekdays of all time have no year before": (
        _asked(by=(WEEKEND,), periods=(), compare=(YEAR,)),
        "compare-needs-period",
    ),
    "an open period has none before it": (
        _asked(periods=(OPEN,), compare=(POP,)),
        "compare-needs-period",
    ),
    "newness of a narrowed measure needs a period": (
        _asked(MetricRef("gmv", Where("newness", Op.EQ, ("新客",))), periods=()),
        "needs-period",
    ),
    "newness of a contrast needs a period": (
        _asked(periods=(), contrast=Contrast("newness", "新客", "老客")),
        "needs-period",
    ),
    "nothing runs on across a gap": (
        _asked(by=(MONTH,), periods=(APRIL, JUNE), windows=(Window(WindowKind.CHANGE),)),
        "mixed",
    ),
    "no streak runs on across a gap": (
        _asked(by=(CITY,), periods=(APRIL, JUNE), streak=_longs()),
        "mixed",
    ),
    "stocks of days are no flow": (
        _asked(STOCK, by=(MONTH,), windows=(Window(WindowKind.CUMULATIVE),)),
        "mixed",
    ),
    "people of days are not people of weeks": (
        _asked(BUYERS, by=(MONTH,), windows=(Window(WindowKind.MOVING_SUM, n=2),)),
        "mixed",
    ),
    "people of cities are not people": (
        _asked(BUYERS, by=(CITY,), rollup=Rollup(Agg.SUM)),
        "mixed",
    ),
    "a share within what is not grouped": (
        _asked(by=(CITY,), windows=(Window(WindowKind.SHARE, within=("province",)),)),
        "having-needs-group",
    ),
    "an order by what is not there": (
        _asked(by=(CITY,), order=(Order("channel"),)),
        "having-needs-group",
    ),
    "an order by no measure": (_asked(by=(CITY,), order=(Order(None, 3),)), "mixed"),
    "an order by a change of nothing": (
        _asked(by=(CITY,), order=(Order(None, 0, change="rate"),)),
        "compare-needs-period",
    ),
    "a rollup of no measure": (_asked(by=(CITY,), rollup=Rollup(Agg.MAX, 3)), "mixed"),
    "a rollup of one row": (_asked(rollup=Rollup(Agg.COUNT)), "mixed"),
    "a test on a range": (_asked(by=(BUCKET,), keep=Where("amount", Op.GT, (100,))), "mixed"),
    "a comparison of nothing measured": (
        MetricQuery((), (By("channel"),), Scope(periods=(MAY,)), (POP,)),
        "mixed",
    ),
    "streaks of members ranked by a measure": (
        _asked(by=(CITY,), streak=_longs(), top=Top(1)),
        "mixed",
    ),
    "streaks in another grain": (_asked(by=(ByTime(Grain.DAY),), streak=_longs()), "mixed"),
    "rows ranked by one column and ordered by another": (
        DetailQuery(
            "orders",
            ("order_id", "amount"),
            order=(Order("order_id"),),
            top=Top(1, by=ColumnAggregate(Agg.MAX, "amount")),
        ),
        "mixed",
    ),
    "rows ranked by a metric": (DetailQuery("orders", ("order_id",), top=Top(1, by=GMV)), "mixed"),
    "the first of two sides": (
        DetailQuery("orders", ("amount",), top=Top(1), contrast=SIDES),
        "mixed",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_computed_is_refused(name: str, db: DuckDBEngine) -> None:
    query, code = REFUSED[name]
    with pytest.raises(Unanswerable) as refused:
        _run(query, db)
    assert refused.value.code == code


# What the first sentence must say, and must not.
SAID: dict[str, tuple[Query, str, str]] = {
    "the best months are ranked, not followed": (
        _asked(by=(MONTH,), top=Top(2)),
        "最高的是 2026年6月（850 元），其次 2026年4月（620 元）",
        "从",
    ),
    "months in another order are no course": (
        _asked(by=(MONTH,), periods=(SPRING,), order=(Order(),)),
        "最高的是 2026年6月（850 元），其次 2026年4月（620 元），共 3 个月",
        "从",
    ),
    "months that passed a test are listed": (
        _asked(by=(MONTH,), having=Having(GMV, Op.GT, (600.0,))),
        "共 3 个月：2026年4月、2026年5月、2026年6月",
        "从",
    ),
    "both ends of another measure": (
        _asked(GMV, ORDERS, by=(CITY,), top=Top(1, by=BUYERS, both=True), periods=(SPRING,)),
        "购买人数最高的是",
        "销售额最高的是",
    ),
    "a running share is no share of a row": (
        _asked(by=(CITY,), windows=(Window(WindowKind.CUMULATIVE_SHARE),), top=Top(2)),
        "这 2 个城市累计占",
        "（435 元，占",
    ),
    "somebody with two streaks is one": (
        _asked(by=(By("user_id"),), streak=_longs()),
        "共 3 位用户",
        "共 5",
    ),
    "a streak of everything says how long": (
        _asked(streak=_longs(n=2)),
        "共 2 段，最长的一段：销售额连续 2 个月不为零（2026年4月 至 2026年5月）",
        "销售额 606",
    ),
    "a place without a name is no city": (
        _asked(by=(CITY,), form=Form.COUNT),
        "共 5 个城市",
        "未填写",
    ),
    "the widest gap of several groups is named": (
        _asked(by=(CITY,), periods=(SPRING,), contrast=SIDES),
        "差得最多的是 深圳（APP 610 元，门店 48 元，APP 高 562 元",
        "一年 APP",
    ),
    "a yes-or-no about those who passed is no duel": (
        _asked(by=(CITY,), keep=Having(GMV, Op.GT, (658.5,)), form=Form.YES_NO),
        "有，1 个城市：上海",
        "更高",
    ),
    "later ranks are not the first": (
        DetailQuery("orders", ("order_id", "city"), order=(Order("amount"),), top=Top(2, offset=1)),
        "第 2 至 3 单订单",
        "前 2",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_the_headline_says_what_was_computed(name: str, db: DuckDBEngine) -> None:
    query, said, unsaid = SAID[name]
    assert isinstance(query, MetricQuery | DetailQuery)
    answer = compose("", query, _run(query, db), TOY)
    assert isinstance(answer, Answer)
    assert said in answer.headline
    assert unsaid not in answer.headline


def test_the_sum_of_overlapping_periods_is_no_whole(db: DuckDBEngine) -> None:
    query = _asked(by=(ByPeriod(),), periods=(SPRING, MAY, JUNE))
    answer = compose("", query, _run(query, db), TOY)
    assert isinstance(answer, Answer)
    assert not any("占" in said for said in answer.findings)


def test_a_mean_per_member_has_no_share_of_the_sum_of_means(db: DuckDBEngine) -> None:
    query = _asked(PerUnit(GMV, "user_id"), by=(CITY,))
    answer = compose("", query, _run(query, db), TOY)
    assert isinstance(answer, Answer)
    assert not any("占" in said for said in answer.findings)
