"""Figures as people write them: 1,234.5 万元, 12.3%, +8.1%, 1.2 个百分点, 2026年5月.

One place decides digits, units and dates for headlines, tables, axes and exports. It knows columns
and formats; it does not know questions.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from semantic_layer.catalog import Format, Kind
from semantic_layer.query import Grain, Period
from semantic_layer.result import Column, ColumnRole

MISSING = "—"
EMPTY_GROUP = "未填写"
WAN, YI = 10_000, 100_000_000
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
QUARTERS = ("一", "二", "三", "四")

CYCLIC = frozenset(
    {
        Grain.HOUR_OF_DAY,
        Grain.DAY_OF_WEEK,
        Grain.DAY_OF_MONTH,
        Grain.MONTH_OF_YEAR,
        Grain.WEEKEND,
    }
)


def scaled(value: float, decimals: bool = True) -> tuple[str, str]:
    """The digits and the scale word, apart, so that a unit can follow: ("1,234.5", "万").

    >>> scaled(12345000), scaled(123_000_000), scaled(1234), scaled(0.456), scaled(350123, False)
    (('1,234.5', '万'), ('1.23', '亿'), ('1,234', ''), ('0.46', ''), ('350,123', ''))
    """
    size = abs(value)
    if size >= YI or round(size / WAN, 1) >= WAN:
        return f"{value / YI:,.2f}", "亿"
    if not decimals:
        return f"{value:,.0f}", ""
    if round(size) >= WAN:
        return f"{value / WAN:,.1f}", "万"
    if size >= 1000:
        return f"{value:,.0f}", ""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text, ""


def amount(value: Any, format: Format = Format.NUMBER, unit: str = "") -> str:
    """One value with its unit; missing and not-a-number are a dash, never 0.

    >>> amount(12345000, Format.MONEY, "元"), amount(0.1234, Format.PERCENT), amount(None)
    ('1,234.5 万元', '12.3%', '—')
    >>> amount(350123, Format.COUNT, "单"), amount(234.5, Format.MONEY, "元"), amount(4.63, unit="分")
    ('350,123 单', '234.50 元', '4.63 分')
    """
    if value is None or value != value:
        return MISSING
    if isinstance(value, bool):
        return "是" if value else "否"
    if not isinstance(value, (int, float)):
        return plain(value)
    if abs(value) == float("inf"):
        return MISSING
    if format is Format.PERCENT:
        return f"{value * 100:,.1f}%"
    if format is Format.MONEY and abs(value) < 1000 and value != int(value):
        digits, scale = f"{value:,.2f}", ""
    else:
        digits, scale = scaled(value, decimals=format is not Format.COUNT)
    if digits.lstrip("-").strip("0.") == "":
        digits = digits.lstrip("-")
    if not (scale or unit):
        return digits
    return f"{digits} {scale}{unit}"


def full(value: Any, format: Format = Format.NUMBER, unit: str = "") -> str:
    """Every digit, for tooltips: 12,345,000.00 元.

    >>> full(12345000.0, Format.MONEY, "元"), full(0.12345, Format.PERCENT), full(7, Format.COUNT)
    ('12,345,000.00 元', '12.35%', '7')
    """
    if value is None or value != value or not isinstance(value, (int, float)):
        return amount(value)
    if format is Format.PERCENT:
        return f"{value * 100:,.2f}%"
    if format is Format.MONEY:
        digits = f"{value:,.2f}"
    else:
        digits = f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"
    return f"{digits} {unit}".rstrip()


def rate(value: Any) -> str:
    """A relative change: +8.1%.

    >>> rate(0.0812), rate(-0.2), rate(0.0), rate(None)
    ('+8.1%', '-20.0%', '0.0%', '—')
    """
    if value is None or value != value or abs(value) == float("inf"):
        return MISSING
    text = f"{value * 100:+,.1f}%"
    return text[1:] if text[1:] == "0.0%" else text


def difference(value: Any, format: Format = Format.NUMBER, unit: str = "") -> str:
    """A signed difference; between rates in percentage points.

    >>> difference(12000, Format.MONEY, "元"), difference(-0.012, Format.PERCENT)
    ('+1.2 万元', '-1.2 个百分点')
    """
    if value is None or value != value:
        return MISSING
    if format is Format.PERCENT:
        return f"{value * 100:+,.1f} 个百分点"
    text = amount(value, format, unit)
    return text if value <= 0 or text == MISSING else f"+{text}"


_LATIN = re.compile(r"[A-Za-z0-9%]")
_CHINESE = re.compile(r"[一-鿿]")


def beside(*parts: str) -> str:
    """Parts of a sentence put together, with a blank where latin or figures meet Chinese.

    >>> beside("RevPAR", "最高的是"), beside("华东", "占", "销售额"), beside("2026年5月", "的")
    ('RevPAR 最高的是', '华东占销售额', '2026年5月的')
    """
    text = ""
    for part in parts:
        ends, starts = text[-1:], part[:1]
        apart = (_LATIN.match(ends) and _CHINESE.match(starts)) or (
            _CHINESE.match(ends) and _LATIN.match(starts)
        )
        text += f" {part}" if apart else part
    return text


_DIFFERENCE = re.compile(r"(diff|difference|change)(_\d+)?$")


def is_rate(column: Column) -> bool:
    """Whether a CHANGE column holds a relative change rather than a difference.

    A difference keeps the format of its measure; between rates that is a percentage as well, and
    only the name tells the two apart.
    """
    relative = column.role is ColumnRole.CHANGE and column.format is Format.PERCENT
    return relative and not _DIFFERENCE.search(column.name)


def cell(value: Any, column: Column, grain: Grain | None = None) -> str:
    """One value of a table as people read it."""
    if column.role is ColumnRole.CHANGE:
        if is_rate(column):
            return rate(value)
        return difference(value, column.format, column.unit)
    if column.role is ColumnRole.TIME:
        if value is None:
            return MISSING
        if isinstance(value, int) and column.unit:
            return f"{value} {column.unit}"
        return bucket(value, grain)
    if value is None:
        return EMPTY_GROUP if column.role is ColumnRole.DIMENSION else MISSING
    if column.role is ColumnRole.RANK and isinstance(value, (int, float)):
        return f"第 {int(value)}"
    if column.role is ColumnRole.KEY or column.kind in (Kind.TEXT, Kind.KEY, Kind.TIME):
        return plain(value)
    if column.role is ColumnRole.SHARE:
        return amount(value, Format.PERCENT)
    return amount(value, column.format, column.unit)


def plain(value: Any) -> str:
    """Text, keys, dates and yes/no without any unit."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        if value.hour == value.minute == value.second == 0:
            return f"{value:%Y-%m-%d}"
        return f"{value:%Y-%m-%d %H:%M}" + (f":{value.second:02d}" if value.second else "")
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def bucket(value: Any, grain: Grain | None) -> str:
    """One time bucket by name.

    >>> bucket(date(2026, 5, 1), Grain.MONTH), bucket(date(2026, 4, 1), Grain.QUARTER), bucket(3, Grain.DAY_OF_WEEK)
    ('2026年5月', '2026年二季度', '周三')
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _cyclic(int(value), grain)
    if not isinstance(value, date):
        return str(value)
    match grain:
        case Grain.YEAR:
            return f"{value.year}年"
        case Grain.HALF:
            return f"{value.year}年{'上' if value.month <= 6 else '下'}半年"
        case Grain.QUARTER:
            return f"{value.year}年{QUARTERS[(value.month - 1) // 3]}季度"
        case Grain.MONTH:
            return f"{value.year}年{value.month}月"
        case Grain.WEEK:
            return f"{value:%Y-%m-%d} 当周"
        case Grain.HOUR | Grain.MINUTE:
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return plain(value)


def _cyclic(value: int, grain: Grain | None) -> str:
    match grain:
        case Grain.DAY_OF_WEEK:
            return WEEKDAYS[(value - 1) % 7]
        case Grain.HOUR_OF_DAY:
            return f"{value} 点"
        case Grain.MONTH_OF_YEAR:
            return f"{value}月"
        case Grain.DAY_OF_MONTH:
            return f"{value} 号"
        case Grain.YEAR:
            return f"{value}年"
        case _:
            return str(value)


DAY_SECONDS = 24 * 60 * 60


def _eve(end: datetime) -> date:
    """The day that an exclusive end closes."""
    return (end - timedelta(microseconds=1)).date()


def span(start: date | None, end: date | None) -> str:
    """A half-open [start, end) as people write it, both ends included.

    >>> span(date(2026, 5, 1), date(2026, 6, 1)), span(date(2026, 5, 1), date(2026, 5, 2))
    ('2026-05-01 至 2026-05-31', '2026-05-01')
    >>> span(None, date(2026, 6, 1)), span(date(2026, 5, 1), None)
    ('2026-05-31 及以前', '2026-05-01 起')
    """
    if start is None and end is None:
        return "全部时间"
    if start is not None and end is None:
        return f"{plain(start)} 起"
    if end is None:
        return ""
    hours = isinstance(end, datetime) and (end.hour or end.minute)
    if hours or (isinstance(start, datetime) and (start.hour or start.minute)):
        if (
            isinstance(start, datetime)
            and isinstance(end, datetime)
            and 0 < (end - start).total_seconds() <= DAY_SECONDS
            and start.date() == _eve(end)
        ):
            until = "24:00" if end.date() > start.date() else f"{end:%H:%M}"
            return f"{start:%Y-%m-%d %H:%M} 至 {until}"
        return f"{plain(start)} 至 {plain(end)}" if start else f"{plain(end)} 以前"
    last = end - timedelta(days=1)
    if start is None:
        return f"{plain(last)} 及以前"
    first, last_text = plain(start), plain(last)
    return first if first == last_text else f"{first} 至 {last_text}"


def short_period(period: Period) -> str:
    """A period by its calendar name where it has one: 2026年5月; else its span.

    A partial one keeps the name of the unit that it is the beginning of.
    """
    start, end = period.start, period.end
    sizes = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}
    size = sizes.get(period.grain) if period.grain else None
    if size is None or start is None or end is None or start.day != 1:
        return span(start, end)
    months = (end.year - start.year) * 12 + end.month - start.month
    fits = months < size or (months == size and end.day == 1)
    if (start.month - 1) % size or not (fits if period.partial else months == size):
        return span(start, end)
    return bucket(start, period.grain)


def day_text(day: date) -> str:
    """6 月 23 日, for 截至 6 月 23 日."""
    return f"{day.month} 月 {day.day} 日"
