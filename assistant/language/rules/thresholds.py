"""数值条件：超过、以上、之间，以及两列相比。数是哪一列的，没说就留给句子的其余部分。"""

from __future__ import annotations

import re
from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, DimensionWord, LengthWord, OpWord, UnitWord
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
BEST = 100  # points that somebody may give
STARS = 10
INVERSE = {Op.GT: Op.LE, Op.GE: Op.LT, Op.LT: Op.GE, Op.LE: Op.GT}


def said_unit(word: Any) -> str:
    return word.text if isinstance(word, UnitWord) else ""


POINTS = ("点", "个点", "百分点", "个百分点")


def _compared(op: Op, n: Number, unit: Any) -> Threshold | None:
    """None where the unit makes it a percentage: 5个点 is 5 %, which the number says itself."""
    if said_unit(unit) in POINTS:
        return None
    return Threshold(op, (float(n.value),), n.kind is NumberKind.PERCENT, unit=said_unit(unit))


ROUND = {
    "十": 10.0,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
}


@phrase(
    grammar,
    [OpWord, opt(Cue.EVER), Number, opt(UnitWord)],
    examples=("超过500", "至少1000元", "大于30%"),
    rejects=("500以上", "超过甲指标"),
)
def threshold(op: OpWord, _: Any, n: Number, __: Any) -> Threshold | None:
    if said_unit(__) in ("月", "年", "日"):
        return None  # 高于4月 compares with April
    return None if op.after else _compared(op.op, n, __)


@phrase(
    grammar,
    [
        opt(text("只?[打给评得]了?|评分?为|评分?是")),
        Number,
        text("(?:颗?星|分)(?!钟|之|位|档|段|层|组|期)"),
        opt(text("级")),
    ],
    examples=("打五分", "3星", "一星", "给了1分"),
    rejects=("五分钟", "九十分位", "3件"),
)
def graded(_: Any, n: Number, unit: str, __: Any) -> Threshold | None:
    """Stars and points tell the column they are kept in."""
    whole = float(n.value).is_integer() and 0 <= n.value <= (STARS if unit[-1] == "星" else BEST)
    return Threshold(Op.EQ, (float(n.value),), unit=unit[-1]) if whole else None


@phrase(
    grammar,
    [re.compile("([一二三四五1-5])[、,/]?([一二三四五1-5])颗?星(?!期|级酒店)")],
    examples=("一二星", "4、5星"),
    rejects=("十二星",),
)
def graded_pair(m: re.Match[str]) -> Threshold:
    """一二星 are the ones and the twos."""
    both = [float("一二三四五".find(c) + 1 or int(c)) for c in m.groups()]
    return Threshold(Op.IN, tuple(both), unit="星")


@phrase(
    grammar,
    [Threshold, opt(one_of(Cue.AND, Cue.OR)), Threshold],
    examples=("1星或2星", "四星和五星", "一星两星"),
    rejects=("500以上或100以下",),
)
def graded_either(left: Threshold, _: Any, right: Threshold) -> Threshold | None:
    if left.op not in (Op.EQ, Op.IN) or right.op is not Op.EQ or left.unit != right.unit:
        return None
    return Threshold(Op.IN, (*left.values, *right.values), unit=left.unit)


@phrase(
    grammar,
    [text("连"), Number, opt(UnitWord), text("都?(?:还?没有?|不|未)(?:到|够|满|达到|超?过)?")],
    examples=("连3%都没到", "连100件都不到"),
    rejects=("连续3天",),
)
def not_even(_: str, n: Number, unit: Any, __: str) -> Threshold | None:
    return _compared(Op.LT, n, unit)


@phrase(
    grammar,
    [
        re.compile(
            "(超过|过|破|突破|上|满|不到|不足|不满|没到|没过)了?(十|百|千|万|十万|百万|千万|亿)(?![分元千万亿以之0-9一二三四五六七八九几多])"
        )
    ],
    examples=("过千", "破百", "不到万"),
    rejects=("过百分之十", "上千元", "过3千"),
)
def round_number(m: re.Match[str]) -> Threshold:
    """过千 is more than one thousand: the unit of the number alone says it."""
    ops = {"满": Op.GE, "上": Op.GE, "没过": Op.LE}
    op = ops.get(m[1], Op.LT if m[1][0] in "不没" else Op.GT)
    return Threshold(op, (ROUND[m[2]],))


@phrase(
    grammar,
    [Threshold, text("的?[大小](?=单|店|客户|额|户|$)")],
    examples=("5000以上的大",),
    rejects=("大订单",),
)
def sized(t: Threshold, _: str) -> Threshold:
    """5千以上的大单: the size is what the number says."""
    return t


@phrase(
    grammar,
    [Cue.NOT, OpWord, Number, opt(UnitWord)],
    examples=("不超过500", "没有超过3次", "没达到80%"),
    rejects=("不足500",),
)
def negative_threshold(_: Any, op: OpWord, n: Number, __: Any) -> Threshold | None:
    return None if op.after or op.op not in INVERSE else _compared(INVERSE[op.op], n, __)


@phrase(
    grammar,
    [opt(text("在|有|满|达到?")), Number, opt(UnitWord), OpWord],
    examples=("500以上", "满1000元以上", "30岁以下"),
    rejects=("超过500",),
)
def threshold_after(_: Any, n: Number, __: Any, op: OpWord) -> Threshold | None:
    return _compared(op.op, n, __) if op.after else None


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
    units = (said_unit(_), said_unit(___))
    if head is None and tail is None and any(u in TIME_UNITS for u in units):
        return None
    if CALENDAR & set(units) and ("年" not in units or b >= FIRST_YEAR):
        return None  # 在2019年至2022年间, 5月到8月之间: times, not numbers
    percent = NumberKind.PERCENT in (low.kind, high.kind)
    if high.kind is NumberKind.PERCENT and low.kind is not NumberKind.PERCENT:
        a /= 100
    bare = head is None and tail is None and _ is None and ___ is None
    return Threshold(Op.BETWEEN, (a, b), percent, bare, units[1] or units[0]) if a < b else None


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
    [text("(?:为|是|变成|成|呈)?了?负(?:数|值|的)?(?![债责担面评荷增向载离])")],
    examples=("为负", "是负数"),
    rejects=("负债", "负增长", "负责"),
)
def below_zero(_: str) -> Threshold:
    return Threshold(Op.LT, (0.0,))


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


LASTING = text("连续?|一?共|总共|只|仅仅?|就|刚好|正好|整整|才|一口气")


@phrase(
    grammar,
    [opt(LASTING), LengthWord, opt(text("了|过|满|够")), Number, UnitWord],
    examples=("住三晚", "只住1晚", "连住了3晚"),
    rejects=("住三", "三晚"),
)
def lasted(_: Any, word: LengthWord, __: Any, n: Number, ___: UnitWord) -> Condition_:
    """连住三晚: what the model asks as 住几晚, answered."""
    return Condition_(tuple(Where(d, Op.EQ, (_whole(n.value),)) for d, _ in word.options))


@phrase(
    grammar,
    [opt(LASTING), LengthWord, opt(text("了|过|的?时间")), Threshold],
    examples=("住3晚以上", "住了超过3晚", "连住不到3晚"),
    rejects=("住三晚", "住以上"),
)
def lasted_beyond(_: Any, word: LengthWord, __: Any, t: Threshold) -> Condition_ | None:
    options = tuple(Where(d, t.op, t.values) for d, _ in word.options)
    return Condition_(options) if t.unit else None


def _whole(x: float) -> float | int:
    return int(x) if float(x).is_integer() else float(x)
