"""Sets inside questions: 销售额前10的城市里，哪个客单价最低.

A boundary word (里, 中, 其中) with a rank or a condition on its left and a question on its right makes
the left half a set and the right half a question about that set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.language import meaning as m
from assistant.language.draft import Draft
from assistant.language.grammar import Mention
from assistant.language.graph import Graph
from assistant.language.keys import several
from assistant.language.phrases import (
    Asked,
)
from assistant.language.read import read
from assistant.language.scan import Resolve
from assistant.language.settle import settle
from assistant.language.times import TimeValue
from assistant.language.wholes import part_of_whole
from semantic_layer.catalog import Kind
from semantic_layer.query import (
    AnalysisQuery,
    And,
    By,
    Condition,
    DetailQuery,
    Form,
    Group,
    Members,
    MetricQuery,
    Op,
    Or,
    Query,
    Where,
)


def nested(mentions: Sequence[Mention], at: int, graph: Graph, resolve: Resolve) -> Draft | None:
    """The draft of the right half, inside the set that the left half describes."""
    closing = mentions[at].value is not m.Cue.WITHIN
    left = read(mentions[: at + 1] if closing else mentions[:at], graph, resolve)
    right = read(mentions[at + 1 :], graph, resolve)
    chosen = bool(left.having) or (left.ranked is not None and not left.ranked.quality)
    if not left.measures and right.measures and chosen:
        left = replace(left, measures=right.measures[:1])
    if not left.periods and isinstance(mentions[-1].value, TimeValue):
        left = replace(
            left, periods=right.periods
        )  # 前五的省里谁最低，上个月: of the whole question
    query = next((s.query for s in settle(_listing(left), graph)), None)
    if query is None:
        return None
    inner, dimension = as_set(query, graph)
    if inner is None or dimension is None:
        return None
    if isinstance(inner, MetricQuery):
        whole = part_of_whole(left, right, inner, dimension, graph)
        if whole is not None:
            return replace(whole, unused=_dropped(left, right, at))
    if right.having and not right.asked and not right.groups:
        if m.Cue.HOW_MANY in right.cues:
            right = replace(right, asked=(Asked(names=(dimension,), form=Form.COUNT),))
        else:
            right = replace(right, groups=(By(dimension),))
    right, groups = _told_apart(left, right, dimension, closing, graph)
    whole = replace(
        right,
        groups=groups,
        periods=right.periods or left.periods,
        where=tuple(dict.fromkeys((*left.where, *right.where))),
        cues=left.cues | right.cues,
        inner=inner,
        inner_dimension=dimension,
        unused=_dropped(left, right, at),
    )
    if isinstance(inner, AnalysisQuery):
        return whole
    return _apart(whole, left, inner, dimension, graph)


def _dropped(left: Draft, right: Draft, at: int) -> tuple[int, ...]:
    """What found no role on either side, by its place in the whole sentence."""
    return (*left.unused, *(i + at + 1 for i in right.unused))


def _told_apart(
    left: Draft, right: Draft, dimension: str, closing: bool, graph: Graph
) -> tuple[Draft, tuple[Group, ...]]:
    """What is asked inside the set, and by what it is grouped: each member, or the set as a whole."""
    asks = right.asked or right.groups or right.columns or (right.entities and right.ranked)
    pointing = bool({m.Cue.WHICH, m.Cue.PERSON} & right.cues) or (right.ranked is not None)
    groups = right.groups
    single = left.ranked is not None and left.ranked.n == 1
    keyed = (
        graph.kind(dimension) is Kind.KEY
    )  # the ratio of the thousand best buyers, not one by one
    apart = m.Cue.RESPECTIVELY in right.cues or not (single or (keyed and not right.groups))
    timed = all(not isinstance(g, By) for g in right.groups)
    if closing and timed and right.measures and m.Cue.TOTAL not in right.cues and apart:
        groups = (*right.groups, By(dimension))
    elif closing and right.ranked is not None and m.Cue.RESPECTIVELY in right.cues:
        thing = graph.member_of(right.entities[0]) if right.entities else None
        inside = (By(thing),) if thing and not (asks and right.columns) else ()
        groups = (By(dimension), *right.groups, *inside)
        right = replace(right, each=(dimension, *right.each))
    elif not asks and pointing and right.measures:
        groups = (By(dimension),)
    elif (
        right.ranked is not None
        and not right.measures
        and not right.entities
        and dimension not in _named(right)
    ):
        right = replace(right, columns=(dimension, *right.columns))
    elif not asks and pointing:
        right = replace(right, columns=(dimension,))
    return right, groups


def _named(draft: Draft) -> tuple[str, ...]:
    return (*draft.columns, *(n for a in draft.asked for n in a.names[:1]))


def _apart(
    whole: Draft, left: Draft, inner: MetricQuery | DetailQuery, dimension: str, graph: Graph
) -> Draft:
    """华东和华南销量前十的城市里，哪个最低: a ranking of each, and one answer for each."""
    if inner.top is None or whole.ranked is None:
        return whole
    listed = [
        c
        for c in left.where
        if isinstance(c, Where)
        and c.op is Op.IN
        and c.dimension != dimension
        and (
            m.Cue.RESPECTIVELY in whole.cues
            or any(v.both and v.options[0][0] == c.dimension for v in left.values)
        )
    ]
    if len(listed) != 1:
        return whole
    place = listed[0]
    each: list[Condition] = []
    for value in place.values:
        one = Where(place.dimension, Op.EQ, (value,))
        scope = replace(inner.scope, where=_swapped(inner.scope.where, place, one))
        each.append(And((one, Members(dimension, replace(inner, scope=scope)))))
    rest = tuple(c for c in whole.where if c != place)
    kept = tuple(g for g in whole.groups if g != By(place.dimension))
    said = whole.assumptions
    if m.Cue.RESPECTIVELY not in whole.cues:
        said = (*said, f"按{graph.catalog.dimensions[place.dimension].label}分别取")
    return replace(
        whole,
        groups=(By(place.dimension), *kept),
        each=(place.dimension,),
        where=(*rest, Or(tuple(each))),
        inner=None,
        inner_dimension=None,
        assumptions=said,
    )


def _swapped(where: Condition | None, old: Condition, new: Condition) -> Condition:
    """``where`` with ``new`` for its part ``old``."""
    if isinstance(where, And):
        return And(tuple(new if p == old else p for p in where.parts))
    return new if where in (old, None) else And((where, new))


def _listing(draft: Draft) -> Draft:
    return replace(draft, cues=draft.cues - {m.Cue.DETAIL})


def as_set(
    query: Query, graph: Graph
) -> tuple[MetricQuery | DetailQuery | AnalysisQuery | None, str | None]:
    """A query whose first column is one dimension, and that dimension."""
    if isinstance(query, AnalysisQuery) and query.people:
        return query, graph.people_key()
    if isinstance(query, MetricQuery):
        places = several(_conjuncts(query.scope.where))
        groups = [g for g in query.group_by if isinstance(g, By)]
        if len(groups) > 1:
            groups = [g for g in groups if g.dimension not in places]
        if len(groups) != 1:
            return None, None
        top = query.top and replace(query.top, per=())
        return replace(query, group_by=(groups[0],), top=top, rollup=None), groups[0].dimension
    if isinstance(query, DetailQuery):
        places = several(_conjuncts(query.scope.where))
        columns = [c for c in query.columns if graph.kind(c) is not Kind.NUMBER]
        columns = [c for c in columns if c not in places] or columns
        dimension = columns[0] if columns else graph.key_of(query.table)
        if dimension is None:
            return None, None
        top = query.top and replace(query.top, per=())
        return replace(query, columns=(dimension,), top=top), dimension
    return None, None


def _conjuncts(where: Condition | None) -> tuple[Condition, ...]:
    if where is None:
        return ()
    return where.parts if isinstance(where, And) else (where,)
