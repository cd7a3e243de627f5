"""What follows a listing or an analysis: other columns, another order, the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.language.carried import carried_scope, taken_back
from assistant.language.detail import detail_query, dimensions_of
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import Cue
from assistant.language.measured import conjunction
from assistant.language.settle import Settled, among, settle
from semantic_layer.catalog import Kind
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    AnalysisQuery,
    By,
    Comparison,
    DetailQuery,
    Form,
    Order,
    Scope,
    Top,
)


def next_detail(old: DetailQuery, said: Draft, graph: Graph) -> Iterator[Settled]:
    if said.measures or any(a.form is Form.COUNT for a in said.asked):
        draft = replace(
            said,
            where=(*(conjuncts(old.scope.where)), *said.where),
            periods=said.periods or old.scope.periods,
        )
        yield from settle(draft, graph)
        return
    scope = carried_scope(old.scope, said, Cue.ALSO in said.cues)
    if said.distinct and not said.columns and not said.where:
        yield Settled(replace(old, distinct=True))
        return
    order, top = _order_and_top(old, said, scope, graph)
    columns = _columns(old, said, graph)
    used = [
        *columns,
        *dimensions_of(() if scope.where is None else (scope.where,)),
        *(o.by for o in order if o.by),
    ]
    tables = [graph.catalog.dimensions[d].table for d in used if d in graph.catalog.dimensions]
    root = graph.root([old.table, *tables], prefer=old.table)
    if root is None:
        yield from settle(said, graph)
        return
    yield Settled(
        replace(
            old,
            table=root,
            columns=columns,
            scope=scope,
            order=order,
            top=top,
            distinct=old.distinct or said.distinct,
        )
    )


def _order_and_top(
    old: DetailQuery, said: Draft, scope: Scope, graph: Graph
) -> tuple[tuple[Order, ...], Top | None]:
    """按金额从高到低, 最贵的三个: the old order and rows unless others are said."""
    order, top = old.order, old.top
    if said.sort is not None:
        by = said.sort_by if isinstance(said.sort_by, str) else _sortable(old, graph)
        if by:
            order = (Order(by, descending=said.sort),)
    if said.ranked is not None:
        where = conjuncts(scope.where)
        again = replace(said, columns=old.columns, where=where, periods=scope.periods)
        fresh = detail_query(again, graph)
        if fresh is not None and fresh.top is not None:
            order, top = fresh.order or order, fresh.top
    return order, top


def _columns(old: DetailQuery, said: Draft, graph: Graph) -> tuple[str, ...]:
    """Those said, beside the old ones where the sentence adds; 明细 alone means all of them."""
    columns = said.columns or tuple(a.names[0] for a in said.asked if a.names)
    tables = tuple(a.tables[0] for a in said.asked if a.tables)
    columns += tuple(label for t in tables if (label := graph.label_of(t)))
    if Cue.DETAIL in said.cues and not said.columns:
        return ()
    if not columns:
        return old.columns
    return tuple(dict.fromkeys((*old.columns, *columns))) if Cue.ALSO in said.cues else columns


def _sortable(old: DetailQuery, graph: Graph) -> str | None:
    numbers = [c for c in old.columns if graph.kind(c) in (Kind.NUMBER, Kind.TIME)]
    return numbers[-1] if numbers else (old.columns[0] if old.columns else None)


def _asks_a_figure(said: Draft) -> bool:
    """库存还有多少 after a reason: a number is wanted, not the reason for another one."""
    return bool(said.cues & {Cue.HOW_MANY, Cue.HOW_MUCH}) and not said.cues & {
        Cue.INSTEAD,
        Cue.THEN,
    }


def _given_back(old: AnalysisQuery, said: Draft) -> tuple[AnalysisQuery, Draft]:
    """去掉华东 after a question about 华东: the condition goes, rather than everything but it staying."""
    kept, undone = taken_back(list(conjuncts(old.scope.where)), said)
    if not undone:
        return old, said
    scope = replace(old.scope, where=conjunction(tuple(kept)))
    return replace(old, scope=scope), replace(
        said, where=tuple(c for c in said.where if c not in undone)
    )


def next_analysis(old: AnalysisQuery, said: Draft, graph: Graph) -> Iterator[Settled]:
    """Another period, scope, split or parameter; a measure that the analysis is not about asks of its rows."""
    old, said = _given_back(old, said)
    figure = old.measure is None or _asks_a_figure(said)
    if said.measures and figure and said.analysis is None:
        about = among(said, old, graph) if old.people else said
        scope = carried_scope(old.scope, about, Cue.ALSO in said.cues)
        parts = conjuncts(scope.where)
        yield from settle(replace(about, where=parts, periods=scope.periods), graph)
        return
    named = (*said.columns, *(n for a in said.asked for n in a.names[:1]))
    if not named:
        members = (graph.member_of(t) for a in said.asked for t in a.tables[:1])
        named = tuple(x for x in members if x is not None)  # 具体是哪个店
    by = (*(g.dimension for g in said.groups if isinstance(g, By)), *named) or old.by
    new = tuple((p.name, p.value) for p in said.params if p.analysis == old.analysis)
    kept = tuple(p for p in old.params if p[0] not in {name for name, _ in new})
    scope = carried_scope(old.scope, said, Cue.ALSO in said.cues)
    again = (Comparison(said.again),) if said.again is not None else ()
    measure = said.measures[0] if said.measures and old.measure is not None else old.measure
    yield Settled(
        replace(
            old,
            params=(*kept, *new),
            scope=scope,
            by=by,
            measure=measure,
            people=said.people,
            compare=said.compare or again or old.compare,
        )
    )
