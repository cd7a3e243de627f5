"""数值条件：超过、以上、之间，以及两列相比。数是哪一列的，没说就留给句子的其余部分。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, DimensionWord, OpWord, UnitWord
from assistant.language.phrases import Condition_, Threshold
from assistant.language.rules.number import Kind as NumberKind
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import And, Having, Op, Ref, Where

grammar = Grammar()

TO = text(r"到|至|-|~|—|–|和|与")
TIME_UNITS = ("天", "日", "年", "月", "个月", "周", "小时", "分钟")
CALENDAR = {"年", "月", "日"}
FIRST_YEAR = 1900
INVERSE = {Op.GT: Op.LE, Op.GE: Op.LT, Op.LT: Op.GE, Op.LE: Op.GT}


@phrase(
    grammar,
    [OpWord, opt(Cue.EVER), Number, opt(UnitWord)],
    examples=("超过500", "至少1000元", "大于30%"),
    rejects=("500以上", "超过甲指标"),
)
def threshold(op: OpWord, _: Any, n: Number, __: Any) -> Threshold | None:
    if getattr(__, "text", "") in ("月", "年", "日"):
        return None  # 高于4月 compares with April
    return None if op.after else Threshold(op.op, (float(n.value),), n.kind is NumberKind.PERCENT)


@phrase(
    grammar,
    [Cue.NOT, OpWord, Number, opt(UnitWord)],
    examples=("不超过500", "没有超过3次", "没达到80%"),
    rejects=("不足500",),
)
def negative_threshold(_: Any, op: OpWord, n: Number, __: Any) -> Threshold | None:
    return (
        None
        if op.after or op.op not in INVERSE
        else Threshold(INVERSE[op.op], (float(n.value),), n.kind is NumberKind.PERCENT)
    )


@phrase(
    grammar,
    [opt(text("在|有|满|达到?")), Number, opt(UnitWord), OpWord],
    examples=("500以上", "满1000元以上", "30岁以下"),
    rejects=("超过500",),
)
def threshold_after(_: Any, n: Number, __: Any, op: OpWord) -> Threshold | None:
    return Threshold(op.op, (float(n.value),), n.kind is NumberKind.PERCENT) if op.after else None


@phrase(
    grammar,
    [
        opt(text("在|介于|处于|从")),
        Number,
        opt(UnitWord),
        TO,
        Number,
        opt(UnitWord),
        opt(text("之间|间|以内|区间|范围内?|之内")),
    ],
    examples=("50到100", "在50到100之间", "50元至100元", "介于50和100之间", "5%到10%"),
    rejects=("50和100", "100到50之间", "5月到8月之间", "3天到5天", "在2019年至2022年间"),
)
def number_between(
    head: Any, low: Number, _: Any, __: str, high: Number, ___: Any, tail: Any
) -> Threshold | None:
    if __ in ("和", "与") and tail is None:
        return None
    a, b = float(low.value), float(high.value)
    for scale in (1e8, 1e4):
        if b % scale == 0 and 0 < a < b / scale:
            a *= scale  # 50到100万: the unit is said once
            break
    units = (getattr(_, "text", ""), getattr(___, "text", ""))
    if head is None and tail is None and any(u in TIME_UNITS for u in units):
        return None
    if CALENDAR & set(units) and ("年" not in units or b >= FIRST_YEAR):
        return None  # 在2019年至2022年间, 5月到8月之间: times, not numbers
    percent = NumberKind.PERCENT in (low.kind, high.kind)
    if high.kind is NumberKind.PERCENT and low.kind is not NumberKind.PERCENT:
        a /= 100
    bare = head is None and tail is None and _ is None and ___ is None
    return Threshold(Op.BETWEEN, (a, b), percent, bare) if a < b else None


@phrase(
    grammar,
    [DimensionWord, opt(one_of(Cue.IS, text("在|有|的|为|金额"))), Threshold],
    examples=("金额超过500", "金额在50到100之间", "成本为1000元以上"),
    rejects=("城市超过500",),
)
def dimension_threshold(dimension: DimensionWord, _: Any, t: Threshold) -> Condition_ | None:
    options = tuple(Where(d, t.op, t.values) for d in dimension.numbers)
    return Condition_(options) if options else None


@phrase(
    grammar,
    [Condition_, one_of(Cue.AND, Cue.BUT), Threshold],
    examples=("金额大于500且小于1000", "甲指标超过100但低于200"),
    rejects=("金额在50到100之间且小于80",),
)
def second_threshold(first: Condition_, _: Any, t: Threshold) -> Condition_ | None:
    options: list[Any] = []
    for c in first.options:
        if isinstance(c, Where) and c.op in INVERSE:
            options.append(And((c, Where(c.dimension, t.op, t.values))))
        elif isinstance(c, Having) and c.op in INVERSE:
            options.append(And((c, Having(c.measure, t.op, t.values))))
    return Condition_(tuple(options)) if options else None


@phrase(
    grammar,
    [DimensionWord, OpWord, DimensionWord],
    examples=("金额低于成本",),
    rejects=("金额低于金额", "金额低于城市"),
)
def two_columns(left: DimensionWord, op: OpWord, right: DimensionWord) -> Condition_ | None:
    if op.after or not left.numbers or not right.numbers:
        return None
    a, b = left.numbers[0], right.numbers[0]
    return Condition_((Where(a, op.op, (Ref(b),)),)) if a != b else None


@phrase(
    grammar,
    [DimensionWord, Cue.IS, Number, opt(UnitWord)],
    examples=("金额等于500", "成本为30元"),
    rejects=("城市等于500",),
)
def dimension_equals(dimension: DimensionWord, _: Any, n: Number, __: Any) -> Condition_ | None:
    options = tuple(Where(d, Op.EQ, (_whole(n.value),)) for d in dimension.numbers)
    return Condition_(options) if options else None


def _whole(x: float) -> float | int:
    return int(x) if float(x).is_integer() else float(x)
