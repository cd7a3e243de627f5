"""粒度的口语：一天一天、一天24小时、周一到周日每天、工作日一栏周末一栏。"""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.meaning import CompareCue, Cue, RunCue
from assistant.language.rules.units import UNIT, UNITS, N, count
from assistant.language.times import Last, PerGrain, SamePeriod
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
            r"(?:跟|和|与|同|较|比|对比|相比|相较)(?:它|其|自己)的?(?:再?[前上])(?:一个?)?(?:季度?|个?月|周|年|天|日|期|季)"
            r"(?:相?比|对比|比较|相比较)?"
            r"|(?:它|其|自己)的?(?:再?[前上])(?:一个?)?(?:季度?|个?月|周|年|天|日|期|季)(?:相?比|对比|比较|相比较)"
        )
    ],
    examples={"跟它前一个季度比": CompareCue((CompareKind.PREVIOUS_PERIOD,))},
    rejects=("跟前一个季度比", "它上周"),
)
def against_the_one_before(_: str) -> CompareCue:
    return CompareCue((CompareKind.PREVIOUS_PERIOD,))


@grammar.rule(
    [re.compile(rf"({N})连(跌|降|涨|升|增|阳|阴|滑)(?!续)")],
    examples={"三连跌": RunCue(3, -1), "5连涨": RunCue(5, 1)},
    rejects=("三连冠", "连跌"),
)
def run_of(m: re.Match[str]) -> RunCue | None:
    n = count(m[1])
    return RunCue(n, 1 if m[2] in "涨升增阳" else -1) if n and 1 < n <= 60 else None


@grammar.rule(
    [re.compile(r"一个?(天|周|星期|月|季度|年)(?:一|占一|单独一)(?:行|条|列|栏|格|个数)")],
    examples={"一个月一行": PerGrain(Grain.MONTH), "一天一条": PerGrain(Grain.DAY)},
    rejects=("一个月一次",),
)
def a_row_each(m: re.Match[str]) -> PerGrain:
    return PerGrain(UNITS[m[1]])


@grammar.rule(
    [re.compile(rf"(?<![跟和与同])再(?:往)?[前上]一?个?({UNIT})(?!同期)")],
    examples={"再往前一周": SamePeriod(-1, Grain.WEEK), "再前一个月": SamePeriod(-1, Grain.MONTH)},
    rejects=("前一周",),
)
def the_one_before_that(m: re.Match[str]) -> SamePeriod:
    """上周比再往前一周: counted from the period that was just named."""
    return SamePeriod(-1, UNITS[m[1]])


@grammar.rule(
    [
        re.compile(
            r"^(?:啊|哦|呃|嗯|唉)?[,，\s]*(?:不是|不对|错了|说错了?|搞错了?|打错了?|口误|弄错了?)[,，。.\s]*"
            r"(?:我?(?:刚才)?(?:说|问|要|指|想看|想问|要看|要问)的?是|应该是|是说|是)?"
            r"|^我(?:说|问|要|指|想看|想问|要看|要问)的是"
        )
    ],
    examples={"说错了,是": Cue.INSTEAD, "不是,我说的是": Cue.INSTEAD, "我要的是": Cue.INSTEAD},
    rejects=("是不是", "我要看"),
)
def put_right(_: str) -> Cue:
    """不是，我说的是…: what follows takes the place of what was asked."""
    return Cue.INSTEAD
