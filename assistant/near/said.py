"""What of a refused sentence was understood, as words that another question can repeat.

Taken in the person's own words where they stand in the sentence (上季度 rather than its dates), else
as the catalog says them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

from analytics.contract import Analysis
from assistant.answer.next_questions import when_words, where_words
from assistant.language.grammar import Mention
from assistant.language.meaning import MetricWord
from assistant.language.parse import Parse, Reading
from assistant.language.phrases import Measured, Values
from assistant.language.times import TimeValue
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.measures import conjuncts
from semantic_layer.query import (
    AnalysisQuery,
    And,
    By,
    CompareKind,
    Condition,
    DetailQuery,
    Measure,
    MetricQuery,
    MetricRef,
    Op,
    Scope,
    Where,
)

TIMES = get_args(TimeValue)
EVERYTHING = Scope()
COMPARED = {CompareKind.YEAR_OVER_YEAR: "同比", CompareKind.PREVIOUS_PERIOD: "环比"}
NAMING = (MetricWord, Measured)


@dataclass(frozen=True, slots=True)
class Said:
    """``when``, ``where`` and ``metrics`` are words; ``scope`` and ``measures`` what they stand for.

    ``named``: was a metric said by its name, or only a thing that can be counted?
    """

    when: str = ""
    where: str = ""
    metrics: tuple[str, ...] = ()
    scope: Scope = EVERYTHING
    measures: tuple[MetricRef, ...] = ()
    named: bool = False
    dimensions: tuple[str, ...] = ()
    analysis: str = ""
    compared: str = ""  # 同比 or 环比
    rest: str = ""  # the sentence without the words above: how it is asked


def said(parse: Parse, reading: Reading, catalog: Catalog) -> Said:
    """The pieces of the best reading, whether or not a query came of it."""
    query, draft = reading.query, reading.draft
    if isinstance(query, MetricQuery | DetailQuery | AnalysisQuery):
        scope = query.scope
    else:
        scope = Scope(_all(draft.where), draft.periods)
    if any(isinstance(m.value, Values) and _guessed(m) for m in reading.mentions):
        scope = replace(scope, where=None)  # a value that nobody wrote is no condition to repeat
    measures = tuple(m for m in _measures(reading) if isinstance(m, MetricRef) and not m.where)
    known = tuple(m for m in measures if m.metric in catalog.metrics)
    groups = query.group_by if isinstance(query, MetricQuery) else draft.groups
    asked = (n for a in draft.asked for n in a.names)
    dimensions = (*(g.dimension for g in groups if isinstance(g, By)), *draft.columns, *asked)
    plain = tuple(c for c in conjuncts(scope.where) if _sayable(c))
    scope = replace(scope, where=_all(plain))
    shown = MetricQuery((), scope=scope)
    usable = (d for d in dimensions if d in catalog.dimensions)
    when = _spoken(parse, reading, TIMES, len(scope.periods)) or when_words(shown, catalog)
    where = _spoken(parse, reading, (Values,), len(plain)) or where_words(shown, catalog)
    kinds = (c.kind for c in (*getattr(query, "compare", ()), *draft.compare))
    return Said(
        when,
        where,
        tuple(catalog.metrics[m.metric].label for m in known),
        replace(scope, periods=scope.periods if when else ()),
        known,
        any(isinstance(m.value, NAMING) and not _guessed(m) for m in reading.mentions),
        tuple(dict.fromkeys(d for d in usable if not catalog.dimensions[d].sensitive)),
        query.analysis if isinstance(query, AnalysisQuery) else draft.analysis or "",
        next((COMPARED[k] for k in kinds if k in COMPARED), ""),
        _rest(parse, reading),
    )


def understood(told: Said, catalog: Catalog, analyses: Mapping[str, Analysis]) -> tuple[str, ...]:
    """The same for the eye: 上个月, 华东, 按渠道, 销售额. What was only guessed is not among it."""
    cuts = (catalog.dimensions[d] for d in told.dimensions)
    by = (f"按{d.label}" for d in cuts if d.kind in (Kind.TEXT, Kind.BOOL))
    method = analyses[told.analysis].title if told.analysis in analyses else ""
    parts = (told.when, told.where, *by, *(told.metrics if told.named else ()), method)
    return tuple(part for part in parts if part)


def lies_ahead(scope: Scope, until: date | None) -> bool:
    """Is it about days only that come after ``until``, the last day with data?"""
    starts = [p.start for p in scope.periods]
    if not starts or until is None:
        return False
    return all(s is not None and s.toordinal() > until.toordinal() for s in starts)


def _measures(reading: Reading) -> tuple[Measure, ...]:
    match reading.query:
        case MetricQuery(measures=measures):
            return measures
        case AnalysisQuery(measure=measure, others=others):
            return (*((measure,) if measure is not None else ()), *others)
        case _:
            return reading.draft.measures


def _all(parts: tuple[Condition, ...]) -> Condition | None:
    return parts[0] if len(parts) == 1 else And(parts) if parts else None


def _sayable(condition: Condition) -> bool:
    """Values can simply be named; anything longer is left out."""
    match condition:
        case Where(op=Op.EQ | Op.IN, values=values):
            return all(isinstance(v, str) for v in values)
        case _:
            return False


def _spoken(parse: Parse, reading: Reading, kinds: tuple[type, ...], wanted: int) -> str:
    """The words of the mentions of these kinds, where there are as many as what they stand for."""
    own = [m for m in reading.mentions if isinstance(m.value, kinds) and not _guessed(m)]
    plain = not any(getattr(m.value, "negated", False) for m in own)
    words = [parse.text.said(m.start, m.end).strip("，, ") for m in own]
    return "".join(words) if len(own) == wanted and plain else ""


def _rest(parse: Parse, reading: Reading) -> str:
    """Values, times and metrics leave a gap: they are the same whatever is done with them."""
    text = list(parse.text.text)
    for m in reading.mentions:
        if isinstance(m.value, (Values, MetricWord, *TIMES)) and not _guessed(m):
            text[m.start : m.end] = "|" * (m.end - m.start)
    return "".join(text)


def _guessed(mention: Mention) -> bool:
    """Does it rest on a name that was corrected?"""
    return mention.rule.startswith("fuzzy") or any(_guessed(c) for c in mention.children)


__all__ = ["Said", "lies_ahead", "said", "understood"]
