"""生命周期：每期的新增、留存、回流、沉默人数；或按多久没来分成新客、活跃、沉睡、流失。

Flow is PostHog's: new in the first period ever, returning when active in the period before too,
resurrecting when not, dormant (below zero) in the first period of silence. Stages are ``stages.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlglot

from analytics import calendar, words
from analytics.bits import HELD, holes_of, zero_of
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
from analytics.stages import STAGES, by_stage
from analytics.template import fill

MIN_PEOPLE = 20
SHOWN = {"day": 31, "week": 26, "month": 24}
STATES = ("新增", "留存", "回流", "沉默")
NEXT = {"day": "to_days(1)", "week": "to_days(7)", "month": "to_months(1)"}

SEEN = """
WITH seen AS (
  SELECT "user", CAST(date_trunc(:grain, time) AS DATE) AS p FROM facts WHERE "user" IS NOT NULL GROUP BY 1, 2
),
beside AS (
  SELECT *, LAG(p) OVER (PARTITION BY "user" ORDER BY p) AS before,
         LEAD(p) OVER (PARTITION BY "user" ORDER BY p) AS after, CAST(p + :step AS DATE) AS following FROM seen
),
states AS (
  SELECT "user", p, CASE WHEN before IS NULL THEN '新增' WHEN date_diff(:grain, before, p) = 1 THEN '留存'
                         ELSE '回流' END AS state FROM beside
  UNION ALL
  SELECT "user", following, '沉默' FROM beside WHERE (after IS NULL OR after > following) AND following <= :until
)
"""
FLOW = (
    SEEN
    + "SELECT p, state, COUNT(*) AS people FROM states WHERE p BETWEEN :since AND :until GROUP BY 1, 2"
)
# The same from one number a person (``bits.py``): ``kept`` are the bits of this period and the one before.
SHAPES = (
    HELD
    + """
shapes AS (SELECT held, COUNT(*) AS people FROM people GROUP BY 1),
states AS (
  SELECT k, people, CASE WHEN k = 0 THEN (held & 1) * 2 ELSE (held >> (k - 1)) & 3 END AS kept,
         held & ((CAST(1 AS BIGINT) << k) - 1) AS earlier
  FROM shapes CROSS JOIN range(:low, :high + 1) AS r(k)
)
SELECT k, CASE WHEN kept = 1 THEN '沉默' WHEN kept = 3 THEN '留存' WHEN earlier = 0 THEN '新增' ELSE '回流' END AS state,
       CAST(SUM(people) AS BIGINT) AS people
FROM states WHERE kept > 0 GROUP BY 1, 2
"""
)
FLOW_PEOPLE = (
    SEEN
    + """SELECT "user", state || '用户' AS "group", p AS since FROM states WHERE p = :last ORDER BY 1"""
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """The flow of a period, or where everybody stands today."""
    names = ("user", "event", "time") if params["activity"] == "event" else ("user", "time")
    if not facts.has(*names):
        return Refused("missing-role", "行为事件")
    rows = {"facts": facts.select(*names, span="until")}
    return (
        by_stage(facts, params, rows) if params["view"] == "stage" else _flow(facts, params, rows)
    )


def _by_bits(
    facts: Facts, rows: Mapping[str, Any], grain: str, since: date
) -> dict[tuple[date, str], int] | None:
    """(period, state) → people; None where the periods do not fit into one number."""
    if (zero := zero_of(facts, rows, grain)) is None:
        return None
    starts = list(calendar.periods(zero, facts.until, grain))
    low = next((k for k, p in enumerate(starts) if p >= since), len(starts))
    holes = {"low": low, "high": len(starts) - 1}
    found = facts.run(fill(SHAPES, rows, **holes_of(zero, grain), **holes))
    return {(starts[r["k"]], r["state"]): r["people"] for r in found}


# ── flow ──────────────────────────────────────────────────────────────────────────────────────


def _flow(facts: Facts, params: Params, rows: Mapping[str, Any]) -> Outcome | Refused:
    grain = params["grain"]
    since = calendar.start_of(facts.since, grain)
    if facts.since <= facts.first:
        latest = calendar.start_of(facts.until, grain)
        since = max(since, calendar.shifted(latest, 1 - SHOWN[grain], grain))
    holes = {
        "grain": grain,
        "step": sqlglot.parse_one(NEXT[grain], dialect="duckdb"),
        "since": since,
        "until": facts.until,
        "last": calendar.start_of(facts.until, grain),
    }
    found = _by_bits(facts, rows, grain, since) or {
        (r["p"], r["state"]): r["people"] for r in facts.run(fill(FLOW, rows, **holes))
    }
    if sum(found.values()) < MIN_PEOPLE:
        return Refused("too-little-data", f"这段时间不到 {MIN_PEOPLE} 人")
    starts = list(calendar.periods(since, facts.until, grain))
    cells = [
        (p, s, found.get((p, s), 0) * (-1 if s == "沉默" else 1)) for p in starts for s in STATES
    ]
    whole = [p for p in starts if calendar.is_whole(p, grain, facts.until)] or starts
    last = {s: found.get((whole[-1], s), 0) for s in STATES}
    one = len(starts) == 1
    return Outcome(
        columns=(
            words.moment("p", "时间"),
            words.dimension("state", "状态"),
            words.people("people"),
        ),
        rows=tuple(cells),
        view=View(
            "bar",
            "state",
            ("people",),
            title="新增、留存、回流和沉默",
            options=(("order", "natural"),),
        )
        if one
        else View("stacked", "p", ("people",), "state", title="每期新增、留存、回流和沉默"),
        findings=_flow_findings(found, whole, last, grain),
        suggestions=_flow_suggestions(last),
        notes=_flow_notes(facts, grain, starts),
        extra={"last": list(last.values()), "quick": _quick(last)},
        people=fill(FLOW_PEOPLE, rows, **holes),
        people_columns=(words.moment("since", "所在周期"),),
    )


def _quick(last: Mapping[str, int]) -> float | None:
    """Came for every one who went silent: above one the base grows."""
    return (last["新增"] + last["回流"]) / last["沉默"] if last["沉默"] else None


def _flow_findings(
    found: Mapping[Any, int], whole: Sequence[Any], last: Mapping[str, int], grain: str
) -> tuple[str, ...]:
    at = calendar.name(whole[-1], grain)
    said = [
        f"{at} 新增 {words.count(last['新增'])} 人，留存 {words.count(last['留存'])} 人，"
        f"回流 {words.count(last['回流'])} 人，沉默 {words.count(last['沉默'])} 人"
    ]
    if (quick := _quick(last)) is not None:
        how = "在增长" if quick > 1 else "在缩小"
        said.append(f"新增加回流是沉默的 {words.number(quick)} 倍，活跃人群{how}")
    if len(whole) > 2:
        best = max(whole, key=lambda p: found.get((p, "回流"), 0))
        back = words.count(found.get((best, "回流"), 0))
        said.append(f"回流最多的是 {calendar.name(best, grain)}，{back} 人")
    return tuple(said)


def _flow_suggestions(last: Mapping[str, int]) -> tuple[Suggestion, ...]:
    if not last["沉默"]:
        return ()
    return (
        Suggestion(
            "对刚沉默的用户在一期之内发召回，越晚越难唤回",
            f"沉默 {words.count(last['沉默'])} 人，同期回流只有 {words.count(last['回流'])} 人",
            "用户生命周期分层",
        ),
    )


def _flow_notes(facts: Facts, grain: str, starts: Sequence[date]) -> tuple[str, ...]:
    said = [f"截至 {facts.until.isoformat()}"]
    if not calendar.is_whole(starts[-1], grain, facts.until):
        said.append("最后一期还没有走完，沉默会偏多")
    return tuple(said)


ANALYSIS = Analysis(
    name="lifecycle",
    title="用户生命周期",
    intent=Intent(
        phrases=words.listed(
            "生命周期 用户生命周期 客户生命周期 用户生命周期分析 生命周期分析 新增留存回流沉默 新增、留存、回流、沉默 "
            "新增、留存、回流、沉默用户 新增留存回流 新增、留存、回流 回流用户数 回流人数 回流用户 回流 lifecycle"
        ),
        examples=(
            "本月新增、留存、回流、沉默用户各多少",
            "用户生命周期分层看一下",
            "近12周每周的用户生命周期",
            "生命周期分层，流失阈值120天",
            "今年每月的回流用户",
            "沉睡阶段用户名单",
        ),
        not_examples=("新增用户数", "沉睡用户有多少", "流失用户名单"),
    ),
    needs=("user", "time"),
    wants=("event",),
    splits=False,
    definition=(
        "{activity}即活跃。新增是第一次活跃的那期，留存是上期也活跃，回流是以前活跃过但上期没有，沉默是上期活跃这期没有。"
        "分层按最近一次距今的天数：界线取两次活跃间隔的 75% 和 95% 分位，或按所说的流失阈值"
    ),
    params={
        "grain": calendar.grain_param("month", "周期"),
        "view": Param(
            "flow",
            "看法",
            choices=(
                ("flow", ("流动",)),
                ("stage", ("分层", "分阶段", "各阶段", "阶段", "用户分层")),
            ),
        ),
        "gone": Param(
            0,
            "流失阈值",
            (
                "流失阈值",
                "{}没来算流失",
                "{}不买算流失",
                "{}没买算流失",
                "{}算流失",
                "{}不买算流失的话",
                "{}没来算流失的话",
                "{}没买算流失的话",
                "{}算流失的话",
            ),
            low=1,
            high=3650,
            unit="天",
        ),
        "activity": Param(
            "order",
            "活跃",
            choices=(
                ("order", ("购买", "下单(用户)")),
                ("event", ("任何行为", "有行为", "登录活跃")),
            ),
        ),
    },
    run=run,
    groups=(
        *((f"{s}用户", (f"{s}用户名单", f"{s}用户的名单")) for s in STATES),
        *((f"{s}阶段用户", (f"{s}阶段用户", f"{s}阶段的用户", f"{s}阶段客户")) for s in STAGES),
    ),
)
