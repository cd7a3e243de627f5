"""From signals to stories: one event in the data is told once, however many figures show it.

Greedy by impact × surprise. A signal belongs to a story that is already told where it is the same
member, or where its own move vanishes once the story's part of the data is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analytics.contract import Facts
from analytics.contributions import Moves, Sides, fetch
from analytics.signals import Kind, Signal
from analytics.sweep import Clock
from semantic_layer.errors import Unanswerable
from semantic_layer.query import And, Condition, Measure, Not, Where

LEFT = 0.4  # of a move: with less left, the story that was left out is the reason
LOOKED = 60  # signals, best first
LIKE = 0.25  # of the best one's worth: good enough to be the headline
SWEPT = frozenset({Kind.CHANGE, Kind.YEAR, Kind.WEEK, Kind.MIX, Kind.LEVEL})
ALONE = (Kind.TARGET, Kind.SEGMENT, Kind.CONCENTRATION)  # one story each, whatever else moved
SHARES = (Kind.CHANGE, Kind.WEEK, Kind.YEAR, Kind.MIX)  # which headline is the plainest


@dataclass(slots=True)
class Story:
    """``head`` is told; ``others`` are further figures of the same event, best first."""

    head: Signal
    others: list[Signal] = field(default_factory=list)

    @property
    def worth(self) -> float:
        return max(s.worth for s in (self.head, *self.others))


def stories(
    facts: Facts, signals: Sequence[Signal], most: int, clock: Clock, until: float
) -> tuple[Story, ...]:
    """At most ``most`` stories, best first. What can no longer be checked in time is left out."""
    told: list[Story] = []
    memory: dict[Any, Moves | None] = {}
    for s in sorted(signals, key=lambda s: (-s.worth, s.place, s.column.name))[:LOOKED]:
        clock.at("合并同一件事")
        known = next((t for t in told if _plainly_same(t.head, s)), None)
        if known is None and s.kind in SWEPT and told:
            if clock.spent > until:
                continue
            known = next((t for t in told if _explained(facts, t.head, s, memory)), None)
        if known is not None:
            known.others.append(s)
        elif len(told) < most:
            told.append(Story(s))
    ranks = {m: i for i, m in enumerate((facts.measure, *facts.metrics))}
    return tuple(_headed(t, facts, ranks) for t in told)


def _plainly_same(head: Signal, s: Signal) -> bool:
    """The same member, or steps of the same part of the events, or the same days."""
    if head.kind in ALONE or s.kind in ALONE:
        return head.kind is s.kind
    if head.kind is Kind.ANOMALY or s.kind is Kind.ANOMALY:
        same = head.kind is s.kind
        return same and _starts(head) < _ends(s) and _starts(s) < _ends(head)
    if Kind.STEP in (head.kind, s.kind):
        return bool(set(head.cell) & set(s.cell))
    return head.place == s.place


def _starts(s: Signal) -> str:
    return str(s.period.start)


def _ends(s: Signal) -> str:
    return str(s.period.end)


def _explained(facts: Facts, head: Signal, s: Signal, memory: dict[Any, Moves | None]) -> bool:
    """Does the move of ``s`` vanish without the data that ``head`` is about?"""
    if head.kind not in SWEPT or s.measure is None or not _comparable(head, s):
        return False
    parts = facts.anatomy.fraction(s.measure) or (s.measure,)
    dimension, member = s.cell[0].dimension, s.cell[0].values[0]
    key = (head.cell, parts, dimension, s.against, s.period)
    if key not in memory:
        memory[key] = _without(facts, parts, dimension, s, apart(head.cell))
    rows = memory[key]
    if rows is None:
        return False
    left = _effect(rows, member, len(parts) == 2)
    before = float(s.facts["effect"])
    return left is None or left * math.copysign(1, before) < LEFT * abs(before)


def _comparable(head: Signal, s: Signal) -> bool:
    """The same periods and direction, or the other side of a shift inside one dimension; what follows
    from a fresh fall: the year's comparison, and the weeks after it."""
    alike = s.up == head.up
    if s.against == head.against and s.period == head.period:
        return alike or s.cell[0].dimension == head.cell[0].dimension
    if head.kind is Kind.CHANGE:
        return alike or s.kind is Kind.WEEK
    return alike and head.kind is Kind.LEVEL


def apart(cell: Sequence[Where]) -> Condition:
    """Everything but the cell."""
    return Not(cell[0] if len(cell) == 1 else And(tuple(cell)))


def _without(
    facts: Facts, parts: Sequence[Measure], dimension: str, s: Signal, where: Condition
) -> Moves | None:
    sides = sides_of(s)
    try:
        return fetch(facts, parts, sides, dimension, where)
    except Unanswerable:
        return None


def sides_of(s: Signal) -> Sides:
    """The periods of a signal, told apart by their labels."""
    names = (f"{p.start}..{p.end}" for p in (s.against, s.period))
    first, last = (replace(p, label=n) for p, n in zip((s.against, s.period), names, strict=True))
    return Sides(first, last)


def _effect(rows: Moves, member: Any, ratio: bool) -> float | None:
    """As ``signals`` measures it; None where the member is gone."""
    if member not in rows:
        return None
    sums = [
        [sum(float(r[side][k] or 0) for r in rows.values()) for side in (0, 1)]
        for k in range(2 if ratio else 1)
    ]
    mine = [[float(rows[member][side][k] or 0) for side in (0, 1)] for k in range(len(sums))]
    if ratio:
        if not all((*mine[1], *sums[1])):
            return None
        apart = [mine[0][i] / mine[1][i] - sums[0][i] / sums[1][i] for i in (0, 1)]
        return apart[1] - apart[0]
    if not all((*mine[0], *sums[0])):
        return None
    return math.log(mine[0][1] / sums[0][1]) - math.log(mine[0][0] / sums[0][0])


def _headed(story: Story, facts: Facts, ranks: Mapping[Any, int]) -> Story:
    """The headline of a move is the plainest of its figures: a change before a share, the first metric
    before others, the region before the province in it."""
    head = story.head
    if head.kind not in SHARES:
        return story
    chain = {head.cell[0].dimension, *facts.anatomy.ancestors(head.cell[0].dimension)}
    fit = [
        s
        for s in (head, *story.others)
        if s.kind in SHARES
        and s.up == head.up
        and s.worth >= LIKE * head.worth
        and (s.place == head.place or s.cell[0].dimension in chain)
    ]

    def plain(s: Signal) -> tuple[int, int, int, float]:
        above = len(facts.anatomy.ancestors(s.cell[0].dimension))
        return SHARES.index(s.kind), ranks.get(s.measure, len(ranks)), above, -s.worth

    best = min(fit, key=plain)
    rest = [s for s in (head, *story.others) if s is not best]
    return Story(best, sorted(rest, key=lambda s: -s.worth))
