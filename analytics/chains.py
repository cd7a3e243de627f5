"""How far everybody came along ordered steps: the SQL of the funnel, one running maximum a step.

The latest start that still reaches a step leaves the most room for the next, so the maximum of starts
is exact; it never falls, so the latest step before belongs to the latest chain.

An attempt between whose steps something excluded happens does not count, its start neither (PostHog).
Where a step that was reached comes again, ``stop`` ends there with what was reached (ClickHouse's
strict_deduplication, which takes the event before instead). ``grain`` counts everybody once for every
period in which they began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analytics.contract import Facts
from analytics.template import by_column, fill


@dataclass(frozen=True, slots=True)
class Rules:
    """How steps make a chain. ``mode``: ordered, increase, strict or any; ``window`` in days."""

    mode: str
    window: float
    exclude: tuple[str, ...] = ()
    stop: bool = False
    grain: str = ""
    touch: str = "first"


TAGGED = """
SELECT visitor, uid, time, grp, step FROM (
  SELECT :visitor AS visitor, :uid AS uid, time, :by AS grp, :place AS step FROM facts
) WHERE visitor IS NOT NULL AND time >= :start AND time < :stop AND (step IS NOT NULL OR :strict)
"""
# Step 0 is what is excluded; ``spoilt`` the last of it before a row, ``spoils`` the next after it.
MARKED = """
WITH marked AS (
  SELECT *, MAX(CASE WHEN step = 0 THEN time END) OVER (PARTITION BY visitor ORDER BY time
           RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP) AS spoilt,
         MIN(CASE WHEN step = 0 THEN time END) OVER (PARTITION BY visitor ORDER BY time
           RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS spoils
  FROM tagged
)
SELECT * REPLACE (NULLIF(step, 0) AS step) FROM marked WHERE step > 0 OR :strict
"""
# A row belongs to every period in which somebody may have begun who comes to it.
SPREAD = """
SELECT *, UNNEST(generate_series(date_trunc(:grain, CAST(time AS TIMESTAMP) - to_seconds(:seconds)),
                                 date_trunc(:grain, CAST(time AS TIMESTAMP)), :each)) AS p FROM tagged
"""
STOPPED = """
WITH numbered AS (
  SELECT *, :reached AS hit, ROW_NUMBER() OVER (PARTITION BY visitor ORDER BY time, COALESCE(step, 0)) AS nth FROM chain
),
repeated AS (
  SELECT *, step > 1 AND COUNT(CASE WHEN hit THEN 1 END) OVER (
    PARTITION BY visitor, step ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > 0 AS again
  FROM numbered
)
SELECT * FROM repeated QUALIFY COALESCE(nth < MIN(CASE WHEN again THEN nth END) OVER (PARTITION BY visitor), TRUE)
"""
BOTH = """
SELECT * FROM (
  SELECT * FROM clean WHERE level = :n
  UNION ALL SELECT * FROM untouched WHERE (visitor, :period) NOT IN (SELECT (visitor, :period) FROM clean WHERE level = :n)
)
"""
UNREPEATED = """
SELECT * EXCLUDE (prior) FROM (
  SELECT *, LAG(COALESCE(step, 0)) OVER (PARTITION BY visitor ORDER BY time, COALESCE(step, 0)) AS prior FROM tagged
) WHERE prior IS NULL OR prior <> COALESCE(step, 0)
"""
# ``s1`` … are where the chain that this row is step k of began; ``d2`` … what the step took.
BEGUN = """
SELECT *, CASE WHEN step = 1 AND time < :ends AND :begins THEN time END AS s1 FROM tagged
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
SELECT * EXCLUDE (b, l), CASE WHEN step = :k AND b >= time - to_seconds(:seconds) AND :fresh THEN b END AS s,
       CASE WHEN step = :k AND b >= time - to_seconds(:seconds) AND :fresh THEN epoch(time) - epoch(l) END AS d
FROM before
"""
LEVELS = """
SELECT visitor, MAX(uid) AS uid, CASE WHEN :last THEN arg_max(grp, time) FILTER (WHERE step > 0) ELSE arg_min(grp, time) FILTER (WHERE step = 1) END AS grp,
       :level AS level, :times AS took FROM chain GROUP BY visitor HAVING level > 0
"""
ANY = """
SELECT visitor, MAX(uid) AS uid,
       CASE WHEN :last THEN arg_max(grp, time) ELSE arg_min(grp, time) END AS grp, MAX(bit_count(seen)) AS level,
       CAST(NULL AS DOUBLE[]) AS took
FROM (
  SELECT *, bit_or(CAST(1 AS BIGINT) << (step - 1)) OVER (
    PARTITION BY visitor ORDER BY time RANGE BETWEEN CURRENT ROW AND to_seconds(:seconds) FOLLOWING) AS seen
  FROM tagged
) WHERE time < :ends AND :begins GROUP BY visitor
"""


def levels(facts: Facts, steps: Sequence[str], rules: Rules, since: date) -> exp.Select:
    """SELECT visitor, uid, grp, level, took: how far everybody came who began on ``since`` or later,
    and the seconds each step took; with a grain also p, the period in which they began."""
    who = "visitor" if facts.has("visitor", "event", "time") else "user"
    both = who == "visitor" and facts.has("visitor", "user", "event", "time")
    names = ("visitor", "user") if both else (who,)
    rows = facts.select(*names, "time", "event", *facts.by, span="all")
    ends = facts.until + timedelta(days=1)
    place: exp.Expr = exp.func("list_position", _texts(steps), exp.column("event"))
    if rules.exclude:
        out = exp.column("event").isin(*(exp.Literal.string(e) for e in rules.exclude))
        place = exp.Case().when(out, exp.Literal.number(0)).else_(place)
    holes: dict[str, Any] = {
        "visitor": exp.column(who, quoted=True),
        "uid": exp.column("user" if both or who == "user" else who, quoted=True),
        "by": by_column(facts.by),
        "place": place,
        "strict": rules.mode == "strict",
        "start": since,
        "stop": ends + timedelta(days=rules.window),
        "ends": ends,
        "seconds": int(rules.window * 86400),
        "last": rules.touch == "last",
        "grain": rules.grain,
        "each": PERIODS.get(rules.grain, exp.null()),
    }
    tagged = fill(TAGGED, {"facts": rows}, **holes)
    if rules.exclude:
        tagged = fill(MARKED, {"tagged": tagged}, **holes)
    if rules.grain:
        tagged = fill(SPREAD, {"tagged": tagged}, **holes)
    if not rules.exclude:
        return _reached_by(tagged, len(steps), rules, holes)
    untouched = _reached_by(tagged, len(steps), rules, holes, untouched=True)
    clean = _reached_by(tagged, len(steps), rules, holes)
    period = exp.column("p") if rules.grain else exp.Literal.number(0)
    return fill(BOTH, {"clean": clean, "untouched": untouched}, n=len(steps), period=period)


PERIODS = {
    "day": exp.func("to_days", exp.Literal.number(1)),
    "week": exp.func("to_weeks", exp.Literal.number(1)),
    "month": exp.func("to_months", exp.Literal.number(1)),
}


def _reached_by(
    tagged: exp.Select,
    n: int,
    rules: Rules,
    holes: Mapping[str, Any],
    untouched: bool = False,
) -> exp.Select:
    """Chains over tagged rows. ``untouched``: only of starts in whose window nothing excluded happens;
    without it chains that were whole before anything excluded happened."""
    begins: list[exp.Expr] = [exp.true()]
    if rules.grain:
        begins = [_test("date_trunc(:grain, CAST(time AS TIMESTAMP)) = p", holes)]
    if untouched:
        begins.append(_test("COALESCE(spoils > time + to_seconds(:seconds), TRUE)", holes))
    guarded = rules.exclude and not untouched
    fresh = _test("b >= COALESCE(spoilt, b)", holes) if guarded else exp.true()
    holes = {**holes, "begins": exp.and_(*begins), "fresh": fresh}
    if rules.mode == "any":
        return fill(_per(ANY, rules), {"tagged": tagged}, **holes)
    if rules.mode == "strict" and not rules.stop:
        tagged = fill(_per(UNREPEATED, rules), {"tagged": tagged})
    chain = fill(BEGUN, {"tagged": tagged}, **holes)
    for k in range(2, n + 1):
        chain = _next(chain, k, rules, holes)
    if rules.stop:
        hit = exp.Case(this=exp.column("step"))
        for k in range(2, n + 1):
            hit = hit.when(exp.Literal.number(k), _known(exp.column(f"s{k}")))
        chain = fill(_per(STOPPED, rules), {"chain": chain}, reached=hit.else_(exp.false()))
    level = exp.func("greatest", *(_reached(k) for k in range(1, n + 1)))
    took = exp.array(exp.null(), *(_first_time(k) for k in range(2, n + 1)))
    return fill(_per(LEVELS, rules), {"chain": chain}, level=level, times=took, **holes)


def _per(sql: str, rules: Rules) -> str:
    """The same for each period in which somebody began, where a grain is asked for."""
    if not rules.grain:
        return sql
    for head in ("PARTITION BY visitor", "GROUP BY visitor", "SELECT visitor"):
        sql = sql.replace(head, f"{head}, p")
    return sql


def _test(sql: str, holes: Mapping[str, Any]) -> exp.Expr:
    return fill(f"SELECT {sql}", {}, **holes).selects[0]


def _texts(values: Sequence[str]) -> exp.Expr:
    return exp.array(*(exp.Literal.string(v) for v in values))


def _next(chain: exp.Select, k: int, rules: Rules, holes: Mapping[str, Any]) -> exp.Select:
    """``chain`` with the columns of step ``k``."""
    start = exp.column(f"s{k - 1}")
    # the first step is where its chain began: asked for as the same thing, it is computed once
    at = exp.Case().when(_known(start), exp.column("time")) if k > 2 else start
    before = fill(_per(BEFORE[rules.mode], rules), {"chain": chain}, s=start, at=at)
    used = {name: holes[name] for name in ("seconds", "fresh")}
    taken = fill(TAKEN, {"before": before}, k=k, **used)
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
