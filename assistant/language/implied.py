"""What is counted where nobody said it: the thing described, its rows, those who did it.

Knows drafts and the catalog, no words."""

from __future__ import annotations

from dataclasses import replace

from assistant.language.detail import dimensions_of
from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import OFTEN, Cue
from assistant.language.phrases import Asked
from semantic_layer.catalog import Aggregate
from semantic_layer.query import (
    Agg,
    By,
    Condition,
    Form,
    Measure,
    Members,
    MetricRef,
    Op,
    Term,
    Where,
    WindowKind,
)


def implied_thing(draft: Draft, graph: Graph) -> Asked | None:
    """店名里有火车站的一共几家, 运费超20的单子昨天几个: rows of what is described. 订单明细有多少行: of what
    the lines are that the condition is about."""
    if draft.asked or draft.having or any(map(graph.numeric, draft.columns)):
        return None
    tested = dimensions_of(draft.where)
    if draft.entities:
        homes = {graph.catalog.dimensions[d].table for d in tested} - set(draft.entities)
        finer = [t for t in homes if graph.reaches(t, draft.entities[0])]
        listed = Cue.DETAIL in draft.cues and len(finer) == len(homes) == 1
        return Asked(tables=tuple(finer) if listed else draft.entities[:1], form=Form.COUNT)
    if any(_alone(c, graph) for c in draft.where):
        return None  # 儿科看了多少: there is one of it, whatever is asked
    terms = [c.term for c in draft.where if isinstance(c, Term)]
    if terms and not draft.columns:
        return Asked(tables=(graph.catalog.terms[terms[0]].table,), form=Form.COUNT)
    if tested and not draft.columns and not draft.groups:
        return Asked(tables=(graph.catalog.dimensions[tested[0]].table,), form=Form.COUNT)
    return None


def listed_thing(draft: Draft, graph: Graph) -> Draft:
    """直营店里有哪些连着10天没出单: the rows that the only filter describes, where no thing is named."""
    if draft.entities or draft.columns or draft.groups or draft.asked:
        return draft
    homes = {graph.catalog.dimensions[d].table for d in dimensions_of(draft.where)}
    member = graph.member_of(homes.pop()) if len(homes) == 1 else None
    return replace(draft, groups=(By(member),)) if member else draft


def described_rows(draft: Draft, graph: Graph) -> Draft:
    """标价500以上的口红列一下: the rows of the one table that every condition describes."""
    if draft.entities or draft.columns or draft.groups or draft.asked:
        return draft
    homes = {graph.catalog.dimensions[d].table for d in dimensions_of(draft.where)}
    named = len(homes) == 1 and graph.member_of(min(homes))
    return replace(draft, entities=(homes.pop(),)) if named else draft


def _alone(condition: Condition, graph: Graph) -> bool:
    """Does the condition name one row of a table?"""
    if not isinstance(condition, Where) or condition.op is not Op.EQ:
        return False
    table = graph.catalog.dimensions[condition.dimension].table
    return condition.dimension in (graph.key_of(table), graph.member_of(table))


def doing_counter(draft: Draft, table: str, graph: Graph) -> Measure | None:
    """口腔科初诊患者有多少: told by what they did, they are counted where they did it."""
    key, tested = graph.key_of(table), dimensions_of(draft.where)
    tested += [g.dimension for g in draft.groups if isinstance(g, By)]
    homes = [graph.catalog.dimensions[d].table for d in tested]
    far = [t for t in homes if not graph.reaches(table, t)]
    if key is None or not far or any(isinstance(c, Members) for c in draft.where):
        return None
    column = graph.catalog.dimensions[key].expr.strip('"')
    first = graph.catalog.primary
    names = sorted(graph.catalog.metrics, key=lambda n: first.index(n) if n in first else 99)
    for name in names:
        calc = graph.catalog.metrics[name].calc
        if not isinstance(calc, Aggregate) or calc.agg is not Agg.COUNT_DISTINCT:
            continue
        if calc.expr == column and all(graph.reaches(calc.table, t) for t in homes):
            return MetricRef(name)
    return None


def _homes(draft: Draft, graph: Graph) -> list[str]:
    """The tables that the condition whose share is asked for is about."""
    alone = draft.where if len(draft.where) == 1 and isinstance(draft.where[0], Term) else ()
    parts = alone if draft.part is None else (draft.part,)
    terms = [graph.catalog.terms[c.term].table for c in parts if isinstance(c, Term)]
    return [*terms, *(graph.catalog.dimensions[d].table for d in dimensions_of(parts))]


def _rows_of(draft: Draft, graph: Graph) -> Measure | None:
    """最常见的三种诊断: the rows of the table that keeps it, where each of them happened once."""
    names = [g.dimension for g in draft.groups if isinstance(g, By)]
    names += [n for a in draft.asked for n in a.names] + [*draft.columns]
    if not names:
        return None
    table = graph.catalog.dimensions[names[-1]].table
    happens = graph.catalog.tables[table].time is not None
    return graph.counter_of(table) if happens else None


def implied_count(draft: Draft, graph: Graph) -> Measure | None:
    """哪个歌手的演唱会最多: the things counted are named, the count is not."""
    r = draft.ranked
    named = draft.entities
    if r is None and any(w.kind is WindowKind.SHARE for w in draft.windows):
        tables = [*named, *_homes(draft, graph)]
        return (
            (doing_counter(draft, tables[0], graph) or graph.counter_of(tables[0]))
            if tables
            else None
        )
    if r is not None and r.hint == OFTEN and draft.rank_by is None:
        return _rows_of(draft, graph)
    if r is None or draft.rank_by is not None or r.hint or r.quality or r.change:
        return None
    terms = [c.term for c in draft.where if isinstance(c, Term) and not c.negated]
    if len(terms) == 1 and not r.comparative:  # 差评最多的三个商品
        return graph.counter_of(graph.catalog.terms[terms[0]].table)
    which = any(a.names or a.tables or a.grain for a in draft.asked) or bool(draft.groups)
    if which and named:
        return graph.counter_of(named[0])
    return None
