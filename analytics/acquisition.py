"""What new customers cost and how fast they earn it back.

Cost is what a table with ``cost`` beside clicks or impressions (or a channel) says: money spent on reach,
never the cost of goods. It is blended: all of it over all new customers of the same month, or of the
channel that it leads to (``lands_on``, else the cost's own channel) where customers' channels are called so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlglot import exp

from analytics.contract import Facts
from analytics.template import fill
from semantic_layer.errors import Unanswerable

COSTS = """
SELECT SUM(cost) AS cost, :segment AS segment
FROM facts WHERE CAST(time AS DATE) BETWEEN :since AND :until GROUP BY 2
"""
MARGIN = 'SELECT SUM(amount) AS amount, SUM(amount) - SUM(cost) AS profit FROM facts WHERE "user" IS NOT NULL'


@dataclass(frozen=True, slots=True)
class Curve:
    """Money that ``people`` had spent by the end of each day after their first purchase (day 0)."""

    people: int
    spent: Mapping[int, float]

    @property
    def mean(self) -> float:
        return sum(self.spent.values()) / self.people

    def payback(self, cost: float, margin: float) -> int | None:
        """Days until one customer's profit covers ``cost``; None when it does not within the curve."""
        total = 0.0
        for day in sorted(self.spent):
            total += self.spent[day] * margin / self.people
            if total >= cost:
                return day + 1
        return None


def curves(rows: Sequence[Mapping[str, Any]]) -> Mapping[Any, Curve]:
    """One curve per segment, and under ``None`` the one of everybody."""
    people: dict[Any, int] = {}
    spent: dict[Any, dict[int, float]] = {None: {}}
    for r in rows:
        people[r["segment"]] = r["ripe"]
        spent.setdefault(r["segment"], {})[r["day"]] = r["amount"]
        spent[None][r["day"]] = spent[None].get(r["day"], 0.0) + r["amount"]
    everybody = sum(people.values())
    found = {segment: Curve(n, spent[segment]) for segment, n in people.items()}
    return {**found, None: Curve(everybody, spent[None])} if everybody else {}


def costs(
    facts: Facts, groups: Sequence[Any] | None, since: date, until: date
) -> Mapping[Any, float]:
    """Cost under ``None`` and per month of the period; with ``groups`` per channel instead, where at least
    two of them are channels that money was spent for. Empty when unknown."""
    named = next((n for n in ("clicks", "impressions") if facts.has("cost", "time", n)), "")
    if not named and facts.has("cost", "time", "channel") and not facts.has("user", "cost"):
        named = "channel"
    if not named:
        return {}
    try:
        where = next(
            (n for n in ("lands_on", "channel") if facts.has("cost", "time", named, n)), ""
        )
        names = tuple(dict.fromkeys(n for n in ("cost", "time", named, where) if n))
        segment = _segment(where if groups is not None else "time")
        rows = facts.select(*names, span="all")
        found = facts.run(fill(COSTS, {"facts": rows}, segment=segment, since=since, until=until))
    except Unanswerable:  # the question's conditions say nothing about cost
        return {}
    known = {r["segment"]: float(r["cost"]) for r in found if r["cost"]}
    total = sum(known.values())
    if groups is not None and len(known.keys() & set(groups)) < 2:
        known = {}  # the groups are no channels
    return {**known, None: total} if total else {}


def _segment(name: str) -> exp.Expr:
    """The month, the channel, or nothing."""
    if name == "time":
        return exp.func("strftime", exp.column("time"), exp.Literal.string("%Y-%m"))
    return exp.column(name) if name else exp.null()


def margin(facts: Facts) -> float | None:
    """Profit over sales of goods, where the cost of goods is known."""
    if not facts.has("user", "time", "amount", "cost", "product"):
        return None
    rows = facts.select("user", "time", "amount", "cost", "product", span="all")
    found = facts.run(fill(MARGIN, {"facts": rows}))[0]
    if not found["amount"] or found["profit"] is None:
        return None
    rate = float(found["profit"]) / float(found["amount"])
    return rate if 0 < rate < 1 else None
