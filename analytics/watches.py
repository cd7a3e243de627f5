"""What is watched besides the moves of metrics: targets, who comes first, odd days, and in modules of
their own the steps of the way and large customers. Each watch says every test that it made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from analytics import words
from analytics.alarms import LEVELS, Series, alarms, events
from analytics.baseline import LEAST, baseline
from analytics.calendar import shifted, start_of
from analytics.concentration import concentration
from analytics.contract import Facts
from analytics.signals import MAD, Kind, Signal, chance, normal
from analytics.silent import spenders
from analytics.step_rates import steps
from semantic_layer.catalog import Direction, Format
from semantic_layer.catalog import Kind as Type
from semantic_layer.errors import Unanswerable
from semantic_layer.query import By, ByTime, Grain, Measure, MetricQuery, Op, Period, Scope, Where
from semantic_layer.result import Column, ColumnRole

MISSED = 0.1  # of a target: less is within what a plan can know
SPAN = 56  # days in which odd days are news

Watch = Callable[[Facts], Iterator[Signal]]


# ── targets ───────────────────────────────────────────────────────────────────────────────────


def targets(facts: Facts) -> Iterator[Signal]:
    """What the last complete month came to of its target, and how far this one is for its days."""
    for measure in (facts.measure,) if facts.measure is not None else facts.metrics:
        metric = facts.anatomy.metric(measure)
        target = next((t for t in _targets(facts, measure)), None)
        if metric is None or target is None:
            continue
        over = start_of(facts.until + timedelta(days=1), "month")
        first = max(shifted(over, -13, "month"), start_of(facts.first, "month"))
        query = MetricQuery(
            (measure, target),
            (ByTime(Grain.MONTH),),
            Scope(periods=(Period(first, shifted(over, 1, "month")),)),
        )
        try:
            rows = facts.compute(query).rows
        except Unanswerable:
            continue
        done = [(r[0], float(r[1] or 0), float(r[2] or 0)) for r in rows if r[0] < over and r[2]]
        if len(done) < 4:
            continue
        yield _attained(facts, measure, done, rows, over)


def _targets(facts: Facts, measure: Measure) -> Iterator[Measure]:
    from semantic_layer.query import MetricRef

    metric = facts.anatomy.metric(measure)
    if metric is not None and metric.target:
        yield MetricRef(metric.target)


def _attained(
    facts: Facts,
    measure: Measure,
    done: Sequence[tuple[date, float, float]],
    rows: Sequence[tuple[Any, ...]],
    over: date,
) -> Signal:
    import numpy as np

    month, value, target = done[-1]
    rate = value / target
    span = Scope(periods=(Period(month, over),))
    days = facts.compute(MetricQuery((measure,), (ByTime(Grain.DAY),), span)).rows
    daily = np.array([float(r[-1] or 0) for r in days])
    spread = float(np.std(daily) / max(daily.mean(), 1e-9) / len(daily) ** 0.5) or 1.0
    p = chance(math.log(max(rate, 1e-9)) / spread, len(daily)) if abs(rate - 1) >= MISSED else 1.0
    metric = facts.anatomy.metric(measure)
    assert metric is not None
    column = Column(
        "attained", f"{metric.label}目标达成率", Type.NUMBER, ColumnRole.MEASURE, "", Format.PERCENT,
        source=metric.name, direction=Direction.UP,
    )  # fmt: skip
    more: dict[str, Any] = {"target": target, "value": value, "gap": value - target}
    running = next((r for r in rows if r[0] == over and r[2]), None)
    if running is not None and facts.until >= over:
        long = (shifted(over, 1, "month") - over).days
        gone = (facts.until - over).days + 1
        more |= {"running": float(running[1] or 0) / float(running[2]), "elapsed": gone / long}
        more |= {"day": facts.until.day}
        if (usual := _usual_pace(facts, measure, over, gone)) is not None:
            more["pace"] = usual
    return Signal(
        Kind.TARGET,
        measure,
        column,
        (),
        "",
        Period(month, shifted(month, 1, "month"), grain=Grain.MONTH),
        Period(month, shifted(month, 1, "month"), grain=Grain.MONTH),
        1.0,
        rate,
        rate - 1,
        abs(rate - 1),
        p,
        tuple((d, float(v / t)) for d, v, t in done),
        more,
    )


def _usual_pace(facts: Facts, measure: Measure, over: date, gone: int) -> float | None:
    """What part of the same month a year ago had come by the same day."""
    first = shifted(over, -12, "month")
    if first < facts.first:
        return None
    halves = (
        Period(first, first + timedelta(days=gone)),
        Period(first, shifted(first, 1, "month")),
    )
    found = []
    for period in halves:
        rows = facts.compute(MetricQuery((measure,), (), Scope(periods=(period,)))).rows
        found.append(float(rows[0][-1] or 0) if rows else 0.0)
    return found[0] / found[1] if found[1] else None


# ── odd days ──────────────────────────────────────────────────────────────────────────────────


def odd_days(facts: Facts) -> Iterator[Signal]:
    """Days of the last eight weeks that weekday, level and occasions don't explain."""
    import numpy as np

    first, last = facts.until - timedelta(days=SPAN - 1), facts.until
    for measure in (facts.measure,) if facts.measure is not None else facts.metrics:
        if facts.anatomy.fraction(measure) is not None or _logged(facts, measure):
            continue
        start = max(facts.first, shifted(start_of(last, "month"), -26, "month"))
        span = Scope(periods=(Period(start, last + timedelta(days=1)),))
        try:
            result = facts.compute(MetricQuery((measure,), (ByTime(Grain.DAY),), span))
        except Unanswerable:
            continue
        starts = tuple(r[0] for r in result.rows)
        values = np.array([np.nan if r[1] is None else float(r[1]) for r in result.rows])
        if int(np.sum(~np.isnan(values) & (values != 0))) < LEAST["day"]:
            continue
        base = baseline(starts, values, "day", facts.festival)
        column = result.columns[-1]
        series = Series(column.label, measure, column, starts, tuple(values.tolist()), base)
        rang = [a for a in events(alarms(series, "day", first, last, 4.0)) if a.kind not in LEVELS]
        for _ in range(SPAN - len(rang)):
            yield _quiet(series, first, last)
        for a in rang:
            days = (a.last - a.first).days + 1
            over = a.last + timedelta(days=1)
            yield Signal(
                Kind.ANOMALY,
                measure,
                column,
                (),
                "",
                Period(a.first, over, grain=Grain.DAY if days == 1 else None),
                Period(first, over),
                a.expected,
                a.value,
                a.deviation,
                abs(a.deviation) * days / SPAN,
                normal(a.score or 0.0),
                tuple(
                    (d, None if v != v else float(v))
                    for d, v in zip(starts[-SPAN:], values[-SPAN:], strict=True)
                ),
                {"score": a.score},
            )


def _logged(facts: Facts, measure: Measure) -> bool:
    """Is it counted from single deeds, of which there are too many for a look at every day?"""
    from semantic_layer.catalog import Aggregate

    metric = facts.anatomy.metric(measure)
    tables = {r.table for r in facts.anatomy.catalog.roles if r.name == "event"}
    return metric is not None and isinstance(metric.calc, Aggregate) and metric.calc.table in tables


def _quiet(series: Series, first: date, last: date) -> Signal:
    """A test in which nothing rang: it counts among the tests and says nothing."""
    period = Period(first, last)
    return Signal(Kind.ANOMALY, None, series.column, (), "", period, period, 0, 0, 0, 0, 1.0)


# ── who comes first ───────────────────────────────────────────────────────────────────────────


def leaders(facts: Facts) -> Iterator[Signal]:
    """The first of each dimension this month and the month before, by the first metric."""
    measure = facts.measure or next(iter(facts.metrics), None)
    if measure is None or facts.anatomy.fraction(measure) is not None:
        return
    over = start_of(facts.until + timedelta(days=1), "month")
    first = max(shifted(over, -14, "month"), start_of(facts.first, "month"))
    for name in facts.anatomy.splits(measure):
        if not 3 <= facts.anatomy.values(name) <= 12:
            continue
        span = Scope(periods=(Period(first, over),))
        result = facts.compute(MetricQuery((measure,), (ByTime(Grain.MONTH), By(name)), span))
        table: dict[Any, dict[date, float]] = {}
        for when, member, value in (r[:3] for r in result.rows):
            if member is not None:
                table.setdefault(member, {})[when] = float(value or 0)
        if (found := _led(measure, name, table, result.columns[-1], over)) is not None:
            yield found


def _led(
    measure: Measure,
    name: str,
    table: Mapping[Any, Mapping[date, float]],
    column: Column,
    over: date,
) -> Signal | None:
    import numpy as np

    months = [shifted(over, -n, "month") for n in range(14, 0, -1)]
    months = [m for m in months if all(row.get(m) for row in table.values())]
    if len(months) < 8 or len(table) < 3 or months[-1] != shifted(over, -1, "month"):
        return None
    now, then = (_top(table, month) for month in (months[-1], months[-2]))
    pair = (
        (now, then)
        if now != then
        else tuple(sorted(table, key=lambda m: -table[m][months[-1]]))[:2]
    )
    gap = np.log([table[pair[0]][m] / table[pair[1]][m] for m in months])
    steps = np.diff(gap)[:-1]
    scale = max(MAD * float(np.median(np.abs(steps - np.median(steps)))), 0.01)
    p = chance(float(gap[-1] - gap[-2]) / scale, len(steps)) if now != then else 1.0
    whole = sum(row[months[-1]] for row in table.values())
    label = words.figure(column, table[then][months[-1]])
    return Signal(
        Kind.LEADER,
        measure,
        column,
        (Where(name, Op.EQ, (now,)),),
        str(now),
        Period(months[-1], over, grain=Grain.MONTH),
        Period(months[-2], months[-1], grain=Grain.MONTH),
        table[now][months[-2]],
        table[now][months[-1]],
        table[now][months[-1]] / table[now][months[-2]] - 1,
        abs(table[now][months[-1]] - table[now][months[-2]]) / whole,
        p,
        tuple((m, table[now][m]) for m in months),
        {
            "was": str(then),
            "was_value": table[then][months[-1]],
            "was_text": label,
            "dimension": name,
        },
    )


def _top(table: Mapping[Any, Mapping[date, float]], month: date) -> Any:
    return max(table, key=lambda member: (table[member][month], str(member)))


WATCHES: tuple[tuple[str, Watch], ...] = (
    ("看目标", targets),
    ("看老客户", spenders),
    ("看转化步骤", steps),
    ("看第一名", leaders),
    ("看集中度", concentration),
    ("看每一天", odd_days),
)
