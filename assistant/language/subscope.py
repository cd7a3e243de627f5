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
from assistant.language.read import read
from assistant.language.scan import Resolve
from assistant.language.settle import settle
from assistant.language.times import PerGrain
from semantic_layer.catalog import Kind
from semantic_layer.query import By, DetailQuery, Form, Having, HavingChange, MetricQuery, Query

MEASURES = (m.MetricWord, m.Measured)
SELECTIVE = (m.Ranked, m.Threshold, m.Verb)


def boundary(mentions: Sequence[Mention]) -> int | None:
    """The place of the word that closes a set, or None."""
    for i, mention in enumerate(mentions):
        if mention.value is not m.Cue.WITHIN:
            continue
        left, right = mentions[:i], mentions[i + 1 :]
        if _selective(left) and _questioning(right):
            return i
    return _ranked_thing(mentions)


def _ranked_thing(mentions: Sequence[Mention]) -> int | None:
    """销售额前10的城市的客单价: a ranked thing with another measure after it closes the set."""
    for i, mention in enumerate(mentions):
        value = mention.value
        if not isinstance(value, m.Ranked) or value.comparative:
            continue
        measured = any(isinstance(x.value, MEASURES) for x in mentions[:i])
        for k in range(i + 1, min(i + 3, len(mentions))):
            if isinstance(mentions[k].value, (m.DimensionWord, m.TableWord)):
                rest = mentions[k + 1 :]
                asks = any(isinstance(x.value, MEASURES) for x in rest)
                ranks = any(isinstance(x.value, m.Ranked) for x in rest)
                each = any(isinstance(x.value, m.Grouping) for x in mentions[:i])
                shown = any(isinstance(x.value, (m.Grouping, PerGrain, m.FormCue)) for x in rest)
                implied = value.explicit and value.n > 1 and shown
                if (measured or implied) and asks and not ranks and not each:
                    return k
                break
    return None


def _selective(mentions: Sequence[Mention]) -> bool:
    for x in mentions:
        if isinstance(x.value, SELECTIVE) and not getattr(x.value, "comparative", False):
            return True
        if isinstance(x.value, m.Condition_) and isinstance(x.value.options[0], (Having, HavingChange)):
            return True
    return False


def _questioning(mentions: Sequence[Mention]) -> bool:
    kinds = (m.MetricWord, m.Measured, m.Ranked, m.Asked, m.DimensionWord, m.WindowCue, m.Condition_)
    return any(isinstance(x.value, kinds) for x in mentions)


def nested(
    mentions: Sequence[Mention], at: int, graph: Graph, resolve: Resolve
) -> Draft | None:
    """The draft of the right half, inside the set that the left half describes."""
    closing = mentions[at].value is not m.Cue.WITHIN
    left = read(mentions[: at + 1] if closing else mentions[:at], graph, resolve)
    right = read(mentions[at + 1 :], graph, resolve)
    if not left.measures and right.measures and left.ranked is not None and not left.ranked.quality:
        left = replace(left, measures=right.measures[:1])
    query = next((s.query for s in settle(_listing(left), graph)), None)
    if query is None:
        return None
    inner, dimension = as_set(query, graph)
    if inner is None or dimension is None:
        return None
    if right.having and not right.asked and not right.groups:
        if m.Cue.HOW_MANY in right.cues:
            right = replace(right, asked=(m.Asked(names=(dimension,), form=Form.COUNT),))
        else:
            right = replace(right, groups=(By(dimension),))
    asks = right.asked or right.groups or right.columns or (right.entities and right.ranked)
    pointing = bool({m.Cue.WHICH, m.Cue.PERSON} & right.cues) or (right.ranked is not None)
    groups = right.groups
    single = left.ranked is not None and left.ranked.n == 1
    apart = m.Cue.RESPECTIVELY in right.cues or not single
    timed = all(not isinstance(g, By) for g in right.groups)
    if closing and timed and right.measures and m.Cue.TOTAL not in right.cues and apart:
        groups = (*right.groups, By(dimension))
    elif not asks and pointing and right.measures:
        groups = (By(dimension),)
    elif not asks and pointing:
        right = replace(right, columns=(dimension,))
    return replace(
        right,
        groups=groups,
        periods=right.periods or left.periods,
        where=tuple(dict.fromkeys((*left.where, *right.where))),
        cues=left.cues | right.cues,
        inner=inner,
        inner_dimension=dimension,
    )


def _listing(draft: Draft) -> Draft:
    return replace(draft, cues=draft.cues - {m.Cue.DETAIL})


def as_set(query: Query, graph: Graph) -> tuple[MetricQuery | DetailQuery | None, str | None]:
    """A query whose first column is one dimension, and that dimension."""
    if isinstance(query, MetricQuery):
        groups = [g for g in query.group_by if isinstance(g, By)]
        if len(groups) != 1:
            return None, None
        return replace(query, group_by=(groups[0],), rollup=None), groups[0].dimension
    if isinstance(query, DetailQuery):
        columns = [c for c in query.columns if graph.kind(c) is not Kind.NUMBER]
        dimension = columns[0] if columns else graph.key_of(query.table)
        if dimension is None:
            return None, None
        return replace(query, columns=(dimension,)), dimension
    return None, None
