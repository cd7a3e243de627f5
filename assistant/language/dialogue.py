"""Multi-turn context as one pure function: what was asked before + what is said now → the next query.

The policy: silent → inherit, said → replace, 再/也 → extend, 去掉 → remove; pronouns refer to the previous
result. A sentence that names its own subject and says something about it starts anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.language.after_metric import next_metric, pointed_at
from assistant.language.after_rows import next_analysis, next_detail
from assistant.language.carried import goes_on
from assistant.language.detail import dimensions_of
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import Cue
from assistant.language.measured import conjunction
from assistant.language.settle import Settled, among, deeds_measured, settle
from assistant.language.subscope import as_set
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    AnalysisQuery,
    By,
    ByTime,
    CatalogQuery,
    Condition,
    DetailQuery,
    Form,
    Members,
    MetricQuery,
    MetricRef,
    Op,
    Query,
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
    if Cue.GAP in said.cues and replace(said, cues=frozenset()).empty:
        return iter(())  # 还差多少: to what?
    if isinstance(context.query, AnalysisQuery) and goes_on(context.query, said):
        return next_analysis(context.query, said, graph)
    if said.analysis and Cue.IT in said.cues:
        return _refer(context, said, graph)
    if said.people:
        said = deeds_measured(said, graph)
    asks = said.measures or said.analysis not in (None, said.people_of)
    if said.people and asks and (mine := _same_analysis(context.query, said)):
        return settle(among(said, replace(mine, people=said.people), graph), graph)
    if said.about or said.analysis or said.people:
        return None
    if isinstance(context.query, MetricQuery):
        row = pointed_at(context.query, said, graph, context.shown)
        if row is not None:
            return row
    alone = stands_alone(said, modelled=bool(graph.catalog.primary))
    if alone and not _same_things(context.query, said):
        return _in_scope(context.query, said, graph)
    return _next(context, said, graph)


def _same_analysis(query: Query, said: Draft) -> AnalysisQuery | None:
    """The analysis asked before, when the people named now are a group of it."""
    return query if isinstance(query, AnalysisQuery) and query.analysis == said.people_of else None


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
    said_about = (said.where, said.periods, said.groups, said.ranked, said.asked, said.having)
    about = any((*said_about, said.columns, said.compare, said.verbs, said.form))
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


def _same_things(query: Query, said: Draft) -> bool:
    """看全部品牌，按毛利 after the first three brands; 具体是哪个店 after a figure or a reason."""
    said_about = (said.where, said.having, said.verbs, said.ranked, said.periods, said.inner)
    if any(said_about) or said.entities:
        return False
    which = [a for a in said.asked if a.form is Form.WHICH]
    if which and isinstance(query, (MetricQuery, AnalysisQuery)):
        return len(said.asked) == 1 and not (said.measures or said.columns or said.groups)
    if not isinstance(query, MetricQuery) or Cue.ALL not in said.cues:
        return False
    before = set(dimensions_of(() if query.scope.where is None else (query.scope.where,)))
    if query.top is not None:
        before |= {g.dimension for g in query.group_by if isinstance(g, By)}
    return bool(_named(said) & before)


def _in_scope(query: Query, said: Draft, graph: Graph) -> Iterator[Settled] | None:
    """各品牌的退款金额 after a question about one month and one category: a measure and a way to split
    it, but about what is not said; the conversation knows. None where the sentence says it itself."""
    told = (said.where, said.periods, said.verbs, said.having, said.inner, said.entities)
    counted = [a for a in said.asked if a.form is Form.COUNT]
    whole = said.cues & {Cue.ALL, Cue.TOTAL, Cue.NOW}
    if not isinstance(query, MetricQuery) or not said.measures or any(told) or counted or whole:
        return None
    if query.scope.where is None and not query.scope.periods:
        return None
    bare = MetricQuery(query.measures, scope=query.scope)
    return next_metric(bare, said, graph)


def _named(said: Draft) -> set[str]:
    return {*said.columns, *(g.dimension for g in said.groups if isinstance(g, By))}


def _opened(query: MetricQuery, said: Draft) -> MetricQuery:
    """看全部品牌 lifts the filter on 品牌."""
    if Cue.ALL not in said.cues or said.where or query.scope.where is None:
        return query
    parts = conjuncts(query.scope.where)
    kept = tuple(c for c in parts if not set(dimensions_of((c,))) <= _named(said))
    return replace(query, scope=replace(query.scope, where=conjunction(kept)))


def _next(context: Context, said: Draft, graph: Graph) -> Iterator[Settled] | None:
    previous = context.query
    if Cue.IT in said.cues:
        referred = _refer(context, said, graph)
        if referred is not None:
            return referred
    match previous:
        case MetricQuery():
            return next_metric(_opened(previous, said), said, graph)
        case DetailQuery():
            return next_detail(previous, said, graph)
        case AnalysisQuery():
            return next_analysis(previous, said, graph)
        case _:
            return None


def _refer(context: Context, said: Draft, graph: Graph) -> Iterator[Settled] | None:
    """这些城市的客单价: a question about the members of the previous result."""
    previous = context.query
    if isinstance(previous, AnalysisQuery):
        said = deeds_measured(said, graph)
    subject = said.measures or said.columns or said.asked or said.entities or said.analysis
    if previous is None or not subject:
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
    if said.analysis:
        return settle(replace(said, where=(*said.where, condition)), graph)
    columns = tuple(c for c in said.columns if c != dimension)
    periods = said.periods or (
        previous.scope.periods if isinstance(previous, (MetricQuery, DetailQuery)) else ()
    )
    draft = replace(said, where=(*said.where, condition), columns=columns, periods=periods)
    timed_only = all(isinstance(g, ByTime) for g in said.groups)
    listed = not isinstance(
        previous, AnalysisQuery
    )  # thousands of people are not listed one by one
    if said.measures and timed_only and not said.asked and listed:
        draft = replace(draft, groups=(*said.groups, By(dimension)))
    elif not said.measures:
        entities = tuple(e for e in said.entities if e != graph.catalog.dimensions[dimension].table)
        draft = replace(draft, entities=entities)
        if isinstance(previous, DetailQuery) and not said.periods:
            draft = replace(draft, periods=())
    return settle(draft, graph)


__all__ = ["Context", "Directive", "continue_from", "stands_alone"]
