"""From a figure to the question why it moved: what the button 为什么 asks."""

from __future__ import annotations

from datetime import date

from assistant.analyse import ANALYSES
from assistant.reply import Answer
from semantic_layer.query import AnalysisQuery, CompareKind, MetricQuery

WHY = "why"


def why_query(answer: Answer) -> AnalysisQuery | None:
    """The analysis of the change of the answer's first measure; None where nothing changed in time."""
    query = answer.query
    if not isinstance(query, MetricQuery) or WHY not in ANALYSES or not query.measures:
        return None
    periods = query.scope.periods
    bounded = [p for p in periods if isinstance(p.start, date) and p.end is not None]
    if not bounded or len(bounded) != len(periods) or len(periods) > 2:
        return None
    if query.contrast or query.rollup or query.streak or query.windows:
        return None
    kinds = tuple(c for c in query.compare if c.kind is not CompareKind.PREVIOUS_PERIOD)
    return AnalysisQuery(WHY, scope=query.scope, measure=query.measures[0], compare=kinds[:1])
