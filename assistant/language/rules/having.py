"""按指标筛选：指标与数、与平均、与另一个指标、与它自己的变化相比。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import (
    AggWord,
    ChangeCue,
    CompareCue,
    Cue,
    MetricWord,
    OpWord,
    PerCue,
)
from assistant.language.phrases import Condition_, Grouping, Measured, Threshold
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import (
    Agg,
    Benchmark,
    Comparison,
    Having,
    HavingChange,
    Measure,
    MetricRef,
    Op,
    PerUnit,
)

grammar = Grammar()

MEASURE = one_of(MetricWord, Measured)
NEGATIVE = {Op.GT: Op.LT, Op.GE: Op.LE, Op.LT: Op.GT, Op.LE: Op.GE}


def measures(word: Any) -> tuple[Measure, ...]:
    return tuple(MetricRef(m) for m in word.names) if isinstance(word, MetricWord) else word.options


@phrase(
    grammar,
    [MEASURE, opt(one_of(Cue.IS, text("的|在|都|有(?!没有)|总和|合计"))), Threshold],
    examples=("甲指标超过500万", "甲指标在100到200之间", "甲指标合计不低于1000"),
    rejects=("甲指标前500",),
)
def measure_threshold(word: Any, _: Any, t: Threshold) -> Condition_:
    return Condition_(tuple(Having(m, t.op, t.values) for m in measures(word)))


UNIT_OF = {"月": "month", "日": "day", "周": "week", "年": "year"}


@phrase(
    grammar,
    [
        text(r"(?<![\d上本这下当全每个几哪两今去前明同半单周元数一二三四五六七八九十])[月日周年]"),
        MetricWord,
        opt(text("在|都|有")),
        Threshold,
    ],
    examples=("月甲指标超过500万",),
    rejects=("3月甲指标超过500万", "上月甲指标超过500万"),
)
def unit_threshold(unit: str, metric: MetricWord, _: Any, t: Threshold) -> Condition_:
    """月销售额过百万: the mean over the months."""
    per = (PerUnit(MetricRef(n), UNIT_OF[unit]) for n in metric.names)
    return Condition_(tuple(Having(m, t.op, t.values) for m in per))


LEVEL = one_of(Cue.AVERAGE_LEVEL, Cue.OVERALL, AggWord, PerCue)


ALL_OF = text("(?:所有|全部|全体|各|各个|其他)[\u4e00-\u9fff]{1,4}的?")


def level(word: Any) -> str | None:
    """Which benchmark 平均, 整体, 中位数, 月均 stand for."""
    if word is Cue.OVERALL:
        return "overall"
    if isinstance(word, AggWord):
        return {Agg.AVG: "group_average", Agg.MEDIAN: "group_median"}.get(word.agg)
    return "group_average"


@phrase(
    grammar,
    [MEASURE, text("有没有|是不是|是否|有否|能否|有无|会不会"), Threshold],
    examples=("甲指标有没有超过500万", "甲指标是否低于100"),
    rejects=("甲指标超过500万",),
)
def measure_claim(word: Any, _: str, t: Threshold) -> Condition_:
    return Condition_(tuple(Having(m, t.op, t.values) for m in measures(word)), claim=True)


@phrase(
    grammar,
    [MEASURE, opt(text("有(?!没有)|到|达到")), Threshold, text("了?吗|了?没有?|么")],
    examples=("甲指标超过500万了吗", "甲指标有超过500万吗"),
    rejects=("甲指标超过500万",),
)
def measure_claim_after(word: Any, _: Any, t: Threshold, __: str) -> Condition_:
    return Condition_(tuple(Having(m, t.op, t.values) for m in measures(word)), claim=True)


@phrase(
    grammar,
    [MEASURE, text("到了?|达到了?|有|够|破了?"), Number, text("了?吗|了没有?|没有?|么")],
    examples=("甲指标到1000了吗", "甲指标破500万了没有"),
    rejects=("甲指标到1000",),
)
def measure_reached(word: Any, _: str, n: Number, __: str) -> Condition_:
    return Condition_(
        tuple(Having(m, Op.GE, (float(n.value),)) for m in measures(word)), claim=True
    )


@phrase(
    grammar,
    [text("到了?|达到了?|有|够|破了?"), Number, text("了没有?|没有|没(?=$|[?？])")],
    examples=("到1000没有", "破500万了没有"),
    rejects=("到1000",),
)
def level_reached(_: str, n: Number, __: str) -> Condition_:
    """抖音退款率上个月到5%没有: the measure is said elsewhere."""
    return Condition_((Having(MetricRef(""), Op.GE, (float(n.value),)),), claim=True)


@phrase(
    grammar,
    [
        MEASURE,
        opt(one_of(Cue.IS, text("的|在|都|比|是"))),
        OpWord,
        LEVEL,
        opt(text("水平|值|线|数")),
    ],
    examples=("甲指标高于平均水平", "甲指标低于整体", "甲指标超过中位数"),
    rejects=("甲指标高于最大值",),
)
def above_average(word: Any, _: Any, op: OpWord, average: Any, ___: Any) -> Condition_ | None:
    kind = level(average)
    if kind is None or op.after:
        return None
    return Condition_(tuple(Having(m, op.op, (Benchmark(kind),)) for m in measures(word)))


@phrase(
    grammar,
    [MEASURE, OpWord, Grouping, Cue.AVERAGE_LEVEL],
    examples=("甲指标高于各城市平均值",),
    rejects=("甲指标高于城市平均值",),
)
def above_average_of(word: Any, op: OpWord, _: Grouping, __: Any) -> Condition_ | None:
    if op.after:
        return None
    return Condition_(
        tuple(Having(m, op.op, (Benchmark("group_average"),)) for m in measures(word))
    )


@phrase(
    grammar,
    [MEASURE, opt(text("在|比")), Cue.THAN, opt(ALL_OF), LEVEL, text("还?要?(?:高|多|大|好|强)")],
    examples=("甲指标比整体高", "甲指标比平均水平还要多"),
    rejects=("甲指标比整体低",),
)
def higher_than_level(
    word: Any, _: Any, __: Any, ____: Any, average: Any, ___: str
) -> Condition_ | None:
    kind = level(average)
    return (
        Condition_(tuple(Having(m, Op.GT, (Benchmark(kind),)) for m in measures(word)))
        if kind
        else None
    )


@phrase(
    grammar,
    [
        Cue.THAN,
        opt(ALL_OF),
        LEVEL,
        opt(text("的|水平的?")),
        MEASURE,
        text("还?要?(?:高|多|大|好|强)"),
    ],
    examples=("比平均甲指标高", "比整体的甲指标还多"),
    rejects=("比平均甲指标低",),
)
def higher_than_mean(_: Any, __: Any, average: Any, ___: Any, word: Any, ____: str) -> Any:
    kind = level(average)
    found = tuple(Having(m, Op.GT, (Benchmark(kind),)) for m in measures(word)) if kind else ()
    return Condition_(found) if found else None


@phrase(
    grammar,
    [
        Cue.THAN,
        opt(ALL_OF),
        LEVEL,
        opt(text("的|水平的?")),
        MEASURE,
        text("还?要?(?:低|少|小|差|弱)"),
    ],
    examples=("比平均甲指标低",),
    rejects=("比平均甲指标高",),
)
def lower_than_mean(_: Any, __: Any, average: Any, ___: Any, word: Any, ____: str) -> Any:
    kind = level(average)
    found = tuple(Having(m, Op.LT, (Benchmark(kind),)) for m in measures(word)) if kind else ()
    return Condition_(found) if found else None


@phrase(
    grammar,
    [MEASURE, opt(text("在|比")), Cue.THAN, opt(ALL_OF), LEVEL, text("还?要?(?:低|少|小|差|弱)")],
    examples=("甲指标比整体低", "甲指标比平均水平还要少"),
    rejects=("甲指标比整体高",),
)
def lower_than_level(
    word: Any, _: Any, __: Any, ____: Any, average: Any, ___: str
) -> Condition_ | None:
    kind = level(average)
    return (
        Condition_(tuple(Having(m, Op.LT, (Benchmark(kind),)) for m in measures(word)))
        if kind
        else None
    )


@phrase(
    grammar,
    [MEASURE, opt(text("在")), LEVEL, OpWord],
    examples=("甲指标在中位数以上", "甲指标平均值以下"),
    rejects=("甲指标在最大值以上",),
)
def beyond_level(word: Any, _: Any, average: Any, op: OpWord) -> Condition_ | None:
    kind = level(average)
    if kind is None or not op.after:
        return None
    return Condition_(tuple(Having(m, op.op, (Benchmark(kind),)) for m in measures(word)))


@phrase(
    grammar,
    [OpWord, LEVEL, opt(text("的")), MEASURE],
    examples=("高于平均甲指标", "低于整体的甲指标"),
    rejects=("高于月均甲指标",),
)
def above_average_before(op: OpWord, average: Any, __: Any, word: Any) -> Condition_ | None:
    kind = level(average)
    if op.after or kind is None or isinstance(average, PerCue):
        return None
    return Condition_(tuple(Having(m, op.op, (Benchmark(kind),)) for m in measures(word)))


@phrase(
    grammar,
    [MEASURE, opt(text("在")), Cue.ABOVE_AVERAGE],
    examples=("甲指标在平均以上", "甲指标均值以上"),
    rejects=("金额均值以上",),
)
def over_average(word: Any, _: Any, __: Any) -> Condition_:
    return Condition_(
        tuple(Having(m, Op.GT, (Benchmark("group_average"),)) for m in measures(word))
    )


@phrase(
    grammar,
    [MEASURE, OpWord, MEASURE],
    examples=("甲指标超过乙指标", "甲指标低于乙指标"),
    rejects=("甲指标以上乙指标",),
)
def above_measure(left: Any, op: OpWord, right: Any) -> Condition_ | None:
    if op.after:
        return None
    return Condition_(
        tuple(
            Having(a, op.op, (Benchmark("measure", b),))
            for a in measures(left)
            for b in measures(right)
            if a != b
        )
    )


def _change(cue: ChangeCue, t: Threshold) -> tuple[Op, tuple[float, ...]]:
    if cue.direction < 0:
        values = tuple(-v for v in t.values)
        op = NEGATIVE.get(t.op, t.op)
        return op, tuple(sorted(values))
    return t.op, t.values


@phrase(
    grammar,
    [opt(MEASURE), CompareCue, opt(ChangeCue), Threshold],
    examples=("同比下滑超过10%", "甲指标同比增长超过10%", "环比多于500"),
    rejects=("甲指标超过10%",),
)
def change_threshold(word: Any, compare: CompareCue, cue: Any, t: Threshold) -> Condition_ | None:
    if cue is None and compare.direction:
        cue = ChangeCue(compare.direction, "rate")
    op, values = _change(cue, t) if cue else (t.op, t.values)
    show = "rate" if t.percent or (cue and cue.show == "rate") else "difference"
    if cue is None and not t.percent and all(abs(v) <= 1 for v in t.values):
        show = "rate"
    options: tuple[Measure, ...] = measures(word) if word else (MetricRef(""),)
    comparison = Comparison(compare.kinds[0])
    return Condition_(tuple(HavingChange(m, comparison, op, values, show) for m in options))


@phrase(
    grammar,
    [
        opt(MEASURE),
        CompareCue,
        opt(text("都|均|在|是|是在|有所|出现")),
        ChangeCue,
        text("了?的(?!趋势|原因|幅度|比例|情况)|了?吗|了?没有?"),
    ],
    examples=("环比下降的", "甲指标同比增长的", "甲指标同比下降了吗"),
    rejects=("同比增长的趋势", "同比变化了吗"),
)
def change_sign(
    word: Any, compare: CompareCue, __: Any, cue: ChangeCue, _: str
) -> Condition_ | None:
    """A condition when something is grouped, a claim when asked 是不是."""
    if cue.direction == 0 or cue.show:
        return None
    op = Op.GT if cue.direction > 0 else Op.LT
    options: tuple[Measure, ...] = measures(word) if word else (MetricRef(""),)
    comparison = Comparison(compare.kinds[0])
    return Condition_(tuple(HavingChange(m, comparison, op, (0.0,), "rate") for m in options))
