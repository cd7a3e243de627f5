"""A watch: does more and more of the business hang on few products, shops or customers?

The share of the first members each month against its own past months. The members are those of the
month, so a new best seller counts as much as an old one that grew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from analytics.calendar import shifted, start_of
from analytics.contract import Facts
from analytics.jobs import MANY, as_of_now
from analytics.signals import LEAST_PAST, MAD, USUAL, Kind, Signal, chance
from analytics.template import fill
from semantic_layer.catalog import Direction, Format
from semantic_layer.catalog import Kind as Type
from semantic_layer.errors import Unanswerable
from semantic_layer.query import By, ByTime, Grain, Measure, MetricQuery, Period, Scope
from semantic_layer.result import Column, ColumnRole

if TYPE_CHECKING:
    from analytics.shifts import Floats

FIRST = 0.1  # of the members, as the first ones
FEWEST, MOST = 3, 10  # members that are called the first ones, of a dimension
LEAST = 20  # members, with fewer of which everybody is one of the first
MONTHS = 14
DIMENSIONS = 4
RISE, FLOOR = (
    0.08,
    0.02,
)  # relative and in points: smaller is no news; least scale of a month's step
BUYERS = 200  # customers of a month
PEOPLE = """
WITH spent AS (SELECT date_trunc('month', time)::DATE AS month, "user", SUM(amount) AS amount FROM facts
  WHERE "user" IS NOT NULL AND time >= :first AND time < :over GROUP BY 1, 2 HAVING SUM(amount) > 0),
ranked AS (SELECT month, amount, row_number() OVER (PARTITION BY month ORDER BY amount DESC, "user") AS place,
  COUNT(*) OVER (PARTITION BY month) AS people FROM spent)
SELECT month, ANY_VALUE(people) AS people, SUM(amount) AS whole,
  SUM(amount) FILTER (place <= ceil(people * :share)) AS first, SUM(amount * amount) AS squared
FROM ranked GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Months:
    """Per month: the share of the first members, and the sum of squared shares (Herfindahl, Hirschman)."""

    starts: tuple[date, ...]
    shares: Floats
    index: Floats


def concentration(facts: Facts) -> Iterator[Signal]:
    """One test for each dimension with many members, and one for the customers."""
    measure = facts.measure or next(iter(facts.metrics), None)
    if measure is None or facts.anatomy.fraction(measure) is not None:
        return
    over = start_of(facts.until + timedelta(days=1), "month")
    first = max(
        shifted(over, -MONTHS, "month"), start_of(facts.first + timedelta(days=27), "month")
    )
    if shifted(first, LEAST_PAST + 2, "month") > over:
        return
    for name in _dimensions(facts, measure):
        span = Scope(periods=(Period(first, over),))
        query = MetricQuery((measure,), (ByTime(Grain.MONTH), By(name)), span)
        try:
            result = facts.compute(query)
        except Unanswerable:
            continue
        table: dict[Any, dict[date, float]] = {}
        for when, member, *_, value in result.rows:
            if member is not None and float(value or 0) > 0:
                table.setdefault(when, {})[member] = float(value)
        if (
            found := _of_members(facts, measure, name, table, result.columns[-1], over)
        ) is not None:
            yield found
    if facts.measure is None and facts.has("user", "time", "amount"):
        yield from _of_people(facts, first, over)


def _dimensions(facts: Facts, measure: Measure) -> list[str]:
    """Those with many members, most first; of two with the same values the first."""
    values = facts.anatomy.catalog.values
    kept: dict[frozenset[str], str] = {}
    for name in facts.anatomy.splits(measure):
        size = facts.anatomy.values(name)
        if LEAST <= size <= MANY and not as_of_now(facts, name) and f"by_{name}" not in facts.by:
            kept.setdefault(frozenset(values.get(name, (name,))), name)
    return sorted(kept.values(), key=lambda n: (-facts.anatomy.values(n), n))[:DIMENSIONS]


def _of_members(
    facts: Facts,
    measure: Measure,
    name: str,
    table: Mapping[date, Mapping[Any, float]],
    column: Column,
    over: date,
) -> Signal | None:
    """The first ten (of few members, a tenth) of one dimension."""
    import numpy as np

    starts = tuple(sorted(table))
    if len(starts) < LEAST_PAST + 2 or starts[-1] != shifted(over, -1, "month"):
        return None
    many = max(FEWEST, min(MOST, round(FIRST * facts.anatomy.values(name))))
    ranked = [sorted(table[m].items(), key=lambda kv: (-kv[1], str(kv[0]))) for m in starts]
    if min(map(len, ranked)) < 2 * many:
        return None
    wholes = [sum(v for _, v in r) for r in ranked]
    shares = np.array(
        [sum(v for _, v in r[:many]) / w for r, w in zip(ranked, wholes, strict=True)]
    )
    index = np.array([sum((v / w) ** 2 for _, v in r) for r, w in zip(ranked, wholes, strict=True)])
    gains = {
        m: v / wholes[-1] - table[starts[-2]].get(m, 0.0) / wholes[-2] for m, v in ranked[-1][:many]
    }
    who = max(gains, key=lambda m: (gains[m], str(m)))
    label = facts.label(f"by_{name}").removesuffix("名称")
    more = {
        "who": str(who),
        "who_before": table[starts[-2]].get(who, 0.0) / wholes[-2],
        "who_after": table[starts[-1]][who] / wholes[-1],
        "dimension": name,
        "whom": label,
        "many": many,
    }
    place = f"前 {many} 名{label}"
    return _signal(measure, place, column.label, Months(starts, shares, index), over, more)


def _of_people(facts: Facts, first: date, over: date) -> Iterator[Signal]:
    """The tenth of each month's customers who spent most."""
    import numpy as np

    rows = facts.run(
        fill(
            PEOPLE,
            {"facts": facts.select("user", "time", "amount", span="all")},
            first=first,
            over=over,
            share=FIRST,
        )
    )
    starts = tuple(r["month"] for r in rows)
    late = bool(starts) and starts[-1] == shifted(over, -1, "month")
    if not late or len(rows) < LEAST_PAST + 2 or min(r["people"] for r in rows) < BUYERS:
        return
    shares = np.array([float(r["first"]) / float(r["whole"]) for r in rows])
    index = np.array([float(r["squared"]) / float(r["whole"]) ** 2 for r in rows])
    months = Months(starts, shares, index)
    yield _signal(None, f"当月消费前 {FIRST:.0%} 的客户", "消费", months, over, {"whom": "客户"})


def _signal(
    measure: Measure | None,
    place: str,
    of: str,
    months: Months,
    over: date,
    more: Mapping[str, Any],
) -> Signal:
    """Beyond the month before and beyond what is usual, both; only a rise is news."""
    import numpy as np

    logs = np.log(months.shares)
    steps = np.diff(logs)[:-1]
    scale = max(
        MAD * float(np.median(np.abs(steps - np.median(steps)))), float(np.std(steps)), FLOOR
    )
    usual = float(np.median(months.shares[-1 - USUAL : -1]))
    before, after = float(months.shares[-2]), float(months.shares[-1])
    rise = min(float(logs[-1] - logs[-2]), float(logs[-1]) - float(np.log(usual)))
    p = chance(rise / scale, len(steps))
    if after < max(before, usual) * (1 + RISE) or after - max(before, usual) < FLOOR:
        p = 1.0
    column = Column(
        "held",
        f"占{of}",
        Type.NUMBER,
        ColumnRole.MEASURE,
        "",
        Format.PERCENT,
        direction=Direction.NEITHER,
    )
    start = shifted(over, -1, "month")
    numbers = {
        "usual": usual,
        "index_before": float(months.index[-2]),
        "index": float(months.index[-1]),
    }
    return Signal(
        Kind.CONCENTRATION,
        measure,
        column,
        (),
        place,
        Period(start, over, grain=Grain.MONTH),
        Period(shifted(over, -2, "month"), start, grain=Grain.MONTH),
        before,
        after,
        after - before,
        max(after - max(before, usual), 0.0),
        p,
        tuple((d, float(s)) for d, s in zip(months.starts, months.shares, strict=True)),
        {**more, **numbers},
    )
