"""How far everybody came along ordered steps: the SQL of the funnel, one running maximum a step.

The latest start that still reaches a step leaves the most room for the next, so the maximum of starts
is exact; it never falls, so the latest step before belongs to the latest chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analytics.contract import Facts
from analytics.template import by_column, fill

TAGGED = """
SELECT visitor, uid, time, grp, step FROM (
  SELECT :visitor AS visitor, :uid AS uid, time, :by AS grp, list_position(:steps, event) AS step FROM facts
) WHERE visitor IS NOT NULL AND time >= :start AND time < :stop AND (step IS NOT NULL OR :strict)
"""
UNREPEATED = """
SELECT * EXCLUDE (prior) FROM (
  SELECT *, LAG(COALESCE(step, 0)) OVER (PARTITION BY visitor ORDER BY time, COALESCE(step, 0)) AS prior FROM tagged
) WHERE prior IS NULL OR prior <> COALESCE(step, 0)
"""
# ``s1`` … are where the chain that this row is step k of began; ``d2`` … what the step took.
BEGUN = """
SELECT *, CASE WHEN step = 1 AND time < :ends THEN time END AS s1 FROM tagged
"""
RUNNING = "PARTITION BY visitor ORDER BY time RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
NEXT = "PARTITION BY visitor ORDER BY time, COALESCE(step, 0)"
# A running maximum of starts never falls, so the latest step before is one of the latest chain.
BEFORE = {
    "ordered": f"SELECT *, MAX(:s) OVER ({RUNNING}) AS b, MAX(:at) OVER ({RUNNING}) AS l FROM chain",
    "increase": f"SELECT *, MAX(:s) OVER ({RUNNING} EXCLUDE GROUP) AS b, "
    f"MAX(:at) OVER ({RUNNING} EXCLUDE GROUP) AS l FROM chain",
    "strict": f"SELECT *, LAG(:s) OVER ({NEXT}) AS b, LAG(:at) OVER ({NEXT}) AS l FROM chain",
}
TAKEN = """
SELECT * EXCLUDE (b, l), CASE WHEN step = :k AND b >= time - to_seconds(:seconds) THEN b END AS s,
       CASE WHEN step = :k AND b >= time - to_seconds(:seconds) THEN epoch(time) - epoch(l) END AS d
FROM before
"""
LEVELS = """
SELECT visitor, MAX(uid) AS uid, arg_min(grp, time) FILTER (WHERE step = 1) AS grp,
       :level AS level, :times AS took FROM chain GROUP BY visitor HAVING level > 0
"""
ANY = """
SELECT visitor, MAX(uid) AS uid, arg_min(grp, time) AS grp, MAX(bit_count(seen)) AS level,
       CAST(NULL AS DOUBLE[]) AS took
FROM (
  SELECT *, bit_or(CAST(1 AS BIGINT) << (step - 1)) OVER (
    PARTITION BY visitor ORDER BY time RANGE BETWEEN CURRENT ROW AND to_seconds(:seconds) FOLLOWING) AS seen
  FROM tagged
) WHERE time < :ends GROUP BY visitor
"""


def levels(facts: Facts, steps: Sequence[str], mode: str, window: float, since: date) -> exp.Select:
    """SELECT visitor, uid, grp, level, took: how far everybody came who began on ``since`` or later,
    and the seconds each step took."""
    who = "visitor" if facts.has("visitor", "event", "time") else "user"
    both = who == "visitor" and facts.has("visitor", "user", "event", "time")
    names = ("visitor", "user") if both else (who,)
    rows = facts.select(*names, "time", "event", *facts.by, span="all")
    ends = facts.until + timedelta(days=1)
    holes: dict[str, Any] = {
        "visitor": exp.column(who, quoted=True),
        "uid": exp.column("user" if both or who == "user" else who, quoted=True),
        "by": by_column(facts.by),
        "steps": exp.array(*(exp.Literal.string(s) for s in steps)),
        "strict": mode == "strict",
        "start": since,
        "stop": ends + timedelta(days=window),
        "ends": ends,
        "seconds": int(window * 86400),
    }
    tagged = fill(TAGGED, {"facts": rows}, **holes)
    if mode == "any":
        return fill(ANY, {"tagged": tagged}, **holes)
    if mode == "strict":
        tagged = fill(UNREPEATED, {"tagged": tagged})
    chain = fill(BEGUN, {"tagged": tagged}, **holes)
    for k in range(2, len(steps) + 1):
        chain = _next(chain, k, mode, holes)
    level = exp.func("greatest", *(_reached(k) for k in range(1, len(steps) + 1)))
    took = exp.array(exp.null(), *(_first_time(k) for k in range(2, len(steps) + 1)))
    return fill(LEVELS, {"chain": chain}, level=level, times=took)


def _next(chain: exp.Select, k: int, mode: str, holes: Mapping[str, Any]) -> exp.Select:
    """``chain`` with the columns of step ``k``."""
    start = exp.column(f"s{k - 1}")
    at = exp.Case().when(_known(start), exp.column("time"))
    before = fill(BEFORE[mode], {"chain": chain}, s=start, at=at)
    taken = fill(TAKEN, {"before": before}, k=k, seconds=holes["seconds"])
    for name in ("s", "d"):
        column = next(c for c in taken.selects if c.alias == name)
        column.set("alias", exp.to_identifier(f"{name}{k}"))
    return taken


def _known(value: exp.Expr) -> exp.Expr:
    return value.copy().is_(exp.null()).not_()


def _reached(k: int) -> exp.Expr:
    """``k`` where somebody ever took the step, else 0."""
    ever = exp.Max(this=exp.Case().when(_known(exp.column(f"s{k}")), exp.Literal.number(k)))
    return exp.Coalesce(this=ever, expressions=[exp.Literal.number(0)])


def _first_time(k: int) -> exp.Expr:
    """Seconds from the step before, the first time that the step was taken."""
    first = exp.Anonymous(this="arg_min", expressions=[exp.column(f"d{k}"), exp.column("time")])
    return exp.Filter(this=first, expression=exp.Where(this=_known(exp.column(f"s{k}"))))
