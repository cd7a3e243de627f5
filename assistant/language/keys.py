"""Members that a table keeps one row of per period: a month without a row is not recorded, not zero.

Where a question names such rows by all of the key but its time (this shop, this month), every answer
is a recorded value. Knows the catalog's keys and joins; no data.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.language.graph import Graph
from semantic_layer.query import And, Condition, Grain, Op, Or, Period, Where

NAMING = (Op.EQ, Op.IN)
LONGEST = {
    Grain.DAY: 1,
    Grain.WEEK: 7,
    Grain.MONTH: 31,
    Grain.QUARTER: 92,
    Grain.HALF: 184,
    Grain.YEAR: 366,
}  # days


def pinned(where: Iterable[Condition], table: str, graph: Graph) -> tuple[str, ...]:
    """The dimensions by which ``where`` names rows of ``table`` but for their time, or ()."""
    found = graph.catalog.tables[table]
    if found.time is None:
        return ()
    clock = graph.catalog.dimensions[found.time].expr
    rest = [column for column in found.key if column not in clock]
    if not rest or len(rest) == len(found.key):
        return ()
    fixed = _fixed(where)
    out: list[str] = []
    for column in rest:
        by = [d for d in fixed if _holds(d, column, table, graph)]
        if not by:
            return ()
        out.append(by[0])
    return tuple(out)


def several(where: Iterable[Condition]) -> tuple[str, ...]:
    """The dimensions of which several members are named: listed, or one in each part of an Or."""
    out: list[str] = []
    for c in where:
        if isinstance(c, Where) and c.op is Op.IN and len(c.values) > 1:
            out.append(c.dimension)
        elif isinstance(c, Or) and all(isinstance(p, And) for p in c.parts):
            tests = [
                w for p in c.parts if isinstance(p, And) for w in p.parts if isinstance(w, Where)
            ]
            names = tuple(dict.fromkeys(w.dimension for w in tests))
            out += [n for n in names if len({w.values for w in tests if w.dimension == n}) > 1]
    return tuple(dict.fromkeys(out))


def _fixed(where: Iterable[Condition]) -> tuple[str, ...]:
    out: list[str] = []
    for c in where:
        match c:
            case Where() if c.op in NAMING:
                out.append(c.dimension)
            case And():
                out += _fixed(c.parts)
            case Or():
                sides = [set(_fixed((p,))) for p in c.parts]
                out += [d for d in _fixed(c.parts[:1]) if all(d in s for s in sides)]
            case _:
                pass
    return tuple(dict.fromkeys(out))


def _holds(name: str, column: str, table: str, graph: Graph) -> bool:
    """Is this dimension that column of the table, or what the column points to?"""
    dimension = graph.catalog.dimensions[name]
    expr = dimension.expr.strip('"')
    if dimension.table == table:
        return expr == column
    return any(
        j.left == table and j.right == dimension.table and (column, expr) in j.on
        for j in graph.catalog.joins
    )


def one_unit(period: Period) -> bool:
    """Is the period a single day, month, year …, or of no unit at all?"""
    if period.grain is None or period.start is None or period.end is None:
        return True
    return (period.end - period.start).days <= LONGEST.get(period.grain, 366)


def unit_of(periods: tuple[Period, ...]) -> Grain | None:
    """The calendar unit that several periods, or the parts of one long period, are of."""
    grains = {p.grain for p in periods}
    if len(grains) != 1 or (len(periods) == 1 and one_unit(periods[0])):
        return None
    if len(periods) > 1 and not all(map(one_unit, periods)):
        return None
    return next(iter(grains))
