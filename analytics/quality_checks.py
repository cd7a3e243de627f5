"""Checks on tables as they were loaded: one pass a table, each returns what is wrong and how many rows.

A column that is mostly empty is meant to be (an order without a store); one that is empty now and then is
not. Days are held against the same weekday of the weeks around them, so that no festival is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlglot import exp

from analytics.contract import Facts
from analytics.template import fill
from semantic_layer.expressions import literal, quote
from semantic_layer.raw import Reference

HOLES = 0.05  # a larger share of empty values is by design
ODD = 0.01  # a larger share of rows against a rule: it is no rule
LOST = 0.5  # a day with less than this share of its usual rows
USUAL = 50  # rows of a usual day, under which a drop says nothing
DAILY = 0.9  # share of days with rows, under which a table does not grow every day
AROUND = 4  # weeks on each side

SIZE, KEYED, KEYS = "all rows", "rows with a key", "keys"  # no column is called so
EMPTY, SAID = "empty ", "said "

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
    """One pass for all figures of the table, one for its days."""
    one = Checked(facts, table, rows, 0, tried)
    empty, keys, tests, said = _empty(one), _keys(one), _tests(one), _said(one)
    rows_ = {SIZE: exp.Count(this=exp.Star())}
    got = one.ask(
        rows_ | empty | keys | {"|".join(k): _counted(v) for k, v in tests.items()} | said
    )
    if not got[SIZE]:
        return
    one.size = got[SIZE]
    yield from _complete(one, {c: got[c] for c in empty})
    yield from _unique(one, [got[name] for name in keys])
    yield from _valid(one, {k: got["|".join(k)] for k in tests})
    yield from _consistent(one, got)
    yield from _stable(one)


def _counted(condition: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition))


def _empty(one: Checked) -> dict[str, exp.Expr]:
    optional = one.facts.raw.optional(one.table)
    columns = [c for c in one.facts.raw.columns(one.table) if c not in optional]
    return {f"{EMPTY}{c}": _counted(exp.column(quote(c)).is_(exp.null())) for c in columns}


def _complete(one: Checked, empty: Mapping[str, int]) -> Iterator[Finding]:
    one.tried["complete"] += len(empty)
    for name, rows in empty.items():
        c = name.removeprefix(EMPTY)
        if 0 < rows <= HOLES * one.size:
            effect = f"按{one.label(c)}分组或筛选时归入未填写，总数不受影响"
            yield one.found("complete", c, rows, f"{one.label(c)}为空", effect)


def _keys(one: Checked) -> dict[str, exp.Expr]:
    """How many rows have a key, how many keys there are; nothing of a table without one."""
    key = one.facts.raw.key(one.table)
    if not key:
        return {}
    columns = [exp.column(quote(k)) for k in key]
    whole = columns[0] if len(key) == 1 else exp.Tuple(expressions=columns)
    known = exp.and_(*(exp.column(quote(k)).is_(exp.null()).not_() for k in key))
    return {KEYED: _counted(known), KEYS: exp.Count(this=exp.Distinct(expressions=[whole]))}


def _unique(one: Checked, counts: Sequence[int]) -> Iterator[Finding]:
    if not counts:
        return
    one.tried["unique"] += 1
    if (rows := counts[0] - counts[1]) > 0:
        key = one.facts.raw.key(one.table)
        names = "、".join(one.label(k) for k in key)
        effect = f"按行计数的指标多算 {rows / one.size:.1%}，去重计数的指标不受影响"
        yield one.found("unique", "、".join(key), rows, f"主键{names}重复", effect)


def _tests(one: Checked) -> dict[tuple[str, ...], exp.Expr]:
    """Moments in the future or out of their order, negative numbers."""
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
    return tests


def _valid(one: Checked, counts: Mapping[tuple[str, ...], int]) -> Iterator[Finding]:
    """What breaks a rule that hardly any row breaks."""
    one.tried["valid"] += len(counts)
    for (kind, *columns), rows in counts.items():
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


def _said(one: Checked) -> dict[str, exp.Expr]:
    """How often each other name of a value is in its column."""
    out: dict[str, exp.Expr] = {}
    for c, words, _ in one.facts.raw.spellings(one.table):
        said = exp.cast(exp.column(quote(c)), "VARCHAR")
        other = exp.In(this=said.copy(), expressions=[literal(w) for w in words])
        counts = exp.func("histogram", said)
        out[SAID + c] = exp.Filter(this=counts, expression=exp.Where(this=other))
    return out


def _consistent(one: Checked, got: Mapping[str, Any]) -> Iterator[Finding]:
    for c, words, merged in one.facts.raw.spellings(one.table):
        one.tried["consistent"] += 1
        found: dict[str, list[tuple[str, int]]] = {}
        for said, n in sorted((got[SAID + c] or {}).items(), key=lambda o: (-o[1], o[0])):
            found.setdefault(words[said], []).append((said, n))
        for value, others in found.items():
            names = "、".join(o for o, _ in others)
            effect = "模型已归一，指标不受影响" if merged else f"按{one.label(c)}分组时会分成几行"
            yield one.found(
                "consistent", c, sum(n for _, n in others), f"{value}另写作{names}", effect
            )


def resolved(facts: Facts, tried: dict[str, int]) -> Iterator[Finding]:
    """Rows whose reference leads nowhere: one statement for all references of a table."""
    if facts.scope.where is not None or facts.scope.periods:
        return
    pointing: dict[str, list[tuple[Reference, exp.Select]]] = {}
    for ref in facts.raw.references():
        if (other := facts.raw.rows(ref.right)) is not None:
            pointing.setdefault(ref.left, []).append((ref, other))
    for left, refs in pointing.items():
        if (rows := facts.raw.rows(left)) is None:
            continue
        tried["resolved"] += len(refs)
        got = facts.run(_lost_references(rows, refs))[0]
        for i, (ref, _) in enumerate(refs):
            if got[f"lost_{i}"]:
                name = facts.raw.label(ref.right)
                columns = "、".join(a for a, _ in ref.on)
                detail = f"{facts.raw.label(ref.left, ref.on[0][0])}在{name}里找不到"
                effect = f"按{name}的属性分组时归入未填写，总数不受影响"
                yield Finding(
                    "resolved", left, columns, got[f"lost_{i}"], got[SIZE], detail, effect
                )


def _lost_references(rows: exp.Select, refs: Sequence[tuple[Reference, exp.Select]]) -> exp.Select:
    """The size of a table, and how many of its rows each reference fails for."""
    relations = {"mine": rows} | {f"other_{i}": other for i, (_, other) in enumerate(refs)}
    marks = [
        " AND ".join(f'mine."{a}" IS NOT NULL' for a, _ in ref.on)
        + f" AND NOT EXISTS (SELECT 1 FROM other_{i} WHERE "
        + " AND ".join(f'other_{i}."{b}" = mine."{a}"' for a, b in ref.on)
        + f") AS lost_{i}"
        for i, (ref, _) in enumerate(refs)
    ]
    counts = [f"COUNT(*) FILTER (WHERE lost_{i}) AS lost_{i}" for i in range(len(refs))]
    text = f'SELECT {", ".join(counts)}, COUNT(*) AS "{SIZE}" FROM (SELECT {", ".join(marks)} FROM mine)'
    return fill(text, relations)


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
