"""What a measure is made of and can be split by: what an analysis must know of a model, and no more.

Fractions, factors and drivers of a measure, the dimensions that can tell its change apart, and the
measure that answers when one of them is asked. Pure; reads no data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from semantic_layer.catalog import Aggregate, Catalog, Kind, Metric, Ratio
from semantic_layer.errors import Unanswerable
from semantic_layer.measures import Leaf, conjunction, conjuncts
from semantic_layer.query import (
    Agg,
    ColumnAggregate,
    Condition,
    Formula,
    Grain,
    Measure,
    MetricRef,
    Op,
    PerUnit,
    Where,
)
from semantic_layer.resolve import Resolver

MOST = 1000  # values of a dimension that is split by
TOTAL, ROWS = "__sum", "__count"  # the two halves of a mean, as metrics that nobody declared


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The questions an analysis may ask about a measure inside a scope."""

    catalog: Catalog
    where: Condition | None = None

    def fraction(self, measure: Measure) -> tuple[Measure, Measure] | None:
        """Numerator and denominator of a ratio or a mean; None for the rest."""
        return fraction(measure, self.catalog)

    def factorings(self, measure: Measure) -> tuple[tuple[Measure, ...], ...]:
        """Ways to write it as a product of metrics, as declared first."""
        return factorings(measure, self.catalog)

    def drivers(self, measure: Measure) -> tuple[Measure, ...]:
        """Metrics that the model says are worth a look when it moves."""
        return drivers(measure, self.catalog)

    def splits(self, measure: Measure, where: Condition | None = None) -> tuple[str, ...]:
        """Dimensions that can tell it apart inside the scope and ``where``."""
        return splits(measure, self.catalog, conjunction(self.where, where))

    def finest(
        self, measure: Measure, groups: Iterable[str], where: Condition | None = None
    ) -> Measure:
        """The measure that answers when it is split by ``groups``."""
        return finest(measure, self.catalog, groups, conjunction(self.where, where))

    def reached(self, measure: Measure, dimension: str) -> bool:
        """Can it be split by ``dimension`` at all?"""
        return reached(measure, self.catalog, dimension)

    def known(self, measures: Iterable[Measure], where: Condition | None) -> Condition | None:
        """Those parts of ``where`` that every one of ``measures`` can be asked under."""
        kept = (c for c in conjuncts(where) if all(_stands(m, self.catalog, c) for m in measures))
        return conjunction(*kept)

    def loosened(self, measure: Measure) -> Anatomy:
        """The same without conditions that ``measure`` knows nothing of."""
        return Anatomy(self.catalog, self.known((measure,), self.where))

    def ancestors(self, dimension: str) -> tuple[str, ...]:
        """The dimensions above one: city → (province, region)."""
        return ancestors(dimension, self.catalog)

    def values(self, dimension: str) -> int:
        """How many values a dimension is known to have."""
        found = self.catalog.dimensions[dimension]
        return len(self.catalog.values.get(dimension) or found.order)

    def metric(self, measure: Measure) -> Metric | None:
        """The metric as the model declares it, where the measure is one."""
        return self.catalog.metrics.get(measure.metric) if isinstance(measure, MetricRef) else None


def fraction(measure: Measure, catalog: Catalog) -> tuple[Measure, Measure] | None:
    """Numerator and denominator of a ratio or a mean, each adding up over rows; None for the rest."""
    match measure:
        case MetricRef(name, where) if name in catalog.metrics:
            calc = catalog.metrics[name].calc
            if isinstance(calc, Ratio):
                return MetricRef(calc.numerator, where), MetricRef(calc.denominator, where)
            if isinstance(calc, Aggregate) and calc.agg is Agg.AVG:
                return MetricRef(name + TOTAL, where), MetricRef(name + ROWS, where)
        case ColumnAggregate(agg=Agg.AVG):
            return replace(measure, agg=Agg.SUM), replace(measure, agg=Agg.COUNT)
        case Formula("/", left, right):
            return left, right
        case PerUnit(inner, unit) if unit not in set(Grain):
            column = ColumnAggregate(Agg.COUNT_DISTINCT, unit)
            return inner, column
    return None


def with_halves(catalog: Catalog, measures: Iterable[Measure]) -> Catalog:
    """The catalog with the undeclared halves of means among ``measures``."""
    halves = {
        m.metric: _half(m.metric, catalog)
        for m in measures
        if isinstance(m, MetricRef) and m.metric.endswith((TOTAL, ROWS))
    }
    missing = {name: metric for name, metric in halves.items() if name not in catalog.metrics}
    if not missing:
        return catalog
    return replace(catalog, metrics=MappingProxyType({**catalog.metrics, **missing}))


def _half(name: str, catalog: Catalog) -> Metric:
    mean = catalog.metrics[name.removesuffix(TOTAL).removesuffix(ROWS)]
    assert isinstance(mean.calc, Aggregate)
    agg, word = (Agg.SUM, "合计") if name.endswith(TOTAL) else (Agg.COUNT, "笔数")
    return replace(mean, name=name, label=mean.label + word, calc=replace(mean.calc, agg=agg))


def factorings(measure: Measure, catalog: Catalog) -> tuple[tuple[Measure, ...], ...]:
    """Ways to write ``measure`` as a product of metrics: as declared, then denominator × ratio for
    every ratio that has it on top (sales = buyers × sales per buyer)."""
    if not isinstance(measure, MetricRef) or measure.metric not in catalog.metrics:
        return ()
    metric, where = catalog.metrics[measure.metric], measure.where
    declared = tuple(MetricRef(name, where) for name in metric.factors)
    implied = tuple(
        (MetricRef(m.calc.denominator, where), MetricRef(m.name, where))
        for m in catalog.metrics.values()
        if isinstance(m.calc, Ratio) and m.calc.numerator == metric.name
    )
    return (declared, *implied) if declared else implied


def drivers(measure: Measure, catalog: Catalog) -> tuple[Measure, ...]:
    """Metrics that the model says are worth a look when ``measure`` moves."""
    if not isinstance(measure, MetricRef) or measure.metric not in catalog.metrics:
        return ()
    return tuple(MetricRef(name) for name in catalog.metrics[measure.metric].drivers)


# ── splitting ─────────────────────────────────────────────────────────────────────────────────


def splits(measure: Measure, catalog: Catalog, where: Condition | None) -> tuple[str, ...]:
    """Dimensions with few enough known values by which ``measure`` can be told apart under ``where``.

    Not those that ``where`` holds at one value, nor those above them, nor stand-ins of one that is there.
    """
    fixed = set(_fixed(where))
    fixed |= {above for name in fixed for above in ancestors(name, catalog)}
    found = [
        d.name
        for d in catalog.dimensions.values()
        if d.kind in (Kind.TEXT, Kind.BOOL)
        and d.explains
        and not d.sensitive
        and d.name not in fixed
        and 1 < len(catalog.values.get(d.name) or d.order) <= MOST
        and reached(measure, catalog, d.name, where)
    ]
    stand_ins = {other for name in found for other in catalog.dimensions[name].instead}
    return tuple(name for name in found if name not in stand_ins)


def reached(
    measure: Measure, catalog: Catalog, dimension: str, where: Condition | None = None
) -> bool:
    try:
        Resolver(catalog, (dimension,), where, None, True).resolve(measure)
    except Unanswerable:
        return False
    return True


def _stands(measure: Measure, catalog: Catalog, where: Condition) -> bool:
    try:
        Resolver(catalog, (), where, None, True).resolve(measure)
    except Unanswerable:
        return False
    return True


def finest(
    measure: Measure, catalog: Catalog, groups: Iterable[str], where: Condition | None
) -> Measure:
    """The measure that answers when ``measure`` is split by ``groups``: a finer metric, or itself."""
    if not isinstance(measure, MetricRef):
        return measure
    metric = catalog.metrics.get(measure.metric)
    if metric is None or metric.finer is None or not isinstance(metric.calc, Aggregate):
        return measure
    node = Resolver(catalog, tuple(groups), where, None, True).resolve(measure)
    if isinstance(node, Leaf) and node.table != metric.calc.table:
        return finest(replace(measure, metric=metric.finer), catalog, groups, where)
    return measure


def ancestors(dimension: str, catalog: Catalog) -> tuple[str, ...]:
    """city → (province, region)."""
    found: list[str] = []
    at = catalog.dimensions.get(dimension)
    while at is not None and at.parent and at.parent not in found:
        found.append(at.parent)
        at = catalog.dimensions.get(at.parent)
    return tuple(found)


def _fixed(where: Condition | None) -> Iterator[str]:
    """Dimensions that are held at one value."""
    for part in conjuncts(where):
        if isinstance(part, Where) and part.op is Op.EQ:
            yield part.dimension
