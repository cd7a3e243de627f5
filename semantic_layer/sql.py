"""A plan as one SELECT: the grid, beside it the compared grids, then windows, tests, ranks and order.

Every stage is a CTE over the one before; a stage that has nothing to do adds none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlglot import exp

from semantic_layer.buckets import prepare
from semantic_layer.catalog import Catalog, Format, Kind
from semantic_layer.columns import (
    change_label,
    group_column,
    measure_column,
    previous_label,
    unique,
)
from semantic_layer.detail import detail_select
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import (
    STEPS,
    call,
    column,
    divide,
    floor_date,
    interval,
    is_cyclic,
    joined,
    literal,
    quote,
    table,
    zero,
)
from semantic_layer.facts import Slot
from semantic_layer.grids import Build, Grid, cells
from semantic_layer.measures import Leaf, Node, cumulated
from semantic_layer.outcome import finish
from semantic_layer.periods import Day, add_months, bucket_shift, move, shifted
from semantic_layer.plan import Plan
from semantic_layer.plan import plan as make_plan
from semantic_layer.query import (
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    CompareKind,
    Comparison,
    DetailQuery,
    Grain,
    Group,
    MetricQuery,
    Period,
    Window,
    WindowKind,
)
from semantic_layer.result import Column, ColumnRole
from semantic_layer.stages import Stage, benchmarks_of, group_test
from semantic_layer.statement import Statement
from semantic_layer.streaks import streak_stage
from semantic_layer.values import is_counted
from semantic_layer.windows import Made, make, needs_total, over, partition, time_slot, warm_up

KIND_NAMES = {
    CompareKind.YEAR_OVER_YEAR: "last_year",
    CompareKind.PREVIOUS_PERIOD: "previous",
    CompareKind.PERIOD: "compared",
}


def compile_plan(plan: Plan, catalog: Catalog, limit: int = 5000) -> Statement:
    """The statement that answers ``plan``, asking for one row more than ``limit``."""
    query, columns = select(plan, catalog)
    query = query.limit(limit + 1, copy=False) if query.args.get("limit") is None else query
    return Statement(
        ast=query,
        sql=query.sql(dialect=catalog.dialect, pretty=True),
        columns=columns,
        limit=limit,
        dialect=catalog.dialect,
        notes=plan.notes,
    )


def select(plan: Plan, catalog: Catalog) -> tuple[exp.Query, tuple[Column, ...]]:
    """The SELECT of a plan without a row limit, and what its columns mean."""
    build = Build(catalog, plan.today, partial(_nested, plan, catalog))
    if isinstance(plan.query, DetailQuery):
        query, columns = detail_select(build, plan, plan.query)
    else:
        query, columns = _metric_select(build, plan, plan.query)
    return _with(query, build.ctes), columns


def _with(query: exp.Query, ctes: Mapping[str, exp.Query]) -> exp.Query:
    if len(ctes) == 1 and isinstance(query, exp.Select):
        ((name, only),) = ctes.items()
        if isinstance(only, exp.Select) and _repeats(query, only, name):
            return _ordered_like(only, query)
    for name, cte in ctes.items():
        query = query.with_(quote(name), as_=cte, copy=False)
    return query


def _repeats(query: exp.Select, only: exp.Select, name: str) -> bool:
    """Does the outer SELECT merely list the columns of the inner one?"""
    source = query.args.get("from_")
    plain = not any(query.args.get(k) for k in ("where", "group", "joins", "distinct", "having"))
    listed = [s.alias for s in query.selects if isinstance(s.unalias(), exp.Column)]
    same = [s.unalias().name for s in query.selects] == listed == only.named_selects
    return bool(plain and same and source is not None and source.this.name == name)


def _ordered_like(only: exp.Select, query: exp.Select) -> exp.Select:
    for part in ("order", "limit", "offset"):
        if (found := query.args.get(part)) is not None:
            for each in found.find_all(exp.Column):
                each.set("table", None)
            only.set(part, found)
    return only


def _nested(outer: Plan, catalog: Catalog, query: MetricQuery | DetailQuery) -> exp.Query:
    found, _ = select(make_plan(query, catalog, outer.today, outer.festival), catalog)
    if found.args.get("limit") is None:
        found.set("order", None)  # members have no order
    return found


# ── the grid ──────────────────────────────────────────────────────────────────────────────────


def _metric_select(
    build: Build, plan: Plan, query: MetricQuery
) -> tuple[exp.Query, tuple[Column, ...]]:
    measures = [measure_column(m, build.catalog) for m in plan.measures]
    groups = [group_column(g, build.catalog, _group_name(g)) for g in query.group_by]
    names = unique([*groups, *measures])
    groups = [replace(c, name=n) for c, n in zip(groups, names, strict=False)]
    measures = [replace(c, name=n) for c, n in zip(measures, names[len(groups) :], strict=True)]
    slots = tuple(Slot(c.name, g) for c, g in zip(groups, query.group_by, strict=True))
    slots = prepare(build, plan, slots)
    if query.streak is not None:
        return streak_stage(build, plan, query, slots, groups, measures)
    back = _warmed(build, plan, query, slots)
    grid = Grid(
        slots,
        tuple((c.name, n) for c, n in zip(measures, plan.nodes, strict=True)),
        plan.where,
        back or plan.periods,
        fill=_fills(build.catalog, query),
    )
    stage = Stage(build, plan, slots, cells(build, grid), tuple(c.name for c in measures), {}, {})
    stage = _compared(stage, grid)
    stage, made = _windowed(stage, grid, query, measures)
    if back:
        stage = _trimmed(stage, plan)
    if plan.having is not None:
        stage = _kept(stage, group_test(stage, plan.having), "filtered")
    return finish(stage, query, groups, measures, made, _change_columns(stage, plan, measures))


def _group_name(group: Group) -> str:
    match group:
        case By(dimension):
            return dimension
        case ByTime(grain):
            return grain.value
        case ByBucket(dimension, _, per):
            return f"{dimension or per}_range"
        case ByPeriod():
            return "period"


def _fills(catalog: Catalog, query: MetricQuery) -> bool:
    """Empty buckets of every other group too, unless those are many or only the first rows count."""
    keys = any(
        isinstance(g, By) and catalog.dimensions[g.dimension].kind is Kind.KEY
        for g in query.group_by
    )
    return not keys and query.top is None


def _warmed(
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


def _trimmed(stage: Stage, plan: Plan) -> Stage:
    timed = time_slot(stage.slots)
    assert timed is not None and isinstance(timed.group, ByTime)
    first = floor_date(plan.periods[0].start, timed.group.grain)  # type: ignore[arg-type]
    test = exp.GTE(this=column(timed.name), expression=literal(first))
    return _kept(stage, test, "inside")


def _kept(stage: Stage, test: exp.Expr, name: str) -> Stage:
    query = (
        exp.select(exp.Star(), copy=False)
        .from_(table(stage.relation), copy=False)
        .where(test, copy=False)
    )
    return replace(stage, relation=stage.build.add(name, query))


# ── comparisons ───────────────────────────────────────────────────────────────────────────────


def _compared(stage: Stage, grid: Grid) -> Stage:
    """Each compared grid joined on the groups; a group that only the other period has keeps its row."""
    plan = stage.plan
    if not plan.comparisons:
        return stage
    timed = time_slot(grid.slots)
    linear = (
        timed is not None and isinstance(timed.group, ByTime) and not is_cyclic(timed.group.grain)
    )
    others: list[tuple[str, tuple[int, str]]] = []
    for comparison in plan.comparisons:
        back, periods = _other_periods(plan, comparison, timed if linear else None)
        other = replace(grid, periods=periods, fill=grid.fill and not linear)
        others.append((cells(stage.build, other, KIND_NAMES[comparison.kind]), back))
    keys = stage.relation
    if grid.slots and not linear:
        keys = _all_groups(stage, [name for name, _ in others])
    query = exp.Select().from_(table(keys), copy=False)
    if keys != stage.relation:
        query = joined(
            query, table(stage.relation), _matched(grid.slots, keys, stage.relation), "LEFT"
        )
    for name, back in others:
        on = _matched(grid.slots, keys, name, timed if linear else None, back)
        query = joined(query, table(name), on if grid.slots else None, "LEFT")
    query = query.select(
        *(column(s.name, keys).as_(quote(s.name), copy=False) for s in grid.slots), copy=False
    )
    changes: dict[tuple[int, int, str], str] = {}
    for i, (label, node) in enumerate(grid.measures):
        value = _or_zero(column(label, stage.relation), node, grid)
        query = query.select(value.copy().as_(quote(label), copy=False), copy=False)
        for j, (name, _) in enumerate(others):
            before = _or_zero(column(label, name), node, grid)
            suffix = KIND_NAMES[plan.comparisons[j].kind]
            told = {
                "value": (before, f"{label}_{suffix}"),
                "difference": (_minus(value, before), f"{label}_{suffix}_difference"),
                "rate": (_rate(value, before), f"{label}_{suffix}_rate"),
            }
            for what, (expr, title) in told.items():
                changes[(i, j, what)] = title
                query = query.select(expr.copy().as_(quote(title), copy=False), copy=False)
    return replace(stage, relation=stage.build.add("compared", query), changes=changes)


def _other_periods(
    plan: Plan, comparison: Comparison, timed: Slot | None
) -> tuple[tuple[int, str], tuple[Period, ...]]:
    """How far back the compared bucket lies, and the periods of the compared grid."""
    if timed is not None:
        assert isinstance(timed.group, ByTime)
        back = bucket_shift(comparison, timed.group.grain, plan.periods)
        if comparison.kind is CompareKind.PERIOD and comparison.period is not None:
            return back, (comparison.period,)
        return back, tuple(move(p, *back) for p in plan.periods)
    if comparison.kind is CompareKind.PERIOD and comparison.period is not None:
        by_period = any(isinstance(g, ByPeriod) for g in plan.query.group_by)  # type: ignore[union-attr]
        return (0, "day"), (comparison.period,) * (len(plan.periods) if by_period else 1)
    return (0, "day"), tuple(shifted(p, comparison, plan.festival) for p in plan.periods)


def _all_groups(stage: Stage, others: list[str]) -> str:
    whole: exp.Query | None = None
    for name in (stage.relation, *others):
        part = exp.select(*(column(s.name) for s in stage.slots), copy=False).from_(
            table(name), copy=False
        )
        whole = part if whole is None else exp.Union(this=whole, expression=part, distinct=True)
    assert whole is not None
    return stage.build.add("groups", whole)


def _matched(
    slots: tuple[Slot, ...],
    left: str,
    right: str,
    timed: Slot | None = None,
    back: tuple[int, str] = (0, "day"),
) -> exp.Expr:
    on: list[exp.Expr] = []
    for slot in slots:
        mine: exp.Expr = column(slot.name, left)
        if slot is timed and back[0]:
            mine = exp.paren(exp.Sub(this=mine, expression=interval(*back)), copy=False)
            on.append(exp.EQ(this=column(slot.name, right), expression=mine))
        else:
            on.append(exp.NullSafeEQ(this=mine, expression=column(slot.name, right)))
    return exp.and_(*on, copy=False) if on else exp.true()


def _or_zero(value: exp.Expr, node: Node, grid: Grid) -> exp.Expr:
    counted = isinstance(node, Leaf) and is_counted(node)
    return zero(value) if counted and grid.slots else value


def _minus(value: exp.Expr, before: exp.Expr) -> exp.Expr:
    return exp.Sub(this=value.copy(), expression=before.copy())


def _rate(value: exp.Expr, before: exp.Expr) -> exp.Expr:
    return divide(exp.paren(_minus(value, before), copy=False), call("abs", before.copy()))


def _change_columns(stage: Stage, plan: Plan, measures: list[Column]) -> dict[int, list[Column]]:
    """The comparison columns that are shown, per measure."""
    shown: dict[int, list[Column]] = {}
    for i in range(plan.shown):
        of = measures[i]
        shown[i] = []
        for j, comparison in enumerate(plan.comparisons[: plan.compared]):
            label = change_label(comparison)
            several = plan.shown > 1
            prefix = of.label if several else ""
            for what in ("value", "difference", "rate"):
                if what not in comparison.shows:
                    continue
                name = stage.changes[(i, j, what)]
                if what == "value":
                    told = prefix + previous_label(comparison)
                    made = replace(of, name=name, label=told, role=ColumnRole.PREVIOUS, of=of.name)
                elif what == "difference":
                    told = f"{prefix}{label}增减"
                    made = replace(of, name=name, label=told, role=ColumnRole.CHANGE, of=of.name)
                else:
                    made = replace(
                        of,
                        name=name,
                        label=f"{prefix}{label}",
                        role=ColumnRole.CHANGE,
                        of=of.name,
                        unit="",
                        format=Format.PERCENT,
                    )
                shown[i].append(made)
    return shown


# ── windows and benchmarks ────────────────────────────────────────────────────────────────────


def _windowed(
    stage: Stage, grid: Grid, query: MetricQuery, measures: list[Column]
) -> tuple[Stage, list[Made]]:
    made: list[Made] = []
    extra: list[exp.Expr] = []
    joined: list[tuple[str, tuple[Slot, ...]]] = []
    relation = stage.relation
    for i, window in enumerate(query.windows):
        if window.of >= stage.plan.shown:
            raise Unanswerable("mixed")
        total = ""
        if needs_total(stage, window):
            total = f"total_{i}"
            joined.append(_total(stage, grid, window, total))
        made += make(stage, window, measures[window.of], total)
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
            extra.append(over(mean, []).as_(quote(name), copy=False))
    if not (made or extra or joined):
        return stage, []
    if joined:
        relation = _joined(stage, joined)
    names = unique([m.column for m in made])
    made = [replace(m, column=replace(m.column, name=n)) for m, n in zip(made, names, strict=True)]
    parts = [m.expr.as_(quote(m.column.name), copy=False) for m in made]
    if parts or extra:
        seen = exp.select(exp.Star(), *parts, *extra, copy=False).from_(table(relation), copy=False)
        relation = stage.build.add("windowed", seen)
    return replace(stage, relation=relation, benchmarks=benchmarks), made


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
            query = joined(query, table(name), _matched(slots, stage.relation, name), "LEFT")
        else:
            query = joined(query, table(name))
    return stage.build.add("with_totals", query)
