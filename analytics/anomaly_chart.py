"""The picture of the anomalies: the series itself inside its usual range, with the odd points marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from analytics import words
from analytics.alarms import LEAST_CHANGE, LEVELS, Alarm, Series
from analytics.anomaly_words import Told, side, when
from analytics.contract import View
from semantic_layer.catalog import Direction
from semantic_layer.result import Column, ColumnRole, Result

PANELS = 6  # series of one measure side by side
CONTEXT = {
    "day": 60,
    "week": 26,
    "month": 18,
}  # points shown at least: a short period says nothing alone


def view(t: Told) -> View:
    """The series that rang, those of the strongest one's measure; the first where none rang."""
    shown = drawn(t)
    options = [
        ("grain", t.grain),
        ("bands", "预期范围|low|high"),
        ("marked", "异常|odd\n节日大促|festive"),
    ]
    if len(shown) > 1:
        options.append(("panels", "series"))
    return View(
        "line",
        "at",
        ("value",),
        title=_title(t, shown),
        compare="expected",
        options=tuple(options),
        data=Result(_columns(shown[0]), tuple(row for s in shown for row in _rows(t, s))),
    )


def drawn(t: Told) -> list[Series]:
    """Series on the picture: of one measure, because two units share no scale."""
    if not t.found:
        return [s for s in t.series if s.measure == t.series[0].measure][:PANELS]
    first = t.found[0].series
    rang = [a.series for a in t.found if a.series.measure == first.measure]
    return list({id(s): s for s in rang}.values())[:PANELS]


def _title(t: Told, shown: list[Series]) -> str:
    label = shown[0].column.label
    if not t.found:
        return f"{label}没有超出预期的点" if not t.records else f"{label}和个别客户异常的日子"
    scales = "，各图刻度不同" if len(shown) > 1 else ""
    return f"{t.found[0].series.name}最突出的异常在 {when(t.found[0], t.grain)}{scales}"


def _columns(s: Series) -> tuple[Column, ...]:
    def like(name: str, label: str) -> Column:
        plain = replace(s.column, name=name, label=label, role=ColumnRole.MEASURE)
        return replace(plain, of="", direction=Direction.NEITHER)

    return (
        words.dimension("series", "序列"),
        words.moment("at", "时间"),
        like("value", s.column.label),
        like("expected", "预期"),
        like("low", "预期下限"),
        like("high", "预期上限"),
        words.dimension("odd", "异常"),
        words.dimension("festive", "节日大促"),
    )


def _rows(t: Told, s: Series) -> list[tuple[Any, ...]]:
    """The period, and what is needed before it to see what is usual."""
    low, high = s.base.bounds(t.limit, LEAST_CHANGE)
    odd, festive = _odd(t, s), {a.first: a.occasion for a in t.festive if a.series is s}
    last = sum(d <= t.last for d in s.starts)
    first = min(sum(d < t.first for d in s.starts), max(0, last - CONTEXT[t.grain]))
    numbers = (s.values, s.base.expected, low, high)
    return [
        (
            s.member or s.name,
            s.starts[i],
            *(float(v[i]) if v[i] == v[i] else None for v in numbers),
            odd.get(s.starts[i]),
            festive.get(s.starts[i]),
        )
        for i in range(first, last)
    ]


def _odd(t: Told, s: Series) -> dict[date, str]:
    """Start of a point → what is odd about it: its alarms, and customers far from all others."""
    out = {r["at"]: f"客户 {r['user']} 当天远离其他客户" for r in t.records}
    for a in t.found:
        if a.series is not s:
            continue
        for day in _points(a):
            out[day] = (
                f"{a.kind}，比预期{side(a)}"
                if a.kind not in LEVELS
                else f"{a.kind}，从这里起{side(a)}"
            )
    return out


def _points(a: Alarm) -> list[date]:
    """Starts of the points of an alarm; of a change of level the one where it begins."""
    if a.kind in LEVELS:
        return [a.first]
    return [d for d in a.series.starts if a.first <= d <= a.last]
