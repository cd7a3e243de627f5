"""时间的起止：5月到6月、5-6月、2023年以来、截至5月底、双11前一周。"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.language.grammar import Grammar, maybe
from assistant.language.rules.compose import SHORT, Outer, Plain, like, size, within
from assistant.language.rules.units import UNIT, UNITS, N, count
from assistant.language.times import (
    Adjacent,
    After,
    Ago,
    Before,
    Clock,
    Date,
    Edge,
    Feast,
    Fiscal,
    Last,
    LunarDate,
    Nth,
    Range,
    Rest,
    Several,
    Shift,
    Since,
    Slice,
    Tenth,
    TimeValue,
    Until,
    Weekday,
    Within,
)
from semantic_layer.query import Grain

grammar = Grammar()

Base = (
    Shift | Date | Nth | Edge | Tenth | Weekday | Feast | LunarDate | Fiscal | Within | Ago | Clock
)


_TO = re.compile(r"一直到|直到|[到至]|-{1,2}|~{1,2}|->|→")


@grammar.rule(
    [
        maybe(re.compile("从|自|由|在|介于")),
        Plain,
        _TO,
        Plain,
        maybe(re.compile("为止|止|之间|期间|这段时间")),
    ],
    examples={
        "5月到6月": Range(Date(month=5), Date(month=6)),
        "3月1日至3月15日": Range(Date(None, 3, 1), Date(None, 3, 15), "至"),
        "11.1-11.11": Range(Date(None, 11, 1), Date(None, 11, 11), "-"),
        "上周一到上周五": Range(Weekday(1, -1), Weekday(5, -1)),
        "从2015年1月至12月": Range(Date(2015, 1), Date(month=12), "至"),
        "20231101到20231111": Range(Date(2023, 11, 1), Date(2023, 11, 11)),
    },
)
def between(
    _: str | None, first: TimeValue, mark: str, last: TimeValue, __: str | None
) -> Range | None:
    return _range(first, last, mark)


@grammar.rule(
    [maybe(re.compile("从|自|在|介于")), Plain, re.compile("[和与跟]"), Plain, re.compile("之?间")],
    examples={"三月和九月之间": Range(Date(month=3), Date(month=9), "之间")},
)
def between_and(
    _: str | None, first: TimeValue, __: str, last: TimeValue, ___: str
) -> Range | None:
    return _range(first, last, "之间")


def _range(first: TimeValue, last: TimeValue, mark: str) -> Range | None:
    if isinstance(first, (Range, Several, Last, Slice)) or isinstance(
        last, (Range, Several, Last, Slice)
    ):
        return None
    if isinstance(first, Clock) != isinstance(last, Clock):
        return None
    return Range(first, last, "到" if "到" in mark else mark)


@grammar.rule(
    [
        re.compile(rf"{SHORT}\s*(?:到|至|-{{1,2}}|~)\s*(?=第?[\d一二三四五六七八九十〇零])"),
        Date | Nth,
    ],
    examples={
        "5-6月": Range(Date(month=5), Date(month=6), "-"),
        "3到5号": Range(Date(day=3), Date(day=5)),
        "2021-2023年": Range(Date(2021), Date(2023), "-"),
        "1至3季度": Range(Nth(1, Grain.QUARTER), Nth(3, Grain.QUARTER), "至"),
    },
    rejects=("5-2023年",),
)
def elided_range(m: re.Match[str], last: Date | Nth) -> Range | None:
    first = like(m[1], last)
    mark = "到" if "到" in m[0] else "至" if "至" in m[0] else "-"
    return None if first is None else Range(first, last, mark)


@grammar.rule(
    [Outer, Range],
    examples={
        "去年5-6月": Range(Within(Shift(-1, Grain.YEAR), Date(month=5)), Date(month=6), "-"),
        "2018年2-4月": Range(Date(2018, 2), Date(month=4), "-"),
    },
)
def range_within(outer: TimeValue, r: Range) -> Range | None:
    if (
        isinstance(r.first, (Within, Shift, Ago, Fiscal))
        or getattr(r.first, "year", None)
        or getattr(r.first, "weeks", None) is not None
    ):
        return None
    first = within(outer, r.first)
    return None if first is None else Range(first, r.last, r.mark)


# ── open ranges and neighbours ────────────────────────────────────────────────────────────────


@grammar.rule(
    [
        maybe(re.compile("从|自从|自|打")),
        Base,
        re.compile(
            r"(?:开始)?[到至](?:现在|今天?|目前|当前|昨天|最新|当下)(?:为止)?|以来|起(?![码来])(?:至今|到现在)?|开始(?:至今|到现在)?|(?:之后|以后)?(?:一直)?(?:至今|到现在|到目前)(?:为止)?|往后|截止(?:目前|现在)"
        ),
    ],
    examples={
        "2023年以来": Since(Date(2023)),
        "年初至今": Since(Shift(0, Grain.YEAR)),
        "本月至今": Since(Shift(0, Grain.MONTH)),
        "今年以来": Since(Shift(0, Grain.YEAR)),
        "从3月开始": Since(Date(month=3)),
        "618以来": Since(Feast("618")),
    },
)
def since(_: str | None, base: TimeValue, __: str) -> Since:
    if isinstance(base, Edge) and base.which == "start" and base.grain is not None:
        return Since(Shift(0, base.grain))
    if isinstance(base, Within) and isinstance(base.inner, Edge) and base.inner.which == "start":
        return Since(base.outer)
    return Since(base)


@grammar.rule(
    [
        Base,
        re.compile(r"(?:还)?(?:剩下|剩余|余下|剩)的?(?:这?几天|日子|天数|时间|天)"),
    ],
    examples={
        "这个月剩下几天": Rest(Shift(0, Grain.MONTH)),
        "本周剩余的时间": Rest(Shift(0, Grain.WEEK)),
        "今年剩下的日子": Rest(Shift(0, Grain.YEAR)),
    },
    rejects=("上个月剩下几天", "这个月剩下几单"),
)
def rest(base: TimeValue, _: str) -> Rest | None:
    return Rest(base) if isinstance(base, Shift) and base.by == 0 else None


@grammar.rule(
    [
        Base,
        re.compile(rf"(?:之前|以前)(?!后)|前(?!{N}|[一二三四五六七八九十\d]|后|半|年|天|几|期|台)"),
    ],
    examples={
        "2023年之前": Before(Date(2023)),
        "双11以前": Before(Feast("双11")),
        "昨天8点之前": Within(Shift(-1, Grain.DAY), Clock(0, 480)),
    },
    rejects=("5月前10",),
)
def before(base: TimeValue, _: str) -> TimeValue | None:
    if isinstance(base, Ago):
        return None
    return _of_the_day(base, lambda hour: Clock(0, hour.start)) or Before(base)


@grammar.rule(
    [Base, re.compile(rf"(?:之后|以后|过后|后)(?!{N}|半|年|天|期|台|续)")],
    examples={
        "618之后": After(Feast("618")),
        "4月以后": Since(Date(month=4)),
        "4月之后": After(Date(month=4)),
        "昨天20点以后": Within(Shift(-1, Grain.DAY), Clock(1200, 1440)),
    },
)
def after(base: TimeValue, word: str) -> TimeValue | None:
    """4月以后 counts April in, as 以上 does with numbers; 4月之后 does not."""
    if isinstance(base, Ago):
        return None
    dated = base.inner if isinstance(base, Within) else base
    if word == "以后" and isinstance(dated, Date):
        return Since(base)
    return _of_the_day(base, lambda hour: Clock(hour.start, DAY)) or After(base)


HOUR, DAY = 60, 24 * 60  # minutes


def _of_the_day(base: TimeValue, part: Callable[[Clock], Clock]) -> TimeValue | None:
    """昨天20点以后: an hour is a point there, and the rest is of the same day."""
    clock = base.inner if isinstance(base, Within) else base
    if not isinstance(clock, Clock) or clock.end - clock.start > HOUR:
        return None
    changed = part(clock)
    return Within(base.outer, changed) if isinstance(base, Within) else changed


@grammar.rule(
    [re.compile("截[至止到]+|直?到"), Base, maybe(re.compile("为止|止|的时候"))],
    examples={
        "截至5月底": Until(Within(Date(month=5), Edge("end"))),
        "截止2023年底": Until(Within(Date(2023), Edge("end"))),
    },
)
def until(mark: str, base: TimeValue, stop: str | None) -> Until | None:
    return None if mark in ("到", "直到") and not stop else Until(base)


@grammar.rule(
    [
        re.compile(
            "截[至止到]?目前(?:为止)?|迄今(?:为止)?|到(?:目前|现在|今天)为止|有史以来|历史以来|一直以来|开业以来|上线以来|成立以来"
        )
    ],
    examples={"截至目前": Until(Shift(-1, Grain.DAY)), "到目前为止": Until(Shift(-1, Grain.DAY))},
)
def so_far(_: str) -> Until:
    return Until(Shift(-1, Grain.DAY))


@grammar.rule(
    [Base, re.compile(rf"(?:之|的)?(前后|[前后])的?(?:第(?=一)|各)?({N})个?({UNIT})")],
    examples={
        "双11前一周": Adjacent(Feast("双11"), -1, Grain.WEEK),
        "国庆后三天": Adjacent(Feast("国庆"), 3, Grain.DAY),
        "双11前后一周": Adjacent(Feast("双11"), 1, Grain.WEEK, both=True),
    },
)
def adjacent(base: TimeValue, m: re.Match[str]) -> Adjacent | None:
    n = count(m[2])
    if n is None or not isinstance(base, (Feast, Within, Date)) or size(base) not in (4, 5):
        return None
    return Adjacent(base, -n if m[1] == "前" else n, UNITS[m[3]], m[1] == "前后")


@grammar.rule(
    [
        Plain,
        re.compile(
            "左右|前后|上下|附近|期间|[那这当]一?(?:天|日|周|个?月|年|晚)(?!前|后|起|开始|同期|[一二三四五六日末])|这个时间段内?|这一时间段内?|这段时间内?|那段时间|当[月年季]|一整[月年季]|全[月年]|整[月年]|整个?季度|份(?!额)|度(?!假)|时(?=[,，、])|内(?!容)|里(?!面)|中(?![间年]|位)"
        ),
    ],
    examples={
        "2020年3月左右": Date(2020, 3),
        "去年5月全月": Within(Shift(-1, Grain.YEAR), Date(month=5)),
    },
)
def about(value: TimeValue, said: str) -> TimeValue | None:
    return None if isinstance(value, (Range, Several)) and said in "内里中" else value


@grammar.rule(
    [Since, re.compile("[(]"), Since | Date, re.compile("(?:起|开始)?[)]")],
    examples={"财年至今(4月起)": Since(Date(month=4))},
)
def since_explained(_: Since, __: str, exact: TimeValue, ___: str) -> Since:
    return exact if isinstance(exact, Since) else Since(exact)
