"""By which dimensions a measure can be split: what an analysis tries when nobody names one.

Reads the model only. Which of the splits says most is for the analysis to measure.
"""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.catalog import (
    Aggregate,
    Catalog,
    CountGroups,
    Derived,
    Kind,
    Ratio,
    RunningTotal,
)
from semantic_layer.joins import reaches
from semantic_layer.measures import home
from semantic_layer.query import ColumnAggregate, Formula, Measure, MetricRef, PerUnit


def splittable(catalog: Catalog, measure: Measure, most: int) -> tuple[str, ...]:
    """Text dimensions with two to ``most`` known values that every part of ``measure`` reaches."""
    bases = tuple(_bases(catalog, measure))
    return tuple(
        d.name
        for d in catalog.dimensions.values()
        if d.kind is Kind.TEXT
        and d.lexicon
        and not d.sensitive
        and 2 <= len(catalog.values.get(d.name, ())) <= most
        and all(reaches(catalog, base, home(catalog, d.name)) for base in bases)
    )


def _bases(catalog: Catalog, measure: Measure) -> Iterator[str]:
    """Tables whose rows a measure counts."""
    match measure:
        case MetricRef(metric):
            yield from _counted(catalog, metric)
        case PerUnit(inner):
            yield from _bases(catalog, inner)
        case Formula(_, left, right):
            yield from _bases(catalog, left)
            yield from _bases(catalog, right)
        case ColumnAggregate(_, column, table):
            yield catalog.dimensions[column].table if column else table or ""


def _counted(catalog: Catalog, metric: str) -> Iterator[str]:
    match catalog.metrics[metric].calc:
        case Aggregate(_, table) | CountGroups(table):
            yield table
        case Ratio(top, bottom):
            yield from _counted(catalog, top)
            yield from _counted(catalog, bottom)
        case Derived(_, parts):
            for part in parts:
                yield from _counted(catalog, part)
        case RunningTotal(inner):
            yield from _counted(catalog, inner)
