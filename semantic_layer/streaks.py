"""Groups in which a measure keeps moving: gaps and islands over complete buckets of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.blueprint import Build, Grid
from semantic_layer.catalog import Format, Kind
from semantic_layer.columns import GRAIN_LABELS
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import call, column, literal, number, quote, table, zero
from semantic_layer.grids import cells
from semantic_layer.plan import Plan
from semantic_layer.query import ByTime, Grain, MetricQuery, Streak
from semantic_layer.result import Column, ColumnRole
from semantic_layer.rollups import how_many
from semantic_layer.rows import Slot
from semantic_layer.times import STEPS, floor_date, later
from semantic_layer.windows import over

UNITS = {
    Grain.DAY: "天",
    Grain.WEEK: "周",
    Grain.MONTH: "个月",
    Grain.QUARTER: "个季度",
    Grain.YEAR: "年",
}


def streak_stage(
    build: Build,
    plan: Plan,
    query: MetricQuery,
    slots: tuple[Slot, ...],
    groups: Sequence[Column],
    measures: Sequence[Column],
) -> tuple[exp.Query, tuple[Column, ...]]:
    """Columns: the groups, the measure in the streak's last bucket, its length, first and last bucket.

    A bucket that isn't over yet never counts. A falling streak of n needs n + 1 buckets.
    """
    streak = query.streak
    assert streak is not None
    others = tuple(s for s in slots if not isinstance(s.group, ByTime))
    groups = [g for g in groups if g.name in {s.name for s in others}]
    timed = Slot("bucket", ByTime(streak.grain))
    of = measures[0]
    grid = Grid((*others, timed), ((of.name, plan.nodes[0]),), plan.where, plan.periods)
    names = [column(s.name) for s in others]
    if streak.direction == "zero" and streak.latest and others:
        found = _silent(build, plan, query, replace(grid, fill=False), names, groups, of)
        return _counted(build, *found, query, groups)
    last = _last_complete(build, plan, streak.grain)
    if streak.direction == "nonzero" and others:
        relation = _present(build, replace(grid, fill=False), streak, names, of.name, last)
    else:
        relation = _moves(build, grid, streak, names, of.name, last)
    query_ = _lengths(relation, names, of.name, streak)
    relation = build.add("streaks", query_)
    shown = [*groups, of, *_columns(streak, of)]
    final = exp.select(*(column(c.name) for c in shown), copy=False).from_(
        table(relation), copy=False
    )
    if streak.latest:
        final = final.where(exp.EQ(this=column("streak_end"), expression=literal(last)), copy=False)
    keys = [exp.Ordered(this=column("streak"), desc=True, nulls_first=False)]
    keys.append(exp.Ordered(this=column(of.name), desc=True, nulls_first=False))
    keys += [exp.Ordered(this=n.copy(), nulls_first=False) for n in names]
    final = final.order_by(*keys, copy=False)
    return _counted(build, final, tuple(shown), query, groups)


def _counted(
    build: Build,
    found: exp.Query,
    shown: tuple[Column, ...],
    query: MetricQuery,
    groups: Sequence[Column],
) -> tuple[exp.Query, tuple[Column, ...]]:
    """How many members there are, each counted once however many streaks it has had."""
    if query.rollup is None:
        return found, shown
    if not groups:
        raise Unanswerable("mixed")
    found.set("order", None)
    relation = build.add("kept", found)
    label = groups[0].label if len(groups) == 1 else "组"
    made = Column("groups", f"{label}数", Kind.NUMBER, ColumnRole.MEASURE, "个", Format.COUNT)
    count = how_many([column(g.name) for g in groups])
    total = exp.select(count.as_(quote(made.name), copy=False), copy=False)
    return total.from_(table(relation), copy=False), (made,)


def _moves(
    build: Build,
    grid: Grid,
    streak: Streak,
    names: list[exp.Column],
    of: str,
    last: date | datetime,
) -> str:
    """Every complete bucket with whether it ``holds``, and the island it belongs to."""
    relation = cells(build, grid)
    along = [exp.Ordered(this=column("bucket"), nulls_first=False)]
    complete = exp.LTE(this=column("bucket"), expression=literal(last))
    before = over(call("lag", column(of)), list(names), list(along))
    seen = exp.select(exp.Star(), before.as_("before", copy=False), copy=False)
    seen = seen.from_(table(relation), copy=False).where(complete, copy=False)
    if streak.direction == "zero":
        seen = seen.select(_active(of, names).as_("active", copy=False), copy=False)
    relation = build.add("steps", seen)
    moved = exp.select(exp.Star(), _holds(streak, of).as_("holds", copy=False), copy=False)
    relation = build.add("moves", moved.from_(table(relation), copy=False))
    broken = exp.Case(ifs=[exp.If(this=column("holds"), true=number(0))], default=number(1))
    island = over(exp.Sum(this=broken), list(names), along)
    islands = exp.select(exp.Star(), island.as_("island", copy=False), copy=False)
    return build.add("islands", islands.from_(table(relation), copy=False))


def _present(
    build: Build,
    grid: Grid,
    streak: Streak,
    names: list[exp.Column],
    of: str,
    last: date | datetime,
) -> str:
    """Buckets with anything in them only: numbered buckets minus their rank tell the islands apart."""
    relation = cells(build, grid)
    size, unit = STEPS[streak.grain]
    monday = literal(date(1900, 1, 1))
    place = call("date_diff", exp.Literal.string(unit), monday, column("bucket"))
    if size > 1:
        place = exp.IntDiv(this=place, expression=number(size))
    along = [exp.Ordered(this=column("bucket"), nulls_first=False)]
    island = exp.Sub(this=place, expression=over(call("row_number"), list(names), along))
    seen = exp.select(
        exp.Star(),
        exp.true().as_("holds", copy=False),
        island.as_("island", copy=False),
        copy=False,
    )
    there = exp.NEQ(this=column(of), expression=number(0))
    complete = exp.LTE(this=column("bucket"), expression=literal(last))
    seen = seen.from_(table(relation), copy=False).where(there, complete, copy=False)
    return build.add("islands", seen)


def _silent(
    build: Build,
    plan: Plan,
    query: MetricQuery,
    grid: Grid,
    names: list[exp.Column],
    groups: Sequence[Column],
    of: Column,
) -> tuple[exp.Query, tuple[Column, ...]]:
    """Who has been silent until now: the buckets since the last one with anything in it. Millions of
    members times years of empty weeks are never listed."""
    streak = query.streak
    assert streak is not None
    relation = cells(build, grid)
    last = _last_complete(build, plan, streak.grain)
    size, unit = STEPS[streak.grain]
    bucket = exp.Max(this=column("bucket"))
    since = call("date_diff", exp.Literal.string(unit), bucket, literal(last))
    if size > 1:
        since = exp.IntDiv(this=since, expression=number(size))
    known = exp.and_(
        exp.NEQ(this=column(of.name), expression=number(0)),
        exp.LTE(this=column("bucket"), expression=literal(last)),
        copy=False,
    )
    seen = exp.select(
        *(n.copy() for n in names),
        number(0).as_(quote(of.name), copy=False),
        since.as_("streak", copy=False),
        later(bucket.copy(), streak.grain).as_("streak_start", copy=False),
        literal(last).as_("streak_end", copy=False),
        copy=False,
    )
    seen = seen.from_(table(relation), copy=False).where(known, copy=False)
    seen = seen.group_by(*(n.copy() for n in names), copy=False)
    relation = build.add("streaks", seen)
    shown = [*groups, of, *_columns(streak, of)]
    final = exp.select(*(column(c.name) for c in shown), copy=False)
    final = final.from_(table(relation), copy=False)
    long = exp.GTE(this=column("streak"), expression=number(streak.n))
    keys = [exp.Ordered(this=column("streak"), desc=True, nulls_first=False)]
    keys += [exp.Ordered(this=n.copy(), nulls_first=False) for n in names]
    final = final.where(long, copy=False).order_by(*keys, copy=False)
    return final, tuple(shown)


def _last_complete(build: Build, plan: Plan, grain: Grain) -> date | datetime:
    """The start of the last bucket that is over, at the end of the data and of the period."""
    ends = [p.end for p in plan.periods if p.end is not None]
    until = build.catalog.until
    known = until + timedelta(days=1) if until is not None else plan.today
    end = min([known, *(_date(e) for e in ends)]) if ends else known
    return floor_date(floor_date(end, grain) - timedelta(days=1), grain)


def _date(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _holds(streak: Streak, name: str) -> exp.Expr:
    value, before = column(name), column("before")
    match streak.direction:
        case "down":
            return exp.LT(this=value, expression=before)
        case "up":
            return exp.GT(this=value, expression=before)
        case "zero":
            return exp.and_(exp.EQ(this=zero(value), expression=number(0)), column("active"))
        case "nonzero":
            return exp.NEQ(this=zero(value), expression=number(0))
        case "above":
            return exp.GT(this=value, expression=number(streak.value or 0))
        case "below":
            return exp.LT(this=value, expression=number(streak.value or 0))
        case _:
            raise Unanswerable("mixed")


def _active(name: str, names: list[exp.Column]) -> exp.Expr:
    """Something happened before: who only begins next week has not been silent for years."""
    happened = exp.NEQ(this=zero(column(name)), expression=number(0))
    along = [exp.Ordered(this=column("bucket"), nulls_first=False)]
    return over(call("bool_or", happened), list(names), along)


def _lengths(relation: str, names: list[exp.Column], of: str, streak: Streak) -> exp.Select:
    """Islands of at least n buckets; each break starts a new island, and is not part of it."""
    bucket = column("bucket")
    size = exp.Count(this=exp.Star())
    return (
        exp.select(
            *(n.copy() for n in names),
            call("arg_max", column(of), bucket.copy()).as_(quote(of), copy=False),
            size.as_("streak", copy=False),
            exp.Min(this=bucket.copy()).as_("streak_start", copy=False),
            exp.Max(this=bucket.copy()).as_("streak_end", copy=False),
            copy=False,
        )
        .from_(relation)
        .where(column("holds"))
        .group_by(*(n.copy() for n in names), column("island"))
        .having(exp.GTE(this=size.copy(), expression=number(streak.n)))
    )


def _columns(streak: Streak, of: Column) -> tuple[Column, ...]:
    unit = UNITS.get(streak.grain, "期")
    label = GRAIN_LABELS[streak.grain]
    return (
        Column(
            "streak", "连续期数", Kind.NUMBER, ColumnRole.MEASURE, unit, Format.COUNT, of=of.name
        ),
        Column("streak_start", f"开始{label}", Kind.TIME, ColumnRole.DIMENSION),
        Column("streak_end", f"最近{label}", Kind.TIME, ColumnRole.DIMENSION),
    )
