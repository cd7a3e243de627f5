"""Words of the model and the calendar: labels, entities, thresholds, periods.

The leaves of what is said back; nothing here calls a measure or a condition.
"""

from __future__ import annotations

import re

from assistant.answer.numbers import plain, scaled, span
from semantic_layer.catalog import Catalog, Format, Kind
from semantic_layer.query import Agg, Formula, Grain, MetricRef, Period, Scalar

GRAINS = {
    Grain.MINUTE: "分钟",
    Grain.HOUR: "小时",
    Grain.DAY: "天",
    Grain.WEEK: "周",
    Grain.MONTH: "月",
    Grain.QUARTER: "季度",
    Grain.HALF: "半年",
    Grain.YEAR: "年",
    Grain.HOUR_OF_DAY: "一天中的小时",
    Grain.DAY_OF_WEEK: "星期几",
    Grain.DAY_OF_MONTH: "每月几号",
    Grain.MONTH_OF_YEAR: "一年中的月份",
    Grain.WEEKEND: "周末与工作日",
}
THINGS = {Grain.MONTH: "月份", Grain.YEAR: "年份", Grain.HOUR_OF_DAY: "小时", Grain.WEEKEND: "日子"}
UNITS = {  # what stands behind a number of buckets: (thing, measure word)
    Grain.DAY: ("天", ""),
    Grain.WEEK: ("周", ""),
    Grain.MONTH: ("月", "个"),
    Grain.QUARTER: ("季度", "个"),
    Grain.HALF: ("半年", "个"),
    Grain.YEAR: ("年", ""),
    Grain.HOUR: ("小时", "个"),
}
COUNTED = {Grain.MONTH: "个月", Grain.QUARTER: "个季度", Grain.HALF: "个半年", Grain.HOUR: "小时"}
AVERAGED = {
    Grain.HOUR: "时均",
    Grain.DAY: "日均",
    Grain.WEEK: "周均",
    Grain.MONTH: "月均",
    Grain.QUARTER: "季均",
    Grain.YEAR: "年均",
}
AGGS = {
    Agg.SUM: "合计",
    Agg.AVG: "平均值",
    Agg.MIN: "最小值",
    Agg.MAX: "最大值",
    Agg.COUNT: "个数",
    Agg.COUNT_DISTINCT: "去重个数",
    Agg.MEDIAN: "中位数",
    Agg.STDDEV: "标准差",
    Agg.VARIANCE: "方差",
    Agg.PERCENTILE: "分位数",
}
OPERATORS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
SHOWS = {"value": "对比值", "difference": "差额", "rate": "增幅"}
DIRECTIONS = {
    "down": "下降",
    "up": "上升",
    "zero": "为零",
    "nonzero": "不为零",
    "above": "高于",
    "below": "低于",
}


def dimension_label(name: str, catalog: Catalog) -> str:
    """The label of a dimension; the name itself if the catalog has none (a grain, a table)."""
    if found := catalog.dimensions.get(name):
        return found.label
    if table := catalog.tables.get(name):
        return table.label
    return next((label for grain, label in GRAINS.items() if grain.value == name), name)


def entity(name: str, catalog: Catalog) -> tuple[str, str]:
    """What is counted and its measure word: user_id → ("用户", "位"), city → ("城市", "个")."""
    found = catalog.dimensions.get(name)
    if found is None:
        return name, "个"
    if (table := catalog.member_of(name)) is not None:
        return table.entity, table.classifier
    ending = "编号" if found.kind is Kind.KEY else "名称"
    return found.label.removesuffix(ending) or found.label, "个"


def counted(number: str, thing: str, classifier: str = "个") -> str:
    """A number of things: 8 家门店; what carries its measure word is not given it twice.

    >>> counted("8", "门店", "家"), counted("3", "订单", "单"), counted("5", "天", "")
    ('8 家门店', '3 个订单', '5 天')
    """
    return f"{number} {measure_word(thing, classifier)}{thing}"


def measure_word(thing: str, classifier: str) -> str:
    """``classifier`` as it stands before ``thing``: 单订单 and 条条目 are said with 个.

    >>> measure_word("门店", "家"), measure_word("订单", "单")
    ('家', '个')
    """
    return "个" if classifier and classifier in thing else classifier


def value_text(value: Scalar, format: Format = Format.NUMBER, unit: str = "") -> str:
    """A threshold as said: 100 万元, 5%, 2026-05-01. Never rounded: what is said is what is asked."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return plain(value)
    if format is Format.PERCENT:
        return f"{value * 100:.10g}%"
    digits, scale = scaled(value)
    divisor = {"亿": 1e8, "万": 1e4, "": 1.0}[scale]
    exact = f"{value / divisor:,.10g}" if abs(value / divisor) < 1e10 else digits
    return f"{exact} {scale}{unit}" if scale or unit else exact


# ── time ──────────────────────────────────────────────────────────────────────────────────────

_PLAIN_LABEL = re.compile(r"[\d年月日号点.\-/至到~—:\s]*")


def period_text(period: Period) -> str:
    """Explicit dates, with the words that were said where they add something (双11, 截至昨天)."""
    dates = span(period.start, period.end)
    notes = [f"{period.lunar}按农历"] if period.lunar else []
    if period.partial:
        notes.append("截至昨天" if not isinstance(period.end, type(None)) else "未完")
    if period.label and not _PLAIN_LABEL.fullmatch(period.label):
        dates = f"{period.label} {dates}"
    return f"{dates}（{'，'.join(notes)}）" if notes else dates


def part_of_whole(measure: Formula) -> bool:
    """金卡的销售额 ÷ 销售额: a share of the measure itself."""
    left = measure.left
    part = MetricRef(left.metric) if isinstance(left, MetricRef) and left.where else None
    return measure.op == "/" and part is not None and measure.right == part
