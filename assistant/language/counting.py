"""How many: entities, members of a dimension, units of time, groups that pass a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.language.detail import detail_query, near_condition
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.grouping import UNREACHED
from assistant.language.implied import doing_counter
from assistant.language.meaning import Cue
from assistant.language.measured import Settled, metric
from assistant.language.people import distinct_counter
from assistant.language.phrases import Asked
from semantic_layer.catalog import Kind
from semantic_layer.query import (
    Agg,
    And,
    Benchmark,
    By,
    ByTime,
    ColumnAggregate,
    Condition,
    Form,
    Group,
    Having,
    HavingChange,
    Measure,
    MetricQuery,
    MetricRef,
    Op,
    Or,
    Rollup,
    Where,
)

ROWLESS = (Agg.SUM, Agg.AVG, Agg.MIN, Agg.MAX)  # over one row each of these is the number itself


def units_counted(draft: Draft, asked: Asked, graph: Graph) -> Iterator[Settled]:
    """有多少天销售额超过300万: units of time counted."""
    if asked.grain is None or not draft.having:
        return
    measures = tuple(x for h in draft.having for x in _measures_of(h))
    if not draft.measures and MetricRef("") in measures:
        return
    rest = tuple(a for a in draft.asked if a is not asked)
    target = replace(
        draft,
        asked=rest,
        groups=_with(draft.groups, ByTime(asked.grain)),
        measures=draft.measures or measures,
    )
    for s in metric(target, graph):
        if isinstance(s.query, MetricQuery):
            yield replace(s, query=replace(s.query, rollup=Rollup(Agg.COUNT), form=Form.COUNT))


def where_done(draft: Draft, graph: Graph) -> Draft | None:
    """几个省出了单: the members of a dimension where the deed was done, by the deed's own metric."""
    asked = count_asked(draft)
    if asked is None or len(draft.verbs) != 1 or draft.measures or draft.entities:
        return None
    verb, wheres, periods = draft.verbs[0]
    name = key_thing(asked, graph)
    if verb.negated or name is None or name == graph.people_key() or draft.streak:
        return None
    home = graph.catalog.dimensions[name].table
    own = graph.tables_of_metric(verb.names[0])
    plain = replace(
        draft,
        verbs=(),
        where=(*draft.where, *wheres),
        periods=draft.periods or periods,
    )
    if home in own or graph.people_key() is None:
        return plain  # 获取了多少地块: what is done is counted itself, or nobody is there to do it
    if not all(graph.reaches(t, home) for t in own):
        return None
    done = Having(MetricRef(verb.names[0]), Op.GT, (0.0,))
    return replace(plain, having=(*draft.having, done))


def streak_of_verbs(draft: Draft, graph: Graph) -> Draft:
    """连续三个月都下过单的用户"""
    verb, wheres, _ = draft.verbs[0]
    tables = [t for t in draft.entities if graph.key_of(t)]
    key = graph.key_of(tables[0]) if tables else None
    if key is None and wheres and not draft.groups:
        key = graph.people_key()  # 连续两周未下单的老客: who they are is a value
    groups = _with(draft.groups, By(key)) if key and not draft.asked else draft.groups
    measures, where = (MetricRef(verb.names[0]),), (*draft.where, *wheres)
    return replace(draft, measures=measures, groups=groups, verbs=(), where=where)


def streak_of_people(draft: Draft, graph: Graph) -> Asked | None:
    """连续两个月都下单的客户数: the people who did it each time, not the periods in which anybody did."""
    key = graph.people_key()
    alone = not (draft.groups or draft.asked or draft.entities or draft.columns or draft.verbs)
    if draft.streak is None or key is None or len(draft.measures) != 1 or not alone:
        return None
    measure = draft.measures[0]
    if draft.streak.direction not in ("zero", "nonzero") or not isinstance(measure, MetricRef):
        return None
    if distinct_counter(graph, measure.metric, key) != measure:
        return None
    return Asked(tables=(graph.catalog.dimensions[key].table,), form=Form.COUNT)


def doers(draft: Draft, counted: Asked, graph: Graph) -> Draft | None:
    """消费的用户有多少位: the entity counted where the measure happens."""
    table = entity_of(counted, graph)
    key = graph.key_of(table) if table else None
    if key is None or len(draft.measures) != 1 or graph.kind(key) is not Kind.KEY:
        return None
    measure = draft.measures[0]
    if not isinstance(measure, MetricRef):
        return None
    own = distinct_counter(graph, measure.metric, key)
    if own is None or own == measure:
        return None
    return replace(draft, measures=(own,), asked=tuple(a for a in draft.asked if a is not counted))


def count_asked(draft: Draft) -> Asked | None:
    return next((a for a in draft.asked if a.form is Form.COUNT and not a.grain), None)


def grouped_by_condition(draft: Draft, graph: Graph, counted: Asked | None) -> Iterator[Settled]:
    """累计消费满1万的用户有哪些 / 有几个: the groups that satisfy a condition on a measure."""
    measures = tuple(dict.fromkeys(x for h in draft.having for x in _measures_of(h)))
    if any(isinstance(x, MetricRef) and not x.metric for x in measures):
        return
    if counted is None and Cue.HOW_MANY in draft.cues and not draft.asked:
        counted = _tested(draft, graph)
        if counted is not None:
            draft = replace(draft, entities=(), columns=())
    target = replace(draft, measures=measures)
    if counted is None and {Cue.HOW_MANY, Cue.WHAT} & draft.cues:
        target = replace(target, penalty=target.penalty + 0.1)
    if counted is not None:
        thing = key_thing(counted, graph)
        if thing is None:
            return
        rows = _row_level(draft, thing, graph)
        if rows is not None:
            yield from counting(rows, graph, counted)
            return
        own = graph.catalog.dimensions[thing].table
        if all(graph.tables_of(m) == (own,) for m in target.measures):
            target = replace(target, penalty=target.penalty + 0.5)  # a mean over one row
        rest = tuple(a for a in draft.asked if a is not counted)
        target = replace(
            target,
            asked=rest,
            groups=_with(target.groups, By(thing)),
            columns=tuple(c for c in target.columns if c != thing),
        )
        for s in metric(target, graph):
            if isinstance(s.query, MetricQuery):
                yield replace(s, query=replace(s.query, rollup=Rollup(Agg.COUNT), form=Form.COUNT))
        return
    yield from metric(target, graph)


def _tested(draft: Draft, graph: Graph) -> Asked | None:
    """达成率没到90%的大区，几个: the one thing that the condition is about."""
    columns = [c for c in draft.columns if graph.kind(c) not in (Kind.NUMBER, Kind.TIME)]
    if draft.groups or len(columns) + len(draft.entities) != 1 or len(columns) < len(draft.columns):
        return None
    return Asked(tuple(columns), draft.entities, form=Form.COUNT)


def _row_level(draft: Draft, key: str, graph: Graph) -> Draft | None:
    """优惠金额超过50元的订单: per order the sum is the column, so the test is one on rows."""
    table = graph.catalog.dimensions[key].table
    if key not in (graph.key_of(table), graph.member_of(table)):
        return None  # 几个城市销售额破10万: a city has many rows
    where = list(draft.where)
    for c in draft.having:
        if not isinstance(c, Having) or not isinstance(c.measure, MetricRef):
            return None
        column = graph.column_of(c.measure.metric, table, ROWLESS)
        if column is None or graph.catalog.dimensions[column].table != table:
            return None
        if any(isinstance(v, Benchmark) for v in c.values):
            return None
        where.append(
            Where(column, c.op, tuple(v for v in c.values if not isinstance(v, Benchmark)))
        )
    return replace(draft, where=tuple(where), having=())


def entity_of(asked: Asked, graph: Graph) -> str | None:
    """The table whose rows are counted, when the thing is an entity or the column that names one."""
    if asked.tables:
        return asked.tables[0]
    if not asked.names:
        return None
    table = graph.catalog.dimensions[asked.names[0]].table
    named = asked.names[0] in (graph.key_of(table), graph.member_of(table))
    return table if named else None


def key_thing(asked: Asked, graph: Graph) -> str | None:
    if asked.names:
        return asked.names[0]
    if not asked.tables:
        return None
    return graph.key_of(asked.tables[0]) or graph.member_of(asked.tables[0])


def _measures_of(condition: Condition) -> Iterator[Measure]:
    match condition:
        case Having() | HavingChange():
            yield condition.measure
        case And() | Or():
            for part in condition.parts:
                yield from _measures_of(part)
        case _:
            return


def _with(groups: tuple[Group, ...], group: Group) -> tuple[Group, ...]:
    return groups if group in groups else (*groups, group)


def counting(
    draft: Draft, graph: Graph, counted: Asked, measures: tuple[Measure, ...] = ()
) -> Iterator[Settled]:
    """多少个X: the metric that counts X, or distinct members of a dimension."""
    rest = tuple(a for a in draft.asked if a is not counted)
    if draft.streak is not None and counted.tables:
        thing = key_thing(counted, graph)
        if thing is not None:
            moving = measures or (graph.counter_of(counted.tables[0]),)
            target = replace(draft, asked=rest, groups=(By(thing),), measures=moving)
            for s in metric(target, graph):
                if isinstance(s.query, MetricQuery):
                    yield replace(s, query=replace(s.query, rollup=Rollup(Agg.COUNT)))
            return
    measure: Measure
    entity = entity_of(counted, graph)
    if entity is not None:
        where = tuple(near_condition(c, entity, graph) for c in draft.where)
        draft = replace(draft, where=where)
        doing = doing_counter(draft, entity, graph)
        measure = doing or graph.counter_of(entity)
        if doing is not None:  # as far from the entity as its own count is from the filters
            draft = replace(draft, penalty=draft.penalty + UNREACHED)
        if set(draft.entities) - {entity}:
            draft = replace(draft, penalty=draft.penalty + 0.3)  # 几款商品被退货: not all goods
        if isinstance(measure, ColumnAggregate) and graph.catalog.primary:
            draft = replace(
                draft, penalty=draft.penalty + 0.15
            )  # a metric of that name knows better
    elif counted.names and graph.numeric(counted.names[0]):
        query = detail_query(
            replace(draft, asked=rest, columns=(*draft.columns, counted.names[0])), graph
        )
        if query is not None:
            yield Settled(query)
        return
    elif counted.names:
        measure = ColumnAggregate(Agg.COUNT_DISTINCT, counted.names[0])
    else:
        return
    for each in (measure, *_also_called(draft, entity, measure, graph)):
        yield from metric(replace(draft, measures=(each,), asked=rest), graph)


def _also_called(
    draft: Draft, entity: str | None, measure: Measure, graph: Graph
) -> tuple[Measure, ...]:
    """客户多少, and nothing else: the metrics that the model says 客户数 may mean."""
    told = (draft.where, draft.groups, draft.having, draft.verbs, draft.columns, draft.inner)
    if (
        entity is None
        or not isinstance(measure, MetricRef)
        or any(told)
        or draft.ranked
        or Cue.TOTAL in draft.cues
    ):
        return ()
    table = graph.catalog.tables[entity]
    words = {f"{word}数" for word in (table.entity, *table.synonyms) if word}
    metrics = graph.catalog.metrics.values()
    shared = [[x.name for x in metrics if w in x.synonyms] for w in sorted(words)]
    meant = dict.fromkeys(n for names in shared if measure.metric in names for n in names)
    return tuple(MetricRef(x) for x in meant if x != measure.metric)
