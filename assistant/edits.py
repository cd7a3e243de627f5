"""Change one piece of a query: what clicking a chip of the reading does.

Pure functions from a query to another. A chip's ``slot`` and ``path`` say which piece, as
``answer/wording.py`` made them. Knows the catalog's types, no words and no page.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    AnalysisQuery,
    And,
    By,
    ByTime,
    CatalogQuery,
    Condition,
    DetailQuery,
    Grain,
    Measure,
    MetricQuery,
    MetricRef,
    Op,
    Period,
    Query,
    Scalar,
    Where,
    Window,
    WindowKind,
)

T = TypeVar("T")
Q = TypeVar("Q", bound=MetricQuery | DetailQuery | AnalysisQuery)
Measured = TypeVar("Measured", bound=MetricQuery | AnalysisQuery)
Listed = TypeVar("Listed", bound=MetricQuery | DetailQuery)
ALONG_TIME = frozenset(
    (
        WindowKind.CUMULATIVE,
        WindowKind.MOVING_AVERAGE,
        WindowKind.MOVING_SUM,
        WindowKind.CHANGE,
    )
)


def joined(conditions: tuple[Condition, ...]) -> Condition | None:
    if len(conditions) > 1:
        return And(conditions)
    return conditions[0] if conditions else None


# ── taking a piece away ────────────────────────────────────────────────────────────────────────


def without(query: Query, slot: str, path: int = 0) -> Query | None:
    """``query`` without that piece; None when nothing would be left to ask, or nothing is there."""
    smaller: Query | None
    match query:
        case CatalogQuery():
            return None
        case MetricQuery():
            smaller = _without_scope(query, slot, path) or _without_metric_part(query, slot, path)
        case DetailQuery():
            smaller = _without_scope(query, slot, path) or _without_detail_part(query, slot, path)
        case AnalysisQuery():
            smaller = _without_scope(query, slot, path) or _without_analysis_part(query, slot, path)
    return smaller if smaller != query else None


def _without_scope(query: Q, slot: str, path: int) -> Q | None:
    scope = query.scope
    match slot:
        case "period" if scope.periods:
            scope = replace(scope, periods=dropped(scope.periods, path))
        case "time":
            scope = replace(scope, time=None)
        case "where":
            scope = replace(scope, where=joined(dropped(conjuncts(scope.where), path)))
        case _:
            return None
    return replace(query, scope=scope)


def _without_metric_part(query: MetricQuery, slot: str, path: int) -> MetricQuery | None:
    match slot:
        case "measure":
            return _without_measure(query, path)
        case "group":
            return _without_group(query, path)
        case "compare":
            return replace(query, compare=dropped(query.compare, path))
        case "window":
            return replace(query, windows=dropped(query.windows, path))
        case "having":
            return replace(query, having=joined(dropped(conjuncts(query.having), path)))
        case "order":
            return replace(query, order=dropped(query.order, path))
        case "contrast" | "streak" | "keep" | "top" | "rollup" | "claim":
            return replace(query, **{slot: None})  # type: ignore[arg-type]
        case _:
            return None


def _without_measure(query: MetricQuery, path: int) -> MetricQuery | None:
    """Windows, orders and the rollup speak of measures by number: those behind move up."""
    if len(query.measures) < 2 or path >= len(query.measures):
        return None

    def moved(number: int) -> int:
        return number - (number > path)

    windows = tuple(replace(w, of=moved(w.of)) for w in query.windows if w.of != path)
    order = tuple(
        replace(o, measure=moved(o.measure))
        for o in query.order
        if o.by is not None or o.measure != path
    )
    rollup = query.rollup
    if rollup is not None:
        rollup = None if rollup.of == path else replace(rollup, of=moved(rollup.of))
    return replace(
        query,
        measures=dropped(query.measures, path),
        windows=windows,
        order=order,
        rollup=rollup,
    )


def _without_group(query: MetricQuery, path: int) -> MetricQuery:
    """What only makes sense over groups goes with the last of them."""
    groups = dropped(query.group_by, path)
    timed = any(isinstance(g, ByTime) for g in groups)
    smaller = replace(
        query,
        group_by=groups,
        windows=tuple(w for w in query.windows if timed or w.kind not in ALONG_TIME),
        streak=query.streak if timed else None,
    )
    if groups:
        return smaller
    return replace(smaller, top=None, order=(), windows=(), having=None, keep=None, rollup=None)


def _without_detail_part(query: DetailQuery, slot: str, path: int) -> DetailQuery | None:
    match slot:
        case "column":
            return replace(query, columns=())
        case "order":
            return replace(query, order=dropped(query.order, path))
        case "top" | "contrast":
            return replace(query, **{slot: None})  # type: ignore[arg-type]
        case _:
            return None


def _without_analysis_part(query: AnalysisQuery, slot: str, path: int) -> AnalysisQuery | None:
    match slot:
        case "param":
            return replace(query, params=dropped(query.params, path))
        case "group":
            return replace(query, by=dropped(query.by, path))
        case "people":
            return replace(query, people=None)
        case _:
            return None


def dropped(items: tuple[T, ...], index: int) -> tuple[T, ...]:
    """
    >>> dropped(("a", "b", "c"), 1), dropped(("a",), 3)
    (('a', 'c'), ('a',))
    """
    return items[:index] + items[index + 1 :]


# ── putting another in its place ───────────────────────────────────────────────────────────────


def swapped(items: tuple[T, ...], index: int, item: T) -> tuple[T, ...]:
    """
    >>> swapped(("a", "b"), 1, "c")
    ('a', 'c')
    """
    return (*items[:index], item, *items[index + 1 :])


def with_metric(query: Measured, path: int, metric: str) -> Measured:
    """Another metric in the same place; a condition on that one column stays."""
    if isinstance(query, AnalysisQuery):
        return replace(query, measure=MetricRef(metric))
    old: Measure = query.measures[path]
    where = old.where if isinstance(old, MetricRef) else None
    return replace(query, measures=swapped(query.measures, path, MetricRef(metric, where)))


def with_period(query: Q, path: int, period: Period | None) -> Q:
    """Another period in the same place; None is all time."""
    periods = query.scope.periods
    if period is None:
        new: tuple[Period, ...] = ()
    else:
        new = swapped(periods, path, period) if periods else (period,)
    return replace(query, scope=replace(query.scope, periods=new))


def with_values(query: Q, path: int, values: tuple[Scalar, ...]) -> Q:
    """Other values of the dimension that a ``where`` chip shows; none at all takes the chip away."""
    conditions = conjuncts(query.scope.where)
    old = conditions[path]
    if not isinstance(old, Where):
        raise TypeError("only a test on one dimension has values to choose")
    negated = old.op in (Op.NE, Op.NOT_IN)
    if not values:
        kept = dropped(conditions, path)
    elif len(values) == 1:
        kept = swapped(
            conditions, path, replace(old, op=Op.NE if negated else Op.EQ, values=values)
        )
    else:
        op = Op.NOT_IN if negated else Op.IN
        kept = swapped(conditions, path, replace(old, op=op, values=values))
    return replace(query, scope=replace(query.scope, where=joined(kept)))


def with_group(query: MetricQuery, path: int, by: str | Grain) -> MetricQuery:
    """Group by another dimension or unit of time in the same place."""
    old = query.group_by[path]
    if isinstance(by, Grain):
        dimension = old.dimension if isinstance(old, ByTime) else None
        return replace(query, group_by=swapped(query.group_by, path, ByTime(by, dimension)))
    windows: tuple[Window, ...] = query.windows
    if isinstance(old, ByTime):
        windows = tuple(w for w in windows if w.kind not in ALONG_TIME)
    return replace(query, group_by=swapped(query.group_by, path, By(by)), windows=windows)


def with_top(query: Listed, n: int) -> Listed:
    """The first ``n`` instead; without ties, because a number was now said."""
    if query.top is None:
        raise TypeError("this query has no top")
    return replace(query, top=replace(query.top, n=n, fraction=None, ties=False))


def choosable(condition: Condition) -> Where | None:
    """The test whose values can be picked from a list: equal to, or one of, plain values."""
    if isinstance(condition, Where) and condition.op in (Op.EQ, Op.NE, Op.IN, Op.NOT_IN):
        return condition
    return None
