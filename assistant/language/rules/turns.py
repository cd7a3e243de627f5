"""粒度的口语：一天一天、一天24小时、周一到周日每天、工作日一栏周末一栏。"""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.meaning import CompareCue
from assistant.language.rules.units import UNIT, UNITS, N, count
from assistant.language.times import Last, PerGrain
from semantic_layer.query import CompareKind, Grain

grammar = Grammar()


@grammar.rule(
    [re.compile(r"(?:按)?一(个?)(天|日|周|月|季度|年)一(?:\1\2|个?点)(?:地|的)?")],
    examples={
        "一天一天": PerGrain(Grain.DAY),
        "一个月一个月": PerGrain(Grain.MONTH),
        "一个月一个点": PerGrain(Grain.MONTH),
    },
    rejects=("一天两天",),
)
def unit_by_unit(m: re.Match[str]) -> PerGrain:
    return PerGrain(UNITS[m[2]])


@grammar.rule(
    [
        re.compile(
            r"(?:按|分)?(?:一天|全天|一日|每天)的?24(?:个)?(?:小时|钟头)|(?:按|分)24(?:个)?(?:小时|时段)"
        )
    ],
    examples={"一天24小时": PerGrain(Grain.HOUR_OF_DAY), "按24小时": PerGrain(Grain.HOUR_OF_DAY)},
    rejects=("24小时",),
)
def round_the_clock(_: str) -> PerGrain:
    return PerGrain(Grain.HOUR_OF_DAY)


@grammar.rule(
    [
        re.compile(
            rf"(?<!连续)(?<!连着)(?<![近第\d])({N})个?({UNIT})(?:以来|以内|之内|内|里)?(?:都(?=没|未|不曾|$)|(?=没|未|不曾))"
        )
    ],
    examples={"三个月都": Last(3, Grain.MONTH)},
    rejects=("连续三个月没", "第三个月没"),
)
def idle_for(m: re.Match[str]) -> Last | None:
    """三个月没下单: the three months up to today."""
    n = count(m[1])
    return Last(n, UNITS[m[2]]) if n else None


_W = "(?:周|星期|礼拜)"


@grammar.rule(
    [
        re.compile(
            rf"{_W}一(?:到|至|-|~){_W}?[日天]的?(?:各天|每天|每一天|逐天|各自|各是|分别)"
            r"|(?:工作日|平日)一([栏列组行])[,、和]?周末一\1|周末一([栏列组行])[,、和]?(?:工作日|平日)一\2"
        )
    ],
    examples={
        "周一到周日每天": PerGrain(Grain.DAY_OF_WEEK),
        "工作日一栏周末一栏": PerGrain(Grain.WEEKEND),
    },
    rejects=("周一到周五每天",),
)
def kinds_of_day(m: re.Match[str]) -> PerGrain:
    return PerGrain(Grain.WEEKEND if m[1] or m[2] else Grain.DAY_OF_WEEK)


@grammar.rule(
    [
        re.compile(
            r"(?:跟|和|与|同|较|比|对比|相比|相较)?(?:它|其|自己)的?(?:再?[前上])(?:一个?)?(?:季度?|个?月|周|年|天|日|期|季)"
            r"(?:相?比|对比|比较|相比较)?"
        )
    ],
    examples={"跟它前一个季度比": CompareCue((CompareKind.PREVIOUS_PERIOD,))},
    rejects=("跟前一个季度比",),
)
def against_the_one_before(_: str) -> CompareCue:
    return CompareCue((CompareKind.PREVIOUS_PERIOD,))
