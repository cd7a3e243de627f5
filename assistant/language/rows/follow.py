"""Does a sentence go on from the rows before, and with what of them? Pure policy.

它, 这些, 其中 and sentences without a subject go on; a sentence that names what it asks about and says
something of its own starts anew. What goes on keeps conditions and ranking; X呢 replaces its own kind.
"""

from __future__ import annotations

from assistant.language.rows.choose import Places
from assistant.language.rows.kept import Kept
from assistant.language.rows.said import Said
from semantic_layer.catalog import Catalog
from semantic_layer.query import ColumnAggregate, DetailQuery, MetricQuery, Query


def kept_from(said: Said, previous: Query | None, catalog: Catalog, places: Places) -> Kept:
    """What the conversation keeps for ``said``; an empty ``Kept`` when it stands alone."""
    base = _base(previous, catalog)
    if base.root is None or stands_alone(said, base, catalog, places):
        return Kept()
    sorted_on = base.order and base.top is None and said.then and said.sort is None
    if sorted_on and any(
        c.grouped for c in said.columns
    ):  # 按水分呢: the same way by something else
        said.sort = base.order[0].descending
    if said.ranking is not None and not (said.inside or said.points):
        n = base.top.n if base.top is not None else 1
        return Kept(base.root, base.scope, base.order, None, base.columns, base.distinct, n)
    return base


def _base(previous: Query | None, catalog: Catalog) -> Kept:
    match previous:
        case DetailQuery():
            columns = previous.columns or catalog.tables[previous.table].display
            return Kept(
                previous.table,
                previous.scope,
                previous.order,
                previous.top,
                columns,
                previous.distinct,
            )
        case MetricQuery(measures=(ColumnAggregate(table=str() as table), *_)):
            return Kept(table, previous.scope)
        case MetricQuery(measures=(ColumnAggregate(column=str() as column), *_)):
            return Kept(catalog.dimensions[column].table, previous.scope, columns=(column,))
        case _:
            return Kept()


def stands_alone(said: Said, base: Kept, catalog: Catalog, places: Places) -> bool:
    if said.points or said.inside or said.narrows or said.adds:
        return False
    subject = [e for e in said.entities if not e.pointed]
    asked = [e for e in subject if e.asked or e.counted]
    if said.filters:
        named = any(_names_a_row(o, catalog) for f in said.filters for o in f.options)
        if said.columns or subject:
            return named or bool(asked)
        return False
    if said.ranking is not None:
        return bool(subject) and bool(said.columns)
    if asked and not said.columns:
        assert base.root is not None
        related = any(
            t in places.up[base.root] or base.root in places.up[t] for e in asked for t in e.tables
        )
        first = all(
            places.catalog.tables[t].names in base.columns for e in asked for t in e.tables[:1]
        )
        return not related or (said.everything and first)
    return bool(said.everything and subject and said.columns)


def _names_a_row(condition: object, catalog: Catalog) -> bool:
    """A condition on the name of something: 李白, not 唐朝."""
    name = getattr(condition, "dimension", "")
    found = catalog.dimensions.get(name)
    return found is not None and catalog.tables[found.table].names == name
