"""节日与大促：双11、春节期间、618大促、中秋；农历日期和节气。日期在 festivals.py。"""

from __future__ import annotations

import re

from assistant.language.festivals import BY_NAME, TERMS
from assistant.language.grammar import Grammar
from assistant.language.rules.units import count
from assistant.language.times import Feast, LunarDate, SolarTerm

grammar = Grammar()

_NAMES = sorted(BY_NAME, key=len, reverse=True)
_SHORT = {"51", "38", "99", "大年"}  # never alone
_PLAIN = "|".join(
    re.escape(n)
    for n in _NAMES
    if n not in _SHORT and not n[0].isdigit() and n[0] not in "三五六七八九十"
)
_BARE = "|".join(
    re.escape(n) for n in _NAMES if n not in _SHORT and (n[0].isdigit() or n[0] in "三五六七八九十")
)
_WHOLE = r"(?:购物节|购物狂欢节|狂欢节|狂欢|电商节|大促|促销季?|活动)?(?:期间|那几天|这几天|假期|小长假|长假|黄金周|七天乐|大促|促销期?|活动期?|活动期间|活动|前后(?![\d一二两三四五六七八九十])|档期?|时段|旺季|放假期间|[三五七八]天(?:乐|假期?|长假)?)"
_DAY = r"(?:当天|当日|那天|这天|正日|当晚|节日)"
_MORE = rf"(?:\s?(?:({_WHOLE})|({_DAY})|购物节|狂欢节|那段时间))?"


def _feast(m: re.Match[str]) -> Feast:
    name = BY_NAME[m[1]].names[0]
    if m[2]:
        return Feast(name, None if m[2] in ("前后", "节日") else True)
    return Feast(name, False if m[3] else None)


@grammar.rule(
    [re.compile(rf"(?<!小)({_PLAIN}){_MORE}(?![装衫路街])")],
    examples={
        "双11": Feast("双11"),
        "双十一期间": Feast("双11", True),
        "春节期间": Feast("春节", True),
        "端午那几天": Feast("端午", True),
        "国庆黄金周": Feast("国庆", True),
        "中秋节": Feast("中秋"),
        "双11当天": Feast("双11", False),
    },
)
def feast(m: re.Match[str]) -> Feast:
    return _feast(m)


@grammar.rule(
    [
        re.compile(
            rf"(?<![\d.双二三四五六七八九十百一初第零点价额满于过到约超减])({_BARE}){_MORE}(?![\d.%一二三四五六七八九十百千万亿元个天日号周月点年级人单件家线名条折成分倍岁块]|班|块|路|广场|街|大道|\s*(?:元|块))"
        )
    ],
    examples={
        "618": Feast("618"),
        "五一假期": Feast("劳动节", True),
        "十一": Feast("国庆"),
        "618大促": Feast("618", True),
    },
    rejects=("6180", "618元", "五一路", "单价618", "十一月", "五一二", "双十一"),
)
def bare_feast(m: re.Match[str]) -> Feast:
    return _feast(m)


LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12, "元": 1}
_MONTH = r"(?:闰)?(正|冬|腊|元|1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月"
_DAYS = r"(初[一二三四五六七八九十]|廿[一二三四五六七八九]?|二十[一二三四五六七八九]|三十|十[一二三四五六七八九]|\d{1,2}|[一二三四五六七八九十])(?:日|号)?"
_YEAR = r"(?:(\d{4}|[一二〇零][一二三四五六七八九零〇]{3})年?)?"


@grammar.rule(
    [re.compile(rf"(?:农历|阴历|旧历){_YEAR}(?:的)?{_MONTH}(?:份)?(?:{_DAYS})?")],
    examples={
        "农历八月十五": LunarDate(8, 15),
        "阴历二〇二一年六月": LunarDate(6, None, 2021),
        "农历正月": LunarDate(1),
    },
)
def lunar(m: re.Match[str]) -> LunarDate | None:
    return _lunar(m[1], m[2], m[3], "闰" in m[0])


@grammar.rule(
    [
        re.compile(
            rf"(?<!\d)()(?:(正|腊|冬)月(?:{_DAYS})?|{_MONTH}(初[一二三四五六七八九十]|廿[一二三四五六七八九]?))|八月十五(?![日号])"
        )
    ],
    examples={
        "正月十五": LunarDate(1, 15),
        "腊月": LunarDate(12),
        "八月十五": LunarDate(8, 15),
        "三月初三": LunarDate(3, 3),
    },
    rejects=("八月十五日",),
)
def lunar_by_words(m: re.Match[str]) -> LunarDate | None:
    if not (m[2] or m[4]):
        return LunarDate(8, 15)
    return _lunar(None, m[2] or m[4], m[3] or m[5], "闰" in m[0])


@grammar.rule(
    [re.compile(r"(?:大年|年)初([一二三四五六七八九十]|十[一二三四五])(?![几])")],
    examples={"大年初十": LunarDate(1, 10), "大年初三": LunarDate(1, 3)},
    rejects=("年初至今",),
)
def new_year_day(m: re.Match[str]) -> LunarDate | None:
    day = count(m[1])
    return None if m[0] in ("大年初一", "年初一") else LunarDate(1, day)


def _lunar(year: str | None, month: str, day: str | None, leap: bool) -> LunarDate | None:
    n = LUNAR_MONTHS.get(month) or count(month)
    if n is None:
        return None
    on = count(day.removeprefix("初").replace("廿", "二十")) if day else None
    digits = "".join(
        str("零一二三四五六七八九".find(c.replace("〇", "零"))) if not c.isdigit() else c
        for c in year or ""
    )
    return LunarDate(-n if leap else n, on, int(digits) if digits else None)


_TERMS = "|".join(t for t in TERMS if t != "清明")


@grammar.rule(
    [re.compile(rf"({_TERMS})(?:节气|当天|那天)?")],
    examples={"大寒": SolarTerm("大寒"), "冬至当天": SolarTerm("冬至")},
)
def term(m: re.Match[str]) -> SolarTerm:
    return SolarTerm(m[1])
