"""Small multiples: one panel of lines per member, each on a scale of its own, in a grid.

Every panel is the house's line chart of the member's rows; here they are laid side by side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.answer.canvas import Canvas, Sheet, new
from assistant.answer.draw_lines import line

COLUMNS = 3  # of a grid; two where that leaves no hole
PANEL, GAP = 150, 62  # pixels: a panel, and the dates and the name between two of them
TOP, BOTTOM = 104, 30  # pixels above and below the grid: title, legend and name; dates
BETWEEN = 0.08  # of the width, for the scale's figures
DATES, FIGURES = 3, 4  # ticks that a small panel has room for


def panels(c: Canvas) -> Sheet:
    """A panel per member of the column that the option ``panels`` names, in the order of the rows."""
    column = c.options["panels"]
    members = list(dict.fromkeys(c.values(column)))
    across = 2 if len(members) in (1, 2, 4) else COLUMNS
    down = max(1, -(-len(members) // across))
    tall = PANEL * down + GAP * (down - 1)
    sheet = new(c, tall + TOP + BOTTOM, legend=True)
    sheet.set(margin={"t": TOP, "b": BOTTOM}, legend={"y": 1 + 28 / tall})
    for n, member in enumerate(members):
        _placed(sheet, _panel(c, column, member), c.word(column, member), n, across, down, c)
    return sheet


def _panel(c: Canvas, column: str, member: Any) -> Sheet:
    """The chart of one member's rows."""
    at = c.result.index(column)
    rows = tuple(row for row in c.result.rows if row[at] == member)
    options = {k: v for k, v in c.options.items() if k != "panels"}
    one = replace(c.chart, color="", title="", data=None)
    return line(replace(c, chart=one, result=replace(c.result, rows=rows), options=options))


def _placed(
    sheet: Sheet, panel: Sheet, name: str, n: int, across: int, down: int, c: Canvas
) -> None:
    """A panel in its cell of the grid, with axes of its own and its name above it."""
    key = "" if n == 0 else str(n + 1)
    left, top = n % across, n // across
    tall, width = PANEL * down + GAP * (down - 1), 1 / across
    begin = left * width + (BETWEEN / 2 if left else 0)
    roof = 1 - top * (PANEL + GAP) / tall
    for axis, span in (
        ("xaxis", (begin, (left + 1) * width - BETWEEN / 2)),
        ("yaxis", (max(0.0, roof - PANEL / tall), roof)),
    ):
        own = dict(panel.layout[axis]) | {"domain": list(span)}
        own["anchor"] = ("y" if axis == "xaxis" else "x") + key
        _thinned(own, DATES if axis == "xaxis" else FIGURES)
        sheet.layout[f"{axis}{key}"] = own
    seen = {t.get("name") for t in sheet.traces}
    for trace in panel.traces:
        first = trace.get("name") not in seen and trace.get("showlegend", True)
        group = {"legendgroup": trace.get("name"), "showlegend": first}
        sheet.traces.append({**trace, **group, "xaxis": f"x{key}", "yaxis": f"y{key}"})
    unit = next((a["text"] for a in panel.layout.get("annotations", []) if a.get("xref")), "")
    sheet.note(
        text=f"<b>{name}</b>" + (f"（{unit}）" if unit else ""),
        xref=f"x{key} domain",
        yref=f"y{key} domain",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        yshift=4,
        font={"size": 12, "color": c.theme.text},
    )


def _thinned(axis: dict[str, Any], most: int) -> None:
    """Every k-th tick, so that at most ``most`` stay."""
    at = axis.get("tickvals")
    if at is not None and len(at) > most:
        step = -(-len(at) // most)
        axis["tickvals"], axis["ticktext"] = at[::step], axis["ticktext"][::step]
