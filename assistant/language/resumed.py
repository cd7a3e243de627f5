"""An analysis asked about what was just shown: 上个月华南的销售额 → 为什么 keeps metric, scope and period.

Only analyses that are about a metric go on this way; RFM after a figure is a question of its own.
"""

from __future__ import annotations

from dataclasses import replace

from analytics.contract import Analysis
from assistant.language.carried import carried_scope
from assistant.language.dialogue import Context
from assistant.language.draft import Draft
from assistant.language.meaning import Cue
from assistant.language.measured import conjunction
from semantic_layer.query import AnalysisQuery, Comparison, Measure, MetricQuery, Op, Where


def resumed(
    query: AnalysisQuery, said: Draft, analysis: Analysis, context: Context | None
) -> AnalysisQuery:
    """``query`` with what it leaves unsaid taken from the question before it.

    Without a metric of its own it is about the one shown; with one it keeps the scope only where it
    says nothing else (那客单价为什么跌了).
    """
    old = context.query if context else None
    if isinstance(old, MetricQuery) and not analysis.measured and "user" in analysis.needs:
        return _of_them(query, said, old)
    if (
        not analysis.measured
        or context is None
        or not isinstance(old, (MetricQuery, AnalysisQuery))
    ):
        return query
    measure, compare = _subject(old)
    if measure is None or (query.measure is not None and _anew(said)):
        return query
    scope = carried_scope(old.scope, said, Cue.ALSO in said.cues)
    if not analysis.compares:
        scope = replace(
            scope, periods=said.periods
        )  # what is shown ended, what is forecast didn't begin
    if (one := _the_one(old, context)) is not None and not said.where:
        kept = () if scope.where is None else (scope.where,)
        scope = replace(scope, where=conjunction((*kept, one)))
    return replace(
        query,
        measure=query.measure or measure,
        scope=scope,
        compare=query.compare or compare,
    )


def _of_them(query: AnalysisQuery, said: Draft, old: MetricQuery) -> AnalysisQuery:
    """他们里头谁快要不来了: those whom the figure was about, in its period too."""
    if Cue.IT not in said.cues or old.group_by or old.scope.where is None:
        return query
    return replace(query, scope=carried_scope(old.scope, said, Cue.ALSO in said.cues))


def _anew(said: Draft) -> bool:
    """Names a metric and says when or where: a question that stands alone."""
    return bool(said.periods or said.where) and Cue.THEN not in said.cues


def _subject(old: MetricQuery | AnalysisQuery) -> tuple[Measure | None, tuple[Comparison, ...]]:
    if isinstance(old, AnalysisQuery):
        return old.measure, old.compare
    return (old.measures[0] if old.measures else None), old.compare


def _the_one(old: MetricQuery | AnalysisQuery, context: Context) -> Where | None:
    """跌得最多的是哪个 showed one member: 为什么 is about that one."""
    if not isinstance(old, MetricQuery) or old.top is None or old.top.n != 1 or not context.shown:
        return None
    dimension, values = context.shown
    value = values[0] if len(values) == 1 else None
    return Where(dimension, Op.EQ, (value,)) if isinstance(value, (str, int, float)) else None
