"""The day of a count: stock and beds are counted on days, and the last count in the period is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from semantic_layer.catalog import Aggregate, Catalog
from semantic_layer.query import (
    Agg,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    DetailQuery,
    MetricQuery,
    MetricRef,
    Scope,
)
from semantic_layer.rows import STALE


def day_counted(query: MetricQuery | DetailQuery, catalog: Catalog) -> MetricQuery | None:
    """The query for the day that the figures of ``query`` were counted on; None for flows and series."""
    if not isinstance(query, MetricQuery) or not query.measures:
        return None
    if any(isinstance(g, ByTime | ByPeriod) for g in query.group_by):
        return None
    times = set()
    for measure in query.measures:
        metric = catalog.metrics.get(measure.metric) if isinstance(measure, MetricRef) else None
        if metric is None or not isinstance(metric.calc, Aggregate) or not metric.calc.snapshot:
            return None  # a sum over days beside a count has no one day
        times.add((catalog.time_of(metric.name), metric.calc.table))
    if len(times) != 1:
        return None
    ((time, table),) = times
    periods = tuple(
        replace(p, start=p.start and p.start - timedelta(days=STALE)) for p in query.scope.periods
    )
    last = ColumnAggregate(Agg.MAX, time, table)
    return MetricQuery((last,), scope=Scope(periods=periods))
