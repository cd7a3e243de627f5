"""Heat maps: two dimensions, one measure as depth of one hue, its value in each cell where there is room."""

from __future__ import annotations

from html import escape
from typing import Any

from assistant.answer.canvas import CELLS, Canvas, Sheet, format_of, head, label, new
from assistant.answer.numbers import amount
from assistant.answer.style import axis_text, short_date
from semantic_layer.catalog import Kind
from semantic_layer.result import ColumnRole

HOVER = "%{hovertext}<extra></extra>"


def heatmap(c: Canvas) -> Sheet:
    """x across, colour down, the value as depth of one hue; a diverging scale when signs differ."""
    chart, measure = c.chart, c.chart.y[0]
    across, down = _members(c, chart.x), _members(c, chart.color)
    cells = {
        (a, b): v
        for a, b, v in zip(c.values(chart.x), c.values(chart.color), c.values(measure), strict=True)
    }
    z = [[cells.get((a, b)) for a in across] for b in down]
    xs, ys = [_short(c, chart.x, a) for a in across], [c.word(chart.color, b) for b in down]
    seen = _telling(z)
    signed = min(seen, default=0) < 0 < max(seen, default=0)
    theme = c.theme
    low, middle, high = theme.scale
    if signed:
        low, middle, high = theme.fall(c.up_is_red), theme.grid, theme.rise(c.up_is_red)
    small = len(across) <= CELLS[0] and len(down) <= CELLS[1]
    sheet = new(c, max(220, min(720, 84 + 28 * len(down))))
    sheet.add(
        "heatmap",
        x=xs,
        y=ys,
        z=z,
        colorscale=[[0, low], [0.5, middle], [1, high]],
        zmid=0 if signed else None,
        zmin=None if signed else min(seen, default=None),
        zmax=None if signed else max(seen, default=None),
        xgap=2,
        ygap=2,
        showscale=not small,
        colorbar={"thickness": 8, "outlinewidth": 0, **_bar_ticks(c, seen)},
        text=[[label(c, measure, v) for v in row] for row in z] if small else None,
        texttemplate="%{text}" if small else None,
        hoverongaps=False,
        hovertext=[
            [
                c.hover(f"{c.word(chart.x, a)} · {c.word(chart.color, b)}", measure, v)
                for a, v in zip(across, row, strict=True)
            ]
            for b, row in zip(down, z, strict=True)
        ],
        hovertemplate=HOVER,
    )
    sheet.set(
        xaxis={"type": "category", "side": "bottom", "nticks": 16},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
    )
    if c.column(chart.x).kind is Kind.NUMBER:
        head(sheet, c, "xaxis", escape(c.column(chart.x).label))
    return sheet


def _telling(z: list[list[Any]]) -> list[float]:
    """The values that the colours are spread over: a column of equal cells tells nothing apart, and the
    100% that every group starts with would leave the rest pale."""
    columns = [[v for v in column if v is not None] for column in zip(*z, strict=True)]
    apart = [v for column in columns if len(set(column)) > 1 for v in column]
    return apart or [v for column in columns for v in column]


def _members(c: Canvas, name: str) -> list[Any]:
    """Distinct values: time and numbers ascending, names in the order of the result."""
    values = list(dict.fromkeys(c.values(name)))
    column = c.column(name)
    if column.kind in (Kind.TIME, Kind.NUMBER):
        return sorted((v for v in values if v is not None), key=lambda v: v)
    return values


def _short(c: Canvas, name: str, value: Any) -> str:
    column = c.column(name)
    timed = column.role is ColumnRole.TIME and column.kind is Kind.TIME
    return short_date(value, c.grain) if timed else c.word(name, value)


def _bar_ticks(c: Canvas, seen: list[float]) -> dict[str, Any]:
    column = c.column(c.chart.y[0])
    at = [min(seen, default=0.0), max(seen, default=1.0)]
    texts, unit = axis_text([round(v, 4) for v in at], format_of(column), column.unit)
    rough = [amount(v, format_of(column), column.unit) for v in at]
    return {"tickvals": at, "ticktext": rough if unit else texts}
