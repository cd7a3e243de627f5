"""有名字的一段：夏天、上半月、中下旬、昨晚、90年代、民国三年。"""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.rules.units import DAYS, N, count
from assistant.language.times import Clock, Date, Decade, Edge, Range, Shift, Tenth, Within
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
    [re.compile(rf"([昨今前明后寻琴])([晚早夜])[上里]?(?!会|教|期|就|已|{N}[点时:])")],
    examples={
        "昨晚": Within(Shift(-1, Grain.DAY), Clock(1080, 1440)),
        "昨夜": Within(Shift(-1, Grain.DAY), Clock(1080, 1440)),
    },
)
def evening(m: re.Match[str]) -> Within:
    hours = Clock(18 * 60, 24 * 60) if m[2] != "早" else Clock(6 * 60, 9 * 60)
    return Within(Shift(DAYS[m[1]], Grain.DAY), hours)


@grammar.rule(
    [re.compile(rf"([昨今前明后])([晚早])上?({N})[点时](?!段|间)(?:钟|整)?(半)?(?![\d个击评赞])")],
    examples={"昨晚8点": Within(Shift(-1, Grain.DAY), Clock(1200, 1260))},
)
def evening_hour(m: re.Match[str]) -> Within | None:
    hour = count(m[3])
    if hour is None or hour > 24:
        return None
    start = (hour + 12 if m[2] == "晚" and 0 < hour < 12 else hour) * 60 + (30 if m[4] else 0)
    return Within(Shift(DAYS[m[1]], Grain.DAY), Clock(start, start + (30 if m[4] else 60)))


@grammar.rule(
    [
        re.compile(
            r"(上世纪|上个世纪|本世纪|20世纪|二十世纪|21世纪)?(\d\d\d0|[一二三四五六七八九]十|\d0)年代"
        )
    ],
    examples={"九十年代": Decade(90), "上世纪80年代": Decade(1980)},
)
def decade(m: re.Match[str]) -> Decade | None:
    tens = count(m[2])
    if tens is None:
        return None
    century = (
        0 if not m[1] or tens >= 100 else 2000 if m[1][0] in "本" or m[1].startswith("21") else 1900
    )
    return Decade(century + tens)


ERAS = {
    "顺治": 1644, "康熙": 1662, "雍正": 1723, "乾隆": 1736, "嘉庆": 1796, "道光": 1821,
    "咸丰": 1851, "同治": 1862, "光绪": 1875, "宣统": 1909, "民国": 1912,
}  # fmt: skip


@grammar.rule(
    [re.compile(rf"({'|'.join(ERAS)})(元|{N})年")],
    examples={"民国三年": Date(1914), "康熙二十年": Date(1681)},
)
def era(m: re.Match[str]) -> Date | None:
    n = 1 if m[2] == "元" else count(m[2])
    return None if n is None else Date(ERAS[m[1]] + n - 1)
