"""Columns computed across the rows of a grid: shares, running sums, moving averages, ranks, changes.

Sums are only taken of what can be summed. The share and the running value of a distinct count or of
a ratio come from a grid of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.catalog import Format, Kind
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import call, column, divide, either, is_unknown, number
from semantic_layer.measures import is_additive
from semantic_layer.query import By, ByBucket, ByPeriod, ByTime, Window, WindowKind
from semantic_layer.result import Column, ColumnRole
from semantic_layer.rows import Slot
from semantic_layer.stages import Stage, ordered, sort_key
from semantic_layer.together import LAGGING

ALONG_TIME = (
    WindowKind.CUMULATIVE,
    WindowKind.MOVING_AVERAGE,
    WindowKind.MOVING_SUM,
    WindowKind.CHANGE,
)
LABELS = {
    WindowKind.SHARE: "占比",
    WindowKind.CUMULATIVE: "累计",
    WindowKind.CUMULATIVE_SHARE: "累计占比",
    WindowKind.RANK: "排名",
    WindowKind.CHANGE: "较上期",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A column that a window adds, as SQL over the stage's relation and as meaning."""

    expr: exp.Expr
    column: Column


def warm_up(windows: tuple[Window, ...]) -> int:
    """Buckets before the period that windows look back to."""
    looking = [w for w in windows if w.kind in LAGGING]
    return max(
        ((w.n or 7) - 1 if w.kind is not WindowKind.CHANGE else 1 for w in looking), default=0
    )


def time_slot(slots: tuple[Slot, ...]) -> Slot | None:
    return next((s for s in slots if isinstance(s.group, (ByTime, ByPeriod))), None)


def partition(stage: Stage, window: Window) -> tuple[Slot, ...]:
    """The groups inside which a window works: the enclosing dimensions; for windows along time every
    other group; for shares and ranks each bucket of time once something else is grouped too."""
    timed = time_slot(stage.slots)
    if window.kind in ALONG_TIME:
        if timed is None:
            raise Unanswerable("needs-time-group")
        return tuple(s for s in stage.slots if s is not timed)
    inside = [stage.slot(name) for name in window.within]
    chosen = [s for s in inside if s is not None]
    others = [s for s in stage.slots if isinstance(s.group, (By, ByBucket)) and s not in chosen]
    if timed is not None and others and timed not in chosen:
        chosen.append(timed)
    return tuple(chosen)


def make(stage: Stage, window: Window, of: Column, total: str = "") -> tuple[Made, ...]:
    """The columns of one window. ``total`` is the column of a total that can't be summed."""
    inside = partition(stage, window)
    by = [column(s.name) for s in inside]
    value = column(of.name)
    match window.kind:
        case WindowKind.SHARE:
            whole: exp.Expr = column(total) if total else over(exp.Sum(this=value.copy()), by)
            return (Made(divide(value, whole), _column(of, window, ColumnRole.SHARE)),)
        case WindowKind.CUMULATIVE:
            made = column(total) if total else over(exp.Sum(this=value), by, _along(stage), ROWS)
            return (Made(made, _column(of, window, ColumnRole.MEASURE)),)
        case WindowKind.MOVING_AVERAGE | WindowKind.MOVING_SUM:
            kind = exp.Avg if window.kind is WindowKind.MOVING_AVERAGE else exp.Sum
            made = over(kind(this=value), by, _along(stage), _last(window.n or 7))
            return (Made(made, _column(of, window, ColumnRole.MEASURE)),)
        case WindowKind.CHANGE:
            return _change(stage, window, of, by)
        case WindowKind.RANK:
            made = _rank(stage, window, value, inside, by)
            return (Made(made, _column(of, window, ColumnRole.RANK)),)
        case WindowKind.CUMULATIVE_SHARE:
            keys = [ordered(value.copy(), window.descending)]
            keys += [sort_key(s, stage.catalog) for s in stage.slots if s not in inside]
            running = over(exp.Sum(this=value.copy()), by, keys, ROWS)
            whole = over(exp.Sum(this=value), [b.copy() for b in by])
            return (Made(divide(running, whole), _column(of, window, ColumnRole.SHARE)),)


def _rank(
    stage: Stage,
    window: Window,
    value: exp.Column,
    inside: tuple[Slot, ...],
    by: list[exp.Column],
) -> exp.Expr:
    """A place among the members that have a name and a value; others have none."""
    members = [s for s in stage.slots if isinstance(s.group, By) and s not in inside]
    unknown = either([is_unknown(column(s.name)) for s in members] + [is_unknown(value.copy())])
    place = over(call("rank"), [*by, unknown], [ordered(value, window.descending)])
    return exp.Case(ifs=[exp.If(this=unknown.copy(), true=exp.null())], default=place)


def needs_total(stage: Stage, window: Window) -> bool:
    """Can the value of the whole not be had by summing the rows?"""
    summed = window.kind in (WindowKind.SHARE, WindowKind.CUMULATIVE)
    return summed and not is_additive(stage.plan.nodes[window.of])


def _change(stage: Stage, window: Window, of: Column, by: list[exp.Column]) -> tuple[Made, ...]:
    value = column(of.name)
    before = over(call("lag", value.copy()), list(by), _along(stage))
    gap = exp.Sub(this=value, expression=before)
    rate = divide(exp.paren(gap.copy(), copy=False), call("abs", before.copy()))
    base = _column(of, window, ColumnRole.CHANGE)
    return (
        Made(
            gap,
            Column(
                f"{of.name}_change",
                f"{of.label}较上期增减",
                Kind.NUMBER,
                ColumnRole.CHANGE,
                of.unit,
                of.format,
                of=of.name,
                direction=of.direction,
            ),
        ),
        Made(
            rate,
            Column(
                f"{of.name}_change_rate",
                base.label + "变化率",
                Kind.NUMBER,
                ColumnRole.CHANGE,
                "",
                Format.PERCENT,
                of=of.name,
                direction=of.direction,
            ),
        ),
    )


def _column(of: Column, window: Window, role: ColumnRole) -> Column:
    n = window.n or 7
    name = f"{of.name}_{window.kind.value}"
    label = of.label + LABELS.get(window.kind, "")
    if window.kind is WindowKind.MOVING_AVERAGE:
        label = f"{of.label}近 {n} 期平均"
    elif window.kind is WindowKind.MOVING_SUM:
        label = f"{of.label}近 {n} 期合计"
    elif window.kind is WindowKind.CUMULATIVE:
        label = f"累计{of.label}"
    elif window.kind is WindowKind.SHARE and window.within:
        label = f"{of.label}组内占比"
    form, unit = of.format, of.unit
    if role is ColumnRole.SHARE:
        form, unit = Format.PERCENT, ""
    elif role is ColumnRole.RANK:
        form, unit = Format.COUNT, ""
    return Column(name, label, Kind.NUMBER, role, unit, form, of=of.name, source=of.source)


ROWS = {"kind": "ROWS", "start": "UNBOUNDED", "start_side": "PRECEDING", "end": "CURRENT ROW"}


def _last(n: int) -> dict[str, object]:
    return {**ROWS, "start": number(n - 1)}


def _along(stage: Stage) -> list[exp.Ordered]:
    timed = time_slot(stage.slots)
    assert timed is not None
    return [sort_key(timed, stage.catalog)]


def over(
    value: exp.Expr,
    by: Sequence[exp.Expr],
    order: list[exp.Ordered] | None = None,
    frame: Mapping[str, object] | None = None,
) -> exp.Expr:
    return exp.Window(
        this=value,
        partition_by=list(by),
        order=exp.Order(expressions=order) if order else None,
        spec=exp.WindowSpec(**frame) if frame else None,
    )
