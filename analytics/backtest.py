"""Which way of forecasting a series has been right so far, and how wrong it may be this time.

Rolling origins: every method forecasts from several pasts what is already known, festivals included,
each past knowing only itself. The best by MASE is chosen; intervals are as wide as its own errors were,
stretched until an origin left out is covered as promised. Knows no metric and no SQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from analytics.baseline import baseline
from analytics.occasions import Stretch, by_day, stretches
from analytics.smoothing import Pasts, holt_winters, naive, theta
from semantic_layer.periods import Festival

if TYPE_CHECKING:
    from analytics.shifts import Floats

LEAST = {"day": 112, "week": 40, "month": 15}  # points known at the first origin
SEASON = {"day": 7, "week": 1, "month": 12}
APART = {"day": 30, "week": 4, "month": 3}  # points between origins, where there is room
ORIGINS, FEWEST = 10, 3
NAIVE, MEAN = "季节朴素", "三法平均"
ODD = 4.0  # robust standard deviations; what is odder teaches nothing
NEW = 0.15  # doubt of an occasion seen once, in logs
LEVELS = (0.8, 0.95)


@dataclass(frozen=True, slots=True)
class Method:
    """Errors over the back-test. ``mape`` is None where something was zero."""

    name: str
    mase: float
    mape: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """``bounds``: level → (low, high) per point; ``total`` of the points from ``skip`` on, with its
    bounds. ``covered``: level → share of left-out origins' points inside. ``occasion`` per point."""

    point: Floats
    bounds: dict[float, tuple[Floats, Floats]]
    total: float
    total_bounds: dict[float, tuple[float, float]]
    chosen: Method
    methods: tuple[Method, ...]
    origins: int
    covered: dict[float, float]
    occasion: tuple[Stretch | None, ...]
    period: int  # points of a season, 1 where none could be learnt
    weighed: int  # points whose occasion had a past to learn from


def origins(n: int, horizon: int, grain: str, most: int = ORIGINS) -> tuple[int, ...]:
    """How much was known at each origin; empty where there is too little for three."""
    two_seasons = n - horizon - 2 * SEASON[grain]
    room = n - horizon - LEAST[grain]
    if grain == "month" and two_seasons >= FEWEST - 1:
        room = two_seasons  # fewer origins, but the year is known
    if room < FEWEST - 1:
        return ()
    apart = max(1, min(room // (ORIGINS - 1), APART[grain]))
    many = min(most, room // apart + 1)
    return tuple(n - horizon - apart * k for k in range(many))[::-1]


def forecast(
    starts: Sequence[date],
    values: Floats,
    ahead: Sequence[date],
    grain: str,
    festival: Festival | None,
    skip: int = 0,
    most: int = ORIGINS,
) -> Forecast | None:
    """``ahead`` are the starts that follow; None where the past is too short for a back-test of at most
    ``most`` origins."""
    import numpy as np

    n, horizon = len(values), len(ahead)
    ends = origins(n, horizon, grain, most)
    if not ends:
        return None
    period = SEASON[grain] if ends[0] >= 2 * SEASON[grain] else 1
    logs = bool(np.nanmin(values) > 0)
    dates = [*starts, *ahead]
    views = [_view(dates, values, e, horizon, grain, festival, logs) for e in (*ends, n)]
    known = (*ends, n)
    smooth = Pasts(np.stack([v.flat for v in views]), known, period)
    raw = Pasts(np.stack([v.raw for v in views]), known, period)
    effects = np.stack([v.effect for v in views])
    ways = {
        "Holt-Winters": holt_winters(smooth, horizon, False) + effects,
        "阻尼 Holt-Winters": holt_winters(smooth, horizon, True) + effects,
        "Theta": theta(smooth, horizon) + effects,
    }
    ways[MEAN] = np.mean(list(ways.values()), axis=0)
    ways[NAIVE] = naive(raw, horizon)
    truth = np.stack([values[e : e + horizon] for e in ends])
    methods = tuple(
        _scored(name, _back(w[:-1], logs), truth, values, ends, period) for name, w in ways.items()
    )
    chosen = min(methods, key=lambda m: m.mase)
    way = ways[chosen.name]
    doubt = np.stack([v.doubt for v in views]) * (chosen.name != NAIVE)
    errors = (np.log(truth) if logs else truth) - way[:-1]
    widths, covered = _widths(errors, doubt)
    point = way[-1]
    last = views[-1]
    total, total_bounds = _total(_back(way, logs)[:, skip:], truth[:, skip:], logs)
    return Forecast(
        _back(point, logs),
        {q: (_back(point - w, logs), _back(point + w, logs)) for q, w in widths.items()},
        total,
        total_bounds,
        chosen,
        methods,
        len(ends),
        covered,
        last.occasion,
        period,
        int(np.sum(last.effect != 0)),
    )


def _back(x: Floats, logs: bool) -> Floats:
    import numpy as np

    return np.exp(x) if logs else x


# ── what each origin knows ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _View:
    """The past without occasions and oddities (``flat``), as it was (``raw``), and what the occasions
    ahead will do, with the doubt about it."""

    flat: Floats
    raw: Floats
    effect: Floats
    doubt: Floats
    occasion: tuple[Stretch | None, ...]


def _view(
    dates: Sequence[date],
    values: Floats,
    end: int,
    horizon: int,
    grain: str,
    festival: Festival | None,
    logs: bool,
) -> _View:
    import numpy as np

    to = np.log if logs else np.asarray
    base = baseline(dates[:end], values[:end], grain, festival if grain == "day" else None)
    plain, expected = to(np.maximum(base.plain, 1e-9) if logs else base.plain), to(base.expected)
    known = np.isnan(values[:end])
    x = np.where(known, expected, to(np.where(known, 1.0, values[:end])))
    odd = np.nan_to_num(np.abs(base.score)) > ODD
    flat = np.where(odd, plain, x - (expected - plain))
    seen: dict[tuple[str, int], list[float]] = defaultdict(list)
    named: dict[str, list[float]] = defaultdict(list)
    for at, s in enumerate(base.occasion):
        if s is not None and not odd[at]:
            gap = float(x[at] - plain[at])
            seen[s.name, (dates[at] - s.first).days].append(gap)
            named[s.name].append(gap)
    future = dates[end : end + horizon]
    occasion = _occasions(future, grain, festival)
    effect, doubt = np.zeros(horizon), np.zeros(horizon)
    for k, s in enumerate(occasion):
        if s is None:
            continue
        own = seen.get((s.name, (future[k] - s.first).days)) or named.get(s.name, [])
        if own:
            effect[k] = float(np.mean(own))
            doubt[k] = max(float(np.std(own)), NEW / 3) if len(own) > 1 else NEW
    fill = np.zeros(len(values) - end)
    flat, raw = np.concatenate((flat, fill)), np.concatenate((x, fill))
    return _View(flat, raw, effect, doubt if logs else 0 * doubt, occasion)


def _occasions(
    days: Sequence[date], grain: str, festival: Festival | None
) -> tuple[Stretch | None, ...]:
    if grain != "day" or not days:
        return (None,) * len(days)
    return tuple(by_day(days[0], len(days), stretches(days[0], days[-1], festival)))


# ── errors ────────────────────────────────────────────────────────────────────────────────────


def _scored(
    name: str, way: Floats, truth: Floats, values: Floats, ends: Sequence[int], period: int
) -> Method:
    """MASE: absolute error over that of the seasonal naive inside the past (Hyndman, Koehler 2006)."""
    import numpy as np

    scales = [float(np.nanmean(np.abs(values[period:e] - values[: e - period]))) for e in ends]
    miss = np.abs(truth - way)
    mase = float(np.mean([np.nanmean(m) / (s or 1.0) for m, s in zip(miss, scales, strict=True)]))
    zero = bool(np.any(truth == 0))
    return Method(name, mase, None if zero else float(np.nanmean(miss / np.abs(truth))))


def _widths(errors: Floats, doubt: Floats) -> tuple[dict[float, Floats], dict[float, float]]:
    """Half-widths per point and level. ``doubt`` has one row more: the origin that counts."""
    import numpy as np

    thirds = np.array_split(np.arange(errors.shape[1]), min(3, errors.shape[1]))
    grown, most = np.zeros(errors.shape[1]), 1e-9
    for part in thirds:
        most = max(most, float(np.sqrt(np.nanmean(errors[:, part] ** 2))))
        grown[part] = most
    shape = np.sqrt(grown**2 + doubt**2)
    size = np.abs(errors) / shape[:-1]
    widths, covered = {}, {}
    for level in LEVELS:
        stretch, inside = 1.0, 0.0
        for stretch in np.arange(1.0, 2.01, 0.05):
            inside = float(
                np.mean(
                    [
                        np.nanmean(
                            size[i] <= stretch * np.nanquantile(np.delete(size, i, 0), level)
                        )
                        for i in range(len(size))
                    ]
                )
            )
            if inside >= level - 0.01:
                break
        widths[level] = float(stretch * np.nanquantile(size, level)) * shape[-1]
        covered[level] = inside
    return widths, covered


def _total(
    way: Floats, truth: Floats, logs: bool
) -> tuple[float, dict[float, tuple[float, float]]]:
    """The sum ahead, as unsure as the sums of the back-test were, by Student's t for so few."""
    import numpy as np
    from scipy.special import stdtrit

    sums, known = way.sum(axis=1), np.nansum(truth, axis=1)
    usable = (known > 0) & (sums[:-1] > 0)
    total = float(sums[-1])
    relative = logs and bool(usable.all())
    errors = np.log(known / sums[:-1]) if relative else known - sums[:-1]
    spread = float(np.sqrt(np.mean(errors**2)))
    bounds = {}
    for level in LEVELS:
        half = float(stdtrit(len(errors), 0.5 + level / 2)) * spread
        bounds[level] = (
            (total * float(np.exp(-half)), total * float(np.exp(half)))
            if relative
            else (total - half, total + half)
        )
    return total, bounds
