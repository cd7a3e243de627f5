"""SQL pieces as trees: parsed model expressions, literals, time buckets, and a FROM that grows.

Model SQL is text in DuckDB's dialect; it is parsed once, then copied. Unqualified columns get the
alias of their table, so that any number of tables can meet in one FROM.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import sqlglot
from sqlglot import exp

from semantic_layer.catalog import Catalog, Dimension
from semantic_layer.joins import paths
from semantic_layer.query import Grain, Scalar

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


# ── time ──────────────────────────────────────────────────────────────────────────────────────

STEPS: Mapping[Grain, tuple[int, str]] = {
    Grain.MINUTE: (1, "minute"),
    Grain.HOUR: (1, "hour"),
    Grain.DAY: (1, "day"),
    Grain.WEEK: (7, "day"),
    Grain.MONTH: (1, "month"),
    Grain.QUARTER: (3, "month"),
    Grain.HALF: (6, "month"),
    Grain.YEAR: (12, "month"),
}
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKEND = ("工作日", "周末")
CYCLES: Mapping[Grain, tuple[str | int, ...]] = {
    Grain.HOUR_OF_DAY: tuple(range(24)),
    Grain.DAY_OF_WEEK: WEEKDAYS,
    Grain.DAY_OF_MONTH: tuple(range(1, 32)),
    Grain.MONTH_OF_YEAR: tuple(range(1, 13)),
    Grain.WEEKEND: WEEKEND,
}


def is_cyclic(grain: Grain) -> bool:
    return grain in CYCLES


def bucket(time: exp.Expr, grain: Grain) -> exp.Expr:
    """The bucket that ``time`` falls in: its first day (or hour), or its place in the cycle."""
    match grain:
        case Grain.MINUTE | Grain.HOUR:
            return cast(_trunc(grain.value, time), "TIMESTAMP")
        case Grain.DAY:
            return cast(time, "DATE")
        case Grain.WEEK | Grain.MONTH | Grain.QUARTER | Grain.YEAR:
            return cast(_trunc(grain.value, time), "DATE")
        case Grain.HALF:
            second = exp.GTE(this=call("month", time.copy()), expression=number(7))
            month = exp.Case(ifs=[exp.If(this=second, true=number(7))], default=number(1))
            return call("make_date", call("year", time), month, number(1))
        case Grain.HOUR_OF_DAY:
            return call("hour", cast(time, "TIMESTAMP"))
        case Grain.DAY_OF_WEEK:
            names = exp.Array(expressions=[exp.Literal.string(d) for d in WEEKDAYS])
            return call("list_extract", names, call("isodow", time))
        case Grain.DAY_OF_MONTH:
            return call("day", time)
        case Grain.MONTH_OF_YEAR:
            return call("month", time)
        case Grain.WEEKEND:
            late = exp.GTE(this=call("isodow", time), expression=number(6))
            return exp.Case(
                ifs=[exp.If(this=late, true=exp.Literal.string(WEEKEND[1]))],
                default=exp.Literal.string(WEEKEND[0]),
            )


def cycle_place(value: exp.Expr, grain: Grain) -> exp.Expr:
    """A number that sorts the members of a cycle: Monday first."""
    if grain in (Grain.DAY_OF_WEEK, Grain.WEEKEND):
        names = exp.Array(expressions=[exp.Literal.string(str(v)) for v in CYCLES[grain]])
        return call("list_position", names, value)
    return value


def step(grain: Grain, n: int = 1) -> exp.Expr:
    """``n`` buckets as an interval."""
    size, unit = STEPS[grain]
    return interval(size * n, unit)


def later(value: exp.Expr, grain: Grain, n: int = 1) -> exp.Expr:
    """``value`` moved by ``n`` buckets (back when negative), in the bucket's own type."""
    kind = "TIMESTAMP" if grain in (Grain.HOUR, Grain.MINUTE) else "DATE"
    moved: exp.Expr = (
        exp.Add(this=value, expression=step(grain, n))
        if n >= 0
        else exp.Sub(this=value, expression=step(grain, -n))
    )
    return cast(exp.paren(moved, copy=False), kind)


def floor_date(day: date, grain: Grain) -> date | datetime:
    """The bucket of a Python date, as ``bucket`` computes it in SQL.

    >>> floor_date(date(2026, 6, 24), Grain.WEEK), floor_date(date(2026, 6, 24), Grain.HALF)
    (datetime.date(2026, 6, 22), datetime.date(2026, 1, 1))
    """
    plain = day.date() if isinstance(day, datetime) else day
    match grain:
        case Grain.MINUTE | Grain.HOUR:
            moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
            rest: dict[str, int] = {"second": 0, "microsecond": 0}
            if grain is Grain.HOUR:
                rest["minute"] = 0
            return moment.replace(**rest)  # type: ignore[arg-type]
        case Grain.WEEK:
            return plain - timedelta(days=plain.weekday())
        case Grain.MONTH:
            return plain.replace(day=1)
        case Grain.QUARTER:
            return plain.replace(month=(plain.month - 1) // 3 * 3 + 1, day=1)
        case Grain.HALF:
            return plain.replace(month=1 if plain.month <= 6 else 7, day=1)
        case Grain.YEAR:
            return plain.replace(month=1, day=1)
        case _:
            return plain


def _trunc(unit: str, time: exp.Expr) -> exp.Expr:
    return call("date_trunc", exp.Literal.string(unit), time)


# ── FROM ──────────────────────────────────────────────────────────────────────────────────────


class Frame:
    """FROM one table, plus the many-to-one joins that the expressions asked of it turned out to need."""

    def __init__(self, catalog: Catalog, base: str) -> None:
        self.catalog, self.base = catalog, base
        self._paths = paths(catalog.joins, base)
        self._needed: dict[str, None] = {}

    def dimension(self, name: str, bounds: Bounds | None = None) -> exp.Expr:
        """A dimension's value for one row of the base table. KeyError when there is no path."""
        dimension = self.catalog.dimensions[name]
        return self._foreign_key(dimension) or self.sql(dimension.expr, dimension.table, bounds)

    def sql(self, text: str, table: str, bounds: Bounds | None = None) -> exp.Expr:
        """Model SQL over ``table``'s columns, qualified; joins whatever tables it names."""
        self._need(table)
        for other in foreign_tables(text, table):
            if other in self.catalog.tables:
                self._need(other)
        return bind(qualify(parse(text), table), bounds)

    def key(self, table: str, name: str) -> exp.Expr:
        """A key column of ``table``: the base's own foreign key where it holds one."""
        path = self._paths[table]
        for left, right in path[-1].on if path else ():
            if right == name:
                self._need(path[-1].left)
                return column(left, path[-1].left)
        return self.sql(name, table)

    def source(self) -> exp.Select:
        """``FROM base LEFT JOIN …`` with the conditions that the base table always keeps."""
        select = exp.Select().from_(self._relation(self.base), copy=False)
        for name in self._needed:
            join = self._paths[name][-1]
            on: list[exp.Expr] = [
                exp.EQ(this=column(a, join.left), expression=column(b, join.right))
                for a, b in join.on
            ]
            if where := self.catalog.tables[name].where:
                on.append(qualify(parse(where), name))
            select = joined(select, self._relation(name), exp.and_(*on, copy=False), "LEFT")
        if where := self.catalog.tables[self.base].where:
            select = select.where(qualify(parse(where), self.base), copy=False)
        return select

    def _need(self, table: str) -> None:
        for join in self._paths[table]:
            self._needed.setdefault(join.right)

    def _foreign_key(self, dimension: Dimension) -> exp.Expr | None:
        """A key that the row already holds needs no lookup, and survives a dangling reference."""
        if dimension.table == self.base or not self._paths[dimension.table]:
            return None
        last = self._paths[dimension.table][-1]
        bare = _parse(dimension.expr)
        if not isinstance(bare, exp.Column):
            return None
        for left, right in last.on:
            if bare.name == right:
                if last.left != self.base:
                    self._need(last.left)
                return column(left, last.left)
        return None

    def _relation(self, name: str) -> exp.Expr:
        table = self.catalog.tables[name]
        if table.sql:
            return exp.Subquery(this=parse(table.sql), alias=exp.TableAlias(this=quote(name)))
        physical = _physical(table.source or name).copy()
        return (
            exp.alias_(physical, quote(name), table=True, copy=False)
            if physical.name != name
            else physical
        )


@lru_cache(maxsize=1024)
def _physical(source: str) -> exp.Table:
    return exp.to_table(source, dialect=DIALECT)


def qualify(node: exp.Expr, table: str) -> exp.Expr:
    """Give the table's alias to the columns that have none, apart from those of inner SELECTs."""
    for found in list(node.find_all(exp.Column)):
        if not found.table and not _nested(found) and found.name not in (START, END):
            found.set("table", quote(table))
    return node


def bind(node: exp.Expr, bounds: Bounds | None) -> exp.Expr:
    """Put the period's bounds where the model wrote {start} and {end}."""

    def put(found: exp.Expr) -> exp.Expr:
        if isinstance(found, exp.Column) and found.name in (START, END) and not found.table:
            if bounds is None:
                return literal(EARLIEST if found.name == START else LATEST)
            return (bounds.start if found.name == START else bounds.end).copy()
        return found

    return node.transform(put)
