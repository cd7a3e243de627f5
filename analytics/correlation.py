"""相关：两个指标是不是一起变，变得有多齐，谁先谁后。

Pearson and Spearman from scipy over whole days, weeks or months, or over the groups that the question
names. Two series with trends always look related, so the correlation of their changes stands beside it.
Together is not because: the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from analytics import words
from analytics.calendar import grain_param, is_whole, start_of
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
from analytics.related import FEW, LEVEL, Related, over_time, relate, varies
from semantic_layer.query import By, ByTime, Grain, Measure, MetricQuery, Period, Scope
from semantic_layer.result import Column, ColumnRole

LEAST = 8  # observations, below which nothing is said
TREND = 0.5  # correlation with time, from which a series counts as trending
BETTER = 0.05  # by which a shift must be closer to be told
UNITS = {"day": "天", "week": "周", "month": "个月"}
STRENGTH = ((0.7, "强"), (0.4, "中等"), (0.2, "弱"))

Pairs = Sequence[tuple[Any, float, float]]  # when or which, x, y


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Two metrics → their points; one → how it goes with each of the metrics to look at first."""
    named = tuple(m for m in (facts.measure, *facts.others) if m is not None)
    if not named:
        return Refused("too-little-data", "没有说是哪两个指标")
    asked = named if len(named) > 1 else (named[0], *(m for m in facts.metrics if m != named[0]))
    if len(asked) < 2:
        return Refused("too-little-data", "只有一个指标，没有可比的另一个")
    grain = str(params["grain"]) if not facts.by else ""
    columns, rows = _observed(facts, asked, grain)
    lag = round(params["lag"] / {"week": 7, "month": 30}.get(grain, 1))
    found = [
        (m, pairs, _related(pairs, grain))
        for i, m in enumerate(asked[1:], start=1)
        if (pairs := _pairs(rows, i, lag)) is not None
    ]
    if not found:
        unit = UNITS.get(grain, "组")
        return Refused(
            "too-little-data", f"有数的不到 {LEAST} {unit}，或者有一个指标一直不变，算不出相关"
        )
    if len(named) > 1:
        at = asked.index(found[0][0])
        return _one(facts, columns, at, found[0][1], found[0][2], grain, lag)
    return _many(columns, [(columns[1 + asked.index(m)], r) for m, _, r in found], grain)


def _observed(
    facts: Facts, asked: Sequence[Measure], grain: str
) -> tuple[tuple[Column, ...], Sequence[tuple[Any, ...]]]:
    """One row a whole bucket inside the scope, or a row a group."""
    if not grain:
        dimension = facts.by[0].removeprefix("by_")
        result = facts.compute(MetricQuery(tuple(asked), (By(dimension),)))
        return result.columns, [r for r in result.rows if r[0] is not None]
    span = Period(facts.since, facts.until + timedelta(days=1))
    query = MetricQuery(tuple(asked), (ByTime(Grain(grain)),), Scope(periods=(span,)))
    result = facts.compute(query)
    return result.columns, [r for r in result.rows if _whole(r[0], grain, facts)]


def _whole(bucket: Any, grain: str, facts: Facts) -> bool:
    day = date(bucket.year, bucket.month, bucket.day)
    return start_of(day, grain) >= facts.since and is_whole(day, grain, facts.until)


def _pairs(rows: Sequence[tuple[Any, ...]], at: int, lag: int) -> Pairs | None:
    """(bucket, x, y ``lag`` buckets later) where both are known; None where nothing can be said."""
    shifted = zip(rows, rows[lag:], strict=False)
    both = [
        (late[0], float(early[1]), float(late[1 + at]))
        for early, late in shifted
        if early[1] is not None and late[1 + at] is not None
    ]
    if len(both) < LEAST or not (varies([p[1] for p in both]) and varies([p[2] for p in both])):
        return None
    return both


def _related(pairs: Pairs, grain: str) -> Related:
    x, y = [p[1] for p in pairs], [p[2] for p in pairs]
    related = relate(x, y)
    return over_time(x, y, related) if grain else related


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def strength(r: float) -> str:
    """
    >>> strength(0.83), strength(-0.3), strength(0.1)
    ('强正相关', '弱负相关', '几乎不相关')
    """
    for least, word in STRENGTH:
        if abs(r) >= least:
            return f"{word}{'正' if r > 0 else '负'}相关"
    return "几乎不相关"


def _one(
    facts: Facts,
    columns: Sequence[Column],
    at: int,
    pairs: Pairs,
    found: Related,
    grain: str,
    lag: int,
) -> Outcome:
    x, y = columns[1], columns[1 + at]
    unit = UNITS.get(grain, "组")
    said = f"{x.label}和{y.label}{strength(found.r)}"
    findings = [
        f"{said}：Pearson r = {_r(found.r)}（95% 区间 {_r(found.low)} 到 {_r(found.high)}），"
        f"Spearman {_r(found.rho)}，{found.n} {unit}{f'，{x.label}提前 {lag} {unit}' if lag else ''}"
    ]
    if found.steps is not None and _trending(found):
        findings.append(
            f"两个指标都随时间走，趋势本身会造出相关；只看每{unit[-1]}之间的变化，r = {_r(found.steps)}"
        )
    if found.ahead and not lag and abs(found.best) > abs(found.r) + BETTER:
        findings.append(f"错开看，{x.label}提前 {found.ahead} {unit}时最齐，r = {_r(found.best)}")
    test = Suggestion(
        f"先不要指望靠{x.label}带动{y.label}，找别的指标再看",
        f"两者几乎不相关（r = {_r(found.r)}）",
        f"{y.label}和其他指标的相关性",
    )
    if abs(found.r) >= STRENGTH[-1][0]:
        test = Suggestion(
            f"要证明{x.label}带动{y.label}，挑一部分先改{x.label}，留一部分不动，两周后比{y.label}",
            f"现在只知道两者{strength(found.r)}（r = {_r(found.r)}），不知道谁影响谁",
            f"每周的{x.label}和{y.label}"
            if grain
            else f"各{columns[0].label}的{x.label}和{y.label}",
        )
    return Outcome(
        columns=(columns[0], _cell(x, "x"), _cell(y, "y")),
        rows=tuple(pairs),
        view=View("scatter", "x", ("y",), title=said),
        findings=tuple(findings),
        suggestions=(test,),
        notes=tuple(_notes(found, grain)),
        extra=_kept(found),
    )


def _cell(column: Column, name: str) -> Column:
    return Column(
        name,
        column.label,
        column.kind,
        ColumnRole.MEASURE,
        column.unit,
        column.format,
        "",
        column.source,
    )


def _many(
    columns: Sequence[Column], found: Sequence[tuple[Column, Related]], grain: str
) -> Outcome:
    """One metric beside each of several, closest first."""
    ordered = sorted(found, key=lambda f: (-abs(f[1].r), f[0].name))
    mine, best = columns[1], ordered[0]
    unit = UNITS.get(grain, "组")
    findings = [
        f"和{mine.label}走得最齐的是{best[0].label}：Pearson r = {_r(best[1].r)}"
        f"（95% 区间 {_r(best[1].low)} 到 {_r(best[1].high)}），{best[1].n} {unit}"
    ]
    if best[1].steps is not None and _trending(best[1]):
        findings.append(f"两者都随时间走，只看变化的话 r = {_r(best[1].steps)}")
    rows = tuple((c.label, r.r, r.low, r.high, r.rho, r.steps, r.n) for c, r in ordered)
    told = (
        words.dimension("metric", "指标"),
        words.measure("r", "Pearson r"),
        words.measure("low", "95% 下限"),
        words.measure("high", "95% 上限"),
        words.measure("rho", "Spearman"),
        words.measure("steps", "变化的 r"),
        words.measure("n", "观测数", unit),
    )
    return Outcome(
        columns=told,
        rows=rows,
        view=View("hbar", "metric", ("r",), title=findings[0].partition("：")[0]),
        findings=tuple(findings),
        suggestions=(
            Suggestion(
                f"挑出和{mine.label}最相关又能动手改的指标做小范围试验",
                f"{best[0].label}的 r = {_r(best[1].r)}",
                f"{mine.label}和{best[0].label}的相关系数",
            ),
        ),
        notes=tuple(_notes(best[1], grain)),
        extra={"pairs": [_kept(r) for _, r in ordered]},
    )


def _r(value: float) -> str:
    return f"{value:.2f}"


def _trending(found: Related) -> bool:
    return min(abs(t) for t in found.trends) >= TREND


def _notes(found: Related, grain: str) -> list[str]:
    said = ["相关不代表因果", f"{found.n} 个{'整' + UNITS[grain][-1] if grain else '组'}参与计算"]
    if found.n < FEW:
        said.append(f"样本少于 {FEW} 个，区间很宽，结论不稳")
    if grain and _trending(found):
        said.append("两个指标都有趋势，显著性被高估")
    return said


def _kept(found: Related) -> Mapping[str, Any]:
    return {
        "n": found.n,
        "r": found.r,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "rho": found.rho,
        "rho_p": found.rho_p,
        "steps": found.steps or 0.0,
        "ahead": found.ahead,
        "best": found.best,
        "level": LEVEL,
    }


ANALYSIS = Analysis(
    name="correlation",
    title="相关分析",
    intent=Intent(
        phrases=words.listed(
            "相关系数 的相关系数 相关性 的相关性 相关分析 相关性分析 相关度 相关程度 相关吗 是否相关 有没有相关性 有相关性吗 "
            "有关系吗 有没有关系 有什么关系 有多大关系 之间有关系吗 之间有没有关系 之间有什么关系 有没有关联 之间有没有关联 "
            "有关联吗 的影响有多大 有什么关联 关联度 关联性 皮尔逊 皮尔森 斯皮尔曼 Pearson Spearman 相关性怎么样 相关性如何 相关性强吗 "
            "相关度有多高 相关性有多强 皮尔逊相关系数 斯皮尔曼相关系数 的皮尔逊相关系数 的斯皮尔曼相关系数 有多相关 散点图看关系"
        ),
        examples=(
            "广告花费和销售额的相关系数",
            "访客数和销售额相关吗",
            "折扣率和销量有关系吗",
            "今年每周的访客数和订单数的相关性",
        ),
        not_examples=("哪些商品经常被一起买", "上个月销售额和订单数"),
    ),
    needs=(),
    measured=True,
    relates=True,
    definition=(
        "两个指标逐期（{grain}）或逐组的取值：Pearson 相关系数看直线关系，95% 区间用 Fisher 变换；Spearman 只看名次，不怕极端值。"
        "不完整的周期不算。两个都有趋势时另看相邻两期之差的相关。相关不代表因果"
    ),
    params={
        "grain": grain_param("day"),
        "lag": Param(
            0, "错开", ("滞后{}", "错开{}", "提前{}", "晚{}", "延后{}"), low=0, high=90, unit="天"
        ),
    },
    run=run,
)
