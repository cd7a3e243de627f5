"""按指标筛选：指标与数、与平均、与另一个指标、与它自己的变化相比。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import (
    ChangeCue,
    CompareCue,
    Cue,
    MetricWord,
    OpWord,
)
from assistant.language.phrases import Condition_, Measured, Threshold
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import (
    And,
    Benchmark,
    CompareKind,
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
SINCE = text("了?的(?!趋势|原因|幅度|比例|情况)")
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


@phrase(
    grammar,
    [CompareCue, MEASURE, opt(text("都|均|是|有所|出现")), ChangeCue, SINCE],
    examples=("同比甲指标下降的", "环比甲指标上涨的"),
    rejects=("同比甲指标下降", "同比甲指标下降的原因"),
)
def change_sign_before(
    compare: CompareCue, word: Any, _: Any, cue: ChangeCue, __: str
) -> Condition_ | None:
    """同比销售额下降的城市: the comparison said first."""
    kinds, op = Comparison(compare.kinds[0]), Op.GT if cue.direction > 0 else Op.LT
    found = tuple(HavingChange(m, kinds, op, (0.0,), "rate") for m in measures(word))
    return None if cue.direction == 0 or cue.show else Condition_(found)


@phrase(
    grammar,
    [
        MEASURE,
        ChangeCue,
        opt(text("了")),
        one_of(Cue.BUT, Cue.AND),
        MEASURE,
        ChangeCue,
        SINCE,
    ],
    examples=("甲指标涨了但乙指标跌的", "甲指标上升而乙指标下降的"),
    rejects=("甲指标涨了但乙指标跌", "甲指标涨了但甲指标跌了"),
)
def two_changes(
    first: Any, one: ChangeCue, _: Any, __: Any, second: Any, other: ChangeCue, ___: str
) -> Condition_ | None:
    """ADR涨了但入住率跌的: since when is not said, so both usual comparisons are offered."""
    if not (one.direction and other.direction) or one.show or other.show:
        return None
    return Condition_(
        tuple(
            And((_moved(a, kind, one), _moved(b, kind, other)))
            for kind in (CompareKind.PREVIOUS_PERIOD, CompareKind.YEAR_OVER_YEAR)
            for a in measures(first)
            for b in measures(second)
            if a != b
        )
    )


@phrase(
    grammar,
    [MEASURE, opt(text("在|都|有所|出现")), ChangeCue, SINCE],
    examples=("甲指标下降的", "甲指标上涨了的"),
    rejects=("甲指标下降", "甲指标下降的原因", "甲指标增长率的"),
)
def one_change(word: Any, _: Any, cue: ChangeCue, __: str) -> Condition_ | None:
    """销售额下降的城市, with nothing said to compare with."""
    if cue.direction == 0 or cue.show:
        return None
    kinds = (CompareKind.PREVIOUS_PERIOD, CompareKind.YEAR_OVER_YEAR)
    return Condition_(tuple(_moved(m, kind, cue) for kind in kinds for m in measures(word)))


def _moved(measure: Measure, kind: CompareKind, cue: ChangeCue) -> HavingChange:
    op = Op.GT if cue.direction > 0 else Op.LT
    return HavingChange(measure, Comparison(kind), op, (0.0,), "rate")
