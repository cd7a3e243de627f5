"""归因：一个指标在两个时期（或两组）之间为什么变了。

Every dimension's contributions (Adtributor's surprise × explanatory power), a way down of up to three
levels, mix and rate for ratios, factors by LMDI, and what the model's drivers did meanwhile. All of it
describes; none of it proves a cause, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from analytics.companions import companions
from analytics.contract import Analysis, Facts, Intent, Outcome, Param, Params, Refused
from analytics.contributions import Pair, Sides, Split, fetch
from analytics.drill import Step, condition, drill, first_dimensions, splits, whole_of
from analytics.factor_tree import tree
from analytics.why_phrases import phrases
from analytics.why_told import Told
from analytics.why_words import outcome
from semantic_layer.periods import add_months
from semantic_layer.query import And, Grain, Measure, Op, Period, Where

SHOWN = 3  # dimensions in the table


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """The change → who brought it, by dimension and inside → what else moved."""
    measure = facts.measure or next(iter(facts.metrics), None)
    if measure is None:
        return Refused("too-little-data", "没有说是哪个指标")
    found = _sides(facts)
    if isinstance(found, Refused):
        return found
    sides, notes = found
    column = facts.column(measure)
    ranked = splits(facts, measure, sides, _dimensions(facts, measure, sides))
    before, after = _whole(facts, measure, sides, ranked)
    if not before:
        return Refused("too-little-data", f"{_name(sides, 0)}没有数据可比")
    if not after and _is_empty(facts, measure, sides):
        return Refused("too-little-data", f"{_name(sides, 1)}没有数据")
    if facts.measure is None:
        notes = (f"没有说指标，按{column.label}", *notes)
    path = drill(facts, measure, sides, ranked, int(params["depth"]))
    better = (after > before) == (column.direction != "down")
    told = Told(
        column=column,
        sides=sides,
        names=(_name(sides, 0), _name(sides, 1)),
        before=before,
        after=after,
        ranked=_shown(ranked),
        path=path,
        base=_base(facts, measure, sides, path, (before, after)),
        ratio=facts.anatomy.fraction(measure) is not None,
        factors=tree(facts, measure, sides),
        companions=companions(facts, measure, sides, path, better) if sides.periods else (),
        labels={s.dimension: facts.label(s.dimension) for s in ranked}
        | {s.split.dimension: facts.label(s.split.dimension) for s in path},
        owner=(metric.owner if (metric := facts.anatomy.metric(measure)) else ""),
        notes=notes,
    )
    return outcome(told, facts, by_factor=params["view"] == "factor")


# ── what is compared ──────────────────────────────────────────────────────────────────────────


def _sides(facts: Facts) -> tuple[Sides, tuple[str, ...]] | Refused:
    periods = tuple(p for p in facts.scope.periods if p.start is not None and p.end is not None)
    if (pair := _members(facts)) is not None:
        return Sides(dimension=pair[0], members=(pair[2], pair[1])), ()
    notes: tuple[str, ...] = ()
    if len(periods) > 1 and not facts.compare:
        ordered = sorted(periods, key=lambda p: str(p.start))
        first, last = ordered[-2], ordered[-1]
    else:
        last = periods[-1] if periods else _last_month(facts)
        first = facts.before(last)
        if not periods:
            notes = ("没有说时间，按最近一个完整的月和它的上一个月",)
    first, last = _named(first), _named(last)
    if first.end is None or _day(first.end) <= facts.first:
        return Refused(
            "too-little-data", f"对比期 {first.label} 没有数据，数据从 {facts.first} 开始"
        )
    if last.start is not None and _day(last.start) > facts.last:
        return Refused("too-little-data", f"{last.label} 还没有数据，数据到 {facts.last} 为止")
    if first.start is not None and _day(first.start) < facts.first:
        notes = (*notes, f"对比期只有 {facts.first} 起的数据")
    return Sides(first, last), notes


def _members(facts: Facts) -> tuple[str, Any, Any] | None:
    """抖音比天猫: the dimension grouped by, of which the question names two values."""
    where = facts.scope.where
    parts = where.parts if isinstance(where, And) else (where,)
    for p in parts:
        two = isinstance(p, Where) and p.op is Op.IN and len(p.values) == 2
        if isinstance(p, Where) and two and f"by_{p.dimension}" in facts.by:
            return p.dimension, p.values[0], p.values[1]
    return None


def _last_month(facts: Facts) -> Period:
    """The last calendar month that is over and has data."""
    end = (facts.last + timedelta(days=1)).replace(day=1)
    start = add_months(end, -1)
    return Period(start, end, grain=Grain.MONTH)


def _named(period: Period) -> Period:
    return replace(period, label=_text(period))


def _text(period: Period) -> str:
    """2026-05 for a whole month, else both ends."""
    start, end = period.start, period.end
    if start is None or end is None:
        return period.label
    first, last = _day(start), _day(end) - timedelta(days=1)
    if first.day == 1 and add_months(first, 1) == _day(end):
        return f"{first:%Y-%m}"
    return f"{first}" if first >= last else f"{first} 至 {last}"


def _day(moment: date) -> date:
    return date(moment.year, moment.month, moment.day)


def _name(sides: Sides, side: int) -> str:
    return str(sides.members[side]) if sides.dimension else sides.periods[side].label


# ── what is looked at ─────────────────────────────────────────────────────────────────────────


def _whole(facts: Facts, measure: Measure, sides: Sides, ranked: Sequence[Split]) -> Pair:
    """Before and after, over everything: every split of a sum has read them."""
    if facts.anatomy.fraction(measure) is None:
        for split in ranked:
            if facts.anatomy.finest(measure, (split.dimension,)) == measure:
                return split.before, split.after
    return whole_of(facts, (measure,), sides)[0]


def _is_empty(facts: Facts, measure: Measure, sides: Sides) -> bool:
    rows = fetch(facts, (measure,), sides).get(None)
    return rows is None or rows[1][0] is None


def _dimensions(facts: Facts, measure: Measure, sides: Sides) -> Sequence[str]:
    asked = [b.removeprefix("by_") for b in facts.by if b != f"by_{sides.dimension}"]
    taken = {sides.dimension, *facts.anatomy.ancestors(sides.dimension)}
    return asked or [d for d in first_dimensions(facts, measure) if d not in taken]


def _shown(ranked: Sequence[Split]) -> tuple[Split, ...]:
    """The splits that explain most, one of those that name the same part (region, user's region)."""
    kept: dict[str, Split] = {}
    for split in ranked:
        kept.setdefault(str(split.best.value) if split.best else split.dimension, split)
    return tuple(kept.values())[:SHOWN]


def _base(
    facts: Facts,
    measure: Measure,
    sides: Sides,
    path: Sequence[Step],
    whole: tuple[float, float],
) -> float:
    """The change that the path's last part is a share of, in the measure that answered there."""
    if not path:
        return whole[1] - whole[0]
    names = tuple(s.split.dimension for s in path)
    answering = facts.anatomy.finest(measure, names, condition(path))
    if answering == measure:
        return whole[1] - whole[0]
    before, after = whole_of(facts, (answering,), sides)[0]
    return after - before


ANALYSIS = Analysis(
    name="why",
    title="归因分析",
    intent=Intent(
        phrases=phrases(),
        examples=(
            "上个月销售额为什么跌了",
            "华南5月GMV下滑的原因",
            "为什么5月华南跌了",
            "客单价下降的原因",
        ),
        not_examples=(
            "上个月各退款原因的退款金额",
            "上个月销售额环比下降多少",
        ),
    ),
    needs=(),
    measured=True,
    compares=True,
    definition=(
        "比较两个时期（默认与上一期）或两组。逐个维度算每个取值对变化的贡献，加起来等于总变化；比率拆成结构变化和各自变化；"
        "按意外度 × 解释力排序，再在最能解释的取值里往下看，最多 {depth} 层。因子按对数平均（LMDI）拆分，加起来等于总变化。"
        "描述性，不代表因果"
    ),
    params={
        "depth": Param(3, "下钻层数", ("下钻{}层", "往下{}层", "拆{}层"), low=1, high=5),
        "view": Param(
            "dimension",
            "拆法",
            choices=(
                ("dimension", ("按维度拆", "按维度")),
                ("factor", ("按因子拆", "按因子", "因子拆解", "拆成因子", "按公式拆", "杜邦分析")),
            ),
        ),
    },
    run=run,
)
