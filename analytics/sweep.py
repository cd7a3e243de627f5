"""The search for moves: every metric by every dimension, months and weeks, one query for each.

A query brings all metrics of one table together, split by one dimension and by time. Dimensions with
few values come first; what is dear is looked at over fewer periods, and what no longer fits the time
is left and counted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from analytics.calendar import shifted, start_of
from analytics.contract import Facts
from analytics.jobs import FEW, Job, Metered, jobs, lasting
from analytics.signals import Kind, Moved, Signal, of_ratios, of_shares
from semantic_layer.engines.base import EngineError
from semantic_layer.errors import Unanswerable
from semantic_layer.query import (
    By,
    ByTime,
    Grain,
    MetricQuery,
    Op,
    Period,
    Scope,
    Where,
)
from semantic_layer.result import Column

if TYPE_CHECKING:
    from analytics.shifts import Floats

MONTHS, WEEKS = 20, 26  # complete periods looked at
FIRST = 1.0  # of the whole time: until then what must not be missed is waited for
DEAR = 0.08  # of the whole time: months of such a table are not looked at
CHANGED = {
    Kind.CHANGE: 0.08,
    Kind.YEAR: 0.1,
    Kind.WEEK: 0.1,
    Kind.LEVEL: 0.25,
}  # relative, at least
POINTS = 0.03  # of the whole: a share that moved so far is a change of the mix
Progress = Callable[[str, float], None]
Points = tuple[tuple[date, float | None], ...]
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Clock:
    """How much time is left, and who wants to know."""

    seconds: float
    on_progress: Progress | None = None
    started: float = field(default_factory=monotonic)

    @property
    def spent(self) -> float:
        return (monotonic() - self.started) / self.seconds

    def at(self, stage: str) -> None:
        if self.on_progress is not None:
            self.on_progress(stage, min(self.spent, 1.0))


@dataclass(slots=True)
class Swept:
    """``tests``: every test made with what it would say. ``left``: queries that no longer fitted.
    ``failed``: what could not be looked at for a mistake of ours."""

    tests: list[Signal] = field(default_factory=list)
    done: int = 0
    left: int = 0
    failed: list[str] = field(default_factory=list)

    def look(self, what: str, tests: Callable[[], Iterable[Signal]]) -> None:
        """Add these tests. One check that breaks must not take the others with it; a database that fails
        or a person who cancels stops them all."""
        try:
            self.tests += tests()
        except EngineError:
            raise
        except Unanswerable:
            return
        except Exception:
            log.exception("a check of the insights failed: %s", what)
            self.failed.append(what)


def sweep(facts: Facts, clock: Clock, until: float, swept: Swept) -> None:
    """All tests of all jobs, until ``until`` of the time is gone; on a slow machine months may take what is left of it."""
    cost = dict[tuple[Metered, ...], float]()
    for job in jobs(facts):
        dear = cost.get(job.metered, 0.0) > DEAR * clock.seconds
        end = max(until, FIRST) if job.first else until
        late = clock.spent + cost.get(job.metered, 0.0) / clock.seconds > end
        if late or (dear and job.grain == "month"):
            swept.left += late
            continue
        stage = f"看{facts.label(job.dimension)}"
        clock.at(stage)
        begun = monotonic()
        swept.look(stage, partial(tests_of, facts, job))
        cost[job.metered] = monotonic() - begun
        swept.done += 1


# ── one job ───────────────────────────────────────────────────────────────────────────────────


def tests_of(facts: Facts, job: Job) -> list[Signal]:
    """One query, then a matrix for each metric."""
    import numpy as np

    starts = periods(facts, job.grain)
    if len(starts) < 4:
        return []
    over = shifted(starts[-1], 1, job.grain)
    asked = tuple(dict.fromkeys(p for m in job.metered for p in m.parts))
    groups = (ByTime(Grain(job.grain)), By(job.dimension))
    span = Scope(periods=(Period(starts[0], over),))
    try:
        result = facts.compute(MetricQuery(asked, groups, span))
    except Unanswerable:
        return []
    place = {start: i for i, start in enumerate(starts)}
    names = sorted({r[1] for r in result.rows if r[1] is not None}, key=str)
    row_of = {name: i for i, name in enumerate(names)}
    cube = np.zeros((len(asked), len(names) + 1, len(starts)))
    for when, name, *cells in result.rows:  # the last row: whatever has no value, part of the whole
        if when in place:
            cube[:, row_of.get(name, len(names)), place[when]] = [float(c or 0) for c in cells]
    columns = result.columns[2:]
    found: list[Signal] = []
    for one in job.metered:
        at = [asked.index(p) for p in one.parts]
        shown = _column(one, columns[at[0]])
        found += _signals(facts, job, one, shown, [cube[i] for i in at], names, starts)
    return found


def periods(facts: Facts, grain: str) -> list[date]:
    """Starts of the last complete periods up to the end of what was asked, oldest first."""
    most = MONTHS if grain == "month" else WEEKS
    end = start_of(facts.until + timedelta(days=1), grain)
    first = start_of(facts.first + timedelta(days=27 if grain == "month" else 6), grain)
    starts = [shifted(end, -n, grain) for n in range(most, 0, -1)]
    return [s for s in starts if s >= first]


def _column(one: Metered, column: Column) -> Column:
    """As the metric is printed; where a finer metric answered, as that one is called."""
    from dataclasses import replace

    m = one.metric
    label = m.label if one.halves else column.label
    return replace(
        column, label=label, unit=m.unit, format=m.format, direction=m.direction, source=m.name
    )


def _signals(
    facts: Facts,
    job: Job,
    one: Metered,
    column: Column,
    matrix: Sequence[Floats],
    names: Sequence[Any],
    starts: Sequence[date],
) -> Iterator[Signal]:
    monthly = job.grain == "month"
    if one.halves is None:
        moved = of_shares(matrix[0], len(names), monthly)
    else:
        moved = of_ratios(matrix[0], matrix[1], len(names), monthly, lasting(one))
    fine = facts.anatomy.values(job.dimension) > FEW
    totals = [each.sum(axis=0) for each in matrix]
    for m in moved:
        if not fine or m.kind is Kind.LEVEL:
            yield _signal(job, one, column, matrix, totals, names[m.member], m, starts)


def _signal(
    job: Job,
    one: Metered,
    column: Column,
    matrix: Sequence[Floats],
    totals_of: Sequence[Floats],
    name: Any,
    m: Moved,
    starts: Sequence[date],
) -> Signal:
    import numpy as np

    now, then = _slices(m.kind)
    top = matrix[0]
    mine, whole = top[m.member], totals_of[0]
    sums = [float(mine[s].mean()) for s in (then, now)]
    totals = [float(whole[s].mean()) for s in (then, now)]
    facts: dict[str, Any] = {}
    if one.halves is None:
        before, after = sums
        expected = before * totals[1] / totals[0] if totals[0] else before
        change = after / before - 1 if before else 0.0
        impact = abs(after - expected) / max(totals[0], 1e-12)
        shares = [s / t if t else 0.0 for s, t in zip(sums, totals, strict=True)]
        facts = {"share_before": shares[0], "share_after": shares[1]}
        facts["common"] = totals[1] / totals[0] - 1 if totals[0] else 0.0
        points: Points = tuple(zip(starts, (float(v) for v in mine), strict=True))
    else:
        bottom = matrix[1]
        below, all_below = bottom[m.member], totals_of[1]
        before, after = (float(mine[s].sum() / max(below[s].sum(), 1e-12)) for s in (then, now))
        rates = [float(whole[s].sum() / max(all_below[s].sum(), 1e-12)) for s in (then, now)]
        change = after - before
        weight = float(below[now].sum() / max(all_below[now].sum(), 1e-12))
        impact = abs(m.effect) * weight / max(abs(rates[1]), 1e-12)
        facts = {"rest_before": rates[0], "rest_after": rates[1]}
        safe = np.where(below > 0, below, np.nan)
        points = tuple(zip(starts, (_none(v) for v in mine / safe), strict=True))
    kind = m.kind
    if one.halves is None and _mixed(kind, facts):
        kind = Kind.MIX
        part = mine / np.maximum(whole, 1e-12)
        points = tuple(zip(starts, (float(v) for v in part), strict=True))
    grain = Grain(job.grain)
    return Signal(
        kind,
        one.measure,
        column,
        (Where(job.dimension, Op.EQ, (name,)),),
        str(name),
        _span(starts, now, grain),
        _span(starts, then, grain),
        before,
        after,
        change,
        impact,
        m.p,
        points[-13:] if grain is Grain.MONTH else points[-12:],
        {**facts, "effect": m.effect, "ratio": one.halves is not None},
    )


def _mixed(kind: Kind, shares: Mapping[str, Any]) -> bool:
    """Is it the share that moved within a year, rather than the amount?"""
    moved = abs(shares["share_after"] - shares["share_before"])
    return kind is Kind.YEAR and bool(moved >= POINTS)


def _slices(kind: Kind) -> tuple[slice, slice]:
    match kind:
        case Kind.YEAR:
            return slice(-1, None), slice(-13, -12)
        case Kind.WEEK:
            return slice(-2, None), slice(-8, -2)
        case Kind.LEVEL:
            return slice(-2, None), slice(-14, -2)
        case _:
            return slice(-1, None), slice(-2, -1)


def _span(starts: Sequence[date], at: slice, grain: Grain) -> Period:
    chosen = list(starts)[at]
    whole = grain if len(chosen) == 1 else None
    return Period(chosen[0], shifted(chosen[-1], 1, grain.value), grain=whole)


def _none(value: float) -> float | None:
    return None if value != value else float(value)


def notable(s: Signal) -> bool:
    """Large enough for a sentence, whatever the chance."""
    least = CHANGED.get(s.kind)
    if least is None or s.kind is Kind.MIX:
        return True
    effect = abs(float(s.facts["effect"]))
    if s.facts["ratio"]:
        base = max(abs(s.before), 1e-12)
        worse = s.kind is not Kind.LEVEL or s.change > 0
        return worse and effect / base >= least and s.impact >= 0.003
    return effect >= least and s.impact >= 0.004
