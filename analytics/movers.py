"""Which member moved a deviation: 城市为成都的占了多出来的 100%.

Every member is measured against its own usual days, scaled so that the members' expectations add up to
the whole's. A member that only keeps its usual share explains nothing. Descriptive: no cause is proven.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics.contract import Facts
from semantic_layer.errors import Unanswerable
from semantic_layer.query import By, ByTime, Grain, Measure, MetricQuery, Period, Scope

WEEKS = 4  # the same weekdays of so many weeks before are usual
MOST = 200  # members of a dimension worth trying
ADDS_UP = 0.05  # how far members may add up to something else: a buyer of two channels
SURPRISE = 0.3  # more of the change than of the usual, to be called the one who moved it


@dataclass(frozen=True, slots=True)
class Mover:
    """``share`` of the change came from ``member``, which usually has ``usual`` of the whole.

    No ``dimension``: all of them were tried and every member moved alike.
    """

    dimension: str = ""
    label: str = ""
    member: str = ""
    share: float = 0.0
    usual: float = 0.0

    @property
    def surprise(self) -> float:
        return self.share - self.usual


def mover(
    facts: Facts,
    measure: Measure,
    first: date,
    last: date,
    skip: frozenset[date],
    factor: float,
    total: float,
) -> Mover | None:
    """The member with the most of the change beyond its usual share; None where nothing adds up.

    ``factor`` is what was expected of these days against the usual ones (an occasion, growth);
    ``skip`` are days that are not usual. ``total`` is the whole of these days: where the
    members do not add up to it, shares of it mean nothing.
    """
    best: Mover | None = None
    for name in facts.breakdowns(measure, MOST):
        found = _of(facts, measure, name, first, last, skip, factor, total)
        if found and (best is None or found.surprise > best.surprise + 0.02):
            best = found
    return best


def _of(
    facts: Facts,
    measure: Measure,
    name: str,
    first: date,
    last: date,
    skip: frozenset[date],
    factor: float,
    total: float,
) -> Mover | None:
    long = (last - first).days + 1
    step = timedelta(days=7 * -(-long // 7))
    earlier = [first - n * step for n in range(1, WEEKS + 1)]
    spans = [Period(day, day + timedelta(days=long)) for day in (*earlier, first)]
    query = MetricQuery((measure,), (ByTime(Grain.DAY), By(name)), Scope(periods=tuple(spans)))
    try:
        result = facts.compute(query)
    except Unanswerable:
        return None
    now: dict[Any, float] = defaultdict(float)
    then: dict[Any, float] = defaultdict(float)
    usual_days: set[date] = set()
    for day, member, value in (row[:3] for row in result.rows):
        if first <= day <= last:
            now[member] += value or 0
        elif day < first and day not in skip:
            then[member] += value or 0
            usual_days.add(day)
    if not usual_days or abs(sum(now.values()) - total) > ADDS_UP * abs(total):
        return None
    scale = factor * long / len(usual_days)
    whole, change = sum(then.values()), sum(now.values()) - scale * sum(then.values())
    if not whole or not change:
        return None
    shares = {
        m: (float((now[m] - scale * then[m]) / change), float(then[m] / whole))
        for m in now.keys() | then.keys()
        if m is not None
    }
    if not shares:
        return None
    member = max(shares, key=lambda m: (shares[m][0] - shares[m][1], str(m)))
    share, usual = shares[member]
    if share - usual < SURPRISE or share > 1.5:
        return Mover()
    return Mover(
        name,
        next(c.label for c in result.columns if c.source == name or c.name == name),
        str(member),
        share,
        usual,
    )
