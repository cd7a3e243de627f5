"""Facts side by side: every fact aggregated in its own CTE, then joined null-safely on the groups.

A grid has one row per combination of groups and one column per measure. Empty time buckets inside
the period are filled; counts and sums of nothing are 0, ratios of nothing stay unknown.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.blueprint import Build, Grid
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import column, joined, quote, table
from semantic_layer.facts import fact, kin
from semantic_layer.measures import Leaf, leaves
from semantic_layer.query import ByPeriod, ByTime, Period
from semantic_layer.recurring import bucket_tests, recurring
from semantic_layer.rows import SPANS, Request, Slot, grain_of
from semantic_layer.spines import running_spine, spans_of, spine, union
from semantic_layer.values import Row


def cells(build: Build, grid: Grid, name: str = "cells") -> str:
    """Add the CTEs of ``grid``; returns the one with columns slots…, measures…."""
    grid = replace(grid, slots=tuple(_spanned(build, s, grid.periods) for s in grid.slots))
    wanted = list(dict.fromkeys(leaf for _, n in grid.measures for leaf in leaves(n)))
    named = _leaf_names(grid, wanted)
    request = Request(grid.slots, grid.where, grid.periods)
    if any(leaf.running for leaf in wanted) and grain_of(grid.slots):
        if any(isinstance(s.group, ByPeriod) for s in grid.slots):
            raise Unanswerable("mixed")
        request = replace(request, spine=running_spine(build, grid, wanted))
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
    row = Row(names, grid.slots, grid.periods, of, build.catalog, recurring(grid.where))
    for label, node in grid.measures:
        value = row.value(node)
        query = query.select(value.as_(quote(label), copy=False), copy=False)
    return build.add(name, query)


def _spanned(build: Build, slot: Slot, periods: tuple[Period, ...]) -> Slot:
    """A slot of periods with the relation of this grid's own: the compared grid has others."""
    if not isinstance(slot.group, ByPeriod):
        return slot
    spans = spans_of(periods)
    same = next((name for name, cte in build.ctes.items() if cte == spans), None)
    return replace(slot, mapping=same or build.add(SPANS, spans))


def _leaf_names(grid: Grid, wanted: list[Leaf]) -> list[tuple[str, Leaf]]:
    """A leaf that is a measure bears its name; the parts of a measure are numbered behind it."""
    names: dict[Leaf, str] = {}
    for label, node in grid.measures:
        if isinstance(node, Leaf):
            names.setdefault(node, label)
    taken = {*names.values(), *(s.name for s in grid.slots)}
    for label, node in grid.measures:
        for i, leaf in enumerate(leaves(node)):
            free = f"{label}_part_{i + 1}"
            if leaf not in names and free not in taken:
                names[leaf] = free
                taken.add(free)
    return [(names[leaf], leaf) for leaf in wanted]


def _inlined(
    query: exp.Select, grid: Grid, named: list[tuple[str, Leaf]], build: Build
) -> exp.Select:
    """One fact needs no joining: its measures are computed where its aggregates are."""
    given = {e.alias_or_name: e.unalias() for e in query.selects}
    named_ = {leaf: (n, "") for n, leaf in named}
    row = Row(named_, grid.slots, grid.periods, "", build.catalog, recurring(grid.where))
    measures: list[exp.Expr] = []
    for label, node in grid.measures:
        value = row.value(node).transform(
            lambda e: given[e.name].copy() if _is_leaf(e, given) else e
        )
        measures.append(_without_zero(value).as_(quote(label), copy=False))
    groups = [e for e in query.selects if e.alias_or_name in {s.name for s in grid.slots}]
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
    timed = any(
        isinstance(s.group, ByPeriod) or (isinstance(s.group, ByTime) and not s.group.recorded)
        for s in grid.slots
    )
    return timed and (grid.fill or len(grid.slots) == 1)


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
        buckets = _in_scope(spine(build, grid, timed, facts), timed, grid)
        others = [column(s.name) for s in grid.slots if s is not timed]
        query = exp.select(*(c.copy() for c in columns), copy=False).from_(
            buckets.subquery("spine", copy=False), copy=False
        )
        if others:
            seen = union(
                [
                    exp.select(*(c.copy() for c in others), copy=False).from_(table(f), copy=False)
                    for f in facts
                ]
            )
            query = joined(query, seen.subquery("seen", copy=False))
        parts.insert(0, query)
    if len(parts) == 1 and isinstance(parts[0], exp.Select):
        parts[0] = parts[0].distinct(copy=False)
    return build.add(f"{name}_keys", union(parts))


def _in_scope(buckets: exp.Select, slot: Slot, grid: Grid) -> exp.Select:
    """Without the buckets that a test on recurring time leaves nothing of."""
    if not isinstance(slot.group, ByTime):
        return buckets
    tests = bucket_tests(slot.name, slot.group.grain, recurring(grid.where))
    if not tests:
        return buckets
    query = exp.select(column(slot.name), copy=False)
    query = query.from_(buckets.subquery("all_buckets", copy=False), copy=False)
    return query.where(*tests, copy=False)


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
