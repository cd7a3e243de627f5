"""The parser of catalogs whose tables are small: questions look rows up, metrics are the exception."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from assistant.language import meaning as m
from assistant.language.calendar import resolve_all
from assistant.language.cover import covers
from assistant.language.detail import dimensions_of
from assistant.language.dialogue import Context
from assistant.language.draft import Draft
from assistant.language.grammar import recognise
from assistant.language.parse import Parse, Parser, Reading
from assistant.language.rows.build import Builder
from assistant.language.rows.choose import Places
from assistant.language.rows.follow import kept_from
from assistant.language.rows.listen import read_rows
from assistant.language.rows.soft import Soft
from assistant.language.rows.tokens import tokens_of
from assistant.language.rules import EVERYTHING
from assistant.language.text import normalise
from semantic_layer.catalog import Kind
from semantic_layer.query import DetailQuery, Period, Query

LONG = 500  # rows: more than anybody reads one by one
METRIC_ONLY = (m.CompareCue, m.ChangeCue, m.FormCue, m.PerCue, m.StreakCue, m.ChartCue)


@dataclass(slots=True)
class RowParser(Parser):
    """Falls back to the metric reading where comparisons, trends or charts are asked for."""

    places: Places = field(init=False)
    soft: Soft = field(init=False)
    builder: Builder = field(init=False)

    def __post_init__(self) -> None:
        Parser.__post_init__(self)
        catalog = self.graph.catalog
        self.places, self.soft = Places(catalog), Soft(catalog)
        self.builder = Builder(catalog, self.places)

    def parse(self, said: str, today: date | datetime, context: Context | None = None) -> Parse:
        text = normalise(said)
        seeds = self.lexicon.mentions(text.text)
        mentions = recognise(text.text, EVERYTHING, seeds)
        ways = covers(text.text, mentions, 1)
        if not ways:
            return Parser.parse(self, said, today, context)
        measuring = any(isinstance(x.value, METRIC_ONLY) for x in ways[0].mentions)
        measured = Parser.parse(self, said, today, context) if measuring else None
        if measured is not None and _clean(measured):
            return measured
        tokens = tokens_of(text.text, ways[0])
        values = [x for x in seeds if isinstance(x.value, m.ValueWord) and len(x) > 1]
        resolve = self._resolver(today)
        rows = read_rows(tokens, text.text, self.graph.catalog, self.soft, resolve, values)
        previous: Query | None = context.query if context is not None else None
        kept = kept_from(rows, previous, self.graph.catalog, self.places)
        query = None if rows.empty and previous is None else self.builder.build(rows, kept)
        if query is None or self._too_many(query):
            return measured or Parser.parse(self, said, today, context)
        unused = [text.said(a, b) for a, b in rows.unused if b - a > 1]
        note = (f"没有用到「{'、'.join(unused)}」",) if unused else ()
        reading = Reading(
            query, Draft(), ways[0].score, assumptions=note, mentions=ways[0].mentions
        )
        return Parse(text, (reading,))

    def _resolver(self, today: date | datetime) -> Callable[[Any], tuple[Period, ...]]:
        """Periods as said, whole; one after the last day with data is said in passing."""

        def resolve(value: Any) -> tuple[Period, ...]:
            found = resolve_all(value, today, calendar=self.calendar, partial=False)
            return tuple(p for p in found if self._covered(p))

        return resolve

    def _too_many(self, query: Query) -> bool:
        """Numbers of a long table are summed up, not listed, unless one row or a ranking is meant."""
        if not isinstance(query, DetailQuery) or query.top is not None:
            return False
        catalog = self.graph.catalog
        if (catalog.tables[query.table].rows or 0) <= LONG:
            return False
        tested = dimensions_of(() if query.scope.where is None else (query.scope.where,))
        named = any(catalog.tables[catalog.dimensions[d].table].names == d for d in tested)
        numbers = any(catalog.dimensions[c].kind is Kind.NUMBER for c in query.columns)
        return numbers and not named

    def _covered(self, period: Period) -> bool:
        """A period after the last day with data is said in passing."""
        until = self.graph.catalog.until
        return until is None or period.start is None or _day(period.start) <= until


def _clean(parse: Parse) -> bool:
    """A metric reading that leaves nothing unread."""
    best = parse.best
    return best is not None and best.query is not None and not best.unread


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
