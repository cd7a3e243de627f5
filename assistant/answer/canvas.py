"""What every mark draws on: the chart with its data and theme, and a sheet of plain traces.

A ``Sheet`` is what Plotly calls a figure, before Plotly has seen it: dicts that ``draw.py`` turns
into the real thing, so that one module alone depends on the library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from assistant.answer.numbers import amount, cell, full, is_rate, rate
from assistant.answer.style import Theme, axis_text, layout, ticks
from assistant.reply import Chart
from semantic_layer.catalog import Format
from semantic_layer.query import Grain
from semantic_layer.result import Column, ColumnRole, Result

HEIGHT = 360
DIRECT = 4  # series named at their ends; more get a legend
LABELLED = 16  # bars with their value beside them
CELLS = (16, 28)  # most columns and rows of a heat map with the value in each cell
FINE = 100  # from here on, labels on a drawing are whole numbers
LEFT = 28  # pixels left of an axis under the name of its unit


@dataclass(frozen=True, slots=True)
class Canvas:
    """A chart, its data and its theme, with the lookups that every mark needs."""

    chart: Chart
    result: Result
    theme: Theme
    up_is_red: bool
    options: dict[str, str]

    def column(self, name: str) -> Column:
        return self.result.columns[self.result.index(name)]

    def values(self, name: str) -> list[Any]:
        return self.result.column(name)

    @property
    def grain(self) -> Grain | None:
        return Grain(self.options["grain"]) if "grain" in self.options else None

    @property
    def labels(self) -> bool:
        return "labels" in self.options

    def word(self, name: str, value: Any) -> str:
        return escape(cell(value, self.column(name), self.grain))

    def domain(self) -> list[str]:
        return [escape(v) for v in self.options.get("domain", "").split("\n") if v]

    def hover(self, head: str, name: str, value: Any) -> str:
        column = self.column(name)
        text = rate(value) if is_rate(column) else full(value, format_of(column), column.unit)
        return f"{head}<br>{escape(column.label)} <b>{text}</b>"


@dataclass(slots=True)
class Sheet:
    """Traces, layout and annotations under construction."""

    layout: dict[str, Any]
    traces: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, **trace: Any) -> None:
        self.traces.append({"type": kind, **trace})

    def set(self, **parts: Any) -> None:
        """Merge into the layout; dicts one level down are merged, not replaced."""
        for name, value in parts.items():
            old = self.layout.get(name)
            if isinstance(old, dict) and isinstance(value, dict):
                value = {**old, **value}
            self.layout[name] = value

    def note(self, **annotation: Any) -> None:
        self.layout.setdefault("annotations", []).append({"showarrow": False, **annotation})


def format_of(column: Column) -> Format:
    share = column.role is ColumnRole.SHARE or is_rate(column)
    return Format.PERCENT if share else column.format


def new(c: Canvas, height: int = HEIGHT, *, legend: bool = False) -> Sheet:
    return Sheet(layout(c.theme, escape(c.chart.title), height, legend=legend))


def scale(
    sheet: Sheet,
    c: Canvas,
    names: tuple[str, ...],
    axis: str,
    zero: bool,
    drawn: Sequence[Any] = (),
) -> None:
    """Ticks in one scale with the unit in the head of the axis; bars always start at zero.

    ``drawn`` are the values on the chart where they are not simply the columns ``names``.
    """
    column = c.column(names[0])
    cells = drawn or [v for n in names for v in c.values(n)]
    seen = [v for v in cells if isinstance(v, (int, float)) and v == v]
    if c.chart.mark in ("stacked", "area") and c.chart.color:
        totals: dict[Any, float] = {}
        for x, v in zip(c.values(c.chart.x), c.values(names[0]), strict=True):
            totals[x] = totals.get(x, 0.0) + (v or 0.0)
        seen = list(totals.values())
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    if zero or low < 0 < high or (low > 0 and low < high * 0.6):
        low, high = min(low, 0.0), max(high, 0.0)
    at = ticks(low, high)
    texts, unit = axis_text(at, format_of(column), column.unit)
    sheet.set(
        **{
            axis: {
                "tickvals": at,
                "ticktext": texts,
                "range": [at[0], at[-1]],
                "rangemode": "normal",
            }
        }
    )
    if unit and axis.startswith("yaxis"):
        side = axis == "yaxis2"
        if not side:
            sheet.set(margin={"l": LEFT})
        sheet.note(
            text=unit,
            xref="paper",
            yref="paper",
            x=1 if side else 0,
            y=1,
            xanchor="left" if side else "right",
            yanchor="bottom",
            yshift=6,
            showarrow=False,
            font={"size": 12, "color": c.theme.quiet},
        )
    elif unit:
        head(sheet, c, axis, unit)


def head(sheet: Sheet, c: Canvas, axis: str, text: str) -> None:
    """The name of an axis, in the quiet colour."""
    font = {"size": 12, "color": c.theme.quiet}
    sheet.set(**{axis: {"title": {"text": text, "standoff": 8, "font": font}}})


def label(c: Canvas, name: str, value: Any, *, unit: bool = False) -> str:
    """A value on the drawing: as short as it goes, with its unit where no axis says it.

    A drawing shows what is large: 575.65 is 576 there, and in full where the pointer is.
    """
    column = c.column(name)
    if value is None:
        return ""
    if column.role is ColumnRole.CHANGE:
        return cell(value, column).replace(" ", "")
    form = format_of(column)
    if form is not Format.PERCENT and FINE <= abs(value) < 10_000:
        value = round(value)
    return amount(value, form, column.unit if unit else "").replace(" ", "")
