"""Draft → query: the roles that only the catalog can settle.

What is counted, what is grouped, which rows are listed. Everything here is a decision of the form
"said A, has B, therefore C"; each that a reader should know leaves an assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.language.detail import detail_query, dimensions_of
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.grouping import groups_for, measure_groups
from assistant.language.keys import pinned, unit_of
from assistant.language.meaning import Cue
from assistant.language.people import distinct_counter, joined_when, verb_conditions
from assistant.language.phrases import Asked
from assistant.language.ranking import order_for, top_for
from semantic_layer.catalog import Aggregate, Kind
from semantic_layer.query import (
    Agg,
    AnalysisQuery,
    And,
    Benchmark,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    CatalogQuery,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    Contrast,
    Form,
    Grain,
    Group,
    Having,
    HavingChange,
    Measure,
    Members,
    MetricQuery,
    MetricRef,
    Op,
    Or,
    PerUnit,
    Query,
    Ref,
    Rollup,
    Scope,
    Where,
    Window,
    WindowKind,
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A query, what was assumed on the way, and what that costs the reading."""

    query: Query
    assumptions: tuple[str, ...] = ()
    penalty: float = 0.0


def settle(draft: Draft, graph: Graph) -> Iterator[Settled]:
    """Every query that the draft may mean, likeliest first; nothing when it names no subject."""
    if draft.about:
        named = catalog_names(draft) if draft.about in ("definition", "values") else ()
        yield Settled(CatalogQuery(draft.about, named))
        return
    if draft.analysis:
        scope = Scope(conjunction(draft.where), draft.periods)
        measure = draft.measures[0] if draft.measures else None
        by = tuple(g.dimension for g in draft.groups if isinstance(g, By))
        params = tuple((p.name, p.value) for p in draft.params if p.analysis == draft.analysis)
        yield Settled(AnalysisQuery(draft.analysis, params, scope, by, measure, draft.people))
        return
    if draft.params:
        return  # words of an analysis that nobody asks for
    yield from _asked(draft, graph)


def catalog_names(draft: Draft) -> tuple[str, ...]:
    """The metrics and dimensions that a question about the model is about."""
    metrics = [x.metric for x in draft.measures if isinstance(x, MetricRef)]
    return tuple(dict.fromkeys((*metrics, *draft.columns)))


def conjunction(parts: tuple[Condition, ...]) -> Condition | None:
    kept = tuple(dict.fromkeys(parts))
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else And(kept)


def _elsewhere(draft: Draft, members: tuple[Condition, ...], graph: Graph) -> float:
    """买过A没买过B的用户数 counts users, not buyers or visitors: a word for several counts takes the entity's."""
    homes = {graph.catalog.dimensions[c.dimension].table for c in members if isinstance(c, Members)}
    tables = {t for x in draft.measures for t in graph.tables_of(x)}
    return 0.2 if tables and not tables & homes else 0.0


def _stated(draft: Draft) -> bool:
    return any(v.negated or wheres or periods for v, wheres, periods in draft.verbs)


def _keyed(draft: Draft, graph: Graph) -> Draft:
    """店均: an entity as a unit is its key."""

    def key(measure: Measure) -> Measure:
        if isinstance(measure, PerUnit) and measure.unit.startswith("@"):
            name = graph.key_of(measure.unit[1:]) or graph.member_of(measure.unit[1:])
            return replace(measure, unit=name or measure.unit)
        return measure

    return replace(draft, measures=tuple(map(key, draft.measures)))


def _spread(draft: Draft, graph: Graph) -> Draft:
    """各门店销售额的分布: members of an entity counted by ranges of their measure."""
    if Cue.DISTRIBUTION not in draft.cues or len(draft.measures) != 1 or draft.windows:
        return draft
    dims = [g.dimension for g in draft.groups if isinstance(g, By)]
    tables = [*draft.entities, *(graph.catalog.dimensions[d].table for d in dims)]
    keyed = [t for t in tables if (k := graph.key_of(t)) and graph.kind(k) is Kind.KEY]
    if not keyed or any(graph.member_of(keyed[0]) != d for d in dims):
        return draft
    bucket = ByBucket(measure=draft.measures[0], per=graph.key_of(keyed[0]))
    return replace(draft, measures=(_members_counter(draft.measures[0], keyed[0], graph),), groups=(bucket,), entities=())


def _members_counter(measure: Measure, table: str, graph: Graph) -> Measure:
    """Who has the measure at all: its own distinct count of the key, else the rows of the table."""
    key = graph.key_of(table)
    if key and isinstance(measure, MetricRef) and (own := distinct_counter(graph, measure.metric, key)):
        return own
    return graph.counter_of(table)


def _asked(draft: Draft, graph: Graph) -> Iterator[Settled]:
    draft = joined_when(draft, graph)
    members, measure, used = verb_conditions(draft, graph)
    if draft.verbs and draft.streak is None and not members and measure is None and _stated(draft):
        return  # whose doing? dropping it would change the question
    where = (*draft.where, *members)
    if draft.inner is not None and draft.inner_dimension:
        where = (*where, Members(draft.inner_dimension, draft.inner))
    draft = replace(draft, where=where)
    if members:
        draft = replace(draft, penalty=draft.penalty + _elsewhere(draft, members, graph))
    if measure is not None and not draft.measures:
        draft = replace(draft, measures=(measure,), asked=tuple(a for a in draft.asked if a not in used))
    elif used:
        draft = replace(draft, asked=tuple(a for a in draft.asked if a not in used) or draft.asked)
    measures = draft.measures
    counted = _count_asked(draft)
    if counted is None and not measures and Cue.HOW_MANY in draft.cues:
        counted = _implied_thing(draft, graph)
    if counted is not None and measures and Cue.DISTRIBUTION not in draft.cues and not (draft.having or draft.ranked or draft.streak):
        doing = _doers(draft, counted, graph)
        if doing is not None:
            yield from _metric(doing, graph)
            return
    if draft.streak is not None and measures and draft.verbs:
        if not any(measures == (MetricRef(n),) for v, _, _ in draft.verbs for n in v.names):
            return  # 连续两周未下单的老客: two things are measured
    if draft.streak is not None and not measures and draft.verbs:
        draft = _streak_of_verbs(draft, graph)
        measures = draft.measures
    if draft.streak is not None and measures and counted is not None:
        yield from _counting(replace(draft, measures=()), graph, counted, measures)
        return
    if (rows := _rows_behind(draft, graph)) is not None:
        query = detail_query(rows, graph)
        if query is not None:
            yield Settled(query)
            return
    counted_units = next((a for a in draft.asked if a.form is Form.COUNT and a.grain), None)
    if counted_units is not None and counted_units.grain and (draft.having or measures):
        yield from _counted_units(draft, counted_units, graph)
        return
    if draft.having and not measures:
        yield from _grouped_by_condition(draft, graph, counted)
        return
    if not measures and counted is not None:
        yield from _counting(draft, graph, counted)
        return
    if not measures and (implied := _implied_count(draft, graph)) is not None:
        yield from _metric(replace(draft, measures=(implied,)), graph)
        return
    if measures:
        yield from _metric(draft, graph)
        return
    if (spread := _distribution(draft, graph)) is not None:
        yield from _metric(spread, graph)
        return
    if (primary := _primary(draft, graph)) is not None:
        yield from _metric(primary, graph)
        return
    if _lacks_measure(draft) and graph.catalog.primary:
        for name in graph.catalog.primary[:OFFERED]:
            yield from _metric(replace(draft, measures=(MetricRef(name),), rank_by=None), graph)
        return
    if graph.catalog.primary and draft.form is Form.YES_NO and draft.where:
        query = detail_query(draft, graph)
        if query is not None:
            yield Settled(query)
        return
    if graph.catalog.primary and not (draft.columns or draft.asked or draft.entities or draft.groups):
        return
    if any(w.kind is WindowKind.RANK for w in draft.windows):
        return
    query = detail_query(draft, graph)
    if query is not None:
        yield Settled(query)


def _rows_behind(draft: Draft, graph: Graph) -> Draft | None:
    """退款记录, 评论明细: the rows that a plain metric counts or sums."""
    if Cue.DETAIL not in draft.cues or len(draft.measures) != 1 or draft.groups or draft.asked:
        return None
    if draft.windows or draft.compare or draft.having or draft.streak:
        return None
    measure = draft.measures[0]
    if not isinstance(measure, MetricRef):
        return None
    calc = graph.catalog.metrics[measure.metric].calc
    if not isinstance(calc, Aggregate) or calc.where:
        return None
    return replace(draft, measures=(), entities=(*draft.entities, calc.table))


def _counted_units(draft: Draft, asked: Asked, graph: Graph) -> Iterator[Settled]:
    """有多少天销售额超过300万: units of time counted."""
    if asked.grain is None or not draft.having:
        return
    measures = tuple(x for h in draft.having for x in _measures_of(h))
    rest = tuple(a for a in draft.asked if a is not asked)
    target = replace(draft, asked=rest, groups=_with(draft.groups, ByTime(asked.grain)), measures=draft.measures or measures)
    for s in _metric(target, graph):
        if isinstance(s.query, MetricQuery):
            yield replace(s, query=replace(s.query, rollup=Rollup(Agg.COUNT), form=Form.COUNT))


def _streak_of_verbs(draft: Draft, graph: Graph) -> Draft:
    """连续三个月都下过单的用户"""
    verb = draft.verbs[0][0]
    tables = [t for t in draft.entities if graph.key_of(t)]
    key = graph.key_of(tables[0]) if tables else None
    groups = _with(draft.groups, By(key)) if key and not draft.asked else draft.groups
    return replace(draft, measures=(MetricRef(verb.names[0]),), groups=groups, verbs=())


def _implied_thing(draft: Draft, graph: Graph) -> Asked | None:
    """店名里有火车站的一共几家, 运费超20的单子昨天几个: rows of what is described."""
    if draft.asked or draft.having:
        return None
    if draft.entities:
        return Asked(tables=draft.entities[:1], form=Form.COUNT)
    tested = dimensions_of(draft.where)
    if tested and not draft.columns and not draft.groups:
        return Asked(tables=(graph.catalog.dimensions[tested[0]].table,), form=Form.COUNT)
    return None


def _doers(draft: Draft, counted: Asked, graph: Graph) -> Draft | None:
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


def _count_asked(draft: Draft) -> Asked | None:
    return next((a for a in draft.asked if a.form is Form.COUNT and not a.grain), None)


def _thing(asked: Asked, graph: Graph) -> str | None:
    """The dimension whose members are asked for."""
    if asked.names:
        return asked.names[0]
    return graph.member_of(asked.tables[0]) if asked.tables else None


def _grouped_by_condition(draft: Draft, graph: Graph, counted: Asked | None) -> Iterator[Settled]:
    """累计消费满1万的用户有哪些 / 有几个: the groups that satisfy a condition on a measure."""
    measures = tuple(dict.fromkeys(x for h in draft.having for x in _measures_of(h)))
    if any(isinstance(x, MetricRef) and not x.metric for x in measures):
        return
    target = replace(draft, measures=measures)
    if counted is None and {Cue.HOW_MANY, Cue.WHAT} & draft.cues:
        target = replace(target, penalty=target.penalty + 0.1)
    if counted is not None:
        thing = key_thing(counted, graph)
        if thing is None:
            return
        rows = _row_level(draft, thing, graph)
        if rows is not None:
            yield from _counting(rows, graph, counted)
            return
        own = graph.catalog.dimensions[thing].table
        if all(graph.tables_of(m) == (own,) for m in target.measures):
            target = replace(target, penalty=target.penalty + 0.5)  # a mean over one row
        rest = tuple(a for a in draft.asked if a is not counted)
        target = replace(target, asked=rest, groups=_with(target.groups, By(thing)), columns=tuple(c for c in target.columns if c != thing))
        for s in _metric(target, graph):
            if isinstance(s.query, MetricQuery):
                yield replace(s, query=replace(s.query, rollup=Rollup(Agg.COUNT), form=Form.COUNT))
        return
    yield from _metric(target, graph)


def _row_level(draft: Draft, key: str, graph: Graph) -> Draft | None:
    """优惠金额超过50元的订单: per order the sum is the column, so the test is one on rows."""
    table = graph.catalog.dimensions[key].table
    where = list(draft.where)
    for c in draft.having:
        if not isinstance(c, Having) or not isinstance(c.measure, MetricRef):
            return None
        column = graph.column_of(c.measure.metric, table)
        if column is None or graph.catalog.dimensions[column].table != table:
            return None
        if any(isinstance(v, Benchmark) for v in c.values):
            return None
        where.append(Where(column, c.op, tuple(v for v in c.values if not isinstance(v, Benchmark))))
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


def _counting(
    draft: Draft, graph: Graph, counted: Asked, measures: tuple[Measure, ...] = ()
) -> Iterator[Settled]:
    """多少个X: the metric that counts X, or distinct members of a dimension."""
    rest = tuple(a for a in draft.asked if a is not counted)
    if draft.streak is not None and counted.tables:
        thing = key_thing(counted, graph)
        if thing is not None:
            moving = measures or (graph.counter_of(counted.tables[0]),)
            target = replace(draft, asked=rest, groups=(By(thing),), measures=moving)
            for s in _metric(target, graph):
                if isinstance(s.query, MetricQuery):
                    yield replace(s, query=replace(s.query, rollup=Rollup(Agg.COUNT)))
            return
    measure: Measure
    entity = entity_of(counted, graph)
    if entity is not None:
        measure = graph.counter_of(entity)
        if isinstance(measure, ColumnAggregate) and graph.catalog.primary:
            draft = replace(draft, penalty=draft.penalty + 0.15)  # a metric of that name knows better
    elif counted.names and graph.numeric(counted.names[0]):
        query = detail_query(replace(draft, asked=rest, columns=(*draft.columns, counted.names[0])), graph)
        if query is not None:
            yield Settled(query)
        return
    elif counted.names:
        measure = ColumnAggregate(Agg.COUNT_DISTINCT, counted.names[0])
    else:
        return
    yield from _metric(replace(draft, measures=(measure,), asked=rest), graph)


def _implied_count(draft: Draft, graph: Graph) -> Measure | None:
    """哪个歌手的演唱会最多: the things counted are named, the count is not."""
    r = draft.ranked
    named = draft.entities
    if named and r is None and any(w.kind is WindowKind.SHARE for w in draft.windows):
        return graph.counter_of(named[0])
    if r is None or draft.rank_by is not None or r.hint or r.quality or r.change:
        return None
    which = any(a.names or a.tables or a.grain for a in draft.asked) or bool(draft.groups)
    if which and named:
        return graph.counter_of(named[0])
    return None


OFFERED = 4  # measures to choose from when a ranking or a change names none


def _lacks_measure(draft: Draft) -> bool:
    """增长最快的渠道, 连续三个月下滑的品类, 广东排第几: of what?"""
    if any(w.kind is WindowKind.RANK for w in draft.windows):
        return True
    if draft.streak is not None and draft.streak.direction in ("up", "down"):
        return True
    r = draft.ranked
    changed = r is not None and (r.change is not None or (r.quality and not r.comparative))
    return (changed or draft.asserted != 0 or bool(draft.compare)) and bool(
        draft.columns or draft.asked or draft.groups or draft.form is Form.YES_NO
    )


def _distribution(draft: Draft, graph: Graph) -> Draft | None:
    """订单金额的分布: rows counted by ranges of a number."""
    if Cue.DISTRIBUTION not in draft.cues and draft.bucket is None:
        return None
    grouped = [g.dimension for g in draft.groups if isinstance(g, By)]
    named = [c for c in (*draft.columns, *grouped)]
    if len(named) != 1:
        return None
    dimension = graph.catalog.dimensions[named[0]]
    counter = graph.counter_of(dimension.table)
    kept = tuple(g for g in draft.groups if g != By(dimension.name))
    group: Group = By(dimension.name)
    if dimension.kind is Kind.NUMBER and not dimension.order:
        group = replace(draft.bucket or ByBucket(), dimension=dimension.name)
    return replace(draft, measures=(counter,), groups=(*kept, group), columns=(), entities=(), bucket=None)


def _bucket_column(draft: Draft, graph: Graph) -> Draft:
    """优惠金额每20块一个区间: the column that the metric sums is cut into ranges."""
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


def _primary(draft: Draft, graph: Graph) -> Draft | None:
    """卖得最好的5个品牌: good or bad of what? The first metric of the model, and the answer says so."""
    r = draft.ranked
    if not graph.catalog.primary:
        return None
    good = r is not None and r.quality and r.hint == "sales"
    gap = Cue.GAP in draft.cues and (draft.values or draft.compare)
    if not (good or gap):
        return None
    if not gap and not (draft.columns or draft.asked or draft.entities or draft.groups):
        return None
    name = graph.catalog.primary[0]
    label = graph.catalog.metrics[name].label
    said = (*draft.assumptions, f"没有说按什么比，按{label}")
    return replace(draft, measures=(MetricRef(name),), rank_by=None, assumptions=said)


def _metric(draft: Draft, graph: Graph) -> Iterator[Settled]:
    """The query about measures that the draft describes."""
    draft = _spread(draft, graph)
    draft = _keyed(draft, graph)
    if draft.bucket is not None:
        draft = _bucket_column(draft, graph)
    if Cue.DISTRIBUTION in draft.cues and not (draft.groups or draft.columns or draft.asked):
        draft = replace(draft, penalty=draft.penalty + 0.5)  # the distribution of one number
    draft, keep = measure_groups(draft, graph)
    groups, penalty = groups_for(draft, graph)
    contrast = _contrast(draft, groups)
    if contrast is not None:
        draft = replace(draft, where=_without(draft.where, contrast.dimension))
        groups = tuple(g for g in groups if g != By(contrast.dimension))
    groups = _recorded(draft, graph, _trend(draft, groups))
    if len(draft.periods) > 1 and not any(isinstance(g, (ByTime, ByPeriod)) for g in groups):
        groups = (ByPeriod(), *groups)
    windows = _windows(draft, groups)
    having, claim = _conditions(draft, groups)
    for compare, said in _comparisons(draft):
        if draft.ranked and draft.ranked.explicit is False and draft.ranked.comparative and contrast:
            contrast = None
        top = top_for(draft, graph, groups, compare)
        if draft.ranked is not None and top is None and not contrast and not windows:
            return  # 排名前五 of nothing
        yield Settled(
            MetricQuery(
                measures=draft.measures,
                group_by=groups,
                scope=Scope(conjunction(draft.where), draft.periods, draft.time_dimension),
                compare=compare,
                contrast=contrast,
                having=conjunction(_filled(having, draft)),
                windows=windows,
                top=top if WindowKind.RANK not in {w.kind for w in windows} else None,
                order=order_for(draft, groups, compare),
                streak=draft.streak,
                keep=keep,
                claim=claim,
                form=draft.form or Form.VALUE,
            ),
            (*draft.assumptions, *said),
            penalty + draft.penalty,
        )


def _recorded(draft: Draft, graph: Graph, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Told apart by the units of time; members with one row per period say which, and no zero is made up."""
    timed = any(isinstance(g, (ByTime, ByPeriod)) for g in groups)
    pins = [pinned(draft.where, t, graph) for m in draft.measures for t in graph.tables_of(m)]
    fixed = pins[0] if pins and all(pins) else ()
    grain = unit_of(draft.periods)
    respectively = Cue.RESPECTIVELY in draft.cues and not groups and len(draft.measures) < 2
    if grain is not None and not timed and (fixed if len(draft.periods) > 1 else respectively):
        groups = (ByTime(grain), *groups)
        timed = True
    if not fixed or not timed or draft.ranked:
        return groups
    groups = tuple(replace(g, recorded=True) if isinstance(g, ByTime) else g for g in groups)
    return groups if any(isinstance(g, By) for g in groups) else (*groups, By(fixed[0]))


def _without(where: tuple[Condition, ...], dimension: str) -> tuple[Condition, ...]:
    """The filters but the one on ``dimension``: its two members are the contrast."""
    return tuple(c for c in where if not (isinstance(c, Where) and c.dimension == dimension))


def _filled(conditions: tuple[Condition, ...], draft: Draft) -> tuple[Condition, ...]:
    """Conditions whose measure was not said take the measure of the question."""
    out: list[Condition] = []
    for c in conditions:
        if isinstance(c, (Having, HavingChange)) and c.measure == MetricRef("") and draft.measures:
            c = replace(c, measure=draft.measures[0])
        out.append(c)
    return tuple(out)


def _conditions(
    draft: Draft, groups: tuple[Group, ...]
) -> tuple[tuple[Condition, ...], Condition | None]:
    """Conditions on measures filter groups; asked 是不是 of a single number they are a claim."""
    having = draft.having
    if draft.form is not Form.YES_NO or groups:
        return having, None
    if having:
        return (), conjunction(_filled(having, draft))
    if draft.asserted and draft.measures:
        comparison = draft.compare[0] if draft.compare else Comparison(CompareKind.PREVIOUS_PERIOD)
        op = Op.GT if draft.asserted > 0 else Op.LT
        return (), HavingChange(draft.measures[0], comparison, op, (0.0,), "difference")
    return having, None


def _contrast(draft: Draft, groups: tuple[Group, ...]) -> Contrast | None:
    """Two members side by side, when their difference is what is asked."""
    gap = bool({Cue.GAP} & draft.cues)
    for v in draft.values:
        dimension, items = v.options[0]
        if len(items) == 2 and not v.negated and (v.versus or gap) and not draft.ranked:
            if gap or v.versus:
                return Contrast(dimension, items[0], items[1], absolute=not v.versus)
    if gap and not draft.ranked and not draft.compare:
        for c in draft.where:
            if isinstance(c, Where) and c.op is Op.IN and len(c.values) == 2:
                left, right = c.values
                if not isinstance(left, Ref) and not isinstance(right, Ref):
                    return Contrast(c.dimension, left, right, absolute=True)
    return None


def _trend(draft: Draft, groups: tuple[Group, ...]) -> tuple[Group, ...]:
    if draft.form is Form.TREND and draft.compare:
        return groups  # 环比变化情况
    wants_time = draft.form is Form.TREND or any(
        w.kind in (WindowKind.CUMULATIVE, WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM)
        and (draft.form is Form.TREND or w.kind is not WindowKind.CUMULATIVE)
        for w in draft.windows
    )
    if wants_time and not any(isinstance(g, (ByTime, ByPeriod)) for g in groups):
        return (ByTime(draft.grain or natural_grain(draft)), *groups)
    return groups


def natural_grain(draft: Draft) -> Grain:
    """Days up to two months, weeks up to half a year when moving averages need points, else months."""
    days = 0
    for p in draft.periods:
        if p.start is None or p.end is None:
            return Grain.MONTH
        days += (p.end - p.start).days
    if not draft.periods:
        moving = any(w.kind in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM) for w in draft.windows)
        return Grain.DAY if moving else Grain.MONTH
    if days <= 2:
        return Grain.HOUR
    if any(w.kind in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM) for w in draft.windows):
        return Grain.DAY
    return Grain.DAY if days <= 62 else Grain.MONTH if days <= 1200 else Grain.YEAR


def _windows(draft: Draft, groups: tuple[Group, ...]) -> tuple[Window, ...]:
    out = []
    dims = tuple(g.dimension for g in groups if isinstance(g, By))
    has_time = any(isinstance(g, ByTime) for g in groups)
    for w in draft.windows:
        if w.kind is WindowKind.CUMULATIVE and not has_time:
            continue  # 今年累计销售额 is the plain total
        if w.kind in (WindowKind.SHARE, WindowKind.RANK, WindowKind.CUMULATIVE_SHARE) and not groups:
            continue
        within: tuple[str, ...] = ()
        if w.kind is WindowKind.SHARE and len(dims) > 1:
            inside = w.within or (Cue.WITHIN in draft.cues and len(draft.each) > 1)
            within = dims[:1] if inside else ()
        if w.within and w.within != ("*",):
            within = w.within
        out.append(replace(w, within=within))
    return tuple(dict.fromkeys(out))


def _comparisons(draft: Draft) -> Iterator[tuple[tuple[Comparison, ...], tuple[str, ...]]]:
    """The comparisons said; a change with no comparison named is read both ways."""
    if draft.form is Form.YES_NO and draft.asserted and not draft.having and not draft.compare:
        yield (Comparison(CompareKind.PREVIOUS_PERIOD),), ("没有说和什么比，和上一期比",)
        return
    wants = draft.change is not None or (draft.ranked is not None and draft.ranked.change is not None)
    if draft.compare:
        shown = draft.compare
        if draft.change == "difference":
            shown = tuple(replace(c, shows=("value", "difference", "rate")) for c in shown)
        yield shown, ()
        return
    if not wants or draft.streak or draft.form is Form.TREND or any(isinstance(h, HavingChange) for h in draft.having):
        yield (), ()
        return
    shows = ("value", "difference", "rate") if draft.change == "difference" else ("value", "rate")
    for kind in (CompareKind.PREVIOUS_PERIOD, CompareKind.YEAR_OVER_YEAR):
        yield (Comparison(kind, shows=shows),), ()






__all__ = ["Settled", "settle"]
