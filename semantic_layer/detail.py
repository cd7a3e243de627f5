"""Rows of one table with the columns of whatever it can look up: listings, not aggregates."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.blueprint import Build
from semantic_layer.catalog import Catalog, Format, Kind
from semantic_layer.columns import dimension_column
from semantic_layer.conditions import row_test
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import (
    Bounds,
    call,
    column,
    divide,
    either,
    is_known,
    literal,
    number,
    quote,
    table,
)
from semantic_layer.frames import Frame
from semantic_layer.plan import Plan
from semantic_layer.query import ColumnAggregate, Contrast, DetailQuery, Top
from semantic_layer.result import Column, ColumnRole
from semantic_layer.rows import within
from semantic_layer.windows import over

Selected = tuple[exp.Query, tuple[Column, ...]]


def detail_select(build: Build, plan: Plan, query: DetailQuery) -> Selected:
    """The SELECT of a listing. Its columns are named after the dimensions."""
    catalog = build.catalog
    names = _shown(catalog, query)
    frame = Frame(catalog, query.table, query.scope.time or catalog.tables[query.table].time)
    bounds = _bounds(plan)
    keys = _sort_keys(catalog, query)
    needed = list(
        dict.fromkeys([*names, *(k for k, _ in keys), *(query.top.per if query.top else ())])
    )
    if query.contrast is not None:
        needed = list(dict.fromkeys([*needed, query.contrast.dimension]))
    values = {name: frame.dimension(name, bounds) for name in needed}
    tests = _tests(build, plan, query, frame, bounds)
    columns = tuple(dimension_column(catalog, n) for n in names)
    if query.contrast is not None:
        return _contrast(catalog, query, query.contrast, frame, values, tests, columns)
    top = query.top
    special = top is not None and (top.per or top.fraction or top.ties or top.both)
    if query.distinct:
        hidden = [n for n in needed if n not in names]
        if special or hidden:
            raise Unanswerable("mixed")
    base = frame.source()
    base = base.where(*tests, copy=False) if tests else base
    if not special:
        select = base.select(*(values[n].as_(quote(n), copy=False) for n in names), copy=False)
        select = select.distinct(copy=False) if query.distinct else select
        by = [_ordered(column(n) if query.distinct else values[n].copy(), d) for n, d in keys]
        tie = [] if query.distinct else _tie_break(frame, catalog)
        if by or tie:
            select = select.order_by(*by, *tie, copy=False)
        if query.distinct and not by:
            select = select.order_by(*(_ordered(column(n), False) for n in names), copy=False)
        if top is not None:
            select = select.limit(top.n, copy=False)
            select = select.offset(top.offset, copy=False) if top.offset else select
        return select, columns
    assert top is not None
    tie = _tie_break(frame, catalog)
    inner = base.select(*(values[n].as_(quote(n), copy=False) for n in needed), copy=False)
    inner = inner.select(
        *(t.this.copy().as_(f"tie_{i}", copy=False) for i, t in enumerate(tie)), copy=False
    )
    return _ranked(build, inner, top, keys, len(tie), names, columns)


def _shown(catalog: Catalog, query: DetailQuery) -> tuple[str, ...]:
    table = catalog.tables[query.table]
    own = tuple(d.name for d in catalog.dimensions.values() if d.table == query.table)
    names = query.columns or table.display or own
    if not names:
        raise Unanswerable("nothing-asked")
    return tuple(dict.fromkeys(names))


def _bounds(plan: Plan) -> Bounds | None:
    starts = [p.start for p in plan.periods if p.start is not None]
    ends = [p.end for p in plan.periods if p.end is not None]
    if not starts or not ends:
        return None
    return Bounds(literal(starts[0]), literal(ends[-1]))


def _tests(
    build: Build, plan: Plan, query: DetailQuery, frame: Frame, bounds: Bounds | None
) -> list[exp.Expr]:
    tests: list[exp.Expr] = []
    time = query.scope.time or build.catalog.tables[query.table].time
    if plan.periods and time is not None:
        moment = frame.dimension(time)
        spans = [t for p in plan.periods if (t := within(moment, p)) is not None]
        if spans:
            tests.append(spans[0] if len(spans) == 1 else exp.paren(either(spans), copy=False))
    if plan.where is not None:
        tests.append(row_test(frame, plan.where, build.nested, bounds))
    return tests


def _sort_keys(catalog: Catalog, query: DetailQuery) -> list[tuple[str, bool]]:
    """What the rows are sorted by: what was asked, else what top ranks by, else the newest first."""
    keys = [(o.by, o.descending) for o in query.order if o.by is not None]
    top = query.top
    if not keys and top is not None and isinstance(top.by, ColumnAggregate) and top.by.column:
        keys = [(top.by.column, top.descending)]
    if not keys and not query.distinct and (time := catalog.tables[query.table].time):
        keys = [(time, True)]
    return keys


def _tie_break(frame: Frame, catalog: Catalog) -> list[exp.Ordered]:
    return [_ordered(frame.sql(k, frame.base), False) for k in catalog.tables[frame.base].key]


def _ordered(value: exp.Expr, descending: bool) -> exp.Ordered:
    return exp.Ordered(this=value, desc=descending, nulls_first=False)


def _ranked(
    build: Build,
    inner: exp.Select,
    top: Top,
    keys: list[tuple[str, bool]],
    ties: int,
    names: tuple[str, ...],
    columns: tuple[Column, ...],
) -> Selected:
    """First rows per group, with ties, by fraction, or from both ends."""
    if not keys:
        raise Unanswerable("nothing-to-rank-by")
    per = [column(n) for n in top.per]
    first = keys[0]
    places: list[exp.Expr] = []
    tests: list[exp.Expr] = [is_known(column(first[0]))]
    ends: list[exp.Expr] = []
    for i, flipped in enumerate((False, True) if top.both else (False,)):
        by = [_ordered(column(n), d is not flipped) for n, d in keys]
        if not top.ties:
            by += [_ordered(column(f"tie_{k}"), False) for k in range(ties)]
        label = f"top_place_{i}" if i else "top_place"
        places.append(
            over(call("rank" if top.ties else "row_number"), list(per), by).as_(label, copy=False)
        )
        last: exp.Expr = number(top.offset + top.n)
        if top.fraction is not None:
            last = exp.Ceil(this=exp.Mul(this=column("top_size"), expression=number(top.fraction)))
        place = exp.LTE(this=column(label), expression=last)
        after = exp.GT(this=column(label), expression=number(top.offset))
        ends.append(exp.and_(place, after, copy=False) if top.offset else place)
    if top.fraction is not None:
        places.append(over(exp.Count(this=exp.Star()), list(per)).as_("top_size", copy=False))
    listed = build.add("listed", inner)
    known = (
        exp.select(exp.Star(), *places, copy=False)
        .from_(table(listed), copy=False)
        .where(*tests, copy=False)
    )
    ranked = build.add("ranked", known)
    order = [_ordered(column(n), False) for n in top.per]
    order += [_ordered(column(n), d) for n, d in keys]
    order += [_ordered(column(f"tie_{k}"), False) for k in range(ties)]
    select = (
        exp.select(*(column(n) for n in names), copy=False)
        .from_(table(ranked), copy=False)
        .where(exp.or_(*ends, copy=False), copy=False)
    )
    return select.order_by(*order, copy=False), columns


def _contrast(
    catalog: Catalog,
    query: DetailQuery,
    contrast: Contrast,
    frame: Frame,
    values: dict[str, exp.Expr],
    tests: list[exp.Expr],
    columns: tuple[Column, ...],
) -> Selected:
    """One row: the column's value of both members (its mean, should a member have several rows)."""
    of = next((c for c in columns if c.kind is Kind.NUMBER), None)
    if of is None:
        raise Unanswerable("not-a-number", dimension=columns[0].label)
    sides: list[exp.Expr] = []
    for member in (contrast.left, contrast.right):
        test = exp.EQ(this=values[contrast.dimension].copy(), expression=literal(member))
        mean = exp.Avg(this=values[of.name].copy())
        sides.append(exp.Filter(this=mean, expression=exp.Where(this=test)))
    inner = frame.source().where(*tests, copy=False) if tests else frame.source()
    inner = inner.select(
        sides[0].as_("left_value", copy=False), sides[1].as_("right_value", copy=False), copy=False
    )
    left, right = column("left_value"), column("right_value")
    gap = exp.Sub(this=left, expression=right)
    rate = divide(exp.paren(gap.copy(), copy=False), call("abs", right.copy()))
    apart = call("abs", exp.paren(gap.copy(), copy=False)).as_("gap", copy=False)
    select = exp.select(
        left.copy().as_(quote("left"), copy=False),
        right.copy().as_(quote("right"), copy=False),
        gap.as_("difference", copy=False),
        rate.as_("rate", copy=False),
        *((apart,) if contrast.absolute else ()),
        copy=False,
    ).from_(inner.subquery("sides", copy=False), copy=False)
    base = replace(of, role=ColumnRole.MEASURE)
    change = replace(of, role=ColumnRole.CHANGE, of="left")
    told = (replace(change, name="gap", label="相差"),) if contrast.absolute else ()
    return select, (
        replace(base, name="left", label=f"{contrast.left}·{of.label}"),
        replace(base, name="right", label=f"{contrast.right}·{of.label}"),
        replace(change, name="difference", label="差值"),
        replace(change, name="rate", label="差率", unit="", format=Format.PERCENT),
        *told,
    )
