"""Chart titles: what the chart shows, in at most one short line."""

from __future__ import annotations

from assistant.answer.numbers import amount, difference, rate
from assistant.answer.shape import Shape, whole, whole_buckets
from assistant.reply import Chart
from semantic_layer.catalog import Catalog, Format
from semantic_layer.query import MetricQuery, Query, WindowKind
from semantic_layer.result import ColumnRole


def title(query: Query, shape: Shape, chart: Chart, catalog: Catalog | None = None) -> str:
    """The finding where there is one; otherwise the measures and groups."""
    if not shape.measures or chart.mark in ("table", "kpi"):
        return "、".join(c.label for c in shape.measures)
    names = {c.name: c for c in shape.result.columns}
    column = names.get(chart.y[0] if chart.y else "", shape.measures[0])
    points = shape.numbers(column)
    if isinstance(query, MetricQuery) and query.contrast is not None and not chart.x:
        return _contrast_title(shape)
    if chart.x == "" or not points:
        return "、".join(names[y].label for y in chart.y if y in names)
    if chart.mark == "scatter" and chart.x in names:
        return f"{names[chart.x].label}与{column.label}"
    if chart.mark == "heatmap" or (chart.color and shape.time is None):
        best = max(points, key=lambda p: p[1])[0]
        return f"{column.label}最高的是 {shape.name(best)}，{shape.text(best, column)}"
    if chart.mark == "pie":
        best, value = max(points, key=lambda p: p[1])
        share = value / sum(v for _, v in points)
        return f"{shape.name(best)}占{column.label}的 {amount(share, Format.PERCENT)}"
    if shape.timed:
        return _series_title(query, shape, chart, catalog)
    if column.role is ColumnRole.CHANGE:
        best = max(points, key=lambda p: abs(p[1]))[0]
        return f"{shape.name(best)}{shape.measures[0].label}{column.label}变化最大，{shape.text(best, column)}"
    if chart.compare and (moved := _moved_title(query, shape)):
        return moved
    top = query.top if isinstance(query, MetricQuery) else None
    descending = top is None or top.descending
    end = (max if descending else min)(points, key=lambda p: p[1])[0]
    word = "最高" if descending else "最低"
    return f"{shape.name(end)}{column.label}{word}，{shape.text(end, column)}"


def _contrast_title(shape: Shape) -> str:
    """APP·客单价比天猫·客单价低 7.7%."""
    cells = dict(zip((c.name for c in shape.result.columns), shape.result.rows[0], strict=True))
    labels = {c.name: c.label for c in shape.result.columns}
    left, right = cells.get("left"), cells.get("right")
    if left is None or right is None or left == right:
        return "与".join(labels[n] for n in ("left", "right") if n in labels)
    word = "高" if left > right else "低"
    column = shape.measures[0]
    gap = difference(abs(left - right), column.format, column.unit).lstrip("+")
    return f"{labels['left']}比{labels['right']}{word} {gap}"


def _series_title(query: Query, shape: Shape, chart: Chart, catalog: Catalog | None) -> str:
    column = shape.measures[0]
    if chart.y and chart.y[0] in {c.name for c in shape.windows}:
        column = next(c for c in shape.windows if c.name == chart.y[0])
        if any(w.kind is WindowKind.CUMULATIVE for w in getattr(query, "windows", ())):
            reached = shape.numbers(column)[-1][0]
            return f"{column.label} {shape.text(reached, column)}"
    if chart.color or len(chart.y) > 1:
        return f"{'、'.join(c.label for c in shape.result.columns if c.name in chart.y)}走势"
    points = whole_buckets(query, shape, catalog, shape.numbers(column))
    if len(points) < 2:
        return f"{column.label}走势"
    (_, first), (_, last) = points[0], points[-1]
    best = max(points, key=lambda p: p[1])[0]
    if column.format is Format.PERCENT:
        moved = difference(last - first, column.format)
    elif first > 0:
        moved = rate((last - first) / first)
    else:
        return f"{column.label}最高在{shape.name(best)}"
    word = "上升" if last > first else "下降" if last < first else "持平"
    return f"{column.label}{word} {moved.lstrip('+-')}，最高在{shape.name(best)}"


def _moved_title(query: Query, shape: Shape) -> str:
    """X 的变化最大 (by amount, so that it is one of the bars one sees), with its rate."""
    column = shape.measures[0]
    beside = shape.beside(column)
    if not whole(query, shape.result) or not beside or beside[0].rate is None:
        return ""
    moved = []
    for row in shape.result.rows:
        now, was = shape.value(row, column), shape.value(row, beside[0].previous)
        if now is not None and was:
            moved.append((row, now - was))
    if len(moved) < 2:
        return ""
    row, gap = max(moved, key=lambda p: abs(p[1]))
    text = rate(shape.value(row, beside[0].rate))
    if column.format is Format.PERCENT:
        text = difference(gap, column.format)
    return f"{shape.name(row)}{column.label}变化最大，{text}"
