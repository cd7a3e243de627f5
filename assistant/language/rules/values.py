"""取值：一个、并列、除外、不是、写明维度。值属于哪个维度由词典给出，规则只看类型。"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, DimensionWord, OpWord, TableWord, UnitWord, ValueWord
from assistant.language.phrases import Condition_, Values
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from semantic_layer.query import Op, Where

grammar = Grammar()


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


def _of(dimension: DimensionWord, values: Values) -> Values | None:
    """What the values are in a dimension that is said beside them."""
    kept = tuple(o for o in values.options if o[0] in dimension.names)
    return replace(values, options=kept) if kept else None


@phrase(grammar, [ValueWord], examples=("甲城", "线上店"), rejects=("甲指标",))
def single(word: ValueWord) -> Values:
    return spread(word)


@phrase(
    grammar,
    [Values, one_of(Cue.AND, Cue.OR, Cue.VERSUS, Cue.THAN, text(r"[、,，/+×]\s*和?")), ValueWord],
    examples=("甲城和乙城", "甲城、乙城", "甲城或者乙城", "甲城比乙城"),
    rejects=("甲城和线上店", "甲城的乙城"),
)
def listed(left: Values, how: Any, right: ValueWord) -> Values | None:
    both = joined(left, spread(right))
    if both is None:
        return None
    versus = how in (Cue.VERSUS, Cue.THAN) or left.versus
    other = how is Cue.OR or left.alternative
    together = how is Cue.AND or left.both or not isinstance(how, Cue)
    return Values(both.options, versus=versus, alternative=other, both=together)


@phrase(grammar, [Values, ValueWord], examples=("甲城乙城",), rejects=("甲城线上店", "甲城下单"))
def run_on(left: Values, right: ValueWord) -> Values | None:
    """Two values of one dimension in a row."""
    return joined(left, spread(right))


@phrase(
    grammar,
    [
        Cue.EXCEPT,
        Values,
        opt(one_of(DimensionWord, TableWord)),
        opt(one_of(Cue.OUTSIDE, text("之?后(?!\\d+天|[一二两三四五六七八九十]+天)"))),
    ],
    examples=("除了甲城", "除了甲城和乙城", "除甲城外", "不含甲城这个城市", "剔除甲城后"),
    rejects=("甲城以外", "除了甲指标"),
)
def excluded(_: Any, values: Values, kind: Any, __: Any) -> Values | None:
    if isinstance(kind, DimensionWord) and not values.negated:
        values = _of(kind, values) or values
    return None if values.negated else Values(values.options, negated=True)


@phrase(
    grammar,
    [
        Values,
        opt(text("都|全都?|全部|先")),
        text("不要|不算|除外|别看|先别看|剔除|排除|不看|去掉|不计|别算|刨除|扣除|去除"),
    ],
    examples=("甲城和乙城都不要", "甲城不要"),
    rejects=("甲指标都不要",),
)
def excluded_after(values: Values, _: Any, __: Any) -> Values | None:
    return None if values.negated else Values(values.options, negated=True)


@phrase(
    grammar,
    [Cue.NOT, opt(Cue.IS), Values],
    examples=("不是甲城", "不在甲城"),
    rejects=("甲城不多", "不下单"),
)
def denied(_: Any, __: Any, values: Values) -> Values | None:
    return None if values.negated else Values(values.options, negated=True)


@phrase(
    grammar,
    [Values, Cue.OUTSIDE, opt(one_of(DimensionWord, TableWord))],
    examples=("甲城以外", "甲城和乙城之外的城市"),
    rejects=("除了城市以外",),
)
def outside(values: Values, _: Any, __: Any) -> Values | None:
    return None if values.negated else Values(values.options, negated=True)


@phrase(
    grammar,
    [DimensionWord, opt(Cue.IS), Values],
    examples=("城市为甲城", "渠道是线上店", "城市甲城", "城市不是甲城"),
    rejects=("城市为线上店", "城市和甲城"),
)
def named(dimension: DimensionWord, _: Any, values: Values) -> Values | None:
    return _of(dimension, values)


@phrase(
    grammar,
    [Values, opt(text("(?:这|该)(?:几|一)?[个家场款类种位座条项些]?")), DimensionWord],
    examples=("甲城这个城市", "甲城乙城这些城市", "线上店渠道"),
    rejects=("甲城渠道", "甲城用户"),
)
def apposed(values: Values, _: Any, dimension: DimensionWord) -> Values | None:
    """The dimension only repeats what the value says."""
    return _of(dimension, values)


@phrase(
    grammar,
    [Values, Number, opt(UnitWord), one_of(DimensionWord, TableWord)],
    examples=("甲城、乙城两个城市", "甲城和乙城2个城市"),
    rejects=("甲城、乙城三个城市",),
)
def counted_values(values: Values, n: Number, _: Any, kind: Any) -> Values | None:
    """The number only counts what was listed."""
    if any(len(vs) == n.value for _, vs in values.options):
        return values
    return None


@phrase(
    grammar,
    [
        Values,
        opt(text("这|那")),
        Number,
        text("(?:家|地|种|者|样|类|位|店|城|省|市|区|国|方|边|个(?!月))"),
    ],
    examples=("甲城、乙城两地", "甲城乙城这两家"),
    rejects=("甲城、乙城三地", "甲城两个月", "甲城一家"),
)
def counted_alone(values: Values, _: Any, n: Number, __: str) -> Values | None:
    """上海杭州两地: as many as were just listed."""
    as_many = all(len(vs) == n.value for _, vs in values.options)
    return values if as_many and n.value > 1 else None


@phrase(
    grammar,
    [opt(DimensionWord), opt(one_of(Cue.IS, text("在"))), Values, OpWord, opt(DimensionWord)],
    examples=("甲城以上", "城市在甲城及以上", "甲城以上渠道"),
    rejects=("以上甲城", "甲城超过"),
)
def rank_and_beyond(named: Any, _: Any, values: Values, op: OpWord, __: Any) -> Condition_ | None:
    """金卡以上: of a dimension whose values climb; which ones those are, the catalog says. The thing that
    they describe may follow (二线以上城市)."""
    return _beyond(_of(named, values) if named else values, op.op) if op.after else None


@phrase(
    grammar,
    [opt(DimensionWord), OpWord, opt(Cue.EVER), Values],
    examples=("高于甲城", "城市不低于甲城"),
    rejects=("以上甲城",),
)
def beyond_rank(named: Any, op: OpWord, _: Any, values: Values) -> Condition_ | None:
    return None if op.after else _beyond(_of(named, values) if named else values, op.op)


def _beyond(values: Values | None, op: Op) -> Condition_ | None:
    if (
        values is None
        or values.negated
        or values.versus
        or any(len(vs) != 1 for _, vs in values.options)
    ):
        return None
    return Condition_(tuple(Where(d, op, vs) for d, vs in values.options))
