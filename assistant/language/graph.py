"""What can be reached from where: the join graph of a catalog as the reader needs it.

Answers questions such as: which tables does this measure live in, how far is this dimension from
it, which dimension stands for one member of an entity, which metric counts it. No SQL.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import lru_cache

from semantic_layer.catalog import (
    Aggregate,
    Catalog,
    CountGroups,
    Derived,
    Kind,
    Ratio,
    RunningTotal,
)
from semantic_layer.query import Agg, ColumnAggregate, Formula, Measure, MetricRef, PerUnit

FAR = 99


class Graph:
    """Distances are joins; many-to-one steps cost 1, the other way 3 (it needs another route)."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._up: dict[str, list[str]] = {t: [] for t in catalog.tables}
        self._down: dict[str, list[str]] = {t: [] for t in catalog.tables}
        for join in catalog.joins:
            self._up.setdefault(join.left, []).append(join.right)
            self._down.setdefault(join.right, []).append(join.left)
        self._dist = lru_cache(maxsize=4096)(self._distance)
        self.tables_of_metric = lru_cache(maxsize=4096)(self._tables_of_metric)
        self.reaches = lru_cache(maxsize=4096)(self._reaches)
        self.key_of = lru_cache(maxsize=4096)(self._key_of)
        self.people_key = lru_cache(maxsize=1)(self._people_key)

    # ── tables ────────────────────────────────────────────────────────────────────────────────

    def _distance(self, start: str, end: str) -> int:
        if start == end:
            return 0
        best = {start: 0}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            steps = [(n, 1) for n in self._up.get(here, ())] + [
                (n, 3) for n in self._down.get(here, ())
            ]
            for there, cost in steps:
                if best[here] + cost < best.get(there, FAR):
                    best[there] = best[here] + cost
                    queue.append(there)
        return best.get(end, FAR)

    def distance(self, start: str, end: str) -> int:
        """Cost of the way from one table to another; FAR when there is none."""
        return self._dist(start, end)

    def _reaches(self, start: str, end: str) -> bool:
        """True when every row of ``start`` has at most one row of ``end``."""
        seen, queue = {start}, deque([start])
        while queue:
            here = queue.popleft()
            if here == end:
                return True
            for there in self._up.get(here, ()):
                if there not in seen:
                    seen.add(there)
                    queue.append(there)
        return False

    def root(self, tables: Iterable[str], prefer: str | None = None) -> str | None:
        """The table from which all ``tables`` are reached many-to-one, nearest first."""
        wanted = tuple(dict.fromkeys(tables))
        if prefer and all(self.reaches(prefer, t) for t in wanted):
            return prefer
        fits = [t for t in self.catalog.tables if all(self.reaches(t, w) for w in wanted)]
        if not fits:
            return None
        order = list(self.catalog.tables)

        def cost(t: str) -> tuple[int, int, int]:
            total = sum(self.distance(t, w) for w in wanted)
            return (total, 0 if t in wanted else 1, order.index(t))

        return min(fits, key=cost)

    # ── metrics and measures ──────────────────────────────────────────────────────────────────

    def _tables_of_metric(self, name: str) -> tuple[str, ...]:
        calc = self.catalog.metrics[name].calc
        match calc:
            case Aggregate() | CountGroups():
                return (calc.table,)
            case Ratio():
                parts: tuple[str, ...] = (calc.numerator, calc.denominator)
            case Derived():
                parts = calc.metrics
            case RunningTotal():
                parts = (calc.metric,)
        return tuple(dict.fromkeys(t for p in parts for t in self.tables_of_metric(p)))

    def tables_of(self, measure: Measure) -> tuple[str, ...]:
        match measure:
            case MetricRef(metric):
                return self.tables_of_metric(metric)
            case ColumnAggregate():
                if measure.column:
                    return (self.catalog.dimensions[measure.column].table,)
                return (measure.table,) if measure.table else ()
            case PerUnit(inner):
                return self.tables_of(inner)
            case Formula():
                return tuple(
                    dict.fromkeys((*self.tables_of(measure.left), *self.tables_of(measure.right)))
                )

    def near(self, tables: Iterable[str], dimension: str) -> int:
        """Cost from the farthest of ``tables`` to the table of ``dimension``."""
        there = self.catalog.dimensions[dimension].table
        return max((self.distance(t, there) for t in tables), default=0)

    # ── entities ──────────────────────────────────────────────────────────────────────────────

    def _key_of(self, table: str) -> str | None:
        """The dimension that identifies one row of ``table``."""
        key = set(self.catalog.tables[table].key)
        own = [d for d in self.catalog.dimensions.values() if d.table == table]
        for d in own:
            if d.kind is Kind.KEY and (d.expr in key or d.name in key):
                return d.name
        for d in own:
            if d.kind is Kind.KEY:
                return d.name
        return None

    def _people_key(self) -> str | None:
        """The key of the people that the model's user role is about."""
        columns = {r.expr.strip('"') for r in self.catalog.roles if r.name == "user"}
        for d in self.catalog.dimensions.values():
            if d.expr.strip('"') in columns and self.key_of(d.table) == d.name:
                return d.name
        return None

    def label_of(self, table: str) -> str | None:
        """The dimension that shows a person which row it is: a name, else the key."""
        key = self.key_of(table)
        if key and (shown := self.catalog.dimensions[key].names):
            return shown
        for name in self.catalog.tables[table].display:
            if name in self.catalog.dimensions and self.catalog.dimensions[name].table == table:
                d = self.catalog.dimensions[name]
                if d.kind is Kind.TEXT and key is None:
                    return name
        return key

    def member_of(self, table: str) -> str | None:
        """What to group by for 每个X: its name where it has one, else its key."""
        return self.label_of(table)

    def counter_of(self, table: str) -> Measure:
        """The metric that counts rows of ``table``, or a plain count.

        A metric named after the entity (订单数 for 订单) goes first, as the business counts it.
        """
        named = filter(None, (self.catalog.tables[table].entity, self.catalog.tables[table].label))
        words = {f"{name}{suffix}" for name in named for suffix in ("数", "数量", "量")}
        for metric in self.catalog.metrics.values():
            if metric.label in words:
                return MetricRef(metric.name)
        for metric in self.catalog.metrics.values():
            calc = metric.calc
            if isinstance(calc, Aggregate) and calc.table == table and not calc.where:
                if calc.agg is Agg.COUNT and not calc.expr:
                    return MetricRef(metric.name)
                if calc.agg is Agg.COUNT_DISTINCT and calc.expr in self.catalog.tables[table].key:
                    return MetricRef(metric.name)
        return ColumnAggregate(Agg.COUNT, table=table)

    def numeric(self, dimension: str) -> bool:
        return self.catalog.dimensions[dimension].kind is Kind.NUMBER

    def column_of(
        self, metric: str, table: str | None = None, aggs: tuple[Agg, ...] = (Agg.SUM,)
    ) -> str | None:
        """The numeric column that a plain sum (or another of ``aggs``) is over, in ``table`` first."""
        calc = self.catalog.metrics[metric].calc
        if not isinstance(calc, Aggregate) or calc.agg not in aggs:
            return None
        fits = [
            d
            for d in self.catalog.dimensions.values()
            if d.kind is Kind.NUMBER
            and d.expr.strip('"') == calc.expr
            and (
                d.table == calc.table
                or self.catalog.tables[d.table].source != ""
                or d.table == table
            )
        ]
        fits.sort(
            key=lambda d: (
                d.table != table,
                d.table != calc.table,
                self.distance(calc.table, d.table),
            )
        )
        return fits[0].name if fits else None

    def kind(self, dimension: str) -> Kind:
        return self.catalog.dimensions[dimension].kind
