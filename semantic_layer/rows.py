"""Which rows of a fact count, and what they are grouped by: scope, periods, keys, bounds, snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.catalog import Catalog
from semantic_layer.conditions import Nested, row_test
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import (
    EARLIEST,
    LATEST,
    Bounds,
    column,
    either,
    interval,
    is_known,
    is_unknown,
    joined,
    literal,
    number,
    table,
)
from semantic_layer.frames import Frame
from semantic_layer.measures import Leaf
from semantic_layer.query import By, ByBucket, ByPeriod, ByTime, Condition, Grain, Group, Period
from semantic_layer.times import bucket, is_cyclic, later

Day = date | datetime


SPANS = "spans"
STALE = 31  # days that a snapshot stays valid


@dataclass(frozen=True, slots=True)
class Slot:
    """A group column: its name in SQL, and where it is looked up: for ranges of a computed measure the
    relation that maps each ``per`` to its range, for periods the relation of their starts and ends."""

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


def distinct(tests: list[exp.Expr]) -> list[exp.Expr]:
    return list(dict.fromkeys(tests))


def grouped(query: exp.Select, count: int) -> exp.Select:
    return query.group_by(*(number(i + 1) for i in range(count)), copy=False) if count else query


def key_of(frame: Frame, slot: Slot, time: exp.Expr | None, bounds: Bounds | None) -> exp.Expr:
    match slot.group:
        case By(dimension):
            return frame.dimension(dimension, bounds)
        case ByTime(grain, dimension):
            own = frame.dimension(dimension) if dimension else time
            if own is None:
                raise Unanswerable("no-time", metric=frame.catalog.tables[frame.base].label)
            return bucket(own.copy(), grain)
        case ByPeriod():
            return column("place", slot.mapping)
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


def from_rows(frame: Frame, request: Request, leaf: Leaf, time: exp.Expr | None) -> exp.Select:
    query = frame.source()
    by_period = [s for s in request.slots if isinstance(s.group, ByPeriod)]
    if by_period and time is not None:
        spans = by_period[0].mapping
        start: exp.Expr = column("starts", spans)
        end = column("ends", spans)
        if _looks_back(leaf, request):
            start = exp.Sub(this=start, expression=interval(STALE, "day"))
        on: list[exp.Expr] = [exp.LT(this=time.copy(), expression=end)]
        if not leaf.running:
            on.insert(0, exp.GTE(this=time.copy(), expression=start))
        query = joined(query, table(spans), exp.and_(*on, copy=False))
    elif by_period:
        query = joined(query, table(by_period[0].mapping))
    grain = grain_of(request.slots)
    if leaf.running and grain is not None and time is not None:
        if is_cyclic(grain):
            raise Unanswerable("mixed")
        name = next(s.name for s in request.slots if isinstance(s.group, ByTime))
        until = later(column(name, request.spine), grain)
        query = joined(query, table(request.spine), exp.LT(this=time.copy(), expression=until))
    return query


def scope_tests(
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
        back = timedelta(days=STALE if _looks_back(leaf, request) else 0)
        spans = [
            t
            for p in (replace(p, start=p.start and p.start - back) for p in request.periods)
            if (t := within(time, p, leaf.running and not leaf.cumulative)) is not None
        ]
        if spans:
            tests.append(spans[0] if len(spans) == 1 else exp.paren(either(spans), copy=False))
    if request.where is not None:
        tests.append(row_test(frame, request.where, nested, bounds))
    return tests


def _looks_back(leaf: Leaf, request: Request) -> bool:
    """Yesterday's stock is that of Monday's count, if nobody counted yesterday."""
    return leaf.snapshot and not any(isinstance(s.group, ByTime) for s in request.slots)


def within(time: exp.Expr, period: Period, running: bool = False) -> exp.Expr | None:
    """``time`` is inside the half-open period; a running total forgets where it starts."""
    tests: list[exp.Expr] = []
    if period.start is not None and not running:
        tests.append(exp.GTE(this=time.copy(), expression=literal(period.start)))
    if period.end is not None:
        tests.append(exp.LT(this=time.copy(), expression=literal(period.end)))
    return exp.and_(*tests, copy=False) if tests else None


def own_tests(frame: Frame, leaf: Leaf, nested: Nested, bounds: Bounds | None) -> list[exp.Expr]:
    tests: list[exp.Expr] = []
    if leaf.filter:
        whole = frame.sql(leaf.filter, leaf.table, bounds)
        tests += list(whole.flatten()) if isinstance(whole, exp.And) else [whole]
    if leaf.base != leaf.table and (own := frame.catalog.tables[leaf.table].key):
        tests.append(is_known(frame.key(leaf.table, own[0])))
    if leaf.where is not None:
        tests.append(row_test(frame, leaf.where, nested, bounds))
    return [exp.paren(t, copy=False) if isinstance(t, exp.Or) else t for t in tests]


def is_last(catalog: Catalog, leaf: Leaf, request: Request, time: exp.Expr | None) -> exp.Expr:
    """The row belongs to the last snapshot inside the period, or inside its bucket."""
    if time is None:
        raise Unanswerable("no-time", metric=catalog.tables[leaf.table].label)
    inner = Frame(catalog, leaf.base)
    moment = inner.dimension(leaf.time or "")
    slots = tuple(s for s in request.slots if isinstance(s.group, (ByTime, ByPeriod)))
    keys = [key_of(inner, s, moment, None) for s in slots]
    mine = [key_of(Frame(catalog, leaf.base), s, time.copy(), None) for s in slots]
    bare = Request(slots, None, request.periods)
    query = from_rows(inner, bare, leaf, moment)
    tests = scope_tests(inner, bare, leaf, moment, _no_nested, None)
    query = query.select(*keys, exp.Max(this=moment.copy()), copy=False)
    query = grouped(query.where(*tests, copy=False) if tests else query, len(keys))
    subject = exp.Tuple(expressions=[*mine, time.copy()]) if mine else time.copy()
    return exp.In(this=subject, query=exp.Subquery(this=query))


def _no_nested(query: object) -> exp.Query:
    raise Unanswerable("mixed")


def bounds_of(request: Request, time: exp.Expr | None) -> Bounds | None:
    """The bucket's where the query groups by time, else those of the period the row is in."""
    for slot in request.slots:
        match slot.group:
            case ByPeriod():
                return Bounds(column("starts", slot.mapping), column("ends", slot.mapping))
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


def grain_of(slots: Sequence[Slot]) -> Grain | None:
    """The calendar grain that the slots group by, if any."""
    return next((s.group.grain for s in slots if isinstance(s.group, ByTime)), None)
