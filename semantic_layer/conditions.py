"""Tests on one row, as SQL over a frame. What a frame cannot reach is asked of a child table.

Unknown is not equal to anything, so ``不是北京`` keeps the rows without a city: a part and its
complement always add up to the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from sqlglot import exp, parse_one

from semantic_layer.catalog import Catalog
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import (
    Bounds,
    call,
    cast,
    either,
    every,
    is_known,
    is_unknown,
    literal,
    not_true,
)
from semantic_layer.frames import Frame
from semantic_layer.joins import children, reaches
from semantic_layer.measures import conjuncts, tables_of
from semantic_layer.query import (
    AnalysisQuery,
    And,
    Condition,
    DetailQuery,
    Listed,
    Members,
    MetricQuery,
    Not,
    Op,
    Or,
    Ref,
    Scalar,
    Term,
    Where,
    WhereTime,
)
from semantic_layer.recurring import time_test

Inner = MetricQuery | DetailQuery | AnalysisQuery | Listed
Nested = Callable[[Inner], exp.Query]
"""Compile a query into a SELECT whose first column has its members."""

COMPARED: dict[Op, type[exp.Binary]] = {
    Op.LT: exp.LT,
    Op.LE: exp.LTE,
    Op.GT: exp.GT,
    Op.GE: exp.GTE,
}
NEGATED = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN, Op.NOT_CONTAINS: Op.CONTAINS}


def row_test(
    frame: Frame, condition: Condition, nested: Nested, bounds: Bounds | None = None
) -> exp.Expr:
    """``condition`` as a boolean expression over ``frame``, which gains the joins it needs."""
    catalog = frame.catalog
    if not isinstance(condition, (And, Or, Not)):
        needed = tables_of(catalog, condition, frame.base)
        if not reaches(catalog, frame.base, needed):
            return _through_child(frame, (condition,), nested, bounds)
    match condition:
        case Where():
            return compare(frame, condition, bounds)
        case WhereTime(_, _, dimension):
            name = dimension or frame.time
            if name is None:
                raise Unanswerable("no-time", metric=catalog.tables[frame.base].label)
            return time_test(frame.dimension(name), condition)
        case Term(name, negated):
            term = catalog.terms[name]
            test = exp.paren(frame.sql(term.sql, term.table, bounds), copy=False)
            return not_true(test) if negated else test
        case Members(dimension, query, negated):
            return members_test(frame.dimension(dimension, bounds), nested(query), negated)
        case And():
            return _all(frame, condition, nested, bounds)
        case Or(parts):
            return exp.paren(
                either([row_test(frame, p, nested, bounds) for p in parts]), copy=False
            )
        case Not(part):
            return not_true(exp.paren(row_test(frame, part, nested, bounds), copy=False))
        case _:
            raise Unanswerable("having-needs-group")


def _all(frame: Frame, condition: And, nested: Nested, bounds: Bounds | None) -> exp.Expr:
    """Positive tests that need the same child table are about the same row of it."""
    tests: list[exp.Expr] = []
    apart: list[Condition] = []
    for part in conjuncts(condition):
        reached = reaches(frame.catalog, frame.base, tables_of(frame.catalog, part, frame.base))
        if isinstance(part, Where) and part.op not in NEGATED and not reached:
            apart.append(part)
        else:
            tests.append(row_test(frame, part, nested, bounds))
    if apart:
        tests.append(_through_child(frame, tuple(apart), nested, bounds))
    return every(tests)


def _through_child(
    frame: Frame, parts: tuple[Condition, ...], nested: Nested, bounds: Bounds | None
) -> exp.Expr:
    """``key IN (SELECT key FROM child WHERE …)``: orders that contain an item of this category."""
    catalog, (first, *_) = frame.catalog, parts
    if isinstance(first, Where) and first.op in NEGATED:
        positive = Where(first.dimension, NEGATED[first.op], first.values)
        return not_true(exp.paren(_through_child(frame, (positive,), nested, bounds), copy=False))
    needed = frozenset().union(*(tables_of(catalog, p) for p in parts))
    key = catalog.tables[frame.base].key
    if not key or not (found := children(catalog, frame.base, needed)):
        raise Unanswerable("dimension-unreachable", metric=catalog.tables[frame.base].label)
    child = Frame(catalog, found[0])
    test = every([row_test(child, p, nested, bounds) for p in parts])
    keys = [child.key(frame.base, k) for k in key]
    query = child.source().select(*keys, copy=False).where(test, copy=False)
    mine = [frame.sql(k, frame.base) for k in key]
    subject = mine[0] if len(mine) == 1 else exp.Tuple(expressions=mine)
    return exp.In(this=subject, query=exp.Subquery(this=query))


def members_test(value: exp.Expr, query: exp.Query, negated: bool) -> exp.Expr:
    """``value`` is (not) among the first column of ``query``; unknown members count for nothing."""
    first = query.selects[0].alias_or_name
    known = (
        exp.select(exp.column(exp.to_identifier(first, quoted=True)), copy=False)
        .from_(query.subquery("members", copy=False))
        .where(is_known(exp.column(exp.to_identifier(first, quoted=True))))
    )
    test = exp.In(this=value, query=exp.Subquery(this=known))
    return not_true(exp.paren(test, copy=False)) if negated else test


def compare(frame: Frame, where: Where, bounds: Bounds | None) -> exp.Expr:
    """One comparison. An empty list matches nothing."""
    if where.op in NEGATED:
        return not_true(
            exp.paren(
                compare(frame, Where(where.dimension, NEGATED[where.op], where.values), bounds),
                copy=False,
            )
        )
    left = frame.dimension(where.dimension, bounds)
    return compare_value(left, where.op, [_right(frame, v, bounds) for v in where.values])


def compare_value(left: exp.Expr, op: Op, right: list[exp.Expr]) -> exp.Expr:
    """``left op right`` for the positive operators."""
    if _loose(left):
        left = exp.paren(left, copy=False)
    if op in NEGATED:
        return not_true(exp.paren(compare_value(left, NEGATED[op], right), copy=False))
    match op:
        case Op.EQ | Op.IN if len(right) == 1:
            return exp.EQ(this=left, expression=right[0])
        case Op.EQ | Op.IN:
            return exp.In(this=left, expressions=right) if right else exp.false()
        case Op.BETWEEN:
            return exp.Between(this=left, low=right[0], high=right[1])
        case Op.IS_NULL:
            return is_unknown(left)
        case Op.NOT_NULL:
            return is_known(left)
        case Op.CONTAINS | Op.STARTS | Op.ENDS:
            tests = [_like(left.copy(), op, r) for r in right]
            return exp.paren(either(tests), copy=False) if len(tests) > 1 else tests[0]
        case _:
            return COMPARED[op](this=left, expression=right[0])


def _right(frame: Frame, value: Scalar | Ref, bounds: Bounds | None) -> exp.Expr:
    if isinstance(value, Ref):
        return frame.dimension(value.dimension, bounds)
    return literal(value)


def _like(left: exp.Expr, op: Op, right: exp.Expr) -> exp.Expr:
    if not (isinstance(right, exp.Literal) and right.is_string):
        return call("contains", left, cast(right, "VARCHAR"))
    text = reduce(lambda t, c: t.replace(c, "\\" + c), ("\\", "%", "_"), right.name)
    pattern = {Op.CONTAINS: f"%{text}%", Op.STARTS: f"{text}%", Op.ENDS: f"%{text}"}[op]
    test: exp.Expr = exp.ILike(this=cast(left, "VARCHAR"), expression=exp.Literal.string(pattern))
    if text != right.name:
        test = exp.Escape(this=test, expression=exp.Literal.string("\\"))
    return test


def _loose(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Binary, exp.Not, exp.Between, exp.In))


def listed(query: Inner, catalog: Catalog) -> exp.Query:
    """The members that somebody computed. Raises ``Unanswerable`` where nobody has."""
    if not isinstance(query, Listed):
        raise Unanswerable("not-a-table-question")
    found = parse_one(query.sql, dialect=catalog.dialect)
    if not isinstance(found, exp.Query):
        raise Unanswerable("not-a-table-question")
    return found
