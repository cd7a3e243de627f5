"""Conditions in one normal form, so that two ways to write one test are one value.

AND is flattened, Not is pushed inwards, several tests on one dimension are joined where they are
one test: ``a = 1 or a = 2`` is ``a in (1, 2)``, ``a >= 1 and a <= 2`` is ``a between 1 and 2``.
It changes no meaning and knows no catalog.
"""

from __future__ import annotations

from semantic_layer.query import And, Condition, Members, Not, Op, Or, Ref, Scalar, Term, Where

_OPPOSITE = {
    Op.EQ: Op.NE,
    Op.NE: Op.EQ,
    Op.IN: Op.NOT_IN,
    Op.NOT_IN: Op.IN,
    Op.LT: Op.GE,
    Op.GE: Op.LT,
    Op.GT: Op.LE,
    Op.LE: Op.GT,
    Op.CONTAINS: Op.NOT_CONTAINS,
    Op.NOT_CONTAINS: Op.CONTAINS,
    Op.IS_NULL: Op.NOT_NULL,
    Op.NOT_NULL: Op.IS_NULL,
}


def leaves(condition: Condition | None) -> list[Condition]:
    """AND flattened, Not pushed inwards, and tests on one dimension joined where they are one test."""
    if condition is None:
        return []
    condition = _positive(condition)
    if not isinstance(condition, And):
        return [condition]
    flat = [leaf for part in condition.parts for leaf in leaves(part)]
    return _joined(flat, (Op.NE, Op.NOT_IN), Op.NOT_IN, ranges=True)


def _positive(condition: Condition) -> Condition:
    match condition:
        case Or(parts):
            flat: list[Condition] = []
            for part in map(_positive, parts):
                flat.extend(part.parts if isinstance(part, Or) else (part,))
            joined = _joined(flat, (Op.EQ, Op.IN), Op.IN, ranges=False)
            return joined[0] if len(joined) == 1 else Or(tuple(joined))
        case Not(Not(part)):
            return _positive(part)
        case Not(Where() as where) if where.op in _OPPOSITE:
            return Where(where.dimension, _OPPOSITE[where.op], where.values)
        case Not(Term(term, negated)):
            return Term(term, not negated)
        case Not(Members() as members):
            return Members(members.dimension, members.query, not members.negated)
        case _:
            return condition


def _joined(
    parts: list[Condition], family: tuple[Op, ...], into: Op, *, ranges: bool
) -> list[Condition]:
    """Tests of one ``family`` on one dimension become one list; ``>=`` with ``<=`` become between."""
    values: dict[str, tuple[Scalar | Ref, ...]] = {}
    bounds: dict[str, dict[Op, Where]] = {}
    rest: list[Condition] = []
    for part in parts:
        if isinstance(part, Where) and part.op in family:
            values[part.dimension] = values.get(part.dimension, ()) + part.values
        elif ranges and isinstance(part, Where) and part.op in (Op.GE, Op.LE):
            bounds.setdefault(part.dimension, {})[part.op] = part
        else:
            rest.append(part)
    rest += [Where(dimension, into, listed) for dimension, listed in values.items()]
    for dimension, pair in bounds.items():
        if len(pair) == 2:
            both = pair[Op.GE].values + pair[Op.LE].values
            rest.append(Where(dimension, Op.BETWEEN, both))
        else:
            rest += pair.values()
    return rest
