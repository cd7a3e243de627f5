"""From scores to alarms: points of one series that belong together, series that rang at the same time.

Plain data in, plain data out: no SQL, and no word that a reader sees beyond the kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analytics.baseline import HALF, Baseline
from analytics.calendar import shifted
from semantic_layer.query import Measure
from semantic_layer.result import Column

LEAST_CHANGE = 0.15  # smaller deviations are no news, however sure
UP, DOWN, RAISED, LOWERED, RECORD, USUAL = (
    "偏高",
    "偏低",
    "水平上移",
    "水平下移",
    "个别客户",
    "正常范围",
)
LEVELS = (RAISED, LOWERED)


@dataclass(frozen=True, slots=True)
class Series:
    """One metric (of one member, where the question asks for a split) and what it should have been."""

    name: str
    measure: Measure
    column: Column
    starts: tuple[date, ...]
    values: tuple[float, ...]  # NaN where there is none
    base: Baseline
    member: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """``value`` and ``expected`` are means per point; ``also`` names series that rang at the same time.
    ``score`` is None for a change of level. ``occasion``: what explains it, for what is no alarm."""

    series: Series
    kind: str
    first: date
    last: date
    value: float
    expected: float
    score: float | None = None
    also: tuple[str, ...] = ()
    occasion: str = ""

    @property
    def deviation(self) -> float:
        return self.value / self.expected - 1 if self.expected else 0.0

    @property
    def weight(self) -> float:
        return abs(self.score) if self.score is not None else abs(self.deviation) * 20


def alarms(series: Series, grain: str, first: date, last: date, limit: float) -> list[Alarm]:
    """Deviations beyond ``limit`` robust standard deviations and lasting changes, inside the period."""
    import numpy as np

    b, values = series.base, np.array(series.values)
    hits = np.flatnonzero(np.nan_to_num(np.abs(b.score)) > limit)
    out: list[Alarm] = []
    for at in (int(h) for h in hits):
        day, over = series.starts[at], shifted(series.starts[at], 1, grain) - timedelta(days=1)
        one = Alarm(
            series,
            UP if b.score[at] > 0 else DOWN,
            day,
            over,
            float(values[at]),
            float(b.expected[at]),
            float(b.score[at]),
        )
        if first <= day <= last and abs(one.deviation) >= LEAST_CHANGE:
            out.append(one)
    out = _joined(out)
    plain = np.array([at for at, s in enumerate(b.occasion) if s is None])
    for at, _ in b.levels:
        day = series.starts[at]
        before, after = plain[plain < at][-HALF[grain] :], plain[plain >= at][: HALF[grain]]
        was, now = float(np.nanmedian(values[before])), float(np.nanmedian(values[after]))
        if first <= day <= last and was and abs(now / was - 1) >= LEAST_CHANGE:
            over = shifted(series.starts[-1], 1, grain) - timedelta(days=1)
            out.append(Alarm(series, RAISED if now > was else LOWERED, day, over, now, was))
    return out


def explained(series: Series, grain: str, first: date, last: date, limit: float) -> list[Alarm]:
    """Occasions that moved the series and are no alarm: the strongest point of each event."""
    import numpy as np

    b = series.base
    best: dict[tuple[str, int], Alarm] = {}
    for at, stretch in enumerate(b.occasion):
        day = series.starts[at]
        value, plain = float(series.values[at]), float(b.plain[at])
        odd = abs(b.score[at]) > limit  # an alarm is not explained away
        if stretch is None or odd or not first <= day <= last or np.isnan(value) or plain <= 0:
            continue
        over = shifted(day, 1, grain) - timedelta(days=1)
        one = Alarm(series, "节日大促", day, over, value, plain, occasion=stretch.name)
        key = (stretch.event, stretch.first.year)
        if abs(one.deviation) >= 2 * LEAST_CHANGE and (
            key not in best or abs(one.deviation) > abs(best[key].deviation)
        ):
            best[key] = one
    return sorted(best.values(), key=lambda a: -abs(a.deviation))


def _joined(found: Sequence[Alarm]) -> list[Alarm]:
    """Neighbouring points of one direction are one alarm, with their mean."""
    out: list[Alarm] = []
    sizes: list[int] = []
    for one in found:
        old = out[-1] if out else None
        if old is None or old.kind != one.kind or one.first > old.last + timedelta(days=1):
            out.append(one)
            sizes.append(1)
            continue
        n = sizes[-1]
        sizes[-1] = n + 1
        strongest = max(old.score or 0.0, one.score or 0.0, key=abs)
        out[-1] = replace(
            old,
            last=one.last,
            value=(old.value * n + one.value) / (n + 1),
            expected=(old.expected * n + one.expected) / (n + 1),
            score=strongest,
        )
    return out


def events(found: Iterable[Alarm]) -> list[Alarm]:
    """Alarms of several series on the same days are one event, told by the strongest; strongest first."""
    out: list[Alarm] = []
    for one in sorted(found, key=lambda a: (-a.weight, a.first, a.series.name)):
        at = next((i for i, e in enumerate(out) if _same(e, one)), None)
        if at is None:
            out.append(one)
        elif one.series.name not in (out[at].series.name, *out[at].also):
            out[at] = replace(out[at], also=(*out[at].also, one.series.name))
    return out


def _same(a: Alarm, b: Alarm) -> bool:
    levels = a.kind in LEVELS, b.kind in LEVELS
    if levels[0] != levels[1]:
        return False
    if levels[0]:
        return abs((a.first - b.first).days) <= 14 and a.series.name != b.series.name
    return a.first <= b.last and b.first <= a.last
