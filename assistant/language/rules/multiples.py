"""按指标筛选：平均的几倍、整体的一半。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, OpWord
from assistant.language.phrases import Condition_
from assistant.language.rules.having import MEASURE, measures
from assistant.language.rules.levels import LEVEL, level
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Benchmark, Having, Op

grammar = Grammar()

HALF = text("的?(?:一半|半数)")
TIMES = text("倍")
BE = one_of(Cue.IS, text("的|在|是|达到?了?|有|比"))


def _times(word: Any, op: Op, average: Any, factor: float) -> Condition_ | None:
    kind = level(average)
    if kind is None or factor <= 0:
        return None
    return Condition_(
        tuple(Having(m, op, (Benchmark(kind, factor=factor),)) for m in measures(word))
    )


@phrase(
    grammar,
    [MEASURE, opt(BE), OpWord, LEVEL, opt(text("的")), Number, TIMES],
    examples=("甲指标超过平均值1.5倍", "甲指标低于整体的2倍"),
    rejects=("甲指标超过1.5倍",),
)
def over_times(
    word: Any, _: Any, op: OpWord, average: Any, __: Any, n: Number, ___: str
) -> Condition_ | None:
    return None if op.after else _times(word, op.op, average, float(n.value))


@phrase(
    grammar,
    [MEASURE, opt(BE), LEVEL, opt(text("的")), Number, TIMES, OpWord],
    examples=("甲指标是平均水平的两倍以上", "甲指标达到整体2倍以上"),
    rejects=("甲指标两倍以上",),
)
def times_over(
    word: Any, _: Any, average: Any, __: Any, n: Number, ___: str, op: OpWord
) -> Condition_ | None:
    return _times(word, op.op, average, float(n.value)) if op.after else None


@phrase(
    grammar,
    [MEASURE, opt(BE), OpWord, LEVEL, HALF],
    examples=("甲指标低于平均水平的一半", "甲指标不超过整体一半"),
    rejects=("甲指标低于一半",),
)
def under_half(word: Any, _: Any, op: OpWord, average: Any, __: str) -> Condition_ | None:
    return None if op.after else _times(word, op.op, average, 0.5)
