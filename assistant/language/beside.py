"""Conditions said beside an analysis: 消费满1000的客户的RFM is about those customers, nobody else.

What an analysis cannot take is named, never dropped: a rank or a streak beside it changes what is asked.
"""

from __future__ import annotations

from dataclasses import replace

from analytics.contract import Analysis
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import Cue
from assistant.language.measured import conjunction
from assistant.language.people import verb_conditions
from assistant.language.settle import settle
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    AnalysisQuery,
    And,
    By,
    Condition,
    Form,
    Having,
    Members,
    MetricQuery,
    MetricRef,
    Not,
    Or,
    Scope,
    Term,
    Where,
)


def unsupported(draft: Draft, compared: bool = False) -> tuple[str, ...]:
    """What the sentence says and no analysis can take, in words. ``compared``: with another period, where
    this analysis knows only one."""
    said = {
        "排名": draft.ranked is not None,
        "连续": draft.streak is not None,
        "累计、占比这类计算": bool(draft.windows),
        "分段": draft.bucket is not None,
        "和别的时段比": compared,
    }
    return tuple(word for word, there in said.items() if there)


def _bare(draft: Draft) -> bool:
    return any(not wheres for _, wheres, _ in draft.verbs)


def _about_rows(query: AnalysisQuery, draft: Draft, graph: Graph) -> AnalysisQuery:
    """今年差评有没有突然冒尖, 订单为什么少了: a thing named where a metric is needed is how many there are."""
    terms = [c for c in conjuncts(query.scope.where) if isinstance(c, Term) and not c.negated]
    tables = [graph.catalog.terms[c.term].table for c in terms] or list(draft.entities)
    people = graph.people_key()
    away = [t for t in tables if people is None or t != graph.catalog.dimensions[people].table]
    counter = graph.counter_of(away[0]) if len(away) == 1 else None
    if not isinstance(counter, MetricRef):
        return query
    kept = conjunction(tuple(c for c in conjuncts(query.scope.where) if c not in terms))
    counted = replace(counter, where=conjunction(tuple(terms)))
    return replace(query, measure=counted, scope=replace(query.scope, where=kept))


def conditioned(
    query: AnalysisQuery, draft: Draft, graph: Graph, analysis: Analysis
) -> AnalysisQuery | None:
    """The analysis of those who satisfy the conditions on measures and deeds; None where it has no people."""
    inner = draft.inner
    if any(a.form is Form.COUNT and a.names for a in draft.asked):
        return None  # 各渠道有多少客户流失: how many channels is not what it tells
    if any(p.role == "event" for p in analysis.params.values()) and _bare(draft):
        return None  # 加购了的人有多少付了款，一层一层看: the deeds are its steps, not whom it is about
    if analysis.measured and query.measure is None:
        query = _about_rows(query, draft, graph)
    if not (analysis.compares or analysis.measured) and _against_a_period(query, draft):
        return None
    if unsupported(draft):
        if analysis.measured or isinstance(inner, MetricQuery):
            return None
        among = _described(draft, graph)
        return None if among is None else replace(query, scope=_narrowed(query.scope, (among,)))
    if not (draft.having or draft.verbs or isinstance(inner, MetricQuery)):
        return query
    parts: list[Condition] = []
    if isinstance(inner, MetricQuery) and draft.inner_dimension:
        parts.append(Members(draft.inner_dimension, inner))
    key = graph.people_key() if "user" in (*analysis.needs, *analysis.wants) else None
    if (draft.having or draft.verbs) and key is None:
        return None
    if draft.verbs:
        entity = graph.catalog.dimensions[key].table if key else ""
        members, _, _ = verb_conditions(replace(draft, entities=(entity,), asked=()), graph)
        if not members:
            return None
        parts += members
    if draft.having and key is not None:
        having = conjunction(draft.having)
        measures = tuple(dict.fromkeys(h.measure for h in _tests(having)))
        if not measures or having is None:
            return None
        asked = MetricQuery(measures, (By(key),), query.scope, having=having)
        parts.append(Members(key, asked))
    return replace(query, scope=_narrowed(query.scope, tuple(parts)))


def _against_a_period(query: AnalysisQuery, draft: Draft) -> bool:
    """比上个季度变差没: 比 is not between values that are named."""
    parts = conjuncts(query.scope.where)
    several = (p for p in parts if isinstance(p, Where) and len(p.values) > 1)
    return bool(draft.compare) or (Cue.THAN in draft.cues and next(several, None) is None)


def _described(draft: Draft, graph: Graph) -> Condition | None:
    """销售额前5的城市做RFM: without the analysis the sentence asks for a set, and that set it is."""
    alone = replace(draft, analysis=None, params=(), people=None)
    for settled in settle(alone, graph):
        q = settled.query
        if not isinstance(q, MetricQuery) or len(q.group_by) != 1 or q.windows or q.rollup:
            continue
        group = q.group_by[0]
        if isinstance(group, By) and (q.top or q.streak or q.having):
            return Members(group.dimension, q)
    return None


def _narrowed(scope: Scope, parts: tuple[Condition, ...]) -> Scope:
    own = () if scope.where is None else tuple(conjuncts(scope.where))
    return replace(scope, where=conjunction((*own, *parts)))


def _tests(condition: Condition | None) -> tuple[Having, ...]:
    match condition:
        case Having():
            return (condition,)
        case And(parts) | Or(parts):
            return tuple(h for p in parts for h in _tests(p))
        case Not(part):
            return _tests(part)
        case _:
            return ()


__all__ = ["conditioned", "unsupported"]
