"""Pieces that several headlines share: the scope's name, a row's values, a change, a short list."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistant.answer.conditions import condition_text
from assistant.answer.numbers import amount, day_text, difference, rate, short_period
from assistant.answer.shape import Beside, Shape
from semantic_layer.catalog import Catalog, Format
from semantic_layer.measures import conjuncts
from semantic_layer.query import CompareKind, MetricQuery, Op, Period, Scope, Where
from semantic_layer.result import Column, ColumnRole

AGAINST = {
    CompareKind.YEAR_OVER_YEAR: "同比",
    CompareKind.PREVIOUS_PERIOD: "环比",
    CompareKind.PERIOD: "相比",
}
PREVIOUS = {
    CompareKind.YEAR_OVER_YEAR: "去年同期",
    CompareKind.PREVIOUS_PERIOD: "上期",
    CompareKind.PERIOD: "对比期",
}
Row = tuple[Any, ...]


def scope_name(scope: Scope, catalog: Catalog) -> str:
    """The scope as a short prefix: 2026年5月华东; long conditions stay in the reading."""
    when = "、".join(_period_name(p) for p in scope.periods)
    names = []
    for part in conjuncts(scope.where):
        match part:
            case Where(op=Op.EQ | Op.IN, values=values) if len(values) <= 3 and all(
                isinstance(v, str) and len(v) <= 12 for v in values
            ):
                names.append("、".join(str(v) for v in values))
            case _:
                text = condition_text(part, catalog)
                if len(text) <= 16:
                    names.append(f"（{text}）")
    return f"{when} {' '.join(names)}".strip()


def _period_name(period: Period) -> str:
    """2026年5月, 双11, 本月（截至 6 月 23 日）."""
    if period.partial and isinstance(period.end, date):
        last = date.fromordinal(period.end.toordinal() - 1)
        name = period.label or short_period(period)
        return name if " 至 " in name else f"{name}（截至 {day_text(last)}）"
    said = period.label and len(period.label) <= 8 and (period.lunar or not period.grain)
    return period.label if said else short_period(period)


def values(query: MetricQuery, shape: Shape, row: Row) -> str:
    """销售额 1,234.5 万元，同比 +8.1%（去年同期 1,141.9 万元）; several measures side by side."""
    several = len(shape.measures) > 1
    said = []
    for column in shape.measures:
        text = f"{column.label} {shape.text(row, column)}"
        if change := changes(query, shape, row, column, brief=several):
            text += f"（{change}）" if several else f"，{change}"
        if (share := shape.derived(column, ColumnRole.SHARE)) and not several:
            text += f"，占比 {shape.text(row, share)}"
        if (rank := shape.derived(column, ColumnRole.RANK)) and not several:
            text += f"，排{shape.text(row, rank)}"
        said.append(text)
    return "，".join(said) or shape.name(row)


def changes(
    query: MetricQuery, shape: Shape, row: Row, column: Column, *, brief: bool = False
) -> str:
    said = []
    for compare, beside in zip(query.compare, shape.beside(column), strict=False):
        said.append(change_text(compare.kind, beside, shape, row, column, brief=brief))
    return "，".join(s for s in said if s)


def change_text(
    kind: CompareKind,
    beside: Beside,
    shape: Shape,
    row: Row,
    column: Column,
    *,
    brief: bool = False,
) -> str:
    """同比 +8.1%（去年同期 1,141.9 万元）; rates of percentages in 个百分点 where there is a difference."""
    was = shape.value(row, beside.previous)
    if beside.previous is not None and was is None:
        return f"{PREVIOUS[kind]}没有数据"
    if was == 0 and (now := shape.value(row, column)) is not None:
        return f"{PREVIOUS[kind]}{'也' if now == 0 else ''}是 0"  # no rate from nothing
    if beside.difference is not None and (beside.rate is None or column.format is Format.PERCENT):
        moved = difference(shape.value(row, beside.difference), column.format, column.unit)
    elif beside.rate is not None:
        moved = rate(shape.value(row, beside.rate))
        now = shape.value(row, column)
        if column.format is Format.PERCENT and was is not None and now is not None:
            moved = difference(now - was, column.format)
    elif beside.previous is not None:
        return f"{PREVIOUS[kind]} {shape.text(row, beside.previous)}"
    else:
        return ""
    text = f"{AGAINST[kind]} {moved}"
    if beside.previous is None or brief:
        return text
    return f"{text}（{PREVIOUS[kind]} {amount(was, column.format, column.unit)}）"


def listed(names: list[str], limit: int = 5) -> str:
    text = "、".join(names[:limit])
    return f"{text} 等" if len(names) > limit else text
