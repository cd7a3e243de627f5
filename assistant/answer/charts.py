"""Which chart an answer deserves: one table of habits, first match wins.

A habit is a row of ``HABITS``: when it applies and what it draws. A chart that the person asks for
overrides the table where the data allow it; otherwise the nearest one is drawn and ``Chart.note``
says why. Nothing here knows Plotly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.answer import marks
from assistant.answer.finding_title import title
from assistant.answer.marks import Case
from assistant.answer.shape import Shape, cut_buckets, shape_of
from assistant.reply import Chart
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.query import DetailQuery, Query
from semantic_layer.result import Result


@dataclass(frozen=True, slots=True)
class Habit:
    name: str
    when: Callable[[Case], bool]
    draw: Callable[[Case], Chart]


HABITS = (
    Habit("a contrast of two", lambda c: _columns(c, "left", "right"), marks.contrast),
    Habit("a listing", lambda c: isinstance(c.query, DetailQuery), marks.table),
    Habit("no number", lambda c: not c.shape.measures, marks.table),
    Habit("one row", lambda c: not c.shape.groups or c.rows == 1, marks.kpi),
    Habit("many groups", lambda c: len(marks.shown(c)) > 2, marks.table),
    Habit("time alone", lambda c: c.timed and len(marks.shown(c)) == 1, marks.line),
    Habit(
        "shares along time",
        lambda c: c.timed and c.share is not None and c.positive and _others(c) <= marks.LINES,
        marks.shares_over_time,
    ),
    Habit(
        "two dates",
        lambda c: c.timed and _buckets(c) <= 2 and _others(c) <= marks.LINES,
        marks.two("grouped"),
    ),
    Habit("a few lines", lambda c: c.timed and _others(c) <= marks.LINES, marks.line),
    Habit("many lines", lambda c: c.timed, marks.two("heatmap")),
    Habit(
        "parts of a whole",
        lambda c: len(marks.shown(c)) == 1 and c.share is not None and _pieable(c),
        marks.pie,
    ),
    Habit(
        "two measures, many points",
        lambda c: len(marks.shown(c)) == 1 and c.two_units and c.rows > marks.BAR_LIMIT,
        marks.scatter,
    ),
    Habit("one dimension", lambda c: len(marks.shown(c)) == 1, marks.bar),
    Habit(
        "two dimensions, shares inside",
        lambda c: c.share is not None and min(c.counts[:2]) <= marks.LINES and c.positive,
        marks.two("stacked"),
    ),
    Habit(
        "two small dimensions",
        lambda c: min(c.counts[:2]) <= 5 and max(c.counts[:2]) <= 10,
        marks.two("grouped"),
    ),
    Habit("two dimensions", lambda c: max(c.counts[:2]) <= 60, marks.two("heatmap")),
    Habit("anything else", lambda c: True, marks.table),
)


def _columns(case: Case, *names: str) -> bool:
    return set(names) <= {c.name for c in case.shape.result.columns}


def _others(case: Case) -> int:
    return max((case.count_of(c) for c in case.shape.names), default=0)


def _buckets(case: Case) -> int:
    return case.count_of(case.shape.time) if case.shape.time else 0


def _pieable(case: Case) -> bool:
    return 2 <= case.rows <= marks.PIE_LIMIT and case.positive


# ── what was asked for ────────────────────────────────────────────────────────────────────────

ASKED = {
    "折线图": "line",
    "曲线图": "line",
    "趋势图": "line",
    "柱状图": "bar",
    "柱形图": "bar",
    "柱图": "bar",
    "条形图": "hbar",
    "横向柱状图": "hbar",
    "堆叠图": "stacked",
    "堆叠柱状图": "stacked",
    "堆积图": "stacked",
    "分组柱状图": "grouped",
    "饼图": "pie",
    "环形图": "pie",
    "占比图": "pie",
    "热力图": "heatmap",
    "散点图": "scatter",
    "双轴图": "dual",
    "面积图": "area",
    "表格": "table",
    "明细表": "table",
    "指标卡": "kpi",
    "漏斗图": "funnel",
    "桑基图": "sankey",
    "数据标签": "labels",
}
NAMES = {
    "line": "折线图",
    "bar": "柱状图",
    "hbar": "条形图",
    "stacked": "堆叠柱状图",
    "grouped": "分组柱状图",
    "pie": "饼图",
    "heatmap": "热力图",
    "scatter": "散点图",
    "dual": "双轴图",
    "area": "面积图",
    "table": "表格",
    "kpi": "指标卡",
    "funnel": "漏斗图",
    "sankey": "桑基图",
}


def pick(
    query: Query, result: Result, asked: str | None = None, catalog: Catalog | None = None
) -> Chart:
    """The chart for a result. ``asked`` is a mark, 折线图 … or 数据标签; several joined by ``+``.

    ``catalog`` lets the chart know what may be added up and where the data end.
    """
    shape = shape_of(query, result)
    counts = tuple(len(set(result.column(c.name))) for c in shape.groups)
    case = Case(query, shape, counts, catalog)
    chart = next(h.draw(case) for h in HABITS if h.when(case))
    wanted = {ASKED.get(w, w) for w in (asked or "").split("+") if w}
    for mark in sorted(wanted - {"labels"}):
        chart = _as_asked(mark, case, chart)
    options = list(chart.options)
    if "labels" in wanted:
        options.append(("labels", "on"))
    if shape.grain is not None:
        options.append(("grain", shape.grain.value))
    if domain := _domain(case, chart):
        options.append(("domain", "\n".join(domain)))
    partial = cut_buckets(query, shape, catalog)[1]
    chart = replace(chart, options=tuple(options), partial=partial and chart.x == _time_name(shape))
    return replace(chart, title=title(query, shape, chart, catalog))


def _domain(case: Case, chart: Chart) -> tuple[str, ...]:
    """All values of the coloured dimension, so that a value keeps its colour from chart to chart."""
    name = chart.x if chart.mark == "pie" else chart.color
    column = next((c for c in case.shape.groups if c.name == name), None)
    if case.catalog is None or column is None:
        return ()
    dimension = case.catalog.dimensions.get(column.source)
    values = (dimension.order if dimension else ()) or case.catalog.values.get(column.source, ())
    return values if len(values) <= marks.DOMAIN_LIMIT else ()


def _time_name(shape: Shape) -> str:
    return shape.time.name if shape.time else ""


def _as_asked(mark: str, case: Case, usual: Chart) -> Chart:
    """The asked mark, or the usual chart with the reason."""
    reason = _obstacle(mark, case)
    if reason:
        now = NAMES.get(usual.mark, "表格")
        return replace(usual, note=f"{NAMES.get(mark, mark)}{reason}，改用{now}。")
    match mark:
        case "line" | "area":
            return replace(marks.line(case), mark=mark)
        case "bar" | "hbar":
            two = len(marks.shown(case)) == 2
            return marks.two("grouped")(case) if two else replace(marks.bar(case), mark=mark)
        case "stacked" | "grouped" | "heatmap":
            return marks.two(mark)(case)
        case "pie":
            return marks.pie(case)
        case "scatter":
            return marks.scatter(case)
        case "dual":
            first, second = case.shape.measures[:2]
            base = marks.line(case) if case.timed else marks.bar(case)
            return replace(base, y=(first.name,), y2=(second.name,), compare="")
        case "kpi":
            return marks.kpi(case)
        case _:
            return marks.table(case)


def _obstacle(mark: str, case: Case) -> str:
    """Why the data cannot be drawn as ``mark``; empty when they can."""
    groups, rows = len(marks.shown(case)), case.rows
    if mark == "table":
        return ""
    if mark not in NAMES or mark in ("funnel", "sankey"):
        return "要用相应的分析才画得出来"
    if not case.shape.measures:
        return "需要有数值"
    if mark == "kpi":
        return "" if rows == 1 else f"只适合一个数，这里有 {rows} 行"
    if rows < 2 or not groups:
        return "需要两行以上的数据"
    if mark in ("stacked", "grouped", "heatmap"):
        return "" if groups == 2 else "需要两个分组"
    if mark in ("scatter", "dual"):
        if len(case.shape.measures) < 2:
            return "需要两个指标"
        return "" if groups == 1 or mark == "dual" else "需要一个分组"
    if mark == "pie":
        if groups > 1 or case.timed:
            return "只画一个分组的占比"
        if rows > marks.PIE_LIMIT:
            return f"只适合 {marks.PIE_LIMIT} 类以内的占比，这里有 {rows} 类"
        return "" if case.positive else "不能画负数"
    if mark in ("line", "area"):
        ok = case.shape.time is not None or case.ordered or _is_number_axis(case)
        return "" if ok else "需要时间或有先后的分组"
    return "" if groups <= 2 else "最多画两个分组"


def _is_number_axis(case: Case) -> bool:
    return bool(case.shape.groups) and case.shape.groups[0].kind in (Kind.NUMBER, Kind.TIME)
