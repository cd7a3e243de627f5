"""A result seen as groups, measures and what stands beside each measure.

Headlines, findings and charts all ask the same questions of a result (which column is the change of
which measure, what grain has the time axis, is the last bucket whole); they ask them here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant.answer.numbers import CYCLIC, cell, is_rate
from semantic_layer.catalog import Aggregate, Catalog, Format, Kind, RunningTotal
from semantic_layer.query import Agg, ByTime, Grain, MetricQuery, Query
from semantic_layer.result import Column, ColumnRole, Result

CLAIM = "claim"
GROUPS = (ColumnRole.DIMENSION, ColumnRole.TIME, ColumnRole.KEY)


@dataclass(frozen=True, slots=True)
class Beside:
    """One comparison of one measure; a column that was not asked for is None."""

    previous: Column | None = None
    difference: Column | None = None
    rate: Column | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """``groups`` are the dimension, time and key columns in order; ``grain`` that of the time axis."""

    result: Result
    groups: tuple[Column, ...]
    measures: tuple[Column, ...]
    grain: Grain | None = None
    cyclic: bool = False

    @property
    def time(self) -> Column | None:
        return next((c for c in self.groups if c.role is ColumnRole.TIME), None)

    @property
    def timed(self) -> bool:
        """Whether rows run along time, as opposed to a cycle or to periods with names."""
        return self.time is not None and not self.cyclic and self.time.kind is not Kind.TEXT

    @property
    def names(self) -> tuple[Column, ...]:
        """The group columns that are not time; a key steps back when a name stands beside it."""
        named = tuple(c for c in self.groups if c.role is ColumnRole.DIMENSION)
        return named or tuple(c for c in self.groups if c.role is ColumnRole.KEY)

    def beside(self, measure: Column) -> tuple[Beside, ...]:
        """The comparisons of ``measure``, in the order of the query."""
        found: list[Beside] = []
        for column in self.result.columns:
            if column.of != measure.name:
                continue
            slot = _slot(column)
            if slot is None:
                continue
            if not found or getattr(found[-1], slot) is not None:
                found.append(Beside())
            filled = {s: getattr(found[-1], s) for s in ("previous", "difference", "rate")}
            found[-1] = Beside(**{**filled, slot: column})
        return tuple(found)

    def derived(self, measure: Column, role: ColumnRole) -> Column | None:
        """The share or rank column of ``measure``."""
        columns = self.result.columns
        return next((c for c in columns if c.role is role and c.of in (measure.name, "")), None)

    def value(self, row: tuple[Any, ...], column: Column | None) -> Any:
        return None if column is None else row[self.result.columns.index(column)]

    def text(self, row: tuple[Any, ...], column: Column) -> str:
        return cell(self.value(row, column), column, self.grain)

    def name(self, row: tuple[Any, ...]) -> str:
        """The row's groups in words: 广东 · 2026年5月."""
        shown = (*self.names, *((self.time,) if self.time else ()))
        return " · ".join(self.text(row, c) for c in shown)

    def numbers(self, column: Column) -> list[tuple[tuple[Any, ...], float]]:
        """The rows where ``column`` holds a number, with it."""
        return [(r, float(v)) for r, v in self._pairs(column) if isinstance(v, (int, float))]

    def _pairs(self, column: Column) -> Iterator[tuple[tuple[Any, ...], Any]]:
        i = self.result.columns.index(column)
        return ((row, row[i]) for row in self.result.rows)


def shape_of(query: Query, result: Result) -> Shape:
    groups = tuple(c for c in result.columns if c.role in GROUPS)
    measures = tuple(c for c in result.columns if c.role is ColumnRole.MEASURE and c.name != CLAIM)
    grain = None
    if isinstance(query, MetricQuery):
        grain = next((g.grain for g in query.group_by if isinstance(g, ByTime)), None)
    elif time := next((c for c in groups if c.role is ColumnRole.TIME), None):
        grain = _guessed_grain([row[result.columns.index(time)] for row in result.rows])
    return Shape(result, groups, measures, grain, grain in CYCLIC)


def _slot(column: Column) -> str | None:
    if column.role is ColumnRole.PREVIOUS:
        return "previous"
    if column.role is not ColumnRole.CHANGE:
        return None
    return "rate" if is_rate(column) else "difference"


def _guessed_grain(values: list[Any]) -> Grain | None:
    """The coarsest grain that all the dates are beginnings of: an analysis does not say its grain."""
    dates = [v for v in values if isinstance(v, date)]
    if len(dates) < 2 or any(isinstance(v, datetime) and (v.hour or v.minute) for v in dates):
        return None
    if all(d.day == 1 for d in dates):
        return Grain.YEAR if all(d.month == 1 for d in dates) else Grain.MONTH
    return Grain.DAY


def additive(column: Column, catalog: Catalog) -> bool:
    """Whether the groups' values add up to the whole: sums and row counts, never rates or distincts."""
    if column.format is Format.PERCENT:
        return False
    metric = catalog.metrics.get(column.source)
    if metric is None:
        return False
    match metric.calc:
        case Aggregate(agg=agg, snapshot=snapshot):
            return agg in (Agg.SUM, Agg.COUNT) and not snapshot
        case RunningTotal():
            return False
        case _:
            return False


def whole(query: Query, result: Result) -> bool:
    """Whether the rows are all the groups there are, so that they may be added up and ranked."""
    if result.truncated or not isinstance(query, MetricQuery):
        return False
    cut = query.top or query.having or query.keep or query.streak or query.rollup
    return not (cut or query.contrast)


def partial_end(query: Query) -> date | None:
    """The last day counted, when a period was cut at yesterday."""
    if not isinstance(query, MetricQuery):
        return None
    for period in query.scope.periods:
        if period.partial and isinstance(period.end, date):
            return date.fromordinal(period.end.toordinal() - 1)
    return None


def last_bucket_partial(query: Query, shape: Shape, catalog: Catalog) -> bool:
    """Whether the last time bucket has days still to come."""
    if shape.time is None or not shape.timed or not shape.result.rows or catalog.until is None:
        return False
    last = max((v for _, v in shape._pairs(shape.time) if isinstance(v, date)), default=None)
    if last is None or shape.grain in (Grain.DAY, Grain.HOUR, Grain.MINUTE, None):
        return False
    return _bucket_end(last, shape.grain) > catalog.until


def _bucket_end(start: date, grain: Grain | None) -> date:
    """The last day of the bucket that begins at ``start``."""
    if isinstance(start, datetime):
        start = start.date()
    if grain is Grain.WEEK:
        return date.fromordinal(start.toordinal() + 6)
    months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}.get(
        grain or Grain.DAY, 0
    )
    index = start.year * 12 + start.month - 1 + months
    return date.fromordinal(date(index // 12, index % 12 + 1, 1).toordinal() - 1)
