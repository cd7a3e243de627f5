"""Chinese for the small parts of a query: measures, periods, groups, windows, order.

Each function says every field of its part, so that what is said back is the whole query. It knows
neither conditions (``conditions.py``) nor whole sentences (``wording.py``).
"""

from __future__ import annotations

from typing import assert_never

from assistant.answer.nouns import (
    AGGS,
    AVERAGED,
    COUNTED,
    DIRECTIONS,
    GRAINS,
    OPERATORS,
    SHOWS,
    dimension_label,
    entity,
    part_of_whole,
    period_text,
    value_text,
)
from semantic_layer.catalog import Catalog, Format, Kind
from semantic_layer.query import (
    Agg,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Formula,
    Grain,
    Group,
    Measure,
    MetricRef,
    Order,
    PerUnit,
    Streak,
    Window,
    WindowKind,
)


def label_of(measure: Measure, catalog: Catalog, *, conditions: bool = True) -> str:
    """A measure as a noun: 销售额, 订单金额的 P90, 日均销售额, 销售额 ÷ 广告花费."""
    match measure:
        case MetricRef():
            found = catalog.metrics.get(measure.metric)
            text = found.label if found else measure.metric
        case ColumnAggregate():
            text = _aggregate(measure, catalog)
        case PerUnit():
            inner = label_of(measure.measure, catalog)
            if measure.unit in AVERAGED:
                return f"{AVERAGED[Grain(measure.unit)]}{inner}"
            if measure.unit in GRAINS:
                return f"平均每{GRAINS[Grain(measure.unit)]}的{inner}"
            thing, classifier = entity(measure.unit, catalog)
            return f"平均每{classifier}{thing}的{inner}"
        case Formula() if part_of_whole(measure):
            return f"{label_of(measure.left, catalog)}的占比"
        case Formula():
            return f"{_side(measure.left, measure.op, catalog)} {OPERATORS.get(measure.op, measure.op)} {_side(measure.right, measure.op, catalog, right=True)}"
        case _:
            assert_never(measure)
    if measure.where is not None and conditions:
        # measures hold conditions and conditions hold measures: one of the two imports is late
        from assistant.answer.conditions import condition_text

        return f"{text}（{condition_text(measure.where, catalog)}）"
    return text


def _side(part: Measure, op: str, catalog: Catalog, right: bool = False) -> str:
    text = label_of(part, catalog)
    loose = isinstance(part, Formula) and ((part.op in "+-" and op in "*/") or right)
    return f"（{text}）" if loose else text


def _aggregate(measure: ColumnAggregate, catalog: Catalog) -> str:
    if measure.column is None:
        rows = catalog.tables.get(measure.table or "")
        name = (rows.entity or rows.label) if rows else measure.table or ""
        return f"{name}数"
    label = dimension_label(measure.column, catalog)
    home = catalog.dimensions.get(measure.column)
    table = catalog.tables.get(measure.table or "")
    if table is not None and (home is None or home.table != table.name):
        label = f"{table.label}的{label}"
    if measure.agg is Agg.PERCENTILE and measure.at is not None:
        return f"{label}的 P{measure.at * 100:g}"
    if measure.agg is Agg.COUNT_DISTINCT:
        return f"{label}去重个数"
    return f"{label}{AGGS[measure.agg]}"


def format_of(measure: Measure, catalog: Catalog) -> tuple[Format, str]:
    """Format and unit, as far as the catalog tells; a formula has none but for + and − of likes."""
    match measure:
        case MetricRef():
            if found := catalog.metrics.get(measure.metric):
                return found.format, found.unit
        case ColumnAggregate():
            if measure.agg in (Agg.COUNT, Agg.COUNT_DISTINCT):
                return Format.COUNT, ""
            if column := catalog.dimensions.get(measure.column or ""):
                return column.format, column.unit
        case PerUnit():
            format, unit = format_of(measure.measure, catalog)
            return (Format.NUMBER if format is Format.COUNT else format), unit
        case Formula() if part_of_whole(measure):
            return Format.PERCENT, ""
        case Formula():
            left, right = format_of(measure.left, catalog), format_of(measure.right, catalog)
            if left == right and measure.op in "+-":
                return left
        case _:
            assert_never(measure)
    return Format.NUMBER, ""


def group_text(group: Group, catalog: Catalog) -> str:
    """按城市, 按月, 按时间段分列, 按订单金额分段（每 50 元一段）."""
    match group:
        case By():
            return f"按{dimension_label(group.dimension, catalog)}"
        case ByTime():
            when = f"{dimension_label(group.dimension, catalog)}的" if group.dimension else ""
            only = "（只列有记录的）" if group.recorded else ""
            return f"按{when}{GRAINS[group.grain]}{only}"
        case ByPeriod():
            return "按各时间段分列"
        case ByBucket():
            return _bucket_text(group, catalog)
        case _:
            assert_never(group)


def _bucket_text(group: ByBucket, catalog: Catalog) -> str:
    format, unit = Format.NUMBER, ""
    if group.measure is not None:
        what = label_of(group.measure, catalog)
        format, unit = format_of(group.measure, catalog)
    else:
        what = dimension_label(group.dimension or "", catalog)
        if column := catalog.dimensions.get(group.dimension or ""):
            format, unit = column.format, column.unit
    if group.per:
        thing, classifier = entity(group.per, catalog)
        what = f"每{classifier}{thing}的{what}"
    if group.edges:
        cut = "切点 " + "、".join(value_text(e, format, unit) for e in group.edges)
    elif group.width:
        cut = f"每 {value_text(group.width, format, unit)}{'' if unit else ' '}一段"
    else:
        cut = "自动取整段"
    return f"按{what}分段（{cut}）"


def comparison_text(compare: Comparison, other: str = "") -> str:
    """``other`` are the compared dates, where known. The default pair value + rate goes unsaid."""
    match compare.kind:
        case CompareKind.YEAR_OVER_YEAR:
            text = "同比"
        case CompareKind.PREVIOUS_PERIOD:
            text = "环比"
        case CompareKind.PERIOD:
            text = "对比"
    if compare.period is not None:
        other = period_text(compare.period)
    text = f"{text} {other}".rstrip()
    if set(compare.shows) != {"value", "rate"}:
        text += f"（看{'、'.join(SHOWS.get(s, s) for s in compare.shows)}）"
    return text


# ── after aggregation ─────────────────────────────────────────────────────────────────────────


def window_text(window: Window, measures: tuple[Measure, ...], catalog: Catalog) -> str:
    """占比, 累计, 近 7 期移动平均, 排名; names the measure and, unless usual, the direction."""
    of = label_of(measures[window.of], catalog) if window.of < len(measures) else ""
    upward = "" if window.descending else "（从低到高）"
    inside = "、".join(dimension_label(d, catalog) for d in window.within)
    match window.kind:
        case WindowKind.SHARE:
            text = f"{of}在各{inside}内的占比" if inside else f"{of}占比"
        case WindowKind.CUMULATIVE:
            text = f"累计{of}"
        case WindowKind.CUMULATIVE_SHARE:
            text = f"{of}{'从高到低' if window.descending else '从低到高'}的累计占比"
            upward = ""
        case WindowKind.MOVING_AVERAGE:
            text = f"{of}近 {window.n or '?'} 期移动平均"
        case WindowKind.MOVING_SUM:
            text = f"{of}近 {window.n or '?'} 期滚动合计"
        case WindowKind.RANK:
            text = f"{of}排名"
            upward = upward or "（从高到低）"
        case WindowKind.CHANGE:
            text = f"{of}较上一期的变化"
    if inside and window.kind is not WindowKind.SHARE:
        text = f"各{inside}内{text}"
    if window.n and window.kind not in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM):
        text = f"{text}（前 {window.n} 期）"
    return text + upward


def order_text(order: Order, measures: tuple[Measure, ...], catalog: Catalog) -> str:
    """按销售额从高到低; dates run from new to old."""
    kind = None
    if order.by is not None:
        what = GRAINS.get(Grain(order.by)) if order.by in GRAINS else None
        what = what or dimension_label(order.by, catalog)
        kind = catalog.dimensions[order.by].kind if order.by in catalog.dimensions else None
    else:
        what = label_of(measures[order.measure], catalog) if order.measure < len(measures) else ""
    if order.change:
        what += "的增幅" if order.change == "rate" else "的增加额"
    if kind is Kind.TIME:
        return f"按{what}从{'近到远' if order.descending else '远到近'}"
    return f"按{what}从{'高到低' if order.descending else '低到高'}"


def streak_text(streak: Streak, measures: tuple[Measure, ...], catalog: Catalog) -> str:
    """连续 3 个月下降（到最近一个完整月为止）."""
    of = label_of(measures[0], catalog) if measures else ""
    unit = COUNTED.get(streak.grain, GRAINS[streak.grain])
    text = f"{of}连续 {streak.n} {unit}{DIRECTIONS.get(streak.direction, streak.direction)}"
    if streak.value is not None:
        format, metric_unit = format_of(measures[0], catalog) if measures else (Format.NUMBER, "")
        text += f" {value_text(streak.value, format, metric_unit)}"
    return f"{text}（{'截至最近一期' if streak.latest else '历史上任何时候'}）"
