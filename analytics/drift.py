"""Drift: a column that is suddenly empty, or whose values suddenly come in other shares than before.

Complete months are held against the half year before each. Emptiness by its share; values by the population
stability index, PSI = sum of (p - q) ln(p / q), with the customary 0.25 as a real shift. A column that
moves like that every month (the version of an app) is no news.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlglot import exp

from analytics.calendar import shifted, start_of
from analytics.contract import Facts
from analytics.quality_checks import Checked, Finding
from analytics.template import fill
from semantic_layer.expressions import quote

MONTHS, BEFORE = 12, 6  # months looked at, and months that a month is held against
KNOWN = 3  # months before the first one that is judged
ROWS = 200  # of a month, under which its shares say little
EMPTIER = 0.1  # of the rows, more than before
SHIFT = 0.25  # PSI
UNLIKE = 2.0  # times the most that the column moved before
VALUES = 60  # of a column whose shares are compared
TINY = 1e-3  # share of what was not there: its logarithm has to end somewhere

COUNTS = """
SELECT date_trunc('month', :t)::DATE AS month, COUNT(*) AS n FROM rows
WHERE :t >= :first AND :t < :over GROUP BY 1 ORDER BY 1
"""
Table = Mapping[date, Mapping[str, int]]


def drift(facts: Facts, table: str, rows: exp.Select, tried: dict[str, int]) -> Iterator[Finding]:
    """Findings about the columns of one table that has a time."""
    time = facts.raw.time(table)
    if not time:
        return
    one = Checked(facts, table, rows, 0, tried)
    over = start_of(one.facts.until + timedelta(days=1), "month")
    at = {"t": exp.column(quote(time)), "first": shifted(over, -MONTHS, "month"), "over": over}
    columns = [c for c in one.facts.raw.columns(one.table) if c != time]
    grouped = [c for c in facts.raw.grouping(table, VALUES) if c != time]
    query = fill(COUNTS, {"rows": rows}, **at)
    query = query.select(*(_known(i, c) for i, c in enumerate(columns)), copy=False)
    query = query.select(*(_values(i, c) for i, c in enumerate(grouped)), copy=False)
    months = [r for r in one.facts.run(query) if r["n"] >= ROWS]
    if len(months) <= KNOWN:
        return
    one.size = sum(r["n"] for r in months)
    optional = one.facts.raw.optional(one.table)
    emptied = set()
    for i, c in enumerate(columns):
        one.tried["drift"] += 1
        empty = [(r["month"], 1 - r[f"known_{i}"] / r["n"], r["n"]) for r in months]
        if c not in optional and (found := _emptier(one, c, empty)) is not None:
            emptied.add(c)
            yield found
    for i, c in enumerate(grouped):
        if c in emptied:
            continue
        one.tried["drift"] += 1
        seen = {r["month"]: r[f"values_{i}"] or {} for r in months}
        if all(seen.values()) and (found := _shifted(one, c, seen)) is not None:
            yield found


def _known(place: int, c: str) -> exp.Expr:
    """How many rows have a value."""
    return exp.Count(this=exp.column(quote(c))).as_(quote(f"known_{place}"), copy=False)


def _values(place: int, c: str) -> exp.Expr:
    """How often there is each value: all columns of a table in one pass."""
    said = exp.cast(exp.column(quote(c)), "VARCHAR")  # what is empty was counted already
    return exp.func("histogram", said).as_(quote(f"values_{place}"), copy=False)


def _emptier(one: Checked, c: str, months: Sequence[tuple[date, float, int]]) -> Finding | None:
    """The first month since which the column has always been emptier than in any month before."""
    shares = [s for _, s, _ in months]
    for k in range(KNOWN, len(months)):
        before = max(shares[:k])
        if min(shares[k:]) >= before + EMPTIER:
            name, since = one.label(c), months[k][0]
            rows = round(sum((s - before) * n for _, s, n in months[k:]))
            detail = (
                f"{name}为空的占比从 {since:%Y-%m} 起升到 {shares[-1]:.1%}，此前最多 {before:.1%}"
            )
            effect = f"按{name}分组或筛选的结果从这个月起和以前不可比"
            return one.found("drift", c, rows, detail, effect)
    return None


def psi(now: Mapping[str, int], then: Mapping[str, int]) -> float:
    """Population stability index of two counts of values.

    >>> psi({"a": 50, "b": 50}, {"a": 50, "b": 50}), round(psi({"a": 80, "b": 20}, {"a": 50, "b": 50}), 3)
    (0.0, 0.416)
    """
    total, before = sum(now.values()), sum(then.values())
    out = 0.0
    for value in sorted({*now, *then}):
        p, q = max(now.get(value, 0) / total, TINY), max(then.get(value, 0) / before, TINY)
        out += (p - q) * math.log(p / q)
    return out


def _shifted(one: Checked, c: str, seen: Table) -> Finding | None:
    """The first month that is unlike the months before it, where those were like each other."""
    months, usual = list(seen), 0.0
    for k in range(KNOWN, len(months)):
        then: dict[str, int] = defaultdict(int)
        for m in months[max(0, k - BEFORE) : k]:
            for value, n in seen[m].items():
                then[value] += n
        moved = psi(seen[months[k]], then)
        if k > KNOWN and moved >= max(SHIFT, UNLIKE * usual):
            return _moved(one, c, months[k], seen[months[k]], then, moved, usual)
        usual = max(usual, moved)
    return None


def _moved(
    one: Checked,
    c: str,
    month: date,
    now: Mapping[str, int],
    then: Mapping[str, int],
    moved: float,
    usual: float,
) -> Finding:
    """The value whose share moved most says what happened."""
    rows, before = sum(now.values()), sum(then.values())
    shares = {v: (then.get(v, 0) / before, now.get(v, 0) / rows) for v in {*now, *then}}
    value = max(shares, key=lambda v: (abs(shares[v][1] - shares[v][0]), v))
    old, new = shares[value]
    name = one.label(c)
    detail = (
        f"{name}的分布从 {month:%Y-%m} 起变了（PSI {moved:.2f}，此前最多 {usual:.2f}），"
        f"{value}从 {old:.1%} 到 {new:.1%}"
    )
    effect = f"可能是业务变了，也可能是采集或字典改了，按{name}比较之前先核对"
    return one.found("drift", c, round(abs(new - old) * rows), detail, effect)
