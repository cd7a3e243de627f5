"""A watch: customers who spent most and have not bought for long.

The share of the top tenth (by all they spent) whose last order is 90 to 180 days old, against the same
a quarter ago and against what everybody else did meanwhile. Needs user, time and amount, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from analytics.contract import Facts
from analytics.signals import Kind, Signal, proportions
from analytics.template import fill
from semantic_layer.catalog import Direction, Format
from semantic_layer.catalog import Kind as Type
from semantic_layer.query import Period
from semantic_layer.result import Column, ColumnRole

BIG = 0.1  # of the customers, by what they spent
SILENT = (90, 180)  # days without an order
QUARTER = 90  # days back: whom the silent are compared with
LEAST = 100  # customers in the tenth
SMALLER = 0.1  # relative change that is no news
QUIET = Column(
    "silent",
    "沉默占比",
    Type.NUMBER,
    ColumnRole.MEASURE,
    "",
    Format.PERCENT,
    direction=Direction.DOWN,
)
SPENDERS = """
WITH people AS (SELECT "user", COALESCE(SUM(amount), 0) AS spent,
  MAX(time)::DATE AS latest FROM facts WHERE time < :end AND "user" IS NOT NULL GROUP BY 1),
ranked AS (SELECT *, spent >= (SELECT quantile_cont(spent, :big) FROM people) AS big FROM people)
SELECT big, COUNT(*) AS people, SUM(spent) AS spent,
  COUNT(*) FILTER (date_diff('day', latest, :end) BETWEEN :low AND :high) AS silent,
  SUM(spent) FILTER (date_diff('day', latest, :end) BETWEEN :low AND :high) AS silent_spent
FROM ranked GROUP BY 1
"""


def spenders(facts: Facts) -> Iterator[Signal]:
    """The tenth who spent most: how many of them have not bought for 90 to 180 days, against a quarter
    ago and against everybody else's change."""
    if not facts.has("user", "time", "amount") or facts.measure is not None:
        return
    over = facts.until + timedelta(days=1)
    back = over - timedelta(days=QUARTER)
    if (back - facts.first).days < 2 * SILENT[1]:
        return
    rows = facts.select("user", "time", "amount", span="all")
    sides = []
    for end in (back, over):
        asked = fill(SPENDERS, {"facts": rows}, end=end, big=1 - BIG, low=SILENT[0], high=SILENT[1])
        sides.append({bool(r["big"]): r for r in facts.run(asked)})
    if any(set(s) != {False, True} or s[True]["people"] < LEAST for s in sides):
        return
    (others0, others1), (big0, big1) = ([s[g] for s in sides] for g in (False, True))
    before, after = (float(g["silent"] / g["people"]) for g in (big0, big1))
    rest = [float(g["silent"] / g["people"]) for g in (others0, others1)]
    expected = before * (rest[1] / rest[0] if rest[0] else 1.0)
    p = proportions(
        big1["silent"], big1["people"], max(before, expected) * big0["people"], big0["people"]
    )
    if after <= max(before, expected) * (1 + SMALLER):
        p = 1.0
    spent = float(big1["spent"] + others1["spent"])
    extra = (after - expected) * big1["people"]
    money = float(big1["silent_spent"] or 0)
    yield Signal(
        Kind.SEGMENT,
        None,
        QUIET,
        (),
        f"消费前 {BIG:.0%} 的客户",
        Period(over - timedelta(days=SILENT[1]), over),
        Period(back - timedelta(days=SILENT[1]), back),
        before,
        after,
        after - before,
        max(extra, 0) / max(int(big1["silent"]), 1) * money / spent if spent else 0.0,
        p,
        (),
        {
            "silent": int(big1["silent"]),
            "people": int(big1["people"]),
            "money": money,
            "money_share": money / float(big1["spent"]) if big1["spent"] else 0.0,
            "rest_before": rest[0],
            "rest_after": rest[1],
            "low": SILENT[0],
            "high": SILENT[1],
            "back": QUARTER,
            "part": BIG,
        },
    )
