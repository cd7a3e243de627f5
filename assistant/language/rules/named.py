"""有名字的一段：夏天、上半月、中下旬、昨晚。"""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.rules.units import DAYS
from assistant.language.times import Clock, Date, Edge, Range, Shift, Tenth, Within
from semantic_layer.query import Grain

grammar = Grammar()

SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "冬": (12, 2)}


@grammar.rule(
    [re.compile("([上前下后])半个?月(?!前|后|内)")],
    examples={"上半月": Range(Date(day=1), Date(day=15), "至")},
)
def half_month(m: re.Match[str]) -> Range | None:
    if "个" in m[0] and m[1] in "前后":
        return None  # 前半个月 may be the fifteen days before today
    if m[1] in "上前":
        return Range(Date(day=1), Date(day=15), "至")
    return Range(Date(day=16), Edge("end", Grain.MONTH), "至")


@grammar.rule(
    [re.compile("(中下|上中)旬")],
    examples={"中下旬": Range(Tenth(2), Tenth(3), "至")},
)
def two_tenths(m: re.Match[str]) -> Range:
    first = 2 if m[1] == "中下" else 1
    return Range(Tenth(first), Tenth(first + 1), "至")


@grammar.rule(
    [re.compile(r"([春夏秋冬])(?:天|季(?!节|装|款|新))|(?<=[去今明前]年)([春夏秋冬])(?![装款])")],
    examples={"夏天": Range(Date(month=6), Date(month=8), "至")},
    rejects=("春季新款", "夏装"),
)
def season(m: re.Match[str]) -> Range:
    first, last = SEASONS[m[1] or m[2]]
    return Range(Date(month=first), Date(month=last), "至")


@grammar.rule(
    [re.compile("([昨今前明后寻琴])([晚早])上?(?!会|教|期|就|已)")],
    examples={"昨晚": Within(Shift(-1, Grain.DAY), Clock(1080, 1440))},
)
def evening(m: re.Match[str]) -> Within:
    hours = Clock(18 * 60, 24 * 60) if m[2] == "晚" else Clock(6 * 60, 9 * 60)
    return Within(Shift(DAYS[m[1]], Grain.DAY), hours)
