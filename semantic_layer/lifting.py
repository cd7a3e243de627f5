"""Which conditions test rows and which test groups, and how a test on rows is asked of a group."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.catalog import Catalog
from semantic_layer.errors import Unanswerable
from semantic_layer.joins import reaches
from semantic_layer.measures import conjunction, conjuncts, is_row_level, leaves, tables_of
from semantic_layer.query import (
    Agg,
    And,
    By,
    ByBucket,
    ByTime,
    ColumnAggregate,
    Condition,
    Having,
    HavingChange,
    Members,
    MetricQuery,
    Not,
    Op,
    Or,
    Where,
)
from semantic_layer.resolve import Resolver


def split_tests(query: MetricQuery, catalog: Catalog) -> tuple[Condition | None, Condition | None]:
    """Tests on rows, and tests on groups. Tests on groups inside the scope belong to the groups."""
    rows: list[Condition] = []
    groups: list[Condition] = []
    for part in (*conjuncts(query.scope.where), *conjuncts(query.having)):
        (rows if is_row_level(part) else groups).append(part)
    if groups and not query.group_by:
        raise Unanswerable("having-needs-group")
    base = first_table(query, catalog)
    defaults = defaults_of(catalog, base) if base else None
    mixed = tuple(_lift(g, base or "") for g in groups)
    return conjunction(*rows, defaults), conjunction(*mixed)


def _lift(condition: Condition, table: str) -> Condition:
    """A row test under an OR with a group test: the group has such a row."""
    match condition:
        case And(parts):
            return And(tuple(_lift(p, table) for p in parts))
        case Or(parts):
            return Or(tuple(_lift(p, table) for p in parts))
        case Not(part):
            return Not(_lift(part, table))
        case Having() | HavingChange():
            return condition
        case _:
            return Having(ColumnAggregate(Agg.COUNT, table=table, where=condition), Op.GT, (0.0,))


def lift_shown(
    condition: Condition | None, query: MetricQuery, catalog: Catalog
) -> Condition | None:
    """Row tests on a group's own column stay; on anything else they ask the group's rows."""
    if condition is None:
        return None
    names = set(group_names(query))

    def lift(part: Condition) -> Condition:
        match part:
            case And(parts):
                return And(tuple(lift(p) for p in parts))
            case Or(parts):
                return Or(tuple(lift(p) for p in parts))
            case Not(inner):
                return Not(lift(inner))
            case Where(dimension) | Members(dimension) if dimension in names:
                return part
            case _:
                return _lift(part, first_table(query, catalog) or "")

    return lift(condition)


def group_names(query: MetricQuery) -> Iterator[str]:
    """Names by which a condition, an order or a window may speak of a group."""
    for group in query.group_by:
        match group:
            case By(dimension):
                yield dimension
            case ByTime(grain, dimension):
                yield grain.value
                if dimension is not None:
                    yield dimension
            case ByBucket(dimension, _, _):
                if dimension is not None:
                    yield dimension


def defaults_of(catalog: Catalog, table: str) -> Condition | None:
    parts = conjuncts(catalog.defaults)
    return conjunction(*(p for p in parts if reaches(catalog, table, tables_of(catalog, p, table))))


def first_table(query: MetricQuery, catalog: Catalog) -> str | None:
    """The table of measure 0, before any replacement; of the first group when nothing is measured."""
    if query.measures:
        node = Resolver(catalog, (), None, None).resolve(query.measures[0])
        return next((leaf.table for leaf in leaves(node)), None)
    dimension = next(iter(group_dimensions(query)), None)
    found = catalog.dimensions.get(dimension or "")
    return found.table if found else None


def group_dimensions(query: MetricQuery) -> Iterator[str]:
    for group in query.group_by:
        match group:
            case By(dimension):
                yield dimension
            case ByTime(_, str(dimension)):
                yield dimension
            case ByBucket(dimension, _, per):
                if (found := per or dimension) is not None:
                    yield found
