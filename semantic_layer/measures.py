"""Measures taken apart: one aggregate over one fact each (a leaf), and arithmetic above them.

Also what a condition looks at: its dimensions, its tables, its parts. ``resolve.py`` decides which
leaf can answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlglot import exp

from semantic_layer.catalog import (
    Catalog,
)
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import foreign_tables, parse
from semantic_layer.joins import reaches
from semantic_layer.query import (
    Agg,
    And,
    Condition,
    Grain,
    Having,
    HavingChange,
    Members,
    Not,
    Or,
    Ref,
    Term,
    Where,
    WhereTime,
)

ADDITIVE = (Agg.SUM, Agg.COUNT)
COUNTED = (Agg.SUM, Agg.COUNT, Agg.COUNT_DISTINCT)  # nothing there is zero, not unknown


@dataclass(frozen=True, slots=True)
class Leaf:
    """One aggregate. ``table`` owns ``expr`` and ``filter`` (model SQL); ``base`` is what is counted
    FROM, ``table`` itself or a child of it. ``dimension`` stands instead of ``expr``. ``per``, ``op``
    and ``value`` make it a count of groups; ``running`` adds up to each bucket's end and drops the
    start of the period, unless it is ``cumulative``."""

    agg: Agg
    table: str
    base: str
    expr: str = ""
    dimension: str | None = None
    filter: str = ""
    time: str | None = None
    at: float | None = None
    snapshot: bool = False
    running: bool = False
    cumulative: bool = False
    where: Condition | None = None
    per: str | None = None
    op: str = ""
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Quotient:
    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Binary:
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Model SQL over metric names."""

    expr: str
    parts: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Units:
    """How many calendar units the period (or the bucket) has."""

    grain: Grain


Node = Leaf | Quotient | Binary | Arithmetic | Units


def leaves(node: Node) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case Quotient(a, b) | Binary(_, a, b):
            yield from leaves(a)
            yield from leaves(b)
        case Arithmetic(_, parts):
            for _, part in parts:
                yield from leaves(part)
        case Units():
            return


def is_additive(node: Node) -> bool:
    """May values of groups be summed into the value of their union?"""
    match node:
        case Leaf():
            return node.agg in ADDITIVE and node.per is None and not node.running
        case Binary(op, a, b):
            return op in "+-" and is_additive(a) and is_additive(b)
        case Arithmetic(expr, parts):
            scaled = parse(expr).find(exp.Div, exp.Mul, exp.Func) is not None
            return not scaled and all(is_additive(p) for _, p in parts)
        case _:
            return False


def dimensions_of(condition: Condition | None) -> Iterator[str]:
    """Dimensions that row-level parts of a condition look at."""
    match condition:
        case Where(dimension, _, values):
            yield dimension
            yield from (v.dimension for v in values if isinstance(v, Ref))
        case Members(dimension, _) | WhereTime(_, _, str(dimension)):
            yield dimension
        case And(parts) | Or(parts):
            for part in parts:
                yield from dimensions_of(part)
        case Not(part):
            yield from dimensions_of(part)


def tables_of(catalog: Catalog, condition: Condition | None, base: str = "") -> frozenset[str]:
    """Tables that the row-level parts of a condition need when they are asked of ``base``."""
    match condition:
        case Term(name):
            term = catalog.terms.get(name)
            if term is None:
                raise Unanswerable("unknown-name", name=name)
            return frozenset({term.table, *_known(catalog, term.sql, term.table)})
        case And(parts) | Or(parts):
            return frozenset().union(*(tables_of(catalog, p, base) for p in parts))
        case Not(part):
            return tables_of(catalog, part, base)
        case _:
            names = (stands_for(catalog, base, d) for d in dimensions_of(condition))
            return frozenset(t for d in names for t in home(catalog, d))


def stands_for(catalog: Catalog, base: str, dimension: str) -> str:
    """The dimension that answers where no join leads from ``base`` to the asked one: the city of the
    user where the city of the order is out of reach. The asked one itself when there is none."""
    found = catalog.dimensions.get(dimension)
    if found is None:
        raise Unanswerable("unknown-name", name=dimension)
    if not base or not found.instead or reaches(catalog, base, home(catalog, dimension)):
        return dimension
    known = (d for d in found.instead if d in catalog.dimensions)
    return next((d for d in known if reaches(catalog, base, home(catalog, d))), dimension)


def matched(catalog: Catalog, ratio: Quotient, label: str, names: Iterable[str]) -> Quotient:
    """The ratio, unless its halves are grouped by stand-ins that share no value (渠道 and 广告渠道): then it
    would be nothing over something everywhere. ``label`` is the ratio's name."""
    bases = [next(leaves(half)).base for half in (ratio.top, ratio.bottom)]
    for name in names:
        known = [set(catalog.values.get(stands_for(catalog, base, name), ())) for base in bases]
        if all(known) and not set.intersection(*known):
            dimension = catalog.dimensions[name].label
            raise Unanswerable("dimension-unreachable", metric=label, dimension=dimension)
    return ratio


def home(catalog: Catalog, dimension: str) -> frozenset[str]:
    """The table of a dimension, and the tables that its expression names besides."""
    found = catalog.dimensions.get(dimension)
    if found is None:
        raise Unanswerable("unknown-name", name=dimension)
    return frozenset({found.table, *_known(catalog, found.expr, found.table)})


def _known(catalog: Catalog, sql: str, table: str) -> Iterator[str]:
    return (t for t in foreign_tables(sql, table) if t in catalog.tables)


def conjuncts(condition: Condition | None) -> tuple[Condition, ...]:
    match condition:
        case None:
            return ()
        case And(parts):
            return tuple(c for p in parts for c in conjuncts(p))
        case _:
            return (condition,)


def conjunction(*conditions: Condition | None) -> Condition | None:
    parts = tuple(c for whole in conditions for c in conjuncts(whole))
    return And(parts) if len(parts) > 1 else parts[0] if parts else None


def is_row_level(condition: Condition) -> bool:
    match condition:
        case Having() | HavingChange():
            return False
        case And(parts) | Or(parts):
            return all(is_row_level(p) for p in parts)
        case Not(part):
            return is_row_level(part)
        case _:
            return True


def cumulated(node: Node) -> Node:
    """``node`` from the start of the period to the end of each bucket: what sums can't give."""
    match node:
        case Leaf():
            return replace(node, running=True, cumulative=True)
        case Quotient(a, b):
            return Quotient(cumulated(a), cumulated(b))
        case Binary(op, a, b):
            return Binary(op, cumulated(a), cumulated(b))
        case Arithmetic(expr, parts):
            return Arithmetic(expr, tuple((n, cumulated(p)) for n, p in parts))
        case Units():
            return node
