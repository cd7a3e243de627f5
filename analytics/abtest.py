"""A/B 测试：实验组和对照组的转化率、每单金额、人均金额差多少，是不是偶然，样本够不够。

Whoever was assigned counts from then on, whether they bought or not; whoever was seen in two groups
counts in none. One SELECT gives counts, means, variances and covariances per group; the tests work on
those. The first measure decides and is not corrected for the others; variants are (Holm).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics import abtest_sizes, abtest_table, words
from analytics import abtest_words as told
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
    View,
)
from analytics.template import by_column, fill
from analytics.trial import Arm, Asked, Judged, Trial, judged, seen

MIN_PEOPLE = 30  # of every group
MOST = 12  # experiments or segments
BEFORE = 28  # days known of everybody before the experiment
ASSIGNED = ("experiment", "variant", "user", "time")
BOUGHT = ("user", "time", "amount")

AGGREGATES = """
WITH joined AS (
  SELECT experiment, "user", MIN(time) AS start, MIN(variant) AS variant,
         COUNT(DISTINCT variant) AS variants, MIN(grp) AS grp
  FROM (SELECT CAST(experiment AS VARCHAR) AS experiment, CAST(variant AS VARCHAR) AS variant, "user", time,
               :by AS grp FROM assigned)
  WHERE "user" IS NOT NULL AND variant IS NOT NULL GROUP BY 1, 2
),
each AS (
  SELECT j.experiment, j.grp, j.variant, j.variants, j.start, j."user",
         COUNT(b.time) FILTER (WHERE b.time >= j.start) AS orders,
         CAST(COALESCE(SUM(b.amount) FILTER (WHERE b.time >= j.start), 0) AS DOUBLE) AS amount,
         CAST(COALESCE(SUM(b.amount) FILTER (WHERE b.time < j.start), 0) AS DOUBLE) AS earlier
  FROM joined AS j
  LEFT JOIN bought AS b ON b."user" = j."user" AND b.time >= j.start - to_days(:before)
       AND (:window = 0 OR b.time < j.start + to_days(:window))
  GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT experiment, grp, variant, COUNT(*) FILTER (WHERE variants = 1) AS n,
       COUNT(*) FILTER (WHERE variants > 1) AS twice,
       COUNT(*) FILTER (WHERE variants = 1 AND orders > 0) AS buyers,
       AVG(orders) FILTER (WHERE variants = 1) AS orders_mean,
       VAR_SAMP(orders) FILTER (WHERE variants = 1) AS orders_var,
       AVG(amount) FILTER (WHERE variants = 1) AS amount_mean,
       VAR_SAMP(amount) FILTER (WHERE variants = 1) AS amount_var,
       COVAR_SAMP(amount, orders) FILTER (WHERE variants = 1) AS amount_orders,
       AVG(earlier) FILTER (WHERE variants = 1) AS earlier_mean,
       VAR_SAMP(earlier) FILTER (WHERE variants = 1) AS earlier_var,
       COVAR_SAMP(amount, earlier) FILTER (WHERE variants = 1) AS amount_earlier,
       CAST(MIN(start) AS DATE) AS began, CAST(MAX(start) AS DATE) AS ended
FROM each GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """One row per group; a size only, where a rate and the rate wished for are said."""
    asked = Asked(
        str(params["metric"]),
        float(params["confidence"]),
        float(params["power"]),
        params["adjust"] == "cuped",
    )
    if params["base"] and params["goal"]:
        return abtest_sizes.sized(float(params["base"]), float(params["goal"]), asked)
    if not facts.has(*BOUGHT):
        return Refused("missing-role", "金额")
    arms = _arms(facts, float(params["window"]))
    trials = _trials(arms, bool(facts.by))
    if not trials:
        return Refused("too-little-data", f"没有每组至少 {MIN_PEOPLE} 人的实验")
    latest = trials[0]
    if params["lift"]:
        rate = latest.control.rate
        return abtest_sizes.sized(rate, rate * (1 + float(params["lift"])), asked, latest.name)
    results = [judged(trial, asked) for trial in trials]
    if facts.by:
        abtest_table.corrected(results, asked)
    rows = [line for result in results for line in abtest_table.lines(result, asked)]
    columns = abtest_table.columns(asked, facts, results)
    return Outcome(
        columns=columns,
        rows=tuple(tuple(row.get(c.name) for c in columns) for row in rows),
        view=_view(asked, results, bool(facts.by)),
        findings=told.findings(results, asked, bool(facts.by)),
        suggestions=told.suggestions(results, asked, bool(facts.by)),
        notes=told.notes(results, asked, facts, params),
        extra=told.extra(results, asked),
    )


def _arms(facts: Facts, window: float) -> list[Arm]:
    """Counts and moments of every group of every experiment (and segment)."""
    assigned = facts.select(*ASSIGNED, *facts.by, leave=BOUGHT)
    bought = facts.select(*BOUGHT, leave=ASSIGNED, span="all")
    rows = {"assigned": assigned, "bought": bought}
    holes: dict[str, Any] = {"by": by_column(facts.by), "window": round(window), "before": BEFORE}
    return [Arm(**row) for row in facts.run(fill(AGGREGATES, rows, **holes))]


def _trials(arms: Sequence[Arm], grouped: bool) -> list[Trial]:
    """Groups that can be compared, latest experiment first; segments by size."""
    if grouped and all(a.grp in (a.experiment, a.variant) for a in arms):
        arms, grouped = [a.without_segment() for a in arms], False
    cells: dict[tuple[str, str], list[Arm]] = {}
    for arm in arms:
        cells.setdefault((arm.experiment, arm.grp or ""), []).append(arm)
    trials = [
        trial
        for (name, segment), group in cells.items()
        if (trial := seen(name, segment, [a for a in group if a.n >= MIN_PEOPLE])) is not None
    ]
    trials.sort(key=lambda t: (-t.control.began.toordinal(), t.name, -t.people, t.segment))
    return trials[:MOST]


def _view(asked: Asked, results: Sequence[Judged], grouped: bool) -> View:
    title = told.title(results, asked, grouped)
    if grouped:
        return View("grouped", "segment", (asked.metric,), "variant", title)
    if len(results) > 1:
        return View("grouped", "experiment", (asked.metric,), "variant", title)
    return View("hbar", "variant", (asked.metric,), title=title)


ANALYSIS = Analysis(
    name="abtest",
    title="A/B 测试",
    intent=Intent(
        phrases=words.listed(
            "AB测试 A/B测试 AB实验 A/B实验 ABtest A/Btest AB测试结果 A/B测试结果 AB测试的结果 AB实验结果 实验结果 实验的结果 "
            "实验效果 实验的效果 实验显著吗 结果显著吗 显著吗 显著不显著 是否显著 显著性 显著性检验 统计显著 提升显著吗 差异显著吗 "
            "差异显著 效果显著吗 有没有显著差异 有显著差异吗 有没有效果 有效果吗 有没有用 到底有没有用 跑得怎么样 实验跑得怎么样 "
            "能全量吗 可以全量吗 能不能全量 要不要全量 该不该全量 两组差别 两组差别大不大 两组的差别 两组有差别吗 两组差异 "
            "实验组比对照组 实验组和对照组 对照组和实验组 实验组跟对照组 实验组对比对照组 p值 P值是多少 分流均匀吗 实验分流 "
            "实验分流均匀吗 分流是否均匀 样本比例 样本比例不符 需要多少样本 要多少样本 多少样本 样本量 最小样本量 需要多大样本 "
            "需要多大样本量 样本够不够 样本够吗 样本量够吗 样本量够不够 实验哪个赢了 哪个实验赢了 哪个版本赢了 哪组赢了 哪个赢了 "
            "测试的p值 测试p值 CUPED 效果对比 哪个版本更好 哪个方案更好 实验提升 实验带来的提升 假设检验"
        ),
        examples=(
            "详情页改版的实验结果显著吗",
            "按钮颜色那个AB测试有没有效果",
            "满减门槛实验的客单价提升显著吗",
            "所有AB测试的结果",
            "转化率从10%提到12%需要多少样本",
        ),
        not_examples=("上个月的支付转化率", "上个月销售额为什么跌了", "各渠道的转化漏斗"),
    ),
    needs=ASSIGNED,
    wants=("amount",),
    definition=(
        "人从进组时起算，到数据末或观察窗口末；转化率是其间有过付款订单的人数除以进组人数，每单金额是金额除以单数，人均金额除以进组人数。"
        "转化率用两比例 z 检验和 Newcombe 区间，均值用 Welch t 检验，每单金额用 delta 法；置信度 {confidence}，功效 {power}，"
        "多个变体用 Holm 校正。主要指标：{metric}，{adjust}"
    ),
    params={
        "metric": Param(
            "rate",
            "主要指标",
            choices=(
                ("rate", ("转化率", "转化", "购买率", "按转化率")),
                ("basket", ("每单金额", "单均金额", "笔单价", "客单价", "客单")),
                (
                    "value",
                    ("人均金额", "人均消费", "人均消费金额", "人均价值", "人均销售额", "arpu"),
                ),
                ("orders", ("人均单数", "人均订单数", "人均订单", "下单次数")),
            ),
        ),
        "window": Param(
            0,
            "观察窗口",
            ("{}窗口", "{}的窗口", "窗口{}", "{}内", "{}之内", "进组后{}", "进组{}内", "前{}"),
            low=1,
            high=365,
            unit="天",
        ),
        "adjust": Param(
            "plain",
            "方差缩减",
            choices=(
                ("plain", ("不做方差缩减",)),
                (
                    "cuped",
                    (
                        "CUPED 调整",
                        "用(cuped)",
                        "做(cuped)",
                        "加(cuped)",
                        "加上(cuped)",
                        "按(cuped)",
                        "的(cuped)",
                        "cuped调整",
                        "cuped校正",
                        "方差缩减",
                        "用实验前数据校正",
                    ),
                ),
            ),
        ),
        "confidence": Param(
            0.95,
            "置信度",
            ("置信度", "置信水平", "{}置信", "{}置信度下", "{}的置信度下"),
            0.5,
            0.9999,
            unit="%",
        ),
        "power": Param(0.8, "功效", ("功效", "检验效能", "统计功效"), 0.5, 0.9999, unit="%"),
        "base": Param(
            0,
            "基线转化率",
            (
                "从{}",
                "基线{}",
                "基线转化率{}",
                "现在{}",
                "目前{}",
                "现在转化{}",
                "目前转化{}",
                "现在转化率{}",
                "转化率{}",
            ),
            unit="%",
            high=1,
        ),
        "goal": Param(
            0,
            "目标转化率",
            ("提到{}", "提升到{}", "提高到{}", "涨到{}", "升到{}", "变成{}", "到{}", "降到{}"),
            unit="%",
            high=1,
        ),
        "lift": Param(
            0,
            "想看出的提升",
            ("看出{}的提升", "检测出{}的提升", "提升{}(需要)", "提升{}(要)"),
            unit="%",
            high=10,
        ),
    },
    run=run,
)
