"""漏斗：有序事件在窗口内走到第几步，每步的转化、用时和停在这一步的人。

A user reaches step k if events s1 … sk exist in this order with tk − t1 inside the window: the longest
chain over all starts, as ClickHouse's ``windowFunnel``. Equal times count as in order. The latest start
that still reaches a step leaves the most room for the next, so one running maximum a step is exact.
*increase* wants later times, *strict* the steps one right after the other, *any* any order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlglot import exp

from analytics import dropping, funnel_trend, words
from analytics import funnel_options as asked
from analytics.chains import levels
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
    Suggestion,
    View,
)
from analytics.funnel_options import DONE, DROPPED, LOST
from analytics.template import fill
from semantic_layer.result import Column

MIN_PEOPLE = 20
GROUPS = 8
MOST = 8  # steps
USUAL = 90  # days, where the question says no period
PEOPLE_COLUMNS = (words.measure("level", "走到第几步"), words.dimension("last_step", "停在"))

COUNTED = """
SELECT grp, k, COUNT(*) AS people, AVG(took[k]) AS mean_time, MEDIAN(took[k]) AS median_time
FROM users CROSS JOIN (SELECT UNNEST(range(1, :n + 1)) AS k) WHERE level >= k GROUP BY 1, 2 ORDER BY 1, 2
"""
PEOPLE = """
SELECT uid AS "user", CASE WHEN level >= :n THEN :done ELSE :lost END AS "group", level, :names[level] AS last_step
FROM users WHERE uid IS NOT NULL ORDER BY level DESC, uid
"""


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """One SELECT: how far everybody came, counted by step and group."""
    steps = tuple(dict.fromkeys(params["steps"] or facts.steps))[:MOST]
    if len(steps) < 2:
        return Refused("missing-role", "漏斗步骤")
    since = facts.since
    if not facts.asked:
        since = max(since, facts.until - timedelta(days=USUAL - 1))
    rules = asked.rules(params)
    if rules.exclude and rules.mode == "any":
        return Refused("not-supported-yet", "在不分先后的漏斗里排除两步之间的行为")
    if set(rules.exclude) & set(steps):
        return Refused("not-supported-yet", "把漏斗里的步骤同时当作要排除的行为")
    users = levels(facts, steps, rules, since)
    if grain := asked.trend(params, (facts.until - since).days):
        return funnel_trend.run(facts, steps, replace(rules, grain=grain), since, users)
    if params["focus"] == "differ":
        return dropping.run(facts, users, steps, since)
    found = facts.run(fill(COUNTED, {"users": users}, n=len(steps)))
    groups = _groups(found, len(steps), bool(facts.by))
    if not groups or groups[0][1][0]["people"] < MIN_PEOPLE:
        have = groups[0][1][0]["people"] if groups else 0
        return Refused("too-little-data", f"第一步只有 {have} 人，少于 {MIN_PEOPLE} 人")
    unordered = params["mode"] == "any"
    told = tuple(f"任意 {k} 步" for k in range(1, len(steps) + 1)) if unordered else steps
    rows = tuple(row for name, cells in groups for row in _rows(name, cells, told))
    names = exp.array(*(exp.Literal.string(s) for s in told))
    return Outcome(
        columns=_columns(facts),
        rows=rows if facts.by else tuple(row[1:] for row in rows),
        view=_view(facts, rows),
        findings=_findings(rows, told, bool(facts.by)),
        suggestions=_suggestions(rows),
        notes=_notes(facts, params, since),
        extra={"steps": len(steps), "lost": [r[3] - n[3] for r, n in _pairs(rows)]},
        people=fill(PEOPLE, {"users": users}, n=len(steps), names=names, done=DONE, lost=LOST),
        people_columns=PEOPLE_COLUMNS,
    )


# ── cells ─────────────────────────────────────────────────────────────────────────────────────

Cell = Mapping[str, Any]
Group = tuple[str, list[Cell]]


def _groups(found: Sequence[Cell], n: int, grouped: bool) -> list[Group]:
    """Cells of every step, a missing one as nobody; groups by size."""
    cells: dict[str, dict[int, Cell]] = {}
    for row in found:
        cells.setdefault(row["grp"] if grouped else "", {})[row["k"]] = row
    nobody: Cell = {"people": 0, "mean_time": None, "median_time": None}
    groups = [
        (g, [by_step.get(k, nobody) for k in range(1, n + 1)]) for g, by_step in cells.items()
    ]
    return sorted(groups, key=lambda g: (-g[1][0]["people"], g[0]))[:GROUPS]


def _rows(name: str, cells: Sequence[Cell], steps: Sequence[str]) -> list[tuple[Any, ...]]:
    """(group, step, number of the step, people, of the step before, of the first, hours between)."""
    out: list[tuple[Any, ...]] = []
    first = cells[0]["people"]
    for k, (step, cell) in enumerate(zip(steps, cells, strict=True), start=1):
        before = cells[k - 2]["people"] if k > 1 else None
        people = cell["people"]
        times = [None if cell[t] is None else cell[t] / 60 for t in ("median_time", "mean_time")]
        rate = people / before if before else None
        out.append((name, step, k, people, rate, people / first if first else None, *times))
    return out


def _columns(facts: Facts) -> tuple[Column, ...]:
    columns = (
        words.dimension("step", "步骤"),
        words.measure("k", "第几步"),
        words.people("people"),
        words.share("step_rate", "上一步转化率"),
        words.share("total_rate", "总转化率"),
        words.measure("median_time", "距上一步中位用时", "分钟"),
        words.measure("mean_time", "距上一步平均用时", "分钟"),
    )
    if not facts.by:
        return columns
    source = facts.by[0].removeprefix("by_")
    return (words.dimension("grp", facts.label(facts.by[0]), source), *columns)


# ── in words ──────────────────────────────────────────────────────────────────────────────────

Row = tuple[Any, ...]


def _pairs(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Every step with the next one of the same group."""
    return [(a, b) for a, b in pairwise(rows) if a[0] == b[0]]


def _worst(rows: Sequence[Row]) -> tuple[Row, Row]:
    """The step that loses most of those who came to it."""
    group = [r for r in rows if r[0] == rows[0][0]]
    return min(_pairs(group), key=lambda p: p[1][4] if p[1][4] is not None else 1)


def _view(facts: Facts, rows: Sequence[Row]) -> View:
    last = max(r[2] for r in rows)
    if facts.by:
        return View("grouped", "step", ("total_rate",), "grp", title="各步的总转化率")
    whole = next(r for r in rows if r[2] == last)
    return View("funnel", "step", ("people",), title=f"总转化率 {words.percent(whole[5])}")


def _findings(rows: Sequence[Row], steps: Sequence[str], grouped: bool) -> tuple[str, ...]:
    ends = [r for r in rows if r[2] == len(steps)]
    if grouped:
        high, low = max(ends, key=lambda r: r[5] or 0), min(ends, key=lambda r: r[5] or 0)
        said = [
            f"{high[0]}的总转化率最高，{words.percent(high[5])}；{low[0]}最低，{words.percent(low[5])}"
        ]
        steepest = min(
            (b for _, b in _pairs(rows) if b[4] is not None), key=lambda r: r[4], default=None
        )
        if steepest is not None:
            said.append(
                f"最低的一步是{steepest[0]}的{steepest[1]}，只有上一步的 {words.percent(steepest[4])}"
            )
        return tuple(said)
    first, last = rows[0], ends[0]
    before, after = _worst(rows)
    said = [
        f"从{first[1]}到{last[1]}，{words.count(first[3])} 人剩 {words.count(last[3])} 人，总转化率 {words.percent(last[5])}",
        f"流失最多的一步是{before[1]}到{after[1]}，少了 {words.count(before[3] - after[3])} 人，转化率 {words.percent(after[4])}",
    ]
    slow = max((r for r in rows if r[6] is not None), key=lambda r: r[6], default=None)
    if slow is not None:
        said.append(f"最慢的一步是{slow[1]}，中位用时 {words.number(slow[6], 1)} 分钟")
    return tuple(said)


def _suggestions(rows: Sequence[Row]) -> tuple[Suggestion, ...]:
    before, after = _worst(rows)
    name = f"{before[0]}的" if before[0] else ""
    return (
        Suggestion(
            f"先查{name}{before[1]}到{after[1]}这一步：看端、版本和渠道有没有差别，再对停在这里的人发提醒",
            f"这一步 {words.count(before[3])} 人只剩 {words.count(after[3])} 人，转化率 {words.percent(after[4])}",
            "漏斗流失用户名单",
        ),
    )


def _notes(facts: Facts, params: Params, since: date) -> tuple[str, ...]:
    usual = "" if facts.asked else f"没有说时间，看近 {USUAL} 天："
    said = [
        f"{usual}第一步在 {since.isoformat()} 至 {facts.until.isoformat()}，之后的步骤可以落在窗口内的后几天"
    ]
    if facts.until + timedelta(days=float(params["window"])) > facts.last:
        said.append("最近几天开始的人窗口还没走完，转化率会再高一点")
    if params["exclude"]:
        said.append(
            f"两步之间做过{'、'.join(params['exclude'])}的尝试作废，第一步也不算；这个人另有干净的尝试仍然算"
        )
    if facts.has("visitor", "user", "event", "time"):
        said.append("人数含没有登录的访客，名单里只有登录的人")
    return tuple(said)


DIFFER = words.listed(
    "流失的人有什么不同 流失的人有什么不一样 流失的人有什么特点 流失的人有什么特征 流失的都是什么人 流失的都是些什么人 "
    "停下的人有什么不同 没走完的人有什么不同 没走完的人有什么特点 没走完的都是什么人 哪些人容易流失在"
)

ANALYSIS = Analysis(
    name="funnel",
    title="转化漏斗",
    intent=Intent(
        phrases=words.listed(
            "漏斗 漏斗分析 转化漏斗 漏斗转化 漏斗图 行为漏斗 购买漏斗 转化漏斗分析 转化路径漏斗 各步转化 各步转化率 "
            "各步骤转化率 每步转化 每步转化率 每一步转化率 每一步的转化率 每步的转化率 每一步转化 每一步流失 每步流失 "
            "每一步流失了多少人 每步流失了多少人 每一步流失多少人 各环节转化率 各环节转化 各环节流失 哪一步流失最多 "
            "哪一步流失最严重 哪步流失最多 在哪一步流失 funnel"
        ),
        examples=(
            "浏览→加购→下单→支付的转化漏斗",
            "上周从加购到支付每一步流失了多少人",
            "各渠道的转化漏斗",
            "近30天的漏斗，1天窗口",
            "上个月不分先后的漏斗分析",
            "漏斗流失用户名单",
        ),
        not_examples=("上个月的支付转化率", "加购率", "流失用户有多少"),
    ),
    needs=("event", "time"),
    wants=("visitor", "user"),
    definition=(
        "一个人{mode}做到第 k 步，且距第一步不超过 {window}，算到达第 k 步；多次尝试取走得最远的一次。"
        "上一步转化率是这步人数除以上步人数，总转化率除以第一步人数；同一时刻的行为算先后；{repeats}；分组按{touch}"
    ),
    params={
        "steps": Param((), "步骤", role="event"),
        "window": Param(
            7,
            "转化窗口",
            (
                "{}窗口内",
                "{}窗口",
                "{}的窗口",
                "窗口{}",
                "窗口期{}",
                "{}内完成",
                "{}内转化",
                "{}内算数",
                "{}内算",
                "{}内的(转化)",
            ),
            low=0.0006,
            high=365,
            unit="天",
        ),
        "mode": asked.MODES,
        "repeats": asked.REPEATS,
        "exclude": asked.EXCLUDED,
        "grain": asked.GRAINS,
        "trend": asked.TREND,
        "touch": asked.TOUCH,
        "focus": Param("rates", "看什么", choices=(("rates", ("各步转化",)), ("differ", DIFFER))),
    },
    run=run,
    groups=(
        (LOST, (LOST, "漏斗流失的人", "没走完漏斗的用户", *DROPPED)),
        (DONE, (DONE, "走完漏斗的用户")),
    ),
)
