"""A plan as one SELECT: the grid, beside it the compared grids, then windows, tests, ranks and order.

Every stage is a CTE over the one before; a stage that has nothing to do adds none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from sqlglot import exp

from semantic_layer.blueprint import Build, Grid
from semantic_layer.buckets import prepare
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.columns import (
    group_column,
    measure_column,
    unique,
)
from semantic_layer.comparisons import change_columns, compared
from semantic_layer.conditions import Inner, listed
from semantic_layer.detail import detail_select
from semantic_layer.expressions import (
    quote,
)
from semantic_layer.grids import cells
from semantic_layer.outcome import finish
from semantic_layer.plan import Plan
from semantic_layer.plan import plan as make_plan
from semantic_layer.query import (
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    DetailQuery,
    Group,
    MetricQuery,
)
from semantic_layer.result import Column
from semantic_layer.rows import Slot
from semantic_layer.stages import Stage, group_test
from semantic_layer.statement import Statement
from semantic_layer.streaks import streak_stage
from semantic_layer.together import LAGGING
from semantic_layer.totals import all_windows, kept, warmed


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
    build = Build(catalog, plan.today, partial(nested, plan, catalog))
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


def nested(outer: Plan, catalog: Catalog, query: Inner) -> exp.Query:
    """The members that a condition of ``outer`` asks for, as a SELECT."""
    if not isinstance(query, (MetricQuery, DetailQuery)):
        return listed(query, catalog)
    found, _ = select(make_plan(query, catalog, outer.today, outer.festival), catalog)
    if found.args.get("limit") is None:
        found.set("order", None)  # members have no order
    return found


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
    back = warmed(build, plan, query, slots)
    grid = Grid(
        slots,
        tuple((c.name, n) for c, n in zip(measures, plan.nodes, strict=True)),
        plan.where,
        back or plan.periods,
        fill=_fills(build.catalog, query),
    )
    stage = Stage(build, plan, slots, cells(build, grid), tuple(c.name for c in measures), {}, {})
    stage = compared(stage, grid)
    stage, made = all_windows(stage, grid, query, measures, bool(back))
    if plan.having is not None:
        stage = kept(stage, group_test(stage, plan.having), "filtered")
    return finish(stage, query, groups, measures, made, change_columns(stage, plan, measures))


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
    """Empty buckets of every other group too, unless those are many or only the first rows count.
    What looks at the bucket before needs it there."""
    if any(w.kind in LAGGING for w in query.windows):
        return True
    keys = any(
        isinstance(g, By) and catalog.dimensions[g.dimension].kind is Kind.KEY
        for g in query.group_by
    )
    return not keys and query.top is None
