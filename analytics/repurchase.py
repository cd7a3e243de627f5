"""复购预测：每位客户接下来 N 天会不会再买，会买几次。

BG/NBD over purchase histories: the chance to be a customer still, times the chance to buy within the days.
The same prediction made N days ago is held against what came: printed per band, with the AUC of the ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from analytics import bgnbd, histories, words
from analytics import repurchase_words as told
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
)
from analytics.histories import Histories
from analytics.repurchase_words import BANDS, Tested
from analytics.template import by_column, fill
from semantic_layer.result import Column

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MIN_BUYERS, MIN_REPEATERS = 50, 30
GROUPS = 30

PEOPLE = (
    histories.BUYERS
    + f""",
{bgnbd.PACE},
live AS (
  SELECT "user", x, age, x + 1 AS bought, age - tx AS silent, {bgnbd.ALIVE_SQL} AS alive,
         {bgnbd.COMES_SQL} AS comes FROM buyers
),
ahead AS (SELECT *, alive * pace AS orders FROM live JOIN pace USING (x, age))
SELECT "user", :band AS "group", bought, silent, alive, comes, orders FROM ahead ORDER BY comes DESC, "user"
"""
)
PEOPLE_COLUMNS = (
    words.measure("bought", "购买天数", "天"),
    words.measure("silent", "未购天数", "天"),
    words.share("alive", "仍活跃概率"),
    words.share("comes", "复购概率"),
    words.measure("orders", "预计购买次数", "次"),
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Everybody's chance to buy again, by band (or by group), beside what a prediction was worth."""
    days = max(1, round(float(params["horizon"])))
    known = histories.load(
        facts, facts.until, by_column(facts.by) if facts.by else None, span="until"
    )
    if known.n.sum() < MIN_BUYERS:
        have = words.count(float(known.n.sum()))
        return Refused("too-little-data", f"只有 {have} 位买过的客户，少于 {MIN_BUYERS} 位")
    if known.repeaters < MIN_REPEATERS:
        return Refused(
            "too-little-data", f"只有 {known.repeaters} 位客户买过第二次，少于 {MIN_REPEATERS} 位"
        )
    model = histories.fitted(known)
    test = tested(facts, days, model)
    comes = model.comes(days, known.x, known.tx, known.age)
    labels = known.segment if facts.by else bands(comes)
    lines, whole = _lines(known, model, days, comes, labels)
    if test is not None and not facts.by:
        lines = [{**line, **test.bands.get(line["label"], {})} for line in lines]
    columns = [c for c in _columns(facts, days) if any(c.name in line for line in lines)]
    return Outcome(
        columns=tuple(columns),
        rows=tuple(tuple(line.get(c.name) for c in columns) for line in lines),
        view=told.view(facts, days, lines, whole),
        findings=told.findings(facts, days, lines, whole, test),
        suggestions=told.suggestions(days, lines),
        notes=told.notes(facts, days, model, test),
        extra={
            "whole": whole,
            "days": days,
            "model": histories.parameters(model),
            "test": [test.predicted, test.actual, test.auc] if test else [],
        },
        people=_people(facts, days, model),
        people_columns=PEOPLE_COLUMNS,
    )


def bands(comes: Array) -> tuple[str, ...]:
    """The name of each chance."""
    return tuple(next(name for least, name in BANDS if p >= least) for p in comes.tolist())


def tested(facts: Facts, days: int, start: bgnbd.BgNbd) -> Tested | None:
    """The same prediction, made ``days`` ago; None when too little was known then."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    cut = facts.until - timedelta(days=days)
    past = histories.load(facts, cut, span="until")
    missed = past.n.sum() - past.came.sum()
    if past.repeaters < MIN_REPEATERS or not past.came.sum() or not missed:
        return None
    model = histories.fitted(past, start)
    comes = model.comes(days, past.x, past.tx, past.age)
    labels = np.array(bands(comes), dtype=object)
    found = {}
    for _, name in BANDS:
        n = past.n * (labels == name)
        if n.sum():
            found[name] = {
                "tested": float(comes @ n / n.sum()),
                "actual": float(past.came[labels == name].sum() / n.sum()),
            }
    truth = np.repeat([1, 0], len(comes))
    weights = np.concatenate([past.came, past.n - past.came])
    auc = float(roc_auc_score(truth, np.tile(comes, 2), sample_weight=weights))
    return Tested(cut, found, float(comes @ past.n), float(past.came.sum()), auc)


def _lines(
    known: Histories, model: bgnbd.BgNbd, days: int, comes: Array, labels: Sequence[Any]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """One line per band or group, bands by chance and groups by size; and everybody."""
    import numpy as np

    orders = model.expected(days, known.x, known.tx, known.age)
    alive = model.alive(known.x, known.tx, known.age)
    values = np.column_stack([np.ones_like(comes), comes, orders, alive])
    total = float(known.n.sum())

    def line(label: Any, mine: Any) -> dict[str, Any]:
        people, buyers, bought, live = (known.n[mine] @ values[mine]).tolist()
        return {
            "label": label,
            "people": round(people),
            "share": people / total,
            "chance": buyers / people,
            "buyers": buyers,
            "orders": bought,
            "alive": live / people,
        }

    named = np.array(labels, dtype=object)
    found = [line(label, named == label) for label in dict.fromkeys(labels)]
    place = {name: i for i, (_, name) in enumerate(BANDS)}
    found.sort(key=lambda r: (place.get(r["label"], 0), -r["people"], str(r["label"])))
    return found[:GROUPS], line("", np.ones(len(comes), dtype=bool))


def _people(facts: Facts, days: int, model: bgnbd.BgNbd) -> exp.Select:
    band = exp.Case()
    for least, name in BANDS[:-1]:
        band = band.when(exp.column("comes") >= least, exp.Literal.string(name))
    rows, holes = histories.holes(facts, facts.until, span="until")
    band = band.else_(exp.Literal.string(BANDS[-1][1]))
    return fill(PEOPLE, rows, **holes, **model.holes(days), band=band)


def _columns(facts: Facts, days: int) -> tuple[Column, ...]:
    by = facts.by[0] if facts.by else ""
    return (
        words.dimension("label", facts.label(by), by.removeprefix("by_"))
        if by
        else words.dimension("label", "客户"),
        words.people("people"),
        words.share("share", "人数占比", "people"),
        words.share("chance", f"{days} 天复购概率"),
        words.measure("buyers", "预计购买人数", "人"),
        words.measure("orders", "预计购买次数", "次"),
        words.share("alive", "仍活跃概率"),
        words.share("tested", "回测预测"),
        words.share("actual", "回测实际"),
    )


ANALYSIS = Analysis(
    name="repurchase",
    title="复购预测",
    intent=Intent(
        phrases=words.listed(
            "预测谁 预测一下谁 预测哪些客户 预测一下哪些客户 预计还有多少老客回购 预计还有多少老客复购 预计有多少客户会复购 预计多少客户会复购 "
            "复购预测 回购预测 再购预测 预测复购 预测回购 复购概率 回购概率 再购概率 复购概率预测 回购概率预测 购买概率 购买概率预测 "
            "下次购买概率 下次购买的概率 再次购买概率 再次购买的概率 复购可能性 再次购买的可能性 最可能复购 最有可能复购 最可能回购 "
            "最可能买 最可能再买 最有可能再买 谁会再买 谁还会再买 谁最可能买 谁会复购 会不会再买 会不会复购 还会再买 还会复购 还会再来 "
            "购买意向预测 购买意向 预测下一次购买 的下一次购买 预测客户的下一次购买 预测用户的下一次购买 下一次购买预测 下次购买预测 "
            "客户是活的 客户还是活的 多少客户是活的 还有多少客户是活的 还活着的客户 活着的概率 活跃概率 仍活跃概率 下一单什么时候来"
        ),
        examples=(
            "复购预测",
            "哪些客户未来30天最可能复购",
            "各注册渠道客户的复购概率",
            "广东客户未来60天的购买概率",
            "很可能复购的客户名单",
        ),
        not_examples=("复购率是多少", "平均多少天复购一次", "上个月的复购人数"),
    ),
    needs=("user", "time"),
    definition=(
        "用全部历史的购买日拟合 BG/NBD：复购概率 = 仍是客户的概率 × 在 {horizon}内至少买一次的概率。"
        "同一天的订单算一次购买；按概率 60%、30%、10% 分成四档"
    ),
    params={
        "horizon": Param(
            30,
            "预测天数",
            (
                "未来{}",
                "接下来{}",
                "往后{}",
                "{}(呢)",
                "改成{}",
                "换成{}",
                "今后{}",
                "之后{}",
                "后面{}",
                "{}内",
                "下{}",
            ),
            low=1,
            high=730,
            unit="天",
        )
    },
    run=run,
    groups=tuple(
        (name, (name, name.replace("客户", "用户"), name.replace("的客户", "客户")))
        for _, name in BANDS
    ),
)
