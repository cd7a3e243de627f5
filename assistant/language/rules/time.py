"""时间（相对）：昨天、上个月、近7天、三天前、上周一、去年同期。值是相对的，落到日期由 resolve 一处完成。

The value types are in ``assistant/language/times.py``: this file makes Shift, Last, Next, Ago,
Slice, Recent, Weekday, WeekPart and SamePeriod. ``rules/dates.py`` makes Date, Nth, NthWeekday,
Edge, Tenth, Decade and Fiscal; ``rules/festival.py`` Feast, LunarDate and SolarTerm;
``rules/grain.py`` PerGrain, Duration, Cyclic and Clock; ``rules/compose.py`` and ``rules/ranges.py``
join them (Within, Several, Range, Since, Before, After, Until, Adjacent).
"""

from __future__ import annotations

import re

from assistant.language.grammar import Grammar
from assistant.language.rules.units import (
    DAY,
    DAYS,
    MONTH,
    NOT_A_WORD,
    QUARTER,
    UNIT,
    UNITS,
    WEEK,
    WEEKDAYS,
    WHOLE,
    YEAR,
    YEARS,
    N,
    count,
    some,
)
from assistant.language.times import (
    Ago,
    Last,
    Next,
    Recent,
    SamePeriod,
    Shift,
    Slice,
    Weekday,
    WeekPart,
)
from semantic_layer.query import Grain

grammar = Grammar()

# ── relative ──────────────────────────────────────────────────────────────────────────────────


@grammar.rule(
    [
        re.compile(
            r"(大前|大后|[前昨今明后寻])(?:天(?![猫津气然])|日(?![用化本均报活销])|儿个?)|(?<![\u4e00-\u9fff])全天|[琴寻听]日|(?<!占)当[天日](?!猫)"
        )
    ],
    examples={"今天": Shift(0, DAY), "昨日": Shift(-1, DAY), "大前天": Shift(-3, DAY)},
    rejects=("今日头条", "昨日用品"),
)
def named_day(m: re.Match[str]) -> Shift | None:
    if m.string.startswith("头条", m.end()):
        return None
    return Shift(DAYS[m[1] or m[0][0]], DAY)


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
            rf"(上+|下+|本|这|呢|(?<!占)当|今|此|现)一?个?(?:{WHOLE})?({UNIT}){NOT_A_WORD}(?!半[^年]|同期)"
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
            rf"(?:最近的?这?|近期|过去的?这?|过往|往前|近|这)(?:的)?({N}|几)?(半)?(个)?({WHOLE})?(的)?({UNIT}){NOT_A_WORD}(半)?"
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
        "最近几天": Last(7, DAY),
    },
    rejects=("最近怎么样", "近一万天", "最近天猫"),
)
def last_n(m: re.Match[str]) -> Last | None:
    if not m[1] and not m[2] and m[6] not in ("半年",) and not m[0].startswith(("近", "最近")):
        return None
    n = some(m[1], UNITS[m[6]]) if m[1] else 0 if m[2] else 1
    if n is None or n > 5000 or (m[0][0] == "这" and (not m[1] or n == 1)):
        return None
    grain = UNITS[m[6]]
    if grain is YEAR and m[2] and not n:
        return Last(1, Grain.HALF, bool(m[4]))
    return Last(n + (0.5 if m[2] else 0) + (0.5 if m[7] else 0), grain, bool(m[4]))


@grammar.rule(
    [
        re.compile(
            r"(?:最近|近期|近来|近日|这段时间|这阵子|近些日子)(?:的?这?段时间)?(?![一二两三四五六七八九十半\d几]|次|的一|更新|一)"
        )
    ],
    examples={"最近": Recent(), "近期": Recent()},
    rejects=("最近一次", "最近7天", "最近更新"),
)
def recent(_: str) -> Recent:
    return Recent()


@grammar.rule(
    [re.compile(rf"([上前后下])({N}|几)个?(?:{WHOLE})?({UNIT})(?!前)")],
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
    n, grain = some(m[2], UNITS[m[3]]), UNITS[m[3]]
    if n is None or n > 1000 or (m[1] in "上下" and n == 1):
        return None
    if m[2] == "几":
        return Last(n, grain) if m[1] in "前上" else None
    if m[1] in "前后":
        return Slice(n, grain, m[1] == "后", not m[2].isdigit())
    return Last(n, grain, True) if m[1] == "上" else Next(n, grain, True)


@grammar.rule(
    [re.compile(rf"(最后|最末|(?<!周)末|头|最开始|最初|开头)({N})个?({UNIT})")],
    examples={"最后3周": Slice(3, WEEK, True, False, True), "头三天": Slice(3, DAY, inside=True)},
)
def edge_n(m: re.Match[str]) -> Slice | None:
    n = count(m[2])
    if n is None or m[0].startswith("最后一"):
        return None
    return Slice(n, UNITS[m[3]], m[1][-1] in "后末", not m[2].isdigit(), True)


@grammar.rule(
    [re.compile(rf"(?:未来|接下来|今后|往后)的?({N})?(半)?个?({UNIT})")],
    examples={"未来7天": Next(7, DAY), "接下来三个月": Next(3, MONTH)},
)
def next_n(m: re.Match[str]) -> Next | None:
    n = count(m[1]) if m[1] else 1
    return None if n is None else Next(0.5 if m[2] else n, UNITS[m[3]])


@grammar.rule(
    [re.compile(rf"(?<!几)({N})个?({UNIT})(之|以)?([前后])(?![{'一二两三四五六七八九十'}\d])")],
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
            r"(去年|前年|上个?月|上个?季度?|上一?周|上个?星期|昨天|上年)的?(?:同期|同一?时期|同一?时间|同一?时段|同[月季周]|这个?时候)"
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


@grammar.rule(
    [re.compile("(去年|前年|上个?月|上一?周|上个?星期)的?(?:今[日天]|同一[天日])")],
    examples={"去年今天": Ago(1, YEAR, exact=True), "上周今日": Ago(1, WEEK, exact=True)},
)
def same_day(m: re.Match[str]) -> Ago:
    grain = YEAR if "年" in m[1] else MONTH if "月" in m[1] else WEEK
    return Ago(2 if m[1] == "前年" else 1, grain, exact=True)


_WEEK = r"(?:周|星期|礼拜)"
_DAY = r"([一二三四五六日天1-7])(?![共直起些定般样均活销个家种款类大年用]|单(?!量|数)|[0-9])(?!(?<=一)下)(?!星(?![期巴河空]))"


@grammar.rule(
    [re.compile(rf"(?<!每)(?<!按)(上+|下+|本|这|呢|今|当)?一?个?{_WEEK}{_WEEK}?{_DAY}")],
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
    [
        re.compile(
            rf"(上+|下+|本|这|呢|当)一?个?{_WEEK}?(?:的)?(周末|末|[周期拜]六[日天](?![均活销])|六[日天](?![均活销])|工作日)"
        )
    ],
    examples={"上周末": WeekPart(False, -1), "本周工作日": WeekPart(True, 0)},
)
def week_part(m: re.Match[str]) -> WeekPart | None:
    if m[2][0] in "末六" and "周" not in m[0] and "星期" not in m[0] and "礼拜" not in m[0]:
        return None
    by = {"上": -1, "下": 1}.get(m[1][0], 0) * len(m[1])
    return WeekPart(m[2] == "工作日", by)
