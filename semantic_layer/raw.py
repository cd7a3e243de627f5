"""The tables as they were loaded, for checks on the data themselves: columns, keys, references, spellings.

Scope and defaults still hold; a table that cannot know a condition has no rows to show. Sensitive values
are never read out: only whole columns are named here, and whoever asks counts them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic_layer import bindings
from semantic_layer.catalog import Aggregate, CountGroups, Dimension, Kind, Table
from semantic_layer.errors import Unanswerable
from semantic_layer.expressions import column, parse, quote
from semantic_layer.frames import Frame

if TYPE_CHECKING:
    from semantic_layer.scoped import ScopedFacts


@dataclass(frozen=True, slots=True)
class Reference:
    """Rows of ``left`` point to ``right``; columns pair up."""

    left: str
    right: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Raw:
    facts: ScopedFacts

    def tables(self) -> tuple[Table, ...]:
        """Tables of the model that are stored as such, each source once."""
        schema = self.facts.engine.schema()
        found: dict[str, Table] = {}
        for table in self.facts.catalog.tables.values():
            if not table.sql and (table.source or table.name) in schema:
                found.setdefault(table.source or table.name, table)
        return tuple(found.values())

    def columns(self, table: str) -> Mapping[str, str]:
        """Column → the database's type."""
        found = self.facts.catalog.tables[table]
        return self.facts.engine.schema()[found.source or found.name]

    def rows(self, table: str) -> exp.Select | None:
        """SELECT every column, inside the scope; None where the scope means nothing to the table."""
        frame = Frame(self.facts.catalog, table)
        try:
            tests = self.facts.tests(frame)
        except Unanswerable:
            return None
        names = [column(c, table).as_(quote(c), copy=False) for c in self.columns(table)]
        query = frame.source().select(*names, copy=False)
        return query.where(*tests, copy=False) if tests else query

    def references(self) -> Iterator[Reference]:
        """What must resolve: joins between stored tables."""
        stored = {t.name for t in self.tables()}
        for join in self.facts.catalog.joins:
            if join.left in stored and join.right in stored:
                yield Reference(join.left, join.right, join.on)

    def label(self, table: str, name: str = "") -> str:
        """What people call a column; the table's label without one."""
        if not name:
            return self.facts.catalog.tables[table].label
        found = next((d for d, c in self._bare(table) if c == name), None)
        return found.label if found else name

    def optional(self, table: str) -> frozenset[str]:
        """Columns that the model itself tests for being empty: an order that is not paid yet."""
        catalog = self.facts.catalog
        source = catalog.tables[table].source or table
        views = [parse(t.sql) for t in catalog.tables.values() if t.sql]
        said = [v for v in views if source in {x.name for x in v.find_all(exp.Table)}]
        said += [parse(t.sql) for t in catalog.terms.values() if t.table == table and t.sql]
        return frozenset(
            test.this.name
            for tree in said
            for test in tree.find_all(exp.Is)
            if isinstance(test.this, exp.Column) and isinstance(test.expression, exp.Null)
        )

    def times(self, table: str) -> tuple[str, ...]:
        """Columns that hold a moment."""
        return tuple(c for d, c in self._bare(table) if d.kind is Kind.TIME)

    def key(self, table: str) -> tuple[str, ...]:
        return self.facts.catalog.tables[table].key

    def told_by(self, name: str, names: Sequence[str]) -> bool:
        """Is the role ``name`` by itself the key of the table that answers for ``names``?"""
        table = self.facts.table_of(*names)
        role = bindings.role(self.facts.catalog, table, name)
        return (
            role is not None and role.table == table and self.key(table) == (role.expr.strip('"'),)
        )

    def time(self, table: str) -> str:
        """The column that periods apply to; "" without one."""
        name = self.facts.catalog.tables[table].time
        return next((c for d, c in self._bare(table) if d.name == name), "")

    def numbers(self, table: str) -> tuple[str, ...]:
        return tuple(c for d, c in self._bare(table) if d.kind is Kind.NUMBER)

    def spellings(self, table: str) -> Iterator[tuple[str, Mapping[str, str], bool]]:
        """(column, other name → the name, does the model bring them together?) of columns with values."""
        for d in self.facts.catalog.dimensions.values():
            tree = parse(d.expr)
            named = {c.name for c in tree.find_all(exp.Column)}
            words = {w: value for value, words in d.value_synonyms for w in words if w != value}
            if d.table == table and words and len(named) == 1:
                yield named.pop(), words, not isinstance(tree, exp.Column)

    def grouping(self, table: str, most: int) -> tuple[str, ...]:
        """Columns of text with at most ``most`` known values, none of them sensitive."""
        values = self.facts.catalog.values
        return tuple(
            c
            for d, c in self._bare(table)
            if d.kind is Kind.TEXT and not d.sensitive and 1 < len(values.get(d.name, ())) <= most
        )

    def metrics(self, table: str) -> tuple[str, ...]:
        """Labels of the metrics that read this table, those a newcomer should see first in front."""
        catalog = self.facts.catalog
        source = catalog.tables[table].source or table
        reading = {
            t.name
            for t in catalog.tables.values()
            if t.name == table
            or (t.sql and source in {x.name for x in parse(t.sql).find_all(exp.Table)})
        }
        found = [
            m
            for m in catalog.metrics.values()
            if isinstance(m.calc, (Aggregate, CountGroups)) and m.calc.table in reading
        ]
        found.sort(key=lambda m: m.name not in catalog.primary)
        return tuple(m.label for m in found)

    def _bare(self, table: str) -> Iterator[tuple[Dimension, str]]:
        for d in self.facts.catalog.dimensions.values():
            if d.table == table and isinstance(tree := parse(d.expr), exp.Column):
                yield d, tree.name


__all__ = ["Raw", "Reference"]
