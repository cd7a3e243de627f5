"""Where everybody stands today: 新客, 活跃, 沉睡, 流失, by the days since the last visit.

The cuts are quantiles of the gaps between visits, so that a trade with slow repeats calls nobody lost too
early; or what people say. Part of the lifecycle analysis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from analytics import words
from analytics.contract import Facts, Outcome, Params, Refused, Suggestion, View
from analytics.template import fill

MIN_PEOPLE = 20
STAGES = ("新客", "活跃", "沉睡", "流失")

STAGED = """
WITH visits AS (
  SELECT "user", CAST(time AS DATE) AS day FROM facts WHERE "user" IS NOT NULL GROUP BY 1, 2
),
gaps AS (
  SELECT date_diff('day', LAG(day) OVER (PARTITION BY "user" ORDER BY day), day) AS gap FROM visits
),
cuts AS (SELECT quantile_cont(gap, 0.75) AS calm, quantile_cont(gap, 0.95) AS gone, COUNT(gap) AS repeats FROM gaps),
limits AS (
  SELECT CASE WHEN :said > 0 THEN LEAST(COALESCE(calm, :said / 2), :said / 2) ELSE calm END AS calm,
         CASE WHEN :said > 0 THEN :said ELSE gone END AS gone, repeats FROM cuts
),
users AS (
  SELECT "user", date_diff('day', MAX(day), :day) AS idle, COUNT(*) AS days FROM visits GROUP BY 1
),
staged AS (
  SELECT users.*, calm, gone, repeats, CASE WHEN idle > gone THEN '流失' WHEN idle > calm THEN '沉睡'
         WHEN days = 1 THEN '新客' ELSE '活跃' END AS stage FROM users CROSS JOIN limits
)
"""
STAGE = (
    STAGED
    + """
SELECT stage, COUNT(*) AS people, COUNT(*) / SUM(COUNT(*)) OVER () AS share, AVG(idle) AS idle, AVG(days) AS days,
       ANY_VALUE(calm) AS calm, ANY_VALUE(gone) AS gone, ANY_VALUE(repeats) AS repeats
FROM staged GROUP BY 1
"""
)
STAGE_PEOPLE = (
    STAGED
    + """SELECT "user", stage || '阶段用户' AS "group", idle, days FROM staged ORDER BY idle, "user" """
)


def by_stage(facts: Facts, params: Params, rows: Mapping[str, Any]) -> Outcome | Refused:
    holes = {"said": float(params["gone"]), "day": facts.until + timedelta(days=1)}
    found = {r["stage"]: r for r in facts.run(fill(STAGE, rows, **holes))}
    total = sum(r["people"] for r in found.values())
    if total < MIN_PEOPLE:
        return Refused("too-little-data", f"只有 {total} 人，少于 {MIN_PEOPLE} 人")
    any_ = next(iter(found.values()))
    if any_["gone"] is None:
        return Refused("too-little-data", "没有人来过第二次，定不出沉睡和流失的界线")
    listed = [found[s] for s in STAGES if s in found]
    cells = tuple(tuple(r[k] for k in ("stage", "people", "share", "idle", "days")) for r in listed)
    calm, gone = any_["calm"], any_["gone"]
    return Outcome(
        columns=(
            words.dimension("stage", "阶段"),
            words.people("people"),
            words.share("share", "占比", "people"),
            words.measure("idle", "平均未来天数", "天"),
            words.measure("days", "平均来过天数", "天"),
        ),
        rows=cells,
        view=View("bar", "stage", ("people",), title="各阶段人数", options=(("order", "natural"),)),
        findings=_stage_findings(listed, found, total, gone),
        suggestions=_stage_suggestions(found, calm),
        notes=(
            f"活跃：{words.number(calm, 0)} 天内来过；沉睡：{words.number(calm, 0)} 到 {words.number(gone, 0)} 天；"
            f"流失：超过 {words.number(gone, 0)} 天；新客是只来过一天的活跃用户",
            f"界线来自 {words.count(any_['repeats'])} 次间隔的 75% 和 95% 分位"
            if not params["gone"]
            else "流失界线按所问",
            f"截至 {facts.until.isoformat()}",
        ),
        extra={"total": total, "calm": calm, "gone": gone},
        people=fill(STAGE_PEOPLE, rows, **holes),
    )


def _stage_findings(
    listed: Sequence[Mapping[str, Any]],
    found: Mapping[str, Mapping[str, Any]],
    total: int,
    gone: float,
) -> tuple[str, ...]:
    parts = "，".join(f"{r['stage']} {words.percent(r['share'])}" for r in listed)
    said = [f"{words.count(total)} 人里{parts}"]
    if "流失" in found:
        lost = found["流失"]
        said.append(
            f"流失 {words.count(lost['people'])} 人，超过 {words.number(gone, 0)} 天没来，平均 {words.number(lost['idle'], 0)} 天"
        )
    return tuple(said)


def _stage_suggestions(
    found: Mapping[str, Mapping[str, Any]], calm: float
) -> tuple[Suggestion, ...]:
    if "沉睡" not in found:
        return ()
    idle = found["沉睡"]
    return (
        Suggestion(
            "先唤醒沉睡用户：还没到流失，成本最低；发常买商品的提醒和限时券",
            f"沉睡 {words.count(idle['people'])} 人，平均 {words.number(idle['idle'], 0)} 天没来，"
            f"正常间隔是 {words.number(calm, 0)} 天以内",
            "沉睡阶段用户名单",
        ),
    )
