"""Verbs → sets: 买过A没买过B, 注册了但从未下单, 上个月买过这个月没买."""

from __future__ import annotations

from dataclasses import replace

from assistant.language.detail import dimensions_of
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import Cue
from assistant.language.phrases import Asked
from semantic_layer.catalog import Aggregate
from semantic_layer.query import (
    Agg,
    And,
    By,
    Condition,
    Form,
    Measure,
    Members,
    MetricQuery,
    MetricRef,
    Op,
    Period,
    Scope,
    Where,
)


def verb_conditions(
    draft: Draft, graph: Graph
) -> tuple[tuple[Condition, ...], Measure | None, tuple[Asked, ...]]:
    """Conditions on the entity, the measure that counts it when a count is asked, asked parts used up."""
    if not draft.verbs or draft.streak is not None:
        return (), None, ()
    entity = _entity(draft, graph)
    key = graph.key_of(entity) if entity else None
    if key is None or entity is None:
        return (), None, ()
    counted = tuple(
        a
        for a in draft.asked
        if a.form is Form.COUNT and (entity in a.tables or not (a.tables or a.names))
    )
    counting = bool(counted) or bool({Cue.HOW_MANY, Cue.COUNTED} & draft.cues)
    counting = counting or _most(draft, entity)
    verbs = list(draft.verbs)
    measure: Measure | None = None
    conditions: list[Condition] = []
    if counting and not draft.measures:
        measure = graph.counter_of(entity)
        first, wheres, periods = verbs[0]
        distinct = distinct_counter(graph, first.names[0], key)
        each_alone = bool(Cue.TOGETHER in draft.cues and _one_by_one(wheres))
        twice = bool(periods and draft.periods and periods != draft.periods)
        split = each_alone or twice or draft.joined
        if distinct is not None and not first.negated and len(verbs) == 1 and not split:
            return tuple(wheres), distinct, counted
    if len(verbs) == 1 and len(draft.measures) == 1:
        verb, wheres, periods = verbs[0]
        own = (MetricRef(verb.names[0]), distinct_counter(graph, verb.names[0], key))
        told = bool(set(dimensions_of(wheres)) & set(dimensions_of(draft.where)))
        dated = periods and periods != draft.periods
        plain = not (verb.negated or dated or told or Cue.TOGETHER in draft.cues)
        if draft.measures[0] in own and plain:
            return tuple(wheres), None, ()  # 逛过甲店的访客: what is counted is the deed
    for verb, wheres, periods in verbs:
        metric = verb.names[0]
        if graph.tables_of_metric(metric) == (entity,) and not (wheres or periods or verb.negated):
            continue  # 注册了的用户: every user has
        if Cue.TOGETHER in draft.cues and (apart := _one_by_one(wheres)):
            conditions += [_members(key, metric, (c,), periods, verb.negated) for c in apart]
            continue
        conditions.append(_members(key, metric, wheres, periods, verb.negated))
    return tuple(conditions), measure, counted


def _most(draft: Draft, entity: str) -> bool:
    """哪个仓缺货的商品最少: ranked by how many of them there are, and nothing else is measured."""
    r = draft.ranked
    plain = r is not None and draft.rank_by is None and not (r.hint or r.quality or r.change)
    others = [a for a in draft.asked if a.names or (a.tables and entity not in a.tables)]
    return plain and entity in draft.entities and bool(draft.groups or others)


def _one_by_one(wheres: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """猫粮和猫砂都买过: each value on its own."""
    if len(wheres) == 1 and isinstance(wheres[0], Where) and wheres[0].op is Op.IN:
        return tuple(Where(wheres[0].dimension, Op.EQ, (v,)) for v in wheres[0].values)
    return ()


def joined_when(draft: Draft, graph: Graph) -> Draft:
    """5月注册但没下过单的用户: registering is the user's own date, a period rather than a deed."""
    entity = _entity(draft, graph)
    kept = []
    periods, joined = draft.periods, draft.joined
    for verb, wheres, when in draft.verbs:
        own = entity is not None and graph.tables_of_metric(verb.names[0]) == (entity,)
        if own and not verb.negated and not wheres:
            periods, joined = (*periods, *when), joined or bool(when)
        else:
            kept.append((verb, wheres, when))
    return replace(draft, verbs=tuple(kept), periods=periods, joined=joined)


def deeds_dated(draft: Draft, graph: Graph) -> Draft:
    """列出上周下单的客户: the time is when they did it, where nothing but the people is asked for."""
    entity = _entity(draft, graph)
    if entity is None or not draft.periods or not draft.verbs or draft.streak is not None:
        return draft
    if draft.time_dimension or any(graph.tables_of(m) != (entity,) for m in draft.measures):
        return draft
    verbs = tuple((verb, wheres, when or draft.periods) for verb, wheres, when in draft.verbs)
    counter = None if draft.measures else _counter(draft, entity, graph)
    if counter is not None:
        return draft  # 上周下单的客户有几位: counted where it happens
    return replace(draft, verbs=verbs, periods=())


def _counter(draft: Draft, entity: str, graph: Graph) -> Measure | None:
    """The metric that counts the people by the deed itself, which has a time of its own."""
    counted = any(a.form is Form.COUNT for a in draft.asked)
    key = graph.key_of(entity)
    if not (counted or {Cue.HOW_MANY, Cue.COUNTED} & draft.cues) or len(draft.verbs) > 1:
        return None
    verb = draft.verbs[0][0]
    return None if key is None or verb.negated else distinct_counter(graph, verb.names[0], key)


def _members(
    key: str, metric: str, wheres: tuple[Condition, ...], periods: tuple[Period, ...], negated: bool
) -> Members:
    where = None if not wheres else wheres[0] if len(wheres) == 1 else And(wheres)
    query = MetricQuery((MetricRef(metric),), (By(key),), Scope(where, periods))
    return Members(key, query, negated)


def _entity(draft: Draft, graph: Graph) -> str | None:
    people = graph.people_key()
    for t in draft.entities:
        if people is not None and graph.key_of(t) == people:
            return t  # 买过A的人下了多少单: the people did it, whatever is counted
    for a in draft.asked:
        for t in a.tables:
            if graph.key_of(t):
                return t
    for t in draft.entities:
        if graph.key_of(t):
            return t
    counted = any(a.form is Form.COUNT for a in draft.asked)
    if not ({Cue.PERSON, Cue.HOW_MANY} & draft.cues or draft.measures or counted):
        return None
    if people is not None:
        return graph.catalog.dimensions[people].table
    users = [r.table for r in graph.catalog.roles if r.name == "user"]
    return users[0] if users and graph.key_of(users[0]) else None


def distinct_counter(graph: Graph, metric: str, key: str) -> Measure | None:
    """The metric that counts distinct ``key`` where ``metric`` happens."""
    happens = graph.catalog.metrics[metric].calc
    if not isinstance(happens, Aggregate):
        return None
    column = graph.catalog.dimensions[key].expr.strip('"')
    metrics = sorted(graph.catalog.metrics.values(), key=lambda m: m.name != metric)
    for m in metrics:
        calc = m.calc
        if (
            isinstance(calc, Aggregate)
            and calc.agg is Agg.COUNT_DISTINCT
            and calc.table == happens.table
            and column in calc.expr
            and calc.where == happens.where
        ):
            return MetricRef(m.name)
    return None
