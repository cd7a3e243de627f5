"""The house style of charts as plain values: colours, ticks in 万/亿, short dates, layout.

No Plotly here, so that the style can be tested and read on its own; ``draw.py`` applies it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant.answer.numbers import WAN, YI, bucket
from semantic_layer.catalog import Format
from semantic_layer.query import Grain

FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif'

# Okabe and Ito (2008), with their yellow and black replaced: both vanish on one of our two themes.
# Any two differ by ΔE 15 or more to eyes that see no red or no green.
LIGHT_PALETTE = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#332288",
    "#6B4E16",
)
DARK_PALETTE = (
    "#5AA9DD",
    "#F0B43C",
    "#2FB58E",
    "#E3A3C6",
    "#A6DBF7",
    "#E8742C",
    "#8B7BE8",
    "#8A6A2F",
)


@dataclass(frozen=True, slots=True)
class Theme:
    palette: tuple[str, ...]
    text: str
    quiet: str
    grid: str
    paper: str
    behind: str  # the compared period
    red: str
    green: str
    scale: tuple[str, str, str]  # heat map from low to high

    def rise(self, up_is_red: bool) -> str:
        return self.red if up_is_red else self.green

    def fall(self, up_is_red: bool) -> str:
        return self.green if up_is_red else self.red


LIGHT = Theme(
    LIGHT_PALETTE,
    "#1F2328",
    "#6B7280",
    "#ECEEF1",
    "#FFFFFF",
    "#D5D9DF",
    "#C8382F",
    "#1F8A55",
    ("#F3F7FB", "#7FB2D6", "#0B4F80"),
)
DARK = Theme(
    DARK_PALETTE,
    "#E8EAED",
    "#9AA1AB",
    "#2A2E35",
    "#15171B",
    "#474D57",
    "#F0736A",
    "#4CC38A",
    ("#1C2530", "#2F6C97", "#9AD0F5"),
)


def colours(
    names: Iterable[str], palette: Sequence[str], domain: Sequence[str] = ()
) -> dict[str, str]:
    """A colour per name: its place in ``domain`` (all values of the dimension) where known, else a
    hash of the name; the company it appears in matters only when two collide.

    >>> colours(["乙", "甲"], LIGHT_PALETTE, ["甲", "乙", "丙"]) == {
    ...     "甲": LIGHT_PALETTE[0], "乙": LIGHT_PALETTE[1]}
    True
    """
    places = {name: i for i, name in enumerate(domain)}
    wish = {n: places.get(n, zlib.crc32(n.encode())) for n in set(names)}
    taken: dict[str, str] = {}
    for name in sorted(wish, key=lambda n: (wish[n], n)):
        slot = wish[name] % len(palette)
        free = [c for c in palette if c not in taken.values()] or list(palette)
        while palette[slot] not in free:
            slot = (slot + 1) % len(palette)
        taken[name] = palette[slot]
    return taken


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round steps that cover [low, high].

    >>> ticks(0, 9_300_000)
    [0.0, 2000000.0, 4000000.0, 6000000.0, 8000000.0, 10000000.0]
    """
    if high <= low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def scale_of(high: float, format: Format) -> tuple[float, str]:
    """One divisor for a whole axis, and its word."""
    if format is Format.PERCENT:
        return 0.01, "%"
    if high >= YI:
        return float(YI), "亿"
    return (float(WAN), "万") if high >= WAN else (1.0, "")


def axis_text(values: Sequence[float], format: Format, unit: str) -> tuple[list[str], str]:
    """Tick labels without a unit, and the unit once, for the head of the axis: 万元.

    >>> axis_text([0, 2_000_000.0], Format.MONEY, "元"), axis_text([0, 0.25], Format.PERCENT, "")
    ((['0', '200'], '万元'), (['0%', '25%'], ''))
    """
    divisor, word = scale_of(max((abs(v) for v in values), default=0), format)
    tail = "%" if format is Format.PERCENT else ""
    texts = [f"{v / divisor:,.10g}{tail}" for v in values]
    return texts, "" if tail else f"{word}{unit}"


def tick_dates(
    values: Sequence[Any], grain: Grain | None, most: int = 12
) -> tuple[list[Any], list[str]]:
    """Every k-th bucket with a short name, so that names never collide."""
    step = max(1, math.ceil(len(values) / most))
    kept = list(values)[::step]
    if grain is not Grain.MONTH:
        return kept, [short_date(v, grain) for v in kept]
    years = [v.year if isinstance(v, date) else 0 for v in kept]
    return kept, [
        f"{v.month}月<br>{v.year}" if i == 0 or years[i - 1] != v.year else f"{v.month}月"
        for i, v in enumerate(kept)
        if isinstance(v, date)
    ]


def short_date(value: Any, grain: Grain | None) -> str:
    """2026-05, 26年Q2, 05-03: what fits under an axis.

    >>> short_date(date(2026, 5, 1), Grain.MONTH), short_date(date(2026, 4, 1), Grain.QUARTER)
    ('2026-05', '2026年Q2')
    """
    if not isinstance(value, date):
        return bucket(value, grain)
    match grain:
        case Grain.YEAR | Grain.HALF:
            return bucket(value, grain)
        case Grain.QUARTER:
            return f"{value.year}年Q{(value.month + 2) // 3}"
        case Grain.MONTH:
            return f"{value:%Y-%m}"
        case Grain.HOUR | Grain.MINUTE if isinstance(value, datetime):
            return f"{value:%m-%d %H:%M}"
        case _:
            return f"{value:%m-%d}"


def layout(theme: Theme, title: str, height: int, *, legend: bool) -> dict[str, Any]:
    """Everything that all charts share."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": "rgba(0,0,0,0)",  # the labels of both axes keep apart at the corner
        "automargin": True,
        "fixedrange": True,
        "tickfont": {"size": 12, "color": theme.quiet},
        "title": {"font": {"size": 12, "color": theme.quiet}, "standoff": 8},
    }
    return {
        "font": {"family": FONT, "size": 12, "color": theme.text},
        "paper_bgcolor": theme.paper,
        "plot_bgcolor": theme.paper,
        "title": {
            "text": title,
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 12, "l": 8},
            "font": {"size": 14, "color": theme.text},
        },
        "margin": {"l": 8, "r": 16, "t": 76 if legend else 52, "b": 8},
        "height": height,
        "showlegend": legend,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"color": theme.quiet},
            "traceorder": "normal",
        },
        "hoverlabel": {"font": {"family": FONT, "size": 12}, "align": "left"},
        "modebar": {
            "bgcolor": "rgba(0,0,0,0)",
            "color": theme.quiet,
            "activecolor": theme.text,
        },
        "separators": ".,",
        "bargap": 0.35,
        "xaxis": axis,
        "yaxis": {**axis, "gridcolor": theme.grid, "showgrid": True, "rangemode": "tozero"},
    }
