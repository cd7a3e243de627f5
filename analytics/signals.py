"""What moved more than its own past allows: members of a dimension against everybody else, as plain arrays.

What moved everybody (a season, a sales event) is taken out first: a sum is looked at as the member's
share of the whole, a ratio as its distance from the whole's ratio. The scale is robust (MAD) and never
below half of what members of that size usually show, so that a quiet past proves nothing by luck.
Knows no model and reads no data; ``Signal`` is what the stories and the cards are made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from semantic_layer.query import Measure, Period, Where
from semantic_layer.result import Column

if TYPE_CHECKING:
    from analytics.shifts import Floats

MAD = 1.4826  # of a normal distribution
LEAST_PAST = 8  # differences before the one that is judged
LEAST_SHARE = 0.01  # of the whole: smaller members are no news for a manager
ALL = 0.95  # of the whole: a member that is the whole moves as the whole
YEAR = 12  # months
USUAL = 5  # months before
NEWCOMERS = 0.1  # of the whole
DRIFT = 1.5  # what a year adds to the scale of one step
RECENT, EARLIER = 2, 6  # weeks now, and weeks before them
LASTING, BASIS = 2, 12  # months of a new level (both must show it), and of the old one


class Kind(StrEnum):
    """What a card is about."""

    CHANGE = "环比"
    YEAR = "同比"
    WEEK = "近两周"
    MIX = "结构变化"
    LEADER = "换了第一"
    CONCENTRATION = "集中度"
    LEVEL = "持续变差"
    STEP = "转化变化"
    SEGMENT = "客群变化"
    TARGET = "目标进度"
    ANOMALY = "异常"


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that may be worth a card. ``before`` and ``after`` are what people read; ``change`` is
    relative, of a rate the difference; ``impact`` is the part of the whole's figure that moved beyond
    the common move. ``points`` is the series to draw: start → value."""

    kind: Kind
    measure: Measure | None
    column: Column
    cell: tuple[Where, ...]
    place: str
    period: Period
    against: Period
    before: float
    after: float
    change: float
    impact: float
    p: float
    points: tuple[tuple[date, float | None], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def surprise(self) -> float:
        """Orders of magnitude of chance, capped: beyond that more certainty is no more news."""
        import math

        return min(-math.log10(max(self.p, 1e-300)), 10.0)

    @property
    def worth(self) -> float:
        return self.impact * self.surprise

    @property
    def up(self) -> bool:
        """Beyond the common move: a shop that grows less than all others goes down."""
        return float(self.facts.get("effect", self.change)) > 0


@dataclass(frozen=True, slots=True)
class Moved:
    """One test: ``member`` of the matrix, its effect beyond the common move and the chance of it."""

    kind: Kind
    member: int
    effect: float
    p: float


def passed(ps: Sequence[float], level: float = 0.05) -> tuple[bool, ...]:
    """Which of all the tests hold at a false discovery rate of ``level`` (Benjamini & Hochberg 1995).

    >>> passed([0.01, 0.04, 0.03, 0.005])
    (True, True, True, True)
    >>> passed([0.01, 0.9, 0.04, 0.8])
    (True, False, False, False)
    """
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    last = max((k for k, i in enumerate(order, 1) if ps[i] <= level * k / len(ps)), default=0)
    kept = set(order[:last])
    return tuple(i in kept for i in range(len(ps)))


def of_shares(values: Floats, members: int, monthly: bool) -> list[Moved]:
    """``values``: members × complete periods, oldest first, of something that adds up; rows beyond
    ``members`` belong to the whole and are not judged.

    Months: against the month before and the same month a year ago. Weeks: the last two against the six
    before. ``effect`` is the log change of the member's share.
    """
    import numpy as np

    total = values.sum(axis=0)
    if values.shape[1] < LEAST_PAST + 2 or (total <= 0).any():
        return []
    if values[(values <= 0).any(axis=1), -1].sum() > NEWCOMERS * total[-1]:
        return []  # a new version, a new campaign: all others make room for it
    share = values / total
    fit = (values > 0).all(axis=1) & _sized(share, monthly) & (np.arange(len(values)) < members)
    logs = np.log(np.where(values > 0, share, 1.0))
    steps = np.diff(logs, axis=1)
    size = share.mean(axis=1)
    scale = _scale(steps[:, :-1], fit, np.sqrt(size))
    return _judged(logs, scale, fit, monthly, np.ones_like(values))


def of_ratios(
    tops: Floats, bottoms: Floats, members: int, monthly: bool, lasting: bool
) -> list[Moved]:
    """The same of a ratio; ``effect`` is the change of its distance from the whole's ratio.

    Its noise shrinks with the denominator; how much there is for a denominator of one is measured.
    ``lasting``: also the last two months against the year before them.
    """
    import numpy as np

    whole = bottoms.sum(axis=0)
    if bottoms.shape[1] < LEAST_PAST + 2 or (whole <= 0).any():
        return []
    share = bottoms / whole
    fit = (bottoms > 0).all(axis=1) & (share.mean(axis=1) < ALL)
    fit &= np.arange(len(bottoms)) < members
    safe = np.where(bottoms > 0, bottoms, 1.0)
    apart = tops / safe - tops.sum(axis=0) / whole
    weight = np.sqrt(1 / safe[:, 1:] + 1 / safe[:, :-1])
    steps = np.diff(apart, axis=1)[:, :-1] / weight[:, :-1]
    scale = _scale(steps, fit, np.ones(len(safe)), heavy=True)
    usual = fit & _sized(share, monthly)
    found = _judged(apart, scale, usual, monthly, safe)
    if monthly and lasting and bottoms.shape[1] > LASTING + LEAST_PAST:
        found += _levels(tops, bottoms, scale, fit)
    return found


def _sized(share: Floats, monthly: bool) -> Any:
    now = share[:, -2:].mean(axis=1) if monthly else share[:, -RECENT - EARLIER :].mean(axis=1)
    return (now >= LEAST_SHARE) & (share.mean(axis=1) < ALL)


def _scale(steps: Floats, fit: Any, size: Floats, heavy: bool = False) -> Floats:
    """Standard deviation of one step for each member, at least most of what its size predicts.

    Robust for sums; for ratios of money, where one large refund is a month's, the plain one (``heavy``).
    """
    import numpy as np

    own = MAD * np.median(np.abs(steps - np.median(steps, axis=1, keepdims=True)), axis=1)
    if heavy:
        own = np.maximum(own, np.std(steps, axis=1))
    pooled = np.median((own * size)[fit]) if fit.any() else 0.0
    floored: Floats = np.maximum(own, 0.7 * pooled / np.maximum(size, 1e-12))
    return np.maximum(floored, 1e-9)


def _judged(level: Floats, scale: Floats, fit: Any, monthly: bool, weights: Floats) -> list[Moved]:
    """``level`` in units in which one step has ``scale`` × √(1/w + 1/w)."""
    import numpy as np

    unit = (weights == 1).all()
    past = level.shape[1] - 2
    out: list[tuple[Kind, Floats, Floats]] = []
    if monthly:
        noise = scale * _noise(weights, [-1], [-2], unit)
        usual = np.median(level[:, -2 - USUAL : -1], axis=1)
        out.append((Kind.CHANGE, _lesser(level[:, -1] - level[:, -2], level[:, -1] - usual), noise))
        if level.shape[1] > YEAR:
            noise = DRIFT * scale * _noise(weights, [-1], [-1 - YEAR], unit)
            out.append((Kind.YEAR, level[:, -1] - level[:, -1 - YEAR], noise))
    elif level.shape[1] >= RECENT + EARLIER + LEAST_PAST:
        now, then = range(-RECENT, 0), range(-RECENT - EARLIER, -RECENT)
        effect = np.average(level[:, list(now)], axis=1, weights=weights[:, list(now)])
        effect -= np.average(level[:, list(then)], axis=1, weights=weights[:, list(then)])
        out.append((Kind.WEEK, effect, DRIFT * scale * _noise(weights, now, then, unit)))
    return [
        Moved(kind, int(i), float(effect[i]), chance(float(effect[i] / noise[i]), past))
        for kind, effect, noise in out
        for i in np.flatnonzero(fit)
    ]


def _lesser(change: Floats, off: Floats) -> Floats:
    """A change back to what is usual is no news: the smaller of both, nothing where they differ in sign."""
    import numpy as np

    both: Floats = np.where(change * off > 0, np.sign(change), 0.0)
    return both * np.minimum(np.abs(change), np.abs(off))


def _noise(weights: Floats, now: Sequence[int], then: Sequence[int], unit: bool) -> Floats:
    """Standard error of the difference of two means of periods, in units of ``scale``."""
    import numpy as np

    first, last = weights[:, list(now)].sum(axis=1), weights[:, list(then)].sum(axis=1)
    spread: Floats = np.sqrt(1 / first + 1 / last)
    return spread / np.sqrt(2) if unit else spread


def _levels(tops: Floats, bottoms: Floats, scale: Floats, fit: Any) -> list[Moved]:
    import numpy as np

    def apart(at: slice) -> tuple[Floats, Floats]:
        n, d = tops[:, at].sum(axis=1), bottoms[:, at].sum(axis=1)
        safe = np.where(d > 0, d, 1.0)
        return n / safe - n.sum() / max(d.sum(), 1e-12), safe

    _, new = apart(slice(-LASTING, None))
    then, old = apart(slice(-LASTING - BASIS, -LASTING))
    each = [apart(slice(n, n + 1 or None))[0] - then for n in range(-LASTING, 0)]
    effect = _lesser(each[0], each[1])  # it lasts: one large refund is no level
    noise = scale * np.sqrt(1 / new + 1 / old)
    past = bottoms.shape[1] - 2
    return [
        Moved(Kind.LEVEL, int(i), float(effect[i]), chance(float(effect[i] / noise[i]), past))
        for i in np.flatnonzero(fit)
    ]


def chance(z: float, past: int) -> float:
    """Two-sided, by Student's t for a scale measured on ``past`` differences, one of them ahead."""
    from scipy.special import stdtr

    spread = z / (1 + 1 / max(past, 1)) ** 0.5
    return float(2 * stdtr(max(past - 1, 1), -abs(spread)))


def proportions(hits: float, of: float, other_hits: float, other_of: float) -> float:
    """Two-sided p of two proportions being one (pooled z)."""
    if not of or not other_of:
        return 1.0
    both = (hits + other_hits) / (of + other_of)
    spread = (both * (1 - both) * (1 / of + 1 / other_of)) ** 0.5
    if not spread:
        return 1.0
    return normal((hits / of - other_hits / other_of) / spread)


def normal(z: float) -> float:
    """Two-sided, by the normal distribution."""
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))
