"""From what is asked to what is computed: which aggregates, over which tables, at which grain.

``plan`` resolves every measure into leaves (one aggregate over one fact each) that can reach the
groups and filters asked for, or says why not. It decides what a reader must know (``notes``). It
writes no SQL and reads no data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from semantic_layer.catalog import Catalog
from semantic_layer.errors import Unanswerable
from semantic_layer.joins import reaches
from semantic_layer.measures import (
    Node,
    conjunction,
    conjuncts,
    home,
    is_row_level,
    leaves,
    stands_for,
    tables_of,
)
from semantic_layer.needs import comparisons_of, hidden, sides
from semantic_layer.periods import Festival, merge
from semantic_layer.query import (
    Agg,
    And,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    Comparison,
    Condition,
    DetailQuery,
    Having,
    HavingChange,
    Measure,
    Members,
    MetricQuery,
    Not,
    Op,
    Or,
    Period,
    Query,
    Where,
)
from semantic_layer.resolve import Resolver


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
    where, having = _split(query, catalog)
    keep, claim = (_lift_shown(c, query, catalog) for c in (query.keep, query.claim))
    conditions = (having, keep, claim)
    comparisons = comparisons_of(query, conditions)
    _check_nested(query, catalog, today, festival)
    shown = _shown(query, catalog)
    beside = tuple(m for m in dict.fromkeys(hidden(query, conditions)) if m not in shown)
    visible = len(shown) if query.measures else 0
    timed = bool(query.scope.periods) or any(isinstance(g, ByTime) for g in query.group_by)
    resolver = Resolver(catalog, _group_dimensions(query), where, query.scope.time, timed)
    nodes = tuple(resolver.resolve(m) for m in (*shown, *beside))
    notes = (*resolver.notes, *_check_time(query, catalog, (*shown, *beside), nodes))
    if comparisons and not query.scope.periods and not _time_groups(query):
        raise Unanswerable("compare-needs-period")
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
        periods=query.scope.periods if by_period else merge(query.scope.periods),
        notes=notes,
        festival=festival,
    )


def _detail_plan(
    query: DetailQuery, catalog: Catalog, today: date, festival: Festival | None
) -> Plan:
    table = catalog.tables.get(query.table)
    if table is None:
        raise Unanswerable("unknown-name", name=query.table)
    for name in (*query.columns, *(o.by for o in query.order if o.by)):
        if not reaches(catalog, query.table, home(catalog, stands_for(catalog, query.table, name))):
            raise Unanswerable(
                "dimension-unreachable",
                metric=table.label,
                dimension=catalog.dimensions[name].label,
            )
    where = conjunction(query.scope.where, _defaults(catalog, query.table))
    if where is not None and not is_row_level(where):
        raise Unanswerable("having-needs-group")
    _check_nested(query, catalog, today, festival)
    if query.scope.periods and not (query.scope.time or table.time):
        raise Unanswerable("no-time", metric=table.label)
    return Plan(
        query=query, today=today, where=where, periods=merge(query.scope.periods), festival=festival
    )


def _split(query: MetricQuery, catalog: Catalog) -> tuple[Condition | None, Condition | None]:
    """Tests on rows, and tests on groups. Tests on groups inside the scope belong to the groups."""
    rows: list[Condition] = []
    groups: list[Condition] = []
    for part in (*conjuncts(query.scope.where), *conjuncts(query.having)):
        (rows if is_row_level(part) else groups).append(part)
    if groups and not query.group_by:
        raise Unanswerable("having-needs-group")
    base = _first_table(query, catalog)
    defaults = _defaults(catalog, base) if base else None
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


def _lift_shown(
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
                return _lift(part, _first_table(query, catalog) or "")

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


def _defaults(catalog: Catalog, table: str) -> Condition | None:
    parts = conjuncts(catalog.defaults)
    return conjunction(*(p for p in parts if reaches(catalog, table, tables_of(catalog, p, table))))


def _first_table(query: MetricQuery, catalog: Catalog) -> str | None:
    """The table of measure 0, before any replacement; of the first group when nothing is measured."""
    if query.measures:
        node = Resolver(catalog, (), None, None).resolve(query.measures[0])
        return next((leaf.table for leaf in leaves(node)), None)
    dimension = next(iter(_group_dimensions(query)), None)
    found = catalog.dimensions.get(dimension or "")
    return found.table if found else None


def _check_nested(
    query: MetricQuery | DetailQuery, catalog: Catalog, today: date, festival: Festival | None
) -> None:
    conditions = [query.scope.where]
    if isinstance(query, MetricQuery):
        conditions += [query.having, query.keep, query.claim]
    for condition in conditions:
        for members in _members(condition):
            home(catalog, members.dimension)
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
    table = _first_table(query, catalog)
    if table is None:
        raise Unanswerable("nothing-asked")
    return (ColumnAggregate(Agg.COUNT, table=table),)


def _group_dimensions(query: MetricQuery) -> Iterator[str]:
    for group in query.group_by:
        match group:
            case By(dimension):
                yield dimension
            case ByTime(_, str(dimension)):
                yield dimension
            case ByBucket(dimension, _, per):
                if (found := per or dimension) is not None:
                    yield found


def _time_groups(query: MetricQuery) -> bool:
    return any(isinstance(g, ByTime) for g in query.group_by)


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
    label = catalog.tables[timeless[0]].label
    if grouped or len(timeless) == sum(1 for node in nodes for _ in leaves(node)):
        raise Unanswerable("no-time", metric=label)
    return (f"{label}没有时间，未按时间段筛选",)
