"""A metric with everything, and with a segment or some days left out: computed twice, never subtracted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from analytics import words
from analytics.contract import Facts, Outcome, Refused, Suggestion, View
from analytics.contributions import Sides, fetch
from analytics.factor_tree import ways
from analytics.supposed import said_as
from analytics.why_told import figure
from semantic_layer.catalog import Metric
from semantic_layer.errors import Unanswerable
from semantic_layer.measures import conjunction, conjuncts
from semantic_layer.periods import add_months
from semantic_layer.query import Condition, Grain, Measure, MetricQuery, Op, Period, Scope, Where
from semantic_layer.result import Column

OPPOSITE = {Op.EQ: Op.NE, Op.IN: Op.NOT_IN}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``what`` is left out. ``lifted`` are conditions of the question that belong to the supposition,
    ``rest`` what holds instead; ``outer`` is the whole time, ``pieces`` what is left of it."""

    what: str
    lifted: tuple[Condition, ...]
    rest: Condition | None
    outer: Period
    pieces: tuple[Period, ...]


def left_out(facts: Facts, gone: bool) -> LeftOut | None:
    """What the question leaves out: an exclusion (没有抖音), one named segment that is gone, or days
    inside a longer time. None where it leaves nothing out, or doesn't say clearly what."""
    named = tuple(c for c in conjuncts(facts.scope.where) if isinstance(c, Where))
    excluded = tuple(c for c in named if c.op in OPPOSITE.values())
    kept = tuple(c for c in named if c.op in OPPOSITE)
    if not excluded and gone and len(kept) == 1:
        away = Where(kept[0].dimension, OPPOSITE[kept[0].op], kept[0].values)
        outer = period_of(facts)
        return LeftOut(_names(kept), kept, away, outer, (outer,))
    if excluded:
        outer = period_of(facts)
        return LeftOut(_names(excluded), excluded, conjunction(*excluded), outer, (outer,))
    return _days_out(facts, gone)


def _days_out(facts: Facts, gone: bool) -> LeftOut | None:
    known = [p for p in facts.scope.periods if p.start is not None and p.end is not None]
    if not known or (len(known) == 1 and not gone):
        return None
    outer = max(known, key=_length) if len(known) > 1 else _month_of(known[0])
    inner = sorted((p for p in known if p != outer), key=_start)
    if not inner or _start(inner[0]) < _start(outer) or _end(inner[-1]) > _end(outer):
        return None
    pieces, at = [], outer.start
    for p in inner:
        pieces.append(Period(at, p.start))
        at = p.end
    pieces = [p for p in (*pieces, Period(at, outer.end)) if _length(p) > timedelta()]
    what = "、".join(p.label or said_as(p) for p in inner)
    return LeftOut(what, (), None, replace(outer, label=said_as(outer)), tuple(pieces))


def _month_of(period: Period) -> Period:
    start = date(_start(period).year, _start(period).month, 1)
    return Period(start, add_months(start, 1), grain=Grain.MONTH)


def _start(period: Period) -> datetime:
    assert period.start is not None
    return datetime(period.start.year, period.start.month, period.start.day)


def _end(period: Period) -> datetime:
    assert period.end is not None
    return datetime(period.end.year, period.end.month, period.end.day)


def _length(period: Period) -> timedelta:
    return _end(period) - _start(period)


def _names(conditions: Sequence[Where]) -> str:
    return "、".join(str(v) for c in conditions for v in c.values)


def without(facts: Facts, target: Measure, left: LeftOut) -> Outcome | Refused:
    """The metric and its factors with everything, and without what is left out."""
    whole = facts.lifted(*left.lifted)
    metric = facts.anatomy.metric(target)
    if metric is None:
        return Refused("too-little-data", "只能对有名字的指标做假设")
    first_way = next(iter(ways(facts, target)), ())
    rows: list[tuple[str, float, float, float, float]] = []
    for measure in (target, *(m for m, _ in first_way)):
        known = facts.anatomy.metric(measure)
        try:
            now = value_of(whole, measure, (left.outer,))
            then = value_of(whole, measure, left.pieces, left.rest)
        except Unanswerable:
            continue
        if known is not None and now and then is not None:
            rows.append((known.label, now, then, then - now, then / now - 1))
    if not rows or rows[0][0] != metric.label:
        return Refused("too-little-data", f"{left.outer.label}没有可比的数据")
    _, now, then, delta, rate = rows[0]
    change = f"{'高' if delta > 0 else '低'} {fig(abs(delta), metric)}"
    return Outcome(
        columns=sides_columns(),
        rows=tuple(rows),
        view=View(
            "bar", "metric", ("rate",), title=f"没有{left.what}，{metric.label}{rate_text(rate)}"
        ),
        findings=(
            f"没有{left.what}，{left.outer.label} 的{metric.label}是 {fig(then, metric)}，"
            f"比现在的 {fig(now, metric)}{change}（{rate_text(rate)}）",
        ),
        suggestions=(
            Suggestion(
                f"定目标时把{left.what}和其余部分分开，各看各的{metric.label}",
                f"有没有{left.what}，{metric.label}相差 {fig(abs(delta), metric)}",
                f"{left.outer.label}{metric.label}",
            ),
        ),
        notes=(f"静态测算：没有算{left.what}的顾客或需求会转到别处，不是预测",),
        extra={"change": abs(delta)},
    )


# ── values ────────────────────────────────────────────────────────────────────────────────────


def period_of(facts: Facts) -> Period:
    """The last period said, else the last whole month."""
    said = [p for p in facts.scope.periods if p.start is not None and p.end is not None]
    end = (facts.last + timedelta(days=1)).replace(day=1)
    period = said[-1] if said else Period(add_months(end, -1), end, grain=Grain.MONTH)
    return replace(period, label=said_as(period))


def values_of(facts: Facts, measures: Sequence[Measure], sides: Sides) -> list[float | None]:
    rows = fetch(facts, measures, sides).get(None)
    return rows[0] if rows else [None] * len(measures)


def value_of(
    facts: Facts, measure: Measure, periods: Sequence[Period], where: Condition | None = None
) -> float | None:
    result = facts.compute(MetricQuery((measure,), (), Scope(where, tuple(periods))))
    value = result.rows[0][-1] if result.rows else None
    return None if value is None else float(value)


def fig(value: float, metric: Metric) -> str:
    return figure(value, metric.format, metric.unit)


def rate_text(rate: float) -> str:
    """
    >>> rate_text(-0.308)
    '-30.8%'
    """
    return f"{rate * 100:+,.1f}%"


def sides_columns() -> tuple[Column, ...]:
    return (
        words.dimension("metric", "指标"),
        words.measure("now", "现在"),
        words.measure("then", "假设后"),
        words.measure("change", "变化"),
        words.share("rate", "变化率"),
    )
