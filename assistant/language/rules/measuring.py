"""度量：平均/总/最大 + 数值列，P90，日均、店均、人均。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import (
    AggWord,
    Cue,
    DimensionWord,
    MetricWord,
    PerCue,
    TableWord,
    VerbWord,
)
from assistant.language.phrases import Measured
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Agg, ColumnAggregate, Formula, MetricRef, PerUnit

grammar = Grammar()


@phrase(grammar, [text(r"p\d{1,2}(?:\.\d)?")])
def percentile_p(p: str) -> AggWord:
    return AggWord(Agg.PERCENTILE, float(p[1:]) / 100)


@phrase(grammar, [Number, text("百?分位(?:数|值|点)?")])
def percentile_words(n: Number, _: str) -> AggWord | None:
    value = float(n.value)
    return AggWord(Agg.PERCENTILE, value / 100 if value > 1 else value)


@phrase(grammar, [AggWord, opt(text("的|每[个单笔人]")), DimensionWord])
def aggregate_of(agg: AggWord, _: Any, dimension: DimensionWord) -> Measured | None:
    return _aggregates(agg, dimension)


@phrase(grammar, [DimensionWord, opt(text("的")), AggWord])
def of_aggregate(dimension: DimensionWord, _: Any, agg: AggWord) -> Measured | None:
    return _aggregates(agg, dimension)


def _aggregates(agg: AggWord, dimension: DimensionWord) -> Measured | None:
    """Any column can be counted; only numbers and times have a mean or a maximum."""
    names = dimension.names if agg.agg is Agg.COUNT_DISTINCT else dimension.numbers
    options = tuple(ColumnAggregate(agg.agg, d, at=agg.at) for d in names)
    return Measured(options) if options else None


@phrase(grammar, [VerbWord, text("的?(?:次数|笔数|单数)")])
def times_done(verb: VerbWord, _: str) -> Measured:
    """购买次数"""
    return Measured(tuple(MetricRef(n) for n in verb.names[:1]))


@phrase(grammar, [PerCue, opt(text("的")), MetricWord])
def per_unit(per: PerCue, _: Any, metric: MetricWord) -> Measured | None:
    if not per.unit:
        return None
    return Measured(tuple(PerUnit(MetricRef(m), per.unit) for m in metric.names))


@phrase(grammar, [MetricWord, opt(text("的")), PerCue])
def per_unit_after(metric: MetricWord, _: Any, per: PerCue) -> Measured | None:
    if not per.unit:
        return None
    return Measured(tuple(PerUnit(MetricRef(m), per.unit) for m in metric.names))


@phrase(grammar, [one_of(TableWord, DimensionWord), PerCue, opt(text("的")), MetricWord])
def per_entity(entity: Any, per: PerCue, _: Any, metric: MetricWord) -> Measured | None:
    """店均销售额, 人均消费: divided by the members of an entity or of a key."""
    if per.unit:
        return None
    return _per(entity, metric)


@phrase(grammar, [text("平均|均"), opt(Cue.EACH), opt(text("每|一?[个家位名]")), one_of(TableWord, DimensionWord), opt(text("的")), MetricWord])
def average_each(_: str, __: Any, each: Any, entity: Any, ___: Any, metric: MetricWord) -> Measured | None:
    return _per(entity, metric) if each or __ else None


def _per(entity: Any, metric: MetricWord) -> Measured:
    prefix = "@" if isinstance(entity, TableWord) else ""
    return Measured(
        tuple(PerUnit(MetricRef(m), f"{prefix}{e}") for m in metric.names for e in entity.names)
    )


@phrase(grammar, [AggWord, opt(text("的")), MetricWord])
def aggregate_metric(agg: AggWord, _: Any, metric: MetricWord) -> Measured | None:
    """总销售额 is the metric itself; other aggregates of a metric are settled with their group."""
    if agg.agg is not Agg.SUM:
        return None
    return Measured(tuple(MetricRef(m) for m in metric.names))


ARITHMETIC = {"减": "-", "减去": "-", "减掉": "-", "扣除": "-", "扣掉": "-", "除以": "/", "加": "+", "加上": "+", "乘以": "*", "-": "-"}


@phrase(grammar, [one_of(MetricWord, Measured), text("减去|减掉|减|扣除|扣掉|除以|加上|加|乘以|-"), one_of(MetricWord, Measured)])
def formula(left: Any, op: str, right: Any) -> Measured | None:
    """销售额减去退款金额"""
    a, b = _measures(left)[0], _measures(right)[0]
    return Measured((Formula(ARITHMETIC[op], a, b),)) if a != b else None


def _measures(word: Any) -> tuple[Any, ...]:
    return tuple(MetricRef(m) for m in word.names) if isinstance(word, MetricWord) else word.options
