"""What else moved at the same time: the metrics that the model names as drivers, where the change sits.

A driver is reported when it moved by a fifth or more in the direction that fits. It may know fewer
dimensions than the metric asked about (stock has no region); then it is looked at without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.contract import Facts
from analytics.contributions import Part, Sides, fetch, fetch_each, of_sums
from analytics.drill import Step, condition, is_one
from semantic_layer.catalog import Direction, Format, Metric
from semantic_layer.errors import Unanswerable
from semantic_layer.query import Condition, Measure

LEAST = 0.2  # relative change
SMALL = 20  # values of a dimension that says where
MOSTLY = 0.5  # of the driver's change


@dataclass(frozen=True, slots=True)
class Companion:
    """A driver before and after; ``inside`` are values of the path that it was looked at for, ``place``
    the dimension and part in which it moved most; ``whole`` whether it knew every condition."""

    metric: Metric
    before: float
    after: float
    inside: tuple[Any, ...]
    dimension: str = ""
    part: Part | None = None
    whole: bool = True

    @property
    def change(self) -> float:
        """Relative; from nothing it counts as doubled and more."""
        return (self.after - self.before) / abs(self.before) if self.before else float(self.after)


def companions(
    facts: Facts, measure: Measure, sides: Sides, path: Sequence[Step], better: bool
) -> tuple[Companion, ...]:
    """Drivers that moved with ``measure``, the largest change first. ``better``: did it improve?"""
    last = path[-1].measure if path else measure
    asked = facts.anatomy.drivers(measure) or facts.anatomy.drivers(last)
    found = [c for d in asked if (c := _companion(facts, d, sides, path, better)) is not None]
    return tuple(sorted(found, key=lambda c: (-abs(c.change), c.metric.name)))


def _companion(
    facts: Facts, driver: Measure, sides: Sides, path: Sequence[Step], better: bool
) -> Companion | None:
    metric, where = facts.anatomy.metric(driver), condition(path)
    if metric is None:
        return None
    try:
        rows = fetch(facts, (driver,), sides, "", where, loose=True)
    except Unanswerable:
        return None
    nothing = 0.0 if metric.format is Format.COUNT else None  # no row to count is none of them
    before, after = (
        nothing if side[0] is None else side[0] for side in rows.get(None, ([None], [None]))
    )
    if before is None or after is None or abs(after - before) < LEAST * abs(before):
        return None
    if after == before or not _fits(metric, after > before, better):
        return None
    inside = tuple(s.part.value for s in path if _knows(facts, driver, s))
    whole = facts.anatomy.known((driver,), facts.scope.where) == facts.scope.where
    counted = facts.anatomy.fraction(driver) is None
    dimension, part = _place(facts, driver, sides, path, where) if counted else ("", None)
    return Companion(
        metric, before, after, inside, dimension, part, whole and len(inside) == len(path)
    )


def _fits(metric: Metric, more: bool, better: bool) -> bool:
    match metric.direction:
        case Direction.UP:
            return more == better
        case Direction.DOWN:
            return more != better
        case _:
            return True


def _knows(facts: Facts, driver: Measure, step: Step) -> bool:
    return facts.anatomy.known((driver,), is_one(step.split.dimension, step.part.value)) is not None


def _place(
    facts: Facts,
    driver: Measure,
    sides: Sides,
    path: Sequence[Step],
    where: Condition | None,
) -> tuple[str, Part | None]:
    """The one value in which the driver moved most, if most of it is there."""
    taken = {s.split.dimension for s in path}
    anatomy = facts.anatomy.loosened(driver)
    known = anatomy.known((driver,), where)
    best: tuple[float, str, Part | None] = (0.0, "", None)
    names = [
        n for n in anatomy.splits(driver, known) if n not in taken and anatomy.values(n) <= SMALL
    ]
    for name, rows in fetch_each(facts, (driver,), sides, names, where, loose=True).items():
        sums = {v: (b[0] or 0.0, a[0] or 0.0) for v, (b, a) in rows.items() if v is not None}
        total = (sum(b for b, _ in sums.values()), sum(a for _, a in sums.values()))
        split = of_sums(name, sums, total)
        part = split.best
        if part is not None and split.power(part) >= MOSTLY and split.power(part) > best[0]:
            best = (split.power(part), name, part)
    return best[1], best[2]
