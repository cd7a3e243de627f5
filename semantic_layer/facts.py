"""One fact at its own grain: FROM, joins, WHERE, GROUP BY and its aggregates. Nothing is joined
here that could multiply a row; putting facts side by side is ``grids.py``'s work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlglot import exp

from semantic_layer.catalog import Catalog
from semantic_layer.conditions import COMPARED, Nested, row_test
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import (
    EARLIEST,
    LATEST,
    Bounds,
    Frame,
    bucket,
    call,
    column,
    either,
    is_cyclic,
    is_known,
    is_unknown,
    joined,
    later,
    literal,
    number,
    quote,
    table,
    uses_period,
)
from semantic_layer.measures import Leaf
from semantic_layer.query import (
    Agg,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    Condition,
    Grain,
    Group,
    Op,
    Period,
)

Day = date | datetime
SPANS = "spans"
SUMMED = (Agg.SUM, Agg.COUNT, Agg.COUNT_DISTINCT)  # whose running value adds up, bucket by bucket
COMPARISONS = {">": Op.GT, ">=": Op.GE, "<": Op.LT, "<=": Op.LE}


@dataclass(frozen=True, slots=True)
class Slot:
    """A group column: its name in SQL, and for ranges of a computed measure the relation that maps
    each ``per`` to its range."""

    name: str
    group: Group
    mapping: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What one grid asks of its facts. ``spine`` is the relation of bucket starts that running totals
    run along."""

    slots: tuple[Slot, ...]
    where: Condition | None
    periods: tuple[Period, ...]
    spine: str = ""


def kin(leaf: Leaf) -> tuple[object, ...]:
    """Leaves with the same kin share one pass over the fact."""
    alone = leaf if leaf.per is not None or leaf.running or uses_period(leaf.filter) else None
    return (leaf.base, leaf.time, leaf.snapshot, leaf.running, leaf.cumulative, alone)


def fact(
    catalog: Catalog, named: Sequence[tuple[str, Leaf]], request: Request, nested: Nested
) -> exp.Select:
    """SELECT groups and aggregates of kindred leaves. Columns: the slots' names, then the leaves'."""
    leaf = named[0][1]
    frame = Frame(catalog, leaf.base)
    time = frame.dimension(leaf.time) if leaf.time else None
    bounds = _bounds(request, time)
    summed = leaf.running and leaf.per is None and leaf.agg in SUMMED
    keys = [
        column(slot.name, request.spine)
        if leaf.running and not summed and isinstance(slot.group, ByTime)
        else _key(frame, slot, time, bounds)
        for slot in request.slots
    ]
    tests = _scope_tests(frame, request, leaf, time, nested, bounds)
    filters = [_own_tests(frame, each, nested, bounds) for _, each in named]
    common = [t for t in filters[0] if all(t in f for f in filters)]
    rest = [[t for t in f if t not in common] for f in filters]
    if all(rest):
        tests.append(
            exp.paren(
                either([exp.and_(*(t.copy() for t in r), copy=False) for r in rest]), copy=False
            )
        )
    tests += common
    if leaf.snapshot:
        tests.append(_is_last(catalog, leaf, request, time))
    aliased = [k.as_(quote(s.name), copy=False) for k, s in zip(keys, request.slots, strict=True)]
    if leaf.per is not None:
        return _count_groups(frame, request, named[0], aliased, tests, time, bounds)
    if summed and grain_of(request.slots) is not None and len(named) == 1:
        return _running(frame, request, named[0], aliased, [*tests, *rest[0]], bounds)
    values = [
        _filtered(aggregate(frame, each, bounds), r if len(named) > 1 else []).as_(
            quote(name), copy=False
        )
        for (name, each), r in zip(named, rest, strict=True)
    ]
    if len(named) == 1:
        tests += [t for t in rest[0] if not all(rest)]
    query = _from(frame, request, leaf, time).select(*aliased, *values, copy=False)
    return _grouped(query.where(*_distinct(tests), copy=False) if tests else query, len(aliased))


def _distinct(tests: list[exp.Expr]) -> list[exp.Expr]:
    return list(dict.fromkeys(tests))


def _grouped(query: exp.Select, count: int) -> exp.Select:
    return query.group_by(*(number(i + 1) for i in range(count)), copy=False) if count else query


def _filtered(value: exp.Expr, tests: list[exp.Expr]) -> exp.Expr:
    if not tests:
        return value
    return exp.Filter(
        this=value, expression=exp.Where(this=exp.and_(*(t.copy() for t in tests), copy=False))
    )


# ── groups ────────────────────────────────────────────────────────────────────────────────────


def _key(frame: Frame, slot: Slot, time: exp.Expr | None, bounds: Bounds | None) -> exp.Expr:
    match slot.group:
        case By(dimension):
            return frame.dimension(dimension, bounds)
        case ByTime(grain, dimension):
            own = frame.dimension(dimension) if dimension else time
            if own is None:
                raise Unanswerable("no-time", metric=frame.catalog.tables[frame.base].label)
            return bucket(own.copy(), grain)
        case ByPeriod():
            return column("place", SPANS)
        case ByBucket(_, _, per) if slot.mapping and per is not None:
            look_up = exp.select(column("place", slot.mapping), copy=False).from_(
                table(slot.mapping), copy=False
            )
            of = exp.EQ(this=column("member", slot.mapping), expression=frame.dimension(per))
            return exp.Subquery(this=look_up.where(of, copy=False))
        case ByBucket(str(dimension)):
            return place(frame.dimension(dimension, bounds), slot)
        case _:
            raise Unanswerable("mixed")


def place(value: exp.Expr, slot: Slot) -> exp.Expr:
    """Where a number falls: the index of its range, or the lower end of it when widths are equal."""
    group = slot.group
    assert isinstance(group, ByBucket)
    if group.edges:
        ifs = [exp.If(this=is_unknown(value.copy()), true=exp.null())]
        ifs += [
            exp.If(this=exp.LT(this=value.copy(), expression=number(edge)), true=number(i))
            for i, edge in enumerate(group.edges)
        ]
        return exp.Case(ifs=ifs, default=number(len(group.edges)))
    width = number(group.width) if group.width else scale(slot, "width")
    steps = exp.Div(this=exp.paren(value, copy=False), expression=width)
    low = exp.Mul(this=exp.Floor(this=steps), expression=width.copy())
    return low if group.width else exp.Least(this=low, expressions=[scale(slot, "tail")])


def scale(slot: Slot, what: str) -> exp.Expr:
    """``width`` or ``tail`` of an automatic scale, from its CTE."""
    found = exp.select(column(what), copy=False).from_(table(f"{slot.name}_width"), copy=False)
    return exp.Subquery(this=found)


# ── rows in scope ─────────────────────────────────────────────────────────────────────────────


def _from(frame: Frame, request: Request, leaf: Leaf, time: exp.Expr | None) -> exp.Select:
    query = frame.source()
    by_period = [s for s in request.slots if isinstance(s.group, ByPeriod)]
    if by_period and time is not None:
        start, end = column("starts", SPANS), column("ends", SPANS)
        on: list[exp.Expr] = [exp.LT(this=time.copy(), expression=end)]
        if not leaf.running:
            on.insert(0, exp.GTE(this=time.copy(), expression=start))
        query = joined(query, table(SPANS), exp.and_(*on, copy=False))
    elif by_period:
        query = joined(query, table(SPANS))
    grain = grain_of(request.slots)
    if leaf.running and grain is not None and time is not None:
        if is_cyclic(grain):
            raise Unanswerable("mixed")
        name = next(s.name for s in request.slots if isinstance(s.group, ByTime))
        until = later(column(name, request.spine), grain)
        query = joined(query, table(request.spine), exp.LT(this=time.copy(), expression=until))
    return query


def _scope_tests(
    frame: Frame,
    request: Request,
    leaf: Leaf,
    time: exp.Expr | None,
    nested: Nested,
    bounds: Bounds | None,
) -> list[exp.Expr]:
    tests: list[exp.Expr] = []
    by_period = any(isinstance(s.group, ByPeriod) for s in request.slots)
    if time is not None and request.periods and not by_period:
        spans = [
            t
            for p in request.periods
            if (t := within(time, p, leaf.running and not leaf.cumulative)) is not None
        ]
        if spans:
            tests.append(spans[0] if len(spans) == 1 else exp.paren(either(spans), copy=False))
    if request.where is not None:
        tests.append(row_test(frame, request.where, nested, bounds))
    return tests


def within(time: exp.Expr, period: Period, running: bool = False) -> exp.Expr | None:
    """``time`` is inside the half-open period; a running total forgets where it starts."""
    tests: list[exp.Expr] = []
    if period.start is not None and not running:
        tests.append(exp.GTE(this=time.copy(), expression=literal(period.start)))
    if period.end is not None:
        tests.append(exp.LT(this=time.copy(), expression=literal(period.end)))
    return exp.and_(*tests, copy=False) if tests else None


def _own_tests(frame: Frame, leaf: Leaf, nested: Nested, bounds: Bounds | None) -> list[exp.Expr]:
    tests: list[exp.Expr] = []
    if leaf.filter:
        whole = frame.sql(leaf.filter, leaf.table, bounds)
        tests += list(whole.flatten()) if isinstance(whole, exp.And) else [whole]
    if leaf.base != leaf.table and (own := frame.catalog.tables[leaf.table].key):
        tests.append(is_known(frame.key(leaf.table, own[0])))
    if leaf.where is not None:
        tests.append(row_test(frame, leaf.where, nested, bounds))
    return [exp.paren(t, copy=False) if isinstance(t, exp.Or) else t for t in tests]


def _is_last(catalog: Catalog, leaf: Leaf, request: Request, time: exp.Expr | None) -> exp.Expr:
    """The row belongs to the last snapshot inside the period, or inside its bucket."""
    if time is None:
        raise Unanswerable("no-time", metric=catalog.tables[leaf.table].label)
    inner = Frame(catalog, leaf.base)
    moment = inner.dimension(leaf.time or "")
    slots = tuple(s for s in request.slots if isinstance(s.group, (ByTime, ByPeriod)))
    keys = [_key(inner, s, moment, None) for s in slots]
    mine = [_key(Frame(catalog, leaf.base), s, time.copy(), None) for s in slots]
    bare = Request(slots, None, request.periods)
    query = _from(inner, bare, leaf, moment)
    tests = _scope_tests(inner, bare, leaf, moment, _no_nested, None)
    query = query.select(*keys, exp.Max(this=moment.copy()), copy=False)
    query = _grouped(query.where(*tests, copy=False) if tests else query, len(keys))
    subject = exp.Tuple(expressions=[*mine, time.copy()]) if mine else time.copy()
    return exp.In(this=subject, query=exp.Subquery(this=query))


def _no_nested(query: object) -> exp.Query:
    raise Unanswerable("mixed")


# ── bounds of {start} and {end} ───────────────────────────────────────────────────────────────


def _bounds(request: Request, time: exp.Expr | None) -> Bounds | None:
    """The bucket's where the query groups by time, else those of the period the row is in."""
    for slot in request.slots:
        match slot.group:
            case ByPeriod():
                return Bounds(column("starts", SPANS), column("ends", SPANS))
            case ByTime(grain, None) if not is_cyclic(grain) and time is not None:
                start = bucket(time.copy(), grain)
                return Bounds(start, later(start.copy(), grain))
    if not request.periods:
        return None
    spans = [(_or(p.start, EARLIEST), _or(p.end, LATEST)) for p in request.periods]
    if len(spans) == 1 or time is None:
        return Bounds(literal(spans[0][0]), literal(spans[-1][1]))
    return Bounds(_pick(time, spans, 0), _pick(time, spans, 1))


def _or(day: Day | None, otherwise: Day) -> Day:
    return otherwise if day is None else day


def _pick(time: exp.Expr, spans: list[tuple[Day, Day]], side: int) -> exp.Expr:
    ifs = [
        exp.If(
            this=exp.LT(this=time.copy(), expression=literal(s[1])),
            true=literal(s[side]),
        )
        for s in spans
    ]
    return exp.Case(ifs=ifs)


# ── aggregates ────────────────────────────────────────────────────────────────────────────────


def aggregate(frame: Frame, leaf: Leaf, bounds: Bounds | None = None) -> exp.Expr:
    """The aggregate of one leaf over ``frame``'s rows."""
    value = value_of(frame, leaf, bounds)
    if value is None or (leaf.agg is Agg.COUNT and isinstance(value, exp.Star)):
        return exp.Count(this=exp.Star())
    return applied(leaf.agg, value, leaf.at)


def value_of(frame: Frame, leaf: Leaf, bounds: Bounds | None) -> exp.Expr | None:
    """What is aggregated; None when rows are counted."""
    if leaf.dimension is not None:
        return frame.dimension(leaf.dimension, bounds)
    return frame.sql(leaf.expr, leaf.table, bounds) if leaf.expr else None


def applied(agg: Agg, value: exp.Expr, at: float | None = None) -> exp.Expr:
    match agg:
        case Agg.SUM:
            return exp.Sum(this=value)
        case Agg.AVG:
            return exp.Avg(this=value)
        case Agg.MIN:
            return exp.Min(this=value)
        case Agg.MAX:
            return exp.Max(this=value)
        case Agg.COUNT:
            return exp.Count(this=value)
        case Agg.COUNT_DISTINCT:
            return exp.Count(this=exp.Distinct(expressions=[value]))
        case Agg.MEDIAN:
            return exp.Median(this=value)
        case Agg.STDDEV:
            return exp.StddevSamp(this=value)
        case Agg.VARIANCE:
            return exp.Variance(this=value)
        case Agg.PERCENTILE:
            return call("quantile_cont", value, number(0.5 if at is None else at))


def _running(
    frame: Frame,
    request: Request,
    named: tuple[str, Leaf],
    keys: list[exp.Expr],
    tests: list[exp.Expr],
    bounds: Bounds | None,
) -> exp.Select:
    """Each bucket's own share of the total, added up along the spine. A member counts in the bucket
    where it is first seen, so a running distinct count is a sum too."""
    name, leaf = named
    time = next(s.name for s in request.slots if isinstance(s.group, ByTime))
    others = [s.name for s in request.slots if s.name != time]
    rows = _gains(frame, tests, keys, leaf, bounds, time, others)
    until = exp.LTE(this=column(time, "gained"), expression=column(time, request.spine))
    groups = [
        column(s.name, request.spine if s.name == time else "gained").as_(quote(s.name), copy=False)
        for s in request.slots
    ]
    total = exp.Sum(this=column("gain", "gained")).as_(quote(name), copy=False)
    query = exp.select(*groups, total, copy=False).from_(table(request.spine), copy=False)
    return _grouped(joined(query, rows.subquery("gained", copy=False), until), len(groups))


def _gains(
    frame: Frame,
    tests: list[exp.Expr],
    keys: list[exp.Expr],
    leaf: Leaf,
    bounds: Bounds | None,
    time: str,
    others: list[str],
) -> exp.Select:
    """What every bucket adds: columns of the groups and ``gain``."""
    if leaf.agg is not Agg.COUNT_DISTINCT:
        gain = aggregate(frame, leaf, bounds).as_("gain", copy=False)
        query = frame.source().select(*keys, gain, copy=False)
        return _grouped(query.where(*_distinct(tests), copy=False) if tests else query, len(keys))
    member = value_of(frame, leaf, bounds)
    assert member is not None
    tests = [*tests, is_known(member.copy())]
    firsts = frame.source().select(*keys, member.as_("member", copy=False), copy=False)
    firsts = firsts.where(*_distinct(tests), copy=False)
    inside = [column(n) for n in [*others, "member"]]
    first = exp.Min(this=column(time)).as_(quote(time), copy=False)
    seen = exp.select(*inside, first, copy=False)
    seen = seen.from_(firsts.subquery("visits", copy=False), copy=False)
    seen = seen.group_by(*(c.copy() for c in inside), copy=False)
    listed = [column(n) for n in [*others, time]]
    gain = exp.Count(this=exp.Star()).as_("gain", copy=False)
    query = exp.select(*listed, gain, copy=False).from_(
        seen.subquery("firsts", copy=False), copy=False
    )
    return query.group_by(*(c.copy() for c in listed), copy=False)


def _count_groups(
    frame: Frame,
    request: Request,
    named: tuple[str, Leaf],
    keys: list[exp.Expr],
    tests: list[exp.Expr],
    time: exp.Expr | None,
    bounds: Bounds | None,
) -> exp.Select:
    """Aggregate per member first, then count the members that pass."""
    name, leaf = named
    per = leaf.per or ""
    known = per in frame.catalog.dimensions
    member = frame.dimension(per) if known else frame.sql(per, leaf.table)
    value = aggregate(frame, leaf, bounds)
    tests = [*tests, is_known(member.copy())]
    inner = _from(frame, request, leaf, time).select(
        *keys, member.as_("member", copy=False), copy=False
    )
    inner = inner.where(*_distinct(tests), copy=False)
    inner = _grouped(inner, len(keys) + 1)
    right = number(leaf.value)
    if leaf.op in COMPARISONS:
        test: exp.Expr = COMPARED[COMPARISONS[leaf.op]](this=value, expression=right)
    else:
        kind = exp.EQ if leaf.op in ("=", "==") else exp.NEQ
        test = kind(this=value, expression=right)
    inner = inner.having(test, copy=False)
    slots = [column(s.name) for s in request.slots]
    outer = exp.select(*slots, exp.Count(this=exp.Star()).as_(quote(name), copy=False), copy=False)
    return _grouped(outer.from_(inner.subquery("per_member", copy=False), copy=False), len(slots))


def grain_of(slots: Sequence[Slot]) -> Grain | None:
    """The calendar grain that the slots group by, if any."""
    return next((s.group.grain for s in slots if isinstance(s.group, ByTime)), None)
