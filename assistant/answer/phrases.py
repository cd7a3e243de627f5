"""Pieces that several headlines share: the scope's name, a row's values, a change, a short list."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import Any

from assistant.answer.conditions import condition_text
from assistant.answer.numbers import amount, beside, day_text, difference, rate, short_period
from assistant.answer.shape import Beside, Shape
from semantic_layer.catalog import Catalog, Format
from semantic_layer.columns import target_of
from semantic_layer.measures import conjuncts
from semantic_layer.query import By, CompareKind, Comparison, MetricQuery, Op, Period, Scope, Where
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


def scope_name(scope: Scope, catalog: Catalog, shown: Set[str] = frozenset()) -> str:
    """The scope as a short prefix: 2026年5月 华东; long conditions stay in the reading.

    Values of the dimensions in ``shown`` go unsaid, because the rows carry them.
    """
    when = "、".join(_period_name(p) for p in scope.periods)
    names = []
    for part in conjuncts(scope.where):
        match part:
            case Where(op=Op.EQ | Op.IN, dimension=dimension) if dimension in shown:
                continue
            case Where(op=Op.EQ | Op.IN, values=values) if len(values) <= 3 and all(
                isinstance(v, str) and len(v) <= 12 for v in values
            ):
                names.append("、".join(str(v) for v in values))
            case _:
                text = condition_text(part, catalog)
                if len(text) <= 16:
                    names.append(f"（{text}）")
    text = when
    for name in names:
        text += name if text.endswith("）") or name.startswith("（") else f" {name}"
    return text.strip()


def _period_name(period: Period) -> str:
    """2026年5月, 双11, 本月（截至 6 月 23 日）."""
    if period.partial and isinstance(period.end, date):
        last = date.fromordinal(period.end.toordinal() - 1)
        name = period.label or short_period(period)
        return name if " 至 " in name else f"{name}（截至 {day_text(last)}）"
    said = period.label and len(period.label) <= 8 and (period.lunar or not period.grain)
    return period.label if said else short_period(period)


def with_scope(query: MetricQuery, text: str, catalog: Catalog) -> str:
    """The scope before the sentence; values that the rows are named by are said there."""
    shown = {g.dimension for g in query.group_by if isinstance(g, By)}
    prefix = scope_name(query.scope, catalog, shown)
    return f"{prefix}{'' if prefix.endswith('）') else ' '}{text}".strip()


def _gap(shape: Shape, row: Row, column: Column, goal: str) -> str:
    """离目标销售额还差 63.2 万元; what is more than reached is said so."""
    missing = shape.value(row, column)
    if missing is None:
        return f"{goal}没有数据"
    if missing > 0:
        return f"{beside('离', goal, '还差')} {shape.text(row, column)}"
    more = amount(-missing, column.format, column.unit)
    return f"{beside('已达到', goal)}{f'，多出 {more}' if missing else ''}"


def values(query: MetricQuery, shape: Shape, row: Row, catalog: Catalog) -> str:
    """销售额 1,234.5 万元，同比 +8.1%（去年同期 1,141.9 万元）; several measures side by side."""
    several = len(shape.measures) > 1
    said = []
    for i, column in enumerate(shape.measures):
        measure = query.measures[i] if i < len(query.measures) else None
        if measure is not None and (goal := target_of(measure, catalog)):
            said.append(_gap(shape, row, column, catalog.metrics[goal].label))
            continue
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
    for compare, pair in zip(query.compare, shape.beside(column), strict=False):
        said.append(change_text(compare, pair, shape, row, column, brief=brief))
    return "，".join(s for s in said if s)


def change_text(
    compare: Comparison,
    pair: Beside,
    shape: Shape,
    row: Row,
    column: Column,
    *,
    brief: bool = False,
) -> str:
    """同比 +8.1%（去年同期 1,141.9 万元）; rates of percentages in 个百分点 where there is a difference."""
    kind = compare.kind
    against, previous = AGAINST[kind], PREVIOUS[kind]
    if kind is CompareKind.PERIOD and compare.period is not None:
        previous = compare.period.label or short_period(compare.period)
        against = f"比 {previous}" if previous[:1].isascii() else f"比{previous}"
    was = shape.value(row, pair.previous)
    if pair.previous is not None and was is None:
        return f"{previous}没有数据"
    if was == 0 and (now := shape.value(row, column)) is not None:
        return f"{previous}{'也' if now == 0 else ''}是 0"  # no rate from nothing
    if pair.difference is not None and (pair.rate is None or column.format is Format.PERCENT):
        moved = difference(shape.value(row, pair.difference), column.format, column.unit)
    elif pair.rate is not None:
        moved = rate(shape.value(row, pair.rate))
        now = shape.value(row, column)
        if column.format is Format.PERCENT and was is not None and now is not None:
            moved = difference(now - was, column.format)
    elif pair.previous is not None:
        return f"{previous} {shape.text(row, pair.previous)}"
    else:
        return ""
    text = f"{against} {moved}"
    if pair.previous is None or brief:
        return text
    told = amount(was, column.format, column.unit)
    return f"{text}（{told}）" if kind is CompareKind.PERIOD else f"{text}（{previous} {told}）"


def listed(names: list[str], limit: int = 5) -> str:
    text = "、".join(names[:limit])
    return f"{text} 等" if len(names) > limit else text
