"""English in a Chinese sentence: yesterday, last month, last 7 days, YTD, by week."""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.times import Last, PerGrain, SamePeriod, Shift, Since, TimeValue
from semantic_layer.query import Grain

grammar = Grammar()

UNITS = {
    "day": Grain.DAY,
    "week": Grain.WEEK,
    "month": Grain.MONTH,
    "quarter": Grain.QUARTER,
    "year": Grain.YEAR,
    "hour": Grain.HOUR,
}
_UNIT = "day|week|month|quarter|year|hour"
_END = r"(?![a-z])"


@grammar.rule(
    [re.compile(rf"(?<![a-z])(today|yesterday|tomorrow){_END}")],
    examples={"yesterday": Shift(-1, Grain.DAY)},
)
def english_day(m: re.Match[str]) -> Shift:
    return Shift({"today": 0, "yesterday": -1, "tomorrow": 1}[m[1]], Grain.DAY)


@grammar.rule(
    [re.compile(rf"(?<![a-z])(?:the\s+)?(last|previous|this|current|next)\s+({_UNIT}){_END}")],
    examples={"last month": Shift(-1, Grain.MONTH), "this week": Shift(0, Grain.WEEK)},
)
def english_unit(m: re.Match[str]) -> Shift:
    by = {"last": -1, "previous": -1, "next": 1}.get(m[1], 0)
    return Shift(by, UNITS[m[2]])


@grammar.rule(
    [re.compile(rf"(?<![a-z])(?:last|past|recent)\s*(\d{{1,4}})\s*({_UNIT}|d|w|m|y)s?{_END}")],
    examples={"last 7 days": Last(7, Grain.DAY), "past 30d": Last(30, Grain.DAY)},
)
def english_last(m: re.Match[str]) -> Last:
    short = {"d": Grain.DAY, "w": Grain.WEEK, "m": Grain.MONTH, "y": Grain.YEAR}
    return Last(int(m[1]), short.get(m[2]) or UNITS[m[2]])


@grammar.rule(
    [re.compile(rf"(?<![a-z])([ymqw])td{_END}|({_UNIT})\s+to\s+date{_END}")],
    examples={"ytd": Since(Shift(0, Grain.YEAR)), "month to date": Since(Shift(0, Grain.MONTH))},
)
def to_date(m: re.Match[str]) -> Since:
    letters = {"y": Grain.YEAR, "m": Grain.MONTH, "q": Grain.QUARTER, "w": Grain.WEEK}
    return Since(Shift(0, letters[m[1]] if m[1] else UNITS[m[2]]))


@grammar.rule(
    [re.compile(rf"(?<![a-z])same\s+(?:period|time)\s+last\s+({_UNIT}){_END}")],
    examples={"same period last year": SamePeriod(-1, Grain.YEAR)},
)
def english_same(m: re.Match[str]) -> TimeValue:
    return SamePeriod(-1, UNITS[m[1]])


@grammar.rule(
    [
        re.compile(
            rf"(?<![a-z])(?:by|per|each|every)\s+({_UNIT}){_END}|(dai|week|month|quarter|year|hour)ly{_END}"
        )
    ],
    examples={"by month": PerGrain(Grain.MONTH), "daily": PerGrain(Grain.DAY)},
)
def english_grain(m: re.Match[str]) -> PerGrain:
    unit = m[1] or ("day" if m[2] == "dai" else m[2])
    return PerGrain(Grain.HOUR_OF_DAY if unit == "hour" else UNITS[unit])
