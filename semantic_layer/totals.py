"""Windows and benchmarks put beside a grid, with the grids that what cannot be summed needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlglot import exp

from semantic_layer.blueprint import Build, Grid
from semantic_layer.columns import unique
from semantic_layer.comparisons import matched
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import column, joined, literal, quote, table
from semantic_layer.grids import cells
from semantic_layer.measures import cumulated
from semantic_layer.periods import Day, add_months, move
from semantic_layer.plan import Plan
from semantic_layer.query import ByTime, Grain, MetricQuery, Period, Window, WindowKind
from semantic_layer.result import Column
from semantic_layer.rows import Slot
from semantic_layer.stages import Stage, benchmarks_of
from semantic_layer.times import STEPS, floor_date, is_cyclic
from semantic_layer.together import LAGGING
from semantic_layer.windows import (
    Made,
    make,
    needs_total,
    over,
    partition,
    time_slot,
    warm_up,
)


def all_windows(
    stage: Stage, grid: Grid, query: MetricQuery, measures: list[Column], back: bool
) -> tuple[Stage, list[Made]]:
    """Windows and benchmarks. With ``back`` the grid begins before the period: only what looks back
    sees those rows, shares and means are of the period alone."""
    early: list[Made] = []
    rest: Sequence[Window] = query.windows
    if back:
        looking = [w for w in query.windows if w.kind in LAGGING]
        rest = [w for w in query.windows if w.kind not in LAGGING]
        stage, early = windowed(stage, grid, looking, measures)
        stage = trimmed(stage, stage.plan)
        grid = replace(grid, periods=stage.plan.periods)
    stage, made = windowed(stage, grid, rest, measures)
    return benchmarked(stage, grid), [*early, *made]


def warmed(
    build: Build, plan: Plan, query: MetricQuery, slots: tuple[Slot, ...]
) -> tuple[Period, ...]:
    """The period begun earlier, so that the first moving average has its past; () when not needed."""
    timed = time_slot(slots)
    n = warm_up(query.windows)
    if not n or timed is None or not isinstance(timed.group, ByTime) or len(plan.periods) != 1:
        return ()
    period, grain = plan.periods[0], timed.group.grain
    if period.start is None or period.end is None or is_cyclic(grain):
        return ()
    start = moved(floor_date(period.start, grain), grain, -n)
    since = build.catalog.since
    if since is not None and _date(start) < since:
        start = min(since, period.start) if type(start) is type(since) else start
    return (replace(period, start=start),)


def moved(day: Day, grain: Grain, n: int) -> Day:
    """``day`` moved by ``n`` buckets."""
    size, unit = STEPS[grain]
    if unit == "month":
        return add_months(day, size * n)
    return _as_date(move(Period(day, None), -size * n, unit).start, day)


def _as_date(value: Day | None, like: Day) -> Day:
    return value if value is not None else like


def _date(day: Day) -> Any:
    return day.date() if isinstance(day, datetime) else day


def trimmed(stage: Stage, plan: Plan) -> Stage:
    timed = time_slot(stage.slots)
    assert timed is not None and isinstance(timed.group, ByTime)
    first = floor_date(plan.periods[0].start, timed.group.grain)  # type: ignore[arg-type]
    test = exp.GTE(this=column(timed.name), expression=literal(first))
    return kept(stage, test, "inside")


def kept(stage: Stage, test: exp.Expr, name: str) -> Stage:
    query = (
        exp.select(exp.Star(), copy=False)
        .from_(table(stage.relation), copy=False)
        .where(test, copy=False)
    )
    return replace(stage, relation=stage.build.add(name, query))


def windowed(
    stage: Stage, grid: Grid, windows: Sequence[Window], measures: list[Column]
) -> tuple[Stage, list[Made]]:
    """The columns of ``windows`` beside those of the stage."""
    made: list[Made] = []
    joined: list[tuple[str, tuple[Slot, ...]]] = []
    for i, window in enumerate(windows):
        if window.of >= stage.plan.shown:
            raise Unanswerable("mixed")
        total = ""
        if needs_total(stage, window):
            total = f"total_{i}"
            joined.append(_total(stage, grid, window, total))
        made += make(stage, window, measures[window.of], total)
    names = unique([m.column for m in made])
    made = [replace(m, column=replace(m.column, name=n)) for m, n in zip(made, names, strict=True)]
    return _beside(stage, joined, [(m.expr, m.column.name) for m in made]), made


def benchmarked(stage: Stage, grid: Grid) -> Stage:
    """The numbers that conditions compare with, over the rows of the stage or over everything."""
    extra: list[tuple[exp.Expr, str]] = []
    joined: list[tuple[str, tuple[Slot, ...]]] = []
    benchmarks: dict[tuple[int, str], str] = {}
    for index, kind in benchmarks_of(stage.plan):
        name = f"{stage.names[index]}_{kind}"
        benchmarks[(index, kind)] = name
        if kind == "overall":
            whole = replace(
                grid,
                slots=(),
                measures=((name, stage.plan.nodes[index]),),
                periods=stage.plan.periods,
            )
            joined.append((cells(stage.build, whole, "overall"), ()))
        else:
            of = column(stage.names[index])
            mean = exp.Avg(this=of) if kind == "group_average" else exp.Median(this=of)
            extra.append((over(mean, []), name))
    return replace(_beside(stage, joined, extra), benchmarks=benchmarks)


def _beside(
    stage: Stage,
    others: list[tuple[str, tuple[Slot, ...]]],
    made: Sequence[tuple[exp.Expr, str]],
) -> Stage:
    """The stage with relations joined and columns added; itself when there are none."""
    relation = _joined(stage, others) if others else stage.relation
    parts = [e.as_(quote(name), copy=False) for e, name in made]
    if parts:
        seen = exp.select(exp.Star(), *parts, copy=False).from_(table(relation), copy=False)
        relation = stage.build.add("windowed", seen)
    return replace(stage, relation=relation)


def _total(stage: Stage, grid: Grid, window: Window, name: str) -> tuple[str, tuple[Slot, ...]]:
    """A grid of the enclosing groups for a share, or of running values for a running distinct count."""
    node = stage.plan.nodes[window.of]
    if window.kind is WindowKind.CUMULATIVE:
        whole = replace(grid, measures=((name, cumulated(node)),))
        return cells(stage.build, whole, "running_cells"), grid.slots
    inside = partition(stage, window)
    whole = replace(grid, slots=inside, measures=((name, node),))
    return cells(stage.build, whole, "whole"), inside


def _joined(stage: Stage, others: list[tuple[str, tuple[Slot, ...]]]) -> str:
    query = exp.select(exp.Column(this=exp.Star(), table=quote(stage.relation)), copy=False)
    query = query.from_(table(stage.relation), copy=False)
    for name, slots in others:
        wanted = [
            c for c in stage.build.ctes[name].named_selects if c not in {s.name for s in slots}
        ]
        query = query.select(*(column(c, name) for c in wanted), copy=False)
        if slots:
            query = joined(query, table(name), matched(slots, stage.relation, name), "LEFT")
        else:
            query = joined(query, table(name))
    return stage.build.add("with_totals", query)
