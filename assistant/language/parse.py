"""A sentence → its readings, ranked. The arrow's first half: text, mentions, covers, drafts, queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from assistant.language import weights
from assistant.language.asides import asides
from assistant.language.astray import in_place
from assistant.language.beside import conditioned
from assistant.language.boundaries import boundary
from assistant.language.calendar import Calendar
from assistant.language.cover import Cover, covers
from assistant.language.detail import dimensions_of
from assistant.language.dialogue import Context, Directive, continue_from
from assistant.language.draft import Draft
from assistant.language.fuzzy import Fuzzy
from assistant.language.grammar import Mention, recognise
from assistant.language.graph import Graph
from assistant.language.kept_units import in_kept_units
from assistant.language.lexicon import Lexicon
from assistant.language.meaning import Filler, MetricWord
from assistant.language.occasions import Occasions
from assistant.language.options import expand
from assistant.language.phrases import Measured
from assistant.language.read import read
from assistant.language.resumed import resumed
from assistant.language.rules import EXPRESSIONS, PHRASES
from assistant.language.rungs import climbed
from assistant.language.segments import Segments
from assistant.language.settle import Settled, settle
from assistant.language.shortened import shortened
from assistant.language.subscope import nested
from assistant.language.tense import Moment, Resolve, fitted, resolver
from assistant.language.text import Text, normalise
from assistant.language.times import Ago
from semantic_layer.query import AnalysisQuery, DetailQuery, MetricQuery, Query

KEPT = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """One consistent way to take the sentence. ``unread`` are spans of the original text."""

    query: Query | None
    draft: Draft
    score: float
    unread: tuple[tuple[int, int], ...] = ()
    assumptions: tuple[str, ...] = ()
    directive: Directive | None = None
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Parse:
    text: Text
    readings: tuple[Reading, ...]

    @property
    def best(self) -> Reading | None:
        return self.readings[0] if self.readings else None

    @property
    def rivals(self) -> tuple[Reading, ...]:
        """The readings that score like the best and ask for something else."""
        if not self.readings:
            return ()
        top = self.readings[0].score
        return tuple(r for r in self.readings if top - r.score < weights.MARGIN)


@dataclass(slots=True)
class Parser:
    """Everything about one catalog that reading a sentence needs."""

    lexicon: Lexicon
    graph: Graph
    calendar: Calendar
    fuzzy: Fuzzy = field(init=False)
    segments: Segments = field(init=False)
    occasions: Occasions = field(init=False)

    def __post_init__(self) -> None:
        self.fuzzy = Fuzzy(self.lexicon)
        self.segments = Segments(self.lexicon.names)
        self.occasions = Occasions(self.lexicon.catalog)

    def parse(self, said: str, today: date | datetime, context: Context | None = None) -> Parse:
        """Readings of ``said``, best first; every reading has a query or a directive, or none is left."""
        text = normalise(said)
        found_words = self.lexicon.mentions(text.text, _analysis_of(context))
        expressions = recognise(text.text, EXPRESSIONS, self.occasions.mentions(text.text))
        timed = [x for x in expressions if x.end - x.start > 1]
        honest = {id(x) for x in self.segments.honest(text.text, [*found_words, *expressions])}
        seeds = [*in_place([x for x in found_words if id(x) in honest], self.graph)]
        seeds += asides(text.text, found_words, timed)
        catalog = self.lexicon.catalog
        read = recognise(text.text, PHRASES, [*seeds, *expressions])
        mentions: Sequence[Mention] = tuple(in_kept_units(climbed(read, catalog), catalog))
        ways = covers(text.text, mentions, KEPT)
        if ways and ways[0].unread:
            before = context.query if context else None
            guesses = [*shortened(text.text, ways[0].unread, before, catalog)]
            near = self.fuzzy.mentions(text.text, ways[0].unread, [*found_words, *timed])
            guesses += [x for x in near if not self._another_word(x, text)]
            if guesses:
                read = recognise(text.text, PHRASES, [*seeds, *guesses, *expressions])
                mentions = tuple(in_kept_units(climbed(read, catalog), catalog))
                ways = covers(text.text, mentions, KEPT)
        moment = Moment(today, self.calendar)
        found: dict[Any, Reading] = {}
        for way in ways:  # 能到多少 is a forecast's word, but not where 要是 supposes something
            ahead = self.lexicon.intents.ahead(way.mentions, _analysis_of(context))
            resolve = resolver(moment, "future" if ahead else "past")
            for reading in self._readings(way, text, resolve, context, moment):
                key = _plain(reading.query) or reading.directive or reading.draft.refuse
                if key not in found or found[key].score < reading.score:
                    found[key] = reading
        ranked = sorted(found.values(), key=lambda r: -r.score)
        return Parse(text, tuple(ranked))

    def _another_word(self, guess: Mention, text: Text) -> bool:
        """登记 is no slip for 等级: a word of its own that only sounds the same."""
        said, meant = text.text[guess.start : guess.end], guess.rule.removeprefix("fuzzy:")
        alike = set(said) & set(meant)
        return not (alike or said.isascii()) and self.segments.is_word(
            text.text, guess.start, guess.end
        )

    def _readings(
        self,
        way: Cover,
        text: Text,
        resolve: Resolve,
        context: Context | None,
        moment: Moment,
    ) -> list[Reading]:
        kept = [x for x in way.mentions if not isinstance(x.value, Filler)]
        unread = tuple(
            text.span(a, b) for a, b in self.segments.whole(text.text, way.unread, way.mentions)
        )
        corrected = _corrections(kept, text)
        resolve = self._anchored(kept, resolve, context)
        catalog = self.lexicon.catalog
        out = []
        for mentions, cost in expand(kept, self.graph):
            for draft in self._drafts(mentions, fitted(mentions, catalog, moment, resolve)):
                ignored = tuple((mentions[i].start, mentions[i].end) for i in draft.unused)
                lost = sum(weights.of(mentions[i]) + weights.UNREAD_PRICE for i in draft.unused)
                base = way.score - cost - lost - _value_in_context(mentions, context)
                holes = unread + tuple(text.span(a, b) for a, b in ignored)
                for settled, directive in self._settled(draft, context):
                    out.append(
                        Reading(
                            query=settled.query if settled else None,
                            draft=draft,
                            score=base - (settled.penalty if settled else 0.0),
                            unread=tuple(sorted(holes)),
                            assumptions=(*corrected, *(settled.assumptions if settled else ())),
                            directive=directive,
                            mentions=mentions,
                        )
                    )
        return out

    def _anchored(
        self,
        mentions: Sequence[Mention],
        resolve: Resolve,
        context: Context | None,
    ) -> Resolve:
        """昨天单量 → 那上周同一天呢: the same day as the one just asked about, not as today."""
        query = context.query if context else None
        if not isinstance(query, (MetricQuery, DetailQuery)) or len(query.scope.periods) != 1:
            return resolve
        start, end = query.scope.periods[0].start, query.scope.periods[0].end
        if start is None or end is None or (end - start).days != 1:
            return resolve
        if any(isinstance(x.value, (MetricWord, Measured)) for x in mentions):
            return resolve
        that_day = resolver(Moment(start, self.calendar), "past")
        return lambda value: (
            that_day(value) if isinstance(value, Ago) and value.exact else resolve(value)
        )

    def _drafts(self, mentions: tuple[Mention, ...], resolve: Resolve) -> list[Draft]:
        at = boundary(mentions)
        if at is not None:
            draft = nested(mentions, at, self.graph, resolve)
            if draft is not None:
                return [draft]
        return [read(mentions, self.graph, resolve)]

    def _fitted(
        self, settled: Settled, draft: Draft, before: Context | None = None
    ) -> Settled | None:
        """An analysis knows which of its parameters the other words of the sentence set; None where it
        cannot take what stands beside it."""
        intents = self.lexicon.intents
        if not isinstance(settled.query, AnalysisQuery):
            return settled
        analysis = intents.analyses.get(settled.query.analysis)
        if analysis is None:
            return settled
        query = conditioned(settled.query, draft, self.graph, analysis)
        if query is None:
            return None
        query = resumed(intents.fitted(query, draft), draft, analysis, before)
        return replace(settled, query=query)

    def _settled(
        self, draft: Draft, context: Context | None
    ) -> list[tuple[Settled | None, Directive | None]]:
        step = continue_from(context, draft, self.graph)
        if isinstance(step, Directive):
            return [(None, step)]
        if step is not None:
            return [(self._fitted(s, draft), None) for s in step]
        found: list[tuple[Settled | None, Directive | None]] = [
            (self._fitted(s, draft, context), None) for s in settle(draft, self.graph)
        ]
        return found or [(None, None)]


def _plain(query: Query | None) -> Query | None:
    """The query without how its periods were said: two readings that ask for the same are one."""
    if not isinstance(query, (MetricQuery, DetailQuery)) or not query.scope.periods:
        return query
    periods = tuple(replace(p, label="", partial=False, grain=None) for p in query.scope.periods)
    return replace(query, scope=replace(query.scope, periods=periods))


def _value_in_context(mentions: Sequence[Mention], context: Context | None) -> float:
    """老客呢 after 新客 as a filter is the other value, not the metric of that name."""
    query = context.query if context else None
    if not isinstance(query, (MetricQuery, DetailQuery)) or query.scope.where is None:
        return 0.0
    filtered = set(dimensions_of((query.scope.where,)))
    for x in mentions:
        if isinstance(x.value, MetricWord) and {d for d, _ in x.value.values} & filtered:
            return 0.4
    return 0.0


def _analysis_of(context: Context | None) -> str | None:
    query = context.query if context is not None else None
    return query.analysis if isinstance(query, AnalysisQuery) else None


def _corrections(mentions: Sequence[Mention], text: Text) -> tuple[str, ...]:
    out = []
    for x in mentions:
        for leaf in _leaves(x):
            if leaf.rule.startswith("fuzzy:"):
                said = text.said(leaf.start, leaf.end)
                out.append(f"「{said}」按「{leaf.rule.removeprefix('fuzzy:')}」理解")
    return tuple(dict.fromkeys(out))


def _leaves(x: Mention) -> list[Mention]:
    return [x] if not x.children else [leaf for c in x.children for leaf in _leaves(c)]
