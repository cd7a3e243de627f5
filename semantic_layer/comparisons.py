"""Beside each value the value of another period: the compared grids, joined on the groups."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.blueprint import Grid
from semantic_layer.catalog import Format
from semantic_layer.columns import change_label, previous_label
from semantic_layer.expressions import call, column, divide, interval, joined, quote, table, zero
from semantic_layer.grids import cells
from semantic_layer.measures import Leaf, Node
from semantic_layer.periods import bucket_shift, move, shifted
from semantic_layer.plan import Plan
from semantic_layer.query import ByPeriod, ByTime, CompareKind, Comparison, Period
from semantic_layer.result import Column, ColumnRole
from semantic_layer.rows import Slot
from semantic_layer.stages import Stage
from semantic_layer.times import is_cyclic
from semantic_layer.values import is_counted

KIND_NAMES = {
    CompareKind.YEAR_OVER_YEAR: "last_year",
    CompareKind.PREVIOUS_PERIOD: "previous",
    CompareKind.PERIOD: "compared",
}


def compared(stage: Stage, grid: Grid) -> Stage:
    """Each compared grid joined on the groups; a group that only the other period has keeps its row."""
    plan = stage.plan
    if not plan.comparisons:
        return stage
    timed = _linear(grid.slots)
    linear = timed is not None
    others: list[tuple[str, tuple[int, str]]] = []
    for comparison in plan.comparisons:
        back, periods = _other_periods(plan, comparison, timed)
        other = replace(grid, periods=periods, fill=grid.fill and not linear)
        others.append((cells(stage.build, other, KIND_NAMES[comparison.kind]), back))
    keys = stage.relation
    if grid.slots and not linear:
        keys = _all_groups(stage, [name for name, _ in others])
    query = exp.Select().from_(table(keys), copy=False)
    if keys != stage.relation:
        query = joined(
            query, table(stage.relation), matched(grid.slots, keys, stage.relation), "LEFT"
        )
    for name, back in others:
        on = matched(grid.slots, keys, name, timed, back)
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


def _linear(slots: tuple[Slot, ...]) -> Slot | None:
    """The group that moves with the period: months do, weekdays and hours don't."""
    return next(
        (s for s in slots if isinstance(s.group, ByTime) and not is_cyclic(s.group.grain)), None
    )


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


def matched(
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


def change_columns(stage: Stage, plan: Plan, measures: list[Column]) -> dict[int, list[Column]]:
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
