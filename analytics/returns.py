"""Who came back when: the SQL of retention by calendar periods or whole hours since the start.

Two relations: ``began`` (what starts somebody) and ``facts`` (what counts as coming back); usually both
are the same rows. A cell is a cohort × a span of periods after the start; span 0 is the start itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from analytics import calendar
from analytics.contract import Params
from analytics.template import fill

GRAINS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Span:
    """Periods ``low`` to ``high`` after the start, both counted."""

    low: int
    high: int


START = Span(0, 0)

STARTS = """
WITH firsts AS (
  SELECT "user", CAST(date_trunc(:grain, time) AS DATE) AS p, MIN(time) AS first_at, arg_min(grp, time) AS grp
  FROM (SELECT "user", CAST(time AS TIMESTAMP) AS time, :by AS grp FROM began)
  WHERE "user" IS NOT NULL AND time IS NOT NULL GROUP BY 1, 2
),
starts AS (
  SELECT "user", p AS c, first_at, grp FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY "user" ORDER BY p) AS nth FROM firsts
  ) WHERE (nth = 1 OR :any) AND CAST(first_at AS DATE) BETWEEN :since AND :until
),
"""
# What happens at the start counts as period 0 even where coming back is something else.
BY_DATE = """
seen AS (
  SELECT "user", CAST(date_trunc(:grain, time) AS DATE) AS p, SUM(amount) AS amount
  FROM (SELECT "user", time, :amount AS amount FROM facts) WHERE "user" IS NOT NULL GROUP BY 1, 2
),
backs AS (
  SELECT s.c, s.grp, s."user", b.amount, date_diff(:grain, s.c, b.p) AS n
  FROM starts AS s JOIN seen AS b ON b."user" = s."user" AND b.p >= s.c
  UNION ALL SELECT c, grp, "user", 0, 0 FROM starts
)
"""
BY_HOURS = """
seen AS (
  SELECT "user", CAST(time AS TIMESTAMP) AS time, :amount AS amount FROM facts WHERE "user" IS NOT NULL
),
backs AS (
  SELECT s.c, s.grp, s."user", b.amount, date_sub(:grain, s.first_at, b.time) AS n
  FROM starts AS s JOIN seen AS b ON b."user" = s."user" AND b.time >= s.first_at
  UNION ALL SELECT c, grp, "user", 0, 0 FROM starts
)
"""
SPANS = "SELECT unnest(:lows) AS low, unnest(:highs) AS high, unnest(:places) AS k"
ON = """
SELECT c, grp, k AS n, COUNT(DISTINCT "user") AS people, CAST(SUM(amount) AS DOUBLE) AS amount
FROM backs JOIN spans ON :inside GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
AFTER = """
SELECT c, grp, k AS n, COUNT(*) AS people, CAST(NULL AS DOUBLE) AS amount
FROM (SELECT c, grp, "user", MAX(n) AS furthest FROM backs GROUP BY 1, 2, 3)
JOIN spans ON furthest >= low GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
PEOPLE = """
SELECT "user", CASE WHEN bool_or(CASE WHEN :after THEN n >= :low ELSE n BETWEEN :low AND :high END)
       THEN :kept ELSE :gone END AS "group", c AS start, MAX(n) AS furthest
FROM backs WHERE c < :over GROUP BY "user", c ORDER BY c, "user"
"""


def cells(rolling: bool, after: bool) -> str:
    """SELECT c, grp, n (which span), people, amount."""
    return STARTS + (BY_HOURS if rolling else BY_DATE) + (AFTER if after else ON)


def people(rolling: bool) -> str:
    """SELECT user, group, start, furthest of cohorts whose span is over."""
    return STARTS + (BY_HOURS if rolling else BY_DATE) + PEOPLE


def relation(spans: Sequence[Span]) -> exp.Select:
    """SELECT low, high, k: one row a span."""
    lists = {
        "lows": [s.low for s in spans],
        "highs": [s.high for s in spans],
        "places": range(len(spans)),
    }
    arrays = {n: exp.array(*(exp.Literal.number(v) for v in vs)) for n, vs in lists.items()}
    return fill(SPANS, {}, **arrays)


def inside(spans: Sequence[Span]) -> exp.Expr:
    """The join of ``n`` with spans: by equality where every span is one period."""
    n = exp.column("n")
    if all(s.low == s.high for s in spans):
        return exp.EQ(this=n, expression=exp.column("low"))
    return exp.Between(this=n, low=exp.column("low"), high=exp.column("high"))


def asked(params: Params, grain: str) -> tuple[Span, ...]:
    """The spans of one grain that were said, in order: 7 is day 7, 4-7 days 4 to 7, within 7 days 1 to 7."""
    found = [_span(value) for value in params[grain]]
    if grain == "day":
        found += [Span(1, int(n)) for n in params["within"]]
    return tuple(sorted(set(found), key=lambda s: (s.low, s.high)))


def _span(value: Any) -> Span:
    """
    >>> _span(7), _span("4-7")
    (Span(low=7, high=7), Span(low=4, high=7))
    """
    first, _, last = str(value).partition("-")
    low, high = sorted((int(first), int(last or first)))
    return Span(low, high)


def named(span: Span, grain: str) -> str:
    """
    >>> named(Span(1, 1), "day"), named(Span(4, 7), "day"), named(Span(30, 30), "day")
    ('次日', '第 4–7 天', '第 30 天')
    """
    if span == Span(1, 1):
        return {"day": "次日", "week": "次周", "month": "次月"}[grain]
    between = str(span.low) if span.low == span.high else f"{span.low}–{span.high}"
    return f"第 {between} {'个月' if grain == 'month' else calendar.UNITS[grain]}"


__all__ = ["GRAINS", "START", "Span", "asked", "cells", "inside", "named", "people", "relation"]
