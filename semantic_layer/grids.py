"""Facts side by side: every fact aggregated in its own CTE, then joined null-safely on the groups.

A grid has one row per combination of groups and one column per measure. Empty time buckets inside
the period are filled; counts and sums of nothing are 0, ratios of nothing stay unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.catalog import Catalog
from semantic_layer.conditions import Nested
from semantic_layer.expressions import (
    CYCLES,
    Frame,
    bucket,
    call,
    cast,
    column,
    floor_date,
    is_cyclic,
    joined,
    literal,
    number,
    quote,
    step,
    table,
)
from semantic_layer.facts import SPANS, Request, Slot, fact, grain_of, kin
from semantic_layer.measures import Leaf, Node, leaves
from semantic_layer.query import ByPeriod, ByTime, Condition, Grain, Period
from semantic_layer.values import Row


@dataclass(slots=True)
class Build:
    """CTEs in the order they were added. The only mutable thing in a compilation."""

    catalog: Catalog
    today: date
    nested: Nested
    ctes: dict[str, exp.Query] = field(default_factory=dict)

    def add(self, name: str, query: exp.Query) -> str:
        """Add a CTE under ``name``, or under name_2 … where that is taken, and say which."""
        free, n = name, 2
        while free in self.ctes or free in self.catalog.tables:
            free, n = f"{name}_{n}", n + 1
        self.ctes[free] = query
        return free


@dataclass(frozen=True, slots=True)
class Grid:
    """``slots`` are the groups, ``measures`` pairs of column name and node. ``fill``: also the
    buckets of time in which nothing happened, for every combination of the other groups."""

    slots: tuple[Slot, ...]
    measures: tuple[tuple[str, Node], ...]
    where: Condition | None
    periods: tuple[Period, ...]
    fill: bool = True


def cells(build: Build, grid: Grid, name: str = "cells") -> str:
    """Add the CTEs of ``grid``; returns the one with columns slots…, measures…."""
    if any(isinstance(s.group, ByPeriod) for s in grid.slots):
        spans = spans_of(grid.periods)
        if build.ctes.get(SPANS) != spans:
            build.ctes[SPANS] = spans
    wanted = list(dict.fromkeys(leaf for _, n in grid.measures for leaf in leaves(n)))
    named = [(f"v{i}", leaf) for i, leaf in enumerate(wanted)]
    request = Request(grid.slots, grid.where, grid.periods)
    if any(leaf.running for leaf in wanted) and grain_of(grid.slots):
        request = replace(request, spine=_running_spine(build, grid, wanted))
    relations: dict[tuple[object, ...], list[tuple[str, Leaf]]] = {}
    for pair in named:
        relations.setdefault(kin(pair[1]), []).append(pair)
    if len(relations) == 1 and not _is_filled(grid):
        alone = fact(build.catalog, named, request, build.nested)
        return build.add(name, _inlined(alone, grid, named, build))
    facts = [
        (
            build.add(
                f"{pairs[0][1].base}_{name}", fact(build.catalog, pairs, request, build.nested)
            ),
            pairs,
        )
        for pairs in relations.values()
    ]
    names = {leaf: (n, f) for f, pairs in facts for n, leaf in pairs}
    keys = _keys(build, grid, [f for f, _ in facts], name)
    query = _side_by_side(grid, keys, [f for f, _ in facts])
    of = keys or (facts[0][0] if facts else "")
    query = query.select(
        *(column(s.name, of).as_(quote(s.name), copy=False) for s in grid.slots), copy=False
    )
    row = Row(names, grid.slots, grid.periods, of, build.catalog)
    for label, node in grid.measures:
        value = row.value(node)
        query = query.select(value.as_(quote(label), copy=False), copy=False)
    return build.add(name, query)


def _inlined(
    query: exp.Select, grid: Grid, named: list[tuple[str, Leaf]], build: Build
) -> exp.Select:
    """One fact needs no joining: its measures are computed where its aggregates are."""
    given = {e.alias: e.this for e in query.selects}
    row = Row({leaf: (n, "") for n, leaf in named}, grid.slots, grid.periods, "", build.catalog)
    measures: list[exp.Expr] = []
    for label, node in grid.measures:
        value = row.value(node).transform(
            lambda e: given[e.name].copy() if _is_leaf(e, given) else e
        )
        measures.append(_without_zero(value).as_(quote(label), copy=False))
    groups = [e for e in query.selects if e.alias in {s.name for s in grid.slots}]
    return query.select(*groups, *measures, append=False, copy=False)


def _without_zero(value: exp.Expr) -> exp.Expr:
    """A group exists because it has rows: only a filtered sum can be empty."""

    def plain(node: exp.Expr) -> exp.Expr:
        bare = isinstance(node, exp.Coalesce) and isinstance(node.this, (exp.Sum, exp.Count))
        return node.this if bare else node

    return value.transform(plain)


def _is_leaf(node: exp.Expr, given: dict[str, exp.Expr]) -> bool:
    return isinstance(node, exp.Column) and not node.table and node.name in given


def _is_filled(grid: Grid) -> bool:
    timed = any(isinstance(s.group, (ByTime, ByPeriod)) for s in grid.slots)
    return timed and (grid.fill or len(grid.slots) == 1)


def spans_of(periods: Sequence[Period]) -> exp.Select:
    """One row per period: place, label, starts, ends."""
    rows = exp.Union  # one SELECT per period keeps the text plain and portable
    selects = [
        exp.select(
            number(i).as_("place", copy=False),
            exp.Literal.string(p.label or period_label(p)).as_("label", copy=False),
            literal(p.start or date(1900, 1, 1)).as_("starts", copy=False),
            literal(p.end or date(2999, 12, 31)).as_("ends", copy=False),
            copy=False,
        )
        for i, p in enumerate(periods)
    ]
    whole: exp.Query = selects[0]
    for each in selects[1:]:
        whole = rows(this=whole, expression=each, distinct=False)
    return exp.select(exp.Star(), copy=False).from_(whole.subquery("spans", copy=False), copy=False)


def period_label(period: Period) -> str:
    """2026-05-01~2026-05-31, both ends included."""
    start = "" if period.start is None else str(period.start)
    end = period.end
    last = "" if end is None else str(end if isinstance(end, datetime) else end - timedelta(days=1))
    return start if start == last else f"{start}~{last}"


# ── rows ──────────────────────────────────────────────────────────────────────────────────────


def _keys(build: Build, grid: Grid, facts: list[str], name: str) -> str:
    """The relation of groups to show; empty when one fact (or no group) needs none."""
    timed = next((s for s in grid.slots if isinstance(s.group, (ByTime, ByPeriod))), None)
    filled = _is_filled(grid)
    if not grid.slots or (len(facts) == 1 and not filled):
        return ""
    columns = [column(s.name) for s in grid.slots]
    parts: list[exp.Query] = [
        exp.select(*(c.copy() for c in columns), copy=False).from_(table(f), copy=False)
        for f in facts
    ]
    if timed is not None and filled:
        spine = _spine(build, grid, timed, facts)
        others = [column(s.name) for s in grid.slots if s is not timed]
        query = exp.select(*(c.copy() for c in columns), copy=False).from_(
            spine.subquery("spine", copy=False), copy=False
        )
        if others:
            seen = _union(
                [
                    exp.select(*(c.copy() for c in others), copy=False).from_(table(f), copy=False)
                    for f in facts
                ]
            )
            query = joined(query, seen.subquery("seen", copy=False))
        parts.insert(0, query)
    if len(parts) == 1 and isinstance(parts[0], exp.Select):
        parts[0] = parts[0].distinct(copy=False)
    return build.add(f"{name}_keys", _union(parts))


def _union(parts: list[exp.Query]) -> exp.Query:
    if len(parts) == 1 and isinstance(parts[0], exp.Select):
        return parts[0].distinct(copy=False)
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.Union(this=whole, expression=part, distinct=True)
    return whole


def _side_by_side(grid: Grid, keys: str, facts: list[str]) -> exp.Select:
    first, *others = ([keys] if keys else []) + facts if (keys or facts) else [""]
    query = exp.Select().from_(table(first), copy=False) if first else exp.Select()
    for other in others:
        if grid.slots:
            on = [
                exp.NullSafeEQ(this=column(s.name, first), expression=column(s.name, other))
                for s in grid.slots
            ]
            query = joined(query, table(other), exp.and_(*on, copy=False), "LEFT")
        else:
            query = joined(query, table(other))
    return query


def _spine(build: Build, grid: Grid, slot: Slot, facts: list[str]) -> exp.Select:
    """Every bucket that should have a row."""
    if isinstance(slot.group, ByPeriod):
        return exp.select(column("place").as_(quote(slot.name), copy=False), copy=False).from_(
            table(SPANS), copy=False
        )
    assert isinstance(slot.group, ByTime)
    grain = slot.group.grain
    bounded = [p for p in grid.periods if p.start is not None and p.end is not None]
    own = slot.group.dimension is None
    if is_cyclic(grain):
        return _cycle(slot.name, grain, grid.periods if own else ())
    if bounded and len(bounded) == len(grid.periods) and own:
        parts = [_series(slot.name, grain, *_ends(build, p, grain)) for p in bounded]
        return exp.select(column(slot.name), copy=False).from_(
            _all(list(parts)).subquery("buckets", copy=False), copy=False
        )
    seen = _union(
        [exp.select(column(slot.name), copy=False).from_(table(f), copy=False) for f in facts]
    )
    series = call(
        "generate_series",
        exp.Min(this=column(slot.name)),
        exp.Max(this=column(slot.name)),
        step(grain),
    )
    kind = "TIMESTAMP" if grain in (Grain.HOUR, Grain.MINUTE) else "DATE"
    value = cast(call("unnest", series), kind)
    return exp.select(value.as_(quote(slot.name), copy=False), copy=False).from_(
        seen.subquery("seen_buckets", copy=False), copy=False
    )


def _all(parts: list[exp.Query]) -> exp.Query:
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.Union(this=whole, expression=part, distinct=False)
    return whole


def _ends(build: Build, period: Period, grain: Grain) -> tuple[date | datetime, date | datetime]:
    """First and last bucket of a period; buckets that haven't begun are not empty but unknown."""
    assert period.start is not None and period.end is not None
    until = build.catalog.until
    clip = until + timedelta(days=1) if until is not None else build.today
    start, end = _moment(period.start), _moment(period.end)
    last = min(end, _moment(clip)) if _moment(clip) > start else end
    return floor_date(period.start, grain), floor_date(last - timedelta(microseconds=1), grain)


def _moment(day: date | datetime) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def _series(name: str, grain: Grain, first: date | datetime, last: date | datetime) -> exp.Select:
    kind = "TIMESTAMP" if grain in (Grain.HOUR, Grain.MINUTE) else "DATE"
    series = call("generate_series", literal(first), literal(last), step(grain))
    return exp.select(cast(call("unnest", series), kind).as_(quote(name), copy=False), copy=False)


def _cycle(name: str, grain: Grain, periods: tuple[Period, ...]) -> exp.Select:
    """The members of a cycle that the period contains; all of them when it is open."""
    bounded = [p for p in periods if p.start is not None and p.end is not None]
    if grain is Grain.HOUR_OF_DAY or not bounded:
        values = [literal(v) for v in CYCLES[grain]]
        return exp.select(
            call("unnest", exp.Array(expressions=values)).as_(quote(name), copy=False), copy=False
        )
    days = _all(
        [
            _series(
                "day",
                Grain.DAY,
                floor_date(p.start, Grain.DAY),
                floor_date(_moment(p.end) - timedelta(microseconds=1), Grain.DAY),
            )
            for p in bounded
            if p.start is not None and p.end is not None
        ]
    )
    value = bucket(column("day", "days"), grain)
    return (
        exp.select(value.as_(quote(name), copy=False), copy=False)
        .distinct(copy=False)
        .from_(days.subquery("days", copy=False), copy=False)
    )


def _running_spine(build: Build, grid: Grid, wanted: list[Leaf]) -> str:
    """Bucket starts for running totals, as a CTE: those of the period, else of the data."""
    slot = next(s for s in grid.slots if isinstance(s.group, ByTime))
    assert isinstance(slot.group, ByTime)
    grain = slot.group.grain
    bounded = [p for p in grid.periods if p.start is not None and p.end is not None]
    if is_cyclic(grain) or (bounded and len(bounded) == len(grid.periods)):
        return build.add("running", _spine(build, grid, slot, []))
    leaf = next(each for each in wanted if each.running)
    frame = Frame(build.catalog, leaf.base)
    time = frame.dimension(leaf.time or "")
    low, high = exp.Min(this=time), exp.Max(this=time.copy())
    series = call("generate_series", bucket(low, grain), bucket(high, grain), step(grain))
    value = cast(call("unnest", series), "DATE")
    return build.add(
        "running", frame.source().select(value.as_(quote(slot.name), copy=False), copy=False)
    )
