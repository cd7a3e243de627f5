"""What two series of numbers have in common: scipy's correlations, and what a trend does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

FEW = 30  # observations, below which an interval is wide
FURTHEST = 14  # buckets that one may be ahead of the other
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Related:
    """What two series have in common. ``ahead``: buckets by which x runs ahead of y at ``best``."""

    n: int
    r: float
    low: float
    high: float
    p: float
    rho: float
    rho_p: float
    steps: float | None = None  # of the changes from one bucket to the next
    trends: tuple[float, float] = (0.0, 0.0)
    ahead: int = 0
    best: float = 0.0


def relate(x: Sequence[float], y: Sequence[float]) -> Related:
    """Of two series of one length that both vary. Raises ValueError for less than four points."""
    from scipy import stats

    if len(x) < 4:
        raise ValueError("an interval takes four points")
    found = stats.pearsonr(x, y)
    interval = found.confidence_interval(LEVEL)
    ranks = stats.spearmanr(x, y)
    return Related(
        len(x),
        float(found.statistic),
        float(interval.low),
        float(interval.high),
        float(found.pvalue),
        float(ranks.statistic),
        float(ranks.pvalue),
    )


def over_time(x: Sequence[float], y: Sequence[float], related: Related) -> Related:
    """With trends, the correlation of changes, and the shift at which the two are closest."""
    ticks = list(range(len(x)))
    steps = _plain(_steps(x), _steps(y))
    shifts = {
        k: r
        for k in range(min(FURTHEST, len(x) - FEW) + 1)
        if (r := _plain(x[: len(x) - k], y[k:])) is not None
    }
    ahead = max(shifts, key=lambda k: (abs(shifts[k]), -k), default=0)
    return replace(
        related,
        steps=steps,
        trends=(_plain(ticks, x) or 0.0, _plain(ticks, y) or 0.0),
        ahead=ahead,
        best=shifts.get(ahead, related.r),
    )


def _plain(x: Sequence[float], y: Sequence[float]) -> float | None:
    from scipy import stats

    if len(x) < 4 or not (varies(x) and varies(y)):
        return None
    return float(stats.pearsonr(x, y).statistic)


def _steps(values: Sequence[float]) -> list[float]:
    return [b - a for a, b in pairwise(values)]


def varies(values: Sequence[float]) -> bool:
    return bool(values) and max(values) > min(values)
