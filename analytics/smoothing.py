"""Forecasts of many pasts at once: seasonal naive, Holt-Winters with and without damping, Theta.

Everything is additive: give it logs where seasons multiply. A batch is one series seen from several
origins, so a back-test costs one pass over the data. Knows no dates, no festival and no metric.

Holt (1957), Winters (1960); damping: Gardner and McKenzie (1985); Theta: Assimakopoulos and
Nikolopoulos (2000) in the form of Hyndman and Billah (2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.shifts import Floats

ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
BETAS = (0.0005, 0.01, 0.05, 0.15)  # as a share of alpha
GAMMAS = (0.02, 0.08, 0.2, 0.45, 0.7)
DAMPING = (0.98, 0.95, 0.9, 0.8)
ROUNDS = (0.35, 0.12)  # how far the search looks around the best, in logs
SEASONS = 3  # that the first states are taken from


@dataclass(frozen=True, slots=True)
class Pasts:
    """``x``: origins × points, row i known up to ``ends[i]``; ``period``: points of a season, 1 for none."""

    x: Floats
    ends: tuple[int, ...]
    period: int


def naive(pasts: Pasts, horizon: int) -> Floats:
    """The last season again: origins × horizon."""
    import numpy as np

    ahead = np.arange(horizon) % pasts.period
    return np.stack([pasts.x[i, e - pasts.period + ahead] for i, e in enumerate(pasts.ends)])


def holt_winters(pasts: Pasts, horizon: int, damped: bool) -> Floats:
    """Smallest squared one-step error, by a grid and two rounds around its best; origins × horizon."""
    import numpy as np

    damping = DAMPING if damped else (1.0,)
    gammas = GAMMAS if pasts.period > 1 else (0.0,)
    grid = np.array([(a, a * b, g, p) for a, b, g, p in product(ALPHAS, BETAS, gammas, damping)])
    tried = np.broadcast_to(grid, (len(pasts.ends), *grid.shape))
    random = np.random.default_rng(7)
    forecast, best = _run(pasts, tried, horizon)
    for width in ROUNDS:
        around = best[:, None, :] * np.exp(random.normal(0, width, (len(best), 60, 4)))
        around[:, :, 3] = best[:, None, 3]
        around[:, 0, :] = best
        forecast, best = _run(pasts, np.clip(around, 0, [0.99, 0.99, 0.99, 1.0]), horizon)
    return forecast


def _run(pasts: Pasts, tried: Floats, horizon: int) -> tuple[Floats, Floats]:
    """Every parameter set over every past in one pass: the forecast and parameters of the best."""
    import numpy as np

    many, m = len(pasts.ends), pasts.period
    alpha, beta, gamma, phi = (tried[:, :, k] for k in range(4))
    first = [_start(pasts.x[i, :e], m) for i, e in enumerate(pasts.ends)]
    level = np.repeat(np.array([f[0] for f in first])[:, None], tried.shape[1], axis=1)
    trend = np.repeat(np.array([f[1] for f in first])[:, None], tried.shape[1], axis=1)
    season = np.stack([np.repeat(f[2][:, None], tried.shape[1], axis=1) for f in first], axis=1)
    error = np.zeros_like(level)
    forecast, best = np.zeros((many, horizon)), np.zeros((many, 4))
    ahead = np.arange(1, horizon + 1)
    for t in range(max(pasts.ends) + 1):
        for i in (k for k, e in enumerate(pasts.ends) if e == t):
            at = int(np.argmin(error[i]))
            best[i] = tried[i, at]
            damp = np.cumsum(phi[i, at] ** ahead)
            forecast[i] = level[i, at] + damp * trend[i, at] + season[(t + ahead - 1) % m, i, at]
        if t == max(pasts.ends):
            break
        now, s = pasts.x[:, t][:, None], season[t % m]
        before = level + phi * trend
        miss = now - before - s
        error += miss * miss
        level_next = before + alpha * miss
        trend = phi * trend + beta * miss
        season[t % m] = s + gamma * (1 - alpha) * miss
        level = level_next
    return forecast, best


def _start(x: Floats, m: int) -> tuple[float, float, Floats]:
    """Level before the first point, trend and season from the first seasons."""
    import numpy as np

    if m == 1:
        some = x[: max(2, min(10, len(x)))]
        slope, base = np.polyfit(np.arange(len(some)), some, 1)
        return float(base - slope), float(slope), np.zeros(1)
    some = x[: m * min(SEASONS, len(x) // m)]
    season = seasonal(some, m)
    slope, base = np.polyfit(np.arange(len(some)), some - np.resize(season, len(some)), 1)
    return float(base - slope), float(slope), season


def seasonal(x: Floats, m: int) -> Floats:
    """Season by classical decomposition: means around a centred moving average, adding up to zero."""
    import numpy as np

    weights = np.ones(m) / m if m % 2 else np.r_[0.5, np.ones(m - 1), 0.5] / m
    middle = np.convolve(x, weights, "valid")
    skip = (len(weights) - 1) // 2
    rest = x[skip : skip + len(middle)] - middle
    place = (np.arange(len(rest)) + skip) % m
    means = np.array([rest[place == k].mean() if (place == k).any() else 0.0 for k in range(m)])
    centred: Floats = means - means.mean()
    return centred


def theta(pasts: Pasts, horizon: int) -> Floats:
    """Simple smoothing of the seasonally adjusted series plus half the slope of its line."""
    import numpy as np

    m, alpha = pasts.period, np.linspace(0.02, 0.98, 33)
    out = np.zeros((len(pasts.ends), horizon))
    ahead = np.arange(1, horizon + 1)
    for i, end in enumerate(pasts.ends):
        x = pasts.x[i, :end]
        season = seasonal(x, m) if m > 1 else np.zeros(1)
        z = x - np.resize(season, end)
        slope = float(np.polyfit(np.arange(end), z, 1)[0])
        level, error = np.full(len(alpha), z[0]), np.zeros(len(alpha))
        for value in z[1:].tolist():
            miss = value - level
            error += miss * miss
            level = level + alpha * miss
        at = int(np.argmin(error))
        drift = slope / 2 * (ahead - 1 + (1 - (1 - alpha[at]) ** end) / alpha[at])
        out[i] = level[at] + drift + season[(end + ahead - 1) % m]
    return out
