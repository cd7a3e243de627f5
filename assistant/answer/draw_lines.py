"""Lines and areas: time from left to right, gaps as gaps, the unfinished end dotted."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from assistant.answer.canvas import DIRECT, Canvas, Sheet, label, new, scale
from assistant.answer.style import colours, tick_dates
from semantic_layer.catalog import Kind
from semantic_layer.result import ColumnRole


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    measure: str
    xs: tuple[Any, ...]
    ys: tuple[Any, ...]
    colour: str
    dashed: bool = False


def series_of(c: Canvas) -> list[Series]:
    """One series per member of ``color``, or one per measure."""
    chart, xs = c.chart, c.values(c.chart.x)
    if not chart.color:
        names = [c.column(y).label for y in chart.y]
        used = c.theme.palette
        return [
            Series(escape(n), y, tuple(xs), tuple(c.values(y)), used[i % len(used)])
            for i, (n, y) in enumerate(zip(names, chart.y, strict=True))
        ]
    measure = chart.y[0]
    points: dict[str, list[tuple[Any, Any]]] = {}
    for x, y, k in zip(xs, c.values(measure), c.values(chart.color), strict=True):
        points.setdefault(c.word(chart.color, k), []).append((x, y))
    sizes = {k: sum(y or 0 for _, y in ps) for k, ps in points.items()}
    colour = colours(points, c.theme.palette, c.domain())
    return [
        Series(k, measure, tuple(x for x, _ in ps), tuple(y for _, y in ps), colour[k])
        for k, ps in sorted(points.items(), key=lambda p: -sizes[p[0]])
    ]


def line(c: Canvas) -> Sheet:
    """Lines or areas; the compared period in grey, a second unit on the right, names at the ends."""
    chart, series = c.chart, series_of(c)
    area = chart.mark == "area"
    several = len(series) + bool(chart.compare) + len(chart.y2)
    bands = _bands(c)
    marked = _marked(c)
    legend = several > DIRECT or bool(chart.y2) or bool(bands) or bool(marked)
    sheet = new(c, legend=legend)
    if bands:
        series = _ahead(series, c.options.get("dashed", ""))
        _shade(sheet, c, bands, series[-1])
    if chart.compare:
        past = c.column(chart.compare)
        series = [
            Series(
                escape(past.label),
                chart.compare,
                tuple(c.values(chart.x)),
                tuple(c.values(chart.compare)),
                c.theme.behind,
            ),
            *series,
        ]
    for one in series:
        _trace(sheet, c, one, area=area)
    for nth, name, told in marked:
        _marks(sheet, c, name, told, nth)
    if chart.y2:
        second_axis(sheet, c)
    if several > 1 and not legend:
        _names_at_ends(sheet, c, series)
    edges = tuple(name for _, *pair in bands for name in pair)
    names = (*chart.y, *((chart.compare,) if chart.compare else ()), *edges)
    scale(sheet, c, names, "yaxis", zero=area)
    time_axis(sheet, c)
    return sheet


def _bands(c: Canvas) -> list[tuple[str, str, str]]:
    """(name, column below, column above) of every interval that the chart asks for, the widest first."""
    said = c.options.get("bands", "").split("\n")
    return [(name, low, high) for name, low, high in (b.split("|") for b in said if b)]


def _marked(c: Canvas) -> list[tuple[int, str, str]]:
    """(place, name, column) of every kind of point that the chart marks; the column says what is odd."""
    kinds = [kind.split("|") for kind in c.options.get("marked", "").split("\n") if kind]
    return [(n, name, told) for n, (name, told) in enumerate(kinds) if any(c.values(told))]


def _marks(sheet: Sheet, c: Canvas, name: str, told: str, nth: int) -> None:
    """Points that stand out: what is odd in full, what is explained as a ring."""
    measure = c.chart.y[0]
    rows = zip(c.values(c.chart.x), c.values(measure), c.values(told), strict=True)
    points = [(x, y, text) for x, y, text in rows if text and y is not None]
    colour = (c.theme.palette[5], c.theme.quiet)[min(nth, 1)]
    sheet.add(
        "scatter",
        x=[x for x, _, _ in points],
        y=[y for _, y, _ in points],
        name=escape(name),
        mode="markers",
        marker={
            "size": 10,
            "color": colour,
            "symbol": "circle-open" if nth else "circle",
            "line": {"width": 2, "color": colour},
        },
        hovertext=[
            f"{c.hover(c.word(c.chart.x, x), measure, y)}<br>{escape(text)}"
            for x, y, text in points
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _ahead(series: list[Series], dashed: str) -> list[Series]:
    """What is expected goes on where the past ends, in the colour of the past."""
    past = next((s for s in series if s.measure != dashed), None)
    known = [(x, y) for x, y in zip(past.xs, past.ys, strict=True) if y is not None] if past else []
    out = []
    for s in series:
        if s.measure == dashed and past and known:
            x, y = known[-1]
            points = [(a, b) for a, b in zip(s.xs, s.ys, strict=True) if b is not None and a > x]
            xs, ys = zip((x, y), *points, strict=True)
            s = replace(s, xs=xs, ys=ys, colour=past.colour, dashed=True)
        out.append(s)
    return out


def _shade(sheet: Sheet, c: Canvas, bands: list[tuple[str, str, str]], ahead: Series) -> None:
    """Intervals as shades behind the line: the wider, the paler."""
    red, green, blue = (int(ahead.colour[i : i + 2], 16) for i in (1, 3, 5))
    xs = c.values(c.chart.x)
    for n, (name, low, high) in enumerate(bands):
        rows = list(zip(xs, c.values(low), c.values(high), strict=True))
        known = [(x, a, b) for x, a, b in rows if a is not None and b is not None]
        ring = [*((x, b) for x, _, b in known), *((x, a) for x, a, _ in reversed(known))]
        sheet.add(
            "scatter",
            x=[x for x, _ in ring],
            y=[y for _, y in ring],
            name=escape(name),
            mode="lines",
            fill="toself",
            fillcolor=f"rgba({red},{green},{blue},{0.1 + 0.1 * n:.1f})",
            line={"width": 0},
            hoverinfo="skip",
        )


def _trace(sheet: Sheet, c: Canvas, s: Series, *, area: bool) -> None:
    hover = [
        c.hover(f"{s.name} · {c.word(c.chart.x, x)}", s.measure, y)
        for x, y in zip(s.xs, s.ys, strict=True)
    ]
    cut = c.chart.partial and len(s.ys) > 2 and s.colour != c.theme.behind
    style: dict[str, Any] = {
        "name": s.name,
        "connectgaps": False,
        "cliponaxis": False,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "mode": "lines+markers" if len(s.xs) <= 31 and not s.dashed else "lines",
        "marker": {"size": 5, "color": s.colour},
    }
    if area:
        style |= {"stackgroup": "one", "mode": "lines"}
    if c.labels:
        style |= {"text": [label(c, s.measure, y) for y in s.ys], "textposition": "top center"}
        style["mode"] += "+text"
    end = len(s.xs) - 1 if cut and not area else len(s.xs)
    sheet.add(
        "scatter",
        x=s.xs[:end],
        y=s.ys[:end],
        hovertext=hover[:end],
        line={"color": s.colour, "width": 2, **({"dash": "dash"} if s.dashed else {})},
        **{**style, "text": style.get("text", [])[:end]} if c.labels else style,
    )
    if end < len(s.xs):
        tail = {**style, "mode": "lines+markers"}
        if c.labels:
            tail |= {"text": ["", label(c, s.measure, s.ys[end])], "mode": "lines+markers+text"}
        sheet.add(
            "scatter",
            x=s.xs[end - 1 :],
            y=s.ys[end - 1 :],
            hovertext=[hover[end - 1], f"{hover[end]}<br>还没有结束"],
            line={"color": s.colour, "width": 2, "dash": "dot"},
            showlegend=False,
            **{**tail, "marker": {"size": [0, 7], "color": s.colour, "symbol": "circle-open"}},
        )


def _names_at_ends(sheet: Sheet, c: Canvas, series: list[Series]) -> None:
    """The name of each line beside its last point, pushed apart where they would overlap."""
    ends = []
    for s in series:
        last = next(
            ((x, y) for x, y in zip(reversed(s.xs), reversed(s.ys), strict=True) if y is not None),
            None,
        )
        if last:
            ends.append((float(last[1]), last[0], s))
    span = max((abs(v) for v, _, _ in ends), default=1.0) or 1.0
    ends.sort(key=lambda e: e[0])
    shift, before = 0.0, -math.inf
    for y, x, s in ends:
        at = y / span * 240
        shift = max(0.0, before + 16 - at)
        before = at + shift
        sheet.note(
            x=x,
            y=y,
            text=s.name,
            xanchor="left",
            xshift=8,
            yshift=shift,
            showarrow=False,
            font={"color": c.theme.quiet if s.colour == c.theme.behind else s.colour, "size": 12},
        )
    longest = max((len(s.name) for s in series), default=0)
    sheet.set(margin={"r": 24 + 12 * min(longest, 12)})


def time_axis(sheet: Sheet, c: Canvas) -> None:
    column = c.column(c.chart.x)
    seen = list(dict.fromkeys(c.values(c.chart.x)))
    if column.role is ColumnRole.TIME or column.kind is Kind.TIME:
        kept, texts = tick_dates(seen, c.grain)
        sheet.set(xaxis={"tickvals": kept, "ticktext": texts, "tickangle": 0})
    if c.grain is None and column.kind is Kind.TEXT:
        sheet.set(xaxis={"type": "category"})


def second_axis(sheet: Sheet, c: Canvas) -> None:
    """The other unit: a line on its own axis at the right, never on the same scale."""
    used = c.theme.palette[1]
    for name in c.chart.y2:
        column, xs, ys = c.column(name), c.values(c.chart.x), c.values(name)
        words = [c.word(c.chart.x, x) for x in xs]
        timed = c.column(c.chart.x).kind is Kind.TIME
        sheet.add(
            "scatter",
            x=xs if timed else words,
            y=ys,
            yaxis="y2",
            name=f"{escape(column.label)}（右轴）",
            mode="lines+markers",
            line={"color": used, "width": 2},
            hovertext=[c.hover(w, name, y) for w, y in zip(words, ys, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    sheet.set(
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
            "tickfont": {"size": 12, "color": c.theme.quiet},
        }
    )
    scale(sheet, c, c.chart.y2, "yaxis2", zero=False)
