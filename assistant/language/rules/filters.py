"""筛选：取值、否定、数值门槛、文本包含、空值。值的含义由词典给出，规则只看类型。"""

from __future__ import annotations

from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import (
    Cue,
    DimensionWord,
    OpWord,
    Quoted,
    TableWord,
    UnitWord,
    ValueWord,
    VerbWord,
)
from assistant.language.phrases import Condition_, Threshold, Values, Verb
from assistant.language.rules.number import Kind as NumberKind
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import And, Having, MetricRef, Op, Ref, Where

grammar = Grammar()

TO = text(r"到|至|-|~|—|–|和|与")
TIME_UNITS = ("天", "日", "年", "月", "个月", "周", "小时", "分钟")
CALENDAR = {"年", "月", "日"}
FIRST_YEAR = 1900
INVERSE = {Op.GT: Op.LE, Op.GE: Op.LT, Op.LT: Op.GE, Op.LE: Op.GT}


def spread(word: ValueWord) -> Values:
    return Values(tuple((d, (v,)) for d, v in word.options))


def joined(left: Values, right: Values) -> Values | None:
    """Values that can all be of one dimension, or None."""
    other = dict(right.options)
    options = tuple(
        (d, tuple(dict.fromkeys((*vs, *other[d])))) for d, vs in left.options if d in other
    )
    if not options or left.negated or right.negated:
        return None
    return Values(options)


# ── values ────────────────────────────────────────────────────────────────────────────────────


@phrase(grammar, [ValueWord])
def single(word: ValueWord) -> Values:
    return spread(word)


@phrase(grammar, [Values, one_of(Cue.AND, Cue.OR, Cue.VERSUS, Cue.THAN, text(r"[、,，/+×]\s*和?")), ValueWord])
def listed(left: Values, how: Any, right: ValueWord) -> Values | None:
    both = joined(left, spread(right))
    if both is None:
        return None
    versus = how in (Cue.VERSUS, Cue.THAN) or left.versus
    other = how is Cue.OR or left.alternative
    together = how is Cue.AND or left.both or isinstance(how, str)
    return Values(both.options, versus=versus, alternative=other, both=together)


@phrase(grammar, [Values, ValueWord])
def adjacent(left: Values, right: ValueWord) -> Values | None:
    """广东浙江: two values of one dimension in a row."""
    return joined(left, spread(right))


@phrase(grammar, [Cue.EXCEPT, Values, opt(one_of(DimensionWord, TableWord)), opt(Cue.OUTSIDE)])
def excluded(_: Any, values: Values, kind: Any, __: Any) -> Values | None:
    if isinstance(kind, DimensionWord):
        kept = tuple(o for o in values.options if o[0] in kind.names)
        values = Values(kept or values.options)
    return None if values.negated else Values(values.options, negated=True)


@phrase(grammar, [Cue.NOT, opt(Cue.IS), Values])
def denied(_: Any, __: Any, values: Values) -> Values | None:
    return None if values.negated else Values(values.options, negated=True)


@phrase(grammar, [Values, Cue.OUTSIDE, opt(one_of(DimensionWord, TableWord))])
def outside(values: Values, _: Any, __: Any) -> Values | None:
    return None if values.negated else Values(values.options, negated=True)


# ── dimension beside its value ────────────────────────────────────────────────────────────────


@phrase(grammar, [DimensionWord, opt(one_of(Cue.IS, Cue.AND)), Values])
def named(dimension: DimensionWord, _: Any, values: Values) -> Values | None:
    """城市为上海, 渠道是天猫."""
    if _ is Cue.AND:
        return None
    kept = tuple(o for o in values.options if o[0] in dimension.names)
    return (
        Values(kept, values.negated, values.versus, values.alternative, values.both)
        if kept
        else None
    )


@phrase(grammar, [DimensionWord, one_of(Cue.NOT, Cue.EXCEPT), opt(Cue.IS), Values])
def named_not(dimension: DimensionWord, _: Any, __: Any, values: Values) -> Values | None:
    kept = tuple(o for o in values.options if o[0] in dimension.names)
    return Values(kept, negated=True) if kept and not values.negated else None


@phrase(grammar, [Values, opt(text("这几个|这个|这些|这|的")), one_of(DimensionWord, TableWord)])
def apposed(values: Values, _: Any, dimension: Any) -> Values | None:
    """天猫渠道, 华东大区: the dimension only repeats what the value says."""
    if isinstance(dimension, TableWord) or _ == "的":
        return None
    kept = tuple(o for o in values.options if o[0] in dimension.names)
    return (
        Values(kept, values.negated, values.versus, values.alternative, values.both)
        if kept
        else None
    )


# ── thresholds ────────────────────────────────────────────────────────────────────────────────


@phrase(grammar, [OpWord, opt(Cue.EVER), Number, opt(UnitWord)])
def threshold(op: OpWord, _: Any, n: Number, __: Any) -> Threshold | None:
    if getattr(__, "text", "") in ("月", "年", "日"):
        return None  # 高于4月 compares with April
    return None if op.after else Threshold(op.op, (float(n.value),), n.kind is NumberKind.PERCENT)


@phrase(grammar, [Cue.NOT, OpWord, Number, opt(UnitWord)])
def negative_threshold(_: Any, op: OpWord, n: Number, __: Any) -> Threshold | None:
    return (
        None
        if op.after or op.op not in INVERSE
        else Threshold(INVERSE[op.op], (float(n.value),), n.kind is NumberKind.PERCENT)
    )


@phrase(grammar, [opt(text("在|有|满|达到?")), Number, opt(UnitWord), OpWord])
def threshold_after(_: Any, n: Number, __: Any, op: OpWord) -> Threshold | None:
    return Threshold(op.op, (float(n.value),), n.kind is NumberKind.PERCENT) if op.after else None


@phrase(
    grammar,
    [opt(text("在|介于|处于|从")), Number, opt(UnitWord), TO, Number, opt(UnitWord), opt(text("之间|间|以内|区间|范围内?|之内"))],
)
def between(head: Any, low: Number, _: Any, __: str, high: Number, ___: Any, tail: Any) -> Threshold | None:
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


@phrase(grammar, [DimensionWord, opt(one_of(Cue.IS, text("在|有|的|为|金额"))), Threshold])
def dimension_threshold(dimension: DimensionWord, _: Any, t: Threshold) -> Condition_ | None:
    options = tuple(Where(d, t.op, t.values) for d in dimension.numbers)
    return Condition_(options) if options else None


@phrase(grammar, [Condition_, one_of(Cue.AND, Cue.BUT), Threshold])
def second_threshold(first: Condition_, _: Any, t: Threshold) -> Condition_ | None:
    """大于500且小于1000"""
    options: list[Any] = []
    for c in first.options:
        if isinstance(c, Where) and c.op in INVERSE:
            options.append(And((c, Where(c.dimension, t.op, t.values))))
        elif isinstance(c, Having) and c.op in INVERSE:
            options.append(And((c, Having(c.measure, t.op, t.values))))
    return Condition_(tuple(options)) if options else None


@phrase(grammar, [DimensionWord, OpWord, DimensionWord])
def two_columns(left: DimensionWord, op: OpWord, right: DimensionWord) -> Condition_ | None:
    """库存低于安全库存"""
    if op.after or not left.numbers or not right.numbers:
        return None
    a, b = left.numbers[0], right.numbers[0]
    return Condition_((Where(a, op.op, (Ref(b),)),)) if a != b else None


@phrase(grammar, [DimensionWord, Cue.IS, Number, opt(UnitWord)])
def dimension_equals(dimension: DimensionWord, _: Any, n: Number, __: Any) -> Condition_ | None:
    options = tuple(Where(d, Op.EQ, (_whole(n.value),)) for d in dimension.numbers)
    return Condition_(options) if options else None


def _whole(x: float) -> float | int:
    return int(x) if float(x).is_integer() else float(x)


# ── text and nothing ──────────────────────────────────────────────────────────────────────────

FREE_TEXT = text(r"[一-鿿A-Za-z0-9]{1,10}?(?=的|字样|这|两个字|二字|[,，。?？!！\s]|$|有|是|开头|打头|起头|结尾|收尾|结束|字)")


def _content(value: Any) -> str | None:
    match value:
        case Quoted(t):
            return t
        case ValueWord(options):
            return str(options[0][1])
        case str():
            return value
    return None


@phrase(
    grammar,
    [DimensionWord, opt(text("里面|里头|里边|里|中|名字里|名称里|的名字|的名称|名称|名字|名")), opt(Cue.NOT), one_of(Cue.CONTAINS, text("含|带")), opt(Cue.EVER), one_of(Quoted, FREE_TEXT), opt(text("两个字|二字|字样|这个词|这两个字|字眼|字"))],
)
def contains(dimension: DimensionWord, _: Any, no: Any, __: Any, ___: Any, what: Any, ____: Any) -> Condition_ | None:
    content = _content(what)
    weak = not isinstance(what, Quoted) and ____ is None
    if weak and content is not None and (len(content) < 2 or content.endswith("分布")):
        return None
    op = Op.NOT_CONTAINS if no else Op.CONTAINS
    return (
        Condition_(tuple(Where(d, op, (content,)) for d in dimension.names)) if content else None
    )


@phrase(grammar, [Values, opt(text("都|全都?|全部|先")), text("不要|不算|除外|别看|先别看|剔除|排除|不看|去掉|不计|别算|刨除|扣除|去除")])
def excluded_after(values: Values, _: Any, __: Any) -> Values | None:
    """母婴和数码都不要"""
    return None if values.negated else Values(values.options, negated=True)


@phrase(grammar, [Values, Number, opt(UnitWord), one_of(DimensionWord, TableWord)])
def counted_values(values: Values, n: Number, _: Any, kind: Any) -> Values | None:
    """华东、华南两个大区: the number only counts what was listed."""
    if any(len(vs) == n.value for _, vs in values.options):
        return values
    return None


@phrase(grammar, [DimensionWord, opt(text("以|是|为|用")), one_of(Quoted, FREE_TEXT), Cue.STARTS])
def starts(dimension: DimensionWord, _: Any, what: Any, __: Any) -> Condition_ | None:
    content = (_content(what) or "").removeprefix("以")
    return (
        Condition_(tuple(Where(d, Op.STARTS, (content,)) for d in dimension.names))
        if content
        else None
    )


@phrase(grammar, [DimensionWord, opt(text("以|是|为|用")), one_of(Quoted, FREE_TEXT), Cue.ENDS])
def ends(dimension: DimensionWord, _: Any, what: Any, __: Any) -> Condition_ | None:
    content = (_content(what) or "").removeprefix("以")
    return (
        Condition_(tuple(Where(d, Op.ENDS, (content,)) for d in dimension.names))
        if content
        else None
    )


@phrase(grammar, [DimensionWord, opt(text("字段|这一列|一栏|这栏|这列|信息")), Cue.NULL])
def is_null(dimension: DimensionWord, _: Any, __: Any) -> Condition_:
    return Condition_(tuple(Where(d, Op.IS_NULL) for d in dimension.names))


@phrase(grammar, [DimensionWord, Cue.NOT_NULL])
def not_null(dimension: DimensionWord, _: Any) -> Condition_:
    return Condition_(tuple(Where(d, Op.NOT_NULL) for d in dimension.names))


@phrase(grammar, [text("没有|没填写?|未填写?|缺少?|无|没留|未留|没写"), DimensionWord])
def without(_: str, dimension: DimensionWord) -> Condition_:
    return Condition_(tuple(Where(d, Op.IS_NULL) for d in dimension.names))


@phrase(grammar, [text("填了|填写了|留了|有"), DimensionWord, opt(text("的"))])
def with_something(_: str, dimension: DimensionWord, of: Any) -> Condition_ | None:
    if _ == "有" and of is None:
        return None
    return Condition_(tuple(Where(d, Op.NOT_NULL) for d in dimension.names))


# ── did, did not ──────────────────────────────────────────────────────────────────────────────


@phrase(grammar, [VerbWord, Cue.EVER])
def did(verb: VerbWord, _: Any) -> Verb:
    return Verb(verb.names)


@phrase(grammar, [text("曾经?|有|已经?"), VerbWord, opt(Cue.EVER)])
def had_done(_: Any, verb: VerbWord, __: Any) -> Verb:
    return Verb(verb.names)


@phrase(grammar, [Cue.NOT, opt(text("有|再|去|来|过|进行|产生")), VerbWord, opt(Cue.EVER)])
def did_not(_: Any, __: Any, verb: VerbWord, ___: Any) -> Verb:
    return Verb(verb.names, negated=True)




@phrase(grammar, [VerbWord, opt(text("了|过|金额|次数|额|数")), Threshold])
def verb_threshold(verb: VerbWord, _: Any, t: Threshold) -> Condition_:
    """下单超过5次, 消费满1万"""
    return Condition_(tuple(Having(MetricRef(n), t.op, t.values) for n in verb.names))
