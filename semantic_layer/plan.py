"""From what is asked to what is computed: which aggregates, over which tables, at which grain.

``plan`` resolves every measure into leaves (one aggregate over one fact each) that can reach the
groups and filters asked for, or says why not. It decides what a reader must know (``notes``). It
writes no SQL and reads no data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from semantic_layer.catalog import Catalog
from semantic_layer.columns import measure_column
from semantic_layer.errors import Unanswerable
from semantic_layer.joins import reaches
from semantic_layer.lifting import (
    defaults_of,
    first_table,
    group_dimensions,
    lift_shown,
    split_tests,
)
from semantic_layer.measures import (
    Node,
    conjunction,
    dimensions_of,
    home,
    is_row_level,
    leaves,
    stands_for,
)
from semantic_layer.needs import comparisons_of, hidden, own_dimensions, sides
from semantic_layer.periods import Festival, merge
from semantic_layer.query import (
    Agg,
    And,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    Comparison,
    Condition,
    DetailQuery,
    Measure,
    Members,
    MetricQuery,
    Not,
    Or,
    Period,
    Query,
)
from semantic_layer.resolve import Resolver
from semantic_layer.together import check, check_listing, check_periods, check_sums


@dataclass(frozen=True, slots=True)
class Plan:
    """``measures`` are all that the query needs, the first ``shown`` of them visible; ``nodes`` say
    how each is computed. The first ``compared`` of ``comparisons`` are visible. ``where`` holds the
    tests on rows, ``having`` those on groups. ``periods`` are merged unless each is a row.
    """

    query: MetricQuery | DetailQuery
    today: date
    measures: tuple[Measure, ...] = ()
    nodes: tuple[Node, ...] = ()
    shown: int = 0
    comparisons: tuple[Comparison, ...] = ()
    compared: int = 0
    where: Condition | None = None
    having: Condition | None = None
    keep: Condition | None = None
    claim: Condition | None = None
    periods: tuple[Period, ...] = ()
    notes: tuple[str, ...] = ()
    festival: Festival | None = field(default=None, compare=False)


def plan(query: Query, catalog: Catalog, today: date, festival: Festival | None = None) -> Plan:
    """Resolve ``query`` against ``catalog``. Raises ``Unanswerable`` with a code and suggestions."""
    match query:
        case MetricQuery():
            return _metric_plan(query, catalog, today, festival)
        case DetailQuery():
            return _detail_plan(query, catalog, today, festival)
        case _:
            raise Unanswerable("not-a-table-question", kind=type(query).__name__)


def _metric_plan(
    query: MetricQuery, catalog: Catalog, today: date, festival: Festival | None
) -> Plan:
    by_period = any(isinstance(g, ByPeriod) for g in query.group_by)
    if by_period and not query.scope.periods:
        raise Unanswerable("needs-period")
    check(query)
    where, having = split_tests(query, catalog)
    if not (query.scope.periods or any(isinstance(g, ByTime) for g in query.group_by)):
        _check_bounded(catalog, (*dimensions_of(where), *group_dimensions(query)))
        _check_bounded(catalog, own_dimensions(_shown(query, catalog)))
    keep, claim = (lift_shown(c, query, catalog) for c in (query.keep, query.claim))
    conditions = (having, keep, claim)
    comparisons = comparisons_of(query, conditions)
    _check_nested(query, catalog, today, festival)
    shown = _shown(query, catalog)
    beside = tuple(m for m in dict.fromkeys(hidden(query, conditions)) if m not in shown)
    visible = len(shown) if query.measures else 0
    timed = bool(query.scope.periods) or any(isinstance(g, ByTime) for g in query.group_by)
    resolver = Resolver(catalog, group_dimensions(query), where, query.scope.time, timed)
    nodes = tuple(resolver.resolve(m) for m in (*shown, *beside))
    notes = (*resolver.notes, *_check_time(query, catalog, (*shown, *beside), nodes))
    check_sums(query, nodes[:visible])
    periods = query.scope.periods if by_period else merge(query.scope.periods)
    check_periods(query, comparisons, periods)
    return Plan(
        query=query,
        today=today,
        measures=(*shown, *beside),
        nodes=nodes,
        shown=visible,
        comparisons=comparisons,
        compared=len(query.compare),
        where=where,
        having=having,
        keep=keep,
        claim=claim,
        periods=periods,
        notes=notes,
        festival=festival,
    )


def _check_bounded(catalog: Catalog, names: Iterable[str]) -> None:
    """新老客 is told from the start of a period: without one everybody would be new."""
    for name in names:
        found = catalog.dimensions.get(name)
        if found is not None and "{start}" in found.expr:
            raise Unanswerable("needs-period", metric=found.label)


def _detail_plan(
    query: DetailQuery, catalog: Catalog, today: date, festival: Festival | None
) -> Plan:
    table = catalog.tables.get(query.table)
    if table is None:
        raise Unanswerable("unknown-name", name=query.table)
    named = (*query.columns, *(o.by for o in query.order if o.by))
    per = query.top.per if query.top else ()
    against = (query.contrast.dimension,) if query.contrast else ()
    time = (query.scope.time,) if query.scope.time else ()
    for name in (*named, *per, *against, *time):
        if not reaches(catalog, query.table, home(catalog, stands_for(catalog, query.table, name))):
            raise Unanswerable(
                "dimension-unreachable",
                metric=table.label,
                dimension=catalog.dimensions[name].label,
            )
    check_listing(query)
    where = conjunction(query.scope.where, defaults_of(catalog, query.table))
    if where is not None and not is_row_level(where):
        raise Unanswerable("having-needs-group")
    _check_nested(query, catalog, today, festival)
    if query.scope.periods and not (query.scope.time or table.time):
        raise Unanswerable("no-time", metric=table.label)
    return Plan(
        query=query, today=today, where=where, periods=merge(query.scope.periods), festival=festival
    )


def _check_nested(
    query: MetricQuery | DetailQuery, catalog: Catalog, today: date, festival: Festival | None
) -> None:
    conditions = [query.scope.where]
    if isinstance(query, MetricQuery):
        conditions += [query.having, query.keep, query.claim]
    for condition in conditions:
        for members in _members(condition):
            home(catalog, members.dimension)
            if isinstance(members.query, (MetricQuery, DetailQuery)):
                plan(members.query, catalog, today, festival)


def _members(condition: Condition | None) -> Iterator[Members]:
    match condition:
        case Members():
            yield condition
        case And(parts) | Or(parts):
            for part in parts:
                yield from _members(part)
        case Not(part):
            yield from _members(part)


def _shown(query: MetricQuery, catalog: Catalog) -> tuple[Measure, ...]:
    """The asked measures; each side of a contrast apart; a row count when only groups are asked."""
    if query.contrast is not None:
        return tuple(side for m in query.measures for side in sides(m, query.contrast))
    if query.measures:
        return query.measures
    table = first_table(query, catalog)
    if table is None:
        raise Unanswerable("nothing-asked")
    return (ColumnAggregate(Agg.COUNT, table=table),)


def _check_time(
    query: MetricQuery,
    catalog: Catalog,
    measures: tuple[Measure, ...],
    nodes: tuple[Node, ...],
) -> tuple[str, ...]:
    """A period or a time group needs a time. A metric without one among others is said, not refused."""
    grouped = any(isinstance(g, ByTime) and g.dimension is None for g in query.group_by)
    if not (query.scope.periods or grouped or any(isinstance(g, ByPeriod) for g in query.group_by)):
        return ()
    timeless = tuple(leaf.table for node in nodes for leaf in leaves(node) if leaf.time is None)
    if not timeless:
        return ()
    label = next(
        measure_column(m, catalog).label
        for m, node in zip(measures, nodes, strict=True)
        if any(leaf.time is None for leaf in leaves(node))
    )
    if grouped or len(timeless) == sum(1 for node in nodes for _ in leaves(node)):
        raise Unanswerable("no-time", metric=label)
    return (f"{label}没有时间，未按时间段筛选",)
