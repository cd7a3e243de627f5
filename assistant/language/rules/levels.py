"""按平均水平筛选：高于平均、比整体低、在中位数以上。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import AggWord, Cue, OpWord, PerCue
from assistant.language.phrases import Condition_, Grouping
from assistant.language.rules.having import MEASURE, measures
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Agg, Benchmark, Having, Op

grammar = Grammar()

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
