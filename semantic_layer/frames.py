"""FROM one table, with the many-to-one joins that its expressions turned out to need."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp

from semantic_layer.catalog import Catalog, Dimension
from semantic_layer.expressions import (
    DIALECT,
    EARLIEST,
    END,
    LATEST,
    START,
    Bounds,
    _nested,
    _parse,
    column,
    foreign_tables,
    joined,
    literal,
    parse,
    quote,
)
from semantic_layer.joins import paths
from semantic_layer.measures import stands_for


class Frame:
    """FROM one table, plus the many-to-one joins that the expressions asked of it turned out to need."""

    def __init__(self, catalog: Catalog, base: str, time: str | None = None) -> None:
        """``time`` is the dimension that a test on recurring time means."""
        self.catalog, self.base, self.time = catalog, base, time
        self._paths = paths(catalog.joins, base)
        self._needed: dict[str, None] = {}

    def dimension(self, name: str, bounds: Bounds | None = None) -> exp.Expr:
        """A dimension's value for one row of the base table. KeyError when there is no path."""
        dimension = self.catalog.dimensions[stands_for(self.catalog, self.base, name)]
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

    def tells(self, value: exp.Expr) -> bool:
        """Is ``value`` another one in every row? Then no tables that were joined so far repeat one."""
        own = isinstance(value, exp.Column) and value.table == self.base
        keyed = own and self.catalog.tables[self.base].key == (value.name,)
        return keyed and {self.base, *self._needed} <= self.catalog.unique

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
