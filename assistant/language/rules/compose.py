"""时间的组合：去年三季度、5月到6月、2023年以来、双11前一周、今明两年。"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language.grammar import Grammar
from assistant.language.rules.numerals import chinese
from assistant.language.rules.units import YEARS, count, year_of
from assistant.language.times import (
    Ago,
    Clock,
    Date,
    Decade,
    Edge,
    Feast,
    Fiscal,
    Last,
    LunarDate,
    Nth,
    NthWeekday,
    Range,
    Several,
    Shift,
    Slice,
    SolarTerm,
    Tenth,
    TimeValue,
    Weekday,
    WeekPart,
    Within,
)
from semantic_layer.query import Grain

grammar = Grammar()

# what another period can lie in, what can lie in another period, and what can end a range
Outer = Shift | Date | Nth | Fiscal | Feast | Within | WeekPart | Weekday | Edge | LunarDate
Inner = (
    Date | Nth | NthWeekday | Slice | Edge | Tenth | Weekday | Feast | LunarDate | SolarTerm | Clock
)
Plain = (
    Shift | Date | Nth | Edge | Tenth | Weekday | WeekPart | Feast | LunarDate | SolarTerm
    | Fiscal | Within | Ago | Last | Slice | Range | Several | Decade
)  # fmt: skip

MONTHLY = 3  # the size of a month
_ORDER = [Grain.YEAR, Grain.HALF, Grain.QUARTER, Grain.MONTH, Grain.WEEK, Grain.DAY, Grain.HOUR]


def size(value: object) -> int:
    """How fine a value is: 0 a year … 5 a day, 6 part of a day; 9 unknown."""
    match value:
        case Shift(grain=g) | Nth(grain=g):
            return _ORDER.index(g) if g in _ORDER else 9
        case Date(_, month, day):
            return 5 if day else 3 if month else 0
        case Edge(grain=g):
            return 3 if g is Grain.YEAR else 4
        case Fiscal():
            return 0
        case Tenth() | WeekPart() | Feast():
            return 4
        case Weekday() | SolarTerm() | NthWeekday():
            return 5
        case LunarDate(day=day):
            return 5 if day else 3
        case Slice(grain=g):
            return _ORDER.index(g) - 1 if g in _ORDER else 9
        case Clock():
            return 6
        case Within(inner=inner):
            return size(inner)
    return 9


@grammar.rule(
    [Outer, Inner],
    examples={
        "去年三季度": Within(Shift(-1, Grain.YEAR), Nth(3, Grain.QUARTER)),
        "上个月15号": Within(Shift(-1, Grain.MONTH), Date(day=15)),
        "2023年上半年": Within(Date(2023), Nth(1, Grain.HALF)),
        "2022年前十一个月": Within(Date(2022), Slice(11, Grain.MONTH)),
        "3月上旬": Within(Date(month=3), Tenth(1)),
        "去年双11": Within(Shift(-1, Grain.YEAR), Feast("双11")),
        "昨天下午": Within(Shift(-1, Grain.DAY), Clock(720, 1080)),
        "今年年底": Within(Shift(0, Grain.YEAR), Edge("end", Grain.YEAR)),
    },
    rejects=("上个月三季度", "5月2023年"),
)
def within(outer: Outer, inner: Inner) -> TimeValue | None:
    if isinstance(inner, Date) and inner.year is not None:
        return None
    if isinstance(inner, Weekday) and inner.weeks is not None:
        return None
    if isinstance(inner, LunarDate) and inner.year is not None:
        return None
    if isinstance(inner, Edge) and isinstance(outer, Edge):
        return None
    if isinstance(outer, (Weekday, Edge, WeekPart)) and not isinstance(inner, Clock):
        return None
    if isinstance(outer, Feast) and not isinstance(inner, (Slice, Nth, Clock)):
        return None
    return _fit(outer, inner)


def _fit(outer: TimeValue, inner: TimeValue) -> TimeValue | None:
    if isinstance(inner, Edge):
        if inner.grain is None:
            return Within(outer, inner) if size(outer) in (0, 2, 3) else None
        if inner.grain is Grain.YEAR and size(outer) == 0:
            return Within(outer, inner)
        same = {Grain.QUARTER: 2, Grain.MONTH: 3}.get(inner.grain)
        return Within(outer, inner) if same is not None and size(outer) <= same else None
    if size(inner) <= size(outer) or size(outer) == 9:
        return None
    if isinstance(outer, Date) and isinstance(inner, Date):  # 2023年 + 5月, 5月 + 6号
        if outer.month is None and inner.month is not None:
            return Date(outer.year, inner.month, inner.day)
        return replace(outer, day=inner.day) if outer.day is None and outer.month else None
    if (
        isinstance(outer, Date)
        and outer.year
        and outer.month is None
        and isinstance(inner, LunarDate)
    ):
        return replace(inner, year=outer.year)
    return Within(outer, inner)


@grammar.rule(
    [re.compile(r"(?<![\d.])((?:19|20)\d\d|\d\d)\s*[-年]?\s*(q[1-4]|h[12])(?:季度)?(?![\da-z])")],
    examples={
        "2023q2": Within(Date(2023), Nth(2, Grain.QUARTER)),
        "23q2": Within(Date(23), Nth(2, Grain.QUARTER)),
    },
)
def year_quarter(m: re.Match[str]) -> Within:
    grain = Grain.QUARTER if m[2][0] == "q" else Grain.HALF
    return Within(Date(int(m[1])), Nth(int(m[2][1]), grain))


# a number whose unit was left out: 5-6月, 5、6月
SHORT = r"(?<![\d.])(\d{1,4}|[一二三四五六七八九十〇零]{1,4})"


def like(digits: str, last: Date | Nth) -> TimeValue | None:
    """The unit that was left out at the first end is the one of the last."""
    n = count(digits) if digits.isdigit() else chinese(digits)
    if n is None:
        return None
    n = int(n)
    if isinstance(last, Nth):
        return Nth(n, last.grain) if 0 < n < last.n else None
    if last.day is not None and last.month is None:
        return Date(day=n) if n < last.day else None
    if last.month is not None and last.day is None and last.year is None:
        return Date(month=n) if 1 <= n <= 12 else None
    if last.year is not None and last.month is None:
        year = year_of(digits)
        return Date(year) if year is not None and (year < 100) == (last.year < 100) else None
    return None


# ── several ───────────────────────────────────────────────────────────────────────────────────


@grammar.rule(
    [Plain, re.compile(r"(?:[和与跟及、/,]|以及|还有)(?:同年的?)?"), Plain],
    examples={
        "5月和6月": Several((Date(month=5), Date(month=6))),
        "去年和今年": Several((Shift(-1, Grain.YEAR), Shift(0, Grain.YEAR))),
        "2021年、2022年和2023年": Several((Date(2021), Date(2022), Date(2023))),
        "去年5月和6月": Several(
            (
                Within(Shift(-1, Grain.YEAR), Date(month=5)),
                Within(Shift(-1, Grain.YEAR), Date(month=6)),
            )
        ),
        "星期天,二月十号": Date(None, 2, 10),
    },
    rejects=("5月和5月",),
)
def several(first: TimeValue, mark: str, last: TimeValue) -> TimeValue | None:
    if mark == "," and isinstance(first, Weekday) and isinstance(last, Date) and last.day:
        return last
    if isinstance(last, Several) or (isinstance(first, Several) and isinstance(last, Range)):
        return None
    parts = first.parts if isinstance(first, Several) else (first,)
    last = _inherit(parts[-1], last)
    if _every_week(parts[-1]) and _every_week(last):
        return None  # 周五和周六: of each week
    return Several((*parts, last)) if last not in parts else None


def _every_week(value: TimeValue) -> bool:
    """周五, 上个月周五; not 上周五."""
    if isinstance(value, Within) and isinstance(value.inner, Weekday):
        return size(value.outer) <= MONTHLY
    return isinstance(value, Weekday) and value.weeks is None


def _inherit(first: TimeValue, last: TimeValue) -> TimeValue:
    """去年5月和6月: the second month is last year's too."""
    if isinstance(first, Within) and isinstance(last, (Date, Nth, Tenth, Weekday)):
        if (
            type(first.inner) is type(last)
            and size(first.inner) == size(last)
            and getattr(last, "year", None) is None
        ):
            return Within(first.outer, last)
    elif isinstance(first, Date) and isinstance(last, Date) and last.year is None:
        if first.year and last.month and first.month:
            return replace(last, year=first.year)
        if first.day and last.month is None and last.day:
            return replace(last, year=first.year, month=first.month)
    return last


@grammar.rule(
    [
        re.compile(
            rf"{SHORT}\s*[月号日年]?\s*(?:[、和与跟,]|(?<=[一二三四五六七八九])(?=[二三四五六七八九](?:[月日号季年]|个)))\s*(?=[\d一二三四五六七八九十〇零])"
        ),
        Date | Nth,
    ],
    examples={"5、6月": Several((Date(month=5), Date(month=6)))},
)
def elided_several(m: re.Match[str], last: Date | Nth) -> Several | None:
    if m[0].rstrip("、和与跟, ")[-1:] in "月号日年":
        return None
    first = like(m[1], last)
    return None if first is None else Several((first, last))


@grammar.rule(
    [re.compile(r"([前去今明后])([去今明后])(?:两)?([年天日])|(近|最近)两年分别")],
    examples={"今明两年": Several((Shift(0, Grain.YEAR), Shift(1, Grain.YEAR)))},
)
def two_years(m: re.Match[str]) -> Several | None:
    if not m[1] or ("两" not in m[0]):
        return None
    if m[3] == "年":
        return Several((Shift(YEARS[m[1]], Grain.YEAR), Shift(YEARS[m[2]], Grain.YEAR)))
    days = {"前": -2, "昨": -1, "去": -1, "今": 0, "明": 1, "后": 2}
    return Several((Shift(days[m[1]], Grain.DAY), Shift(days[m[2]], Grain.DAY)))


@grammar.rule(
    [Several, re.compile(r"[这那]?[两二三四五六2-6]个?(?:年|月|季度|天|日|周)(?!前|后)")],
    examples={"2024、2025两年": Several((Date(2024), Date(2025)))},
)
def counted(several: Several, said: str) -> Several | None:
    n = count(re.sub(r"[^两二三四五六2-6]", "", said))
    return several if n == len(several.parts) else None


@grammar.rule(
    [Feast | Date | Nth | Within | Shift, re.compile(r"[(]即?"), Range | Date, re.compile(r"[)]")],
    examples={"双十一期间(11.1-11.11)": Range(Date(None, 11, 1), Date(None, 11, 11), "-")},
)
def explained(_: TimeValue, __: str, exact: TimeValue, ___: str) -> TimeValue:
    return exact


@grammar.rule(
    [Date, re.compile(r"[(,]?\s*(?:周|星期|礼拜)[一二三四五六日天1-7]\)?")],
    examples={"5月6日周二": Date(None, 5, 6)},
)
def with_weekday(d: Date, _: str) -> Date | None:
    return d if d.day else None
