"""From a chart to a Plotly figure in one house style; the only module that knows Plotly.

The marks lay out plain dicts (``draw_lines``, ``draw_bars``, ``draw_heat``, ``draw_parts``); Plotly checks them
here. Every number a reader can touch is printed in full and text from the data is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import plotly.graph_objects as go  # type: ignore[import-untyped]

from assistant.answer.canvas import Canvas, Sheet
from assistant.answer.draw_bars import bars, grouped
from assistant.answer.draw_heat import heatmap
from assistant.answer.draw_lines import line
from assistant.answer.draw_panels import panels
from assistant.answer.draw_parts import funnel, kpi, pie, sankey, scatter
from assistant.answer.style import DARK, LIGHT
from assistant.reply import Chart
from semantic_layer.result import Result

MARKS: Mapping[str, Callable[[Canvas], Sheet]] = MappingProxyType(
    {
        "line": line,
        "area": line,
        "bar": bars,
        "hbar": bars,
        "grouped": grouped,
        "stacked": grouped,
        "pie": pie,
        "heatmap": heatmap,
        "scatter": scatter,
        "funnel": funnel,
        "sankey": sankey,
        "kpi": kpi,
    }
)


def figure(
    chart: Chart, result: Result, *, dark: bool = False, up_is_red: bool = True
) -> go.Figure:
    """The figure for ``chart`` over ``result``, or over the data that it brings.

    Raises KeyError for ``table``, which is a grid of the page and no figure.
    """
    theme, drawn = DARK if dark else LIGHT, chart.data or result
    canvas = Canvas(chart, drawn, theme, up_is_red, dict(chart.options))
    sheet = panels(canvas) if "panels" in canvas.options else MARKS[chart.mark](canvas)
    return go.Figure(data=sheet.traces, layout=sheet.layout)
