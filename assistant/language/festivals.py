"""When festivals, promotions, lunar dates and solar terms fall. Knows names and dates, no grammar.

A festival has a day and a longer stretch: the public holiday, or the weeks a promotion runs. The
stretches are fixed rules (春节: 除夕 to 初七; 国庆: seven days; three-day feasts join the weekend as
the State Council's plan does), so that years compare; a model can override any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lunar_python import Lunar, LunarMonth, LunarYear  # type: ignore[import-untyped]

from semantic_layer.catalog import Catalog

ONE_DAY = timedelta(days=1)
Span = tuple[date, date]  # half-open
Calendar = Callable[[str, int], Span | None]


@lru_cache(maxsize=512)
def lunar_date(year: int, month: int, day: int) -> date | None:
    """The solar date of day ``day`` of lunar month ``month`` of the lunar year that begins in ``year``."""
    length = lunar_month_length(year, month)
    if length is None or not 1 <= day <= length:
        return None
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


@lru_cache(maxsize=512)
def lunar_month_length(year: int, month: int) -> int | None:
    found: LunarMonth | None = LunarYear.fromYear(year).getMonth(month)
    return None if found is None else int(found.getDayCount())


def eve(year: int) -> date:
    """除夕 before the Spring Festival of calendar year ``year``."""
    return spring(year) - ONE_DAY


def spring(year: int) -> date:
    day = lunar_date(year, 1, 1)
    assert day is not None
    return day


TERMS = [
    "小寒",
    "大寒",
    "立春",
    "雨水",
    "惊蛰",
    "春分",
    "清明",
    "谷雨",
    "立夏",
    "小满",
    "芒种",
    "夏至",
    "小暑",
    "大暑",
    "立秋",
    "处暑",
    "白露",
    "秋分",
    "寒露",
    "霜降",
    "立冬",
    "小雪",
    "大雪",
    "冬至",
]


@lru_cache(maxsize=64)
def _terms(year: int) -> dict[str, date]:
    table = Lunar.fromYmd(year, 6, 1).getJieQiTable()
    out: dict[str, date] = {}
    for name, solar in table.items():
        if name in TERMS and solar.getYear() == year:
            out[name] = date(solar.getYear(), solar.getMonth(), solar.getDay())
    for name, key in (("小寒", "XIAO_HAN"), ("大寒", "DA_HAN"), ("冬至", "DONG_ZHI")):
        solar = table.get(key)
        if name not in out and solar is not None and solar.getYear() == year:
            out[name] = date(solar.getYear(), solar.getMonth(), solar.getDay())
    return out


def solar_term(name: str, year: int) -> date | None:
    """The day of one of the 24 terms in a calendar year."""
    return _terms(year).get(name)


# ── days that move ────────────────────────────────────────────────────────────────────────────


def _weekday_of(month: int, weekday: int, n: int) -> Callable[[int], date]:
    """The n-th Monday (0) … Sunday (6) of a month."""

    def find(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))

    return find


def easter(year: int) -> date:
    """Gregorian Easter Sunday (the anonymous algorithm, Meeus 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    week = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * week) // 433
    month = (h + week - 7 * m + 90) // 25
    return date(year, month, (h + week - 7 * m + 33 * month + 19) % 32)


def long_weekend(day: date) -> Span:
    """A one-day feast joined with the nearest weekend to three days; a Wednesday stands alone."""
    first, length = {
        0: (-2, 3), 1: (-2, 3), 2: (0, 1), 3: (0, 3), 4: (0, 3), 5: (0, 3), 6: (-1, 3),
    }[day.weekday()]  # fmt: skip
    start = day + timedelta(days=first)
    return start, start + timedelta(days=length)


# ── the table ─────────────────────────────────────────────────────────────────────────────────

Whole = Callable[[int], Span | None]


@dataclass(frozen=True, slots=True)
class Festival:
    """``day`` is the day itself; ``whole`` the stretch, if longer; ``wide``: unsaid means the stretch."""

    names: tuple[str, ...]
    day: Callable[[int], date | None]
    whole: Whole | None = None
    wide: bool = False
    lunar: bool = False


def _on(month: int, day: int) -> Callable[[int], date | None]:
    return lambda year: date(year, month, day)


def _moon(month: int, day: int) -> Callable[[int], date | None]:
    return lambda year: lunar_date(year, month, day)


def _year_end(month: int, day: int) -> Callable[[int], date | None]:
    """A day of the last lunar month, which mostly falls in the next calendar year."""

    def find(year: int) -> date | None:
        day_before = lunar_date(year - 1, month, day)
        if day_before is not None and day_before.year == year:
            return day_before
        return lunar_date(year, month, day)

    return find


def _between(first: tuple[int, int], last: tuple[int, int]) -> Whole:
    return lambda year: (date(year, *first), date(year, *last) + ONE_DAY)


def _weekend(day: Callable[[int], date | None]) -> Whole:
    def find(year: int) -> Span | None:
        found = day(year)
        return None if found is None else long_weekend(found)

    return find


def _fair(year: int) -> Span:
    """年货节: the four weeks before 除夕."""
    return eve(year) - timedelta(days=28), eve(year)


FESTIVALS: tuple[Festival, ...] = (
    Festival(("元旦", "元旦节"), _on(1, 1), _between((1, 1), (1, 3))),
    Festival(("情人节",), _on(2, 14)),
    Festival(("妇女节", "女神节", "女王节", "三八节", "38节", "三八妇女节", "三八女神节", "三八"), _on(3, 8), _between((3, 1), (3, 8))),
    Festival(("植树节",), _on(3, 12)),
    Festival(("消费者权益日", "315", "三一五"), _on(3, 15)),
    Festival(("愚人节",), _on(4, 1)),
    Festival(("劳动节", "五一", "五一节", "五一劳动节", "51"), _on(5, 1), _between((5, 1), (5, 5)), wide=True),
    Festival(("青年节", "五四青年节"), _on(5, 4)),
    Festival(("520", "五二零"), _on(5, 20), _between((5, 18), (5, 20))),
    Festival(("儿童节", "六一", "六一儿童节"), _on(6, 1)),
    Festival(("618", "六一八", "年中大促", "年中狂欢节"), _on(6, 18), _between((6, 1), (6, 18))),
    Festival(("建党节", "七一"), _on(7, 1)),
    Festival(("建军节", "八一"), _on(8, 1)),
    Festival(("818", "八一八"), _on(8, 18)),
    Festival(("教师节",), _on(9, 10)),
    Festival(("99大促", "99划算节", "九九大促"), _on(9, 9), _between((9, 1), (9, 9))),
    Festival(("国庆", "国庆节", "十一", "十一国庆"), _on(10, 1), _between((10, 1), (10, 7)), wide=True),
    Festival(("万圣节",), _on(10, 31)),
    Festival(("双11", "双十一", "双十一购物节", "光棍节", "双11购物节"), _on(11, 11), _between((11, 1), (11, 11))),
    Festival(("双12", "双十二"), _on(12, 12), _between((12, 1), (12, 12))),
    Festival(("双旦",), _on(12, 25), lambda y: (date(y, 12, 24), date(y + 1, 1, 4)), wide=True),
    Festival(("平安夜",), _on(12, 24)),
    Festival(("圣诞", "圣诞节"), _on(12, 25), _between((12, 24), (12, 25))),
    Festival(("跨年", "跨年夜"), _on(12, 31)),
    Festival(("暑假", "暑期"), _on(7, 1), _between((7, 1), (8, 31)), wide=True),
    Festival(("春节", "过年", "新春", "农历新年", "大年", "中国年"), spring, lambda y: (eve(y), spring(y) + timedelta(days=7)), wide=True, lunar=True),
    Festival(("除夕", "大年三十", "年三十", "除夕夜", "大年夜"), eve, lunar=True),
    Festival(("大年初一", "年初一"), spring, lunar=True),
    Festival(("元宵", "元宵节"), _moon(1, 15), lunar=True),
    Festival(("龙抬头",), _moon(2, 2), lunar=True),
    Festival(("清明", "清明节"), lambda y: solar_term("清明", y), _weekend(lambda y: solar_term("清明", y))),
    Festival(("端午", "端午节"), _moon(5, 5), _weekend(_moon(5, 5)), lunar=True),
    Festival(("七夕", "七夕节"), _moon(7, 7), lunar=True),
    Festival(("中元节",), _moon(7, 15), lunar=True),
    Festival(("中秋", "中秋节"), _moon(8, 15), _weekend(_moon(8, 15)), lunar=True),
    Festival(("重阳", "重阳节"), _moon(9, 9), lunar=True),
    Festival(("腊八", "腊八节"), _year_end(12, 8), lunar=True),
    Festival(("小年",), _year_end(12, 23), lunar=True),
    Festival(("年货节", "年货季"), lambda y: _fair(y)[0], _fair, wide=True, lunar=True),
    Festival(("母亲节",), _weekday_of(5, 6, 2)),
    Festival(("父亲节",), _weekday_of(6, 6, 3)),
    Festival(("感恩节",), _weekday_of(11, 3, 4)),
    Festival(("黑五", "黑色星期五"), lambda y: _weekday_of(11, 3, 4)(y) + ONE_DAY),
    Festival(("网一", "网络星期一"), lambda y: _weekday_of(11, 3, 4)(y) + timedelta(days=4)),
    Festival(("复活节", "复活节星期日"), easter),
    Festival(("耶稣受难日", "受难节", "圣周五"), lambda y: easter(y) - timedelta(days=2)),
    Festival(("复活节星期一",), lambda y: easter(y) + ONE_DAY),
    Festival(("忏悔节", "忏悔火曜日", "忏悔星期二", "忏悔日"), lambda y: easter(y) - timedelta(days=47)),
    Festival(("圣灰星期三", "圣灰日"), lambda y: easter(y) - timedelta(days=46)),
    Festival(("棕枝主日",), lambda y: easter(y) - timedelta(days=7)),
    Festival(("五旬节", "圣灵降临节"), lambda y: easter(y) + timedelta(days=49)),
)  # fmt: skip

BY_NAME = {name: f for f in FESTIVALS for name in f.names}


def festival(label: str, year: int, whole: bool | None = None) -> Span | None:
    """The dates of a festival in a calendar year, half-open; None for an unknown name.

    ``whole`` None lets the festival decide: 国庆 is its week, 双11 its day.

    >>> festival("春节", 2026)
    (datetime.date(2026, 2, 16), datetime.date(2026, 2, 24))
    """
    found = BY_NAME.get(label)
    if found is None or not 1901 <= year <= 2099:
        return None
    if found.whole and (found.wide if whole is None else whole):
        return found.whole(year)
    day = found.day(year)
    return None if day is None else (day, day + ONE_DAY)


SALES = (
    "618",
    "双11",
    "双12",
    "99大促",
    "818",
    "妇女节",
)  # events of shops, which others know nothing of


def observed(catalog: Catalog) -> Calendar:
    """The calendar that a business keeps: events of shops only where its model or its data name one."""
    said = {p.label for p in catalog.periods}
    said |= {str(v) for values in catalog.values.values() for v in values}
    words = "|".join(name for known in SALES for name in BY_NAME[known].names if len(name) > 2)
    named = re.compile(rf"(?<!\d)(?:{words})(?!\d)")
    if any(named.search(text) for text in said if not text.isdigit()):  # no number of a room
        return festival
    return lambda label, year: None if label in SALES else festival(label, year)
