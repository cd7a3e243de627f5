"""LTV：新客首购后 N 天内花了多少，还会再花多少，多久收回获客成本。

Past value is counted: money within N days of the first purchase, over customers who have had these N
days. Future value is predicted from how often, how recently and for how much they bought (BG/NBD times
Gamma-Gamma, Fader, Hardie and Lee 2005), discounted. Customers are those whose first purchase lies in the
period; their later purchases count whenever they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from analytics import acquisition, bgnbd, gammagamma, histories, words
from analytics import lifetime_words as told
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
)
from analytics.lifetime import futures
from analytics.lifetime_words import NAMES, TOP, Ahead, Asked, Reach
from analytics.template import by_column, fill
from semantic_layer.catalog import Direction
from semantic_layer.expressions import literal
from semantic_layer.result import Column

MIN_BUYERS, MIN_REPEATERS, MIN_GROUP = 20, 30, 20
GROUPS = 30

PAST = (
    histories.BUYERS
    + """
SELECT COUNT(*) AS people, :segment AS segment, AVG(opening) AS opening, SUM(total) / COUNT(*) AS so_far,
       COUNT(*) FILTER (WHERE x > 0) / COUNT(*) AS again_share
FROM buyers WHERE opened BETWEEN :since AND :until GROUP BY 2 ORDER BY 1 DESC, 2
"""
)
CURVE = (
    histories.BUYERS
    + """,
ripe AS (SELECT "user", opened, :segment AS segment FROM buyers
         WHERE opened BETWEEN :since AND :until AND date_diff('day', opened, :last) >= :window - 1),
size AS (SELECT segment, COUNT(*) AS ripe FROM ripe GROUP BY 1)
SELECT date_diff('day', opened, day) AS day, ripe.segment, ANY_VALUE(size.ripe) AS ripe, SUM(amount) AS amount
FROM ripe JOIN days USING ("user") JOIN size ON size.segment IS NOT DISTINCT FROM ripe.segment
WHERE date_diff('day', opened, day) < :window GROUP BY 1, 2 ORDER BY 2, 1
"""
)
PEOPLE = (
    histories.BUYERS
    + f""",
{bgnbd.PACE},
live AS (
  SELECT "user", x, age, total, again, {bgnbd.ALIVE_SQL} AS alive
  FROM buyers WHERE opened BETWEEN :since AND :until
),
ahead AS (
  SELECT "user", total, alive, alive * pace AS orders, alive * pace * {gammagamma.SPEND_SQL} AS value
  FROM live JOIN pace USING (x, age)
),
cut AS (SELECT quantile_cont(value, :top) AS high, quantile_cont(value, 0.5) AS half FROM ahead)
SELECT "user", CASE WHEN value >= high THEN :first WHEN value >= half THEN :second ELSE :third END AS "group",
       total, alive, orders, value FROM ahead CROSS JOIN cut ORDER BY value DESC, "user"
"""
)
PEOPLE_COLUMNS = (
    words.amount("total", "至今消费"),
    words.share("alive", "仍活跃概率"),
    words.measure("orders", "预计购买次数", "次"),
    words.amount("value", "预测价值"),
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Past and future value per cohort (or group), and for everybody."""
    asked = _asked(params)
    rows, holes = histories.holes(facts, facts.last, by_column(facts.by) if facts.by else None)
    holes |= {
        "since": facts.since,
        "until": facts.until,
        "window": asked.window,
        "segment": _segment(facts),
    }
    past = facts.run(fill(PAST, rows, **holes))
    people = sum(p["people"] for p in past)
    if people < MIN_BUYERS:
        return Refused("too-little-data", f"只有 {people} 位新客，少于 {MIN_BUYERS} 位")
    early = acquisition.curves(facts.run(fill(CURVE, rows, **holes)))
    ahead = _ahead(facts, asked)
    groups = [p["segment"] for p in past] if facts.by else None
    costs = acquisition.costs(facts, groups, facts.since, facts.until)
    reach = Reach(costs, acquisition.margin(facts) if costs else None)
    listed = past[:GROUPS] if facts.by else sorted(past, key=lambda p: p["segment"])
    lines = [_line(p, early, ahead, reach) for p in listed]
    whole = _line(_all(past), early, ahead, reach)
    columns = [c for c in _columns(facts, asked) if any(r.get(c.name) is not None for r in lines)]
    return Outcome(
        columns=tuple(columns),
        rows=tuple(tuple(line.get(c.name) for c in columns) for line in lines),
        view=told.view(facts, asked, lines, whole),
        findings=told.findings(asked, lines, whole),
        suggestions=told.suggestions(asked, lines, whole),
        notes=told.notes(facts, asked, ahead, reach, lines),
        extra={
            "whole": whole,
            "model": histories.parameters(ahead.model, ahead.money) if ahead else {},
            "window": asked.window,
            "horizon": asked.horizon,
            "apart": told.apart(lines),
            "elsewhere": told.elsewhere(reach, lines),
            "interval": 0.9,
            "top": 1 - TOP,
            "test": [ahead.test.predicted, ahead.test.actual] if ahead and ahead.test else [],
        },
        people=_people(rows, holes, ahead, asked),
        people_columns=PEOPLE_COLUMNS,
    )


def _asked(params: Params) -> Asked:
    window, horizon = (max(1, round(float(params[n]))) for n in ("window", "horizon"))
    return Asked(window, horizon, float(params["discount"]))


def _segment(facts: Facts) -> exp.Expr:
    """What the question groups by, or else the month of the first purchase."""
    if facts.by:
        return exp.column("grp")
    return exp.func("strftime", exp.column("opened"), exp.Literal.string("%Y-%m"))


def _ahead(facts: Facts, asked: Asked) -> Ahead | None:
    """Fitted to everybody's histories, said of the new customers of the period. None when too few came back."""
    by = by_column(facts.by) if facts.by else None
    inside = exp.column("opened").between(literal(facts.since), literal(facts.until))
    known = histories.load(facts, facts.last, by, exp.Case().when(inside, _segment(facts)))
    if known.repeaters < MIN_REPEATERS:
        return None
    model = histories.fitted(known)
    money, tied = histories.spend(facts, facts.last)
    return Ahead(
        model,
        money,
        tied,
        futures(known, model, money, asked.horizon, asked.discount),
        histories.backtest(facts, min(asked.horizon, (facts.last - facts.first).days // 3), model),
    )


def _all(past: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Everybody, from the groups."""
    people = sum(p["people"] for p in past)
    means = {
        name: sum(p[name] * p["people"] for p in past) / people
        for name in ("opening", "so_far", "again_share")
    }
    return {"segment": None, "people": people, **means}


def _line(
    past: Mapping[str, Any],
    early: Mapping[Any, acquisition.Curve],
    ahead: Ahead | None,
    reach: Reach,
) -> dict[str, Any]:
    """One row: the past, the first days, the future and the cost of one segment (None: everybody)."""
    segment, line = past["segment"], dict(past)
    if (curve := early.get(segment)) is not None:
        line |= {"ripe": curve.people, "early": curve.mean}
    if ahead is not None and (future := ahead.futures.get(segment)) is not None:
        line |= {"future": future.value, "low": future.low, "high": future.high}
        line |= {"orders": future.orders, "alive": future.alive}
    if (cost := reach.costs.get(segment)) is not None:
        line["cac"] = cost / past["people"]
        if curve is not None:
            line["payback"] = curve.payback(line["cac"], reach.margin or 1.0)
            line["ratio"] = curve.mean * (reach.margin or 1.0) / line["cac"]
    return line


def _people(
    rows: Mapping[str, exp.Query], holes: Mapping[str, Any], ahead: Ahead | None, asked: Asked
) -> exp.Select | None:
    if ahead is None:
        return None
    money = {"p": ahead.money.p, "q": ahead.money.q, "v": ahead.money.v}
    names = dict(zip(("first", "second", "third"), NAMES, strict=True))
    return fill(
        PEOPLE, rows, **holes, **names, **money, **ahead.model.holes(asked.horizon), top=TOP
    )


def _columns(facts: Facts, asked: Asked) -> tuple[Column, ...]:
    by = facts.by[0] if facts.by else ""
    return (
        words.dimension("segment", facts.label(by), by.removeprefix("by_"))
        if by
        else words.dimension("segment", "首购月份"),
        words.people("people", "新客数"),
        words.amount("opening", "首日人均"),
        words.amount("early", f"{asked.window} 天 LTV"),
        words.share("again_share", "复购比例"),
        words.amount("so_far", "至今人均"),
        words.amount("future", f"未来 {asked.horizon} 天预测"),
        words.amount("low", "预测下限"),
        words.amount("high", "预测上限"),
        words.amount("cac", "获客成本"),
        words.measure("payback", "回本天数", "天", Direction.DOWN),
        words.measure("ratio", "LTV:CAC"),
    )


ANALYSIS = Analysis(
    name="ltv",
    title="客户生命周期价值",
    intent=Intent(
        phrases=words.listed(
            "LTV CLV CLTV LTV最高 LTV最低 LTV是不是最高 LTV排名 LTV对比 LTV预测 预测LTV 预测客户生命周期价值 预测用户生命周期价值 "
            "客户生命周期价值预测 客户生命周期价值 用户生命周期价值 生命周期价值 会员生命周期价值 终身价值 客户终身价值 用户终身价值 "
            "顾客终身价值 客户终身值多少钱 用户终身值多少钱 客户预测价值 用户预测价值 预测价值 LTV/CAC LTVCAC LTV比CAC "
            "CAC回收期 CAC回本 CAC回本周期 获客回本 获客回本周期 获客成本回收期 获客多久能回本 获客多久回本 多久能回本 多久回本 "
            "几天能回本 几天回本 多少天回本 回本周期 回本天数 回收期 首购后能花多少钱 能带来多少价值 能给我们带来多少钱 "
            "能带来多少钱 值多少钱 能花多少钱"
        ),
        examples=(
            "新客90天LTV是多少",
            "各注册渠道用户的生命周期价值",
            "去年新客的180天LTV",
            "预测未来一年的客户生命周期价值",
            "未来高价值客户名单",
        ),
        not_examples=("获客成本是多少", "客单价", "上个月的新客数", "用户生命周期分层"),
    ),
    needs=("user", "time", "amount"),
    wants=("order", "cost"),
    definition=(
        "N 天 LTV 是首购当天起 {window}内的人均消费，只算已满这么多天的新客；至今人均是首购以来的全部消费。"
        "未来价值用 BG/NBD 预测购买次数、Gamma-Gamma 预测单次金额，预测 {horizon}，年折现率 {discount}；"
        "没有分组时按首购月份"
    ),
    params={
        "window": Param(
            90,
            "LTV 天数",
            (
                "{}(ltv)",
                "{}(呢)",
                "改成{}",
                "换成{}",
                "{}的(ltv)",
                "{}clv",
                "ltv{}",
                "首购后{}",
                "首购{}内",
                "{}内",
                "前{}",
                "首{}",
                "{}(能)",
                "{}(值多少钱)",
                "{}生命周期价值(",
            ),
            low=1,
            high=3650,
            unit="天",
        ),
        "horizon": Param(
            365,
            "预测天数",
            ("未来{}", "往后{}", "预测未来{}", "预测{}", "今后{}", "接下来{}", "之后{}", "后面{}"),
            low=7,
            high=1825,
            unit="天",
        ),
        "discount": Param(0.1, "年折现率", ("折现率", "贴现率", "年折现率"), high=0.5, unit="%"),
    },
    run=run,
    groups=tuple((name, (name, name.replace("客户", "用户"))) for name in NAMES),
)
