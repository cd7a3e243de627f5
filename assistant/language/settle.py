"""Draft → query: the roles that only the catalog can settle.

What is counted, what is grouped, which rows are listed. Everything here is a decision of the form
"said A, has B, therefore C"; each that a reader should know leaves an assumption."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from assistant.language.counting import (
    count_asked,
    counting,
    doers,
    grouped_by_condition,
    streak_of_people,
    streak_of_verbs,
    units_counted,
    where_done,
)
from assistant.language.detail import detail_query
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.implied import described_rows, implied_count, implied_thing, listed_thing
from assistant.language.meaning import Cue
from assistant.language.measured import Settled, conjunction, metric
from assistant.language.people import deeds_dated, joined_when, verb_conditions
from assistant.language.phrases import Asked
from assistant.language.spreads import (
    OFFERED,
    deed_spread,
    distribution,
    elsewhere,
    lacks_measure,
    named_rows,
    primary_measure,
    rows_behind,
    rows_topped,
    stated,
)
from semantic_layer.query import (
    AnalysisQuery,
    By,
    CatalogQuery,
    DetailQuery,
    Form,
    Members,
    MetricQuery,
    MetricRef,
    Op,
    Or,
    Scope,
    Term,
    Where,
    WindowKind,
)


def settle(draft: Draft, graph: Graph) -> Iterator[Settled]:
    """Every query that the draft may mean, likeliest first; nothing when it names no subject."""
    if draft.again is not None:
        return  # 去年同期 of what? Only the conversation knows
    if _each_of_a_range(draft):
        return  # neither an analysis nor a list is a number of each
    if draft.about:
        named = catalog_names(draft) if draft.about in ("definition", "values") else ()
        yield Settled(CatalogQuery(draft.about, named))
        return
    if draft.people:
        draft = deeds_measured(draft, graph)
    if draft.people and (draft.measures or draft.analysis not in (None, draft.people_of)):
        draft = among(draft, AnalysisQuery(draft.people_of or "", people=draft.people), graph)
    if draft.people and draft.crowds:
        return  # the people of several groups are nobody's list
    if draft.analysis or draft.people:
        scope = Scope(conjunction(draft.where), draft.periods)
        measure = draft.measures[0] if draft.measures else None
        by = tuple(g.dimension for g in draft.groups if isinstance(g, By))
        name = draft.analysis or draft.people_of or ""
        params = tuple((p.name, p.value) for p in draft.params if p.analysis == name)
        others = draft.measures[1:]
        yield Settled(
            AnalysisQuery(name, params, scope, by, measure, draft.people, draft.compare, others)
        )
        return
    if draft.params:
        return  # words of an analysis that nobody asks for
    yield from _asked(draft, graph)


def _each_of_a_range(draft: Draft) -> bool:
    """1分到5分各多少条: every value of a range is asked about, and nothing measures them."""
    ranges = any(isinstance(c, Where) and c.op is Op.BETWEEN for c in draft.where)
    apart = {Cue.RESPECTIVELY, Cue.EACH} & draft.cues
    measured = draft.measures or draft.bucket or count_asked(draft)
    return ranges and bool(apart) and not measured


def deeds_measured(draft: Draft, graph: Graph) -> Draft:
    """他们买了多少: of people who are known already, a deed asks for its amount and its number."""
    if draft.measures or len(draft.verbs) != 1 or not draft.cues & {Cue.HOW_MANY, Cue.HOW_MUCH}:
        return draft
    verb, wheres, periods = draft.verbs[0]
    if verb.negated:
        return draft
    names = dict.fromkeys((*graph.catalog.primary[:1], verb.names[0]))
    return replace(
        draft,
        verbs=(),
        measures=tuple(MetricRef(n) for n in names),
        where=(*draft.where, *wheres),
        periods=draft.periods or periods,
    )


def among(draft: Draft, group: AnalysisQuery, graph: Graph) -> Draft:
    """重要挽留客户上个月买了多少: the group of an analysis is whom the question is about."""
    key = graph.people_key()
    if key is None:
        return draft
    own = (p for p in draft.params if p.analysis == group.analysis)
    group = replace(group, params=group.params or tuple((p.name, p.value) for p in own))
    params = tuple(p for p in draft.params if p.analysis != group.analysis)
    also = (Members(key, AnalysisQuery(of, people=name)) for of, name in draft.crowds)
    members = tuple(dict.fromkeys((*also, Members(key, group))))
    where = (*draft.where, members[0] if len(members) == 1 else Or(members))
    entities = draft.entities
    if draft.ranked and not entities:
        entities = (graph.catalog.dimensions[key].table,)
    return replace(
        draft, where=where, people=None, people_of=None, crowds=(), params=params, entities=entities
    )


def catalog_names(draft: Draft) -> tuple[str, ...]:
    """The metrics and dimensions that a question about the model is about."""
    metrics = [x.metric for x in draft.measures if isinstance(x, MetricRef)]
    return tuple(dict.fromkeys((*metrics, *draft.columns)))


def _asked(draft: Draft, graph: Graph) -> Iterator[Settled]:
    """A question of figures or rows: the first of these ways that applies is the one that is meant."""
    ready = _with_deeds(draft, graph)
    if ready is None:
        return
    draft, counted = ready, count_asked(ready)
    if draft.streak is not None and Cue.WHICH_ONES in draft.cues:
        draft = listed_thing(draft, graph)
        if not (draft.entities or draft.columns or draft.groups or draft.asked):
            return  # which of what?
    many = Cue.HOW_MANY in draft.cues or (
        (Cue.COUNTED in draft.cues or draft.each)
        and not {Cue.LIST, Cue.DETAIL} & draft.cues
        and any(isinstance(c, Term) for c in draft.where)
    )
    if counted is None and not draft.measures and many:
        counted = implied_thing(draft, graph)
        if counted is not None and counted.tables[:1] != draft.entities[:1]:
            draft = replace(draft, entities=())
    plain = not (draft.having or draft.ranked or draft.streak or Cue.DISTRIBUTION in draft.cues)
    if counted is not None and draft.measures and plain:
        doing = doers(draft, counted, graph)
        if doing is not None:
            yield from metric(doing, graph)
            return
    if (people := streak_of_people(draft, graph)) is not None:
        yield from counting(replace(draft, measures=()), graph, people, draft.measures)
        return
    if draft.streak is not None and draft.verbs:
        deeds = {(MetricRef(n),) for v, _, _ in draft.verbs for n in v.names}
        if draft.measures and draft.measures not in deeds:
            return  # 连续两周未下单的老客: two things are measured
        if not draft.measures:
            draft = streak_of_verbs(draft, graph)
    if draft.streak is not None and draft.measures and counted is not None:
        yield from counting(replace(draft, measures=()), graph, counted, draft.measures)
        return
    rows = rows_behind(draft, graph) or rows_topped(draft, graph)
    if rows is not None and (query := detail_query(rows, graph)) is not None:
        yield Settled(query)
        return
    figures = _figures(draft, graph, counted)
    yield from _rows(draft, graph) if figures is None else figures


def _with_deeds(draft: Draft, graph: Graph) -> Draft | None:
    """The draft with its verbs made conditions or what is measured; None where a deed would be dropped."""
    joined = joined_when(draft, graph)
    draft = deeds_dated(draft, graph) if joined == draft else joined
    draft = deed_spread(where_done(draft, graph) or draft)
    members, measure, used = verb_conditions(draft, graph)
    if draft.verbs and draft.streak is None and not members and measure is None and stated(draft):
        return None  # whose doing? dropping it would change the question
    where = (*draft.where, *members)
    if isinstance(draft.inner, (MetricQuery, DetailQuery)) and draft.inner_dimension:
        where = (*where, Members(draft.inner_dimension, draft.inner))
    draft = replace(draft, where=where)
    if members:
        draft = replace(draft, penalty=draft.penalty + elsewhere(draft, members, graph))
    left = tuple(a for a in draft.asked if a not in used)
    if measure is not None and not draft.measures:
        return replace(draft, measures=(measure,), asked=left)
    return replace(draft, asked=left or draft.asked) if used else draft


def _figures(draft: Draft, graph: Graph, counted: Asked | None) -> Iterator[Settled] | None:
    """What is counted or measured; None where no figure is asked for."""
    measures = draft.measures
    many = Cue.HOW_MANY in draft.cues and not measures  # 过2万的月份一共几个
    units = next((a for a in draft.asked if a.grain and (many or a.form is Form.COUNT)), None)
    if units is not None and (draft.having or measures):
        return units_counted(draft, units, graph)
    if measures:
        return metric(draft, graph)
    if draft.having:
        return grouped_by_condition(draft, graph, counted)
    if counted is not None:
        return counting(draft, graph, counted)
    if (implied := implied_count(draft, graph)) is not None:
        return metric(replace(draft, measures=(implied,)), graph)
    if (spread := distribution(draft, graph)) is not None:
        return metric(spread, graph)
    if (primary := primary_measure(draft, graph)) is not None:
        return metric(primary, graph)
    if lacks_measure(draft) and graph.catalog.primary:
        offered = graph.catalog.primary[:OFFERED]
        drafts = (replace(draft, measures=(MetricRef(n),), rank_by=None) for n in offered)
        return chain.from_iterable(metric(each, graph) for each in drafts)
    return None


def _rows(draft: Draft, graph: Graph) -> Iterator[Settled]:
    """The listing that is asked for, if one is."""
    if (of := named_rows(draft, graph)) is not None:
        draft = replace(draft, entities=(of,))
    modelled = bool(graph.catalog.primary)
    if modelled and (draft.form is Form.LIST or any(isinstance(c, Members) for c in draft.where)):
        draft = described_rows(draft, graph)
    if not (modelled and draft.form is Form.YES_NO and draft.where):
        named = draft.columns or draft.asked or draft.entities or draft.groups
        ranked = any(w.kind is WindowKind.RANK for w in draft.windows)
        if ranked or (modelled and not named):
            return
        if (
            modelled
            and Cue.WHAT in draft.cues
            and not (draft.columns or draft.asked or draft.where)
        ):
            return  # 退货情况咋样: how a thing is going is no list of it
    query = detail_query(draft, graph)
    if query is not None:
        yield Settled(query)


__all__ = ["Settled", "settle"]
