"""Checks on tables as they were loaded: one pass a table, each returns what is wrong and how many rows.

A column that is mostly empty is meant to be (an order without a store); one that is empty now and then is
not. Days are held against the same weekday of the weeks around them, so that no festival is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlglot import exp

from analytics.contract import Facts
from analytics.template import fill
from semantic_layer.expressions import parse, quote

HOLES = 0.05  # a larger share of empty values is by design
ODD = 0.01  # a larger share of rows against a rule: it is no rule
LOST = 0.5  # a day with less than this share of its usual rows
USUAL = 50  # rows of a usual day, under which a drop says nothing
DAILY = 0.9  # share of days with rows, under which a table does not grow every day
AROUND = 4  # weeks on each side

CHECKS = {
    "complete": "完整性",
    "unique": "唯一性",
    "valid": "有效性",
    "consistent": "一致性",
    "resolved": "引用完整性",
    "fresh": "及时性",
    "stable": "稳定性",
    "drift": "漂移",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``rows`` of ``of`` rows; ``detail`` is a sentence fragment, ``effect`` what metrics make of it."""

    check: str
    table: str
    column: str
    rows: int
    of: int
    detail: str
    effect: str


@dataclass(slots=True)
class Checked:
    """One table under check. ``tried`` counts the tests by kind."""

    facts: Facts
    table: str
    rows: exp.Select
    size: int
    tried: dict[str, int]

    def ask(self, expressions: dict[str, exp.Expr]) -> dict[str, Any]:
        """Aggregates over the table in one pass."""
        columns = [e.as_(quote(n), copy=False) for n, e in expressions.items()]
        query = exp.select(*columns).from_(self.rows.copy().subquery("rows"))
        return dict(self.facts.run(query)[0]) if columns else {}

    def found(self, check: str, column: str, rows: int, detail: str, effect: str) -> Finding:
        return Finding(check, self.table, column, rows, self.size, detail, effect)

    def label(self, column: str) -> str:
        return self.facts.raw.label(self.table, column)


def check(facts: Facts, table: str, rows: exp.Select, tried: dict[str, int]) -> Iterator[Finding]:
    size = facts.run(fill("SELECT COUNT(*) AS n FROM rows", {"rows": rows}))[0]["n"]
    if not size:
        return
    one = Checked(facts, table, rows, size, tried)
    yield from _complete(one)
    yield from _unique(one)
    yield from _valid(one)
    yield from _consistent(one)
    yield from _stable(one)


def _counted(condition: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition))


def _complete(one: Checked) -> Iterator[Finding]:
    optional = one.facts.raw.optional(one.table)
    columns = [c for c in one.facts.raw.columns(one.table) if c not in optional]
    one.tried["complete"] += len(columns)
    empty = one.ask({c: _counted(exp.column(quote(c)).is_(exp.null())) for c in columns})
    for c, rows in empty.items():
        if 0 < rows <= HOLES * one.size:
            effect = f"按{one.label(c)}分组或筛选时归入未填写，总数不受影响"
            yield one.found("complete", c, rows, f"{one.label(c)}为空", effect)


def _unique(one: Checked) -> Iterator[Finding]:
    key = one.facts.raw.key(one.table)
    if not key:
        return
    one.tried["unique"] += 1
    whole = (
        exp.column(quote(key[0]))
        if len(key) == 1
        else exp.Tuple(expressions=[exp.column(quote(k)) for k in key])
    )
    distinct = exp.Count(this=exp.Distinct(expressions=[whole]))
    known = _counted(exp.and_(*(exp.column(quote(k)).is_(exp.null()).not_() for k in key)))
    got = one.ask({"n": known, "d": distinct})
    if (rows := got["n"] - got["d"]) > 0:
        names = "、".join(one.label(k) for k in key)
        effect = f"按行计数的指标多算 {rows / one.size:.1%}，去重计数的指标不受影响"
        yield one.found("unique", "、".join(key), rows, f"主键{names}重复", effect)


def _valid(one: Checked) -> Iterator[Finding]:
    """Moments in the future or out of their order, negative numbers where hardly any are."""
    times, numbers = one.facts.raw.times(one.table), one.facts.raw.numbers(one.table)
    tests: dict[tuple[str, ...], exp.Expr] = {}
    for c in times:
        tests["future", c] = exp.column(quote(c)) >= exp.Cast(
            this=exp.Literal.string(one.facts.today.isoformat()), to=exp.DataType.build("date")
        )
    for a in times:
        for b in times:
            if a != b:
                tests["order", a, b] = exp.column(quote(b)) < exp.column(quote(a))
    for c in numbers:
        tests["negative", c] = exp.column(quote(c)) < exp.Literal.number(0)
    one.tried["valid"] += len(tests)
    got = one.ask({"|".join(k): _counted(v) for k, v in tests.items()})
    for (kind, *columns), rows in zip(tests, got.values(), strict=True):
        if not 0 < rows <= ODD * one.size:
            continue
        first = one.label(columns[0])
        if kind == "order":
            later = one.label(columns[1])
            detail = f"{later}早于{first}"
            effect = f"金额和数量照常计入，{first}到{later}的间隔不可信"
        elif kind == "future":
            detail, effect = f"{first}晚于昨天", "不进入任何截至昨天的指标"
        else:
            detail, effect = f"{first}为负", "求和会被抵减"
        yield one.found("valid", "、".join(columns), rows, detail, effect)


def _consistent(one: Checked) -> Iterator[Finding]:
    for c, words, merged in one.facts.raw.spellings(one.table):
        one.tried["consistent"] += 1
        query = fill(
            "SELECT CAST(:c AS VARCHAR) AS said, COUNT(*) AS n FROM rows WHERE CAST(:c AS VARCHAR) IN (:words) GROUP BY 1 ORDER BY 2 DESC, 1",
            {"rows": one.rows},
            c=exp.column(quote(c)),
            words=tuple(words),
        )
        found: dict[str, list[tuple[str, int]]] = {}
        for r in one.facts.run(query):
            found.setdefault(words[r["said"]], []).append((r["said"], r["n"]))
        for value, others in found.items():
            names = "、".join(o for o, _ in others)
            effect = "模型已归一，指标不受影响" if merged else f"按{one.label(c)}分组时会分成几行"
            yield one.found(
                "consistent", c, sum(n for _, n in others), f"{value}另写作{names}", effect
            )


def resolved(facts: Facts, tried: dict[str, int]) -> Iterator[Finding]:
    """Rows whose reference leads nowhere."""
    for ref in facts.raw.references():
        left, right = facts.raw.rows(ref.left), facts.raw.rows(ref.right)
        if left is None or right is None or facts.scope.where is not None or facts.scope.periods:
            continue
        tried["resolved"] += 1
        on = " AND ".join(f'other."{b}" = mine."{a}"' for a, b in ref.on)
        known = " AND ".join(f'mine."{a}" IS NOT NULL' for a, _ in ref.on)
        query = fill(
            "SELECT (SELECT COUNT(*) FROM mine WHERE :known AND NOT EXISTS "
            "(SELECT 1 FROM other WHERE :paired)) AS n, COUNT(*) AS size FROM mine",
            {"mine": left, "other": right},
            known=parse(known),
            paired=parse(on),
        )
        got = facts.run(query)[0]
        if got["n"]:
            name = facts.raw.label(ref.right)
            columns = "、".join(a for a, _ in ref.on)
            detail = f"{facts.raw.label(ref.left, ref.on[0][0])}在{name}里找不到"
            effect = f"按{name}的属性分组时归入未填写，总数不受影响"
            yield Finding("resolved", ref.left, columns, got["n"], got["size"], detail, effect)


def _stable(one: Checked) -> Iterator[Finding]:
    """Days that lost most of their rows, and tables that stopped before the others."""
    time = one.facts.raw.time(one.table)
    if not time:
        return
    query = fill(
        "SELECT CAST(:t AS DATE) AS day, COUNT(*) AS n FROM rows WHERE :t IS NOT NULL GROUP BY 1 ORDER BY 1",
        {"rows": one.rows},
        t=exp.column(quote(time)),
    )
    days = {r["day"]: r["n"] for r in one.facts.run(query)}
    if len(days) < 2:
        return
    yield from _late(one, time, sorted(days))
    one.tried["stable"] += 1
    for day, rows, usual in _lost(days):
        detail = f"{day:%Y-%m-%d} 只有平常的 {rows / usual:.0%}"
        effect = "当天按行和按人计的指标都偏低，比较时宜剔除这一天"
        yield one.found("stable", time, round(usual - rows), detail, effect)


def _late(one: Checked, time: str, days: list[date]) -> Iterator[Finding]:
    one.tried["fresh"] += 1
    gaps = sorted((b - a).days for a, b in pairwise(days))
    usual, behind = gaps[len(gaps) // 2], (one.facts.until - days[-1]).days
    regular = len(days) > 10 and len(days) >= DAILY * (days[-1] - days[0]).days / usual
    if regular and behind > 2 * usual + 1:
        detail = f"{one.label(time)}只到 {days[-1]:%Y-%m-%d}，落后 {behind} 天"
        yield one.found("fresh", time, 0, detail, "这之后的指标缺数")


def _lost(days: dict[date, int]) -> Iterator[tuple[date, int, float]]:
    """Isolated days far below the same weekday of the weeks around and below the days around."""
    first, last = min(days), max(days)
    if len(days) < DAILY * ((last - first).days + 1):
        return
    steps = [n for n in range(-AROUND, AROUND + 1) if n]
    day = first
    while day <= last:
        around = sorted(
            days.get(d, 0) for n in steps if first <= (d := day + timedelta(weeks=n)) <= last
        )
        whole = len(around) >= 1.5 * AROUND  # at the ends there is little to hold a day against
        usual = float(around[len(around) // 2]) if whole else 0.0
        rows = days.get(day, 0)
        near = sorted(
            days.get(d, 0)
            for n in (-3, -2, -1, 1, 2, 3)
            if first <= (d := day + timedelta(days=n)) <= last
        )
        local = float(near[len(near) // 2]) if near else 0.0
        if usual >= USUAL and rows < LOST * usual and rows < LOST * local:
            yield day, rows, usual
        day += timedelta(days=1)


__all__ = ["CHECKS", "Finding", "check", "resolved"]
