"""Sets held against everything: 销售额前10的商品占总销售额多少.

A set is a filter everywhere else. In a share it must not be: the whole would then be the set itself, and
its members would always add up to one hundred per cent.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.language.draft import Draft
from assistant.language.graph import Graph
from assistant.language.meaning import Cue
from semantic_layer.catalog import Aggregate
from semantic_layer.query import (
    Agg,
    By,
    Measure,
    MetricQuery,
    MetricRef,
    Rollup,
    Window,
    WindowKind,
)

SUMMED = (Agg.SUM, Agg.COUNT)


def part_of_whole(
    left: Draft, right: Draft, inner: MetricQuery, dimension: str, graph: Graph
) -> Draft | None:
    """The share of the set that ``left`` describes, among all members; None where ``right`` asks
    anything else. One number where its parts can be summed, else each member's share."""
    told = (right.groups, right.asked, right.ranked, right.having, right.verbs, right.where)
    shares = any(w.kind is WindowKind.SHARE for w in right.windows)
    shares = shares or Cue.CONTRIBUTES in right.cues
    if not shares or any(told) or right.compare or inner.top is None or inner.having:
        return None
    elsewhere = inner.scope.periods and right.periods and inner.scope.periods != right.periods
    if elsewhere or right.columns not in ((), (dimension,)):
        return None
    measure = right.measures[0] if right.measures else inner.measures[0]
    ranked_by = inner.top.by or inner.measures[0]
    each = Cue.RESPECTIVELY in right.cues or not _summable(measure, graph)
    return replace(
        left,
        measures=(measure,),
        windows=right.windows or (Window(WindowKind.SHARE),),
        groups=(By(dimension),),
        asked=(),
        entities=(),
        columns=(),
        rank_by=None if ranked_by == measure else ranked_by,
        periods=left.periods or right.periods,
        cues=(left.cues | right.cues) - {Cue.HOW_MANY, Cue.DETAIL},
        form=None,
        rollup=None if each else Rollup(Agg.SUM),
    )


def contributed(draft: Draft, graph: Graph) -> Draft:
    """前20%的客户贡献了多少销售额: what the first ones make up together, and its share."""
    r = draft.ranked
    if Cue.CONTRIBUTES not in draft.cues or r is None or len(draft.measures) != 1:
        return draft
    if any(w.kind is WindowKind.CUMULATIVE_SHARE for w in draft.windows):
        return draft  # 二八: how the share grows is what is asked for
    several = r.fraction is not None or (r.explicit and r.n > 1)
    apart = Cue.RESPECTIVELY in draft.cues or draft.groups or draft.each or r.both or r.change
    if not several or apart or draft.compare or not _summable(draft.measures[0], graph):
        return draft
    shares = tuple(w for w in draft.windows if w.kind is not WindowKind.SHARE)
    windows = (*shares, Window(WindowKind.SHARE))
    cues = draft.cues - {Cue.HOW_MANY}
    return replace(draft, windows=windows, rollup=Rollup(Agg.SUM), form=None, cues=cues)


def _summable(measure: Measure, graph: Graph) -> bool:
    """May the values of members be added up: no ratio, and nobody counted twice?"""
    if not isinstance(measure, MetricRef) or measure.metric not in graph.catalog.metrics:
        return False
    calc = graph.catalog.metrics[measure.metric].calc
    return isinstance(calc, Aggregate) and calc.agg in SUMMED
