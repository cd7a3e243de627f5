"""The way down to where a change sits: one dimension after another, each inside the last.

At every step the part with most surprise × explanatory power is taken, as long as the change is
concentrated there: a part that moves no more than everything else explains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from analytics.contract import Facts
from analytics.contributions import (
    Moves,
    Pair,
    Part,
    Sides,
    Split,
    fetch,
    fetch_each,
    of_ratios,
    of_sums,
)
from semantic_layer.query import And, Condition, Measure, Op, Where

FEW = 60  # values of a dimension tried first; finer ones are reached through the one above
NEXT = 5  # dimensions tried again inside a part, besides those below it
POWER = 0.3  # of what moves the same way, that a part must explain
INSIDE = 0.5  # the same, inside a part that was taken
EXCESS = 1.15  # times its share of the side before
NEARLY = 0.97  # of the change: enough where the share leaves no room for more
WHOLE = ""  # split by nothing
ALL = 0.995  # of the side before: saying so says nothing


@dataclass(frozen=True, slots=True)
class Step:
    """One part of one split, inside all the parts before it."""

    split: Split
    part: Part
    measure: Measure


def splits(
    facts: Facts,
    measure: Measure,
    sides: Sides,
    dimensions: Sequence[str],
    where: Condition | None = None,
) -> tuple[Split, ...]:
    """``measure`` told apart by each of ``dimensions``, what explains most first."""
    found = split_each(facts, measure, sides, dimensions, where)
    known = [s for s in found if len(s.parts) > 1 and _told_apart(s)]
    return tuple(sorted(known, key=lambda s: (-s.worth, s.dimension)))


def _told_apart(split: Split) -> bool:
    """Not where most of the change is in what the parts share, or in what knows no such parts."""
    return abs(split.overlap) <= sum(abs(p.delta) for p in split.parts)


def split_each(
    facts: Facts,
    measure: Measure,
    sides: Sides,
    dimensions: Sequence[str],
    where: Condition | None = None,
) -> tuple[Split, ...]:
    """In the order of ``dimensions``, without those where a side has nothing to divide by."""
    halves = facts.anatomy.fraction(measure)
    asked: dict[tuple[Measure, ...], list[str]] = {}
    for name in dimensions:
        answering = tuple(facts.anatomy.finest(m, (name,), where) for m in halves or (measure,))
        asked.setdefault(answering, []).append(name)
    found: dict[str, Split | None] = {}
    for answering, names in asked.items():
        moves = fetch_each(facts, answering, sides, (WHOLE, *names), where)
        whole = _pairs(moves[WHOLE], len(answering))
        found |= {name: _split(name, moves[name], whole) for name in names}
    return tuple(s for name in dimensions if (s := found[name]) is not None)


def _split(dimension: str, rows: Moves, whole: tuple[Pair, ...]) -> Split | None:
    if len(whole) == 1:
        sums = {v: _pair(before[0], after[0]) for v, (before, after) in rows.items()}
        return of_sums(dimension, sums, whole[0])
    ratios = {
        v: (_pair(before[0], after[0]), _pair(before[1], after[1]))
        for v, (before, after) in rows.items()
    }
    return of_ratios(dimension, ratios, whole[0], whole[1]) if all(whole[1]) else None


def whole_of(
    facts: Facts, measures: tuple[Measure, ...], sides: Sides, where: Condition | None = None
) -> tuple[Pair, ...]:
    """The measures over everything, before and after."""
    return _pairs(fetch(facts, measures, sides, "", where), len(measures))


def _pairs(rows: Moves, count: int) -> tuple[Pair, ...]:
    before, after = rows.get(None, ([None] * count, [None] * count))
    return tuple(_pair(b, a) for b, a in zip(before, after, strict=True))


def _pair(before: float | None, after: float | None) -> Pair:
    return before or 0.0, after or 0.0


def first_dimensions(facts: Facts, measure: Measure) -> tuple[str, ...]:
    """Those with few values, and those with many that nothing stands above."""
    anatomy = facts.anatomy
    names = anatomy.splits(measure)
    few = tuple(n for n in names if anatomy.values(n) <= FEW)
    return few + tuple(
        n for n in names if n not in few and not set(anatomy.ancestors(n)) & set(few)
    )


def drill(
    facts: Facts, measure: Measure, sides: Sides, ranked: Sequence[Split], depth: int
) -> tuple[Step, ...]:
    """From the best part of the best split down, at most ``depth`` steps."""
    path: list[Step] = []
    inside = ranked
    while len(path) < depth:
        least = INSIDE if path else POWER
        found = next(((s, p) for s in inside if (p := concentrated(s, least)) is not None), None)
        if found is None or (path and found[0].delta * path[0].split.gross <= 0):
            break
        path.append(Step(*found, measure))
        if not found[1].before or abs(found[1].mix) > abs(found[1].rate):
            break  # new there, or only its weight moved: nothing inside it explains that
        where = condition(path)
        measure = facts.anatomy.finest(measure, (found[0].dimension,), where)
        if len(path) < depth:
            inside = splits(facts, measure, sides, _below(facts, measure, path, ranked), where)
    return tuple(path)


def _below(
    facts: Facts, measure: Measure, path: Sequence[Step], ranked: Sequence[Split]
) -> tuple[str, ...]:
    """What is worth a try inside the parts taken: what explained most before, and what has many values."""
    taken = {s.split.dimension for s in path}
    above = {a for name in taken for a in facts.anatomy.ancestors(name)}
    possible = facts.anatomy.splits(measure, condition(path))
    ranks = [s.dimension for s in ranked]
    fine = [n for n in possible if n not in ranks]
    names = [*[n for n in ranks if n in possible][:NEXT], *fine]
    return tuple(n for n in names if n not in taken | above)


def concentrated(split: Split, least: float = POWER) -> Part | None:
    """The part that explains most, where it moved clearly more than everything else."""
    part = split.best
    if part is None:
        return None
    power = split.power(part)
    if part.base > ALL:
        return None  # everything is there: it says nothing
    return part if power >= least and power >= min(EXCESS * part.base, NEARLY) else None


def condition(path: Sequence[Step]) -> Condition | None:
    tests = tuple(is_one(s.split.dimension, s.part.value) for s in path)
    return None if not tests else tests[0] if len(tests) == 1 else And(tests)


def is_one(dimension: str, value: Any) -> Where:
    return Where(dimension, Op.EQ, (value,))


def merged(split: Split, most: int) -> tuple[tuple[Part, ...], Part | None]:
    """The ``most`` largest parts, and the rest as one."""
    if len(split.parts) <= most + 1:
        return split.parts, None
    kept, rest = split.parts[:most], split.parts[most:]
    adds = all(p.weights == (0.0, 0.0) for p in rest)
    together = replace(
        rest[0],
        value=None,
        before=sum(p.before or 0.0 for p in rest) if adds else None,
        after=sum(p.after or 0.0 for p in rest) if adds else None,
        delta=sum(p.delta for p in rest),
        surprise=sum(p.surprise for p in rest),
        base=sum(p.base for p in rest),
        mix=sum(p.mix for p in rest),
        rate=sum(p.rate for p in rest),
        weights=(sum(p.weights[0] for p in rest), sum(p.weights[1] for p in rest)),
    )
    return kept, together
