"""What goes on from one question to the next, and the small algebra of its conditions."""

from __future__ import annotations

from dataclasses import dataclass, field

from semantic_layer.query import And, Condition, Members, Not, Op, Or, Order, Scope, Top, Where


@dataclass(frozen=True, slots=True)
class Kept:
    """What goes on from the previous query: its conditions, its ranking, its columns."""

    root: str | None = None
    scope: Scope = field(default_factory=Scope)
    order: tuple[Order, ...] = ()
    top: Top | None = None
    columns: tuple[str, ...] = ()
    distinct: bool = False
    n: int = 1  # how many the ranking before kept

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return parts(self.scope)


def parts(scope: Scope) -> tuple[Condition, ...]:
    where = scope.where
    return () if where is None else where.parts if isinstance(where, And) else (where,)


def every(parts: tuple[Condition, ...]) -> Condition | None:
    unique = tuple(dict.fromkeys(parts))
    return None if not unique else unique[0] if len(unique) == 1 else And(unique)


def renamed(condition: Condition, name: str) -> Condition:
    if isinstance(condition, Where):
        return Where(name, condition.op, condition.values)
    return condition


def denied(condition: Condition) -> Condition:
    """The opposite test: other than those."""
    if isinstance(condition, Where) and condition.op in _OPPOSITE:
        return Where(condition.dimension, _OPPOSITE[condition.op], condition.values)
    if isinstance(condition, Members):
        return Members(condition.dimension, condition.query, not condition.negated)
    return Not(condition)


def joinable(a: Condition, b: Condition) -> bool:
    plus = (Op.EQ, Op.IN)
    return (
        isinstance(a, Where)
        and isinstance(b, Where)
        and a.dimension == b.dimension
        and a.op in plus
        and b.op in plus
    )


def joined(a: Condition, b: Condition) -> Condition:
    if isinstance(a, Where) and isinstance(b, Where):
        values = tuple(dict.fromkeys((*a.values, *b.values)))
        return Where(a.dimension, Op.IN if len(values) > 1 else Op.EQ, values)
    return Or((a, b))


_PAIRS = ((Op.EQ, Op.NE), (Op.IN, Op.NOT_IN), (Op.LT, Op.GE), (Op.LE, Op.GT))
_OPPOSITE = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
