"""时间：上个月、近7天、2023年11月5日、三季度、上周一。值是相对的，落到日期由 resolve 一处完成。

The value types are in ``assistant/language/times.py`` (see its docstring): this file makes Shift, Last, Next,
Ago, Date, Nth, Slice, Edge, Tenth, Weekday, WeekPart, Decade and Fiscal. ``rules/compose.py`` joins
them (Within, Range, Since, Before, After, Until, Adjacent, Several), ``rules/festival.py`` adds
Feast, LunarDate and SolarTerm, ``rules/grain.py`` PerGrain, Duration, Cyclic and Clock.
"""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.rules.number import chinese
from assistant.language.times import (
    Ago,
    Date,
    Decade,
    Edge,
    Fiscal,
    Last,
    Next,
    Nth,
    SamePeriod,
    Shift,
    Slice,
    Tenth,
    Weekday,
    WeekPart,
)
from semantic_layer.query import Grain

grammar = Grammar()

DAY, WEEK, MONTH, QUARTER, YEAR = Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR

N = r"(?:\d{1,4}|[一二两三四五六七八九十廿卅百壹贰叁肆]{1,4})"
UNITS = {
    "分钟": Grain.MINUTE,
    "小时": Grain.HOUR,
    "钟头": Grain.HOUR,
    "天": DAY,
    "日": DAY,
    "周": WEEK,
    "星期": WEEK,
    "礼拜": WEEK,
    "月": MONTH,
    "月份": MONTH,
    "季": QUARTER,
    "季度": QUARTER,
    "半年": Grain.HALF,
    "年": YEAR,
    "年度": YEAR,
}
UNIT = "分钟|小时|钟头|天|日|周|星期|礼拜|月份?|季度?|半年|年度?"
# 周 in 周大福, 月 in 月饼, 年 in 年货, 日 in 日用品: a bare unit may not run into these
NOT_A_WORD = (
    r"(?!(?<=天)[猫然气使津])(?!(?<=日)[用化常历本元报活销均])"
    r"(?!(?<=周)[大边转岁杰黑期年六生转])(?!(?<=月)[饼亮嫂子台])(?!(?<=年)[货龄轻级糕夜纪兽会])"
)
WHOLE = "完整的?|整个?|自然|完整自然"
DAYS = {
    "大前": -3,
    "前": -2,
    "昨": -1,
    "尋": -1,
    "寻": -1,
    "今": 0,
    "当": 0,
    "明": 1,
    "后": 2,
    "大后": 3,
}
YEARS = {"大前": -3, "前": -2, "去": -1, "旧": -1, "今": 0, "明": 1, "次": 1, "后": 2}


def count(text: str) -> int | None:
    """A small whole number in Arabic or Chinese digits."""
    value = float(text) if text.isdigit() else chinese(text)
    return int(value) if value is not None and value == int(value) else None


def year_of(text: str) -> int | None:
    """Two or four digits of a year; two digits are left as they are (23 → 23)."""
    digits = (
        text
        if text.isdigit()
        else "".join(str("零一二三四五六七八九".find(c.replace("〇", "零"))) for c in text)
    )
    return int(digits) if digits.isdigit() and len(digits) in (2, 4) else None


# ── relative ──────────────────────────────────────────────────────────────────────────────────


@grammar.rule(
    [
        re.compile(
            r"(大前|大后|[前昨今明后寻])(?:[天日](?![猫津气用化本均报活销])|晚(?=[^上])|儿个?)|(?<![\u4e00-\u9fff])全天|当[天日](?!猫)"
        )
    ],
    examples={"今天": Shift(0, DAY), "昨日": Shift(-1, DAY), "大前天": Shift(-3, DAY)},
    rejects=("今日头条", "昨日用品"),
)
def named_day(m: re.Match[str]) -> Shift | None:
    if m.string.startswith("头条", m.end()):
        return None
    return Shift(DAYS[m[1]] if m[1] else 0, DAY)


@grammar.rule(
    [
        re.compile(
            rf"(大前|[前去旧今明次后])年(?:度(?!假)|全年|整年|一整年|一年)?{NOT_A_WORD}(?![终])"
        )
    ],
    examples={"去年": Shift(-1, YEAR), "今年全年": Shift(0, YEAR), "前年": Shift(-2, YEAR)},
    rejects=("去年货",),
)
def named_year(m: re.Match[str]) -> Shift:
    return Shift(YEARS[m[1]], YEAR)


@grammar.rule(
    [
        re.compile(
            rf"(上+|下+|本|这|当|今|此|现)一?个?(?:{WHOLE})?({UNIT}){NOT_A_WORD}(?!半[^年]|同期)"
        )
    ],
    examples={
        "上周": Shift(-1, WEEK),
        "上上周": Shift(-2, WEEK),
        "上个月": Shift(-1, MONTH),
        "上季度": Shift(-1, QUARTER),
        "本月": Shift(0, MONTH),
        "这一年": Shift(0, YEAR),
        "下个月": Shift(1, MONTH),
        "上个自然月": Shift(-1, MONTH),
    },
    rejects=("上海", "上天猫", "上月饼"),
)
def near_unit(m: re.Match[str]) -> Shift | None:
    grain = UNITS[m[2]]
    if m[0] in (
        "上半年",
        "下半年",
        "上天",
        "下天",
        "这天",
        "今日",
        "当天",
        "当日",
        "今天",
        "今年",
        "上日",
        "下日",
    ):
        return None
    by = {"上": -1, "下": 1}.get(m[1][0], 0) * len(m[1])
    return Shift(by, grain)


@grammar.rule(
    [
        re.compile(
            rf"(?:最近的?这?|近期|过去的?这?|过往|往前|近|这)(?:的)?({N})?(半)?(个)?({WHOLE})?(的)?({UNIT}){NOT_A_WORD}(半)?"
            r"(?:之?内|以内|以来|来(?![自了看]))?"
        )
    ],
    examples={
        "近7天": Last(7, DAY),
        "最近三个月": Last(3, MONTH),
        "最近一周": Last(1, WEEK),
        "近半年": Last(1, Grain.HALF),
        "最近半个月": Last(0.5, MONTH),
        "近一年半": Last(1.5, YEAR),
        "过去72小时": Last(72, Grain.HOUR),
        "最近三个完整月": Last(3, MONTH, True),
        "近两年以来": Last(2, YEAR),
    },
    rejects=("最近怎么样", "近一万天", "最近天猫"),
)
def last_n(m: re.Match[str]) -> Last | None:
    if not m[1] and not m[2] and m[6] not in ("半年",) and not m[0].startswith(("近", "最近")):
        return None
    n = count(m[1]) if m[1] else 0 if m[2] else 1
    if n is None or n > 5000 or (m[0][0] == "这" and (not m[1] or n == 1)):
        return None
    grain = UNITS[m[6]]
    if grain is YEAR and m[2] and not n:
        return Last(1, Grain.HALF, bool(m[4]))
    return Last(n + (0.5 if m[2] else 0) + (0.5 if m[7] else 0), grain, bool(m[4]))


@grammar.rule(
    [re.compile(rf"([上前后下])({N})个?(?:{WHOLE})?({UNIT})(?!前)")],
    examples={
        "前三天": Slice(3, DAY),
        "前三季度": Slice(3, QUARTER),
        "后三个月": Slice(3, MONTH, end=True),
        "上两周": Last(2, WEEK, True),
        "下三年": Next(3, YEAR, True),
    },
    rejects=("上一周",),
)
def first_n(m: re.Match[str]) -> Slice | Last | Next | None:
    n, grain = count(m[2]), UNITS[m[3]]
    if n is None or (m[1] in "上下" and n == 1):
        return None
    if m[1] in "前后":
        return Slice(n, grain, m[1] == "后", not m[2].isdigit())
    return Last(n, grain, True) if m[1] == "上" else Next(n, grain, True)


@grammar.rule(
    [re.compile(rf"(最后|最末|末|头|最开始|最初|开头)({N})个?({UNIT})")],
    examples={"最后3周": Slice(3, WEEK, end=True, written=False), "头三天": Slice(3, DAY)},
)
def edge_n(m: re.Match[str]) -> Slice | None:
    n = count(m[2])
    if n is None or m[0].startswith("最后一"):
        return None
    return Slice(n, UNITS[m[3]], m[1][-1] in "后末", not m[2].isdigit())


@grammar.rule(
    [re.compile(rf"(?:未来|接下来|今后|往后)的?({N})?(半)?个?({UNIT})")],
    examples={"未来7天": Next(7, DAY), "接下来三个月": Next(3, MONTH)},
)
def next_n(m: re.Match[str]) -> Next | None:
    n = count(m[1]) if m[1] else 1
    return None if n is None else Next(0.5 if m[2] else n, UNITS[m[3]])


@grammar.rule(
    [re.compile(rf"({N})个?({UNIT})(之|以)?([前后])(?![{'一二两三四五六七八九十'}\d])")],
    examples={
        "7天前": Ago(7, DAY),
        "三个月之前": Ago(3, MONTH, True, True),
        "20天后": Ago(-20, DAY),
    },
    rejects=("5月前10名",),
)
def ago(m: re.Match[str]) -> Ago | None:
    n = count(m[1])
    if (
        n is None
        or (m[2] in ("月", "日", "季度", "月份") and "个" not in m[0] and m[1].isdigit())
        or (m[2] == "年" and n >= 20)
    ):
        return None
    return Ago(n if m[4] == "前" else -n, UNITS[m[2]], not m[1].isdigit(), bool(m[3]))


@grammar.rule(
    [
        re.compile(
            r"(去年|前年|上个?月|上个?季度?|上一?周|上个?星期|昨天|上年)的?(?:同期|同一?时期|同一?时间|同一?时段|同[月季日天周]|今[日天]|这个?时候)"
        )
    ],
    examples={"去年同期": SamePeriod(-1, YEAR), "上月同期": SamePeriod(-1, MONTH)},
)
def same_period(m: re.Match[str]) -> SamePeriod:
    said = m[1]
    grain = next(
        g
        for c, g in {
            "年": YEAR,
            "月": MONTH,
            "季": QUARTER,
            "周": WEEK,
            "期": WEEK,
            "天": DAY,
        }.items()
        if c in said
    )
    return SamePeriod(-2 if said == "前年" else -1, grain)


# ── absolute ──────────────────────────────────────────────────────────────────────────────────

Y4 = r"(?:19|20)\d\d"
Y_CN = r"[一二〇零][一二三四五六七八九零〇]{3}|[一二三四五六七八九零〇]{2}"
M = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]|正|元)"
D = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"


@grammar.rule(
    [
        re.compile(
            rf"(?<![\d.])({Y4}|\d\d|{Y_CN})\s*年(?!年)的?\s*"
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
            rf"(?<![\d.,a-z])({Y4})(?![\d:个万千百家名单笔件条款元%亿人块折次度年分天]|[.,/]\d)"
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
    [re.compile(rf"(?<![\d.])({D})\s*[日号](?!店|线|楼|均|活|销|用|化)")],
    examples={"15号": Date(day=15), "二十日": Date(day=20)},
    rejects=("1号店", "10日均", "32号"),
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
    [re.compile(r"(?<![\d.])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?![\d%])")],
    examples={"10/31/1974": Date(1974, 10, 31), "12-11-10": Date(12, 11, 10)},
    rejects=("99/99/99",),
)
def numeric_short(m: re.Match[str]) -> Date | None:
    a, b, c = int(m[1]), int(m[3]), int(m[4])
    year, month, day = (c, a, b) if len(m[4]) == 4 or m[2] == "/" else (a, b, c)
    return Date(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


@grammar.rule(
    [
        re.compile(
            r"(?<![\d.])(1[0-2]|0?[1-9])[./](3[01]|[12]\d|0?[1-9])(?![\d./%万元折倍千k个分亿w成])[日号]?"
        )
    ],
    examples={"11.11": Date(None, 11, 11), "5/1": Date(None, 5, 1)},
    rejects=("5.1%", "1.5万"),
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
    [re.compile(r"h([12])(?![\da-z])")],
    examples={"h1": Nth(1, Grain.HALF)},
    rejects=("h5",),
)
def latin_half(m: re.Match[str]) -> Nth:
    return Nth(int(m[1]), Grain.HALF)


@grammar.rule(
    [re.compile(r"第?([一二三四1-4首末])个?季度?(?![节度])")],
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
            rf"(?:第({N})|([首末])|最后一)个?(周|星期|礼拜|天|日|月|年)(?![{'一二三四五六日末'}]|内)"
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


WEEKDAYS = {c: i + 1 for i, c in enumerate("一二三四五六日")} | {"天": 7}
_WEEK = r"(?:周|星期|礼拜)"
_DAY = r"([一二三四五六日天1-7])(?![共直起些定般样均活销单个家种款类大年用]|[0-9])(?!(?<=一)下)"


@grammar.rule(
    [re.compile(rf"(?<!每)(?<!按)(上+|下+|本|这|今|当)?一?个?{_WEEK}{_WEEK}?{_DAY}")],
    examples={
        "周三": Weekday(3),
        "上周一": Weekday(1, -1),
        "星期天": Weekday(7),
        "本周五": Weekday(5, 0),
        "上上周六": Weekday(6, -2),
    },
    rejects=("上周一共", "上周三个品类", "周日均", "周一直"),
)
def weekday(m: re.Match[str]) -> Weekday:
    day = int(m[2]) if m[2].isdigit() else WEEKDAYS[m[2]]
    if not m[1]:
        return Weekday(day)
    return Weekday(day, {"上": -1, "下": 1}.get(m[1][0], 0) * len(m[1]))


@grammar.rule(
    [re.compile(rf"(上+|下+|本|这|当)一?个?{_WEEK}?(?:的)?(周末|末|工作日)")],
    examples={"上周末": WeekPart(False, -1), "本周工作日": WeekPart(True, 0)},
)
def week_part(m: re.Match[str]) -> WeekPart | None:
    if m[2] == "末" and "周" not in m[0] and "星期" not in m[0] and "礼拜" not in m[0]:
        return None
    by = {"上": -1, "下": 1}.get(m[1][0], 0) * len(m[1])
    return WeekPart(m[2] == "工作日", by)


@grammar.rule(
    [
        re.compile(
            r"(上世纪|上个世纪|本世纪|20世纪|二十世纪|21世纪)?([一二三四五六七八九]十|\d0)年代"
        )
    ],
    examples={"九十年代": Decade(90), "上世纪80年代": Decade(1980)},
)
def decade(m: re.Match[str]) -> Decade | None:
    tens = count(m[2])
    if tens is None:
        return None
    century = 0 if not m[1] else 2000 if m[1][0] in "本" or m[1].startswith("21") else 1900
    return Decade(century + tens)


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
