"""Which columns of the rows are shown, and when rows are counted or summed up instead."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language.rows.kept import Kept
from assistant.language.rows.rank import Ranker
from assistant.language.rows.said import COUNTS, Said
from semantic_layer.catalog import Kind
from semantic_layer.query import Agg, By, ColumnAggregate, Form, MetricQuery, Scope

MOST_SHOWN = 7  # columns beside what was asked: more is a page, not an answer


class Shower(Ranker):
    """Decides what an answer shows of the rows that it found."""

    def _counted(
        self,
        said: Said,
        root: str,
        tables: Sequence[str | None],
        columns: list[str],
        scope: Scope,
        ranked: bool,
    ) -> MetricQuery | None:
        """有多少X counts rows, unless a column holds that number (员工数量)."""
        for entity, table in zip(said.entities, tables, strict=True):
            if not entity.counted or table is None:
                continue
            if any(self._kind(c) is Kind.NUMBER for c in columns):
                return None
            if stored := self._stored_count(entity.tables, root, table):
                columns.append(stored)
                return None
            grouped = [By(t) for t in self._groups(said, tables, columns)]
            measure = ColumnAggregate(Agg.COUNT, table=root)
            return MetricQuery((measure,), tuple(grouped), scope, form=Form.COUNT)
        plain = not any(self._kind(c) in (Kind.NUMBER, Kind.TIME) for c in columns)
        if said.counts and plain and not ranked and not any(e.counted for e in said.entities):
            groups = tuple(By(t) for t in self._groups(said, tables, []))
            return MetricQuery(
                (ColumnAggregate(Agg.COUNT, table=root),), groups, scope, form=Form.COUNT
            )
        return None

    def _stored_count(self, tables: tuple[str, ...], root: str, table: str) -> str | None:
        words = {self.catalog.tables[t].entity for t in tables}
        words |= {s for t in tables for s in self.catalog.tables[t].synonyms if len(s) > 1}
        for d in self.catalog.dimensions.values():
            counts = d.table == root and d.kind is Kind.NUMBER and d.label.endswith(COUNTS)
            if counts and any(d.label.startswith(w) for w in words):
                return d.name
        return None

    def _groups(
        self, said: Said, tables: Sequence[str | None], columns: Sequence[str]
    ) -> list[str]:
        out = [
            label
            for entity, table in zip(said.entities, tables, strict=True)
            if entity.grouped and table and (label := self.catalog.tables[table].names)
        ]
        return out + [c for c in columns if self._kind(c) in (Kind.TEXT, Kind.BOOL)]

    def _aggregated(
        self, said: Said, columns: Sequence[str], root: str, scope: Scope, kept: Kept
    ) -> MetricQuery | None:
        numbers = [c for c in columns if self._kind(c) is Kind.NUMBER]
        numbers = numbers or [c for c in kept.columns if self._kind(c) is Kind.NUMBER]
        if not numbers or said.aggregate is None:
            return None
        groups = [By(c) for c in columns if self._kind(c) in (Kind.TEXT, Kind.BOOL)]
        measures = tuple(ColumnAggregate(said.aggregate, n) for n in dict.fromkeys(numbers))
        return MetricQuery(measures, tuple(dict.fromkeys(groups)), scope)

    def _shown(
        self,
        said: Said,
        kept: Kept,
        root: str,
        columns: Sequence[str],
        tables: Sequence[str | None],
        by: str | None,
    ) -> tuple[str, ...]:
        """Who it is, what was asked, what it was ranked by, and what stood there before."""
        asked = list(columns)
        labels = [self.catalog.tables[t].names for t in tables if t]
        reach = self.places.up[root]
        if said.detail and not asked:
            base = next((t for t in tables if t), root)
            return self.catalog.tables[base].display
        own = self.catalog.tables[root].names
        out: list[str] = [n for n in labels if n]
        out += [own] if own else []
        out += asked
        before = [c for c in kept.columns if self.places.table_of(c) in reach]
        out = list(dict.fromkeys([*out, *([by] if by else [])]))
        out += [c for c in before if c not in out][: max(0, MOST_SHOWN - len(out))]
        near = [t for t in reach if reach[t] == 1 and self.catalog.tables[t].names]
        extra = [str(self.catalog.tables[t].names) for t in near] if not own or not asked else []
        certain = any(c.price == 0.0 for c in said.columns)
        if not own or (not certain and (asked or not labels or said.vague)):
            extra += [d for d in self.catalog.tables[root].display if self._kind(d) is not Kind.KEY]
        out += [c for c in dict.fromkeys(extra) if c not in out][: max(0, MOST_SHOWN - len(out))]
        if not asked and not labels and not before and not by:
            plain = [d for d in self.catalog.tables[root].display if self._kind(d) is not Kind.KEY]
            return tuple(dict.fromkeys([*plain, *extra]))[:MOST_SHOWN]
        return tuple(dict.fromkeys(out)) or self.catalog.tables[root].display[:MOST_SHOWN]
