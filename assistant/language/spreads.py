"""Distributions, ranges and missing measures: drafts whose measure the catalog must supply."""

from __future__ import annotations

from dataclasses import replace

from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import OFTEN, Cue
from assistant.language.people import distinct_counter
from semantic_layer.catalog import Aggregate, Kind, counted_by
from semantic_layer.query import (
    By,
    ByBucket,
    Condition,
    Form,
    Group,
    Measure,
    Members,
    MetricRef,
    PerUnit,
    Term,
    WindowKind,
)


def elsewhere(draft: Draft, members: tuple[Condition, ...], graph: Graph) -> float:
    """买过A没买过B的用户数 counts users, not buyers or visitors: a word for several counts takes the entity's."""
    homes = {graph.catalog.dimensions[c.dimension].table for c in members if isinstance(c, Members)}
    tables = {t for x in draft.measures for t in graph.tables_of(x)}
    return 0.2 if tables and not tables & homes else 0.0


def stated(draft: Draft) -> bool:
    return any(v.negated or wheres or periods for v, wheres, periods in draft.verbs)


def with_keys(draft: Draft, graph: Graph) -> Draft:
    """店均: an entity as a unit is its key."""

    def key(measure: Measure) -> Measure:
        if isinstance(measure, PerUnit) and measure.unit.startswith("@"):
            name = graph.key_of(measure.unit[1:]) or graph.member_of(measure.unit[1:])
            return replace(measure, unit=name or measure.unit)
        return measure

    return replace(draft, measures=tuple(map(key, draft.measures)))


def spread(draft: Draft, graph: Graph) -> Draft:
    """各门店销售额的分布: members of an entity counted by ranges of their measure."""
    if Cue.DISTRIBUTION not in draft.cues or len(draft.measures) != 1 or draft.windows:
        return draft
    dims = [g.dimension for g in draft.groups if isinstance(g, By)]
    tables = [*draft.entities, *(graph.catalog.dimensions[d].table for d in dims)]
    keyed = [t for t in tables if (k := graph.key_of(t)) and graph.kind(k) is Kind.KEY]
    if not keyed or any(graph.member_of(keyed[0]) != d for d in dims):
        return draft
    measure = draft.measures[0]
    bucket = ByBucket(measure=measure, per=graph.key_of(keyed[0]))
    column = graph.column_of(measure.metric, keyed[0]) if isinstance(measure, MetricRef) else None
    if column is not None and graph.catalog.dimensions[column].table == keyed[0]:
        bucket = ByBucket(dimension=column)  # 每单优惠: one row each has the number itself
    return replace(
        draft,
        measures=(_members_counter(measure, keyed[0], graph),),
        groups=(bucket,),
        entities=(),
        asked=tuple(a for a in draft.asked if keyed[0] not in a.tables),
    )


def deed_spread(draft: Draft) -> Draft:
    """每个客户买了几次的分布: how often the deed was done, not by how many."""
    if Cue.DISTRIBUTION not in draft.cues or draft.measures or len(draft.verbs) != 1:
        return draft
    verb, wheres, periods = draft.verbs[0]
    if verb.negated:
        return draft
    return replace(
        draft,
        measures=(MetricRef(verb.names[0]),),
        verbs=(),
        where=(*draft.where, *wheres),
        periods=draft.periods or periods,
    )


def _members_counter(measure: Measure, table: str, graph: Graph) -> Measure:
    """Who has the measure at all: its own distinct count of the key, else the rows of the table."""
    key = graph.key_of(table)
    if (
        key
        and isinstance(measure, MetricRef)
        and (own := distinct_counter(graph, measure.metric, key))
    ):
        return own
    return graph.counter_of(table)


def rows_behind(draft: Draft, graph: Graph) -> Draft | None:
    """退款记录, 评论明细: the rows that a plain metric counts or sums."""
    if Cue.DETAIL not in draft.cues or len(draft.measures) != 1 or draft.groups or draft.asked:
        return None
    if draft.windows or draft.compare or draft.having or draft.streak:
        return None
    measure = draft.measures[0]
    if not isinstance(measure, MetricRef):
        return None
    calc = graph.catalog.metrics[measure.metric].calc
    if not isinstance(calc, Aggregate) or calc.snapshot:
        return None
    where = draft.where
    if calc.where:
        name = counted_by(measure.metric)
        if name not in graph.catalog.terms:
            return None
        where = (*where, Term(name))
    moment = draft.time_dimension or calc.time
    entities = (*draft.entities, calc.table)
    return replace(draft, measures=(), entities=entities, where=where, time_dimension=moment)


ROWS = ("笔", "单", "条", "次", "张")  # what rows are counted in, rather than members of anything


def rows_topped(draft: Draft, graph: Graph) -> Draft | None:
    """退款金额最大的10笔: the rows that the figure sums, by the column it sums."""
    r = draft.ranked
    told = (draft.groups, draft.columns, draft.asked, draft.entities, draft.windows, draft.compare)
    if r is None or r.counter not in ROWS or len(draft.measures) != 1 or any(told):
        return None
    measure = draft.measures[0]
    column = graph.column_of(measure.metric) if isinstance(measure, MetricRef) else None
    if column is None or draft.having or draft.streak:
        return None
    table = graph.catalog.dimensions[column].table
    return replace(draft, measures=(), entities=(table,), rank_by=column)


def named_rows(draft: Draft, graph: Graph) -> str | None:
    """给我看看差评: a condition that has a name and nothing else asks for its rows."""
    if draft.entities or draft.columns or draft.asked or draft.groups or not draft.where:
        return None
    terms = [c for c in draft.where if isinstance(c, Term) and not c.negated]
    return graph.catalog.terms[terms[0].term].table if len(terms) == 1 else None


OFFERED = 4  # measures to choose from when a ranking or a change names none


def lacks_measure(draft: Draft) -> bool:
    """增长最快的渠道, 连续三个月下滑的品类, 广东排第几: of what?"""
    if any(w.kind is WindowKind.RANK for w in draft.windows):
        return True
    if draft.streak is not None and draft.streak.direction in ("up", "down"):
        return True
    r = draft.ranked
    changed = r is not None and (
        r.change is not None or r.hint == OFTEN or (r.quality and not r.comparative)
    )
    first = r is not None and r.explicit and r.descending is None and not r.hint
    if first and draft.each and draft.columns and not (draft.entities or draft.rank_by):
        return True  # 各省前三种X: by what?
    return (changed or draft.asserted != 0 or bool(draft.compare)) and bool(
        draft.columns or draft.asked or draft.groups or draft.form is Form.YES_NO
    )


def distribution(draft: Draft, graph: Graph) -> Draft | None:
    """订单金额的分布: rows counted by ranges of a number."""
    if Cue.DISTRIBUTION not in draft.cues and draft.bucket is None:
        return None
    grouped = [g.dimension for g in draft.groups if isinstance(g, By)]
    named = [*draft.columns, *grouped]
    if draft.bucket is not None and draft.bucket.dimension is not None:
        named.append(draft.bucket.dimension)
    if len(named) != 1:
        return None
    dimension = graph.catalog.dimensions[named[0]]
    counter = graph.counter_of(dimension.table)
    if set(draft.entities) - {dimension.table}:
        draft = replace(draft, penalty=draft.penalty + 0.5)  # something else is counted
    kept = tuple(g for g in draft.groups if g != By(dimension.name))
    group: Group = By(dimension.name)
    if dimension.kind is Kind.NUMBER and not dimension.order:
        group = replace(draft.bucket or ByBucket(), dimension=dimension.name)
    return replace(
        draft, measures=(counter,), groups=(*kept, group), columns=(), entities=(), bucket=None
    )


def bucket_column(draft: Draft, graph: Graph) -> Draft:
    """优惠金额每20块一个区间: the column that the metric sums is cut into ranges."""
    if draft.bucket is not None and draft.bucket.dimension is not None:
        return draft
    if any(graph.kind(c) is Kind.NUMBER for c in draft.columns):
        return draft
    if any(isinstance(g, By) and graph.kind(g.dimension) is Kind.NUMBER for g in draft.groups):
        return draft
    for measure in draft.measures:
        if not isinstance(measure, MetricRef):
            continue
        calc = graph.catalog.metrics[measure.metric].calc
        if not isinstance(calc, Aggregate):
            continue
        for d in graph.catalog.dimensions.values():
            if d.kind is Kind.NUMBER and d.expr.strip('"') == calc.expr:
                rest = tuple(m for m in draft.measures if m != measure)
                measures = rest or (graph.counter_of(d.table),)
                return replace(draft, measures=measures, columns=(*draft.columns, d.name))
    return draft


def primary_measure(draft: Draft, graph: Graph) -> Draft | None:
    """卖得最好的5个品牌: good or bad of what? The first metric of the model, and the answer says so."""
    r = draft.ranked
    if not graph.catalog.primary:
        return None
    good = r is not None and r.quality and r.hint == "sales"
    gap = Cue.GAP in draft.cues and (draft.values or draft.compare)
    if not (good or gap):
        return None
    rivals = r is not None and r.comparative and (draft.values or len(draft.periods) > 1)
    told = draft.columns or draft.asked or draft.entities or draft.groups
    if not (gap or rivals or told):
        return None
    name = graph.catalog.primary[0]
    label = graph.catalog.metrics[name].label
    said = (*draft.assumptions, f"没有说按什么比，按{label}")
    return replace(draft, measures=(MetricRef(name),), rank_by=None, assumptions=said)
