"""分组与所问：按X、各X、每个X、哪个X、多少个X、X数、每10岁一段。"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.language.grammar import Grammar
from assistant.language.meaning import Cue, DimensionWord, TableWord, UnitWord
from assistant.language.phrases import Asked, Grouping
from assistant.language.rules.number import Number
from assistant.language.rules.phrase import one_of, opt, phrase, text
from assistant.language.times import PerGrain
from semantic_layer.query import ByBucket, Form, Grain

grammar = Grammar()

THING = one_of(DimensionWord, TableWord)
UNITS: dict[str, Grain] = {
    "天": Grain.DAY, "日": Grain.DAY, "周": Grain.WEEK, "星期": Grain.WEEK, "个星期": Grain.WEEK, "月": Grain.MONTH,
    "个月": Grain.MONTH, "月份": Grain.MONTH, "个月份": Grain.MONTH, "季度": Grain.QUARTER, "个季度": Grain.QUARTER, "年": Grain.YEAR,
    "年份": Grain.YEAR, "年度": Grain.YEAR, "小时": Grain.HOUR, "个小时": Grain.HOUR, "半年": Grain.HALF,
}  # fmt: skip
NOUNS: dict[str, Grain] = {
    "月份": Grain.MONTH, "年份": Grain.YEAR, "季度": Grain.QUARTER, "日子": Grain.DAY, "那天": Grain.DAY, "那个月": Grain.MONTH,
    "那月": Grain.MONTH, "那年": Grain.YEAR, "时间段": Grain.HOUR_OF_DAY, "那周": Grain.WEEK,
}  # fmt: skip
UNIT = text("|".join(sorted(UNITS, key=len, reverse=True)))
MOST = 1000  # of what is asked for


def _asked(thing: Any, form: Form, plural: bool = False) -> Asked:
    if isinstance(thing, DimensionWord):
        return Asked(names=thing.names, form=form, plural=plural)
    return Asked(tables=thing.names, form=form, plural=plural)


@phrase(
    grammar,
    [Cue.EACH, opt(Cue.EACH), DimensionWord, opt(one_of(Cue.PER_VIEW, Cue.DISTRIBUTION))],
    examples=("按城市", "各个渠道", "每个城市", "按城市来看", "各城市分布"),
    rejects=("按甲指标", "按甲城"),
)
def each(_: Any, __: Any, dimension: DimensionWord, ___: Any) -> Grouping:
    return Grouping(dimension.names, each=True)


@phrase(
    grammar,
    [Cue.EACH, opt(Cue.EACH), DimensionWord, text("分?(?:段|区间|档次?|层级?)")],
    examples=("各金额段", "按成本区间", "分金额档"),
    rejects=("各城市段", "各金额"),
)
def each_band(_: Any, __: Any, dimension: DimensionWord, ___: str) -> Grouping | None:
    """各年龄段: of a number, ranges."""
    return Grouping(dimension.numbers, each=True, bucket=ByBucket()) if dimension.numbers else None


@phrase(
    grammar,
    [text("(?:按|分)?一[个家位种类]?"), DimensionWord, text("一[个家位种类]?"), DimensionWord],
    examples=("一个城市一个城市", "一渠道一渠道"),
    rejects=("一个城市一个渠道",),
)
def one_by_one(_: str, first: DimensionWord, __: str, again: DimensionWord) -> Grouping | None:
    return Grouping(first.names, each=True) if first.names == again.names else None


@phrase(
    grammar,
    [DimensionWord, Cue.PER_VIEW],
    examples=("城市维度", "渠道拆分"),
    rejects=("甲指标维度",),
)
def viewed(dimension: DimensionWord, _: Any) -> Grouping:
    return Grouping(dimension.names)


@phrase(
    grammar,
    [Cue.EACH, opt(Cue.EACH), TableWord, opt(Cue.PER_VIEW)],
    examples=("每个用户", "按订单来看"),
    rejects=("每个甲城",),
)
def each_entity(_: Any, __: Any, table: TableWord, ___: Any) -> Grouping:
    return Grouping(tuple(f"@{name}" for name in table.names), each=True)


@phrase(
    grammar,
    [Cue.WHICH, opt(text("个|家|位|种|类|款|一个|几个|些|个人")), THING],
    examples=("哪个城市", "哪些用户", "哪几个渠道"),
    rejects=("哪个甲城",),
)
def which(_: Any, __: Any, thing: Any) -> Asked:
    return _asked(thing, Form.WHICH)


@phrase(
    grammar,
    [text("哪些个?|哪几[个家位种类款名所]"), THING],
    examples=("哪些用户", "哪几个渠道"),
    rejects=("哪个城市",),
)
def which_ones(_: str, thing: Any) -> Asked:
    return _asked(thing, Form.WHICH, plural=True)


@phrase(
    grammar,
    [text("哪"), Number, opt(text("个|家|位|种|类|款|名|座|所|块|条|支|只|部|本|场|项")), THING],
    examples=("哪三个城市", "哪5家用户"),
    rejects=("哪三个",),
)
def which_n(_: str, n: Number, __: Any, thing: Any) -> Asked | None:
    whole = float(n.value).is_integer() and 0 < n.value <= MOST
    return replace(_asked(thing, Form.WHICH), n=int(n.value)) if whole else None


@phrase(
    grammar,
    [Cue.WHICH, opt(text("一?个?")), UNIT],
    examples=("哪个月", "哪一年", "哪个季度"),
    rejects=("哪个城市",),
)
def which_grain(_: Any, __: Any, unit: str) -> Asked:
    return Asked(grain=UNITS[unit], form=Form.WHICH)


@phrase(
    grammar,
    [
        opt(text("按|以")),
        text("半年|季度|月|周|天|日|年|小时"),
        text("维度|粒度|为粒度|的粒度|为单位|度?口径看?"),
    ],
    examples=("月粒度", "以周为粒度", "季度维度"),
    rejects=("按季度", "城市维度"),
)
def grain_named(_: Any, unit: str, __: str) -> PerGrain:
    return PerGrain(UNITS[unit])


@phrase(
    grammar,
    [text("月份|年份|季度|日子|那一?天|那个?月|那一?年|时间段|那周|那一周")],
    examples=("月份", "那一天"),
    rejects=("月",),
)
def unit_noun(word: str) -> Asked:
    """A unit of time named as a thing."""
    return Asked(grain=NOUNS[word.replace("一", "")], form=Form.WHICH)


@phrase(
    grammar,
    [text("哪一?天|哪日|哪一日|什么时候|何时")],
    examples=("哪一天", "什么时候"),
    rejects=("哪一年",),
)
def which_day(_: str) -> Asked:
    return Asked(grain=Grain.DAY, form=Form.WHICH)


@phrase(
    grammar,
    [
        Cue.HOW_MANY,
        opt(
            one_of(
                UnitWord, text("个|家|位|种|类|款|名|不同的|的|只|支|本|首|所|座|部|场|条|张|门|届")
            )
        ),
        THING,
    ],
    examples=("多少个城市", "几个渠道", "多少用户"),
    rejects=("多少甲城", "多少甲指标"),
)
def how_many(_: Any, __: Any, thing: Any) -> Asked:
    return _asked(thing, Form.COUNT)


@phrase(
    grammar,
    [
        THING,
        opt(text("一共|总共|共|分别|各")),
        opt(text("有|共有|是")),
        Cue.HOW_MANY,
        opt(UnitWord),
    ],
    examples=("城市一共有多少", "用户有多少"),
    rejects=("金额有多少",),
)
def thing_how_many(thing: Any, _: Any, __: Any, ___: Any, ____: Any) -> Asked | None:
    if isinstance(thing, DimensionWord) and (thing.numbers or ____ is not None or __ == "是"):
        return None  # 等级是多少 asks for the value
    return _asked(thing, Form.COUNT, plural=_ in ("分别", "各"))


@phrase(
    grammar,
    [
        THING,
        opt(Cue.DISTINCT),
        one_of(Cue.COUNTED, text("(?<=重的)人数|(?<=重)人数")),
        opt(Cue.WHICH),
    ],
    examples=("城市数", "用户数量", "渠道个数", "用户去重数", "用户去重人数"),
    rejects=("甲指标数量",),
)
def counted_things(thing: Any, _: Any, __: Any, ___: Any) -> Asked | None:
    return None if ___ else _asked(thing, Form.COUNT)


@phrase(
    grammar,
    [text("按照?|以|用|依"), THING, text("(?:来|进行|做)?(?:去重|排重|dedup)")],
    examples=("按用户去重", "按城市排重"),
    rejects=("按用户",),
)
def distinct_by(_: str, __: Any, ___: str) -> Cue:
    """Each counted once: what a count of people does anyway."""
    return Cue.DISTINCT


@phrase(
    grammar,
    [text("多少个?|几个?|有多少个?|有几个?"), UNIT],
    examples=("多少个月", "几天", "有几个季度"),
    rejects=("多少个城市",),
)
def how_many_units(_: str, unit: str) -> Asked:
    return Asked(grain=UNITS[unit], form=Form.COUNT)


@phrase(
    grammar,
    [
        opt(text("每")),
        Number,
        opt(UnitWord),
        text("一?个?(?:段|档|组|区间|级)|一个(?:段|档|组|区间|级)"),
    ],
    examples=("每10岁一段", "每100元一档", "5岁一档"),
    rejects=("每10岁", "3组"),
)
def bucketed(_: Any, width: Number, __: Any, ___: str) -> Grouping | None:
    if _ is None and (__ is None or not ___.startswith("一")):
        return None
    return Grouping(bucket=ByBucket(width=float(width.value)))


@phrase(
    grammar,
    [
        text("按|以"),
        Number,
        opt(UnitWord),
        text("分档|分段|分组|一?个?(?:段|档|组|区间|为间隔|间隔|为一档|为一段|步长|为组距|组距)"),
        opt(Cue.PER_VIEW),
    ],
    examples=("按100元分档", "以10为间隔", "按10岁一组来看"),
    rejects=("按城市分组",),
)
def bucketed_by(_: str, width: Number, __: Any, ___: str, ____: Any) -> Grouping:
    return Grouping(bucket=ByBucket(width=float(width.value)))


@phrase(
    grammar,
    [DimensionWord, opt(text("以|按|的")), Grouping],
    examples=("金额每100元一段", "成本按100元分档"),
    rejects=("城市每100元一段", "金额按城市"),
)
def column_bucketed(column: DimensionWord, _: Any, bands: Grouping) -> Grouping | None:
    """房价每200元一段: a column, even where the word is a metric as well."""
    cut = bands.bucket is not None and not bands.names and column.numbers
    return Grouping(column.numbers, bucket=bands.bucket) if cut else None


@phrase(
    grammar,
    [text("(?:天|日|周|月|月份|季度|年)数")],
    examples=("天数", "月数"),
    rejects=("天", "数"),
)
def number_of_units(word: str) -> Asked:
    """销售额超过300万的天数: as many units of time as there are such."""
    return Asked(grain=UNITS[word.removesuffix("数")], form=Form.COUNT)
