"""度量：平均、总、最大加一列数，分位数，日均与人均，指标之间的加减乘除。"""

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
from assistant.language.phrases import Measured, Tally
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Agg, ColumnAggregate, Formula, MetricRef, PerUnit

grammar = Grammar()


@phrase(grammar, [text(r"p\d{1,2}(?:\.\d)?")], examples=("p90", "P99.9"), rejects=("p",))
def percentile_p(p: str) -> AggWord:
    return AggWord(Agg.PERCENTILE, float(p[1:]) / 100)


@phrase(
    grammar,
    [Number, text("百?分位(?:数|值|点)?")],
    examples=("90分位", "95百分位数", "0.5分位值"),
    rejects=("90分",),
)
def percentile_words(n: Number, _: str) -> AggWord | None:
    value = float(n.value)
    return AggWord(Agg.PERCENTILE, value / 100 if value > 1 else value)


@phrase(
    grammar,
    [AggWord, opt(text("的|每[个单笔人]")), DimensionWord],
    examples=("平均金额", "最大的金额", "最高成本"),
    rejects=("平均城市",),
)
def aggregate_of(agg: AggWord, _: Any, dimension: DimensionWord) -> Measured | None:
    return _aggregates(agg, dimension)


@phrase(
    grammar,
    [DimensionWord, opt(text("的")), AggWord],
    examples=("金额的平均值", "金额p90", "城市去重数"),
    rejects=("城市的平均值",),
)
def of_aggregate(dimension: DimensionWord, _: Any, agg: AggWord) -> Measured | None:
    return _aggregates(agg, dimension)


def _aggregates(agg: AggWord, dimension: DimensionWord) -> Measured | None:
    """Any column can be counted; only numbers and times have a mean or a maximum."""
    names = dimension.names if agg.agg is Agg.COUNT_DISTINCT else dimension.numbers
    options = tuple(ColumnAggregate(agg.agg, d, at=agg.at) for d in names)
    return Measured(options) if options else None


@phrase(
    grammar,
    [VerbWord, text("的?(?:次数|笔数|单数)")],
    examples=("下单次数", "下单的笔数"),
    rejects=("下单金额",),
)
def times_done(verb: VerbWord, _: str) -> Measured:
    return Measured(tuple(MetricRef(n) for n in verb.names[:1]))


@phrase(
    grammar,
    [
        VerbWord,
        opt(text("了|过")),
        text("(?:有)?(?:多少|几)(?:次|笔|件|回)?(?![人位个名家种类天月年小钱条只单元一-龥])"),
    ],
    examples=("下单了多少", "下单多少次"),
    rejects=("下单了多少人",),
)
def done_how_much(verb: VerbWord, _: Any, __: str) -> Measured:
    """投诉了多少: how much of the deed itself."""
    return Measured(tuple(MetricRef(n) for n in verb.names[:1]))


@phrase(
    grammar,
    [PerCue, opt(text("的")), MetricWord],
    examples=("日均甲指标", "月均的甲指标"),
    rejects=("均甲指标",),
)
def per_time(per: PerCue, _: Any, metric: MetricWord) -> Measured | None:
    if not per.unit:
        return None
    return Measured(tuple(PerUnit(MetricRef(m), per.unit) for m in metric.names))


@phrase(
    grammar,
    [MetricWord, opt(text("的")), PerCue],
    examples=("甲指标日均", "甲指标的月均"),
    rejects=("甲指标均",),
)
def per_time_after(metric: MetricWord, _: Any, per: PerCue) -> Measured | None:
    if not per.unit:
        return None
    return Measured(tuple(PerUnit(MetricRef(m), per.unit) for m in metric.names))


@phrase(
    grammar,
    [one_of(TableWord, DimensionWord), PerCue, opt(text("的")), MetricWord],
    examples=("用户均甲指标", "城市均甲指标"),
    rejects=("用户日均甲指标",),
)
def per_entity(entity: Any, per: PerCue, _: Any, metric: MetricWord) -> Measured | None:
    """Divided by the members of an entity or of a key."""
    if per.unit:
        return None
    return _per(entity, metric)


@phrase(
    grammar,
    [
        text("平均|均"),
        opt(Cue.EACH),
        opt(text("每|一?[个家位名]")),
        one_of(TableWord, DimensionWord),
        opt(text("的|(?:了|有|是)?多少")),
        MetricWord,
    ],
    examples=("平均每个用户的甲指标", "平均每城市甲指标", "平均每个城市有多少甲指标"),
    rejects=("平均用户的甲指标",),
)
def average_each(
    _: str, __: Any, each: Any, entity: Any, ___: Any, metric: MetricWord
) -> Measured | None:
    return _per(entity, metric) if each or __ else None


def _per(entity: Any, metric: MetricWord) -> Measured:
    prefix = "@" if isinstance(entity, TableWord) else ""
    return Measured(
        tuple(PerUnit(MetricRef(m), f"{prefix}{e}") for m in metric.names for e in entity.names)
    )


@phrase(
    grammar,
    [AggWord, opt(text("的")), MetricWord],
    examples=("总甲指标", "合计的甲指标"),
    rejects=("平均甲指标",),
)
def aggregate_metric(agg: AggWord, _: Any, metric: MetricWord) -> Measured | None:
    """The total of a metric is the metric; its other aggregates are settled with their group."""
    if agg.agg is not Agg.SUM:
        return None
    return Measured(tuple(MetricRef(m) for m in metric.names))


@phrase(
    grammar,
    [
        one_of(MetricWord, Measured),
        text("占了?(?:总|全部|整体|同期)?"),
        one_of(MetricWord, Measured),
        text("的?(?:比例|比重|百分比|百分之多少|百分之几|几成|比率|多少|多大比例)"),
    ],
    examples=("甲指标占乙指标的比例", "甲指标占乙指标几成"),
    rejects=("甲指标占甲指标的比例", "甲城占甲指标的比例"),
)
def part_of_another(left: Any, _: str, right: Any, __: str) -> Measured | None:
    """退款金额占销售额的比例: one measure over another."""
    a, b = _measures(left)[0], _measures(right)[0]
    return Measured((Formula("/", a, b),)) if a != b else None


ARITHMETIC = {
    "减": "-",
    "减去": "-",
    "减掉": "-",
    "扣除": "-",
    "扣掉": "-",
    "除以": "/",
    "加": "+",
    "加上": "+",
    "乘以": "*",
    "-": "-",
}


@phrase(
    grammar,
    [
        one_of(MetricWord, Measured),
        text("减去|减掉|减|扣除|扣掉|除以|加上|加|乘以|-"),
        one_of(MetricWord, Measured),
    ],
    examples=("甲指标减去乙指标", "甲指标除以乙指标", "甲指标减乙指标加单量"),
    rejects=("甲指标减甲指标", "甲指标减甲城"),
)
def formula(left: Any, op: str, right: Any) -> Measured | None:
    a, b = _measures(left)[0], _measures(right)[0]
    return Measured((Formula(ARITHMETIC[op], a, b),)) if a != b else None


def _measures(word: Any) -> tuple[Any, ...]:
    return tuple(MetricRef(m) for m in word.names) if isinstance(word, MetricWord) else word.options


@phrase(
    grammar,
    [
        opt(text("这|以上|一共")),
        Number,
        text("列|栏|项(?!目)|个指标|个数字|个数据|个数(?![量据字])"),
    ],
    examples=("三列", "这两个指标"),
    rejects=("三项目",),
)
def listed_so_many(_: Any, n: Number, __: str) -> Tally | None:
    return Tally(int(n.value)) if 2 <= n.value <= 9 and float(n.value).is_integer() else None
