"""What part of a measure meets a condition: 四星以上的评论占比, 各院区自费患者的占比.

A share across groups needs nothing of this; here the condition itself is the numerator. Knows drafts
and the catalog, no words."""

from __future__ import annotations

from dataclasses import replace

from assistant.language.draft import Draft
from assistant.language.graph import Graph
from semantic_layer.catalog import Aggregate, Format, Kind
from semantic_layer.query import (
    Agg,
    By,
    Condition,
    Formula,
    Group,
    MetricRef,
    Op,
    Term,
    Where,
    WindowKind,
)

ADDITIVE = (Agg.COUNT, Agg.COUNT_DISTINCT, Agg.SUM)


def part_share(draft: Draft, graph: Graph) -> Draft:
    """The draft with its share turned into part over whole, where that is what was asked."""
    if not any(w.kind is WindowKind.SHARE for w in draft.windows) or len(draft.measures) != 1:
        return draft
    measure, part = draft.measures[0], _part(draft)
    if part is None or not isinstance(measure, MetricRef) or measure.where is not None:
        return draft
    calc = graph.catalog.metrics[measure.metric].calc
    if not isinstance(calc, Aggregate) or calc.agg not in ADDITIVE:
        return draft
    return replace(
        draft,
        measures=(Formula("/", MetricRef(measure.metric, part), measure),),
        where=tuple(c for c in draft.where if c != part),
        windows=tuple(w for w in draft.windows if w.kind is not WindowKind.SHARE),
    )


def share_of_nothing(draft: Draft, groups: tuple[Group, ...], graph: Graph) -> bool:
    """A share with no members to share between, of a measure that is no share itself."""
    if not any(w.kind is WindowKind.SHARE for w in draft.windows):
        return False
    if groups:
        keys = [g for g in groups if isinstance(g, By) and graph.kind(g.dimension) is Kind.KEY]
        return len(keys) == len(groups) and draft.ranked is None and not draft.each
    metrics = [graph.catalog.metrics[x.metric] for x in draft.measures if isinstance(x, MetricRef)]
    return len(metrics) < len(draft.measures) or any(
        m.format is not Format.PERCENT for m in metrics
    )


def _part(draft: Draft) -> Condition | None:
    """The condition whose part is asked for: the one said before the share, else the only one."""
    alone = not (draft.groups or draft.columns or draft.asked)
    grouped = {g.dimension for g in draft.groups if isinstance(g, By)}
    grouped |= {a.names[0] for a in draft.asked if a.names}
    if draft.part is not None and draft.part in draft.where:
        own = isinstance(draft.part, Where) and draft.part.dimension in grouped
        return None if own or (alone and _member(draft.part)) else draft.part
    only = draft.where[0] if alone and len(draft.where) == 1 else None
    return only if isinstance(only, (Where, Term)) and not _member(only) else None


def _member(condition: Condition) -> bool:
    """抖音占比: one row of the share by channel."""
    told = isinstance(condition, Where) and condition.op in (Op.EQ, Op.IN)
    return told and not isinstance(condition.values[0], bool)  # type: ignore[union-attr]
