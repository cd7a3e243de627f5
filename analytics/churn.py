"""流失预警：谁会离开、损失多少、为什么，以及这个预测在后来的日子里准不准。

The label is a rule that is printed. A logistic regression (and a shallow tree as its check) learns from
several past cut-offs and is tested on a later one that it never saw; what is shown of today comes from
the same model, fitted again with that one included. Risk, reasons and value are computed in the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from analytics import churn_words as told
from analytics import classify, words
from analytics.churn_features import (
    FEATURES,
    LAST,
    LINES,
    PEOPLE,
    Sample,
    cut_offs,
    holes,
    learnt,
    linear_sql,
    sampled,
)
from analytics.churn_words import BANDS, Tested
from analytics.contract import Analysis, Facts, Intent, Outcome, Param, Params, Refused
from analytics.template import fill
from semantic_layer.expressions import literal
from semantic_layer.result import Column

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MIN_ROWS, MIN_EACH = 100, 20
GROUPS = 30
TOP, NEXT = 0.9, 0.7  # quantiles of risk where the bands begin

PEOPLE_COLUMNS = (
    words.share("risk", "流失概率"),
    words.amount("value", "可能损失"),
    words.measure("silent", "未购天数", "天"),
    words.measure("bought", "购买天数", "天"),
    words.dimension("reason", "主要原因"),
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Learn from the past, test on what came later, and say it of today's customers."""
    horizon = max(1, round(float(params["horizon"])))
    cuts = cut_offs(facts, horizon)
    if len(cuts) < 2:
        days = (facts.until - facts.first).days + 1
        return Refused(
            "too-little-data", f"数据只有 {max(days, 0)} 天，少于 {3 * horizon} 天，没法学习再检验"
        )
    every = sampled(facts)
    sample = learnt(facts, cuts, horizon, every)
    if (few := _too_few(sample, cuts)) is not None:
        return few
    test, model = tested(sample, cuts, every)
    return _today(facts, horizon, test, model)


def tested(sample: Sample, cuts: Sequence[date], every: int) -> tuple[Tested, classify.Linear]:
    """The model that never saw the latest cut-off held against it, and the one that did."""
    names = tuple(FEATURES)
    before, gone = sample.at(cuts[1:])
    later, truth = sample.at(cuts[:1])
    leaking = classify.leaks(names, before, gone)
    kept = [i for i, name in enumerate(names) if name not in leaking]
    fair = tuple(names[i] for i in kept)
    past = classify.linear(fair, before[:, kept], gone)
    chances = past.chances(later[:, kept])
    known = Tested(
        tuple(cuts),
        len(gone),
        classify.score(chances, truth),
        classify.auc(classify.tree(before[:, kept], gone, later[:, kept]), truth),
        classify.auc(later[:, names.index("silent")], truth),
        _bands_then(chances, truth),
        leaking,
        every,
    )
    return known, classify.linear(fair, sample.values[:, kept], sample.gone)


def _bands_then(chances: Array, truth: Array) -> Mapping[str, tuple[float, float]]:
    """Mean chance and share of those gone, per band of the test."""
    import numpy as np

    high, middle = np.quantile(chances, [TOP, NEXT])
    band = np.where(chances >= high, 0, np.where(chances >= middle, 1, 2))
    return {
        name: (float(chances[band == i].mean()), float(truth[band == i].mean()))
        for i, name in enumerate(BANDS)
        if (band == i).any()
    }


def _too_few(sample: Sample, cuts: Sequence[date]) -> Refused | None:
    for some in (cuts[1:], cuts[:1]):
        _, gone = sample.at(some)
        if len(gone) < MIN_ROWS:
            return Refused(
                "too-little-data", f"只有 {len(gone)} 位可学习的客户，少于 {MIN_ROWS} 位"
            )
        least = int(min(gone.sum(), len(gone) - gone.sum()))
        if least < MIN_EACH:
            return Refused(
                "too-little-data", f"流失或留下的客户只有 {least} 位，少于 {MIN_EACH} 位"
            )
    return None


def _today(facts: Facts, horizon: int, test: Tested, model: classify.Linear) -> Outcome | Refused:
    """Risk, value and reasons of the customers of today, by band or by group."""
    rows, values = holes(facts, (facts.until + timedelta(days=1),), horizon)
    values |= dict(zip(("first", "second", "third"), BANDS, strict=True))
    values |= {
        "shares": linear_sql(model),
        "intercept": model.intercept,
        "top": TOP,
        "next": NEXT,
        "reasons": exp.array(*(literal(told.signal(n, w)) for n, w in _weights(model))),
    }
    line = exp.column("grp" if facts.by else "band")
    found = facts.run(fill(LINES, rows, **values, line=line))
    if not found:
        return Refused("too-little-data", f"近 {horizon} 天没有买过的客户")
    cut = facts.until + timedelta(days=1 - horizon)
    past, given = holes(facts, (cut,), horizon)
    then = facts.run(fill(LAST, past, **given))
    lines = _lines(facts, found, then, test)
    whole = _whole(found, then)
    reasons = found[0]["reasons"]
    columns = _columns(facts, horizon)
    return Outcome(
        columns=columns,
        rows=tuple(tuple(row.get(c.name) for c in columns) for row in lines),
        view=told.view(facts, horizon, whole),
        findings=told.findings(facts, horizon, lines, whole, reasons),
        suggestions=told.suggestions(facts, lines, test),
        notes=told.notes(facts, horizon, test),
        extra={
            "whole": whole,
            "horizon": horizon,
            "chance": 0.5,
            "test": test.figures(),
            "weights": dict(_weights(model)),
            "reasons": [r["people"] for r in reasons],
        },
        people=fill(PEOPLE, rows, **values),
        people_columns=PEOPLE_COLUMNS,
    )


def _weights(model: classify.Linear) -> list[tuple[str, float]]:
    return list(zip(model.names, model.weights, strict=True))


def _lines(
    facts: Facts,
    found: Sequence[Mapping[str, Any]],
    then: Sequence[Mapping[str, Any]],
    test: Tested,
) -> list[dict[str, Any]]:
    """One line a band, with what the test said of it; or a group, with how many left last time."""
    if not facts.by:
        known = {r["label"]: dict(r) for r in found}
        whole = sum(r["people"] for r in found)
        for name, (said, was) in test.bands.items():
            if name in known:
                known[name] |= {"tested": said, "actual": was}
        return [{**known[n], "share": known[n]["people"] / whole} for n in BANDS if n in known]
    last = {r["label"]: r for r in then}
    lines = []
    for r in found[:GROUPS]:
        before = last.get(r["label"])
        rate = before["gone"] / before["people"] if before else None
        lines.append({**r, "before": rate})
    return lines


def _whole(found: Sequence[Mapping[str, Any]], then: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everybody: today's customers, and those of one horizon ago."""
    people, was = sum(r["people"] for r in found), sum(r["people"] for r in then)
    lost, gone = sum(r["lost"] for r in found), sum(r["gone"] for r in then)
    return {
        "people": people,
        "lost": lost,
        "risk": lost / people,
        "value": sum(r["value"] for r in found),
        "was": was,
        "gone": gone,
        "rate": gone / was if was else None,
    }


def _columns(facts: Facts, horizon: int) -> tuple[Column, ...]:
    by = facts.by[0] if facts.by else ""
    measures = (
        words.people("people", "活跃客户", "人"),
        words.share("risk", "预计流失率"),
        words.measure("lost", "预计流失人数", "人"),
        words.amount("usual", f"人均平时 {horizon} 天消费"),
        words.amount("value", "可能损失"),
    )
    if by:
        label = words.dimension("label", facts.label(by), by.removeprefix("by_"))
        return (label, *measures, words.share("before", f"最近 {horizon} 天流失率"))
    return (
        words.dimension("label", "客户"),
        *measures,
        words.share("share", "人数占比", "people"),
        words.share("tested", "检验时预测"),
        words.share("actual", "检验时实际"),
    )


ANALYSIS = Analysis(
    name="churn",
    title="流失预警",
    intent=Intent(
        phrases=words.listed(
            "跑个流失模型 跑流失模型 建流失模型 建个流失模型 就算流失 就算流失的话 算流失 "
            "流失名单 流失客户名单 流失会员名单 流失预警 流失预测 流失模型 流失分析 流失风险 流失概率 流失率 流失原因 流失信号 流失的信号 流失的原因 客户流失 用户流失 会员流失 "
            "客户流失预警 用户流失预警 会员流失预警 客户流失分析 用户流失分析 客户流失率 用户流失率 会员流失率 客户流失风险 用户流失风险 "
            "客户流失原因 用户流失原因 客户为什么流失 用户为什么流失 客户为什么会流失 为什么流失 流失预测准不准 流失预警准不准 "
            "快要流失 快流失 即将流失 要流失 会流失 可能流失 面临流失 有多少钱面临流失 多少钱面临流失 谁会流失 谁快流失 谁要流失 哪些客户会流失 "
            "预测谁会流失 流失了多少老客户 流失了多少客户 流失了多少用户 流失了多少老客 流失了多少会员 流失多少老客户 流失多少客户 流失老客户 "
            "要走的客户 快要走的客户 要走的客户里损失最大的是谁 损失最大的客户"
        ),
        examples=(
            "客户流失预警",
            "哪些客户快要流失了",
            "各会员等级的流失率",
            "预测未来60天谁会流失",
            "高流失风险客户名单",
        ),
        not_examples=("流失用户有多少", "上周从加购到支付每一步流失了多少人", "次月留存率"),
    ),
    needs=("user", "time", "amount"),
    definition=(
        "流失：在某一天之前 {horizon}内买过的客户，之后 {horizon}内一次也没有再买。特征只用那一天之前的购买："
        "未购天数、相对自己平时间隔、购买次数、近期趋势、时长、单次金额、近期金额。"
        "可能损失 = 流失概率 × 平时（近 180 天）在同样天数里的消费。风险最高的 10% 为高，其次 20% 为中"
    ),
    params={
        "horizon": Param(
            90,
            "流失天数",
            (
                "预测未来{}",
                "预测接下来{}",
                "未来{}",
                "接下来{}",
                "往后{}",
                "今后{}",
                "{}不买",
                "{}(呢)",
                "改成{}",
                "换成{}",
                "{}没买",
                "{}未购",
                "{}没有购买",
                "{}不来",
                "{}没来",
                "{}内",
                "{}(流失)",
                "阈值{}",
            ),
            low=7,
            high=365,
            unit="天",
        )
    },
    run=run,
    groups=tuple(
        (
            name,
            (
                name,
                name.replace("客户", "用户"),
                name.replace("风险客户", "风险的客户"),
                name.replace("风险客户", "风险的用户"),
            ),
        )
        for name in BANDS
    ),
)
