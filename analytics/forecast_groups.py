"""One forecast per group, made to add up to the forecast of the whole where the groups do.

Every group is forecast by what was right for it. What their sum lacks is shared out by how unsure each is
(variances; Wickramasuriya, Athanasopoulos, Hyndman 2019, with the whole kept as it is).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from analytics import forecast_group_words as shown
from analytics import forecast_words as told
from analytics.backtest import Forecast, forecast
from analytics.calendar import shifted, start_of
from analytics.contract import Facts, Outcome, Refused
from analytics.forecast_words import Told
from semantic_layer.periods import Festival
from semantic_layer.query import (
    By,
    ByTime,
    Condition,
    Grain,
    Measure,
    MetricQuery,
    Op,
    Or,
    Period,
    Scope,
    Where,
)

if TYPE_CHECKING:
    from analytics.shifts import Floats

TRIED = 6  # origins of each group's back-test: the whole's ten would be felt with so many series
MOST = 12  # groups forecast on their own; the others together
RECENT = {"day": 91, "week": 26, "month": 12}  # points by which groups are ranked
EMPTY = "未填写"


def by_group(
    facts: Facts, measure: Measure, whole: Told, festival: Festival | None
) -> Outcome | Refused:
    """``whole`` is the forecast without groups."""
    import numpy as np

    names, total = _ranked(facts, measure, whole.level)
    chosen = names[: MOST if len(names) <= MOST else MOST - 1]
    series = _members(facts, measure, whole, [name for name, _ in chosen])
    made = {n: t for n, v in series.items() if (t := _told(whole, v, festival)) is not None}
    label = facts.label(facts.by[0])
    if not made:
        return Refused("too-little-data", f"每个{label}的历史都不够回测")
    summed = sum(value for _, value in names)
    fits = abs(summed - total) <= shown.SAME * abs(total)
    left, rest = [name for name, _ in names if name not in made], ""
    if left and fits:
        of_others = np.array(whole.values) - np.sum([series[n] for n in made], axis=0)
        gathered = _told(whole, np.where(np.abs(of_others) < 1e-6, 0.0, of_others), festival)
        if gathered is not None:
            rest = f"其他 {len(left)} 个" if len(left) > 1 else left[0]
            made[rest], left = gathered, []
    if adds_up := fits and not left:
        made = _adding_up(made, whole)
    g = shown.Groups(label, whole, made, rest, tuple(left), adds_up, summed / total if total else 1)
    return Outcome(
        columns=shown.columns(g),
        rows=shown.rows(g),
        view=shown.view(g),
        findings=shown.findings(g),
        suggestions=shown.suggestions(g),
        notes=shown.notes(g, facts),
        extra={**told.extra(whole), "groups": len(made), "summed": g.ratio},
    )


# ── series ────────────────────────────────────────────────────────────────────────────────────


def _ranked(facts: Facts, measure: Measure, level: str) -> tuple[list[tuple[str, float]], float]:
    """Members with their late values, largest first, and that of all of them together."""
    since = max(facts.first, shifted(start_of(facts.last, level), -RECENT[level], level))
    scope = Scope(periods=(Period(since, facts.last + timedelta(days=1)),))
    by = By(facts.by[0].removeprefix("by_"))
    rows = facts.compute(MetricQuery((measure,), (by,), scope)).rows
    whole = facts.compute(MetricQuery((measure,), (), scope)).rows
    found = [(EMPTY if m is None else str(m), float(value or 0)) for m, *_, value in rows]
    total = float(whole[0][-1] or 0) if whole else 0.0
    return sorted(found, key=lambda m: -m[1]), total


def _members(
    facts: Facts, measure: Measure, whole: Told, names: Sequence[str]
) -> dict[str, Floats]:
    """Each of ``names`` → its values at the whole's points. A day without sales is zero, one without a rate has none."""
    import numpy as np

    by = facts.by[0].removeprefix("by_")
    known = tuple(n for n in names if n != EMPTY)
    where: Condition = Where(by, Op.IN, known)
    if EMPTY in names:
        where = Or((where, Where(by, Op.IS_NULL)))
    span = Period(facts.first, facts.last + timedelta(days=1))
    groups = (ByTime(Grain(whole.level)), By(by))
    query = MetricQuery((measure,), groups, Scope(where, (span,)))
    place = {d: i for i, d in enumerate(whole.starts)}
    nothing = 0.0 if whole.adds_up else np.nan
    out = {name: np.full(len(whole.starts), nothing) for name in names}
    for day, member, *_, value in facts.compute(query).rows:
        name = EMPTY if member is None else str(member)
        if day in place and name in out:
            out[name][place[day]] = nothing if value is None else float(value)
    return out


def _told(whole: Told, values: Floats, festival: Festival | None) -> Told | None:
    """The group's own forecast over the points that the whole's is about; None where it is too young."""
    import numpy as np

    there = np.flatnonzero(np.nan_to_num(values))
    if not len(there):
        return None
    starts, own = whole.starts[there[0] :], values[there[0] :]
    found = forecast(starts, own, whole.ahead, whole.level, festival, whole.skip, TRIED)
    if found is None:
        return None
    return replace(whole, starts=starts, values=tuple(own.tolist()), found=found)


# ── adding up ─────────────────────────────────────────────────────────────────────────────────


def reconciled(parts: Floats, whole: Floats, unsure: Floats) -> Floats:
    """Rows of ``parts`` (groups × points) whose sum is ``whole``; the gap falls on what is ``unsure`` (variances).

    >>> import numpy as np
    >>> reconciled(np.array([[10.0], [20.0]]), np.array([33.0]), np.array([[1.0], [2.0]])).tolist()
    [[11.0], [22.0]]
    """
    import numpy as np

    share = unsure / np.maximum(unsure.sum(axis=0), 1e-300)
    moved: Floats = parts + (whole - parts.sum(axis=0)) * share
    if parts.min() < 0 or moved.min() >= 0:
        return moved
    kept = np.maximum(moved, 0.0)
    scaled: Floats = kept * (whole / np.maximum(kept.sum(axis=0), 1e-300))
    return scaled


def _adding_up(parts: Mapping[str, Told], whole: Told) -> dict[str, Told]:
    """Points, bounds and totals of every group moved so that they add up to the whole."""
    import numpy as np

    several = [t.found for t in parts.values()]
    points = np.stack([f.point for f in several])
    unsure = np.stack([np.square(f.bounds[0.8][1] - f.bounds[0.8][0]) for f in several])
    moved = reconciled(points, whole.found.point, unsure)
    return {
        name: replace(t, found=_moved(t.found, moved[i], t.skip))
        for i, (name, t) in enumerate(parts.items())
    }


def _moved(found: Forecast, point: Floats, skip: int) -> Forecast:
    """The forecast at other points, as unsure as it was."""
    shift = point - found.point
    total = float(point[skip:].sum())
    by = total - found.total
    return replace(
        found,
        point=point,
        bounds={q: (a + shift, b + shift) for q, (a, b) in found.bounds.items()},
        total=total,
        total_bounds={q: (a + by, b + by) for q, (a, b) in found.total_bounds.items()},
    )
