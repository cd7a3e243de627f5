"""The last stages of a metric question: the first rows, the kept rows, the order, the shown columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from semantic_layer.buckets import shown_label
from semantic_layer.catalog import Format, Kind
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import call, column, divide, is_known, number, quote, table
from semantic_layer.query import (
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    Contrast,
    MetricQuery,
    Order,
    Top,
)
from semantic_layer.result import Column, ColumnRole
from semantic_layer.rollups import rolled
from semantic_layer.rows import Slot
from semantic_layer.stages import Stage, group_test, natural_key, ordered, sort_key
from semantic_layer.windows import Made, over

Selected = tuple[exp.Query, tuple[Column, ...]]


def finish(
    stage: Stage,
    query: MetricQuery,
    groups: Sequence[Column],
    measures: Sequence[Column],
    made: Sequence[Made],
    changes: Mapping[int, Sequence[Column]],
) -> Selected:
    """Top, keep, rollup or contrast, claim, order: the final SELECT and its columns."""
    plan = stage.plan
    stage = _without_unknown_ranges(stage)
    simple = query.top is not None and _is_simple(query)
    if query.top is not None:
        stage = _ranked(stage, query.top, simple)
    if plan.keep is not None:
        stage = _narrowed(stage, group_test(stage, plan.keep), "kept")
    if query.rollup is not None:
        return rolled(stage, query.rollup, groups, measures, made)
    shown: list[tuple[Column, exp.Expr]] = []
    for slot, found in zip(stage.slots, groups, strict=True):
        label = shown_label(stage.build, plan, slot, column(slot.name, stage.relation))
        shown.append((found, label))
    if query.contrast is not None:
        shown += _contrasted(query.contrast, measures[: plan.shown], stage)
    else:
        shown += _measured(plan.shown, measures, made, changes, stage)
    if plan.claim is not None:
        held = exp.Coalesce(this=group_test(stage, plan.claim), expressions=[exp.false()])
        told = Column("claim", "是否成立", Kind.BOOL, ColumnRole.MEASURE)
        shown.append((told, held))
    select = exp.select(*(e.as_(quote(c.name), copy=False) for c, e in shown), copy=False).from_(
        table(stage.relation), copy=False
    )
    if stage.slots:
        select = select.order_by(*_order(stage, query), copy=False)
    if simple and query.top is not None:
        select = select.limit(query.top.n, copy=False)
        if query.top.offset:
            select = select.offset(query.top.offset, copy=False)
    return select, tuple(c for c, _ in shown)


def _without_unknown_ranges(stage: Stage) -> Stage:
    """Members that have no value at all belong to no range of it."""
    for slot in stage.slots:
        if slot.mapping:
            test = is_known(column(slot.name))
            stage = _narrowed(stage, test, "ranged")
    return stage


def _narrowed(stage: Stage, test: exp.Expr, name: str) -> Stage:
    query = (
        exp.select(exp.Star(), copy=False)
        .from_(table(stage.relation), copy=False)
        .where(test, copy=False)
    )
    return replace(stage, relation=stage.build.add(name, query))


def _measured(
    count: int,
    measures: Sequence[Column],
    made: Sequence[Made],
    changes: Mapping[int, Sequence[Column]],
    stage: Stage,
) -> list[tuple[Column, exp.Expr]]:
    """Each measure, beside it what it is compared with and what was computed from it."""
    shown: list[Column] = []
    for i in range(count):
        of = measures[i]
        shown += [of, *changes.get(i, ()), *(m.column for m in made if m.column.of == of.name)]
    return [(c, column(c.name, stage.relation)) for c in shown]


def _contrasted(
    contrast: Contrast, measures: Sequence[Column], stage: Stage
) -> list[tuple[Column, exp.Expr]]:
    """left, right, difference, rate for each measure; the first one's columns carry bare names."""
    shown: list[tuple[Column, exp.Expr]] = []
    for k in range(0, len(measures), 2):
        one, other = measures[k], measures[k + 1]
        prefix = f"{one.name}_" if k else ""
        a, b = (column(c.name, stage.relation) for c in (one, other))
        gap = exp.Sub(this=a, expression=b)
        rate = divide(exp.paren(gap.copy(), copy=False), call("abs", b.copy()))
        left = replace(one, name=f"{prefix}left")
        right = replace(other, name=f"{prefix}right")
        base = replace(one, role=ColumnRole.CHANGE, of=left.name)
        shown += [
            (left, a.copy()),
            (right, b.copy()),
            (replace(base, name=f"{prefix}difference", label="差值"), gap),
            (
                replace(base, name=f"{prefix}rate", label="差率", unit="", format=Format.PERCENT),
                rate,
            ),
        ]
        if contrast.absolute:
            apart = replace(base, name=f"{prefix}gap", label="相差")
            shown.append((apart, call("abs", exp.paren(gap.copy(), copy=False))))
    return shown


def _is_simple(query: MetricQuery) -> bool:
    """ORDER BY … LIMIT says it all: nothing is asked of the rows afterwards."""
    top = query.top
    assert top is not None
    special = top.per or top.fraction or top.ties or top.both
    return not special and query.keep is None and query.rollup is None and not query.order


def _key_name(stage: Stage, top: Top) -> str:
    if top.by_change is not None:
        if not stage.plan.comparisons:
            raise Unanswerable("compare-needs-period")
        index = stage.plan.measures.index(top.by) if top.by is not None else 0
        return stage.change(index, stage.plan.comparisons[0], top.by_change)
    return stage.measure(top.by) if top.by is not None else stage.names[0]


def _ranked(stage: Stage, top: Top, simple: bool) -> Stage:
    """Rows that are among the first (and last) n. Unknown values are in no ranking, nor are rows of
    nobody: the orders without a store are not the best store."""
    name = _key_name(stage, top)
    members = [s.name for s in stage.slots if isinstance(s.group, By)]
    there = [is_known(column(n)) for n in dict.fromkeys([name, *members])]
    stage = _narrowed(stage, exp.and_(*there, copy=False), "known")
    if simple:
        return stage
    per = [column(s.name) for s in _per(stage, top)]
    sides = (True, False) if top.both else (top.descending,)
    places: list[exp.Expr] = []
    tests: list[exp.Expr] = []
    for i, descending in enumerate(sides):
        label = f"top_place_{i}" if i else "top_place"
        keys = [ordered(column(name), descending)]
        if not top.ties:
            keys += _ties(stage, name, descending)
        place = over(call("rank" if top.ties else "row_number"), list(per), keys)
        places.append(place.as_(label, copy=False))
        tests.append(_among(column(label), top))
    if top.fraction is not None:
        size = over(exp.Count(this=exp.Star()), list(per))
        places.append(size.as_("top_size", copy=False))
    query = exp.select(exp.Star(), *places, copy=False).from_(table(stage.relation), copy=False)
    relation = stage.build.add("ranked", query)
    return _narrowed(replace(stage, relation=relation), exp.or_(*tests, copy=False), "first_rows")


def _per(stage: Stage, top: Top) -> list[Slot]:
    found = [stage.slot(name) for name in top.per]
    if any(s is None for s in found):
        raise Unanswerable("having-needs-group")
    return [s for s in found if s is not None]


def _among(place: exp.Expr, top: Top) -> exp.Expr:
    last: exp.Expr = number(top.offset + top.n)
    if top.fraction is not None:
        share = exp.Mul(this=column("top_size"), expression=number(top.fraction))
        last = exp.Ceil(this=share)
    test: exp.Expr = exp.LTE(this=place, expression=last)
    if top.offset:
        test = exp.and_(exp.GT(this=place.copy(), expression=number(top.offset)), test, copy=False)
    return test


def _ties(stage: Stage, name: str, descending: bool = True) -> list[exp.Ordered]:
    """Equal values: the next measure decides, then the name."""
    others = [n for n in stage.names[: max(stage.plan.shown, 1)] if n != name]
    return [
        *(ordered(column(n), descending) for n in others),
        *(sort_key(s, stage.catalog) for s in stage.slots),
    ]


def _order(stage: Stage, query: MetricQuery) -> list[exp.Expr]:
    keys: list[exp.Ordered] = [k for o in query.order for k in _asked(stage, o)]
    if query.top is not None:
        descending = query.top.descending or query.top.both
        name = _key_name(stage, query.top)
        keys += [sort_key(s, stage.catalog) for s in _per(stage, query.top)]
        keys += [ordered(column(name), descending), *_ties(stage, name, descending)]
    else:
        running = [s for s in stage.slots if isinstance(s.group, (ByTime, ByPeriod, ByBucket))]
        keys += [sort_key(s, stage.catalog) for s in running]
        keys += _ties(stage, "")
    return [_of(k, stage.relation) for k in _distinct(keys)]


def _distinct(keys: list[exp.Ordered]) -> list[exp.Ordered]:
    seen: dict[str, exp.Ordered] = {}
    for key in keys:
        seen.setdefault(key.this.sql(dialect="duckdb"), key)
    return list(seen.values())


def _of(key: exp.Ordered, relation: str) -> exp.Expr:
    """Name the relation: a shown label may carry the name of the place it stands for."""
    for found in key.find_all(exp.Column):
        found.set("table", quote(relation))
    return key


def _asked(stage: Stage, order: Order) -> list[exp.Ordered]:
    if order.by is not None:
        slot = stage.slot(order.by)
        if slot is None:
            raise Unanswerable("having-needs-group")
        return [natural_key(slot, stage.catalog, order.descending)]
    if order.change is not None:
        name = stage.change(order.measure, stage.plan.comparisons[0], order.change)
    else:
        name = stage.names[order.measure]
    return [ordered(column(name), order.descending)]
