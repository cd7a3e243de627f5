"""粒度、时长、钟点和周期：按月、每周、三个月、下午3点、周末。这些不是一段日期。"""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.rules.units import NOT_A_WORD, UNIT, UNITS, N, count
from assistant.language.times import Clock, Cyclic, Duration, PerGrain
from semantic_layer.query import Grain

grammar = Grammar()

CYCLES = {
    "星期几": Grain.DAY_OF_WEEK,
    "周几": Grain.DAY_OF_WEEK,
    "礼拜几": Grain.DAY_OF_WEEK,
    "星期": Grain.DAY_OF_WEEK,
    "时段": Grain.HOUR_OF_DAY,
    "时间段": Grain.HOUR_OF_DAY,
    "钟点": Grain.HOUR_OF_DAY,
    "钟头": Grain.HOUR_OF_DAY,
    "小时": Grain.HOUR_OF_DAY,
    "小时段": Grain.HOUR_OF_DAY,
    "几点": Grain.HOUR_OF_DAY,
    "月份": Grain.MONTH_OF_YEAR,
    "几月份": Grain.MONTH_OF_YEAR,
    "几号": Grain.DAY_OF_MONTH,
}
_CYCLE = "|".join(sorted(CYCLES, key=len, reverse=True))


@grammar.rule(
    [
        re.compile(
            rf"(?:按照?|分|各个?|不同的?|以|逐个?|逐|每一?个?|单)(?:自然|完整)?(?:({UNIT}))(?:度)?(?:粒度|维度|统计|汇总|为单位)?(?:{NOT_A_WORD}|(?<=单日)(?=销))(?![末二三四五六日段初]|一(?![路直并共])|几(?![单个位笔人件家次]))"
        )
    ],
    examples={
        "按月": PerGrain(Grain.MONTH),
        "每周": PerGrain(Grain.WEEK),
        "逐日": PerGrain(Grain.DAY),
        "分季度": PerGrain(Grain.QUARTER),
        "每天": PerGrain(Grain.DAY),
        "各年": PerGrain(Grain.YEAR),
        "按小时": PerGrain(Grain.HOUR_OF_DAY),
    },
    rejects=("按年龄", "积分", "每周一", "分天猫"),
)
def per_unit(m: re.Match[str]) -> PerGrain | None:
    unit = m[1]
    cyclic = {"小时": Grain.HOUR_OF_DAY, "月份": Grain.MONTH_OF_YEAR}
    if unit in cyclic and not m[0].startswith("逐"):
        return PerGrain(cyclic[unit] if unit == "小时" or m[0][0] not in "每" else Grain.MONTH)
    if unit in ("星期", "礼拜") and m[0][0] in "按分各不":
        return PerGrain(Grain.DAY_OF_WEEK)
    return PerGrain(UNITS[unit])


@grammar.rule(
    [
        re.compile(
            rf"(?:按照?|分|各个?|不同的?|一周|每个?|哪个?|哪些)({_CYCLE})(?:分布|统计|看)?(?!饼)|(星期几|周几|礼拜几)"
        )
    ],
    examples={
        "按星期几": PerGrain(Grain.DAY_OF_WEEK),
        "各时段": PerGrain(Grain.HOUR_OF_DAY),
        "按几号": PerGrain(Grain.DAY_OF_MONTH),
    },
)
def per_cycle(m: re.Match[str]) -> PerGrain | None:
    if m[1] in ("小时", "星期", "月份") and m[0][0] in "按分各不每哪" and "分布" not in m[0]:
        return None
    which = m[0][0] == "哪" or (m[2] is not None)
    return PerGrain(CYCLES[m[1] or m[2]], which)


@grammar.rule(
    [re.compile(rf"哪一?(?:个|几个?|些)?({UNIT})(?:份)?{NOT_A_WORD}(?!段)|(几月份?|几号|几点)")],
    examples={"哪个月": PerGrain(Grain.MONTH, which=True), "哪天": PerGrain(Grain.DAY, which=True)},
)
def which_unit(m: re.Match[str]) -> PerGrain:
    if m[2]:
        return PerGrain({"号": Grain.DAY, "点": Grain.HOUR_OF_DAY}.get(m[2][1], Grain.MONTH), True)
    grain = UNITS[m[1]]
    return PerGrain(Grain.HOUR_OF_DAY if grain is Grain.HOUR else grain, which=True)


@grammar.rule(
    [
        re.compile(
            r"(?<![一二三四1-4上本个下去今前每])([日周月季年])度(?!假|同|末|初|会员|盛典|报告|大促)|(?<![一-龥\d])([日周月年])(?=趋势|走势|曲线)|(?<![一-龥\d])(小时|天|日|周|月|年)级|分时(?!段)"
        )
    ],
    examples={
        "月度": PerGrain(Grain.MONTH),
        "季度": PerGrain(Grain.QUARTER),
        "年度": PerGrain(Grain.YEAR),
    },
    rejects=("三季度", "年度假"),
)
def unit_word(m: re.Match[str]) -> PerGrain:
    said = m[1] or m[2] or m[3]
    return PerGrain(UNITS[said] if said else Grain.HOUR)


DAYS_LONG = re.compile("[均留移滚内复转未窗游]|之内|以内")  # what follows a number of days


@grammar.rule(
    [
        re.compile(
            rf"(?<![\d.第周期拜])(?:({N})(个)?(?:完整|自然|整)?|(半)(个)?)({UNIT})(半)?(?!前|后|之前|之后|以前|以后){NOT_A_WORD}"
        )
    ],
    examples={
        "三个月": Duration(3, Grain.MONTH),
        "7天": Duration(7, Grain.DAY),
        "两周": Duration(2, Grain.WEEK),
        "半年": Duration(1, Grain.HALF),
        "24小时": Duration(24, Grain.HOUR),
        "一年半": Duration(1.5, Grain.YEAR),
    },
    rejects=("3月", "三季度", "23年", "15日"),
)
def duration(m: re.Match[str]) -> Duration | None:
    unit, counted = m[5], bool(m[2] or m[4] or m[1] in ("俩", "仨"))
    if unit in ("月", "月份", "季", "季度") and not counted:
        return None
    if unit in ("月份", "年度") or (unit == "日" and not DAYS_LONG.match(m.string, m.end(5))):
        return None
    if m[3] and unit == "年":
        return Duration(1, Grain.HALF)
    n = count(m[1]) if m[1] else None
    if n is not None and unit == "年" and not counted and m[1].isdigit() and (len(m[1]) != 1):
        return None
    base = 0.5 if n is None else float(n)
    return Duration(base + (0.5 if m[6] else 0), UNITS[unit])


# ── recurring days ────────────────────────────────────────────────────────────────────────────


@grammar.rule(
    [
        re.compile(
            r"(?:每个?|平时)?((?<![上下本这])周末|双休日|(?<![上下本这])(?:周|星期|礼拜)六(?:和|、)?(?:周|星期|礼拜)?[日天](?![均活销])|工作日|平日|非周末)(?:两天)?(?!大)"
        )
    ],
    examples={"周末": Cyclic(Grain.WEEKEND, (1,)), "工作日": Cyclic(Grain.WEEKEND, (0,))},
)
def weekend(m: re.Match[str]) -> Cyclic:
    return Cyclic(Grain.WEEKEND, (0 if m[1] in ("工作日", "平日", "非周末") else 1,))


@grammar.rule(
    [re.compile(r"(?:每逢|每个?|逢)(?:周|星期|礼拜)([一二三四五六日天])(?![共直起])")],
    examples={"每周一": Cyclic(Grain.DAY_OF_WEEK, (1,))},
)
def each_weekday(m: re.Match[str]) -> Cyclic:
    return Cyclic(Grain.DAY_OF_WEEK, ("一二三四五六日".find(m[1].replace("天", "日")) + 1,))


@grammar.rule(
    [re.compile(rf"每个?月的?({N})[日号]")],
    examples={"每月1号": Cyclic(Grain.DAY_OF_MONTH, (1,))},
)
def each_month_day(m: re.Match[str]) -> Cyclic | None:
    day = count(m[1])
    return Cyclic(Grain.DAY_OF_MONTH, (day,)) if day and day <= 31 else None


@grammar.rule(
    [Cyclic, re.compile(r"[和与跟、/vs]+|以及|对比|比"), Cyclic],
    examples={"周末和工作日": PerGrain(Grain.WEEKEND)},
)
def both_kinds(a: Cyclic, _: str, b: Cyclic) -> PerGrain | Cyclic | None:
    if a.grain is not b.grain or a == b:
        return None
    if a.grain is Grain.WEEKEND:
        return PerGrain(Grain.WEEKEND)
    return Cyclic(a.grain, (*a.values, *(v for v in b.values if v not in a.values)))


# ── hours ─────────────────────────────────────────────────────────────────────────────────────

PARTS = {
    "凌晨": (0, 6), "清晨": (5, 8), "早上": (6, 9), "早晨": (6, 9), "上午": (6, 12), "早间": (6, 9),
    "中午": (11, 13), "午间": (11, 13), "下午": (12, 18), "傍晚": (17, 19), "晚上": (18, 24),
    "晚间": (18, 24), "夜里": (18, 24), "夜间": (18, 24), "夜晚": (18, 24), "深夜": (22, 24), "午夜": (0, 1),
}  # fmt: skip
_PART = "|".join(PARTS)
_HOUR = r"(2[0-4]|1\d|0?\d|十[一二]?|二十[一二三四]?|[一二两三四五六七八九])"
_TIME = rf"({_PART})?{_HOUR}(?:[点时](?!段|间)(?:钟|整)?(半|一刻|三刻|[0-5]\d分?|\d分)?|:([0-5]\d))"
_RANGE = rf"({_PART})?{_HOUR}(?:[点时](?!段|间)(半)?|:([0-5]\d))?(?:到|至|-|~)({_PART})?{_HOUR}(?:[点时](?!段|间)(?:钟|整)?(半)?|:([0-5]\d))"


_WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六日天]"


@grammar.rule(
    [
        re.compile(
            rf"(?<![上下本这那个每到至])({_WEEKDAY}(?:(?:、|,|和|与|及|跟)?{_WEEKDAY})+)(?![到至])"
        )
    ],
    examples={
        "周五周六": Cyclic(Grain.DAY_OF_WEEK, (5, 6)),
        "周一、周三和周五": Cyclic(Grain.DAY_OF_WEEK, (1, 3, 5)),
    },
    rejects=("上周五周六", "周一到周五"),
)
def several_weekdays(m: re.Match[str]) -> Cyclic:
    """No week said: all of them, as 周末 is."""
    named = re.findall("(?:周|星期|礼拜)(.)", m[1])
    days = {"一二三四五六日".find(c.replace("天", "日")) + 1 for c in named}
    return Cyclic(Grain.DAY_OF_WEEK, tuple(sorted(days)))


@grammar.rule(
    [re.compile(rf"(?<![\d.:])(?:{_RANGE})(?![\d折])")],
    examples={
        "9点到12点": Clock(540, 720),
        "晚上8点到10点": Clock(1200, 1320),
        "9:00-12:00": Clock(540, 720),
    },
)
def clock_range(m: re.Match[str]) -> Clock | None:
    start = _minutes(m[1], m[2], m[3], m[4])
    end = _minutes(m[5] or m[1], m[6], m[7], m[8])
    return Clock(start, end if end > start else end + 1440) if end != start else None


@grammar.rule(
    [re.compile(rf"(?<![\d.:第]){_TIME}(?![\d个击评赞折一二三四五六七八九])")],
    examples={
        "下午3点": Clock(900, 960),
        "15点": Clock(900, 960),
        "3点半": Clock(210, 240),
        "9:30": Clock(570, 600),
    },
    rejects=("三点一折",),
)
def clock(m: re.Match[str]) -> Clock:
    start = _minutes(m[1], m[2], m[3], m[4])
    return Clock(start, start + (60 if start % 60 == 0 else 30))


@grammar.rule(
    [re.compile(rf"({_PART})(?!{_HOUR}[点时:])(?![好茶])")],
    examples={"下午": Clock(720, 1080), "晚上": Clock(1080, 1440)},
)
def part_of_day(m: re.Match[str]) -> Clock:
    start, end = PARTS[m[1]]
    return Clock(start * 60, end * 60)


def _minutes(part: str | None, hour: str, rest: str | None, colon: str | None) -> int:
    h = count(hour) or 0
    if part and PARTS[part][0] >= 12 and h < 12:
        h += 12
    if part in ("中午", "午间") and h < 4:
        h += 12
    minute = int(colon) if colon else {"半": 30, "一刻": 15, "三刻": 45}.get(rest or "", 0)
    if rest and rest[0].isdigit():
        minute = int(rest.rstrip("分"))
    return h * 60 + minute


def hours_of(value: Clock) -> Cyclic:
    """A part of the day as a filter on every day: 晚上8点到10点 → hours 20 and 21."""
    return Cyclic(
        Grain.HOUR_OF_DAY, tuple(h % 24 for h in range(value.start // 60, -(-value.end // 60)))
    )


@grammar.rule(
    [re.compile("每天|每日|每晚|平时"), Clock],
    examples={"每天晚上8点到10点": Cyclic(Grain.HOUR_OF_DAY, (20, 21))},
)
def every_day_at(_: str, at: Clock) -> Cyclic:
    return hours_of(at)
