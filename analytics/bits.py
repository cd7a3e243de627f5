"""When somebody was active, as one whole number: bit k is set where something happened in period k.

One pass over the facts and one row a person, however much they did; equal people are then counted together.
Where there are more periods than bits nothing here is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlglot import exp

from analytics import calendar
from analytics.contract import Facts
from analytics.template import fill

BITS = 62  # of a BIGINT, sign and one spare left out
BOUNDS = 'SELECT CAST(MIN(time) AS DATE) AS low, CAST(MAX(time) AS DATE) AS high FROM facts WHERE "user" IS NOT NULL'
HELD = """
WITH people AS (
  SELECT "user", CAST(MIN(time) AS DATE) AS first_at, :group AS grp,
         bit_or(CAST(1 AS BIGINT) << date_diff(:grain, :zero, :day)) AS held
  FROM facts WHERE "user" IS NOT NULL GROUP BY 1
),
"""


def zero_of(facts: Facts, rows: Mapping[str, exp.Query], grain: str) -> date | None:
    """The start of the first period, whose bit is 0; None where the periods do not fit."""
    low, high = (facts.run(fill(BOUNDS, rows))[0][name] for name in ("low", "high"))
    if low is None:
        return None
    zero = calendar.start_of(low, grain)
    return zero if calendar.shifted(zero, BITS, grain) > high else None


def holes_of(zero: date, grain: str, by: exp.Expr | None = None) -> dict[str, Any]:
    """What ``HELD`` asks for; with ``by`` a person belongs to the group of the first time."""
    day = exp.cast(exp.column("time"), "DATE")
    if grain == "week":  # weeks differ by their Mondays
        day = exp.cast(exp.func("date_trunc", exp.Literal.string(grain), day), "DATE")
    group = (
        exp.null()
        if by is None
        else exp.Anonymous(this="arg_min", expressions=[by, exp.column("time")])
    )
    return {"grain": grain, "zero": zero, "day": day, "group": group}
