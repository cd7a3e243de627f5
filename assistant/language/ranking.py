"""Ranks and sorts of a draft → ``Top`` and ``Order``."""

from __future__ import annotations

from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import SPEED
from semantic_layer.catalog import Direction
from semantic_layer.query import (
    By,
    ByTime,
    Comparison,
    Group,
    Measure,
    MetricRef,
    Order,
    Top,
)


def good_is_more(graph: Graph, measure: Measure | None) -> bool:
    """Is more of this measure good news? 最好的 needs to know."""
    if isinstance(measure, MetricRef) and measure.metric in graph.catalog.metrics:
        return graph.catalog.metrics[measure.metric].direction is not Direction.DOWN
    return True


LASTS = ("天", "日", "小时", "分钟", "秒", "周", "个月")


def _takes_time(graph: Graph, measure: Measure | None) -> bool:
    """周转最慢的商品: of turnover in days, the slowest has the most."""
    if not isinstance(measure, MetricRef) or measure.metric not in graph.catalog.metrics:
        return False
    return graph.catalog.metrics[measure.metric].unit in LASTS


def top_for(
    draft: Draft, graph: Graph, groups: tuple[Group, ...], compare: tuple[Comparison, ...]
) -> Top | None:
    """The first n rows of the groups; per enclosing group when one was said with 每 or 各."""
    r = draft.ranked
    if r is None or not groups:
        return None
    by = draft.rank_by if not isinstance(draft.rank_by, str) else None
    if by is not None and draft.measures and by == draft.measures[0]:
        by = None
    measure = by or (draft.measures[0] if draft.measures else None)
    descending = r.descending if r.descending is not None else True
    if r.quality and not good_is_more(graph, measure):
        descending = not descending
    if r.hint == SPEED and _takes_time(graph, measure):
        descending = not descending
    if r.change and compare:
        by = None
    return Top(
        n=r.n,
        descending=descending,
        by=by,
        per=_per(draft, groups),
        fraction=r.fraction,
        by_change=r.change if compare else None,
        ties=r.ties and not r.both,
        both=r.both,
        offset=r.offset,
    )


def _per(draft: Draft, groups: tuple[Group, ...]) -> tuple[str, ...]:
    """每个省销售额前三的城市: the group said with 每 encloses the one that is ranked."""
    if len(groups) < 2:
        return ()
    enclosing: list[str] = []
    for g in groups[:-1]:
        if isinstance(g, By):
            enclosing.append(g.dimension)
        elif isinstance(g, ByTime):
            enclosing.append(g.grain.value)
    if isinstance(groups[-1], ByTime) and draft.each:
        return tuple(g.dimension for g in groups if isinstance(g, By))
    return tuple(enclosing)


def order_for(
    draft: Draft, groups: tuple[Group, ...], compare: tuple[Comparison, ...]
) -> tuple[Order, ...]:
    if draft.sort is None or not groups:
        return ()
    by = draft.sort_by
    if isinstance(by, str):
        return (Order(by, descending=draft.sort),)
    place = draft.measures.index(by) if by in draft.measures else 0
    change = draft.change if compare and draft.change else None
    return (Order(None, place, draft.sort, change),)
