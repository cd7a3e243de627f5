"""A question that asks for an analysis, made of one of its own examples and of what was understood.

The period, the values and the metrics of the example give way to those that were said; people that
were named (黑金) go before the word for people (客户). Knows no analysis by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from analytics.contract import Analysis
from analytics.idioms import WHO
from assistant.answer.next_questions import reached
from assistant.language.detail import dimensions_of
from assistant.language.grammar import Mention
from assistant.language.meaning import AnalysisGroup, AnalysisParam, MetricWord
from assistant.language.parse import Parser
from assistant.language.phrases import Grouping, Values
from assistant.near.closest import Closest
from assistant.near.said import TIMES, Said, lies_ahead
from semantic_layer.catalog import Catalog
from semantic_layer.measures import conjuncts
from semantic_layer.query import AnalysisQuery, Condition, Scope, Where

PEOPLE = re.compile("|".join(w for w in WHO.split("|") if len(w) > 1))
EXAMPLES, PHRASES, LONGEST = 4, 2, 10  # tried of each analysis; characters of a phrase
FAR, BRIEF = 366, 60  # days
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """An example, read: where its own period, values and metrics stand, and its word for people.

    ``special``: does it set a parameter, or list one group, which nobody asked for?
    """

    text: str
    when: tuple[Span, ...]
    where: tuple[Span, ...]
    metrics: tuple[Span, ...]
    people: int | None
    special: bool


class Phrasing:
    """Sentences for the analyses that the roles of the catalog allow."""

    def __init__(self, parser: Parser, catalog: Catalog, closest: Closest, today: date) -> None:
        self.parser, self.catalog, self.closest, self.today = parser, catalog, closest, today
        self.possible = {
            n: a for n, a in closest.analyses.items() if not a.needs or _homes(a, catalog)
        }
        self._pattern = lru_cache(maxsize=1024)(self._read)

    def prepare(self) -> None:
        """Read every example once, so that no refusal waits for it."""
        for name, analysis in self.possible.items():
            for example in analysis.intent.examples:
                self._pattern(example, name)

    def implied(self, told: Said) -> list[str]:
        """Analyses that the sentence can only mean by what it names: days to come, an experiment."""
        ahead = lies_ahead(told.scope, self.catalog.until) and not self._far(told.scope)
        wanted = {r for c in conjuncts(told.scope.where) for r in self._roles(c)}
        owners = {r: [n for n, a in self.possible.items() if r in a.needs] for r in wanted}
        named = [names[0] for names in owners.values() if len(names) == 1]
        return [*(n for n, a in self.possible.items() if ahead and a.ahead), *named]

    def allows(self, query: AnalysisQuery) -> bool:
        """Are its conditions known where its people and events are, and have its days come?"""
        analysis = self.possible[query.analysis]
        if lies_ahead(query.scope, self.catalog.until) and not analysis.ahead:
            return False
        dims = (self.catalog.dimensions.get(d) for d in dimensions_of(conjuncts(query.scope.where)))
        tables = {d.table for d in dims if d is not None}
        homes = _homes(analysis, self.catalog)
        return not homes or any(tables <= reached({t}, self.catalog) for t in homes)

    def _far(self, scope: Scope) -> bool:
        """So long after the data that their history says nothing of it."""
        until = self.catalog.until
        ends = [p.end.toordinal() for p in scope.periods if p.end is not None]
        return until is None or max(ends, default=0) > until.toordinal() + FAR

    def _of_goods(self, scope: Scope) -> bool:
        """Does a condition tell goods apart rather than orders or people?"""
        goods = {r.table for r in self.catalog.roles if r.name == "product"}
        goods -= {r.table for r in self.catalog.roles if r.name == "order"}
        dims = (self.catalog.dimensions.get(d) for d in dimensions_of(conjuncts(scope.where)))
        return any(d is not None and d.table in goods for d in dims)

    def _roles(self, condition: Condition) -> Iterator[str]:
        """The roles that a condition is about: an experiment by its name."""
        if isinstance(condition, Where) and condition.dimension in self.catalog.dimensions:
            d = self.catalog.dimensions[condition.dimension]
            own = d.table, d.expr.strip('"')
            yield from (r.name for r in self.catalog.roles if (r.table, r.expr.strip('"')) == own)

    def sentences(self, name: str, told: Said) -> Iterator[str]:
        """Candidates, the most alike first, with everything that was understood; then with less of it."""
        analysis = self.possible[name]
        if "user" in analysis.needs and "event" not in analysis.needs and _brief(told.scope):
            told = replace(told, when="", scope=replace(told.scope, periods=()))
        if {"order", "product"} <= set(analysis.needs) and self._of_goods(told.scope):
            # what lies in one order with 口红 is not 口红: only whole orders can tell
            told = replace(told, where="", scope=replace(told.scope, where=None))
        metrics = (
            told.metrics[: 2 if analysis.relates else 1] if told.named and analysis.measured else ()
        )
        ordered = self.closest.ordered(told.rest, analysis.intent.examples)
        read = [p for e in ordered if (p := self._pattern(e, name)) is not None]
        read.sort(key=lambda p: (p.special, bool(p.when) != bool(told.when)))
        for pattern in read[:EXAMPLES]:
            if (question := _filled(pattern, told, metrics)) is not None:
                yield question
        phrases = [p for p in analysis.intent.phrases if 2 < len(p) <= LONGEST and "(" not in p]
        for phrase in (analysis.title, *self.closest.ordered(told.rest, phrases)[:PHRASES]):
            yield f"{told.when}{told.where}{'和'.join(metrics)}{phrase}"
        yield from (p.text for p in read[:EXAMPLES] if not p.where)

    def _read(self, example: str, name: str) -> Pattern | None:
        """None where this catalog does not read the example as its analysis, and whole."""
        best = self.parser.parse(example, self.today).best
        if best is None or best.unread or not isinstance(best.query, AnalysisQuery):
            return None
        if best.query.analysis != name:
            return None
        named = [m for m in best.mentions if isinstance(m.value, Values)]
        if len(named) != len(tuple(conjuncts(best.query.scope.where))):
            return None  # a condition in other words than values cannot give way
        grouped = [m for m in best.mentions if isinstance(m.value, Grouping)]
        people = (
            m.start()
            for m in PEOPLE.finditer(example)
            if not any(g.start <= m.start() < g.end for g in grouped)
        )
        return Pattern(
            example,
            tuple((m.start, m.end) for m in best.mentions if isinstance(m.value, TIMES)),
            tuple(_named(m, example) for m in named),
            tuple((m.start, m.end) for m in best.mentions if isinstance(m.value, MetricWord)),
            next(people, None),
            any(isinstance(m.value, AnalysisParam | AnalysisGroup) for m in best.mentions),
        )


def _named(mention: Mention, text: str) -> Span:
    """The value alone: 没有抖音 is what is done without it."""
    names = [str(v) for _, values in mention.value.options for v in values]
    at = next((text.find(n, mention.start, mention.end) for n in names if n in text), -1)
    return (at, mention.end) if at >= 0 else (mention.start, mention.end)


def _filled(pattern: Pattern, told: Said, metrics: tuple[str, ...]) -> str | None:
    """The example about what was said; None where it is about something that was not."""
    if len(pattern.when) > 1 or len(pattern.where) > 1 or (pattern.where and not told.where):
        return None
    if metrics and len(pattern.metrics) != len(metrics):
        return None
    cuts = dict(zip(pattern.metrics, metrics, strict=False))
    before = ""
    if told.where and pattern.where:
        cuts[pattern.where[0]] = told.where
    elif told.where:
        at = pattern.metrics[0][0] if pattern.metrics else pattern.people
        if at is None:
            before = told.where
        else:
            cuts[at, at] = told.where
    if told.when and pattern.when:
        cuts[pattern.when[0]] = told.when
    elif told.when:
        before = told.when + before
    return before + _replaced(pattern.text, cuts)


def _replaced(text: str, cuts: Mapping[Span, str]) -> str:
    """``text`` with the words of each span; an empty span is where they go in."""
    for (start, end), words in sorted(cuts.items(), reverse=True):
        text = text[:start] + words + text[end:]
    return text


def _brief(scope: Scope) -> bool:
    """Too short a time for people to come back in: their analyses would have nobody to look at."""
    days = (
        (p.end.toordinal() - p.start.toordinal())
        if p.start is not None and p.end is not None
        else BRIEF
        for p in scope.periods
    )
    return any(n < BRIEF for n in days)


def _homes(analysis: Analysis, catalog: Catalog) -> set[str]:
    """The tables that bind all the roles that the analysis needs."""
    bound: dict[str, set[str]] = {}
    for role in catalog.roles:
        bound.setdefault(role.table, set()).add(role.name)
    return {t for t, names in bound.items() if analysis.needs and set(analysis.needs) <= names}
