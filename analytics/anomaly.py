"""异常检测：趋势、星期和节日都扣掉以后，仍然离谱的日子、水平的改变和个别客户。

Residuals of a median level, weekday and occasion against a robust scale (seasonal-hybrid in spirit;
Hochenbaum, Vallis, Kejariwal 2017), changes of level by PELT, records by MAD. Complete periods only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlglot import exp

from analytics import anomaly_chart, words
from analytics import anomaly_words as told
from analytics.alarms import LEVELS, Alarm, Series, alarms, events, explained
from analytics.baseline import LEAST, baseline
from analytics.calendar import UNITS, is_whole
from analytics.contract import Analysis, Facts, Intent, Outcome, Param, Params, Refused
from analytics.movers import Mover, mover
from analytics.outliers import GROUP, PEOPLE_COLUMNS, Record, outliers
from semantic_layer.catalog import Format
from semantic_layer.errors import Unanswerable
from semantic_layer.query import By, ByTime, Grain, Group, Measure, MetricQuery, Period, Scope

LIMITS = {"high": 3.3, "normal": 4.0, "low": 6.0}  # robust standard deviations
FAR = {"high": 6.0, "normal": 8.0, "low": 12.0}  # of records, whose tails are longer
RECENT = 365  # days looked at when no period is said
MEMBERS = 8  # of a split
PHRASES = """
异常 异常检测 检测 检测一下 检测异常 异常分析 异常点 异常值 异常的日子 异常日 有什么异常 有哪些异常 有没有异常 有异常吗 异常波动 异常情况 异动
不正常 不正常的 不正常的地方 不正常的日子 有没有不正常的 不对劲 不对劲的地方 哪里不对劲 哪里不对 看着不对 看起来不对 数据看着不对 哪几天的数据看着不对
突然暴涨 暴涨 突然暴涨的日子 突然大涨 突增 突然暴跌 暴跌 突降 骤降 骤增 突然掉了 突然掉 突然涨了 哪天突然掉了 哪天突然涨了 有没有哪天突然掉了 有没有哪天突然涨了
突变 突变点 拐点 变点 转折点 刷单的迹象 有刷单吗 有人刷单 有没有人刷单 是否刷单 是不是刷单 在刷单 存在刷单 被刷单 刷单行为 查刷单 疑似刷单 有没有刷单 刷单嫌疑 报警 告警 离群值 离群点 波动异常
从什么时候开始变差 是从什么时候开始变差的 从什么时候开始变差的 什么时候开始变差的 从什么时候开始变好的 从什么时候开始下降的 什么时候开始下降的
"""
TRACED = 2  # events whose movers are looked for


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Each series against its own past; what rang, grouped, with who moved it."""
    grain = str(params["level"])
    first, last = _window(facts)
    named = (facts.measure,) if facts.measure is not None else facts.metrics
    every: list[Series] = []
    longest = 0
    for measure in named:
        own, points = _series(facts, measure, grain)
        longest = max(longest, points)
        every += own
    if not every:
        unit = UNITS[grain]
        return Refused(
            "too-little-data",
            f"只有 {longest} {unit}的数据，少于 {LEAST[grain]} {unit}，说不出什么是正常",
        )
    limit = LIMITS[params["sensitivity"]]
    rang = [a for s in every for a in alarms(s, grain, first, last, limit)]
    found = events(rang)
    movers = {id(a): m for a in found[:TRACED] if (m := _mover(facts, a, rang)) is not None}
    records, people = _records(facts, first, last, FAR[params["sensitivity"]], found)
    earlier = [] if found or records else _earlier(every, grain, facts.first, first, limit)
    festive = explained(every[0], grain, first, last, limit)
    t = told.Told(
        grain, limit, first, last, tuple(every), tuple(found), movers, records, festive, earlier
    )
    return Outcome(
        columns=told.COLUMNS,
        rows=told.rows(t),
        view=anomaly_chart.view(t),
        headline=told.headline(t),
        findings=told.findings(t),
        suggestions=told.suggestions(t),
        notes=told.notes(t),
        extra={"alarms": len(found) + len(records), "records": [dict(r) for r in records]},
        people=people,
        people_columns=PEOPLE_COLUMNS,
    )


def _records(
    facts: Facts, first: date, last: date, far: float, found: Sequence[Alarm]
) -> tuple[Sequence[Record], exp.Select | None]:
    """Customers far from all others; of a metric that was named, only those on days that rang."""
    if facts.by:
        return (), None
    records, people = outliers(facts, first, last, far)
    if facts.measure is not None:
        records = [r for r in records if any(a.first <= r["at"] <= a.last for a in found)]
    return records, people if records else None


def _earlier(
    every: Sequence[Series], grain: str, first: date, before: date, limit: float
) -> list[Alarm]:
    """The last alarm before a period in which nothing rang."""
    day = timedelta(days=1)
    old = [a for s in every for a in alarms(s, grain, first, before - day, limit)]
    found = [a for a in events(old) if a.kind not in LEVELS]
    return sorted(found, key=lambda a: a.first)[-1:]


def _window(facts: Facts) -> tuple[date, date]:
    """The period that was said; the last year when none was."""
    if facts.asked:
        return facts.since, facts.until
    return max(facts.first, facts.last - timedelta(days=RECENT - 1)), facts.last


def _series(facts: Facts, measure: Measure, grain: str) -> tuple[list[Series], int]:
    """Series of a metric over all the past that are long enough, and the points of the longest."""
    import numpy as np

    by = tuple(name.removeprefix("by_") for name in facts.by[:1])
    groups: tuple[Group, ...] = (ByTime(Grain(grain)), *(By(name) for name in by))
    span = Period(facts.first, facts.until + timedelta(days=1))
    try:
        result = facts.compute(MetricQuery((measure,), groups, Scope(periods=(span,))))
    except Unanswerable:
        if facts.measure is not None:
            raise
        return [], 0
    column = result.columns[-1]
    members: dict[str, list[tuple[date, float]]] = {}
    for row in result.rows:
        member = "" if not by else "未填写" if row[1] is None else str(row[1])
        if is_whole(row[0], grain, facts.until):
            members.setdefault(member, []).append((row[0], np.nan if row[-1] is None else row[-1]))
    sized = sorted(members.items(), key=lambda m: -float(np.nansum([v for _, v in m[1]])))
    out, longest = [], 0
    for member, points in sized[:MEMBERS]:
        begun = next((i for i, (_, v) in enumerate(points) if v and not np.isnan(v)), len(points))
        starts = tuple(d for d, _ in points[begun:])
        values = np.array([float(v) for _, v in points[begun:]])
        known = int(np.sum(~np.isnan(values) & (values != 0)))
        longest = max(longest, known)
        if known < LEAST[grain] or known < len(values) / 2:
            continue
        name = f"{member}的{column.label}" if member else column.label
        base = baseline(starts, values, grain, facts.festival)
        out.append(Series(name, measure, column, starts, tuple(values.tolist()), base, member))
    return out, longest


def _mover(facts: Facts, alarm: Alarm, rang: Sequence[Alarm]) -> Mover | None:
    """Who moved it, for metrics that add up and were not split already."""
    s = alarm.series
    if s.member or s.column.format is Format.PERCENT or alarm.kind in LEVELS:
        return None
    odd = [a for a in rang if a.series is s and a.kind not in LEVELS]
    skip = frozenset(
        a.first + timedelta(days=n) for a in odd for n in range((a.last - a.first).days + 1)
    )
    weeks = [alarm.first - timedelta(days=7 * n) for n in range(1, 5)]
    place = {d: i for i, d in enumerate(s.starts)}
    usual = [s.values[place[d]] for d in weeks if d in place and d not in skip]
    usual = [v for v in usual if v == v]
    factor = alarm.expected / (sum(usual) / len(usual)) if usual and sum(usual) else 1.0
    points = sum(alarm.first <= d <= alarm.last for d in s.starts)
    return mover(facts, s.measure, alarm.first, alarm.last, skip, factor, alarm.value * points)


ANALYSIS = Analysis(
    name="anomaly",
    title="异常检测",
    intent=Intent(
        phrases=words.listed(PHRASES),
        examples=(
            "最近有什么异常",
            "今年订单数有没有异常的日子",
            "近半年销售额有没有突变",
            "每周的退款率有没有异常",
            "疑似刷单的客户名单",
        ),
        not_examples=("上个月每天的订单数", "销售额最高的一天是哪天", "异地订单有多少"),
    ),
    needs=("time",),
    wants=("user", "amount", "order"),
    definition=(
        "预期 = 前后一段的中位水平 × 星期规律 × 节日大促的影响；偏离超过阈值（{sensitivity}）且超过 15% 算异常。"
        "双11、618、春节等按自己往年同一阶段或阶段内前后几天比较，只解释、不因高低本身报警。"
        "水平改变用 PELT 找，前后中位数差 20% 以上才算；个别客户按中位数和绝对中位差找。{level}看，只看完整的周期。"
        "主要来自哪里只是描述，不代表原因"
    ),
    params={
        "sensitivity": Param(
            "normal",
            "灵敏度",
            choices=(
                ("normal", ("中等灵敏度", "灵敏度中", "灵敏度正常")),
                (
                    "high",
                    words.listed(
                        "高灵敏度 灵敏度高 灵敏度调高一点 灵敏度调高 灵敏一点 灵敏一些 敏感一点 敏感一些 轻微的也算 小的也算"
                    ),
                ),
                (
                    "low",
                    words.listed(
                        "低灵敏度 灵敏度低 灵敏度调低一点 灵敏度调低 只看严重的 只要严重的 只报严重的 严重的 特别离谱的"
                    ),
                ),
            ),
        ),
        "level": Param(
            "day",
            "粒度",
            choices=(
                ("day", ("按天", "按日", "逐日", "每天", "每日")),
                ("week", ("按周", "周度", "每周", "逐周")),
                ("month", ("按月", "月度", "每月", "每个月", "逐月")),
            ),
        ),
    },
    run=run,
    measured=True,
    groups=(
        (
            GROUP,
            words.listed(
                "疑似异常下单客户 疑似刷单的客户 疑似刷单客户 疑似刷单的用户 疑似刷单用户 异常下单的客户 异常下单客户"
            ),
        ),
    ),
)
