"""复购：多少人买过第二次，隔多久，到第几天大多数人已经回来。

A purchase is an order; gaps are whole days between an order and the next one of the same person. The
rate is people with at least two orders in the period over people with any. Gaps of people who did not
come back yet are not known, so the distribution speaks of those who did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from analytics import histories, words
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Params,
    Refused,
    Suggestion,
    View,
)
from analytics.template import by_column, fill
from semantic_layer.result import Column

MIN_BUYERS, MIN_GAPS, MIN_REPEATERS = 20, 10, 30
SOON = 30  # days ahead, for the chance to buy again
GROUPS = 12
EDGES = (0, 7, 15, 30, 60, 90, 180)
NAMES = ("7 天内", "8–15 天", "16–30 天", "31–60 天", "61–90 天", "91–180 天", "180 天以上")
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.8, 0.9)

ORDERS = """
WITH orders AS (
  SELECT "user", :order AS bill, MIN(time) AS at_time, arg_min(:by, time) AS grp, SUM(:amount) AS amount
  FROM facts WHERE "user" IS NOT NULL GROUP BY 1, 2
),
placed AS (
  SELECT *, ROW_NUMBER() OVER w AS nth,
         date_diff('day', CAST(LAG(at_time) OVER w AS DATE), CAST(at_time AS DATE)) AS gap,
         FIRST_VALUE(grp) OVER w AS first_grp
  FROM orders WINDOW w AS (PARTITION BY "user" ORDER BY at_time, bill)
)
"""
PEOPLE_SQL = """,
buyers AS (
  SELECT "user", ANY_VALUE(first_grp) AS grp, COUNT(*) AS orders, AVG(gap) AS gap, MAX(at_time) AS last_at
  FROM placed GROUP BY 1
)
"""
TOTALS = (
    ORDERS
    + PEOPLE_SQL
    + """
SELECT b.grp, b.buyers, b.repeaters, b.orders, g.gaps, g.mean_gap, g.qs, g.amount FROM (
  SELECT grp, COUNT(*) AS buyers, COUNT(*) FILTER (WHERE orders > 1) AS repeaters, SUM(orders) AS orders
  FROM buyers GROUP BY 1
) AS b JOIN (
  SELECT first_grp AS grp, COUNT(gap) AS gaps, AVG(gap) AS mean_gap, quantile_cont(gap, :levels) AS qs,
         CAST(SUM(amount) AS DOUBLE) AS amount FROM placed GROUP BY 1
) AS g ON b.grp IS NOT DISTINCT FROM g.grp ORDER BY b.buyers DESC, 1
"""
)
BUCKETS = (
    ORDERS
    + """
SELECT list_sum(list_transform(:edges, lambda e: CAST(gap > e AS INTEGER))) AS bucket, COUNT(*) AS gaps
FROM placed WHERE gap IS NOT NULL GROUP BY 1
"""
)
PEOPLE = (
    ORDERS
    + PEOPLE_SQL
    + """
SELECT "user", CASE WHEN orders > 1 THEN '复购客户' ELSE '只买过一次的客户' END AS "group", orders, gap
FROM buyers ORDER BY orders DESC, "user"
"""
)
PEOPLE_COLUMNS = (
    words.measure("orders", "购买次数", "次"),
    words.measure("gap", "平均间隔", "天"),
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """The distribution of gaps; by group the rate and the median gap."""
    rows, holes = _rows_of(facts)
    totals = facts.run(fill(TOTALS, rows, **holes, levels=_numbers(LEVELS)))
    buyers = sum(t["buyers"] for t in totals)
    gaps = sum(t["gaps"] for t in totals)
    if buyers < MIN_BUYERS:
        return Refused("too-little-data", f"只有 {buyers} 位购买的客户，少于 {MIN_BUYERS} 位")
    if gaps < MIN_GAPS:
        return Refused("too-little-data", f"只有 {gaps} 次复购，少于 {MIN_GAPS} 次")
    people = fill(PEOPLE, rows, **holes)
    if facts.by:
        return _by_group(facts, totals, people)
    edges = _numbers(EDGES[1:])
    counted = {r["bucket"]: r["gaps"] for r in facts.run(fill(BUCKETS, rows, **holes, edges=edges))}
    return _spread(facts, totals[0], counted, people)


def _rows_of(facts: Facts) -> tuple[dict[str, exp.Query], dict[str, Any]]:
    """Orders with their amounts, where the model binds them."""
    order, amount = facts.has("user", "time", "order"), facts.has("user", "time", "amount")
    names = ("order",) * order + ("amount",) * amount
    holes = {
        "order": exp.column("order", quoted=True) if order else exp.column("time"),
        "amount": exp.column("amount") if amount else exp.null(),
        "by": by_column(facts.by),
    }
    return {"facts": facts.select("user", "time", *names, *facts.by)}, holes


def _numbers(values: Sequence[float]) -> exp.Expr:
    return exp.array(*(exp.Literal.number(v) for v in values))


def _spread(
    facts: Facts, total: Mapping[str, Any], counted: Mapping[int, int], people: exp.Select
) -> Outcome:
    """How the gaps are spread, from a week to more than half a year."""
    gaps, running, cells = total["gaps"], 0, []
    for i, name in enumerate(NAMES):
        n = counted.get(i, 0)
        running += n
        cells.append((name, n, n / gaps, running / gaps))
    ahead = _ahead(facts)
    rate, qs = total["repeaters"] / total["buyers"], dict(zip(LEVELS, total["qs"], strict=True))
    return Outcome(
        columns=(
            words.dimension("gap", "复购间隔"),
            words.people("times", "次数", "次"),
            words.share("share", "占比", "times"),
            words.share("running", "累计占比"),
        ),
        rows=tuple(cells),
        view=View(
            "bar",
            "gap",
            ("times",),
            title=f"一半的复购在 {words.number(qs[0.5], 0)} 天以内",
            options=(("order", "natural"),),
        ),
        findings=(
            f"平均 {words.number(total['mean_gap'], 1)} 天复购一次，中位数 {words.number(qs[0.5], 0)} 天，"
            f"八成的复购在 {words.number(qs[0.8], 0)} 天以内",
            f"{words.count(total['buyers'])} 位客户里 {words.count(total['repeaters'])} 位买过两次以上，"
            f"复购率 {words.percent(rate)}",
            *_told(ahead),
        ),
        suggestions=(
            Suggestion(
                f"在购买后第 {words.number(qs[0.5], 0)} 天前提醒复购，过了第 {words.number(qs[0.8], 0)} 天还没来就按流失风险处理",
                f"一半的复购在 {words.number(qs[0.5], 0)} 天以内，八成在 {words.number(qs[0.8], 0)} 天以内",
                "哪些客户未来30天最可能复购",
            ),
        ),
        notes=(
            "间隔分位（天）："
            + "，".join(f"P{round(k * 100)} {words.number(v, 0)}" for k, v in qs.items()),
            f"{words.count(total['orders'])} 笔订单，{words.count(gaps)} 次间隔；还没再来的人不在间隔里",
            f"截至 {facts.until.isoformat()}",
        ),
        extra={
            "total": {k: v for k, v in total.items() if k != "grp"},
            "rate": rate,
            "eighty": 0.8,
            "ahead": ahead,
        },
        people=people,
        people_columns=PEOPLE_COLUMNS,
    )


def _ahead(facts: Facts) -> Mapping[str, float]:
    """Of everybody who ever bought, inside the scope: who will buy again soon; empty when too few did."""
    known = histories.load(facts, facts.last)
    if known.repeaters < MIN_REPEATERS:
        return {}
    model, at = histories.fitted(known), (known.x, known.tx, known.age)
    everybody = float(known.n.sum())
    return {
        "days": SOON,
        "everybody": everybody,
        "alive": float(model.alive(*at) @ known.n) / everybody,
        "buyers": float(model.comes(SOON, *at) @ known.n),
        "orders": float(model.expected(SOON, *at) @ known.n),
    }


def _told(ahead: Mapping[str, float]) -> tuple[str, ...]:
    if not ahead:
        return ()
    return (
        f"按 BG/NBD，历史上买过的 {words.count(ahead['everybody'])} 位客户，{words.still_active(ahead['alive'])}，"
        f"未来 {SOON} 天预计 {words.count(ahead['buyers'])} 位再买，共 {words.count(ahead['orders'])} 次",
    )


def _by_group(facts: Facts, totals: Sequence[Mapping[str, Any]], people: exp.Select) -> Outcome:
    """Rate and median gap of each group, by the attribute of the first order."""
    listed = totals[:GROUPS]
    middle = LEVELS.index(0.5)
    cells = tuple(
        (
            t["grp"],
            t["buyers"],
            t["repeaters"],
            t["repeaters"] / t["buyers"],
            t["orders"] / t["buyers"],
            t["qs"][middle] if t["qs"] else None,
        )
        for t in listed
    )
    ranked = sorted((c for c in cells if c[1] >= MIN_BUYERS), key=lambda c: (-c[3], c[0])) or cells
    high, low = ranked[0], ranked[-1]
    return Outcome(
        columns=_group_columns(facts),
        rows=cells,
        view=View(
            "hbar", "grp", ("rate",), title=f"{high[0]}的复购率最高，{words.percent(high[3])}"
        ),
        findings=(
            f"{high[0]}的复购率最高，{words.percent(high[3])}；{low[0]}最低，{words.percent(low[3])}",
            f"{high[0]}人均买 {words.number(high[4])} 次，{low[0]}人均 {words.number(low[4])} 次",
        ),
        suggestions=(
            Suggestion(
                f"把{high[0]}的首单权益和回访节奏搬到{low[0]}试一个月，看复购率是否跟上",
                f"两者复购率 {words.percent(high[3])} 和 {words.percent(low[3])}",
            ),
        ),
        notes=("按第一笔订单归组", f"截至 {facts.until.isoformat()}"),
        people=people,
        people_columns=PEOPLE_COLUMNS,
    )


def _group_columns(facts: Facts) -> tuple[Column, ...]:
    return (
        words.dimension("grp", facts.label(facts.by[0]), facts.by[0].removeprefix("by_")),
        words.people("buyers", "购买人数"),
        words.people("repeaters", "复购人数"),
        words.share("rate", "复购率"),
        words.measure("orders", "人均购买次数", "次"),
        words.measure("gap", "间隔中位数", "天"),
    )


ANALYSIS = Analysis(
    name="repeat",
    title="复购分析",
    intent=Intent(
        phrases=words.listed(
            "复购分析 复购率 回购率 复购间隔 复购周期 复购间隔分布 用户复购间隔 客户复购间隔 复购时间间隔 购买间隔 回购周期 回购间隔 "
            "平均多少天复购一次 平均多久复购一次 多少天复购一次 多久复购一次 多久会复购 多久回购一次 平均多久买一次 "
            "多少天买一次 多久买一次 隔多久再买 隔多久复购 隔多久会再买 复购规律 复购情况 复购行为 复购曲线 "
            "购买周期 一般隔多久回来 隔多久回来 隔多久回来买 回来买第二次 一般隔多久回来买第二次 隔多久回来买第二次 两次购买之间 "
            "两次购买之间平均隔几天 平均隔几天 隔几天再买 买完多久会再来 买完多久再来 买完多久会再买 多久会再来 多久再来 "
            "第二次购买通常在多少天以后 第二次购买在多少天以后 第二次购买通常在 第二次购买在"
        ),
        examples=(
            "平均多少天复购一次",
            "用户复购间隔的分布",
            "今年各渠道的复购分析",
            "华东的用户多久复购一次",
            "只买过一次的客户名单",
        ),
        not_examples=("复购率是多少", "上个月的复购人数", "各城市的复购率"),
    ),
    needs=("user", "time"),
    wants=("order", "amount"),
    definition=(
        "一段时间内至少 2 笔订单的人 ÷ 有订单的人为复购率；间隔是同一个人相邻两笔订单相差的整天数，"
        "还没有再买的人不计入间隔。按渠道等拆分时按第一笔订单归组"
    ),
    run=run,
    groups=(
        ("复购客户", ("复购客户名单", "复购用户名单", "复购客户")),
        ("只买过一次的客户", ("只买过一次的客户", "只买过一次的用户", "没有复购的客户")),
    ),
)
