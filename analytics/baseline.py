"""What a series should have been: level, weekday and occasion, each by medians, and a robust scale.

Anomalies cannot bend what they are measured against, because every part is a median. Works on the log
of positive series, so deviations are relative. Knows nothing of metrics, of SQL or of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median  # of a few: numpy takes ten times as long
from typing import TYPE_CHECKING

from analytics import occasions
from analytics.calendar import shifted
from analytics.occasions import Stretch
from analytics.shifts import steps
from semantic_layer.periods import Festival

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analytics.shifts import Floats

    Truths = NDArray[np.bool_]

LEAST = {"day": 56, "week": 26, "month": 18}  # points without which nothing is usual
WARM = {"day": 42, "week": 10, "month": 6}  # points that only teach
HALF = {"day": 28, "week": 8, "month": 6}  # half the window of the level
STAY = {"day": 21, "week": 6, "month": 6}  # a level that lasts
CYCLE = {"day": 7}
MIN_SHIFT = 0.2
LONG = 5  # points of an occasion that are compared with each other, rather than with other years
BETWEEN_YEARS = 0.15  # how unlike each other two years' occasions may be, in logs
MAD = 1.4826  # makes a median absolute deviation a standard deviation of normal noise


@dataclass(frozen=True, slots=True)
class Scale:
    """What series are judged on: log where everything is positive, root where there are zeros, as it is where values go below."""

    name: str

    def to(self, values: Floats) -> Floats:
        import numpy as np

        return (
            np.log(values)
            if self.name == "log"
            else np.sqrt(values)
            if self.name == "sqrt"
            else values.copy()
        )

    def back(self, x: Floats) -> Floats:
        import numpy as np

        if self.name == "log":
            return np.exp(x)
        return np.square(np.maximum(x, 0)) if self.name == "sqrt" else x

    def jump(self, share: float, middle: float) -> float:
        """A relative change as a difference on this scale."""
        import numpy as np

        if self.name == "log":
            return float(np.log1p(share))
        return abs(middle) * (float(np.sqrt(1 + share)) - 1 if self.name == "sqrt" else share)

    def relative(self, before: float, size: float) -> float:
        import numpy as np

        if self.name == "log":
            return float(np.expm1(size))
        if not before:
            return 0.0
        return (1 + size / before) ** 2 - 1 if self.name == "sqrt" else size / abs(before)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Per point: ``expected`` with the occasion, ``plain`` without it, ``score`` in robust standard
    deviations (NaN where nothing can be said), ``occasion`` or None. ``levels``: index and size of lasting
    changes. ``unit``: the size of one such deviation, on ``scale``."""

    expected: Floats
    plain: Floats
    score: Floats
    occasion: tuple[Stretch | None, ...]
    levels: tuple[tuple[int, float], ...]
    unit: Floats
    scale: Scale

    def bounds(self, limit: float, least: float) -> tuple[Floats, Floats]:
        """Between what and what a point is usual: nearer than ``limit`` deviations or than the share ``least``."""
        import numpy as np

        middle, wide = self.scale.to(self.expected), limit * self.unit
        below, above = self.scale.back(middle - wide), self.scale.back(middle + wide)
        near = least * np.abs(self.expected)
        return np.minimum(below, self.expected - near), np.maximum(above, self.expected + near)


def baseline(
    starts: Sequence[date], values: Floats, grain: str, festival: Festival | None
) -> Baseline:
    """``starts`` are the first days of the points; ``values`` may hold NaN."""
    import numpy as np

    there = values[~np.isnan(values)]
    scale = Scale("log" if there.min() > 0 else "sqrt" if there.min() >= 0 else "plain")
    x = scale.to(values)
    taken = _occasions(starts, grain, festival)
    ordinary = np.array([s is None for s in taken]) & ~np.isnan(x)
    cycle = np.array([d.weekday() for d in starts]) if grain in CYCLE else np.zeros(len(x), int)
    levels: list[tuple[int, float]] = []
    level, wave = _fitted(x, ordinary, cycle, grain, levels)
    where = np.flatnonzero(ordinary)
    if len(where) > 2 * STAY[grain]:
        jump = scale.jump(MIN_SHIFT, float(np.nanmedian(x)))
        found = steps((x - wave)[where], STAY[grain], jump, HALF[grain])
        levels = [(int(where[at]), size) for at, size in found if where[at] >= 2 * WARM[grain]]
        if levels:
            level, wave = _fitted(x, ordinary, cycle, grain, levels)
    rest = x - level - wave
    noise = _noise(rest, ordinary, HALF[grain] * 3)
    unlike = BETWEEN_YEARS if scale.name == "log" else 2 * float(np.median(noise))
    effect, doubt = _effects(rest, starts, taken, noise, WARM[grain], unlike)
    unit = np.sqrt(noise**2 + doubt**2)
    score = (rest - effect) / unit
    score[: WARM[grain]] = np.nan
    sizes = tuple((at, scale.relative(float(level[at] - size), size)) for at, size in levels)
    expected = scale.back(level + wave + effect)
    return Baseline(expected, scale.back(level + wave), score, taken, sizes, unit, scale)


def _occasions(
    starts: Sequence[date], grain: str, festival: Festival | None
) -> tuple[Stretch | None, ...]:
    """Per point the stretch that it lies in; for weeks and months the event that fills enough of it."""
    last = shifted(starts[-1], 1, grain) - timedelta(days=1)
    found = occasions.stretches(starts[0], last, festival)
    days = occasions.by_day(starts[0], (last - starts[0]).days + 1, found)
    if grain == "day":
        return tuple(days[(d - starts[0]).days] for d in starts)
    out: list[Stretch | None] = []
    for start in starts:
        over = shifted(start, 1, grain)
        inside = [s for s in days[(start - starts[0]).days : (over - starts[0]).days] if s]
        events = [s.event for s in inside]
        most = max(events, key=events.count, default="")
        enough = events.count(most) * 3 >= (over - start).days
        out.append(
            Stretch(most, most, start, over - timedelta(days=1)) if enough and most else None
        )
    return tuple(out)


def _fitted(
    x: Floats, ordinary: Truths, cycle: Floats, grain: str, levels: Sequence[tuple[int, float]]
) -> tuple[Floats, Floats]:
    """Level and weekday effect, in turn, from ordinary points only; the level breaks where it changed."""
    import numpy as np

    wave = np.zeros(len(x))
    edges = [0, *(at for at, _ in levels), len(x)]
    for _ in range(3):
        flat = np.where(ordinary, x - wave, np.nan)
        level = np.concatenate([_running(flat[a:b], HALF[grain]) for a, b in pairwise(edges)])
        if grain not in CYCLE:
            break
        rest = np.where(ordinary, x - level, np.nan)
        means = np.array([_median(rest[cycle == k]) for k in range(CYCLE[grain])])
        wave = (means - means.mean())[cycle]
    return level, wave


def _running(x: Floats, half: int) -> Floats:
    """Centred running median that skips NaN, in a wider window where there is little."""
    import numpy as np

    out = np.full(len(x), np.nan)
    for width in (half, 2 * half, 4 * half, max(len(x), 1)):
        padded = np.pad(x, width, constant_values=np.nan)
        todo = np.flatnonzero(np.isnan(out))
        views = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1)[todo]
        enough = np.sum(~np.isnan(views), axis=1) >= min(
            half // 2, max(1, int(np.sum(~np.isnan(x))))
        )
        if enough.any():
            out[todo[enough]] = np.nanmedian(views[enough], axis=1)
        if not np.isnan(out).any():
            break
    whole: Floats = np.nan_to_num(out, nan=_median(x))
    return whole


def _median(x: Floats) -> float:
    import numpy as np

    return float(np.nanmedian(x)) if np.any(~np.isnan(x)) else 0.0


def _noise(rest: Floats, ordinary: Truths, half: int) -> Floats:
    """Robust standard deviation around each point; never less than half of everywhere's."""
    import numpy as np

    size = np.where(ordinary, np.abs(rest), np.nan)
    everywhere = MAD * _median(size) or float(np.nanstd(rest)) or 1e-9
    around: Floats = np.maximum(MAD * _running(size, half), everywhere / 2)
    return around


def _effects(
    rest: Floats,
    starts: Sequence[date],
    taken: Sequence[Stretch | None],
    noise: Floats,
    warm: int,
    unlike: float,
) -> tuple[Floats, Floats]:
    """What the occasion does to each point, and how unsure that is (NaN: nothing to compare with).

    A long stretch is its own yardstick, or the same day of years before where that is nearer. A short
    one is compared with years before; the first of its kind is explained and not judged.
    """
    import numpy as np

    effect, doubt, points = np.zeros(len(rest)), np.zeros(len(rest)), rest.tolist()
    places: dict[Stretch, list[int]] = {}
    same: dict[tuple[str, int], list[int]] = {}
    for at, stretch in enumerate(taken):
        if stretch is not None and not np.isnan(rest[at]):
            places.setdefault(stretch, []).append(at)
            if at >= warm:
                same.setdefault((stretch.name, (starts[at] - stretch.first).days), []).append(at)
    for stretch, mine in places.items():
        for at in mine:
            alike = same.get((stretch.name, (starts[at] - stretch.first).days), [])
            years = [points[k] for k in alike if k < mine[0]]
            usual = median(years) if years else np.nan
            near = sorted(mine, key=lambda m: (abs(m - at), m))[:7]
            own = median(points[k] for k in near)
            if len(mine) >= LONG and not abs(rest[at] - usual) < abs(rest[at] - own):
                effect[at], doubt[at] = own, noise[at]
            else:
                effect[at] = usual if years else rest[at]
                doubt[at] = unlike if years else np.nan
    return effect, doubt
