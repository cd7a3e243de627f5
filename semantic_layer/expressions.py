"""SQL pieces as trees: parsed model expressions, literals, time buckets, and a FROM that grows.

Model SQL is text in DuckDB's dialect; it is parsed once, then copied. Unqualified columns get the
alias of their table, so that any number of tables can meet in one FROM.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import sqlglot
from sqlglot import exp

from semantic_layer.query import Scalar

DIALECT = "duckdb"
START, END = "__period_start", "__period_end"

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What {start} and {end} stand for."""

    start: exp.Expr
    end: exp.Expr


@lru_cache(maxsize=4096)
def _parse(sql: str) -> exp.Expr:
    text = sql.replace("{start}", START).replace("{end}", END)
    return sqlglot.parse_one(text, dialect=DIALECT)


def parse(sql: str) -> exp.Expr:
    """A fresh tree of model SQL; ``{start}`` and ``{end}`` become columns that ``bind`` replaces."""
    return _parse(sql).copy()


def uses_period(sql: str) -> bool:
    return "{start}" in sql or "{end}" in sql


@lru_cache(maxsize=4096)
def foreign_tables(sql: str, table: str) -> frozenset[str]:
    """Tables that model SQL over ``table`` names besides it: ``orders.status`` over order_items."""
    names = (c.table for c in _parse(sql).find_all(exp.Column) if not _nested(c))
    return frozenset(n for n in names if n and n != table)


def _nested(column: exp.Column) -> bool:
    return column.find_ancestor(exp.Select) is not None


def literal(value: Scalar) -> exp.Expr:
    """A value as a literal, never as text pasted into SQL.

    >>> literal("O'Neil").sql(), literal(date(2026, 5, 1)).sql()
    ("'O''Neil'", "CAST('2026-05-01' AS DATE)")
    """
    match value:
        case bool():
            return exp.true() if value else exp.false()
        case datetime():
            return cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMP")
        case date():
            return cast(exp.Literal.string(value.isoformat()), "DATE")
        case float() if value.is_integer():
            return number(int(value))
        case int() | float():
            return number(value)
        case str():
            return exp.Literal.string(value)


def number(value: float) -> exp.Expr:
    plain = exp.Literal.number(abs(value))
    return exp.Neg(this=plain) if value < 0 else plain


def quote(name: str) -> exp.Identifier:
    """An identifier, quoted where it could be read as something else."""
    plain = name.isascii() and name.replace("_", "a").isalnum() and not name[0].isdigit()
    return exp.to_identifier(name, quoted=not plain or name.lower() in RESERVED)


KEYWORDS = """
    all analyse analyze and any array as asc both case cast check collate column constraint
    create current_date default desc distinct do else end except exists false fetch for foreign
    from full group having in index inner intersect interval into is join lateral left like
    limit not null offset on only or order outer pivot primary qualify references returning
    right row rows select set show some summarize table then to trailing true union unique
    unpivot user using values when where window with
"""
RESERVED = frozenset(KEYWORDS.split())


def column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(quote(name), table=quote(table) if table else None)


def interval(n: int, unit: str) -> exp.Expr:
    return exp.Interval(this=exp.Literal.string(str(n)), unit=exp.var(unit.upper()))


def call(name: str, *args: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(args))


def divide(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Left over right as a float; NULL where right is zero."""
    safe = exp.Nullif(this=right, expression=exp.Literal.number(0))
    return exp.Div(this=exp.paren(left, copy=False) if _loose(left) else left, expression=safe)


def zero(value: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])


def _loose(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Binary, exp.Case))


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType(this=exp.DataType.Type[kind]))


def joined(
    query: exp.Select, relation: exp.Expr, on: exp.Expr | None = None, side: str = ""
) -> exp.Select:
    """``query`` with one more join; without ``on`` a cross join."""
    if on is None:
        query.append("joins", exp.Join(this=relation, kind="CROSS"))
        return query
    query.append("joins", exp.Join(this=relation, on=on, side=side or None))
    return query


def is_known(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=is_unknown(value))


def is_unknown(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.null())


def not_true(test: exp.Expr) -> exp.Expr:
    """True where ``test`` is false or unknown."""
    return exp.Not(this=exp.Is(this=test, expression=exp.true()))


def table(name: str) -> exp.Table:
    return exp.Table(this=quote(name))


def either(parts: list[exp.Expr]) -> exp.Expr:
    return exp.or_(*parts, copy=False) if parts else exp.false()


def every(parts: list[exp.Expr]) -> exp.Expr:
    return exp.and_(*parts, copy=False) if parts else exp.true()


def same(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.NullSafeEQ(this=left, expression=right)
