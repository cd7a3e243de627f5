"""What one could do next about a result: an action, the numbers that say so, a question to go on with.

Advice from plain numbers stays modest: look closer at what fell, what is concentrated, what got
worse. The analyses bring their own suggestions, which ``from_suggestions`` only translates.
"""

from __future__ import annotations

from collections.abc import Iterable

from analytics.contract import Suggestion
from assistant.answer.numbers import amount, difference, rate
from assistant.answer.phrases import AGAINST, scope_name
from assistant.answer.shape import Shape, additive, whole
from assistant.reply import Advice
from semantic_layer.catalog import Catalog, Direction, Format
from semantic_layer.query import MetricQuery, Query, Scope
from semantic_layer.result import Column

WORTH_A_LOOK = 0.1  # a relative change below this is not worth interrupting anybody
CONCENTRATED = 0.5


def advice(query: Query, shape: Shape, catalog: Catalog) -> tuple[Advice, ...]:
    """At most two pieces; none is better than an obvious one."""
    if not isinstance(query, MetricQuery) or not shape.measures:
        return ()
    column = shape.measures[0]
    found = [*_worse(query, shape, column, catalog), *_concentrated(query, shape, column, catalog)]
    return tuple(found[:2])


def from_suggestions(suggestions: Iterable[Suggestion]) -> tuple[Advice, ...]:
    return tuple(Advice(s.action, s.because, s.ask_next) for s in suggestions)


def _worse(query: MetricQuery, shape: Shape, column: Column, catalog: Catalog) -> list[Advice]:
    """The row that got worst against the first comparison, by the direction that is better."""
    if column.direction is Direction.NEITHER or not query.compare:
        return []
    beside = shape.beside(column)
    if not beside or beside[0].previous is None:
        return []
    sign = 1 if column.direction is Direction.UP else -1
    worst, loss = None, 0.0
    for row in shape.members(catalog):
        now, was = shape.value(row, column), shape.value(row, beside[0].previous)
        if now is None or not was:
            continue
        if (now - was) / abs(was) * sign <= -WORTH_A_LOOK and (now - was) * sign < loss:
            worst, loss = row, (now - was) * sign
    if worst is None:
        return []
    now, was = shape.value(worst, column), shape.value(worst, beside[0].previous)
    name = shape.name(worst)
    against = AGAINST[query.compare[0].kind]
    moved = rate((now - was) / abs(was))
    if column.format is Format.PERCENT:
        moved = difference(now - was, column.format)
    because = f"{name}{column.label}{against} {moved}，从 {amount(was, column.format, column.unit)} 到 {amount(now, column.format, column.unit)}"
    when = scope_name(Scope(periods=query.scope.periods), catalog)
    fell = now < was
    return [
        Advice(
            f"先查清{name}{column.label}{'下降' if fell else '上升'}的来源",
            because,
            f"{when}{name}{column.label}为什么{'跌' if fell else '涨'}了",
        )
    ]


def _concentrated(
    query: MetricQuery, shape: Shape, column: Column, catalog: Catalog
) -> list[Advice]:
    if not whole(query, shape.result) or not shape.names or shape.time is not None:
        return []
    points = shape.numbers(column)
    total = sum(v for _, v in points)
    if not additive(column, catalog) or len(points) < 4 or total <= 0:
        return []
    members = [p for p in points if not shape.nobody(p[0], catalog)]
    if not members:
        return []
    row, most = max(members, key=lambda p: p[1])
    if most / total < CONCENTRATED:
        return []
    share = amount(most / total, Format.PERCENT)
    return [
        Advice(
            f"留意对{shape.name(row)}的依赖",
            f"{shape.name(row)}一项占{column.label}的 {share}",
            f"{shape.name(row)}的{column.label}按月的走势",
        )
    ]
