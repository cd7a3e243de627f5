"""Multi-turn context as one pure function: what was asked before + what is said now → the next query.

The policy: silent → inherit, said → replace, 再/也 → extend, 去掉 → remove; pronouns refer to the previous
result. A sentence that names its own subject and says something about it starts anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from assistant.language.detail import detail_query, dimensions_of
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import Cue
from assistant.language.settle import Settled, settle
from assistant.language.subscope import as_set
from semantic_layer.catalog import Kind
from semantic_layer.query import (
    AnalysisQuery,
    And,
    By,
    ByPeriod,
    ByTime,
    CatalogQuery,
    Condition,
    Contrast,
    DetailQuery,
    Form,
    Group,
    Members,
    MetricQuery,
    MetricRef,
    Op,
    Order,
    Period,
    Query,
    Ref,
    Rollup,
    Scope,
    Where,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation remembers: the last query, the ones before it, what its rows showed.

    ``shown`` are (dimension, values in order) of the last result's first column.
    """

    query: Query | None = None
    history: tuple[Query, ...] = ()
    shown: tuple[str, tuple[object, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Directive:
    """Something to do that is no query: ``undo``, ``reset``, ``chart`` with its mark, ``export``, ``sql``."""

    what: str
    detail: str = ""


TALK = {Cue.THEN, Cue.INSTEAD, Cue.ONLY, Cue.IT, Cue.ALSO, Cue.REMOVE}


def continue_from(
    context: Context | None, said: Draft, graph: Graph
) -> Iterator[Settled] | Directive | None:
    """The next query when ``said`` goes on from ``context``; None when it stands alone."""
    if said.refuse:
        return None
    if Cue.RESET in said.cues and not said.measures:
        return Directive("reset")
    if Cue.UNDO in said.cues and not said.measures:
        return Directive("undo")
    if context is None or context.query is None:
        return Directive("chart", said.chart) if _only_chart(said) and said.chart else None
    if said.about == "sql" and not said.measures:
        return Directive("sql")
    if _only_chart(said) and said.chart:
        return Directive("chart", said.chart)
    if said.about == "definition" and not (said.measures or said.columns):
        names = _names_of(context.query)
        return iter((Settled(CatalogQuery("definition", names)),)) if names else None
    if isinstance(context.query, AnalysisQuery) and _goes_on(context.query, said):
        return _next_analysis(context.query, said)
    if said.about or said.analysis:
        return None
    if stands_alone(said, modelled=bool(graph.catalog.primary)):
        return None
    return _next(context, said, graph)


def _names_of(query: Query) -> tuple[str, ...]:
    if not isinstance(query, MetricQuery):
        return ()
    return tuple(m.metric for m in query.measures if isinstance(m, MetricRef))


def _only_chart(said: Draft) -> bool:
    return bool(said.chart) and replace(said, chart=None, form=None).empty


def stands_alone(said: Draft, *, modelled: bool = True) -> bool:
    """Names a subject and says something about it, with no word of going on."""
    if said.cues & {Cue.INSTEAD, Cue.REMOVE, Cue.ALSO, Cue.IT, Cue.ONLY}:
        return False
    subject = bool(said.measures or said.having or said.entities or said.verbs)
    subject = subject or any(a.tables for a in said.asked)
    subject = subject or bool(said.columns and Cue.DISTRIBUTION in said.cues)
    about = said.where or said.periods or said.groups or said.ranked or said.asked or said.having
    about = about or said.columns or said.compare or said.verbs or said.form
    if Cue.THEN in said.cues and not (said.measures and (said.periods or said.where)):
        return False
    if said.measures and not about:
        return False  # 客单价呢 and a bare metric go on in the same scope
    if subject:
        return bool(about)
    if modelled:
        return False
    return bool(said.columns and said.where and not said.cues & TALK) or bool(
        said.asked and (said.ranked or said.where or said.columns)
    )


def _next(context: Context, said: Draft, graph: Graph) -> Iterator[Settled] | None:
    previous = context.query
    if Cue.IT in said.cues:
        referred = _refer(context, said, graph)
        if referred is not None:
            return referred
    match previous:
        case MetricQuery():
            return _next_metric(previous, said, graph)
        case DetailQuery():
            return _next_detail(previous, said, graph)
        case AnalysisQuery():
            return _next_analysis(previous, said)
        case _:
            return None


# ── these, it, the second one ─────────────────────────────────────────────────────────────────


def _refer(context: Context, said: Draft, graph: Graph) -> Iterator[Settled] | None:
    """这些城市的客单价: a question about the members of the previous result."""
    previous = context.query
    if previous is None or not (said.measures or said.columns or said.asked or said.entities):
        return None
    inner, dimension = as_set(previous, graph)
    if inner is None or dimension is None:
        return None
    if context.shown and context.shown[0] == dimension and 0 < len(context.shown[1]) <= 200:
        values = tuple(v for v in context.shown[1] if isinstance(v, (str, int, float)))
        condition: Condition = (
            Where(dimension, Op.EQ if len(values) == 1 else Op.IN, values)
            if values
            else Members(dimension, inner)
        )
    else:
        condition = Members(dimension, inner)
    columns = tuple(c for c in said.columns if c != dimension)
    periods = said.periods or (previous.scope.periods if isinstance(previous, (MetricQuery, DetailQuery)) else ())
    draft = replace(said, where=(*said.where, condition), columns=columns, periods=periods)
    timed_only = all(isinstance(g, ByTime) for g in said.groups)
    if said.measures and timed_only and not said.asked:
        draft = replace(draft, groups=(*said.groups, By(dimension)))
    elif not said.measures:
        entities = tuple(
            e for e in said.entities if e != graph.catalog.dimensions[dimension].table
        )
        draft = replace(draft, entities=entities)
        if isinstance(previous, DetailQuery) and not said.periods:
            draft = replace(draft, periods=())
    return settle(draft, graph)


# ── metric after metric ───────────────────────────────────────────────────────────────────────


def _next_metric(old: MetricQuery, said: Draft, graph: Graph) -> Iterator[Settled]:
    negated = any(isinstance(c, Where) and c.op in (Op.NE, Op.NOT_IN) for c in said.where)
    if Cue.REMOVE in said.cues and not negated:
        yield Settled(_removed(old, said))
        return
    kept, undone = _taken_back(list(() if old.scope.where is None else _parts(old.scope.where)), said)
    if undone:
        where: Condition | None = None if not kept else kept[0] if len(kept) == 1 else And(tuple(kept))
        old = replace(old, scope=replace(old.scope, where=where))
        said = replace(said, where=tuple(c for c in said.where if c not in undone))
    adds = Cue.ALSO in said.cues
    measures = said.measures
    dims = tuple(c for c in said.columns if graph.kind(c) is not Kind.NUMBER)
    new_groups: tuple[Group, ...] = (*said.groups, *(By(c) for c in dims))
    for a in said.asked:
        if a.grain:
            new_groups += (ByTime(a.grain),)
        elif a.names:
            new_groups += (By(a.names[0]),)
        elif a.tables and (member := graph.member_of(a.tables[0])):
            new_groups += (By(member),)
    filtered = set(dimensions_of(said.where))
    kept_groups = old.group_by
    if filtered and not new_groups:
        narrowed = [c for c in said.where if isinstance(c, Where) and c.op is Op.EQ]
        single = {c.dimension for c in narrowed}
        if Cue.ONLY not in said.cues or len(old.group_by) > 1:
            kept_groups = tuple(g for g in old.group_by if not (isinstance(g, By) and g.dimension in single))
    groups = _extended(kept_groups, new_groups, adds) if new_groups else kept_groups
    if said.periods and ByPeriod() in groups and len(said.periods) == 1:
        groups = tuple(g for g in groups if g != ByPeriod())
    scope = _scope(old.scope, said, adds)
    if len(scope.periods) > 1 and not any(isinstance(g, (ByTime, ByPeriod)) for g in groups):
        groups = (ByPeriod(), *groups)
    if (contrast := _against(old, said)) is not None:
        yield Settled(contrast)
        return
    merged = replace(
        said,
        measures=_extended(old.measures, measures, adds) if measures else old.measures,
        groups=groups,
        columns=(),
        asked=(),
        where=() if scope.where is None else _parts(scope.where),
        periods=scope.periods,
        compare=said.compare or (old.compare if not said.change else ()),
        having=said.having or (() if old.having is None else _parts(old.having)),
        windows=said.windows or (old.windows if measures == () else ()),
        time_dimension=old.scope.time,
        entities=(),
        form=said.form or (old.form if old.form in (Form.TREND, Form.LIST, Form.RANK) else None),
    )
    inherits_top = said.ranked is None and old.top is not None and not new_groups
    for s in settle(merged, graph):
        query = s.query
        if isinstance(query, MetricQuery):
            if inherits_top and groups:
                query = replace(query, top=old.top)
            if said.ranked is not None and old.top is not None and query.top is not None:
                query = replace(query, top=replace(query.top, per=query.top.per or old.top.per, descending=_direction(said, old)))
            if not query.order and old.order and not new_groups:
                query = replace(query, order=old.order)
            if old.streak and query.streak is None and not new_groups:
                query = replace(query, streak=old.streak)
            if old.rollup and not measures and not new_groups:
                query = replace(query, rollup=_rollup(old, said))
            if old.contrast and not new_groups and not filtered:
                query = replace(query, contrast=old.contrast)
        yield replace(s, query=query)


def _against(old: MetricQuery, said: Draft) -> MetricQuery | None:
    """跟宁波比差多少: the value asked before beside the one said now."""
    if not said.cues & {Cue.GAP, Cue.THAN, Cue.VERSUS} or old.scope.where is None or said.measures:
        return None
    for new in said.where:
        for c in _parts(old.scope.where):
            if not (isinstance(c, Where) and isinstance(new, Where) and c.dimension == new.dimension):
                continue
            if c.op is Op.EQ and new.op is Op.EQ and c.values != new.values:
                left, right = c.values[0], new.values[0]
                if isinstance(left, Ref) or isinstance(right, Ref):
                    continue
                rest = tuple(x for x in _parts(old.scope.where) if x is not c)
                where: Condition | None = None if not rest else rest[0] if len(rest) == 1 else And(rest)
                groups = tuple(g for g in old.group_by if g != By(c.dimension))
                return replace(
                    old, scope=replace(old.scope, where=where), group_by=groups, contrast=Contrast(c.dimension, left, right)
                )
    return None


def _rollup(old: MetricQuery, said: Draft) -> Rollup | None:
    """有几个 → 是哪些: the count gives way to the list."""
    return None if said.form in (Form.WHICH, Form.LIST) else old.rollup


def _direction(said: Draft, old: MetricQuery) -> bool:
    if said.ranked is not None and said.ranked.descending is not None:
        return said.ranked.descending
    return old.top.descending if old.top else True


def _extended(old: tuple[Any, ...], new: tuple[Any, ...], adds: bool) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*old, *new))) if adds else new


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, And) else (condition,)


def _scope(old: Scope, said: Draft, adds: bool) -> Scope:
    kept = list(() if old.where is None else _parts(old.where))
    fresh = set(dimensions_of(said.where))
    merged: list[Condition] = []
    for c in kept:
        same = isinstance(c, Where) and c.dimension in fresh
        if same and adds and isinstance(c, Where):
            match = next((w for w in said.where if isinstance(w, Where) and w.dimension == c.dimension), None)
            if match is not None and c.op in (Op.EQ, Op.IN) and match.op in (Op.EQ, Op.IN):
                values = tuple(dict.fromkeys((*c.values, *match.values)))
                merged.append(Where(c.dimension, Op.IN, values))
                fresh.discard(c.dimension)
            continue
        if not same:
            merged.append(c)
    done = {c.dimension for c in merged if isinstance(c, Where)}
    merged += [c for c in said.where if not (isinstance(c, Where) and c.dimension in done and adds)]
    where = tuple(dict.fromkeys(merged))
    periods: tuple[Period, ...] = said.periods or old.periods
    combined: Condition | None = None if not where else where[0] if len(where) == 1 else And(where)
    return Scope(combined, periods, old.time)


def _taken_back(
    kept: list[Condition], said: Draft
) -> tuple[list[Condition], tuple[Condition, ...]]:
    """去掉广东这个条件 takes the filter away rather than excluding it; 加回来 the other way round."""
    opposite = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN}
    if Cue.ALSO in said.cues:
        opposite = {Op.EQ: Op.NE, Op.IN: Op.NOT_IN}
    out, undone = list(kept), []
    for new in said.where:
        if not isinstance(new, Where) or new.op not in opposite:
            continue
        for c in kept:
            if isinstance(c, Where) and c.dimension == new.dimension and c.op is opposite[new.op] and set(c.values) <= set(new.values):
                out.remove(c)
                undone.append(new)
    return out, tuple(undone)


def _removed(old: MetricQuery, said: Draft) -> MetricQuery:
    """去掉广东, 不要按月, 去掉这个条件, 不要同比."""
    named = {d for v in said.where for d in dimensions_of((v,))} | set(said.columns)
    grains = {g.grain for g in said.groups if isinstance(g, ByTime)}
    grouped = {g.dimension for g in said.groups if isinstance(g, By)}
    where = old.scope.where
    parts = () if where is None else _parts(where)
    if named:
        parts = tuple(c for c in parts if not named & set(dimensions_of((c,))))
    elif Cue.CONDITION in said.cues and not (grains or grouped or Cue.TIME in said.cues) and parts:
        parts = parts[:-1]
    combined: Condition | None = None if not parts else parts[0] if len(parts) == 1 else And(parts)
    present = {g.grain for g in old.group_by if isinstance(g, ByTime)}
    instead = tuple(g for g in said.groups if g not in old.group_by)  # 不要按月，按周
    grains &= present
    groups = tuple(
        g
        for g in old.group_by
        if not (isinstance(g, ByTime) and g.grain in grains)
        and not (isinstance(g, By) and g.dimension in (grouped | set(said.columns)))
    )
    groups += instead if grains or grouped & {g.dimension for g in old.group_by if isinstance(g, By)} else ()
    measures = tuple(m for m in old.measures if m not in said.measures) or old.measures
    compare = () if said.compare else old.compare
    timeless = Cue.TIME in said.cues
    dropped = timeless or bool(said.periods and set(said.periods) & set(old.scope.periods))
    periods = () if dropped else old.scope.periods
    return replace(
        old,
        measures=measures,
        group_by=groups,
        scope=replace(old.scope, where=combined, periods=periods),
        compare=compare,
        top=None if said.ranked else old.top,
    )


# ── rows after rows ───────────────────────────────────────────────────────────────────────────


def _next_detail(old: DetailQuery, said: Draft, graph: Graph) -> Iterator[Settled]:
    if said.measures or any(a.form is Form.COUNT for a in said.asked):
        draft = replace(
            said,
            where=(*(() if old.scope.where is None else _parts(old.scope.where)), *said.where),
            periods=said.periods or old.scope.periods,
        )
        yield from settle(draft, graph)
        return
    scope = _scope(old.scope, said, Cue.ALSO in said.cues)
    if said.distinct and not said.columns and not said.where:
        yield Settled(replace(old, distinct=True))
        return
    order = old.order
    top = old.top
    if said.sort is not None:
        by = said.sort_by if isinstance(said.sort_by, str) else _sortable(old, graph)
        if by:
            order = (Order(by, descending=said.sort),)
    if said.ranked is not None:
        fresh = detail_query(
            replace(said, columns=old.columns, where=() if scope.where is None else _parts(scope.where), periods=scope.periods), graph
        )
        if fresh is not None and fresh.top is not None:
            order, top = fresh.order or order, fresh.top
    columns = said.columns or tuple(a.names[0] for a in said.asked if a.names)
    asked_tables = tuple(a.tables[0] for a in said.asked if a.tables)
    columns += tuple(label for t in asked_tables if (label := graph.label_of(t)))
    if columns and Cue.ALSO in said.cues:
        columns = tuple(dict.fromkeys((*old.columns, *columns)))
    elif not columns:
        columns = old.columns
    if Cue.DETAIL in said.cues and not said.columns:
        columns = ()
    used = [*columns, *dimensions_of(() if scope.where is None else (scope.where,)), *(o.by for o in order if o.by)]
    tables = [graph.catalog.dimensions[d].table for d in used if d in graph.catalog.dimensions]
    root = graph.root([old.table, *tables], prefer=old.table)
    if root is None:
        yield from settle(said, graph)
        return
    yield Settled(
        replace(old, table=root, columns=columns, scope=scope, order=order, top=top, distinct=old.distinct or said.distinct)
    )


def _sortable(old: DetailQuery, graph: Graph) -> str | None:
    numbers = [c for c in old.columns if graph.kind(c) in (Kind.NUMBER, Kind.TIME)]
    return numbers[-1] if numbers else (old.columns[0] if old.columns else None)


def _goes_on(old: AnalysisQuery, said: Draft) -> bool:
    """分4档, 重要挽留客户名单: a parameter or a group of the analysis that was just shown."""
    mine = any(p.analysis == old.analysis for p in said.params)
    same = said.analysis in (None, old.analysis)
    return same and (mine or said.people is not None) and not said.periods


def _next_analysis(old: AnalysisQuery, said: Draft) -> Iterator[Settled]:
    by = tuple(g.dimension for g in said.groups if isinstance(g, By)) or old.by
    params = dict(old.params) | {p.name: p.value for p in said.params if p.analysis == old.analysis}
    scope = _scope(old.scope, said, Cue.ALSO in said.cues)
    measure = said.measures[0] if said.measures and old.measure is not None else old.measure
    yield Settled(replace(old, params=tuple(params.items()), scope=scope, by=by, measure=measure, people=said.people))


__all__ = ["Context", "Directive", "continue_from", "stands_alone"]
