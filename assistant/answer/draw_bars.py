"""Bars: from zero, sorted by the plan, the compared period in grey behind, the unfinished hatched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any

from assistant.answer.canvas import DIRECT, HEIGHT, LABELLED, Canvas, Sheet, label, new, scale
from assistant.answer.draw_lines import second_axis
from assistant.answer.style import colours
from semantic_layer.catalog import Kind
from semantic_layer.result import ColumnRole

SPELT = 60  # letters under standing bars before names are left out
ROW = 26  # pixels of a lying bar
OTHER = "其他"
BESIDE = 12  # bars side by side that have room for their values


OUTSIDE = {
    "textposition": "outside",
    "constraintext": "none",
    "textangle": 0,
    "cliponaxis": False,
}  # a value stands over its bar, upright and whole


@dataclass(frozen=True, slots=True)
class Bars:
    """Names along the axis with one list of values per measure, after cutting to the first few."""

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]  # one per y
    past: tuple[Any, ...] = ()
    rest: int = 0  # how many were left out or folded into 其他


def bars(c: Canvas) -> Sheet:
    """One measure, or several of the same unit side by side."""
    if not c.chart.x:
        return _columns(c)
    lying = c.chart.mark == "hbar"
    data = _headed(c) if lying and c.chart.color and "headed" in c.options else _cut(c)
    several = len(c.chart.y) > 1
    legend = bool(several or c.chart.compare or c.chart.y2)
    height = max(160, 64 + ROW * len(data.names) + 28 * legend) if lying else HEIGHT
    sheet = new(c, height, legend=legend)
    if data.past:
        _one(sheet, c, data, c.chart.compare, data.past, c.theme.behind, lying, width=0.82)
    for i, (name, values) in enumerate(zip(c.chart.y, data.values, strict=True)):
        colour = _signs(c, name, values) or c.theme.palette[i % len(c.theme.palette)]
        width = 0.5 if data.past else None
        _one(sheet, c, data, name, values, colour, lying, width=width)
    if c.chart.y2:
        second_axis(sheet, c)
    sheet.set(barmode="overlay" if data.past else "group", bargroupgap=0.08)
    _axes(sheet, c, data, lying)
    return sheet


def _cut(c: Canvas) -> Bars:
    """The first ``limit`` names by size; the others summed into 其他 where they may be."""
    chart = c.chart
    names = [c.word(chart.x, v) for v in c.values(chart.x)]
    columns = [c.values(y) for y in chart.y]
    past = c.values(chart.compare) if chart.compare else []
    limit = int(c.options.get("limit", len(names)))
    if len(names) <= limit:
        return Bars(tuple(names), tuple(map(tuple, columns)), tuple(past))
    order = sorted(range(len(names)), key=lambda i: -(columns[0][i] or 0))
    if columns[0] == sorted(columns[0], key=lambda v: v or 0):
        order = list(range(len(names)))  # the plan put the smallest first: they are what was asked
    kept, left = order[:limit], order[limit:]
    fold = "other" in c.options

    def take(values: list[Any]) -> tuple[Any, ...]:
        tail = (sum(values[i] or 0 for i in left),) if fold else ()
        return (*(values[i] for i in kept), *tail)

    folded = f"{OTHER}（{len(left)} 个）"
    shown = (*(names[i] for i in kept), *((folded,) if fold else ()))
    return Bars(shown, tuple(map(take, columns)), take(past) if past else (), len(left))


def _headed(c: Canvas) -> Bars:
    """Bars of several splits under the name of each; the same name in two of them stays two bars."""
    names: list[str] = []
    places: list[int | None] = []
    words = zip(c.values(c.chart.color), c.values(c.chart.x), strict=True)
    before: Any = object()
    for i, (head, name) in enumerate(words):
        if head != before:
            names.append(f"<b>{c.word(c.chart.color, head)}</b>")
            places.append(None)
            before = head
        text = c.word(c.chart.x, name)
        while text in names:
            text += "\u200b"  # no width: only its place tells it apart
        names.append(text)
        places.append(i)
    columns = [c.values(y) for y in c.chart.y]
    return Bars(
        tuple(names),
        tuple(tuple(None if i is None else column[i] for i in places) for column in columns),
    )


def _labelled(c: Canvas, data: Bars) -> bool:
    """Is there room for every value at its bar? Lying ones have a line each."""
    if c.chart.y2 or len({c.column(y).unit for y in c.chart.y}) > 1:
        return False
    room = 2 * LABELLED if c.chart.mark == "hbar" else LABELLED
    room = room if len(c.chart.y) == 1 else BESIDE
    return len(data.names) * len(c.chart.y) <= room


def _one(
    sheet: Sheet,
    c: Canvas,
    data: Bars,
    name: str,
    values: tuple[Any, ...],
    colour: Any,
    lying: bool,
    width: float | None = None,
) -> None:
    behind = colour == c.theme.behind
    shown = c.labels or _labelled(c, data)
    marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
    if data.rest and "other" in c.options and isinstance(colour, str) and not behind:
        marker["color"] = [colour] * (len(values) - 1) + [c.theme.quiet]
    if not behind:
        marker |= _hatched(c, len(values))
    texts = (
        [label(c, name, v, unit=not c.chart.compare) for v in values]
        if shown and not behind
        else None
    )
    sheet.add(
        "bar",
        x=values if lying else data.names,
        y=data.names if lying else values,
        orientation="h" if lying else "v",
        name=escape(c.column(name).label),
        marker=marker,
        width=width,
        text=texts,
        **OUTSIDE,
        textfont={"size": 12, "color": c.theme.text},
        hovertext=[c.hover(n, name, v) for n, v in zip(data.names, values, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hatched(c: Canvas, count: int) -> dict[str, Any]:
    """A pattern on the last of ``count`` bars when its time is not over."""
    if not c.chart.partial:
        return {}
    return {"pattern": {"shape": [""] * (count - 1) + ["/"], "solidity": 0.35}}


def _signs(c: Canvas, name: str, values: tuple[Any, ...]) -> list[str] | None:
    """Changes are coloured by their sign as readers of the page expect; never by colour alone."""
    if c.column(name).role is not ColumnRole.CHANGE and "signed" not in c.options:
        return None
    up, down = c.theme.rise(c.up_is_red), c.theme.fall(c.up_is_red)
    return [up if (v or 0) >= 0 else down for v in values]


def _axes(sheet: Sheet, c: Canvas, data: Bars, lying: bool) -> None:
    names, value = ("yaxis", "xaxis") if lying else ("xaxis", "yaxis")
    shown = (*c.chart.y, *((c.chart.compare,) if c.chart.compare else ()))
    drawn = [v for vs in (*data.values, data.past) for v in vs]
    scale(sheet, c, shown, value, zero=True, drawn=drawn)
    _fit(sheet, c, data, value)
    labelled = _labelled(c, data)
    sheet.set(
        **{
            names: {
                "type": "category",
                "showgrid": False,
                "tickfont": {"size": 12, "color": c.theme.text},
                "categoryorder": "array",
                "categoryarray": data.names,
            },
            value: {
                "showgrid": not labelled,
                "showticklabels": not labelled,
                "gridcolor": c.theme.grid,
            },
        }
    )
    if not lying:
        letters = sum(len(n) for n in data.names) if len(data.names) > 8 else 0
        step = max(1, -(-letters // SPELT))
        sheet.set(xaxis={"tickvals": data.names[::step], "tickangle": 0 if step > 1 else None})
    if lying:
        sheet.set(yaxis={"autorange": "reversed", "rangemode": "normal"})
    if labelled:  # the values stand at the bars, with the unit in the title line
        sheet.layout["annotations"] = []
        sheet.set(**{value: {"title": None}})


def _fit(sheet: Sheet, c: Canvas, data: Bars, axis: str) -> None:
    """The range of what is drawn, which may be less than the whole result, with room for labels."""
    seen = [v for vs in (*data.values, data.past) for v in vs if isinstance(v, (int, float))]
    low, high = min([0.0, *seen]), max([0.0, *seen])
    room = (high - low) * 0.12 or 1.0
    if _labelled(c, data):
        sheet.set(**{axis: {"range": [low - (room if low < 0 else 0), high + room]}})


def _columns(c: Canvas) -> Sheet:
    """One row whose columns are the bars: 新客 against 老客."""
    names = tuple(escape(c.column(y).label) for y in c.chart.y)
    values = tuple(c.values(y)[0] for y in c.chart.y)
    one = replace(c, chart=replace(c.chart, y=(c.chart.y[0],), compare=""))
    data = Bars(names, (values,))
    sheet = new(c, 280)
    _one(sheet, one, data, c.chart.y[0], values, list(c.theme.palette[: len(values)]), False, 0.4)
    _axes(sheet, one, data, False)
    return sheet


def grouped(c: Canvas) -> Sheet:
    """Two dimensions: side by side or stacked, largest category first unless time says otherwise."""
    if not c.chart.color:
        return bars(c)
    chart, measure = c.chart, c.chart.y[0]
    x = c.column(chart.x)
    cells: dict[tuple[str, str], Any] = {}
    for a, b, v in zip(c.values(chart.x), c.values(chart.color), c.values(measure), strict=True):
        cells[c.word(chart.x, a), c.word(chart.color, b)] = v
    xs = list(dict.fromkeys(a for a, _ in cells))
    ks = list(dict.fromkeys(b for _, b in cells))
    if x.role is ColumnRole.TIME or x.kind is Kind.TIME:
        rank = {
            c.word(chart.x, v): i for i, v in enumerate(sorted(set(c.values(chart.x)), key=str))
        }
        if x.kind is Kind.TIME:
            xs.sort(key=lambda a: rank[a])
    else:
        xs.sort(key=lambda a: -sum(cells.get((a, k)) or 0 for k in ks))
    if domain := c.domain():
        ks.sort(key=lambda k: domain.index(k) if k in domain else len(domain))
    sheet = new(c, legend=True)
    stacked = chart.mark == "stacked"
    labelled = c.labels or (not stacked and len(xs) * len(ks) <= BESIDE)
    colour = colours(ks, c.theme.palette, c.domain())
    for k in ks:
        values = [cells.get((a, k)) for a in xs]
        sheet.add(
            "bar",
            x=xs,
            y=values,
            name=k,
            marker={"color": colour[k], "line": {"width": 0}, **_hatched(c, len(xs))},
            text=[label(c, measure, v) for v in values] if labelled else None,
            **(OUTSIDE if labelled and not stacked else {}),
            hovertext=[c.hover(f"{a} · {k}", measure, v) for a, v in zip(xs, values, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    sheet.set(barmode="stack" if stacked else "group")
    scale(sheet, c, (measure,), "yaxis", zero=True)
    sheet.set(xaxis={"type": "category", "categoryorder": "array", "categoryarray": xs})
    if len(ks) <= DIRECT:
        sheet.set(bargroupgap=0.06)
    return sheet
