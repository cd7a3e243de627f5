"""A result seen as groups, measures and what stands beside each measure.

Headlines, findings and charts all ask the same questions of a result (which column is the change of
which measure, what grain has the time axis, is the last bucket whole); they ask them here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from assistant.answer.numbers import CYCLIC, cell, is_rate
from semantic_layer.catalog import Aggregate, Catalog, Format, Kind, RunningTotal
from semantic_layer.query import Agg, ByTime, Grain, MetricQuery, Query, WindowKind
from semantic_layer.result import Column, ColumnRole, Result

CLAIM = "claim"
Points = list[tuple[tuple[Any, ...], float]]
GROUPS = (ColumnRole.DIMENSION, ColumnRole.TIME, ColumnRole.KEY)


@dataclass(frozen=True, slots=True)
class Beside:
    """One comparison of one measure; a column that was not asked for is None."""

    previous: Column | None = None
    difference: Column | None = None
    rate: Column | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """``groups`` are the dimension, time and key columns in order, ``measures`` the asked numbers,
    ``windows`` those computed along them (cumulative, moving); ``grain`` is that of the time axis."""

    result: Result
    groups: tuple[Column, ...]
    measures: tuple[Column, ...]
    windows: tuple[Column, ...] = ()
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
        later = tuple(c for c in self.groups if c.role is ColumnRole.TIME and c is not self.time)
        named = tuple(c for c in self.groups if c.role is ColumnRole.DIMENSION)
        return (*(named or tuple(c for c in self.groups if c.role is ColumnRole.KEY)), *later)

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
        """The share or rank column of ``measure``; a running share is no share of one row."""
        running = f"{measure.name}_{WindowKind.CUMULATIVE_SHARE}"
        found = (c for c in self.result.columns if c.role is role and c.of in (measure.name, ""))
        return next((c for c in found if not c.name.startswith(running)), None)

    def running_share(self, measure: Column) -> Column | None:
        """The column that adds the shares of ``measure`` up from the first row on."""
        name = f"{measure.name}_{WindowKind.CUMULATIVE_SHARE}"
        return next((c for c in self.result.columns if c.name.startswith(name)), None)

    def value(self, row: tuple[Any, ...], column: Column | None) -> Any:
        return None if column is None else row[self.result.columns.index(column)]

    def text(self, row: tuple[Any, ...], column: Column) -> str:
        grain = self.grain if column is self.time else None
        return cell(self.value(row, column), column, grain)

    def name(self, row: tuple[Any, ...]) -> str:
        """The row's groups in words: 广东 · 2026年5月."""
        shown = (*self.names, *((self.time,) if self.time else ()))
        return " · ".join(self.text(row, c) for c in shown)

    def nobody(self, row: tuple[Any, ...], catalog: Catalog) -> bool:
        """The rest without a store is no store: a row whose entity has neither key nor name."""
        return any(
            self.value(row, c) is None and catalog.member_of(c.source or c.name) is not None
            for c in self.groups
        )

    def members(self, catalog: Catalog) -> list[tuple[Any, ...]]:
        """The rows that stand for somebody or something."""
        return [r for r in self.result.rows if not self.nobody(r, catalog)]

    def chronological(self) -> bool:
        """Do the rows follow the time axis, as opposed to an order that somebody asked for?"""
        if self.time is None:
            return False
        seen = [v for _, v in self._pairs(self.time) if v is not None]
        return all(a <= b for a, b in pairwise(seen))

    def numbers(self, column: Column) -> list[tuple[tuple[Any, ...], float]]:
        """The rows where ``column`` holds a number, with it."""
        return [(r, float(v)) for r, v in self._pairs(column) if isinstance(v, (int, float))]

    def _pairs(self, column: Column) -> Iterator[tuple[tuple[Any, ...], Any]]:
        i = self.result.columns.index(column)
        return ((row, row[i]) for row in self.result.rows)


def shape_of(query: Query, result: Result) -> Shape:
    numbers = [c for c in result.columns if c.role is ColumnRole.MEASURE and c.name != CLAIM]
    measures = tuple(c for c in numbers if not c.of)
    windows = tuple(c for c in numbers if c.of)
    before = result.columns
    if isinstance(query, MetricQuery) and measures:  # what follows the numbers describes them
        before = result.columns[: result.columns.index(measures[0])]
    groups = tuple(c for c in before if c.role in GROUPS)
    grain = None
    if isinstance(query, MetricQuery):
        grain = next((g.grain for g in query.group_by if isinstance(g, ByTime)), None)
    elif time := next((c for c in groups if c.role is ColumnRole.TIME), None):
        grain = _guessed_grain([row[result.columns.index(time)] for row in result.rows])
    return Shape(result, groups, measures, windows, grain, grain in CYCLIC)


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
    named = column.name.removeprefix(column.source).removeprefix("_")
    if column.format is Format.PERCENT or (named and not named.isdigit()):
        return False  # 店均销售额 comes from 销售额, and does not add up
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


def data_end(catalog: Catalog | None) -> date | None:
    """The last whole day with data: plans and targets reach into the future, facts do not."""
    if catalog is None:
        return None
    yesterday = date.fromordinal(catalog.today.toordinal() - 1) if catalog.today else None
    known = [d for d in (catalog.until, yesterday) if d]
    return min(known, default=None)


def cut_buckets(query: Query, shape: Shape, catalog: Catalog | None) -> tuple[bool, bool]:
    """Whether the first and the last time bucket have days outside the period or the data."""
    column = shape.time
    if column is None or not shape.timed or not isinstance(query, MetricQuery):
        return False, False
    seen = [v for _, v in shape._pairs(column) if isinstance(v, date)]
    if not seen or shape.grain in (Grain.DAY, Grain.HOUR, Grain.MINUTE, None):
        return False, False
    starts = [_day(p.start) for p in query.scope.periods if p.start]
    ends = [date.fromordinal(_day(p.end).toordinal() - 1) for p in query.scope.periods if p.end]
    last_days = [d for d in (data_end(catalog), max(ends, default=None)) if d]
    first = bool(starts) and _day(min(seen)) < min(starts)
    last = bool(last_days) and _bucket_end(_day(max(seen)), shape.grain) > min(last_days)
    return first, last


def whole_buckets(query: Query, shape: Shape, catalog: Catalog | None, points: Points) -> Points:
    """The points of whole buckets only, unless that leaves fewer than two."""
    first, last = cut_buckets(query, shape, catalog)
    kept = points[1 if first else 0 : len(points) - 1 if last else len(points)]
    return kept if len(kept) > 1 else points


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _bucket_end(start: date, grain: Grain | None) -> date:
    """The last day of the bucket that begins at ``start``."""
    if grain is Grain.WEEK:
        return date.fromordinal(start.toordinal() + 6)
    steps = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}
    index = start.year * 12 + start.month - 1 + steps.get(grain or Grain.DAY, 0)
    return date.fromordinal(date(index // 12, index % 12 + 1, 1).toordinal() - 1)
