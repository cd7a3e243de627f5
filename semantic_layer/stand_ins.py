"""A dimension that a fact can't look up, answered by the one that the model names ``instead``.

Sign-ups by channel: no join leads from users to the channel of an order, yet users have a channel of
their own. Without this a distinct count could wander to a child table and count something else. Knows
joins and the catalog; writes no SQL. The whole query changes or none of it: one group is one dimension.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from semantic_layer.catalog import Aggregate, Catalog, CountGroups, Derived, Ratio, RunningTotal
from semantic_layer.joins import reaches
from semantic_layer.query import (
    ColumnAggregate,
    Formula,
    Measure,
    MetricQuery,
    MetricRef,
    PerUnit,
    Where,
)

NAMES = ("dimension", "by", "per", "within")  # fields that hold dimension names


def stand_in(query: MetricQuery, catalog: Catalog) -> tuple[MetricQuery, tuple[str, ...]]:
    """The query with stand-ins where no measure reaches a dimension and all reach its stand-in;
    and one sentence for each."""
    bases = {b for m in query.measures for b in _bases(m, catalog)}
    notes: list[str] = []
    for name in dict.fromkeys(_names(query)):
        dimension = catalog.dimensions.get(name)
        if dimension is None or not bases or any(_reached(b, name, catalog) for b in bases):
            continue
        for other in dimension.instead:
            if all(_reached(b, other, catalog) for b in bases) and _holds(
                query, name, other, catalog
            ):
                query = _renamed(query, name, other)
                label = catalog.dimensions[other].label
                notes.append(f"这里没有{dimension.label}，用的是{label}")
                break
    return query, tuple(notes)


def _reached(base: str, dimension: str, catalog: Catalog) -> bool:
    return reaches(catalog, base, {catalog.dimensions[dimension].table})


def _bases(measure: Measure, catalog: Catalog) -> Iterator[str]:
    """The tables that a measure is counted on."""
    match measure:
        case MetricRef(name):
            yield from _tables(name, catalog)
        case ColumnAggregate(column=str(column)) if column in catalog.dimensions:
            yield measure.table or catalog.dimensions[column].table
        case ColumnAggregate(table=str(table)):
            yield table
        case PerUnit(inner):
            yield from _bases(inner, catalog)
        case Formula(_, left, right):
            yield from _bases(left, catalog)
            yield from _bases(right, catalog)


def _tables(metric: str, catalog: Catalog) -> Iterator[str]:
    if metric not in catalog.metrics:
        return
    match catalog.metrics[metric].calc:
        case Aggregate() | CountGroups() as calc:
            yield calc.table
        case Ratio(top, bottom):
            yield from _tables(top, catalog)
            yield from _tables(bottom, catalog)
        case Derived(_, parts):
            for part in parts:
                yield from _tables(part, catalog)
        case RunningTotal(inner):
            yield from _tables(inner, catalog)


def _holds(query: MetricQuery, name: str, other: str, catalog: Catalog) -> bool:
    """Do the values that the query tests exist in the stand-in? Unknown values count as there."""
    known = catalog.values.get(other)
    said = {str(v) for w in _tests(query) if w.dimension == name for v in w.values}
    return known is None or said <= set(known)


def _names(value: Any) -> Iterator[str]:
    """Dimension names anywhere in a query, nested queries apart: those are planned on their own."""
    for inner, field in _parts(value):
        if field in NAMES and isinstance(inner, str):
            yield inner
        else:
            yield from _names(inner)


def _tests(value: Any) -> Iterator[Where]:
    if isinstance(value, Where):
        yield value
    for inner, _ in _parts(value):
        yield from _tests(inner)


def _parts(value: Any) -> Iterator[tuple[Any, str]]:
    """(child, the field it stands in); the items of a tuple stand in the field of the tuple."""
    if not is_dataclass(value):
        return
    for field in fields(value):
        child = getattr(value, field.name)
        if field.name == "query":
            continue
        for item in child if isinstance(child, tuple) else (child,):
            yield item, field.name


def _renamed(value: Any, old: str, new: str) -> Any:
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes: dict[str, Any] = {}
    for field in fields(value):
        child = getattr(value, field.name)
        if field.name == "query" or not field.init:
            continue
        many = isinstance(child, tuple)
        done = [
            new if field.name in NAMES and item == old else _renamed(item, old, new)
            for item in (child if many else (child,))
        ]
        changes[field.name] = tuple(done) if many else done[0]
    return replace(value, **changes)
