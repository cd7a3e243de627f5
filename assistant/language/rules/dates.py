"""时间（绝对）：2023年11月5日、20231105、11.11、三季度、上旬、年底、第2周、90年代、财年。"""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.rules.units import (
    DAY,
    MONTH,
    QUARTER,
    UNITS,
    WEEK,
    WEEKDAYS,
    YEAR,
    N,
    count,
    year_of,
)
from assistant.language.times import Date, Edge, Fiscal, Nth, NthWeekday, Tenth
from semantic_layer.query import Grain

grammar = Grammar()

Y4 = r"(?:19|20)\d\d"
Y_CN = r"[一二〇零][一二三四五六七八九零〇]{3}|[一二三四五六七八九零〇]{2}"
M = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]|正|元)"
D = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"


@grammar.rule(
    [
        re.compile(
            rf"(?<![\d.])({Y4}|\d\d|{Y_CN})\s*年(?![年代])的?\s*"
            rf"(?:({M})\s*月份?(?:\s*({D})(?:\s*[日号]|(?=[至到~\-,\s]|$)))?)?"
        )
    ],
    examples={
        "2023年": Date(2023),
        "23年": Date(23),
        "二零二三年十二月": Date(2023, 12),
        "23年5月": Date(23, 5),
        "2015年8月12日": Date(2015, 8, 12),
        "零七年八月二十九号": Date(7, 8, 29),
    },
)
def year_first(m: re.Match[str]) -> Date | None:
    year = year_of(m[1])
    return None if year is None else Date(year, _month(m[2]), count(m[3]) if m[3] else None)


@grammar.rule(
    [
        re.compile(
            rf"(?<![\d.a-z])(?<!\d,)({Y4})(?![\d:个万千百家名单笔件条款元%亿人块折次度年分天]|[.,/]\d)"
        )
    ],
    examples={"2023": Date(2023)},
    rejects=("2023元", "2000个", "20230", "2023年"),
)
def bare_year(m: re.Match[str]) -> Date:
    return Date(int(m[1]))


def _month(text: str | None) -> int | None:
    return None if not text else 1 if text in "正元" else count(text)


@grammar.rule(
    [
        re.compile(
            rf"(?<![\d.点])({M})\s*月(?:份|底(?=$^))?(?:\s*({D})(?:\s*[日号](?!店|线|楼|均|活|销)|(?=[至到~\-,]|$)))?(?![饼嫂子台]|均|活)"
        )
    ],
    examples={
        "3月": Date(month=3),
        "十二月份": Date(month=12),
        "5月6号": Date(month=5, day=6),
        "十月31": Date(month=10, day=31),
    },
    rejects=("三月饼", "13月"),
)
def month_first(m: re.Match[str]) -> Date | None:
    if m[1] == "正" or (m[1] == "元" and m[2]) or m[0] == "八月十五":
        return None
    return Date(None, _month(m[1]), count(m[2]) if m[2] else None)


@grammar.rule(
    [re.compile(rf"(?<![\d.])({D})\s*(?:号(?!店|线|楼)|日(?![均活销用化留移滚内复转未窗游]))")],
    examples={"15号": Date(day=15), "二十日": Date(day=20)},
    rejects=("1号店", "10日均", "32号", "7日留存", "30日移动平均"),
)
def day_only(m: re.Match[str]) -> Date | None:
    return Date(day=count(m[1]))


@grammar.rule(
    [
        re.compile(
            rf"(?<![\d.])({Y4})(?:(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9])?|\s*[-/.]\s*(1[0-2]|0?[1-9])(?:\s*[-/.]\s*(3[01]|[12]\d|0?[1-9]))?)(?![\d%万元])"
        )
    ],
    examples={
        "20231101": Date(2023, 11, 1),
        "202311": Date(2023, 11),
        "2023-11-01": Date(2023, 11, 1),
        "2023/11": Date(2023, 11),
        "2019.9.6": Date(2019, 9, 6),
    },
    rejects=("20231301",),
)
def numeric(m: re.Match[str]) -> Date:
    month, day = m[2] or m[4], m[3] or m[5]
    return Date(int(m[1]), int(month), int(day) if day else None)


@grammar.rule(
    [re.compile(r"(?<![\d.])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d?)(?![\d%])")],
    examples={
        "10/31/1974": Date(1974, 10, 31),
        "12-11-10": Date(12, 11, 10),
        "25.9.1": Date(25, 9, 1),
    },
    rejects=("99/99/99", "1.2.3"),
)
def numeric_short(m: re.Match[str]) -> Date | None:
    a, b, c = int(m[1]), int(m[3]), int(m[4])
    if len(m[4]) == 1 and not 10 <= a <= 39:
        return None  # 1.2.3 is a version
    american = len(m[4]) == 4 or (m[2] == "/" and len(m[4]) == 2)
    year, month, day = (c, a, b) if american else (a, b, c)
    return Date(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


@grammar.rule(
    [
        re.compile(
            r"(?<![\d.a-z本])(1[0-2]|0?[1-9])[./](3[01]|[12]\d|0?[1-9])(?![\d./%万元折倍千k个分亿w成版]|\s*版本)[日号]?"
        )
    ],
    examples={"11.11": Date(None, 11, 11), "5/1": Date(None, 5, 1)},
    rejects=("5.1%", "1.5万", "5.1版本", "版本5.2"),
)
def numeric_day(m: re.Match[str]) -> Date:
    return Date(None, int(m[1]), int(m[2]))


@grammar.rule(
    [re.compile(rf"(?:({Y4}|\d\d)\s*[-年]?)?\s*q([1-4])(?:季度)?(?![\da-z])")],
    examples={"q2": Nth(2, QUARTER)},
    rejects=("q5",),
)
def latin_quarter(m: re.Match[str]) -> Nth | None:
    return None if m[1] else Nth(int(m[2]), QUARTER)


@grammar.rule(
    [re.compile(r"(?<![a-z\d])w([1-5]\d|0?[1-9])(?![\da-z])")],
    examples={"w25": Nth(25, WEEK)},
    rejects=("5w2",),
)
def latin_week(m: re.Match[str]) -> Nth:
    return Nth(int(m[1]), WEEK)


@grammar.rule(
    [re.compile(r"h([12])(?![\da-z])")],
    examples={"h1": Nth(1, Grain.HALF)},
    rejects=("h5",),
)
def latin_half(m: re.Match[str]) -> Nth:
    return Nth(int(m[1]), Grain.HALF)


@grammar.rule(
    [re.compile(r"第?([一二三四1-4首末])(?:(?<=第.)个)?季度?(?![节度])")],
    examples={"三季度": Nth(3, QUARTER), "第3季度": Nth(3, QUARTER), "首季度": Nth(1, QUARTER)},
    rejects=("五季度", "四季节"),
)
def quarter(m: re.Match[str]) -> Nth | None:
    if not m[0].endswith("度") and not m[0].startswith("第"):
        return None
    return Nth({"首": 1, "末": 4}.get(m[1]) or count(m[1]) or 1, QUARTER)


@grammar.rule(
    [re.compile(r"([上前下后])半年")],
    examples={"上半年": Nth(1, Grain.HALF), "后半年": Nth(2, Grain.HALF)},
)
def half_year(m: re.Match[str]) -> Nth:
    return Nth(1 if m[1] in "上前" else 2, Grain.HALF)


@grammar.rule(
    [
        re.compile(
            rf"(?:第({N})|([首末])|最后一)个?(周|星期|礼拜|天|日|月|年)(?![{'一二三四五六日末'}]|内|留存|复购)"
        )
    ],
    examples={
        "第2周": Nth(2, WEEK),
        "第三十七个星期": Nth(37, WEEK),
        "首月": Nth(1, MONTH),
        "最后一天": Nth(-1, DAY),
    },
)
def nth(m: re.Match[str]) -> Nth | None:
    n = count(m[1]) if m[1] else 1 if m[2] == "首" else -1
    return None if n is None else Nth(n, UNITS[m[3]])


@grammar.rule(
    [re.compile(rf"(?:第({N})|(最后一))个?(?:周|星期|礼拜)([一二三四五六日天])(?![共直个])")],
    examples={"第一个星期一": NthWeekday(1, 1), "最后一个周五": NthWeekday(-1, 5)},
)
def nth_weekday(m: re.Match[str]) -> NthWeekday | None:
    n = -1 if m[2] else count(m[1])
    return None if not n else NthWeekday(n, WEEKDAYS[m[3]])


@grammar.rule(
    [re.compile(r"([上中下])旬")],
    examples={"上旬": Tenth(1), "下旬": Tenth(3)},
)
def tenth(m: re.Match[str]) -> Tenth:
    return Tenth("上中下".index(m[1]) + 1)


EDGES = {"初": "start", "头": "start", "中": "middle", "底": "end", "末": "end", "尾": "end"}


@grammar.rule(
    [re.compile(r"(月|季度?|年)([初头中底末尾])(?![次级])|开年|开春|岁末")],
    examples={
        "月初": Edge("start", MONTH),
        "年底": Edge("end", YEAR),
        "季末": Edge("end", QUARTER),
    },
    rejects=("年中级",),
)
def edge(m: re.Match[str]) -> Edge:
    if not m[1]:
        return Edge("end" if m[0] == "岁末" else "start", YEAR)
    return Edge(EDGES[m[2]], UNITS[m[1]])


@grammar.rule(
    [re.compile(r"[初底末尾](?![次级代期])")],
    examples={"底": Edge("end")},
)
def bare_edge(text: str) -> Edge:
    return Edge(EDGES[text])


@grammar.rule(
    [
        re.compile(
            r"(上上?|去|前|本|今|这|当|下|明)?一?个?(?:财年|财政年度|会计年度)|fy\s*(20\d\d|\d\d)(?!\d)|(20\d\d|\d\d)年?财年"
        )
    ],
    examples={
        "本财年": Fiscal(0),
        "上财年": Fiscal(-1),
        "fy2025": Fiscal(0, 2025),
        "24财年": Fiscal(0, 2024),
    },
)
def fiscal_year(m: re.Match[str]) -> Fiscal:
    if said := m[2] or m[3]:
        return Fiscal(0, int(said) + (2000 if len(said) == 2 else 0))
    return Fiscal({"上": -1, "去": -1, "前": -2, "上上": -2, "下": 1, "明": 1}.get(m[1] or "", 0))
