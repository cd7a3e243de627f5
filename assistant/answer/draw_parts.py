"""Everything that is neither line, bar nor heat map: pie, scatter, funnel, Sankey, one number."""

from __future__ import annotations

from html import escape
from typing import Any

from assistant.answer.canvas import HEIGHT, Canvas, Sheet, head, new, scale
from assistant.answer.numbers import amount, cell, difference, is_rate
from assistant.answer.style import colours
from semantic_layer.catalog import Format
from semantic_layer.result import Column, ColumnRole

HOVER = "%{hovertext}<extra></extra>"


def pie(c: Canvas) -> Sheet:
    """A ring of at most eight shares, largest first, named beside the slices."""
    measure = c.chart.y[0]
    names = [c.word(c.chart.x, v) for v in c.values(c.chart.x)]
    values = [v or 0 for v in c.values(measure)]
    total = sum(values) or 1
    colour = colours(names, c.theme.palette, c.domain())
    sheet = new(c, HEIGHT)
    sheet.add(
        "pie",
        labels=names,
        values=values,
        hole=0.55,
        sort=True,
        direction="clockwise",
        marker={"colors": [colour[n] for n in names], "line": {"color": c.theme.paper, "width": 2}},
        text=[
            f"{n} {amount(v / total, Format.PERCENT)}" for n, v in zip(names, values, strict=True)
        ],
        textinfo="text",
        textposition="outside",
        hovertext=[
            f"{c.hover(n, measure, v)}<br>占 {amount(v / total, Format.PERCENT)}"
            for n, v in zip(names, values, strict=True)
        ],
        hovertemplate=HOVER,
    )
    sheet.set(margin={"t": 76, "b": 28})
    return sheet


def scatter(c: Canvas) -> Sheet:
    """Two measures, one point per member, named where there is room."""
    x, y = c.chart.x, c.chart.y[0]
    names = [c.word(c.chart.color, v) for v in c.values(c.chart.color)] if c.chart.color else []
    sheet = new(c, 420)
    xs, ys = c.values(x), c.values(y)
    heads = names or [""] * len(xs)
    hover = [
        f"{c.hover(n, x, a)}<br>{c.hover('', y, b).removeprefix('<br>')}"
        for n, a, b in zip(heads, xs, ys, strict=True)
    ]
    sheet.add(
        "scatter",
        x=xs,
        y=ys,
        mode="markers+text" if 0 < len(names) <= 20 else "markers",
        text=names or None,
        textposition="top center",
        textfont={"size": 12, "color": c.theme.quiet},
        marker={"color": c.theme.palette[0], "size": 8, "opacity": 0.75 if len(xs) > 40 else 1},
        hovertext=hover,
        hovertemplate=HOVER,
        cliponaxis=False,
    )
    scale(sheet, c, (y,), "yaxis", zero=False)
    scale(sheet, c, (x,), "xaxis", zero=False)
    unit = sheet.layout["xaxis"].get("title", {}).get("text", "")
    label_x = escape(c.column(x).label)
    head(sheet, c, "xaxis", f"{label_x}（{unit}）" if unit else label_x)
    sheet.set(margin={"t": 68})
    notes = sheet.layout.get("annotations", [])
    unit_y = notes[0]["text"] if notes else ""
    label_y = escape(c.column(y).label)
    sheet.layout["annotations"] = []
    sheet.note(
        text=f"{label_y}（{unit_y}）" if unit_y else label_y,
        xref="paper",
        yref="paper",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        yshift=8,
        font={"size": 12, "color": c.theme.quiet},
    )
    return sheet


def funnel(c: Canvas) -> Sheet:
    """Steps from top to bottom with the share of the first and of the step before."""
    measure = c.chart.y[0]
    names = [c.word(c.chart.x, v) for v in c.values(c.chart.x)]
    values = [v or 0 for v in c.values(measure)]
    sheet = new(c, max(200, 76 + 52 * len(names)))
    first = values[0] if values else 0
    for i, v in enumerate(values):
        if i and first and values[i - 1]:
            step = amount(v / values[i - 1], Format.PERCENT)
            sheet.note(
                text=f"上一步的 {step}<br>总体的 {amount(v / first, Format.PERCENT)}",
                xref="paper",
                x=0.82,
                y=names[i],
                xanchor="left",
                align="left",
                font={"size": 12, "color": c.theme.quiet},
            )
    sheet.add(
        "funnel",
        y=names,
        x=values,
        text=[cell(v, c.column(measure)) for v in values],
        textinfo="text",
        textposition="auto",
        insidetextanchor="middle",
        marker={"color": c.theme.palette[0]},
        connector={"fillcolor": c.theme.grid, "line": {"width": 0}},
        hovertext=[c.hover(n, measure, v) for n, v in zip(names, values, strict=True)],
        hovertemplate=HOVER,
    )
    sheet.set(
        yaxis={"showgrid": False, "tickfont": {"size": 12, "color": c.theme.text}},
        xaxis={"showticklabels": False, "domain": [0, 0.8]},
    )
    return sheet


def sankey(c: Canvas) -> Sheet:
    """Flows from ``x`` to ``color``; the same name in both columns is one node."""
    measure = c.chart.y[0]
    sources = [c.word(c.chart.x, v) for v in c.values(c.chart.x)]
    targets = [c.word(c.chart.color, v) for v in c.values(c.chart.color)]
    nodes = list(dict.fromkeys([*sources, *targets]))
    colour = colours(nodes, c.theme.palette, c.domain())
    values = c.values(measure)
    sheet = new(c, 420)
    sheet.add(
        "sankey",
        arrangement="snap",
        node={
            "label": nodes,
            "color": [colour[n] for n in nodes],
            "pad": 18,
            "thickness": 14,
            "line": {"width": 0},
            "hovertemplate": "%{label}<extra></extra>",
        },
        link={
            "source": [nodes.index(s) for s in sources],
            "target": [nodes.index(t) for t in targets],
            "value": [v or 0 for v in values],
            "color": [_faint(colour[s]) for s in sources],
            "customdata": [
                c.hover(f"{s} → {t}", measure, v)
                for s, t, v in zip(sources, targets, values, strict=True)
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        textfont={"size": 12, "color": c.theme.text},
    )
    sheet.set(margin={"l": 8, "r": 8, "t": 56, "b": 16})
    return sheet


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"


def kpi(c: Canvas) -> Sheet:
    """Numbers in large type, the change under each with sign and arrow."""
    sheet = new(c, 136)
    sheet.set(
        title={"text": ""}, margin={"t": 8}, xaxis={"visible": False}, yaxis={"visible": False}
    )
    row = c.result.rows[0] if c.result.rows else ()
    names = [y for y in c.chart.y if row]
    for i, name in enumerate(names):
        column = c.column(name)
        at = i / max(len(names), 1)
        lines = [(1.0, escape(column.label), 14, c.theme.quiet)]
        lines.append((0.78, escape(cell(row[c.result.index(name)], column)), 24, c.theme.text))
        lines += _kpi_changes(c, name)
        for y, text, size, colour in lines:
            sheet.note(
                text=text,
                xref="paper",
                yref="paper",
                x=at,
                y=y,
                xanchor="left",
                yanchor="top",
                font={"size": size, "color": colour},
            )
    return sheet


def _kpi_changes(c: Canvas, name: str) -> list[tuple[float, str, int, str]]:
    lines, at = [], 0.32
    for column in c.result.columns:
        value = c.result.rows[0][c.result.index(column.name)]
        if column.of != name or column.role is not ColumnRole.CHANGE or value is None:
            continue
        arrow = "▲" if value > 0 else "▼" if value < 0 else "■"
        colour = c.theme.rise(c.up_is_red) if value > 0 else c.theme.fall(c.up_is_red)
        said = column.label.removeprefix(c.column(name).label)
        text = f"{escape(said)} {arrow} {escape(_moved(c, name, column, value))}"
        lines.append((at, text, 14, colour if value else c.theme.quiet))
        at -= 0.24
    return lines


def _moved(c: Canvas, name: str, column: Column, value: Any) -> str:
    """A change of a percentage is said in 个百分点, as the headline says it."""
    measure, columns = c.column(name), c.result.columns
    before = columns[columns.index(column) - 1]
    now = c.values(name)[0]
    was = c.values(before.name)[0] if before.role is ColumnRole.PREVIOUS else None
    if measure.format is Format.PERCENT and is_rate(column) and None not in (now, was):
        return difference(now - was, measure.format)
    return cell(value, column)
