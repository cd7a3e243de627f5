"""Measures resolved into leaves that can reach what is asked, or refused.

A leaf that cannot reach a group or a filter is replaced by a finer metric, moved to a child table
(distinct counts only), or kept and filtered through a child table; otherwise ``Unanswerable``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from semantic_layer.catalog import (
    Aggregate,
    Catalog,
    CountGroups,
    Derived,
    Kind,
    Metric,
    Ratio,
    RunningTotal,
)
from semantic_layer.errors import Unanswerable
from semantic_layer.joins import children, reaches
from semantic_layer.measures import (
    Arithmetic,
    Binary,
    Leaf,
    Node,
    Quotient,
    Units,
    conjunction,
    conjuncts,
    dimensions_of,
    home,
    leaves,
    matched,
    stands_for,
    tables_of,
)
from semantic_layer.query import (
    Agg,
    ColumnAggregate,
    Condition,
    Formula,
    Grain,
    Measure,
    MetricRef,
    PerUnit,
)
from semantic_layer.recurring import recurring

NUMERIC = (Agg.SUM, Agg.AVG, Agg.MEDIAN, Agg.STDDEV, Agg.VARIANCE, Agg.PERCENTILE)


class Resolver:
    """Resolves measures for one set of groups and filters; gathers notes."""

    def __init__(
        self,
        catalog: Catalog,
        groups: Iterable[str],
        where: Condition | None,
        time: str | None,
        timed: bool = False,
    ) -> None:
        """``groups`` are dimensions that must be reachable; ``timed``: the query has a period or
        groups by time."""
        self.catalog, self.groups, self.where = catalog, tuple(groups), where
        self.time, self.timed = time, timed
        self.notes: dict[str, None] = {}

    def resolve(self, measure: Measure) -> Node:
        match measure:
            case MetricRef(name, where):
                return self._metric(self._get(name), where)
            case ColumnAggregate():
                return self._place(self._column(measure), None)
            case PerUnit(inner, unit):
                node = self.resolve(inner)
                return Quotient(node, self._unit(unit, node))
            case Formula("/", left, right):
                return Quotient(self.resolve(left), self.resolve(right))
            case Formula(op, left, right):
                return Binary(op, self.resolve(left), self.resolve(right))

    def _get(self, name: str) -> Metric:
        metric = self.catalog.metrics.get(name)
        if metric is None:
            raise Unanswerable("unknown-name", name=name)
        return metric

    def _metric(self, metric: Metric, where: Condition | None) -> Node:
        match metric.calc:
            case Aggregate() as calc:
                leaf = Leaf(
                    agg=calc.agg,
                    table=calc.table,
                    base=calc.table,
                    expr=calc.expr,
                    filter=calc.where,
                    time=calc.time,
                    at=calc.at,
                    snapshot=calc.snapshot,
                    where=where,
                )
                return self._place(leaf, metric)
            case CountGroups() as calc:
                leaf = Leaf(
                    agg=calc.agg,
                    table=calc.table,
                    base=calc.table,
                    expr=calc.expr,
                    filter=calc.where,
                    time=calc.time,
                    where=where,
                    per=calc.per,
                    op=calc.op,
                    value=calc.value,
                )
                return self._place(leaf, metric)
            case RunningTotal(inner):
                return _run(self._metric(self._get(inner), where))
            case Ratio() | Derived():
                return self._composed(metric, where)

    def _composed(self, metric: Metric, where: Condition | None) -> Node:
        """Parts as they are; else the metric's own finer one; else parts, each replaced if need be."""
        notes = dict(self.notes)
        try:
            return self._parts(metric, where)
        except Unanswerable:
            if metric.finer is None:
                raise
            self.notes = notes
            return self._finer(metric, metric.finer, where)

    def _parts(self, metric: Metric, where: Condition | None) -> Node:
        match metric.calc:
            case Ratio(top, bottom):
                halves = (self._metric(self._get(name), where) for name in (top, bottom))
                names = (*self.groups, *dimensions_of(self.where))
                return matched(self.catalog, Quotient(*halves), metric.label, names)
            case Derived(expr, names):
                return Arithmetic(
                    expr, tuple((n, self._metric(self._get(n), where)) for n in names)
                )
            case _:
                raise TypeError(metric.calc)

    def _finer(self, metric: Metric, finer: str, where: Condition | None) -> Node:
        instead = self._get(finer)
        node = self._metric(instead, where)
        missing = self._unreached(self._base(metric), where)
        self.notes[f"{metric.label}不能按{missing}拆分，这里用{instead.label}"] = None
        return node

    def _base(self, metric: Metric) -> str:
        match metric.calc:
            case Aggregate() | CountGroups() as calc:
                return calc.table
            case Ratio(top, _):
                return self._base(self._get(top))
            case Derived(_, names):
                return self._base(self._get(names[0]))
            case RunningTotal(inner):
                return self._base(self._get(inner))

    def _column(self, m: ColumnAggregate) -> Leaf:
        if m.column is None:
            if m.table is None or m.table not in self.catalog.tables:
                raise Unanswerable("unknown-name", name=m.table or "")
            return Leaf(Agg.COUNT, m.table, m.table, where=m.where)
        dimension = self.catalog.dimensions.get(m.column)
        if dimension is None:
            raise Unanswerable("unknown-name", name=m.column)
        if m.agg in NUMERIC and dimension.kind is not Kind.NUMBER:
            raise Unanswerable("not-a-number", dimension=dimension.label)
        table = m.table or dimension.table
        if not reaches(self.catalog, table, self._home(m.column, table)):
            table = dimension.table
        return Leaf(m.agg, table, table, dimension=m.column, at=m.at, where=m.where)

    def _place(self, leaf: Leaf, metric: Metric | None) -> Node:
        leaf = self._timed(leaf)
        hard = self._hard(leaf)
        soft = hard | tables_of(self.catalog, self._filters(leaf.where), leaf.base)
        if reaches(self.catalog, leaf.base, soft):
            self._note_instead(leaf, metric)
            return leaf
        if metric is not None and metric.finer is not None:
            return self._finer(metric, metric.finer, leaf.where)
        if (moved := self._on_child(leaf, soft)) is not None:
            return moved
        if reaches(self.catalog, leaf.base, hard) and self._through_children(leaf):
            return leaf
        label = metric.label if metric else self.catalog.tables[leaf.table].label
        raise Unanswerable(
            "dimension-unreachable",
            suggestions=self._reachable(leaf.base),
            metric=label,
            dimension=self._unreached(leaf.base, leaf.where),
        )

    def _home(self, dimension: str, base: str) -> frozenset[str]:
        return home(self.catalog, stands_for(self.catalog, base, dimension))

    def _note_instead(self, leaf: Leaf, metric: Metric | None) -> None:
        table = self.catalog.tables[leaf.base]
        for name in (*self.groups, *dimensions_of(self._filters(leaf.where))):
            if (other := stands_for(self.catalog, leaf.base, name)) != name:
                told = (self.catalog.dimensions[d].label for d in (name, other))
                asked, used = told
                label = metric.label if metric else table.label
                self.notes[f"{label}没有{asked}，这里按{used}"] = None

    def _filters(self, own: Condition | None) -> Condition | None:
        return conjunction(self.where, own)

    def _hard(self, leaf: Leaf) -> frozenset[str]:
        tables = {t for d in self.groups for t in self._home(d, leaf.base)}
        timed = self.timed or self.time is not None
        if leaf.time is not None and (timed or recurring(self._filters(leaf.where))):
            tables |= home(self.catalog, leaf.time)
        return frozenset(tables)

    def _timed(self, leaf: Leaf) -> Leaf:
        own = leaf.time or self.catalog.tables[leaf.table].time
        if self.time is not None and not leaf.snapshot:
            own = self.time
        return replace(leaf, time=own)

    def _on_child(self, leaf: Leaf, needed: frozenset[str]) -> Leaf | None:
        """A distinct count is the same from a child table; so is a count of rows that have a key."""
        if leaf.per is not None or leaf.snapshot or leaf.agg not in (Agg.COUNT, Agg.COUNT_DISTINCT):
            return None
        key = self.catalog.tables[leaf.table].key
        if leaf.agg is Agg.COUNT:
            if leaf.expr or leaf.dimension or len(key) != 1:
                return None
            leaf = replace(leaf, agg=Agg.COUNT_DISTINCT, expr=key[0])
        for child in children(self.catalog, leaf.table, needed):
            return replace(leaf, base=child)
        return None

    def _through_children(self, leaf: Leaf) -> bool:
        if not self.catalog.tables[leaf.base].key:
            return False
        return all(
            reaches(self.catalog, leaf.base, needed) or children(self.catalog, leaf.base, needed)
            for part in conjuncts(self._filters(leaf.where))
            if (needed := tables_of(self.catalog, part, leaf.base))
        )

    def _unreached(self, base: str, where: Condition | None) -> str:
        names = (*self.groups, *dimensions_of(self._filters(where)))
        missing = (d for d in names if not reaches(self.catalog, base, self._home(d, base)))
        found = next(missing, None)
        return self.catalog.dimensions[found].label if found else ""

    def _reachable(self, base: str) -> tuple[str, ...]:
        return tuple(
            d.label
            for d in self.catalog.dimensions.values()
            if d.lexicon and reaches(self.catalog, base, {d.table})
        )[:6]

    def _unit(self, unit: str, node: Node) -> Node:
        if unit in tuple(Grain):
            return Units(Grain(unit))
        of = next(leaves(node))
        if unit not in self.catalog.dimensions:
            raise Unanswerable("unknown-name", name=unit)
        if not reaches(self.catalog, of.base, self._home(unit, of.base)):
            raise Unanswerable(
                "dimension-unreachable",
                metric=self.catalog.tables[of.base].label,
                dimension=self.catalog.dimensions[unit].label,
            )
        return replace(
            of, agg=Agg.COUNT_DISTINCT, expr="", dimension=unit, snapshot=False, per=None, at=None
        )


def _run(node: Node) -> Node:
    match node:
        case Leaf():
            return replace(node, running=True)
        case Quotient(a, b):
            return Quotient(_run(a), _run(b))
        case Binary(op, a, b):
            return Binary(op, _run(a), _run(b))
        case Arithmetic(expr, parts):
            return Arithmetic(expr, tuple((n, _run(p)) for n, p in parts))
        case Units():
            return node
