"""Who contributed how much to a change: parts of a whole that add up to it, ranked by what they explain.

A sum's part contributes its own difference. A ratio's part contributes its change of weight (mix) and
its own change (rate), both at the mean of the two sides, which leaves no remainder. Surprise is the
Jensen-Shannon term of Adtributor (Bhagwan et al., NSDI 2014): how far a part's share has moved.
Knows nothing of the model; only ``fetch`` and ``fetch_each`` read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.contract import Facts
from semantic_layer.query import By, ByPeriod, Condition, Group, Measure, MetricQuery, Period, Scope

Pair = tuple[float, float]  # before, after
Moves = Mapping[
    Any, tuple[list[float | None], list[float | None]]
]  # value → measures on both sides
NOTHING: Pair = (0.0, 0.0)
CAP = 0.05  # of surprise; half of everything moving elsewhere is 0.04


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: two periods, or two members of a dimension inside the question's periods."""

    before: Period | None = None
    after: Period | None = None
    dimension: str = ""
    members: tuple[Any, Any] = (None, None)

    @property
    def group(self) -> Group:
        return By(self.dimension) if self.dimension else ByPeriod()

    @property
    def periods(self) -> tuple[Period, ...]:
        return tuple(p for p in (self.before, self.after) if p is not None)

    def place(self, label: Any) -> int | None:
        """0 for the side before, 1 for the side after, None for neither."""
        keys = self.members if self.dimension else tuple(p.label for p in self.periods)
        return keys.index(label) if label in keys else None


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a dimension. ``delta`` is what it contributes; of a ratio ``mix`` + ``rate``.

    ``weights`` are shares of the denominator; ``sums`` what makes the sides up.
    """

    value: Any
    before: float | None
    after: float | None
    delta: float
    surprise: float
    base: float  # share of the side before
    mix: float = 0.0
    rate: float = 0.0
    weights: Pair = NOTHING


@dataclass(frozen=True, slots=True)
class Split:
    """A change told apart by one dimension: ``parts`` and ``overlap`` add up to after − before.

    ``overlap`` is what is counted in several parts (buyers of two channels).
    """

    dimension: str
    before: float
    after: float
    parts: tuple[Part, ...]
    overlap: float = 0.0

    @property
    def delta(self) -> float:
        return self.after - self.before

    @property
    def gross(self) -> float:
        """What moves the way that the whole moves, before anything offsets it."""
        down = -sum(p.delta for p in self.parts if p.delta < 0)
        up = sum(p.delta for p in self.parts if p.delta > 0)
        return -down if (self.delta < 0 if settled(self) else down > up) else up

    @property
    def best(self) -> Part | None:
        """The part that explains most."""
        named = [p for p in self.parts if p.value is not None and self.power(p) > 0]
        return max(named, key=lambda p: (self.score(p), str(p.value)), default=None)

    @property
    def worth(self) -> float:
        """Surprise times explanatory power over the parts: how much of the change sits in few of them."""
        return max((self.score(p) for p in self.parts if p.value is not None), default=0.0)

    def power(self, part: Part) -> float:
        """The part's share of everything that moves the same way; 0 for what moves the other way."""
        return max(part.delta / self.gross, 0.0) if self.gross else 0.0

    def score(self, part: Part) -> float:
        """Surprise × explanatory power, less where much else moves besides (or is counted twice).

        The cap keeps what is new on one side (a version, a campaign) from winning for being new.
        What comes back as rows without a value counts less: a campaign ended, and people buy without it."""
        moves = sum(abs(p.delta) for p in self.parts) + abs(self.overlap)
        alone = abs(part.delta) / moves if moves else 0.0
        lost = self._lost(part)  # both its power and how much it stands alone shrink with it
        return min(part.surprise, CAP) * self.power(part) * alone * lost**2

    def _lost(self, part: Part) -> float:
        """What of the part's move is no mere move to, or from, the rows without a value."""
        blank = sum(p.delta for p in self.parts if p.value is None)
        if not part.delta or blank * part.delta >= 0:
            return 1.0
        return max(1 - abs(blank / part.delta), 0.0)


def settled(split: Split, least: float = 0.005) -> bool:
    """Is the change as a whole worth a direction, or do its parts cancel out?"""
    return abs(split.delta) > least * max(abs(split.before), abs(split.after), 1e-12)


# ── reading ───────────────────────────────────────────────────────────────────────────────────


def fetch(
    facts: Facts,
    measures: Sequence[Measure],
    sides: Sides,
    by: str = "",
    where: Condition | None = None,
    loose: bool = False,
) -> Moves:
    """value of ``by`` (None where nothing is asked) → the measures before and after."""
    groups: tuple[Group, ...] = (sides.group, *((By(by),) if by else ()))
    query = MetricQuery(tuple(measures), groups, Scope(where, sides.periods))
    return _paired(facts.compute(query, loose).rows, sides, bool(by))


def fetch_each(
    facts: Facts,
    measures: Sequence[Measure],
    sides: Sides,
    names: Sequence[str],
    where: Condition | None = None,
    loose: bool = False,
) -> Mapping[str, Moves]:
    """What ``fetch`` brings by each of ``names`` ("" by nothing), for all of them at once."""
    query = MetricQuery(tuple(measures), (sides.group,), Scope(where, sides.periods))
    found = facts.apart(query, names, loose)
    return {name: _paired(rows, sides, bool(name)) for name, rows in found.items()}


def _paired(rows: Iterable[Sequence[Any]], sides: Sides, split: bool) -> Moves:
    found: dict[Any, tuple[list[float | None], list[float | None]]] = {}
    for row in rows:
        if (side := sides.place(row[0])) is None:
            continue
        key = row[1] if split else None
        cells = [None if v is None else float(v) for v in row[2 if split else 1 :]]
        both = found.setdefault(key, ([None] * len(cells), [None] * len(cells)))
        both[side][:] = cells
    return found


# ── arithmetic ────────────────────────────────────────────────────────────────────────────────


def surprise(p: float, q: float) -> float:
    """One term of the Jensen-Shannon divergence of two distributions, in nats.

    >>> surprise(0.5, 0.5), round(surprise(0.5, 0.25), 6)
    (0.0, 0.021237)
    """
    if p < 0 or q < 0 or p + q == 0:
        return 0.0
    first = p * math.log(2 * p / (p + q)) if p else 0.0
    second = q * math.log(2 * q / (p + q)) if q else 0.0
    return max(0.5 * (first + second), 0.0)


def of_sums(dimension: str, values: Mapping[Any, Pair], total: Pair) -> Split:
    """Contributions to a sum, or to a count of things that parts may share.

    >>> split = of_sums("city", {"a": (10, 4), "b": (10, 11)}, (20, 15))
    >>> [(p.value, p.delta) for p in split.parts], split.overlap
    ([('a', -6), ('b', 1)], 0.0)
    """
    sums = [sum(max(pair[side], 0.0) for pair in values.values()) or 1.0 for side in (0, 1)]
    parts = [
        Part(v, f, a, a - f, surprise(max(f, 0) / sums[0], max(a, 0) / sums[1]), f / sums[0])
        for v, (f, a) in values.items()
    ]
    rest = (total[1] - total[0]) - sum(p.delta for p in parts)
    overlap = 0.0 if abs(rest) <= 1e-9 * max(1.0, *map(abs, total)) else rest
    return Split(dimension, total[0], total[1], _ordered(parts), overlap)


def of_ratios(
    dimension: str, values: Mapping[Any, tuple[Pair, Pair]], top: Pair, bottom: Pair
) -> Split:
    """Contributions to ``top / bottom``; ``values`` are the same two pairs of each part.

    R = Σ w·r with w = bottomᵢ / bottom and r = topᵢ / bottomᵢ, so ΔR = Σ Δw·(r̄ − R̄) + Σ w̄·Δr, plus
    R̄·ΣΔw where parts share what is counted below.
    """
    whole = (top[0] / bottom[0], top[1] / bottom[1])
    middle = (whole[0] + whole[1]) / 2
    tops = [sum(n[side] for n, _ in values.values()) or 1.0 for side in (0, 1)]
    bottoms = [sum(d[side] for _, d in values.values()) or 1.0 for side in (0, 1)]
    parts = []
    for value, (n, d) in values.items():
        w = (d[0] / bottom[0], d[1] / bottom[1])
        r0 = n[0] / d[0] if d[0] else None
        r1 = n[1] / d[1] if d[1] else None
        if r0 is None and r1 is None:
            continue
        low, high = r1 if r0 is None else r0, r0 if r1 is None else r1
        assert low is not None and high is not None
        mix = (w[1] - w[0]) * ((low + high) / 2 - middle)
        rate = (w[0] + w[1]) / 2 * (high - low)
        moved = surprise(n[0] / tops[0], n[1] / tops[1]) + surprise(
            d[0] / bottoms[0], d[1] / bottoms[1]
        )
        parts.append(Part(value, r0, r1, mix + rate, moved, d[0] / bottoms[0], mix, rate, w))
    rest = (whole[1] - whole[0]) - sum(p.delta for p in parts)
    overlap = 0.0 if abs(rest) <= 1e-9 * max(1e-12, *map(abs, whole)) else rest
    return Split(dimension, whole[0], whole[1], _ordered(parts), overlap)


def _ordered(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda p: (-abs(p.delta), str(p.value))))
