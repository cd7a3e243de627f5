"""What happens to a grid after aggregation, as a chain of SELECTs: which columns it has by now, and
the tests and orders that people put on its rows. Knows nothing of facts or joins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.blueprint import Build
from semantic_layer.catalog import Catalog
from semantic_layer.conditions import compare_value, members_test
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import column, either, every, literal, not_true, number
from semantic_layer.needs import BENCHMARKED
from semantic_layer.plan import Plan
from semantic_layer.query import (
    And,
    Benchmark,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    Comparison,
    Condition,
    Having,
    HavingChange,
    Measure,
    Members,
    Not,
    Or,
    Ref,
    Where,
)
from semantic_layer.rows import Slot
from semantic_layer.times import cycle_place, is_cyclic


@dataclass(frozen=True, slots=True)
class Stage:
    """The relation reached so far. ``names`` are the columns of ``plan.measures``; ``changes`` map
    (measure, comparison, what) to a column, what being value, difference or rate; ``benchmarks`` map
    (measure, kind) to a column."""

    build: Build
    plan: Plan
    slots: tuple[Slot, ...]
    relation: str
    names: tuple[str, ...]
    changes: Mapping[tuple[int, int, str], str]
    benchmarks: Mapping[tuple[int, str], str]

    @property
    def catalog(self) -> Catalog:
        return self.build.catalog

    def measure(self, measure: Measure) -> str:
        return self.names[self.plan.measures.index(measure)]

    def change(self, index: int, comparison: Comparison, what: str) -> str:
        """The column of a change; a condition may speak of a comparison that differs in ``shows``."""
        for i, found in enumerate(self.plan.comparisons):
            if found.kind is comparison.kind and found.period == comparison.period:
                return self.changes[(index, i, what)]
        raise Unanswerable("compare-needs-period")

    def slot(self, name: str) -> Slot | None:
        """The group that a name speaks of: its column, its dimension, or its grain."""
        for slot in self.slots:
            match slot.group:
                case By(dimension) if dimension == name:
                    return slot
                case ByTime(grain, dimension) if name in (grain.value, dimension, "time"):
                    return slot
                case ByBucket(dimension) if dimension == name:
                    return slot
            if slot.name == name:
                return slot
        timed = [s for s in self.slots if isinstance(s.group, (ByTime, ByPeriod))]
        found = self.catalog.dimensions.get(name)
        if timed and found is not None and name in {t.time for t in self.catalog.tables.values()}:
            return timed[0]
        return None


def sort_key(slot: Slot, catalog: Catalog, descending: bool = False) -> exp.Ordered:
    """Natural order: Monday first, declared orders of values, else the value itself."""
    value: exp.Expr = column(slot.name)
    match slot.group:
        case ByTime(grain) if is_cyclic(grain):
            value = cycle_place(value, grain)
    return ordered(value, descending)


def natural_key(slot: Slot, catalog: Catalog, descending: bool) -> exp.Ordered:
    """For an explicit order by a dimension whose values have an order of their own."""
    if isinstance(slot.group, By) and (order := catalog.dimensions[slot.group.dimension].order):
        known = exp.Array(expressions=[exp.Literal.string(v) for v in order])
        place = exp.Anonymous(this="list_position", expressions=[known, column(slot.name)])
        return ordered(place, descending)
    return sort_key(slot, catalog, descending)


def ordered(value: exp.Expr, descending: bool) -> exp.Ordered:
    return exp.Ordered(this=value, desc=descending, nulls_first=False)


def group_test(stage: Stage, condition: Condition) -> exp.Expr:
    """A condition on the rows of a stage."""
    match condition:
        case And(parts):
            return every([group_test(stage, p) for p in parts])
        case Or(parts):
            return exp.paren(either([group_test(stage, p) for p in parts]), copy=False)
        case Not(part):
            inner = exp.paren(group_test(stage, part), copy=False)
            return not_true(inner)
        case Having(measure, op, values):
            right = [_bound(stage, measure, v) for v in values]
            return compare_value(column(stage.measure(measure)), op, right)
        case HavingChange(measure, compare, op, values, show):
            index = stage.plan.measures.index(measure)
            change = column(stage.change(index, compare, show))
            return compare_value(change, op, [number(v) for v in values])
        case Where(dimension, op, values):
            slot = stage.slot(dimension)
            if slot is None:
                raise Unanswerable("having-needs-group")
            return compare_value(column(slot.name), op, [_scalar(v) for v in values])
        case Members(dimension, query, negated):
            slot = stage.slot(dimension)
            if slot is None:
                raise Unanswerable("having-needs-group")
            return members_test(column(slot.name), stage.build.nested(query), negated)
        case _:
            raise Unanswerable("having-needs-group")


def _scalar(value: object) -> exp.Expr:
    if isinstance(value, Ref):
        return column(value.dimension)
    return literal(value)  # type: ignore[arg-type]


def _bound(stage: Stage, measure: Measure, value: float | Benchmark) -> exp.Expr:
    if not isinstance(value, Benchmark):
        return number(value)
    index = stage.plan.measures.index(value.measure or measure)
    if value.kind == "measure":
        name = stage.names[index]
    elif value.kind in BENCHMARKED:
        name = stage.change(index, Comparison(BENCHMARKED[value.kind]), "value")
    else:
        name = stage.benchmarks[(index, value.kind)]
    found: exp.Expr = column(name)
    if value.factor != 1.0:
        found = exp.Mul(this=found, expression=number(value.factor))
    return found


def benchmarks_of(plan: Plan) -> tuple[tuple[int, str], ...]:
    """(measure, kind) of the numbers that conditions compare with and that need a column."""
    found: dict[tuple[int, str], None] = {}

    def walk(condition: Condition | None) -> None:
        match condition:
            case And(parts) | Or(parts):
                for part in parts:
                    walk(part)
            case Not(part):
                walk(part)
            case Having(measure, _, values):
                for value in values:
                    if isinstance(value, Benchmark) and value.kind in (
                        "group_average",
                        "group_median",
                        "overall",
                    ):
                        found[(plan.measures.index(value.measure or measure), value.kind)] = None

    for condition in (plan.having, plan.keep, plan.claim):
        walk(condition)
    return tuple(found)
