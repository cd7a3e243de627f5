"""When the data leave a question undecided: a cut through equals, or rivals that are equal.

The first five of which the fifth equals the sixth are no definite set; where a winner is asked for
among them, another choice of equals may win. Two that are held against each other may be the same.
Knows queries and results; words are in ``problems.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from semantic_layer.query import (
    And,
    Condition,
    DetailQuery,
    Members,
    MetricQuery,
    Op,
    Or,
    Where,
)
from semantic_layer.result import Result

Ranked = MetricQuery | DetailQuery


def with_equals(query: Ranked) -> Ranked | None:
    """The query with everything equal to the last of an inner first n in it; None when that asks nothing new."""
    top, where = query.top, query.scope.where
    if top is None or top.n != 1 or top.fraction is not None or where is None:
        return None
    widened = _widened(where)
    return None if widened == where else replace(query, scope=replace(query.scope, where=widened))


def _widened(where: Condition) -> Condition:
    match where:
        case And(parts):
            return And(tuple(map(_widened, parts)))
        case Or(parts):
            return Or(tuple(map(_widened, parts)))
        case Members(_, MetricQuery() | DetailQuery() as inner, False) if (
            inner.top is not None and inner.top.n > 1
        ):
            return replace(where, query=replace(inner, top=replace(inner.top, ties=True)))
        case _:
            return where


def equal_rivals(query: Ranked, result: Result) -> tuple[str, ...]:
    """The named members that all share the first place when one of them was asked for, or ()."""
    top = query.top
    if top is None or top.n != 1 or not top.ties or top.per or len(result.rows) < 2:
        return ()
    for named in _listed(query.scope.where):
        at = next((i for i, c in enumerate(result.columns) if c.name == named.dimension), None)
        if at is not None and {row[at] for row in result.rows} == set(named.values):
            return tuple(str(v) for v in named.values)
    return ()


def _listed(where: Condition | None) -> Iterator[Where]:
    match where:
        case And(parts):
            for part in parts:
                yield from _listed(part)
        case Where(_, Op.IN, values) if len(values) > 1:
            yield where
        case _:
            return
