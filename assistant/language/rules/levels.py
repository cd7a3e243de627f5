"""按平均水平筛选：高于平均、比整体低、在中位数以上。"""

from __future__ import annotations

import re
from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import AggWord, Cue, OpWord, PerCue
from assistant.language.phrases import Condition_, Grouping
from assistant.language.rules.having import MEASURE, measures
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Agg, Benchmark, Having, Op

grammar = Grammar()

LEVEL = one_of(Cue.AVERAGE_LEVEL, Cue.OVERALL, AggWord, PerCue)


BESIDE = re.compile("还?要?(?:(高|多|大|好|强)|低|少|小|差|弱)")
ALL_OF = text("(?:所有|全部|全体|各|各个|其他)[\u4e00-\u9fff]{1,4}的?")


def level(word: Any) -> str | None:
    """Which benchmark 平均, 整体, 中位数, 月均 stand for."""
    if word is Cue.OVERALL:
        return "overall"
    if isinstance(word, AggWord):
        return {Agg.AVG: "group_average", Agg.MEDIAN: "group_median"}.get(word.agg)
    return "group_average"


def _held(word: Any, op: Op, kind: str | None) -> Condition_ | None:
    """The measure against a benchmark; None where the word names none."""
    if kind is None:
        return None
    return Condition_(tuple(Having(m, op, (Benchmark(kind),)) for m in measures(word)))


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
    return None if op.after else _held(word, op.op, level(average))


@phrase(
    grammar,
    [MEASURE, OpWord, Grouping, Cue.AVERAGE_LEVEL],
    examples=("甲指标高于各城市平均值",),
    rejects=("甲指标高于城市平均值",),
)
def above_average_of(word: Any, op: OpWord, _: Grouping, __: Any) -> Condition_ | None:
    return None if op.after else _held(word, op.op, "group_average")


@phrase(
    grammar,
    [MEASURE, opt(text("在|比")), Cue.THAN, opt(ALL_OF), LEVEL, BESIDE],
    examples=("甲指标比整体高", "甲指标比平均水平还要多", "甲指标比整体低"),
    rejects=("甲指标比整体",),
)
def beside_level(
    word: Any, _: Any, __: Any, ____: Any, average: Any, more: re.Match[str]
) -> Condition_ | None:
    return _held(word, Op.GT if more[1] else Op.LT, level(average))


@phrase(
    grammar,
    [Cue.THAN, opt(ALL_OF), LEVEL, opt(text("的|水平的?")), MEASURE, BESIDE],
    examples=("比平均甲指标高", "比整体的甲指标还多", "比平均甲指标低"),
    rejects=("比平均甲指标",),
)
def beside_mean(
    _: Any, __: Any, average: Any, ___: Any, word: Any, more: re.Match[str]
) -> Condition_ | None:
    return _held(word, Op.GT if more[1] else Op.LT, level(average))


@phrase(
    grammar,
    [MEASURE, opt(text("在")), LEVEL, OpWord],
    examples=("甲指标在中位数以上", "甲指标平均值以下"),
    rejects=("甲指标在最大值以上",),
)
def beyond_level(word: Any, _: Any, average: Any, op: OpWord) -> Condition_ | None:
    return _held(word, op.op, level(average)) if op.after else None


@phrase(
    grammar,
    [OpWord, LEVEL, opt(text("的")), MEASURE],
    examples=("高于平均甲指标", "低于整体的甲指标"),
    rejects=("高于月均甲指标",),
)
def above_average_before(op: OpWord, average: Any, __: Any, word: Any) -> Condition_ | None:
    return None if op.after or isinstance(average, PerCue) else _held(word, op.op, level(average))


@phrase(
    grammar,
    [MEASURE, opt(text("在")), Cue.ABOVE_AVERAGE],
    examples=("甲指标在平均以上", "甲指标均值以上"),
    rejects=("金额均值以上",),
)
def over_average(word: Any, _: Any, __: Any) -> Condition_ | None:
    return _held(word, Op.GT, "group_average")
