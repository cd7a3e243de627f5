"""A watch: from one step of the way to the next, by what the events know of themselves and by pairs of it.

Sessions of the last two complete weeks against the eight before, less what changed for everybody. A
part that is new (a version) is held against what the first of its two dimensions did before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from analytics.calendar import shifted, start_of
from analytics.contract import Facts
from analytics.signals import Kind, Signal, proportions
from analytics.template import fill
from semantic_layer.catalog import Direction, Format
from semantic_layer.catalog import Kind as Type
from semantic_layer.query import Op, Period, Where
from semantic_layer.result import Column, ColumnRole

WEEKS, BEFORE = 2, 8  # complete weeks now, and before them
STARTED = 100  # sessions at a step before its rate says anything
DRAWN = 20  # the same for a week of the chart
SMALLER = 0.15  # relative change of a step's rate that is no news
DIMENSIONS, VALUES = 3, 12  # of the events themselves
RATE = Column(
    "rate",
    "转化率",
    Type.NUMBER,
    ColumnRole.MEASURE,
    "",
    Format.PERCENT,
    direction=Direction.UP,
)
STEPS = """
SELECT week, a, b, {counts} FROM (
  SELECT date_trunc('week', MIN(event_time))::DATE AS week, {a} AS a, {b} AS b, {flags}
  FROM facts GROUP BY session)
GROUP BY ALL
"""
Row = Mapping[str, Any]
Cell = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """Sessions by week and by the values of ``a`` and ``b`` (empty: one dimension only)."""

    names: Sequence[str]
    a: str
    b: str
    rows: Sequence[Row]
    first: date
    now: date
    end: date

    def at(self, step: int, keep: Callable[[Row], bool]) -> tuple[int, int]:
        """Sessions that came to the next step, of those that came to this one."""
        kept = [r for r in self.rows if keep(r)]
        return sum(r[f"k{step}"] for r in kept), sum(r[f"n{step}"] for r in kept)


def steps(facts: Facts) -> Iterator[Signal]:
    """Every step of every part: one signal each, which says nothing where too little changed."""
    names = facts.steps
    if len(names) < 2 or not facts.has("session", "event", "event_time"):
        return
    dims = _own_dimensions(facts)
    end = start_of(facts.until + timedelta(days=1), "week")
    now, first = shifted(end, -WEEKS, "week"), shifted(end, -WEEKS - BEFORE, "week")
    if first < facts.first or not dims:
        return
    for a, b in [*((d, "") for d in dims), *combinations(dims, 2)]:
        rows = _rows(facts, names, a, b, first, end)
        counted = Counted(names, a, b, rows, first, now, end)
        for step in range(len(names) - 1):
            yield from _of_step(counted, step)


def _own_dimensions(facts: Facts) -> tuple[str, ...]:
    """Dimensions of the table of events itself, with two to a dozen values, but not the event."""
    catalog = facts.anatomy.catalog
    tables = {r.table for r in catalog.roles if r.name == "session"}
    event = {r.expr.strip('"') for r in catalog.roles if r.name == "event"}
    found = [
        d.name
        for d in catalog.dimensions.values()
        if d.table in tables
        and d.kind is Type.TEXT
        and d.lexicon
        and d.expr.strip('"') not in event
        and 2 <= facts.anatomy.values(d.name) <= VALUES
    ]
    return tuple(found[:DIMENSIONS])


def _rows(
    facts: Facts, names: Sequence[str], a: str, b: str, first: date, end: date
) -> Sequence[Row]:
    places = range(len(names))
    flags = ", ".join(f"bool_or(event = :s{i}) AS s{i}" for i in places)
    counts = [f"COUNT(*) FILTER (s{i}) AS n{i}" for i in places]
    counts += [f"COUNT(*) FILTER (s{i} AND s{i + 1}) AS k{i}" for i in places[:-1]]
    text = STEPS.format(
        counts=", ".join(counts),
        flags=flags,
        a=f"any_value(by_{a})",
        b=f"any_value(by_{b})" if b else "''",
    )
    by = (f"by_{a}", *((f"by_{b}",) if b else ()))
    recent = fill(
        "SELECT * FROM every WHERE event_time >= :first AND event_time < :over",
        {"every": facts.select("session", "event", "event_time", *by, span="all")},
        first=first,
        over=end,
    )
    return facts.run(fill(text, {"facts": recent}, **{f"s{i}": n for i, n in enumerate(names)}))


def _of_step(c: Counted, step: int) -> Iterator[Signal]:
    then = c.at(step, lambda r: bool(r["week"] < c.now))
    today = c.at(step, lambda r: bool(r["week"] >= c.now))
    if not then[1] or not today[1]:
        return
    common = today[0] / today[1] - then[0] / then[1]
    cells = {(r["a"], r["b"]) for r in c.rows}
    for cell in sorted(x for x in cells if None not in x):
        found = _of_cell(c, step, cell, common, today[0])
        if found is not None:
            yield found


def _of_cell(c: Counted, step: int, cell: Cell, common: float, reached: int) -> Signal | None:
    def mine(r: Row) -> bool:
        return (r["a"], r["b"]) == cell

    def beside(r: Row) -> bool:
        return not mine(r) and (not c.b or r["a"] == cell[0])

    now = c.at(step, lambda r: mine(r) and bool(r["week"] >= c.now))
    past = c.at(step, lambda r: mine(r) and bool(r["week"] < c.now))
    new = bool(c.b) and past[1] < now[1]
    if new:
        past = c.at(step, lambda r: r["a"] == cell[0] and bool(r["week"] < c.now))
    if min(now[1], past[1]) < STARTED or not past[0]:
        return None
    before, after = past[0] / past[1], now[0] / now[1]
    expected = min(max(before + common, 0.0), 1.0)
    small = abs(after - expected) / before < SMALLER
    rest = c.at(step, lambda r: not mine(r) and bool(r["week"] >= c.now))
    where = [Where(c.a, Op.EQ, (cell[0],))] + ([Where(c.b, Op.EQ, (cell[1],))] if c.b else [])
    return Signal(
        Kind.STEP,
        None,
        RATE,
        tuple(where),
        " ".join(str(v) for v in cell if v),
        Period(c.now, c.end),
        Period(c.first, c.now),
        before,
        after,
        after - before,
        abs(after - expected) * now[1] / max(reached, 1),
        1.0 if small else proportions(now[0], now[1], expected * past[1], past[1]),
        _points(c, step, mine),
        {
            "from": c.names[step],
            "to": c.names[step + 1],
            "new": new,
            "parent": str(cell[0]),
            "sessions": now[1],
            "lost": round((expected - after) * now[1]),
            "beside": _points(c, step, beside),
            "beside_name": f"{cell[0]} 其他" if c.b else "其余",
            "rest": rest[0] / rest[1] if rest[1] else None,
        },
    )


def _points(
    c: Counted, step: int, mine: Callable[[Row], bool]
) -> tuple[tuple[date, float | None], ...]:
    """The rate week by week; a week with few sessions is a gap."""
    out: list[tuple[date, float | None]] = []
    for week in sorted({r["week"] for r in c.rows}):
        done, of = c.at(step, lambda r, w=week: mine(r) and r["week"] == w)  # type: ignore[misc]
        out.append((week, done / of if of >= DRAWN else None))
    return tuple(out)
