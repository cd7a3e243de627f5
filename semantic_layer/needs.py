"""Measures and comparisons that a query needs besides those it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from semantic_layer.measures import conjunction, dimensions_of
from semantic_layer.query import (
    And,
    Benchmark,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Contrast,
    Formula,
    Having,
    HavingChange,
    Measure,
    MetricQuery,
    MetricRef,
    Not,
    Op,
    Or,
    PerUnit,
    Where,
)

BENCHMARKED = {
    "previous": CompareKind.PREVIOUS_PERIOD,
    "last_year": CompareKind.YEAR_OVER_YEAR,
}


def sides(measure: Measure, contrast: Contrast) -> tuple[Measure, Measure]:
    left, right = (
        narrowed(measure, Where(contrast.dimension, Op.EQ, (value,)))
        for value in (contrast.left, contrast.right)
    )
    return left, right


def narrowed(measure: Measure, where: Condition) -> Measure:
    """``measure`` over fewer rows."""
    match measure:
        case MetricRef() | ColumnAggregate():
            return replace(measure, where=conjunction(measure.where, where))
        case PerUnit():
            return replace(measure, measure=narrowed(measure.measure, where))
        case Formula():
            return replace(
                measure, left=narrowed(measure.left, where), right=narrowed(measure.right, where)
            )


def own_dimensions(measures: tuple[Measure, ...]) -> Iterator[str]:
    """Dimensions that narrow single measures."""
    for measure in measures:
        match measure:
            case MetricRef() | ColumnAggregate():
                yield from dimensions_of(measure.where)
            case PerUnit(inner):
                yield from own_dimensions((inner,))
            case Formula(_, left, right):
                yield from own_dimensions((left, right))


def hidden(query: MetricQuery, conditions: tuple[Condition | None, ...]) -> Iterator[Measure]:
    if query.top is not None and query.top.by is not None:
        yield query.top.by
    for condition in conditions:
        yield from measures_of(condition)


def measures_of(condition: Condition | None) -> Iterator[Measure]:
    match condition:
        case Having(measure, _, values):
            yield measure
            for value in values:
                if isinstance(value, Benchmark) and value.measure is not None:
                    yield value.measure
        case HavingChange(measure):
            yield measure
        case And(parts) | Or(parts):
            for part in parts:
                yield from measures_of(part)
        case Not(part):
            yield from measures_of(part)


def comparisons_of(
    query: MetricQuery, conditions: tuple[Condition | None, ...]
) -> tuple[Comparison, ...]:
    """The asked ones first, then those that only a condition needs."""
    found = dict.fromkeys(query.compare)
    kinds = {c.kind: c for c in found}
    for condition in conditions:
        for comparison in compared_by(condition):
            if comparison.kind not in kinds or comparison.kind is CompareKind.PERIOD:
                kinds[comparison.kind] = comparison
                found.setdefault(comparison)
    return tuple(found)


def compared_by(condition: Condition | None) -> Iterator[Comparison]:
    match condition:
        case HavingChange(_, compare):
            yield compare
        case Having(_, _, values):
            for value in values:
                if isinstance(value, Benchmark) and value.kind in BENCHMARKED:
                    yield Comparison(BENCHMARKED[value.kind])
        case And(parts) | Or(parts):
            for part in parts:
                yield from compared_by(part)
        case Not(part):
            yield from compared_by(part)
